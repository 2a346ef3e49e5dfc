/* SPDX-License-Identifier: MIT
 *
 * What the one list shows: a source of rows. A directory, the list of marks, the mount table are
 * sources; size trees, duplicate groups, findings, trash, jobs and history will be. Everything a
 * list does (moving, marking, filtering, sorting) works on this interface only.
 *
 * A source has ids 0 .. count-1; ids never change their meaning while the source lives, new ones
 * are added at the end, dead ones stay as holes. It may still be filling from another thread: it
 * counts only what has been published to this one. `rev` rises with every change that could be
 * seen.
 *
 * Thread: UI. Owns: see the sources.
 */
#ifndef MODEL_ROWS_H
#define MODEL_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/names.h"
#include "base/str.h"
#include "fs/entry.h"

enum sort_by {
	SORT_NAME,
	SORT_SIZE,
	SORT_MODIFIED,
	SORT_CHANGED,
	SORT_BORN,
	SORT_EXT,
	SORT_OWNER,
	SORT_MODE,
	SORT_ITEMS,
	SORT_FREED,
	SORT_TIME,   /* when it was done: trashed, say */
	SORT_ORIGIN, /* where it was */
	SORT_KINDS
};

struct sort_spec {
	enum sort_by by;
	bool reverse;
	bool dirs_first;
};

const char *sort_name(enum sort_by by); /* "name", "size", ... as in the configuration */
bool sort_parse(const char *name, enum sort_by *ret_by);

/* As they stand on the screen; what comes before the name has the numbers beside each other. */
enum column {
	COL_SIGN, /* one letter */
	COL_TOTAL,
	COL_PERCENT,
	COL_BAR,
	COL_ITEMS,
	COL_NUMBER, /* of an action, of a step */
	COL_NAME,
	COL_PERM,
	COL_OWNER, /* "owner group" */
	COL_SIZE,
	COL_MODIFIED,
	COL_CHANGED,
	COL_BORN,
	COL_WHERE, /* directory the row lies in */
	COL_FSTYPE,
	COL_FREE,
	COL_SOURCE,
	COL_SHARED,
	COL_FREED,
	COL_ORIGIN, /* where it was */
	COL_STATE,  /* what came of it */
	COL_STEPS,  /* how many */
	COL_AGE,    /* since when it is in the trash, or done: "3 days ago" */
	COL_DATE,   /* the same as a date */
	COL_UNDO,   /* what undoing it would do */
	COL_TRASH,  /* which one it is in */
	COL_KINDS
};

/* One row, as read. Pointers are valid until the source changes. */
struct row {
	const char *name;
	size_t name_len;
	enum entry_type type;
	const struct meta *meta; /* NULL: not known (yet, or see err) */
	int err;                 /* why meta is not known, -errno */
	const char *target;      /* of a symbolic link, or NULL */
	const char *where;       /* path of the directory it lies in */
	struct file_id where_id; /* and its identity: what a mark is bound to */
	const char *lies;        /* its name there, when another is shown; NULL: that is it */
	size_t lies_len;
	bool has_bytes; /* of what is in it, too: what a scan has found it takes up */
	uint64_t bytes;
	bool parent;  /* the ".." row: cannot be marked */
	bool nowhere; /* it is nothing that lies anywhere: it has no path */
};

/* The name of the row where it lies. */
static inline const char *row_lies(const struct row *row, size_t *ret_len)
{
	*ret_len = row->lies ? row->lies_len : row->name_len;
	return row->lies ? row->lies : row->name;
}

struct rows;

struct rows_ops {
	const char *name; /* "directory", "marked", "mounts" */
	bool keeps_order; /* has an order of its own: sorting is offered, but off at first */
	uint32_t (*count)(const struct rows *r);
	/* False for a hole. */
	bool (*row)(const struct rows *r, uint32_t id, struct row *ret_row);
	/* The pool that holds the names of all ids; borrowed. */
	struct names *(*names)(const struct rows *r);
	/* The number `by` sorts by, for orders that are not by name; false when not known yet. */
	bool (*rank)(const struct rows *r, uint32_t id, enum sort_by by, uint64_t *ret_rank);
	/* The number in a column that struct row does not say: bytes, seconds since the epoch (as a
	 * two's complement), items; of COL_PERCENT and COL_BAR thousandths. NULL: none; false: not
	 * known. */
	bool (*number)(const struct rows *r, uint32_t id, enum column col, uint64_t *ret_number);
	/* Text of a cell that struct row does not say (COL_FSTYPE...); appends bytes from outside.
	 * NULL: none. */
	int (*cell)(const struct rows *r, uint32_t id, enum column col, struct str *out);
	/* Appends the absolute path that Enter on this row leads to; false when the row has no
	 * inside that the program could know of (a regular file). */
	bool (*enter)(const struct rows *r, uint32_t id, struct str *path);
	bool (*loading)(const struct rows *r); /* still being filled */
	/* What follows may be NULL; it makes large sources fast. */
	/* True when every rank is known, so that orders by rank can be made (NULL: always). */
	bool (*complete)(const struct rows *r);
	/* Whether it has a rank for this kind at all (NULL: all that rank() knows). */
	bool (*sorts)(const struct rows *r, enum sort_by by);
	/* The half of "directories first" the row is in: 0 or 1 (NULL: by type). */
	uint8_t (*group)(const struct rows *r, uint32_t id);
	/* One bit for each id that is a hole; NULL: there is none. */
	const uint8_t *(*holes)(const struct rows *r);
	/* Ids that were added, became holes or changed their place in some order after revision
	 * `since`; false when they are too many to tell (NULL: always). */
	bool (*changed)(const struct rows *r, uint64_t since, uint32_t *ret_ids, size_t max,
			size_t *ret_n);
};

/* The group of "directories first" by type. */
static inline uint8_t rows_type_group(enum entry_type type)
{
	return type == ENTRY_DIR ? 0 : 1;
}

struct rows {
	const struct rows_ops *ops;
	const enum column *columns; /* in order of importance; ends with COL_KINDS */
	uint64_t rev;
};

/* Convenience over ops. */
static inline uint32_t rows_count(const struct rows *r)
{
	return r->ops->count(r);
}

bool rows_loading(const struct rows *r);
bool rows_complete(const struct rows *r);
bool rows_sorts(const struct rows *r, enum sort_by by);
bool rows_live(const struct rows *r, uint32_t id);
uint8_t rows_group(const struct rows *r, uint32_t id);
/* True when orders by this need rank(): all but name and extension. */
bool sort_needs_rank(enum sort_by by);
/* The greatest comes first, unless reversed. */
bool sort_descends(enum sort_by by);
/* A rank that sorts a time as its number does; unknown times come first. */
uint64_t rows_rank_of_time(int64_t sec, uint32_t nsec);
/* The rank of metadata, for sources whose rows have it; false when there is none of this kind. */
bool rows_rank_of_meta(const struct meta *meta, enum sort_by by, uint64_t *ret_rank);
/* The type that a mode (st_mode, inode(7)) says. */
enum entry_type rows_type_of_mode(uint32_t mode);

#endif
