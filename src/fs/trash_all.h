/* SPDX-License-Identifier: MIT
 *
 * Every trash of this user: that in the home and those at the roots of all mounts, each once,
 * however many mounts lead to it. Nothing is made.
 *
 * Asks every mount that is no file system of the kernel; servers all at once, and who of them has
 * not answered after TRASH_ALL_SECONDS is left out (its thread ends when it does). Follows: the
 * FreeDesktop.org Trash specification 1.0, "Trash directories". Thread: worker. Owns: the open
 * trashes, until trash_all_done().
 */
#ifndef FS_TRASH_ALL_H
#define FS_TRASH_ALL_H

#include "fs/entry.h"
#include "fs/trash_dirs.h"

#ifndef TRASH_ALL_SECONDS
#define TRASH_ALL_SECONDS 3
#endif

struct trash_all {
	struct trash_dir *at;
	size_t n, cap;
};

/* `refused` (may be NULL) is told of what is there and not to be used, or could not be looked at:
 * the root of the mount, -errno (-ETIMEDOUT), and words or NULL. 0, -ENOMEM, -EAGAIN (no thread).
 */
int trash_all_open(const struct trash_env *env, const struct mount_list *mounts,
		   void (*refused)(void *ctx, const char *top, int err, const char *why), void *ctx,
		   struct trash_all *ret_all) MUST_USE;
void trash_all_done(struct trash_all *all); /* fine on zeroes, and twice */

#endif
