/* SPDX-License-Identifier: MIT
 *
 * Moving about.
 */
#include "model/inside.h"

#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *model_path(const struct model *m)
{
	const struct sizes *s = model_sizes(m);

	return s ? sizes_rows_path(s->rows) : model_tab(m)->path.buf;
}

int model_cursor_path(const struct model *m, struct str *out)
{
	const struct list *l = &model_view(m)->list;
	const char *dir = model_path(m);
	struct str path = STR_INIT;
	const char *name;
	struct row row;
	size_t len;
	int r;

	if (!list_row(l, l->cursor, &row))
		return str_adds(out, dir);
	if (row.parent)
		return str_add(out, dir, path_parent_len(dir));
	if (row.nowhere)
		return str_adds(out, dir);
	if (!row.where)
		return str_add(out, row.name, row.name_len);
	name = row_lies(&row, &len);
	r = path_join(&path, row.where, name, len);
	if (r == 0)
		r = str_add(out, path.buf, path.len);
	str_done(&path);
	return r;
}

/* When one is there already only the cursor moves. */
static bool is_here(const struct tab *t, const char *path)
{
	return !t->coming && t->nviews == 1 && strcmp(t->path.buf, path) == 0 &&
	       listing_state(t->listing) != LISTING_FAILED &&
	       listing_state(t->listing) != LISTING_GONE;
}

int model_go(struct model *m, const char *path, const char *select)
{
	struct tab *t = model_tab_mut(m);
	int r = 0;

	model_touch(m);
	if (is_here(t, path)) {
		if (select)
			r = aim_set(&t->aim, select);
		if (r == 0)
			aim_follow(&t->aim, &t->views[0].list, t->listing);
		return r;
	}
	if (t->coming && t->going == GO_PUSH && strcmp(listing_path(t->coming), path) == 0)
		return select ? aim_set(&t->coming_aim, select) : 0;
	return tab_open(m, t, path, GO_PUSH, 0, select);
}

int model_browse(struct model *m, const char *path, const char *select)
{
	struct tab *t = model_tab_mut(m);
	size_t height = model_list(m)->height;

	tab_cut_views(m, t, 1);
	list_fit(&t->views[0].list, height);
	return model_go(m, path, select);
}

int model_parent(struct model *m)
{
	struct tab *t = model_tab_mut(m);
	struct str here = STR_INIT, parent = STR_INIT;
	int r;

	model_touch(m);
	if (model_view(m)->kind == VIEW_SIZES)
		return sizes_up(m, model_view_mut(m));
	if (model_view_close(m))
		return 0;
	r = str_adds(&here, tab_target(t));
	if (r == 0)
		r = str_add(&parent, here.buf, path_parent_len(here.buf));
	if (r == 0 && !str_eq(&parent, here.buf))
		r = tab_open(m, t, parent.buf, GO_PUSH, 0, path_base(here.buf));
	str_done(&here);
	str_done(&parent);
	return r;
}

const char *model_special(enum entry_type type)
{
	static const char *const words[] = {
		[ENTRY_FIFO] = "a named pipe",
		[ENTRY_SOCKET] = "a socket",
		[ENTRY_CHAR] = "a character device",
		[ENTRY_BLOCK] = "a block device",
	};

	return (size_t)type < ARRAY_LEN(words) ? words[type] : NULL;
}

enum enter_result model_enter(struct model *m)
{
	struct tab *t = model_tab_mut(m);
	const struct view *v = model_view(m);
	uint32_t id = list_id(&v->list, v->list.cursor);
	struct str path = STR_INIT;
	struct row row;
	int r;

	model_touch(m);
	if (!list_row(&v->list, v->list.cursor, &row))
		return ENTER_NOTHING;
	if (row.parent)
		return model_parent(m) == 0 ? ENTER_WENT : ENTER_NOTHING;
	if (v->kind == VIEW_SIZES && sizes_enter(m, model_view_mut(m), id))
		return ENTER_WENT;
	if (v->trashed && !row.meta) {
		model_notice(m, NOTICE_INFO, "of %.*s there is only information, not the thing",
			     (int)row.name_len, row.name);
		return ENTER_NOTHING;
	}
	if (v->past)
		return past_enter(m, v, id) ? ENTER_WENT : ENTER_NOTHING;
	if (v->kind == VIEW_FOUND)
		return found_enter(m, v, id) ? ENTER_WENT : ENTER_NOTHING;
	if (!v->list.rows->ops->enter(v->list.rows, id, &path)) {
		str_done(&path);
		if (!model_special(row.type))
			return ENTER_FILE;
		model_notice(m, NOTICE_INFO, "%.*s is %s: it is not opened", (int)row.name_len,
			     row.name, model_special(row.type));
		return ENTER_NOTHING;
	}
	r = model_go(m, path.buf, v->kind == VIEW_MARKED ? row.name : NULL);
	if (r == 0 && v->kind == VIEW_MARKED && strcmp(path.buf, t->path.buf) == 0)
		tab_cut_views(m, t, 1);
	t->entered = r == 0 && t->coming && v->kind == VIEW_DIR;
	str_done(&path);
	return r == 0 ? ENTER_WENT : ENTER_NOTHING;
}

char *model_take_open(struct model *m)
{
	char *path = m->open_file;

	m->open_file = NULL;
	return path;
}

int model_reload(struct model *m)
{
	struct tab *t = model_tab_mut(m);
	const struct view *v = model_view(m);

	model_touch(m);
	if (v->kind == VIEW_MOUNTS)
		return request_ticket(m, REQ_MOUNTS, 0);
	if (v->kind == VIEW_TRASH)
		return trashed_again(m, v->trashed);
	if (v->past)
		return past_again(m, v->past);
	if (t->coming || t->unproven)
		return 0;
	if (listing_state(t->listing) == LISTING_FAILED)
		return tab_open(m, t, t->path.buf, GO_NEAREST, 0, NULL);
	return tab_open(m, t, t->path.buf, GO_RELOAD, 0, NULL);
}

int model_go_home(struct model *m)
{
	model_touch(m);
	if (m->self.home)
		return model_go(m, m->self.home, NULL);
	m->home_wanted = !m->self.known;
	m->home_ms = m->now_ms;
	if (m->self.known)
		model_notice(m, NOTICE_WARNING, "your home directory is not known");
	return 0;
}

/* Only the newest question of this kind is of interest. */
static int ask_place(struct model *m, enum request_kind kind, const char *path)
{
	char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	request_close(m, m->placing.ticket);
	free(m->placing.what);
	m->placing.what = copy;
	m->placing.user = false;
	m->placing.asked_ms = m->now_ms;
	m->placing.ticket = ++m->next_ticket;
	return request_path(m, kind, m->placing.ticket, path);
}

int model_go_place(struct model *m, const char *text)
{
	bool home = text[0] == '~' && (!text[1] || text[1] == '/');
	struct str path = STR_INIT;
	int r;

	model_touch(m);
	if (home && !m->self.home)
		return model_go_home(m);
	r = path_resolve(&path, model_path(m), text, m->self.home);
	if (r == 0)
		r = ask_place(m, REQ_PLACE, path.buf);
	m->placing.user = text[0] == '~' && !home;
	str_done(&path);
	return r;
}

int model_go_link_target(struct model *m)
{
	const struct list *l = &model_view(m)->list;
	struct str path = STR_INIT;
	struct row row;
	int r;

	model_touch(m);
	if (!list_row(l, l->cursor, &row) || row.type != ENTRY_LINK) {
		model_notice(m, NOTICE_INFO, "the cursor is not on a symbolic link");
		return 0;
	}
	r = model_cursor_path(m, &path);
	if (r == 0)
		r = ask_place(m, REQ_LINK_TARGET, path.buf);
	str_done(&path);
	return r;
}

int model_go_repo_root(struct model *m)
{
	model_touch(m);
	return ask_place(m, REQ_REPO_ROOT, model_path(m));
}

/* Whoever names a hidden file wants to see it. */
static void reveal(struct model *m, struct tab *t, struct list *list, const char *name)
{
	if (list->show_hidden)
		return;
	list_set_hidden(list, true);
	if (list == &t->views[0].list)
		model_settle(m);
	model_notice(m, NOTICE_INFO,
		     "%s is hidden, so hidden names are shown now; . hides them again", name);
}

static void go_to_place(struct model *m, const char *path, const char *select)
{
	struct tab *t = model_tab_mut(m);
	bool hidden = select && select[0] == '.';

	if (hidden && is_here(t, path))
		reveal(m, t, &t->views[0].list, select);
	/* Nor does a filter stand in the way of what was named. */
	if (select && is_here(t, path) && t->views[0].list.filter.len)
		(void)model_filter(m, t->views[0].list.filter_kind, "", NULL);
	if (model_go(m, path, select) == 0 && hidden && t->coming)
		reveal(m, t, &t->coming_list, select);
}

void event_place(struct model *m, struct fs_event *event)
{
	if (!event->ticket || event->ticket != m->placing.ticket)
		return;
	m->placing.ticket = 0;
	if (event->err == -ENOENT && m->placing.user)
		model_notice(m, NOTICE_ERROR,
			     "cannot go to %s: it does not exist, and homes of other users are "
			     "not looked up: ~ alone is yours, theirs need their whole path",
			     m->placing.what);
	else if (event->err)
		notice_failed(m, "cannot go to", m->placing.what, event->err);
	else if (event->u.place.path)
		go_to_place(m, event->u.place.path, event->u.place.select);
}
