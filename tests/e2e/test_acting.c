/* SPDX-License-Identifier: MIT
 *
 * Doing things to files by keys: what is done at once, what is asked about first, what never
 * proceeds by mistake, and taking it back.
 */
#include "../lib/as_user.h"
#include "../lib/explorer.h"
#include "../lib/program.h"
#include "../lib/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

static const char tree_text[] = "dir/inner 10\n"
				"dir/second 10\n"
				"other/far 10\n"
				"a.txt \"aaa\"\n"
				"b.txt \"bbb\"\n"
				"c.txt \"ccc\"\n"
				"d.txt \"ddd\"\n";

static bool is_there(struct explorer *e, const char *name)
{
	struct stat st;

	return lstat(tree_path(e->tree, name), &st) == 0;
}

static void leave(struct explorer *e)
{
	pty_keys(e->pty, "Q");
	pty_expect_exit(e->pty, 0);
	pty_expect_restored(e->pty);
	explorer_close(e);
}

static struct explorer open_tree(void)
{
	return explorer_open(&(struct explorer_options){.tree = tree_text});
}

/* One row goes at once, and comes back. */
static void test_trash(void **state)
{
	struct explorer e = open_tree();

	(void)state;
	explorer_do(&e, "gg}j", "@b.txt");
	explorer_do(&e, "d", "trash b\\.txt: done");
	explorer_expect(&e, "@c.txt");
	assert_false(is_there(&e, "b.txt"));
	explorer_do(&e, "u", "undo .*: done");
	explorer_expect(&e, "@c.txt");
	assert_true(is_there(&e, "b.txt"));
	explorer_do(&e, "\x12", "redo .*: done|undo .*undo.*: done");
	assert_false(is_there(&e, "b.txt"));
	explorer_do(&e, "u", "b\\.txt +-rw");
	leave(&e);
}

/* A key that is held trashes one file. */
static void test_held(void **state)
{
	struct explorer e = open_tree();

	(void)state;
	explorer_do(&e, "gg}", "@a.txt");
	explorer_do(&e, "dddddd", "trash a\\.txt: done");
	explorer_expect(&e, "@b.txt");
	assert_true(is_there(&e, "b.txt"));
	assert_true(is_there(&e, "c.txt"));
	leave(&e);
}

/* Two rows are asked about; what was typed before the question was there is no answer to it, and
 * Enter is none. */
static void test_asks(void **state)
{
	struct explorer e = open_tree();

	(void)state;
	explorer_do(&e, "gg}", "@a.txt");
	explorer_do(&e, "  ", "2 marked");
	explorer_do(&e, "dy", "trash 2 items\\?");
	explorer_expect(&e, "this is about:");
	explorer_do(&e, "\r", "trash 2 items\\?");
	explorer_do(&e, "\033[B\033[A", "trash 2 items\\?");
	assert_true(is_there(&e, "a.txt"));
	explorer_do(&e, "n", "nothing was done");
	explorer_expect(&e, "2 marked");
	assert_true(is_there(&e, "a.txt") && is_there(&e, "b.txt"));
	explorer_do(&e, ":trash\r", "trash 2 items\\?");
	explorer_expect(&e, "2 files; .* in the trash");
	explorer_do(&e, "y", "trash 2 items: done");
	explorer_expect(&e, "~marked");
	assert_false(is_there(&e, "a.txt") || is_there(&e, "b.txt"));
	explorer_do(&e, "u", "undo .*: done");
	assert_true(is_there(&e, "a.txt") && is_there(&e, "b.txt"));
	leave(&e);
}

/* What is marked elsewhere is named first, also when it is one thing only. */
static void test_unseen(void **state)
{
	struct explorer e = open_tree();

	(void)state;
	explorer_do(&e, "ggjl", "@inner");
	explorer_do(&e, " ", "1 marked");
	explorer_do(&e, "h", "@dir/");
	explorer_do(&e, "d", "trash inner\\?");
	explorer_expect(&e, "not on the screen now: 1\n.*dir/inner");
	explorer_do(&e, "y", "trash inner: done");
	assert_false(is_there(&e, "dir/inner"));
	assert_true(is_there(&e, "dir/second"));
	leave(&e);
}

/* For good only when the number of things is typed. */
static void test_for_good(void **state)
{
	struct explorer e = open_tree();

	(void)state;
	explorer_do(&e, "gg}", "@a.txt");
	explorer_do(&e, "X", "delete a\\.txt for good\\?");
	explorer_do(&e, "y", "only the number, or Esc");
	explorer_do(&e, "\r", "that is not the number");
	explorer_do(&e, "2\r", "that is not the number");
	assert_true(is_there(&e, "a.txt"));
	explorer_do(&e,
		    "\x7f"
		    "1\r",
		    "delete a\\.txt: done \\(it cannot be undone");
	assert_false(is_there(&e, "a.txt"));
	explorer_do(&e, "u", "nothing to undo|nothing of it can");
	leave(&e);
}

/* Pasted text is no answer. */
static void test_pasted(void **state)
{
	struct explorer e = open_tree();

	(void)state;
	explorer_do(&e, "gg}", "@a.txt");
	explorer_do(&e, "  ", "2 marked");
	explorer_do(&e, "d", "trash 2 items\\?");
	explorer_do(&e, "\033[200~yyy\033[201~\033[B", "trash 2 items\\?");
	assert_true(is_there(&e, "a.txt"));
	explorer_do(&e, "q", "nothing was done");
	leave(&e);
}

static void test_make(void **state)
{
	struct explorer e = open_tree();

	(void)state;
	explorer_do(&e, "a", "new:");
	explorer_do(&e, "new/deep/file\r", "@new/");
	assert_true(is_there(&e, "new/deep/file"));
	explorer_do(&e, "u", "undo .*: done");
	assert_false(is_there(&e, "new"));
	explorer_do(&e, "a", "new:");
	explorer_do(&e, "a.txt\r", "make a\\.txt: something has that name");
	explorer_do(&e, "\033[18~", "new directory:");
	explorer_do(&e, "folder\r", "@folder/");
	assert_true(is_there(&e, "folder"));
	leave(&e);
}

/* The cursor is before the extension; what is there is not overwritten. */
static void test_rename(void **state)
{
	struct explorer e = open_tree();
	struct stat st;

	(void)state;
	explorer_do(&e, "gg}", "@a.txt");
	explorer_do(&e, "r", "rename to: a\\.txt");
	explorer_do(&e, "2\r", "@a2.txt");
	assert_false(is_there(&e, "a.txt"));
	explorer_do(&e, "r", "rename to: a2\\.txt");
	explorer_do(&e,
		    "\x15\x0b"
		    "b.txt\r",
		    "rename b\\.txt: something has that name");
	assert_true(is_there(&e, "a2.txt"));
	assert_int_equal(lstat(tree_path(e.tree, "b.txt"), &st), 0);
	assert_int_equal(st.st_size, 3);
	explorer_do(&e, "u", "undo .*: done");
	explorer_expect(&e, "a\\.txt");
	assert_true(is_there(&e, "a.txt"));
	leave(&e);
}

static void test_mode(void **state)
{
	struct explorer e = open_tree();

	(void)state;
	explorer_do(&e, "gg}", "@a.txt");
	explorer_do(&e, "cm", "mode:");
	explorer_do(&e, "u=rw,go=\r", "-rw------- .*");
	explorer_do(&e, "u", "undo .*: done");
	explorer_expect(&e, "a\\.txt +-rw-r--r--");
	explorer_do(&e, "cm", "mode:");
	explorer_do(&e, "u=nonsense\r", "u=nonsense: ");
	leave(&e);
}

/* What was asked about is what is changed, whatever the cursor is on when the text is there. */
static void test_bound(void **state)
{
	struct explorer e = open_tree();
	struct stat st;

	(void)state;
	explorer_do(&e, "gg}jjj", "@d.txt");
	explorer_do(&e, "cm", "mode: ");
	assert_int_equal(unlink(tree_path(e.tree, "d.txt")), 0);
	explorer_expect(&e, "~d\\.txt");
	explorer_do(&e, "u=,go=\r", "change the mode d\\.txt: No such file");
	assert_int_equal(lstat(tree_path(e.tree, "c.txt"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	explorer_do(&e, "gg}  ", "2 marked");
	explorer_do(&e, "cm", "mode of 2 marked: ");
	explorer_do(&e, "\033", "~mode of");
	explorer_do(&e, "co", "owner of 2 marked: ");
	explorer_do(&e, "\033", "~owner of");
	leave(&e);
}

/* Of a directory that cannot be emptied its things are named, but it is one thing that is not done;
 * what it would have been is not told as what it was, and only what is left is still marked. */
static void partly(void *ctx)
{
	(void)ctx;
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "closed/a 3\nclosed/b 3\nclosed/ :0555\nfile 3\nother 3\n"});

	explorer_do(&e, "gg}*a", "3 marked");
	explorer_do(&e, "X", "delete 3 items for good\\?");
	explorer_expect(&e, "this is about: 3");
	explorer_do(&e, "3\r", "delete 3 items: 2 done, 1 not");
	explorer_expect(&e, "not done:\n.*closed/[ab] +.*\n.*closed/[ab] +.*\n.*closed ");
	explorer_expect(&e, "~would be free");
	assert_false(is_there(&e, "file"));
	explorer_do(&e, "q", "1 marked");
	explorer_expect(&e, "@closed"); /* what is gone has left the list */
	explorer_do(&e, " ", "~marked");
	leave(&e);
}

/* What cannot be looked into is told before. */
static void kept(void *ctx)
{
	(void)ctx;
	struct explorer e = explorer_open(
		&(struct explorer_options){.tree = "outer/closed/a 3\nouter/closed/ :0000\n"});

	explorer_do(&e, "gg}", "@outer");
	explorer_do(&e, "X", "delete outer for good\\?");
	explorer_expect(&e, "would be free; 1 may stay");
	explorer_do(&e, "\033", "nothing was done");
	leave(&e);
}

static void test_partly(void **state)
{
	(void)state;
	as_user_needs_program();
	as_user(partly, NULL);
	as_user(kept, NULL);
}

/* What is made and not shown is told so. */
static void test_made_unseen(void **state)
{
	struct explorer e = open_tree();

	(void)state;
	explorer_do(&e, "a", "new:");
	explorer_do(&e, ".dotted\r", "make \\.dotted: done \\(u undoes it; it is hidden\\)");
	explorer_do(&e, "/b.t\r", "filtered");
	explorer_do(&e, "a", "new:");
	explorer_do(&e, "other.b\r", "make other\\.b: done .*the filter leaves it out");
	explorer_do(&e, "a", "new:");
	explorer_do(&e, "b.tt\r", "make b\\.tt: done \\(u undoes it\\)");
	leave(&e);
}

/* What was taken back from the history is done again from there. */
static void test_again(void **state)
{
	struct explorer e = open_tree();

	(void)state;
	explorer_do(&e, "gg}", "@a.txt");
	explorer_do(&e, "d", "trash a\\.txt: done");
	explorer_do(&e, "U", "1 of 1 step done");
	explorer_do(&e, "u", "this would\n +restore .*a\\.txt");
	explorer_do(&e, "y", "undo .*: done \\(C-r does it again\\)");
	assert_true(is_there(&e, "a.txt"));
	explorer_do(&e, "\x12", "redo #1: trash a\\.txt: done");
	assert_false(is_there(&e, "a.txt"));
	leave(&e);
}

/* What may not be done is said before, with the reason. */
static void denied(void *ctx)
{
	(void)ctx;
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "closed/a 3\nclosed/b 3\nclosed/ :0555\n", .start = "closed"});

	explorer_do(&e, "gg}", "@a");
	explorer_do(&e, "d", "trash a: you may not change the directory");
	assert_true(is_there(&e, "closed/a"));
	explorer_do(&e, "r", "rename to: a");
	explorer_do(&e, "2\r", "rename a: you may not change the directory");
	explorer_do(&e, "*a", "2 marked");
	explorer_do(&e, "X", "delete: nothing can be done");
	explorer_expect(&e, "may not change");
	explorer_do(&e, "q", "~Esc: back");
	leave(&e);
}

static void test_denied(void **state)
{
	(void)state;
	as_user_needs_program();
	as_user(denied, NULL);
}

static void test_read_only(void **state)
{
	static const char *const args[] = {"--read-only", NULL};

	(void)state;
	struct explorer e =
		explorer_open(&(struct explorer_options){.tree = tree_text, .args = args});
	explorer_do(&e, "gg}", "@a.txt");
	explorer_do(&e, "d", "not with --read-only");
	assert_true(is_there(&e, "a.txt"));
	leave(&e);
}

/* The program is killed; the next one, or another, takes back what it did. */
static void test_killed(void **state)
{
	struct tree *home = tree_new("");
	CLEANUP(str_done) struct str variable = STR_INIT;
	int status;

	(void)state;
	str_addf(&variable, "HOME=%s", home->path);
	const char *const env[] = {variable.buf, NULL};
	struct explorer e =
		explorer_open(&(struct explorer_options){.tree = tree_text, .env = env});
	explorer_do(&e, "gg}", "@a.txt");
	explorer_do(&e, "d", "trash a\\.txt: done");
	pty_signal(e.pty, SIGKILL);
	assert_true(pty_ended(e.pty, PTY_MS, &status));
	assert_false(is_there(&e, "a.txt"));

	struct program p = {.argv = (const char *[]){"undo", NULL},
			    .env = (const char *[]){"HOME", home->path, NULL}};
	program_run(&p);
	assert_int_equal(p.status, 0);
	program_done(&p);
	assert_true(is_there(&e, "a.txt"));
	explorer_close(&e);
	tree_free(home);
}

/* A home that is written with "..": by the text it would be another one. */
static void test_home_with_dots(void **state)
{
	struct tree *home = tree_new("far/in/\nlink -> far/in\n");
	CLEANUP(str_done) struct str variable = STR_INIT;
	struct stat st;

	(void)state;
	str_addf(&variable, "HOME=%s/link/..", home->path);
	const char *const env[] = {variable.buf, NULL};
	struct explorer e =
		explorer_open(&(struct explorer_options){.tree = tree_text, .env = env});
	explorer_do(&e, "gg}", "@a.txt");
	explorer_do(&e, "d", "trash a\\.txt: done");
	assert_int_equal(stat(tree_path(home, "far/.local/share/Trash/files/a.txt"), &st), 0);
	explorer_do(&e, "u", "  a\\.txt  ");
	assert_true(is_there(&e, "a.txt"));
	explorer_do(&e, "gh", "  in/");
	leave(&e);
	tree_free(home);
}

/* Said at once, and again where it matters. */
static void test_home_that_is_relative(void **state)
{
	static const char *const env[] = {"HOME=here", NULL};
	struct explorer e =
		explorer_open(&(struct explorer_options){.tree = tree_text, .env = env});

	(void)state;
	explorer_expect(&e, "HOME is not an absolute path; one that begins with / would help");
	explorer_do(&e, "gg}", "@a.txt");
	explorer_do(&e, "d", "cannot be undone:\n +HOME is not an absolute path");
	assert_true(is_there(&e, "a.txt"));
	explorer_do(&e, "\x1b", "~cannot be undone");
	leave(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trash),          cmocka_unit_test(test_held),
		cmocka_unit_test(test_asks),           cmocka_unit_test(test_unseen),
		cmocka_unit_test(test_for_good),       cmocka_unit_test(test_pasted),
		cmocka_unit_test(test_make),           cmocka_unit_test(test_rename),
		cmocka_unit_test(test_mode),           cmocka_unit_test(test_denied),
		cmocka_unit_test(test_read_only),      cmocka_unit_test(test_killed),
		cmocka_unit_test(test_home_with_dots), cmocka_unit_test(test_home_that_is_relative),
		cmocka_unit_test(test_bound),          cmocka_unit_test(test_made_unseen),
		cmocka_unit_test(test_partly),         cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
