/* SPDX-License-Identifier: MIT
 *
 * Lexical work on paths; no system call. Paths are bytes of any length.
 *
 * Thread: any. Owns: nothing but what it appends to.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "base/str.h"

/* Sets out to the absolute, normalised form of `path` seen from the absolute directory `base`:
 * no ".", no "..", no doubled slashes; ".." is lexical (the link you came by). "~" and "~/x" are
 * home when home is not NULL. out must not overlap the inputs. 0 or -ENOMEM. */
int path_resolve(struct str *out, const char *base, const char *path, const char *home);
/* out = dir + "/" + name (one slash). */
int path_join(struct str *out, const char *dir, const char *name, size_t name_len);
/* The last component ("/" has none: an empty string). Points into path. */
const char *path_base(const char *path);
/* Length of the parent's path: "/a/b" -> 2, "/a" -> 1, "/" -> 1. */
size_t path_parent_len(const char *path);
/* The extension without its dot, of a name: "a.tar.gz" -> "gz"; none for "a", ".bashrc", "a.";
 * *ret_len 0 when there is none. Points into name. */
const char *path_ext(const char *name, size_t len, size_t *ret_len);
/* Sets out to the n-th name that is made of a name: "name.ext", "name.2.ext" and so on, of at most
 * `max` bytes; what is too long loses some of its stem, no half characters of UTF-8. 0 or -ENOMEM.
 */
int path_numbered(struct str *out, const char *name, unsigned n, size_t max);
/* True when `path` is `dir` or lies below it, by whole components. */
bool path_is_below(const char *path, const char *dir);
/* Appends how to get from the directory `dir` to `path`, both absolute and normalised: "../b", "."
 * when they are the same. By the text: no link may be in dir. 0 or -ENOMEM. */
int path_relative(struct str *out, const char *dir, const char *path);
/* Appends path with home abbreviated to ~. */
int path_abbrev(struct str *out, const char *path, const char *home);

#endif
