/* SPDX-License-Identifier: MIT
 *
 * The view of the history: the actions of the journal, newest first; the steps of one stand in a
 * view above it. What is written to the journal meanwhile is read soon.
 *
 * Thread: UI. Owns: its rows.
 */
#ifndef MODEL_PAST_H
#define MODEL_PAST_H

#include "fs/event.h"
#include "model/list.h"
#include "model/past_rows.h"

#define PAST_SOON_MS 50  /* before a change is read: mostly more follow */
#define PAST_REST_MS 500 /* a journal that is written all the time is not read all the time */

#define PAST_WHOLE UINT32_MAX /* no single step: all of an action */

struct model;
struct view;

struct past {
	uint64_t ticket;
	struct past_rows *rows; /* the actions */
	bool changed;
	int64_t look_ms, looked_ms;
	int err;         /* why there are none */
	struct str why;  /* in words */
	bool warned;     /* what cannot be read was told */
	bool top;        /* the cursor was not moved: it stays on the first row, */
	uint32_t top_id; /* which is this one so far */
};

/* Of the view that has the keys, or of the history below it; NULL: it is none of these. */
const struct past *model_past(const struct model *m);
/* What an action is about: the number of the action under the cursor, or of the one whose steps are
 * shown and the step under the cursor (from 0; PAST_WHOLE: none). False: there is none. */
bool model_past_chosen(const struct model *m, uint64_t *ret_action, uint32_t *ret_step);

/* ---- for the model's own files ---- */
int past_new(struct model *m, struct past **ret_past);    /* 0 or -ENOMEM */
void past_free(struct model *m, struct past *p);          /* NULL is fine */
bool past_event(struct model *m, struct fs_event *event); /* false: not of this kind */
int past_again(struct model *m, struct past *p);
/* Asks for the steps of a row of steps. 0 or -ENOMEM. */
int past_ask_steps(struct model *m, const struct past *p, uint64_t action);
void past_settle(struct view *v);
void past_tick(struct model *m);
int64_t past_deadline(const struct model *m);

#endif
