/* SPDX-License-Identifier: MIT */
#include "fs/plan.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/plan_inside.h"

/* ---- what act tells while it is at a step ---- */

int plan_intend(void *ctx, const struct step *step)
{
	struct plan *p = ctx;
	bool written = p->result && p->result->id;
	int rc = written ? journal_intend(p->journal, p->result->id, (uint32_t)(step - p->steps),
					  step)
			 : 0;

	if (rc < 0) {
		p->result->journal_err = p->result->journal_err ? p->result->journal_err : rc;
		rc = p->run->no_journal ? 0 : rc;
	}
	return rc;
}

static void on_progress(void *ctx, const struct delete_counts *counts)
{
	struct plan *p = ctx;

	p->counts = *counts;
	if (p->run && p->run->progress)
		p->run->progress(p->run->ctx, p->at, counts);
}

static bool on_failed(void *ctx, const struct delete_failure *failure)
{
	struct plan *p = ctx;

	return p->run && p->run->failed && p->run->failed(p->run->ctx, failure);
}

/* ---- its life ---- */

static int keep(struct str *s, const char *text, const char **ret)
{
	*ret = NULL;
	if (!text)
		return 0;
	if (str_adds(s, text) < 0)
		return -ENOMEM;
	*ret = s->buf;
	return 0;
}

/* Where the trash in the home is, or would be. */
static int home_trash(const struct plan_env *env, struct str *out)
{
	if (env->data_home && env->data_home[0] == '/')
		return path_join(out, env->data_home, "Trash", 5);
	if (env->home && env->home[0] == '/')
		return path_resolve(out, env->home, ".local/share/Trash", NULL);
	return 0;
}

static int find_guards(struct plan *p)
{
	struct str trash = STR_INIT;
	const char *own[2];
	struct guards_places places = {.home = p->env.home, .passwd = GUARDS_PASSWD, .own = own};
	int rc = home_trash(&p->env, &trash);

	if (p->env.state)
		own[places.nown++] = p->env.state;
	if (trash.len)
		own[places.nown++] = trash.buf;
	if (rc == 0)
		rc = guards_usual(&places, &p->guards);
	str_done(&trash);
	return rc;
}

static int open_act(struct plan *p)
{
	const struct act_options o = {
		.trash = {.home = p->env.home, .data_home = p->env.data_home},
		.guards = p->guards,
		.flags = p->env.flags,
		.cancel = p->env.cancel,
		.intend = plan_intend,
		.progress = on_progress,
		.failed = on_failed,
		.ctx = p,
	};

	return act_new(&o, &p->act);
}

int plan_new(const struct plan_env *env, struct plan **ret_plan)
{
	struct plan *p = calloc(1, sizeof(*p));
	int rc;

	if (!p)
		return -ENOMEM;
	str_init(&p->home);
	str_init(&p->data_home);
	str_init(&p->state);
	str_init(&p->key);
	str_init(&p->why);
	str_init(&p->label);
	map_init(&p->made);
	map_init(&p->names);
	map_init(&p->ways);
	p->env = *env;
	rc = keep(&p->home, env->home, &p->env.home);
	if (rc == 0)
		rc = keep(&p->data_home, env->data_home, &p->env.data_home);
	if (rc == 0)
		rc = keep(&p->state, env->state, &p->env.state);
	if (rc == 0)
		rc = find_guards(p);
	if (rc == 0)
		rc = open_act(p);
	if (rc < 0) {
		plan_free(p);
		return rc;
	}
	*ret_plan = p;
	return 0;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->n; i++)
		step_done(&p->steps[i]);
	for (uint32_t i = 0; i < p->ntroubles; i++) {
		free(p->troubles[i].path);
		free(p->troubles[i].why);
	}
	for (size_t i = 0; i < p->nways; i++) {
		plan_way_done(p->way_list[i]);
		free(p->way_list[i]);
	}
	for (uint32_t i = 0; i < p->nskipped; i++)
		free(p->skipped[i]);
	free(p->skipped);
	free(p->way_list);
	free(p->steps);
	free(p->items);
	free(p->troubles);
	free(p->undo_label);
	map_done(&p->made);
	map_done(&p->names);
	map_done(&p->ways);
	act_free(p->act);
	guards_free(p->guards);
	str_done(&p->home);
	str_done(&p->data_home);
	str_done(&p->state);
	str_done(&p->key);
	str_done(&p->why);
	str_done(&p->label);
	free(p);
}

bool plan_cancelled(const struct plan *p)
{
	return p->env.cancel && atomic_load_explicit(p->env.cancel, memory_order_relaxed);
}

/* ---- steps and problems ---- */

int plan_trouble(struct plan *p, const char *dir, const char *name, int err, const char *why)
{
	struct plan_trouble t = {.err = err};
	struct str path = STR_INIT;
	int rc = name ? path_join(&path, dir, name, strlen(name)) : str_adds(&path, dir);

	if (rc == 0)
		rc = array_grow(&p->troubles, &p->cap_troubles, p->ntroubles + 1, sizeof(t));
	if (rc == 0 && why && *why) {
		t.why = memdup0(why, strlen(why));
		rc = t.why ? 0 : -ENOMEM;
	}
	if (rc == 0) {
		t.path = str_take(&path);
		rc = t.path ? 0 : -ENOMEM;
	}
	str_done(&path);
	if (rc < 0) {
		free(t.why);
		return rc;
	}
	p->troubles[p->ntroubles++] = t;
	return 1;
}

int plan_trouble_at(struct plan *p, const struct plan_at *at, int err, const char *why)
{
	return plan_trouble(p, at->dir, at->name, err, why);
}

int plan_trouble_step(struct plan *p, const struct step *step, int err, const char *why)
{
	const struct step_place *place = step->from.dir ? &step->from : &step->to;
	int rc;

	/* Of what comes back, where to is what the person knows; and where it is not free, that. */
	if (step->to.dir && (step->kind == STEP_RESTORE || err == -EEXIST))
		place = &step->to;
	rc = plan_trouble(p, place->dir ? place->dir : "", place->name, err, why);
	if (rc == 1)
		p->troubles[p->ntroubles - 1].clash = step->kind == STEP_RESTORE && err == -EEXIST;
	return rc;
}

int plan_push(struct plan *p, struct step *step, const struct plan_item *item)
{
	int rc = p->n == PLAN_NONE - 1 ? -ENOMEM : 0;

	if (rc == 0)
		rc = array_grow(&p->steps, &p->cap_steps, p->n + 1, sizeof(*p->steps));
	if (rc == 0)
		rc = array_grow(&p->items, &p->cap_items, p->n + 1, sizeof(*p->items));
	if (rc < 0) {
		step_done(step);
		return rc;
	}
	p->steps[p->n] = *step;
	p->items[p->n++] = *item;
	*step = (struct step)STEP_INIT;
	p->checked = false;
	return 0;
}

void plan_forget_from(struct plan *p, uint32_t from)
{
	while (p->n > from) {
		uint32_t i = --p->n;
		uintptr_t step;

		/* Out of memory: nobody goes on with the plan. */
		if (p->steps[i].to.dir && plan_key(p, &p->steps[i].to, p->items[i].to_maker) == 0 &&
		    map_get(&p->made, p->key.buf, p->key.len, &step) && step == i)
			map_remove(&p->made, p->key.buf, p->key.len, NULL);
		step_done(&p->steps[i]);
	}
}

int plan_key(struct plan *p, const struct step_place *place, uint32_t maker)
{
	struct plan_thing dir = plan_thing(&place->dir_id);

	if (maker != PLAN_NONE && place->dir_id.type == 0)
		dir = (struct plan_thing){UINT64_MAX, maker};
	str_clear(&p->key);
	str_add(&p->key, &dir, sizeof(dir));
	str_adds(&p->key, place->name);
	return p->key.failed ? -ENOMEM : 0;
}

uint32_t plan_nsteps(const struct plan *p)
{
	return p->n;
}

const struct step *plan_step(const struct plan *p, uint32_t i)
{
	return &p->steps[i];
}

uint32_t plan_nproblems(const struct plan *p)
{
	return p->ntroubles;
}

struct plan_problem plan_problem(const struct plan *p, uint32_t i)
{
	const struct plan_trouble *t = &p->troubles[i];

	return (struct plan_problem){
		.path = t->path, .err = t->err, .why = t->why, .clash = t->clash};
}

uint32_t plan_nskipped(const struct plan *p)
{
	return p->nskipped;
}

const char *plan_skipped(const struct plan *p, uint32_t i)
{
	return p->skipped[i];
}

enum plan_reason plan_reason(const struct plan *p, uint32_t i)
{
	if (p->items[i].renamed)
		return PLAN_RENAMED;
	if (!p->items[i].on_way)
		return PLAN_ASKED;
	return p->steps[i].kind == STEP_TRASH ? PLAN_MAKES_ROOM : PLAN_ON_WAY;
}

uint32_t plan_nwithin(const struct plan *p)
{
	return p->nwithin;
}

/* ---- in words ---- */

/* What is done to one thing, and to several. */
struct words {
	const char *one, *before_many, *after_many;
};

static const struct words words[STEP_KINDS] = {
	[STEP_TRASH] = {"trash ", "trash ", " items"},
	[STEP_RESTORE] = {"restore ", "restore ", " items"},
	[STEP_RENAME] = {"rename ", "rename ", " items"},
	[STEP_CREATE] = {"make ", "make ", " files"},
	[STEP_MKDIR] = {"make directory ", "make ", " directories"},
	[STEP_RMDIR] = {"remove empty directory ", "remove ", " empty directories"},
	[STEP_SYMLINK] = {"make link ", "make ", " links"},
	[STEP_LINK] = {"make hard link ", "make ", " hard links"},
	[STEP_MODE] = {"change mode of ", "change mode of ", " items"},
	[STEP_OWNER] = {"change owner of ", "change owner of ", " items"},
	[STEP_TIMES] = {"change times of ", "change times of ", " items"},
	[STEP_DELETE] = {"delete ", "delete ", " items"},
	[STEP_ERASE] = {"erase ", "erase ", " items of the trash"},
	[STEP_UNKNOWN] = {"change ", "change ", " items"},
};

static const struct words group_words = {"change group of ", "change group of ", " items"};

static const struct words *words_of(const struct step *s, bool group)
{
	return group ? &group_words : &words[s->kind];
}

/* With the directories that are made on the way to it: "a/b/c". */
static void say_made(struct plan *p, const struct step *s)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	const char *base = s->to.dir;

	for (uint32_t i = 0; i < p->n; i++) {
		const struct step *way = &p->steps[i];

		if (p->items[i].on_way && way->kind == STEP_MKDIR &&
		    path_is_below(base, way->to.dir))
			base = way->to.dir;
	}
	p->label.failed |=
		step_path(&s->to, &path) < 0 || path_relative(&p->label, base, path.buf) < 0;
}

/* Short: names in one directory, paths otherwise. */
static void say_one(struct plan *p, const struct step *s)
{
	bool to = s->kind == STEP_RESTORE || !s->from.dir;
	const struct step_place *place = to ? &s->to : &s->from;

	str_adds(&p->label, words_of(s, step_is_of_group(s))->one);
	if (to && s->kind != STEP_RESTORE && s->to.dir && s->to.name)
		say_made(p, s);
	else
		str_adds(&p->label, place->name ? place->name : "");
	if (s->kind != STEP_RENAME && s->kind != STEP_LINK)
		return;
	str_adds(&p->label, s->kind == STEP_LINK ? " as " : " to ");
	if (s->from.dir && s->to.dir && s->to.name && strcmp(s->from.dir, s->to.dir) == 0)
		str_adds(&p->label, s->to.name);
	else
		step_path(&s->to, &p->label);
}

const char *plan_label(struct plan *p)
{
	const struct step *first = NULL;
	uint32_t n = 0;
	bool mixed = false, group = true;

	if (p->undo_label)
		return p->undo_label;
	for (uint32_t i = 0; i < p->n; i++) {
		if (p->items[i].on_way || p->items[i].out)
			continue;
		if (!first)
			first = &p->steps[i];
		mixed |= p->steps[i].kind != first->kind;
		group &= step_is_of_group(&p->steps[i]);
		n++;
	}
	str_clear(&p->label);
	if (n == 1)
		say_one(p, first);
	else if (n == 0 || mixed)
		str_addf(&p->label, "change %u items", n);
	else
		str_addf(&p->label, "%s%u%s", words_of(first, group)->before_many, n,
			 words_of(first, group)->after_many);
	return p->label.buf;
}

/* ---- what it would free ---- */

static int measure_step(struct plan *p, struct delete_plan *d, const struct step *s)
{
	struct str path = STR_INIT;
	struct identity what;
	struct step_id is;
	int fd, rc = act_thing(p->act, &s->from, &is, NULL);

	/* What is not what it was is what plan_check() finds. */
	if (rc < 0 || !step_id_eq(&is, &s->what))
		return rc == -ENOMEM ? rc : 0;
	what = (struct identity){.file = {is.dev, is.ino},
				 .type = is.type,
				 .btime = is.btime,
				 .btime_nsec = is.btime_nsec};
	fd = act_dir(p->act, &s->from);
	if (fd < 0)
		return fd == -ENOMEM ? fd : 0;
	rc = step_path(&s->from, &path);
	if (rc == 0)
		rc = delete_plan_add(d, fd, s->from.name, &what, path.buf);
	str_done(&path);
	return plan_is_fatal(rc) ? rc : 0;
}

/* What goes into the trash goes as it is: rights below it do not matter. */
static bool trashes(const struct plan *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (p->steps[i].kind == STEP_TRASH)
			return true;
	return false;
}

int plan_measure(struct plan *p, void (*progress)(void *ctx, const struct plan_counts *counts),
		 void *ctx, struct plan_counts *ret_counts)
{
	const struct plan_options o = {.guards = p->guards,
				       .cancel = p->env.cancel,
				       .progress = progress,
				       .ctx = ctx,
				       .rights = !trashes(p)};
	struct delete_plan *d;
	int rc = delete_plan_new(&o, &d);

	if (rc < 0)
		return rc;
	for (uint32_t i = 0; rc == 0 && i < p->n; i++) {
		enum step_kind kind = p->steps[i].kind;

		if (plan_cancelled(p))
			rc = -ECANCELED;
		else if (!p->items[i].out && !p->items[i].on_way &&
			 (kind == STEP_TRASH || kind == STEP_DELETE || kind == STEP_ERASE))
			rc = measure_step(p, d, &p->steps[i]);
	}
	if (rc == 0)
		*ret_counts = *delete_plan_counts(d);
	delete_plan_free(d);
	return rc;
}
