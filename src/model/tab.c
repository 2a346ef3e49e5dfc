/* SPDX-License-Identifier: MIT
 *
 * A tab: the directory shown, the one that is coming, and what happens when it does not.
 */
#include "model/inside.h"

#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RELOAD_FAILED_MS 10000
#define RELOAD_REST_MS   1000 /* a directory that changes all the time is not listed all the time */

void tab_init(struct tab *t)
{
	*t = (struct tab){
		.path = STR_INIT,
		.aim = {.id = NAMES_NONE, .cursor_id = NAMES_NONE},
		.coming_aim = {.id = NAMES_NONE, .cursor_id = NAMES_NONE},
		.asked_last = NAMES_NONE,
		.check_ms = INT64_MAX,
		.coming_list.filter = STR_INIT,
	};
	map_init(&t->selects);
}

static void drop_listing(struct model *m, struct listing *l)
{
	if (!l)
		return;
	request_close(m, listing_ticket(l));
	listing_bury(m, l);
}

void tab_cut_views(struct model *m, struct tab *t, size_t keep)
{
	while (t->nviews > keep) {
		struct list *l = &t->views[--t->nviews].list;

		request_close_order(m, l);
		list_done(l);
		view_free_source(m, &t->views[t->nviews]);
	}
}

void tab_drop_coming(struct model *m, struct tab *t)
{
	if (!t->coming)
		return;
	request_close_order(m, &t->coming_list);
	list_done(&t->coming_list);
	drop_listing(m, t->coming);
	t->coming = NULL;
	aim_done(&t->coming_aim);
}

void tab_done(struct model *m, struct tab *t)
{
	tab_drop_coming(m, t);
	tab_cut_views(m, t, 0);
	drop_listing(m, t->listing);
	aim_done(&t->aim);
	history_done(t);
	str_done(&t->path);
	free(t->from);
}

const char *tab_target(const struct tab *t)
{
	return t->coming && t->going != GO_RELOAD ? listing_path(t->coming) : t->path.buf;
}

/* A list for a directory of this tab: sorted as the one before it, or as the settings say. */
static int make_list(struct model *m, struct tab *t, struct listing *listing, struct list *ret_list)
{
	const struct settings *s = &m->settings;
	const struct list *old = t->nviews ? &t->views[0].list : NULL;
	bool parent = s->parent_row && strcmp(listing_path(listing), "/") != 0;
	int r = list_init(ret_list, listing_rows(listing), parent);

	if (r < 0) {
		list_done(ret_list);
		return r;
	}
	ret_list->sort =
		old ? old->sort : (struct sort_spec){s->sort, s->sort_reverse, s->dirs_first};
	ret_list->show_hidden = old ? old->show_hidden : s->show_hidden;
	ret_list->filter_kind = s->filter;
	ret_list->height = old ? old->height : 0;
	ret_list->inline_max = m->inline_max;
	ret_list->slice = m->slice;
	ret_list->margin = settings_margin(s);
	ret_list->wrap = s->wrap;
	return 0;
}

/* Room for the path, so that showing the place cannot fail. */
static int reserve_path(struct tab *t, const char *path)
{
	size_t len = t->path.len;
	int r = str_adds(&t->path, path);

	str_cut(&t->path, len);
	return r;
}

static int make_coming(struct model *m, struct tab *t, const char *path, const char *select)
{
	struct listing *l = listing_new(path, ++m->next_ticket);
	int r;

	if (!l)
		return -ENOMEM;
	r = reserve_path(t, path);
	if (r == 0)
		r = make_list(m, t, l, &t->coming_list);
	if (r < 0) {
		listing_free(l);
		return r;
	}
	t->coming = l;
	r = aim_set(&t->coming_aim, select);
	t->coming_aim.first = t->going != GO_RELOAD;
	if (r == 0 && t->going == GO_RELOAD)
		r = list_keep_filter(&t->coming_list, &t->views[0].list);
	if (r == 0)
		r = request_path(m, REQ_LIST, listing_ticket(l), path);
	if (r < 0)
		tab_drop_coming(m, t);
	return r;
}

int tab_open(struct model *m, struct tab *t, const char *path, enum go_kind kind, size_t steps,
	     const char *select)
{
	/* The path may be a part of what is dropped here. */
	char *copy = strdup(path), *aim = select ? strdup(select) : NULL;
	int r = -ENOMEM;

	if (!aim && copy && selects_recall(t, copy))
		aim = strdup(selects_recall(t, copy));
	if (copy && (aim || !select)) {
		tab_drop_coming(m, t);
		t->going = kind;
		t->steps = steps;
		t->entered = false;
		t->coming_ms = m->now_ms;
		r = make_coming(m, t, copy, aim);
	}
	if (r == 0 && !t->listing)
		tab_show_coming(m, t);
	free(copy);
	free(aim);
	return r;
}

static void remember_cursor(struct tab *t, char **ret_select)
{
	const struct list *l = &t->views[0].list;
	struct row row;

	*ret_select = NULL;
	if (!list_row(l, l->cursor, &row) || row.parent)
		return;
	*ret_select = strdup(row.name);
	selects_remember(t, t->path.buf, row.name, row.name_len);
}

static void leave(struct model *m, struct tab *t)
{
	char *select = NULL;

	if (t->going == GO_RELOAD) {
		list_carry(&t->coming_list, &t->views[0].list);
		request_close_order(m, &t->views[0].list);
		list_done(&t->views[0].list);
	} else {
		remember_cursor(t, &select);
		list_fit(&t->coming_list, t->views[0].list.height);
		history_note(t, t->going, t->steps, select);
		tab_cut_views(m, t, 0);
		free(t->from);
		t->from = strdup(t->path.buf);
	}
	free(select);
	drop_listing(m, t->listing);
}

void tab_show_coming(struct model *m, struct tab *t)
{
	struct listing *l = t->coming;

	if (t->listing)
		leave(m, t);
	t->listing = l;
	t->coming = NULL;
	t->views[0] = (struct view){.kind = VIEW_DIR, .list = t->coming_list};
	t->nviews = MAX(t->nviews, 1);
	t->coming_list = (struct list){.filter = STR_INIT};
	str_clear(&t->path);
	str_adds(&t->path, listing_path(l));
	aim_done(&t->aim);
	if (t->going != GO_RELOAD) {
		t->aim = t->coming_aim;
		t->coming_aim = (struct aim){.id = NAMES_NONE, .cursor_id = NAMES_NONE};
		t->aim.cursor_id = t->views[0].list.cursor_id;
	}
	aim_done(&t->coming_aim);
	t->unproven = !listing_dir(l);
	t->asked_last = NAMES_NONE;
	t->check_ms = INT64_MAX;
	t->reload_ms = m->now_ms + (t->going == GO_RELOAD ? RELOAD_REST_MS : 0);
	m->rev++;
}

/* From `path` upwards; the root that cannot be listed is shown as it is, empty with its reason. */
static void go_up(struct model *m, struct tab *t, const char *path)
{
	struct str parent = STR_INIT;

	if (strcmp(path, "/") == 0) {
		if (t->coming)
			tab_show_coming(m, t);
		t->unproven = false;
		return;
	}
	if (str_add(&parent, path, path_parent_len(path)) == 0)
		(void)tab_open(m, t, parent.buf, GO_NEAREST, 0, path_base(path));
	str_done(&parent);
}

void tab_gone(struct model *m, struct tab *t)
{
	const struct dir_info *dir = listing_dir(t->listing);

	tab_drop_coming(m, t);
	if (dir && marks_in(&m->marks, dir->meta.id))
		marks_set_dir_gone(&m->marks, dir->meta.id);
	model_notice(
		m, NOTICE_WARNING,
		"%s is gone: it was removed, moved or unmounted; this is the nearest that is left",
		t->path.buf);
	go_up(m, t, t->path.buf);
}

/* What the link under the cursor, which was entered, points to; NULL when it is none. */
static const char *entered_link(const struct tab *t, const char *path, struct row *ret_row)
{
	const struct list *l = &t->views[0].list;

	if (!t->entered || !list_row(l, l->cursor, ret_row) || ret_row->type != ENTRY_LINK ||
	    strcmp(ret_row->name, path_base(path)) != 0)
		return NULL;
	return ret_row->target;
}

static void say_failed(struct model *m, const struct tab *t, const char *path, int err)
{
	struct row row;
	const char *target = err == -ENOENT ? entered_link(t, path, &row) : NULL;

	if (target)
		model_notice(m, NOTICE_ERROR, "%s is a link that leads nowhere: %s does not exist",
			     row.name, target);
	else
		notice_failed(m,
			      t->going == GO_RELOAD ? "this may be out of date: cannot list again"
						    : "cannot open",
			      path, err);
}

static void coming_failed(struct model *m, struct tab *t, int err)
{
	struct str path = STR_INIT;

	str_adds(&path, listing_path(t->coming));
	if (t->going == GO_NEAREST) {
		go_up(m, t, path.buf);
	} else if (t->going == GO_RELOAD && (err == -ENOENT || err == -ENOTDIR)) {
		tab_gone(m, t);
	} else {
		if (t->entered && err == -ENOTDIR && path.len) {
			free(m->open_file);
			m->open_file = strdup(path.buf);
		} else {
			say_failed(m, t, path.buf, err);
		}
		/* What changed is still not known: it is tried again, but not all the time. */
		if (t->going == GO_RELOAD)
			t->reload_ms = m->now_ms + RELOAD_FAILED_MS;
		tab_drop_coming(m, t);
	}
	str_done(&path);
}

/* The place was shown before it answered: back to where one came from. */
static void unproven_failed(struct model *m, struct tab *t, int err)
{
	bool file = t->entered && err == -ENOTDIR && t->from;

	t->unproven = false;
	if (t->going == GO_NEAREST && !t->from) {
		go_up(m, t, t->path.buf);
		return;
	}
	if (file) {
		free(m->open_file);
		m->open_file = strdup(t->path.buf);
	} else {
		notice_failed(m, "cannot open", t->path.buf, err);
	}
	if (!t->from) {
		go_up(m, t, t->path.buf);
		return;
	}
	if (t->going == GO_PUSH)
		history_undo_push(t, t->from);
	(void)tab_open(m, t, t->from, GO_NEAREST, 0, path_base(t->path.buf));
	/* One return only: when that fails, too, the way is up. */
	free(t->from);
	t->from = NULL;
}

void tab_failed(struct model *m, struct tab *t, struct listing *l)
{
	int err = listing_err(l);

	if (l == t->coming)
		coming_failed(m, t, err);
	else if (t->unproven && !t->coming)
		unproven_failed(m, t, err);
}
