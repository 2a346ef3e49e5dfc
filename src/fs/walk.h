/* SPDX-License-Identifier: MIT
 *
 * An iterator over a tree. Depth first, in directory order; a directory is entered when it is met
 *in its parent. Links are never followed, but the path of the root may contain and be one. What
 *cannot be read, entered or looked at is an item with the reason, and the walk goes on; what
 *vanishes meanwhile is left out. A directory that is one of its own ancestors (through a bind
 *mount) is told, not entered.
 *
 * Any depth, any width, in little memory: a directory is streamed, with one read buffer for each
 *open descriptor (at most DIRSTACK_FDS). While its descriptor stays open the position in it is the
 *kernel's and exact. Beyond that depth the outermost directory gives up its descriptor, and a
 *position does not survive that on every file system (getdents(2)'s d_off is private to the open
 *file on FUSE, overlayfs and, before Linux 6.6, tmpfs). So the rest of its entries is read into
 *memory first: this is the only memory that grows, and only for directories more than 31 levels
 *above the current one that are not finished.
 *
 *	r = walk_new(AT_FDCWD, path, &opts, &w);
 *	while (r >= 0 && (r = walk_next(w, &item)) > 0)
 *		...
 *
 * Thread: any, one at a time. Owns: its descriptors and buffers.
 */
#ifndef FS_WALK_H
#define FS_WALK_H

#include "base/defs.h"
#include "fs/entry.h"

enum walk_flags {
	WALK_PRE = 1,  /* WALK_DIR for each directory, before what is in it */
	WALK_POST = 2, /* WALK_DIR_END for each directory, after what is in it */
	WALK_XDEV =
		4, /* do not enter other mounts and devices (bind mounts and subvolumes included) */
	WALK_STAT = 8, /* metadata of every entry */
};

enum walk_kind {
	WALK_LEAF,    /* anything but a directory; with err when it could not be looked at */
	WALK_DIR,     /* a directory, before; walk_skip() prunes it */
	WALK_DIR_END, /* the same directory, after; also when it could not be read */
	WALK_ERROR,   /* the directory could not be entered, or not be read to its end: err says why
		       */
	WALK_MOUNT,   /* not entered, because of WALK_XDEV */
	WALK_LOOP,    /* not entered: it is one of its own ancestors */
};
/* ERROR, MOUNT and LOOP come between DIR and DIR_END of their directory, with the same name. */

struct walk_item {
	enum walk_kind kind;
	enum entry_type type;
	uint32_t depth; /* 0: the root */
	int err;        /* -errno, or 0 */
	bool has_meta;
	int dirfd; /* the directory it is in, for *at() calls with name; -1 after a read error */
	const char *name; /* one component; of the root, the path as given */
	const char *path; /* the root's path as given, then "/name" for each level */
	const char *rel;  /* the end of path without the root: "" for it, "a/b" below */
	size_t path_len;
	struct meta meta; /* with WALK_STAT and when has_meta: of the thing itself, also when it is
			     a link */
	uint64_t mnt_id;
};
/* All valid until the next call. */

struct walk_options {
	unsigned flags;
	const _Atomic bool *cancel; /* looked at for every entry; may be NULL */
};

struct walk;

/* Opens the root; `dirfd` must stay open as long as the walk. A root that is not a directory is a
 * walk of one leaf. 0 or -errno: the root itself cannot be looked at. A root that cannot be read is
 * an item. */
int walk_new(int dirfd, const char *path, const struct walk_options *options,
	     struct walk **ret_walk) MUST_USE;
void walk_free(struct walk *w);
/* 1 with an item, 0 at the end, or -errno when the walk cannot go on: -ECANCELED, -ENOMEM, -ESTALE
 * (a directory was moved while the walk was in it: where it would go on is not known). walk_where()
 * says where that was. */
int walk_next(struct walk *w, struct walk_item *ret_item) MUST_USE;
/* After a WALK_DIR: nothing of this directory follows, not even WALK_DIR_END. */
void walk_skip(struct walk *w);
/* The path of the directory the walk is in; valid until the next call. */
const char *walk_where(const struct walk *w, size_t *ret_len);

#endif
