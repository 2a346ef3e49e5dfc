/* SPDX-License-Identifier: MIT
 *
 * What is in the trash, in all of its directories, as a source of rows. A row is called as it was
 * where it came from, and lies in files/ of its trash under a name of its own: that is what a mark
 * of it is bound to. What is told again keeps its id while it is the same; what is no longer there
 * becomes a hole.
 *
 * Thread: UI. Owns: all that it was told.
 */
#ifndef MODEL_TRASHED_ROWS_H
#define MODEL_TRASHED_ROWS_H

#include "fs/event.h"
#include "model/rows.h"

/* One of its directories. */
struct trashed_dir {
	char *path, *top; /* see struct trash_told */
	char *files_path;
	struct file_id id, files;
	bool home;
	bool live;
	uint32_t number; /* it is told under now; NAMES_NONE: not yet, while all is told anew */
	bool fresh;      /* being told: what has another round than it is gone in the end */
	uint32_t round;
	size_t things;
};

/* One thing, for whoever acts on it. Valid until the rows change. */
struct trashed_thing {
	const struct trashed_dir *dir; /* the trash: its path and identity */
	const char *name;              /* in files/ */
	const char *origin;            /* the directory it was in; NULL: not known */
	const char *shown;             /* its name there */
	const char *why;               /* why that is not known, in words; may be NULL */
	enum trash_state state;
	const struct meta *meta; /* which thing it is; NULL: TRASH_INFO_ALONE */
	int64_t deleted;         /* seconds; INT64_MIN: not known */
};

struct trashed_total {
	size_t things;
	uint64_t size;  /* bytes on the disk, of those that are known */
	uint64_t freed; /* without files that have links elsewhere */
	size_t unknown; /* directories that were not weighed (yet) */
	size_t linked;  /* files that have other links */
	size_t odd;     /* without information, or nothing but that */
};

struct trashed_rows;

struct trashed_rows *trashed_rows_new(void); /* NULL when out of memory */
void trashed_rows_free(struct trashed_rows *t);
struct rows *trashed_rows_rows(struct trashed_rows *t);
const struct rows *trashed_rows_const(const struct trashed_rows *t);
void trashed_rows_set_loading(struct trashed_rows *t, bool loading);
/* Ages instead of dates come first. */
void trashed_rows_relative(struct trashed_rows *t, bool relative);

/* What the names of rows that went are told to; may be NULL. */
struct trashed_gone {
	void (*gone)(void *ctx, struct file_id files, const char *name, size_t len);
	void *ctx;
};
/* All is told anew: trashed_rows_all_told() drops what was not. */
void trashed_rows_begin(struct trashed_rows *t);
/* One that is going to be told; takes its strings. 0 or -ENOMEM. */
int trashed_rows_dir(struct trashed_rows *t, struct trash_told *told);
int trashed_rows_items(struct trashed_rows *t, uint32_t number, const struct trash_found *at,
		       uint32_t n);
void trashed_rows_sizes(struct trashed_rows *t, uint32_t number, const struct trash_weight *at,
			uint32_t n);
/* All at this place was told: what was not is gone. */
void trashed_rows_told(struct trashed_rows *t, uint32_t place, const struct trashed_gone *gone);
void trashed_rows_all_told(struct trashed_rows *t, const struct trashed_gone *gone);

/* How many trash directories there is something in. */
size_t trashed_rows_dirs(const struct trashed_rows *t);
struct trashed_total trashed_rows_total(const struct trashed_rows *t);
/* False: a hole. */
bool trashed_rows_thing(const struct trashed_rows *t, uint32_t id, struct trashed_thing *ret_thing);
/* The row that lies under this name in the directory; NAMES_NONE: none. */
uint32_t trashed_rows_find(const struct trashed_rows *t, struct file_id files, const char *name,
			   size_t len);
/* Appends where it was: directory and name. 0 or -ENOMEM; -ENOENT: not known. */
int trashed_rows_origin(const struct trashed_rows *t, uint32_t id, struct str *out);

#endif
