/* SPDX-License-Identifier: MIT
 *
 * All that is in a world at one moment, sorted by path, and what is different at another. What lies
 * in a trash stands under where it was: "trash:work/d/x"; with a thing that has no information it
 * is "trash:?NAME", information without a thing "trash:!NAME", anything else there "trash:~NAME".
 * The program's own state is left out.
 *
 * Thread: any. Owns: its things.
 */
#ifndef TESTS_FAULT_MANIFEST_H
#define TESTS_FAULT_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/str.h"

struct thing {
	char *path; /* relative to the world */
	struct stat st;
	uint64_t hash; /* of the contents, or the target of a link */
};

struct manifest {
	struct thing *things;
	size_t n, cap;
};

enum manifest_what {
	M_PLAIN = 0, /* names, kinds, contents, modes, owners, numbers of links of files */
	M_TIMES = 1, /* and mtimes of all but directories; all of today are equal */
	M_EXACT = 2, /* and all mtimes to the nanosecond, and inodes */
};

void manifest_take(struct manifest *m, const char *root);
void manifest_done(struct manifest *m);

/* Appends a line for each thing below `prefix` ("" is all) that differs: "- path" only in a, "+
 * path" only in b, "~ path: mode" and so on. How many. */
size_t manifest_diff(const struct manifest *a, const struct manifest *b, const char *prefix,
		     unsigned what, struct str *out);
/* Each thing of `now` must be as in a or as in b, and what is in both must be there. `stray`:
 * information without a thing may be there too. `swapped` (may be NULL): a path at which one thing
 * takes the place of another by two steps, so that there is nothing between them. */
size_t manifest_between(const struct manifest *a, const struct manifest *b,
			const struct manifest *now, bool stray, const char *swapped,
			struct str *out);
/* Things of `before` (same inode, kind and content) that are nowhere in `now`, but for those below
 * `except` (may be NULL), and directories that need not be in `after` (NULL: all need). */
size_t manifest_lost(const struct manifest *before, const struct manifest *now, const char *except,
		     const struct manifest *after, struct str *out);
/* Paths that begin with the prefix. */
size_t manifest_below(const struct manifest *m, const char *prefix, struct str *out);
const struct thing *manifest_find(const struct manifest *m, const char *path);
/* Whether something of this inode and kind is there. */
bool manifest_has(const struct manifest *m, const struct thing *t, bool content);
bool path_below(const char *path, const char *dir); /* or the same */

#endif
