/* SPDX-License-Identifier: MIT
 *
 * After anything that happened: orders are brought up to date, what is coming is shown when it is
 * ready, and what is missing on screen is asked for. Nothing here is asked for twice.
 */
#include "model/inside.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WANT_MAX 512 /* ids in one urgent request */

static void settle_list(struct model *m, struct list *l)
{
	struct request request = {.kind = REQ_ORDER};

	(void)list_update(l); /* without memory the old order stays */
	if (!l->want_order)
		return;
	request_close_order(m, l);
	request.ticket = m->next_ticket + 1;
	/* What is large goes on in model_tick(). */
	if (list_take_order_spec(l, request.ticket, &request.order) < 0)
		return;
	m->next_ticket++;
	if (request_add(m, &request) < 0) {
		l->order_ticket = 0;
		l->want_order = true;
	}
}

/* Orders by rank need the metadata of all. */
static void want_ranks(struct model *m, struct list *list, struct listing *l)
{
	struct request request = {.kind = REQ_STAT, .ticket = listing_ticket(l)};
	size_t n;

	if (!sort_needs_rank(list->sort.by) || !rows_sorts(list->rows, list->sort.by) ||
	    listing_state(l) != LISTING_READY || listing_complete(l))
		return;
	if (listing_want_all(l, &request.ids, &n) < 0)
		return;
	if (!n) {
		free(request.ids);
		return;
	}
	request.n = (uint32_t)n;
	request.names = listing_names(l);
	(void)request_add(m, &request);
}

static void want_changed(struct model *m, struct listing *l)
{
	struct request request = {.kind = REQ_STAT_NAMES, .ticket = listing_ticket(l)};

	request.n = (uint32_t)listing_take_changed(l, &request.strings);
	if (request.n)
		(void)request_add(m, &request);
}

static void want_visible(struct model *m, struct tab *t)
{
	const struct list *l = &t->views[0].list;
	uint32_t ids[WANT_MAX], wanted[WANT_MAX];
	size_t first = l->top > l->height ? l->top - l->height : 0;
	size_t end = MIN(l->top + 2 * l->height, list_len(l)), n = 0;
	struct request request = {.kind = REQ_STAT,
				  .ticket = listing_ticket(t->listing),
				  .names = listing_names(t->listing),
				  .urgent = true};

	/* One at a time: on a slow link what scrolled by is not waited for. */
	if (t->asked_last != NAMES_NONE && !listing_settled(t->listing, t->asked_last))
		return;
	t->asked_last = NAMES_NONE;
	/* The screen first, then the page below, then the one above. */
	for (size_t pos = l->top; pos < end && n < WANT_MAX; pos++)
		ids[n++] = list_id(l, pos);
	for (size_t pos = first; pos < l->top && n < WANT_MAX; pos++)
		ids[n++] = list_id(l, pos);
	n = listing_want(t->listing, ids, n, wanted);
	if (!n)
		return;
	request.ids = malloc(n * sizeof(*request.ids));
	if (!request.ids)
		return;
	memcpy(request.ids, wanted, n * sizeof(*wanted));
	request.n = (uint32_t)n;
	if (request_add(m, &request) == 0)
		t->asked_last = wanted[n - 1];
}

static void want_owners_of(struct model *m, const struct meta *meta)
{
	(void)model_owner(m, false, meta->uid, true);
	(void)model_owner(m, true, meta->gid, true);
}

static void want_owners(struct model *m)
{
	const struct dir_info *dir = listing_dir(model_tab(m)->listing);
	const struct list *l = &model_view(m)->list;
	struct row row;

	/* The row that leads out says what one may do here. */
	if (dir)
		want_owners_of(m, &dir->meta);
	for (size_t pos = l->top; pos < MIN(l->top + l->height, list_len(l)); pos++) {
		if (list_row(l, pos, &row) && row.meta)
			want_owners_of(m, row.meta);
	}
}

static bool coming_ready(const struct tab *t)
{
	enum listing_state state = listing_state(t->coming);

	if (t->going == GO_RELOAD)
		return state == LISTING_READY && !t->coming_list.want_order &&
		       !t->coming_list.order_ticket;
	return t->coming_list.n || state == LISTING_READY;
}

/* Marks whose names are no longer there are shown as gone. Not in very large directories: that
 * would take longer than a key may wait, and a plan looks again anyway. */
static void recheck_marks(struct model *m, struct listing *now)
{
	const struct dir_info *dir = listing_dir(now);
	struct marks *marks = &m->marks;

	if (!dir || !marks_in(marks, dir->meta.id) || marks_in(marks, dir->meta.id) > 64 ||
	    listing_alive(now) > 50000 || marks->n > 50000)
		return;
	for (size_t i = 0; i < marks->n; i++) {
		const struct mark_dir *d = &marks->dirs[marks->at[i].dir];
		const char *name;
		size_t len;

		if (!marks->at[i].live || d->id.ino != dir->meta.id.ino ||
		    d->id.dev != dir->meta.id.dev)
			continue;
		name = names_get(marks->names, (uint32_t)i, &len);
		marks_set_gone(marks, d->id, name, len,
			       names_find(listing_names(now), rows_count(listing_rows(now)), name,
					  len) == NAMES_NONE);
	}
}

static void settle_coming(struct model *m, struct tab *t)
{
	settle_list(m, &t->coming_list);
	aim_follow(&t->coming_aim, &t->coming_list, t->coming);
	if (!coming_ready(t))
		return;
	if (t->going == GO_RELOAD)
		recheck_marks(m, t->coming);
	tab_show_coming(m, t);
}

static void settle_tab(struct model *m, struct tab *t)
{
	if (t->coming)
		settle_coming(m, t);
	if (t->unproven && listing_dir(t->listing))
		t->unproven = false;
	for (size_t i = 0; i < t->nviews; i++) {
		struct view *v = &t->views[i];

		settle_list(m, &v->list);
		if (v->kind == VIEW_TRASH)
			trashed_settle(v);
		if (v->past)
			past_settle(v);
		if (v->kind != VIEW_SIZES)
			continue;
		if (v->sizes->coming)
			settle_list(m, &v->sizes->coming_list);
		sizes_settle(m, v);
	}
	aim_follow(&t->aim, &t->views[0].list, t->listing);
	want_ranks(m, &t->views[0].list, t->listing);
	want_changed(m, t->listing);
	if (listing_stale(t->listing) && !t->coming && m->now_ms >= t->reload_ms)
		(void)tab_open(m, t, t->path.buf, GO_RELOAD, 0, NULL);
}

void model_settle(struct model *m)
{
	if (!m->ntabs)
		return;
	if (m->marks_epoch != m->marks.epoch)
		marks_changed(m);
	for (size_t i = 0; i < m->ntabs; i++)
		settle_tab(m, &m->tabs[i]);
	if (model_view(m)->kind == VIEW_DIR)
		want_visible(m, model_tab_mut(m));
	want_owners(m);
}
