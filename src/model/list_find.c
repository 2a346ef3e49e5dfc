/* SPDX-License-Identifier: MIT
 *
 * Looking for rows in the list.
 */
#include "base/utf8.h"
#include "model/list.h"
#include "model/list_inside.h"

#include <string.h>

void list_spans(const struct list *l, size_t pos, struct match_spans *ret_spans)
{
	struct row row;

	ret_spans->n = 0;
	if (l->matcher && list_row(l, pos, &row) && !row.parent)
		matcher_test(l->matcher, row.name, row.name_len, ret_spans);
}

static bool fits_letter(const struct row *row, uint32_t folded)
{
	uint32_t cp;

	if (!row->name_len)
		return false;
	utf8_decode(row->name, row->name_len, &cp);
	return cp != UTF8_INVALID && utf8_fold(cp) == folded;
}

bool list_scan(const struct list *l, const struct matcher *m, uint32_t letter, int dir, size_t max,
	       size_t *pos)
{
	size_t len = list_len(l), at = MIN(*pos, len ? len - 1 : 0);
	uint32_t folded = utf8_fold(letter);
	struct row row;

	for (; len && max; max--) {
		at = dir > 0 ? (at + 1) % len : (at + len - 1) % len;
		*pos = at;
		if (!list_row(l, at, &row) || row.parent)
			continue;
		if (m ? matcher_test(m, row.name, row.name_len, NULL) > 0
		      : fits_letter(&row, folded))
			return true;
	}
	return false;
}

static bool find(struct list *l, const struct matcher *m, uint32_t letter, int dir)
{
	size_t pos = l->cursor;
	bool found = list_scan(l, m, letter, dir, list_len(l), &pos);

	if (found)
		list_cursor_set(l, pos);
	return found;
}

bool list_find(struct list *l, const struct matcher *m, int dir)
{
	return m && find(l, m, 0, dir);
}

bool list_find_letter(struct list *l, uint32_t cp)
{
	return find(l, NULL, cp, 1);
}

static uint8_t group_at(const struct list *l, size_t pos)
{
	uint32_t id = list_id(l, pos);

	return id == NAMES_NONE ? 0 : rows_group(l->rows, id);
}

/* Directories are first: there is one border, and it need not be walked to. */
static bool grouped(const struct list *l)
{
	return l->ordered_sort.dirs_first && !(l->ordered_matcher && l->filter_kind == MATCH_FUZZY);
}

static size_t border(const struct list *l, size_t low, size_t end)
{
	while (low < end) {
		size_t mid = low + (end - low) / 2;

		if (group_at(l, mid))
			end = mid;
		else
			low = mid + 1;
	}
	return low;
}

static size_t run_start(const struct list *l, size_t pos)
{
	uint8_t group = group_at(l, pos);

	if (grouped(l))
		return group ? border(l, 0, pos) : 0;
	while (pos > 0 && group_at(l, pos - 1) == group)
		pos--;
	return pos;
}

static size_t run_end(const struct list *l, size_t pos)
{
	size_t len = list_len(l);
	uint8_t group = group_at(l, pos);

	if (grouped(l))
		return group ? len : border(l, pos, len);
	while (pos < len && group_at(l, pos) == group)
		pos++;
	return pos;
}

size_t list_group_step(const struct list *l, size_t pos, int dir)
{
	size_t len = list_len(l), start;

	if (!len)
		return 0;
	pos = MIN(pos, len - 1);
	if (dir > 0)
		return MIN(run_end(l, pos), len - 1);
	start = run_start(l, pos);
	return start < pos || !start ? start : run_start(l, start - 1);
}

/* ---- a list of the same again ---- */

#define NEAR 4096 /* ids */

/* A directory listed again mostly has a name where it had it: there it is looked for first, since
 * looking among a million takes long. */
static bool move_to_same(struct list *list, uint32_t near, const struct row *row)
{
	const struct names *names = list->rows->ops->names(list->rows);
	uint32_t count = names ? rows_count(list->rows) : 0;
	uint32_t from = near > NEAR ? near - NEAR : 0;

	for (uint32_t id = from; id < count && id - from <= 2 * NEAR; id++) {
		size_t len;
		const char *name = names_get(names, id, &len);

		if (len == row->name_len && memcmp(name, row->name, len) == 0)
			return list_move_to_id(list, id);
	}
	return list_move_to_name(list, row->name, row->name_len);
}

void list_carry(struct list *new, const struct list *old)
{
	struct row row;
	size_t line = old->cursor - MIN(old->top, old->cursor), cursor;

	list_fit(new, old->height);
	if (!list_row(old, old->cursor, &row) || row.parent ||
	    !move_to_same(new, list_id(old, old->cursor), &row))
		list_move_to(new, old->cursor);
	cursor = new->cursor;
	list_scroll(new, (long)cursor - (long)line - (long)new->top);
	/* What is near the edge of the window may not be dragged from there. */
	list_move_to(new, cursor);
}

int list_keep_filter(struct list *new, const struct list *old)
{
	return old->filter.len ? list_set_filter(new, old->filter_kind, old->filter.buf,
						 old->filter.len, NULL)
			       : 0;
}
