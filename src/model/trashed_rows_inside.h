/* SPDX-License-Identifier: MIT
 *
 * What the two files of the rows of the trash share: model/trashed_rows (the source of rows) and
 * model/trashed_take (what it is told).
 *
 * Thread: UI. Owns: see model/trashed_rows.h.
 */
#ifndef MODEL_TRASHED_ROWS_INSIDE_H
#define MODEL_TRASHED_ROWS_INSIDE_H

#include "base/map.h"
#include "model/trashed_rows.h"

/* Its id is its position, also in the pools of names. */
struct slot {
	uint32_t dir;
	uint32_t origin; /* in the pool of directories; NAMES_NONE: not known */
	uint32_t round;  /* it was told in last */
	uint8_t state;   /* enum trash_state */
	bool live, size_known;
	int err; /* why its size is not known */
	uint64_t size;
	int64_t deleted;
	const char *why;
	struct meta meta;
};

struct trashed_rows {
	struct rows rows;
	struct names *names; /* as shown */
	struct names *lies;  /* in files/ */
	struct slot *at;
	size_t n, cap;
	uint8_t *holes;
	size_t holes_cap;
	struct map index; /* directory, name in files/ -> id */
	struct trashed_dir *dirs;
	size_t ndirs, dirs_cap;
	struct names *origins;
	struct map origin_index;
	uint32_t *ranks; /* of the origins, by their paths */
	size_t nranks, ranks_cap;
	struct trashed_total total;
	bool loading, relative, several;
};

/* The columns that are wanted now. */
void trashed_rows_restyle(struct trashed_rows *t);
/* Sets the key of a name in files/ of a directory. 0 or -ENOMEM. */
int trashed_rows_key(struct str *key, uint32_t dir, const char *name, size_t len);

#endif
