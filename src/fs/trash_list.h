/* SPDX-License-Identifier: MIT
 *
 * What is in a trash. Whoever can write there may have written anything: what is told of the origin
 * is a path that may be shown and offered, not one that was found to be right (restoring looks
 * again).
 *
 * Follows: the FreeDesktop.org Trash specification 1.0. Thread: worker. Owns: nothing after it
 * returns.
 */
#ifndef FS_TRASH_LIST_H
#define FS_TRASH_LIST_H

#include "base/trashinfo.h"
#include "fs/identity.h"
#include "fs/trash_dirs.h"
#include "fs/trash_news.h"

struct trash_item {
	enum trash_state state;
	const char *name;       /* in files/ */
	const char *origin;     /* absolute; NULL: not known */
	const char *why;        /* why it is not known, in words; static */
	struct trash_date date; /* year 0: not known */
	struct meta meta;       /* of the thing; all 0 with TRASH_INFO_ALONE */
	struct identity identity;
	int64_t info_mtime; /* seconds; for trash_sizes_set() */
	bool size_known;
	uint64_t size; /* bytes on the disk, with all that is in it */
};

/* Calls each() for every one; false from it ends the list. 0, -ECANCELED, -ENOMEM, -errno: not all
 * could be read. What is passed is valid during the call. */
int trash_list(const struct trash_dir *trash, const _Atomic bool *cancel,
	       bool (*each)(void *ctx, const struct trash_item *item), void *ctx) MUST_USE;

/* The information of one name, checked for this trash: ret_info->kind is TRASHINFO_RELATIVE to
 * trash->top, or TRASHINFO_ABSOLUTE in the home only. 0; -ENOENT; -EINVAL: none that can be read
 * (ret_info then has the words), -ENOMEM, -errno. *ret_meta (may be NULL) of the file. */
int trash_info(const struct trash_dir *trash, const char *name, struct trashinfo *ret_info,
	       struct meta *ret_meta) MUST_USE;
/* Appends a whole regular file of at most max bytes; no link is followed, nothing waited for. 0,
 * -ENOENT, -EINVAL (something else), -EFBIG, -ENOMEM, -errno. */
int trash_read_file(int dirfd, const char *name, size_t max, struct str *out,
		    struct meta *ret_meta) MUST_USE;

#endif
