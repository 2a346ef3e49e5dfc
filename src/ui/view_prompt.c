/* SPDX-License-Identifier: MIT
 *
 * A question in the last line, and above it what the text could be completed to when there are
 * several ways.
 */
#include "ui/view.h"

#include <string.h>

#define COMPLETION_LINES_MAX 6
#define COMPLETION_WIDTH_MAX 40
#define INPUT_WIDTH_MIN      12

static int draw_question(struct frame *f, const struct rect *r)
{
	const char *question = f->scene->question ? f->scene->question : "";
	int margin = r->cols > INPUT_WIDTH_MIN ? 1 : 0;
	int room = MAX(r->cols - INPUT_WIDTH_MIN, 0);

	return canvas_text(f->c, r->row, r->col + margin, room, question, strlen(question),
			   ROLE_PROMPT);
}

/* The answer is to what was typed, or to its beginning. */
static bool answers(const struct completion *a, const struct str *typed)
{
	size_t dir = a->dir.len, len = dir + a->prefix.len;

	return a->answered && a->n > 1 && typed->len >= len &&
	       memcmp(typed->buf, a->dir.buf, dir) == 0 &&
	       memcmp(typed->buf + dir, a->prefix.buf, a->prefix.len) == 0;
}

static bool lists_completions(const struct frame *f)
{
	return f->scene->completes && f->scene->edit &&
	       answers(&f->model->completion, &f->scene->edit->text);
}

/* In the linear mode, in the line itself. */
static void add_ways(const struct completion *a, struct str *out)
{
	str_addf(out, "%u:", a->n);
	for (uint32_t i = 0; i < a->n && out->len < 1000; i++)
		str_addf(out, " %s", a->names[i]);
}

/* Returns the column before which the input ends. */
static int draw_note(struct frame *f, const struct rect *r, int col)
{
	CLEANUP(str_done) struct str ways = STR_INIT;
	const char *note = f->scene->note && *f->scene->note ? f->scene->note
			   : f->scene->completes             ? "Tab: complete"
							     : "";
	int room = r->cols - col - INPUT_WIDTH_MIN - COLUMN_GAP;
	int width;

	if (f->model->settings.plain && lists_completions(f) && !f->scene->note_is_error) {
		add_ways(&f->model->completion, &ways);
		note = ways.buf;
		room = MIN(room, r->cols / 2);
		width = MIN(view_width(f->c, note, strlen(note)), room);
	} else {
		width = view_width(f->c, note, strlen(note));
	}
	/* An error is cut rather than left out. */
	if (width == 0 || (width > room && (!f->scene->note_is_error || room < INPUT_WIDTH_MIN)))
		return r->cols;
	width = MIN(width, room);
	canvas_text(f->c, r->row, r->cols - 1 - width, width, note, strlen(note),
		    f->scene->note_is_error ? ROLE_ERROR : ROLE_HINT);
	return r->cols - 1 - width - 1;
}

static int widest_completion(const struct frame *f, const struct completion *a)
{
	int width = 1;

	for (uint32_t i = 0; i < a->n && width < COMPLETION_WIDTH_MAX; i++)
		width = MAX(width, view_width(f->c, a->names[i], strlen(a->names[i])));
	return MIN(width, COMPLETION_WIDTH_MAX);
}

static void draw_completions(struct frame *f, const struct completion *a)
{
	int cols = f->c->cols, room = MIN(f->screen.last.row / 2, COMPLETION_LINES_MAX);
	int across, lines, width, top;
	size_t first;

	if (room < 1 || cols < INPUT_WIDTH_MIN)
		return;
	across = MAX(1, (cols - 1) / (widest_completion(f, a) + COLUMN_GAP));
	lines = MIN(room, (int)((a->n + (uint32_t)across - 1) / (uint32_t)across));
	width = (cols - 1) / across;
	/* By lines: the window moves by whole lines, so that the chosen one is seen. */
	first = layout_window((a->n + (size_t)across - 1) / (size_t)across,
			      f->scene->selected / (size_t)across, lines) *
		(size_t)across;
	top = f->screen.last.row - lines;
	if (f->screen.hints.rows)
		view_line(f->c, top - 1, 0, cols);
	f->d->layout->overlay = (struct rect){.row = top, .rows = lines, .cols = cols};
	f->d->layout->overlay_first = (int)first;
	canvas_fill(f->c, f->d->layout->overlay, ROLE_INPUT);
	for (size_t i = first; i < a->n && i < first + (size_t)across * (size_t)lines; i++) {
		int line = (int)((i - first) / (size_t)across),
		    col = (int)((i - first) % (size_t)across);

		canvas_name(f->c, top + line, 1 + col * width, width - COLUMN_GAP, a->names[i],
			    strlen(a->names[i]), ROLE_INPUT, NULL);
	}
}

/* One a line; the chosen one can be told without colours by its sign. */
static void draw_choices(struct frame *f)
{
	int cols = f->c->cols, room = MIN(f->screen.last.row / 2, COMPLETION_LINES_MAX);
	int lines = (int)MIN(f->scene->nchoices, (size_t)MAX(room, 0)), top;
	size_t first;

	if (lines < 1 || cols < INPUT_WIDTH_MIN)
		return;
	first = layout_window(f->scene->nchoices, f->scene->selected, lines);
	top = f->screen.last.row - lines;
	if (f->screen.hints.rows)
		view_line(f->c, top - 1, 0, cols);
	f->d->layout->overlay = (struct rect){.row = top, .rows = lines, .cols = cols};
	f->d->layout->overlay_first = (int)first;
	canvas_fill(f->c, f->d->layout->overlay, ROLE_INPUT);
	for (int i = 0; i < lines; i++) {
		const char *text = f->scene->choices[first + (size_t)i];
		bool chosen = first + (size_t)i == f->scene->selected;
		uint16_t look = chosen ? ROLE_SELECTED : ROLE_INPUT;

		if (chosen)
			canvas_word(f->c, top + i, 0, 1, "\u25b8", ">", look);
		canvas_name(f->c, top + i, 2, cols - 3, text, strlen(text), look, NULL);
	}
}

void view_prompt(struct frame *f)
{
	const struct rect *r = &f->screen.last;
	int col, end, cursor = 0;

	canvas_fill(f->c, *r, ROLE_INPUT);
	col = draw_question(f, r);
	end = draw_note(f, r, col);
	f->c->cursor_row = r->row;
	f->c->cursor_col = col;
	if (!f->scene->edit)
		return;
	if (!f->model->settings.plain && lists_completions(f))
		draw_completions(f, &f->model->completion);
	draw_choices(f);
	lineedit_draw(f->scene->edit, f->c, r->row, col, MAX(end - col, 1), &cursor);
	f->c->cursor_col = cursor;
}
