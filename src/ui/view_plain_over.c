/* SPDX-License-Identifier: MIT
 *
 * Palette and help of the linear mode. The palette is one line: what is typed, and behind it the
 * command that Enter would run. Help is a list of sentences with the cursor on the current one.
 */
#include "ui/view.h"

#include <string.h>

/* "j  Down" as "j or Down". */
static void add_keys(struct str *out, const char *keys)
{
	for (const char *gap; (gap = strstr(keys, "  ")); keys = gap + 2) {
		str_add(out, keys, (size_t)(gap - keys));
		str_adds(out, " or ");
	}
	str_adds(out, keys);
}

/* "2 of 7: mark, Space or Insert: mark or unmark the row and go down" */
static void add_choice(const struct scene *s, struct str *out)
{
	const struct scene_item *item = &s->items[s->selected];

	str_addf(out, "%zu of %zu: %s", s->selected + 1, s->nitems, item->name);
	if (*item->keys) {
		str_adds(out, ", ");
		add_keys(out, item->keys);
	}
	str_addf(out, ": %s", item->help);
}

void view_plain_palette(struct frame *f)
{
	const struct scene *s = f->scene;
	const struct rect *r = &f->screen.last;
	const char *question = s->question ? s->question : ": ";
	CLEANUP(str_done) struct str choice = STR_INIT;
	int row = r->row + r->rows - 1, col, cursor = 0, width = 2;

	canvas_fill(f->c, *r, ROLE_INPUT);
	col = canvas_text(f->c, row, r->col, r->cols, question, strlen(question), ROLE_PROMPT);
	if (s->edit)
		width += view_width(f->c, s->edit->text.buf, s->edit->text.len);
	/* What is typed has its room first, but for half of a line. */
	width = MAX(1, MIN(width, (r->cols - col) / 2));
	if (s->edit)
		lineedit_draw(s->edit, f->c, row, col, width, &cursor);
	if (s->selected < s->nitems)
		add_choice(s, &choice);
	else
		str_adds(&choice, s->note ? s->note : "no command with these words");
	canvas_text(f->c, row, col + width, r->cols - col - width, choice.buf, choice.len,
		    ROLE_HINT);
	f->c->cursor_row = row;
	f->c->cursor_col = s->edit ? cursor : col;
}

/* The lines of help: a title where a group begins, then its commands. */
static bool begins_group(const struct scene *s, size_t i)
{
	return i == 0 || strcmp(s->items[i].group, s->items[i - 1].group) != 0;
}

static size_t count_lines(const struct scene *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->nitems; i++)
		n += begins_group(s, i) ? 2 : 1;
	return n;
}

/* Draws line `n` of the help when it is on the page [first, first + rows). */
static void draw_line(struct frame *f, const struct rect *page, size_t first, size_t n,
		      const char *text, uint16_t look)
{
	if (n < first || n >= first + (size_t)page->rows)
		return;
	canvas_text(f->c, page->row + (int)(n - first), page->col, page->cols, text, strlen(text),
		    look);
}

static void draw_lines(struct frame *f, const struct rect *page, size_t first)
{
	const struct scene *s = f->scene;
	size_t line = 0;

	for (size_t i = 0; i < s->nitems; i++) {
		CLEANUP(str_done) struct str text = STR_INIT;

		if (begins_group(s, i))
			draw_line(f, page, first, line++, s->items[i].group, ROLE_TITLE);
		add_keys(&text, s->items[i].keys);
		if (text.len == 0)
			str_adds(&text, s->items[i].name);
		str_addf(&text, ": %s", s->items[i].help);
		draw_line(f, page, first, line++, text.buf, ROLE_TEXT);
	}
}

static void draw_question(struct frame *f, const struct rect *page)
{
	const char *question = f->scene->question ? f->scene->question : "search: ";
	int row = f->c->rows - 1, cursor = 0, col;

	canvas_fill(f->c, (struct rect){.row = row, .rows = 1, .cols = page->cols}, ROLE_INPUT);
	col = canvas_text(f->c, row, 0, page->cols - 1, question, strlen(question), ROLE_PROMPT);
	lineedit_draw(f->scene->edit, f->c, row, col, MAX(page->cols - col, 1), &cursor);
	f->c->cursor_row = row;
	f->c->cursor_col = cursor;
}

/* Page by page, so that a step moves the cursor and nothing else. */
void view_plain_help(struct frame *f)
{
	const struct scene *s = f->scene;
	size_t total = count_lines(s), current = MIN(s->scroll, total ? total - 1 : 0), first;
	int top = f->c->rows >= SCREEN_HEADER_FROM;
	struct rect page = {.row = top,
			    .rows = MAX(f->c->rows - top - (f->c->rows > 1), 1),
			    .cols = f->c->cols};

	first = current / (size_t)page.rows * (size_t)page.rows;
	canvas_clear(f->c);
	if (top)
		canvas_word(f->c, 0, 0, page.cols, "Help; j and k move, q closes, / searches", NULL,
			    ROLE_TITLE);
	draw_lines(f, &page, first);
	if (total == 0)
		canvas_word(f->c, page.row, 0, page.cols, "no command with these words", NULL,
			    ROLE_HINT);
	f->d->layout->overlay = page;
	f->d->layout->overlay_scroll_max = total ? total - 1 : 0;
	f->c->cursor_row = page.row + (int)(current - first);
	f->c->cursor_col = 0;
	if (s->edit)
		draw_question(f, &page);
}
