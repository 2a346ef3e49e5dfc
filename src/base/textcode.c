/* SPDX-License-Identifier: MIT */
#include "base/textcode.h"

#include "base/utf8.h"

#include <errno.h>
#include <string.h>

#define REPLACEMENT 0xfffdu

static const struct {
	const char *name;
	size_t unit;
	bool big; /* the high byte comes first */
} codes[TEXT_CODES] = {
	[TEXT_UTF8] = {"utf-8", 1, false},        [TEXT_CP1252] = {"windows-1252", 1, false},
	[TEXT_LATIN1] = {"iso-8859-1", 1, false}, [TEXT_UTF16LE] = {"utf-16le", 2, false},
	[TEXT_UTF16BE] = {"utf-16be", 2, true},   [TEXT_UTF32LE] = {"utf-32le", 4, false},
	[TEXT_UTF32BE] = {"utf-32be", 4, true},
};

/* Longer marks first: that of UTF-32LE begins with that of UTF-16LE. */
static const struct {
	enum textcode code;
	size_t len;
	char bytes[4];
} marks[] = {
	{TEXT_UTF32LE, 4, {'\xff', '\xfe', 0, 0}}, {TEXT_UTF32BE, 4, {0, 0, '\xfe', '\xff'}},
	{TEXT_UTF8, 3, {'\xef', '\xbb', '\xbf'}},  {TEXT_UTF16LE, 2, {'\xff', '\xfe'}},
	{TEXT_UTF16BE, 2, {'\xfe', '\xff'}},
};

const char *textcode_name(enum textcode code)
{
	return codes[code].name;
}

size_t textcode_unit(enum textcode code)
{
	return codes[code].unit;
}

/* The length that a first byte promises. */
static size_t promised(unsigned char c)
{
	return c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
}

/* A log that was UTF-8 until something else wrote a line into it still is, for the most part. */
static bool mostly_utf8(const char *s, size_t len, bool whole)
{
	size_t good = 0, bad = 0, n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t cp;

		n = utf8_decode(s + i, len - i, &cp);
		if (cp != UTF8_INVALID)
			good += n > 1;
		else if (whole || promised((unsigned char)s[i]) <= len - i)
			bad++;
	}
	return bad == 0 || good > bad;
}

enum textcode textcode_guess(const char *s, size_t len, bool whole, size_t *ret_bom)
{
	*ret_bom = 0;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (len < marks[i].len || memcmp(s, marks[i].bytes, marks[i].len) != 0)
			continue;
		*ret_bom = marks[i].len;
		return marks[i].code;
	}
	return mostly_utf8(s, len, whole) ? TEXT_UTF8 : TEXT_CP1252;
}

size_t textcode_bom(enum textcode code, const char *s, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (marks[i].code == code && len >= marks[i].len &&
		    memcmp(s, marks[i].bytes, marks[i].len) == 0)
			return marks[i].len;
	return 0;
}

static uint32_t unit_at(enum textcode code, const char *s)
{
	size_t n = codes[code].unit;
	uint32_t unit = 0;

	for (size_t i = 0; i < n; i++)
		unit = unit << 8 | (unsigned char)s[codes[code].big ? i : n - 1 - i];
	return unit;
}

bool textcode_binary(enum textcode code, const char *s, size_t len)
{
	size_t n = codes[code].unit;

	if (n == 1)
		return memchr(s, 0, len) != NULL;
	for (size_t i = 0; i + n <= len; i += n)
		if (unit_at(code, s + i) == 0)
			return true;
	return false;
}

/* What windows-1252 has from 80 to 9f; 0: nothing, the control character stays. */
static const uint16_t cp1252[32] = {
	0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

static uint32_t single_byte(enum textcode code, unsigned char c)
{
	if (code == TEXT_CP1252 && c >= 0x80 && c < 0xa0 && cp1252[c - 0x80])
		return cp1252[c - 0x80];
	return c;
}

static bool is_high(uint32_t unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(uint32_t unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

/* Half a pair is UTF8_INVALID. */
static size_t next_utf16(enum textcode code, const char *s, size_t len, uint32_t *ret_cp)
{
	uint32_t high = unit_at(code, s), low;

	if (is_high(high) && len >= 4) {
		low = unit_at(code, s + 2);
		if (is_low(low)) {
			*ret_cp = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
			return 4;
		}
	}
	*ret_cp = is_high(high) || is_low(high) ? UTF8_INVALID : high;
	return 2;
}

size_t textcode_next(enum textcode code, const char *s, size_t len, uint32_t *ret_cp)
{
	size_t unit = codes[code].unit;

	if (code == TEXT_UTF8)
		return utf8_decode(s, len, ret_cp);
	if (unit == 1) {
		*ret_cp = single_byte(code, (unsigned char)*s);
		return 1;
	}
	if (len < unit) {
		*ret_cp = UTF8_INVALID;
		return len;
	}
	if (unit == 2)
		return next_utf16(code, s, len, ret_cp);
	*ret_cp = unit_at(code, s);
	if (*ret_cp > 0x10ffff || is_high(*ret_cp) || is_low(*ret_cp))
		*ret_cp = UTF8_INVALID;
	return unit;
}

/* One character as UTF-8 (4 bytes of room); returns its length. */
static size_t to_utf8(enum textcode code, const char *s, size_t len, size_t *ret_taken, char out[4])
{
	uint32_t cp, unit;

	*ret_taken = textcode_next(code, s, len, &cp);
	if (code == TEXT_UTF8) {
		memcpy(out, s, *ret_taken);
		return *ret_taken;
	}
	if (cp != UTF8_INVALID)
		return utf8_encode(cp, out);
	if (codes[code].unit != 2 || *ret_taken < 2)
		return utf8_encode(REPLACEMENT, out);
	unit = unit_at(code, s);
	out[0] = (char)(0xe0 | unit >> 12);
	out[1] = (char)(0x80 | (unit >> 6 & 0x3f));
	out[2] = (char)(0x80 | (unit & 0x3f));
	return 3;
}

int textcode_add(enum textcode code, const char *s, size_t len, struct str *out)
{
	size_t taken;

	if (code == TEXT_UTF8)
		return str_add(out, s, len);
	for (size_t i = 0; i < len; i += taken) {
		char text[4];
		size_t n = to_utf8(code, s + i, len - i, &taken, text);

		if (str_add(out, text, n) < 0)
			return -ENOMEM;
	}
	return 0;
}

void textcode_advance(enum textcode code, const char *s, size_t len, size_t utf8,
		      struct textcode_pos *pos)
{
	size_t taken;

	if (code == TEXT_UTF8)
		pos->bytes = pos->utf8 = MAX(pos->utf8, MIN(utf8, len));
	for (; pos->bytes < len && pos->utf8 < utf8; pos->bytes += taken) {
		char text[4];

		pos->utf8 += to_utf8(code, s + pos->bytes, len - pos->bytes, &taken, text);
	}
}

size_t textcode_span(enum textcode code, const char *s, size_t len, size_t utf8)
{
	struct textcode_pos pos = {0};

	textcode_advance(code, s, len, utf8, &pos);
	return pos.bytes;
}

/* The unit that the newline byte at `at` belongs to is one, and begins at *ret_start. */
static bool is_newline(enum textcode code, const char *s, size_t len, size_t at, size_t *ret_start)
{
	size_t unit = codes[code].unit;

	*ret_start = at / unit * unit;
	return *ret_start + unit <= len && unit_at(code, s + *ret_start) == '\n';
}

size_t textcode_newline(enum textcode code, const char *s, size_t len, size_t from)
{
	size_t start;

	while (from < len) {
		const char *found = memchr(s + from, '\n', len - from);

		if (!found)
			break;
		from = (size_t)(found - s);
		if (is_newline(code, s, len, from, &start))
			return start;
		from++;
	}
	return len;
}

size_t textcode_newline_before(enum textcode code, const char *s, size_t len, size_t end)
{
	size_t limit = MIN(end, len), start;

	for (size_t at = limit; at > 0;) {
		const char *found = memrchr(s, '\n', at);

		if (!found)
			break;
		at = (size_t)(found - s);
		if (is_newline(code, s, len, at, &start) && start + codes[code].unit <= limit)
			return start;
	}
	return len;
}

uint64_t textcode_lines(enum textcode code, const char *s, size_t len)
{
	uint64_t n = 0;

	if (codes[code].unit == 1) {
		for (size_t i = 0; i < len; i++)
			n += s[i] == '\n';
		return n;
	}
	for (size_t at = 0; (at = textcode_newline(code, s, len, at)) < len; at += codes[code].unit)
		n++;
	return n;
}

size_t textcode_cut(enum textcode code, const char *s, size_t at)
{
	if (codes[code].unit == 2 && at >= 2 && is_high(unit_at(code, s + at - 2)))
		return at - 2;
	for (size_t i = 1; code == TEXT_UTF8 && i <= 3 && i <= at; i++) {
		unsigned char c = (unsigned char)s[at - i];

		if (c >= 0xc0)
			return promised(c) > i ? at - i : at;
		if (c < 0x80)
			break;
	}
	return at;
}
