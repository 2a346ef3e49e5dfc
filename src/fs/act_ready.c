/* SPDX-License-Identifier: MIT
 *
 * Many things for the trash: bringing the information of each to the disk takes ten times as long
 * as all the rest, and no longer for hundreds at once than for one.
 */
#include "fs/act_inside.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"

/* ---- what is ready ---- */

static struct act_readied *readied(struct act *a, const struct step *step)
{
	for (size_t i = a->ready_at; i < a->nready; i++)
		if (a->ready[i].step == step)
			return &a->ready[i];
	return NULL;
}

static void over(struct act *a, struct act_readied *r)
{
	trash_ready_done(&r->in);
	r->step = NULL;
	while (a->ready_at < a->nready && !a->ready[a->ready_at].step)
		a->ready_at++;
	if (a->ready_at == a->nready)
		a->ready_at = a->nready = 0;
}

/* It is not moved: its information goes, and where it was to go is not known any more. */
static int take_back(struct act *a, struct act_readied *r)
{
	int rc = trash_unready(&r->trash->dir, &r->in);

	r->trash->changed |= ACT_LOST;
	act_forget_place(&r->step->to);
	over(a, r);
	return rc;
}

int act_unready(struct act *a)
{
	size_t i = a->ready_at, n = a->nready;
	int bad = 0;

	for (; i < n; i++) {
		int rc = a->ready[i].step ? take_back(a, &a->ready[i]) : 0;

		bad = bad ? bad : rc;
	}
	return bad;
}

void act_ready_over(struct act *a, const struct step *step)
{
	struct act_readied *r = readied(a, step);

	if (r)
		(void)take_back(a, r);
}

void act_ready_done(struct act *a)
{
	for (size_t i = a->ready_at; i < a->nready; i++)
		trash_ready_done(&a->ready[i].in);
	free(a->ready);
}

/* ---- moving it ---- */

int act_ready_run(struct act_job *j)
{
	struct act_readied *r = readied(j->a, j->step);
	struct act_putting putting = {.j = j};
	struct renamed how;
	struct trash_put put;
	int rc;

	if (!r)
		return 0;
	putting.trash = &r->trash->dir;
	put = act_put(&putting, "");
	rc = trash_move(&put, &r->in, &how);
	over(j->a, r);
	/* Its name is taken, there or by other information: another one may do. */
	if (rc == -EEXIST && how.state == RENAME_NOT_DONE)
		return 0;
	rc = act_was_put(j, putting.trash, rc, &how);
	return rc == 0 ? 1 : rc;
}

/* ---- making it ready ---- */

/* The trash for the things of one directory. */
struct batch {
	struct act *a;
	const struct step_place *dir; /* NULL: none yet */
	struct act_trash *trash;      /* NULL: there is none, or not for many at once */
	struct str from;
};

static int find_trash(struct batch *b, const struct act_job *j)
{
	const struct step_place *dir = &j->step->from;
	struct trash_dir found, *trash = NULL;
	struct trash_why why;
	int rc;

	if (b->dir && step_id_eq(&b->dir->dir_id, &dir->dir_id))
		return 0;
	b->dir = dir;
	b->trash = NULL;
	rc = trash_dir_for(&b->a->o.trash, j->from, dir->dir, &found, &b->from, &why);
	if (rc < 0)
		return rc;
	rc = act_trash_keep(b->a, &found, &trash);
	trash_dir_done(&found);
	if (rc < 0)
		return rc;
	b->trash = act_trash_whole(b->a, trash);
	if (b->trash->one_by_one || !trash_can_sync(trash))
		b->trash = NULL;
	return 0;
}

static int make_ready(struct batch *b, struct act_job *j)
{
	struct act_putting putting = {j, &b->trash->dir};
	const struct trash_put put = act_put(&putting, b->from.buf);
	struct act *a = b->a;
	struct act_readied *r;
	int rc = array_grow(&a->ready, &a->ready_cap, a->nready + 1, sizeof(*a->ready));

	if (rc < 0)
		return rc;
	r = &a->ready[a->nready];
	*r = (struct act_readied){.step = j->step, .trash = b->trash};
	rc = trash_ready(&put, &r->in);
	b->trash->changed |= ACT_LOST;
	if (rc == 0) {
		a->nready++;
		return 0;
	}
	trash_ready_done(&r->in);
	act_forget_place(&j->step->to);
	return rc;
}

static int ready_one(struct batch *b, struct step *step)
{
	struct str why = STR_INIT;
	struct act_job j = {.a = b->a, .step = step, .why = &why, .from = -1, .to = -1, .pin = -1};
	int rc = act_trash_open(&j);

	if (rc == 0)
		rc = find_trash(b, &j);
	if (rc == 0 && b->trash)
		rc = make_ready(b, &j);
	act_close_thing(&j);
	str_done(&why);
	return rc;
}

/* What is in this trash only is not on the disk: back to one after the other, for good. */
static void not_synced(struct act *a, struct act_trash *t)
{
	size_t i = a->ready_at, n = a->nready;

	t->one_by_one = true;
	for (; i < n; i++)
		if (a->ready[i].step && a->ready[i].trash == t)
			(void)take_back(a, &a->ready[i]);
}

static bool has_ready(const struct act *a, const struct act_trash *t)
{
	for (size_t i = a->ready_at; i < a->nready; i++)
		if (a->ready[i].step && a->ready[i].trash == t)
			return true;
	return false;
}

void act_ready(struct act *a, struct step *steps, uint32_t n)
{
	struct batch b = {.a = a, .from = STR_INIT};

	for (uint32_t i = 0; i < n && !act_cancelled(a); i++) {
		int rc = ready_one(&b, &steps[i]);

		/* What concerns more than the one thing is told by act_run(). */
		if (rc < 0 && rc != -ENOENT && rc != -ESTALE && rc != -EPERM)
			break;
	}
	str_done(&b.from);
	for (size_t i = 0; i < a->ntrashes; i++)
		if (has_ready(a, a->trashes[i]) && trash_sync(&a->trashes[i]->dir) < 0)
			not_synced(a, a->trashes[i]);
}
