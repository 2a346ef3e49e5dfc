/* SPDX-License-Identifier: MIT
 *
 * Doing things to files from the explorer: what is asked for is made of the row under the cursor or
 * of the marked rows, the plan is shown where it has to be, and what came of it is told. One thing
 * is done at once, when it can be undone; more, what is not on the screen, and what is for good
 * wait for a word.
 *
 * A plan on the screen proceeds on `y`, or, for good, on the number of things typed out; keys that
 * were typed before it was drawn are dropped, Enter and arrows never proceed.
 *
 * Thread: UI. Owns: see struct acting.
 */
#ifndef APP_ACTING_H
#define APP_ACTING_H

#include <stdbool.h>

#include "base/str.h"
#include "fs/task.h"
#include "ui/key.h"
#include "ui/scene.h"

#define ACTING_ABSORB_MS 400 /* a held key trashes one file */

struct app;
struct fs_event;
struct input_event;

/* What is planned or under way. */
struct acting_task {
	uint64_t ticket;
	enum task_kind kind;
	bool planned; /* waits for a word */
	bool marked;  /* it is about the marks, of this epoch, so many */
	uint64_t epoch;
	size_t nmarked;
	char *dir; /* where the name of what is made is to be found; may be NULL */
};

struct acting {
	struct acting_task *tasks;
	size_t n, cap;
	uint64_t last;      /* tickets */
	uint64_t shown;     /* whose plan is on the screen; 0: none */
	int64_t trashed_ms; /* when `d` was pressed last */
	struct scene_plan plan;
	struct scene_plan_line *lines;
	size_t lines_cap;
	struct str title, sums, question;
	struct task_report *report; /* what the lines point to */
	char **members;             /* of the plan: paths, those that are not on the screen first */
	size_t nmembers, nunseen, more;
	bool choosing;         /* the plan on the screen is being made anew */
	size_t elsewhere;      /* marks that are not part of it */
	struct task_ask bound; /* what a prompt is about; kind and text are not set */
	bool bound_marked;
	struct acting_tried { /* what was typed last and is not done: to be corrected */
		enum task_kind kind;
		char *dir, *name, *text; /* name: of the thing; NULL: none. dir NULL: nothing */
	} tried;
};

void acting_init(struct app *app);
/* Tells where things are kept. 0 or -errno. */
int acting_start(struct app *app);
void acting_done(struct app *app);

/* Asks for it to be done to the marked rows, else to the row under the cursor. */
int acting_rows(struct app *app, enum task_kind kind);
/* To the marked rows of the trash that is shown, else to the row under the cursor. */
int acting_trashed(struct app *app, enum task_kind kind);
/* Undo, redo: an action of the journal, 0: the newest. */
int acting_action(struct app *app, enum task_kind kind, uint64_t action);

/* Binds what a prompt is about, so that it is done to that, whatever the list shows when the text
 * is typed: the row under the cursor (*ret_name is its name), the marked rows (*ret_nmarked; 0:
 * there are none, and it is the row under the cursor), the directory that is shown. 0; -EINVAL,
 * which was said: there is no such thing; -ENOMEM. */
int acting_bind_row(struct app *app, const char **ret_name);
int acting_bind_rows(struct app *app, size_t *ret_nmarked);
int acting_bind_here(struct app *app);
/* What was typed the last time for the same thing, when nothing came of it; else NULL. */
const char *acting_tried(const struct app *app, enum task_kind kind);
/* Does it to what was bound. */
int acting_bound(struct app *app, enum task_kind kind, const char *text);

/* True when the event was for here. */
bool acting_take(struct app *app, struct fs_event *event);
/* Asks all that is under way to end; false: nothing is. */
bool acting_stop(struct app *app);
size_t acting_running(const struct app *app);

/* The overlay with the plan. */
int acting_key(struct app *app, struct key key);
void acting_mouse(struct app *app, const struct input_event *event, long wheel);

#endif
