/* SPDX-License-Identifier: MIT
 *
 * Directories of a view of sizes that are scanned again, because something changed in them or the
 * user wants it: asking, and finding the way in the tree once they have been replaced.
 */
#include "model/sizes.h"

#include "base/alloc.h"
#include "base/path.h"
#include "model/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool sizes_changed(struct model *m, const struct fs_event *event)
{
	struct view *v = sizes_view_of(m, event->ticket);

	if (v)
		v->sizes->changed = true;
	return v != NULL;
}

int sizes_scan_again(struct model *m, struct sizes *s, bool deep)
{
	struct request request = {.kind = REQ_SCAN_AGAIN, .ticket = s->ticket, .urgent = deep};
	int r;

	request.id = sizes_rows_dir(s->rows);
	r = request_add(m, &request);
	s->changed &= r < 0;
	s->again = r == 0;
	s->again_ms = m->now_ms;
	return r;
}

int model_sizes_again(struct model *m)
{
	struct sizes *s = model_view_mut(m)->sizes;

	model_touch(m);
	if (!s || !s->tree || s->phase == SIZES_FAILED)
		return 0;
	if (sizes_busy(s)) {
		model_notice(m, NOTICE_INFO, m->now_ms, "it is being scanned; Esc stops that");
		return 0;
	}
	return sizes_scan_again(m, s, true);
}

/* Where a directory lies now: the names of all below `top` lead to it, in the one that has taken
 * its place. The nearest that is left. How many directories it is from there up to the one that was
 * replaced; false: it is not below it. */
static bool depth_below(const struct sizetree *t, uint32_t dir, uint32_t top, size_t *ret_depth)
{
	*ret_depth = 0;
	for (; dir != TREE_NONE && dir != top; dir = sizetree_dir(t, dir)->parent)
		++*ret_depth;
	return dir == top;
}

static uint32_t above(const struct sizetree *t, uint32_t dir, size_t steps)
{
	while (steps--)
		dir = sizetree_dir(t, dir)->parent;
	return dir;
}

/* The entry of this name; TREE_NONE. */
static uint32_t find_entry(const struct sizetree *t, uint32_t dir, const char *name, size_t len)
{
	const struct sizetree_dir *d = sizetree_dir(t, dir);

	for (uint32_t i = 0; i < d->count; i++) {
		size_t n;
		const char *at = sizetree_name(t, dir, d->first + i, &n);

		if (n == len && memcmp(at, name, len) == 0)
			return d->first + i;
	}
	return TREE_NONE;
}

static int add_name(struct str *path, const char *name, size_t len)
{
	int r = path->len && path->buf[path->len - 1] == '/' ? 0 : str_addc(path, '/');

	return r < 0 ? r : str_add(path, name, len);
}

static uint32_t follow(const struct sizetree *t, uint32_t dir, size_t depth, uint32_t now,
		       struct str *path)
{
	while (depth--) {
		const struct sizetree_dir *d = sizetree_dir(t, above(t, dir, depth));
		size_t len;
		const char *name = sizetree_name(t, d->parent, d->entry, &len);
		uint32_t entry = find_entry(t, now, name, len);
		uint32_t sub = entry == TREE_NONE ? TREE_NONE : sizetree_subdir(t, entry);

		if (sub == TREE_NONE)
			break;
		if (add_name(path, name, len) < 0)
			break;
		now = sub;
	}
	return now;
}

/* What the user has set in the list that is about to be replaced. */
struct kept {
	struct str name, filter;
	enum match_kind kind;
	size_t cursor, line;
	bool top;
};

static void keep(const struct sizes *s, const struct list *l, struct kept *ret_kept)
{
	struct row row;

	*ret_kept = (struct kept){.kind = l->filter_kind, .cursor = l->cursor, .top = s->top};
	ret_kept->line = l->cursor - MIN(l->top, l->cursor);
	/* Without memory for them they are forgotten. */
	(void)str_add(&ret_kept->filter, l->filter.buf, l->filter.len);
	if (list_row(l, l->cursor, &row) && !row.parent)
		(void)str_add(&ret_kept->name, row.name, row.name_len);
}

static void kept_done(struct kept *k)
{
	str_done(&k->name);
	str_done(&k->filter);
}

/* Shows what has become of the directory, with the cursor on the same name, else in the same line.
 */
static void show_again(struct model *m, struct view *v, uint32_t dir, const char *path)
{
	CLEANUP(kept_done) struct kept k;
	struct list *l = &v->list;

	keep(v->sizes, l, &k);
	if (sizes_show(m, v, dir, path) < 0)
		return;
	if (k.filter.len)
		(void)list_set_filter(l, k.kind, k.filter.buf, k.filter.len, NULL);
	else
		(void)list_update(l);
	list_move_to(l, k.cursor);
	list_scroll(l, (long)l->cursor - (long)k.line - (long)l->top);
	v->sizes->top = k.top;
	if (k.name.len)
		v->sizes->aim = find_entry(v->sizes->tree, dir, k.name.buf, k.name.len);
}

/* What is shown has gone with a directory: the one that it was in is shown. */
static void gone(struct model *m, struct view *v, uint32_t dir)
{
	struct sizes *s = v->sizes;
	const struct sizetree_dir *d = sizetree_dir(s->tree, dir);

	model_notice(m, NOTICE_WARNING, m->now_ms, "%s is gone: it was removed or moved",
		     sizes_rows_path(s->rows));
	if (d->parent != TREE_NONE)
		(void)sizes_go(m, v, d->parent, d->entry);
	else
		sizes_lost(m, v, -ENOENT);
}

static void taken(struct model *m, struct view *v, uint32_t dir, uint32_t now)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	struct sizes *s = v->sizes;
	uint32_t shown = sizes_rows_dir(s->rows);
	size_t depth;

	if (!depth_below(s->tree, shown, dir, &depth)) {
		if (str_adds(&path, sizes_rows_path(s->rows)) == 0)
			show_again(m, v, shown, path.buf);
	} else if (now == TREE_NONE) {
		gone(m, v, dir);
	} else if (str_adds(&path, s->path) == 0 &&
		   sizes_add_path(s->tree, now, sizetree_root(s->tree), &path) == 0) {
		now = follow(s->tree, shown, depth, now, &path);
		show_again(m, v, now, path.buf);
	}
}

void sizes_taken(struct model *m, struct view *v, const struct fs_event *event)
{
	struct sizes *s = v->sizes;

	s->again = false;
	s->again_ms = m->now_ms + MAX(SIZES_REST_MS, (m->now_ms - s->again_ms) * 4);
	if (event->err == 0)
		taken(m, v, event->u.scan.dir, event->u.scan.now);
	found_renew(m, s);
}

void sizes_ready(struct model *m, struct view *v, const struct fs_event *event)
{
	struct sizes *s = v->sizes;

	int err = event->err;

	if (err == 0)
		err = request_ticket(m, REQ_SCAN_TAKE, s->ticket);
	if (err == 0)
		return;
	s->again = false;
	s->again_ms = m->now_ms + SIZES_REST_MS;
	if (err != -ECANCELED)
		notice_failed(m, "cannot scan again", sizes_rows_path(s->rows), err);
}
