/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "base/textline.h"

/* The glyphs with their columns: "a@0 b@8". */
static void assert_line(const char *text, size_t len, bool ascii, const char *expected)
{
	struct str out = STR_INIT;
	struct textline line;
	struct glyph g;

	textline_init(&line, text, len, ascii);
	while (textline_next(&line, &g))
		str_addf(&out, "%s%s%s@%d", out.len ? "|" : "", g.escaped ? "!" : "", g.text,
			 (int)line.col - g.width);
	assert_string_equal(out.buf, expected);
	str_done(&out);
}

static void test_lines(void **state)
{
	(void)state;
	assert_line("a\tb\t\tc", 6, false, "a@0| @1|b@8| @9| @16|c@24");
	assert_line("\x1b[m", 3, false, "!^[@0|[@2|m@3");
	/* What a program is written in reads as it was written. */
	assert_line("\\n^C", 4, false, "\\@0|n@1|^@2|C@3");
	assert_line("\xff\xc3\xa9", 3, false, "!\\xff@0|\xc3\xa9@4");
	assert_line("\xc3\xa9", 2, true, "!\\xc3@0|!\\xa9@4");
	assert_line("\xe6\x97\xa5\t|", 5, false, "\xe6\x97\xa5@0| @2||@8");
	assert_line("\xe2\x80\xae", 3, false, "!\\u{202e}@0");
	assert_line("", 0, false, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
