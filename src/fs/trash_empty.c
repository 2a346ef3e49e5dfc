/* SPDX-License-Identifier: MIT */
#include "fs/trash_empty.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "fs/stat.h"
#include "fs/trash_restore.h"
#include "fs/trash_sizes.h"

/* What the filter lets through, as far as the list tells. */
struct chosen {
	char *name;
	struct identity identity;
	int64_t info_mtime;
	uint64_t size;
	bool alone, size_known;
};

struct emptying {
	const struct trash_empty *e;
	struct chosen *chosen;
	size_t n, cap;
	struct delete_plan *plan; /* when nothing is to be done */
	struct trash_emptied *ret;
	int err; /* of choosing */
	int first_err;
};

int trash_date_cmp(const struct trash_date *a, const struct trash_date *b)
{
	const int left[] = {a->year, a->month, a->day, a->hour, a->minute, a->second};
	const int right[] = {b->year, b->month, b->day, b->hour, b->minute, b->second};

	for (size_t i = 0; i < ARRAY_LEN(left); i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}

static bool lets_through(const struct trash_filter *f, const struct trash_item *i)
{
	if (i->state == TRASH_INFO_ALONE)
		return i->info_mtime < f->alone_before;
	if (f->before.year && (!i->date.year || trash_date_cmp(&i->date, &f->before) >= 0))
		return false;
	return !i->size_known || i->size >= f->at_least;
}

static bool choose(void *ctx, const struct trash_item *i)
{
	struct emptying *m = ctx;
	struct chosen c = {.identity = i->identity,
			   .info_mtime = i->info_mtime,
			   .size = i->size,
			   .alone = i->state == TRASH_INFO_ALONE,
			   .size_known = i->size_known};

	if (!lets_through(&m->e->filter, i))
		return true;
	m->err = array_grow(&m->chosen, &m->cap, m->n + 1, sizeof(*m->chosen));
	if (m->err < 0)
		return false;
	c.name = memdup0(i->name, strlen(i->name));
	if (!c.name) {
		m->err = -ENOMEM;
		return false;
	}
	m->chosen[m->n++] = c;
	return true;
}

int trash_weigh(const struct trash_dir *trash, const char *name, const struct plan_options *options,
		uint64_t *ret_bytes, bool *ret_whole)
{
	struct delete_plan *plan;
	int rc = delete_plan_new(options, &plan);

	if (rc < 0)
		return rc;
	rc = delete_plan_add(plan, trash->files, name, NULL, name);
	if (rc == 0) {
		const struct plan_counts *n = delete_plan_counts(plan);

		*ret_bytes = n->freed + n->held;
		*ret_whole = n->kept == 0;
	}
	delete_plan_free(plan);
	return rc;
}

int trash_measure(const struct trash_dir *trash, const char *name, int64_t info_mtime,
		  const _Atomic bool *cancel, uint64_t *ret_bytes)
{
	const struct plan_options o = {.cancel = cancel};
	struct meta meta;
	bool whole = false;
	int rc = trash_weigh(trash, name, &o, ret_bytes, &whole);

	if (rc == 0)
		rc = stat_at(trash->files, name, &meta, NULL);
	/* Half of what it takes is nothing to keep; nor need it be kept. */
	if (rc == 0 && S_ISDIR(meta.mode) && whole && info_mtime)
		(void)trash_sizes_set(trash, name, info_mtime, ret_bytes);
	return rc;
}

/* 1: large enough, 0: not. */
static int weigh(const struct emptying *m, struct chosen *c)
{
	const struct trash_empty *e = m->e;
	int rc = 0;

	if (c->alone || !e->filter.at_least)
		return 1;
	if (!c->size_known && e->dry_run)
		rc = trash_measure(e->trash, c->name, 0, e->options.cancel, &c->size);
	else if (!c->size_known)
		rc = trash_measure(e->trash, c->name, c->info_mtime, e->options.cancel, &c->size);
	return rc < 0 ? rc : c->size >= e->filter.at_least;
}

/* Removes it, or adds it to the plan. */
static int remove_one(struct emptying *m, const struct chosen *c)
{
	const struct trash_empty *e = m->e;
	struct delete_counts n = {0};
	int rc = 0;

	if (c->alone) {
		if (!e->dry_run)
			rc = trash_erase(e->trash, c->name, NULL, &e->options, &n);
		m->ret->alone += rc == 0;
		return rc;
	}
	if (e->dry_run)
		rc = delete_plan_add(m->plan, e->trash->files, c->name, &c->identity, c->name);
	else
		rc = trash_erase(e->trash, c->name, &c->identity, &e->options, &n);
	m->ret->things += rc == 0;
	m->ret->files += n.files;
	m->ret->dirs += n.dirs;
	return rc;
}

static int one(struct emptying *m, struct chosen *c)
{
	int rc = weigh(m, c);

	if (rc == 1)
		rc = remove_one(m, c);
	/* Restored or erased by somebody meanwhile. */
	if (rc >= 0 || rc == -ENOENT)
		return 0;
	if (rc == -ENOMEM || rc == -ECANCELED)
		return rc;
	m->ret->failed++;
	if (!m->first_err)
		m->first_err = rc;
	/* Without anybody to tell, the first error is the last. */
	return m->e->options.failed ? 0 : rc;
}

static void take_plan(struct emptying *m)
{
	const struct plan_counts *n = delete_plan_counts(m->plan);

	m->ret->files = n->files;
	m->ret->dirs = n->dirs;
	m->ret->freed = n->freed;
}

int trash_empty(const struct trash_empty *e, struct trash_emptied *ret)
{
	const struct plan_options o = {.guards = e->options.guards, .cancel = e->options.cancel};
	struct emptying m = {.e = e, .ret = ret};
	int rc = delete_plan_new(&o, &m.plan);

	*ret = (struct trash_emptied){0};
	if (rc < 0)
		return rc;
	m.first_err = trash_list(e->trash, e->options.cancel, choose, &m);
	rc = m.err;
	if (m.first_err == -ENOMEM || m.first_err == -ECANCELED)
		rc = m.first_err;
	for (size_t i = 0; rc == 0 && i < m.n; i++)
		rc = one(&m, &m.chosen[i]);
	if (e->dry_run)
		take_plan(&m);
	for (size_t i = 0; i < m.n; i++)
		free(m.chosen[i].name);
	free(m.chosen);
	delete_plan_free(m.plan);
	return rc < 0 ? rc : m.first_err;
}
