/* SPDX-License-Identifier: MIT
 *
 * The preview in the info pane: a title that says what is shown, and lines of it. All bytes are
 * from outside and pass canvas_text(), or canvas_line() where they are to read as the file does.
 */
#include "ui/view.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HEX_LINE     16 /* bytes of a line of a preview */
#define HEX_OFFSET   8  /* digits */
#define MEMBER_SIZE  5
#define MEMBER_RATIO 4
#define TITLE_AT     2  /* columns of the line before it */
#define MEMBER_MIN   12 /* columns of a name before sizes are shown */

/* The preview while it is drawn. */
struct looked {
	struct frame *f;
	const struct info *info;
	const struct preview *p;
	struct rect r;
	size_t top;
	int numbers; /* columns of the line numbers and the blank behind them, or 0 */
	int per;     /* bytes on a row of hex: a line may take several rows */
};

/* ---- text ---- */

static void put_cut(const struct looked *v, int row, int col, int end)
{
	canvas_word(v->f->c, row, MIN(col, end - 1), 1, "…", "~", ROLE_HINT);
}

/* A line as it reads, with what the search matched in another look; `cut`: there was more of it. */
static void draw_text(const struct looked *v, int row, int col, int end, const char *bytes,
		      size_t len, bool cut)
{
	struct match_part parts[MATCH_SPANS_MAX];
	struct match_spans spans = {0};

	if (v->info->find)
		(void)matcher_test(v->info->find, bytes, len, &spans);
	for (uint32_t k = 0; k < spans.n; k++)
		parts[k] = (struct match_part){.start = spans.at[k].start, .len = spans.at[k].len};
	col = canvas_line(v->f->c, row, col, end - col, bytes, len, 0, ROLE_TEXT, parts, spans.n);
	if (cut)
		put_cut(v, row, col, end);
}

/* A name: nothing in it looks like something else. */
static void draw_name(const struct looked *v, int row, int col, int end, const char *bytes,
		      size_t len, uint16_t look)
{
	struct match_spans spans = {0};
	struct canvas *c = v->f->c;
	size_t at = 0, n;

	if (v->info->find)
		(void)matcher_test(v->info->find, bytes, len, &spans);
	for (uint32_t k = 0; k < spans.n && col < end; k++) {
		n = spans.at[k].start - at;
		col = canvas_text(c, row, col, end - col, bytes + at, n, look);
		at += n;
		n = spans.at[k].len;
		col = canvas_text(c, row, col, end - col, bytes + at, n, ROLE_MATCH);
		at += n;
	}
	if (col < end)
		canvas_text(c, row, col, end - col, bytes + at, len - at, look);
	else if (at < len)
		put_cut(v, row, col, end);
}

static void text_line(const struct looked *v, int row, size_t i)
{
	const struct preview_line *line = &v->p->lines[i];
	int col = v->r.col, end = v->r.col + v->r.cols;
	size_t len;
	const char *bytes = preview_line(v->p, i, &len);

	if (v->numbers) {
		canvas_print(v->f->c, row, col, v->numbers, ROLE_HINT, "%*zu", v->numbers - 1,
			     i + 1);
		col += v->numbers;
	}
	draw_text(v, row, col, end, bytes, len, line->cut);
}

/* ---- bytes ---- */

static int hex_width(int per)
{
	return HEX_OFFSET + 2 + per * 3 + 1 + per;
}

static int hex_per(int cols)
{
	int per = HEX_LINE;

	while (per > 4 && hex_width(per) > cols)
		per /= 2;
	return per;
}

static void hex_row(const struct looked *v, int row, size_t i, int part)
{
	size_t len, at = (size_t)part * (size_t)v->per;
	const uint8_t *bytes = (const uint8_t *)preview_line(v->p, i, &len);
	int col = v->r.col, end = v->r.col + v->r.cols;
	size_t n = len > at ? MIN(len - at, (size_t)v->per) : 0;
	char text[HEX_LINE];

	if (n == 0)
		return;
	canvas_print(v->f->c, row, col, end - col, ROLE_HINT, "%08zx", i * HEX_LINE + at);
	col += HEX_OFFSET + 2;
	for (size_t k = 0; k < n; k++) {
		canvas_print(v->f->c, row, col + (int)k * 3, MAX(end - col - (int)k * 3, 0),
			     ROLE_TEXT, "%02x", bytes[at + k]);
		text[k] = (char)(bytes[at + k] >= 32 && bytes[at + k] < 127 ? bytes[at + k] : '.');
	}
	col += v->per * 3 + 1;
	if (col < end)
		canvas_line(v->f->c, row, col, end - col, text, n, 0, ROLE_META, NULL, 0);
}

/* ---- names ---- */

static uint16_t name_look(const struct looked *v, const struct preview_line *line, const char *name,
			  size_t len)
{
	static const struct {
		char sign;
		enum entry_type type;
	} types[] = {{'d', ENTRY_DIR},    {'l', ENTRY_LINK}, {'p', ENTRY_FIFO},
		     {'s', ENTRY_SOCKET}, {'c', ENTRY_CHAR}, {'b', ENTRY_BLOCK}};
	struct row row = {.name = name, .name_len = len, .type = ENTRY_FILE};

	for (size_t k = 0; k < ARRAY_LEN(types); k++)
		if (types[k].sign == line->type)
			row.type = types[k].type;
	return theme_name_look(v->f->d->theme, &row);
}

static void name_line(const struct looked *v, int row, size_t i, int end)
{
	const struct preview_line *line = &v->p->lines[i];
	size_t len;
	const char *name = preview_line(v->p, i, &len);
	uint16_t look = name_look(v, line, name, len);
	bool slash = line->type == 'd' && len && name[len - 1] != '/';
	int col = v->r.col;

	draw_name(v, row, col, end - slash, name, len, look);
	if (slash) {
		col += view_width(v->f->c, name, len);
		canvas_word(v->f->c, row, MIN(col, end - 1), 1, "/", NULL, look);
	}
}

static void member_line(const struct looked *v, int row, size_t i)
{
	const struct preview_line *line = &v->p->lines[i];
	int end = v->r.col + v->r.cols, col = end - MEMBER_RATIO - 1 - MEMBER_SIZE;
	bool wide = v->r.cols >= MEMBER_MIN + MEMBER_SIZE + MEMBER_RATIO + 2;
	char buf[FMT_MAX];

	name_line(v, row, i, wide ? col - 1 : end);
	if (!wide || line->size == PREVIEW_UNKNOWN || line->type == 'd')
		return;
	canvas_print(v->f->c, row, col, MEMBER_SIZE, ROLE_META, "%*s", MEMBER_SIZE,
		     fmt_size(buf, line->size));
	if (line->packed != PREVIEW_UNKNOWN && line->size > 0)
		canvas_print(v->f->c, row, col + MEMBER_SIZE + 1, MEMBER_RATIO, ROLE_META,
			     "%3.0f%%",
			     MIN((double)line->packed * 100.0 / (double)line->size, 999.0));
}

static void dir_line(const struct looked *v, int row, size_t i)
{
	name_line(v, row, i, v->r.col + v->r.cols);
}

static void link_line(const struct looked *v, int row, size_t i)
{
	int col = v->r.col, end = v->r.col + v->r.cols;
	size_t len;
	const char *bytes = preview_line(v->p, i, &len);

	col = canvas_word(v->f->c, row, col, end - col, "→", "->", ROLE_TARGET) + 1;
	draw_name(v, row, col, end, bytes, len, ROLE_TARGET);
}

/* ---- the title ---- */

static void add_archive(const struct looked *v, struct str *out)
{
	const struct preview *p = v->p;
	const char *least = p->partial ? view_sign(v->f->c, "≥", ">=") : "";
	char count[FMT_MAX], size[FMT_MAX];

	str_adds(out, p->format.len ? p->format.buf : "archive");
	if (p->members == PREVIEW_UNKNOWN)
		return;
	str_addf(out, "  %s%s member%s", least, fmt_count(count, p->members),
		 p->members == 1 ? "" : "s");
	if (p->size != PREVIEW_UNKNOWN)
		str_addf(out, "  %s%s", least, fmt_size(size, p->size));
	if (p->size != PREVIEW_UNKNOWN && p->packed != PREVIEW_UNKNOWN && p->size > 0)
		str_addf(out, " (packed %.0f%%)",
			 MIN((double)p->packed * 100.0 / (double)p->size, 999.0));
}

static void add_title(const struct looked *v, struct str *out)
{
	const struct preview *p = v->p;
	char count[FMT_MAX];

	switch (p ? p->kind : PREVIEW_NONE) {
	case PREVIEW_TEXT:
		str_addf(out, "text%s%s", p->encoding.len ? "  " : "", p->encoding.buf);
		break;
	case PREVIEW_HEX:
		str_adds(out, "bytes");
		break;
	case PREVIEW_ARCHIVE:
		add_archive(v, out);
		break;
	case PREVIEW_DIR:
		str_adds(out, "directory");
		if (p->members != PREVIEW_UNKNOWN)
			str_addf(out, "  %s%s item%s",
				 p->partial ? view_sign(v->f->c, "≥", ">=") : "",
				 fmt_count(count, p->members), p->members == 1 ? "" : "s");
		break;
	case PREVIEW_LINK:
		str_adds(out, "where the link leads");
		break;
	case PREVIEW_NONE:
	case PREVIEW_KINDS:
		str_adds(out, "preview");
		break;
	}
}

/* Where in it one is, when it does not fit. */
static void add_place(const struct looked *v, struct str *out)
{
	char line[FMT_MAX], all[FMT_MAX];

	if (!v->p || (v->p->nlines <= (size_t)v->r.rows && !v->p->more))
		return;
	str_addf(out, "%s/%s%s", fmt_count(line, v->info->line + 1), fmt_count(all, v->p->nlines),
		 v->p->more ? "+" : "");
}

/* On the line, with a blank on either side. */
static void put_title(const struct looked *v, int col, const struct str *text, uint16_t look)
{
	const struct rect *t = &v->f->screen.preview_title;
	int end = t->col + t->cols;

	col = MAX(col, t->col);
	canvas_fill(v->f->c, (struct rect){t->row, col, 1, MIN(1, end - col)}, ROLE_TEXT);
	col = canvas_text(v->f->c, t->row, col + 1, MAX(end - col - 1, 0), text->buf, text->len,
			  look);
	canvas_fill(v->f->c, (struct rect){t->row, col, 1, MAX(MIN(1, end - col), 0)}, ROLE_TEXT);
}

static void draw_title(const struct looked *v)
{
	const struct rect *t = &v->f->screen.preview_title;
	uint16_t look = v->info->focus ? ROLE_TITLE : ROLE_COLUMNS;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str place = STR_INIT;
	int start = t->col + TITLE_AT, end = t->col + t->cols - 1, width;

	view_line(v->f->c, t->row, t->col, t->cols);
	if (v->info->preview_of.len || v->info->focus)
		add_title(v, &text);
	/* A held key does not change it, and neither does a step in the list. */
	if (v->info->focus)
		add_place(v, &place);
	width = view_width(v->f->c, place.buf, place.len);
	if (width)
		put_title(v, end - width - 2, &place, look);
	if (text.len)
		put_title(v, start, &text, look);
}

/* ---- all of it ---- */

/* Why there is nothing, on as many lines as it takes. */
static void draw_reason(const struct looked *v, int row)
{
	const char *text = "";
	size_t len = 0;

	if (v->p) {
		text = v->p->reason.buf;
		len = v->p->reason.len;
	} else if (v->info->preview_err) {
		text = strerrordesc_np(-v->info->preview_err);
		len = text ? strlen(text) : 0;
	}
	for (; len > 0 && row < v->r.row + v->r.rows; row++) {
		size_t n = MAX(view_break(v->f, text, len, v->r.cols), (size_t)1);

		canvas_text(v->f->c, row, v->r.col, v->r.cols, text, n, ROLE_HINT);
		text += n;
		len -= n;
	}
}

static void (*const line_drawers[PREVIEW_KINDS])(const struct looked *v, int row, size_t i) = {
	[PREVIEW_TEXT] = text_line,
	[PREVIEW_ARCHIVE] = member_line,
	[PREVIEW_DIR] = dir_line,
	[PREVIEW_LINK] = link_line,
};

/* Returns the row after the last line. */
static int draw_lines(const struct looked *v)
{
	int rows = v->p->kind == PREVIEW_HEX ? HEX_LINE / v->per : 1, row = 0;

	for (size_t i = v->top; i < v->p->nlines; i++) {
		for (int part = 0; part < rows; part++, row++) {
			if (row >= v->r.rows)
				return v->r.row + row;
			if (v->p->kind == PREVIEW_HEX)
				hex_row(v, v->r.row + row, i, part);
			else if (line_drawers[v->p->kind])
				line_drawers[v->p->kind](v, v->r.row + row, i);
		}
	}
	return v->r.row + row;
}

static int digits(size_t n)
{
	char buf[24];

	return snprintf(buf, sizeof(buf), "%zu", n);
}

static void prepare(struct looked *v)
{
	size_t fit = (size_t)v->r.rows, n = v->p->nlines;

	v->per = hex_per(v->r.cols);
	if (v->p->kind == PREVIEW_HEX)
		fit = MAX(fit / (size_t)(HEX_LINE / v->per), (size_t)1);
	v->top = MIN(v->info->line, n > fit ? n - fit : 0);
	if (v->p->kind == PREVIEW_TEXT && v->f->model->settings.line_numbers)
		v->numbers = MIN(digits(n) + 1, v->r.cols / 2);
}

static void place_cursor(const struct looked *v)
{
	int rows = v->p && v->p->kind == PREVIEW_HEX ? HEX_LINE / v->per : 1;
	int row = v->p ? (int)MIN(v->info->line - v->top, (size_t)v->r.rows) * rows : 0;

	if (!v->info->focus)
		return;
	v->f->c->cursor_row = v->r.row + MIN(row, v->r.rows - 1);
	v->f->c->cursor_col = v->r.col;
}

void view_preview(struct frame *f)
{
	struct looked v = {.f = f,
			   .info = &f->model->info,
			   .p = f->model->info.preview,
			   .r = f->screen.preview};

	if (v.r.rows == 0)
		return;
	draw_title(&v);
	if (v.p) {
		prepare(&v);
		draw_reason(&v, draw_lines(&v));
	} else {
		draw_reason(&v, v.r.row);
	}
	place_cursor(&v);
}
