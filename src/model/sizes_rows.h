/* SPDX-License-Identifier: MIT
 *
 * One directory of a size tree as a source of rows, also while the tree grows: what of it is known
 * is looked at in passes (sizes_rows_work()), and what a row says changes only with those. The sums
 * of a subdirectory that is not done are its own and those of what is not done in it; they are at
 * least so much.
 *
 * Names are copied into a pool of the source's own, in slices; an entry keeps its number all along:
 * the id of a row is the number of the entry less the first.
 *
 * Thread: UI. Owns: names and sums; borrows the tree.
 */
#ifndef MODEL_SIZES_ROWS_H
#define MODEL_SIZES_ROWS_H

#include "fs/sizetree.h"
#include "model/rows.h"

/* What the view shows, the same for all directories of a scan. */
struct sizes_look {
	bool apparent; /* lengths instead of what is taken on the disk */
	bool bars, percents;
	bool shared; /* columns of what is shared with others, and what deleting would free */
	bool over;   /* what is not done will not be */
};

/* Why a row is not simply what it seems; the most important of several. */
enum sizes_sign {
	SIZES_PLAIN,
	SIZES_GROWING,       /* still being counted */
	SIZES_STOPPED_BELOW, /* it was, when it was stopped */
	SIZES_UNREAD,        /* could not be read, or not to its end */
	SIZES_EXCLUDED,      /* left out by a pattern */
	SIZES_OTHER_FS,      /* another file system, not entered */
	SIZES_KERNEL,        /* a kernel's file system: nothing is stored there */
	SIZES_ELSEWHERE,     /* counted at another place */
	SIZES_UNREAD_BELOW,  /* something below it could not be read */
	SIZES_LINKED,        /* a file with several links, or with all of it shared */
	SIZES_EMPTY,         /* a directory with nothing in it */
	SIZES_SIGNS
};

struct sizes_rows;

/* The directory with this number (TREE_NONE: it has none yet, and there are no rows); its absolute
 * path. The look is kept by the caller. NULL: no memory. */
struct sizes_rows *sizes_rows_new(const struct sizetree *tree, uint32_t dir, const char *path,
				  const struct sizes_look *look);
void sizes_rows_free(struct sizes_rows *r);
struct rows *sizes_rows_rows(struct sizes_rows *r);
const struct rows *sizes_rows_const(const struct sizes_rows *r);
uint32_t sizes_rows_dir(const struct sizes_rows *r);
const char *sizes_rows_path(const struct sizes_rows *r);
/* One slice: looks at this many entries at most. True while there is more of the pass. 0 entries
 * may be looked at when nothing is due. -ENOMEM shows as rows that are missing: sizes_rows_err().
 */
bool sizes_rows_work(struct sizes_rows *r, size_t slice);
bool sizes_rows_has_work(const struct sizes_rows *r);
/* Begins a pass over what is not done yet; while one goes on another will follow it. */
void sizes_rows_look(struct sizes_rows *r);
/* Sums have changed that were done: of everything. */
void sizes_rows_changed(struct sizes_rows *r);
/* What the look says has changed: columns. */
void sizes_rows_restyle(struct sizes_rows *r);
/* How many rows the last pass has changed. */
unsigned sizes_rows_moved(const struct sizes_rows *r);
/* How many directories of it are not done. */
unsigned sizes_rows_pending(const struct sizes_rows *r);
int sizes_rows_err(const struct sizes_rows *r);
/* Of the directory itself, as it was at the last pass. */
struct sizetree_total sizes_rows_total(const struct sizes_rows *r);
/* Of one row: what it takes, and with its items when it is a directory. */
bool sizes_rows_of(const struct sizes_rows *r, uint32_t id, struct sizetree_total *ret_total);
uint64_t sizes_bytes_of(const struct sizes_look *look, const struct sizetree_total *total);
uint64_t sizes_thousandths(uint64_t part, uint64_t whole); /* 1000 at most */
/* Appends the names that lead from the directory `top` of a tree down to `dir`, a slash before
 * each. 0 or -ENOMEM; -ENOENT: it is not below it. */
int sizes_add_path(const struct sizetree *t, uint32_t dir, uint32_t top, struct str *out);
enum sizes_sign sizes_rows_sign(const struct sizes_rows *r, uint32_t id);
/* The directory that a row is, TREE_NONE when it cannot be entered. */
uint32_t sizes_rows_subdir(const struct sizes_rows *r, uint32_t id);
uint32_t sizes_rows_entry(const struct sizes_rows *r, uint32_t id); /* its number in the tree */
uint32_t sizes_rows_id(const struct sizes_rows *r, uint32_t entry); /* NAMES_NONE: not one of it */
/* What of it can be marked: NULL when its identity is not known. */
const struct file_id *sizes_rows_where(const struct sizes_rows *r);

#endif
