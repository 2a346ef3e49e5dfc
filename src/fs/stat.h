/* SPDX-License-Identifier: MIT
 *
 * Metadata of one thing, from statx(2), always relative to a directory descriptor. Never triggers
 * an automount and does not make a network file system refresh what it knows.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef FS_STAT_H
#define FS_STAT_H

#include "base/str.h"
#include "fs/entry.h"

/* All of these: 0 or -errno; paths may be longer than one system call takes; ret_mnt_id (may be
 * NULL) gets the mount id as in /proc/self/mountinfo, 0 where the kernel does not tell
 * (before 5.8). */

/* `name` in the directory, a link itself and not what it points to. -ENOENT: it is gone. */
int stat_at(int dirfd, const char *name, struct meta *ret_meta, uint64_t *ret_mnt_id) MUST_USE;
/* What `path` leads to, links followed. */
int stat_follow(int dirfd, const char *path, struct meta *ret_meta, uint64_t *ret_mnt_id) MUST_USE;
/* The open file (or O_PATH descriptor) itself. */
int stat_fd(int fd, struct meta *ret_meta, uint64_t *ret_mnt_id) MUST_USE;

/* The type in st_mode, as d_type would have told it. */
enum entry_type stat_type(uint32_t mode);
bool file_id_eq(struct file_id a, struct file_id b);

/* Appends the target of the link `name` (any length, not resolved). 0, -ENOMEM, -EINVAL (not a
 * link), -errno; nothing is appended on error. An empty name reads the link that dirfd
 * (O_PATH|O_NOFOLLOW) is. */
int stat_readlink(int dirfd, const char *name, struct str *ret_target) MUST_USE;

#endif
