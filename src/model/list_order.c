/* SPDX-License-Identifier: MIT
 *
 * How the order of a list is made: at once for what is small, by a worker for what is large, and by
 * insertion when few rows of a large source changed.
 *
 * While a source loads, only its first inline_max rows are ordered: the whole is ordered once,
 * when it is there.
 */
#include "model/list.h"
#include "model/list_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHANGED_MAX 512 /* rows worth inserting one by one */

struct collate_order list_collation(const struct sort_spec *sort, bool ranked)
{
	struct collate_order order = {.how = COLLATE_NATURAL, .by_ext = sort->by == SORT_EXT};

	if (!sort_needs_rank(sort->by)) {
		order.reverse = sort->reverse;
		return order;
	}
	/* Large, new and many come first; owners and modes ascend. */
	order.primary_reverse = ranked && sort_descends(sort->by) != sort->reverse;
	return order;
}

static bool wants_rank(const struct list *l)
{
	return sort_needs_rank(l->sort.by) && !rows_loading(l->rows) &&
	       rows_sorts(l->rows, l->sort.by) && rows_complete(l->rows);
}

static bool by_score(const struct list *l)
{
	return l->matcher && l->filter_kind == MATCH_FUZZY;
}

static bool same_sort(const struct sort_spec *a, const struct sort_spec *b)
{
	return a->by == b->by && a->reverse == b->reverse && a->dirs_first == b->dirs_first;
}

/* What the sort comes to: without all ranks it is by name. */
static struct sort_spec effective(const struct sort_spec *sort, bool ranked)
{
	if (!sort_needs_rank(sort->by) || ranked)
		return *sort;
	return (struct sort_spec){.by = SORT_NAME, .dirs_first = sort->dirs_first};
}

/* True when the order that is shown is sorted as the sort asks for now. */
static bool sorted_so(const struct list *l)
{
	struct sort_spec now = effective(&l->sort, wants_rank(l));
	struct sort_spec shown = effective(&l->ordered_sort, l->ranked);

	return same_sort(&now, &shown);
}

/* True when the rows to show are certainly among those shown, in the same order. */
static bool narrows(const struct list *l)
{
	return l->matcher && !l->partial && l->ordered_rev == l->rows->rev && sorted_so(l) &&
	       l->show_hidden == l->ordered_hidden &&
	       (matcher_empty(l->ordered_matcher) ||
		matcher_narrows(l->matcher, l->ordered_matcher));
}

/* What the order that is about to be made was made from. */
static void note_asked(struct list *l, bool ranked, bool narrowed)
{
	matcher_unref(l->asked.matcher);
	l->asked.matcher = matcher_ref(l->matcher);
	l->asked.rev = l->rows->rev;
	l->asked.sort = l->sort;
	l->asked.hidden = l->show_hidden;
	l->asked.ranked = ranked;
	l->asked.narrowed = narrowed;
	l->asked.base_hidden = narrowed ? l->hidden : 0;
	l->asked.base_filtered = narrowed ? l->filtered : 0;
}

static void take_result(struct list *l, struct order_result *result)
{
	bool new_filter = l->asked.matcher != l->ordered_matcher && l->asked.matcher;

	l->hidden = l->asked.base_hidden + result->dotted;
	l->filtered = l->asked.base_filtered + result->filtered;
	matcher_unref(l->ordered_matcher);
	l->ordered_matcher = l->asked.matcher;
	l->asked.matcher = NULL;
	l->ordered_sort = l->asked.sort;
	l->ordered_hidden = l->asked.hidden;
	l->ordered_rev = l->asked.rev;
	l->ranked = l->asked.ranked;
	list_replace_order(l, result->ids, result->n, new_filter ? result->best : NAMES_NONE);
	result->ids = NULL;
	result->n = 0;
}

static int order_inline(struct list *l, uint32_t count, bool ranked, bool narrowed)
{
	struct order_result result = {.best = NAMES_NONE};
	int r = 0;

	list_drop_draft(l);
	if (!l->rows->ops->names(l->rows))
		count = 0;
	if (count)
		r = list_draft(l, count, ranked, narrowed, by_score(l));
	while (r == 0 && list_work(l))
		continue;
	if (r == 0 && count)
		r = order_run(&l->draft, NULL, &result);
	list_drop_draft(l);
	if (r < 0)
		return r;
	note_asked(l, ranked, count && narrowed);
	take_result(l, &result);
	return 0;
}

/* True when no row died since the last time. */
static bool none_died(const struct list *l)
{
	const struct rows_ops *ops = l->rows->ops;
	uint32_t ids[CHANGED_MAX];
	size_t n;

	if (l->purged_rev == l->rows->rev || (ops->holes && !ops->holes(l->rows)))
		return true;
	return ops->changed && ops->changed(l->rows, l->purged_rev, ids, CHANGED_MAX, &n) && !n;
}

/* Rows that died leave at once, also when the new order is still to come. */
static void purge(struct list *l)
{
	size_t n = 0, cursor = l->cursor;
	bool lost = false, none = none_died(l);

	l->purged_rev = l->rows->rev;
	if (none)
		return;
	for (size_t i = 0; i < l->n; i++) {
		bool live = rows_live(l->rows, l->order[i]);

		if (live)
			l->order[n++] = l->order[i];
		else if (i + l->with_parent < l->cursor)
			cursor--;
		else
			lost |= i + l->with_parent == l->cursor;
	}
	if (n == l->n)
		return;
	l->n = n;
	l->rev++;
	if (l->ranging)
		l->range_pos = MIN(list_pos_of(l, l->range_anchor), list_len(l));
	if (lost || cursor != l->cursor)
		list_cursor_set(l, cursor);
}

static int update_loading(struct list *l)
{
	uint32_t count = MIN(rows_count(l->rows), l->inline_max);
	bool full = l->partial && l->n + l->hidden + l->filtered >= l->inline_max;
	int r;

	if (full && !l->dirty) {
		purge(l);
		l->ordered_rev = l->rows->rev;
		return 0;
	}
	r = order_inline(l, count, false, false);
	if (r == 0) {
		l->partial = true;
		l->dirty = false;
	}
	return r;
}

static int update_scratch(struct list *l)
{
	bool narrowed = narrows(l), ranked = wants_rank(l);
	uint32_t count = rows_count(l->rows);
	int r;

	if (count > l->inline_max && !(narrowed && l->n <= l->inline_max)) {
		purge(l);
		list_drop_draft(l);
		l->want_order = true;
		l->dirty = false;
		return 0;
	}
	r = order_inline(l, count, ranked, narrowed);
	if (r == 0) {
		l->partial = l->dirty = l->want_order = false;
		l->order_ticket = 0;
	}
	return r;
}

static int update_changed(struct list *l)
{
	uint32_t ids[CHANGED_MAX];
	size_t n = 0;
	int r;

	if (!l->rows->ops->changed ||
	    !l->rows->ops->changed(l->rows, l->ordered_rev, ids, CHANGED_MAX, &n))
		return update_scratch(l);
	if (n && (rows_count(l->rows) <= l->inline_max || by_score(l)))
		return update_scratch(l);
	r = n ? list_merge(l, ids, n) : 0;
	if (r == 0)
		l->ordered_rev = l->rows->rev;
	return r;
}

int list_update(struct list *l)
{
	bool full;

	if (rows_loading(l->rows)) {
		if (!l->dirty && l->ordered_rev == l->rows->rev)
			return 0;
		return update_loading(l);
	}
	full = l->dirty || l->partial || l->ranked != wants_rank(l);
	if (!full && l->ordered_rev == l->rows->rev)
		return 0;
	if (l->want_order || l->order_ticket) {
		/* What is being made answers all that was asked, or another is made after it. */
		if (l->dirty)
			return update_scratch(l);
		purge(l);
		return 0;
	}
	return full ? update_scratch(l) : update_changed(l);
}

int list_take_order_spec(struct list *l, uint64_t ticket, struct order_spec *ret_spec)
{
	bool narrowed = narrows(l), ranked = wants_rank(l);
	uint32_t count = rows_count(l->rows);
	int r;

	if (!l->draft.names) {
		r = list_draft(l, count, ranked, narrowed, by_score(l));
		if (r < 0)
			return r;
		/* What changes while it is drafted is applied to the order when that has come. */
		note_asked(l, ranked, narrowed);
		if (l->draft.count - l->drafted <= l->slice)
			(void)list_work(l);
	}
	if (list_has_work(l))
		return -EAGAIN;
	*ret_spec = l->draft;
	l->draft = (struct order_spec){0};
	l->want_order = false;
	l->order_ticket = ticket;
	return 0;
}

void list_apply_order(struct list *l, uint64_t ticket, struct order_result *result, int err)
{
	uint32_t count = rows_count(l->rows);

	if (!ticket || ticket != l->order_ticket)
		return;
	l->order_ticket = 0;
	for (size_t i = 0; err == 0 && i < result->n; i++) {
		if (result->ids[i] >= count)
			err = -EINVAL;
	}
	if (err < 0) {
		/* The old order stays; it is not asked for again until something changes. */
		l->ordered_rev = l->rows->rev;
		l->partial = false;
		l->ranked = wants_rank(l);
		purge(l);
		l->rev++;
		return;
	}
	take_result(l, result);
	l->partial = false;
	/* With what changed meanwhile. */
	purge(l);
	list_update(l);
}

void list_set_sort(struct list *l, const struct sort_spec *sort)
{
	if (same_sort(&l->sort, sort))
		return;
	l->sort = *sort;
	/* While ranks are missing another sort by rank changes nothing yet. */
	l->dirty |= l->want_order || l->order_ticket || !sorted_so(l);
	l->rev++;
	list_update(l);
}

void list_set_hidden(struct list *l, bool show)
{
	if (l->show_hidden == show)
		return;
	l->show_hidden = show;
	l->dirty = true;
	l->rev++;
	list_update(l);
}

int list_set_filter(struct list *l, enum match_kind kind, const char *text, size_t len,
		    struct str *err)
{
	struct matcher *matcher = NULL;
	struct str copy = STR_INIT;
	int r = len ? matcher_new(kind, text, len, err, &matcher) : 0;

	if (r == 0)
		r = str_add(&copy, text, len);
	if (r < 0) {
		matcher_unref(matcher);
		return r;
	}
	/* The ".." row is no match: Enter after typing must not lead out. */
	if (matcher && !l->matcher && l->with_parent && l->cursor == 0 && l->n)
		list_cursor_set(l, 1);
	str_done(&l->filter);
	l->filter = copy;
	matcher_unref(l->matcher);
	l->matcher = matcher;
	l->filter_kind = kind;
	l->dirty = true;
	l->rev++;
	return list_update(l);
}
