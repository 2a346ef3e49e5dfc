/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "base/utf8.h"

static void decodes_strictly(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		uint32_t cp;
	} cases[] = {
		{"a", 1, 'a'},
		{"\xc3\xa9", 2, 0xe9},
		{"\xe2\x82\xac", 3, 0x20ac},
		{"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
		{"\x7f", 1, 0x7f},
		{"\xc2\x80", 2, 0x80},
		{"\xed\x9f\xbf", 3, 0xd7ff},
		{"\xee\x80\x80", 3, 0xe000},
		/* overlong, surrogate, too large, lone tail, cut short */
		{"\xc0\x80", 1, UTF8_INVALID},
		{"\xc1\xbf", 1, UTF8_INVALID},
		{"\xe0\x9f\xbf", 1, UTF8_INVALID},
		{"\xf0\x8f\xbf\xbf", 1, UTF8_INVALID},
		{"\xed\xa0\x80", 1, UTF8_INVALID},
		{"\xf4\x90\x80\x80", 1, UTF8_INVALID},
		{"\xf8\x88\x80\x80\x80", 1, UTF8_INVALID},
		{"\x80", 1, UTF8_INVALID},
		{"\xff", 1, UTF8_INVALID},
		{"\xe2\x82", 1, UTF8_INVALID},
		{"\xe2\x41\xac", 1, UTF8_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t cp;
		size_t len = utf8_decode(cases[i].bytes, strlen(cases[i].bytes), &cp);

		assert_int_equal(cp, cases[i].cp);
		assert_int_equal(len, cases[i].len);
	}
}

static void encodes_what_it_decodes(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x110000; cp++) {
		char buf[4];
		uint32_t back;
		size_t len = utf8_encode(cp, buf);

		if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000)) {
			assert_int_equal(len, 0);
			continue;
		}
		assert_int_equal(utf8_decode(buf, len, &back), len);
		assert_int_equal(back, cp);
	}
}

static void knows_widths(void **state)
{
	static const struct {
		uint32_t cp;
		int width;
	} cases[] = {
		{'a', 1},    {0xe9, 1},   {0x301, 0},   {0x4e2d, 2}, {0xac00, 2},  {0x1161, 0},
		{0xff21, 2}, {0x3000, 2}, {0x1f600, 2}, {0x2764, 1}, {0x20000, 2}, {0x20dd, 0},
		{0x2026, 1}, {0xa1, 1},   {0x5d0, 1},   {0x2500, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(utf8_width(cases[i].cp), cases[i].width);
		assert_false(utf8_hidden(cases[i].cp));
	}
}

static void hides_what_cannot_be_shown(void **state)
{
	static const uint32_t hidden[] = {
		0,       0x1b,    0x1f,     0x7f,     0x80,   0x9b,     0x9f,
		0xad,    0x34f,   0x61c,    0x115f,   0x1160, 0x17b4,   0x17b5,
		0x180e,  0x200b,  0x200c,   0x200d,   0x200e, 0x200f,   0x2028,
		0x2029,  0x202a,  0x202e,   0x2060,   0x2066, 0x2069,   0x206f,
		0x3164,  0xfe00,  0xfe0f,   0xfeff,   0xffa0, 0xfff9,   0xfffb,
		0xe000,  0xf8ff,  0xfdd0,   0xfffe,   0xffff, 0x378,    0xe0001,
		0xe0fff, 0xf0000, 0x10fffd, 0x10ffff, 0xd800, 0x110000, UTF8_INVALID,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
		assert_true(utf8_hidden(hidden[i]));
}

static void folds_case(void **state)
{
	static const uint32_t cases[][2] = {
		{'A', 'a'},     {'z', 'z'},         {'[', '['},       {'@', '@'},
		{0xc9, 0xe9},   {0xd7, 0xd7},       {0x100, 0x101},   {0x101, 0x101},
		{0x178, 0xff},  {0x391, 0x3b1},     {0x3a3, 0x3c3},   {0x3c2, 0x3c3},
		{0x416, 0x436}, {0x531, 0x561},     {0x10a0, 0x2d00}, {0x1e9e, 0xdf},
		{0x212a, 'k'},  {0x10400, 0x10428}, {0x4e2d, 0x4e2d}, {0x110000, 0x110000},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(utf8_fold(cases[i][0]), cases[i][1]);
	for (uint32_t cp = 0; cp < 0x20000; cp++)
		assert_int_equal(utf8_fold(utf8_fold(cp)), utf8_fold(cp));
}

static void reads_units(void **state)
{
	uint32_t unit;

	(void)state;
	assert_int_equal(utf8_unit("\xc3\x89", 2, true, &unit), 2);
	assert_int_equal(unit, 0xe9);
	utf8_unit("\xc3\x89", 2, false, &unit);
	assert_int_equal(unit, 0xc9);
	assert_int_equal(utf8_unit("\xc3", 1, true, &unit), 1);
	assert_int_equal(unit, UTF8_RAW + 0xc3);
	utf8_unit("\xe2\x84\xaa", 3, true, &unit);
	assert_int_equal(unit, 0x212a);
	assert_true(utf8_has_upper("a\xc3\x89", 3));
	assert_false(utf8_has_upper("a\xc3\xa9\xff", 4));
	assert_true(utf8_valid("a\xc3\xa9", 3));
	assert_false(utf8_valid("a\xc3", 2));
	assert_true(utf8_valid("", 0));
	assert_int_equal(utf8_cut("ab", 5), 2);
	assert_int_equal(utf8_cut("ab", 1), 1);
	assert_int_equal(utf8_cut("a\xc3\xa9", 2), 1);
	assert_int_equal(utf8_cut("a\xc3\xa9", 3), 3);
	assert_int_equal(utf8_cut("\xa9\xa9", 1), 0);
	assert_int_equal(utf8_cut("", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_strictly), cmocka_unit_test(encodes_what_it_decodes),
		cmocka_unit_test(knows_widths),     cmocka_unit_test(hides_what_cannot_be_shown),
		cmocka_unit_test(folds_case),       cmocka_unit_test(reads_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
