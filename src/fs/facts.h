/* SPDX-License-Identifier: MIT
 *
 * All that can be told about one thing without reading its content, as data. What could not be had
 * says why, fact by fact. Made by fs/gather.h. Data only: part of fs/event.h, so the model may
 * include it.
 *
 * Thread: any, one owner. Owns: its strings and lists.
 */
#ifndef FS_FACTS_H
#define FS_FACTS_H

#include <stdlib.h>

#include "base/acl.h"
#include "base/filecaps.h"
#include "fs/entry.h"

struct facts {
	struct meta meta;
	uint64_t mnt_id;
	/* Of a link: as it is written there, and what following it met (-errno; 0: it leads to
	 * something); steps: how many links lead to the end, this one included. */
	char *target;
	int target_err;
	bool target_slow; /* not followed: it leads to a file system that may not answer */
	enum entry_type target_type;
	unsigned target_steps;
	int64_t entries;      /* of a directory, without . and ..; or -errno: not listed */
	bool entries_partial; /* there are at least so many */
	struct acl acl, default_acl;
	int acl_err, default_acl_err; /* -errno; without a list it is 0 */
	struct filecaps caps;
	int caps_err;
	char *xattrs; /* names of the other extended attributes, each ended by a NUL */
	uint32_t xattrs_len;
	int xattrs_err;
	uint32_t flags; /* FS_*_FL, ioctl_iflags(2); 0 where they cannot be asked for */
	uint32_t project;
	char *mount_path, *mount_type; /* NULL: not known */
	bool mount_read_only;
	bool mount_unlisted; /* the mount table does not have it, as in a chroot(2) */
};

/* NULL is fine. Here in the header: the model, which is not linked with fs, frees them too. */
static inline void facts_free(struct facts *f)
{
	if (!f)
		return;
	free(f->target);
	acl_done(&f->acl);
	acl_done(&f->default_acl);
	free(f->xattrs);
	free(f->mount_path);
	free(f->mount_type);
	free(f);
}

#endif
