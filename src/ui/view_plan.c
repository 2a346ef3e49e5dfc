/* SPDX-License-Identifier: MIT
 *
 * A plan to agree to: what it is about, how much that is, what stands against it, and each thing by
 * its path. On a high screen the list stays in sight above.
 */
#include "ui/view.h"

#include <stdio.h>
#include <string.h>

#define OVER_LIST_FROM 16 /* rows of a screen on which some of the list stays in sight */

static const char *const wide_ways[] = {"y: do it   Esc: leave it", "Esc: back"};
static const char *const short_ways[] = {"y Esc", "Esc"};

/* Rows: a line, the title, the sums, and the prompt of what is typed; the rest is for the lines. */
struct places {
	int top, title, sums, first, lines, prompt; /* -1: no room, or none needed */
};

static void place(const struct frame *f, struct places *p)
{
	const struct scene_plan *plan = f->scene->plan;
	int rows = f->c->rows, wanted, height;
	int has_sums = plan->sums && *plan->sums && rows >= 5;
	int has_prompt = plan->typed;

	wanted = 2 + has_sums + has_prompt + (int)MIN(plan->nlines, 1000U);
	height = rows >= OVER_LIST_FROM ? MIN(wanted, rows * 2 / 3) : rows;
	p->top = rows - height;
	p->title = p->top + (height >= 4);
	p->sums = has_sums ? p->title + 1 : -1;
	p->first = p->title + 1 + has_sums;
	p->prompt = has_prompt ? rows - 1 : -1;
	p->lines = MAX(rows - has_prompt - p->first, 0);
	/* What is typed is what matters most. */
	if (p->prompt == p->title && rows > 1)
		p->title--;
}

static void draw_title(struct frame *f, const struct places *p)
{
	const struct scene_plan *plan = f->scene->plan;
	int cols = f->c->cols, ways, width;
	const char *words = cols >= 60 ? wide_ways[plan->over] : short_ways[plan->over];

	canvas_fill(f->c, (struct rect){.row = p->title, .rows = 1, .cols = cols}, ROLE_TITLE);
	if (plan->typed || (!plan->over && !plan->number))
		words = cols >= 60 ? "Esc: leave it" : "Esc";
	ways = (int)strlen(words) + COLUMN_GAP;
	if (ways + 8 <= cols)
		canvas_word(f->c, p->title, cols - ways, ways, words, NULL, ROLE_HINT_KEY);
	else
		ways = 0;
	width = MAX(cols - (cols > 20) - 1 - ways, 0);
	/* A long name must not hide what is behind it ("for good", "without undo"), but where
	 * there is no room for both, the number in front matters more. */
	if (cols >= 40)
		canvas_name(f->c, p->title, cols > 20, width, plan->title, strlen(plan->title),
			    ROLE_TITLE, NULL);
	else
		canvas_text(f->c, p->title, cols > 20, width, plan->title, strlen(plan->title),
			    ROLE_TITLE);
	f->c->cursor_row = p->title;
	f->c->cursor_col = cols > 20;
}

static void draw_heading(struct frame *f, int row, const struct scene_plan_line *line)
{
	uint16_t look = line->look == PLAN_CHOICE ? ROLE_HINT_KEY : ROLE_HINT;
	int cols = f->c->cols, col = cols > 40;
	char count[FMT_MAX];

	col = canvas_text(f->c, row, col, cols - 1, line->text, strlen(line->text), look);
	if (line->count && fmt_count(count, line->count) && col + 1 < cols)
		canvas_word(f->c, row, col + 1, cols - col - 1, count, NULL, look);
}

static void draw_line(struct frame *f, int row, const struct scene_plan_line *line)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	int cols = f->c->cols, col = cols > 40 ? 3 : 0, text = 0;

	if (line->look == PLAN_HEADING || line->look == PLAN_CHOICE) {
		draw_heading(f, row, line);
		return;
	}
	if (line->text)
		text = MIN(view_width(f->c, line->text, strlen(line->text)), cols / 2);
	if (line->path && view_add_path(f, &path, line->path) == 0)
		col = view_tail(f->c, row, col, cols - col - (text ? text + COLUMN_GAP : 0),
				path.buf, path.len, ROLE_TEXT) +
		      COLUMN_GAP;
	if (line->text && col < cols)
		canvas_text(f->c, row, col, cols - col, line->text, strlen(line->text), ROLE_ERROR);
}

static void draw_prompt(struct frame *f, int row)
{
	const struct scene_plan *plan = f->scene->plan;
	int cols = f->c->cols, col, cursor = 0, width;
	char question[64];

	snprintf(question, sizeof(question),
		 cols >= 60 ? "type %u, then Enter, to go ahead: " : "type %u: ", plan->number);
	canvas_fill(f->c, (struct rect){.row = row, .rows = 1, .cols = cols}, ROLE_INPUT);
	col = canvas_text(f->c, row, cols > 20, MAX(cols - 2, 0), question, strlen(question),
			  ROLE_PROMPT);
	width = MAX(MIN(cols - col - 1, 12), 1);
	if (f->scene->edit)
		lineedit_draw(f->scene->edit, f->c, row, col, width, &cursor);
	f->c->cursor_row = row;
	f->c->cursor_col = f->scene->edit ? cursor : col;
	col += width + COLUMN_GAP;
	if (f->scene->note && col < cols)
		canvas_text(f->c, row, col, cols - col, f->scene->note, strlen(f->scene->note),
			    f->scene->note_is_error ? ROLE_ERROR : ROLE_HINT);
}

void view_plan(struct frame *f)
{
	const struct scene_plan *plan = f->scene->plan;
	struct places p;
	size_t first, most;

	if (!plan)
		return;
	place(f, &p);
	canvas_fill(f->c,
		    (struct rect){.row = p.top, .rows = f->c->rows - p.top, .cols = f->c->cols},
		    ROLE_TEXT);
	if (p.top < p.title)
		view_line(f->c, p.top, 0, f->c->cols);
	most = plan->nlines > (size_t)p.lines ? plan->nlines - (size_t)p.lines : 0;
	first = MIN(f->scene->scroll, most);
	f->d->layout->overlay_scroll_max = most;
	f->d->layout->overlay = (struct rect){.row = p.first, .rows = p.lines, .cols = f->c->cols};
	for (int i = 0; i < p.lines && first + (size_t)i < plan->nlines; i++)
		draw_line(f, p.first + i, &plan->lines[first + (size_t)i]);
	if (p.sums >= 0)
		canvas_text(f->c, p.sums, f->c->cols > 20, f->c->cols - 1, plan->sums,
			    strlen(plan->sums), ROLE_TEXT);
	draw_title(f, &p);
	if (p.prompt >= 0)
		draw_prompt(f, p.prompt);
}
