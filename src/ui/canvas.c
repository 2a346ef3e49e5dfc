/* SPDX-License-Identifier: MIT */
#include "ui/canvas.h"

#include "base/match.h"
#include "base/path.h"
#include "base/textline.h"
#include "base/utf8.h"
#include "ui/theme.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const struct cell blank = {.text = " ", .width = 1, .look = ROLE_TEXT};

/* What the signs of our own words become where there is only ASCII. */
static const struct {
	const char *utf8, *ascii;
} twins[] = {
	{"\u2026", "~"},  {"\u00b7", "-"}, {"\u25b8", ">"}, {"\u2192", "->"}, {"\u2190", "<-"},
	{"\u2191", "^"},  {"\u2193", "v"}, {"\u00d7", "x"}, {"\u2265", ">="}, {"\u2264", "<="},
	{"\u2502", "|"},  {"\u2500", "-"}, {"\u250c", "+"}, {"\u2510", "+"},  {"\u2514", "+"},
	{"\u2518", "+"},  {"\u251c", "+"}, {"\u2524", "+"}, {"\u2592", "#"},  {"\u2588", "#"},
	{"\u2013", "-"},  {"\u2014", "-"}, {"\u2018", "'"}, {"\u2019", "'"},  {"\u201c", "\""},
	{"\u201d", "\""},
};

int canvas_init(struct canvas *c, int rows, int cols, bool ascii)
{
	*c = (struct canvas){.ascii = ascii};
	return canvas_resize(c, rows, cols);
}

void canvas_done(struct canvas *c)
{
	if (!c)
		return;
	free(c->cells);
	*c = (struct canvas){0};
}

int canvas_resize(struct canvas *c, int rows, int cols)
{
	size_t n;
	struct cell *cells;

	rows = MAX(rows, 1);
	cols = MAX(cols, 1);
	if (__builtin_mul_overflow((size_t)rows, (size_t)cols, &n) || n > SIZE_MAX / sizeof(*cells))
		return -ENOMEM;
	cells = realloc(c->cells, n * sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	c->cells = cells;
	c->rows = rows;
	c->cols = cols;
	canvas_clear(c);
	return 0;
}

void canvas_clear(struct canvas *c)
{
	size_t n = (size_t)c->rows * (size_t)c->cols;

	for (size_t i = 0; i < n; i++)
		c->cells[i] = blank;
	c->cursor_row = c->cursor_col = 0;
}

void canvas_copy(struct canvas *to, const struct canvas *from)
{
	if (to->rows != from->rows || to->cols != from->cols)
		return;
	memcpy(to->cells, from->cells,
	       (size_t)from->rows * (size_t)from->cols * sizeof(*from->cells));
	to->cursor_row = from->cursor_row;
	to->cursor_col = from->cursor_col;
}

static struct cell *cell_at(const struct canvas *c, int row, int col)
{
	if (row < 0 || col < 0 || row >= c->rows || col >= c->cols)
		return NULL;
	return &c->cells[(size_t)row * (size_t)c->cols + (size_t)col];
}

const struct cell *canvas_at(const struct canvas *c, int row, int col)
{
	return cell_at(c, row, col);
}

/* Half a wide character cannot be shown: the half that stays becomes a blank. */
static void split_wide(struct canvas *c, int row, int col)
{
	struct cell *cell = cell_at(c, row, col), *other;

	if (!cell || cell->width == 1)
		return;
	other = cell_at(c, row, cell->width == 2 ? col + 1 : col - 1);
	if (other) {
		uint16_t look = other->look;

		*other = blank;
		other->look = look;
	}
}

static void put(struct canvas *c, int row, int col, const char *text, size_t len, int width,
		uint16_t look)
{
	struct cell *cell = cell_at(c, row, col), *half = cell_at(c, row, col + 1);

	if (width == 2 && (!cell || !half)) {
		if (cell || half)
			put(c, row, cell ? col : col + 1, " ", 1, 1, look);
		return;
	}
	if (!cell)
		return;
	split_wide(c, row, col);
	if (width == 2)
		split_wide(c, row, col + 1);
	*cell = (struct cell){.width = (uint8_t)width, .look = look};
	memcpy(cell->text, text, MIN(len, sizeof(cell->text) - 1));
	if (width == 2)
		*half = (struct cell){.look = look};
}

/* A character, or an escape: a run of ASCII, one column each. `room` columns are left. */
static int put_glyph(struct canvas *c, int row, int col, int room, const struct glyph *g,
		     uint16_t look)
{
	if (!g->escaped && g->width <= 2) {
		if (g->width > room)
			return col;
		put(c, row, col, g->text, g->text_len, g->width, look);
		return col + g->width;
	}
	for (int i = 0; i < g->text_len && i < room; i++)
		put(c, row, col + i, &g->text[i], 1, 1, look);
	return col + MIN(g->text_len, room);
}

static int put_ellipsis(struct canvas *c, int row, int col, uint16_t look)
{
	bool ascii = c->ascii || c->ascii_signs;

	put(c, row, col, ascii ? "~" : "\u2026", ascii ? 1 : 3, 1, look);
	return col + 1;
}

/* The columns that text starting at col may take up. */
static int room_at(const struct canvas *c, int col, int width)
{
	if (col >= c->cols)
		return 0;
	if (col < 0) /* the part left of the edge counts, and is clipped cell by cell */
		return MAX(width, 0);
	return MAX(MIN(width, c->cols - col), 0);
}

void canvas_fill(struct canvas *c, struct rect r, uint16_t look)
{
	int row_end = (int)MIN((long)r.row + r.rows, c->rows);
	int col_end = (int)MIN((long)r.col + r.cols, c->cols);

	for (int row = MAX(r.row, 0); row < row_end; row++)
		for (int col = MAX(r.col, 0); col < col_end; col++)
			put(c, row, col, " ", 1, 1, look);
}

static const char *twin_of(const struct glyph *g)
{
	for (size_t i = 0; i < ARRAY_LEN(twins); i++)
		if (strcmp(g->text, twins[i].utf8) == 0)
			return twins[i].ascii;
	return (unsigned char)g->text[0] < 0x80 ? g->text : "?";
}

/* In our own words a backslash or caret is just that; only what is outside ASCII needs a twin. */
static void own_glyph(const struct canvas *c, struct glyph *g)
{
	if (g->escaped && g->bytes == 1 && (g->text[0] == '\\' || g->text[0] == '^') &&
	    g->text[1] == g->text[0]) {
		g->text[1] = '\0';
	} else if ((c->ascii || c->ascii_signs) && !g->escaped) {
		const char *twin = twin_of(g);
		size_t len = strlen(twin);

		memmove(g->text, twin, len + 1);
	} else {
		return;
	}
	g->text_len = g->width = (uint8_t)strlen(g->text);
	g->escaped = true; /* one column for each byte */
}

static int put_own(struct canvas *c, int row, int col, int width, const char *text, size_t len,
		   uint16_t look)
{
	int end = col + room_at(c, col, width);
	struct glyph_iter it;
	struct glyph g;

	glyph_iter_init(&it, text, len, false);
	while (col < end && glyph_next(&it, &g)) {
		int after;

		own_glyph(c, &g);
		after = put_glyph(c, row, col, end - col, &g, look);
		if (after == col)
			break;
		col = after;
	}
	return col;
}

int canvas_word(struct canvas *c, int row, int col, int width, const char *utf8, const char *ascii,
		uint16_t look)
{
	const char *text = (c->ascii || c->ascii_signs) && ascii ? ascii : utf8;

	return put_own(c, row, col, width, text, strlen(text), look);
}

void canvas_sign(struct canvas *c, int row, int col, const char *utf8, uint16_t look)
{
	put(c, row, col, utf8, strlen(utf8), 1, look);
}

int canvas_print(struct canvas *c, int row, int col, int width, uint16_t look, const char *fmt, ...)
{
	struct str text CLEANUP(str_done) = STR_INIT;
	va_list args;

	va_start(args, fmt);
	str_vaddf(&text, fmt, args);
	va_end(args);
	return put_own(c, row, col, width, text.buf, text.len, look);
}

/* Columns of the text, or `stop` when it has that many or more: texts may be long, rooms are not.
 */
static int measure(const char *bytes, size_t len, bool ascii, int stop)
{
	struct glyph_iter it;
	struct glyph g;
	int width = 0;

	glyph_iter_init(&it, bytes, len, ascii);
	while (width < stop && glyph_next(&it, &g))
		width += g.width;
	return MIN(width, stop);
}

int canvas_text(struct canvas *c, int row, int col, int width, const char *bytes, size_t len,
		uint16_t look)
{
	int room = room_at(c, col, width), end;
	struct glyph_iter it;
	struct glyph g;
	bool cut;

	if (room == 0)
		return col;
	cut = measure(bytes, len, c->ascii, room + 1) > room;
	end = col + room - cut;
	glyph_iter_init(&it, bytes, len, c->ascii);
	while (glyph_next(&it, &g) && col + g.width <= end)
		col = put_glyph(c, row, col, end - col, &g, g.escaped ? ROLE_ESCAPE : look);
	return cut ? put_ellipsis(c, row, col, look) : col;
}

static bool in_spans(const struct match_spans *spans, const struct glyph *g)
{
	if (!spans)
		return false;
	for (uint32_t i = 0; i < spans->n && i < MATCH_SPANS_MAX; i++)
		if (g->offset < spans->at[i].start + spans->at[i].len &&
		    g->offset + g->bytes > spans->at[i].start)
			return true;
	return false;
}

/* Columns at the end that stay when a name is cut: a third, for the digits that tell one photo from
 * the next, and the whole extension as long as that leaves half for the rest. */
static int tail_room(const struct canvas *c, const char *bytes, size_t len, int room)
{
	size_t ext_len;
	const char *ext = path_ext(bytes, len, &ext_len);
	int ext_width = ext_len ? measure(ext, ext_len, c->ascii, room) + 1 : 0;

	return ext_width <= room / 2 ? MAX(room / 3, ext_width) : room / 3;
}

int canvas_name(struct canvas *c, int row, int col, int width, const char *bytes, size_t len,
		uint16_t look, const struct match_spans *spans)
{
	int room = room_at(c, col, width), end = col + room, total, head, tail, at = 0;
	int ellipsis = -1;
	bool hidden_match = false;
	struct glyph_iter it;
	struct glyph g;

	if (room == 0)
		return col;
	total = measure(bytes, len, c->ascii, INT_MAX / 2);
	tail = total > room ? tail_room(c, bytes, len, room) : 0;
	head = total > room ? room - 1 - tail : room;
	glyph_iter_init(&it, bytes, len, c->ascii);
	for (; glyph_next(&it, &g); at += g.width) {
		bool match = in_spans(spans, &g);
		uint16_t l = g.escaped ? ROLE_ESCAPE : match ? ROLE_MATCH : look;

		if (ellipsis < 0 && at + g.width > head) {
			ellipsis = col;
			col = put_ellipsis(c, row, col, look);
		}
		if (ellipsis < 0 || (total - at <= tail))
			col = put_glyph(c, row, col, end - col, &g, l);
		else
			hidden_match |= match;
	}
	/* What matched is in the part left out. */
	if (hidden_match)
		put_ellipsis(c, row, ellipsis, ROLE_MATCH);
	return col;
}

/* A glyph that begins left of the edge, or a tab, is as many blanks as are seen of it. */
static int put_part(struct canvas *c, int row, int col, int end, const struct glyph *g, int seen,
		    uint16_t look)
{
	if (seen == g->width && strcmp(g->text, " ") != 0)
		return put_glyph(c, row, col, end - col, g, look);
	for (int i = 0; i < seen && col < end; i++)
		put(c, row, col++, " ", 1, 1, look);
	return col;
}

/* Of a glyph that is behind those before it: parts that end before it are passed. */
static uint16_t look_of(const struct glyph *g, uint16_t look, const struct match_part **parts,
			size_t *n)
{
	while (*n > 0 && (*parts)->start + (*parts)->len <= g->offset) {
		(*parts)++;
		(*n)--;
	}
	if (*n > 0 && (*parts)->start < g->offset + g->bytes)
		return (*parts)->here ? ROLE_MATCH_HERE : ROLE_MATCH;
	return look;
}

int canvas_line(struct canvas *c, int row, int col, int width, const char *bytes, size_t len,
		uint64_t skip, uint16_t look, const struct match_part *parts, size_t n)
{
	int room = room_at(c, col, width), end = col + room;
	struct textline line;
	struct glyph g;

	textline_init(&line, bytes, len, c->ascii);
	while (room > 0 && textline_next(&line, &g)) {
		int seen = (int)MIN(line.col > skip ? line.col - skip : 0, g.width);

		if (seen == 0)
			continue;
		if (col + seen > end || (col + seen == end && line.it.pos < len)) {
			put_ellipsis(c, row, end - 1, look_of(&g, look, &parts, &n));
			return end;
		}
		col = put_part(c, row, col, end, &g, seen,
			       look_of(&g, g.escaped ? ROLE_ESCAPE : look, &parts, &n));
	}
	return col;
}

static void dump_looks(const struct canvas *c, int row, struct str *out)
{
	size_t start = out->len;

	for (int col = 0; col < c->cols; col++) {
		uint16_t look = cell_at(c, row, col)->look;

		str_addc(out, look < ROLE_KINDS ? role_info[look].letter : '#');
	}
	while (out->len > start && out->buf[out->len - 1] == '.')
		str_cut(out, out->len - 1);
	str_addc(out, '\n');
}

int canvas_dump(const struct canvas *c, struct str *out, bool with_looks)
{
	for (int row = 0; row < c->rows; row++) {
		size_t start = out->len;

		for (int col = 0; col < c->cols; col++)
			str_adds(out, cell_at(c, row, col)->text);
		while (out->len > start && out->buf[out->len - 1] == ' ')
			str_cut(out, out->len - 1);
		str_addc(out, '\n');
		if (with_looks)
			dump_looks(c, row, out);
	}
	if (with_looks)
		str_addf(out, "cursor %d,%d\n", c->cursor_row, c->cursor_col);
	return out->failed ? -ENOMEM : 0;
}
