/* SPDX-License-Identifier: MIT
 *
 * Secure temporary files: a file gets the name that people know only when all of it is there.
 *
 * It is made beside the place where it is to go, in a directory given by descriptor, by a name that
 * nobody can guess (64 bits of chance), exclusively and through no link, for us alone. It is known
 * by identity from then on: what somebody puts at its name is neither placed nor removed. Whatever
 * fails, tempfile_done() removes it.
 *
 * It has a name, rather than none until it is linked (O_TMPFILE and linkat(2), which would leave
 * nothing when we are killed): what has no name cannot replace a file or change places with one,
 * which is what it is for here, so that it would have to get this very name in between; and file
 * servers, FUSE and FAT have no such files, so that this way would be there beside it all the same,
 * and be the one nobody tries. What a killed program left is found by its name: tempfile_save().
 *
 *	struct tempfile t = TEMPFILE_INIT;
 *	rc = tempfile_open(&t, dirfd, "history", 0600);
 *	if (rc == 0)
 *		rc = tempfile_write(&t, bytes, len);
 *	if (rc == 0)
 *		rc = tempfile_finish(&t);
 *	if (rc == 0)
 *		rc = tempfile_replace(&t, "history", RENAME_DURABLE);
 *	tempfile_done(&t);
 *
 * Follows: openat(2), rename(2), fsync(2). Thread: any, each its own. Owns: its descriptors, and
 * the file until it is placed; not the directory, which stays open as long.
 */
#ifndef FS_TEMPFILE_H
#define FS_TEMPFILE_H

#include "fs/atomic_rename.h"
#include "fs/identity.h"

#define TEMPFILE_NAME_SIZE 80   /* fits where names are encrypted, too */
#define TEMPFILE_OLD       3600 /* seconds: nobody writes to one that is older */

struct tempfile {
	int dirfd;
	int fd;       /* to write to; -1: finished */
	int pin;      /* of the file (fs/identity); -1: there is none */
	int64_t made; /* by the clock of its file system, seconds since the epoch */
	bool placed;  /* it has the name it was made for */
	char name[TEMPFILE_NAME_SIZE]; /* what it is called until then: ".NAME.CHANCE.tmp" */
};
#define TEMPFILE_INIT                            \
	{                                        \
		.dirfd = -1, .fd = -1, .pin = -1 \
	}

/* Makes one to be called `name` one day. `mode` is 0600, or more where it is no secret (less the
 * umask). 0; -EEXIST: no name was free; -ESTALE: somebody took it away at once; openat(2),
 * getrandom(2). Nothing is left then. */
int tempfile_open(struct tempfile *t, int dirfd, const char *name, uint32_t mode) MUST_USE;
/* Adds all of the bytes, or -errno. */
int tempfile_write(struct tempfile *t, const void *bytes, size_t len) MUST_USE;
/* It is on the disk, and closed: servers tell here that there was no room. */
int tempfile_finish(struct tempfile *t) MUST_USE;

/* Gives it the name, in the same directory, in place of whatever has it: for files of our own.
 * RENAME_DURABLE: the directory is on the disk, too. 0; -ESTALE: it is not there any more;
 * rename(2). With an error and t->placed it has the name, but is not known to be on the disk. */
int tempfile_replace(struct tempfile *t, const char *name, unsigned flags) MUST_USE;
/* The same where nothing has the name: atomic_rename(), with its flags and what it answers. */
int tempfile_place(struct tempfile *t, const char *name, unsigned flags,
		   struct renamed *ret) MUST_USE;

/* Leaves it where it is: somebody else's bytes got into it. */
void tempfile_keep(struct tempfile *t);
/* Removes it when it was not placed and its name is still its own. Fine twice, and when nothing was
 * opened. */
void tempfile_done(struct tempfile *t);

/* All of that at once, and in the end removes what programs that were killed left of the same name:
 * files of ours, TEMPFILE_OLD older than this one by the clock of the same file system. 0, also
 * when only the directory could not be brought to the disk (RENAME_DURABLE): the old content is
 * gone, the new one is safe. -errno: the old file is there, and nothing of the new one. */
int tempfile_save(int dirfd, const char *name, const void *bytes, size_t len,
		  unsigned flags) MUST_USE;

#endif
