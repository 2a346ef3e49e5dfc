/* SPDX-License-Identifier: MIT
 *
 * Help: every command with its keys, in groups, over the whole screen. The lines flow through one
 * column, or through two on a wide screen, as in a newspaper.
 */
#include "ui/view.h"

#include <string.h>

#define KEYS_WIDTH_MAX 20
#define MARGINS        3 /* before and behind an entry */

/* Groups have a title line, and a blank line before it but at the top. */
static bool begins_group(const struct scene *s, size_t i)
{
	return i == 0 || strcmp(s->items[i].group, s->items[i - 1].group) != 0;
}

static size_t lines_of(const struct scene *s, size_t i)
{
	return begins_group(s, i) ? (i == 0 ? 2 : 3) : 1;
}

static size_t count_lines(const struct scene *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->nitems; i++)
		n += lines_of(s, i);
	return n;
}

struct page {
	struct rect r; /* of all columns */
	int columns, keys_width;
	size_t first; /* line at the top of the first column */
};

/* Where a line of the text goes; false: not on the page. */
static bool place(const struct page *p, size_t line, int *ret_row, int *ret_col, int *ret_width)
{
	size_t at = line - p->first, height = (size_t)p->r.rows;
	int width = p->r.cols / p->columns;

	if (line < p->first || height == 0 || at >= height * (size_t)p->columns)
		return false;
	*ret_row = p->r.row + (int)(at % height);
	*ret_col = p->r.col + (int)(at / height) * width;
	*ret_width = width - 1;
	return true;
}

static void draw_items(struct frame *f, const struct page *p)
{
	const struct scene *s = f->scene;
	size_t line = 0;
	int row, col, width;

	for (size_t i = 0; i < s->nitems; i++) {
		const struct scene_item *item = &s->items[i];

		line += lines_of(s, i);
		if (begins_group(s, i) && place(p, line - 2, &row, &col, &width))
			canvas_text(f->c, row, col + 1, width - 1, item->group, strlen(item->group),
				    ROLE_TITLE);
		if (place(p, line - 1, &row, &col, &width))
			view_item(f, row, col + 2, width - 2, p->keys_width, item->keys,
				  item->help);
	}
}

/* What one can do here; whole words only. */
static void draw_ways(struct frame *f, int col, int width)
{
	static const char *const ways[] = {"q close", "/ search", "j k scroll"};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		int len = (int)strlen(ways[i]);

		if (len > width)
			break;
		canvas_word(f->c, 0, col, len, ways[i], NULL, ROLE_HINT);
		col += len + COLUMN_GAP + 1;
		width -= len + COLUMN_GAP + 1;
	}
}

static void draw_top(struct frame *f, const struct page *p, size_t total)
{
	const char *question = f->scene->question ? f->scene->question : "search: ";
	size_t shown = (size_t)p->r.rows * (size_t)p->columns;
	int cols = f->c->cols, cursor = 0, col;

	canvas_fill(f->c, (struct rect){.rows = 1, .cols = cols}, ROLE_TITLE);
	col = canvas_word(f->c, 0, 1, cols - 1, "Help", NULL, ROLE_TITLE) + COLUMN_GAP;
	if (total > shown && cols >= 50)
		canvas_print(f->c, 0, cols - 12, 11, ROLE_TITLE, "%4zu of %zu",
			     MIN(p->first + shown, total), total);
	if (!f->scene->edit) {
		draw_ways(f, col, cols - col - 13);
		f->c->cursor_row = MIN(1, f->c->rows - 1);
		f->c->cursor_col = 0;
		return;
	}
	col = canvas_text(f->c, 0, col, MAX(cols - col - 2, 0), question, strlen(question),
			  ROLE_PROMPT);
	lineedit_draw(f->scene->edit, f->c, 0, col, MAX(cols - col - 13, 1), &cursor);
	f->c->cursor_row = 0;
	f->c->cursor_col = cursor;
}

/* Two columns when nothing has to be cut for it. */
static int choose_columns(const struct frame *f, int keys_width)
{
	const struct scene *s = f->scene;
	int longest = 0;

	for (size_t i = 0; i < s->nitems; i++)
		longest =
			MAX(longest, view_width(f->c, s->items[i].help, strlen(s->items[i].help)));
	return f->c->cols / 2 >= MARGINS + keys_width + COLUMN_GAP + longest ? 2 : 1;
}

void view_help(struct frame *f)
{
	int rows = f->c->rows, cols = f->c->cols;
	struct page p = {
		.r = {.row = 1, .rows = rows - 1, .cols = cols},
		.keys_width = view_keys_width(f, (size_t)MIN(KEYS_WIDTH_MAX, cols / 3 + 1)),
	};
	size_t total = count_lines(f->scene), shown, max;

	p.columns = choose_columns(f, p.keys_width);
	shown = (size_t)p.r.rows * (size_t)p.columns;
	max = total > shown ? total - shown : 0;
	p.first = MIN(f->scene->scroll, max);
	f->d->layout->overlay = p.r;
	f->d->layout->overlay_scroll_max = max;
	canvas_clear(f->c);
	draw_items(f, &p);
	draw_top(f, &p, total);
	if (f->scene->nitems == 0)
		canvas_word(f->c, 1, 3, cols - 3, "no command with these words", NULL, ROLE_HINT);
}
