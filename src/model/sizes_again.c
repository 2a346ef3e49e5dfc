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

/* More of the tree is what was replaced than what there is: it is made anew. */
#define DEAD_MIN 65536u
static bool is_worn(const struct sizetree *t)
{
	uint32_t dead = atomic_load(&t->ndead), all = atomic_load(&t->nentries);

	return dead > DEAD_MIN && dead > all / 2;
}

static int scan_anew(struct model *m, struct sizes *s)
{
	int r = request_path(m, REQ_SCAN, m->next_ticket + 1, s->path);

	if (r == 0)
		s->fresh = ++m->next_ticket;
	return r;
}

int sizes_scan_again(struct model *m, struct sizes *s, bool deep)
{
	struct request request = {.kind = REQ_SCAN_AGAIN, .ticket = s->ticket, .urgent = deep};
	int r;

	request.id = sizes_rows_dir(s->coming ? s->coming : s->rows);
	r = is_worn(s->tree) ? scan_anew(m, s) : request_add(m, &request);
	s->changed &= r < 0;
	s->again = r == 0;
	s->again_ms = m->now_ms;
	s->round = (struct scan_progress){0};
	s->look_ms = m->now_ms + SIZES_LOOK_MS;
	return r;
}

int model_sizes_again(struct model *m)
{
	struct sizes *s = model_view_mut(m)->sizes;

	model_touch(m);
	if (!s || !s->tree || s->phase == SIZES_FAILED)
		return 0;
	if (sizes_busy(s)) {
		model_notice(m, NOTICE_INFO, "it is being scanned; Esc stops that");
		return 0;
	}
	return sizes_scan_again(m, s, true);
}

/* ---- where a directory lies now ---- */

/* The entry of this name; TREE_NONE. */
static uint32_t find_entry(const struct sizetree *t, uint32_t dir, const char *name, size_t len)
{
	const struct sizetree_dir *d = sizetree_dir(t, dir);

	if (sizetree_dir_state(t, dir) < TREE_READ)
		return TREE_NONE;
	for (uint32_t i = 0; i < d->count; i++) {
		size_t n;
		const char *at = sizetree_name(t, dir, d->first + i, &n);

		if (n == len && memcmp(at, name, len) == 0)
			return d->first + i;
	}
	return TREE_NONE;
}

uint32_t sizes_locate(const struct sizes *s, const char *path, char **ret_path)
{
	uint32_t dir = sizetree_root(s->tree), entry, sub;
	const char *at = path + strlen(s->path), *end = path + strlen(s->path);

	for (; *at; at = end + strcspn(end, "/")) {
		size_t len;

		at += strspn(at, "/");
		len = strcspn(at, "/");
		entry = len ? find_entry(s->tree, dir, at, len) : TREE_NONE;
		sub = entry == TREE_NONE || sizetree_meta(s->tree, entry) & TREE_GONE
			      ? TREE_NONE
			      : sizetree_subdir(s->tree, entry);
		if (sub == TREE_NONE)
			break;
		dir = sub;
		end = at + len;
	}
	if (ret_path)
		*ret_path = strndup(path, (size_t)(end - path));
	return dir;
}

/* ---- what is coming ---- */

void sizes_drop_coming(struct model *m, struct sizes *s)
{
	if (!s->coming)
		return;
	request_close_order(m, &s->coming_list);
	list_done(&s->coming_list);
	sizes_rows_free(s->coming);
	s->coming = NULL;
}

void sizes_show_coming(struct model *m, struct view *v)
{
	struct sizes *s = v->sizes;
	struct sizes_rows *rows = s->coming;
	struct list list = s->coming_list;

	s->coming = NULL;
	list_carry(&list, &v->list);
	sizes_replace(m, v, rows, &list);
	/* Who never moved it is on the first row, whichever that is. */
	s->top_id = s->top ? v->list.cursor_id : s->top_id;
	sizes_watch(m, s);
}

/* All there is by now, whichever round found it. */
static void note_entries(struct sizes *s)
{
	s->progress.entries = sizetree_dir_total(s->tree, sizetree_root(s->tree)).items + 1;
}

/* What is shown has other numbers now, or other sums: it comes anew, with cursor and filter. */
static void come_again(struct model *m, struct view *v)
{
	struct sizes *s = v->sizes;
	const char *was = sizes_rows_path(s->rows);
	char *path = NULL;
	uint32_t dir = sizes_locate(s, was, &path);

	if (path && strcmp(path, was) != 0) {
		model_notice(m, NOTICE_WARNING, "%s is gone: it was removed or moved", was);
		(void)sizes_show(m, v, dir, path);
	} else if (path) {
		sizes_drop_coming(m, s);
		if (sizes_make(m, v, dir, path, &s->coming, &s->coming_list) == 0)
			(void)list_keep_filter(&s->coming_list, &v->list);
		else
			s->coming = NULL;
	}
	free(path);
	found_renew(m, s);
}

void sizes_taken(struct model *m, struct view *v, const struct fs_event *event)
{
	struct sizes *s = v->sizes;
	int64_t took = m->now_ms - s->again_ms;

	s->again = false;
	s->again_ms = m->now_ms + MAX(SIZES_REST_MS, took * 4);
	/* Everything has gone. */
	if (!event->err && event->u.scan.now == TREE_NONE &&
	    sizetree_dir(s->tree, event->u.scan.dir)->parent == TREE_NONE) {
		model_notice(m, NOTICE_WARNING, "%s is gone: it was removed or moved", s->path);
		sizes_lost(m, v, -ENOENT);
		found_renew(m, s);
	} else {
		note_entries(s);
		come_again(m, v);
	}
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

/* ---- everything anew ---- */

static void end_fresh(struct model *m, struct sizes *s, int err)
{
	request_close(m, s->fresh);
	s->fresh = 0;
	s->fresh_tree = NULL;
	s->again = false;
	s->again_ms = m->now_ms + SIZES_REST_MS;
	if (err < 0 && err != -ECANCELED)
		notice_failed(m, "cannot scan again", s->path, err);
}

/* The entry of the directory that has the name the cursor is on; TREE_NONE. */
static uint32_t entry_of_cursor(const struct sizes *s, const struct list *l, uint32_t dir)
{
	struct row row;

	return list_row(l, l->cursor, &row) && !row.parent
		       ? find_entry(s->tree, dir, row.name, row.name_len)
		       : TREE_NONE;
}

/* Rows of the tree before must be gone when its ticket is closed: what is shown is shown at once.
 */
static void take_fresh(struct model *m, struct view *v, const struct fs_event *event)
{
	struct sizes *s = v->sizes;
	const struct sizetree *before = s->tree;
	struct sizes_rows *rows;
	struct list list;
	char *path = NULL;
	uint32_t dir, aim;

	s->tree = s->fresh_tree;
	dir = sizes_locate(s, sizes_rows_path(s->rows), &path);
	if (!path || sizes_make(m, v, dir, path, &rows, &list) < 0) {
		s->tree = before;
		free(path);
		end_fresh(m, s, -ENOMEM);
		return;
	}
	(void)list_keep_filter(&list, &v->list);
	(void)list_update(&list);
	sizes_drop_coming(m, s);
	list_carry(&list, &v->list);
	aim = entry_of_cursor(s, &v->list, dir);
	sizes_replace(m, v, rows, &list);
	/* What is large comes in slices. */
	s->aim = s->top ? TREE_NONE : aim;
	s->top_id = s->top ? v->list.cursor_id : s->top_id;
	request_close(m, s->watch);
	request_close(m, s->ticket);
	s->watch = 0;
	s->ticket = s->fresh;
	s->fresh = 0;
	s->fresh_tree = NULL;
	s->again = false;
	s->again_ms = m->now_ms + SIZES_REST_MS;
	s->progress = event->u.scan.progress;
	found_renew(m, s);
	free(path);
}

void sizes_fresh(struct model *m, struct view *v, const struct fs_event *event)
{
	if (event->kind == FS_SCAN_BEGUN && event->err == 0)
		v->sizes->fresh_tree = event->u.scan.tree;
	else if (event->kind == FS_SCAN_GOES)
		v->sizes->round = event->u.scan.progress;
	else if (event->kind == FS_SCAN_OVER && event->err == 0)
		take_fresh(m, v, event);
	else if (event->err)
		end_fresh(m, v->sizes, event->err);
}
