/* SPDX-License-Identifier: MIT */
#include "model/marks.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The rows are its first member. */
static const struct marks *of(const struct rows *r)
{
	return (const struct marks *)(const void *)r;
}

/* ---- the rows ---- */

static uint32_t op_count(const struct rows *r)
{
	return (uint32_t)of(r)->n;
}

static bool op_row(const struct rows *r, uint32_t id, struct row *ret_row)
{
	const struct marks *m = of(r);
	const struct mark *mark;

	if (id >= m->n || !m->at[id].live)
		return false;
	mark = &m->at[id];
	*ret_row = (struct row){
		.type = (enum entry_type)mark->type,
		.meta = mark->has_meta ? &mark->meta : NULL,
		.err = mark->gone ? -ENOENT : 0,
		.where = m->dirs[mark->dir].path,
		.where_id = m->dirs[mark->dir].id,
	};
	ret_row->name = names_get(m->names, id, &ret_row->name_len);
	return true;
}

static struct names *op_names(const struct rows *r)
{
	return of(r)->names;
}

static bool op_rank(const struct rows *r, uint32_t id, enum sort_by by, uint64_t *ret_rank)
{
	const struct mark *mark = &of(r)->at[id];

	return mark->has_meta && rows_rank_of_meta(&mark->meta, by, ret_rank);
}

static bool op_sorts(const struct rows *r, enum sort_by by)
{
	(void)r;
	return by != SORT_ITEMS;
}

static int op_cell(const struct rows *r, uint32_t id, enum column col, struct str *out)
{
	const struct marks *m = of(r);

	return col == COL_WHERE && id < m->n ? str_adds(out, m->dirs[m->at[id].dir].path) : 0;
}

/* To the directory it lies in: what is marked is looked at there. */
static bool op_enter(const struct rows *r, uint32_t id, struct str *path)
{
	const struct marks *m = of(r);

	return id < m->n && m->at[id].live && str_adds(path, m->dirs[m->at[id].dir].path) == 0;
}

static const enum column columns[] = {COL_NAME, COL_WHERE, COL_SIZE, COL_MODIFIED,
				      COL_PERM, COL_OWNER, COL_KINDS};

static const struct rows_ops ops = {
	.name = "marked",
	.columns = columns,
	.count = op_count,
	.row = op_row,
	.names = op_names,
	.rank = op_rank,
	.cell = op_cell,
	.enter = op_enter,
	.sorts = op_sorts,
};

/* ---- the set ---- */

int marks_init(struct marks *m)
{
	*m = (struct marks){.rows = {.ops = &ops}, .names = names_new()};
	return m->names ? 0 : -ENOMEM;
}

static void drop_all(struct marks *m)
{
	for (size_t i = 0; i < m->ndirs; i++)
		free(m->dirs[i].path);
	free(m->dirs);
	free(m->at);
	free(m->index);
}

void marks_done(struct marks *m)
{
	if (!m)
		return;
	drop_all(m);
	names_unref(m->names);
	*m = (struct marks){0};
}

static void touched(struct marks *m)
{
	m->rev++;
	m->rows.rev++;
}

void marks_clear(struct marks *m)
{
	struct names *names;

	if (!m->n)
		return;
	names = names_new();
	touched(m);
	if (!names) {
		/* Without memory for a new pool the old one stays, all holes. */
		for (size_t i = 0; i < m->n; i++)
			m->at[i].live = false;
		for (size_t i = 0; i < m->ndirs; i++)
			m->dirs[i].live = 0;
		m->live = 0;
		m->bytes = 0;
		return;
	}
	drop_all(m);
	names_unref(m->names);
	*m = (struct marks){.rows = m->rows, .names = names, .epoch = m->epoch + 1, .rev = m->rev};
}

static size_t find_dir(const struct marks *m, struct file_id id)
{
	/* From the end: rows of one directory are asked for together. */
	for (size_t i = m->ndirs; i-- > 0;) {
		if (m->dirs[i].id.ino == id.ino && m->dirs[i].id.dev == id.dev)
			return i;
	}
	return m->ndirs;
}

static uint32_t *slot_of(const struct marks *m, size_t dir, const char *name, size_t len)
{
	uint64_t hash = map_hash(name, len) + dir * UINT64_C(0x9e3779b97f4a7c15);
	size_t mask = m->index_cap - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		uint32_t at = m->index[i];
		size_t have;
		const char *bytes;

		if (!at)
			return &m->index[i];
		bytes = names_get(m->names, at - 1, &have);
		if (m->at[at - 1].dir == dir && have == len && memcmp(bytes, name, len) == 0)
			return &m->index[i];
	}
}

static int grow_index(struct marks *m)
{
	size_t cap = MAX(m->index_cap, 32);
	uint32_t *index;

	if (m->n + 1 <= m->index_cap / 2)
		return 0;
	while (cap / 2 < m->n + 1)
		cap *= 2;
	index = calloc(cap, sizeof(*index));
	if (!index)
		return -ENOMEM;
	free(m->index);
	m->index = index;
	m->index_cap = cap;
	for (size_t i = 0; i < m->n; i++) {
		size_t len;
		const char *name = names_get(m->names, (uint32_t)i, &len);

		*slot_of(m, m->at[i].dir, name, len) = (uint32_t)i + 1;
	}
	return 0;
}

static struct mark *find(const struct marks *m, struct file_id id, const char *name, size_t len)
{
	size_t dir = find_dir(m, id);
	uint32_t at;

	if (dir == m->ndirs || !m->index_cap)
		return NULL;
	at = *slot_of(m, dir, name, len);
	return at ? &m->at[at - 1] : NULL;
}

bool marks_has(const struct marks *m, const struct row *row)
{
	const struct mark *mark;

	if (!m->live || row->parent || !row->where)
		return false;
	mark = find(m, row->where_id, row->name, row->name_len);
	return mark && mark->live;
}

static void set_meta(struct marks *m, struct mark *mark, const struct meta *meta)
{
	if (mark->has_meta || !meta)
		return;
	mark->has_meta = true;
	mark->meta = *meta;
	mark->type = (uint8_t)rows_type_of_mode(meta->mode);
	if (mark->live)
		m->bytes += meta->size;
}

static int add_dir(struct marks *m, const struct row *row, size_t *ret_dir)
{
	size_t dir = find_dir(m, row->where_id);
	char *path;

	if (dir < m->ndirs) {
		*ret_dir = dir;
		return 0;
	}
	path = strdup(row->where);
	if (!path || array_grow(&m->dirs, &m->dirs_cap, m->ndirs + 1, sizeof(*m->dirs)) < 0) {
		free(path);
		return -ENOMEM;
	}
	m->dirs[m->ndirs++] = (struct mark_dir){.id = row->where_id, .path = path};
	*ret_dir = dir;
	return 0;
}

static int add(struct marks *m, const struct row *row)
{
	uint32_t *slot, id;
	size_t dir;
	int r = add_dir(m, row, &dir);

	if (r == 0)
		r = grow_index(m);
	if (r == 0)
		r = array_grow(&m->at, &m->cap, m->n + 1, sizeof(*m->at));
	if (r < 0)
		return r;
	slot = slot_of(m, dir, row->name, row->name_len);
	if (!*slot) {
		r = names_add(m->names, row->name, row->name_len, (uint8_t)row->type, &id);
		if (r < 0)
			return r;
		m->at[m->n++] = (struct mark){.dir = (uint32_t)dir, .type = (uint8_t)row->type};
		*slot = id + 1;
	}
	id = *slot - 1;
	if (!m->at[id].live) {
		m->at[id].has_meta = m->at[id].gone = false;
		m->at[id].live = true;
		m->dirs[dir].live++;
		m->live++;
		touched(m);
	}
	set_meta(m, &m->at[id], row->meta);
	return 0;
}

int marks_set(struct marks *m, const struct row *row, bool on)
{
	struct mark *mark;

	if (row->parent || !row->where)
		return 0;
	if (on)
		return add(m, row);
	mark = find(m, row->where_id, row->name, row->name_len);
	if (!mark || !mark->live)
		return 0;
	mark->live = false;
	m->dirs[mark->dir].live--;
	m->live--;
	if (mark->has_meta)
		m->bytes -= mark->meta.size;
	touched(m);
	if (!m->live)
		marks_clear(m);
	return 0;
}

void marks_learn(struct marks *m, const struct row *row)
{
	struct mark *mark;

	if (!m->live || !row->where || !row->meta)
		return;
	mark = find(m, row->where_id, row->name, row->name_len);
	if (!mark || !mark->live || mark->has_meta)
		return;
	set_meta(m, mark, row->meta);
	touched(m);
}

void marks_set_gone(struct marks *m, struct file_id dir, const char *name, size_t len, bool gone)
{
	struct mark *mark = m->live ? find(m, dir, name, len) : NULL;

	if (!mark || !mark->live || mark->gone == gone)
		return;
	mark->gone = gone;
	touched(m);
}

size_t marks_in(const struct marks *m, struct file_id dir)
{
	size_t at = find_dir(m, dir);

	return at < m->ndirs ? m->dirs[at].live : 0;
}
