/* SPDX-License-Identifier: MIT
 *
 * Killed just before each call that changes something: what is found afterwards. And somebody who
 * moves things about without a pause while they are removed.
 */
#include "trashing.h"

#include <signal.h>
#include <sys/wait.h>

#include "fs/trash_restore.h"

#define TRASH "home/.local/share/Trash/"

static const enum fault_call mutating[] = {FAULT_openat,  FAULT_write,    FAULT_fsync,
					   FAULT_mkdirat, FAULT_renameat, FAULT_renameat2,
					   FAULT_linkat,  FAULT_unlinkat};

/* Runs fn in a child that is killed before the nth of these calls; false: it did not make so many.
 */
static bool killed(enum fault_call call, unsigned nth, void (*fn)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		fault_before(call, nth, fault_die, NULL);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status);
}

static struct identity what;

/* ---- what is done ---- */

static int way; /* 0: renameat2(2) with flags; 1: without */

static void restrict_ways(void)
{
	if (way)
		fault_fail(FAULT_renameat2, 1, EINVAL, true);
}

static void do_rename(void)
{
	struct renamed ret;
	struct rename_place a = {open_dir("work"), "x", &what}, b = {open_dir("home"), "y", NULL};

	restrict_ways();
	(void)!atomic_rename(&a, &b, RENAME_DURABLE, &ret);
}

static void do_put(void)
{
	struct str name = STR_INIT;

	restrict_ways();
	(void)!put_from("work", "x", RENAME_DURABLE, &name);
}

static void do_restore(void)
{
	struct trash_restore r = {
		.trash = &trash, .name = "x", .flags = RENAME_DURABLE | TRASH_MAKE_PARENTS};
	struct renamed how;
	const char *why;

	restrict_ways();
	if (trash_dir_home(&env, true, &trash, &why) == 0)
		(void)!trash_restore(&r, &how, &why);
}

static void do_erase(void)
{
	const struct delete_options o = {0};
	struct delete_counts n;
	const char *why;

	if (trash_dir_home(&env, true, &trash, &why) == 0)
		(void)!trash_erase(&trash, "x", &what, &o, &n);
}

/* ---- what is found ---- */

/* A file or a directory with something in it; both ways; each call. */
static unsigned each(void (*prepare)(void), void (*fn)(void), void (*check)(void))
{
	unsigned tried = 0;

	for (int dir = 0; dir < 2; dir++)
		for (way = 0; way < 2; way++)
			for (size_t c = 0; c < ARRAY_LEN(mutating); c++) {
				bool was_killed = true;

				for (unsigned nth = 1; was_killed; nth++, tried++) {
					build(dir ? "work/x/in/side \"y\"\n" : "work/x \"y\"\n");
					what = identity("work/x");
					if (prepare)
						prepare();
					was_killed = killed(mutating[c], nth, fn);
					check();
				}
			}
	return tried;
}

/* At one name, or for a moment at both, which are links of one file. */
static void one_of(const char *a, const char *b)
{
	bool at_a = is(a, &what), at_b = is(b, &what);

	assert_true(at_a || at_b);
	if (at_a && at_b)
		assert_true(way == 1 && what.type == S_IFREG);
}

static void renamed(void)
{
	one_of("work/x", "home/y");
	/* Nothing else is left but a directory that reserved the name, and is empty. */
	if (exists("home/y") && !is("home/y", &what))
		assert_int_equal(rmdir(tree_path(tree, "home/y")), 0);
}

static void test_rename(void **state)
{
	(void)state;
	assert_true(each(NULL, do_rename, renamed) > 20);
}

static void in_the_trash(void)
{
	one_of("work/x", TRASH "files/x");
	if (is(TRASH "files/x", &what))
		assert_true(exists(TRASH "info/x.trashinfo"));
}

static void test_put(void **state)
{
	(void)state;
	assert_true(each(NULL, do_put, in_the_trash) > 30);
}

static void prepare_put(void)
{
	struct str name = STR_INIT;

	assert_int_equal(put_from("work", "x", 0, &name), 0);
	trash_dir_done(&trash);
	str_done(&name);
	tree_remove(tree, "work");
}

static void test_restore(void **state)
{
	(void)state;
	assert_true(each(prepare_put, do_restore, in_the_trash) > 20);
}

/* Whatever is left of it can be seen in the trash, and its information is there. */
static void erased(void)
{
	if (exists(TRASH "files/x"))
		assert_true(exists(TRASH "info/x.trashinfo"));
}

static void test_erase(void **state)
{
	(void)state;
	assert_true(each(prepare_put, do_erase, erased) > 20);
}

/* ---- without a pause ---- */

/* Directories of the tree and a link to what is outside change places. By descriptors: what is
 * outside is not to be moved by this. */
static void move_about(void)
{
	int t = openat(tree->fd, "work/t", O_RDONLY | O_DIRECTORY);
	int a = openat(t, "a", O_RDONLY | O_DIRECTORY), b = openat(t, "b", O_RDONLY | O_DIRECTORY);

	for (;;) {
		(void)!renameat2(t, "a", t, "link", RENAME_EXCHANGE);
		(void)!renameat2(t, "b", t, "a", RENAME_EXCHANGE);
		(void)!renameat2(a, "deep", t, "link", RENAME_EXCHANGE);
		(void)!renameat(a, "deep", b, "deep");
		(void)!renameat(b, "deep", a, "deep");
		(void)!symlinkat("../../../home", a, "deep");
		(void)!symlinkat("../../home", t, "b");
		(void)!mkdirat(b, "deep", 0700);
	}
}

static void test_while_others_move_things_about(void **state)
{
	const struct delete_options o = {0};
	struct delete_counts n;

	(void)state;
	for (int i = 0; i < 40; i++) {
		pid_t pid;
		int rc;

		build("home/canary/file\nhome/deep/file\nwork/t/a/deep/x/ *20\nwork/t/b/x/ *20\n"
		      "work/t/c/ *100\nwork/t/link -> ../../home\n");
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			move_about();
		rc = safe_delete(tree->fd, "work", NULL, "work", &o, &n);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_true(exists("home/canary/file") && exists("home/deep/file"));
		assert_int_equal(exists("work"), rc != 0);
		assert_int_equal(fault_open_fds(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rename, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_put, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_erase, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_while_others_move_things_about, memdir_setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
