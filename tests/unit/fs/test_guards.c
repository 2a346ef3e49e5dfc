/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/fault.h"
#include "../../lib/nomem.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fs/guards.h"
#include "fs/stat.h"

static struct tree *tree;

static int setup(void **state)
{
	(void)state;
	tree = tree_new("users/me/.local/share/Trash/files/\nusers/you/\nsrv/web/\nother/\n"
			"alias -> users/me\npasswd \"\"\n");
	fault_reset();
	return 0;
}

static int teardown(void **state)
{
	int left = fault_open_fds();

	(void)state;
	fault_reset();
	tree_free(tree);
	return left;
}

static const char *why(const struct guards *g, const char *rel)
{
	struct meta meta;

	assert_int_equal(
		stat_follow(AT_FDCWD, rel[0] == '/' ? rel : tree_path(tree, rel), &meta, NULL), 0);
	return guards_why(g, meta.id);
}

static void write_passwd(void)
{
	FILE *f = fopen(tree_path(tree, "passwd"), "w");

	fprintf(f,
		"root:x:0:0:root:/nonexistent:/bin/sh\nbad line\n:::::\nx:x:1:1:rel:relative:sh\n"
		"you:x:1001:1001:You,,,:%s/users/you:/bin/sh\nweb:x:33:33:web:%s/srv/web:/bin/no\n"
		"last:x:1:1::%s/passwd",
		tree->path, tree->path, tree->path);
	fclose(f);
}

static void test_usual(void **state)
{
	const char *own[] = {tree_path(tree, "users/me/.local/share/Trash"), "/nonexistent/x", ""};
	struct guards_places p = {tree_path(tree, "alias"), tree_path(tree, "passwd"), own, 3};
	struct guards *g;

	(void)state;
	write_passwd();
	assert_int_equal(guards_usual(&p, &g), 0);
	assert_string_equal(why(g, "/"), "it is the root directory");
	assert_string_equal(why(g, "users/me"), "it is your home directory");
	assert_string_equal(why(g, "alias"), "it is your home directory");
	assert_string_equal(why(g, "users"), "your home directory is in it");
	assert_string_equal(why(g, ""), "your home directory is in it");
	assert_string_equal(why(g, "users/you"), "it is somebody's home directory");
	assert_string_equal(why(g, "srv"), "there is a home directory in it");
	assert_string_equal(why(g, "users/me/.local/share/Trash"),
			    "it is where trowel keeps its own files");
	assert_string_equal(why(g, "users/me/.local/share"),
			    "what trowel keeps of its own is in it");
	assert_null(why(g, "users/me/.local/share/Trash/files"));
	assert_null(why(g, "other"));
	assert_null(guards_why(NULL, (struct file_id){1, 2}));
	guards_free(g);
	guards_free(NULL);
}

static void test_current_directory(void **state)
{
	int back = open(".", O_RDONLY | O_DIRECTORY);
	struct guards_places p = {NULL, "/nonexistent/passwd", NULL, 0};
	struct guards *g;

	(void)state;
	assert_int_equal(chdir(tree_path(tree, "srv/web")), 0);
	assert_int_equal(guards_usual(&p, &g), 0);
	assert_string_equal(why(g, "srv/web"), "it is the current directory");
	assert_string_equal(why(g, "srv"), "the current directory is in it");
	assert_null(why(g, "users"));
	guards_free(g);
	/* One that is gone is no reason to refuse to work. */
	tree_remove(tree, "srv/web");
	assert_int_equal(guards_usual(&p, &g), 0);
	guards_free(g);
	assert_int_equal(fchdir(back), 0);
	close(back);
}

static void test_many(void **state)
{
	struct guards *g;

	(void)state;
	assert_int_equal(guards_new(&g), 0);
	for (uint64_t i = 0; i < 5000; i++)
		assert_int_equal(guards_add(g, (struct file_id){i % 7, i}, "first"), 0);
	assert_int_equal(guards_add(g, (struct file_id){0, 0}, "second"), 0);
	assert_string_equal(guards_why(g, (struct file_id){0, 0}), "first");
	assert_string_equal(guards_why(g, (struct file_id){4999 % 7, 4999}), "first");
	assert_null(guards_why(g, (struct file_id){0, 1}));
	assert_int_equal(guards_add_path(g, tree_path(tree, "none"), "x", "y"), -ENOENT);
	assert_int_equal(guards_add_path(g, tree_path(tree, "passwd"), "x", "y"), -ENOTDIR);
	guards_free(g);
}

/* What cannot be found out is an error, and not a guard less. */
static void test_every_call_failing(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_statx, FAULT_read};
	const char *own[] = {tree_path(tree, "other")};
	struct guards_places p = {tree_path(tree, "users/me"), tree_path(tree, "passwd"), own, 1};

	(void)state;
	write_passwd();
	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (unsigned nth = 1;; nth++) {
			struct guards *g = NULL;
			int rc;

			fault_reset();
			fault_fail(calls[c], nth, EIO, false);
			rc = guards_usual(&p, &g);
			if (fault_count(calls[c]) < nth) {
				assert_int_equal(rc, 0);
				guards_free(g);
				break;
			}
			assert_int_equal(rc, -EIO);
			assert_int_equal(fault_open_fds(), 0);
		}
}

static void test_out_of_memory(void **state)
{
	struct guards_places p = {tree_path(tree, "users/me"), tree_path(tree, "passwd"), NULL, 0};
	bool failed = true;

	(void)state;
	write_passwd();
	for (unsigned long nth = 1; failed; nth++) {
		struct guards *g = NULL;
		int rc;

		nomem_arm(nth);
		rc = guards_usual(&p, &g);
		failed = nomem_disarm();
		/* The mount table is libmount's: without it, no home is known to be far. */
		assert_true(rc == 0 || (failed && rc == -ENOMEM));
		guards_free(g);
		assert_int_equal(fault_open_fds(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_usual, setup, teardown),
		cmocka_unit_test_setup_teardown(test_current_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_call_failing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
