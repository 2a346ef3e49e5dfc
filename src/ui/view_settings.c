/* SPDX-License-Identifier: MIT
 *
 * The settings: every option with its value and where that comes from, and below them all there is
 * to say about the current one. On a high screen the list stays in sight above, so that what is
 * changed is seen there at once.
 */
#include "ui/view.h"

#include <string.h>

#define OVER_LIST_FROM  30 /* rows of a screen on which the list stays in sight */
#define BOX_MIN         22
#define DETAIL_ALL_FROM 16 /* rows of the box, for a line, and two each of help and values */
#define DETAIL_FROM     8  /* for one each */
#define HELP_FROM       5
#define VALUE_WIDTH_MAX 20
#define FROM_WIDTH      7
#define HELP_WIDTH_MIN  12 /* less says nothing */

int view_settings_rows(const struct scene *s, int rows)
{
	if (rows < OVER_LIST_FROM)
		return rows;
	return MIN(MAX(rows * 2 / 3, BOX_MIN), MAX((int)s->noptions + 8, BOX_MIN));
}

struct places {
	int title, list, nlist, detail, ndetail, last; /* rows; -1: none */
};

static void place(int top, int rows, struct places *p)
{
	int height = rows - top;

	p->ndetail = height >= DETAIL_ALL_FROM ? 5
		     : height >= DETAIL_FROM   ? 2
		     : height >= HELP_FROM     ? 1
					       : 0;
	p->title = height >= 4 ? top : -1;
	p->list = p->title < 0 ? top : top + 1;
	p->last = height >= 3 ? rows - 1 : -1;
	p->detail = rows - (p->last < 0 ? 0 : 1) - p->ndetail;
	p->nlist = p->detail - p->list;
}

/* What one can do here; whole words only. */
static void draw_ways(struct frame *f, int row, int col, int end)
{
	static const struct {
		const char *keys, *text;
	} ways[] = {
		{"q", "close"},   {"Space", "change"}, {"w", "write"},
		{"r", "default"}, {"u", "undo"},       {"/", "search"},
	};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		int len = (int)(strlen(ways[i].keys) + 1 + strlen(ways[i].text));

		if (col + len > end)
			break;
		col = canvas_word(f->c, row, col, len, ways[i].keys, NULL, ROLE_HINT_KEY) + 1;
		col = canvas_word(f->c, row, col, len, ways[i].text, NULL, ROLE_HINT) + COLUMN_GAP +
		      1;
	}
}

/* What the list is narrowed to. */
static int draw_search(struct frame *f, int row, int col)
{
	const char *search = f->scene->search ? f->scene->search : "";

	if (!*search || col >= f->c->cols)
		return col;
	col = canvas_word(f->c, row, col, 1, "/", NULL, ROLE_PROMPT);
	return canvas_text(f->c, row, col, MAX(f->c->cols / 3, 1), search, strlen(search),
			   ROLE_INPUT) +
	       COLUMN_GAP;
}

static void draw_title(struct frame *f, const struct places *p)
{
	int cols = f->c->cols, col, cursor;

	if (p->title < 0)
		return;
	canvas_fill(f->c, (struct rect){.row = p->title, .rows = 1, .cols = cols}, ROLE_TITLE);
	col = canvas_word(f->c, p->title, 1, cols - 1, "Settings", NULL, ROLE_TITLE) + COLUMN_GAP;
	if (!f->scene->edit || !f->scene->narrows) {
		col = draw_search(f, p->title, col);
		draw_ways(f, p->title, col, cols - 1);
		return;
	}
	col = canvas_word(f->c, p->title, col, MAX(cols - col - 2, 0), "search: ", NULL,
			  ROLE_PROMPT);
	lineedit_draw(f->scene->edit, f->c, p->title, col, MAX(cols - col - 1, 1), &cursor);
	f->c->cursor_row = p->title;
	f->c->cursor_col = cursor;
}

struct widths {
	int gutter, name, value;
};

static void measure(const struct frame *f, struct widths *w)
{
	int cols = f->c->cols;

	*w = (struct widths){.gutter = layout_gutter(cols)};
	for (size_t i = 0; i < f->scene->noptions; i++) {
		const struct scene_option *o = &f->scene->options[i];

		w->name = MAX(w->name, view_width(f->c, o->name, strlen(o->name)));
		w->value = MAX(w->value, view_width(f->c, o->value, strlen(o->value)));
	}
	w->name = MIN(w->name, MAX(cols / 2, 4));
	w->value = MIN(w->value, VALUE_WIDTH_MAX);
}

static void draw_option(struct frame *f, int row, size_t i, const struct widths *w)
{
	const struct scene_option *o = &f->scene->options[i];
	bool selected = i == f->scene->selected;
	int cols = f->c->cols, col = w->gutter;

	if (selected)
		canvas_word(f->c, row, 0, MIN(w->gutter, 1), "▸", ">", ROLE_CURSOR_MARK);
	if (o->changed)
		canvas_word(f->c, row, 1, w->gutter - 1, "*", NULL, ROLE_MARK);
	canvas_text(f->c, row, col, MIN(w->name, cols - col), o->name, strlen(o->name),
		    selected ? ROLE_SELECTED : ROLE_TEXT);
	col += w->name + COLUMN_GAP;
	if (col < cols)
		canvas_text(f->c, row, col, MIN(w->value, cols - col), o->value, strlen(o->value),
			    o->changed ? ROLE_TITLE : ROLE_TEXT);
	col += w->value + COLUMN_GAP;
	if (col + FROM_WIDTH > cols)
		return;
	canvas_text(f->c, row, col, FROM_WIDTH, o->from, strlen(o->from), ROLE_HINT);
	col += FROM_WIDTH + COLUMN_GAP;
	if (col + HELP_WIDTH_MIN < cols)
		canvas_text(f->c, row, col, cols - col - 1, o->help, strlen(o->help), ROLE_HINT);
}

static void draw_list(struct frame *f, const struct places *p)
{
	const struct scene *s = f->scene;
	size_t first = layout_window(s->noptions, s->selected, MAX(p->nlist, 1));
	struct widths w;

	measure(f, &w);
	f->d->layout->overlay = (struct rect){.row = p->list, .rows = p->nlist, .cols = f->c->cols};
	f->d->layout->overlay_first = (int)first;
	for (int i = 0; i < p->nlist && first + (size_t)i < s->noptions; i++)
		draw_option(f, p->list + i, first + (size_t)i, &w);
	if (s->noptions == 0 && p->nlist > 0)
		canvas_word(f->c, p->list, w.gutter, f->c->cols - w.gutter,
			    "no option with these words", NULL, ROLE_HINT);
	f->c->cursor_row = p->list + (int)(s->selected - MIN(first, s->selected));
	f->c->cursor_col = w.gutter;
}

/* A text over at most `rows` lines, broken at blanks. Returns the rows it took. */
static int draw_lines(struct frame *f, int row, int rows, const struct str *text, uint16_t look)
{
	int margin = layout_margin(f->c->cols), width = f->c->cols - 2 * margin, line = 0;
	size_t at = 0;

	for (; line < rows && at < text->len; line++) {
		size_t len = text->len - at;

		if (line + 1 < rows)
			len = view_break(f, text->buf + at, len, width);
		canvas_text(f->c, row + line, margin, width, text->buf + at, len, look);
		at += len;
	}
	return line;
}

static void add_values(const struct frame *f, const struct scene_option *o, struct str *out)
{
	const char *dot = view_sign(f->c, " · ", " - ");

	str_addf(out, "values: %s%sdefault: %s", o->domain, dot, o->initial);
	if (o->filed)
		str_addf(out, "%sin the file: %s", dot, o->filed);
}

static void draw_detail(struct frame *f, const struct places *p)
{
	const struct scene *s = f->scene;
	CLEANUP(str_done) struct str text = STR_INIT;
	int row = p->detail, rows = p->ndetail;

	if (s->selected >= s->noptions || rows == 0)
		return;
	if (rows > 2) {
		view_line(f->c, row++, 0, f->c->cols);
		rows--;
	}
	(void)str_addf(&text, "%s: %s", s->options[s->selected].name, s->options[s->selected].help);
	row += draw_lines(f, row, MAX(rows / 2, 1), &text, ROLE_TEXT);
	str_clear(&text);
	add_values(f, &s->options[s->selected], &text);
	draw_lines(f, row, p->detail + p->ndetail - row, &text, ROLE_HINT);
}

static void draw_last(struct frame *f, const struct places *p)
{
	const struct notice *n = &f->model->notice;
	struct rect last = {.row = p->last, .rows = 1, .cols = f->c->cols}, more = last;

	/* Where there is no room for it, it takes that of the list. */
	if (f->scene->edit && !f->scene->narrows) {
		view_prompt(f);
	} else if (n->kind != NOTICE_NONE && p->last > 0) {
		if (view_width(f->c, n->text.buf, n->text.len) > last.cols - 2 && p->ndetail)
			last.row--;
		else
			more.rows = 0;
		view_notice(f, &last, &more);
	}
}

void view_settings(struct frame *f)
{
	int rows = f->c->rows, box = view_settings_rows(f->scene, rows), top = rows - box;
	struct places p;

	canvas_fill(f->c, (struct rect){.row = top, .rows = box, .cols = f->c->cols}, ROLE_TEXT);
	if (top > 0)
		view_line(f->c, top++, 0, f->c->cols);
	place(top, rows, &p);
	draw_list(f, &p);
	draw_title(f, &p);
	draw_detail(f, &p);
	draw_last(f, &p);
}
