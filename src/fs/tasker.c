/* SPDX-License-Identifier: MIT */
#include "fs/tasker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/homes.h"
#include "fs/tasker_inside.h"

#define TELL_MS 200 /* between two reports of what goes on */

static char *copy(const char *s)
{
	return s ? memdup0(s, strlen(s)) : NULL;
}

int tasker_new(struct service *s, struct tasker **ret_tasker)
{
	struct tasker *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->service = s;
	pthread_mutex_init(&t->lock, NULL);
	*ret_tasker = t;
	return 0;
}

int tasker_set(struct tasker *t, const struct tasker_env *env)
{
	t->home = copy(env->home);
	t->data_home = copy(env->data_home);
	t->state = copy(env->state);
	return (env->home && !t->home) || (env->data_home && !t->data_home) ||
			       (env->state && !t->state)
		       ? -ENOMEM
		       : 0;
}

void tasker_free(struct tasker *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->nidle; i++)
		journal_close(t->idle[i]);
	free(t->idle);
	free(t->tasks);
	free(t->home);
	free(t->data_home);
	free(t->state);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* ---- journals ---- */

static struct journal *take_idle(struct tasker *t)
{
	struct journal *j = NULL;

	pthread_mutex_lock(&t->lock);
	if (t->nidle > 0)
		j = t->idle[--t->nidle];
	pthread_mutex_unlock(&t->lock);
	return j;
}

int tasker_journal(struct tasker *t, struct journal **ret_journal, const char **ret_why)
{
	CLEANUP(str_done) struct str dir = STR_INIT;
	int rc;

	*ret_why = NULL;
	*ret_journal = take_idle(t);
	if (*ret_journal)
		return journal_refresh(*ret_journal);
	if (!t->state) {
		*ret_why = homes_missing();
		return -ENOENT;
	}
	rc = path_join(&dir, t->state, "journal", strlen("journal"));
	return rc ? rc : journal_open(dir.buf, ret_journal, ret_why);
}

static void put_journal(struct tasker *t, struct journal *j)
{
	int rc;

	if (!j)
		return;
	pthread_mutex_lock(&t->lock);
	rc = array_grow(&t->idle, &t->idle_cap, t->nidle + 1, sizeof(struct journal *));
	if (rc == 0)
		t->idle[t->nidle++] = j;
	pthread_mutex_unlock(&t->lock);
	if (rc)
		journal_close(j);
}

/* ---- one task ---- */

struct task_job {
	struct job job;
	struct task *task;
};

static void task_unref(struct task *task)
{
	if (atomic_fetch_sub(&task->refs, 1) > 1)
		return;
	plan_free(task->plan);
	put_journal(task->tasker, task->journal);
	task_report_free(task->report);
	task_ask_done(&task->ask);
	pthread_mutex_destroy(&task->lock);
	free(task);
}

/* ---- what is told ---- */

static void tell(struct task *task, enum fs_event_kind kind, int err)
{
	struct outbox *out = &task->tasker->service->out;
	struct fs_event *e = outbox_event(out, kind, task->ticket);

	if (!e)
		return;
	e->err = err;
	e->u.task = task->report ? task_report_copy(task->report) : NULL;
	if (!e->u.task && !err)
		e->err = -ENOMEM;
	outbox_send(out, e, &task->closed);
}

/* True when it is time to tell how it goes; also the sign of life. */
static bool time_to_tell(struct task *task)
{
	uint64_t now = pool_now_ms();

	job_alive(task->job);
	if (now - task->told_ms < TELL_MS)
		return false;
	task->told_ms = now;
	return true;
}

static void counted(void *ctx, const struct plan_counts *counts)
{
	struct task *task = ctx;
	struct task_report *r = task->report;

	r->files = counts->files;
	r->dirs = counts->dirs;
	r->freed = counts->freed;
	r->held = counts->held;
	r->kept = counts->kept;
	if (time_to_tell(task))
		tell(task, FS_TASK_COUNTS, 0);
}

static bool is_rename(enum step_kind kind)
{
	return kind == STEP_TRASH || kind == STEP_RESTORE || kind == STEP_RENAME;
}

static void step_over(void *ctx, uint32_t i, const struct step *step, enum step_state state,
		      int err, const char *why)
{
	struct task *task = ctx;
	CLEANUP(str_done) struct str path = STR_INIT;
	bool to = !step->from.dir || step->kind == STEP_RESTORE;

	(void)i;
	if (state == STEP_DONE)
		task->report->done++;
	else
		task->report->failed++;
	if (err) {
		(void)step_path(to ? &step->to : &step->from, &path);
		(void)task_trouble_of(task, path.failed ? "" : path.buf, err, why);
	}
	/* Other things that a file system does not have are not helped by looking. */
	if (err == -EOPNOTSUPP && state == STEP_NOT_DONE && is_rename(step->kind) && why &&
	    strstr(why, "cannot promise"))
		task->unsafe = true;
	if (time_to_tell(task))
		tell(task, FS_TASK_GOES, 0);
}

static void removing(void *ctx, uint32_t i, const struct delete_counts *counts)
{
	struct task *task = ctx;

	(void)i;
	task->report->removed = counts->files + counts->dirs;
	if (time_to_tell(task))
		tell(task, FS_TASK_GOES, 0);
}

static bool stays(void *ctx, const struct delete_failure *failure)
{
	struct task *task = ctx;

	(void)task_trouble_of(task, failure->path, failure->err, failure->why);
	return true;
}

/* ---- the jobs ---- */

/* What comes next: nothing till tasker_go() or tasker_choose() send the next job, or at all. */
enum next { NEXT_REST, NEXT_GO, NEXT_PLAN };

/* After NEXT_REST the task belongs to the next job, which may run before this returns: the one
 * that asked touches it no more. */
static enum next next(struct task *task)
{
	enum next next;

	pthread_mutex_lock(&task->lock);
	next = task->again ? NEXT_PLAN : task->go ? NEXT_GO : NEXT_REST;
	task->clash = task->wanted;
	task->again = false;
	/* It was for the counting, or else: */
	atomic_store(&task->stop, false);
	if (atomic_load(&task->halted))
		atomic_store(&task->stop, true);
	task->at_rest = next == NEXT_REST;
	pthread_mutex_unlock(&task->lock);
	return next;
}

/* What was agreed to before is not agreed to what is told now. */
static void ask_anew(struct task *task)
{
	pthread_mutex_lock(&task->lock);
	task->go = false;
	pthread_mutex_unlock(&task->lock);
}

/* Nothing was done, for the journal cannot be written. */
static enum next without_journal(struct task *task, int err)
{
	struct task_report *r = task->report;

	r->unjournaled = memdup0(strerrordesc_np(-err), strlen(strerrordesc_np(-err)));
	if (!r->unjournaled) {
		tell(task, FS_TASK_OVER, -ENOMEM);
		return NEXT_REST;
	}
	ask_anew(task);
	tell(task, FS_TASK_PLANNED, 0);
	return next(task);
}

static bool may_go_without(const struct task *task, int err)
{
	return err < 0 && err != -ECANCELED && err != -EALREADY && err != -ENOMEM &&
	       !task->report->unjournaled && !task_is_history(task);
}

static enum next run_plan(struct task *task)
{
	struct task_report *r = task->report;
	const struct plan_run run = {.no_journal = r->unjournaled,
				     .over = step_over,
				     .progress = removing,
				     .failed = stays,
				     .ctx = task};
	struct plan_result result = {0};
	int rc;

	task_troubles_drop(r); /* they were told with the plan */
	rc = plan_run(task->plan, task->journal, &run, &result);
	if (may_go_without(task, rc))
		return without_journal(task, rc);
	if (task->unsafe && !result.done && !task->look) {
		task->look = true;
		task->ask.at_once = false;
		ask_anew(task);
		return NEXT_PLAN;
	}
	r->action = result.id;
	r->done = result.done;
	r->failed = result.failed;
	r->left = result.left;
	r->not_written = result.journal_err != 0;
	tell(task, FS_TASK_OVER, rc);
	return NEXT_REST;
}

static enum next wait_for_go(struct task *task)
{
	struct plan_counts counts = {0};

	tell(task, FS_TASK_PLANNED, 0);
	if (plan_measure(task->plan, counted, task, &counts) == 0) {
		counted(task, &counts);
		task->report->counted = true;
		tell(task, FS_TASK_COUNTS, 0);
	}
	return next(task);
}

/* There is something that is to be known before, or decided. */
static bool asks(const struct task *task)
{
	const struct task_report *r = task->report;

	return !task->ask.at_once || r->ntroubles || r->clashes || r->unjournaled || r->look ||
	       r->ndoes;
}

static enum next planning(struct task *task)
{
	int rc;

	plan_free(task->plan);
	task->plan = NULL;
	task_report_free(task->report);
	task->report = calloc(1, sizeof(*task->report));
	rc = task->report ? task_plan(task) : -ENOMEM;
	if (rc)
		tell(task, FS_TASK_OVER, rc);
	else if (!task->report->steps && !task->report->clashes)
		tell(task, FS_TASK_OVER, 0); /* nothing can be done, troubles say why */
	else
		return asks(task) ? wait_for_go(task) : NEXT_GO;
	return NEXT_REST;
}

static void task_run(struct job *job)
{
	struct task *task = container_of(job, struct task_job, job)->task;
	enum next n = task->report ? next(task) : NEXT_PLAN;

	task->job = job;
	while (n != NEXT_REST)
		n = n == NEXT_PLAN ? planning(task) : run_plan(task);
}

static void task_free(struct job *job)
{
	struct task_job *j = container_of(job, struct task_job, job);

	task_unref(j->task);
	free(j);
}

static int submit(struct task *task)
{
	struct task_job *j = calloc(1, sizeof(*j));

	if (!j)
		return -ENOMEM;
	/* Not under the ticket: what has begun to change things ends at a step of its own. */
	job_init(&j->job, task->lane, 0, task_run, task_free);
	j->job.must_run = true;
	j->task = task;
	atomic_fetch_add(&task->refs, 1);
	pool_submit(task->tasker->service->pool, &j->job);
	return 0;
}

static struct task *task_new(struct tasker *t, uint64_t ticket, struct task_ask *ask)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		return NULL;
	task->tasker = t;
	task->ticket = ticket;
	task->ask = *ask;
	*ask = (struct task_ask){0};
	task->lane = mounts_lane(t->service->mounts, task->ask.ndirs ? task->ask.dirs[0].path
						     : t->state      ? t->state
								     : "/");
	atomic_init(&task->refs, 1);
	pthread_mutex_init(&task->lock, NULL);
	return task;
}

void tasker_begin(struct tasker *t, uint64_t ticket, struct task_ask *ask)
{
	struct task *task = task_new(t, ticket, ask);
	int rc = task ? array_grow(&t->tasks, &t->tasks_cap, t->ntasks + 1, sizeof(struct task *))
		      : -ENOMEM;

	if (rc == 0)
		rc = submit(task);
	if (rc == 0) {
		t->tasks[t->ntasks++] = task;
		return;
	}
	if (task)
		task_unref(task);
	task_ask_done(ask);
	outbox_fail(&t->service->out, FS_TASK_OVER, ticket, rc, NULL);
}

static struct task *find_task(const struct tasker *t, uint64_t ticket)
{
	for (size_t i = 0; i < t->ntasks; i++)
		if (t->tasks[i]->ticket == ticket)
			return t->tasks[i];
	return NULL;
}

/* The lock is held. What it counts is of no use any more; when nothing runs, a job is due. */
static bool wake(struct task *task)
{
	bool idle = task->at_rest;

	task->at_rest = false;
	if (!idle)
		atomic_store(&task->stop, true);
	return idle;
}

void tasker_go(struct tasker *t, uint64_t ticket)
{
	struct task *task = find_task(t, ticket);
	bool idle = false;

	if (!task)
		return;
	pthread_mutex_lock(&task->lock);
	/* What was agreed to is not what is being planned now. */
	if (!task->go && !task->again) {
		idle = wake(task);
		task->go = true;
	}
	pthread_mutex_unlock(&task->lock);
	if (idle && submit(task))
		tell(task, FS_TASK_OVER, -ENOMEM);
}

void tasker_choose(struct tasker *t, uint64_t ticket, enum task_clash clash)
{
	struct task *task = find_task(t, ticket);
	bool idle = false;

	if (!task)
		return;
	pthread_mutex_lock(&task->lock);
	if (!task->go && task->wanted != clash) {
		task->wanted = clash;
		task->again = true;
		idle = wake(task);
	}
	pthread_mutex_unlock(&task->lock);
	if (idle && submit(task))
		tell(task, FS_TASK_OVER, -ENOMEM);
}

static void halt(struct task *task)
{
	atomic_store(&task->halted, true);
	atomic_store(&task->stop, true);
}

void tasker_halt(struct tasker *t, uint64_t ticket)
{
	struct task *task = find_task(t, ticket);

	if (task)
		halt(task);
}

static void let_go(struct task *task)
{
	atomic_store(&task->closed, true);
	halt(task);
	task_unref(task);
}

void tasker_close(struct tasker *t, uint64_t ticket)
{
	for (size_t i = 0; i < t->ntasks;) {
		struct task *task = t->tasks[i];

		if (task->ticket != ticket) {
			i++;
			continue;
		}
		t->tasks[i] = t->tasks[--t->ntasks];
		let_go(task);
	}
}

void tasker_stop(struct tasker *t)
{
	while (t->ntasks > 0)
		let_go(t->tasks[--t->ntasks]);
}
