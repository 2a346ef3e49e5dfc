/* SPDX-License-Identifier: MIT
 *
 * Opening by a path of any length: the kernel takes at most PATH_MAX bytes in one call,
 * trees go deeper. Longer ones are opened piece by piece. Links are followed: this is for paths the
 * user named.
 *
 * Follows: path_resolution(7), openat(2). Thread: worker. Owns: nothing.
 */
#ifndef FS_OPENPATH_H
#define FS_OPENPATH_H

#include "base/str.h"

#ifndef OPENPATH_PIECE
#define OPENPATH_PIECE 4095 /* PATH_MAX without its NUL; tests use less */
#endif

/* openat(2) of the whole path; flags as there (never O_CREAT). Descriptor or -errno. */
int openpath(const char *path, int flags);
/* The same from the directory `dirfd` (or AT_FDCWD). */
int openpath_at(int dirfd, const char *path, int flags);
/* For calls that take a descriptor and a name: *ret_dir (for openpath_close()) and the rest
 * of the path seen from there, short enough for one call and pointing into path. Short paths need
 * no descriptor. 0 or -errno. */
int openpath_split(int dirfd, const char *path, int *ret_dir, const char **ret_rest);
void openpath_close(int dir, int dirfd); /* unless it is dirfd itself */

/* Sets out to the path of an open directory, without links, as the kernel knows it; where it does
 * not tell, to `shown` (ignored unless absolute) without "..". In both cases the path was seen to
 * lead there. 0, -ENOENT: no path is known; -ENOMEM. */
int openpath_of(int dirfd, const char *shown, struct str *out);

#endif
