/* SPDX-License-Identifier: MIT
 *
 * Which things lie in which is found by going up from their directories, by descriptors: no path is
 * compared, so links and mounts on the way to a thing make no difference. What was found for a
 * directory is kept, so that a hundred thousand things of one directory go up once.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "fs/plan_inside.h"
#include "fs/stat.h"
#include "fs/sys.h"

#define CLIMB_MAX 200000u /* a file server may tell of parents without end */

struct above {
	struct plan *p;
	struct map things;  /* file_id of directories that are things of the plan */
	struct map deep;    /* file_id of a directory to in how many of them it is */
	struct file_id *up; /* of the directories on the way up */
	size_t cap;
};

/* Goes on till something is known; *ret_n directories are on the way, *ret_deep is what is known of
 * the last. */
static int climb(struct above *a, int fd, size_t *ret_n, uint32_t *ret_deep)
{
	size_t n = 0;
	int rc = 0;

	*ret_deep = 0;
	while (rc == 0 && n < CLIMB_MAX) {
		struct meta meta;
		uintptr_t deep;
		int up;

		rc = stat_fd(fd, &meta, NULL);
		if (rc < 0)
			break;
		if (map_get(&a->deep, &meta.id, sizeof(meta.id), &deep)) {
			*ret_deep = (uint32_t)deep;
			break;
		}
		if (n > 0 && file_id_eq(meta.id, a->up[n - 1]))
			break;
		rc = array_grow(&a->up, &a->cap, n + 1, sizeof(*a->up));
		if (rc < 0)
			break;
		a->up[n++] = meta.id;
		up = sys_openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
		sys_close(fd);
		fd = up;
		if (up < 0)
			rc = up;
	}
	if (fd >= 0)
		sys_close(fd);
	*ret_n = n;
	return rc;
}

/* In how many things of the plan the directory is, itself included; in none where it cannot be
 * gone up. */
static int how_deep(struct above *a, const struct step_place *place, uint32_t *ret_deep)
{
	struct file_id id = {place->dir_id.dev, place->dir_id.ino};
	uintptr_t known;
	size_t n;
	int rc, fd;

	*ret_deep = 0;
	if (map_get(&a->deep, &id, sizeof(id), &known)) {
		*ret_deep = (uint32_t)known;
		return 0;
	}
	rc = act_dir(a->p->act, place);
	fd = rc < 0 ? rc : sys_openat(rc, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0)
		return fd == -ENOMEM ? fd : 0;
	rc = climb(a, fd, &n, ret_deep);
	if (rc == -ENOMEM)
		return rc;
	while (n > 0) {
		struct file_id here = a->up[--n];

		*ret_deep += map_get(&a->things, &here, sizeof(here), NULL);
		if (map_put(&a->deep, &here, sizeof(here), *ret_deep) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_things(struct above *a, bool (*is)(enum step_kind kind))
{
	for (uint32_t i = 0; i < a->p->n; i++) {
		const struct step *s = &a->p->steps[i];
		struct file_id id = {s->what.dev, s->what.ino};

		if (is(s->kind) && s->what.type == S_IFDIR &&
		    map_put(&a->things, &id, sizeof(id), 1) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool takes_away(enum step_kind kind)
{
	return kind == STEP_TRASH || kind == STEP_DELETE || kind == STEP_ERASE;
}

static bool is_rename(enum step_kind kind)
{
	return kind == STEP_RENAME;
}

/* How deep a place is; one in a directory that a step makes, as deep as that step's own. */
static int place_deep(struct above *a, const struct step_place *place, uint32_t maker,
		      uint32_t *ret_deep)
{
	*ret_deep = 0;
	if (!place->dir)
		return 0;
	if (maker == PLAN_NONE)
		return how_deep(a, place, ret_deep);
	*ret_deep = a->p->items[maker].deep;
	return 0;
}

static int each_deep(struct above *a)
{
	struct plan *p = a->p;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < p->n; i++) {
		struct plan_item *item = &p->items[i];
		uint32_t from = 0, to = 0;

		if (plan_cancelled(p))
			return -ECANCELED;
		rc = place_deep(a, &p->steps[i].from, item->from_maker, &from);
		if (rc == 0)
			rc = place_deep(a, &p->steps[i].to, item->to_maker, &to);
		if (item->what_maker != PLAN_NONE)
			to = p->items[item->what_maker].deep;
		item->deep = MAX(from, to);
	}
	return rc;
}

static int measure(struct plan *p, bool (*is)(enum step_kind kind))
{
	struct above a = {.p = p};
	int rc;

	map_init(&a.things);
	map_init(&a.deep);
	rc = add_things(&a, is);
	for (uint32_t i = 0; i < p->n; i++)
		p->items[i].deep = 0;
	if (rc == 0 && a.things.count > 0)
		rc = each_deep(&a);
	map_done(&a.things);
	map_done(&a.deep);
	free(a.up);
	return rc;
}

/* ---- the order of renames ---- */

struct ranked {
	uint32_t deep, at;
};

static int innermost_first(const void *va, const void *vb)
{
	const struct ranked *a = va, *b = vb;

	if (a->deep != b->deep)
		return a->deep > b->deep ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static void new_maker(uint32_t *maker, const uint32_t *now)
{
	if (*maker != PLAN_NONE)
		*maker = now[*maker];
}

static int put_in_order(struct plan *p, const struct ranked *ranks)
{
	struct step *steps = malloc(p->n * sizeof(*steps));
	struct plan_item *items = malloc(p->n * sizeof(*items));
	uint32_t *now = malloc(p->n * sizeof(*now));

	if (steps && items && now) {
		for (uint32_t i = 0; i < p->n; i++) {
			steps[i] = p->steps[ranks[i].at];
			items[i] = p->items[ranks[i].at];
			now[ranks[i].at] = i;
		}
		for (uint32_t i = 0; i < p->n; i++) {
			new_maker(&items[i].from_maker, now);
			new_maker(&items[i].to_maker, now);
			new_maker(&items[i].what_maker, now);
			new_maker(&items[i].room, now);
		}
		memcpy(p->steps, steps, p->n * sizeof(*steps));
		memcpy(p->items, items, p->n * sizeof(*items));
	}
	free(steps);
	free(items);
	free(now);
	return steps && items && now ? plan_note_made(p) : -ENOMEM;
}

/* A directory gets its new name after everything that is done in it: paths in it hold till then,
 * and again when all is taken back. */
static int order(struct plan *p)
{
	struct ranked *ranks;
	bool needed = false;
	int rc = measure(p, is_rename);

	for (uint32_t i = 0; rc == 0 && i < p->n; i++)
		needed |= p->items[i].deep > 0;
	if (rc < 0 || !needed)
		return rc;
	ranks = malloc(p->n * sizeof(*ranks));
	if (!ranks)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->n; i++)
		ranks[i] = (struct ranked){p->items[i].deep, i};
	qsort(ranks, p->n, sizeof(*ranks), innermost_first);
	rc = put_in_order(p, ranks);
	free(ranks);
	return rc;
}

/* What lies in something that goes, goes with it; anything else is not to be done there. */
static int leave_out(struct plan *p, uint32_t i)
{
	enum step_kind kind = p->steps[i].kind;

	p->items[i].out = true;
	if (takes_away(kind) || kind == STEP_RMDIR) {
		p->nwithin++;
		return 0;
	}
	return plan_added(plan_trouble_step(p, &p->steps[i], -EINVAL,
					    "it is, or would be, in something that goes too"));
}

int plan_within(struct plan *p)
{
	int rc = measure(p, takes_away);

	for (uint32_t i = 0; rc == 0 && i < p->n; i++)
		if (p->items[i].deep > 0)
			rc = leave_out(p, i);
	if (rc == 0)
		rc = plan_compact(p);
	return rc < 0 ? rc : order(p);
}
