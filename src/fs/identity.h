/* SPDX-License-Identifier: MIT
 *
 * Which thing it was that somebody saw and agreed to change. A name may lead to something else a
 * moment later; device, inode, kind and, where the file system keeps it, the time it was made tell
 * (an inode number alone is given to the next file once the first is gone).
 *
 * A thing that is pinned has a descriptor that gives no access to its content (O_PATH): as long as
 * it is open, its inode number means nothing else, whatever becomes of its names. On overlayfs a
 * file may get another number when it is first changed; asking the pin again tells the new one.
 *
 * Follows: statx(2), openat(2). Thread: any. Owns: nothing.
 */
#ifndef FS_IDENTITY_H
#define FS_IDENTITY_H

#include "base/defs.h"
#include "fs/dirstack.h"
#include "fs/entry.h"

struct identity {
	struct file_id file;
	uint32_t type; /* S_IFMT bits of st_mode */
	uint32_t btime_nsec;
	int64_t btime; /* seconds since the epoch; INT64_MIN: not known, equal to any */
};

struct identity identity_of(const struct meta *meta);
bool identity_eq(const struct identity *a, const struct identity *b);
bool identity_is(const struct identity *want, const struct meta *meta);

/* Whether `name` is one component, which cannot lead out of its directory: not "", ".", "..", and
 * no slash in it. */
bool identity_component(const char *name);

/* Pins `name` of the directory, a link itself; nothing is waited for, nothing mounted. The caller
 * closes *ret_fd (sys_close). 0; -EINVAL: not one component; -ESTALE: not what is expected (NULL:
 * anything will do); openat(2), statx(2). */
int identity_pin(int dirfd, const char *name, const struct identity *expect, int *ret_fd,
		 struct meta *ret_meta) MUST_USE;
/* Whether `name` is the pinned thing now: 1, 0 (something else, *ret_meta tells what), -ENOENT,
 * -errno. */
int identity_at(int dirfd, const char *name, int pin, struct meta *ret_meta) MUST_USE;

/* Whether the open directory is the pinned one or lies below it, as far as it can be climbed. */
bool identity_below(int dirfd, int pin);

/* Opens the directory `name` to read it, with all the checks of dirstack_push(): no link, no other
 * mount or file system, and the one that is expected (NULL: any). Descriptor; -ENOTDIR, -ESTALE,
 * -EXDEV, -EACCES... */
int identity_open_dir(int dirfd, const char *name, const struct dir_id *expect) MUST_USE;

#endif
