/* SPDX-License-Identifier: MIT
 *
 * A new order under the same cursor, and the insertion of few rows into a large order.
 */
#include "model/list.h"
#include "model/list_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool bit(const uint8_t *bits, uint32_t id)
{
	return bits[id / 8] >> (id % 8) & 1;
}

static void set_bit(uint8_t *bits, uint32_t id)
{
	bits[id / 8] = (uint8_t)(bits[id / 8] | 1u << (id % 8));
}

static size_t find_in(const uint32_t *ids, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (ids[i] == id)
			return i;
	}
	return n;
}

/* The row of the old order nearest to the cursor (below it first) that is in the new one. */
static uint32_t nearest_left(const struct list *l, const uint32_t *ids, size_t n)
{
	size_t at = l->cursor - MIN(l->cursor, (size_t)l->with_parent);
	uint8_t *in = calloc(rows_count(l->rows) / 8 + 1, 1);
	uint32_t found = NAMES_NONE;

	if (!in)
		return NAMES_NONE;
	for (size_t i = 0; i < n; i++)
		set_bit(in, ids[i]);
	for (size_t i = at; i < l->n && found == NAMES_NONE; i++) {
		if (bit(in, l->order[i]))
			found = l->order[i];
	}
	for (size_t i = MIN(at, l->n); i-- > 0 && found == NAMES_NONE;) {
		if (bit(in, l->order[i]))
			found = l->order[i];
	}
	free(in);
	return found;
}

void list_replace_order(struct list *l, uint32_t *ids, size_t n, uint32_t best)
{
	size_t offset = l->cursor - MIN(l->top, l->cursor), pos = l->cursor;

	/* A filter that left nothing is dropped: back to where one was. */
	if (!n && l->cursor_id != NAMES_NONE)
		l->lost_id = l->cursor_id;
	else if (!l->n && l->cursor_id == NAMES_NONE && find_in(ids, n, l->lost_id) < n)
		l->cursor_id = l->lost_id;
	if (n)
		l->lost_id = NAMES_NONE;
	if (l->cursor_id != NAMES_NONE) {
		size_t at = find_in(ids, n, l->cursor_id);
		uint32_t id = NAMES_NONE;

		if (at == n)
			id = best != NAMES_NONE ? best : nearest_left(l, ids, n);
		if (id != NAMES_NONE)
			at = find_in(ids, n, id);
		pos = at + l->with_parent;
	}
	free(l->order);
	l->order = ids;
	l->n = n;
	l->rev++;
	pos = MIN(pos, list_len(l) ? list_len(l) - 1 : 0);
	/* The row under the cursor stays on its line of the screen where it can. */
	l->cursor = pos;
	l->top = pos - MIN(offset, pos);
	list_cursor_set(l, pos);
	if (l->ranging)
		l->range_pos = l->range_anchor == NAMES_NONE ? 0 : list_pos_of(l, l->range_anchor);
}

static bool shown(const struct list *l, uint32_t id)
{
	size_t len;
	const char *name = names_get(l->rows->ops->names(l->rows), id, &len);

	if (!l->show_hidden && len && name[0] == '.')
		return false;
	return matcher_empty(l->ordered_matcher) ||
	       matcher_test(l->ordered_matcher, name, len, NULL) > 0;
}

/* The comparison that collate_sort() makes, without arrays over all ids. */
static int compare(const struct list *l, uint32_t a, uint32_t b)
{
	struct collate_order order = list_collation(&l->ordered_sort, l->ranked);
	uint64_t x = 0, y = 0;

	if (l->ordered_sort.dirs_first) {
		int d = (int)rows_group(l->rows, a) - (int)rows_group(l->rows, b);

		if (d)
			return d;
	}
	if (l->ranked && sort_needs_rank(l->ordered_sort.by)) {
		l->rows->ops->rank(l->rows, a, l->ordered_sort.by, &x);
		l->rows->ops->rank(l->rows, b, l->ordered_sort.by, &y);
		if (x != y)
			return (x < y) != order.primary_reverse ? -1 : 1;
	}
	order.primary_reverse = false;
	return collate_compare(l->rows->ops->names(l->rows), &order, a, b);
}

static size_t lower_bound(const struct list *l, const uint32_t *ids, size_t n, uint32_t id)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(l, ids[mid], id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void sort_few(const struct list *l, uint32_t *ids, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		size_t at = lower_bound(l, ids, i, ids[i]);
		uint32_t id = ids[i];

		memmove(&ids[at + 1], &ids[at], (i - at) * sizeof(*ids));
		ids[at] = id;
	}
}

static size_t count_live(const struct list *l)
{
	uint32_t count = rows_count(l->rows);
	const uint8_t *holes = l->rows->ops->holes ? l->rows->ops->holes(l->rows) : NULL;
	size_t live = count;

	if (l->rows->ops->holes) {
		for (uint32_t i = 0; holes && i < (count + 7) / 8; i++)
			live -= (size_t)__builtin_popcount(holes[i]);
		return live;
	}
	live = 0;
	for (uint32_t id = 0; id < count; id++)
		live += rows_live(l->rows, id);
	return live;
}

static size_t count_dotted(const struct list *l)
{
	const struct names *names = l->rows->ops->names(l->rows);
	uint32_t count = rows_count(l->rows);
	size_t dotted = 0;

	for (uint32_t id = 0; id < count; id++)
		dotted += rows_live(l->rows, id) && *names_get(names, id, NULL) == '.';
	return dotted;
}

/* Counts again what is left out. The names need to be read only when both reasons apply. */
static void count_left_out(struct list *l)
{
	size_t out = count_live(l) - l->n;

	if (l->show_hidden)
		l->hidden = 0;
	else
		l->hidden = l->ordered_matcher ? count_dotted(l) : out;
	l->filtered = out - MIN(out, l->hidden);
}

/* Splits off the changed ids from the order; the rest is copied to ids. */
static size_t copy_unchanged(const struct list *l, const uint8_t *changed, uint32_t *ids)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (!bit(changed, l->order[i]))
			ids[n++] = l->order[i];
	}
	return n;
}

/* From the end, so that each row moves once. */
static void insert_sorted(const struct list *l, uint32_t *ids, size_t n, const uint32_t *add,
			  size_t nadd)
{
	for (size_t i = nadd; i-- > 0;) {
		size_t at = lower_bound(l, ids, n, add[i]);

		memmove(&ids[at + i + 1], &ids[at], (n - at) * sizeof(*ids));
		ids[at + i] = add[i];
		n = at;
	}
}

int list_merge(struct list *l, uint32_t *changed, size_t n)
{
	uint8_t *bits = calloc(rows_count(l->rows) / 8 + 1, 1);
	uint32_t *ids = malloc((l->n + n + 1) * sizeof(*ids));
	size_t nadd = 0, kept;

	if (!bits || !ids) {
		free(bits);
		free(ids);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t id = changed[i];

		if (bit(bits, id))
			continue;
		set_bit(bits, id);
		if (rows_live(l->rows, id) && shown(l, id))
			changed[nadd++] = id;
	}
	kept = copy_unchanged(l, bits, ids);
	sort_few(l, changed, nadd);
	insert_sorted(l, ids, kept, changed, nadd);
	free(bits);
	list_replace_order(l, ids, kept + nadd, NAMES_NONE);
	count_left_out(l);
	return 0;
}
