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
	bool descending;

	if (!sort_needs_rank(sort->by)) {
		order.reverse = sort->reverse;
		return order;
	}
	/* Large, new and many come first; owners and modes ascend. */
	descending = sort->by != SORT_OWNER && sort->by != SORT_MODE;
	order.primary_reverse = ranked && descending != sort->reverse;
	return order;
}

static bool loading(const struct list *l)
{
	return l->rows->ops->loading && l->rows->ops->loading(l->rows);
}

static bool wants_rank(const struct list *l)
{
	return sort_needs_rank(l->sort.by) && !loading(l) && rows_sorts(l->rows, l->sort.by) &&
	       rows_complete(l->rows);
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

static int fill_groups(const struct list *l, struct order_spec *spec)
{
	spec->group = malloc(MAX(spec->count, 1));
	if (!spec->group)
		return -ENOMEM;
	for (uint32_t id = 0; id < spec->count; id++)
		spec->group[id] = rows_group(l->rows, id);
	spec->order.group = spec->group;
	return 0;
}

static int fill_ranks(const struct list *l, struct order_spec *spec)
{
	spec->primary = calloc(MAX(spec->count, 1), sizeof(*spec->primary));
	if (!spec->primary)
		return -ENOMEM;
	for (uint32_t id = 0; id < spec->count; id++)
		l->rows->ops->rank(l->rows, id, l->sort.by, &spec->primary[id]);
	spec->order.primary = spec->primary;
	return 0;
}

static int fill_dead(const struct list *l, struct order_spec *spec)
{
	const uint8_t *holes = l->rows->ops->holes ? l->rows->ops->holes(l->rows) : NULL;

	if (l->rows->ops->holes && !holes)
		return 0;
	spec->dead = calloc(spec->count / 8 + 1, 1);
	if (!spec->dead)
		return -ENOMEM;
	if (holes) {
		memcpy(spec->dead, holes, (spec->count + 7) / 8);
		return 0;
	}
	for (uint32_t id = 0; id < spec->count; id++) {
		if (!rows_live(l->rows, id))
			spec->dead[id / 8] = (uint8_t)(spec->dead[id / 8] | 1u << (id % 8));
	}
	return 0;
}

static int fill_among(const struct list *l, struct order_spec *spec)
{
	spec->among = malloc(MAX(l->n, 1) * sizeof(*spec->among));
	if (!spec->among)
		return -ENOMEM;
	if (l->n)
		memcpy(spec->among, l->order, l->n * sizeof(*spec->among));
	spec->among_len = l->n;
	/* A list that was best first is not in the order of names. */
	spec->sorted = !l->ordered_matcher || l->filter_kind != MATCH_FUZZY;
	return 0;
}

static int make_spec(const struct list *l, uint32_t count, bool ranked, bool narrowed,
		     struct order_spec *ret_spec)
{
	struct order_spec spec = {
		.names = names_ref(l->rows->ops->names(l->rows)),
		.count = count,
		.hide_dot = !l->show_hidden,
		.filter = matcher_ref(l->matcher),
		.by_score = by_score(l),
		.order = list_collation(&l->sort, ranked),
	};
	int r = fill_dead(l, &spec);

	if (r == 0 && narrowed)
		r = fill_among(l, &spec);
	if (r == 0 && !spec.sorted && l->sort.dirs_first)
		r = fill_groups(l, &spec);
	if (r == 0 && !spec.sorted && ranked)
		r = fill_ranks(l, &spec);
	if (r < 0) {
		order_spec_done(&spec);
		return r;
	}
	*ret_spec = spec;
	return 0;
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
	struct order_spec spec;
	struct order_result result;
	int r;

	if (!l->rows->ops->names(l->rows))
		count = 0;
	if (!count) {
		result = (struct order_result){.best = NAMES_NONE};
		note_asked(l, ranked, false);
		take_result(l, &result);
		return 0;
	}
	r = make_spec(l, count, ranked, narrowed, &spec);
	if (r < 0)
		return r;
	r = order_run(&spec, NULL, &result);
	order_spec_done(&spec);
	if (r < 0)
		return r;
	note_asked(l, ranked, narrowed);
	take_result(l, &result);
	return 0;
}

/* Rows that died leave at once, also when the new order is still to come. */
static void purge(struct list *l)
{
	size_t n = 0, cursor = l->cursor;
	bool lost = false;

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

	if (loading(l)) {
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
	int r = make_spec(l, rows_count(l->rows), ranked, narrowed, ret_spec);

	if (r < 0)
		return r;
	note_asked(l, ranked, narrowed);
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
