/* SPDX-License-Identifier: MIT
 *
 * What is asked on a terminal, what is an answer, and what a signal does.
 */
#include "acting.h"

#include "../lib/pty.h"

#include <signal.h>
#include <sys/wait.h>

static const char things[] = "work/file \"content\"\n"
			     "work/dir/sub/deep 5000\n"
			     "work/dir/other \"x\"\n";

static struct pty *ask(const char *const *argv)
{
	static char home[4096 + 8], bin[4096];
	static const char *all[48];
	size_t n = 1;

	if (!realpath(getenv("TROWEL_BIN"), bin))
		fail_msg("no TROWEL_BIN");
	all[0] = bin;
	while (*argv && n < ARRAY_LEN(all) - 1)
		all[n++] = *argv++;
	all[n] = NULL;
	snprintf(home, sizeof(home), "HOME=%s", tree_path(world, "home"));
	return pty_open(&(struct pty_options){.argv = all,
					      .env = (const char *[]){home, NULL},
					      .dir = tree_path(world, "work"),
					      .cols = 200});
}

static void answer(const char *const *argv, const char *question, const char *keys, int status)
{
	struct pty *p = ask(argv);

	pty_expect(p, question);
	pty_keys(p, keys);
	pty_expect_exit(p, status);
	pty_close(p);
}

/* The number of all things that go; nothing else will do. */
static void test_delete_wants_the_number(void **state)
{
	static const char *const wrong[] = {"\r",   "y\r",  "yes\r", "2\r", "50\r",
					    "05\r", " 5\r", "5 \r",  "\x04"};
	static const char question[] =
		"delete 2 items: 3 files, 2 directories, .*freed\n"
		"This cannot be undone. Type 5 to do it, anything else not to:";

	(void)state;
	build(things);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		answer(ARGS("delete", "dir", "file"), question, wrong[i], 3);
		assert_true(exists("work/dir/sub/deep") && exists("work/file"));
	}
	assert_false(exists("home/.local"));
	answer(ARGS("delete", "dir", "file"), question, "5\r", 0);
	assert_false(exists("work/dir") || exists("work/file"));
}

static void test_interrupted_question(void **state)
{
	struct pty *p;
	int status;

	(void)state;
	build(things);
	p = ask(ARGS("delete", "dir"));
	pty_expect(p, "Type 4 to do it");
	pty_keys(p, "\x03");
	assert_true(pty_ended(p, PTY_MS, &status));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	pty_close(p);
	assert_true(exists("work/dir/sub/deep"));
}

/* A long list is cut, and the sum is not. */
static void test_long_plan(void **state)
{
	const char *argv[40] = {"delete"};
	char names[30][8], text[400] = "";
	struct pty *p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(names[i], sizeof(names[i]), "f%zu", i);
		argv[i + 1] = names[i];
		strcat(strcat(strcat(text, "work/"), names[i]), "\n");
	}
	build(text);
	p = ask(argv);
	pty_expect(p, "  delete .*/work/f19 for good\n  ... and 10 more\n"
		      "delete 30 items: 30 files, 0 directories, 0 freed\n");
	assert_false(pty_matches(p, "work/f20"));
	pty_keys(p, "30\r");
	pty_expect_exit(p, 0);
	pty_close(p);
	assert_false(exists("work/f0") || exists("work/f29"));
}

static void test_empty_and_yes(void **state)
{
	struct pty *p;

	(void)state;
	build(things);
	RUN(0, "rm", "dir");
	only_ours();
	answer(ARGS("empty"), "Type 4 to do it", "n\r", 3);
	assert_true(exists(TRASH "files/dir"));
	answer(ARGS("empty"), "Type 4 to do it", "4\r", 0);
	assert_false(exists(TRASH "files/dir"));
	p = ask(ARGS("delete", "--yes", "file"));
	pty_expect(p, "delete file: 1 file, 0 directories, .*freed\n");
	pty_expect_exit(p, 0);
	assert_null(strstr(pty_log(p, &(size_t){0}), "Type"));
	pty_close(p);
}

/* Nothing else asks; on a terminal it is said what was done. */
static void test_nothing_else_asks(void **state)
{
	static const char *const rows[][5] = {
		{"rm", "file", "dir"},
		{"undo"},
		{"redo"},
		{"restore", "file"},
		{"chmod", "600", "file"},
		{"rename", "file", "f2"},
		{"mkdir", "new"},
		{"touch", "new2"},
		{"rmdir", "new"},
		{"trash", "--print"},
		{"history", "--print"},
		{"recover"},
	};

	(void)state;
	build(things);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pty *p = ask(rows[i]);

		pty_expect_exit(p, 0);
		assert_null(strstr(pty_log(p, &(size_t){0}), "Type"));
		assert_true(pty_bytes(p) > 0);
		pty_close(p);
	}
	build(things);
	struct pty *p = ask(ARGS("rm", "file"));

	pty_expect(p, "^trash file; 'trowel undo 1' takes it back$");
	pty_expect_exit(p, 0);
	pty_close(p);
}

/* The views of them, where there is a terminal; q goes back to where one is, and out. */
static void test_views_open(void **state)
{
	static const struct {
		const char *verb, *screen;
	} rows[] = {{"trash", "dir/? .*work"}, {"history", "trash dir"}};

	(void)state;
	build(things);
	RUN(0, "rm", "dir");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pty *p = ask(ARGS(rows[i].verb));

		pty_expect(p, rows[i].screen);
		assert_true(pty_alternate_screen(p));
		pty_keys(p, "q");
		pty_expect(p, "file");
		pty_keys(p, "q");
		pty_expect_exit(p, 0);
		pty_close(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_delete_wants_the_number, end_world),
		cmocka_unit_test_teardown(test_interrupted_question, end_world),
		cmocka_unit_test_teardown(test_long_plan, end_world),
		cmocka_unit_test_teardown(test_empty_and_yes, end_world),
		cmocka_unit_test_teardown(test_nothing_else_asks, end_world),
		cmocka_unit_test_teardown(test_views_open, end_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
