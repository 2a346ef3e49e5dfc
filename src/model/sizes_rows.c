/* SPDX-License-Identifier: MIT */
#include "model/sizes_rows_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The rows are its first member. */
static const struct sizes_rows *of(const struct rows *r)
{
	return (const struct sizes_rows *)(const void *)r;
}

static uint64_t on_disk(uint64_t blocks)
{
	return blocks > UINT64_MAX / 512 ? UINT64_MAX : blocks * 512;
}

uint64_t sizes_bytes_of(const struct sizes_look *look, const struct sizetree_total *total)
{
	if (look->apparent)
		return total->size;
	return on_disk(total->blocks);
}

/* From below: each name goes where those above it will have left off. */
int sizes_add_path(const struct sizetree *t, uint32_t dir, uint32_t top, struct str *out)
{
	size_t need = 0, at, len;
	const char *name;
	int r = 0;

	for (uint32_t d = dir; d != top; d = sizetree_dir(t, d)->parent) {
		if (d == TREE_NONE || sizetree_dir(t, d)->parent == TREE_NONE)
			return -ENOENT;
		(void)sizetree_name(t, sizetree_dir(t, d)->parent, sizetree_dir(t, d)->entry, &len);
		need += len + 1;
	}
	while (out->len && need && out->buf[out->len - 1] == '/')
		str_cut(out, out->len - 1);
	at = out->len + need;
	for (size_t i = 0; r == 0 && i < need; i++)
		r = str_addc(out, '/');
	for (uint32_t d = dir; r == 0 && d != top; d = sizetree_dir(t, d)->parent) {
		name = sizetree_name(t, sizetree_dir(t, d)->parent, sizetree_dir(t, d)->entry,
				     &len);
		at -= len;
		memcpy(out->buf + at, name, len);
		at--;
	}
	return r;
}

/* ---- what a row says ---- */

static const struct pending *find_pending(const struct sizes_rows *r, uint32_t id)
{
	size_t low = 0, high = r->npending;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (r->pending[mid].id == id)
			return &r->pending[mid];
		if (r->pending[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool sizes_rows_of(const struct sizes_rows *r, uint32_t id, struct sizetree_total *ret_total)
{
	const struct pending *p;

	if (id >= r->filled || sizes_is_hole(r, id))
		return false;
	p = r->npending ? find_pending(r, id) : NULL;
	*ret_total = p ? p->total : sizetree_entry_total(r->tree, r->dir, r->first + id);
	return true;
}

static enum sizes_sign sign_of(const struct sizes_rows *r, uint32_t id,
			       const struct sizetree_total *total)
{
	static const struct {
		uint32_t flags;
		enum sizes_sign sign;
	} by_flag[] = {{TREE_UNREAD, SIZES_UNREAD},
		       {TREE_EXCLUDED, SIZES_EXCLUDED},
		       {TREE_KERNEL, SIZES_KERNEL},
		       {TREE_NOT_ENTERED, SIZES_OTHER_FS},
		       {TREE_ELSEWHERE, SIZES_ELSEWHERE}};
	uint32_t meta = sizetree_meta(r->tree, r->first + id);
	const struct pending *p = find_pending(r, id);
	bool dir = TREE_META_TYPE(meta) == ENTRY_DIR;

	for (size_t i = 0; i < ARRAY_LEN(by_flag); i++)
		if (meta & by_flag[i].flags)
			return by_flag[i].sign;
	if (p)
		return r->look->over ? SIZES_STOPPED_BELOW : SIZES_GROWING;
	if (dir && total->unread)
		return SIZES_UNREAD_BELOW;
	if (meta & TREE_LINKED)
		return SIZES_LINKED;
	return dir && !p && !total->items ? SIZES_EMPTY : SIZES_PLAIN;
}

enum sizes_sign sizes_rows_sign(const struct sizes_rows *r, uint32_t id)
{
	struct sizetree_total total;

	return sizes_rows_of(r, id, &total) ? sign_of(r, id, &total) : SIZES_PLAIN;
}

uint32_t sizes_rows_subdir(const struct sizes_rows *r, uint32_t id)
{
	uint32_t meta;

	if (id >= r->filled || sizes_is_hole(r, id))
		return TREE_NONE;
	meta = sizetree_meta(r->tree, r->first + id);
	if (meta & (TREE_EXCLUDED | TREE_KERNEL | TREE_NOT_ENTERED | TREE_ELSEWHERE | TREE_GONE))
		return TREE_NONE;
	return sizetree_subdir(r->tree, r->first + id);
}

uint32_t sizes_rows_entry(const struct sizes_rows *r, uint32_t id)
{
	return r->first + id;
}

uint32_t sizes_rows_id(const struct sizes_rows *r, uint32_t entry)
{
	return r->there && entry >= r->first && entry - r->first < r->count ? entry - r->first
									    : NAMES_NONE;
}

static uint64_t freed(const struct sizetree_total *total)
{
	return on_disk(total->blocks - MIN(total->blocks, total->shared));
}

uint64_t sizes_thousandths(uint64_t part, uint64_t whole)
{
	if (!whole)
		return 0;
	return (uint64_t)(1000.0 * (double)MIN(part, whole) / (double)whole + 0.5);
}

/* ---- the source ---- */

static uint32_t op_count(const struct rows *rows)
{
	return of(rows)->filled;
}

static bool op_row(const struct rows *rows, uint32_t id, struct row *ret_row)
{
	const struct sizes_rows *r = of(rows);
	struct sizetree_total total = {0};

	if (id >= r->filled || sizes_is_hole(r, id))
		return false;
	*ret_row = (struct row){
		.type = TREE_META_TYPE(sizetree_meta(r->tree, r->first + id)),
		.where = r->path,
		.where_id = r->where_id,
	};
	ret_row->name = names_get(r->names, id, &ret_row->name_len);
	ret_row->has_bytes = sizes_rows_of(r, id, &total) && total.done && !total.unread;
	ret_row->bytes = sizes_bytes_of(r->look, &total);
	return true;
}

static struct names *op_names(const struct rows *rows)
{
	return of(rows)->names;
}

static bool op_number(const struct rows *rows, uint32_t id, enum column col, uint64_t *ret_number)
{
	const struct sizes_rows *r = of(rows);
	struct sizetree_total t;
	uint64_t bytes;

	if (!sizes_rows_of(r, id, &t))
		return false;
	bytes = sizes_bytes_of(r->look, &t);
	switch (col) {
	case COL_TOTAL:
		*ret_number = bytes;
		return true;
	case COL_PERCENT:
	case COL_BAR:
		*ret_number = sizes_thousandths(bytes, sizes_bytes_of(r->look, &r->total));
		return true;
	case COL_ITEMS:
		*ret_number = t.items;
		return sizes_rows_subdir(r, id) != TREE_NONE;
	case COL_MODIFIED:
		*ret_number = sizetree_mtime(r->tree, r->first + id);
		return *ret_number > 0;
	case COL_SHARED:
		*ret_number = on_disk(MIN(t.blocks, t.shared));
		return t.shared > 0;
	case COL_FREED:
		*ret_number = freed(&t);
		return true;
	default:
		return false;
	}
}

static bool op_sorts(const struct rows *rows, enum sort_by by)
{
	(void)rows;
	return by == SORT_SIZE || by == SORT_ITEMS || by == SORT_MODIFIED || by == SORT_FREED;
}

static bool op_rank(const struct rows *rows, uint32_t id, enum sort_by by, uint64_t *ret_rank)
{
	const struct sizes_rows *r = of(rows);
	struct sizetree_total t;

	if (!sizes_rows_of(r, id, &t))
		return false;
	switch (by) {
	case SORT_SIZE:
		*ret_rank = sizes_bytes_of(r->look, &t);
		return true;
	case SORT_ITEMS:
		*ret_rank = t.items;
		return true;
	case SORT_MODIFIED:
		*ret_rank = sizetree_mtime(r->tree, r->first + id);
		return true;
	case SORT_FREED:
		*ret_rank = freed(&t);
		return true;
	default:
		return false;
	}
}

static int op_cell(const struct rows *rows, uint32_t id, enum column col, struct str *out)
{
	static const char signs[SIZES_SIGNS] = {
		[SIZES_PLAIN] = ' ',  [SIZES_GROWING] = '~',   [SIZES_STOPPED_BELOW] = '.',
		[SIZES_UNREAD] = '!', [SIZES_EXCLUDED] = '<',  [SIZES_OTHER_FS] = '>',
		[SIZES_KERNEL] = '^', [SIZES_ELSEWHERE] = '=', [SIZES_UNREAD_BELOW] = '.',
		[SIZES_LINKED] = 'H', [SIZES_EMPTY] = 'e'};

	return col == COL_SIGN ? str_addc(out, signs[sizes_rows_sign(of(rows), id)]) : 0;
}

/* Directories are entered by their numbers: model_enter() asks sizes_rows_subdir(). */
static bool op_enter(const struct rows *rows, uint32_t id, struct str *path)
{
	(void)rows;
	(void)id;
	(void)path;
	return false;
}

static bool op_loading(const struct rows *rows)
{
	const struct sizes_rows *r = of(rows);

	return !r->err && (r->there ? r->filled < r->count : !r->look->over);
}

static const uint8_t *op_holes(const struct rows *rows)
{
	return of(rows)->holes;
}

static bool op_changed(const struct rows *rows, uint64_t since, uint32_t *ret_ids, size_t max,
		       size_t *ret_n)
{
	const struct sizes_rows *r = of(rows);

	*ret_n = 0;
	if (since == r->rows.rev)
		return true;
	if (since != r->before || r->too_many || r->nchanged > max)
		return false;
	memcpy(ret_ids, r->changed, r->nchanged * sizeof(*ret_ids));
	*ret_n = r->nchanged;
	return true;
}

static const struct rows_ops ops = {
	.name = "sizes",
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
	.changed = op_changed,
};

/* ---- columns ---- */

#define BEGIN COL_NAME, COL_SIGN, COL_TOTAL
#define END   COL_MODIFIED, COL_KINDS
#define LINKS COL_FREED, COL_SHARED
static const enum column wanted[2][2][2][10] = {
	{{{BEGIN, COL_ITEMS, END}, {BEGIN, LINKS, COL_ITEMS, END}},
	 {{BEGIN, COL_PERCENT, COL_ITEMS, END}, {BEGIN, LINKS, COL_PERCENT, COL_ITEMS, END}}},
	{{{BEGIN, COL_ITEMS, COL_BAR, END}, {BEGIN, LINKS, COL_ITEMS, COL_BAR, END}},
	 {{BEGIN, COL_PERCENT, COL_ITEMS, COL_BAR, END},
	  {BEGIN, LINKS, COL_PERCENT, COL_ITEMS, COL_BAR, END}}},
};

void sizes_rows_restyle(struct sizes_rows *r)
{
	r->rows.columns = wanted[r->look->bars][r->look->percents][r->look->shared];
	sizes_rows_changed(r);
}

/* ---- life ---- */

struct sizes_rows *sizes_rows_new(const struct sizetree *tree, uint32_t dir, const char *path,
				  const struct sizes_look *look)
{
	struct sizes_rows *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->rows.ops = &ops;
	r->tree = tree;
	r->dir = dir;
	r->look = look;
	r->path = strdup(path);
	r->names = names_new();
	if (!r->path || !r->names) {
		sizes_rows_free(r);
		return NULL;
	}
	sizes_rows_restyle(r);
	sizes_rows_look(r);
	return r;
}

void sizes_rows_free(struct sizes_rows *r)
{
	if (!r)
		return;
	free(r->path);
	names_unref(r->names);
	free(r->holes);
	free(r->pending);
	free(r->stack);
	free(r);
}

struct rows *sizes_rows_rows(struct sizes_rows *r)
{
	return &r->rows;
}

const struct rows *sizes_rows_const(const struct sizes_rows *r)
{
	return &r->rows;
}

uint32_t sizes_rows_dir(const struct sizes_rows *r)
{
	return r->dir;
}

const char *sizes_rows_path(const struct sizes_rows *r)
{
	return r->path;
}

unsigned sizes_rows_moved(const struct sizes_rows *r)
{
	return (unsigned)r->nchanged;
}

unsigned sizes_rows_pending(const struct sizes_rows *r)
{
	return (unsigned)r->npending;
}

int sizes_rows_err(const struct sizes_rows *r)
{
	return r->err;
}

struct sizetree_total sizes_rows_total(const struct sizes_rows *r)
{
	return r->total;
}

const struct file_id *sizes_rows_where(const struct sizes_rows *r)
{
	return r->where_id.ino ? &r->where_id : NULL;
}

void sizes_rows_changed(struct sizes_rows *r)
{
	r->rows.rev++;
	/* What changed is not listed: everything may have. */
	r->before = r->rows.rev;
	r->too_many = true;
	if (r->there && r->dir != TREE_NONE && !r->npending)
		r->total = sizetree_dir_total(r->tree, r->dir);
}
