/* SPDX-License-Identifier: MIT
 *
 * Reading files whose content we act upon (configuration, themes): only regular files that belong
 * to us or to root, and that nobody else may write. A group of the same number as its owner is his
 * alone, as Debian and its kin set accounts up: it may write. And whether a place is one for files
 * of our own.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef FS_TRUSTED_H
#define FS_TRUSTED_H

#include "base/str.h"
#include "fs/entry.h"

/* Appends the whole file, links followed, which may have at most max bytes. 0; -ENOENT (also where
 * a part of the path is no directory), -EISDIR, -EINVAL (not a regular file), -EPERM (not to be
 * trusted), -EFBIG, -ENOMEM, open(2), read(2); nothing is appended then. *ret_reason: why, in
 * words, NULL where the errno says it. */
int trusted_read(int dirfd, const char *path, size_t max, struct str *out,
		 const char **ret_reason) MUST_USE;

/* The same for an open file, and what it is. */
int trusted_read_fd(int fd, size_t max, struct str *out, struct meta *ret_meta,
		    const char **ret_reason) MUST_USE;

/* Whether root may leave files of its own at the absolute path: not in a directory of somebody
 * else, as his home is after `sudo -E`, nor by a link of his. For anybody else the rights decide
 * when it is written. Directories that are not there yet do not matter. 0, -EPERM with *ret_reason
 * set, -ENOMEM, statx(2). */
int trusted_place(const char *path, const char **ret_reason) MUST_USE;
/* The same of one directory that is open. */
int trusted_place_fd(int dirfd, const char **ret_reason) MUST_USE;

#endif
