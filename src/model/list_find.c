/* SPDX-License-Identifier: MIT
 *
 * Looking for rows in the list.
 */
#include "base/utf8.h"
#include "model/list.h"
#include "model/list_inside.h"

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
