/* SPDX-License-Identifier: MIT */
#include "model/trashed.h"

#include "base/alloc.h"
#include "model/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct trashed *model_trashed(const struct model *m)
{
	return m->ntabs ? model_view(m)->trashed : NULL;
}

/* ---- places ---- */

static void drop_places(struct trashed *t, size_t keep)
{
	while (t->nplaces > keep)
		free(t->places[--t->nplaces].path);
}

/* Takes the path in all cases. */
static int add_place(struct trashed *t, char *path, bool network)
{
	if (array_grow(&t->places, &t->places_cap, t->nplaces + 1, sizeof(*t->places)) < 0) {
		free(path);
		return -ENOMEM;
	}
	t->places[t->nplaces++] = (struct trashed_place){.path = path, .network = network};
	return 0;
}

static bool is_over(const struct trashed *t)
{
	bool over = t->table;

	for (size_t i = 0; i < t->nplaces; i++)
		over &= t->places[i].over;
	return over;
}

/* All but what a server has to tell. */
static bool local_over(const struct trashed *t)
{
	bool over = t->table;

	for (size_t i = 0; i < t->nplaces; i++)
		over &= t->places[i].over || t->places[i].network;
	return over;
}

static bool late(const struct trashed *t, int64_t now_ms)
{
	return !is_over(t) && now_ms >= t->word_ms + TRASHED_WAIT_MS;
}

const struct trashed_place *trashed_waiting(const struct trashed *t, int64_t now_ms,
					    size_t *ret_more)
{
	const struct trashed_place *found = NULL;
	size_t n = 0;

	*ret_more = 0;
	if (!late(t, now_ms))
		return NULL;
	for (size_t i = 0; i < t->nplaces; i++) {
		const struct trashed_place *p = &t->places[i];

		if (p->over)
			continue;
		n++;
		if (!found || (p->network && !found->network))
			found = p;
	}
	*ret_more = n ? n - 1 : 0;
	return found;
}

static void follow_loading(struct trashed *t, int64_t now_ms)
{
	trashed_rows_set_loading(t->rows, t->first && !local_over(t) && !late(t, now_ms));
}

/* ---- life ---- */

int trashed_new(struct model *m, struct trashed **ret_trashed)
{
	struct trashed *t = calloc(1, sizeof(*t));
	int r = t ? 0 : -ENOMEM;

	if (!t)
		return r;
	str_init(&t->problem);
	t->top = t->first = true;
	t->top_id = NAMES_NONE;
	t->rows = trashed_rows_new();
	if (!t->rows || add_place(t, NULL, false) < 0)
		r = -ENOMEM;
	if (r == 0) {
		trashed_rows_relative(t->rows, m->settings.time_relative);
		r = trashed_again(m, t);
	}
	if (r < 0) {
		trashed_free(m, t);
		return r;
	}
	*ret_trashed = t;
	return 0;
}

void trashed_free(struct model *m, struct trashed *t)
{
	if (!t)
		return;
	request_close(m, t->ticket);
	drop_places(t, 0);
	free(t->places);
	trashed_rows_free(t->rows);
	str_done(&t->problem);
	free(t);
}

int trashed_again(struct model *m, struct trashed *t)
{
	int r;

	request_close(m, t->ticket);
	t->ticket = ++m->next_ticket;
	r = request_ticket(m, REQ_TRASH, t->ticket);
	if (r < 0) {
		t->ticket = 0;
		return r;
	}
	drop_places(t, 1);
	t->places[0].over = t->table = t->changed = false;
	t->all = true;
	t->word_ms = m->now_ms;
	t->problems = 0;
	str_clear(&t->problem);
	trashed_rows_begin(t->rows);
	follow_loading(t, m->now_ms);
	return 0;
}

/* ---- events ---- */

static void add_problem(struct trashed *t, const char *where, const char *why, int err)
{
	if (t->problems++)
		return;
	str_addf(&t->problem, "%s: ", where ? where : "the home directory");
	if (why)
		str_adds(&t->problem, why);
	else
		reason_add(&t->problem, err);
}

static void mark_gone(void *ctx, struct file_id files, const char *name, size_t len)
{
	struct model *m = ctx;

	marks_set_gone(&m->marks, files, name, len, true);
}

static void event_places(struct trashed *t, struct fs_event *event)
{
	t->table = true;
	if (event->err)
		add_problem(t, "the mount table", NULL, event->err);
	for (uint32_t i = 0; i < event->u.trash_places.n; i++) {
		struct trash_place *p = &event->u.trash_places.at[i];
		char *path = p->path;

		p->path = NULL;
		if (add_place(t, path, p->network) < 0)
			add_problem(t, "the mount table", NULL, -ENOMEM);
	}
}

static void event_dir(struct trashed *t, struct fs_event *event)
{
	struct trash_told *told = &event->u.trash_dir;

	if (event->err)
		add_problem(t, told->top, told->why, event->err);
	else if (trashed_rows_dir(t->rows, told) < 0)
		add_problem(t, told->top, NULL, -ENOMEM);
}

static void tell_problems(struct model *m, struct trashed *t)
{
	if (!t->problems)
		return;
	if (t->problems > 1)
		str_addf(&t->problem, " (and %zu more)", t->problems - 1);
	model_notice(m, NOTICE_WARNING, "not all of the trash is shown: %s",
		     t->problem.buf ? t->problem.buf : "out of memory");
	t->problems = 0;
	str_clear(&t->problem);
}

static void event_over(struct model *m, struct trashed *t, const struct fs_event *event)
{
	const struct trashed_gone gone = {.gone = mark_gone, .ctx = m};
	uint32_t place = event->u.trash_over.place;

	if (place < t->nplaces)
		t->places[place].over = true;
	if (event->err)
		add_problem(t, place < t->nplaces ? t->places[place].path : NULL, NULL, event->err);
	if (!event->u.trash_over.unchanged)
		trashed_rows_told(t->rows, place, &gone);
	if (!is_over(t))
		return;
	if (t->all)
		trashed_rows_all_told(t->rows, &gone);
	t->all = t->first = false;
	tell_problems(m, t);
}

static struct view *view_of(struct model *m, uint64_t ticket)
{
	for (size_t i = 0; ticket && i < m->ntabs; i++) {
		struct tab *t = &m->tabs[i];

		for (size_t v = 1; v < t->nviews; v++)
			if (t->views[v].trashed && t->views[v].trashed->ticket == ticket)
				return &t->views[v];
	}
	return NULL;
}

static void event_changed(struct model *m, struct trashed *t)
{
	int64_t at = MAX(m->now_ms + TRASHED_SOON_MS, t->looked_ms + TRASHED_REST_MS);

	if (!t->changed)
		t->look_ms = at;
	t->changed = true;
}

bool trashed_event(struct model *m, struct fs_event *event)
{
	struct view *v = view_of(m, event->ticket);
	struct trashed *t = v ? v->trashed : NULL;

	if (!t)
		return false;
	switch (event->kind) {
	case FS_TRASH_PLACES:
		event_places(t, event);
		break;
	case FS_TRASH_DIR:
		event_dir(t, event);
		break;
	case FS_TRASH_ITEMS:
		if (trashed_rows_items(t->rows, event->u.trash_items.number,
				       event->u.trash_items.at, event->u.trash_items.n) < 0)
			add_problem(t, "the list", NULL, -ENOMEM);
		break;
	case FS_TRASH_OVER:
		event_over(m, t, event);
		break;
	case FS_TRASH_SIZES:
		trashed_rows_sizes(t->rows, event->u.trash_sizes.number, event->u.trash_sizes.at,
				   event->u.trash_sizes.n);
		break;
	case FS_CHANGED:
		event_changed(m, t);
		return true;
	default:
		return false;
	}
	t->word_ms = m->now_ms;
	follow_loading(t, m->now_ms);
	return true;
}

/* ---- time ---- */

/* Until somebody moves it the cursor is on the first row, whatever that is by now. */
void trashed_settle(struct view *v)
{
	struct trashed *t = v->trashed;
	struct list *l = &v->list;

	t->top = t->top && (l->cursor_id == t->top_id || t->top_id == NAMES_NONE);
	if (!t->top)
		return;
	list_move_to(l, 0);
	t->top_id = l->cursor_id;
	t->top = !is_over(t) || l->want_order || l->order_ticket;
}

static void look(struct model *m, struct trashed *t)
{
	if (request_ticket(m, REQ_TRASH_LOOK, t->ticket) < 0)
		return;
	t->changed = false;
	t->looked_ms = t->word_ms = m->now_ms;
	for (size_t i = 0; i < t->nplaces; i++)
		t->places[i].over &= t->places[i].network;
}

static void tick(struct model *m, struct trashed *t)
{
	bool was = rows_loading(trashed_rows_const(t->rows));

	if (t->changed && m->now_ms >= t->look_ms && local_over(t))
		look(m, t);
	trashed_rows_relative(t->rows, m->settings.time_relative);
	follow_loading(t, m->now_ms);
	/* Somebody is named now, or time goes on. */
	if (was != rows_loading(trashed_rows_const(t->rows)) || late(t, m->now_ms))
		m->rev++;
}

void trashed_tick(struct model *m)
{
	for (size_t i = 0; i < m->ntabs; i++)
		for (size_t v = 1; v < m->tabs[i].nviews; v++)
			if (m->tabs[i].views[v].trashed)
				tick(m, m->tabs[i].views[v].trashed);
}

static int64_t deadline_of(const struct trashed *t, int64_t now_ms)
{
	int64_t at = INT64_MAX;

	if (t->changed && local_over(t))
		at = t->look_ms;
	if (!is_over(t) && !late(t, now_ms))
		at = MIN(at, t->word_ms + TRASHED_WAIT_MS);
	return at;
}

int64_t trashed_deadline(const struct model *m)
{
	int64_t at = INT64_MAX;

	for (size_t i = 0; i < m->ntabs; i++)
		for (size_t v = 1; v < m->tabs[i].nviews; v++)
			if (m->tabs[i].views[v].trashed)
				at = MIN(at, deadline_of(m->tabs[i].views[v].trashed, m->now_ms));
	return at;
}

/* ---- for whoever acts ---- */

static size_t add_marked(const struct model *m, const struct trashed_rows *rows, uint32_t *ids,
			 size_t max)
{
	size_t n = 0;

	for (uint32_t i = 0; n < max && i < m->marks.n; i++) {
		const struct mark *mark = &m->marks.at[i];
		size_t len;
		const char *name = names_get(m->marks.names, i, &len);

		if (!mark->live)
			continue;
		ids[n] = trashed_rows_find(rows, m->marks.dirs[mark->dir].id, name, len);
		n += ids[n] != NAMES_NONE;
	}
	return n;
}

int model_trash_chosen(const struct model *m, uint32_t **ret_ids, size_t *ret_n)
{
	const struct trashed *t = model_trashed(m);
	const struct list *l = &model_view(m)->list;
	uint32_t *ids = malloc(MAX(m->marks.live, (size_t)1) * sizeof(*ids));
	size_t n = 0;

	if (!ids)
		return -ENOMEM;
	if (t)
		n = add_marked(m, t->rows, ids, m->marks.live);
	if (t && !n && list_id(l, l->cursor) != NAMES_NONE)
		ids[n++] = list_id(l, l->cursor);
	*ret_ids = ids;
	*ret_n = n;
	return 0;
}
