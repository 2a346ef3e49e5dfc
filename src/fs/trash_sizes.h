/* SPDX-License-Identifier: MIT
 *
 * The file directorysizes of a trash: how much each directory in it takes, so that nobody need look
 * again. It is a cache that any program may write: what does not fit the information file of the
 * same name, or makes no sense, does not count. It is replaced as a whole; of two programs that do
 * so at once one loses its line, which costs a look later.
 *
 * Follows: the FreeDesktop.org Trash specification 1.0, "The directory size cache". Thread: worker.
 * Owns: its map.
 */
#ifndef FS_TRASH_SIZES_H
#define FS_TRASH_SIZES_H

#include "base/map.h"
#include "fs/trash_dirs.h"

struct trash_size;
struct trash_sizes {
	struct map names; /* to indices into rows */
	struct trash_size *rows;
	size_t n, cap;
};

void trash_sizes_init(struct trash_sizes *s);
void trash_sizes_done(struct trash_sizes *s);
/* Reads it into s, which is empty. 0 (also when there is none), -ENOMEM, -errno. */
int trash_sizes_read(const struct trash_dir *trash, struct trash_sizes *s) MUST_USE;
/* The bytes of the directory `name`, whose information file has this mtime (seconds); false: not
 * known. */
bool trash_sizes_get(const struct trash_sizes *s, const char *name, int64_t mtime,
		     uint64_t *ret_bytes);

/* One that was measured. */
struct trash_measured {
	char *name;
	int64_t info_mtime;
	uint64_t bytes;
};
/* Writes the file anew with the sizes of these directories, and without those of directories that
 * are gone. Nothing is lost when it fails. 0 or -errno. */
int trash_sizes_keep(const struct trash_dir *trash, const struct trash_measured *at, size_t n);
/* The same for one; bytes NULL: without it. */
int trash_sizes_set(const struct trash_dir *trash, const char *name, int64_t mtime,
		    const uint64_t *bytes);

#endif
