/* SPDX-License-Identifier: MIT */
#include "ui/layout.h"

static struct rect rows_at(int row, int rows, int cols)
{
	return (struct rect){.row = row, .col = 0, .rows = rows, .cols = cols};
}

static int clamp(int value, int low, int high)
{
	return MAX(low, MIN(value, high));
}

#define PANE_COLS_MIN     20
#define PANE_ROWS_MIN     3
#define PANE_SPLIT_FROM   60 /* columns: facts and preview side by side */
#define PANE_FACTS_MAX    16 /* lines, above a preview */
#define PANE_PREVIEW_FROM 10 /* lines, for both above each other */

/* The facts have the same lines for whatever the pane is about, so that moving on changes words and
 * moves none. */
static void pane_beside(struct screen *s, const struct pane_wish *w)
{
	int cols = s->list.cols, most = cols - PANE_LIST_LEAST - 1;
	int width = w->width ? clamp(w->width, PANE_COLS_MIN, most)
			     : clamp(cols * 2 / 5, PANE_COLS_MIN, cols - PANE_LIST_COLS - 1);
	int top = s->titles.rows ? s->titles.row : s->list.row;
	int rows = s->list.row + s->list.rows - top, facts = rows;
	int col = cols - width + 1;

	if (rows < PANE_ROWS_MIN)
		return;
	s->list.cols -= width + 1;
	s->titles.cols = s->list.cols;
	s->bar = (struct rect){top, s->list.cols, rows, 1};
	if (w->preview && rows >= PANE_PREVIEW_FROM)
		facts = MIN(rows / 2, PANE_FACTS_MAX);
	s->info = (struct rect){top, col, facts, width - 1};
	if (facts == rows)
		return;
	s->preview_title = (struct rect){top + facts, col - 1, 1, width};
	s->preview = (struct rect){top + facts + 1, col, rows - facts - 1, width - 1};
}

static void pane_below(struct screen *s, const struct pane_wish *w)
{
	int rows = clamp(w->height ? w->height : PANE_ROWS, PANE_ROWS_MIN,
			 s->list.rows - PANE_LIST_ROWS);
	int cols = s->list.cols, top, half = cols;

	if (s->list.rows - PANE_LIST_ROWS < PANE_ROWS_MIN || cols < PANE_COLS_MIN)
		return;
	s->list.rows -= rows;
	top = s->list.row + s->list.rows;
	s->bar = (struct rect){top, 0, 1, cols};
	if (w->preview && cols >= PANE_SPLIT_FROM)
		half = cols * 11 / 20;
	s->info = (struct rect){top + 1, 1, rows - 1, half == cols ? cols - 2 : half - 3};
	if (half == cols)
		return;
	s->preview_title = (struct rect){top, half, 1, cols - half};
	s->preview = (struct rect){top + 1, half, rows - 1, cols - half};
}

void layout_screen(int rows, int cols, bool hints, bool last_line, const struct pane_wish *pane,
		   struct screen *ret_screen)
{
	struct screen s = {0};
	int top = 0, bottom = rows;

	s.last = rows_at(rows - 1, 1, cols);
	if (hints && rows >= SCREEN_HINTS_FROM)
		s.hints = rows_at(--bottom, 1, cols);
	if (rows >= SCREEN_SENTENCE_FROM)
		s.sentence = rows_at(--bottom, 1, cols);
	if (last_line && bottom == rows && rows > 1)
		bottom--;
	if (rows >= SCREEN_HEADER_FROM)
		s.header = rows_at(top++, 1, cols);
	if (rows >= SCREEN_TITLES_FROM)
		s.titles = rows_at(top++, 1, cols);
	s.list = rows_at(top, bottom - top, cols);
	if (pane && pane->on && cols >= PANE_BESIDE_FROM)
		pane_beside(&s, pane);
	else if (pane && pane->on)
		pane_below(&s, pane);
	*ret_screen = s;
}

void layout_viewer(int rows, int cols, bool hints, bool last_line, struct screen *ret_screen)
{
	struct screen s = {0};
	int top = 0, bottom = rows;

	s.last = rows_at(rows - 1, 1, cols);
	if (hints && rows >= SCREEN_HINTS_FROM) {
		s.hints = rows_at(--bottom, 1, cols);
		if (last_line)
			s.sentence = rows_at(bottom - 1, 1, cols);
	} else if (last_line && rows > 1) {
		bottom--;
	}
	if (rows >= SCREEN_HEADER_FROM)
		s.header = rows_at(top++, 1, cols);
	s.list = rows_at(top, bottom - top, cols);
	*ret_screen = s;
}

void layout_plain(int rows, int cols, int lines, struct screen *ret_screen)
{
	struct screen s = {0};
	int top = 0;

	lines = MAX(1, MIN(lines, rows / 3));
	s.last = rows_at(rows - lines, lines, cols);
	if (rows >= SCREEN_HEADER_FROM)
		s.header = rows_at(top++, 1, cols);
	/* The one row of a screen is the list's until there is something to say. */
	s.list = rows_at(top, rows > 1 ? s.last.row - top : 1, cols);
	*ret_screen = s;
}

int layout_gutter(int cols)
{
	return cols >= 12 ? 3 : cols >= 4 ? 1 : 0;
}

int layout_margin(int cols)
{
	return cols >= 12 ? 1 : 0;
}

enum width_rule { WIDTH_FIXED, WIDTH_OWNER, WIDTH_SIZE, WIDTH_TIME, WIDTH_FLEX };

static const struct {
	enum width_rule rule;
	int width, max;
	bool right;
	int gap; /* before the next column */
} shapes[COL_KINDS] = {
	[COL_SIGN] = {WIDTH_FIXED, 1, 1, false, 1},
	[COL_TOTAL] = {WIDTH_SIZE, 6, 21, true, COLUMN_GAP},
	[COL_PERCENT] = {WIDTH_FIXED, 6, 6, true, COLUMN_GAP},
	[COL_BAR] = {WIDTH_FLEX, 12, 22, false, COLUMN_GAP},
	[COL_ITEMS] = {WIDTH_FIXED, 9, 9, true, COLUMN_GAP},
	[COL_NAME] = {WIDTH_FIXED, COLUMN_NAME_MIN, COLUMN_NAME_MAX, false, COLUMN_GAP},
	[COL_PERM] = {WIDTH_FIXED, 10, 10, false, COLUMN_GAP},
	[COL_OWNER] = {WIDTH_OWNER, 9, 17, false, COLUMN_GAP},
	[COL_SIZE] = {WIDTH_SIZE, 5, 20, true, COLUMN_GAP},
	[COL_MODIFIED] = {WIDTH_TIME, 10, 20, false, COLUMN_GAP},
	[COL_CHANGED] = {WIDTH_TIME, 10, 20, false, COLUMN_GAP},
	[COL_BORN] = {WIDTH_TIME, 10, 20, false, COLUMN_GAP},
	[COL_WHERE] = {WIDTH_FLEX, 14, 60, false, COLUMN_GAP},
	[COL_FSTYPE] = {WIDTH_FIXED, 10, 10, false, COLUMN_GAP},
	[COL_FREE] = {WIDTH_FIXED, 6, 6, true, COLUMN_GAP},
	[COL_SOURCE] = {WIDTH_FLEX, 10, 40, false, COLUMN_GAP},
	[COL_SHARED] = {WIDTH_SIZE, 6, 21, true, COLUMN_GAP},
	[COL_FREED] = {WIDTH_SIZE, 6, 21, true, COLUMN_GAP},
	[COL_NUMBER] = {WIDTH_FIXED, 5, 5, true, COLUMN_GAP},
	[COL_STATE] = {WIDTH_FIXED, 13, 13, false, COLUMN_GAP},
	[COL_STEPS] = {WIDTH_FIXED, 5, 5, true, COLUMN_GAP},
	[COL_UNDO] = {WIDTH_FLEX, 14, 60, false, COLUMN_GAP},
	[COL_ORIGIN] = {WIDTH_FLEX, 14, 60, false, COLUMN_GAP},
	[COL_AGE] = {WIDTH_FIXED, 13, 13, false, COLUMN_GAP},
	[COL_DATE] = {WIDTH_FIXED, 16, 16, false, COLUMN_GAP},
	[COL_TRASH] = {WIDTH_FLEX, 8, 24, false, COLUMN_GAP},
};

/* Rounds up to low, low + step, low + 2 step... */
static int stepped(int value, int low, int step)
{
	return value <= low ? low : low + (value - low + step - 1) / step * step;
}

static int column_width(enum column column, const struct column_needs *needs)
{
	int low = shapes[column].width, high = shapes[column].max;

	switch (shapes[column].rule) {
	case WIDTH_OWNER:
		return clamp(stepped(needs->owner, low, 2), low, high);
	case WIDTH_SIZE:
		return clamp(stepped(needs->size, low, 3), low, high);
	case WIDTH_TIME:
		return clamp(needs->time, low, high);
	case WIDTH_FIXED:
	case WIDTH_FLEX:
		break;
	}
	return low;
}

/* Chooses columns until the names would get too narrow; returns what is left for the names. */
static int choose(const enum column *wanted, int left, const struct column_needs *needs,
		  int widths[COL_KINDS])
{
	for (; *wanted != COL_KINDS; wanted++) {
		int width = column_width(*wanted, needs);
		/* Of sizes the size is what matters. */
		int names = *wanted == COL_TOTAL ? COLUMN_NAME_LEAST : COLUMN_NAME_MIN;

		if (*wanted == COL_NAME)
			continue;
		if (left - width - shapes[*wanted].gap < names) {
			if (*wanted == COL_SIGN || *wanted == COL_AGE)
				continue;
			break;
		}
		widths[*wanted] = width;
		left -= width + shapes[*wanted].gap;
	}
	return left;
}

/* Shares what the names could do without: half of it widens the flexible columns, all that names do
 * not need as well. */
static int share(int left, const struct column_needs *needs, int widths[COL_KINDS])
{
	int names = clamp(left, 0, stepped(needs->names, COLUMN_NAME_MAX, 20));

	for (int i = 0; i < COL_KINDS; i++) {
		int spare = MAX(left - names, (left - COLUMN_NAME_MIN) / 2);
		int grow;

		if (widths[i] == 0 || shapes[i].rule != WIDTH_FLEX)
			continue;
		grow = clamp(spare, 0, shapes[i].max - widths[i]);
		widths[i] += grow;
		left -= grow;
	}
	return MIN(left, names);
}

void layout_columns(const enum column *wanted, int cols, const struct column_needs *needs,
		    struct column_slots *ret_slots)
{
	int icon = cols >= COLUMN_NAME_MIN + needs->icon ? needs->icon : 0;
	int col = layout_gutter(cols);
	int widths[COL_KINDS] = {0};
	struct column_slots s = {.n = 1, .wanted = wanted, .cols = cols, .icon = icon};

	cols -= layout_margin(cols);
	widths[COL_NAME] = share(choose(wanted, cols - col - icon, needs, widths), needs, widths);
	for (int i = 0; i < COL_KINDS; i++) {
		struct column_slot *at = i == COL_NAME ? &s.at[0] : &s.at[s.n];

		if (widths[i] == 0 && i != COL_NAME)
			continue;
		s.n += i != COL_NAME;
		col += i == COL_NAME ? icon : 0;
		*at = (struct column_slot){(enum column)i, col, widths[i], shapes[i].right};
		col += widths[i] + shapes[i].gap;
	}
	*ret_slots = s;
}

void layout_grid(size_t n, int widest, int cols, int max_lines, int *ret_across, int *ret_lines)
{
	int fit = clamp(cols / MAX(widest, 1), 1, (int)MIN(n, (size_t)100));
	int lines = MAX(max_lines, 1);
	int across = (int)MIN((n + (size_t)lines - 1) / (size_t)lines, (size_t)100);

	across = clamp(across, 1, fit);
	*ret_across = across;
	*ret_lines = (int)MIN((n + (size_t)across - 1) / (size_t)across, (size_t)lines);
}

size_t layout_window(size_t n, size_t selected, int height)
{
	size_t h = (size_t)MAX(height, 1);

	if (n <= h)
		return 0;
	if (selected >= n)
		selected = n - 1;
	return selected < h ? 0 : selected - h + 1;
}
