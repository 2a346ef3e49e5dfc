/* SPDX-License-Identifier: MIT */
#include "model/list.h"

#include "model/list_inside.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int list_init(struct list *l, const struct rows *rows, bool with_parent)
{
	*l = (struct list){
		.rows = rows,
		.with_parent = with_parent,
		.sort = {.by = SORT_NAME, .dirs_first = true},
		.filter = STR_INIT,
		.range_anchor = NAMES_NONE,
		.cursor_id = NAMES_NONE,
		.lost_id = NAMES_NONE,
		.dirty = true,
		.inline_max = LIST_INLINE,
		.slice = LIST_SLICE,
	};
	return list_update(l);
}

void list_done(struct list *l)
{
	if (!l)
		return;
	free(l->order);
	str_done(&l->filter);
	matcher_unref(l->matcher);
	matcher_unref(l->ordered_matcher);
	matcher_unref(l->asked.matcher);
	list_drop_draft(l);
	*l = (struct list){.filter = STR_INIT};
}

void list_reset(struct list *l)
{
	free(l->order);
	l->order = NULL;
	l->n = 0;
	list_drop_draft(l);
	l->cursor_id = l->lost_id = NAMES_NONE;
	l->cursor = l->top = 0;
	l->ranging = false;
	l->dirty = true;
	l->order_ticket = 0;
	l->want_order = false;
	l->hidden = l->filtered = 0;
	l->rev++;
}

size_t list_len(const struct list *l)
{
	return l->n + l->with_parent;
}

uint32_t list_id(const struct list *l, size_t pos)
{
	if (pos < l->with_parent || pos >= list_len(l))
		return NAMES_NONE;
	return l->order[pos - l->with_parent];
}

bool list_row(const struct list *l, size_t pos, struct row *ret_row)
{
	uint32_t id = list_id(l, pos);

	if (l->with_parent && pos == 0) {
		*ret_row = (struct row){
			.name = "..", .name_len = 2, .type = ENTRY_DIR, .parent = true};
		return true;
	}
	return id != NAMES_NONE && l->rows->ops->row(l->rows, id, ret_row);
}

size_t list_pos_of(const struct list *l, uint32_t id)
{
	for (size_t i = 0; id != NAMES_NONE && i < l->n; i++) {
		if (l->order[i] == id)
			return i + l->with_parent;
	}
	return list_len(l);
}

void list_range_start(struct list *l)
{
	l->ranging = true;
	l->range_anchor = l->cursor_id;
	l->range_pos = l->cursor;
	l->rev++;
}

void list_range_end(struct list *l)
{
	l->ranging = false;
	l->rev++;
}

bool list_in_range(const struct list *l, size_t pos)
{
	return l->ranging && pos < list_len(l) && pos >= MIN(l->range_pos, l->cursor) &&
	       pos <= MAX(l->range_pos, l->cursor);
}

/* A position when the parent row comes or goes. */
static size_t shifted(size_t pos, bool on)
{
	return on ? pos + 1 : pos - (pos > 0);
}

void list_set_parent(struct list *l, bool on)
{
	bool empty = list_len(l) == 0;

	if (l->with_parent == on)
		return;
	l->with_parent = on;
	l->range_pos = shifted(l->range_pos, on);
	if (l->ranging)
		l->range_anchor = list_id(l, l->range_pos);
	l->top = l->top ? shifted(l->top, on) : 0;
	l->rev++;
	list_cursor_set(l, empty ? 0 : shifted(l->cursor, on));
}

/* The margin that the height allows: the two may not meet. */
static size_t margin_of(const struct list *l)
{
	return l->height ? MIN(l->margin, (l->height - 1) / 2) : 0;
}

static size_t last_top(const struct list *l)
{
	size_t len = list_len(l);

	return len > l->height ? len - l->height : 0;
}

void list_show_cursor(struct list *l)
{
	size_t margin = margin_of(l), height = MAX(l->height, 1), top = l->top;
	size_t ahead = MIN(l->ahead, height - 1 - 2 * margin);

	if (l->cursor < top + margin)
		l->top = l->cursor > margin + ahead ? l->cursor - margin - ahead : 0;
	else if (l->cursor + margin >= top + height)
		l->top = l->cursor + margin + ahead + 1 - height;
	/* At the end the margin gives way. */
	l->top = MIN(l->top, height == l->height ? last_top(l) : l->cursor);
}

void list_cursor_set(struct list *l, size_t pos)
{
	size_t len = list_len(l), cursor = l->cursor, top = l->top;

	l->cursor = !len ? 0 : MIN(pos, len - 1);
	l->cursor_id = list_id(l, l->cursor);
	list_show_cursor(l);
	if (l->cursor != cursor || l->top != top)
		l->rev++;
}

void list_fit(struct list *l, size_t height)
{
	if (l->height == height)
		return;
	l->height = height;
	l->rev++;
	list_cursor_set(l, l->cursor);
}

static size_t add_clamped(size_t at, long delta, size_t max)
{
	if (delta < 0) {
		size_t back = (size_t) - (delta + 1) + 1; /* -LONG_MIN does not exist */

		return back > at ? 0 : at - back;
	}
	return (size_t)delta > max || at > max - (size_t)delta ? max : at + (size_t)delta;
}

void list_move(struct list *l, long delta)
{
	size_t len = list_len(l), last = len ? len - 1 : 0;

	if (l->wrap && len && delta == 1 && l->cursor == last)
		list_cursor_set(l, 0);
	else if (l->wrap && len && delta == -1 && l->cursor == 0)
		list_cursor_set(l, last);
	else
		list_cursor_set(l, add_clamped(l->cursor, delta, last));
}

void list_move_to(struct list *l, size_t pos)
{
	list_cursor_set(l, pos);
}

void list_scroll(struct list *l, long delta)
{
	size_t margin = margin_of(l), height = MAX(l->height, 1);
	size_t top = add_clamped(l->top, delta, last_top(l));
	size_t low = top ? top + margin : 0, high = top + height - 1;

	if (top == l->top)
		return;
	if (top < last_top(l))
		high -= margin;
	l->top = top;
	l->rev++;
	list_cursor_set(l, MAX(MIN(l->cursor, high), low));
}

void list_page(struct list *l, long half_pages)
{
	long half = (long)MAX(l->height / 2, 1), limit = (long)(list_len(l) / (size_t)half) + 1;
	long pages = MAX(MIN(half_pages, limit), -limit);
	size_t offset = l->cursor - MIN(l->top, l->cursor);

	if (!list_len(l))
		return;
	/* The window moves with the cursor, so that a page is a page of new rows. */
	l->cursor = add_clamped(l->cursor, pages * half, list_len(l) - 1);
	l->top = MIN(l->cursor - MIN(offset, l->cursor), last_top(l));
	l->rev++;
	list_cursor_set(l, l->cursor);
}

bool list_move_to_id(struct list *l, uint32_t id)
{
	size_t pos = list_pos_of(l, id);

	if (pos >= list_len(l))
		return false;
	list_cursor_set(l, pos);
	return true;
}

bool list_move_to_name(struct list *l, const char *name, size_t len)
{
	struct names *names = l->rows->ops->names(l->rows);
	uint32_t id;

	if (!names)
		return false;
	id = names_find(names, rows_count(l->rows), name, len);
	return id != NAMES_NONE && list_move_to_id(l, id);
}

static void check_order(const struct list *l)
{
	uint32_t count = rows_count(l->rows);
	uint8_t *seen = calloc(count / 8 + 1, 1);

	for (size_t i = 0; seen && i < l->n; i++) {
		uint32_t id = l->order[i];

		assert(id < count && rows_live(l->rows, id));
		assert(!(seen[id / 8] >> (id % 8) & 1));
		seen[id / 8] = (uint8_t)(seen[id / 8] | 1u << (id % 8));
	}
	free(seen);
}

void list_check(const struct list *l)
{
	size_t len = list_len(l);

	assert(len ? l->cursor < len : l->cursor == 0);
	assert(l->cursor_id == list_id(l, l->cursor));
	assert(l->top <= l->cursor);
	assert(!l->height || l->cursor < l->top + l->height);
	assert(!l->ranging || l->range_pos <= len);
	assert((l->matcher == NULL) == (l->filter.len == 0));
	if (l->ordered_rev == l->rows->rev)
		check_order(l);
}
