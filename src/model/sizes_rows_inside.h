/* SPDX-License-Identifier: MIT
 *
 * What the two files of the directory of a size tree share: model/sizes_rows (the source of rows)
 * and model/sizes_pass (how it comes to know).
 *
 * Thread: UI. Owns: see model/sizes_rows.h.
 */
#ifndef MODEL_SIZES_ROWS_INSIDE_H
#define MODEL_SIZES_ROWS_INSIDE_H

#include "model/sizes_rows.h"

#define CHANGED_MAX 512u

/* A subdirectory that is not done, and what was known of it at the last pass. */
struct pending {
	uint32_t id;
	struct sizetree_total total;
};

/* Where the walk through one that is not done has come to. */
struct step {
	uint32_t dir, next;
};

struct sizes_rows {
	struct rows rows;
	const struct sizetree *tree;
	const struct sizes_look *look;
	uint32_t dir;
	char *path;
	struct file_id where_id;
	struct names *names;
	bool there; /* it was read: first and count are known */
	uint32_t first, count, filled;
	uint8_t *holes; /* bitmap; NULL: there is none */
	int err;
	struct sizetree_total total;
	/* in the order of ids */
	struct pending *pending;
	size_t npending, pending_cap;
	/* the pass */
	bool passing, walking;
	bool again; /* one more after it: what it has gone past may have become done */
	size_t at, kept;
	struct sizetree_total settled;  /* of what is not pending, and of the directory by itself */
	struct sizetree_total sum, sub; /* of what is pending, of the one at hand */
	struct step *stack;
	size_t depth, stack_cap;
	/* ids that the last pass has changed */
	uint32_t changed[CHANGED_MAX];
	size_t nchanged;
	uint64_t before; /* the revision before it */
	bool too_many;
};

/* The bit of a hole. */
static inline bool sizes_is_hole(const struct sizes_rows *r, uint32_t id)
{
	return r->holes && r->holes[id / 8] >> (id % 8) & 1;
}

#endif
