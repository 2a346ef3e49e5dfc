/* SPDX-License-Identifier: MIT
 *
 * Kinds of terminals, sizes, colours, locales.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

#include <sys/wait.h>

static void leave(struct explorer *e)
{
	pty_keys(e->pty, "q");
	pty_expect_exit(e->pty, 0);
	pty_expect_restored(e->pty);
	explorer_close(e);
}

/* Every kind that is promised: the same text, keys that work, a terminal restored. */
static void test_kinds(void **state)
{
	static const char *const kinds[] = {"xterm-256color", "xterm", "screen", "screen-256color",
					    "tmux-256color",  "linux", "vt100",  "tmux"};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct explorer e = explorer_start(&(struct explorer_options){.term = kinds[i]});
		explorer_expect(&e, "alpha/");
		explorer_do(&e, "ggj", "@alpha");
		explorer_do(&e, "l", "inner\\.txt");
		explorer_do(&e, "h", "@alpha");
		explorer_do(&e, "G", "@zlink");
		leave(&e);
	}
}

/* No cursor addressing, none at all, unknown, not a terminal: a message and exit status 2. */
static void test_unusable(void **state)
{
	static const char *const kinds[] = {"dumb", "", "no-such-terminal"};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct explorer e = explorer_start(&(struct explorer_options){.term = kinds[i]});
		pty_expect_exit(e.pty, 2);
		assert_true(pty_matches(e.pty, "trowel:"));
		assert_true(pty_matches(e.pty, "TERM"));
		pty_expect_restored(e.pty);
		explorer_close(&e);
	}
}

static void test_no_terminal(void **state)
{
	(void)state;
	const char *argv[] = {"/bin/sh", "-c",
			      "\"$TROWEL_BIN\" </dev/null; echo in $?; \"$TROWEL_BIN\" | cat; "
			      "\"$TROWEL_BIN\" >/dev/null; echo out $?",
			      NULL};
	struct pty *p = pty_open(&(struct pty_options){.argv = argv});

	pty_expect(p, "^in 2$");
	pty_expect(p, "^out 2$");
	pty_expect_exit(p, 0);
	pty_close(p);
}

static bool plain_ascii(const struct pty *p)
{
	size_t len;
	const char *log = pty_log(p, &len);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)log[i] >= 0x80)
			return false;
	return true;
}

/* In the C locale nothing beyond ASCII is sent, and names are still told apart. */
static void test_locale_c(void **state)
{
	static const char *const env[] = {"LC_ALL=C", NULL};

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){
		.env = env, .tree = "plain\nr\xc3\xa9sum\xc3\xa9\n\xe4\xb8\xad\n"});
	explorer_expect(&e, "plain");
	explorer_expect(&e, "r\\\\xC3\\\\xA9sum|r\\\\303\\\\251|r<.*>sum|r.*sum");
	explorer_do(&e, "?", "next row");
	explorer_do(&e, "\033", "~next row");
	assert_true(plain_ascii(e.pty));
	leave(&e);
}

static bool sends(const struct pty *p, const char *what)
{
	size_t len;
	const char *log = pty_log(p, &len);

	return memmem(log, len, what, strlen(what)) != NULL;
}

/* Is this the inside of a "select graphic rendition" that sets a colour? */
static bool sets_colour(const char *at, const char *end)
{
	for (const char *number = at; number < end; number++) {
		long n = strtol(number, (char **)(uintptr_t)&number, 10);
		if ((n >= 30 && n <= 38) || (n >= 40 && n <= 48) || n >= 90)
			return true;
	}
	return false;
}

static bool sends_colours(const struct pty *p)
{
	size_t len;
	const char *log = pty_log(p, &len), *end = log + len;

	for (const char *at = log; (at = memmem(at, (size_t)(end - at), "\033[", 2)); at++) {
		size_t n = strspn(at + 2, "0123456789;:");
		if (at[2 + n] == 'm' && sets_colour(at + 2, at + 2 + n))
			return true;
	}
	return false;
}

static void test_colours(void **state)
{
	static const char *const none[] = {"NO_COLOR=1", NULL};

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){0});
	explorer_do(&e, "G", "@zlink");
	assert_true(sends_colours(e.pty));
	leave(&e);
	e = explorer_open(&(struct explorer_options){.env = none});
	explorer_do(&e, "G", "@zlink");
	assert_false(sends_colours(e.pty));
	leave(&e);
	/* Eight colours: nothing of the 256 is sent. */
	e = explorer_open(&(struct explorer_options){.term = "linux"});
	explorer_do(&e, "G", "@zlink");
	assert_false(sends(e.pty, "38;5;"));
	leave(&e);
}

static bool cursor_row_stands_out(struct pty *p, void *ctx)
{
	int row, col;

	(void)ctx;
	pty_cursor(p, &row, &col);
	for (int c = 0; c < 30; c++) {
		struct pty_cell cell = pty_cell_at(p, row, c);
		if (cell.reverse || cell.bold || cell.underline)
			return true;
	}
	return false;
}

/* Without colours the row of the cursor, a mark and a directory can still be told. */
static void test_told_without_colour(void **state)
{
	static const char *const none[] = {"NO_COLOR=1", NULL};

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.env = none});
	explorer_do(&e, "ggj ", "1 marked");
	explorer_expect(&e, "^ ?\\*.*alpha/");
	explorer_expect(&e, "@beta/");
	if (!pty_steady(e.pty, cursor_row_stands_out, NULL, PTY_MS))
		pty_fail(e.pty, "the row of the cursor looks like the others");
	leave(&e);
}

static bool cursor_inside(struct pty *p, int rows, int cols)
{
	int row, col;

	pty_cursor(p, &row, &col);
	return row >= 0 && row < rows && col >= 0 && col < cols;
}

/* From 20x5 to 300x100 and back, in any order, and smaller still; the row stays. */
static void test_sizes(void **state)
{
	static const int sizes[][2] = {{5, 20},  {100, 300}, {1, 1},    {24, 80}, {3, 200},
				       {80, 10}, {10, 40},   {40, 120}, {5, 20},  {24, 80}};

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){0});
	explorer_do(&e, "ggj", "@alpha");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int rows = sizes[i][0], cols = sizes[i][1];
		pty_resize(e.pty, rows, cols);
		if (rows >= 5 && cols >= 20)
			explorer_expect(&e, "@alpha");
		pty_rest(e.pty, 30);
		assert_true(cursor_inside(e.pty, rows, cols));
	}
	explorer_expect(&e, "^.*alpha/");
	explorer_expect(&e, "beta/");
	leave(&e);
}

/* Many sizes faster than they can be drawn, with keys among them. */
static void test_resize_storm(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){0});
	for (int i = 0; i < 300; i++) {
		pty_resize(e.pty, 5 + i * 37 % 96, 20 + i * 53 % 281);
		if (i % 5 == 0)
			pty_keys(e.pty, i % 2 ? "j" : "k");
		pty_pump(e.pty, 0);
	}
	pty_resize(e.pty, 24, 80);
	explorer_do(&e, "gg", "@..");
	explorer_do(&e, "G", "@zlink");
	explorer_expect(&e, "alpha/");
	leave(&e);
}

/* Starting in a terminal that says it has no size. */
static void test_odd_starts(void **state)
{
	static const int sizes[][2] = {{5, 20}, {1, 1}, {2, 2}, {100, 300}};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct explorer e = explorer_start(
			&(struct explorer_options){.rows = sizes[i][0], .cols = sizes[i][1]});
		pty_expect(e.pty, ".");
		pty_resize(e.pty, 24, 80);
		explorer_expect(&e, "alpha/");
		leave(&e);
	}
}

/* In tmux: its own terminal, a resize that comes through it, and back to the shell's screen at the
 * end. */
static void test_in_tmux(void **state)
{
	(void)state;
	if (WEXITSTATUS(system("command -v tmux >/dev/null")) != 0) {
		print_message("SKIPPED: needs tmux\n");
		skip();
	}
	struct explorer e = {.tree = tree_new("alpha/inner.txt\nb\xc3\xb6ta\nzlink -> alpha\n")};
	char command[8192];
	snprintf(command, sizeof(command), "'%s' '%s'; echo ended $?; read x", getenv("TROWEL_BIN"),
		 e.tree->path);
	const char *argv[] = {"tmux", "-u",        "-S",          tree_path(e.tree, "socket"),
			      "-f",   "/dev/null", "new-session", command,
			      NULL};
	e.pty = pty_open(&(struct pty_options){.argv = argv});
	explorer_expect(&e, "zlink");
	explorer_expect(&e, "b\xc3\xb6ta");
	explorer_do(&e, "ggj", "@alpha");
	explorer_do(&e, "l", "inner\\.txt");
	pty_resize(e.pty, 12, 60);
	explorer_do(&e, "\033[D", "@alpha"); /* left */
	explorer_do(&e, "G", "@zlink");
	explorer_do(&e, "q", "ended 0");
	pty_keys(e.pty, "\n");
	pty_expect_exit(e.pty, 0);
	explorer_close(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),       cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_no_terminal), cmocka_unit_test(test_locale_c),
		cmocka_unit_test(test_colours),     cmocka_unit_test(test_told_without_colour),
		cmocka_unit_test(test_sizes),       cmocka_unit_test(test_resize_storm),
		cmocka_unit_test(test_odd_starts),  cmocka_unit_test(test_in_tmux),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
