/* SPDX-License-Identifier: MIT
 *
 * What fs/tasker.c (tasks and their jobs), fs/task_plan.c (the plan of one) and fs/task.c (what
 * each kind of task is in a plan) share.
 *
 * Thread: worker. Owns: nothing.
 */
#ifndef FS_TASKER_INSIDE_H
#define FS_TASKER_INSIDE_H

#include "base/modespec.h"
#include "fs/plan.h"
#include "fs/service.h"
#include "fs/task.h"

struct tasker {
	struct service *service;
	char *home, *data_home, *state;
	pthread_mutex_t lock;
	struct journal **idle; /* not in use by a task */
	size_t nidle, idle_cap;
	struct task **tasks; /* the UI's */
	size_t ntasks, tasks_cap;
};

/* UI and job hold a reference each. Between planning and doing no job has it. */
struct task {
	struct tasker *tasker;
	uint64_t ticket, lane;
	_Atomic uint32_t refs;
	pthread_mutex_t lock; /* for these: */
	bool go, at_rest;
	bool again; /* planned anew, with `wanted` */
	enum task_clash wanted;
	_Atomic bool stop;   /* the run, or the counting of what it would do */
	_Atomic bool halted; /* the person wants it to end */
	_Atomic bool closed; /* nothing is told any more */
	struct task_ask ask;
	struct plan *plan;
	struct journal *journal;
	struct task_report *report; /* what is known so far; the job's */
	struct job *job;            /* the one that runs, or ran last */
	uint64_t told_ms;
	/* The job's: */
	enum task_clash clash;
	bool look;   /* where nothing better can be had: look, then do it; this is asked first */
	bool unsafe; /* it would have been needed */
};

/* tasker.c: a journal that no other task uses. 0 or -errno, perhaps with words. */
int tasker_journal(struct tasker *t, struct journal **ret_journal, const char **ret_why) MUST_USE;

/* task_plan.c */
/* Makes the plan of what is asked and checks it; what cannot be done is in the report. 0, -ENOMEM,
 * -ECANCELED. */
int task_plan(struct task *task) MUST_USE;
/* Adds to what the report lists, as long as there is room. why NULL or "": the errno says it. 0 or
 * -ENOMEM. */
/* The same, where what is in a trash is named by where it was. */
int task_trouble_of(struct task *task, const char *path, int err, const char *why);
bool task_is_history(const struct task *task); /* undo or redo */
int task_trouble(struct task_report *r, const char *path, int err, const char *why);
void task_troubles_drop(struct task_report *r); /* what it lists */

/* What `text` means, where it is more than a name. */
struct task_values {
	struct modespec mode;
	uint32_t umask;
	uint32_t uid, gid;
};

/* Reads it, once for all things. 0; -EINVAL, -ENOENT...: with words in *ret_why; -ENOMEM. The
 * caller calls modespec_done() in any case. */
int task_values(const struct task_ask *ask, struct task_values *ret_values,
		struct str *ret_why) MUST_USE;
/* Adds what is asked for one thing. 0, -ENOMEM, -ECANCELED. */
int task_add(struct plan *p, const struct task_ask *ask, const struct task_values *values,
	     const struct plan_at *at) MUST_USE;

#endif
