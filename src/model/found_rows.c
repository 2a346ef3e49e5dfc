/* SPDX-License-Identifier: MIT */
#include "model/found_rows.h"

#include "base/alloc.h"
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Paths that were asked for last: one may be as long as the tree is deep, a thousand are too many.
 */
#define WHERES 16u
struct where {
	struct {
		uint32_t dir;
		char *path; /* heap */
	} at[WHERES];
	unsigned next;
};

struct found_rows {
	struct rows rows;
	const struct sizes_look *look;
	struct survey survey;
	uint32_t dir;
	char *path;
	struct names *names;
	struct where *where;
	uint32_t count;
	bool over;
	int err;
};

/* The rows are its first member. */
static const struct found_rows *of(const struct rows *r)
{
	return (const struct found_rows *)(const void *)r;
}

bool found_rows_file(const struct found_rows *f, uint32_t id, uint32_t *ret_dir,
		     uint32_t *ret_entry)
{
	if (id >= f->count || !f->survey.top)
		return false;
	*ret_dir = f->survey.files[id].dir;
	*ret_entry = f->survey.files[id].entry;
	return true;
}

const char *found_rows_ext(const struct found_rows *f, uint32_t id, size_t *ret_len)
{
	if (id >= f->count || f->survey.top)
		return NULL;
	*ret_len = f->survey.kinds[id].len;
	return f->survey.kinds[id].ext;
}

/* ---- the source ---- */

static struct sizetree_total total_of(const struct found_rows *f, uint32_t id)
{
	const struct survey_kind *k;

	if (f->survey.top)
		return sizetree_entry_total(f->survey.tree, f->survey.files[id].dir,
					    f->survey.files[id].entry);
	k = &f->survey.kinds[id];
	return (struct sizetree_total){
		.blocks = k->blocks, .size = k->size, .items = k->files, .done = true};
}

/* Valid until WHERES other directories were asked for; "" without memory. */
static const char *where_of(const struct found_rows *f, uint32_t dir)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	struct where *w = f->where;
	unsigned at = w->next;

	for (unsigned i = 0; i < WHERES; i++)
		if (w->at[i].path && w->at[i].dir == dir)
			return w->at[i].path;
	if (str_adds(&path, f->path) < 0 || sizes_add_path(f->survey.tree, dir, f->dir, &path) < 0)
		return "";
	w->next = (at + 1) % WHERES;
	free(w->at[at].path);
	w->at[at].dir = dir;
	w->at[at].path = str_take(&path);
	return w->at[at].path ? w->at[at].path : "";
}

static uint32_t op_count(const struct rows *rows)
{
	return of(rows)->count;
}

static bool op_row(const struct rows *rows, uint32_t id, struct row *ret_row)
{
	const struct found_rows *f = of(rows);
	struct sizetree_total total;
	uint32_t dir, entry;

	if (id >= f->count)
		return false;
	*ret_row = (struct row){.type = ENTRY_UNKNOWN, .nowhere = true};
	ret_row->name = names_get(f->names, id, &ret_row->name_len);
	if (!found_rows_file(f, id, &dir, &entry))
		return true;
	ret_row->type = TREE_META_TYPE(sizetree_meta(f->survey.tree, entry));
	ret_row->where = where_of(f, dir);
	ret_row->where_id = sizetree_dir(f->survey.tree, dir)->id;
	ret_row->nowhere = false;
	ret_row->has_bytes = true;
	total = total_of(f, id);
	ret_row->bytes = sizes_bytes_of(f->look, &total);
	return true;
}

static struct names *op_names(const struct rows *rows)
{
	return of(rows)->names;
}

static uint64_t share(const struct found_rows *f, uint64_t bytes)
{
	struct sizetree_total whole = sizetree_dir_total(f->survey.tree, f->dir);

	return sizes_thousandths(bytes, sizes_bytes_of(f->look, &whole));
}

static bool op_number(const struct rows *rows, uint32_t id, enum column col, uint64_t *ret_number)
{
	const struct found_rows *f = of(rows);
	struct sizetree_total t;

	if (id >= f->count)
		return false;
	t = total_of(f, id);
	switch (col) {
	case COL_TOTAL:
		*ret_number = sizes_bytes_of(f->look, &t);
		return true;
	case COL_PERCENT:
	case COL_BAR:
		*ret_number = share(f, sizes_bytes_of(f->look, &t));
		return true;
	case COL_ITEMS:
		*ret_number = t.items;
		return !f->survey.top;
	case COL_MODIFIED:
		*ret_number = f->survey.top
				      ? sizetree_mtime(f->survey.tree, f->survey.files[id].entry)
				      : 0;
		return *ret_number > 0;
	default:
		return false;
	}
}

static bool op_sorts(const struct rows *rows, enum sort_by by)
{
	return by == SORT_SIZE || by == (of(rows)->survey.top ? SORT_MODIFIED : SORT_ITEMS);
}

static bool op_rank(const struct rows *rows, uint32_t id, enum sort_by by, uint64_t *ret_rank)
{
	static const enum column columns[SORT_KINDS] = {
		[SORT_SIZE] = COL_TOTAL, [SORT_MODIFIED] = COL_MODIFIED, [SORT_ITEMS] = COL_ITEMS};

	return op_sorts(rows, by) && op_number(rows, id, columns[by], ret_rank);
}

/* What leads on is the business of the view. */
static bool op_enter(const struct rows *rows, uint32_t id, struct str *path)
{
	(void)rows;
	(void)id;
	(void)path;
	return false;
}

static bool op_loading(const struct rows *rows)
{
	return !of(rows)->over && !of(rows)->err;
}

static const struct rows_ops ops = {
	.name = "found",
	.count = op_count,
	.row = op_row,
	.names = op_names,
	.rank = op_rank,
	.number = op_number,
	.enter = op_enter,
	.loading = op_loading,
	.sorts = op_sorts,
};

static const enum column file_columns[] = {COL_NAME,  COL_TOTAL,    COL_PERCENT,
					   COL_WHERE, COL_MODIFIED, COL_KINDS};
static const enum column kind_columns[] = {COL_NAME, COL_TOTAL, COL_PERCENT,
					   COL_BAR,  COL_ITEMS, COL_KINDS};

/* ---- life ---- */

struct found_rows *found_rows_new(const struct sizetree *tree, uint32_t dir, const char *path,
				  const struct sizes_look *look, size_t top, const char *only,
				  size_t only_len)
{
	struct found_rows *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->rows = (struct rows){.ops = &ops, .columns = top ? file_columns : kind_columns};
	f->look = look;
	f->dir = dir;
	f->path = strdup(path);
	f->names = names_new();
	f->where = calloc(1, sizeof(*f->where));
	if (survey_init(&f->survey, tree, dir, look->apparent, top, only, only_len) < 0 ||
	    !f->path || !f->names || !f->where) {
		found_rows_free(f);
		return NULL;
	}
	f->survey.kinds_max = FOUND_KINDS;
	return f;
}

struct found_rows *found_rows_again(const struct found_rows *f, const struct sizetree *tree,
				    uint32_t dir, const char *path, const struct sizes_look *look)
{
	return found_rows_new(tree, dir, path, look, f->survey.top, f->survey.only,
			      f->survey.only_len);
}

void found_rows_free(struct found_rows *f)
{
	if (!f)
		return;
	for (size_t i = 0; f->where && i < WHERES; i++)
		free(f->where->at[i].path);
	free(f->where);
	survey_done(&f->survey);
	names_unref(f->names);
	free(f->path);
	free(f);
}

struct rows *found_rows_rows(struct found_rows *f)
{
	return &f->rows;
}

int found_rows_err(const struct found_rows *f)
{
	return f->err;
}

const char *found_rows_path(const struct found_rows *f)
{
	return f->path;
}

const struct sizetree *found_rows_tree(const struct found_rows *f)
{
	return f->survey.tree;
}

uint32_t found_rows_dir(const struct found_rows *f)
{
	return f->dir;
}

int found_rows_title(const struct found_rows *f, struct str *out)
{
	if (!f->survey.top)
		return str_adds(out, "Extensions");
	if (!f->survey.only)
		return str_adds(out, "Largest files");
	if (!f->survey.only_len)
		return str_adds(out, "Largest files without extension");
	return str_addf(out, "Largest .%s files", f->survey.only);
}

/* ---- the end of the survey ---- */

static int add_file(struct found_rows *f, const struct survey_file *file)
{
	const struct sizetree *t = f->survey.tree;
	size_t len;
	const char *name = sizetree_name(t, file->dir, file->entry, &len);

	return names_add(f->names, name, len, TREE_META_TYPE(sizetree_meta(t, file->entry)), NULL);
}

static int add_kind(struct found_rows *f, const struct survey_kind *kind)
{
	CLEANUP(str_done) struct str name = STR_INIT;
	uint32_t id;
	bool others = kind->len == 1 && kind->ext[0] == '/';
	int r = others      ? str_adds(&name, "(others)")
		: kind->len ? str_addc(&name, '.')
			    : str_adds(&name, "(no extension)");

	if (r == 0 && !others)
		r = str_add(&name, kind->ext, kind->len);
	return r < 0 ? r : names_add(f->names, name.buf, name.len, ENTRY_UNKNOWN, &id);
}

static int publish(struct found_rows *f)
{
	struct survey *s = &f->survey;
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->nfiles; i++)
		r = add_file(f, &s->files[i]);
	for (size_t i = 0; r == 0 && i < s->nkinds; i++)
		r = add_kind(f, &s->kinds[i]);
	f->count = r == 0 ? (uint32_t)(s->nfiles + s->nkinds) : 0;
	return r;
}

bool found_rows_has_work(const struct found_rows *f)
{
	return !f->over && !f->err;
}

bool found_rows_work(struct found_rows *f, size_t slice)
{
	int r;

	if (!found_rows_has_work(f))
		return false;
	r = survey_work(&f->survey, slice);
	if (r > 0)
		return true;
	if (r == 0)
		r = publish(f);
	f->err = r;
	f->over = true;
	f->rows.rev++;
	return false;
}
