/* SPDX-License-Identifier: MIT
 *
 * What curses makes of a frame cannot be asked of it; this estimates it, for pacing. A row that was
 * on screen elsewhere is scrolled there.
 */
#include "ui/canvas.h"

#include <stdlib.h>
#include <string.h>

#define ADDRESS_COST 8  /* bytes to get to a run of cells and to set its look */
#define SCROLL_COST  16 /* to set a region and take it back */

static const struct cell *row_of(const struct canvas *c, int line)
{
	return &c->cells[(size_t)line * (size_t)c->cols];
}

static bool line_was(const struct canvas *before, const struct canvas *after, int line, int was)
{
	return was >= 0 && was < after->rows &&
	       memcmp(row_of(before, was), row_of(after, line),
		      (size_t)after->cols * sizeof(struct cell)) == 0;
}

static bool is_blank(const struct cell *cell)
{
	return strcmp(cell->text, " ") == 0;
}

static size_t row_cost(const struct canvas *before, const struct canvas *after, int line)
{
	const struct cell *now = row_of(after, line), *was = before ? row_of(before, line) : NULL;
	bool in_run = false;
	size_t cost = 0;

	for (int i = 0; i < after->cols; i++) {
		bool differs =
			was ? memcmp(&now[i], &was[i], sizeof(*now)) != 0 : !is_blank(&now[i]);

		cost += differs ? 1 + (in_run ? 0 : ADDRESS_COST) : 0;
		in_run = differs;
	}
	return cost;
}

static int find_shift(const struct canvas *before, const struct canvas *after, int line)
{
	for (int was = 0; was < after->rows; was++)
		if (line_was(before, after, line, was))
			return was - line;
	return 0;
}

size_t canvas_cost(const struct canvas *before, const struct canvas *after)
{
	size_t cost = 0;
	int shift = 0;

	for (int line = 0; line < after->rows; line++) {
		if (before && line_was(before, after, line, line))
			continue;
		if (before && !shift)
			shift = find_shift(before, after, line);
		if (!shift || !line_was(before, after, line, line + shift))
			cost += row_cost(before, after, line);
	}
	return cost + (shift ? (size_t)abs(shift) + SCROLL_COST : 0);
}
