/* SPDX-License-Identifier: MIT
 *
 * The view of the trash: what is in all of its directories, as it is told place by place. A place
 * that does not answer is named, and holds nothing up. What changes is looked at again, where it
 * can be watched.
 *
 * Thread: UI. Owns: its rows.
 */
#ifndef MODEL_TRASHED_H
#define MODEL_TRASHED_H

#include "fs/event.h"
#include "model/list.h"
#include "model/trashed_rows.h"

#define TRASHED_WAIT_MS 500  /* without a word: what has not answered is named */
#define TRASHED_SOON_MS 100  /* before a change is looked at: mostly more follow */
#define TRASHED_REST_MS 1000 /* a trash that changes all the time is not read all the time */

struct model;
struct view;

struct trashed_place {
	char *path; /* of the mount; NULL: the home */
	bool network, over;
};

struct trashed {
	uint64_t ticket;
	struct trashed_rows *rows;
	struct trashed_place *places; /* the home is the first */
	size_t nplaces, places_cap;
	bool table;                 /* all places are known */
	bool first;                 /* nothing was told before */
	bool all;                   /* everything is being told anew */
	int64_t word_ms;            /* when something was told last */
	bool changed;               /* to be looked at again, */
	int64_t look_ms, looked_ms; /* not before; and when that was done last */
	/* What is not shown, and why: the first of so many. */
	struct str problem;
	size_t problems;
	bool top;        /* the cursor was not moved: it stays on the first row, */
	uint32_t top_id; /* which is this one so far */
};

/* The view that has the keys, NULL when it is none of the trash. */
const struct trashed *model_trashed(const struct model *m);
/* A place that has not answered in time, a server's before others; NULL: none. *ret_more: how many
 * others. */
const struct trashed_place *trashed_waiting(const struct trashed *t, int64_t now_ms,
					    size_t *ret_more);
/* What an action is about: the marked rows of the view, or without any that under the cursor, as
 * ids for trashed_rows_thing(); *ret_ids is heap. 0 or -ENOMEM. */
int model_trash_chosen(const struct model *m, uint32_t **ret_ids, size_t *ret_n);

/* ---- for the model's own files ---- */
int trashed_new(struct model *m, struct trashed **ret_trashed); /* 0 or -ENOMEM */
void trashed_free(struct model *m, struct trashed *t);          /* NULL is fine */
bool trashed_event(struct model *m, struct fs_event *event);    /* false: not of this kind */
int trashed_again(struct model *m, struct trashed *t);          /* all of it */
void trashed_settle(struct view *v);
void trashed_tick(struct model *m);
int64_t trashed_deadline(const struct model *m);

#endif
