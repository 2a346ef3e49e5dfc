/* SPDX-License-Identifier: MIT */
#include "pty_inside.h"

#include "test.h"

#include <unistd.h>

/* ---- the emulator ---- */

static int on_property(VTermProp prop, VTermValue *value, void *user)
{
	struct pty *p = user;

	if (prop == VTERM_PROP_CURSORVISIBLE)
		p->cursor_visible = value->boolean;
	else if (prop == VTERM_PROP_ALTSCREEN)
		p->alternate = value->boolean;
	return 1;
}

static const VTermScreenCallbacks screen_callbacks = {.settermprop = on_property};

/* Answers to what the program asks the terminal. */
static void on_output(const char *bytes, size_t len, void *user)
{
	struct pty *p = user;
	ssize_t n = write(p->master, bytes, len);

	(void)n;
}

void pty_start_emulator(struct pty *p)
{
	p->vt = vterm_new(p->rows, p->cols);
	assert_non_null(p->vt);
	vterm_set_utf8(p->vt, 1);
	vterm_output_set_callback(p->vt, on_output, p);
	p->screen = vterm_obtain_screen(p->vt);
	vterm_screen_set_callbacks(p->screen, &screen_callbacks, p);
	vterm_screen_enable_altscreen(p->screen, 1);
	vterm_screen_reset(p->screen, 1);
	p->cursor_visible = true;
}

/* ---- looking ---- */

static size_t put_utf8(char *to, uint32_t cp)
{
	if (cp < 0x80) {
		to[0] = (char)cp;
		return 1;
	}
	size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--, cp >>= 6)
		to[i] = (char)(0x80 | (cp & 0x3f));
	to[0] = (char)((0xf00 >> len & 0xff) | cp);
	return len;
}

static size_t cell_text(const VTermScreenCell *cell, char *to)
{
	size_t len = 0;

	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
		if (cell->chars[i] != (uint32_t)-1)
			len += put_utf8(to + len, cell->chars[i]);
	to[len] = '\0';
	return len;
}

static size_t row_text(struct pty *p, int row, char *to)
{
	size_t len = 0, end = 0;

	for (int col = 0; p->vt && col < p->cols; col++) {
		VTermScreenCell cell;
		vterm_screen_get_cell(p->screen, (VTermPos){.row = row, .col = col}, &cell);
		if (cell.chars[0] == (uint32_t)-1) /* the right half of a wide one */
			continue;
		size_t n = cell_text(&cell, to + len);
		if (n == 0)
			to[len++] = ' ';
		len += n;
		if (n > 1 || (n == 1 && to[len - 1] != ' '))
			end = len;
	}
	to[end] = '\0';
	return end;
}

static char *fresh_text(struct pty *p, int rows)
{
	size_t row = (size_t)p->cols * VTERM_MAX_CHARS_PER_CELL * 4 + 2;

	free(p->text);
	p->text = malloc((size_t)rows * row + 1);
	assert_non_null(p->text);
	p->text[0] = '\0';
	return p->text;
}

const char *pty_screen(struct pty *p)
{
	char *at = fresh_text(p, p->rows);

	for (int row = 0; row < p->rows; row++) {
		at += row_text(p, row, at);
		*at++ = '\n';
	}
	*at = '\0';
	return p->text;
}

const char *pty_row(struct pty *p, int row)
{
	row_text(p, row, fresh_text(p, 1));
	return p->text;
}

static int colour(const VTermColor *c, bool is_default)
{
	if (is_default)
		return -1;
	if (VTERM_COLOR_IS_INDEXED(c))
		return c->indexed.idx;
	return 0x1000000 | c->rgb.red << 16 | c->rgb.green << 8 | c->rgb.blue;
}

struct pty_cell pty_cell_at(struct pty *p, int row, int col)
{
	struct pty_cell r = {0};
	VTermScreenCell cell;

	vterm_screen_get_cell(p->screen, (VTermPos){.row = row, .col = col}, &cell);
	cell_text(&cell, r.text);
	r.width = cell.width;
	r.bold = cell.attrs.bold;
	r.underline = cell.attrs.underline;
	r.reverse = cell.attrs.reverse;
	r.italic = cell.attrs.italic;
	r.default_fg = VTERM_COLOR_IS_DEFAULT_FG(&cell.fg);
	r.default_bg = VTERM_COLOR_IS_DEFAULT_BG(&cell.bg);
	r.fg = colour(&cell.fg, r.default_fg);
	r.bg = colour(&cell.bg, r.default_bg);
	return r;
}

void pty_cursor(struct pty *p, int *ret_row, int *ret_col)
{
	VTermPos at;

	vterm_state_get_cursorpos(vterm_obtain_state(p->vt), &at);
	*ret_row = at.row;
	*ret_col = at.col;
}

bool pty_cursor_visible(const struct pty *p)
{
	return p->cursor_visible;
}

bool pty_alternate_screen(const struct pty *p)
{
	return p->alternate;
}
