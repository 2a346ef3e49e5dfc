/* SPDX-License-Identifier: MIT
 *
 * Patterns of names that are left out. A pattern without a slash is for the name of an entry,
 * wherever it lies; one with a slash for its path below the root, from the beginning
 * ("build/cache", "/build").
 *
 * Thread: any once it is filled. Owns: the compiled patterns.
 */
#ifndef BASE_EXCLUDE_H
#define BASE_EXCLUDE_H

#include "base/glob.h"

struct exclude {
	struct glob **names, **paths;
	size_t nnames, npaths, names_cap, paths_cap;
};

/* Zeroed: nothing is left out. */
void exclude_done(struct exclude *x);
/* 0, -ENOMEM, or -EINVAL with the reason appended to err (may be NULL). */
int exclude_add(struct exclude *x, const char *pattern, size_t len, struct str *err) MUST_USE;
bool exclude_name(const struct exclude *x, const char *name, size_t len);
bool exclude_path(const struct exclude *x, const char *rel, size_t len);
static inline bool exclude_any(const struct exclude *x)
{
	return x->nnames + x->npaths > 0;
}

#endif
