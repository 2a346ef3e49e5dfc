/* SPDX-License-Identifier: MIT
 *
 * Small files of our own (history, bookmarks): replaced as a whole or not at all.
 *
 * Follows: rename(2), fsync(2). Thread: any. Owns: copies of what it is given.
 */
#ifndef FS_SAVER_H
#define FS_SAVER_H

#include "fs/service.h"

/* Writes it now. 0 or -errno; nothing is left behind. A link in place of the file is replaced. */
int saver_write(const char *path, const void *bytes, size_t len) MUST_USE;
/* The same in a worker, answered by FS_SAVED, ticket 0. Runs even while the program ends; of two
 * for one path the later wins. */
void saver_save(struct service *s, const char *path, const void *bytes, size_t len);

#endif
