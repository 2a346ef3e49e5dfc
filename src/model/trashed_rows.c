/* SPDX-License-Identifier: MIT */
#include "model/trashed_rows_inside.h"

#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The rows are its first member. */
static const struct trashed_rows *of(const struct rows *r)
{
	return (const struct trashed_rows *)(const void *)r;
}

static const struct slot *slot_of(const struct rows *r, uint32_t id)
{
	const struct trashed_rows *t = of(r);

	return id < t->n && t->at[id].live ? &t->at[id] : NULL;
}

/* ---- the source ---- */

static uint32_t op_count(const struct rows *r)
{
	return (uint32_t)of(r)->n;
}

static bool op_row(const struct rows *r, uint32_t id, struct row *ret_row)
{
	const struct trashed_rows *t = of(r);
	const struct slot *s = slot_of(r, id);
	bool there = s && s->state != TRASH_INFO_ALONE;

	if (!s)
		return false;
	*ret_row = (struct row){
		.type = there ? rows_type_of_mode(s->meta.mode) : ENTRY_UNKNOWN,
		.meta = there ? &s->meta : NULL,
		.where = t->dirs[s->dir].files_path,
		.where_id = t->dirs[s->dir].files,
		.has_bytes = there && s->size_known,
		.bytes = s->size,
	};
	ret_row->name = names_get(t->names, id, &ret_row->name_len);
	ret_row->lies = names_get(t->lies, id, &ret_row->lies_len);
	return true;
}

static struct names *op_names(const struct rows *r)
{
	return of(r)->names;
}

static bool op_sorts(const struct rows *r, enum sort_by by)
{
	(void)r;
	return by == SORT_SIZE || by == SORT_TIME || by == SORT_ORIGIN;
}

static uint32_t rank_of_origin(const struct trashed_rows *t, uint32_t origin)
{
	return origin < t->nranks ? t->ranks[origin] + 1 : 0;
}

static bool op_rank(const struct rows *r, uint32_t id, enum sort_by by, uint64_t *ret_rank)
{
	const struct slot *s = slot_of(r, id);

	if (!s)
		return false;
	switch (by) {
	case SORT_SIZE:
		*ret_rank = s->size_known ? s->size : 0;
		return true;
	case SORT_TIME:
		*ret_rank = rows_rank_of_time(s->deleted, 0);
		return true;
	case SORT_ORIGIN:
		*ret_rank = rank_of_origin(of(r), s->origin);
		return true;
	default:
		return false;
	}
}

static bool op_number(const struct rows *r, uint32_t id, enum column col, uint64_t *ret_number)
{
	const struct slot *s = slot_of(r, id);

	if (!s)
		return false;
	switch (col) {
	case COL_SIZE:
		*ret_number = s->size;
		return s->size_known;
	case COL_AGE:
	case COL_DATE:
		*ret_number = (uint64_t)s->deleted;
		return s->deleted != INT64_MIN;
	default:
		return false;
	}
}

static int op_cell(const struct rows *r, uint32_t id, enum column col, struct str *out)
{
	static const char signs[] = {
		[TRASH_WHOLE] = ' ', [TRASH_UNKNOWN] = '?', [TRASH_INFO_ALONE] = '!'};
	const struct trashed_rows *t = of(r);
	const struct slot *s = slot_of(r, id);
	const char *text;
	size_t len;

	if (!s)
		return 0;
	switch (col) {
	case COL_SIGN:
		return str_addc(out, signs[s->state]);
	case COL_SIZE:
		return s->err ? str_addc(out, '?') : 0;
	case COL_ORIGIN:
		if (s->origin == NAMES_NONE)
			return 0;
		text = names_get(t->origins, s->origin, &len);
		return str_add(out, text, len);
	case COL_TRASH:
		if (!t->several)
			return 0;
		return str_adds(out, t->dirs[s->dir].home ? "home" : t->dirs[s->dir].top);
	default:
		return 0;
	}
}

/* A directory can be looked into where it lies. */
static bool op_enter(const struct rows *r, uint32_t id, struct str *path)
{
	struct row row;

	if (!op_row(r, id, &row) || row.type != ENTRY_DIR)
		return false;
	return path_join(path, row.where, row.lies, row.lies_len) == 0;
}

static bool op_loading(const struct rows *r)
{
	return of(r)->loading;
}

static const uint8_t *op_holes(const struct rows *r)
{
	return of(r)->holes;
}

static const struct rows_ops ops = {
	.name = "trash",
	.count = op_count,
	.row = op_row,
	.names = op_names,
	.rank = op_rank,
	.number = op_number,
	.cell = op_cell,
	.enter = op_enter,
	.loading = op_loading,
	.sorts = op_sorts,
	.holes = op_holes,
};

/* [ages first][several directories] */
static const enum column wanted[2][2][8] = {
	{{COL_NAME, COL_SIGN, COL_AGE, COL_SIZE, COL_ORIGIN, COL_DATE, COL_KINDS},
	 {COL_NAME, COL_SIGN, COL_AGE, COL_SIZE, COL_ORIGIN, COL_TRASH, COL_DATE, COL_KINDS}},
	{{COL_NAME, COL_SIGN, COL_AGE, COL_SIZE, COL_ORIGIN, COL_KINDS},
	 {COL_NAME, COL_SIGN, COL_AGE, COL_SIZE, COL_ORIGIN, COL_TRASH, COL_KINDS}},
};

void trashed_rows_restyle(struct trashed_rows *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->ndirs; i++)
		n += t->dirs[i].live && t->dirs[i].things > 0;
	t->several = n > 1;
	t->rows.columns = wanted[t->relative][t->several];
}

void trashed_rows_relative(struct trashed_rows *t, bool relative)
{
	t->relative = relative;
	trashed_rows_restyle(t);
}

/* ---- life ---- */

struct trashed_rows *trashed_rows_new(void)
{
	struct trashed_rows *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->rows = (struct rows){.ops = &ops};
	map_init(&t->index);
	map_init(&t->origin_index);
	t->names = names_new();
	t->lies = names_new();
	t->origins = names_new();
	if (!t->names || !t->lies || !t->origins) {
		trashed_rows_free(t);
		return NULL;
	}
	trashed_rows_restyle(t);
	return t;
}

void trashed_rows_free(struct trashed_rows *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->ndirs; i++) {
		free(t->dirs[i].path);
		free(t->dirs[i].top);
		free(t->dirs[i].files_path);
	}
	free(t->dirs);
	free(t->at);
	free(t->holes);
	free(t->ranks);
	map_done(&t->index);
	map_done(&t->origin_index);
	names_unref(t->names);
	names_unref(t->lies);
	names_unref(t->origins);
	free(t);
}

struct rows *trashed_rows_rows(struct trashed_rows *t)
{
	return &t->rows;
}

const struct rows *trashed_rows_const(const struct trashed_rows *t)
{
	return &t->rows;
}

void trashed_rows_set_loading(struct trashed_rows *t, bool loading)
{
	t->rows.rev += t->loading != loading;
	t->loading = loading;
}

size_t trashed_rows_dirs(const struct trashed_rows *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->ndirs; i++)
		n += t->dirs[i].live && t->dirs[i].things > 0;
	return n;
}

struct trashed_total trashed_rows_total(const struct trashed_rows *t)
{
	return t->total;
}

/* ---- for whoever acts ---- */

int trashed_rows_key(struct str *key, uint32_t dir, const char *name, size_t len)
{
	str_clear(key);
	(void)str_add(key, &dir, sizeof(dir));
	return str_add(key, name, len);
}

bool trashed_rows_thing(const struct trashed_rows *t, uint32_t id, struct trashed_thing *ret_thing)
{
	const struct slot *s = slot_of(&t->rows, id);
	size_t len;

	if (!s)
		return false;
	*ret_thing = (struct trashed_thing){
		.dir = &t->dirs[s->dir],
		.name = names_get(t->lies, id, &len),
		.shown = names_get(t->names, id, &len),
		.why = s->why,
		.state = (enum trash_state)s->state,
		.meta = s->state == TRASH_INFO_ALONE ? NULL : &s->meta,
		.deleted = s->deleted,
	};
	if (s->origin != NAMES_NONE)
		ret_thing->origin = names_get(t->origins, s->origin, &len);
	return true;
}

uint32_t trashed_rows_find(const struct trashed_rows *t, struct file_id files, const char *name,
			   size_t len)
{
	CLEANUP(str_done) struct str key = STR_INIT;
	uintptr_t value;

	for (uint32_t i = 0; i < t->ndirs; i++) {
		const struct trashed_dir *d = &t->dirs[i];

		if (d->live && d->files.ino == files.ino && d->files.dev == files.dev &&
		    trashed_rows_key(&key, i, name, len) == 0 &&
		    map_get(&t->index, key.buf, key.len, &value) && t->at[value].live)
			return (uint32_t)value;
	}
	return NAMES_NONE;
}

int trashed_rows_origin(const struct trashed_rows *t, uint32_t id, struct str *out)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	struct trashed_thing thing;
	int r;

	if (!trashed_rows_thing(t, id, &thing) || !thing.origin)
		return -ENOENT;
	r = path_join(&path, thing.origin, thing.shown, strlen(thing.shown));
	return r < 0 ? r : str_add(out, path.buf, path.len);
}
