/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include "base/utf8_table.h"

#include <string.h>

static bool is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t utf8_decode(const char *s, size_t len, uint32_t *ret_cp)
{
	/* By length: the bits of the first byte, and the least value (shorter forms must be used).
	 */
	static const struct {
		unsigned char mask, lead, bits;
		uint32_t least;
	} forms[] = {
		{0xe0, 0xc0, 0x1f, 0x80},
		{0xf0, 0xe0, 0x0f, 0x800},
		{0xf8, 0xf0, 0x07, 0x10000},
	};
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp;

	if (p[0] < 0x80) {
		*ret_cp = p[0];
		return 1;
	}
	*ret_cp = UTF8_INVALID;
	for (size_t form = 0; form < ARRAY_LEN(forms); form++) {
		if ((p[0] & forms[form].mask) != forms[form].lead)
			continue;
		if (len < form + 2)
			return 1;
		cp = p[0] & forms[form].bits;
		for (size_t i = 1; i < form + 2; i++) {
			if (!is_tail(p[i]))
				return 1;
			cp = cp << 6 | (p[i] & 0x3f);
		}
		if (cp < forms[form].least || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
			return 1;
		*ret_cp = cp;
		return form + 2;
	}
	return 1;
}

size_t utf8_encode(uint32_t cp, char *buf)
{
	size_t len = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return 0;
	for (size_t i = len; --i > 0; cp >>= 6)
		buf[i] = (char)(0x80 | (cp & 0x3f));
	buf[0] = (char)(lead[len] | cp);
	return len;
}

bool utf8_valid(const char *s, size_t len)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t cp;

		n = utf8_decode(s + i, len - i, &cp);
		if (cp == UTF8_INVALID)
			return false;
	}
	return true;
}

size_t utf8_cut(const char *s, size_t max)
{
	size_t len = strnlen(s, max);

	while (len > 0 && is_tail((unsigned char)s[len]))
		len--;
	return len;
}

static unsigned class_of(uint32_t cp)
{
	size_t low = 0, high = ARRAY_LEN(class_runs);

	if (cp - 0x20 < 0x5f)
		return CLASS_NARROW;
	if (cp > 0x10ffff)
		return CLASS_HIDDEN;
	while (high - low > 1) {
		size_t mid = (low + high) / 2;

		if (class_runs[mid] >> 2 <= cp)
			low = mid;
		else
			high = mid;
	}
	return class_runs[low] & 3;
}

int utf8_width(uint32_t cp)
{
	static const int widths[] = {
		[CLASS_ZERO] = 0,
		[CLASS_NARROW] = 1,
		[CLASS_WIDE] = 2,
		[CLASS_HIDDEN] = 0,
	};

	return widths[class_of(cp)];
}

bool utf8_hidden(uint32_t cp)
{
	return class_of(cp) == CLASS_HIDDEN;
}

uint32_t utf8_fold(uint32_t cp)
{
	size_t low = 0, high = ARRAY_LEN(fold_ranges);

	if (cp < 0x80)
		return cp - 'A' < 26 ? cp + 32 : cp;
	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct fold_range *range = &fold_ranges[mid];

		if (cp > range->last)
			low = mid + 1;
		else if (cp < range->first)
			high = mid;
		else
			return (cp - range->first) % range->step ? cp : cp + (uint32_t)range->delta;
	}
	return cp;
}

size_t utf8_unit(const char *s, size_t len, bool fold, uint32_t *ret_unit)
{
	size_t n = utf8_decode(s, len, ret_unit);
	uint32_t folded;

	if (*ret_unit == UTF8_INVALID) {
		*ret_unit = UTF8_RAW + (unsigned char)*s;
	} else if (fold) {
		folded = utf8_fold(*ret_unit);
		if (folded >= 0x80 || *ret_unit < 0x80)
			*ret_unit = folded;
	}
	return n;
}

bool utf8_has_upper(const char *s, size_t len)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t cp;

		n = utf8_decode(s + i, len - i, &cp);
		if (cp != UTF8_INVALID && utf8_fold(cp) != cp)
			return true;
	}
	return false;
}
