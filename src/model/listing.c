/* SPDX-License-Identifier: MIT */
#include "model/listing.h"

#include "model/listing_inside.h"

#include "base/alloc.h"
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool bit(const uint8_t *bits, uint32_t id)
{
	return bits[id / 8] >> (id % 8) & 1;
}

static void set_bit(uint8_t *bits, uint32_t id)
{
	bits[id / 8] = (uint8_t)(bits[id / 8] | 1u << (id % 8));
}

/* The rows are its first member. */
static const struct listing *of(const struct rows *r)
{
	return (const struct listing *)(const void *)r;
}

static const struct meta_chunk *chunk_of(const struct listing *l, uint32_t id)
{
	return id / CHUNK < l->nchunks ? l->chunks[id / CHUNK] : NULL;
}

static enum meta_state state_of(const struct listing *l, uint32_t id)
{
	const struct meta_chunk *c = chunk_of(l, id);

	return c ? (enum meta_state)c->state[id % CHUNK] : META_UNKNOWN;
}

/* The type that statx said, else the one readdir said: the tags of the pool are not changed, since
 * a worker may be reading them. */
static enum entry_type type_of(const struct listing *l, uint32_t id)
{
	const struct meta_chunk *c = chunk_of(l, id);

	if (c && c->state[id % CHUNK] == META_KNOWN)
		return rows_type_of_mode(c->meta[id % CHUNK].mode);
	return (enum entry_type)names_tag(l->names, id);
}

bool listing_dead(const struct listing *l, uint32_t id)
{
	return l->dead_n && id / 8 < l->bits && bit(l->dead, id);
}

/* ---- the rows ---- */

static uint32_t op_count(const struct rows *r)
{
	return of(r)->count;
}

static bool op_row(const struct rows *r, uint32_t id, struct row *ret_row)
{
	const struct listing *l = of(r);
	const struct meta_chunk *c;

	if (id >= l->count || listing_dead(l, id))
		return false;
	*ret_row =
		(struct row){.type = type_of(l, id), .where = l->path, .where_id = l->dir.meta.id};
	ret_row->name = names_get(l->names, id, &ret_row->name_len);
	c = chunk_of(l, id);
	if (c && c->state[id % CHUNK] == META_KNOWN) {
		ret_row->meta = &c->meta[id % CHUNK];
		ret_row->target = c->target[id % CHUNK];
	} else if (c && c->state[id % CHUNK] == META_FAILED) {
		ret_row->err = c->err[id % CHUNK];
	}
	return true;
}

static struct names *op_names(const struct rows *r)
{
	return of(r)->names;
}

static bool op_rank(const struct rows *r, uint32_t id, enum sort_by by, uint64_t *ret_rank)
{
	const struct listing *l = of(r);
	const struct meta_chunk *c = chunk_of(l, id);

	return c && c->state[id % CHUNK] == META_KNOWN &&
	       rows_rank_of_meta(&c->meta[id % CHUNK], by, ret_rank);
}

static int op_cell(const struct rows *r, uint32_t id, enum column col, struct str *out)
{
	(void)id;
	return col == COL_WHERE ? str_adds(out, of(r)->path) : 0;
}

static bool op_enter(const struct rows *r, uint32_t id, struct str *path)
{
	struct row row;

	if (!op_row(r, id, &row) ||
	    (row.type != ENTRY_DIR && row.type != ENTRY_LINK && row.type != ENTRY_UNKNOWN))
		return false;
	return path_join(path, row.where, row.name, row.name_len) == 0;
}

static bool op_loading(const struct rows *r)
{
	return of(r)->state == LISTING_OPENING || of(r)->state == LISTING_LOADING;
}

static bool op_complete(const struct rows *r)
{
	return listing_complete(of(r));
}

static bool op_sorts(const struct rows *r, enum sort_by by)
{
	(void)r;
	return by != SORT_ITEMS;
}

static uint8_t op_group(const struct rows *r, uint32_t id)
{
	return rows_type_group(type_of(of(r), id));
}

static const uint8_t *op_holes(const struct rows *r)
{
	return of(r)->dead_n ? of(r)->dead : NULL;
}

static bool op_changed(const struct rows *r, uint64_t since, uint32_t *ret_ids, size_t max,
		       size_t *ret_n)
{
	const struct listing *l = of(r);
	size_t n = 0;

	if (since < l->log_lost)
		return false;
	for (uint64_t i = l->logged; i-- > 0 && l->logged - i <= LOG_MAX;) {
		if (l->log[i % LOG_MAX].rev <= since)
			break;
		if (n == max)
			return false;
		ret_ids[n++] = l->log[i % LOG_MAX].id;
	}
	*ret_n = n;
	return true;
}

static const enum column columns[] = {COL_NAME, COL_SIZE,  COL_MODIFIED,
				      COL_PERM, COL_OWNER, COL_KINDS};

static const struct rows_ops ops = {
	.name = "directory",
	.count = op_count,
	.row = op_row,
	.names = op_names,
	.rank = op_rank,
	.cell = op_cell,
	.enter = op_enter,
	.loading = op_loading,
	.complete = op_complete,
	.sorts = op_sorts,
	.group = op_group,
	.holes = op_holes,
	.changed = op_changed,
};

/* ---- life and facts ---- */

struct listing *listing_new(const char *path, uint64_t ticket)
{
	struct listing *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->rows = (struct rows){.ops = &ops, .columns = columns};
	l->ticket = ticket;
	l->path = strdup(path);
	if (!l->path) {
		free(l);
		return NULL;
	}
	return l;
}

struct listing *listing_next(const struct listing *l)
{
	return l->next;
}

void listing_set_next(struct listing *l, struct listing *next)
{
	l->next = next;
}

bool listing_free_some(struct listing *l, size_t chunks)
{
	for (; l->nchunks && chunks; chunks--) {
		struct meta_chunk *c = l->chunks[--l->nchunks];

		for (size_t k = 0; c && k < CHUNK; k++)
			free(c->target[k]);
		free(c);
	}
	if (l->nchunks)
		return false;
	listing_free(l);
	return true;
}

void listing_free(struct listing *l)
{
	if (!l)
		return;
	if (l->nchunks) {
		(void)listing_free_some(l, l->nchunks);
		return;
	}
	for (size_t i = l->pending_at; i < l->npending; i++) {
		free(l->pending[i].name);
		free(l->pending[i].target);
	}
	for (size_t i = 0; i < l->nchanged; i++)
		free(l->changed[i]);
	free(l->changed);
	free(l->chunks);
	free(l->pending);
	free(l->dead);
	free(l->urgent);
	free(l->bulk);
	free(l->index);
	names_unref(l->names);
	free(l->path);
	free(l);
}

struct rows *listing_rows(struct listing *l)
{
	return &l->rows;
}

const char *listing_path(const struct listing *l)
{
	return l->path;
}

uint64_t listing_ticket(const struct listing *l)
{
	return l->ticket;
}

enum listing_state listing_state(const struct listing *l)
{
	return l->state;
}

int listing_err(const struct listing *l)
{
	return l->err;
}

const struct dir_info *listing_dir(const struct listing *l)
{
	return l->opened ? &l->dir : NULL;
}

const struct space *listing_space(const struct listing *l)
{
	return l->has_space ? &l->space : NULL;
}

size_t listing_alive(const struct listing *l)
{
	return l->count - l->dead_n;
}

struct names *listing_names(const struct listing *l)
{
	return l->names;
}

bool listing_complete(const struct listing *l)
{
	return l->state == LISTING_READY && l->settled == listing_alive(l);
}

bool listing_settled(const struct listing *l, uint32_t id)
{
	return id >= l->count || listing_dead(l, id) || state_of(l, id) != META_UNKNOWN;
}

/* So many names came and went that listing again frees memory worth having. */
static bool listing_wasteful(const struct listing *l)
{
	return l->state == LISTING_READY && l->dead_n > 4096 && l->dead_n > listing_alive(l);
}

bool listing_stale(const struct listing *l)
{
	return l->state == LISTING_READY && (l->stale || listing_wasteful(l));
}

/* ---- what to ask ---- */

size_t listing_take_changed(struct listing *l, char ***ret_names)
{
	size_t n = l->nchanged;

	if (l->state != LISTING_READY || !n)
		return 0;
	*ret_names = l->changed;
	l->changed = NULL;
	l->nchanged = l->changed_cap = 0;
	return n;
}

size_t listing_want(struct listing *l, const uint32_t *ids, size_t n, uint32_t *ret_ids)
{
	size_t wanted = 0;

	if (listing_room(l) < 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (ids[i] >= l->count || bit(l->urgent, ids[i]) || listing_settled(l, ids[i]))
			continue;
		set_bit(l->urgent, ids[i]);
		ret_ids[wanted++] = ids[i];
	}
	return wanted;
}

int listing_want_all(struct listing *l, uint32_t **ret_ids, size_t *ret_n)
{
	uint32_t *ids = malloc(MAX(listing_alive(l), 1) * sizeof(*ids));
	size_t n = 0;

	if (!ids || listing_room(l) < 0) {
		free(ids);
		return -ENOMEM;
	}
	for (uint32_t id = 0; id < l->count; id++) {
		if (bit(l->bulk, id) || bit(l->urgent, id) || listing_settled(l, id))
			continue;
		set_bit(l->bulk, id);
		ids[n++] = id;
	}
	*ret_ids = ids;
	*ret_n = n;
	return 0;
}
