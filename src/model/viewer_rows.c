/* SPDX-License-Identifier: MIT
 *
 * Rows of the screen: where they begin, forward and back, as far as the window reaches.
 */
#include "model/viewer_inside.h"

#include "base/alloc.h"
#include "base/textline.h"

#include <errno.h>
#include <stdlib.h>

#define GUTTER_MIN_WIDTH 24 /* of a screen that has line numbers */
#define BYTES_A_COLUMN   24 /* at most: a character with its marks */

static bool need(struct viewer *v, uint64_t from, uint64_t to)
{
	v->need_from = from;
	v->need_to = MAX(MIN(to, v->size), from);
	/* Nothing of it there: what is needed is to know that. */
	if (v->need_from == v->need_to)
		v->need_to++;
	return false;
}

static uint64_t before(uint64_t at, uint64_t bytes)
{
	return at > bytes ? at - bytes : 0;
}

bool viewer_line_row(struct viewer *v, uint64_t at, uint64_t *ret_start, uint64_t *ret_end)
{
	if (!textrow_start(&v->window, at, ret_start))
		return need(v, before(at, TEXTROW_BACK), at + 1);
	if (*ret_start >= v->size || !textrow_end(&v->window, *ret_start, ret_end))
		return need(v, *ret_start, *ret_start + TEXTROW_AHEAD);
	return true;
}

int viewer_hex_bytes(const struct viewer *v)
{
	int n = 16;

	/* The offset, two digits and a character for each byte, and gaps. */
	while (n > 1 && viewer_hex_digits(v) + 2 + n * 4 + n / 8 > v->width)
		n /= 2;
	return n;
}

int viewer_hex_digits(const struct viewer *v)
{
	return v->size >> 48 ? 16 : v->size >> 32 ? 12 : 8;
}

int viewer_gutter(const struct viewer *v)
{
	uint64_t last = 0;
	int digits = 1;

	if (!v->numbers || v->hex || v->width < GUTTER_MIN_WIDTH)
		return 0;
	if (!viewer_line_at(v, v->top, &last))
		(void)viewer_line_guess(v, v->top, &last);
	for (last += (uint64_t)v->height; last >= 10; last /= 10)
		digits++;
	return MAX(digits, 4) + 1;
}

static int text_width(const struct viewer *v)
{
	return MAX(v->width - viewer_gutter(v), 1);
}

/* How many bytes of the decoded text fit in the width. */
static size_t fit_text(const char *text, size_t len, int width, bool ascii)
{
	struct textline line;
	struct glyph g;
	size_t fits = 0;

	textline_init(&line, text, len, ascii);
	while (textline_next(&line, &g)) {
		if (line.col > (uint64_t)width && fits > 0)
			return fits;
		fits = line.it.pos;
	}
	return len;
}

/* Where the screen row that begins at `at`, with text, in text that ends at `end`, is broken;
 * `end`: not. */
static uint64_t wrap_at(const struct viewer *v, uint64_t at, uint64_t end)
{
	int width = text_width(v);
	size_t max = (size_t)MIN(end - at, (uint64_t)width * BYTES_A_COLUMN + 64), fits;
	const char *bytes = textwin_at(&v->window, at);
	CLEANUP(str_done) struct str text = STR_INIT;

	if (v->code != TEXT_UTF8) {
		/* Without memory the row is not broken: it is cut at the edge. */
		if (textcode_add(v->code, bytes, max, &text) < 0)
			return end;
		fits = fit_text(text.buf, text.len, width, v->ascii);
		if (fits == text.len)
			return at + max;
		return at + textcode_span(v->code, bytes, max, fits);
	}
	return at + fit_text(bytes, max, width, v->ascii);
}

/* Where the screen row after the one at `at` begins. */
static bool next_row(struct viewer *v, uint64_t at, uint64_t *ret_next)
{
	uint64_t start, end = at, shown, next;

	if (v->hex) {
		*ret_next = MIN(at + (uint64_t)viewer_hex_bytes(v), v->size);
		return true;
	}
	if (!viewer_line_row(v, at, &start, &end))
		return false;
	*ret_next = end;
	if (!v->wrap || textwin_gap(&v->window, start))
		return true;
	shown = start + textrow_len(&v->window, start, end);
	if (at >= shown)
		return true;
	next = wrap_at(v, MIN(at + viewer_bom(v, at), shown), shown);
	if (next < shown)
		*ret_next = next;
	return true;
}

/* The screen rows of one row of text that begin before `at`, `rows` from the last of them, or the
 * first; *ret_rows: how many that are. */
static bool back_in_row(struct viewer *v, uint64_t at, uint64_t rows, uint64_t *ret_start,
			uint64_t *ret_rows)
{
	uint64_t *starts = NULL, start, end, next;
	size_t n = 0, cap = 0;

	if (!viewer_line_row(v, at - 1, &start, &end))
		return false;
	*ret_start = start;
	*ret_rows = 1;
	if (!v->wrap)
		return true;
	for (uint64_t pos = start; pos < at; pos = next) {
		if (array_grow(&starts, &cap, n + 1, sizeof(*starts)) < 0)
			break; /* the beginning of the line, then */
		starts[n++] = pos;
		if (!next_row(v, pos, &next)) {
			free(starts);
			return false;
		}
	}
	if (n > 0) {
		*ret_rows = MIN(rows, n);
		*ret_start = starts[n - *ret_rows];
	}
	free(starts);
	return true;
}

/* However many rows there are: each key may ask for a hundred million. */
static void go_back_hex(struct viewer *v)
{
	uint64_t bytes = (uint64_t)viewer_hex_bytes(v);
	uint64_t rows = MIN(v->top / bytes + 1, (uint64_t)-v->move.rows);

	v->top = before(v->top, rows * bytes);
	v->move.rows = 0;
}

static void go_forward_hex(struct viewer *v)
{
	uint64_t bytes = (uint64_t)viewer_hex_bytes(v);
	uint64_t rows = v->size > v->top ? (v->size - v->top - 1) / bytes : 0;

	v->top += MIN(rows, (uint64_t)v->move.rows) * bytes;
	v->move.rows = 0;
}

static bool go_back(struct viewer *v)
{
	uint64_t start, rows;

	if (v->hex)
		go_back_hex(v);
	while (v->move.rows < 0 && v->top > 0) {
		if (!back_in_row(v, v->top, (uint64_t)-v->move.rows, &start, &rows))
			return false;
		viewer_line_follow(v);
		v->top = start;
		viewer_line_follow(v);
		v->move.rows += (int64_t)rows;
	}
	return true;
}

/* The last row stays on the screen. */
static bool go_forward(struct viewer *v)
{
	uint64_t next;

	if (v->hex)
		go_forward_hex(v);
	while (v->move.rows > 0) {
		if (!next_row(v, v->top, &next))
			return false;
		if (next >= v->size)
			break;
		viewer_line_follow(v);
		v->top = next;
		viewer_line_follow(v);
		v->move.rows--;
	}
	return true;
}

/* The screen row that holds a place. */
static bool row_of(struct viewer *v, uint64_t at, uint64_t *ret_start)
{
	uint64_t start, end, next;

	if (v->hex) {
		*ret_start = at - at % (uint64_t)viewer_hex_bytes(v);
		return true;
	}
	if (!viewer_line_row(v, at, &start, &end))
		return false;
	*ret_start = start;
	while (v->wrap && start < at) {
		if (!next_row(v, start, &next))
			return false;
		if (next > at)
			break;
		start = *ret_start = next;
	}
	return true;
}

static void done_moving(struct viewer *v)
{
	v->move = (struct viewer_move){.kind = MOVE_NONE};
}

static bool go_to(struct viewer *v)
{
	uint64_t at = v->move.kind == MOVE_END ? v->size : v->move.at, start;
	int64_t above = v->move.above;

	at = MIN(at, v->size > 0 ? v->size - 1 : 0);
	if (v->size == 0)
		start = 0;
	else if (!row_of(v, at, &start))
		return false;
	viewer_line_follow(v);
	v->top = start;
	viewer_line_follow(v);
	v->move = (struct viewer_move){.kind = MOVE_BY, .rows = -above};
	return true;
}

bool viewer_move_now(struct viewer *v)
{
	if ((v->move.kind == MOVE_TO || v->move.kind == MOVE_END) && !go_to(v))
		return false;
	if (v->move.kind == MOVE_BY && !(v->move.rows < 0 ? go_back(v) : go_forward(v)))
		return false;
	done_moving(v);
	return true;
}

static bool begins_line(const struct viewer *v, uint64_t start)
{
	return !v->hex && (start == 0 || textrow_begins_line(&v->window, start));
}

static bool hex_in_window(struct viewer *v)
{
	uint64_t end = MIN(v->top + (uint64_t)(viewer_hex_bytes(v) * v->height), v->size);

	if (v->top >= v->window.start && end <= textwin_end(&v->window))
		return true;
	return need(v, v->top, end);
}

bool viewer_layout(struct viewer *v)
{
	uint64_t at = v->top, next;

	v->filled = false;
	if (v->hex && v->size > 0 && !hex_in_window(v))
		return false;
	v->nrows = 0;
	while (v->nrows < (size_t)v->height && at < v->size) {
		if (!next_row(v, at, &next)) {
			v->need_from = v->top;
			return false;
		}
		if (array_grow(&v->rows, &v->rows_cap, v->nrows + 1, sizeof(*v->rows)) < 0)
			break;
		v->rows[v->nrows++] =
			(struct viewer_row){.start = at, .end = next, .begins = begins_line(v, at)};
		at = next;
	}
	v->filled = true;
	return true;
}

size_t viewer_bom(const struct viewer *v, uint64_t row)
{
	if (row > 0 || v->window.start > 0)
		return 0;
	return textcode_bom(v->code, v->window.bytes, v->window.len);
}

int viewer_text(const struct viewer *v, const struct viewer_row *row, struct str *out)
{
	size_t bom, len;

	if (row->start < v->window.start || row->end > textwin_end(&v->window))
		return 0;
	bom = viewer_bom(v, row->start);
	len = textrow_len(&v->window, row->start, row->end);
	return textcode_add(v->code, textwin_at(&v->window, row->start) + bom, len - MIN(bom, len),
			    out);
}
