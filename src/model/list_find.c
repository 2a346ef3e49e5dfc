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

typedef bool match_fn(const void *ctx, const struct row *row);

/* The first row after (dir 1) or before the cursor that fits, going round; the cursor's own comes
 * last. */
static bool find(struct list *l, match_fn *fits, const void *ctx, int dir)
{
	size_t len = list_len(l), pos = l->cursor;
	struct row row;

	for (size_t i = 0; i < len; i++) {
		pos = dir > 0 ? (pos + 1) % len : (pos + len - 1) % len;
		if (list_row(l, pos, &row) && !row.parent && fits(ctx, &row)) {
			list_cursor_set(l, pos);
			return true;
		}
	}
	return false;
}

static bool fits_matcher(const void *ctx, const struct row *row)
{
	return matcher_test(ctx, row->name, row->name_len, NULL) > 0;
}

static bool fits_letter(const void *ctx, const struct row *row)
{
	uint32_t cp;

	if (!row->name_len)
		return false;
	utf8_decode(row->name, row->name_len, &cp);
	return cp != UTF8_INVALID && utf8_fold(cp) == *(const uint32_t *)ctx;
}

bool list_find(struct list *l, const struct matcher *m, int dir)
{
	return m && find(l, fits_matcher, m, dir);
}

bool list_find_letter(struct list *l, uint32_t cp)
{
	uint32_t folded = utf8_fold(cp);

	return find(l, fits_letter, &folded, 1);
}
