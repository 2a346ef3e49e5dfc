/* SPDX-License-Identifier: MIT
 *
 * Every file below a directory of a size tree looked at once, in slices: which are the largest, or
 * what those of each extension take up. What has several links counts once.
 *
 *	survey_init(), survey_work() until it is over, survey_done()
 *
 * Thread: UI, or whoever has the tree. Owns: its results; borrows the tree.
 */
#ifndef MODEL_SURVEY_H
#define MODEL_SURVEY_H

#include "base/map.h"
#include "fs/sizetree.h"

/* One of the largest. */
struct survey_file {
	uint64_t bytes;
	uint32_t dir, entry;
};

/* All files of an extension; in lower case, "" for what has none. */
struct survey_kind {
	const char *ext; /* kept by the survey */
	size_t len;
	uint64_t files, blocks, size;
};

struct survey {
	const struct sizetree *tree;
	bool apparent;    /* by length instead of what is taken on the disk */
	size_t top;       /* so many of the largest; 0: by extension */
	size_t kinds_max; /* extensions beyond so many count as one, "/"; 0: none does */
	/* Only files of this one; NULL: of all. Heap, owned. */
	char *only;
	size_t only_len;
	/* results, in their order once it is over */
	struct survey_file *files;
	struct survey_kind *kinds;
	size_t nfiles, nkinds;
	/* the way */
	struct survey_step *stack;
	size_t depth, stack_cap, kinds_cap;
	struct map map;
};

/* only (may be NULL) is copied. 0 or -ENOMEM; survey_done() in all cases. */
int survey_init(struct survey *s, const struct sizetree *tree, uint32_t dir, bool apparent,
		size_t top, const char *only, size_t only_len) MUST_USE;
void survey_done(struct survey *s);
/* Looks at this many entries. 1: there is more; 0: it is over; -ENOMEM. */
int survey_work(struct survey *s, size_t slice) MUST_USE;

#endif
