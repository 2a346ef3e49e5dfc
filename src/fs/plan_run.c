/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "fs/plan_inside.h"

#define SYNC_EVERY 1000u

/* How many things are made ready for the trash at once, and from how many on it is worth it. */
#define READY_MOST 256u
/* One sync of the file system waits for all that anybody has written there, and cannot be
 * cancelled: for fewer things, one after the other is bounded, and told as it goes. */
#ifndef PLAN_READY_LEAST
#define PLAN_READY_LEAST 16u /* tests use less */
#endif

/* The journal has what is to be done before it is, or nothing is. */
static int begin(struct plan *p)
{
	int rc = p->journal ? journal_begin(p->journal, plan_label(p), p->undoes, p->steps, p->n,
					    &p->result->id)
			    : -ENOENT;

	if (rc == 0)
		return 0;
	p->result->id = 0;
	p->result->journal_err = rc;
	return p->run->no_journal ? 0 : rc;
}

/* For people; what cannot be written there stops nothing. */
static void log_step(struct plan *p, const struct step *step, enum step_state state, int err)
{
	const char *why = p->why.len ? p->why.buf : NULL;

	if (p->log)
		(void)oplog_add(p->log, time(NULL), p->result->id, step, state, err, why);
}

static void count_state(struct plan_result *r, enum step_state state, int err)
{
	if (state == STEP_DONE)
		r->done++;
	else if (state == STEP_NOT_DONE && err == -ECANCELED)
		r->left++;
	else
		r->failed++;
}

/* What came of the step, in the journal. */
static void record(struct plan *p, uint32_t i, enum step_state state, int err)
{
	struct plan_result *r = p->result;
	int rc = r->id ? journal_result(p->journal, r->id, i, state, err, &p->steps[i]) : 0;

	p->items[i].state = state;
	p->items[i].err = err;
	p->items[i].unwritten = rc < 0;
	if (rc < 0 && r->journal_err == 0)
		r->journal_err = rc;
}

/* What came of a step, to all who want to know. */
static void tell(struct plan *p, enum step_state state, int err)
{
	struct step *s = &p->steps[p->at];
	struct plan_result *r = p->result;

	record(p, p->at, state, err);
	count_state(r, state, err);
	r->deleted.files += p->counts.files;
	r->deleted.dirs += p->counts.dirs;
	r->deleted.failed += p->counts.failed;
	r->deleted.kept += p->counts.kept;
	log_step(p, s, state, err);
	if (p->run->over)
		p->run->over(p->run->ctx, p->at, s, state, err, p->why.len ? p->why.buf : NULL);
}

/* In a directory that an earlier step has made: it is known now which one that is. 1: it was not
 * made. */
static int find_dir(struct plan *p, struct step_place *place, uint32_t maker)
{
	if (maker == PLAN_NONE)
		return 0;
	if (p->items[maker].state != STEP_DONE)
		return 1;
	if (place->dir_id.type == 0)
		place->dir_id = p->steps[maker].what;
	return 0;
}

/* The same of the thing itself. */
static int find_thing(struct plan *p, struct step *s, const struct plan_item *item)
{
	if (item->what_maker == PLAN_NONE)
		return 0;
	if (p->items[item->what_maker].state != STEP_DONE)
		return 1;
	plan_meet(s, item, &p->steps[item->what_maker]);
	(void)plan_intend(p, s);
	return 0;
}

/* What has its name is out of the way, or none was. */
static bool has_room(const struct plan *p, const struct plan_item *item)
{
	return item->room == PLAN_NONE || p->items[item->room].state == STEP_DONE;
}

/* Where the one is not back, and the other is gone: nothing is lost. */
static void say_made_room(struct plan *p, enum step_state state, int err)
{
	const char *reason = strerrordesc_np(-err);

	if (p->items[p->at].room == PLAN_NONE || state != STEP_NOT_DONE || err >= 0)
		return;
	if (p->why.len == 0)
		(void)str_adds(&p->why, reason ? reason : "unknown error");
	(void)str_adds(&p->why, "; what had that name is in the trash, and undo brings it back");
}

static void do_step(struct plan *p)
{
	struct step *s = &p->steps[p->at];
	const struct plan_item *item = &p->items[p->at];
	enum step_state state = STEP_NOT_DONE;
	int rc = 0;

	str_clear(&p->why);
	p->counts = (struct delete_counts){0};
	if (find_dir(p, &s->from, item->from_maker) || find_dir(p, &s->to, item->to_maker)) {
		rc = -ENOENT;
		(void)str_adds(&p->why, "the directory it was to be in could not be made");
	} else if (find_thing(p, s, item)) {
		rc = -ENOENT;
		(void)str_adds(&p->why, "it could not be made");
	} else if (!has_room(p, item)) {
		rc = -EEXIST;
		(void)str_adds(&p->why, "what has its name did not go to the trash");
	} else {
		rc = act_run(p->act, s, &state, &p->why);
		say_made_room(p, state, rc);
	}
	tell(p, state, rc);
}

static void sync_all(struct plan *p)
{
	int rc = act_sync(p->act);

	if (rc < 0 && p->result->sync_err == 0)
		p->result->sync_err = rc;
}

/* A journal that fails on the way ends it: what was done till then can be found by looking, more
 * need not be added to that. */
static bool may_go_on(const struct plan *p)
{
	return p->run->no_journal || p->result->journal_err == 0;
}

/* It goes to the trash, and that needs nothing of the steps before it. */
static bool may_be_ready(const struct plan *p, uint32_t i)
{
	const struct plan_item *item = &p->items[i];

	return p->steps[i].kind == STEP_TRASH && item->from_maker == PLAN_NONE &&
	       item->to_maker == PLAN_NONE && item->what_maker == PLAN_NONE;
}

static void make_ready(struct plan *p)
{
	uint32_t n = 0;

	if (p->at < p->ready)
		return;
	while (n < READY_MOST && p->at + n < p->n && may_be_ready(p, p->at + n))
		n++;
	p->ready = p->at + MAX(n, 1);
	if (n >= PLAN_READY_LEAST)
		act_ready(p->act, &p->steps[p->at], n);
}

/* What was not begun is as it was, and that is known. Where something was made ready and could not
 * be taken back, recovery is to look for it. */
static void never_begun(struct plan *p)
{
	struct plan_result *r = p->result;
	int err = act_unready(p->act) < 0 ? -EINTR : 0;

	r->left += p->n - p->at;
	for (uint32_t i = p->at; r->id && r->journal_err == 0 && i < p->n; i++)
		r->journal_err = journal_result(p->journal, r->id, i, STEP_NOT_DONE, err, NULL);
}

static void do_steps(struct plan *p)
{
	uint32_t since = 0;

	p->ready = 0;
	for (p->at = 0; p->at < p->n; p->at++) {
		if (!plan_cancelled(p) && may_go_on(p))
			make_ready(p);
		if (plan_cancelled(p) || !may_go_on(p))
			break;
		do_step(p);
		if (++since < SYNC_EVERY)
			continue;
		since = 0;
		sync_all(p);
	}
	never_begun(p);
	if (since > 0 || p->at < p->n)
		sync_all(p);
}

/* What could not be written down may be by now. An action of which something is not known is not
 * ended: when this program is gone, whoever comes next looks at it. */
static void end(struct plan *p)
{
	struct plan_result *r = p->result;
	int first = r->journal_err;

	if (!r->id)
		return;
	r->journal_err = 0;
	for (uint32_t i = 0; i < p->at; i++)
		if (p->items[i].unwritten)
			record(p, i, p->items[i].state, p->items[i].err);
	if (r->journal_err == 0)
		r->journal_err = journal_end(p->journal, r->id, true);
	if (r->left > 0 && r->journal_err == 0)
		r->journal_err = first;
}

/* Another program may have taken it back since it was planned. */
static int still_to_undo(struct plan *p)
{
	const struct action *a;
	int rc = journal_refresh(p->journal);

	if (rc < 0)
		return rc;
	a = journal_find(p->journal, p->undoes);
	for (uint32_t i = 0; a && i < p->n; i++)
		if (p->steps[i].undoes < a->nsteps && a->steps[p->steps[i].undoes].undone)
			return -EALREADY;
	return a ? 0 : -ENOENT;
}

static int run_steps(struct plan *p)
{
	int rc = p->undoes && p->journal ? still_to_undo(p) : 0;

	if (rc == 0)
		rc = begin(p);
	if (rc < 0)
		return rc;
	do_steps(p);
	end(p);
	return plan_cancelled(p) && p->result->left > 0 ? -ECANCELED : 0;
}

int plan_run(struct plan *p, struct journal *j, const struct plan_run *how,
	     struct plan_result *ret_result)
{
	const char *why;
	int rc = plan_check(p);

	*ret_result = (struct plan_result){0};
	if (rc < 0 || p->n == 0)
		return rc;
	p->journal = j;
	p->run = how;
	p->result = ret_result;
	if (p->env.state && oplog_open(p->env.state, &p->log, &why) < 0)
		p->log = NULL;
	rc = run_steps(p);
	oplog_close(p->log);
	p->log = NULL;
	p->run = NULL;
	p->result = NULL;
	p->journal = NULL;
	return rc;
}
