/* SPDX-License-Identifier: MIT */
#include "model/sizes.h"

#include "base/alloc.h"

#include "base/path.h"
#include "model/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct sizes *model_sizes(const struct model *m)
{
	return m->ntabs ? model_view(m)->sizes : NULL;
}

bool sizes_busy(const struct sizes *s)
{
	return s->phase == SIZES_ASKED || s->phase == SIZES_SCANNING || s->again;
}

struct sizetree_total sizes_total(const struct sizes *s)
{
	return sizes_rows_total(s->rows);
}

bool sizes_exact(const struct sizes *s)
{
	return s->phase == SIZES_OVER && !sizes_rows_total(s->rows).unread;
}

/* The view that has this scan, or whose directory is watched under this ticket. */
struct view *sizes_view_of(struct model *m, uint64_t ticket)
{
	for (size_t i = 0; ticket && i < m->ntabs; i++) {
		struct tab *t = &m->tabs[i];

		for (size_t v = 1; v < t->nviews; v++) {
			struct sizes *s = t->views[v].sizes;

			if (s && t->views[v].kind == VIEW_SIZES &&
			    (s->ticket == ticket || s->watch == ticket || s->fresh == ticket))
				return &t->views[v];
		}
	}
	return NULL;
}

/* ---- what is shown ---- */

static void work(struct model *m, struct sizes_rows *rows)
{
	bool had = sizes_rows_has_work(rows);

	(void)sizes_rows_work(rows, m->slice);
	if (had && sizes_rows_err(rows) < 0)
		notice_failed(m, "not everything is shown of", sizes_rows_path(rows),
			      sizes_rows_err(rows));
}

static void unwatch(struct model *m, struct sizes *s)
{
	request_close(m, s->watch);
	s->watch = 0;
	s->changed = false;
}

/* Only what is whole can be corrected. The same directory is watched on. */
void sizes_watch(struct model *m, struct sizes *s)
{
	const struct file_id *id = sizes_rows_where(s->rows);
	struct request request = {.kind = REQ_SCAN_WATCH, .ticket = m->next_ticket + 1};

	if (s->watch && id && id->ino == s->watched.ino && id->dev == s->watched.dev)
		return;
	unwatch(m, s);
	if (s->phase != SIZES_OVER || !id)
		return;
	request.view.file = s->ticket;
	request.id = sizes_rows_dir(s->rows);
	if (request_add(m, &request) < 0)
		return;
	s->watch = ++m->next_ticket;
	s->watched = *id;
}

/* It takes over what the one before it had. */
static int make_list(struct model *m, const struct list *old, struct sizes_rows *rows, bool top,
		     struct list *ret_list)
{
	int r = list_init(ret_list, sizes_rows_rows(rows), !top && m->settings.parent_row);

	if (r < 0) {
		list_done(ret_list);
		return r;
	}
	ret_list->inline_max = m->inline_max;
	ret_list->slice = m->slice;
	ret_list->filter_kind = m->settings.filter;
	ret_list->margin = settings_margin(&m->settings);
	ret_list->wrap = m->settings.wrap;
	ret_list->sort = old->sort;
	ret_list->height = old->height;
	list_set_hidden(ret_list, old->show_hidden);
	return 0;
}

int sizes_make(struct model *m, const struct view *v, uint32_t dir, const char *path,
	       struct sizes_rows **ret_rows, struct list *ret_list)
{
	struct sizes *s = v->sizes;
	struct sizes_rows *rows = sizes_rows_new(s->tree, dir, path, &s->look);
	int r = rows ? 0 : -ENOMEM;

	if (r == 0)
		r = make_list(m, &v->list, rows, !s->tree || dir == sizetree_root(s->tree),
			      ret_list);
	if (r < 0) {
		sizes_rows_free(rows);
		return r;
	}
	work(m, rows);
	*ret_rows = rows;
	return 0;
}

void sizes_replace(struct model *m, struct view *v, struct sizes_rows *rows, struct list *list)
{
	struct sizes *s = v->sizes;

	if (m->search.rows == v->list.rows)
		search_stop(m);
	request_close_order(m, &v->list);
	list_done(&v->list);
	sizes_rows_free(s->rows);
	v->list = *list;
	s->rows = rows;
	s->aim = TREE_NONE;
	m->rev++;
}

int sizes_show(struct model *m, struct view *v, uint32_t dir, const char *path)
{
	struct sizes *s = v->sizes;
	struct sizes_rows *rows;
	struct list list;
	int r = sizes_make(m, v, dir, path, &rows, &list);

	if (r < 0)
		return r;
	sizes_drop_coming(m, s);
	sizes_replace(m, v, rows, &list);
	s->top = true;
	s->top_id = v->list.cursor_id;
	sizes_watch(m, s);
	return 0;
}

int sizes_new(struct model *m, const char *path, struct sizes **ret_sizes)
{
	struct sizes *s = calloc(1, sizeof(*s));
	int r = s ? 0 : -ENOMEM;

	if (!s)
		return r;
	s->ticket = ++m->next_ticket;
	s->look = (struct sizes_look){.bars = true, .percents = true};
	s->look.apparent = m->settings.sizes_apparent;
	s->aim = TREE_NONE;
	s->began_ms = m->now_ms;
	s->look_ms = m->now_ms + SIZES_FIRST_MS;
	s->path = strdup(path);
	s->rows = sizes_rows_new(NULL, TREE_NONE, path, &s->look);
	if (!s->path || !s->rows)
		r = -ENOMEM;
	if (r == 0)
		r = request_path(m, REQ_SCAN, s->ticket, path);
	if (r < 0) {
		s->ticket = 0;
		sizes_free(m, s);
		return r;
	}
	*ret_sizes = s;
	return 0;
}

void sizes_free(struct model *m, struct sizes *s)
{
	if (!s)
		return;
	sizes_drop_coming(m, s);
	request_close(m, s->watch);
	request_close(m, s->fresh);
	request_close(m, s->ticket);
	sizes_rows_free(s->rows);
	free(s->path);
	free(s);
}

/* ---- moving about ---- */

static const char *why_not_entered(enum sizes_sign sign)
{
	static const char *const why[SIZES_SIGNS] = {
		[SIZES_EXCLUDED] = "it is left out by a pattern",
		[SIZES_OTHER_FS] = "another file system begins there, and one was asked for",
		[SIZES_KERNEL] = "it is a file system of the kernel: nothing is stored there",
		[SIZES_ELSEWHERE] = "it is counted at another place",
	};

	return why[sign] ? why[sign] : "it was not read";
}

bool sizes_enter(struct model *m, struct view *v, uint32_t id)
{
	struct sizes *s = v->sizes;
	uint32_t dir = sizes_rows_subdir(s->rows, id);
	struct str path = STR_INIT;
	struct row row;

	if (!list_row(&v->list, v->list.cursor, &row))
		return true;
	if (row.type != ENTRY_DIR)
		return false;
	if (dir == TREE_NONE) {
		model_notice(m, NOTICE_INFO, "%.*s: %s", (int)row.name_len, row.name,
			     why_not_entered(sizes_rows_sign(s->rows, id)));
		return true;
	}
	if (path_join(&path, sizes_rows_path(s->rows), row.name, row.name_len) == 0)
		(void)sizes_show(m, v, s->coming ? sizes_locate(s, path.buf, NULL) : dir, path.buf);
	str_done(&path);
	model_settle(m);
	return true;
}

int sizes_go(struct model *m, struct view *v, uint32_t dir, uint32_t entry)
{
	struct sizes *s = v->sizes;
	struct str path = STR_INIT;
	int r = str_adds(&path, s->path);

	if (r == 0)
		r = sizes_add_path(s->tree, dir, sizetree_root(s->tree), &path);
	if (r == 0)
		r = sizes_show(m, v, dir, path.buf);
	if (r == 0)
		s->aim = entry;
	str_done(&path);
	model_settle(m);
	return r;
}

int sizes_up(struct model *m, struct view *v)
{
	struct sizes *s = v->sizes;
	uint32_t dir = sizes_rows_dir(s->rows);
	const struct sizetree_dir *d;

	if (!s->tree || sizetree_dir(s->tree, dir)->parent == TREE_NONE) {
		model_notice(m, NOTICE_INFO,
			     "the scan began here; q leaves it, and S above scans more");
		return 0;
	}
	d = sizetree_dir(s->tree, dir);
	return sizes_go(m, v, d->parent, d->entry);
}

/* Until somebody moves it the cursor is on the largest, whatever that is by now; then, and when the
 * scan is over, on its row. */
static void stay_on_top(struct sizes *s, struct list *l)
{
	s->top = s->top && (l->cursor_id == s->top_id || s->top_id == NAMES_NONE);
	if (!s->top)
		return;
	list_move_to(l, l->with_parent && list_len(l) > 1 ? 1 : 0);
	s->top_id = l->cursor_id;
	s->top =
		s->phase != SIZES_OVER || rows_loading(l->rows) || l->want_order || l->order_ticket;
}

/* What is set in the list that is shown holds for the one that takes its place. */
static void keep_up(struct view *v)
{
	struct list *to = &v->sizes->coming_list;
	const struct list *l = &v->list;

	list_set_sort(to, &l->sort);
	list_set_hidden(to, l->show_hidden);
	if (to->filter_kind != l->filter_kind || to->filter.len != l->filter.len ||
	    (l->filter.len && memcmp(to->filter.buf, l->filter.buf, l->filter.len) != 0))
		(void)list_set_filter(to, l->filter_kind, l->filter.buf, l->filter.len, NULL);
}

static bool coming_ready(const struct sizes *s)
{
	const struct list *l = &s->coming_list;

	return s->coming && !rows_loading(l->rows) && !l->want_order && !l->order_ticket &&
	       !sizes_rows_has_work(s->coming);
}

void sizes_settle(struct model *m, struct view *v)
{
	struct sizes *s = v->sizes;
	struct list *l = &v->list;

	if (s->coming)
		keep_up(v);
	if (coming_ready(s))
		sizes_show_coming(m, v);
	if (!s->watch && s->phase == SIZES_OVER)
		sizes_watch(m, s);
	if (s->aim == TREE_NONE) {
		stay_on_top(s, l);
		return;
	}
	if (rows_loading(l->rows) || l->want_order || l->order_ticket)
		return;
	s->top = !list_move_to_id(l, sizes_rows_id(s->rows, s->aim));
	s->aim = TREE_NONE;
}

/* ---- events ---- */

/* It has no tree, and none will come: nobody waits for rows. */
static void nothing(struct sizes *s, int err)
{
	s->phase = SIZES_FAILED;
	s->err = err;
	s->tree = NULL;
	s->look.over = true;
	sizes_rows_changed(s->rows);
}

void sizes_lost(struct model *m, struct view *v, int err)
{
	struct sizes *s = v->sizes;
	const struct sizetree *tree = s->tree;

	unwatch(m, s);
	nothing(s, err);
	/* What was found there and cannot be found anew has the tree, too: the scan stays open.
	 * Without memory what is shown stays there. */
	if (sizes_show(m, v, TREE_NONE, s->path) < 0)
		s->tree = tree;
}

static void begun(struct model *m, struct view *v, struct fs_event *event)
{
	struct sizes *s = v->sizes;

	if (event->err) {
		nothing(s, event->err);
		if (event->err == -ECANCELED)
			s->phase = SIZES_STOPPED;
		else
			notice_failed(m, "cannot scan", s->path, event->err);
		return;
	}
	/* It may have been stopped before. */
	if (s->phase == SIZES_ASKED)
		s->phase = SIZES_SCANNING;
	s->tree = event->u.scan.tree;
	if (sizes_show(m, v, sizetree_root(s->tree), s->path) < 0) {
		nothing(s, -ENOMEM);
		notice_failed(m, "cannot show", s->path, -ENOMEM);
	}
}

static void over(struct model *m, struct view *v, struct fs_event *event)
{
	struct sizes *s = v->sizes;

	if (!s->tree)
		return;
	s->phase = event->err ? SIZES_STOPPED : SIZES_OVER;
	s->err = event->err;
	s->progress = event->u.scan.progress;
	/* One that was stopped may have come to its end all the same. */
	if (!s->look.over || !event->err)
		s->took_ms = m->now_ms - s->began_ms;
	s->look.over = true;
	sizes_rows_look(s->rows);
	work(m, s->rows);
	sizes_rows_changed(s->rows);
	sizes_watch(m, s);
	/* Who does not see the header is told. */
	if (m->settings.plain && !event->err)
		model_notice(m, NOTICE_INFO, "scanned %llu entries",
			     (unsigned long long)s->progress.entries);
	if (event->err && event->err != -ECANCELED)
		notice_failed(m, "not all was scanned below", s->path, event->err);
	found_renew(m, s);
}

void sizes_event(struct model *m, struct fs_event *event)
{
	struct view *v = sizes_view_of(m, event->ticket);

	if (!v)
		return;
	if (event->ticket == v->sizes->fresh) {
		sizes_fresh(m, v, event);
		return;
	}
	switch (event->kind) {
	case FS_SCAN_BEGUN:
		begun(m, v, event);
		break;
	case FS_SCAN_GOES:
		if (v->sizes->again)
			v->sizes->round = event->u.scan.progress;
		else
			v->sizes->progress = event->u.scan.progress;
		break;
	case FS_SCAN_OVER:
		over(m, v, event);
		break;
	case FS_SCAN_READY:
		sizes_ready(m, v, event);
		break;
	case FS_SCAN_TAKEN:
		sizes_taken(m, v, event);
		break;
	default:
		break;
	}
}

bool sizes_stop(struct model *m, struct view *v)
{
	struct sizes *s = v->sizes;

	if (!s || !sizes_busy(s))
		return false;
	(void)request_ticket(m, REQ_SCAN_STOP, s->fresh ? s->fresh : s->ticket);
	/* A thread that a dead server holds up may never say that it is over. */
	if (!s->again) {
		s->phase = SIZES_STOPPED;
		s->took_ms = m->now_ms - s->began_ms;
		s->look.over = true;
		sizes_rows_look(s->rows);
		sizes_rows_changed(s->rows);
	}
	return true;
}

/* ---- the look ---- */

static void restyle(struct model *m, struct sizes *s)
{
	model_touch(m);
	sizes_rows_restyle(s->rows);
	if (s->coming)
		sizes_rows_restyle(s->coming);
	model_settle(m);
}

void model_sizes_apparent(struct model *m)
{
	struct view *v = model_view_mut(m);
	struct sizes *s = v->sizes;

	if (!s)
		return;
	s->look.apparent = !s->look.apparent;
	v->list.dirty = s->coming_list.dirty = true;
	/* The largest are others. */
	found_renew(m, s);
	restyle(m, s);
}

void model_sizes_parts(struct model *m)
{
	struct sizes *s = model_view_mut(m)->sizes;

	if (!s)
		return;
	/* Both, bars, percents, and round again. */
	if (s->look.bars && s->look.percents)
		s->look.percents = false;
	else if (s->look.bars)
		s->look = (struct sizes_look){s->look.apparent, false, true, s->look.shared,
					      s->look.over};
	else
		s->look.bars = true;
	restyle(m, s);
}

void model_sizes_shared(struct model *m)
{
	struct sizes *s = model_view_mut(m)->sizes;

	if (!s)
		return;
	s->look.shared = !s->look.shared;
	restyle(m, s);
}

/* ---- time, slices ---- */

/* What nobody looks at is not looked at here either. */
static struct view *watched_view(const struct model *m)
{
	struct view *v = m->ntabs ? (struct view *)(uintptr_t)model_view(m) : NULL;

	return v && v->kind == VIEW_SIZES ? v : NULL;
}

static bool looks(const struct sizes *s)
{
	return s->phase == SIZES_ASKED || s->phase == SIZES_SCANNING || s->again;
}

/* What costs much on the wire is sent less often. */
static void set_rest(struct sizes *s)
{
	unsigned many = MAX(sizes_rows_moved(s->rows), sizes_rows_pending(s->rows)) / SIZES_MANY;

	s->rest = MIN(MAX(many, 1), SIZES_LOOK_MOST);
}

/* Not while a range is chosen: it is of rows that would be others. */
static bool due_again(const struct view *v)
{
	const struct sizes *s = v->sizes;

	return s->changed && s->phase == SIZES_OVER && !s->again && !s->coming && !v->list.ranging;
}

void sizes_tick(struct model *m)
{
	struct view *v = watched_view(m);
	struct sizes *s = v ? v->sizes : NULL;

	if (!s)
		return;
	if (looks(s) && m->now_ms >= s->look_ms) {
		s->look_ms = m->now_ms + SIZES_LOOK_MS;
		if (s->tree)
			(void)request_ticket(m, REQ_SCAN_LOOK, s->fresh ? s->fresh : s->ticket);
		/* A pass through very much may take longer than that. */
		if (!s->again && m->now_ms >= s->pass_ms && !sizes_rows_has_work(s->rows)) {
			sizes_rows_look(s->rows);
			set_rest(s);
			s->pass_ms = m->now_ms + s->rest * SIZES_LOOK_MS;
		}
	}
	if (due_again(v) && m->now_ms >= s->again_ms)
		(void)sizes_scan_again(m, s, false);
}

int64_t sizes_deadline(const struct model *m)
{
	const struct view *v = watched_view(m);
	const struct sizes *s = v ? v->sizes : NULL;

	if (!s)
		return INT64_MAX;
	if (due_again(v))
		return s->again_ms;
	return looks(s) ? s->look_ms : INT64_MAX;
}

bool sizes_work(struct model *m, struct view *v)
{
	if (!sizes_has_work(v))
		return false;
	if (sizes_rows_has_work(v->sizes->rows))
		work(m, v->sizes->rows);
	else if (v->sizes->coming && sizes_rows_has_work(v->sizes->coming))
		work(m, v->sizes->coming);
	else
		(void)list_work(&v->sizes->coming_list);
	m->rev++;
	return true;
}

bool sizes_has_work(const struct view *v)
{
	const struct sizes *s = v->kind == VIEW_SIZES ? v->sizes : NULL;

	return s &&
	       (sizes_rows_has_work(s->rows) ||
		(s->coming && (sizes_rows_has_work(s->coming) || list_has_work(&s->coming_list))));
}
