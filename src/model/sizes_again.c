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
	if (!s || !s->tree)
		return 0;
	if (sizes_busy(s)) {
		model_notice(m, NOTICE_INFO, m->now_ms, "it is being scanned; Esc stops that");
		return 0;
	}
	return sizes_scan_again(m, s, true);
}

/* Where a directory lies now: the names of all below `top` lead to it, in the one that has taken
 * its place. The nearest that is left. */
struct way {
	uint32_t *dirs;
	size_t n, cap;
};

static int way_to(const struct sizetree *t, uint32_t dir, uint32_t top, struct way *w)
{
	for (; dir != TREE_NONE; dir = sizetree_dir(t, dir)->parent) {
		if (array_grow(&w->dirs, &w->cap, w->n + 1, sizeof(*w->dirs)) < 0)
			return -ENOMEM;
		w->dirs[w->n++] = dir;
		if (dir == top)
			return 0;
	}
	return -ENOENT;
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

static uint32_t follow(const struct sizetree *t, const struct way *w, uint32_t now,
		       struct str *path)
{
	/* The last of them is what was replaced. */
	for (size_t i = w->n - 1; i-- > 0;) {
		const struct sizetree_dir *d = sizetree_dir(t, w->dirs[i]);
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

/* Shows what has become of the directory, with the cursor on the same name in the same line. */
static void show_again(struct model *m, struct view *v, uint32_t dir, const char *path)
{
	struct list *l = &v->list;
	size_t cursor = l->cursor, line = l->cursor - MIN(l->top, l->cursor);
	struct str name = STR_INIT;
	struct row row;
	uint32_t entry = TREE_NONE;
	bool on = list_row(l, l->cursor, &row) && !row.parent &&
		  str_add(&name, row.name, row.name_len) == 0;

	if (on)
		entry = find_entry(v->sizes->tree, dir, name.buf, name.len);
	str_done(&name);
	if (sizes_show(m, v, dir, path) < 0)
		return;
	(void)list_update(l);
	list_move_to(l, cursor);
	list_scroll(l, (long)l->cursor - (long)line - (long)l->top);
	v->sizes->aim = entry;
}

static void gone(struct model *m, struct view *v)
{
	struct sizes *s = v->sizes;

	if (sizes_rows_dir(s->rows) == sizetree_root(s->tree)) {
		notice_failed(m, "cannot scan again", s->path, -ENOENT);
		return;
	}
	model_notice(m, NOTICE_WARNING, m->now_ms, "%s is gone: it was removed or moved",
		     sizes_rows_path(s->rows));
	(void)sizes_up(m, v);
}

void sizes_taken(struct model *m, struct view *v, const struct fs_event *event)
{
	struct sizes *s = v->sizes;
	uint32_t shown = sizes_rows_dir(s->rows), dir = event->u.scan.dir, now = event->u.scan.now;
	struct str path = STR_INIT;
	struct way w = {0};

	s->again = false;
	s->again_ms = m->now_ms + MAX(SIZES_REST_MS, (m->now_ms - s->again_ms) * 4);
	if (way_to(s->tree, shown, dir, &w) == 0 && now == TREE_NONE) {
		gone(m, v);
	} else if (w.n && w.dirs[w.n - 1] == dir) {
		if (str_adds(&path, s->path) == 0 &&
		    sizes_add_path(s->tree, now, sizetree_root(s->tree), &path) == 0) {
			now = follow(s->tree, &w, now, &path);
			show_again(m, v, now, path.buf);
		}
	} else if (str_adds(&path, sizes_rows_path(s->rows)) == 0) {
		show_again(m, v, shown, path.buf);
	}
	free(w.dirs);
	str_done(&path);
	found_renew(m, s);
}

void sizes_ready(struct model *m, struct view *v, const struct fs_event *event)
{
	struct sizes *s = v->sizes;

	if (event->err == 0) {
		(void)request_ticket(m, REQ_SCAN_TAKE, s->ticket);
		return;
	}
	s->again = false;
	s->again_ms = m->now_ms + SIZES_REST_MS;
	if (event->err != -ECANCELED)
		notice_failed(m, "cannot scan again", sizes_rows_path(s->rows), event->err);
}
