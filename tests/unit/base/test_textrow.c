/* SPDX-License-Identifier: MIT
 *
 * With pieces of 16 bytes; the rule that decides where rows begin is written down a second time
 * here, byte by byte, and compared with the answers of every window that is large enough.
 */
#define TEXTROW_PIECE 16u
#include "../../../src/base/textrow.c"

#include "../../lib/test.h"

#include <stdlib.h>

static bool ends_newline(enum textcode code, const char *s, size_t at)
{
	size_t unit = textcode_unit(code);

	return at >= unit && at % unit == 0 &&
	       textcode_newline(code, s, at, at - unit) == at - unit;
}

/* Row starts by definition. */
static size_t all_starts(enum textcode code, const char *s, size_t len, size_t *starts)
{
	size_t n = 0, last_newline = 0;

	for (size_t at = 0; at < len; at++) {
		bool start = at == 0;

		if (ends_newline(code, s, at)) {
			start = true;
			last_newline = at;
		}
		for (size_t cut = at; cut < at + 4; cut++)
			if (cut > 0 && cut % TEXTROW_PIECE == 0 && cut <= len &&
			    textcode_cut(code, s, cut) == at && cut >= TEXTROW_PIECE + last_newline)
				start = true;
		if (start)
			starts[n++] = at;
	}
	return n;
}

static void check_window(enum textcode code, const char *s, size_t len, size_t from, size_t to,
			 const size_t *starts, size_t n)
{
	struct textwin w = {.bytes = s + from,
			    .start = from,
			    .len = to - from,
			    .code = code,
			    .at_end = to == len};

	for (size_t i = 0; i < n; i++) {
		size_t next = i + 1 < n ? starts[i + 1] : len;
		uint64_t found;
		bool ok =
			starts[i] >= from && starts[i] <= to && textrow_end(&w, starts[i], &found);

		if (ok && found != next)
			fail_msg("end of %zu in [%zu,%zu): %zu, not %zu", starts[i], from, to,
				 (size_t)found, next);
		if (!ok && starts[i] >= from && (to == len || to >= starts[i] + TEXTROW_AHEAD))
			fail_msg("no end of %zu in [%zu,%zu)", starts[i], from, to);
		for (size_t at = starts[i]; at < next; at++) {
			ok = at >= from && at < to && textrow_start(&w, at, &found);
			if (ok && found != starts[i])
				fail_msg("start of %zu in [%zu,%zu): %zu, not %zu", at, from, to,
					 (size_t)found, starts[i]);
			if (!ok && at < to && (to == len || to >= at + TEXTROW_AHEAD) &&
			    (from == 0 || at >= from + TEXTROW_BACK))
				fail_msg("no start of %zu in [%zu,%zu)", at, from, to);
		}
	}
}

static void check_text(enum textcode code, const char *s, size_t len)
{
	size_t *starts = calloc(len + 1, sizeof(*starts));
	size_t n = all_starts(code, s, len, starts);

	for (size_t from = 0; from < len; from += 4)
		for (size_t to = from; to <= len; to++)
			check_window(code, s, len, from, to, starts, n);
	/* No row is too long, and of a short line there is only one. */
	for (size_t i = 0; i < n; i++)
		assert_true((i + 1 < n ? starts[i + 1] : len) - starts[i] < 2 * TEXTROW_PIECE + 4);
	free(starts);
}

static void test_texts(void **state)
{
	static const char *const texts[] = {
		"a",
		"\n",
		"\n\n\n",
		"abc\ndef",
		"abc\ndef\n",
		"0123456789abcde\n0123456789abcdef\n0123456789abcdefg\nx",
		"one line that is longer than two pieces and has no newline at all in it, to the "
		"end",
		"short\none line that is longer than two pieces, far longer even than "
		"that\nshort\n",
		"\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82"
		"\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\n"
		"\xe2",
		"0123456789abcd\xe2\n\x82\xac"
		"0123456789abcdef0123456789\xff\xff\xff\xff\xff\xff",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		for (int code = 0; code < TEXT_UTF16LE; code++)
			check_text((enum textcode)code, texts[i], strlen(texts[i]));
}

static void test_random(void **state)
{
	static const char alphabet[] = "ab\n\r\xc3\xa9\xe2\x82\xac\0\xd8";
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 60; round++) {
		char s[120];
		/* Few newlines, some, many. */
		unsigned every = 1 + (unsigned)round % 3 * 12;

		for (size_t i = 0; i < sizeof(s); i++) {
			seed = seed * 1103515245 + 12345;
			s[i] = seed >> 16 & 1 && seed >> 20 % every == 0
				       ? '\n'
				       : alphabet[(seed >> 18) % (sizeof(alphabet) - 1)];
			if (s[i] == '\n' && (seed >> 8) % every)
				s[i] = 'x';
		}
		for (int code = 0; code < TEXT_CODES; code++)
			check_text((enum textcode)code, s,
				   sizeof(s) - (size_t)round % 4 * (code < TEXT_UTF16LE));
	}
}

static struct textwin window(const char *s, size_t len)
{
	return (struct textwin){.bytes = s, .len = len, .at_end = true};
}

static void test_length_without_newline(void **state)
{
	static const char s[] = "ab\ncd\r\nef\r";
	struct textwin w = window(s, 10);

	(void)state;
	assert_int_equal(textrow_len(&w, 0, 3), 2);
	assert_int_equal(textrow_len(&w, 3, 7), 2);
	assert_int_equal(textrow_len(&w, 7, 10), 3);
	assert_true(textrow_begins_line(&w, 0));
	assert_true(textrow_begins_line(&w, 3));
	assert_false(textrow_begins_line(&w, 4));
	w = window("a\0\r\0\n\0", 6);
	w.code = TEXT_UTF16LE;
	assert_int_equal(textrow_len(&w, 0, 6), 2);
}

/* Bytes 8 to 16 cannot be read. */
static void test_gap(void **state)
{
	struct textwin w = window("ab\ncdefg\0\0\0\0\0\0\0\0hi\njk", 21);
	uint64_t at;

	(void)state;
	w.gaps[w.ngaps++] = (struct textgap){.from = 8, .to = 16, .err = -5};
	assert_null(textwin_gap(&w, 7));
	assert_ptr_equal(textwin_gap(&w, 8), &w.gaps[0]);
	assert_ptr_equal(textwin_gap(&w, 15), &w.gaps[0]);
	assert_null(textwin_gap(&w, 16));
	assert_true(textrow_end(&w, 3, &at));
	assert_int_equal(at, 8);
	assert_true(textrow_end(&w, 8, &at));
	assert_int_equal(at, 16);
	assert_true(textrow_end(&w, 16, &at));
	assert_int_equal(at, 19);
	assert_true(textrow_start(&w, 17, &at));
	assert_int_equal(at, 16);
	assert_true(textrow_start(&w, 12, &at));
	assert_int_equal(at, 8);
	assert_true(textrow_start(&w, 7, &at));
	assert_int_equal(at, 3);
	assert_true(textrow_start(&w, 21, &at));
	assert_int_equal(at, 19);
	assert_int_equal(textrow_len(&w, 8, 16), 8);
}

static void test_empty_and_outside(void **state)
{
	struct textwin w = window("", 0), far = {.bytes = "abcd", .start = 400, .len = 4};
	uint64_t at = 9;

	(void)state;
	assert_true(textrow_start(&w, 0, &at));
	assert_int_equal(at, 0);
	assert_false(textrow_start(&far, 399, &at));
	assert_false(textrow_start(&far, 402, &at));
	assert_false(textrow_end(&far, 405, &at));
	assert_false(textrow_end(&far, 400, &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_length_without_newline),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_empty_and_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
