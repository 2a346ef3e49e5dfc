/* SPDX-License-Identifier: MIT
 *
 * The list. While a key is held (frame.before is set) only what must follow it is drawn: signs,
 * names of rows that came into view, the hardware cursor. A row that was on screen before is found
 * there again by its name and keeps what stood beside it; the name of the current row is not
 * highlighted. So a held j costs two signs and a cursor address, and a scrolled row its name. The
 * rest follows in the first drawing at rest.
 */
#include "ui/icons.h"
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

static bool is_current(const struct frame *f, size_t pos)
{
	return pos == model_view(f->model)->list.cursor;
}

static void draw_gutter(struct frame *f, int line, size_t pos, const struct row *row)
{
	const struct list *l = &model_view(f->model)->list;
	int gutter = layout_gutter(f->screen.list.cols), col = f->screen.list.col;
	bool marked = marks_has(&f->model->marks, row);
	bool ranged = list_in_range(l, pos);

	if (gutter == 0)
		return;
	if (is_current(f, pos))
		canvas_word(f->c, line, col, 1, "▸", ">", ROLE_CURSOR_MARK);
	else if (gutter == 1 && (marked || ranged))
		canvas_word(f->c, line, col, 1, marked ? "*" : "+", NULL, ROLE_MARK);
	if (gutter > 1 && (marked || ranged))
		canvas_word(f->c, line, col + 1, 1, marked ? "*" : "+", NULL, ROLE_MARK);
}

bool view_icons(const struct frame *f)
{
	return f->model->settings.icons != ICONS_NONE && !f->c->ascii;
}

static void draw_icon(struct frame *f, int line, const struct row *row)
{
	const char *sign =
		f->slots.icon ? icon_of((enum icon_set)f->model->settings.icons, row) : NULL;

	if (sign)
		canvas_sign(f->c, line, f->screen.list.col + f->slots.at[0].col - f->slots.icon,
			    sign, theme_name_look(f->d->theme, row));
}

/* Returns the column after the name. */
static int draw_name(struct frame *f, int line, size_t pos, const struct row *row)
{
	const struct list *l = &model_view(f->model)->list;
	const struct column_slot *s = &f->slots.at[0];
	int col = f->screen.list.col + s->col, end = col + s->width;
	bool slash = row->type == ENTRY_DIR && s->width > 1 &&
		     !(row->name_len > 0 && row->name[row->name_len - 1] == '/');
	uint16_t look = theme_name_look(f->d->theme, row);
	struct match_spans spans = {0};

	if (is_current(f, pos) && !f->before)
		look = ROLE_CURSOR;
	if (!row->parent)
		list_spans(l, pos, &spans);
	col = canvas_name(f->c, line, col, s->width - slash, row->name, row->name_len, look,
			  &spans);
	if (slash)
		col = canvas_word(f->c, line, col, end - col, "/", NULL, look);
	return col;
}

#define TARGET_MIN 6 /* columns, arrow included */

static void draw_target(struct frame *f, int line, int col, const struct row *row)
{
	int end = f->screen.list.col + f->slots.at[0].col + f->slots.at[0].width;

	if (!row->target || end - col < TARGET_MIN)
		return;
	col = canvas_word(f->c, line, col + 1, end - col - 1, "→", "->", ROLE_TARGET) + 1;
	canvas_text(f->c, line, col, end - col, row->target, strlen(row->target), ROLE_TARGET);
}

/* True when line `was` of the canvas before begins with the name that is now on `line`, which ends
 * before `after`. */
static bool same_name(const struct frame *f, int line, int was, int after)
{
	const struct cell *next;

	for (int col = f->screen.list.col + f->slots.at[0].col; col < after; col++) {
		const struct cell *a = canvas_at(f->c, line, col),
				  *b = canvas_at(f->before, was, col);

		if (!a || !b || strcmp(a->text, b->text) != 0)
			return false;
	}
	/* The blank behind a name has no role; one inside a longer name has. */
	next = canvas_at(f->before, was, after);
	return !next || (next->look == ROLE_TEXT && strcmp(next->text, " ") == 0);
}

/* The line on which the row now on `line` was before, or -1. The distance scrolled, *shift, is the
 * same for all rows, so it is tried first. */
static int line_before(const struct frame *f, int line, int after, int *shift)
{
	const struct rect *list = &f->screen.list;
	int guess = line + *shift;

	if (guess >= list->row && guess < list->row + list->rows &&
	    same_name(f, line, guess, after))
		return guess;
	for (int was = list->row; was < list->row + list->rows; was++) {
		if (!same_name(f, line, was, after))
			continue;
		*shift = was - line;
		return was;
	}
	return -1;
}

/* From one column on and before another. */
static void copy_cells(struct frame *f, int line, int was, int from, int end)
{
	size_t cols = (size_t)f->c->cols;

	for (int col = MAX(from, 0); col < end; col++)
		f->c->cells[(size_t)line * cols + (size_t)col] =
			f->before->cells[(size_t)was * cols + (size_t)col];
}

static void draw_row(struct frame *f, int line, size_t pos, int *shift)
{
	const struct list *l = &model_view(f->model)->list;
	struct row row;
	int after, was, left = f->screen.list.col;

	if (!list_row(l, pos, &row))
		return;
	draw_gutter(f, line, pos, &row);
	draw_icon(f, line, &row);
	after = draw_name(f, line, pos, &row);
	if (!f->before) {
		draw_target(f, line, after, &row);
		view_cells(f, line, &row, list_id(l, pos));
		return;
	}
	was = line_before(f, line, after, shift);
	if (was < 0)
		return;
	copy_cells(f, line, was, left + layout_gutter(f->screen.list.cols),
		   left + f->slots.at[0].col - f->slots.icon);
	copy_cells(f, line, was, after, left + f->screen.list.cols);
}

/* What keeps a directory from being shown, or NULL; buf serves what is not constant. */
static const char *trouble_words(const struct frame *f, char buf[VIEW_WORDS_MAX],
				 uint16_t *ret_look)
{
	const struct listing *listing = model_tab(f->model)->listing;
	enum listing_state state = listing ? listing_state(listing) : LISTING_OPENING;
	char time[FMT_MAX];

	*ret_look = ROLE_WARNING;
	if (state == LISTING_GONE)
		return "this directory is gone";
	if (state == LISTING_FAILED) {
		*ret_look = ROLE_ERROR;
		snprintf(buf, VIEW_WORDS_MAX, "cannot be listed%s%s",
			 listing_err(listing) ? ": " : "",
			 listing_err(listing) ? strerror(-listing_err(listing)) : "");
		return buf;
	}
	if (f->model->stall.ms == 0)
		return NULL;
	snprintf(buf, VIEW_WORDS_MAX, "not answering %s", fmt_duration(time, f->model->stall.ms));
	return buf;
}

/* Why there is nothing to see. In brackets, so that nobody takes it for a name. */
const char *view_empty_words(const struct frame *f, char buf[VIEW_WORDS_MAX], uint16_t *ret_look)
{
	const struct view *view = model_view(f->model);
	const struct list *l = &view->list;
	const char *trouble = view->kind == VIEW_DIR ? trouble_words(f, buf, ret_look) : NULL;

	if (trouble)
		return trouble;
	*ret_look = ROLE_HINT;
	if (l->rows->ops->loading && l->rows->ops->loading(l->rows))
		return "";
	if (l->filtered > 0)
		return "(no name matches the filter)";
	if (l->hidden > 0)
		return "(only hidden names)";
	if (view->past && view->past->err)
		return "(the history cannot be read)";
	if (view->past)
		return "(nothing was done yet)";
	if (view->kind == VIEW_TRASH)
		return "(the trash is empty)";
	return view->kind == VIEW_MARKED ? "(nothing is marked)" : "(empty)";
}

static void draw_empty(struct frame *f)
{
	const struct list *l = &model_view(f->model)->list;
	const struct rect *r = &f->screen.list;
	uint16_t look;
	char buf[VIEW_WORDS_MAX];
	const char *words;
	int line = r->row + (l->with_parent && list_len(l) > 0 ? 1 : 0);
	int gutter = f->slots.at[0].col;

	if (l->n > 0 || line >= r->row + r->rows)
		return;
	words = view_empty_words(f, buf, &look);
	canvas_text(f->c, line, r->col + gutter, r->cols - gutter, words, strlen(words), look);
}

/* True when the canvas before showed the same place: else nothing on it is of use. */
static bool continues(const struct frame *f)
{
	const struct rect *h = &f->screen.header;

	for (int col = 0; h->rows > 0 && col < h->cols; col++) {
		const struct cell *a = canvas_at(f->c, h->row, col);
		const struct cell *b = canvas_at(f->before, h->row, col);

		if ((a->look == ROLE_HEADER_PATH || b->look == ROLE_HEADER_PATH) &&
		    strcmp(a->text, b->text) != 0)
			return false;
	}
	return true;
}

void view_list(struct frame *f)
{
	const struct list *l = &model_view(f->model)->list;
	const struct rect *r = &f->screen.list;
	size_t first, end;
	int shift = 0;

	/* A held key that leads to another directory: draw it whole, there is nothing to follow. */
	if (f->before && !continues(f))
		f->before = NULL;
	view_range(f, &first, &end);
	for (size_t pos = first; pos < end; pos++)
		draw_row(f, r->row + (int)(pos - first), pos, &shift);
	draw_empty(f);
	f->c->cursor_col = r->col + f->slots.at[0].col;
	f->c->cursor_row = r->row;
	if (l->cursor >= first && l->cursor < end)
		f->c->cursor_row += (int)(l->cursor - first);
}
