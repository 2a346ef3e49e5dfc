/* SPDX-License-Identifier: MIT
 *
 * Directories that vanish, change, are closed, very deep, loop, or do not answer: the screen stays
 * live and says what happened.
 */
#include "../lib/as_user.h"
#include "../lib/explorer.h"
#include "../lib/hang.h"
#include "../lib/test.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static void leave(struct explorer *e)
{
	pty_keys(e->pty, "Q");
	pty_expect_exit(e->pty, 0);
	pty_expect_restored(e->pty);
	explorer_close(e);
}

static void test_changes_are_shown(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){0});
	explorer_do(&e, "G", "@zlink");
	tree_add(e.tree, "new.txt\n");
	explorer_expect(&e, "new\\.txt");
	explorer_expect(&e, "@zlink");
	tree_remove(e.tree, "a.txt");
	explorer_expect(&e, "~a\\.txt");
	tree_move(e.tree, "b.c", "moved.c");
	explorer_expect(&e, "moved\\.c");
	explorer_expect(&e, "~ b\\.c");
	leave(&e);
}

static void test_directory_vanishes(void **state)
{
	(void)state;
	struct explorer e = explorer_open(
		&(struct explorer_options){.start = "alpha", .ready = "inner", .cols = 200});
	tree_remove(e.tree, "alpha");
	explorer_expect(&e, "nearest that is left");
	explorer_expect(&e, "beta/");
	explorer_do(&e, "G", "@zlink");
	leave(&e);
}

/* Going back to a directory that is gone by now: a message, and one stays. */
static void test_gone_when_entered(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.cols = 200});
	explorer_do(&e, "ggj", "@alpha");
	/* The header's: the preview shows what is in it before it is entered. */
	explorer_do(&e, "l", "/alpha .* items");
	explorer_do(&e, "h", "~/alpha .* items");
	explorer_expect(&e, "@alpha");
	tree_remove(e.tree, "alpha");
	explorer_expect(&e, "~alpha/");
	explorer_do(&e, "H", "[Nn]o such file|does not exist|gone");
	explorer_expect(&e, "beta/");
	leave(&e);
}

static void test_start_missing(void **state)
{
	(void)state;
	struct explorer e = explorer_start(&(struct explorer_options){.start = "not/there"});
	explorer_expect(&e, "not/there|No such file|does not exist");
	/* Where the answer took long the explorer started meanwhile, and says it there. */
	if (strstr(pty_screen(e.pty), "trowel: ")) {
		pty_expect_exit(e.pty, 2);
	} else {
		pty_keys(e.pty, "Q");
		pty_expect_exit(e.pty, 0);
	}
	pty_expect_restored(e.pty);
	explorer_close(&e);
}

static void test_unreadable(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: needs root to become someone else\n");
		skip();
	}
	as_user_needs_program();
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "closed/secret :0\nlisted/ :0755\nopen/file\nclosed/ :0\n",
		.uid = NOBODY,
		.cols = 200});
	explorer_do(&e, "ggj", "@closed");
	explorer_do(&e, "l", "cannot open .*permission");
	explorer_expect(&e, "open/");
	explorer_do(&e, "G", "@open");
	explorer_do(&e, "l", "file");
	assert_false(pty_matches(e.pty, "ROOT"));
	leave(&e);
}

/* Down to the bottom of 5,000 levels by typing the path, and up again. */
static void test_deep(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.tree = "deep/ ^5000\n"});
	explorer_do(&e, "ggj", "@deep");
	for (int i = 0; i < 60; i++)
		explorer_do(&e, "l", "@d");
	pty_keys(e.pty, "gp");
	explorer_expect(&e, "go to");
	for (int i = 0; i < 4900; i++)
		pty_send(e.pty, "d/", 2);
	pty_keys(e.pty, "\r");
	explorer_expect(&e, "~go to");
	explorer_do(&e, "h", "d/");
	leave(&e);
}

static void test_loop(void **state)
{
	char path[256] = "a";

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "a/here -> .\na/self -> self\na/up -> ..\n", .cols = 300});
	explorer_do(&e, "ggjl", "here");
	for (int i = 0; i < 10; i++) {
		explorer_expect(&e, "@here");
		strncat(path, "/here", sizeof(path) - strlen(path) - 1);
		explorer_do(&e, "l", path);
	}
	explorer_do(&e, "h", "~/here/here/here/here/here/here/here/here/here/here ");
	explorer_do(&e, "G", "@up");
	explorer_do(&e, "k", "@self");
	explorer_do(&e, "l", "cannot open");
	leave(&e);
}

static struct hang *hung;

static int end_mount(void **state)
{
	(void)state;
	if (hung) {
		hang_go(hung);
		hang_free(hung);
	}
	hung = NULL;
	return 0;
}

/* A server that does not answer: the screen says so, keys are obeyed, other places work, quitting
 * is prompt. */
static void test_stopped_mount(void **state)
{
	/* LeakSanitizer would wait at the end for the thread that sleeps in the kernel. */
	static const char *const env[] = {"ASAN_OPTIONS=detect_leaks=0", NULL};
	char target[4096];
	int status;

	(void)state;
	hung = hang_new();
	snprintf(target, sizeof(target), "here/file\nmount -> %s\n", hang_path(hung));
	struct explorer e = explorer_open(&(struct explorer_options){.tree = target, .env = env});
	explorer_do(&e, "G", "@mount");
	explorer_do(&e, "l", "three");
	explorer_do(&e, "h", "@mount");
	hang_stop(hung);
	pty_keys(e.pty, "l");
	explorer_expect(&e, "not answering");
	explorer_do(&e, "h", "here/");
	explorer_do(&e, "gg", "@..");
	explorer_do(&e, "jl", "file");
	pty_keys(e.pty, "Q");
	assert_true(pty_ended(e.pty, 2000, &status));
	pty_expect_restored(e.pty);
	explorer_close(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes_are_shown),
		cmocka_unit_test(test_directory_vanishes),
		cmocka_unit_test(test_gone_when_entered),
		cmocka_unit_test(test_start_missing),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_loop),
		cmocka_unit_test_teardown(test_stopped_mount, end_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
