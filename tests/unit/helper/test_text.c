/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "helper/text.h"

#include <errno.h>

#define BYTES(s) (const uint8_t *)(s), sizeof(s) - 1

static struct preview *lines(const void *bytes, size_t len, bool whole, uint32_t max_lines,
			     uint32_t columns)
{
	struct wire_ask ask = {.depth = WIRE_CONTENT, .lines = max_lines, .columns = columns};
	struct preview *p = preview_new();

	assert_non_null(p);
	assert_int_equal(text_lines(bytes, len, whole, text_code(bytes, len), &ask, p), 0);
	return p;
}

static void expect_line(const struct preview *p, size_t i, const char *text, size_t size)
{
	size_t len;
	const char *line;

	assert_true(i < p->nlines);
	line = preview_line(p, i, &len);
	if (len != size || memcmp(line, text, len) != 0)
		fail_msg("line %zu is '%.*s' and not '%s'", i, (int)len, line, text);
}

static void tells_encodings(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *name;
	} cases[] = {
#define CASE(s, name) {s, sizeof(s) - 1, name}
		CASE("", ""),
		CASE("plain\n", "us-ascii"),
		CASE("\x1b[1mbold\b\t\f", "us-ascii"),
		CASE("gr\xc3\xbc\xc3\x9f", "utf-8"),
		CASE("\xef\xbb\xbfmarked", "utf-8"),
		CASE("cut off \xc3\xa4 \xe2\x82", "utf-8"),
		CASE("gr\xfc\xdf", "iso-8859-1"),
		CASE("\x93quoted\x94", "windows-1252"),
		CASE("\x81\x8d no text", ""),
		CASE("a\0b\0c\0\n\0", "utf-16le"),
		CASE("\0a\0b\0c\0\n", "utf-16be"),
		CASE("\xff\xfe\x3d\xd8\x00\xde", "utf-16le"),
		CASE("\xfe\xff\0a", "utf-16be"),
		CASE("a\0\0\0b\0\0\0", "utf-32le"),
		CASE("\0\0\0a\0\0\0b", "utf-32be"),
		CASE("\xff\xfe\0\0a\0\0\0", "utf-32le"),
		CASE("\0\0\xfe\xff\0\0\0a", "utf-32be"),
		CASE("\x7f"
		     "ELF\1\2\3",
		     ""),
		CASE("one zero \0 in it", ""),
		CASE("\0\0\0\0\0\0\0\0", ""),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum text_code code = text_code((const uint8_t *)cases[i].bytes, cases[i].len);

		if (strcmp(text_code_name(code), cases[i].name) != 0)
			fail_msg("case %zu: %s and not %s", i, text_code_name(code), cases[i].name);
	}
}

static void some_broken_bytes_are_kept(void **state)
{
	static const char text[] =
		"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc \xff broken \xe2(";
	struct preview *p = lines(BYTES(text), true, 10, 100);

	(void)state;
	assert_int_equal(text_code(BYTES(text)), TEXT_UTF8);
	expect_line(p, 0, text, sizeof(text) - 1);
	preview_free(p);
}

static void everything_becomes_utf8(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *line;
	} cases[] = {
#define CASE(s, line) {s, sizeof(s) - 1, line}
		CASE("gr\xfc\xdf", "gr\xc3\xbc\xc3\x9f"),
		CASE("\x80 \x93", "\xe2\x82\xac \xe2\x80\x9c"),
		CASE("a\0\xe4\0\n\0", "a\xc3\xa4"),
		CASE("\xff\xfe\x3d\xd8\x00\xde", "\xf0\x9f\x98\x80"),
		CASE("\xff\xfe\x3d\xd8x\0", "\xef\xbf\xbdx"), /* half a pair */
		CASE("\xff\xfe"
		     "a\0\x3d",
		     "a\xef\xbf\xbd"),                                  /* half a unit */
		CASE("\xff\xfe\0\0a\0\0\0\0\0\x11\0", "a\xef\xbf\xbd"), /* beyond Unicode */
		CASE("\xef\xbb\xbfmarked", "marked"),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct preview *p = lines(cases[i].bytes, cases[i].len, true, 10, 100);

		assert_int_equal(p->nlines, 1);
		expect_line(p, 0, cases[i].line, strlen(cases[i].line));
		assert_false(p->lines[0].cut || p->more);
		preview_free(p);
	}
}

static void lines_end_in_three_ways(void **state)
{
	struct preview *p = lines(BYTES("a\r\nb\nc\rd\r\n\r\n"), true, 10, 100);

	(void)state;
	assert_int_equal(p->nlines, 4);
	expect_line(p, 0, "a", 1);
	expect_line(p, 1, "b", 1);
	expect_line(p, 2, "c\rd", 3);
	expect_line(p, 3, "", 0);
	preview_free(p);
	p = lines(BYTES("a\rb\rc"), true, 10, 100); /* as they did it on old Macs */
	assert_int_equal(p->nlines, 3);
	expect_line(p, 2, "c", 1);
	preview_free(p);
	p = lines(BYTES("\xff\xfe"
			"a\0\r\0\n\0b\0"),
		  true, 10, 100);
	assert_int_equal(p->nlines, 2);
	expect_line(p, 0, "a", 1);
	preview_free(p);
}

static void lines_are_cut_between_characters(void **state)
{
	struct preview *p = lines(BYTES("\xc3\xa4\xc3\xa4\xc3\xa4\nshort\nxxxxxx"), true, 10, 5);

	(void)state;
	expect_line(p, 0, "\xc3\xa4\xc3\xa4", 4);
	assert_true(p->lines[0].cut);
	expect_line(p, 1, "short", 5);
	assert_false(p->lines[1].cut);
	expect_line(p, 2, "xxxxx", 5);
	assert_true(p->lines[2].cut && !p->more);
	preview_free(p);
	/* The file goes on where the bytes end. */
	p = lines(BYTES("one\ntw"), false, 10, 5);
	assert_true(p->lines[1].cut && p->more && !p->lines[0].cut);
	preview_free(p);
	p = lines(BYTES("one\ntwo\nthree"), true, 2, 5);
	assert_int_equal(p->nlines, 2);
	assert_true(p->more);
	preview_free(p);
	p = lines(BYTES("one\ntwo\n"), true, 2, 0);
	assert_true(p->lines[0].len == 0 && p->lines[0].cut && !p->more);
	preview_free(p);
}

static void memory_may_run_out(void **state)
{
	struct wire_ask ask = {.lines = 10, .columns = 10};
	int r;

	(void)state;
	for (unsigned long n = 1;; n++) {
		struct preview *p = preview_new();

		nomem_arm(n);
		r = text_lines(BYTES("one\ntwo\nthree"), true, TEXT_ASCII, &ask, p);
		preview_free(p);
		if (!nomem_disarm())
			break;
		assert_int_equal(r, -ENOMEM);
	}
	assert_int_equal(r, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_encodings),
		cmocka_unit_test(some_broken_bytes_are_kept),
		cmocka_unit_test(everything_becomes_utf8),
		cmocka_unit_test(lines_end_in_three_ways),
		cmocka_unit_test(lines_are_cut_between_characters),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
