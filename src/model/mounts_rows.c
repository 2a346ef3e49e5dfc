/* SPDX-License-Identifier: MIT */
#include "model/mounts_rows.h"

#include "base/alloc.h"
#include "base/fmt.h"
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct slot {
	struct mount mount;
	bool live, seen;
};

struct mounts_rows {
	struct rows rows;
	struct names *names; /* paths */
	struct slot *at;
	size_t n, cap;
	struct map index; /* mount id, then path -> position */
};

/* The rows are its first member. */
static const struct mounts_rows *of(const struct rows *r)
{
	return (const struct mounts_rows *)(const void *)r;
}

const struct mount *mounts_rows_at(const struct mounts_rows *m, uint32_t id)
{
	return id < m->n && m->at[id].live ? &m->at[id].mount : NULL;
}

static uint32_t op_count(const struct rows *r)
{
	return (uint32_t)of(r)->n;
}

static bool op_row(const struct rows *r, uint32_t id, struct row *ret_row)
{
	if (!mounts_rows_at(of(r), id))
		return false;
	*ret_row = (struct row){.type = ENTRY_DIR};
	ret_row->name = names_get(of(r)->names, id, &ret_row->name_len);
	return true;
}

static struct names *op_names(const struct rows *r)
{
	return of(r)->names;
}

static bool op_sorts(const struct rows *r, enum sort_by by)
{
	(void)r;
	return by == SORT_SIZE;
}

static bool op_rank(const struct rows *r, uint32_t id, enum sort_by by, uint64_t *ret_rank)
{
	const struct mount *mount = mounts_rows_at(of(r), id);

	if (by != SORT_SIZE || !mount || !mount->has_space)
		return false;
	*ret_rank = mount->space.total;
	return true;
}

static int op_cell(const struct rows *r, uint32_t id, enum column col, struct str *out)
{
	const struct mount *mount = mounts_rows_at(of(r), id);
	char buf[FMT_MAX];

	if (!mount)
		return 0;
	switch (col) {
	case COL_FSTYPE:
		return str_adds(out, mount->fstype);
	case COL_SOURCE:
		return str_adds(out, mount->source);
	case COL_SIZE:
		return mount->has_space ? str_adds(out, fmt_size(buf, mount->space.total)) : 0;
	case COL_FREE:
		return mount->has_space ? str_adds(out, fmt_size(buf, mount->space.avail)) : 0;
	default:
		return 0;
	}
}

static bool op_enter(const struct rows *r, uint32_t id, struct str *path)
{
	const struct mount *mount = mounts_rows_at(of(r), id);

	return mount && str_adds(path, mount->path) == 0;
}

static uint8_t op_group(const struct rows *r, uint32_t id)
{
	const struct mount *mount = mounts_rows_at(of(r), id);

	return mount && !mount->kernel ? 0 : 1;
}

static const enum column columns[] = {COL_NAME,   COL_FREE,   COL_SIZE,
				      COL_FSTYPE, COL_SOURCE, COL_KINDS};

static const struct rows_ops ops = {
	.name = "mounts",
	.count = op_count,
	.row = op_row,
	.names = op_names,
	.rank = op_rank,
	.cell = op_cell,
	.enter = op_enter,
	.sorts = op_sorts,
	.group = op_group,
};

struct mounts_rows *mounts_rows_new(void)
{
	struct mounts_rows *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->rows = (struct rows){.ops = &ops, .columns = columns};
	map_init(&m->index);
	m->names = names_new();
	if (!m->names) {
		free(m);
		return NULL;
	}
	return m;
}

static void mount_done(struct mount *mount)
{
	free(mount->path);
	free(mount->fstype);
	free(mount->source);
	mount->path = mount->fstype = mount->source = NULL;
}

void mounts_rows_free(struct mounts_rows *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++)
		mount_done(&m->at[i].mount);
	free(m->at);
	map_done(&m->index);
	names_unref(m->names);
	free(m);
}

struct rows *mounts_rows_rows(struct mounts_rows *m)
{
	return &m->rows;
}

static int find_or_add(struct mounts_rows *m, const struct mount *mount, size_t *ret_at)
{
	struct str key = STR_INIT;
	uintptr_t value;
	uint32_t id;
	int r;

	str_add(&key, &mount->id, sizeof(mount->id));
	str_adds(&key, mount->path);
	r = key.failed ? -ENOMEM : 0;
	if (r == 0 && !map_get(&m->index, key.buf, key.len, &value)) {
		r = array_grow(&m->at, &m->cap, m->n + 1, sizeof(*m->at));
		if (r == 0)
			r = map_put(&m->index, key.buf, key.len, m->n);
		if (r == 0)
			r = names_add(m->names, mount->path, strlen(mount->path), ENTRY_DIR, &id);
		if (r == 0) {
			value = m->n;
			m->at[m->n++] = (struct slot){.live = false};
		} else {
			map_remove(&m->index, key.buf, key.len, NULL);
		}
	}
	str_done(&key);
	if (r == 0)
		*ret_at = value;
	return r;
}

int mounts_rows_set(struct mounts_rows *m, struct mount_list *list)
{
	int r = 0;

	for (size_t i = 0; i < m->n; i++)
		m->at[i].seen = false;
	for (uint32_t i = 0; r == 0 && i < list->n; i++) {
		struct mount *mount = &list->at[i];
		size_t at = 0;

		if (!mount->path || !mount->fstype || !mount->source)
			continue;
		r = find_or_add(m, mount, &at);
		if (r < 0)
			break;
		mount_done(&m->at[at].mount);
		m->at[at] = (struct slot){.mount = *mount, .live = true, .seen = true};
		mount->path = mount->fstype = mount->source = NULL;
	}
	for (size_t i = 0; r == 0 && i < m->n; i++)
		m->at[i].live = m->at[i].seen;
	m->rows.rev++;
	return r;
}
