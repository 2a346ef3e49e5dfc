/* SPDX-License-Identifier: MIT
 *
 * Tabs, and the views on the stack of one.
 */
#include "model/inside.h"
#include "model/mounts_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int model_tab_new(struct model *m)
{
	const struct tab *from = model_tab(m);
	const struct list *l = &from->views[0].list;
	struct tab tab;
	struct row row;
	int r;

	model_touch(m);
	if (m->ntabs == TABS_MAX) {
		model_notice(m, NOTICE_INFO, "there are %d tabs already; T closes one", TABS_MAX);
		return 0;
	}
	tab_init(&tab);
	if (!list_row(l, l->cursor, &row) || row.parent)
		row.name = NULL;
	r = tab_open(m, &tab, from->path.buf, GO_PUSH, 0, row.name);
	if (r < 0) {
		tab_done(m, &tab);
		return r;
	}
	list_set_sort(&tab.views[0].list, &l->sort);
	list_set_hidden(&tab.views[0].list, l->show_hidden);
	list_fit(&tab.views[0].list, l->height);
	memmove(&m->tabs[m->tab + 2], &m->tabs[m->tab + 1],
		(m->ntabs - m->tab - 1) * sizeof(m->tabs[0]));
	m->tabs[++m->tab] = tab;
	m->ntabs++;
	model_settle(m);
	return 0;
}

void model_tab_close(struct model *m)
{
	size_t i = m->tab;

	model_touch(m);
	if (m->ntabs < 2)
		return;
	tab_done(m, &m->tabs[i]);
	memmove(&m->tabs[i], &m->tabs[i + 1], (m->ntabs - i - 1) * sizeof(m->tabs[0]));
	m->ntabs--;
	m->tab = MIN(i, m->ntabs - 1);
	model_settle(m);
}

void model_tab_select(struct model *m, size_t i)
{
	size_t height = model_list(m)->height;

	if (i >= m->ntabs)
		return;
	model_touch(m);
	m->tab = i;
	list_fit(model_list(m), height);
	model_settle(m);
}

void model_tab_next(struct model *m, int dir)
{
	model_tab_select(m, (m->tab + (dir < 0 ? m->ntabs - 1 : 1)) % m->ntabs);
}

void view_free_source(struct model *m, struct view *v)
{
	if (v->kind == VIEW_SIZES)
		sizes_free(m, v->sizes);
	found_rows_free(v->found);
	trashed_free(m, v->trashed);
	if (v->kind == VIEW_HISTORY)
		past_free(m, v->past);
	past_rows_free(v->steps);
	v->past = NULL;
	v->steps = NULL;
	v->sizes = NULL;
	v->found = NULL;
	v->trashed = NULL;
}

/* A view that is open already comes to the top again. */
static bool reopen(struct model *m, struct tab *t, enum view_kind kind)
{
	for (size_t i = 1; i < t->nviews; i++) {
		if (t->views[i].kind == kind) {
			tab_cut_views(m, t, i + 1);
			return true;
		}
	}
	return false;
}

/* -EBUSY has been told. */
static int told(int r)
{
	return r == -EBUSY ? 0 : r;
}

/* What comes first in a new one. */
static struct sort_spec first_sort(const struct view *v)
{
	if (v->sizes)
		return (struct sort_spec){SORT_SIZE, false, false};
	if (v->trashed || v->kind == VIEW_HISTORY)
		return (struct sort_spec){SORT_TIME, false, false};
	if (v->kind == VIEW_STEPS)
		return (struct sort_spec){SORT_TIME, true, false};
	return (struct sort_spec){SORT_NAME, false, true};
}

/* `made` has what the view has beside its list; that is taken when it succeeds. */
static int open_view(struct model *m, const struct view *made, const struct rows *rows)
{
	struct tab *t = model_tab_mut(m);
	struct view *v = &t->views[t->nviews];
	int r;

	model_touch(m);
	if (made->kind != VIEW_FOUND && reopen(m, t, made->kind))
		return 0;
	if (t->nviews == VIEWS_MAX) {
		model_notice(m, NOTICE_INFO, "too many lists are open; q closes one");
		return -EBUSY;
	}
	*v = *made;
	r = list_init(&v->list, rows, false);
	if (r < 0) {
		list_done(&v->list);
		return r;
	}
	v->list.inline_max = m->inline_max;
	v->list.slice = m->slice;
	v->list.filter_kind = m->settings.filter;
	v->list.margin = settings_margin(&m->settings);
	v->list.wrap = m->settings.wrap;
	v->list.sort = first_sort(v);
	/* Whoever marked a dot file, or asks for mounts, means to see it. */
	list_set_hidden(&v->list, true);
	list_fit(&v->list, t->views[t->nviews - 1].list.height);
	t->nviews++;
	model_settle(m);
	return 0;
}

int model_view_marked(struct model *m)
{
	if (!m->marks.live) {
		model_touch(m);
		model_notice(m, NOTICE_INFO, "nothing is marked; Space marks a row");
		return 0;
	}
	return told(open_view(m, &(struct view){.kind = VIEW_MARKED}, &m->marks.rows));
}

int model_view_mounts(struct model *m)
{
	int r = open_view(m, &(struct view){.kind = VIEW_MOUNTS}, mounts_rows_rows(m->mounts));

	return r < 0 ? told(r) : request_ticket(m, REQ_MOUNTS, 0);
}

int model_view_trash(struct model *m)
{
	struct tab *t = model_tab_mut(m);
	struct trashed *trashed;
	int r;

	model_touch(m);
	if (reopen(m, t, VIEW_TRASH)) {
		model_settle(m);
		return 0;
	}
	r = trashed_new(m, &trashed);
	if (r < 0)
		return r;
	r = open_view(m, &(struct view){.kind = VIEW_TRASH, .trashed = trashed},
		      trashed_rows_const(trashed->rows));
	if (r < 0)
		trashed_free(m, trashed);
	return told(r);
}

int model_view_history(struct model *m)
{
	struct past *past;
	int r;

	model_touch(m);
	if (reopen(m, model_tab_mut(m), VIEW_HISTORY)) {
		model_settle(m);
		return 0;
	}
	r = past_new(m, &past);
	if (r < 0)
		return r;
	r = open_view(m, &(struct view){.kind = VIEW_HISTORY, .past = past},
		      past_rows_const(past->rows));
	if (r < 0)
		past_free(m, past);
	return told(r);
}

bool past_enter(struct model *m, const struct view *v, uint32_t id)
{
	const struct past_action *a = past_rows_at(v->past->rows, id);
	struct past_rows *steps;
	int r;

	if (v->kind != VIEW_HISTORY || !a)
		return false;
	steps = past_rows_new(a->id);
	r = steps ? past_ask_steps(m, v->past, a->id) : -ENOMEM;
	if (r == 0)
		r = open_view(m,
			      &(struct view){.kind = VIEW_STEPS, .past = v->past, .steps = steps},
			      past_rows_const(steps));
	if (r < 0)
		past_rows_free(steps);
	return r == 0;
}

/* The view of sizes below what is shown; NULL: there is none. */
static struct view *sizes_below(struct tab *t)
{
	for (size_t i = t->nviews; i-- > 1;)
		if (t->views[i].kind == VIEW_SIZES)
			return &t->views[i];
	return NULL;
}

int model_view_sizes(struct model *m)
{
	struct tab *t = model_tab_mut(m);
	struct view *v = sizes_below(t);
	struct sizes *s;
	int r;

	if (v) {
		model_touch(m);
		tab_cut_views(m, t, (size_t)(v - t->views) + 1);
		model_notice(m, NOTICE_INFO, "these are the sizes; gR scans this directory again");
		model_settle(m);
		return 0;
	}
	r = sizes_new(m, t->path.buf, &s);
	if (r < 0)
		return r;
	r = open_view(m, &(struct view){.kind = VIEW_SIZES, .sizes = s}, sizes_rows_const(s->rows));
	if (r < 0)
		sizes_free(m, s);
	return told(r);
}

/* The directory that is shown, as it will be in a moment. */
static const struct sizes_rows *latest(const struct sizes *s)
{
	return s->coming ? s->coming : s->rows;
}

int model_view_found(struct model *m, size_t top, const char *only, size_t only_len)
{
	struct tab *t = model_tab_mut(m);
	struct view *v = sizes_below(t);
	struct sizes *s = v ? v->sizes : NULL;
	struct found_rows *f;
	int r;

	model_touch(m);
	if (!s || !s->tree)
		return 0;
	/* One question at a time; the files of an extension stand above the extensions. */
	if (!only)
		tab_cut_views(m, t, (size_t)(v - t->views) + 1);
	f = found_rows_new(s->tree, sizes_rows_dir(latest(s)), sizes_rows_path(latest(s)), &s->look,
			   top, only, only_len);
	if (!f)
		return -ENOMEM;
	(void)found_rows_work(f, m->slice);
	r = open_view(m, &(struct view){.kind = VIEW_FOUND, .sizes = s, .found = f},
		      found_rows_rows(f));
	if (r < 0)
		found_rows_free(f);
	else
		list_move_to(model_list(m), 0);
	return told(r);
}

/* In place of what was found before; what is found at once keeps the cursor. */
static void put_found(struct model *m, struct view *v, struct found_rows *f)
{
	CLEANUP(str_done) struct str name = STR_INIT;
	struct list *l = &v->list;
	size_t cursor = l->cursor;
	struct row row;

	if (list_row(l, cursor, &row))
		(void)str_add(&name, row.name, row.name_len);
	(void)found_rows_work(f, m->slice);
	list_reset(l);
	l->rows = found_rows_rows(f);
	found_rows_free(v->found);
	v->found = f;
	if (list_update(l) == 0 && !(name.len && list_move_to_name(l, name.buf, name.len)))
		list_move_to(l, cursor);
}

/* The tree is another, or there is more of it: what was found is looked for again, below what is
 * shown now. */
void found_renew(struct model *m, const struct sizes *s)
{
	for (size_t i = 0; i < m->ntabs * VIEWS_MAX; i++) {
		struct tab *t = &m->tabs[i / VIEWS_MAX];
		struct view *v = &t->views[i % VIEWS_MAX];
		struct found_rows *f;

		if (i % VIEWS_MAX >= t->nviews || v->kind != VIEW_FOUND || v->sizes != s)
			continue;
		f = found_rows_again(v->found, s->tree, sizes_rows_dir(latest(s)),
				     sizes_rows_path(latest(s)), &s->look);
		/* Its tree may be about to go. */
		if (!f) {
			notice_failed(m, "cannot show what was found below", s->path, -ENOMEM);
			tab_cut_views(m, t, i % VIEWS_MAX);
			continue;
		}
		if (m->search.rows == v->list.rows)
			search_stop(m);
		request_close_order(m, &v->list);
		put_found(m, v, f);
	}
}

bool found_enter(struct model *m, const struct view *v, uint32_t id)
{
	struct tab *t = model_tab_mut(m);
	size_t len;
	const char *ext = found_rows_ext(v->found, id, &len);
	uint32_t dir, entry;

	/* Nobody knows any more which those are. */
	if (ext && len == 1 && ext[0] == '/')
		return false;
	if (ext)
		return model_view_found(m, FOUND_LARGEST, ext, len) == 0;
	if (!found_rows_file(v->found, id, &dir, &entry))
		return false;
	while (model_view(m)->kind != VIEW_SIZES)
		tab_cut_views(m, t, t->nviews - 1);
	return sizes_go(m, model_view_mut(m), dir, entry) == 0;
}

bool model_view_close(struct model *m)
{
	struct tab *t = model_tab_mut(m);
	size_t height = model_list(m)->height;

	if (t->nviews < 2)
		return false;
	model_touch(m);
	tab_cut_views(m, t, t->nviews - 1);
	list_fit(model_list(m), height);
	model_settle(m);
	return true;
}

void marks_changed(struct model *m)
{
	bool anew = m->marks_epoch != m->marks.epoch;

	m->marks_epoch = m->marks.epoch;
	for (size_t i = 0; i < m->ntabs; i++) {
		struct tab *t = &m->tabs[i];

		for (size_t v = 1; v < t->nviews; v++) {
			struct list *l = &t->views[v].list;

			if (t->views[v].kind != VIEW_MARKED)
				continue;
			if (anew) {
				request_close_order(m, l);
				list_reset(l);
			}
			(void)list_update(l);
		}
	}
	m->rev++;
}
