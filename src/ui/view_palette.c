/* SPDX-License-Identifier: MIT
 *
 * The command palette: a box over the lower part of the screen; what is typed, and the commands
 * that answer to it.
 */
#include "ui/view.h"

#include <string.h>

#define PALETTE_ITEMS_MAX 14
#define NAME_WIDTH        18
#define CHOOSER_LINES_MIN 4 /* so that typing changes its height seldom */

static void draw_input(struct frame *f, int row)
{
	const char *question = f->scene->question ? f->scene->question : ": ";
	int cols = f->c->cols, col, cursor = 0;

	canvas_fill(f->c, (struct rect){.row = row, .rows = 1, .cols = cols}, ROLE_INPUT);
	col = canvas_text(f->c, row, cols > 4 ? 1 : 0, MAX(cols - 2, 0), question, strlen(question),
			  ROLE_PROMPT);
	if (f->scene->edit)
		lineedit_draw(f->scene->edit, f->c, row, col, MAX(cols - col - 1, 1), &cursor);
	f->c->cursor_row = row;
	f->c->cursor_col = f->scene->edit ? cursor : col;
}

static void draw_item(struct frame *f, int row, size_t i, int keys_width)
{
	const struct scene_item *item = &f->scene->items[i];
	bool selected = i == f->scene->selected;
	int cols = f->c->cols, col = 3, name = MIN(NAME_WIDTH, cols / 2);

	if (selected)
		canvas_word(f->c, row, 1, 1, "▸", ">", ROLE_CURSOR_MARK);
	canvas_text(f->c, row, col, name, item->name, strlen(item->name),
		    selected ? ROLE_SELECTED : ROLE_TEXT);
	col += name + COLUMN_GAP;
	if (col < cols)
		view_item(f, row, col, cols - col - 1, keys_width, item->keys, item->help);
}

/* The palette is as large as it may be, a list of a few only as it must be. */
static int lines_for(const struct frame *f)
{
	int most = MIN(f->c->rows * 3 / 4 - 2, PALETTE_ITEMS_MAX);
	size_t least = MAX(f->scene->nitems, CHOOSER_LINES_MIN);

	return f->scene->overlay == OVERLAY_PALETTE ? most : MIN(most, (int)MIN(least, 100));
}

void view_palette(struct frame *f)
{
	int rows = f->c->rows, lines = lines_for(f);
	int top = rows - MAX(lines, 0), keys = view_keys_width(f, (size_t)MAX(f->c->cols / 4, 1));
	size_t first = layout_window(f->scene->nitems, f->scene->selected, MAX(lines, 1));
	struct rect box = {.row = MAX(top - 2, 0), .cols = f->c->cols};

	box.rows = rows - box.row;
	canvas_fill(f->c, box, ROLE_TEXT);
	if (top >= 2)
		view_line(f->c, top - 2, 0, f->c->cols);
	draw_input(f, MAX(top - 1, 0));
	f->d->layout->overlay = (struct rect){.row = top, .rows = rows - top, .cols = f->c->cols};
	f->d->layout->overlay_first = (int)first;
	for (int line = 0; line < lines && first + (size_t)line < f->scene->nitems; line++)
		draw_item(f, top + line, first + (size_t)line, keys);
	if (f->scene->nitems == 0 && lines > 0)
		canvas_word(f->c, top, 3, f->c->cols - 3,
			    f->scene->note ? f->scene->note : "no command with these words", NULL,
			    ROLE_HINT);
}
