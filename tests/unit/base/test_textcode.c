/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "base/textcode.h"
#include "base/utf8.h"

#include <errno.h>

static void test_table(void **state)
{
	static const size_t units[TEXT_CODES] = {1, 1, 1, 2, 2, 4, 4};

	(void)state;
	for (int i = 0; i < TEXT_CODES; i++) {
		assert_true(strlen(textcode_name((enum textcode)i)) > 4);
		assert_int_equal(textcode_unit((enum textcode)i), units[i]);
	}
}

#define BYTES(s) (s), sizeof(s) - 1

static void test_guess(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool whole;
		enum textcode code;
		size_t bom;
	} rows[] = {
		{BYTES(""), true, TEXT_UTF8, 0},
		{BYTES("plain"), true, TEXT_UTF8, 0},
		{BYTES("\xef\xbb\xbfx"), true, TEXT_UTF8, 3},
		{BYTES("\xff\xfex\0"), true, TEXT_UTF16LE, 2},
		{BYTES("\xfe\xff\0x"), true, TEXT_UTF16BE, 2},
		{BYTES("\xff\xfe\0\0x\0\0\0"), true, TEXT_UTF32LE, 4},
		{BYTES("\0\0\xfe\xff\0\0\0x"), true, TEXT_UTF32BE, 4},
		{BYTES("caf\xc3\xa9"), true, TEXT_UTF8, 0},
		{BYTES("caf\xe9 cr\xe8me"), true, TEXT_CP1252, 0},
		/* Half a character at the end of a window is the other half's fault. */
		{BYTES("caf\xc3"), false, TEXT_UTF8, 0},
		{BYTES("caf\xc3"), true, TEXT_CP1252, 0},
		{BYTES("\xc3\xa9\xc3\xa9\xc3\xa9 and one \xff"), true, TEXT_UTF8, 0},
		{BYTES("\xc3\xa9 \xff \xfe"), true, TEXT_CP1252, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t bom = 9;

		if (textcode_guess(rows[i].bytes, rows[i].len, rows[i].whole, &bom) !=
			    rows[i].code ||
		    bom != rows[i].bom)
			fail_msg("row %zu", i);
	}
}

static void test_binary(void **state)
{
	(void)state;
	assert_false(textcode_binary(TEXT_UTF8, BYTES("abc\n")));
	assert_true(textcode_binary(TEXT_UTF8, BYTES("ab\0c")));
	assert_false(textcode_binary(TEXT_UTF16LE, BYTES("a\0b\0")));
	assert_true(textcode_binary(TEXT_UTF16LE, BYTES("a\0\0\0")));
	assert_false(textcode_binary(TEXT_UTF32BE, BYTES("\0\0\0a")));
	assert_true(textcode_binary(TEXT_UTF32BE, BYTES("\0\0\0a\0\0\0\0")));
}

static void test_to_utf8(void **state)
{
	static const struct {
		enum textcode code;
		const char *bytes;
		size_t len;
		const char *text;
	} rows[] = {
		{TEXT_UTF8, BYTES("a\xff\xc3\xa9"), "a\xff\xc3\xa9"},
		{TEXT_LATIN1, BYTES("\x80\xe9"), "\xc2\x80\xc3\xa9"},
		{TEXT_CP1252, BYTES("\x80\xe9\x81"), "\xe2\x82\xac\xc3\xa9\xc2\x81"},
		{TEXT_UTF16LE, BYTES("a\0\xac\x20"), "a\xe2\x82\xac"},
		{TEXT_UTF16BE, BYTES("\0a\x20\xac"), "a\xe2\x82\xac"},
		{TEXT_UTF16LE, BYTES("\x3d\xd8\x00\xde"), "\xf0\x9f\x98\x80"},
		/* Half a pair, alone and at the end, and half a unit. */
		{TEXT_UTF16LE,
		 BYTES("\x3d\xd8"
		       "a\0"),
		 "\xed\xa0\xbd"
		 "a"},
		{TEXT_UTF16BE, BYTES("\xde\x00\0a"),
		 "\xed\xb8\x80"
		 "a"},
		{TEXT_UTF16LE, BYTES("\x3d\xd8"), "\xed\xa0\xbd"},
		{TEXT_UTF16LE, BYTES("a\0b"), "a\xef\xbf\xbd"},
		{TEXT_UTF32LE, BYTES("a\0\0\0\0\xf6\x01\0"), "a\xf0\x9f\x98\x80"},
		{TEXT_UTF32BE, BYTES("\0\x11\0\0\0\0\xd8\0\0"),
		 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str out = STR_INIT;

		assert_int_equal(textcode_add(rows[i].code, rows[i].bytes, rows[i].len, &out), 0);
		if (strcmp(out.buf, rows[i].text) != 0)
			fail_msg("row %zu", i);
		/* And back: all of the text is all of the bytes, none is none. */
		assert_int_equal(textcode_span(rows[i].code, rows[i].bytes, rows[i].len, out.len),
				 rows[i].len);
		assert_int_equal(textcode_span(rows[i].code, rows[i].bytes, rows[i].len, 0), 0);
		/* Step by step is the same, also to a place within a character. */
		struct textcode_pos pos = {0};
		for (size_t utf8 = 0; utf8 <= out.len + 1; utf8++) {
			textcode_advance(rows[i].code, rows[i].bytes, rows[i].len, utf8, &pos);
			assert_int_equal(pos.bytes, textcode_span(rows[i].code, rows[i].bytes,
								  rows[i].len, utf8));
		}
		assert_int_equal(pos.utf8, out.len);
		str_done(&out);
	}
	assert_int_equal(textcode_span(TEXT_UTF16LE, BYTES("a\0\xac\x20z\0"), 4), 4);
	assert_int_equal(textcode_span(TEXT_CP1252, BYTES("\xe9\xe9"), 2), 1);
}

static void test_bom(void **state)
{
	(void)state;
	assert_int_equal(textcode_bom(TEXT_UTF8, BYTES("\xef\xbb\xbfx")), 3);
	assert_int_equal(textcode_bom(TEXT_UTF8, BYTES("\xef\xbb")), 0);
	assert_int_equal(textcode_bom(TEXT_UTF16LE, BYTES("\xff\xfe\0\0")), 2);
	assert_int_equal(textcode_bom(TEXT_UTF32LE, BYTES("\xff\xfe\0\0")), 4);
	assert_int_equal(textcode_bom(TEXT_CP1252, BYTES("\xef\xbb\xbfx")), 0);
	assert_int_equal(textcode_bom(TEXT_UTF8, NULL, 0), 0);
}

static void test_next(void **state)
{
	uint32_t cp;

	(void)state;
	assert_int_equal(textcode_next(TEXT_UTF8, BYTES("\xc3\xa9"), &cp), 2);
	assert_int_equal(cp, 0xe9);
	assert_int_equal(textcode_next(TEXT_UTF16BE, BYTES("\0"), &cp), 1);
	assert_int_equal(cp, UTF8_INVALID);
	assert_int_equal(textcode_next(TEXT_UTF32LE, BYTES("ab"), &cp), 2);
	assert_int_equal(cp, UTF8_INVALID);
	assert_int_equal(textcode_next(TEXT_LATIN1, BYTES("\x85"), &cp), 1);
	assert_int_equal(cp, 0x85);
}

static void test_newlines(void **state)
{
	/* U+0A00 and U+000A share bytes. */
	static const char le[] = "\0\x0a\x0a\0a\0\x0a\x0a\x0a\0";
	static const char be[] = "\x0a\0\0\x0a\0a\x0a\x0a\0\x0a";

	(void)state;
	assert_int_equal(textcode_newline(TEXT_UTF8, BYTES("ab\ncd\n"), 0), 2);
	assert_int_equal(textcode_newline(TEXT_UTF8, BYTES("ab\ncd\n"), 3), 5);
	assert_int_equal(textcode_newline(TEXT_UTF8, BYTES("abcd"), 0), 4);
	assert_int_equal(textcode_newline(TEXT_UTF16LE, le, 10, 0), 2);
	assert_int_equal(textcode_newline(TEXT_UTF16LE, le, 10, 4), 8);
	assert_int_equal(textcode_newline(TEXT_UTF16LE, le, 9, 4), 9);
	assert_int_equal(textcode_newline(TEXT_UTF16BE, be, 10, 0), 2);
	assert_int_equal(textcode_newline(TEXT_UTF16BE, be, 10, 4), 8);
	assert_int_equal(textcode_newline(TEXT_UTF32BE, BYTES("\0\0\0\x0a\0\0\x0a\0"), 0), 0);
	assert_int_equal(textcode_newline_before(TEXT_UTF8, BYTES("ab\ncd\n"), 6), 5);
	assert_int_equal(textcode_newline_before(TEXT_UTF8, BYTES("ab\ncd\n"), 5), 2);
	assert_int_equal(textcode_newline_before(TEXT_UTF8, BYTES("ab\ncd\n"), 2), 6);
	assert_int_equal(textcode_newline_before(TEXT_UTF16LE, le, 10, 10), 8);
	assert_int_equal(textcode_newline_before(TEXT_UTF16LE, le, 10, 9), 2);
	assert_int_equal(textcode_newline_before(TEXT_UTF16LE, le, 10, 3), 10);
	assert_int_equal(textcode_newline_before(TEXT_UTF16BE, be, 10, 9), 2);
	assert_int_equal(textcode_lines(TEXT_UTF8, BYTES("a\n\nb\n")), 3);
	assert_int_equal(textcode_lines(TEXT_UTF16LE, le, 10), 2);
	assert_int_equal(textcode_lines(TEXT_UTF16BE, be, 10), 2);
	assert_int_equal(textcode_lines(TEXT_UTF16BE, be, 0), 0);
}

static void test_cut(void **state)
{
	(void)state;
	assert_int_equal(textcode_cut(TEXT_UTF8, "ab\xe2\x82\xac", 2), 2);
	assert_int_equal(textcode_cut(TEXT_UTF8, "ab\xe2\x82\xac", 3), 2);
	assert_int_equal(textcode_cut(TEXT_UTF8, "ab\xe2\x82\xac", 4), 2);
	assert_int_equal(textcode_cut(TEXT_UTF8, "ab\xe2\x82\xac", 5), 5);
	/* Bytes that are no UTF-8 are cut anywhere. */
	assert_int_equal(textcode_cut(TEXT_UTF8, "\x82\x82\x82\x82\x82", 5), 5);
	assert_int_equal(textcode_cut(TEXT_UTF8, "\xff\x82", 2), 2);
	assert_int_equal(textcode_cut(TEXT_LATIN1, "ab\xe2\x82\xac", 3), 3);
	assert_int_equal(textcode_cut(TEXT_UTF16LE, "a\0\x3d\xd8\x00\xde", 4), 2);
	assert_int_equal(textcode_cut(TEXT_UTF16LE, "a\0\x3d\xd8\x00\xde", 6), 6);
	assert_int_equal(textcode_cut(TEXT_UTF16LE, "a\0\x3d\xd8\x00\xde", 0), 0);
}

static void test_out_of_memory(void **state)
{
	struct str out = STR_INIT;
	int r;

	(void)state;
	nomem_arm(1);
	r = textcode_add(TEXT_LATIN1, "\xe9", 1, &out);
	assert_int_equal(r, nomem_disarm() ? -ENOMEM : 0);
	str_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),         cmocka_unit_test(test_guess),
		cmocka_unit_test(test_binary),        cmocka_unit_test(test_to_utf8),
		cmocka_unit_test(test_next),          cmocka_unit_test(test_bom),
		cmocka_unit_test(test_newlines),      cmocka_unit_test(test_cut),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
