/* SPDX-License-Identifier: MIT
 *
 * Calls that may do less than asked, or that a file system may lack, done wholly or not at all.
 *
 * Follows: write(2), getrandom(2), fsync(2). Thread: any. Owns: nothing.
 */
#ifndef FS_WHOLE_H
#define FS_WHOLE_H

#include <stddef.h>

#include "base/defs.h"

/* All of the bytes. 0; -errno: some of them may have been written. */
int whole_write(int fd, const void *bytes, size_t len) MUST_USE;
/* Bytes that nobody can guess. At most 256: more may come in parts. */
int whole_random(void *buf, size_t len) MUST_USE;
/* What fsync(2) or fdatasync(2) of a file answered: 0 also where the file system has none. */
int whole_synced(int rc) MUST_USE;

#endif
