/* SPDX-License-Identifier: MIT
 *
 * The viewer: a title, and a window of a file as text or as bytes.
 */
#include "ui/view.h"

#include "base/textline.h"
#include "model/viewer_hits.h"

#include <string.h>

/* Right of the name, as they stand; the first to be left out is the last in `dispensable`. */
enum part {
	PART_SCAN,
	PART_STATE,
	PART_STALL,
	PART_SIZE,
	PART_PERCENT,
	PART_LINE,
	PART_CODE,
	PARTS
};

static const enum part dispensable[] = {PART_SIZE, PART_CODE,  PART_STATE,  PART_LINE,
					PART_SCAN, PART_STALL, PART_PERCENT};

struct title {
	struct frame *f;
	const struct viewer *v;
	struct str parts[PARTS];
	int widths[PARTS];
};

static uint64_t bottom(const struct viewer *v)
{
	return v->nrows ? v->rows[v->nrows - 1].end : v->top;
}

static void add_scan(struct title *t)
{
	static const char *const words[] = {
		[SCAN_SEARCH] = "searching",
		[SCAN_TO_LINE] = "going to the line",
	};
	const struct viewer *v = t->v;
	int percent = viewer_progress(v);
	struct str *out = &t->parts[PART_SCAN];

	if (v->scan.kind != SCAN_SEARCH && v->scan.kind != SCAN_TO_LINE)
		return;
	str_adds(out, words[v->scan.kind]);
	if (percent >= 0)
		str_addf(out, " %d%%", percent);
	str_adds(out, " (Esc stops)");
}

static void add_state(struct title *t)
{
	const struct viewer *v = t->v;
	struct str *state = &t->parts[PART_STATE], *stall = &t->parts[PART_STALL];
	char buf[FMT_MAX];

	if (v->phase == VIEWER_OPENING)
		str_addf(state, "opening%s", view_sign(t->f->c, "…", "..."));
	else if (v->follow)
		str_adds(state, "following");
	else if (v->replaced)
		str_adds(state, "replaced (C-l reads the new one)");
	else if (v->gone)
		str_adds(state, "removed");
	if (t->f->model->stall.ms > 0)
		str_addf(stall, "not answering %s", fmt_duration(buf, t->f->model->stall.ms));
}

static void add_line(struct title *t)
{
	const struct viewer *v = t->v;
	struct str *out = &t->parts[PART_LINE];
	char buf[FMT_MAX];
	uint64_t line;

	if (v->hex)
		str_addf(out, "byte %s", fmt_count(buf, v->top));
	else if (viewer_line_at(v, v->top, &line))
		str_addf(out, "line %s%s", v->line_inexact ? view_sign(t->f->c, "≥", ">=") : "",
			 fmt_count(buf, line));
	else if (viewer_line_guess(v, v->top, &line))
		str_addf(out, "line ~%s", fmt_count(buf, line));
	else
		str_adds(out, "line ~");
	/* Within a line: how far into the file. */
	if (!v->hex && v->nrows > 0 && !v->rows[0].begins)
		str_addf(out, ", byte %s", fmt_count(buf, v->top));
	if (v->left > 0 && !v->hex && !v->wrap)
		str_addf(out, ", column %s", fmt_count(buf, v->left + 1));
}

static void add_parts(struct title *t)
{
	const struct viewer *v = t->v;
	char buf[FMT_MAX];

	add_scan(t);
	add_state(t);
	if (v->phase == VIEWER_OPENING)
		return;
	str_addf(&t->parts[PART_SIZE], "%s%s", v->partial ? view_sign(t->f->c, "≥", ">=") : "",
		 fmt_size(buf, v->size));
	/* What changes with each step is told on request there. */
	if (t->f->model->settings.plain)
		return;
	if (v->size > 0)
		str_addf(&t->parts[PART_PERCENT], "%d%%",
			 (int)((double)bottom(v) / (double)v->size * 100));
	add_line(t);
	str_adds(&t->parts[PART_CODE], v->hex ? "hex" : textcode_name(v->code));
}

static int total(const struct title *t)
{
	int width = 0;

	for (int i = 0; i < PARTS; i++)
		width += t->widths[i] > 0 ? t->widths[i] + COLUMN_GAP : 0;
	return width;
}

static void draw_title(struct frame *f, const struct viewer *v)
{
	const struct rect *r = &f->screen.header;
	struct title t = {.f = f, .v = v};
	CLEANUP(str_done) struct str path = STR_INIT;
	int margin = r->cols > 2, col = r->cols - margin;

	if (r->rows == 0)
		return;
	for (int i = 0; i < PARTS; i++)
		str_init(&t.parts[i]);
	add_parts(&t);
	(void)view_add_path(f, &path, v->path);
	for (int i = 0; i < PARTS; i++)
		t.widths[i] = view_width(f->c, t.parts[i].buf, t.parts[i].len);
	for (size_t i = 0; i < ARRAY_LEN(dispensable) && total(&t) + r->cols / 3 > r->cols; i++)
		t.widths[dispensable[i]] = 0;
	canvas_fill(f->c, *r, ROLE_HEADER);
	view_tail(f->c, r->row, margin, col - margin - total(&t), path.buf, path.len,
		  ROLE_HEADER_PATH);
	for (int i = PARTS - 1; i >= 0; i--) {
		col -= t.widths[i];
		if (t.widths[i] > 0)
			canvas_word(f->c, r->row, col, t.widths[i], t.parts[i].buf, NULL,
				    i == PART_STALL ? ROLE_WARNING : ROLE_HEADER_COUNT);
		col -= t.widths[i] > 0 ? COLUMN_GAP : 0;
	}
	for (int i = 0; i < PARTS; i++)
		str_done(&t.parts[i]);
}

/* ---- text ---- */

static void draw_number(struct frame *f, const struct viewer *v, const struct viewer_row *row,
			int line, int gutter)
{
	uint64_t number;

	if (gutter == 0 || !row->begins || !viewer_line_at(v, row->start, &number))
		return;
	canvas_print(f->c, line, f->screen.list.col, gutter - 1, ROLE_META, "%*llu", gutter - 1,
		     (unsigned long long)number);
}

static void draw_gap(struct frame *f, const struct textgap *gap, int line, int col, int width)
{
	char from[FMT_MAX], to[FMT_MAX];
	const char *reason = strerrordesc_np(-gap->err);

	canvas_print(f->c, line, col, width, ROLE_WARNING, "unreadable from byte %s to %s: %s",
		     fmt_count(from, gap->from), fmt_count(to, gap->to),
		     reason ? reason : "unknown error");
}

/* Where the text at this column begins, in bytes. */
static size_t text_at(const struct viewer *v, const struct str *text, uint64_t col)
{
	struct textline line;
	struct glyph g;

	textline_init(&line, text->buf, text->len, v->ascii);
	while (line.col < col && textline_next(&line, &g))
		continue;
	return line.it.pos;
}

/* The cursor is on the match the search has led to, as far as that is on the screen, or at the top.
 */
static void place_cursor(struct frame *f, const struct viewer *v, const struct str *text,
			 const struct viewer_hits *hits, int line, int col, int width)
{
	uint64_t skip = v->wrap ? 0 : v->left;
	struct textline before;
	struct glyph g;

	f->c->cursor_row = line;
	f->c->cursor_col = col;
	for (size_t i = 0; i < hits->n; i++) {
		if (!hits->parts[i].here)
			continue;
		textline_init(&before, text->buf, hits->parts[i].start, v->ascii);
		while (textline_next(&before, &g))
			continue;
		if (before.col >= skip && before.col < skip + (uint64_t)MAX(width, 0))
			f->c->cursor_col = col + (int)(before.col - skip);
	}
}

static void draw_text(struct frame *f, const struct viewer *v, const struct viewer_row *row,
		      int line, struct viewer_hits *hits)
{
	int gutter = viewer_gutter(v), col = f->screen.list.col + gutter;
	int width = f->screen.list.cols - gutter;
	const struct textgap *gap = textwin_gap(&v->window, row->start);
	CLEANUP(str_done) struct str text = STR_INIT;
	uint64_t skip = v->wrap ? 0 : v->left;

	draw_number(f, v, row, line, gutter);
	if (gap) {
		draw_gap(f, gap, line, col, width);
		return;
	}
	if (viewer_text(v, row, &text) < 0)
		return;
	hits->n = 0;
	if (v->matcher)
		viewer_hits_row(hits, v, row, text_at(v, &text, skip),
				text_at(v, &text, skip + (uint64_t)MAX(width, 0)));
	canvas_line(f->c, line, col, width, text.buf, text.len, skip, ROLE_TEXT, hits->parts,
		    hits->n);
	if (v->match.on && v->match.at >= row->start && v->match.at < row->end)
		place_cursor(f, v, &text, hits, line, col, width);
}

/* ---- bytes ---- */

static bool in_match(const struct viewer *v, uint64_t at)
{
	return v->match.on && at >= v->match.at && at < v->match.at + v->match.len;
}

static void draw_byte(struct frame *f, const struct viewer *v, uint64_t at, int line, int col,
		      int char_col)
{
	unsigned char byte = (unsigned char)*textwin_at(&v->window, at);
	bool printable = byte >= 0x20 && byte < 0x7f;
	uint16_t look = in_match(v, at) ? ROLE_MATCH_HERE : ROLE_TEXT;
	char c = printable ? (char)byte : '.';

	if (textwin_gap(&v->window, at)) {
		canvas_word(f->c, line, col, 2, "??", NULL, ROLE_WARNING);
		return;
	}
	canvas_print(f->c, line, col, 2, look, "%02x", byte);
	canvas_line(f->c, line, char_col, 1, &c, 1, 0,
		    printable || look == ROLE_MATCH_HERE ? look : ROLE_ESCAPE, NULL, 0);
}

static void draw_hex(struct frame *f, const struct viewer *v, const struct viewer_row *row,
		     int line)
{
	int n = viewer_hex_bytes(v), digits = viewer_hex_digits(v), start = f->screen.list.col;
	int col = start + digits + 2, chars = col + n * 3 + n / 8;

	canvas_print(f->c, line, start, digits, ROLE_META, "%0*llx", digits,
		     (unsigned long long)row->start);
	for (uint64_t at = row->start; at < row->end; at++) {
		int i = (int)(at - row->start);

		draw_byte(f, v, at, line, col + i * 3 + i / 8, chars + i);
	}
	if (in_match(v, row->start) ||
	    (v->match.on && v->match.at >= row->start && v->match.at < row->end)) {
		f->c->cursor_row = line;
		f->c->cursor_col = col;
	}
}

/* ---- all of it ---- */

static bool in_window(const struct viewer *v, const struct viewer_row *row)
{
	return v->window.bytes && row->start >= v->window.start &&
	       row->end <= textwin_end(&v->window);
}

static void draw_nothing(struct frame *f, const struct viewer *v)
{
	const struct rect *r = &f->screen.list;
	const char *reason = v->err ? strerrordesc_np(-v->err) : NULL;

	if (v->err)
		canvas_print(f->c, r->row, r->col + 1, r->cols - 2, ROLE_ERROR,
			     "it cannot be read: %s", reason ? reason : "unknown error");
	else if (v->phase == VIEWER_OPEN && v->size == 0 && v->window.bytes)
		canvas_word(f->c, r->row, r->col + 1, r->cols - 2, "the file is empty", NULL,
			    ROLE_HINT);
}

void view_viewer(struct frame *f)
{
	const struct viewer *v = f->model->viewer;
	const struct rect *r = &f->screen.list;
	struct viewer_hits hits;

	viewer_hits_init(&hits);
	f->c->cursor_row = r->row;
	f->c->cursor_col = 0;
	draw_title(f, v);
	if (v->nrows == 0 || v->err)
		draw_nothing(f, v);
	for (size_t i = 0; i < v->nrows && (int)i < r->rows && !v->err; i++) {
		const struct viewer_row *row = &v->rows[i];

		if (!in_window(v, row))
			continue;
		if (v->hex)
			draw_hex(f, v, row, r->row + (int)i);
		else
			draw_text(f, v, row, r->row + (int)i, &hits);
	}
	viewer_hits_done(&hits);
}
