/* SPDX-License-Identifier: MIT */
#include "helper/text.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"

#define LOOK_MAX    65536u /* judged by so many bytes */
#define REPLACEMENT 0xfffdu

static const struct {
	const char *name;
	uint8_t mark_len;
	uint8_t mark[4];
} codes[TEXT_CODES] = {
	[TEXT_NONE] = {"", 0, {0}},
	[TEXT_ASCII] = {"us-ascii", 0, {0}},
	[TEXT_UTF8] = {"utf-8", 3, {0xef, 0xbb, 0xbf}},
	[TEXT_UTF16LE] = {"utf-16le", 2, {0xff, 0xfe}},
	[TEXT_UTF16BE] = {"utf-16be", 2, {0xfe, 0xff}},
	[TEXT_UTF32LE] = {"utf-32le", 4, {0xff, 0xfe, 0, 0}},
	[TEXT_UTF32BE] = {"utf-32be", 4, {0, 0, 0xfe, 0xff}},
	[TEXT_1252] = {"windows-1252", 0, {0}},
	[TEXT_8859_1] = {"iso-8859-1", 0, {0}},
};

/* 0x80 to 0x9f of Windows-1252; 0: not assigned. */
static const uint16_t windows[32] = {
	0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

const char *text_code_name(enum text_code code)
{
	return codes[code].name;
}

/* The longest mark that fits: that of UTF-16LE begins that of UTF-32LE. */
static enum text_code marked(const uint8_t *bytes, size_t len)
{
	enum text_code best = TEXT_NONE;

	for (enum text_code c = TEXT_ASCII; c < TEXT_CODES; c++) {
		size_t n = codes[c].mark_len;

		if (n > codes[best].mark_len && n <= len && memcmp(bytes, codes[c].mark, n) == 0)
			best = c;
	}
	return best;
}

/* Control characters that texts have: BEL BS HT LF VT FF CR ESC. */
static bool control(uint8_t c)
{
	return (c < 0x20 && !(c >= 0x07 && c <= 0x0d) && c != 0x1b) || c == 0x7f;
}

/* Without a mark: characters below U+0100 are a byte and zeros. Text in Latin script, or code, has
 * mostly these; nothing else that is text has a zero at all. */
static enum text_code wide(const uint8_t *bytes, size_t len)
{
	static const struct {
		enum text_code code;
		uint8_t unit, at; /* where the byte is in the unit */
	} forms[] = {
		{TEXT_UTF32LE, 4, 0},
		{TEXT_UTF32BE, 4, 3},
		{TEXT_UTF16LE, 2, 0},
		{TEXT_UTF16BE, 2, 1},
	};

	for (size_t f = 0; f < ARRAY_LEN(forms); f++) {
		size_t unit = forms[f].unit, n = len / unit, fit = 0;

		for (size_t i = 0; i < n; i++) {
			size_t zeros = 0;

			for (size_t k = 0; k < unit; k++)
				zeros += k != forms[f].at && bytes[i * unit + k] == 0;
			fit += zeros == unit - 1 && bytes[i * unit + forms[f].at] != 0 &&
			       !control(bytes[i * unit + forms[f].at]);
		}
		if (n > 1 && fit * 10 >= n * 9)
			return forms[f].code;
	}
	return TEXT_NONE;
}

/* Bytes in sequences of UTF-8, and bytes in none. */
static void count_utf8(const uint8_t *bytes, size_t len, size_t *ret_good, size_t *ret_bad)
{
	*ret_good = *ret_bad = 0;
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		size_t n = utf8_decode((const char *)bytes + i, len - i, &cp);

		if (cp == UTF8_INVALID && len - i >= 4)
			(*ret_bad)++;
		else if (cp >= 0x80 && cp != UTF8_INVALID)
			*ret_good += n;
		i += n;
	}
}

static enum text_code narrow(const uint8_t *bytes, size_t len)
{
	size_t high = 0, low_high = 0, unassigned = 0, good, bad;

	for (size_t i = 0; i < len; i++) {
		uint8_t c = bytes[i];

		high += c >= 0x80;
		low_high += c >= 0x80 && c < 0xa0;
		unassigned += c >= 0x80 && c < 0xa0 && !windows[c - 0x80];
	}
	if (!high)
		return TEXT_ASCII;
	count_utf8(bytes, len, &good, &bad);
	/* A log with a few broken bytes in it is still UTF-8. */
	if (good > bad * 4)
		return TEXT_UTF8;
	if (!low_high)
		return TEXT_8859_1;
	return unassigned ? TEXT_NONE : TEXT_1252;
}

enum text_code text_code(const uint8_t *bytes, size_t len)
{
	enum text_code code = marked(bytes, len);
	size_t look = MIN(len, LOOK_MAX), controls = 0;

	if (code != TEXT_NONE || !len)
		return code;
	if (memchr(bytes, 0, look))
		return wide(bytes, look);
	for (size_t i = 0; i < look; i++)
		controls += control(bytes[i]);
	return controls * 64 > look ? TEXT_NONE : narrow(bytes, look);
}

/* Where the lines are read from. */
struct cursor {
	const uint8_t *at, *end;
	enum text_code code;
	bool cr_ends;
};

/* One character: what it is, how many bytes it takes there, and its bytes here. */
struct character {
	uint32_t cp;
	size_t taken, len;
	char bytes[4];
};

static uint32_t unit16(const uint8_t *at, enum text_code code)
{
	return code == TEXT_UTF16LE ? (uint32_t)at[0] | (uint32_t)at[1] << 8
				    : (uint32_t)at[1] | (uint32_t)at[0] << 8;
}

static uint32_t unit32(const uint8_t *at, enum text_code code)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < 4; i++)
		v |= (uint32_t)at[i] << (code == TEXT_UTF32LE ? 8 * i : 24 - 8 * i);
	return v;
}

/* A pair of surrogates, or the unit alone. */
static uint32_t utf16(const struct cursor *c, size_t left, size_t *ret_taken)
{
	uint32_t high = unit16(c->at, c->code), low;

	*ret_taken = 2;
	if (high < 0xd800 || high >= 0xdc00 || left < 4)
		return high;
	low = unit16(c->at + 2, c->code);
	if (low < 0xdc00 || low >= 0xe000)
		return high;
	*ret_taken = 4;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static uint32_t decode(const struct cursor *c, size_t left, size_t *ret_taken)
{
	*ret_taken = 1;
	switch (c->code) {
	case TEXT_UTF16LE:
	case TEXT_UTF16BE:
		*ret_taken = left;
		return left < 2 ? REPLACEMENT : utf16(c, left, ret_taken);
	case TEXT_UTF32LE:
	case TEXT_UTF32BE:
		*ret_taken = MIN(left, 4u);
		return left < 4 ? REPLACEMENT : unit32(c->at, c->code);
	case TEXT_1252:
		if (*c->at >= 0x80 && *c->at < 0xa0)
			return windows[*c->at - 0x80] ? windows[*c->at - 0x80] : REPLACEMENT;
		return *c->at;
	default:
		return *c->at;
	}
}

static struct character next_char(const struct cursor *c)
{
	struct character ch = {0};
	size_t left = (size_t)(c->end - c->at);

	if (c->code == TEXT_UTF8) {
		ch.taken = ch.len = utf8_decode((const char *)c->at, left, &ch.cp);
		memcpy(ch.bytes, c->at, ch.len);
		return ch;
	}
	ch.cp = decode(c, left, &ch.taken);
	ch.len = utf8_encode(ch.cp, ch.bytes);
	if (!ch.len)
		ch.len = utf8_encode(REPLACEMENT, ch.bytes);
	return ch;
}

/* The character that ends a line and, of a CR LF, both: its bytes; 0: it does not. */
static size_t line_end(const struct cursor *c, const struct character *ch)
{
	struct cursor next = *c;
	struct character after;

	if (ch->cp == '\n')
		return ch->taken;
	if (ch->cp != '\r')
		return 0;
	next.at += ch->taken;
	if (next.at < next.end) {
		after = next_char(&next);
		if (after.cp == '\n')
			return ch->taken + after.taken;
	}
	return c->cr_ends ? ch->taken : 0;
}

/* One line, without its end, into `out`. False: the bytes ended before it did. */
static bool read_line(struct cursor *c, size_t columns, struct str *out, bool *ret_cut)
{
	*ret_cut = false;
	while (c->at < c->end) {
		struct character ch = next_char(c);
		size_t end = line_end(c, &ch);

		if (end) {
			c->at += end;
			return true;
		}
		*ret_cut = *ret_cut || out->len + ch.len > columns;
		if (!*ret_cut)
			str_add(out, ch.bytes, ch.len);
		c->at += ch.taken;
	}
	return false;
}

static bool has_lf(struct cursor c)
{
	while (c.at < c.end) {
		struct character ch = next_char(&c);

		if (ch.cp == '\n')
			return true;
		c.at += ch.taken;
	}
	return false;
}

int text_lines(const uint8_t *bytes, size_t len, bool whole, enum text_code code,
	       const struct wire_ask *ask, struct preview *p)
{
	struct cursor c = {.at = bytes, .end = bytes + len, .code = code};
	struct preview_line line = {.size = PREVIEW_UNKNOWN, .packed = PREVIEW_UNKNOWN};
	struct str out = STR_INIT;
	int rc = 0;

	if (marked(bytes, len) == code)
		c.at += codes[code].mark_len;
	c.cr_ends = !has_lf(c);
	while (!rc && c.at < c.end && p->nlines < ask->lines) {
		str_clear(&out);
		if (!read_line(&c, ask->columns, &out, &line.cut) && !whole)
			line.cut = true;
		rc = out.failed ? -ENOMEM : 0;
		if (!rc)
			rc = preview_add(p, out.buf, out.len, &line);
	}
	p->more = c.at < c.end || !whole;
	str_done(&out);
	return rc;
}
