/* SPDX-License-Identifier: MIT
 *
 * The which-key strip: what the keys typed so far may go on with, in columns above the footer. A
 * small screen has only its last line for it.
 */
#include "ui/view.h"

#include <string.h>

#define STRIP_LINES_MAX 6
#define HELP_WIDTH_MIN  24
#define RUN_MIN         3 /* items of one command that are worth one entry */
#define KEYS_WIDTH_MAX  12
#define STRIP_FROM_ROWS 12 /* a smaller screen uses its last line only */

static int widest_name(const struct frame *f)
{
	int width = 1;

	for (size_t i = 0; i < f->scene->nitems; i++) {
		const char *name = f->scene->items[i].name;

		width = MAX(width, view_width(f->c, name, strlen(name)));
	}
	return width;
}

/* Items that follow each other and mean the same command (g1 to g9) become one entry: returns the
 * item after them. */
static size_t run_end(const struct scene *s, size_t i)
{
	size_t end = i + 1;

	while (end < s->nitems && strcmp(s->items[end].name, s->items[i].name) == 0)
		end++;
	return end - i >= RUN_MIN ? end : i + 1;
}

static size_t count_entries(const struct scene *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->nitems; i = run_end(s, i))
		n++;
	return n;
}

static void entry_keys(const struct frame *f, size_t i, struct str *out)
{
	size_t end = run_end(f->scene, i);

	str_adds(out, f->scene->items[i].keys);
	if (end > i + 1)
		str_addf(out, "%s%s", view_sign(f->c, "…", ".."), f->scene->items[end - 1].keys);
}

static const char *words_of(const struct scene_item *item, bool with_help)
{
	return with_help ? item->help : item->name;
}

static void draw_entry(struct frame *f, int row, int col, int width, int keys_width, size_t i,
		       bool with_help)
{
	const struct scene_item *item = &f->scene->items[i];
	CLEANUP(str_done) struct str keys = STR_INIT;

	entry_keys(f, i, &keys);
	view_item(f, row, col, width, keys_width, keys.buf, words_of(item, with_help));
}

static int widest_keys(const struct frame *f)
{
	int widest = 1;

	for (size_t i = 0; i < f->scene->nitems; i = run_end(f->scene, i)) {
		CLEANUP(str_done) struct str keys = STR_INIT;

		entry_keys(f, i, &keys);
		widest = MAX(widest, view_width(f->c, keys.buf, keys.len));
	}
	return MIN(widest, KEYS_WIDTH_MAX);
}

/* Columns that all entries take in one line. */
static int line_width(const struct frame *f, bool with_help)
{
	int width = 0;

	for (size_t i = 0; i < f->scene->nitems; i = run_end(f->scene, i)) {
		const char *words = words_of(&f->scene->items[i], with_help);
		CLEANUP(str_done) struct str keys = STR_INIT;

		entry_keys(f, i, &keys);
		width += view_width(f->c, keys.buf, keys.len) + 2 * COLUMN_GAP + 1;
		width += view_width(f->c, words, strlen(words));
	}
	return width;
}

/* Names instead of help where that shows more keys. */
static void one_line(struct frame *f)
{
	const struct rect *r = &f->screen.last;
	bool with_help = line_width(f, true) <= r->cols;
	int col = r->col + 1;

	canvas_fill(f->c, *r, ROLE_HINT);
	for (size_t i = 0; i < f->scene->nitems && col < r->cols; i = run_end(f->scene, i)) {
		CLEANUP(str_done) struct str keys = STR_INIT;
		int width;

		entry_keys(f, i, &keys);
		width = view_width(f->c, keys.buf, keys.len);
		col = view_item(f, r->row, col, r->cols - col, width, keys.buf,
				words_of(&f->scene->items[i], with_help));
		col += COLUMN_GAP + 1;
	}
	f->d->layout->overlay = *r;
}

/* Columns are made so that names fit; where there is room for most of it, the help stands in their
 * place. */
static void grid(struct frame *f)
{
	size_t n = count_entries(f->scene), item = 0;
	int cols = f->c->cols - 2, keys = widest_keys(f);
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
		int line = (int)(i % (size_t)lines), col = 1 + (int)(i / (size_t)lines) * width;

		draw_entry(f, top + line, col, width - 1, keys, item, with_help);
		item = run_end(f->scene, item);
	}
}

void view_strip(struct frame *f)
{
	if (f->scene->nitems == 0)
		return;
	if (f->c->rows < STRIP_FROM_ROWS || f->model->settings.plain)
		one_line(f);
	else
		grid(f);
}
