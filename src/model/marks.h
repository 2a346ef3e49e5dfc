/* SPDX-License-Identifier: MIT
 *
 * What is marked, across directories: a set of (identity of the parent directory, name bytes); never an index, never
 * an inode alone, so that two links of one file are two marks. Marks survive sorting, reloading, filtering and leaving
 * the directory. Each keeps the path it was marked under (for people) and, once known, the metadata it had when it was
 * marked: a plan compares that again before acting.
 *
 * It is also a source of rows: the list of all that is marked.
 *
 * Thread: UI. Owns: its entries.
 */
#ifndef MODEL_MARKS_H
#define MODEL_MARKS_H

#include "base/map.h"
#include "model/rows.h"

struct mark {
	struct file_id dir;
	const char *where; /* path of the directory, shared */
	uint32_t id;       /* name in the pool */
	enum entry_type type;
	bool live;     /* false: unmarked, a hole */
	bool has_meta; /* meta is as it was when it was marked */
	struct meta meta;
};

struct marks {
	struct rows rows;
	struct names *names;
	struct mark *at;
	size_t n, cap, live;
	struct map index; /* (dir, name) -> position in at */
	struct map paths; /* directory identity -> heap path */
	uint64_t bytes;   /* of live marks with metadata */
	uint64_t rev;
};

int marks_init(struct marks *m);
void marks_done(struct marks *m);
bool marks_has(const struct marks *m, const struct row *row);
int marks_set(struct marks *m, const struct row *row, bool on); /* 0 or -ENOMEM; the ".." row: 0 */
void marks_clear(struct marks *m);
/* Marks that lie in this directory. */
size_t marks_in(const struct marks *m, struct file_id dir);

#endif
