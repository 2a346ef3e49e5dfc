/* SPDX-License-Identifier: MIT
 *
 * Marking. What is marked and has no metadata yet is asked for, so that its size counts and its
 * identity is known.
 */
#include "model/inside.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The rows marked by one command that need metadata. */
struct fresh {
	uint32_t *ids;
	size_t n, cap;
};

static int note_fresh(struct fresh *f, const struct row *row, uint32_t id)
{
	if (row->meta || row->err)
		return 0;
	if (array_grow(&f->ids, &f->cap, f->n + 1, sizeof(*f->ids)) < 0)
		return -ENOMEM;
	f->ids[f->n++] = id;
	return 0;
}

static void ask_fresh(struct model *m, struct fresh *f)
{
	struct tab *t = model_tab_mut(m);
	struct request request = {.kind = REQ_STAT,
				  .ticket = listing_ticket(t->listing),
				  .names = listing_names(t->listing),
				  .ids = f->ids};

	if (f->n && model_view(m)->kind == VIEW_DIR)
		request.n = (uint32_t)listing_want(t->listing, f->ids, f->n, f->ids);
	*f = (struct fresh){0};
	if (request.n)
		(void)request_add(m, &request);
	else
		free(request.ids);
}

static int mark_row(struct model *m, size_t pos, bool on, struct fresh *f)
{
	const struct list *l = &model_view(m)->list;
	struct row row;
	int r;

	if (!list_row(l, pos, &row) || row.parent)
		return 0;
	r = marks_set(&m->marks, &row, on);
	return r == 0 && on ? note_fresh(f, &row, list_id(l, pos)) : r;
}

/* Whatever was marked before memory ran out stays marked, and is asked for. */
static int finish(struct model *m, struct fresh *f, int r)
{
	ask_fresh(m, f);
	marks_changed(m);
	model_settle(m);
	return r;
}

static bool is_marked(const struct model *m, size_t pos)
{
	struct row row;

	return list_row(&model_view(m)->list, pos, &row) && marks_has(&m->marks, &row);
}

/* In the list of all that is marked a row leaves when it is unmarked: the cursor is then on the
 * next. */
static int unmark_in_marked(struct model *m, size_t count)
{
	struct list *l = model_list(m);
	struct fresh none = {0};
	int r = 0;

	for (; r == 0 && count && list_len(l); count--) {
		r = mark_row(m, l->cursor, false, &none);
		marks_changed(m);
	}
	if (!m->marks.live)
		model_view_close(m);
	model_settle(m);
	return r;
}

int model_mark_toggle(struct model *m, size_t count)
{
	struct list *l = model_list(m);
	struct fresh fresh = {0};
	int r = 0;

	model_touch(m);
	if (model_view(m)->kind == VIEW_MARKED)
		return unmark_in_marked(m, count);
	for (size_t n = MIN(count, list_len(l)); r == 0 && n; n--) {
		size_t before = l->cursor;

		r = mark_row(m, before, !is_marked(m, before), &fresh);
		if (before + 1 < list_len(l))
			list_move_to(l, before + 1);
		if (l->cursor == before)
			break;
	}
	return finish(m, &fresh, r);
}

static int mark_each(struct model *m, size_t from, size_t end, bool invert)
{
	struct fresh fresh = {0};
	int r = 0;

	for (size_t pos = from; r == 0 && pos < end; pos++)
		r = mark_row(m, pos, !invert || !is_marked(m, pos), &fresh);
	return finish(m, &fresh, r);
}

int model_mark_all(struct model *m)
{
	model_touch(m);
	return mark_each(m, 0, list_len(model_list(m)), false);
}

int model_mark_invert(struct model *m)
{
	model_touch(m);
	/* All rows of that list are marked: inverting it is unmarking all. */
	if (model_view(m)->kind == VIEW_MARKED) {
		model_mark_none(m);
		return 0;
	}
	return mark_each(m, 0, list_len(model_list(m)), true);
}

void model_mark_none(struct model *m)
{
	model_touch(m);
	marks_clear(&m->marks);
	if (model_view(m)->kind == VIEW_MARKED)
		model_view_close(m);
	marks_changed(m);
	model_settle(m);
}

void model_range(struct model *m)
{
	struct list *l = model_list(m);

	model_touch(m);
	if (!l->ranging) {
		list_range_start(l);
		return;
	}
	if (mark_each(m, MIN(l->range_pos, l->cursor), MAX(l->range_pos, l->cursor) + 1, false) < 0)
		model_notice(m, NOTICE_ERROR, m->now_ms, "out of memory: not all was marked");
	list_range_end(l);
}

int model_mark_matching(struct model *m, enum match_kind kind, const char *pattern, bool on,
			size_t *ret_count, struct str *err)
{
	const struct list *l = model_list(m);
	struct fresh fresh = {0};
	struct matcher *matcher;
	size_t count = 0;
	int r = matcher_new(kind, pattern, strlen(pattern), err, &matcher);

	model_touch(m);
	if (r < 0)
		return r;
	/* From the end: unmarking takes rows out of the list of all that is marked only afterwards.
	 */
	for (size_t pos = list_len(l); r == 0 && pos-- > 0;) {
		struct row row;

		if (!list_row(l, pos, &row) || row.parent || marks_has(&m->marks, &row) == on ||
		    matcher_test(matcher, row.name, row.name_len, NULL) <= 0)
			continue;
		r = mark_row(m, pos, on, &fresh);
		count += r == 0;
	}
	matcher_unref(matcher);
	r = finish(m, &fresh, r);
	if (ret_count)
		*ret_count = count;
	return r;
}

bool model_escape(struct model *m)
{
	struct list *l = model_list(m);
	bool again = m->escape_armed && m->escape_rev == l->rev;

	model_touch(m);
	if (l->ranging) {
		list_range_end(l);
		return true;
	}
	if (l->filter.len)
		return model_filter(m, l->filter_kind, "", NULL) == 0;
	if (!m->marks.live)
		return false;
	if (again) {
		model_mark_none(m);
		model_notice_clear(m);
		return true;
	}
	m->escape_armed = true;
	m->escape_rev = l->rev;
	model_notice(m, NOTICE_INFO, m->now_ms, "Esc again drops all %zu marks", m->marks.live);
	return true;
}
