/* SPDX-License-Identifier: MIT */
#include "base/exclude.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void free_globs(struct glob **at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		glob_free(at[i]);
	free(at);
}

void exclude_done(struct exclude *x)
{
	free_globs(x->names, x->nnames);
	free_globs(x->paths, x->npaths);
	*x = (struct exclude){0};
}

int exclude_add(struct exclude *x, const char *pattern, size_t len, struct str *err)
{
	bool path = memchr(pattern, '/', len) != NULL;
	struct glob ***at = path ? &x->paths : &x->names, *g;
	size_t *n = path ? &x->npaths : &x->nnames;
	int r = array_grow(at, path ? &x->paths_cap : &x->names_cap, *n + 1, sizeof(**at));

	if (r < 0)
		return r;
	for (; len && pattern[0] == '/'; len--)
		pattern++;
	for (; len && pattern[len - 1] == '/'; len--)
		continue;
	r = glob_new(pattern, len, false, err, &g);
	if (r == 0)
		(*at)[(*n)++] = g;
	return r;
}

static bool any(struct glob *const *at, size_t n, const char *text, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (glob_test(at[i], text, len))
			return true;
	return false;
}

bool exclude_name(const struct exclude *x, const char *name, size_t len)
{
	return any(x->names, x->nnames, name, len);
}

bool exclude_path(const struct exclude *x, const char *rel, size_t len)
{
	return any(x->paths, x->npaths, rel, len);
}
