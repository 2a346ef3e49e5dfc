/* SPDX-License-Identifier: MIT
 *
 * What the rows of the trash are told: directories, things in them, what those take, and that
 * something is no longer there.
 */
#include "model/trashed_rows_inside.h"

#include "base/alloc.h"
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- sums ---- */

static void count(struct trashed_rows *t, const struct slot *s, bool in)
{
	struct trashed_total *sum = &t->total;
	size_t one = in ? 1 : (size_t)-1;
	uint64_t size = s->size_known ? (in ? s->size : -s->size) : 0;
	bool there = s->state != TRASH_INFO_ALONE;
	bool linked = there && !S_ISDIR(s->meta.mode) && s->meta.nlink > 1;

	t->dirs[s->dir].things += one;
	sum->things += one;
	sum->size += size;
	if (!linked)
		sum->freed += size;
	else
		sum->linked += one;
	if (there && !s->size_known)
		sum->unknown += one;
	if (s->state != TRASH_WHOLE)
		sum->odd += one;
}

static void set_hole(struct trashed_rows *t, uint32_t id, bool hole)
{
	if (hole)
		t->holes[id / 8] |= (uint8_t)(1u << (id % 8));
	else
		t->holes[id / 8] &= (uint8_t) ~(1u << (id % 8));
}

/* ---- where things were ---- */

static int compare_origins(const void *a, const void *b, void *ctx)
{
	const struct names *origins = ctx;
	size_t len;
	const char *left = names_get(origins, *(const uint32_t *)a, &len);
	const char *right = names_get(origins, *(const uint32_t *)b, &len);

	return strcmp(left, right);
}

/* Directories are few, and seldom new. */
static int rank_origins(struct trashed_rows *t)
{
	size_t n = names_count(t->origins);
	uint32_t *sorted;

	if (n == t->nranks)
		return 0;
	sorted = malloc(n * sizeof(*sorted));
	if (!sorted || array_grow(&t->ranks, &t->ranks_cap, n, sizeof(*t->ranks)) < 0) {
		free(sorted);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < n; i++)
		sorted[i] = i;
	qsort_r(sorted, n, sizeof(*sorted), compare_origins, t->origins);
	for (uint32_t i = 0; i < n; i++)
		t->ranks[sorted[i]] = i;
	t->nranks = n;
	free(sorted);
	return 0;
}

static int intern_origin(struct trashed_rows *t, const char *origin, uint32_t *ret_id)
{
	size_t len = path_parent_len(origin);
	uintptr_t value;
	uint32_t id;
	int r;

	if (map_get(&t->origin_index, origin, len, &value)) {
		*ret_id = (uint32_t)value;
		return 0;
	}
	r = names_add(t->origins, origin, len, ENTRY_DIR, &id);
	if (r == 0)
		r = map_put(&t->origin_index, origin, len, id);
	if (r == 0)
		*ret_id = id;
	return r;
}

/* ---- what is told ---- */

void trashed_rows_begin(struct trashed_rows *t)
{
	for (size_t i = 0; i < t->ndirs; i++) {
		t->dirs[i].number = NAMES_NONE;
		t->dirs[i].fresh = false;
	}
}

static struct trashed_dir *dir_of(struct trashed_rows *t, uint32_t number)
{
	for (size_t i = 0; i < t->ndirs; i++)
		if (t->dirs[i].live && t->dirs[i].number == number)
			return &t->dirs[i];
	return NULL;
}

static struct trashed_dir *same_dir(struct trashed_rows *t, const struct trash_told *told)
{
	for (size_t i = 0; i < t->ndirs; i++) {
		struct trashed_dir *d = &t->dirs[i];

		if (d->id.ino == told->id.ino && d->id.dev == told->id.dev &&
		    d->files.ino == told->files.ino && d->files.dev == told->files.dev &&
		    strcmp(d->path, told->path) == 0)
			return d;
	}
	return NULL;
}

static int add_dir(struct trashed_rows *t, struct trash_told *told, struct trashed_dir **ret_dir)
{
	CLEANUP(str_done) struct str files = STR_INIT;
	int r = path_join(&files, told->path, "files", strlen("files"));

	if (r == 0)
		r = array_grow(&t->dirs, &t->dirs_cap, t->ndirs + 1, sizeof(*t->dirs));
	if (r < 0)
		return r;
	*ret_dir = &t->dirs[t->ndirs++];
	**ret_dir = (struct trashed_dir){
		.path = told->path, .top = told->top, .id = told->id, .files = told->files};
	(*ret_dir)->files_path = str_take(&files);
	told->path = told->top = NULL;
	return 0;
}

int trashed_rows_dir(struct trashed_rows *t, struct trash_told *told)
{
	struct trashed_dir *d = same_dir(t, told);
	int r = d ? 0 : add_dir(t, told, &d);

	if (r < 0)
		return r;
	d->home = told->home;
	d->number = told->number;
	d->live = d->fresh = true;
	d->round++;
	t->rows.rev++;
	return 0;
}

/* Of the root of everything there is no name: nobody can have trashed it. */
static const char *shown_name(const struct trash_found *f)
{
	const char *base = f->origin ? path_base(f->origin) : "";

	return *base ? base : f->name;
}

static bool same_origin(const struct trashed_rows *t, uint32_t id, uint32_t origin,
			const struct trash_found *f)
{
	size_t len;

	return t->at[id].origin == origin &&
	       strcmp(names_get(t->names, id, &len), shown_name(f)) == 0;
}

/* Both pools have as many names as there are slots, or one of them has one more of a slot that
 * failed: then nothing more is added. */
static int add_slot(struct trashed_rows *t, const struct trash_found *f, struct str *key,
		    uint32_t *ret_id)
{
	const char *shown = shown_name(f);
	uint8_t tag =
		f->state == TRASH_INFO_ALONE ? ENTRY_UNKNOWN : rows_type_of_mode(f->meta.mode);
	uint32_t id = 0;
	int r = array_grow(&t->at, &t->cap, t->n + 1, sizeof(*t->at));

	if (r == 0)
		r = array_grow(&t->holes, &t->holes_cap, t->n / 8 + 1, 1);
	if (r == 0 && (names_count(t->names) != t->n || names_count(t->lies) != t->n))
		r = -ENOMEM;
	if (r == 0)
		r = map_put(&t->index, key->buf, key->len, t->n);
	if (r == 0)
		r = names_add(t->lies, f->name, strlen(f->name), 0, &id);
	if (r == 0)
		r = names_add(t->names, shown, strlen(shown), tag, &id);
	if (r < 0) {
		map_remove(&t->index, key->buf, key->len, NULL);
		return r;
	}
	if (id % 8 == 0)
		t->holes[id / 8] = 0;
	t->at[t->n++] = (struct slot){.live = false};
	*ret_id = id;
	return 0;
}

static void kill_slot(struct trashed_rows *t, uint32_t id)
{
	if (!t->at[id].live)
		return;
	count(t, &t->at[id], false);
	t->at[id].live = false;
	set_hole(t, id, true);
}

static bool same_thing(const struct meta *a, const struct meta *b)
{
	return a->id.ino == b->id.ino && a->id.dev == b->id.dev && a->mtime == b->mtime &&
	       a->mtime_nsec == b->mtime_nsec && a->ctime == b->ctime &&
	       a->ctime_nsec == b->ctime_nsec;
}

static void fill(struct trashed_rows *t, uint32_t id, uint32_t dir, uint32_t origin,
		 const struct trash_found *f)
{
	struct slot *s = &t->at[id], was = *s;

	if (was.live)
		count(t, &was, false);
	*s = (struct slot){.dir = dir,
			   .origin = origin,
			   .round = t->dirs[dir].round,
			   .state = (uint8_t)f->state,
			   .live = true,
			   .size_known = f->size_known,
			   .size = f->size_known ? f->size : 0,
			   .deleted = f->deleted,
			   .why = f->why,
			   .meta = f->meta};
	/* What was weighed here need not have been kept there. */
	if (was.live && !f->size_known && was.size_known && same_thing(&was.meta, &f->meta)) {
		s->size_known = true;
		s->size = was.size;
	}
	count(t, s, true);
	set_hole(t, id, false);
}

static int take_found(struct trashed_rows *t, uint32_t dir, const struct trash_found *f,
		      struct str *key)
{
	uint32_t origin = NAMES_NONE, id = NAMES_NONE;
	uintptr_t value;
	int r = trashed_rows_key(key, dir, f->name, strlen(f->name));

	if (r == 0 && f->origin)
		r = intern_origin(t, f->origin, &origin);
	if (r < 0)
		return r;
	if (map_get(&t->index, key->buf, key->len, &value)) {
		id = (uint32_t)value;
		/* A row does not become another one. */
		if (t->at[id].state != f->state || !same_origin(t, id, origin, f)) {
			kill_slot(t, id);
			id = NAMES_NONE;
		}
	}
	if (id == NAMES_NONE)
		r = add_slot(t, f, key, &id);
	if (r == 0)
		fill(t, id, dir, origin, f);
	return r;
}

int trashed_rows_items(struct trashed_rows *t, uint32_t number, const struct trash_found *at,
		       uint32_t n)
{
	CLEANUP(str_done) struct str key = STR_INIT;
	const struct trashed_dir *d = dir_of(t, number);
	int r = 0;

	for (uint32_t i = 0; d && r == 0 && i < n; i++)
		r = take_found(t, (uint32_t)(d - t->dirs), &at[i], &key);
	if (r == 0)
		r = rank_origins(t);
	trashed_rows_restyle(t);
	t->rows.rev++;
	return r;
}

static void take_weight(struct trashed_rows *t, uint32_t dir, const struct trash_weight *w,
			struct str *key)
{
	uintptr_t value;
	struct slot *s;

	if (trashed_rows_key(key, dir, w->name, strlen(w->name)) < 0 ||
	    !map_get(&t->index, key->buf, key->len, &value) || !t->at[value].live)
		return;
	s = &t->at[value];
	count(t, s, false);
	s->err = w->err;
	s->size_known = !w->err;
	s->size = w->err ? 0 : w->bytes;
	count(t, s, true);
}

void trashed_rows_sizes(struct trashed_rows *t, uint32_t number, const struct trash_weight *at,
			uint32_t n)
{
	CLEANUP(str_done) struct str key = STR_INIT;
	const struct trashed_dir *d = dir_of(t, number);

	for (uint32_t i = 0; d && i < n; i++)
		take_weight(t, (uint32_t)(d - t->dirs), &at[i], &key);
	t->rows.rev++;
}

/* What of the directory was not told in its last round; all of it when it is not there. */
static void drop(struct trashed_rows *t, uint32_t dir, const struct trashed_gone *gone)
{
	struct trashed_dir *d = &t->dirs[dir];

	for (uint32_t id = 0; id < t->n; id++) {
		const struct slot *s = &t->at[id];
		const char *name;
		size_t len;

		if (!s->live || s->dir != dir || (d->live && s->round == d->round))
			continue;
		name = names_get(t->lies, id, &len);
		kill_slot(t, id);
		if (gone && gone->gone)
			gone->gone(gone->ctx, d->files, name, len);
	}
}

void trashed_rows_told(struct trashed_rows *t, uint32_t place, const struct trashed_gone *gone)
{
	for (uint32_t i = 0; i < t->ndirs; i++) {
		struct trashed_dir *d = &t->dirs[i];

		if (!d->live || d->number == NAMES_NONE || TRASH_PLACE_OF(d->number) != place)
			continue;
		d->live = d->fresh;
		d->fresh = false;
		drop(t, i, gone);
	}
	trashed_rows_restyle(t);
	t->rows.rev++;
}

void trashed_rows_all_told(struct trashed_rows *t, const struct trashed_gone *gone)
{
	for (uint32_t i = 0; i < t->ndirs; i++) {
		if (!t->dirs[i].live || t->dirs[i].number != NAMES_NONE)
			continue;
		t->dirs[i].live = false;
		drop(t, i, gone);
	}
	trashed_rows_restyle(t);
	t->rows.rev++;
}
