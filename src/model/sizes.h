/* SPDX-License-Identifier: MIT
 *
 * A view of what takes the space below a directory: a scan under way or over, and the directory of
 * its tree that is shown. One moves about in the tree without the file system; Enter and the
 * directory above stay in it.
 *
 * While the scan runs its sums are looked at every SIZES_LOOK_MS at most. When it is over, the
 * directory that is shown is watched: what changes in it is scanned again, and so are directories
 * that the user asks for; all directories above are right again at once.
 *
 * Thread: UI. Owns: its rows. The tree is the file system's until the ticket is closed.
 */
#ifndef MODEL_SIZES_H
#define MODEL_SIZES_H

#include "fs/event.h"
#include "model/list.h"
#include "model/sizes_rows.h"

#define SIZES_LOOK_MS   500  /* between two looks at a scan that runs */
#define SIZES_LOOK_MOST 4u   /* times that rows rest, when many change */
#define SIZES_MANY      8u   /* rows */
#define SIZES_FIRST_MS  100  /* before the first */
#define SIZES_REST_MS   1000 /* a directory that changes all the time is not read all the time */

struct model;
struct tab;
struct view;

enum sizes_phase {
	SIZES_ASKED,    /* the scan has not begun */
	SIZES_SCANNING, /* the tree grows */
	SIZES_STOPPED,  /* by the user, or because it could not go on: err */
	SIZES_OVER,
	SIZES_FAILED, /* it could not begin: err */
};

struct sizes {
	uint64_t ticket;
	char *path; /* of the root, absolute */
	enum sizes_phase phase;
	int err;
	const struct sizetree *tree;          /* NULL before it begins */
	struct scan_progress progress, round; /* of the scan; of the one under way again */
	unsigned rest;   /* passes are so many times as far apart: much changes with each */
	int64_t pass_ms; /* not before this is the next */
	int64_t began_ms, took_ms, look_ms;
	struct sizes_look look;
	struct sizes_rows *rows; /* the directory that is shown */
	/* The same directory, scanned again: shown when it is in order. NULL: there is none. */
	struct sizes_rows *coming;
	struct list coming_list;
	/* A scan of everything that takes the place of this one when it is over; 0: there is none.
	 */
	uint64_t fresh;
	const struct sizetree *fresh_tree;
	uint64_t watch; /* ticket; 0: it is not watched */
	struct file_id watched;
	bool changed;     /* there: it is to be read again */
	bool again;       /* a directory is being scanned again */
	int64_t again_ms; /* since when; or until when what changed has to wait */
	uint32_t aim;     /* entry for the cursor to come to; TREE_NONE */
	bool top;         /* it has not been moved: it stays on the first row, */
	uint32_t top_id;  /* which is this one so far */
};

/* The view of this list, NULL when it is none of sizes. */
const struct sizes *model_sizes(const struct model *m);
/* Whether the scan is under way, as far as it is known. */
bool sizes_busy(const struct sizes *s);
/* What stands for everything below the directory shown. */
struct sizetree_total sizes_total(const struct sizes *s);
/* Whether that is all there is: nothing was left unread, and nobody stopped it. */
bool sizes_exact(const struct sizes *s);

/* ---- for the model's own files ---- */
/* Of a new view. 0 or -ENOMEM. */
int sizes_new(struct model *m, const char *path, struct sizes **ret_sizes);
void sizes_free(struct model *m, struct sizes *s);
void sizes_event(struct model *m, struct fs_event *event);
/* A change in a directory that is watched; false: not of this kind. */
bool sizes_changed(struct model *m, const struct fs_event *event);
void sizes_tick(struct model *m);
int64_t sizes_deadline(const struct model *m);
/* What is coming is shown when it is ready; where the cursor is. */
void sizes_settle(struct model *m, struct view *v);
bool sizes_work(struct model *m, struct view *v);
bool sizes_has_work(const struct view *v);
/* Enter on the row of this id; true: that was all. */
bool sizes_enter(struct model *m, struct view *v, uint32_t id);
int sizes_up(struct model *m, struct view *v);
/* Shows a directory of the tree, the cursor on an entry of it. 0 or -errno. */
int sizes_go(struct model *m, struct view *v, uint32_t dir, uint32_t entry);
/* Shows a directory of the tree, whose absolute path is given. 0 or -ENOMEM: then it stays as it
 * was. */
int sizes_show(struct model *m, struct view *v, uint32_t dir, const char *path);
/* There is no tree any more, or none came: nothing is shown, and the scan is closed. */
void sizes_lost(struct model *m, struct view *v, int err);
/* The view that has this scan, or whose directory is watched under this ticket; NULL. */
struct view *sizes_view_of(struct model *m, uint64_t ticket);
/* The directory of the tree at this absolute path, or the nearest above it that there is. *ret_path
 * (may be NULL): heap, its path; NULL when out of memory. */
uint32_t sizes_locate(const struct sizes *s, const char *path, char **ret_path);
/* A list for a directory of the tree. 0 or -ENOMEM. */
int sizes_make(struct model *m, const struct view *v, uint32_t dir, const char *path,
	       struct sizes_rows **ret_rows, struct list *ret_list);
/* Shows it; takes both. */
void sizes_replace(struct model *m, struct view *v, struct sizes_rows *rows, struct list *list);
void sizes_watch(struct model *m, struct sizes *s);
/* sizes_again.c: what is scanned again, and what came of it. */
int sizes_scan_again(struct model *m, struct sizes *s, bool deep);
void sizes_ready(struct model *m, struct view *v, const struct fs_event *event);
void sizes_taken(struct model *m, struct view *v, const struct fs_event *event);
void sizes_fresh(struct model *m, struct view *v, const struct fs_event *event);
void sizes_show_coming(struct model *m, struct view *v);
void sizes_drop_coming(struct model *m, struct sizes *s);
bool sizes_stop(struct model *m, struct view *v); /* false: there is nothing to stop */

#endif
