/* SPDX-License-Identifier: MIT
 *
 * The root: life, events, time.
 */
#include "model/model.h"

#include "model/inside.h"
#include "model/mounts_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_MS         2000 /* between polls of a directory that is not watched */
#define CHECK_NETWORK_MS 5000

int model_new(struct model **ret_model)
{
	struct model *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	settings_init(&m->settings);
	m->inline_max = LIST_INLINE;
	m->slice = LIST_SLICE;
	m->notice = (struct notice){.text = STR_INIT, .until_ms = INT64_MAX};
	str_init(&m->completion.dir);
	str_init(&m->completion.prefix);
	map_init(&m->owners[0]);
	map_init(&m->owners[1]);
	map_init(&m->owners_failed[0]);
	map_init(&m->owners_failed[1]);
	m->owners_ms = INT64_MAX;
	info_init(&m->info);
	m->mounts = mounts_rows_new();
	if (marks_init(&m->marks) < 0 || !m->mounts) {
		model_free(m);
		return -ENOMEM;
	}
	*ret_model = m;
	return 0;
}

static void free_owners(struct map *owners)
{
	size_t pos = 0;
	uintptr_t value;

	while (map_next(owners, &pos, NULL, NULL, &value))
		free((void *)value);
	map_done(owners);
}

static void completion_done(struct completion *c)
{
	for (uint32_t i = 0; i < c->n; i++)
		free(c->names[i]);
	free(c->names);
	str_done(&c->dir);
	str_done(&c->prefix);
}

static void self_done(struct self *s)
{
	free(s->user);
	free(s->host);
	free(s->home);
}

void model_free(struct model *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->ntabs; i++)
		tab_done(m, &m->tabs[i]);
	for (struct listing *l = m->graves, *next; l; l = next) {
		next = listing_next(l);
		listing_free(l);
	}
	marking_done(m);
	search_stop(m);
	info_done(&m->info);
	for (size_t i = m->next_request; i < m->nrequests; i++)
		request_done(&m->requests[i]);
	free(m->requests);
	marks_done(&m->marks);
	mounts_rows_free(m->mounts);
	self_done(&m->self);
	free_owners(&m->owners[0]);
	free_owners(&m->owners[1]);
	map_done(&m->owners_failed[0]);
	map_done(&m->owners_failed[1]);
	for (size_t i = 0; i < ARRAY_LEN(m->bookmarks); i++)
		free(m->bookmarks[i]);
	str_done(&m->notice.text);
	completion_done(&m->completion);
	matcher_unref(m->last_find);
	settings_done(&m->settings);
	free(m->placing.what);
	free(m->open_file);
	viewer_free(m->viewer);
	free(m);
}

int model_start(struct model *m, const char *path, const char *select)
{
	int r;

	tab_init(&m->tabs[0]);
	m->ntabs = 1;
	m->tab = 0;
	r = request_ticket(m, REQ_START, 0);
	if (r == 0)
		r = tab_open(m, &m->tabs[0], path, GO_PUSH, 0, select);
	if (r < 0) {
		tab_done(m, &m->tabs[0]);
		m->ntabs = 0;
		return r;
	}
	if (select && select[0] == '.')
		list_set_hidden(&m->tabs[0].views[0].list, true);
	model_settle(m);
	return 0;
}

struct tab *model_tab_mut(struct model *m)
{
	return &m->tabs[m->tab];
}

struct view *model_view_mut(struct model *m)
{
	struct tab *t = model_tab_mut(m);

	return &t->views[t->nviews - 1];
}

struct list *model_list(struct model *m)
{
	return &model_view_mut(m)->list;
}

void model_touch(struct model *m)
{
	m->rev++;
	m->escape_armed = false;
	m->home_wanted = false;
	/* Who gives commands means the row that the cursor is on. */
	if (m->ntabs && model_view(m)->sizes && model_view(m)->list.n)
		model_view_mut(m)->sizes->top = false;
	if (m->ntabs && model_view(m)->trashed && model_view(m)->list.n)
		model_view_mut(m)->trashed->top = false;
	if (m->ntabs && model_view(m)->kind == VIEW_HISTORY && model_view(m)->list.n)
		model_view_mut(m)->past->top = false;
}

/* ---- events ---- */

/* Metadata of marked rows, before the listing takes it; and which marks are gone. */
static void tell_marks(struct model *m, struct listing *l, const struct fs_event *event)
{
	const struct dir_info *dir = listing_dir(l);
	const struct rows *rows = listing_rows(l);

	if (!dir || !marks_in(&m->marks, dir->meta.id))
		return;
	for (uint32_t i = 0; i < event->u.stat.n; i++) {
		const struct stat_item *item = &event->u.stat.items[i];
		struct row row = {.where = listing_path(l), .where_id = dir->meta.id};

		if (item->name) {
			row.name = item->name;
			row.name_len = strlen(item->name);
		} else if (!rows->ops->row(rows, item->id, &row)) {
			continue;
		}
		marks_set_gone(&m->marks, row.where_id, row.name, row.name_len,
			       item->err == -ENOENT);
		row.meta = item->err ? NULL : &item->meta;
		marks_learn(&m->marks, &row);
	}
}

static void event_listing(struct model *m, struct tab *t, struct listing *l, struct fs_event *event)
{
	enum listing_state before = listing_state(l), after;

	if (event->kind == FS_STAT) {
		tell_marks(m, l, event);
		/* A request that failed as a whole answers for all its ids. */
		if (event->err && !event->u.stat.n)
			t->asked_last = NAMES_NONE;
	}
	if (listing_apply(l, event) < 0)
		model_notice(m, NOTICE_ERROR, "out of memory: %s is not complete", listing_path(l));
	after = listing_state(l);
	if (after == before)
		return;
	if (after == LISTING_FAILED)
		tab_failed(m, t, l);
	else if (after == LISTING_GONE && l == t->listing)
		tab_gone(m, t);
	else if (after == LISTING_GONE)
		tab_drop_coming(m, t);
	else if (after == LISTING_READY && listing_err(l))
		notice_failed(m, "this is not all of", listing_path(l), listing_err(l));
}

static void route_listing(struct model *m, struct fs_event *event)
{
	if (!event->ticket)
		return;
	for (size_t i = 0; i < m->ntabs; i++) {
		struct tab *t = &m->tabs[i];

		if (t->coming && listing_ticket(t->coming) == event->ticket) {
			event_listing(m, t, t->coming, event);
			return;
		}
		if (t->listing && listing_ticket(t->listing) == event->ticket) {
			event_listing(m, t, t->listing, event);
			return;
		}
	}
}

static void route_order(struct model *m, struct fs_event *event)
{
	for (size_t i = 0; i < m->ntabs; i++) {
		struct tab *t = &m->tabs[i];

		for (size_t v = 0; v < t->nviews; v++) {
			struct sizes *s = t->views[v].sizes;

			list_apply_order(&t->views[v].list, event->ticket, &event->u.order,
					 event->err);
			if (s && s->coming)
				list_apply_order(&s->coming_list, event->ticket, &event->u.order,
						 event->err);
		}
		if (t->coming)
			list_apply_order(&t->coming_list, event->ticket, &event->u.order,
					 event->err);
	}
}

static void event_self(struct model *m, struct fs_event *event)
{
	if (event->err)
		return;
	self_done(&m->self);
	m->self = (struct self){
		.user = event->u.self.user,
		.host = event->u.self.host,
		.home = event->u.self.home,
		.subject = event->u.self.subject,
		.known = true,
	};
	event->u.self.user = event->u.self.host = event->u.self.home = NULL;
	/* Asked for before it was known where that is, and nothing else since. */
	if (m->home_wanted)
		(void)model_go_home(m);
}

static void event_mounts(struct model *m, struct fs_event *event)
{
	if (event->err)
		notice_failed(m, "cannot read", "the mount table", event->err);
	else
		(void)mounts_rows_set(m->mounts, &event->u.mounts);
}

static void event_viewer(struct model *m, struct fs_event *event)
{
	(void)viewer_apply(m, event);
}

static void event_changed(struct model *m, struct fs_event *event)
{
	if (!viewer_apply(m, event) && !sizes_changed(m, event) && !trashed_event(m, event) &&
	    !past_event(m, event))
		route_listing(m, event);
}

static void event_trash(struct model *m, struct fs_event *event)
{
	(void)trashed_event(m, event);
}

static void event_past(struct model *m, struct fs_event *event)
{
	(void)past_event(m, event);
}

void model_apply(struct model *m, struct fs_event *event, int64_t now_ms)
{
	static void (*const route[])(struct model *, struct fs_event *) = {
		[FS_LIST_OPENED] = route_listing, [FS_LIST_PART] = route_listing,
		[FS_LIST_DONE] = route_listing,   [FS_STAT] = route_listing,
		[FS_CHANGED] = event_changed,     [FS_SPACE] = route_listing,
		[FS_ORDER] = route_order,         [FS_OWNER] = event_owner,
		[FS_SELF] = event_self,           [FS_MOUNTS] = event_mounts,
		[FS_PLACE] = event_place,         [FS_COMPLETE] = event_complete,
		[FS_VIEW_OPENED] = event_viewer,  [FS_VIEW_DATA] = event_viewer,
		[FS_VIEW_FOUND] = event_viewer,   [FS_VIEW_LINES] = event_viewer,
		[FS_VIEW_STATE] = event_viewer,   [FS_PREVIEW] = info_event,
		[FS_INFO] = info_event,           [FS_SCAN_BEGUN] = sizes_event,
		[FS_SCAN_GOES] = sizes_event,     [FS_SCAN_OVER] = sizes_event,
		[FS_SCAN_READY] = sizes_event,    [FS_SCAN_TAKEN] = sizes_event,
		[FS_TRASH_PLACES] = event_trash,  [FS_TRASH_DIR] = event_trash,
		[FS_TRASH_ITEMS] = event_trash,   [FS_TRASH_OVER] = event_trash,
		[FS_TRASH_SIZES] = event_trash,   [FS_PAST] = event_past,
		[FS_PAST_STEPS] = event_past,
	};

	m->now_ms = now_ms;
	if ((size_t)event->kind < ARRAY_LEN(route) && route[event->kind])
		route[event->kind](m, event);
	m->rev++;
	model_settle(m);
}

/* ---- time ---- */

static void check_unwatched(struct model *m, struct tab *t)
{
	const struct dir_info *dir = t->listing ? listing_dir(t->listing) : NULL;

	if (!dir || dir->watched || listing_state(t->listing) != LISTING_READY) {
		t->check_ms = INT64_MAX;
		return;
	}
	if (t->check_ms <= m->now_ms && !t->coming)
		(void)request_ticket(m, REQ_CHECK, listing_ticket(t->listing));
	if (t->check_ms <= m->now_ms || t->check_ms == INT64_MAX)
		t->check_ms = m->now_ms + (dir->network ? CHECK_NETWORK_MS : CHECK_MS);
}

void model_time(struct model *m, int64_t now_ms)
{
	m->now_ms = now_ms;
}

void model_tick(struct model *m, int64_t now_ms)
{
	m->now_ms = now_ms;
	if (m->notice.kind != NOTICE_NONE && m->notice.until_ms <= now_ms)
		model_notice_clear(m);
	owners_again(m);
	viewer_tick(m);
	sizes_tick(m);
	trashed_tick(m);
	past_tick(m);
	for (size_t i = 0; i < m->ntabs; i++) {
		struct tab *t = &m->tabs[i];

		if (t->coming && t->going != GO_RELOAD && now_ms >= t->coming_ms + SWITCH_MS)
			tab_show_coming(m, t);
		if (i == m->tab)
			check_unwatched(m, t);
	}
	if (m->ntabs)
		model_work(m);
	model_settle(m);
	info_tick(m);
}

static int64_t tab_deadline(const struct tab *t)
{
	int64_t at = INT64_MAX;

	if (t->coming && t->going != GO_RELOAD)
		at = MIN(at, t->coming_ms + SWITCH_MS);
	if (listing_stale(t->listing) && !t->coming)
		at = MIN(at, t->reload_ms);
	return at;
}

int64_t model_going_until(const struct model *m)
{
	const struct tab *t = model_tab(m);
	int64_t until = INT64_MIN;

	if (t->coming && t->going != GO_RELOAD)
		until = t->coming_ms + SWITCH_MS;
	if (m->home_wanted)
		until = MAX(until, m->home_ms + SWITCH_MS);
	if (m->placing.ticket)
		until = MAX(until, m->placing.asked_ms + SWITCH_MS);
	if (m->viewer && m->viewer->phase == VIEWER_OPENING)
		until = MAX(until, m->viewer->asked_ms + SWITCH_MS);
	return until;
}

int64_t model_deadline(const struct model *m)
{
	int64_t at = m->notice.kind == NOTICE_NONE ? INT64_MAX : m->notice.until_ms;
	const struct dir_info *dir;

	at = MIN(at, m->owners_ms);
	at = MIN(at, viewer_deadline(m));
	at = MIN(at, sizes_deadline(m));
	at = MIN(at, trashed_deadline(m));
	at = MIN(at, past_deadline(m));
	at = MIN(at, info_deadline(m));
	for (size_t i = 0; i < m->ntabs; i++)
		at = MIN(at, tab_deadline(&m->tabs[i]));
	if (!m->ntabs)
		return at;
	if (model_has_work(m))
		at = MIN(at, m->now_ms);
	dir = listing_dir(model_tab(m)->listing);
	if (dir && !dir->watched && listing_state(model_tab(m)->listing) == LISTING_READY)
		at = MIN(at,
			 model_tab(m)->check_ms == INT64_MAX ? m->now_ms : model_tab(m)->check_ms);
	return at;
}

void model_set_stall(struct model *m, uint64_t ticket, uint64_t ms)
{
	if (m->stall.ticket == ticket && m->stall.ms / 1000 == ms / 1000)
		return;
	m->stall.ticket = ticket;
	m->stall.ms = ms;
	m->rev++;
}
