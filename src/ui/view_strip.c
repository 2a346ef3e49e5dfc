/* SPDX-License-Identifier: MIT
 *
 * The which-key strip: what the keys typed so far may go on with, in columns above the footer. A
 * small screen has only its last line for it.
 */
#include "ui/view.h"

#include <string.h>

#define STRIP_LINES_MAX 6
#define HELP_WIDTH_MIN  24
#define STRIP_FROM_ROWS 12 /* a smaller screen uses its last line only */

static void one_line(struct frame *f)
{
	const struct rect *r = &f->screen.last;
	int col = r->col + 1;

	canvas_fill(f->c, *r, ROLE_HINT);
	for (size_t i = 0; i < f->scene->nitems && col < r->cols; i++) {
		const struct scene_item *item = &f->scene->items[i];
		int end;

		col = canvas_text(f->c, r->row, col, r->cols - col, item->keys, strlen(item->keys),
				  ROLE_HINT_KEY) +
		      1;
		end = MAX(r->cols - col, 0);
		col = canvas_text(f->c, r->row, col, end, item->help, strlen(item->help),
				  ROLE_HINT) +
		      COLUMN_GAP;
	}
	f->d->layout->overlay = *r;
}

static int widest_name(const struct frame *f)
{
	int width = 1;

	for (size_t i = 0; i < f->scene->nitems; i++) {
		const char *name = f->scene->items[i].name;

		width = MAX(width, view_width(f->c, name, strlen(name)));
	}
	return width;
}

/* Columns are made so that names fit; where there is room for most of it, the help stands in their
 * place. */
static void grid(struct frame *f)
{
	size_t n = f->scene->nitems;
	int cols = f->c->cols - 2, keys = view_keys_width(f, 12);
	int around = keys + COLUMN_GAP + COLUMN_GAP, across, lines, top, width;
	bool with_help;

	layout_grid(n, around + widest_name(f), cols, STRIP_LINES_MAX, &across, &lines);
	width = cols / across;
	with_help = width - around >= HELP_WIDTH_MIN;
	top = f->screen.list.row + f->screen.list.rows - lines;
	f->d->layout->overlay = (struct rect){.row = top, .rows = lines, .cols = f->c->cols};
	canvas_fill(f->c, f->d->layout->overlay, ROLE_HINT);
	view_line(f->c, top - 1, 0, f->c->cols);
	for (size_t i = 0; i < n && i < (size_t)across * (size_t)lines; i++) {
		const struct scene_item *item = &f->scene->items[i];
		int line = (int)(i % (size_t)lines), col = 1 + (int)(i / (size_t)lines) * width;

		view_item(f, top + line, col, width - 1, keys, item->keys,
			  with_help ? item->help : item->name);
	}
}

void view_strip(struct frame *f)
{
	if (f->scene->nitems == 0)
		return;
	if (f->c->rows < STRIP_FROM_ROWS)
		one_line(f);
	else
		grid(f);
}
