/* SPDX-License-Identifier: MIT
 *
 * Marking. Every command becomes a job over the rows it was given for. What is marked and has no
 * metadata yet is asked for, so that its size counts and its identity is known.
 */
#include "model/inside.h"

#include "base/alloc.h"
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of LIST_SLICE rows: marking one costs as much as looking at sixteen. */
#define MARK_SLICE(m) MAX((m)->slice / 16, 1)

static void job_done(struct mark_job *j)
{
	names_unref(j->names);
	matcher_unref(j->matcher);
	free(j->ids);
	free(j->where);
	*j = (struct mark_job){0};
}

bool model_marking(const struct model *m)
{
	return m->marking.n > 0;
}

void marking_stop(struct model *m)
{
	struct marking *k = &m->marking;

	for (size_t i = k->next; i < k->n; i++)
		job_done(&k->jobs[i]);
	k->n = k->next = 0;
}

void marking_done(struct model *m)
{
	marking_stop(m);
	free(m->marking.jobs);
	m->marking = (struct marking){0};
}

/* The listing of the job's rows; NULL once it was left. */
static struct listing *listing_of(struct model *m, uint64_t ticket)
{
	for (size_t i = 0; ticket && i < m->ntabs; i++) {
		struct listing *l = m->tabs[i].listing;

		if (l && listing_ticket(l) == ticket)
			return l;
	}
	return NULL;
}

/* The rows of a view of sizes, or of the trash, that the job is over; NULL once they were left. */
static const struct rows *sizes_of(const struct model *m, const struct mark_job *j)
{
	const struct view *v = model_view(m);

	return (v->kind == VIEW_SIZES || v->kind == VIEW_TRASH) &&
			       v->list.rows->ops->names(v->list.rows) == j->names
		       ? v->list.rows
		       : NULL;
}

static bool job_row(const struct model *m, const struct mark_job *j, struct listing *l, uint32_t id,
		    struct row *ret_row)
{
	const struct rows *rows = l ? listing_rows(l) : &m->marks.rows, *sizes;

	if (l || !j->ticket)
		return rows->ops->row(rows, id, ret_row);
	/* As long as it is shown, its rows know more. */
	sizes = sizes_of(m, j);
	if (sizes)
		return sizes->ops->row(sizes, id, ret_row);
	/* Of the trash each lies somewhere else. */
	if (!j->where)
		return false;
	*ret_row = (struct row){.type = (enum entry_type)names_tag(j->names, id),
				.where = j->where,
				.where_id = j->where_id};
	ret_row->name = names_get(j->names, id, &ret_row->name_len);
	return true;
}

/* 1 when the mark of the row changed. */
static int mark_row(struct model *m, const struct mark_job *j, const struct row *row)
{
	bool is = marks_has(&m->marks, row), on = j->how == MARK_FLIP ? !is : j->how == MARK_ON;
	int r;

	if (!row->where || is == on ||
	    (j->matcher && matcher_test(j->matcher, row->name, row->name_len, NULL) <= 0))
		return 0;
	r = marks_set(&m->marks, row, on);
	return r < 0 ? r : 1;
}

/* The rows marked now whose metadata is to be asked for. */
struct fresh {
	uint32_t *ids;
	size_t n;
};

static void ask_fresh(struct model *m, struct listing *l, struct fresh *f)
{
	struct request request = {.kind = REQ_STAT, .ids = f->ids};

	if (l && f->n) {
		request.ticket = listing_ticket(l);
		request.names = listing_names(l);
		request.n = (uint32_t)listing_want(l, f->ids, f->n, f->ids);
	}
	if (request.n)
		(void)request_add(m, &request);
	else
		free(request.ids);
}

/* The next `max` rows. Whatever was marked before memory ran out stays marked, and is asked for. */
static int job_rows(struct model *m, struct mark_job *j, size_t max)
{
	size_t n = MIN(max, j->n - j->at);
	struct listing *l = listing_of(m, j->ticket);
	struct fresh fresh = {.ids = l ? malloc(MAX(n, 1) * sizeof(*fresh.ids)) : NULL};
	int r = l && !fresh.ids ? -ENOMEM : 0;

	/* A mark that is cleared with all others takes the list of them along. */
	for (; r >= 0 && n && (j->ticket || j->epoch == m->marks.epoch); n--) {
		uint32_t id = j->ids[j->at++];
		struct row row;

		if (!job_row(m, j, l, id, &row))
			continue;
		r = mark_row(m, j, &row);
		if (r <= 0)
			continue;
		j->changed++;
		if (l && !row.meta && !row.err && marks_has(&m->marks, &row))
			fresh.ids[fresh.n++] = id;
	}
	ask_fresh(m, l, &fresh);
	if (!j->ticket && j->epoch != m->marks.epoch)
		j->at = j->n;
	return r < 0 ? r : 0;
}

static int job_slice(struct model *m, struct mark_job *j)
{
	size_t max = MARK_SLICE(m), left = j->n - j->at;
	int r = 0;

	/* With a pattern nobody knows how many there will be. */
	if (j->how != MARK_OFF)
		r = marks_reserve(&m->marks, j->matcher ? MIN(left, max) : left, m->slice);
	if (r == 0)
		r = job_rows(m, j, max);
	return r < 0 ? r : 0;
}

static void job_tell(struct model *m, const struct mark_job *j, int r)
{
	if (r < 0)
		model_notice(m, NOTICE_ERROR,
			     "out of memory: not all was marked; close tabs or unmark some");
	else if (j->tell)
		model_notice(m, NOTICE_INFO,
			     j->how == MARK_ON    ? "%zu marked"
			     : j->how == MARK_OFF ? "%zu unmarked"
						  : "%zu marked or unmarked",
			     j->changed);
}

bool marking_work(struct model *m)
{
	struct marking *k = &m->marking;
	struct mark_job *j;
	int r;

	if (!k->n)
		return false;
	j = &k->jobs[k->next];
	r = job_slice(m, j);
	if (r < 0 || j->at >= j->n) {
		job_tell(m, j, r);
		job_done(j);
		if (++k->next == k->n)
			k->n = k->next = 0;
	}
	marks_changed(m);
	if (!m->marks.live && model_view(m)->kind == VIEW_MARKED)
		model_view_close(m);
	return true;
}

/* What is small is done when the command returns. Takes the job in all cases. */
static int job_start(struct model *m, struct mark_job *j, size_t *ret_changed)
{
	struct marking *k = &m->marking;
	int r = 0;

	if (!k->n && j->n <= MARK_SLICE(m) && m->marks.n <= m->slice) {
		while (r == 0 && j->at < j->n)
			r = job_slice(m, j);
		*ret_changed = j->changed;
		job_done(j);
		marks_changed(m);
		if (!m->marks.live && model_view(m)->kind == VIEW_MARKED)
			model_view_close(m);
		model_settle(m);
		return r;
	}
	if (array_grow(&k->jobs, &k->cap, k->n + 1, sizeof(*k->jobs)) < 0) {
		job_done(j);
		return -ENOMEM;
	}
	j->tell = j->n > 1;
	k->jobs[k->n++] = *j;
	return 0;
}

/* Whether it is known where its rows lie. */
static bool can_mark(const struct view *v, const struct dir_info *dir)
{
	switch (v->kind) {
	case VIEW_DIR:
		return dir;
	case VIEW_MARKED:
	case VIEW_TRASH:
		return true;
	case VIEW_SIZES:
		return sizes_rows_where(v->sizes->rows);
	case VIEW_MOUNTS:
	case VIEW_HISTORY:
	case VIEW_STEPS:
	case VIEW_FOUND: /* mark_found(): each lies somewhere else */
		return false;
	}
	return false;
}

/* A job over the rows from position `from` to `end`; ".." is not among them. */
static int job_new(const struct model *m, enum mark_how how, size_t from, size_t end,
		   struct mark_job *ret_job)
{
	const struct view *v = model_view(m);
	const struct list *l = &v->list;
	const struct listing *listing = model_tab(m)->listing;
	const struct dir_info *dir = listing_dir(listing);
	struct mark_job j = {.how = how, .epoch = m->marks.epoch};

	from = MAX(from, (size_t)l->with_parent);
	end = MIN(end, list_len(l));
	if (from < end && can_mark(v, dir)) {
		j.n = end - from;
		j.ids = malloc(j.n * sizeof(*j.ids));
		j.names = names_ref(l->rows->ops->names(l->rows));
		if (v->kind == VIEW_DIR) {
			j.ticket = listing_ticket(listing);
			j.where = strdup(listing_path(listing));
			j.where_id = dir->meta.id;
		} else if (v->kind == VIEW_SIZES) {
			j.ticket = v->sizes->ticket;
			j.where = strdup(sizes_rows_path(v->sizes->rows));
			j.where_id = *sizes_rows_where(v->sizes->rows);
		} else if (v->kind == VIEW_TRASH) {
			j.ticket = v->trashed->ticket;
		}
		if (!j.ids || (j.ticket && !j.where && v->kind != VIEW_TRASH)) {
			job_done(&j);
			return -ENOMEM;
		}
		memcpy(j.ids, l->order + (from - l->with_parent), j.n * sizeof(*j.ids));
	}
	*ret_job = j;
	return 0;
}

/* Few rows that lie in many directories. */
static int mark_found(struct model *m, const struct mark_job *j, size_t from, size_t end,
		      size_t *ret_changed)
{
	const struct list *l = model_list(m);
	struct row row;
	int r = 0;

	*ret_changed = 0;
	for (size_t pos = from; r >= 0 && pos < MIN(end, list_len(l)); pos++) {
		if (list_row(l, pos, &row) && row.where_id.ino)
			r = mark_row(m, j, &row);
		*ret_changed += r > 0;
	}
	marks_changed(m);
	model_settle(m);
	return MIN(r, 0);
}

static int mark_span(struct model *m, enum mark_how how, size_t from, size_t end)
{
	struct mark_job j = {.how = how};
	size_t changed;
	int r;

	if (model_view(m)->kind == VIEW_FOUND)
		return mark_found(m, &j, from, end, &changed);
	r = job_new(m, how, from, end, &j);

	return r < 0 ? r : job_start(m, &j, &changed);
}

int model_mark_toggle(struct model *m, size_t count)
{
	struct list *l = model_list(m);
	size_t from = l->cursor, end = from + MIN(count, list_len(l) - MIN(from, list_len(l)));
	bool listed = model_view(m)->kind == VIEW_MARKED;

	model_touch(m);
	/* In the list of all that is marked a row leaves when it is unmarked: the cursor is then on
	 * the next. */
	if (!listed)
		list_move_to(l, end);
	return mark_span(m, listed ? MARK_OFF : MARK_FLIP, from, end);
}

int model_mark_all(struct model *m)
{
	model_touch(m);
	return mark_span(m, MARK_ON, 0, list_len(model_list(m)));
}

int model_mark_invert(struct model *m)
{
	model_touch(m);
	/* All rows of that list are marked: inverting it is unmarking all. */
	if (model_view(m)->kind == VIEW_MARKED) {
		model_mark_none(m);
		return 0;
	}
	return mark_span(m, MARK_FLIP, 0, list_len(model_list(m)));
}

void model_mark_none(struct model *m)
{
	model_touch(m);
	marking_stop(m);
	marks_clear(&m->marks);
	if (model_view(m)->kind == VIEW_MARKED)
		model_view_close(m);
	marks_changed(m);
	model_settle(m);
}

/* Marks are taken out one by one: the last one clears all, and ids begin anew. */
static int keep_left(struct marks *marks, bool (*left)(void *ctx, const char *path), void *ctx)
{
	CLEANUP(str_done) struct str path = STR_INIT;

	for (size_t i = 0; i < marks->n; i++) {
		struct row row;
		const char *name;
		size_t len;

		if (!marks->at[i].live || !marks->rows.ops->row(&marks->rows, (uint32_t)i, &row))
			continue;
		name = row_lies(&row, &len);
		str_clear(&path);
		if (path_join(&path, row.where, name, len))
			return -ENOMEM;
		if (!left(ctx, path.buf) && marks_set(marks, &row, false))
			return -ENOMEM;
	}
	return 0;
}

int model_mark_left(struct model *m, bool (*left)(void *ctx, const char *path), void *ctx)
{
	int r = keep_left(&m->marks, left, ctx);

	if (!m->marks.live && model_view(m)->kind == VIEW_MARKED)
		model_view_close(m);
	marks_changed(m);
	model_settle(m);
	return r;
}

void model_range(struct model *m)
{
	struct list *l = model_list(m);
	int r;

	model_touch(m);
	if (!l->ranging) {
		list_range_start(l);
		return;
	}
	r = mark_span(m, MARK_ON, MIN(l->range_pos, l->cursor), MAX(l->range_pos, l->cursor) + 1);
	if (r < 0)
		model_notice(m, NOTICE_ERROR, "out of memory: not all was marked");
	list_range_end(l);
}

int model_mark_matching(struct model *m, enum match_kind kind, const char *pattern, bool on,
			size_t *ret_count, struct str *err)
{
	struct matcher *matcher;
	struct mark_job j;
	size_t changed = 0;
	int r = matcher_new(kind, pattern, strlen(pattern), err, &matcher);

	model_touch(m);
	if (r < 0)
		return r;
	if (model_view(m)->kind == VIEW_FOUND) {
		j = (struct mark_job){.how = on ? MARK_ON : MARK_OFF, .matcher = matcher};
		r = mark_found(m, &j, 0, list_len(model_list(m)), ret_count ? ret_count : &changed);
		matcher_unref(matcher);
		return r;
	}
	r = job_new(m, on ? MARK_ON : MARK_OFF, 0, list_len(model_list(m)), &j);
	if (r < 0) {
		matcher_unref(matcher);
		return r;
	}
	j.matcher = matcher;
	r = job_start(m, &j, &changed);
	if (ret_count)
		*ret_count = changed;
	return r;
}

bool model_escape(struct model *m)
{
	struct list *l = model_list(m);
	bool again = m->escape_armed && m->escape_rev == l->rev;

	model_touch(m);
	if (model_marking(m)) {
		marking_stop(m);
		model_notice(m, NOTICE_INFO, "stopped: %zu are marked", m->marks.live);
		return true;
	}
	if (m->search.on) {
		search_stop(m);
		return true;
	}
	if (l->ranging) {
		list_range_end(l);
		return true;
	}
	if (l->filter.len)
		return model_filter(m, l->filter_kind, "", NULL) == 0;
	if (sizes_stop(m, model_view_mut(m)))
		return true;
	if (!m->marks.live)
		return false;
	if (again) {
		model_mark_none(m);
		model_notice_clear(m);
		return true;
	}
	m->escape_armed = true;
	m->escape_rev = l->rev;
	model_notice(m, NOTICE_INFO, "Esc again drops all %zu marks", m->marks.live);
	return true;
}
