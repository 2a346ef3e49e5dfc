/* SPDX-License-Identifier: MIT */
#include "fs/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/openpath.h"
#include "fs/plan_inside.h"
#include "fs/sys.h"

/* A step of the action at hand. */
struct found {
	struct step step;
	enum step_state state;
	int err;
	bool asked; /* something new is said of it: it was open, or was only looked at */
	bool again; /* of an action that ended: half done or lost, which may be clear by now */
	char *why;
};

struct recovery {
	struct journal *j;
	const struct recover *r;
	struct recover_result *ret;
	struct plan *plan; /* for its act */
	uint64_t id;       /* the action */
	int64_t begun;
	bool interrupted; /* not ended yet */
	char *label;
	struct found *steps;
	uint32_t n;
	struct map makers; /* paths that steps before the one at hand have made, to the step */
	struct str why, path;
};

/* ---- the action, which moves in memory when the journal is written ---- */

static void forget(struct recovery *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		step_done(&c->steps[i].step);
		free(c->steps[i].why);
	}
	free(c->steps);
	free(c->label);
	c->steps = NULL;
	c->label = NULL;
	c->n = 0;
	map_clear(&c->makers);
}

/* Made, but it could not be seen what: so it could not be taken back. */
static bool is_unseen(const struct action_step *s)
{
	return s->state == STEP_DONE && !s->step.what.type;
}

/* What is half done for good is looked at no more. */
static bool may_be_clear(const struct action_step *s)
{
	return (s->state == STEP_PARTLY || s->state == STEP_LOST || is_unseen(s)) &&
	       s->err != -EINTR && s->err != -ENOTSUP && step_has_inverse(&s->step);
}

/* Out of a trash, with its information still in there. */
static bool left_something(const struct action_step *s)
{
	return s->state == STEP_DONE && s->err < 0 &&
	       (s->step.kind == STEP_RESTORE || s->step.kind == STEP_ERASE);
}

static bool to_finish(const struct action_step *s)
{
	return s->err == -EINTR || left_something(s);
}

/* Now, or it is asked what there would be. */
static bool finishes(const struct recovery *c)
{
	return c->r->finish || c->r->dry_run;
}

static int take(struct recovery *c, const struct action *a)
{
	const char *label = a->label ? a->label : "";

	c->id = a->id;
	c->begun = a->begun;
	c->interrupted = a->state == ACTION_INTERRUPTED;
	c->label = memdup0(label, strlen(label));
	c->steps = calloc(MAX(a->nsteps, 1), sizeof(*c->steps));
	if (!c->label || !c->steps)
		return -ENOMEM;
	for (; c->n < a->nsteps; c->n++) {
		const struct action_step *s = &a->steps[c->n];
		struct found *f = &c->steps[c->n];

		if (step_copy(&s->step, &f->step) < 0)
			return -ENOMEM;
		f->state = s->state;
		f->err = s->err;
		f->asked = s->state == STEP_OPEN || s->err == -EINTR ||
			   (finishes(c) && left_something(s));
		f->again = a->state == ACTION_ENDED && may_be_clear(s);
	}
	return 0;
}

/* ---- looking ---- */

static int say(struct recovery *c, uint32_t i, const char *why)
{
	struct found *f = &c->steps[i];

	free(f->why);
	f->why = why && *why ? strdup(why) : NULL;
	return why && *why && !f->why ? -ENOMEM : 0;
}

static int record(struct recovery *c, uint32_t i)
{
	const struct found *f = &c->steps[i];

	if (c->r->dry_run)
		return 0;
	return journal_result(c->j, c->id, i, f->state, f->err, &f->step);
}

/* A directory that an earlier step makes has no identity in the plan. 1: it was not made. */
static int find_dir(struct recovery *c, struct step_place *place)
{
	uintptr_t by;

	if (!place->dir || place->dir_id.type != 0)
		return 0;
	if (!map_get(&c->makers, place->dir, strlen(place->dir), &by) ||
	    c->steps[by].state != STEP_DONE)
		return 1;
	place->dir_id = c->steps[by].step.what;
	return 0;
}

/* The same of a thing whose times are set once it is made. */
static int find_thing(struct recovery *c, struct step *s)
{
	uintptr_t by;

	if (s->what.type != 0 || s->kind != STEP_TIMES)
		return 0;
	str_clear(&c->path);
	if (step_path(&s->from, &c->path) < 0 ||
	    !map_get(&c->makers, c->path.buf, c->path.len, &by) || c->steps[by].state != STEP_DONE)
		return 1;
	s->what = c->steps[by].step.what;
	s->was = c->steps[by].step.now;
	return 0;
}

static int note_made(struct recovery *c, uint32_t i)
{
	const struct step *s = &c->steps[i].step;

	if (s->kind != STEP_MKDIR && s->kind != STEP_RESTORE && s->kind != STEP_CREATE)
		return 0;
	str_clear(&c->path);
	if (step_path(&s->to, &c->path) < 0)
		return -ENOMEM;
	return map_put(&c->makers, c->path.buf, c->path.len, i);
}

/* The path that a directory has since steps behind this one moved it, or what it is in. */
static int moved_path(struct recovery *c, uint32_t i, struct step_place *place)
{
	for (uint32_t k = i + 1; place->dir && k < c->n; k++) {
		const struct step *s = &c->steps[k].step;
		struct str now = STR_INIT;
		int rc;

		if (c->steps[k].state != STEP_DONE || s->what.type != S_IFDIR || !s->from.name ||
		    !s->to.name || s->kind == STEP_LINK)
			continue;
		str_clear(&c->path);
		if (step_path(&s->from, &c->path) < 0)
			return -ENOMEM;
		if (!path_is_below(place->dir, c->path.buf))
			continue;
		rc = step_path(&s->to, &now);
		if (rc == 0)
			rc = str_adds(&now, place->dir + c->path.len);
		if (rc == 0)
			rc = step_place_set(place, now.buf, &place->dir_id, place->name);
		str_done(&now);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A step behind this one removed the directory it was in, which was empty then. */
static bool went_with_its_directory(const struct recovery *c, uint32_t i)
{
	const struct step *s = &c->steps[i].step;

	if (s->kind != STEP_RMDIR)
		return false;
	for (uint32_t k = i + 1; k < c->n; k++)
		if (c->steps[k].state == STEP_DONE && c->steps[k].step.kind == STEP_RMDIR &&
		    step_id_eq(&c->steps[k].step.what, &s->from.dir_id))
			return true;
	return false;
}

/* Once it is known what came of those behind it: where it was may have been moved, or be gone. */
static int look_from_behind(struct recovery *c, uint32_t i)
{
	struct found *f = &c->steps[i];
	enum step_state state = STEP_LOST;
	struct step copy;
	int rc;

	if (!f->asked || f->state != STEP_LOST)
		return 0;
	if (went_with_its_directory(c, i)) {
		f->state = STEP_DONE;
		return say(c, i, NULL);
	}
	if (step_copy(&f->step, &copy) < 0)
		return -ENOMEM;
	rc = moved_path(c, i, &copy.from);
	if (rc == 0)
		rc = moved_path(c, i, &copy.to);
	if (rc == 0)
		rc = act_look(c->plan->act, &copy, c->begun, &state, &c->why);
	if (rc == 0 && (state == STEP_DONE || state == STEP_NOT_DONE)) {
		f->state = state;
		f->step.what = copy.what;
		f->step.now = copy.now;
		rc = say(c, i, c->why.buf);
	}
	step_done(&copy);
	return rc;
}

static int look_at_open(struct recovery *c, uint32_t i)
{
	struct found *f = &c->steps[i];
	int rc;

	f->err = -EINTR;
	if (find_dir(c, &f->step.from) || find_dir(c, &f->step.to) || find_thing(c, &f->step)) {
		f->state = STEP_NOT_DONE;
		return say(c, i, "what it was to be in, or about, was not made");
	}
	rc = act_look(c->plan->act, &f->step, c->begun, &f->state, &c->why);
	return rc < 0 ? rc : say(c, i, c->why.buf);
}

/* It may be clear by now: then it is as if it had been open. */
static int look_again(struct recovery *c, uint32_t i)
{
	struct found *f = &c->steps[i];
	enum step_state state = f->state;
	int rc = act_look(c->plan->act, &f->step, c->begun, &state, &c->why);

	/* Half done can be finished, as of an action that was interrupted. */
	if (rc < 0 || state == STEP_LOST)
		return rc;
	f->state = state;
	f->err = -EINTR;
	f->asked = true;
	return say(c, i, c->why.buf);
}

/* When the system lost its power, what was written down may be on the disk and what was done not.
 * Only that is believed here: everything is as before. */
static int look_at_done(struct recovery *c, uint32_t i)
{
	struct found *f = &c->steps[i];
	enum step_state state = f->state;
	struct step copy;
	int rc = step_copy(&f->step, &copy);

	if (rc < 0)
		return rc;
	rc = act_look(c->plan->act, &copy, c->begun, &state, &c->why);
	step_done(&copy);
	if (rc == 0 && state == STEP_NOT_DONE) {
		f->state = state;
		f->err = -EINTR;
		f->asked = true;
		rc = say(c, i, "it had been done, but did not reach the disk");
	}
	return rc;
}

static int finish(struct recovery *c, uint32_t i, int *ret_err)
{
	struct found *f = &c->steps[i];
	enum step_state state = f->state;
	int rc;

	*ret_err = 0;
	if (!c->r->finish || c->r->dry_run)
		return 0;
	/* Nothing can be done about it, or nothing of it can be anywhere. */
	if (f->state == STEP_LOST || find_dir(c, &f->step.from) || find_dir(c, &f->step.to) ||
	    find_thing(c, &f->step)) {
		f->err = 0;
		return 0;
	}
	rc = act_finish(c->plan->act, &f->step, c->begun, &state, &c->why);
	if (plan_is_fatal(rc))
		return rc;
	/* The directory is gone, and whatever was left in it with it. */
	if (f->state != STEP_PARTLY && (rc == -ENOENT || rc == -ESTALE || rc == -ENOTDIR))
		rc = 0;
	/* So much later it was moved on. */
	else if (rc == -EAGAIN && !c->interrupted)
		rc = 0;
	else if (rc == 0)
		f->state = state;
	if (rc < 0 && c->why.len && say(c, i, c->why.buf) < 0)
		return -ENOMEM;
	*ret_err = rc;
	/* What cannot be finished ever is over; anything else may be tried again. */
	if (rc == 0 || rc == -ENOTSUP)
		f->err = rc;
	return 0;
}

static void tell(struct recovery *c, uint32_t i, int err)
{
	const struct found *f = &c->steps[i];
	const struct recovered told = {
		.id = c->id,
		.label = c->label,
		.step = i,
		.what = &f->step,
		.state = f->state,
		.err = err,
		.why = f->why,
	};

	c->ret->done += f->state == STEP_DONE;
	c->ret->not_done += f->state == STEP_NOT_DONE;
	c->ret->partly += f->state == STEP_PARTLY;
	c->ret->lost += f->state == STEP_LOST;
	c->ret->untidy += err < 0 && (f->state == STEP_DONE || f->state == STEP_NOT_DONE);
	if (c->r->each)
		c->r->each(c->r->ctx, &told);
}

static int look(struct recovery *c, uint32_t i, bool interrupted)
{
	const struct found *f = &c->steps[i];
	int rc = plan_cancelled(c->plan) ? -ECANCELED : 0;

	if (rc == 0 && f->state == STEP_OPEN)
		rc = look_at_open(c, i);
	else if (rc == 0 && f->state == STEP_DONE && interrupted && !f->asked)
		rc = look_at_done(c, i);
	else if (rc == 0 && (f->again || f->state == STEP_LOST))
		rc = look_again(c, i);
	return rc < 0 ? rc : note_made(c, i);
}

/* What was found is written down before anything more is done. */
static int settle(struct recovery *c, uint32_t i)
{
	const struct found *f = &c->steps[i];
	int rc = plan_cancelled(c->plan) ? -ECANCELED : record(c, i), err = 0;

	str_clear(&c->why);
	if (rc == 0 && c->r->finish)
		rc = finish(c, i, &err);
	if (rc == 0 && f->err != -EINTR)
		rc = record(c, i);
	if (rc == 0)
		tell(c, i, err);
	return rc;
}

/* ---- which actions ---- */

static bool has_to_finish(const struct action *a)
{
	for (uint32_t i = 0; i < a->nsteps; i++)
		if (to_finish(&a->steps[i]))
			return true;
	return false;
}

static bool is_asked(const struct recovery *c)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (c->steps[i].asked)
			return true;
	return false;
}

static int all_steps(struct recovery *c, bool interrupted)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < c->n; i++)
		rc = look(c, i, interrupted);
	for (uint32_t i = c->n; rc == 0 && i-- > 0;)
		rc = look_from_behind(c, i);
	for (uint32_t i = 0; rc == 0 && i < c->n; i++)
		if (c->steps[i].asked)
			rc = settle(c, i);
	return rc;
}

static int one_action(struct recovery *c, uint64_t id)
{
	const struct action *a = journal_find(c->j, id);
	bool interrupted = a && a->state == ACTION_INTERRUPTED;
	int rc = a ? take(c, a) : 0;

	if (rc == 0)
		rc = all_steps(c, interrupted);
	if (rc == 0 && !c->r->dry_run)
		rc = act_sync(c->plan->act);
	if (rc == 0 && interrupted && !c->r->dry_run)
		rc = journal_end(c->j, c->id, true);
	if (rc == 0)
		c->ret->actions += interrupted || is_asked(c);
	forget(c);
	return rc;
}

/* Interrupted; or ended, with something to finish, or that may be clear by now. */
static bool concerns(const struct recovery *c, const struct action *a)
{
	if (a->state == ACTION_INTERRUPTED)
		return true;
	if (a->state != ACTION_ENDED)
		return false;
	for (uint32_t i = 0; i < a->nsteps; i++)
		if (may_be_clear(&a->steps[i]))
			return true;
	return finishes(c) && has_to_finish(a);
}

static int all_actions(struct recovery *c)
{
	size_t n, k = 0;
	const struct action *a = journal_actions(c->j, &n);
	uint64_t *ids = calloc(MAX(n, 1), sizeof(*ids));
	int rc = ids ? 0 : -ENOMEM;

	for (size_t i = 0; ids && i < n; i++)
		if (concerns(c, &a[i]))
			ids[k++] = a[i].id;
	for (size_t i = 0; rc == 0 && i < k; i++)
		rc = one_action(c, ids[i]);
	free(ids);
	return rc;
}

/* Held by a descriptor, so it ends with us. Where there can be no lock, what is done here may be
 * done twice, which does no harm. */
static int lock(const struct recover *r)
{
	int dir, fd = -1, rc = 0;

	if (r->dry_run || !r->env->state)
		return -1;
	dir = openpath(r->env->state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0) {
		fd = sys_openat(dir, "recover.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
				0600);
		sys_close(dir);
	}
	if (fd >= 0)
		rc = sys_flock(fd, LOCK_EX | LOCK_NB);
	if (rc == -EWOULDBLOCK) {
		sys_close(fd);
		return -EBUSY;
	}
	return fd < 0 ? -1 : fd;
}

int recover(struct journal *j, const struct recover *r, struct recover_result *ret)
{
	struct recovery c = {.j = j, .r = r, .ret = ret, .why = STR_INIT, .path = STR_INIT};
	int fd = lock(r), rc;

	*ret = (struct recover_result){0};
	if (fd == -EBUSY)
		return fd;
	map_init(&c.makers);
	rc = plan_new(r->env, &c.plan);
	if (rc == 0)
		rc = journal_refresh(j);
	if (rc == 0)
		rc = all_actions(&c);
	plan_free(c.plan);
	map_done(&c.makers);
	str_done(&c.why);
	str_done(&c.path);
	if (fd >= 0)
		sys_close(fd);
	return rc;
}
