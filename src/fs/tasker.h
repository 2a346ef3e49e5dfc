/* SPDX-License-Identifier: MIT
 *
 * Doing what the explorer asks for (fs/task.h): a plan is made in a worker, told, and done at once
 * or when the person says so. One that runs is one job in the lane of the mount it is about, so
 * that a server that does not answer holds up nothing else; each has a journal of its own while it
 * runs.
 *
 * Thread: UI for the calls. Owns: its journals.
 */
#ifndef FS_TASKER_H
#define FS_TASKER_H

#include "fs/service.h"
#include "fs/task.h"

struct tasker;

/* Where the trash of the home and the journal are; copied. */
struct tasker_env {
	const char *home, *data_home; /* may be NULL */
	const char *state; /* trowel's state directory; NULL: there is none, nothing is done */
};

int tasker_new(struct service *s, struct tasker **ret_tasker) MUST_USE;
/* Before the first task. 0 or -ENOMEM. */
int tasker_set(struct tasker *t, const struct tasker_env *env) MUST_USE;
/* Ends all tasks, each behind the step it is at; nothing is told any more. */
void tasker_stop(struct tasker *t);
void tasker_free(struct tasker *t); /* when no job runs any more; NULL is fine */

/* See browse_task() and its kin. */
void tasker_begin(struct tasker *t, uint64_t ticket, struct task_ask *ask);
void tasker_go(struct tasker *t, uint64_t ticket);
void tasker_choose(struct tasker *t, uint64_t ticket, enum task_clash clash);
void tasker_halt(struct tasker *t, uint64_t ticket);
void tasker_close(struct tasker *t, uint64_t ticket);

#endif
