/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "base/match.h"
#include "ui/canvas.h"
#include "ui/theme.h"

#include <errno.h>

static struct canvas c;

static void check(const char *expected)
{
	struct str out = STR_INIT;

	assert_int_equal(canvas_dump(&c, &out, true), 0);
	assert_string_equal(out.buf, expected);
	str_done(&out);
}

static void make(int rows, int cols, bool ascii)
{
	canvas_done(&c);
	assert_int_equal(canvas_init(&c, rows, cols, ascii), 0);
}

static void text_is_cut_at_the_end(void **state)
{
	static const struct {
		const char *text;
		int width;
		bool ascii;
		const char *dump;
		int end;
	} rows[] = {
		{"abc", 5, false, "abc\nfff\ncursor 0,0\n", 3},
		{"abcde", 5, false, "abcde\nfffff\ncursor 0,0\n", 5},
		{"abcdef", 5, false, "abcd\u2026\nfffff\ncursor 0,0\n", 5},
		{"abcdef", 5, true, "abcd~\nfffff\ncursor 0,0\n", 5},
		{"abcdef", 1, false, "\u2026\nf\ncursor 0,0\n", 1},
		{"abcdef", 0, false, "\n\ncursor 0,0\n", 0},
		{"abcdef", -3, false, "\n\ncursor 0,0\n", 0},
		{"\u4e16\u754c", 4, false, "\u4e16\u754c\nffff\ncursor 0,0\n", 4},
		{"\u4e16\u754c", 3, false, "\u4e16\u2026\nfff\ncursor 0,0\n", 3},
		{"\u4e16\u754c", 2, false, "\u2026\nf\ncursor 0,0\n", 1},
		{"a\x1b[2J", 9, false, "a^[[2J\nfeefff\ncursor 0,0\n", 6},
		{"a\xff"
		 "b",
		 9, false, "a\\xffb\nfeeeef\ncursor 0,0\n", 6},
		{"\u00e9", 9, true, "\\xc3\\xa9\neeeeeeee\ncursor 0,0\n", 8},
		{"e\u0301x", 9, false, "e\u0301x\nff\ncursor 0,0\n", 2},
		{"a\nb\tc", 9, false, "a\\nb\\tc\nfeefeef\ncursor 0,0\n", 7},
		{"\u202egpj.exe", 20, false, "\\u{202e}gpj.exe\neeeeeeeefffffff\ncursor 0,0\n", 15},
		{"", 9, false, "\n\ncursor 0,0\n", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		make(1, 20, rows[i].ascii);
		assert_int_equal(canvas_text(&c, 0, 0, rows[i].width, rows[i].text,
					     strlen(rows[i].text), ROLE_FILE),
				 rows[i].end);
		check(rows[i].dump);
	}
}

static void parts_of_lines_are_highlighted(void **state)
{
	static const struct match_part parts[] = {{1, 2, false}, {3, 1, true}, {6, 9, false}};
	static const struct {
		int width;
		uint64_t skip;
		const char *dump;
	} rows[] = {
		{20, 0, "abcdef^@ghij\nfMM@ffMMMMMM\ncursor 0,0\n"},
		{20, 2, "cdef^@ghij\nM@ffMMMMMM\ncursor 0,0\n"},
		{4, 0, "abc\u2026\nfMM@\ncursor 0,0\n"},
		{8, 0, "abcdef \u2026\nfMM@ff.M\ncursor 0,0\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		make(1, 20, false);
		canvas_line(&c, 0, 0, rows[i].width, "abcdef\0ghij", 11, rows[i].skip, ROLE_FILE,
			    parts, ARRAY_LEN(parts));
		check(rows[i].dump);
	}
}

static void names_are_cut_in_the_middle(void **state)
{
	static const struct {
		const char *name;
		int width;
		bool ascii;
		struct match_spans spans;
		const char *dump;
	} rows[] = {
		{"abc.txt", 7, false, {0}, "abc.txt\nfffffff\ncursor 0,0\n"},
		{"abcdefghij.txt", 10, false, {0}, "abcde\u2026.txt\nffffffffff\ncursor 0,0\n"},
		{"abcdefghij.txt", 10, true, {0}, "abcde~.txt\nffffffffff\ncursor 0,0\n"},
		{"IMG_20240101_0042.jpeg",
		 12,
		 false,
		 {0},
		 "IMG_20\u2026.jpeg\nffffffffffff\ncursor 0,0\n"},
		{"abcdefghijklmnop", 6, false, {0}, "abc\u2026op\nffffff\ncursor 0,0\n"},
		{"abcdef", 1, false, {0}, "\u2026\nf\ncursor 0,0\n"},
		{"abcdef", 2, false, {0}, "a\u2026\nff\ncursor 0,0\n"},
		{"\u4e16\u754c\u4e16\u754c", 5, false, {0}, "\u4e16\u2026\nfff\ncursor 0,0\n"},
		{"\u4e16\u754c\u4e16\u754c",
		 7,
		 false,
		 {0},
		 "\u4e16\u754c\u2026\u754c\nfffffff\ncursor 0,0\n"},
		{"abcdef",
		 9,
		 false,
		 {.n = 2, .at = {{1, 2}, {5, 1}}},
		 "abcdef\nfMMffM\ncursor 0,0\n"},
		{"abcdefghijklmnop",
		 6,
		 false,
		 {.n = 1, .at = {{7, 2}}},
		 "abc\u2026op\nfffMff\ncursor 0,0\n"},
		{"a\nb", 9, false, {.n = 1, .at = {{0, 3}}}, "a\\nb\nMeeM\ncursor 0,0\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		make(1, 20, rows[i].ascii);
		canvas_name(&c, 0, 0, rows[i].width, rows[i].name, strlen(rows[i].name), ROLE_FILE,
			    &rows[i].spans);
		check(rows[i].dump);
	}
}

/* No name, room and place writes outside its room, and the end is where it says. */
static void stays_in_its_room(void **state)
{
	static const char *const names[] = {"a", "abcdefghijklm.tar", "\u4e16\u754c\u4e16\u754c.x",
					    "\x1b[31m\xff\xfe", "x\u0301\u0302.longextension"};

	(void)state;
	for (size_t n = 0; n < ARRAY_LEN(names); n++)
		for (int width = 0; width < 20; width++)
			for (int col = 0; col < 14; col++)
				for (int kind = 0; kind < 2; kind++) {
					int end, cells = 0;

					make(1, 12, false);
					end = kind ? canvas_text(&c, 0, col, width, names[n],
								 strlen(names[n]), ROLE_DIR)
						   : canvas_name(&c, 0, col, width, names[n],
								 strlen(names[n]), ROLE_DIR, NULL);
					for (int i = 0; i < 12; i++)
						cells += canvas_at(&c, 0, i)->look != ROLE_TEXT;
					assert_int_equal(cells, end - col);
					assert_true(end - col <= width);
					assert_true(end <= 12 || end == col);
				}
}

static void wide_characters_never_stay_half(void **state)
{
	(void)state;
	make(1, 4, false);
	canvas_text(&c, 0, 0, 4, "\u4e16\u754c", 6, ROLE_FILE);
	canvas_text(&c, 0, 1, 2, "ab", 2, ROLE_DIR);
	check(" ab\nfddf\ncursor 0,0\n");
	make(1, 4, false);
	canvas_text(&c, 0, 1, 2, "\u4e16", 3, ROLE_FILE);
	canvas_text(&c, 0, 0, 2, "\u754c", 3, ROLE_DIR);
	check("\u754c\nddf\ncursor 0,0\n");
	make(1, 4, false);
	canvas_text(&c, 0, -1, 4, "\u4e16x", 4, ROLE_FILE);
	check(" x\nff\ncursor 0,0\n");
	canvas_word(&c, 0, 3, 2, "\u754c", NULL, ROLE_DIR);
	check(" x\nff\ncursor 0,0\n");
}

static void own_words(void **state)
{
	(void)state;
	make(1, 30, false);
	assert_int_equal(canvas_word(&c, 0, 0, 30, "\u25b8", ">", ROLE_MARK), 1);
	assert_int_equal(canvas_print(&c, 0, 2, 28, ROLE_HINT, "%d \u00b7 \\n ^A", 7), 11);
	check("\u25b8 7 \u00b7 \\n ^A\n*.iiiiiiiii\ncursor 0,0\n");
	make(1, 30, true);
	canvas_word(&c, 0, 0, 30, "\u25b8", ">", ROLE_MARK);
	canvas_print(&c, 0, 2, 28, ROLE_HINT, "a \u00b7 b \u2192 \u4e16");
	check("> a - b -> ?\n*.iiiiiiiiii\ncursor 0,0\n");
	make(1, 4, false);
	assert_int_equal(canvas_print(&c, 0, 1, 2, ROLE_HINT, "abc"), 3);
	assert_int_equal(canvas_print(&c, 0, 0, 1, ROLE_HINT, "\u4e16"), 0);
	check(" ab\n.ii\ncursor 0,0\n");
}

static void drawing_outside_does_nothing(void **state)
{
	(void)state;
	make(2, 3, false);
	canvas_text(&c, -1, 0, 3, "x", 1, ROLE_FILE);
	canvas_text(&c, 2, 0, 3, "x", 1, ROLE_FILE);
	canvas_text(&c, 0, 3, 3, "x", 1, ROLE_FILE);
	canvas_text(&c, 0, -5, 3, "xxx", 3, ROLE_FILE);
	canvas_fill(&c, (struct rect){5, 5, 5, 5}, ROLE_FILE);
	canvas_fill(&c, (struct rect){-5, -5, 5, 5}, ROLE_FILE);
	canvas_fill(&c, (struct rect){0, 0, -1, 3}, ROLE_FILE);
	check("\n\n\n\ncursor 0,0\n");
	canvas_fill(&c, (struct rect){1, 1, 100, 100}, ROLE_FILE);
	check("\n\n\n.ff\ncursor 0,0\n");
	assert_null(canvas_at(&c, 2, 0));
	assert_null(canvas_at(&c, 0, -1));
}

static void sizes(void **state)
{
	struct canvas other;

	(void)state;
	make(0, -4, false);
	assert_int_equal(c.rows, 1);
	assert_int_equal(c.cols, 1);
	make(2, 3, false);
	canvas_print(&c, 0, 0, 3, ROLE_FILE, "abc");
	assert_int_equal(canvas_init(&other, 2, 3, false), 0);
	c.cursor_row = 1;
	canvas_copy(&other, &c);
	assert_memory_equal(other.cells, c.cells, 6 * sizeof(*c.cells));
	assert_int_equal(other.cursor_row, 1);
	assert_int_equal(canvas_resize(&other, 1, 1), 0);
	canvas_copy(&other, &c);
	assert_string_equal(canvas_at(&other, 0, 0)->text, " ");
	nomem_arm(1);
	if (canvas_resize(&other, 5, 5) < 0)
		assert_int_equal(other.rows, 1);
	nomem_disarm();
	canvas_done(&other);
	canvas_done(&c);
	canvas_done(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_at_the_end),
		cmocka_unit_test(parts_of_lines_are_highlighted),
		cmocka_unit_test(names_are_cut_in_the_middle),
		cmocka_unit_test(stays_in_its_room),
		cmocka_unit_test(wide_characters_never_stay_half),
		cmocka_unit_test(own_words),
		cmocka_unit_test(drawing_outside_does_nothing),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
