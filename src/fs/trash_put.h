/* SPDX-License-Identifier: MIT
 *
 * Putting one thing into a trash: its information first, whole and on the disk, then one rename
 * that overwrites nothing; the same time whatever is in it. At no moment is it in neither place. A
 * crash in between leaves an information file without anything, which harms nobody.
 *
 * The numbers in the source are those of the requirements in doc/safety.md.
 *
 * Follows: the FreeDesktop.org Trash specification 1.0, "Contents of a trash directory". Thread:
 * worker; several at once, also of several programs, get different names. Owns: nothing.
 */
#ifndef FS_TRASH_PUT_H
#define FS_TRASH_PUT_H

#include "base/trashinfo.h"
#include "fs/atomic_rename.h"
#include "fs/trash_dirs.h"

struct trash_put {
	const struct trash_dir *trash;
	const char *from; /* of the directory, as trash_dir_for() told it */
	int dirfd;        /* the directory it is in */
	const char *name;
	const struct identity *expect; /* NULL: whatever has that name */
	struct trash_date when;        /* local time */
	unsigned flags;                /* enum rename_flags */
	/* Before it is moved: the name it will have in the trash, for a journal. Not 0: nothing is
	 * done and that is the answer. Called again when that name turns out to be taken. May be
	 * NULL. */
	int (*intent)(void *ctx, const char *trash_name);
	void *ctx;
};

/* 0 with *ret_name set to its name in files/ and *ret_how to how it got there (renamed.state); or
 * what atomic_rename() answers, and then it is where it was (but for ret_how->state), -ENOSPC,
 * -EDQUOT, -EROFS..., -ENOMEM. -EXDEV: the file system says that it cannot go there without being
 * copied. -ELOOP: the trash is in it. */
int trash_put(const struct trash_put *put, struct str *ret_name, struct renamed *ret_how) MUST_USE;

#endif
