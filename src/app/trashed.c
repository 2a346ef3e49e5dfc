/* SPDX-License-Identifier: MIT */
#include "app/trashed.h"

#include "app/verb.h"
#include "base/alloc.h"
#include "fs/delete_plan.h"
#include "fs/event.h"
#include "fs/homes.h"
#include "fs/mounts.h"
#include "fs/trash_empty.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct trashed *t;
	const struct trash_dir *trash;
	int err;
};

static void free_item(struct trashed_item *item)
{
	free(item->name);
	free(item->origin);
}

static bool take(void *ctx, const struct trash_item *i)
{
	struct reading *r = ctx;
	struct trashed *t = r->t;
	struct trashed_item item = {.trash = r->trash,
				    .why = i->why,
				    .state = i->state,
				    .date = i->date,
				    .mode = i->meta.mode,
				    .identity = i->identity,
				    .size_known = i->size_known,
				    .size = i->size};

	item.name = memdup0(i->name, strlen(i->name));
	if (i->origin)
		item.origin = memdup0(i->origin, strlen(i->origin));
	r->err = item.name && (item.origin || !i->origin) ? 0 : -ENOMEM;
	if (r->err == 0)
		r->err = array_grow(&t->at, &t->cap, t->n + 1, sizeof(*t->at));
	if (r->err == 0)
		t->at[t->n++] = item;
	else
		free_item(&item);
	return r->err == 0;
}

/* A trash that is not to be used is said and passed over; what could not be looked at may hold
 * something, and the one in the home does, when it is somewhere else. */
static void refused(void *ctx, const char *top, int err, const char *why)
{
	struct trashed *t = ctx;

	if (why)
		verb_say(t->verb, top, why);
	else
		verb_error(t->verb, top, err);
	t->failed |= !why || err == -ETIMEDOUT || (t->home && strcmp(top, t->home) == 0);
}

static int read_all(struct trashed *t)
{
	for (size_t i = 0; i < t->all.n; i++) {
		struct reading r = {.t = t, .trash = &t->all.at[i]};
		int rc = trash_list(r.trash, NULL, take, &r);

		if (rc == -ENOMEM || r.err)
			return -ENOMEM;
		if (rc < 0) {
			verb_error(t->verb, r.trash->path.buf, rc);
			t->failed = true;
		}
	}
	return 0;
}

static int by_age(const void *a, const void *b)
{
	const struct trashed_item *x = a, *y = b;
	int order = trash_date_cmp(&x->date, &y->date);

	if (order == 0)
		order = strcmp(x->origin ? x->origin : "", y->origin ? y->origin : "");
	return order ? order : strcmp(x->name, y->name);
}

/* Of several that were at one place the newest stays: it comes last. */
static int index_all(struct trashed *t)
{
	int r = 0;

	if (t->n)
		qsort(t->at, t->n, sizeof(*t->at), by_age);
	for (size_t i = 0; r == 0 && i < t->n; i++) {
		CLEANUP(str_done) struct str path = STR_INIT;
		struct trashed_item *item = &t->at[i];

		r = trashed_path(item, &path);
		if (r == 0)
			r = map_put(&t->paths, path.buf, path.len, i);
		if (r == 0 && item->origin && item->state == TRASH_WHOLE)
			r = map_put(&t->origins, item->origin, strlen(item->origin), i);
	}
	return r;
}

int trashed_read(struct trashed *t, const char *verb, const struct trash_env *env)
{
	struct mount_list mounts = {0};
	int r;

	*t = (struct trashed){.verb = verb, .home = env->home};
	map_init(&t->paths);
	map_init(&t->origins);
	if (homes_wrong()) {
		verb_say(verb, "the trash of the home", homes_wrong());
		t->failed = true;
	}
	r = mounts_read(MOUNTS_FILE, &mounts);
	if (r < 0 && r != -ENOMEM) {
		verb_error(verb, MOUNTS_FILE, r);
		t->failed = true; /* the home's is told all the same */
		r = 0;
	}
	if (r == 0)
		r = trash_all_open(env, &mounts, refused, t, &t->all);
	fs_mounts_free(&mounts);
	if (r == 0)
		r = read_all(t);
	return r == 0 ? index_all(t) : r;
}

void trashed_done(struct trashed *t)
{
	for (size_t i = 0; i < t->n; i++)
		free_item(&t->at[i]);
	free(t->at);
	map_done(&t->paths);
	map_done(&t->origins);
	trash_all_done(&t->all);
}

int trashed_weigh(struct trashed_item *item)
{
	const struct plan_options o = {0};
	struct delete_plan *plan;
	int r;

	if (item->size_known || item->state == TRASH_INFO_ALONE)
		return 0;
	r = delete_plan_new(&o, &plan);
	if (r < 0)
		return r;
	r = delete_plan_add(plan, item->trash->files, item->name, &item->identity, item->name);
	if (r == 0) {
		const struct plan_counts *n = delete_plan_counts(plan);

		item->size = n->freed + n->held;
		item->size_known = true;
	}
	delete_plan_free(plan);
	return r == -ENOMEM ? r : 0;
}

int trashed_path(const struct trashed_item *item, struct str *out)
{
	str_adds(out, item->trash->path.buf);
	str_adds(out, "/files/");
	str_adds(out, item->name);
	return out->failed ? -ENOMEM : 0;
}

struct trashed_item *trashed_find(struct trashed *t, const char *path)
{
	uintptr_t i;

	if (map_get(&t->paths, path, strlen(path), &i) ||
	    map_get(&t->origins, path, strlen(path), &i))
		return &t->at[i];
	return NULL;
}
