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

/* The steps, for other files that are replaced as a whole. */
/* Opens the directory of `path` (absolute), making it and what is above it when missing (0700). */
int saver_open_parent(const char *path) MUST_USE;
/* What a new file holds, and who may do what with it. */
struct meta;
struct saver_file {
	const void *bytes;
	size_t len;
	uint32_t mode; /* less the umask; without `like` */
	/* Mode and group are those of this one; where the group cannot be had, it has no rights.
	 * NULL: it is new. */
	const struct meta *like;
	const struct str *acl; /* with `like`: its access list, empty or NULL: it has none */
};
/* Appends the access list of an open file as the kernel has it; nothing when it has none. */
int saver_read_acl(int fd, struct str *out) MUST_USE;
/* Makes it beside `name`, with a name of its own that nobody had, which goes to *ret_temp; all of
 * it is on the disk. The caller puts it in place, or removes it, and syncs the directory. 0 or
 * -errno: nothing is left. -EOPNOTSUPP: the access list cannot be had, and without it others would
 * get rights. */
int saver_prepare(int dirfd, const char *name, const struct saver_file *f,
		  struct str *ret_temp) MUST_USE;

/* Writes it now. 0 or -errno; nothing is left behind. A link in place of the file is replaced.
 * *ret_reason: why not, in words; static; NULL where the errno says it. */
int saver_write(const char *path, const void *bytes, size_t len, const char **ret_reason) MUST_USE;
/* The same in a worker, answered by FS_SAVED, ticket 0. Runs even while the program ends; of two
 * for one path the later wins. */
void saver_save(struct service *s, const char *path, const void *bytes, size_t len);

#endif
