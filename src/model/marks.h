/* SPDX-License-Identifier: MIT
 *
 * What is marked, across directories: a set of (identity of the parent directory, name bytes);
 * never an index, never an inode alone, so that two links of one file are two marks. Marks survive
 * sorting, reloading, filtering and leaving the directory. Each keeps the path it was marked under
 * (for people) and, once known, the metadata it had when it was marked: a plan compares that again
 * before acting.
 *
 * It is also a source of rows: the list of all that is marked.
 *
 * Thread: UI. Owns: its entries.
 */
#ifndef MODEL_MARKS_H
#define MODEL_MARKS_H

#include "base/map.h"
#include "model/rows.h"

/* A directory that has, or had, marks. */
struct mark_dir {
	struct file_id id;
	char *path;
	size_t live;
};

/* Its id in the rows, and in the pool of names, is its position. */
struct mark {
	uint32_t dir; /* in dirs */
	uint8_t type; /* enum entry_type */
	bool live;    /* false: unmarked, a hole */
	bool gone; /* no longer in its directory: it stays marked, shown as gone, and plans refuse
		      it */
	bool has_meta;  /* meta is as it was when it was marked */
	bool has_bytes; /* bytes: what it takes up with all that is in it, as its row said */
	uint64_t bytes;
	struct meta meta;
};

struct marks {
	struct rows rows;
	struct names *names;
	struct mark *at;
	size_t n, cap, live;
	/* Hash of (dir, name), the position + 1 in its low half; 0: empty. While it grows the next
	 * is filled from the slots before `moved`, and nothing is added. */
	uint64_t *index, *next_index;
	size_t index_cap, next_cap, moved;
	uint8_t *holes; /* bitmap of what is not live */
	size_t holes_cap;
	struct mark_dir *dirs;
	size_t ndirs, dirs_cap;
	/* Of the live marks that are files or links: the size of a directory's own inode says
	 * nothing of what is in it, and devices have none. */
	uint64_t bytes;
	size_t unsummed; /* live marks whose bytes are not known: directories, and what has no
			  * metadata (yet). When it is not 0 `bytes` is a lower bound: to be shown
			  * with a "≥" */
	size_t kinds[ENTRY_BLOCK + 1]; /* live marks of each type */
	uint64_t epoch;                /* rises when ids begin anew: all were unmarked */
	uint64_t rev;
};

int marks_init(struct marks *m);
void marks_done(struct marks *m);
bool marks_has(const struct marks *m, const struct row *row);
int marks_set(struct marks *m, const struct row *row,
	      bool on); /* 0 or -ENOMEM; ".." and rows that lie nowhere: 0 */
/* Makes room for `more` marks, moving at most `slice` slots of the index. 0 when there is room, 1:
 * call again, or -ENOMEM. marks_set() makes it by itself; who adds many calls this first, so that
 * no key waits. */
int marks_reserve(struct marks *m, size_t more, size_t slice);
void marks_clear(struct marks *m);
/* Marks that lie in this directory. */
size_t marks_in(const struct marks *m, struct file_id dir);

/* Metadata of a marked row that came after it was marked; of a row that is not marked: nothing. */
void marks_learn(struct marks *m, const struct row *row);
/* The name is gone from its directory, or there again. */
void marks_set_gone(struct marks *m, struct file_id dir, const char *name, size_t len, bool gone);
/* The directory itself is gone from its path, and with it all that is marked there. */
void marks_set_dir_gone(struct marks *m, struct file_id dir);

#endif
