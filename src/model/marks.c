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
	const struct mark *mark = id < of(r)->n ? &of(r)->at[id] : NULL;

	return mark && mark->has_meta && rows_rank_of_meta(&mark->meta, by, ret_rank);
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

static uint8_t op_group(const struct rows *r, uint32_t id)
{
	return id < of(r)->n ? rows_type_group((enum entry_type)of(r)->at[id].type) : 1;
}

static const uint8_t *op_holes(const struct rows *r)
{
	return of(r)->live < of(r)->n ? of(r)->holes : NULL;
}

static const enum column columns[] = {COL_NAME, COL_WHERE, COL_SIZE, COL_MODIFIED,
				      COL_PERM, COL_OWNER, COL_KINDS};

static const struct rows_ops ops = {
	.name = "marked",
	.count = op_count,
	.row = op_row,
	.names = op_names,
	.rank = op_rank,
	.cell = op_cell,
	.enter = op_enter,
	.sorts = op_sorts,
	.group = op_group,
	.holes = op_holes,
};

/* ---- the set ---- */

int marks_init(struct marks *m)
{
	*m = (struct marks){.rows = {.ops = &ops, .columns = columns}, .names = names_new()};
	return m->names ? 0 : -ENOMEM;
}

static void drop_all(struct marks *m)
{
	for (size_t i = 0; i < m->ndirs; i++)
		free(m->dirs[i].path);
	free(m->dirs);
	free(m->at);
	free(m->index);
	free(m->next_index);
	free(m->holes);
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

/* What this mark adds to the sums: bytes, or that they are not known. */
static void count_in(struct marks *m, const struct mark *mark, bool in)
{
	uint64_t size = 0;

	if (mark->has_bytes)
		size = mark->bytes;
	else if (!mark->has_meta || mark->type == ENTRY_DIR)
		m->unsummed = in ? m->unsummed + 1 : m->unsummed - 1;
	else if (mark->type == ENTRY_FILE || mark->type == ENTRY_LINK)
		size = mark->meta.size;
	m->kinds[mark->type] += in ? 1 : (size_t)-1;
	m->bytes = in ? m->bytes + size : m->bytes - size;
}

static void set_live(struct marks *m, uint32_t id, bool live)
{
	struct mark *mark = &m->at[id];
	uint8_t bit = (uint8_t)(1u << (id % 8));

	mark->live = live;
	m->holes[id / 8] = (uint8_t)(live ? m->holes[id / 8] & ~bit : m->holes[id / 8] | bit);
	m->live = live ? m->live + 1 : m->live - 1;
	m->dirs[mark->dir].live += live ? 1 : (size_t)-1;
	count_in(m, mark, live);
	touched(m);
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
		for (size_t i = 0; i < m->n; i++) {
			if (m->at[i].live)
				set_live(m, (uint32_t)i, false);
		}
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

static uint64_t hash_of(size_t dir, const char *name, size_t len)
{
	return map_hash(name, len) + dir * UINT64_C(0x9e3779b97f4a7c15);
}

/* The high half of a slot: the bits of the hash that lead to it. */
static uint64_t tag_of(uint64_t hash)
{
	return hash << 32;
}

static uint64_t *slot_of(const struct marks *m, size_t dir, const char *name, size_t len)
{
	uint64_t hash = hash_of(dir, name, len);
	size_t mask = m->index_cap - 1;

	for (size_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
		uint32_t at = (uint32_t)m->index[i];
		size_t have;
		const char *bytes;

		if (!at)
			return &m->index[i];
		if (m->index[i] - at != tag_of(hash) || m->at[at - 1].dir != dir)
			continue;
		bytes = names_get(m->names, at - 1, &have);
		if (have == len && memcmp(bytes, name, len) == 0)
			return &m->index[i];
	}
}

static int begin_index(struct marks *m, size_t need)
{
	size_t cap = MAX(m->index_cap, 32);

	while (cap / 2 < need)
		cap *= 2;
	m->next_index = calloc(cap, sizeof(*m->next_index));
	m->next_cap = cap;
	m->moved = 0;
	return m->next_index ? 0 : -ENOMEM;
}

/* A slot keeps the hash that leads to it, so no name is read again. */
static void move_slots(struct marks *m, size_t slice)
{
	size_t end = m->moved + MIN(slice, m->index_cap - m->moved), mask = m->next_cap - 1;

	for (; m->moved < end; m->moved++) {
		uint64_t slot = m->index[m->moved];
		size_t i = (size_t)(slot >> 32) & mask;

		if (!slot)
			continue;
		while (m->next_index[i])
			i = (i + 1) & mask;
		m->next_index[i] = slot;
	}
}

static int grow_index(struct marks *m, size_t need, size_t slice)
{
	bool fits = need <= m->index_cap / 2;
	int r = 0;

	if (fits || need > m->next_cap / 2) {
		free(m->next_index);
		m->next_index = NULL;
	}
	if (fits)
		return 0;
	if (!m->next_index)
		r = begin_index(m, need);
	if (r < 0)
		return r;
	move_slots(m, slice);
	if (m->moved < m->index_cap)
		return 1;
	free(m->index);
	m->index = m->next_index;
	m->index_cap = m->next_cap;
	m->next_index = NULL;
	return 0;
}

int marks_reserve(struct marks *m, size_t more, size_t slice)
{
	size_t need = m->n + more;

	if (array_grow(&m->at, &m->cap, need, sizeof(*m->at)) < 0 ||
	    array_grow(&m->holes, &m->holes_cap, need / 8 + 1, 1) < 0)
		return -ENOMEM;
	return grow_index(m, need, slice);
}

static struct mark *find(const struct marks *m, struct file_id id, const char *name, size_t len)
{
	size_t dir = find_dir(m, id);
	uint32_t at;

	if (dir == m->ndirs || !m->index_cap)
		return NULL;
	at = (uint32_t)*slot_of(m, dir, name, len);
	return at ? &m->at[at - 1] : NULL;
}

bool marks_has(const struct marks *m, const struct row *row)
{
	const struct mark *mark;
	const char *name;
	size_t len;

	if (!m->live || row->parent || !row->where)
		return false;
	name = row_lies(row, &len);
	mark = find(m, row->where_id, name, len);
	return mark && mark->live;
}

static void set_meta(struct marks *m, struct mark *mark, const struct meta *meta)
{
	if (mark->has_meta || !meta)
		return;
	count_in(m, mark, false);
	mark->has_meta = true;
	mark->meta = *meta;
	mark->type = (uint8_t)rows_type_of_mode(meta->mode);
	count_in(m, mark, true);
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
	uint64_t *slot;
	uint32_t id;
	size_t dir, len;
	const char *name = row_lies(row, &len);
	int r = add_dir(m, row, &dir);

	if (r == 0)
		r = marks_reserve(m, 1, SIZE_MAX);
	if (r < 0)
		return r;
	slot = slot_of(m, dir, name, len);
	if (!*slot) {
		r = names_add(m->names, name, len, (uint8_t)row->type, &id);
		if (r < 0)
			return r;
		m->at[m->n++] = (struct mark){.dir = (uint32_t)dir, .type = (uint8_t)row->type};
		if (id % 8 == 0)
			m->holes[id / 8] = 0;
		*slot = tag_of(hash_of(dir, name, len)) | (id + 1);
	}
	id = (uint32_t)*slot - 1;
	if (!m->at[id].live) {
		m->at[id].has_meta = m->at[id].gone = false;
		m->at[id].has_bytes = row->has_bytes;
		m->at[id].bytes = row->bytes;
		set_live(m, id, true);
	}
	set_meta(m, &m->at[id], row->meta);
	return 0;
}

int marks_set(struct marks *m, const struct row *row, bool on)
{
	struct mark *mark;
	const char *name;
	size_t len;

	if (row->parent || !row->where)
		return 0;
	if (on)
		return add(m, row);
	name = row_lies(row, &len);
	mark = find(m, row->where_id, name, len);
	if (!mark || !mark->live)
		return 0;
	set_live(m, (uint32_t)(mark - m->at), false);
	if (!m->live)
		marks_clear(m);
	return 0;
}

void marks_learn(struct marks *m, const struct row *row)
{
	struct mark *mark;
	const char *name;
	size_t len;

	if (!m->live || !row->where || !row->meta)
		return;
	name = row_lies(row, &len);
	mark = find(m, row->where_id, name, len);
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

void marks_set_dir_gone(struct marks *m, struct file_id dir)
{
	size_t at = find_dir(m, dir);

	for (size_t i = 0; i < m->n; i++)
		m->at[i].gone |= m->at[i].live && m->at[i].dir == at;
	touched(m);
}

size_t marks_in(const struct marks *m, struct file_id dir)
{
	size_t at = find_dir(m, dir);

	return at < m->ndirs ? m->dirs[at].live : 0;
}
