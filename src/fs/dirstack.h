/* SPDX-License-Identifier: MIT
 *
 * A stack of open directories, from a chosen root down to where the work is: what every recursion
 * in this program stands on (walk; delete, copy and recursive changes alike). It goes to any depth
 * with at most DIRSTACK_FDS descriptors, and never leaves the tree of its root:
 *
 * - Down is one component below the top, opened without following links, and checked by identity
 *   (device, inode, mount) against what the caller saw there, when it says what that was.
 * - Up is to the directory we came from. Where its descriptor has been closed meanwhile, ".." is
 * opened and must be the very directory that is on the stack; else the directory we are in was
 * moved while we were in it, nothing above can be trusted, and the answer is -ESTALE, now and for
 * every later call.
 *
 * Nothing is resolved again by path. The path kept here is for messages only.
 *
 * Follows: openat2(2) with RESOLVE_BENEATH, NO_SYMLINKS, NO_MAGICLINKS and on request NO_XDEV;
 * where that is missing (ENOSYS) or forbidden by a sandbox (EPERM) openat(2) with O_NOFOLLOW, which
 * for a single component is as strict but for automounts, and the same checks afterwards. Thread:
 * any, one at a time. Owns: its descriptors.
 */
#ifndef FS_DIRSTACK_H
#define FS_DIRSTACK_H

#include "base/str.h"
#include "fs/entry.h"

#define DIRSTACK_FDS 32u

/* Which directory, and seen through which mount. mnt_id 0: unknown, equal to any. */
struct dir_id {
	struct file_id file;
	uint64_t mnt_id;
};

struct dirstack_level;
struct dirstack {
	struct dirstack_level *levels;
	size_t cap;
	uint32_t depth;       /* levels on the stack; 0 before dirstack_root() */
	uint32_t max_fds;     /* 2 to DIRSTACK_FDS */
	uint32_t nfds, first; /* levels first..depth-1 are open */
	uint32_t *heads;      /* hash of identities to the innermost level that has it */
	uint32_t nheads;      /* a power of two, at least depth */
	struct str path;
	size_t root_len; /* of the root's path at the start of path */
	bool no_openat2, lost;
	/* Called before the descriptor of an outer level is closed to make room, so that whoever is
	 * in the middle of reading that directory can read the rest (a position in a directory does
	 * not survive opening it again on every file system). Not 0: the push fails with it. May be
	 * NULL. */
	int (*evict)(void *ctx, uint32_t level);
	void *ctx;
};

enum dirstack_flags {
	DIRSTACK_XDEV = 1, /* push: stay on the file system and mount of the level above: -EXDEV */
};

void dirstack_init(struct dirstack *ds);
void dirstack_done(struct dirstack *ds);

/* Opens the root; links in `path` are followed: it is the user's own. 0 or -errno (-ENOTDIR: not a
 * directory). The stack must be empty. */
int dirstack_root(struct dirstack *ds, int dirfd, const char *path) MUST_USE;
/* The same from a descriptor, taken also on error; `path` is for messages only. */
int dirstack_root_fd(struct dirstack *ds, int fd, const char *path) MUST_USE;

/* Opens the directory `name` (one component: -EINVAL for "", ".", ".." and with a slash) in the top
 * and puts it on the stack. On error the stack is as it was: -ENOTDIR  something else is there, a
 * link included -ESTALE   a directory, but not the expected one (expect may be NULL), or the stack
 * is lost -EXDEV    behind a mount or on another device, and flags say not to go there -ELOOP the
 * same directory (by device and inode: also through a bind mount) is on the stack already -EMFILE
 * out of descriptors even after giving back our own; -ENOMEM, -EACCES, -ENOENT... */
int dirstack_push(struct dirstack *ds, const char *name, unsigned flags,
		  const struct dir_id *expect) MUST_USE;
/* Closes the top and goes back to its parent. After popping the root the stack is empty. 0, -ESTALE
 * (see above) or what opening ".." failed with; on error the stack is lost: only dirstack_path()
 * and dirstack_done() are of use, and the path still names the directory that could not be left. */
int dirstack_pop(struct dirstack *ds) MUST_USE;

int dirstack_fd(const struct dirstack *ds); /* of the top; valid until the next push or pop */
struct dir_id dirstack_id(const struct dirstack *ds, uint32_t level); /* level < depth */
/* The top is not on the mount (or device) of the level above it. False for the root. */
bool dirstack_crossed(const struct dirstack *ds);
/* The path of the top: the root's as given, then "/name" for each level. dirstack_rel() is without
 * the root:
 * "" at the root, "a/b" below. Valid until the next push or pop. */
const char *dirstack_path(const struct dirstack *ds, size_t *ret_len);
const char *dirstack_rel(const struct dirstack *ds, size_t *ret_len);

#endif
