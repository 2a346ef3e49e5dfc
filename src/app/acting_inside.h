/* SPDX-License-Identifier: MIT
 *
 * What app/acting.c (what is asked), app/acting_plan.c (the plan on the screen) and
 * app/acting_told.c (what came of it) share.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_ACTING_INSIDE_H
#define APP_ACTING_INSIDE_H

#include "app/acting.h"

struct acting_task *acting_find(struct acting *a, uint64_t ticket); /* NULL: none */
/* Ends what is planned, or forgets what is over. */
void acting_forget(struct app *app, uint64_t ticket);

/* Forgets what was typed last: it was done. */
void acting_tried_drop(struct acting *a);

/* acting_told.c */
const char *acting_verb(enum task_kind kind); /* "trash" */

/* acting_plan.c */
/* The item is on the screen now. */
bool acting_seen(const struct app *app, const struct task_ask *ask, uint32_t item);
/* Keeps the names of what is asked for, for the plan. */
void acting_plan_members(struct app *app, const struct task_ask *ask);
/* over: it tells what came of it, there is nothing to agree to. */
void acting_plan_show(struct app *app, const struct acting_task *task, const struct task_report *r,
		      bool over);
void acting_plan_counts(struct app *app, uint64_t ticket, const struct task_report *r);
void acting_plan_drop(struct acting *a);

#endif
