/* SPDX-License-Identifier: MIT
 *
 * Renaming that never overwrites, within a directory or to another on the same file system; and two
 * things changing places. What moves is what was confirmed: it is pinned and compared before, and
 * compared again under its new name; something else that got the old name in between is moved back.
 *
 * The kernel's own way is renameat2(2) with RENAME_NOREPLACE or RENAME_EXCHANGE. Where there is no
 * such flag (NFS, 9p, many FUSE file systems and OpenZFS before 2.2 answer EINVAL, old kernels
 * ENOSYS, sandboxes EPERM), a new link whose old name is then removed does the same for anything
 * but directories, and for those a new empty directory that is renamed over, which can destroy
 * nothing but an empty directory. Where a file system has no hard links either, nobody can promise:
 * -EOPNOTSUPP, and the caller tells the person and may ask again with RENAME_LOOK. Which way it
 * went is told.
 *
 * In a directory that does not tell A from a, renaming one to the other goes over a third name.
 *
 * When a call fails, the answer of a file server need not be true: then it is looked which name the
 * thing has. Only ret->state says where it is.
 *
 * Follows: rename(2), link(2), fsync(2). Thread: any. Owns: nothing.
 */
#ifndef FS_ATOMIC_RENAME_H
#define FS_ATOMIC_RENAME_H

#include "fs/identity.h"

enum rename_flags {
	RENAME_DURABLE = 1, /* both directories are on the disk before it returns */
	RENAME_LOOK = 2,    /* where nothing better can be had: look, then rename */
};

enum rename_how {
	RENAME_BY_FLAG,    /* renameat2(2): nothing can come between */
	RENAME_BY_LINK,    /* a new link, then the old name removed */
	RENAME_BY_RESERVE, /* over an empty directory made for it */
	RENAME_BY_HOP,     /* over a third name */
	RENAME_BY_LOOK,    /* no promise: something made in the same moment would be lost */
};

enum rename_state {
	RENAME_NOT_DONE, /* everything is as before */
	RENAME_DONE,     /* it has the new name; with an error: all is done but what the error says
			  */
	RENAME_BOTH,     /* it has both names (hard links); removing the old one finishes it */
	RENAME_BETWEEN,  /* under a third name in the same directory, ret->third */
	RENAME_ASTRAY,   /* somebody else moved things at the same time; both names are to be looked
			    at */
};

/* A name in an open directory (O_PATH will do, but for RENAME_DURABLE). */
struct rename_place {
	int dirfd;
	const char *name;              /* one component */
	const struct identity *expect; /* what was confirmed to be there; NULL: whatever is */
};

#define RENAME_THIRD_MAX 32
struct renamed {
	enum rename_state state;
	enum rename_how how;
	bool synced;    /* RENAME_DURABLE was done: some file systems cannot sync a directory */
	bool same_file; /* with -EEXIST: the new name is another hard link of the same file */
	char third[RENAME_THIRD_MAX]; /* RENAME_BETWEEN: the name, in the directory of `to` */
};

/* Gives what is at `from` the name `to` (to->expect is not looked at). 0, or
 * -EEXIST      something has that name
 * -ESTALE      it is not what was confirmed, or was exchanged in the moment (see ret->state)
 * -EOPNOTSUPP  nothing done: the file system cannot promise not to overwrite
 * -ELOOP       a directory would go into itself
 * -EINVAL      a name is not one component
 * -EILSEQ      the file system cannot hold such a name
 * -EIO...      with RENAME_DONE: done, but not known to be on the disk
 * and those of rename(2): -ENOENT, -EXDEV, -EBUSY, -ENAMETOOLONG, -EACCES (also a directory one may
 * not write, to another parent), -EPERM... *ret is always written. */
int atomic_rename(const struct rename_place *from, const struct rename_place *to, unsigned flags,
		  struct renamed *ret) MUST_USE;

/* The two change places; each may be of any kind. 0, or as above; -EOPNOTSUPP: without RENAME_LOOK
 * the file system cannot. With it, by three renames that overwrite nothing, and a moment in which
 * one of the names does not exist. -EEXIST: both are the same file. */
int atomic_rename_exchange(const struct rename_place *a, const struct rename_place *b,
			   unsigned flags, struct renamed *ret) MUST_USE;

/* Brings a directory to the disk: its names, not the files. 1; 0: this file system cannot, or the
 * directory may not be read; -errno. */
int atomic_rename_sync(int dirfd) MUST_USE;
/* The same for who does not care whether it can be had: 0 or -errno. */
int atomic_rename_durable(int dirfd) MUST_USE;

#endif
