/* SPDX-License-Identifier: MIT */
#include "trashing.h"

#include "../../lib/nomem.h"

#include <stdatomic.h>

#include "fs/trash_empty.h"
#include "fs/trash_restore.h"
#include "fs/trash_sizes.h"

#define TRASH "home/.local/share/Trash/"

/* A trash with an old directory, a new file, one large, one whose date nobody knows, and
 * information that is alone. */
static void build_trash(void)
{
	const char *why;

	build(TRASH "files/old/a/b 5000\n" TRASH "files/new \"x\"\n" TRASH
		    "files/large 200000\n" TRASH "files/dateless \"x\"\n" TRASH
		    "files/outside \"theirs\"\n" TRASH "info/old.trashinfo \"[Trash "
		    "Info]\\nPath=/o\\nDeletionDate=2020-01-01T00:00:00\"\n" TRASH
		    "info/new.trashinfo \"[Trash "
		    "Info]\\nPath=/n\\nDeletionDate=2026-01-01T00:00:00\"\n" TRASH
		    "info/large.trashinfo \"[Trash "
		    "Info]\\nPath=/l\\nDeletionDate=2026-01-02T00:00:00\"\n" TRASH
		    "info/dateless.trashinfo \"[Trash Info]\\nPath=/d\"\n" TRASH
		    "info/alone.trashinfo \"[Trash Info]\\nPath=/a\" @1000\n");
	assert_int_equal(trash_dir_home(&env, true, &trash, &why), 0);
}

static bool go_on(void *ctx, const struct delete_failure *f)
{
	(void)f;
	++*(int *)ctx;
	return true;
}

static int empty(struct trash_filter filter, bool dry_run, struct trash_emptied *n)
{
	static int failures;
	struct trash_empty e = {.trash = &trash,
				.filter = filter,
				.dry_run = dry_run,
				.options = {.failed = go_on, .ctx = &failures}};

	return trash_empty(&e, n);
}

static bool all_there(void)
{
	return exists(TRASH "files/old/a/b") && exists(TRASH "files/new") &&
	       exists(TRASH "files/large") && exists(TRASH "files/dateless") &&
	       exists(TRASH "info/alone.trashinfo") && exists(TRASH "info/old.trashinfo");
}

static void test_by_age(void **state)
{
	const struct trash_filter f = {.before = {2021, 1, 1, 0, 0, 0}};
	struct trash_emptied n;

	(void)state;
	build_trash();
	assert_int_equal(empty(f, true, &n), 0);
	assert_int_equal(n.things, 1);
	assert_int_equal(n.files, 1);
	assert_int_equal(n.dirs, 2);
	assert_true(n.freed >= 5000 && n.freed < 100000);
	assert_true(all_there());
	assert_int_equal(empty(f, false, &n), 0);
	assert_int_equal(n.things, 1);
	assert_int_equal(n.files, 1);
	assert_int_equal(n.dirs, 2);
	assert_false(exists(TRASH "files/old") || exists(TRASH "info/old.trashinfo"));
	assert_true(exists(TRASH "files/new") && exists(TRASH "files/dateless"));
	assert_true(exists(TRASH "info/alone.trashinfo"));
}

static void test_by_size(void **state)
{
	struct trash_filter f = {.at_least = 100000};
	struct trash_emptied n;
	struct trash_sizes s;
	struct stat st;
	uint64_t bytes;

	(void)state;
	build_trash();
	assert_int_equal(empty(f, true, &n), 0);
	assert_int_equal(n.things, 1);
	assert_false(exists(TRASH "directorysizes"));
	assert_int_equal(empty(f, false, &n), 0);
	assert_int_equal(n.things, 1);
	assert_false(exists(TRASH "files/large"));
	/* What the directory takes was looked for, and is known from now on. */
	assert_int_equal(stat(tree_path(tree, TRASH "info/old.trashinfo"), &st), 0);
	trash_sizes_init(&s);
	assert_int_equal(trash_sizes_read(&trash, &s), 0);
	assert_true(trash_sizes_get(&s, "old", st.st_mtime, &bytes));
	assert_true(bytes >= 5000 && bytes < 100000);
	trash_sizes_done(&s);
	f.at_least = bytes;
	assert_int_equal(empty(f, false, &n), 0);
	assert_false(exists(TRASH "files/old"));
	assert_true(exists(TRASH "files/new"));
}

static void test_all_of_it(void **state)
{
	struct trash_filter f = {.alone_before = 1000};
	struct trash_emptied n;

	(void)state;
	build_trash();
	assert_int_equal(empty(f, false, &n), 0);
	assert_int_equal(n.things, 5);
	assert_int_equal(n.alone, 0);
	assert_true(exists(TRASH "info/alone.trashinfo"));
	f.alone_before = 1001;
	assert_int_equal(empty(f, true, &n), 0);
	assert_int_equal(n.alone, 1);
	assert_true(exists(TRASH "info/alone.trashinfo"));
	assert_int_equal(empty(f, false, &n), 0);
	assert_int_equal(n.alone, 1);
	assert_false(exists(TRASH "info/alone.trashinfo"));
	assert_int_equal(empty(f, false, &n), 0);
	assert_int_equal(n.things + n.alone + n.failed, 0);
}

static void test_cancelled_and_failing(void **state)
{
	_Atomic bool cancel = true;
	struct trash_empty e = {.trash = &trash, .options = {.cancel = &cancel}};
	struct trash_emptied n;

	(void)state;
	build_trash();
	assert_int_equal(trash_empty(&e, &n), -ECANCELED);
	assert_true(all_there());
	/* One that fails keeps its information; the others go. */
	fault_fail(FAULT_unlinkat, 1, EIO, false);
	assert_int_equal(empty((struct trash_filter){0}, false, &n), -EIO);
	assert_int_equal(n.failed, 1);
	assert_int_equal(n.things, 4);
}

static void swapped(void *ctx)
{
	(void)ctx;
	tree_move(tree, TRASH "files/large", "work/large");
	tree_add(tree, TRASH "files/large \"another\"\n");
}

/* Restored, and the name given anew, while others went: that is none of what was listed. */
static void test_what_came_later_stays(void **state)
{
	struct trash_emptied n;

	(void)state;
	build_trash();
	fault_before(FAULT_unlinkat, 1, swapped, NULL);
	assert_true(empty((struct trash_filter){.at_least = 1}, false, &n) <= 0);
	assert_true(exists("work/large"));
}

static void test_out_of_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		struct trash_emptied n;
		int rc;

		build_trash();
		nomem_arm(nth);
		rc = empty((struct trash_filter){.at_least = 1}, true, &n);
		failed = nomem_disarm();
		assert_int_equal(rc, failed ? -ENOMEM : 0);
		assert_true(all_there());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_by_age, teardown),
		cmocka_unit_test_teardown(test_by_size, teardown),
		cmocka_unit_test_teardown(test_all_of_it, teardown),
		cmocka_unit_test_teardown(test_cancelled_and_failing, teardown),
		cmocka_unit_test_teardown(test_what_came_later_stays, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_memory, memdir_setup, teardown),
	};

	(void)put_from;
	(void)identity;
	(void)is;
	(void)noon;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
