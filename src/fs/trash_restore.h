/* SPDX-License-Identifier: MIT
 *
 * Taking things out of a trash: back to where they were, to another place, or for good.
 *
 * Restoring is treated as what it is: a write to a place that a file names which anybody may have
 * written. The place is gone to one component after the other, from the top of the trash's file
 * system (in the home, from the root directory); a link on the way ends it, unless the person was
 * shown and agreed; nothing there is overwritten; what arrives is what was seen in the list.
 *
 * Follows: the FreeDesktop.org Trash specification 1.0. Thread: worker. Owns: nothing.
 */
#ifndef FS_TRASH_RESTORE_H
#define FS_TRASH_RESTORE_H

#include "fs/atomic_rename.h"
#include "fs/safe_delete.h"
#include "fs/trash_list.h"

enum trash_restore_flags {
	TRASH_MAKE_PARENTS =
		0x100,        /* directories on the way that are gone are made, for us alone */
	TRASH_FOLLOW = 0x200, /* links on the way are followed: not the last component */
};

struct trash_restore {
	const struct trash_dir *trash;
	const char *name;              /* in files/ */
	const struct identity *expect; /* as listed; NULL: whatever it is */
	/* An open directory and one component, chosen by the person; to.name NULL: as its
	 * information says. */
	struct rename_place to;
	unsigned flags; /* these and enum rename_flags */
};

/* 0, or, with nothing changed (but see ret_how->state; RENAME_DONE: it is out, and *ret_why says
 * what is not as it should be):
 * -EEXIST  something is there
 * -ENOENT  the thing, or the directory it was in, is gone (*ret_why says which)
 * -ELOOP   there is a link on the way, -ENOTDIR: something else
 * -EINVAL  where it was is not known, *ret_why says why
 * -EXDEV   it is another file system now, and those of atomic_rename(). */
int trash_restore(const struct trash_restore *r, struct renamed *ret_how,
		  const char **ret_why) MUST_USE;

/* Removes the information (and size) of a thing that is not in the trash any more; RENAME_DURABLE
 * or 0. 0 or -errno: it stays. */
int trash_forget(const struct trash_dir *trash, const char *name, unsigned flags) MUST_USE;

/* Removes one thing for good, and its information only when all of it is gone. As safe_delete(), of
 * which `options` are; information alone is removed when there is no such thing. An error with all
 * of it gone is that of the information, which stays. */
int trash_erase(const struct trash_dir *trash, const char *name, const struct identity *expect,
		const struct delete_options *options, struct delete_counts *ret_counts) MUST_USE;

#endif
