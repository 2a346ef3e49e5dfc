/* SPDX-License-Identifier: MIT
 *
 * A grid of cells that views draw on. The only way text gets to the terminal, and the only place
 * where bytes from outside become cells: canvas_text() passes them through base/display.h.
 * Everything is clipped; drawing outside does nothing.
 *
 * Thread: UI. Owns: its cells.
 */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/display.h"

struct cell {
	char text[GLYPH_MAX - 2]; /* UTF-8 of one character with its marks; "" in the right half of
				     a wide one */
	uint8_t width;            /* 1 or 2; 0: the right half of the cell before */
	uint8_t pad;
	uint16_t look; /* enum role, or a look of LS_COLORS */
};

struct canvas {
	struct cell *cells;
	int rows, cols;
	bool ascii;
	bool ascii_signs;           /* our own signs in ASCII, whatever the names may be */
	int cursor_row, cursor_col; /* where the hardware cursor rests */
};

struct rect {
	int row, col, rows, cols;
};

int canvas_init(struct canvas *c, int rows, int cols, bool ascii); /* blank */
void canvas_done(struct canvas *c);
int canvas_resize(struct canvas *c, int rows, int cols);
void canvas_clear(struct canvas *c);
void canvas_copy(struct canvas *to, const struct canvas *from); /* same size */

void canvas_fill(struct canvas *c, struct rect r, uint16_t look);
/* Our own words (never bytes from outside): UTF-8 with an ASCII twin for terminals that have no
 * more. Return the column after the last cell written; at most `width` columns. */
int canvas_word(struct canvas *c, int row, int col, int width, const char *utf8, const char *ascii,
		uint16_t look);
/* One sign of our own in one column, as it is: also one of private use, which no text shows. */
void canvas_sign(struct canvas *c, int row, int col, const char *utf8, uint16_t look);
int canvas_print(struct canvas *c, int row, int col, int width, uint16_t look, const char *fmt, ...)
	PRINTF(6, 7);
/* Bytes from outside, made safe; escapes in ROLE_ESCAPE. Cut at the end with … when longer. */
int canvas_text(struct canvas *c, int row, int col, int width, const char *bytes, size_t len,
		uint16_t look);
/* The same, cut in the middle so that the extension stays, with parts highlighted. spans may be
 * NULL. */
struct match_spans;
int canvas_name(struct canvas *c, int row, int col, int width, const char *bytes, size_t len,
		uint16_t look, const struct match_spans *spans);
/* One line of a text from outside, UTF-8, as base/textline.h shows it: `skip` columns are left out
 * at its beginning, `n` parts (in order, not overlapping) are highlighted, and it is cut at the end
 * with … */
struct match_part;
int canvas_line(struct canvas *c, int row, int col, int width, const char *bytes, size_t len,
		uint64_t skip, uint16_t look, const struct match_part *parts, size_t n);
const struct cell *canvas_at(const struct canvas *c, int row, int col); /* NULL outside */
/* About how many bytes a terminal that shows `before` (same size; NULL: nothing) needs to show
 * `after`. */
size_t canvas_cost(const struct canvas *before, const struct canvas *after);
/* The drawing that view tests store: the text, and when with_looks the role letters below each
 * line. */
int canvas_dump(const struct canvas *c, struct str *out, bool with_looks);

#endif
