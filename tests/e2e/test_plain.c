/* SPDX-License-Identifier: MIT
 *
 * --plain as somebody with a screen reader or a braille line has it: the cursor is on the row, at
 * its beginning; a step sends little but the place of the cursor; nothing comes by itself.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

static const char *const args[] = {"--plain", NULL};

static struct explorer open_plain(void)
{
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "sub/inner/file \"x\"\nalpha \"abc\"\nbeta.sh \"x\" :0755\nlink -> alpha\n"
			"many/ *100\n",
		.args = args,
		.ready = "alpha, 3, "});

	pty_rest(e.pty, 300);
	return e;
}

static void expect_cursor_on(struct explorer *e, const char *text)
{
	char check[200];
	int row, col;

	snprintf(check, sizeof(check), "@%s", text);
	explorer_expect(e, check);
	pty_cursor(e->pty, &row, &col);
	assert_int_equal(col, 0);
	assert_true(pty_cursor_visible(e->pty));
	assert_int_equal(strncmp(pty_row(e->pty, row), text, strlen(text)), 0);
}

static void test_rows(void **state)
{
	(void)state;
	struct explorer e = open_plain();

	explorer_do(&e, "gg", "^\\.\\., the directory above$");
	expect_cursor_on(&e, "..");
	pty_keys(e.pty, "j");
	expect_cursor_on(&e, "many, directory, 20");
	pty_keys(e.pty, "jj");
	expect_cursor_on(&e, "alpha, 3, 20");
	pty_keys(e.pty, "j");
	expect_cursor_on(&e, "beta.sh, executable, 1, 20");
	pty_keys(e.pty, "j");
	expect_cursor_on(&e, "link, link to alpha, 20");
	pty_keys(e.pty, "kk ");
	expect_cursor_on(&e, "beta.sh");
	explorer_expect(&e, "^\\* alpha, 3");
	explorer_close(&e);
}

/* No frames, no other character set, no mouse, no colour but that of names. */
static void test_nothing_but_text(void **state)
{
	static const char *const unwanted[] = {"\033(0", "\016",   "\033[?1000h", "\u25b8",
					       "\u2500", "\u2026", "\u2191",      "\033[?25l"};
	size_t len;

	(void)state;
	struct explorer e = open_plain();
	explorer_do(&e, "?", "^Help");
	explorer_do(&e, "q", "alpha");
	explorer_do(&e, ":mark", "1 of [0-9]+: mark");
	explorer_do(&e, "\033", "~1 of");
	explorer_do(&e, "gp", "go to: ");
	explorer_do(&e, "\033", "~go to: ");
	const char *log = pty_log(e.pty, &len);
	for (size_t i = 0; i < ARRAY_LEN(unwanted); i++)
		if (strstr(log, unwanted[i]))
			fail_msg("unwanted %zu in the output", i);
	explorer_close(&e);
}

static void test_a_step_is_small(void **state)
{
	(void)state;
	struct explorer e = open_plain();

	pty_keys(e.pty, "gg");
	pty_rest(e.pty, 400);
	for (int i = 0; i < 4; i++) {
		size_t before = pty_bytes(e.pty);

		pty_keys(e.pty, "j");
		pty_rest(e.pty, 400);
		if (pty_bytes(e.pty) - before > 12)
			fail_msg("a step: %zu bytes", pty_bytes(e.pty) - before);
	}
	explorer_close(&e);
}

/* Below the edge one line comes, and the cursor is on it. */
static void test_scrolls_by_the_line(void **state)
{
	int row, col;

	(void)state;
	struct explorer e = open_plain();
	explorer_do(&e, "ggjl", "/many$");
	pty_keys(e.pty, "30j");
	pty_rest(e.pty, 400);
	pty_cursor(e.pty, &row, &col);
	assert_int_equal(row, 22);
	size_t before = pty_bytes(e.pty);
	pty_keys(e.pty, "j");
	pty_rest(e.pty, 400);
	if (pty_bytes(e.pty) - before > 100)
		fail_msg("a step that scrolls: %zu bytes", pty_bytes(e.pty) - before);
	pty_cursor(e.pty, &row, &col);
	assert_int_equal(row, 22);
	assert_int_equal(col, 0);
	explorer_close(&e);
}

static void test_told_on_request(void **state)
{
	int row, col;

	(void)state;
	struct explorer e = open_plain();
	explorer_do(&e, "ggjj", "@sub");
	pty_keys(e.pty, "j");
	expect_cursor_on(&e, "alpha");
	explorer_do(&e, "\x07", "^alpha: you: read");
	expect_cursor_on(&e, "alpha, 3");
	explorer_do(&e, "g\x07", "row 4 of 6, 5 items");
	expect_cursor_on(&e, "alpha, 3");
	explorer_do(&e, "j", "~row 4 of 6");
	pty_cursor(e.pty, &row, &col);
	assert_int_equal(col, 0);
	explorer_close(&e);
}

/* Questions are asked in the last line, with the cursor in the text. */
static void test_questions(void **state)
{
	int row, col;

	(void)state;
	struct explorer e = open_plain();
	explorer_do(&e, "/bet", "filter: bet");
	explorer_expect(&e, "@filter: bet");
	pty_cursor(e.pty, &row, &col);
	assert_int_equal(row, 23);
	explorer_do(&e, "\r", "filter bet");
	explorer_do(&e, "\033", "alpha");
	explorer_do(&e, ":unmark", "@: unmark  1 of");
	explorer_do(&e, "\033", "~1 of");
	explorer_do(&e, "?", "@Program");
	explorer_do(&e, "j", "@show all keys");
	explorer_do(&e, "G", "~@Program");
	explorer_do(&e, "/repos", "@repos");
	explorer_close(&e);
}

/* In the viewer, too, nothing but the text changes; C-g tells how far one has come. */
static void test_viewer(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "text \"one\\ntwo\\nthree\\n\"\n", .args = args, .ready = "text, 14, "});

	explorer_do(&e, "ggj", "@text");
	explorer_do(&e, "\033OR", "^three$");
	explorer_expect(&e, "~line [0-9]");
	explorer_do(&e, "\x07", "text, line 1, 100% of 14");
	explorer_do(&e, "q", "text, 14");
	explorer_close(&e);
}

/* The option of the configuration does the same. */
static void test_option(void **state)
{
	static const char *const option[] = {"-o", "plain=yes", NULL};

	(void)state;
	struct explorer e = explorer_open(
		&(struct explorer_options){.args = option, .ready = "the directory above"});
	explorer_close(&e);
}

static void test_small(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){
		.args = args, .rows = 1, .cols = 20, .ready = "directory"});
	explorer_do(&e, "j", "@, directory");
	explorer_do(&e, "?", "@Program");
	explorer_do(&e, "q", "@, directory");
	explorer_close(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nothing_but_text),
		cmocka_unit_test(test_a_step_is_small),
		cmocka_unit_test(test_scrolls_by_the_line),
		cmocka_unit_test(test_told_on_request),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_viewer),
		cmocka_unit_test(test_option),
		cmocka_unit_test(test_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
