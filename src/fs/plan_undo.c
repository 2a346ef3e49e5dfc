/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "fs/plan_inside.h"

/* A directory that was removed and made again is another one, with the place of the first: what was
 * done in the first is done again, or taken back, in the other. */
struct again {
	const struct step_id *was, *is;
};

struct undoing {
	struct plan *p;
	const struct journal *j;
	const struct action *action;
	struct again *dirs; /* of all actions, oldest first */
	size_t ndirs, cap;
	struct map makes; /* plan_thing of a directory that is gone, to the step that makes it again
			   */
};

static bool was_made_again(const struct action_step *removed, const struct action_step *made)
{
	return removed->step.kind == STEP_RMDIR && made->step.kind == STEP_MKDIR &&
	       made->state == STEP_DONE && made->step.what.type == S_IFDIR;
}

static int note_action(struct undoing *u, const struct action *a)
{
	const struct action *of = a->undoes ? journal_find(u->j, a->undoes) : NULL;

	for (uint32_t i = 0; of && i < a->nsteps; i++) {
		uint32_t back = a->steps[i].step.undoes;
		int rc;

		if (back >= of->nsteps || !was_made_again(&of->steps[back], &a->steps[i]))
			continue;
		rc = array_grow(&u->dirs, &u->cap, u->ndirs + 1, sizeof(*u->dirs));
		if (rc < 0)
			return rc;
		u->dirs[u->ndirs++] =
			(struct again){&of->steps[back].step.what, &a->steps[i].step.what};
	}
	return 0;
}

static int note_actions(struct undoing *u)
{
	size_t n;
	const struct action *a = journal_actions(u->j, &n);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = note_action(u, &a[i]);
	return rc;
}

/* Removed and made again several times: each is older than the next. */
static void renew(const struct undoing *u, struct step_id *id)
{
	for (size_t i = 0; id->type == S_IFDIR && i < u->ndirs; i++)
		if (step_id_eq(id, u->dirs[i].was))
			*id = *u->dirs[i].is;
}

/* In a directory that an earlier step of this plan makes again. */
static int find_maker(struct undoing *u, struct step_place *place, uint32_t *ret_maker)
{
	struct plan_thing dir = plan_thing(&place->dir_id);
	uintptr_t step;

	*ret_maker = PLAN_NONE;
	if (!place->dir || !map_get(&u->makes, &dir, sizeof(dir), &step))
		return 0;
	*ret_maker = (uint32_t)step;
	return step_place_set(place, place->dir, NULL, place->name);
}

static int add_step(struct undoing *u, uint32_t n)
{
	const struct step *done = &u->action->steps[n].step;
	struct plan_item item = PLAN_ITEM;
	struct step s;
	int rc = step_inverse(done, &s);

	if (rc == -ENOTSUP)
		return plan_added(plan_trouble_step(u->p, done, rc, "it cannot be taken back"));
	if (rc < 0)
		return rc;
	s.undoes = n;
	renew(u, &s.from.dir_id);
	renew(u, &s.to.dir_id);
	renew(u, &s.what);
	rc = find_maker(u, &s.from, &item.from_maker);
	if (rc == 0)
		rc = find_maker(u, &s.to, &item.to_maker);
	if (rc == 0 && done->kind == STEP_RMDIR) {
		struct plan_thing dir = plan_thing(&done->what);

		rc = map_put(&u->makes, &dir, sizeof(dir), u->p->n);
	}
	if (rc == 0)
		rc = plan_push(u->p, &s, &item);
	step_done(&s);
	return rc;
}

static const char *cannot(const struct action_step *s)
{
	if (s->state == STEP_PARTLY)
		return step_has_inverse(&s->step) ? "it was only half done" : "it is gone for good";
	return s->state == STEP_LOST ? "it is not known whether it was done" : NULL;
}

static int add_steps(struct undoing *u)
{
	for (uint32_t n = u->action->nsteps; n-- > 0;) {
		const struct action_step *s = &u->action->steps[n];
		const char *why = cannot(s);
		int rc = 0;

		if (plan_cancelled(u->p))
			return -ECANCELED;
		if (s->undone)
			continue;
		if (s->state == STEP_DONE)
			rc = add_step(u, n);
		else if (why)
			rc = plan_added(plan_trouble_step(u->p, &s->step, -ENOTSUP, why));
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* "undo #12: trash 3 items", and back: "redo #12: trash 3 items". */
static int set_label(struct undoing *u)
{
	const struct action *of = u->action, *up;
	bool redo = false;
	struct str label = STR_INIT;

	while (of->undoes && (up = journal_find(u->j, of->undoes)) && up->id < of->id) {
		of = up;
		redo = !redo;
	}
	str_addf(&label, "%s #%llu: ", redo ? "redo" : "undo", (unsigned long long)of->id);
	str_adds(&label, of->label ? of->label : "");
	if (!label.failed)
		u->p->undo_label = str_take(&label);
	str_done(&label);
	return u->p->undo_label ? 0 : -ENOMEM;
}

/* What there is to take back. */
static int judge(const struct action *a)
{
	bool back = false, was = false;

	if (!a)
		return -ENOENT;
	if (a->state == ACTION_RUNNING)
		return -EBUSY;
	if (a->state == ACTION_INTERRUPTED)
		return -EUCLEAN;
	if (a->state == ACTION_DAMAGED)
		return -ENOTSUP;
	for (uint32_t i = 0; i < a->nsteps; i++) {
		const struct action_step *s = &a->steps[i];

		was |= s->undone;
		back |= s->state == STEP_DONE && !s->undone && step_has_inverse(&s->step);
	}
	return back ? 0 : was ? -EALREADY : -ENOTSUP;
}

int plan_undo(struct plan *p, const struct journal *j, uint64_t id)
{
	struct undoing u = {.p = p, .j = j, .action = journal_find(j, id)};
	int rc = p->n || p->undo_label ? -EINVAL : judge(u.action);

	if (rc < 0)
		return rc;
	map_init(&u.makes);
	rc = note_actions(&u);
	if (rc == 0)
		rc = set_label(&u);
	if (rc == 0)
		rc = add_steps(&u);
	p->undoes = id;
	map_done(&u.makes);
	free(u.dirs);
	return rc;
}
