/* SPDX-License-Identifier: MIT
 *
 * What the files of fs/trash_dirs share: fs/trash_dirs (finding and making a trash) and
 * fs/trash_dirs_could (whether there can be one).
 *
 * Thread, Owns: see fs/trash_dirs.h.
 */
#ifndef FS_TRASH_DIRS_INSIDE_H
#define FS_TRASH_DIRS_INSIDE_H

#include "fs/trash_dirs.h"

/* The root of a mount. */
struct trash_top {
	int fd;
	unsigned above; /* how many steps up from the directory */
};

/* A directory of ours, made when it is missing and `create`. Descriptor, or as trash_dir_home(). */
int trash_dir_open_ours(int dirfd, const char *name, bool create, const char **ret_why) MUST_USE;
/* What there is of a trash is open in *t, also with -errno; trash_dir_done() is due. */
int trash_dir_open_home(const struct trash_env *env, bool create, struct trash_dir *t,
			const char **ret_why) MUST_USE;
int trash_dir_open_top(int top, enum trash_kind kind, bool create, struct trash_dir *t,
		       const char **ret_why) MUST_USE;
/* The home is ours. 0 or -errno. */
int trash_dir_check_home(const char *path, const char **ret_why) MUST_USE;
/* The directory, or the nearest above it that is there; *path becomes its. Descriptor, -errno. */
int trash_dir_nearest(struct str *path) MUST_USE;
/* Up to the last directory that is on the same mount and device; the caller closes it. */
int trash_dir_climb(int dirfd, struct trash_top *ret_top) MUST_USE;
/* Whether the trash in the home is, or would be, on the file system of the directory: 1, 0. */
int trash_dir_is_near(const struct trash_env *env, int dirfd) MUST_USE;
/* Whether a name can be added in it, in both directories of a trash, as far as can be asked. */
int trash_dir_may_add(int fd) MUST_USE;
int trash_dir_may_use(const struct trash_dir *t) MUST_USE;
int trash_dir_identify(int fd, struct dir_id *ret_id) MUST_USE;
bool trash_dir_same_fs(const struct dir_id *a, const struct dir_id *b);

#endif
