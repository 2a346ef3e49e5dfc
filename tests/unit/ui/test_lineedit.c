/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "ui/lineedit.h"
#include "ui/theme.h"

#include <errno.h>

static struct lineedit e;

static int setup(void **state)
{
	(void)state;
	lineedit_init(&e);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lineedit_done(&e);
	return 0;
}

/* Presses the keys; returns what the last of them did. */
static enum lineedit_result press(const char *keys)
{
	enum lineedit_result result = LINEEDIT_IGNORED;

	while (*keys) {
		struct key key;
		size_t used = key_parse(keys, strlen(keys), &key);

		assert_true(used > 0);
		result = lineedit_key(&e, key);
		keys += used;
	}
	return result;
}

static void editing(void **state)
{
	/* The bar is the cursor. */
	static const struct {
		const char *start, *keys, *end;
		enum lineedit_result result;
	} rows[] = {
		{"", "abc", "abc|", LINEEDIT_CHANGED},
		{"abc", "<Left><Left>x", "ax|bc", LINEEDIT_CHANGED},
		{"abc", "<C-a>", "|abc", LINEEDIT_MOVED},
		{"abc", "<C-a><C-f><Right>", "ab|c", LINEEDIT_MOVED},
		{"abc", "<Home><End>", "abc|", LINEEDIT_MOVED},
		{"abc", "<C-b><C-e>", "abc|", LINEEDIT_MOVED},
		{"abc", "<Backspace>", "ab|", LINEEDIT_CHANGED},
		{"", "<Backspace>", "|", LINEEDIT_MOVED},
		{"abc", "<C-a><Delete>", "|bc", LINEEDIT_CHANGED},
		{"abc", "<C-a><C-d>", "|bc", LINEEDIT_CHANGED},
		{"abc", "<C-d>", "abc|", LINEEDIT_MOVED},
		{"/a/bc/", "<C-w>", "/a/|", LINEEDIT_CHANGED},
		{"/a/bc", "<C-w><C-w>", "/|", LINEEDIT_CHANGED},
		{"one two", "<C-w>", "one |", LINEEDIT_CHANGED},
		{"one.two", "<A-Backspace>", "one.|", LINEEDIT_CHANGED},
		{"one two", "<A-b>", "one |two", LINEEDIT_MOVED},
		{"one two", "<A-b><A-b>", "|one two", LINEEDIT_MOVED},
		{"one two", "<Home><A-f>", "one| two", LINEEDIT_MOVED},
		{"one two", "<Home><C-Right><A-d>", "one|", LINEEDIT_CHANGED},
		{"one two", "<C-Left><C-u>", "|two", LINEEDIT_CHANGED},
		{"one two", "<C-Left><C-k>", "one |", LINEEDIT_CHANGED},
		{"one two", "<C-Left><C-k><Home><C-y>", "two|one ", LINEEDIT_CHANGED},
		{"abc", "<C-y>", "abc|", LINEEDIT_MOVED},
		{"\u4e16\u754c", "<Left>", "\u4e16|\u754c", LINEEDIT_MOVED},
		{"xe\u0301", "<Left>", "x|e\u0301", LINEEDIT_MOVED},
		{"xe\u0301", "<Backspace>", "x|", LINEEDIT_CHANGED},
		{"a\xff", "<Backspace>", "a|", LINEEDIT_CHANGED},
		{"a", "\u00e9", "a\u00e9|", LINEEDIT_CHANGED},
		{"a", "<Esc>", "a|", LINEEDIT_IGNORED},
		{"a", "<Enter>", "a|", LINEEDIT_IGNORED},
		{"a", "<C-c>", "a|", LINEEDIT_IGNORED},
		{"a", "<A-x>", "a|", LINEEDIT_IGNORED},
		{"a", "<Space>b", "a b|", LINEEDIT_CHANGED},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		lineedit_done(&e);
		assert_int_equal(lineedit_set(&e, rows[i].start, strlen(rows[i].start)), 0);
		assert_int_equal(press(rows[i].keys), rows[i].result);
		assert_true(e.cursor <= e.text.len);
		str_insert(&e.text, e.cursor, "|", 1);
		assert_string_equal(e.text.buf, rows[i].end);
	}
}

static void pastes(void **state)
{
	static const struct {
		const char *paste;
		size_t len;
		const char *text;
	} rows[] = {
		{"one\ntwo", 7, "[one two]"}, {"one\r\ntwo\r\n", 10, "[one two]"},
		{"a\rb", 3, "[a b]"},         {"a\tb\x1b", 4, "[a\tb\x1b]"},
		{"a\0b", 3, "[ab]"},          {"", 0, "[]"},
	};
	char big[70000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(lineedit_set(&e, "[]", 2), 0);
		press("<Left>");
		assert_int_equal(lineedit_paste(&e, rows[i].paste, rows[i].len), 0);
		assert_string_equal(e.text.buf, rows[i].text);
		assert_int_equal(e.cursor, e.text.len - 1);
	}
	memset(big, 'x', sizeof(big));
	assert_int_equal(lineedit_paste(&e, big, sizeof(big)), -E2BIG);
	assert_string_equal(e.text.buf, "[]");
}

static void history(void **state)
{
	static const char *const lines[] = {"one", "two", "two", "", "three"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_int_equal(lineedit_set(&e, lines[i], strlen(lines[i])), 0);
		assert_int_equal(lineedit_remember(&e), 0);
	}
	assert_int_equal(e.nhistory, 3);
	lineedit_set(&e, "draft", 5);
	assert_int_equal(press("<Up>"), LINEEDIT_CHANGED);
	assert_string_equal(e.text.buf, "three");
	press("<Up><Up>");
	assert_string_equal(e.text.buf, "one");
	assert_int_equal(press("<Up>"), LINEEDIT_MOVED);
	press("<Down>x<Down><Down>");
	assert_string_equal(e.text.buf, "draft");
	assert_int_equal(press("<Down>"), LINEEDIT_MOVED);
	for (int i = 0; i < 300; i++) {
		char line[16];
		int len = snprintf(line, sizeof(line), "line %d", i);

		lineedit_set(&e, line, (size_t)len);
		assert_int_equal(lineedit_remember(&e), 0);
	}
	assert_int_equal(e.nhistory, LINEEDIT_HISTORY);
	assert_string_equal(e.history[LINEEDIT_HISTORY - 1], "line 299");
	assert_string_equal(e.history[0], "line 200");
}

static void check_draw(const char *text, const char *keys, int width, const char *drawn, int col)
{
	struct canvas c;
	struct str out = STR_INIT;
	int at;

	assert_int_equal(canvas_init(&c, 1, 20, false), 0);
	assert_int_equal(lineedit_set(&e, text, strlen(text)), 0);
	press(keys);
	lineedit_draw(&e, &c, 0, 2, width, &at);
	canvas_dump(&c, &out, false);
	assert_string_equal(out.buf, drawn);
	assert_int_equal(at, col);
	str_done(&out);
	canvas_done(&c);
}

static void drawing(void **state)
{
	(void)state;
	check_draw("abc", "", 8, "  abc\n", 5);
	check_draw("", "", 8, "\n", 2);
	check_draw("abcdefgh", "", 8, "  efgh\n", 6);
	check_draw("abcdefgh", "<Home>", 8, "  abcdefgh\n", 2);
	check_draw("abcdefghij", "<Home>", 8, "  abcdefg\u2026\n", 2);
	check_draw("a\x1b"
		   "b",
		   "", 8, "  a^[b\n", 6);
	check_draw("\u4e16\u754c", "<Left>", 8, "  \u4e16\u754c\n", 4);
	check_draw("abc", "", 1, "\n", 2);
	check_draw("abc", "", 0, "\n", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(editing, setup, teardown),
		cmocka_unit_test_setup_teardown(pastes, setup, teardown),
		cmocka_unit_test_setup_teardown(history, setup, teardown),
		cmocka_unit_test_setup_teardown(drawing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
