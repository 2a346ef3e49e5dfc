/* SPDX-License-Identifier: MIT */
#include "ui/lineedit.h"

#include "base/alloc.h"
#include "base/display.h"
#include "base/utf8.h"
#include "ui/theme.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 65536 /* bytes: more than any path a person can mean */

void lineedit_init(struct lineedit *e)
{
	*e = (struct lineedit){.text = STR_INIT, .killed = STR_INIT, .draft = STR_INIT};
}

void lineedit_done(struct lineedit *e)
{
	if (!e)
		return;
	str_done(&e->text);
	str_done(&e->killed);
	str_done(&e->draft);
	for (size_t i = 0; i < e->nhistory; i++)
		free(e->history[i]);
	lineedit_init(e);
}

static int replace(struct str *to, const char *bytes, size_t len)
{
	struct str copy = STR_INIT;
	int r = str_add(&copy, bytes, len);

	if (r < 0) {
		str_done(&copy);
		return r;
	}
	str_done(to);
	*to = copy;
	return 0;
}

int lineedit_set(struct lineedit *e, const char *text, size_t len)
{
	int r = replace(&e->text, text, len);

	if (r < 0)
		return r;
	e->cursor = e->text.len;
	e->browsing = e->nhistory;
	return 0;
}

/* The end of what is shown as one character at `at`. */
static size_t next_char(const struct lineedit *e, size_t at)
{
	struct glyph_iter it;
	struct glyph g;

	glyph_iter_init(&it, e->text.buf, e->text.len, false);
	it.pos = at;
	return glyph_next(&it, &g) ? it.pos : at;
}

static size_t prev_char(const struct lineedit *e, size_t at)
{
	size_t start = 0, next;

	while ((next = next_char(e, start)) < at)
		start = next;
	return start;
}

/* Letters, digits and everything above ASCII; what is between them ends a word, so that C-w takes
 * one component of a path. */
static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       (unsigned char)c >= 0x80;
}

static size_t word_end(const struct lineedit *e)
{
	size_t at = e->cursor;

	while (at < e->text.len && !is_word(e->text.buf[at]))
		at++;
	while (at < e->text.len && is_word(e->text.buf[at]))
		at++;
	return at;
}

static size_t word_start(const struct lineedit *e)
{
	size_t at = e->cursor;

	while (at > 0 && !is_word(e->text.buf[at - 1]))
		at--;
	while (at > 0 && is_word(e->text.buf[at - 1]))
		at--;
	return at;
}

/* As readline's C-w: what lies between blanks; here between slashes as well. */
static size_t component_start(const struct lineedit *e)
{
	size_t at = e->cursor;

	while (at > 0 && (e->text.buf[at - 1] == ' ' || e->text.buf[at - 1] == '/'))
		at--;
	while (at > 0 && e->text.buf[at - 1] != ' ' && e->text.buf[at - 1] != '/')
		at--;
	return at;
}

static enum lineedit_result move_to(struct lineedit *e, size_t at)
{
	e->cursor = at;
	return LINEEDIT_MOVED;
}

static enum lineedit_result erase(struct lineedit *e, size_t from, size_t to, bool kill)
{
	if (from >= to)
		return LINEEDIT_MOVED;
	if (kill && replace(&e->killed, e->text.buf + from, to - from) < 0)
		return LINEEDIT_MOVED;
	str_remove(&e->text, from, to - from);
	e->cursor = from;
	return LINEEDIT_CHANGED;
}

static int insert(struct lineedit *e, const char *bytes, size_t len)
{
	int r;

	if (len > TEXT_MAX - MIN(e->text.len, TEXT_MAX))
		return -E2BIG;
	r = str_insert(&e->text, e->cursor, bytes, len);
	if (r < 0) {
		e->text.failed =
			false; /* nothing was appended after it: there is no hole to hide */
		return r;
	}
	e->cursor += len;
	return 0;
}

static enum lineedit_result browse(struct lineedit *e, size_t to)
{
	struct str *shown = &e->text;
	const char *text;

	if (to > e->nhistory || to == e->browsing)
		return LINEEDIT_MOVED;
	if (e->browsing == e->nhistory && replace(&e->draft, shown->buf, shown->len) < 0)
		return LINEEDIT_MOVED;
	text = to == e->nhistory ? e->draft.buf : e->history[to];
	if (replace(shown, text, strlen(text)) < 0)
		return LINEEDIT_MOVED;
	e->cursor = shown->len;
	e->browsing = to;
	return LINEEDIT_CHANGED;
}

enum action {
	TO_START,
	TO_END,
	BACK,
	FORWARD,
	WORD_BACK,
	WORD_FORWARD,
	ERASE_BACK,
	ERASE_FORWARD,
	KILL_COMPONENT,
	KILL_WORD_BACK,
	KILL_WORD,
	KILL_START,
	KILL_END,
	YANK,
	OLDER,
	NEWER,
};

static const struct {
	struct key key;
	enum action action;
} bindings[] = {
	{{'a', KEYMOD_CTRL}, TO_START},
	{{KEYSYM_HOME, 0}, TO_START},
	{{'e', KEYMOD_CTRL}, TO_END},
	{{KEYSYM_END, 0}, TO_END},
	{{'b', KEYMOD_CTRL}, BACK},
	{{KEYSYM_LEFT, 0}, BACK},
	{{'f', KEYMOD_CTRL}, FORWARD},
	{{KEYSYM_RIGHT, 0}, FORWARD},
	{{'b', KEYMOD_ALT}, WORD_BACK},
	{{KEYSYM_LEFT, KEYMOD_CTRL}, WORD_BACK},
	{{KEYSYM_LEFT, KEYMOD_ALT}, WORD_BACK},
	{{'f', KEYMOD_ALT}, WORD_FORWARD},
	{{KEYSYM_RIGHT, KEYMOD_CTRL}, WORD_FORWARD},
	{{KEYSYM_RIGHT, KEYMOD_ALT}, WORD_FORWARD},
	{{KEYSYM_BACKSPACE, 0}, ERASE_BACK},
	{{KEYSYM_DELETE, 0}, ERASE_FORWARD},
	{{'d', KEYMOD_CTRL}, ERASE_FORWARD},
	{{'w', KEYMOD_CTRL}, KILL_COMPONENT},
	{{KEYSYM_BACKSPACE, KEYMOD_ALT}, KILL_WORD_BACK},
	{{'d', KEYMOD_ALT}, KILL_WORD},
	{{'u', KEYMOD_CTRL}, KILL_START},
	{{'k', KEYMOD_CTRL}, KILL_END},
	{{'y', KEYMOD_CTRL}, YANK},
	{{KEYSYM_UP, 0}, OLDER},
	{{'p', KEYMOD_CTRL}, OLDER},
	{{KEYSYM_DOWN, 0}, NEWER},
	{{'n', KEYMOD_CTRL}, NEWER},
};

static enum lineedit_result act(struct lineedit *e, enum action action)
{
	size_t at = e->cursor;

	switch (action) {
	case TO_START:
		return move_to(e, 0);
	case TO_END:
		return move_to(e, e->text.len);
	case BACK:
		return move_to(e, prev_char(e, at));
	case FORWARD:
		return move_to(e, next_char(e, at));
	case WORD_BACK:
		return move_to(e, word_start(e));
	case WORD_FORWARD:
		return move_to(e, word_end(e));
	case ERASE_BACK:
		return erase(e, prev_char(e, at), at, false);
	case ERASE_FORWARD:
		return erase(e, at, next_char(e, at), false);
	case KILL_COMPONENT:
		return erase(e, component_start(e), at, true);
	case KILL_WORD_BACK:
		return erase(e, word_start(e), at, true);
	case KILL_WORD:
		return erase(e, at, word_end(e), true);
	case KILL_START:
		return erase(e, 0, at, true);
	case KILL_END:
		return erase(e, at, e->text.len, true);
	case YANK:
		return e->killed.len && insert(e, e->killed.buf, e->killed.len) == 0
			       ? LINEEDIT_CHANGED
			       : LINEEDIT_MOVED;
	case OLDER:
		return browse(e, e->browsing ? e->browsing - 1 : 0);
	case NEWER:
		return browse(e, e->browsing + 1);
	}
	return LINEEDIT_IGNORED;
}

enum lineedit_result lineedit_key(struct lineedit *e, struct key key)
{
	char buf[4];

	for (size_t i = 0; i < ARRAY_LEN(bindings); i++)
		if (key_eq(bindings[i].key, key))
			return act(e, bindings[i].action);
	if (key.mods || key.sym >= KEYSYM_UP || !key_valid(key))
		return LINEEDIT_IGNORED;
	return insert(e, buf, utf8_encode(key.sym, buf)) == 0 ? LINEEDIT_CHANGED : LINEEDIT_MOVED;
}

/* A NUL cannot be in a name, nor in the strings that this becomes. */
int lineedit_paste(struct lineedit *e, const char *bytes, size_t len)
{
	struct str clean CLEANUP(str_done) = STR_INIT;

	while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
		len--;
	for (size_t i = 0; i < len; i++) {
		bool pair = bytes[i] == '\r' && i + 1 < len && bytes[i + 1] == '\n';

		if (bytes[i] && !pair)
			str_addc(&clean, bytes[i] == '\n' || bytes[i] == '\r' ? ' ' : bytes[i]);
	}
	return clean.failed ? -ENOMEM : insert(e, clean.buf, clean.len);
}

int lineedit_remember(struct lineedit *e)
{
	char *copy;

	e->browsing = e->nhistory;
	if (e->text.len == 0 ||
	    (e->nhistory && strcmp(e->history[e->nhistory - 1], e->text.buf) == 0))
		return 0;
	copy = memdup0(e->text.buf, e->text.len);
	if (!copy)
		return -ENOMEM;
	if (e->nhistory == LINEEDIT_HISTORY) {
		free(e->history[0]);
		memmove(e->history, e->history + 1, (LINEEDIT_HISTORY - 1) * sizeof(char *));
		e->nhistory--;
	}
	e->history[e->nhistory++] = copy;
	e->browsing = e->nhistory;
	return 0;
}

/* Columns from one byte to another, as they are shown in the whole text. */
static int columns(const struct lineedit *e, bool ascii, size_t from, size_t to)
{
	struct glyph_iter it;
	struct glyph g;
	int width = 0;

	glyph_iter_init(&it, e->text.buf, e->text.len, ascii);
	it.pos = from;
	while (it.pos < to && glyph_next(&it, &g))
		width += g.width;
	return width;
}

/* Where drawing begins so that the cursor has a column, and one after it: the text moves left by
 * half a width at a time. */
static size_t first_shown(const struct lineedit *e, const struct canvas *c, int width)
{
	int left = columns(e, c->ascii, 0, e->cursor);
	int step = MAX(width / 2, 1), skip = 0;
	struct glyph_iter it;
	struct glyph g;

	while (left - skip >= MAX(width - 1, 1))
		skip += step;
	glyph_iter_init(&it, e->text.buf, e->text.len, c->ascii);
	for (int at = 0; at < skip && it.pos < e->cursor && glyph_next(&it, &g); at += g.width)
		continue;
	return MIN(it.pos, e->cursor);
}

void lineedit_draw(const struct lineedit *e, struct canvas *c, int row, int col, int width,
		   int *ret_col)
{
	size_t first;

	*ret_col = col;
	if (width <= 0)
		return;
	first = first_shown(e, c, width);
	canvas_fill(c, (struct rect){row, col, 1, width}, ROLE_INPUT);
	canvas_text(c, row, col, width, e->text.buf + first, e->text.len - first, ROLE_INPUT);
	*ret_col = col + MIN(columns(e, c->ascii, first, e->cursor), width - 1);
}
