/* SPDX-License-Identifier: MIT
 *
 * Shell patterns over whole names: * ? [set] [!set] {a,b} and \ before what is meant literally.
 * Nothing is special about a leading dot or a slash. Matching takes at most length of the pattern
 * times length of the name.
 *
 * Thread: a compiled pattern may be used by several threads at once. Owns: the compiled pattern.
 */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include "base/str.h"

#define GLOB_LEN_MAX          1024
#define GLOB_ALTERNATIVES_MAX 256 /* of all braces together */

struct glob;

/* Compiles. 0, -ENOMEM, or -EINVAL with the reason appended to err (may be NULL). With `fold` the
 * pattern must have no upper-case letter, and case is ignored. */
int glob_new(const char *pattern, size_t len, bool fold, struct str *err,
	     struct glob **ret_glob) MUST_USE;
void glob_free(struct glob *g);
bool glob_test(const struct glob *g, const char *name, size_t len);
/* True when the pattern has a character that is special. */
bool glob_special(const char *pattern, size_t len);

#endif
