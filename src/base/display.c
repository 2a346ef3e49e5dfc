/* SPDX-License-Identifier: MIT */
#include "base/display.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MARKS_MAX 4

void glyph_iter_init(struct glyph_iter *it, const char *s, size_t len, bool ascii)
{
	*it = (struct glyph_iter){.s = s, .len = len, .ascii = ascii};
}

/* In ASCII every other byte stands for itself only, as an invalid one does in UTF-8. */
static size_t decode(const struct glyph_iter *it, size_t pos, uint32_t *ret_cp)
{
	if (it->ascii) {
		unsigned char c = (unsigned char)it->s[pos];

		*ret_cp = c < 0x80 ? c : UTF8_INVALID;
		return 1;
	}
	return utf8_decode(it->s + pos, it->len - pos, ret_cp);
}

/* What a character that stands on its own is written with first; 0 at the end. An escape begins
 * with a backslash or a caret. */
static uint32_t first_shown(const struct glyph_iter *it, size_t pos)
{
	uint32_t cp;

	if (pos >= it->len)
		return 0;
	decode(it, pos, &cp);
	if (cp == '\n' || cp == '\t' || cp == 0x1e || cp == UTF8_INVALID)
		return '\\';
	if (cp < 0x20 || cp == 0x7f)
		return '^';
	return utf8_hidden(cp) ? '\\' : cp;
}

/* True when what follows would turn this backslash or caret into an escape. */
static bool ambiguous(uint32_t cp, uint32_t next)
{
	if (cp == '\\')
		return next == 'n' || next == 't' || next == 'x' || next == 'u' || next == '\\';
	return cp == '^' && ((next >= '@' && next <= '_') || next == '?');
}

/* The escape for what is at pos, or 0 when it can be shown as it is. */
static int escape(char text[GLYPH_MAX], const struct glyph_iter *it, size_t pos, uint32_t cp,
		  size_t len)
{
	/* ^^ is a caret, and so 1e (control-^) is the one control written as a byte. */
	if (cp == UTF8_INVALID || cp == 0x1e)
		return snprintf(text, GLYPH_MAX, "\\x%02x", (unsigned char)it->s[pos]);
	if (cp == '\n' || cp == '\t')
		return snprintf(text, GLYPH_MAX, "\\%c", cp == '\n' ? 'n' : 't');
	if (cp < 0x20 || cp == 0x7f)
		return snprintf(text, GLYPH_MAX, "^%c", (char)(cp ^ 0x40));
	if ((cp == '\\' || cp == '^') && ambiguous(cp, first_shown(it, pos + len)))
		return snprintf(text, GLYPH_MAX, "%c%c", (char)cp, (char)cp);
	/* A mark gets here only when it has no base, or one that has enough. */
	if (utf8_hidden(cp) || utf8_width(cp) == 0)
		return snprintf(text, GLYPH_MAX, "\\u{%x}", (unsigned)cp);
	return 0;
}

static void add_marks(struct glyph_iter *it, struct glyph *g)
{
	for (int marks = 0; marks < MARKS_MAX && it->pos < it->len; marks++) {
		uint32_t cp;
		size_t len = decode(it, it->pos, &cp);

		if (cp == UTF8_INVALID || utf8_hidden(cp) || utf8_width(cp) != 0)
			break;
		memcpy(g->text + g->text_len, it->s + it->pos, len);
		g->text_len += (uint8_t)len;
		it->pos += len;
	}
}

bool glyph_next(struct glyph_iter *it, struct glyph *ret_glyph)
{
	struct glyph *g = ret_glyph;
	size_t start = it->pos, len;
	uint32_t cp;
	int n;

	if (start >= it->len)
		return false;
	len = decode(it, start, &cp);
	it->pos += len;
	n = escape(g->text, it, start, cp, len);
	g->escaped = n > 0;
	if (g->escaped) {
		g->text_len = (uint8_t)n;
		g->width = (uint8_t)n;
	} else {
		memcpy(g->text, it->s + start, len);
		g->text_len = (uint8_t)len;
		g->width = (uint8_t)utf8_width(cp);
		add_marks(it, g);
	}
	g->text[g->text_len] = '\0';
	g->offset = (uint32_t)start;
	g->bytes = (uint32_t)(it->pos - start);
	return true;
}

size_t display_width(const char *s, size_t len, bool ascii)
{
	struct glyph_iter it;
	struct glyph g;
	size_t width = 0;

	glyph_iter_init(&it, s, len, ascii);
	while (glyph_next(&it, &g))
		width += g.width;
	return width;
}

int display_add(struct str *out, const char *s, size_t len, bool ascii)
{
	struct glyph_iter it;
	struct glyph g;

	glyph_iter_init(&it, s, len, ascii);
	while (glyph_next(&it, &g))
		str_add(out, g.text, g.text_len);
	return out->failed ? -ENOMEM : 0;
}

/* The last third of the room is for the end of the name: the extension, and the digits before it
 * that tell one photo from the next. */
int display_fit(struct str *out, const char *s, size_t len, size_t width, bool ascii)
{
	size_t total = display_width(s, len, ascii), tail = width / 3, head, at = 0;
	struct glyph_iter it;
	struct glyph g;

	if (total <= width)
		return display_add(out, s, len, ascii);
	if (width == 0)
		return 0;
	head = width - 1 - tail;
	glyph_iter_init(&it, s, len, ascii);
	while (glyph_next(&it, &g) && at + g.width <= head) {
		str_add(out, g.text, g.text_len);
		at += g.width;
	}
	str_adds(out, ascii ? "~" : "\u2026");
	/* The glyph read last did not fit and is the first of those left out. */
	for (at += g.width; glyph_next(&it, &g); at += g.width) {
		if (total - at <= tail)
			str_add(out, g.text, g.text_len);
	}
	return out->failed ? -ENOMEM : 0;
}

static bool shell_plain(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      (c && strchr("_%+=:,./-@", c))))
			return false;
	}
	return len > 0;
}

static bool shell_printable(const char *s, size_t len)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t cp;

		n = utf8_decode(s + i, len - i, &cp);
		if (cp == UTF8_INVALID || utf8_hidden(cp))
			return false;
	}
	return true;
}

static void add_single_quoted(struct str *out, const char *s, size_t len)
{
	str_addc(out, '\'');
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\'')
			str_adds(out, "'\\''");
		else
			str_addc(out, s[i]);
	}
	str_addc(out, '\'');
}

/* Bytes as three octal digits: the one numeric form in which a digit after it is never taken in. */
static void add_dollar_quoted(struct str *out, const char *s, size_t len)
{
	size_t n;

	str_adds(out, "$'");
	for (size_t i = 0; i < len; i += n) {
		uint32_t cp;

		n = utf8_decode(s + i, len - i, &cp);
		if (cp == '\n' || cp == '\t')
			str_adds(out, cp == '\n' ? "\\n" : "\\t");
		else if (cp == '\'' || cp == '\\')
			str_addf(out, "\\%c", (char)cp);
		else if (cp != UTF8_INVALID && !utf8_hidden(cp))
			str_add(out, s + i, n);
		else
			for (size_t k = 0; k < n; k++)
				str_addf(out, "\\%03o", (unsigned char)s[i + k]);
	}
	str_addc(out, '\'');
}

int display_shell(struct str *out, const char *s, size_t len)
{
	if (shell_plain(s, len))
		str_add(out, s, len);
	else if (shell_printable(s, len))
		add_single_quoted(out, s, len);
	else
		add_dollar_quoted(out, s, len);
	return out->failed ? -ENOMEM : 0;
}
