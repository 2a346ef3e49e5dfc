/* SPDX-License-Identifier: MIT
 *
 * Putting things into a trash: the information of each first, whole and on the disk, then one
 * rename that overwrites nothing; the same time whatever is in it. At no moment is it in neither
 * place. A crash in between leaves an information file without anything, which harms nobody.
 *
 * One thing: trash_put(). Many: trash_ready() each, trash_sync() once, trash_move() each; bringing
 * files to the disk one by one is what takes long.
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
	const char *origin; /* an absolute path: it is said to have been there; NULL: where it is */
	struct trash_date when; /* local time */
	unsigned flags;         /* enum rename_flags */
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

/* A name in a trash that information without a thing keeps for one. */
struct trash_ready {
	struct str name, file; /* in files/, in info/ */
	struct file_id info;   /* which must still be that then */
};

/* Whether many can be brought to the disk by one call as safely as each by its own: the kernel says
 * what could not be written (Linux 5.8), and the file system does not leave that to others. */
bool trash_can_sync(const struct trash_dir *trash);
/* Makes the information, which is not on the disk yet. put->intent is asked. 0; as trash_put().
 * *ret_ready is the caller's in any case, to be ended by trash_ready_done(). */
int trash_ready(const struct trash_put *put, struct trash_ready *ret_ready) MUST_USE;
/* Brings all information in it to the disk. 0 or -errno: then none of it is known to be there. */
int trash_sync(const struct trash_dir *trash) MUST_USE;
/* Moves the thing there, or takes the information away again. As trash_put(); -EEXIST: the name
 * cannot be kept, another one may do. */
int trash_move(const struct trash_put *put, const struct trash_ready *ready,
	       struct renamed *ret_how) MUST_USE;
/* Takes the information of one that will not be moved away again, while it is that. 0 or -errno. */
int trash_unready(const struct trash_dir *trash, const struct trash_ready *ready) MUST_USE;
void trash_ready_init(struct trash_ready *ready);
void trash_ready_done(struct trash_ready *ready); /* its memory only; fine twice */
/* Appends the path that the information of such a thing tells; from, name and origin as above. 0 or
 * -ENOMEM. */
int trash_put_path(const struct trash_dir *trash, const char *from, const char *name,
		   const char *origin, struct str *out) MUST_USE;

#endif
