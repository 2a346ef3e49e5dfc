/* SPDX-License-Identifier: MIT
 *
 * trowel undo, redo, history, recover; programs that are told to end, or killed, in the middle.
 */
#include "acting.h"

#include "../lib/pty.h"

#include <signal.h>
#include <sys/wait.h>

#define MANY 3000

static unsigned count(const char *rel)
{
	struct dirent **names;
	int n = scandir(tree_path(world, rel), &names, no_dots, by_name);

	for (int i = 0; i < n; i++)
		free(names[i]);
	if (n >= 0)
		free(names);
	return n < 0 ? 0 : (unsigned)n;
}

static void test_many_levels(void **state)
{
	(void)state;
	build("work/a \"x\" :0644\n");
	RUN(0, "rename", "a", "b");
	RUN(0, "chmod", "600", "b");
	RUN(0, "rm", "b");
	RUN(0, "undo");
	RUN(0, "undo");
	RUN(0, "undo");
	assert_int_equal(look("work/a").st_mode & 0777, 0644);
	RUN(3, "undo");
	said("there is nothing to undo");
	RUN(0, "redo");
	assert_true(exists("work/b"));
	RUN(0, "redo");
	RUN(0, "redo");
	assert_false(exists("work/b"));
	RUN(3, "redo");
	said("there is nothing to redo");
	RUN(0, "undo");
	assert_int_equal(look("work/b").st_mode & 0777, 0600);
	/* Something new: what was undone is not done again over it. */
	RUN(0, "mkdir", "new");
	RUN(3, "redo");
}

/* In any order, as far as the world allows. */
static void test_of_a_number(void **state)
{
	(void)state;
	build("work/a \"x\"\nwork/b \"y\"\n");
	RUN(0, "rm", "a");
	RUN(0, "rm", "b");
	RUN(0, "undo", "1");
	assert_true(exists("work/a"));
	assert_false(exists("work/b"));
	RUN(0, "undo", "#2");
	assert_true(exists("work/b"));
	RUN(3, "undo", "99");
	said("action 99: there is no such action in the journal");
	RUN(0, "rename", "a", "c");
	RUN(0, "rm", "c");
	RUN(3, "undo", "5");
	assert_false(exists("work/a"));
	RUN(0, "undo", "6");
	RUN(0, "undo", "5");
	assert_true(exists("work/a"));
}

static void test_history(void **state)
{
	(void)state;
	build("work/a \"x\"\nwork/b \"y\"\n");
	RUN(0, "history");
	assert_string_equal(last.out.buf, "");
	assert_false(exists("home/.local"));
	RUN(0, "rm", "a", "b");
	RUN(0, "undo");
	RUN(0, "delete", "-y", "a");
	RUN(0, "history");
	printed("  trash 2 items  undone\n");
	printed("  undo #1: trash 2 items (#1)  done\n");
	printed("  delete a  done for good\n");
	RUN(0, "history", "1", "3");
	printed("    undone    trash ");
	printed("              undo: not possible\n");
	RUN(0, "history", "2");
	printed("              undo: trash ");
	RUN(1, "history", "9");
	said("there is no such action");
	RUN(0, "history", "--print=json");
	is_json();
	printed("{\"actions\":[{\"id\":1,");
	printed("\"undoes\":1,\"redo\":false");
	printed("\"kind\":\"delete\",");
	RUN(0, "history", "--print=nul");
	assert_int_equal(strncmp(last.out.buf, "1\t", 2), 0);
}

/* ---- told to end ---- */

static struct pty *begin_many(void)
{
	static char home[4096 + 8];
	char bin[4096], script[8192];

	build("work/many/ *3000\n");
	if (!realpath(getenv("TROWEL_BIN"), bin))
		fail_msg("no TROWEL_BIN");
	snprintf(home, sizeof(home), "HOME=%s", tree_path(world, "home"));
	snprintf(script, sizeof(script), "exec '%s' rm --yes many/*", bin);
	return pty_open(&(struct pty_options){.argv = ARGS("sh", "-c", script),
					      .env = (const char *[]){home, NULL},
					      .dir = tree_path(world, "work"),
					      .cols = 200});
}

/* Some of it is done, and it has not ended. */
static bool is_at_it(struct pty *p)
{
	int status;

	while (!exists(TRASH "files/f0000009"))
		if (pty_ended(p, 0, &status))
			return false;
	return count("work/many") > 0;
}

static void test_interrupted(void **state)
{
	struct pty *p = begin_many();
	unsigned done;
	char words[100];

	(void)state;
	assert_true(is_at_it(p));
	pty_keys(p, "\x03");
	pty_expect_exit(p, 130);
	done = count(TRASH "files");
	assert_in_range(done, 10, MANY - 1);
	assert_int_equal(count("work/many"), MANY - done);
	snprintf(words, sizeof(words),
		 "cancelled: %u of 3000 done, 0 failed, %u not begun; 'trowel undo 1'", done,
		 MANY - done);
	pty_expect(p, words);
	pty_close(p);
	RUN(0, "undo");
	assert_int_equal(count("work/many"), MANY);
	assert_int_equal(count(TRASH "files"), 0);
}

/* One thing that takes long ends in its middle. */
/* False: it was faster. */
static bool interrupted(const char *bin, const char *home)
{
	struct pty *p = pty_open(&(struct pty_options){.argv = ARGS(bin, "delete", "--yes", "dir"),
						       .env = (const char *[]){home, NULL},
						       .dir = tree_path(world, "work"),
						       .cols = 200});
	int status;

	while (count("work/dir/many") + count("work/dir/more") == 10000 &&
	       !pty_ended(p, 0, &status))
		;
	pty_keys(p, "\x03");
	assert_true(pty_ended(p, PTY_MS, &status));
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 0) {
		assert_false(exists("work/dir"));
		pty_close(p);
		return false;
	}
	assert_int_equal(WEXITSTATUS(status), 130);
	pty_expect(p, "/work/dir': only partly done: cancelled, what is left of it stays\n"
		      "trowel delete: cancelled: 0 of 1 done, 1 failed, 0 not begun");
	pty_close(p);
	return true;
}

static void test_interrupted_while_deleting(void **state)
{
	char home[4096 + 8], bin[4096];
	int tries = 0;

	(void)state;
	assert_non_null(realpath(getenv("TROWEL_BIN"), bin));
	build("work/\n");
	snprintf(home, sizeof(home), "HOME=%s", tree_path(world, "home"));
	do {
		if (tries++ == 5) {
			print_message("SKIPPED: it was faster than C-c each time\n");
			skip();
		}
		tree_add(world, "work/dir/many/ *5000\nwork/dir/more/ *5000\n");
	} while (!interrupted(bin, home));
	assert_true(count("work/dir") > 0);
	RUN(0, "history");
	assert_non_null(strstr(last.out.buf, "  delete dir  partly done\n"));
}

/* Nothing is done that could not be written down; what was done before that is said. */
static void test_journal_that_becomes_full(void **state)
{
	struct program p = {.path = "sh"};
	const char *env[] = {"HOME", NULL, "T", NULL, NULL};
	char bin[4096];
	unsigned done;

	(void)state;
	build("work/many/ *12\n");
	assert_non_null(realpath(getenv("TROWEL_BIN"), bin));
	env[1] = tree_path(world, "home");
	env[3] = bin;
	p.env = env;
	p.dir = tree_path(world, "work");
	/* In units of 512 bytes, or of 1024: a little more than what is to be done takes. */
	for (int blocks = 1; blocks < 40; blocks++) {
		char script[200];

		snprintf(script, sizeof(script),
			 "trap '' XFSZ; ulimit -f %d; exec \"$T\" rm many/*", blocks);
		p.argv = ARGS("-c", script);
		program_run(&p);
		if (p.status != 3)
			break;
		assert_non_null(strstr(p.err.buf, "nothing was done: the journal"));
		assert_int_equal(count("work/many"), 12);
	}
	done = count(TRASH "files");
	assert_int_equal(done + count("work/many"), 12);
	if (done < 12) {
		const char *said_sum = strstr(p.err.buf, "written any more");
		unsigned n = 0, failed = 0, left = 0;

		assert_int_equal(p.status, 1);
		if (!said_sum || sscanf(said_sum, "%*[^:]: %u of 12 done, %u failed, %u not begun",
					&n, &failed, &left) != 3)
			fail_msg("%s", p.err.buf);
		assert_int_equal(n, done);
		assert_int_equal(n + failed + left, 12);
	}
	program_done(&p);
	start(&last, ARGS("recover", "--yes"), NULL);
	start(&last, ARGS("undo"), NULL);
	assert_int_equal(count("work/many"), 12);
}

/* ---- killed ---- */

static void kill_in_the_middle(void)
{
	struct pty *p = begin_many();
	int status;

	assert_true(is_at_it(p));
	pty_signal(p, SIGKILL);
	assert_true(pty_ended(p, PTY_MS, &status));
	assert_true(WIFSIGNALED(status));
	pty_close(p);
	/* In one of the two places each. */
	assert_int_equal(count(TRASH "files") + count("work/many"), MANY);
	assert_in_range(count("work/many"), 1, MANY - 10);
}

static void test_recover(void **state)
{
	(void)state;
	kill_in_the_middle();
	RUN(0, "history");
	printed("trash 3000 items  interrupted\n");
	RUN(3, "undo", "1");
	said("it was interrupted: 'trowel recover' looks what of it was done");
	changes_nothing(0, ARGS("recover", "-n"));
	printed("1 interrupted action: ");
	changes_nothing(0, ARGS("recover", "-n", "--print=json"));
	is_json();
	changes_nothing(3, ARGS("recover"));
	said("--yes agrees");
	RUN(0, "recover", "--yes");
	assert_int_equal(count(TRASH "files"), count(TRASH "info"));
	RUN(0, "recover", "--yes");
	RUN(0, "recover", "-n");
	printed("nothing was interrupted\n");
	RUN(0, "undo", "1");
	assert_int_equal(count("work/many"), MANY);
	assert_int_equal(count(TRASH "info"), 0);
}

static void test_recover_asks(void **state)
{
	static char home[4096 + 8];
	char bin[4096];
	struct pty *p;

	(void)state;
	kill_in_the_middle();
	assert_non_null(realpath(getenv("TROWEL_BIN"), bin));
	snprintf(home, sizeof(home), "HOME=%s", tree_path(world, "home"));

	const struct pty_options o = {.argv = ARGS(bin, "recover"),
				      .env = (const char *[]){home, NULL},
				      .dir = tree_path(world, "work"),
				      .cols = 200};

	p = pty_open(&o);
	pty_expect(p, "Type y to do it: *$");
	pty_keys(p, "n\r");
	pty_expect_exit(p, 3);
	pty_close(p);
	RUN(3, "undo", "1");
	p = pty_open(&o);
	pty_expect(p, "Type y to do it: *$");
	pty_keys(p, "y\r");
	pty_expect_exit(p, 0);
	pty_close(p);
	RUN(0, "undo", "1");
	assert_int_equal(count("work/many"), MANY);
}

/* What is left of a tree that was being deleted stays, and that is said. */
static void test_killed_while_deleting(void **state)
{
	static char home[4096 + 8];
	char bin[4096];
	struct pty *p;
	int status;

	(void)state;
	build("work/dir/many/ *3000\nwork/dir/more/ *3000\n");
	assert_non_null(realpath(getenv("TROWEL_BIN"), bin));
	snprintf(home, sizeof(home), "HOME=%s", tree_path(world, "home"));
	p = pty_open(&(struct pty_options){.argv = ARGS(bin, "delete", "--yes", "dir"),
					   .env = (const char *[]){home, NULL},
					   .dir = tree_path(world, "work")});
	while (count("work/dir/many") + count("work/dir/more") == 6000)
		assert_false(pty_ended(p, 0, &status));
	pty_signal(p, SIGKILL);
	assert_true(pty_ended(p, PTY_MS, &status));
	pty_close(p);
	if (!exists("work/dir")) /* it was faster */
		return;
	RUN(1, "recover", "--yes");
	said("/work/dir': its deletion was interrupted: ");
	said("some of it is gone, the rest is still there");
	assert_true(exists("work/dir"));
	RUN(0, "recover", "--yes");
}

/* ---- two at once ---- */

static void test_two_at_once(void **state)
{
	struct program p = {.path = "sh"};
	const char *env[] = {"HOME", NULL, "T", getenv("TROWEL_BIN"), NULL};

	(void)state;
	build("work/one/ *40\nwork/two/ *40\n");
	char bin[4096];

	assert_non_null(realpath(getenv("TROWEL_BIN"), bin));
	env[1] = tree_path(world, "home");
	env[3] = bin;
	p.env = env;
	p.dir = tree_path(world, "work");
	p.argv = ARGS("-c",
		      "for f in one/*; do \"$T\" rm \"$f\" || exit 9; done & "
		      "for f in two/*; do \"$T\" rm \"$f\" || exit 9; done; wait $! || exit 9");
	program_run(&p);
	if (p.status != 0)
		fail_msg("%d: %s", p.status, p.err.buf);
	program_done(&p);
	assert_int_equal(count("work/one") + count("work/two"), 0);
	/* Each has a number of its own. */
	RUN(0, "history", "80");
	RUN(1, "history", "81");
	for (int i = 0; i < 80; i++)
		RUN(0, "undo");
	RUN(3, "undo");
	assert_int_equal(count("work/one"), 40);
	assert_int_equal(count("work/two"), 40);
}

/* What an undo does not make, and what does. */
static void test_directory_is_gone(void **state)
{
	(void)state;
	build("work/d/e/f \"f\"\nwork/d/e/g \"g\"\nwork/other/h \"h\"\n");
	RUN(0, "rm", "d/e/f", "d/e/g", "other/h");
	tree_remove(world, "work/d");
	RUN(1, "undo");
	said("/work/d/e/f': the directory it is to be in is not there; 'trowel restore' brings it "
	     "back and makes that anew");
	assert_string_equal(content("work/other/h"), "h");
	assert_false(exists("work/d"));
	RUN(0, "restore", "d/e/f");
	assert_string_equal(content("work/d/e/f"), "f");
	/* Another one of its name. */
	RUN(3, "undo", "1");
	said("/work/d/e/g': the directory it is to be in is another one now; 'trowel restore' "
	     "brings "
	     "it back\n");
	RUN(0, "restore", "d/e/g");
	assert_string_equal(content("work/d/e/g"), "g");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_many_levels, end_world),
		cmocka_unit_test_teardown(test_of_a_number, end_world),
		cmocka_unit_test_teardown(test_history, end_world),
		cmocka_unit_test_teardown(test_interrupted, end_world),
		cmocka_unit_test_teardown(test_interrupted_while_deleting, end_world),
		cmocka_unit_test_teardown(test_journal_that_becomes_full, end_world),
		cmocka_unit_test_teardown(test_recover, end_world),
		cmocka_unit_test_teardown(test_recover_asks, end_world),
		cmocka_unit_test_teardown(test_killed_while_deleting, end_world),
		cmocka_unit_test_teardown(test_two_at_once, end_world),
		cmocka_unit_test_teardown(test_directory_is_gone, end_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
