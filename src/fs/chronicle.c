/* SPDX-License-Identifier: MIT */
#include "fs/chronicle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/journal.h"
#include "fs/openpath.h"
#include "fs/sys.h"

#define BATCH 4096 /* steps told at once */

struct past_job {
	struct job job;
	struct dir *dir;
	uint64_t id; /* of the action whose steps are wanted */
};

static bool ended(const struct past_job *j)
{
	return atomic_load(&j->job.cancel) || atomic_load(&j->dir->closed);
}

static void send(struct dir *d, struct fs_event *e)
{
	outbox_send(&d->service->out, e, &d->closed);
}

/* ---- actions ---- */

static bool all_undone(const struct action *a)
{
	uint32_t done = 0, undone = 0;

	for (uint32_t i = 0; i < a->nsteps; i++) {
		done += a->steps[i].state == STEP_DONE;
		undone += a->steps[i].state == STEP_DONE && a->steps[i].undone;
	}
	return done && undone == done;
}

/* An undo of it was taken back. */
static bool was_redone(const struct action *all, size_t n, uint64_t id)
{
	for (size_t i = n; i-- > 0 && all[i].id > id;)
		if (all[i].undoes == id && all_undone(&all[i]))
			return true;
	return false;
}

static enum past_state state_of(const struct action *a, const struct past_action *p, uint32_t back,
				bool redone)
{
	static const enum past_state unended[] = {[ACTION_RUNNING] = PAST_RUNNING,
						  [ACTION_INTERRUPTED] = PAST_INTERRUPTED,
						  [ACTION_DAMAGED] = PAST_DAMAGED};

	if (a->state != ACTION_ENDED)
		return unended[a->state];
	if (p->undone && p->undone == p->done)
		return PAST_UNDONE;
	if (p->undone)
		return PAST_PARTLY_UNDONE;
	if (p->done < p->steps)
		return p->done ? PAST_PARTLY : PAST_NOT_DONE;
	if (redone)
		return PAST_REDONE;
	return back ? PAST_DONE : PAST_FOR_GOOD;
}

/* Partly done is not "not done". */
static int take(const struct action *all, size_t n, const struct action *a, struct past_action *ret)
{
	uint32_t back = 0, partly = 0;

	*ret = (struct past_action){.id = a->id,
				    .undoes = a->undoes,
				    .redo = a->redo,
				    .own = a->own,
				    .begun = a->begun,
				    .label = memdup0(a->label, strlen(a->label)),
				    .steps = a->nsteps};
	for (uint32_t i = 0; i < a->nsteps; i++) {
		const struct action_step *s = &a->steps[i];

		ret->done += s->state == STEP_DONE;
		ret->undone += s->state == STEP_DONE && s->undone;
		partly += s->state == STEP_PARTLY || s->state == STEP_LOST;
		back += s->state == STEP_DONE && step_can_take_back(&s->step);
	}
	ret->state = state_of(a, ret, back, was_redone(all, n, a->id));
	if (ret->state == PAST_NOT_DONE && partly)
		ret->state = PAST_PARTLY;
	return ret->label ? 0 : -ENOMEM;
}

static int take_all(const struct journal *j, struct fs_event *e)
{
	size_t n;
	const struct action *all = journal_actions(j, &n);
	const char *warning = journal_warning(j);
	int rc = 0;

	e->u.past.at = n ? calloc(n, sizeof(*e->u.past.at)) : NULL;
	if (n && !e->u.past.at)
		return -ENOMEM;
	if (warning) {
		e->u.past.warning = memdup0(warning, strlen(warning));
		rc = e->u.past.warning ? 0 : -ENOMEM;
	}
	for (size_t i = 0; rc == 0 && i < n; i++) {
		e->u.past.n++;
		rc = take(all, n, &all[i], &e->u.past.at[i]);
	}
	return rc;
}

/* Before it is read: what is written from then on is read or told. Once. */
static void watch(struct dir *d)
{
	int fd;

	if (atomic_load(&d->watched))
		return;
	fd = openpath(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	if (watch_add(d->service->watch, d->ticket, fd, &d->closed) == 0)
		atomic_store(&d->watched, true);
	sys_close(fd);
}

static void read_run(struct job *job)
{
	struct past_job *p = container_of(job, struct past_job, job);
	struct dir *d = p->dir;
	struct fs_event *e = outbox_event(&d->service->out, FS_PAST, d->ticket);
	struct journal *j = NULL;

	if (!e || ended(p)) {
		fs_event_free(e);
		return;
	}
	watch(d);
	e->err = journal_look(d->path, &j, &e->u.past.why);
	if (e->err == 0)
		e->err = take_all(j, e);
	journal_close(j);
	send(d, e);
}

static void free_job(struct job *job)
{
	struct past_job *p = container_of(job, struct past_job, job);

	dir_unref(p->dir);
	free(p);
}

static struct past_job *new_job(struct dir *d, void (*run)(struct job *job))
{
	struct past_job *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	job_init(&p->job, POOL_LANE_SAVE, d->ticket, run, free_job);
	p->dir = dir_ref(d);
	return p;
}

void chronicle_read(struct dir *d)
{
	struct past_job *p = new_job(d, read_run);

	if (p)
		pool_submit(d->service->pool, &p->job);
	else
		outbox_fail(&d->service->out, FS_PAST, d->ticket, -ENOMEM, &d->closed);
}

/* ---- steps ---- */

static enum past_outcome outcome_of(const struct action_step *s)
{
	static const enum past_outcome outcomes[] = {[STEP_OPEN] = PAST_STEP_OPEN,
						     [STEP_DONE] = PAST_STEP_DONE,
						     [STEP_NOT_DONE] = PAST_STEP_NOT_DONE,
						     [STEP_PARTLY] = PAST_STEP_PARTLY,
						     [STEP_LOST] = PAST_STEP_LOST};

	return s->state == STEP_DONE && s->undone ? PAST_STEP_UNDONE : outcomes[s->state];
}

static int describe(const struct step *s, char **ret_words)
{
	CLEANUP(str_done) struct str words = STR_INIT;
	int rc = step_describe(s, &words);

	*ret_words = rc == 0 ? str_take(&words) : NULL;
	return *ret_words ? 0 : -ENOMEM;
}

static int take_step(const struct action_step *s, struct past_step *ret)
{
	struct step back = STEP_INIT;
	int rc;

	*ret = (struct past_step){.outcome = outcome_of(s), .err = s->err};
	rc = describe(&s->step, &ret->what);
	if (rc < 0 || ret->outcome != PAST_STEP_DONE)
		return rc;
	rc = step_inverse(&s->step, &back);
	if (rc == 0)
		rc = describe(&back, &ret->undo);
	step_done(&back);
	return rc == -ENOTSUP ? 0 : rc;
}

/* Those from `first` on. */
static int tell_some(struct past_job *p, const struct action *a, uint32_t first, uint32_t n)
{
	struct fs_event *e = outbox_event(&p->dir->service->out, FS_PAST_STEPS, p->dir->ticket);
	int rc = 0;

	if (!e)
		return -ENOMEM;
	e->u.past_steps.id = p->id;
	e->u.past_steps.first = first;
	e->u.past_steps.at = n ? calloc(n, sizeof(*e->u.past_steps.at)) : NULL;
	if (n && !e->u.past_steps.at)
		rc = -ENOMEM;
	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		e->u.past_steps.n++;
		rc = take_step(&a->steps[first + i], &e->u.past_steps.at[i]);
	}
	e->err = rc;
	e->u.past_steps.more = rc == 0 && first + n < a->nsteps;
	send(p->dir, e);
	return rc;
}

static void fail_steps(struct past_job *p, int err, const char *why)
{
	struct fs_event *e = outbox_event(&p->dir->service->out, FS_PAST_STEPS, p->dir->ticket);

	if (!e)
		return;
	e->err = err;
	e->u.past_steps.id = p->id;
	e->u.past_steps.why = why;
	send(p->dir, e);
}

static void steps_run(struct job *job)
{
	struct past_job *p = container_of(job, struct past_job, job);
	const struct action *a = NULL;
	struct journal *j = NULL;
	const char *why = NULL;
	int rc;

	if (ended(p))
		return;
	rc = journal_look(p->dir->path, &j, &why);
	if (rc == 0)
		a = journal_find(j, p->id);
	if (!a)
		fail_steps(p, rc < 0 ? rc : -ENOENT, why);
	for (uint32_t first = 0; a && rc == 0 && !ended(p); first += BATCH) {
		uint32_t n = MIN(a->nsteps - first, (uint32_t)BATCH);

		rc = tell_some(p, a, first, n);
		if (first + n >= a->nsteps)
			break;
	}
	journal_close(j);
}

void chronicle_steps(struct dir *d, uint64_t id)
{
	struct past_job *p = new_job(d, steps_run);

	if (!p) {
		outbox_fail(&d->service->out, FS_PAST_STEPS, d->ticket, -ENOMEM, &d->closed);
		return;
	}
	p->id = id;
	pool_submit(d->service->pool, &p->job);
}
