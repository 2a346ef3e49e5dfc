/* SPDX-License-Identifier: MIT
 *
 * Small files of our own (history, bookmarks): replaced as a whole or not at all.
 *
 * Follows: rename(2), fsync(2). Thread: any. Owns: copies of what it is given.
 */
#ifndef FS_SAVER_H
#define FS_SAVER_H

#include "fs/service.h"

/* The steps, for other files that are replaced as a whole. */
/* Opens the directory of `path` (absolute), making it and what is above it when missing (0700). */
int saver_open_parent(const char *path) MUST_USE;
/* Puts bytes in place of `name` in the directory: a temporary name, fsync, rename, fsync. It has
 * this mode (less the umask), or mode and group of `like` when that is not NULL; where the group
 * cannot be had, it has no rights. */
struct meta;
int saver_replace(int dirfd, const char *name, const void *bytes, size_t len, uint32_t mode,
		  const struct meta *like) MUST_USE;

/* Writes it now. 0 or -errno; nothing is left behind. A link in place of the file is replaced. */
int saver_write(const char *path, const void *bytes, size_t len) MUST_USE;
/* The same in a worker, answered by FS_SAVED, ticket 0. Runs even while the program ends; of two
 * for one path the later wins. */
void saver_save(struct service *s, const char *path, const void *bytes, size_t len);
/* Opens the directory of `path` (absolute), making it and what is above it when missing (0700). */
int saver_open_parent(const char *path) MUST_USE;

#endif
