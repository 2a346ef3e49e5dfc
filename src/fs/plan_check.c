/* SPDX-License-Identifier: MIT
 *
 * Each step is looked at as the world is now (fs/act), but it will be done when those before it
 * are: they give names free, take what is in a directory, bring things. So what they will have done
 * is kept beside it, and decides where the world of now says no.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "fs/plan_inside.h"
#include "fs/scandir.h"
#include "fs/sys.h"

struct check {
	struct plan *p;
	struct map gone;  /* plan_key() of names that are free by then, to the step */
	struct map come;  /* of names that something has by then */
	struct map attrs; /* of things, with the kind: steps that change what is known of them */
	struct map dirs;  /* paths that directories have by then */
	struct str key;
};

/* ---- what the steps before have done ---- */

static bool find(const struct map *m, const struct str *key, uint32_t *ret_step)
{
	uintptr_t step;
	bool found = map_get(m, key->buf, key->len, &step);

	*ret_step = found ? (uint32_t)step : PLAN_NONE;
	return found;
}

static int move_name(struct plan *p, struct map *from, struct map *to, uint32_t i)
{
	map_remove(from, p->key.buf, p->key.len, NULL);
	return map_put(to, p->key.buf, p->key.len, i);
}

static bool is_attrs(enum step_kind kind)
{
	return kind == STEP_MODE || kind == STEP_OWNER || kind == STEP_TIMES;
}

static bool leaves_name(enum step_kind kind)
{
	return kind == STEP_TRASH || kind == STEP_RESTORE || kind == STEP_RENAME ||
	       kind == STEP_RMDIR || kind == STEP_DELETE || kind == STEP_ERASE;
}

static bool takes_name(const struct step *s)
{
	return s->to.dir && s->to.name && s->kind != STEP_TRASH;
}

static int thing_key(struct check *c, const struct step *s, enum step_kind kind)
{
	struct plan_thing thing = plan_thing(&s->what);

	str_clear(&c->key);
	str_add(&c->key, &thing, sizeof(thing));
	str_addc(&c->key, (char)kind);
	return c->key.failed ? -ENOMEM : 0;
}

/* It can be done: so it is, for those behind it. */
static int note(struct check *c, uint32_t i)
{
	struct plan *p = c->p;
	const struct step *s = &p->steps[i];
	int rc = 0;

	if (p->items[i].what_maker != PLAN_NONE)
		return 0;
	if (is_attrs(s->kind)) {
		rc = thing_key(c, s, s->kind);
		return rc < 0 ? rc : map_put(&c->attrs, c->key.buf, c->key.len, i);
	}
	if (leaves_name(s->kind)) {
		rc = plan_key(p, &s->from, p->items[i].from_maker);
		if (rc == 0)
			rc = move_name(p, &c->come, &c->gone, i);
	}
	if (rc == 0 && takes_name(s)) {
		rc = plan_key(p, &s->to, p->items[i].to_maker);
		if (rc == 0)
			rc = move_name(p, &c->gone, &c->come, i);
		if (rc == 0 && s->what.type == S_IFDIR) {
			str_clear(&c->key);
			rc = step_path(&s->to, &c->key);
			if (rc == 0)
				rc = map_put(&c->dirs, c->key.buf, c->key.len, i);
		}
	}
	return rc;
}

/* ---- what the world of now says ---- */

/* The directory, or one above it, is brought there by a step before. */
static bool dir_comes(struct check *c, const struct step_place *place)
{
	str_clear(&c->key);
	if (!place->dir || c->dirs.count == 0 || str_adds(&c->key, place->dir) < 0)
		return false;
	while (c->key.len > 1) {
		if (map_get(&c->dirs, c->key.buf, c->key.len, NULL))
			return true;
		str_cut(&c->key, path_parent_len(c->key.buf));
	}
	return false;
}

/* The name is free, or somebody else's, by then. */
static int to_is_free(struct check *c, uint32_t i, bool *ret_free)
{
	struct plan *p = c->p;
	uint32_t by;
	int rc = plan_key(p, &p->steps[i].to, p->items[i].to_maker);

	*ret_free = rc == 0 && find(&c->gone, &p->key, &by);
	return rc;
}

/* The thing is brought by a step before, or its directory, or it is changed by one. */
static int from_comes(struct check *c, uint32_t i, bool *ret_comes)
{
	struct plan *p = c->p;
	const struct step *s = &p->steps[i];
	unsigned kind = STEP_MODE;
	uint32_t by;
	int rc = 0;

	*ret_comes = true;
	if (dir_comes(c, &s->from) || dir_comes(c, &s->to))
		return 0;
	if (s->from.dir) {
		rc = plan_key(p, &s->from, p->items[i].from_maker);
		if (rc == 0 && find(&c->come, &p->key, &by) &&
		    step_id_eq(&p->steps[by].what, &s->what))
			return 0;
	}
	if (!is_attrs(s->kind) && !(s->flags & STEP_WAS_MADE))
		kind = STEP_TIMES + 1;
	for (; rc == 0 && kind <= STEP_TIMES; kind++) {
		rc = thing_key(c, s, (enum step_kind)kind);
		if (rc == 0 && kind != (unsigned)s->kind && find(&c->attrs, &c->key, &by))
			return 0;
	}
	*ret_comes = false;
	return rc;
}

/* Whether all that is in the directory goes by steps before. */
static int is_emptied(struct check *c, const struct step *s, bool *ret_emptied)
{
	struct step_place in = {.dir_id = s->what};
	struct scan_entry e;
	struct scandir d;
	int rc = act_dir(c->p->act, &s->from), more = 0, bad = 0;
	uint32_t by;

	*ret_emptied = false;
	if (rc >= 0)
		rc = identity_open_dir(rc, s->from.name, NULL);
	if (rc < 0)
		return rc == -ENOMEM ? rc : 0;
	scandir_init(&d, rc, true);
	rc = 0;
	*ret_emptied = true;
	while (rc == 0 && *ret_emptied && (more = scandir_next_usable(&d, &e, &bad)) > 0) {
		struct str name = STR_INIT;

		rc = str_add(&name, e.name, e.len);
		in.name = name.buf;
		if (rc == 0)
			rc = plan_key(c->p, &in, PLAN_NONE);
		*ret_emptied = rc == 0 && find(&c->gone, &c->p->key, &by);
		str_done(&name);
	}
	scandir_done(&d);
	if (more < 0 || bad < 0)
		*ret_emptied = false;
	return rc == 0 && more == -ENOMEM ? -ENOMEM : rc;
}

/* 0: it will do after all. */
static int excuse(struct check *c, uint32_t i, int err)
{
	const struct step *s = &c->p->steps[i];
	bool fine = false;
	int rc = 0;

	if (err == -EEXIST && takes_name(s))
		rc = to_is_free(c, i, &fine);
	else if (err == -ENOTEMPTY && s->kind == STEP_RMDIR)
		rc = is_emptied(c, s, &fine);
	else if (err == -ENOENT || err == -ESTALE || err == -ENOTDIR)
		rc = from_comes(c, i, &fine);
	return rc < 0 ? rc : fine ? 0 : err;
}

/* ---- what the steps of a plan say of each other ---- */

static bool same_change(const struct step *a, const struct step *b)
{
	const struct step_attrs *x = &a->now, *y = &b->now;

	switch (a->kind) {
	case STEP_MODE:
		return x->mode == y->mode;
	case STEP_OWNER:
		return x->uid == y->uid && x->gid == y->gid;
	default:
		return x->atime == y->atime && x->atime_nsec == y->atime_nsec &&
		       x->mtime == y->mtime && x->mtime_nsec == y->mtime_nsec;
	}
}

/* Named a second time: 1 when it is the same once more, an error when it is not. */
static int again(struct check *c, uint32_t i)
{
	struct plan *p = c->p;
	const struct step *s = &p->steps[i];
	uint32_t by;
	int rc;

	if (!s->from.dir)
		return 0;
	rc = plan_key(p, &s->from, p->items[i].from_maker);
	if (rc == 0 && find(&c->gone, &p->key, &by))
		return p->steps[by].kind != s->kind || takes_name(s) ? -EINVAL : 1;
	if (rc < 0 || !is_attrs(s->kind))
		return rc;
	rc = thing_key(c, s, s->kind);
	if (rc < 0 || !find(&c->attrs, &c->key, &by))
		return rc;
	return same_change(s, &p->steps[by]) ? 1 : -EINVAL;
}

static int two_of_one_name(struct check *c, uint32_t i)
{
	struct plan *p = c->p;
	uint32_t by;
	int rc;

	if (!takes_name(&p->steps[i]))
		return 0;
	rc = plan_key(p, &p->steps[i].to, p->items[i].to_maker);
	return rc == 0 && find(&c->come, &p->key, &by) ? -EEXIST : rc;
}

/* A step that is to make its directory is no part of the plan any more. */
static bool lost_maker(const struct plan *p, uint32_t i)
{
	const struct plan_item *item = &p->items[i];

	return (item->from_maker != PLAN_NONE && p->items[item->from_maker].out) ||
	       (item->to_maker != PLAN_NONE && p->items[item->to_maker].out) ||
	       (item->what_maker != PLAN_NONE && p->items[item->what_maker].out);
}

static int say(struct plan *p, int err, const char *why)
{
	str_clear(&p->why);
	if (str_adds(&p->why, why) < 0)
		return -ENOMEM;
	return err;
}

/* 0: it can be done, as far as can be seen; 1: no need to. Otherwise p->why has the words. */
static int check_step(struct check *c, uint32_t i)
{
	struct plan *p = c->p;
	const struct plan_item *item = &p->items[i];
	int rc;

	str_clear(&p->why);
	if (lost_maker(p, i))
		return say(p, -ENOENT, "the directory it was to be in cannot be made");
	if (item->room != PLAN_NONE && p->items[item->room].out)
		return say(p, -EEXIST, "what has its name cannot go to the trash");
	/* It was not there to be looked at. */
	if (item->what_maker != PLAN_NONE)
		return 0;
	rc = again(c, i);
	if (rc == -EINVAL)
		return say(p, rc, "it is named twice, for different changes");
	if (rc == 0)
		rc = two_of_one_name(c, i);
	if (rc == -EEXIST)
		return say(p, rc, "another thing of these gets that name");
	if (rc != 0)
		return rc;
	/* What is in a directory that is not there yet can only be tried. */
	if (item->from_maker != PLAN_NONE || item->to_maker != PLAN_NONE)
		return 0;
	rc = act_check(p->act, &p->steps[i], &p->why);
	return rc < 0 && !plan_is_fatal(rc) ? excuse(c, i, rc) : rc;
}

static int check_all(struct check *c)
{
	struct plan *p = c->p;

	for (uint32_t i = 0; i < p->n; i++) {
		int rc = plan_cancelled(p) ? -ECANCELED : check_step(c, i);

		if (plan_is_fatal(rc))
			return rc;
		if (rc == 0)
			rc = note(c, i);
		else
			p->items[i].out = true;
		if (rc == 1)
			p->nwithin++;
		if (rc < 0 && p->items[i].out)
			rc = plan_trouble_step(p, &p->steps[i], rc, p->why.buf);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool is_for_others(enum step_kind kind)
{
	return kind == STEP_MKDIR || kind == STEP_TRASH;
}

/* Directories on the way to what is no part of the plan any more are not made, nor is room. */
static void drop_ways(struct plan *p)
{
	for (uint32_t i = p->n; i-- > 0;)
		p->items[i].deep = 0;
	for (uint32_t i = p->n; i-- > 0;) {
		const struct plan_item *item = &p->items[i];

		if (item->on_way && is_for_others(p->steps[i].kind) && item->deep == 0)
			p->items[i].out = true;
		if (p->items[i].out)
			continue;
		if (item->from_maker != PLAN_NONE)
			p->items[item->from_maker].deep = 1;
		if (item->to_maker != PLAN_NONE)
			p->items[item->to_maker].deep = 1;
		if (item->room != PLAN_NONE)
			p->items[item->room].deep = 1;
	}
}

/* ---- what is left ---- */

static uint32_t new_number(const struct plan *p, uint32_t step)
{
	return step == PLAN_NONE ? step : p->items[step].deep;
}

static void forget_ways(struct plan *p)
{
	for (size_t i = 0; i < p->nways; i++) {
		plan_way_done(p->way_list[i]);
		free(p->way_list[i]);
	}
	p->nways = 0;
	map_clear(&p->ways);
}

/* What steps make, for those that are added later. */
int plan_note_made(struct plan *p)
{
	map_clear(&p->made);
	map_clear(&p->names);
	for (uint32_t i = 0; i < p->n; i++) {
		const struct step *s = &p->steps[i];
		bool makes = s->kind == STEP_MKDIR || s->kind == STEP_CREATE ||
			     (s->kind == STEP_RESTORE && s->what.type == S_IFDIR);
		int rc = makes ? plan_key(p, &s->to, p->items[i].to_maker) : 0;

		if (makes && rc == 0)
			rc = map_put(&p->made, p->key.buf, p->key.len, i);
		if (rc == 0)
			rc = plan_clash_note(p, i);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int plan_compact(struct plan *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n; i++)
		p->items[i].deep = p->items[i].out ? PLAN_NONE : n++;
	if (n == p->n)
		return 0;
	for (uint32_t i = 0; i < p->n; i++) {
		p->items[i].from_maker = new_number(p, p->items[i].from_maker);
		p->items[i].to_maker = new_number(p, p->items[i].to_maker);
		p->items[i].what_maker = new_number(p, p->items[i].what_maker);
		p->items[i].room = new_number(p, p->items[i].room);
	}
	n = 0;
	for (uint32_t i = 0; i < p->n; i++) {
		if (p->items[i].out) {
			step_done(&p->steps[i]);
			continue;
		}
		p->steps[n] = p->steps[i];
		p->items[n++] = p->items[i];
	}
	p->n = n;
	forget_ways(p);
	return plan_note_made(p);
}

int plan_check(struct plan *p)
{
	struct check c = {.p = p, .key = STR_INIT};
	int rc;

	if (p->checked)
		return 0;
	map_init(&c.gone);
	map_init(&c.come);
	map_init(&c.attrs);
	map_init(&c.dirs);
	/* What is taken back is what was done, in that order. */
	rc = p->undoes ? 0 : plan_adopt(p);
	if (rc == 0 && !p->undoes)
		rc = plan_within(p);
	if (rc == 0)
		rc = check_all(&c);
	if (rc == 0) {
		drop_ways(p);
		rc = plan_compact(p);
	}
	p->checked = rc == 0;
	map_done(&c.gone);
	map_done(&c.come);
	map_done(&c.attrs);
	map_done(&c.dirs);
	str_done(&c.key);
	return rc;
}
