/* SPDX-License-Identifier: MIT
 *
 * Removing a file or a whole tree for good, while others may be changing it.
 *
 * The thing is what was confirmed, or nothing is done. Below it, every directory is entered by
 * descriptor and one name (fs/dirstack), never through a link, never onto another mount or file
 * system; every removal is unlinkat(2) of one name in such a directory, which follows nothing.
 * Going up ends in the very directory one came from, or the whole operation ends. So whatever
 * others rename, link or mount meanwhile, nothing goes that was not in the tree at that moment.
 * Files are not opened, nor looked at.
 *
 * A directory is read to its end, and what is no directory removed on the way; then its directories
 * follow one by one. So memory is that for the names of directories on the way down, whatever else
 * is in them and a buffer of the directory at hand, and any depth takes 32 descriptors. A directory
 * that somebody fills meanwhile is gone through again, DELETE_PASSES times at most. Where a
 * directory has many files, a second thread helps (fs/unlinks).
 *
 * Thread: worker; two must not delete the same tree. Owns: nothing after it returns.
 */
#ifndef FS_SAFE_DELETE_H
#define FS_SAFE_DELETE_H

#include "fs/guards.h"
#include "fs/identity.h"

#define DELETE_PASSES 8u

enum delete_flags {
	DELETE_DURABLE = 1, /* the directory it was in is on the disk before it returns */
};

/* What is gone, and what is not. */
struct delete_counts {
	uint64_t files, dirs; /* removed; files: all that are no directories */
	uint64_t failed;      /* named to failed() */
	uint64_t kept;        /* directories that stay because something in them does */
};

/* One thing that could not be removed. */
struct delete_failure {
	const char *path; /* as shown[/...]; for messages only */
	size_t len;
	int err;         /* -errno; -EXDEV: another file system, -EPERM with why: guarded */
	const char *why; /* in words, static, where more is known than err says; or NULL */
};

struct delete_options {
	unsigned flags;
	const struct guards *guards; /* may be NULL: only mount points are kept then */
	const _Atomic bool *cancel;  /* looked at for every entry; may be NULL */
	/* Now and then, and at the end; may be NULL. */
	void (*progress)(void *ctx, const struct delete_counts *counts);
	/* True: go on with the rest; false: stop. NULL: stops at the first. */
	bool (*failed)(void *ctx, const struct delete_failure *failure);
	void *ctx;
};

/* Removes `name` of the open directory, which is to be `expect`; `shown` is its path in messages. 0
 * when all of it is gone. Otherwise something is left:
 * -ESTALE     it is not what was confirmed, or a directory was moved while it was being emptied, or
 *             at the last moment something else had its name
 * -EBUSY      a file system is mounted there, -EPERM: guarded; nothing was done (failed() says why)
 * -ECANCELED, -ENOMEM
 * -ENOTEMPTY  somebody keeps filling it
 * or the first error there was with something in it. *ret_counts is always written. */
int safe_delete(int dirfd, const char *name, const struct identity *expect, const char *shown,
		const struct delete_options *options, struct delete_counts *ret_counts) MUST_USE;

#endif
