/* SPDX-License-Identifier: MIT
 *
 * Small files of our own (history, bookmarks): replaced as a whole or not at all.
 *
 * Follows: rename(2), fsync(2). Thread: any. Owns: copies of what it is given.
 */
#ifndef FS_SAVER_H
#define FS_SAVER_H

#include "base/str.h"
#include "fs/service.h"

/* Opens the directory of `path` (absolute), making it and what is above it when missing (0700). */
int saver_open_parent(const char *path) MUST_USE;

/* Writes it now, as tempfile_save() does, durably. A link in place of the file is replaced.
 * *ret_reason: why not, in words; static; NULL where the errno says it. */
int saver_write(const char *path, const void *bytes, size_t len, const char **ret_reason) MUST_USE;
/* The same in a worker, answered by FS_SAVED, ticket 0. Runs even while the program ends; of two
 * for one path the later wins. */
void saver_save(struct service *s, const char *path, const void *bytes, size_t len);

#endif
