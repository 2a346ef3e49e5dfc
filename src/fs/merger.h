/* SPDX-License-Identifier: MIT
 *
 * Small files of our own that several programs write: each reads what is there, adds its own, and
 * replaces the file as a whole, one program after the other.
 *
 * The directory of the file is what is locked, so that no file is left behind for that; where a
 * file system cannot lock (some network ones), two programs at the same moment may lose what one of
 * them added, never more.
 *
 * Follows: flock(2), rename(2). Thread: any. Owns: what it is given.
 */
#ifndef FS_MERGER_H
#define FS_MERGER_H

#include "base/str.h"
#include "fs/service.h"

#define MERGER_MAX (1u << 20) /* bytes of a file; a larger one is left alone */

/* Appends the new content to `ret_new`, given the old one (len 0: none). 0, -ECANCELED: leave the
 * file as it is, which is no error, or -errno. Called in a worker. */
typedef int merge_fn(void *ctx, const char *old, size_t len, struct str *ret_new);

/* Does it now. 0 or -errno; then the file is as it was, as always when it is not to be trusted or
 * not ours to make (fs/trusted.h): -EPERM. *ret_reason: why, in words; static; NULL where the errno
 * says it. A link in place of the file is read through, and replaced. */
int merger_write(const char *path, merge_fn *merge, void *ctx, const char **ret_reason) MUST_USE;
/* The same in a worker, in line with those of saver_save(), also while the program ends; done(ctx)
 * is called in all cases. Answered by FS_SAVED, ticket 0. */
void merger_save(struct service *s, const char *path, merge_fn *merge, void (*done)(void *ctx),
		 void *ctx);

#endif
