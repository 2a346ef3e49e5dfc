/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/fault.h"
#include "../../lib/memdir.h"
#include "../../lib/nomem.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/safe_delete.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/unlinks.h"

#define MANY 5000u

static struct tree *tree;
static struct delete_counts counts;
static struct delete_failure last;
static unsigned told, progressed;
static bool go_on;

static int setup(void **state)
{
	(void)state;
	memdir_setup(state);
	tree = tree_new("canary/file \"kept\"\nt/ *5000\nt/dir/ *5000\nt/link -> ../canary\n");
	told = progressed = 0;
	go_on = true;
	fault_reset();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fault_reset();
	tree_free(tree);
	memdir_end();
	return 0;
}

static bool note(void *ctx, const struct delete_failure *f)
{
	(void)ctx;
	last = *f;
	told++;
	return go_on;
}

static void progress(void *ctx, const struct delete_counts *n)
{
	(void)ctx;
	/* Never more than there was, and never less than before. */
	assert_true(n->files <= 2 * MANY + 1);
	progressed++;
}

static int delete_it(const _Atomic bool *cancel)
{
	const struct delete_options o = {.failed = note, .progress = progress, .cancel = cancel};
	struct meta meta;
	struct identity id;

	assert_int_equal(stat_at(tree->fd, "t", &meta, NULL), 0);
	id = identity_of(&meta);
	return safe_delete(tree->fd, "t", &id, "t", &o, &counts);
}

/* What is in the directory and is none itself. */
static unsigned left_in(const char *rel)
{
	struct scandir s;
	struct scan_entry e;
	unsigned n = 0;
	int rc = scandir_open(&s, tree->fd, rel, false);

	if (rc == -ENOENT)
		return 0;
	assert_int_equal(rc, 0);
	while ((rc = scandir_next(&s, &e)) > 0)
		n += e.type != ENTRY_DIR;
	assert_int_equal(rc, 0);
	scandir_done(&s);
	return n;
}

/* What is counted is what is gone, and nothing beside the tree went. */
static void counted_is_gone(void)
{
	assert_int_equal(counts.files + left_in("t") + left_in("t/dir"), 2 * MANY + 1);
	assert_int_equal(left_in("canary"), 1);
	assert_true(progressed > 0);
}

static void all_of_many_go(void **state)
{
	(void)state;
	assert_int_equal(delete_it(NULL), 0);
	assert_int_equal(counts.files, 2 * MANY + 1);
	assert_int_equal(counts.dirs, 2);
	assert_int_equal(told, 0);
	counted_is_gone();
	assert_true(progressed > 5);
	assert_int_equal(fault_count(FAULT_unlinkat), 2 * MANY + 3);
}

/* The rest goes one by one, each failure is told once. */
static void one_of_many_fails(void **state)
{
	(void)state;
	for (unsigned nth = 1; nth < 2 * MANY; nth += 1234) {
		setup(NULL);
		fault_fail(FAULT_unlinkat, nth, EIO, false);
		assert_int_equal(delete_it(NULL), -EIO);
		assert_int_equal(told, 1);
		assert_int_equal(last.err, -EIO);
		assert_int_equal(counts.files, 2 * MANY);
		assert_int_equal(left_in("t") + left_in("t/dir"), 1);
		counted_is_gone();
		tree_free(tree);
	}
	setup(NULL);
}

static void all_of_many_fail(void **state)
{
	(void)state;
	fault_fail(FAULT_unlinkat, 1, EROFS, true);
	assert_int_equal(delete_it(NULL), -EROFS);
	assert_int_equal(told, 2 * MANY + 1);
	assert_int_equal(counts.files, 0);
	counted_is_gone();
}

/* It stops where it was told to, but for what the other thread is at. */
static void stopped_at_the_first_failure(void **state)
{
	(void)state;
	go_on = false;
	fault_fail(FAULT_unlinkat, 100, EIO, true);
	assert_int_equal(delete_it(NULL), -EIO);
	assert_int_equal(told, 1);
	assert_int_equal(counts.files, 99);
	counted_is_gone();
}

static void cancel_it(void *ctx)
{
	atomic_store((_Atomic bool *)ctx, true);
}

static void cancelled_on_the_way(void **state)
{
	(void)state;
	for (unsigned nth = 1; nth < 2 * MANY; nth += 987) {
		_Atomic bool cancel = false;

		setup(NULL);
		fault_before(FAULT_unlinkat, nth, cancel_it, &cancel);
		assert_int_equal(delete_it(&cancel), -ECANCELED);
		/* And what the other thread was at. */
		assert_true(counts.files >= nth - 1);
		counted_is_gone();
		tree_free(tree);
	}
	setup(NULL);
}

/* What somebody else removes meanwhile is gone, and not counted. */
static void remove_some(void *ctx)
{
	unsigned *n = ctx;

	for (unsigned i = 0; i < MANY; i += 2) {
		char name[32];

		snprintf(name, sizeof(name), "t/f%07u", i);
		*n += unlinkat(tree->fd, name, 0) == 0;
	}
}

static void others_remove_too(void **state)
{
	unsigned by_others = 0;

	(void)state;
	fault_before(FAULT_unlinkat, 50, remove_some, &by_others);
	assert_int_equal(delete_it(NULL), 0);
	assert_int_equal(told, 0);
	assert_true(by_others > 0);
	assert_int_equal(counts.files + by_others, 2 * MANY + 1);
}

/* A directory that a moment ago was a file waits for its turn. */
static void make_a_dir(void *ctx)
{
	(void)ctx;
	assert_int_equal(unlinkat(tree->fd, "t/link", 0), 0);
	assert_int_equal(mkdirat(tree->fd, "t/link", 0700), 0);
	tree_add(tree, "t/link/in\n");
}

static void a_file_becomes_a_directory(void **state)
{
	(void)state;
	fault_before(FAULT_unlinkat, 1, make_a_dir, NULL);
	assert_int_equal(delete_it(NULL), 0);
	assert_int_equal(counts.dirs, 3);
	assert_int_equal(left_in("t"), 0);
}

static void without_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		int rc;

		nomem_arm(nth);
		rc = delete_it(NULL);
		failed = nomem_disarm();
		if (rc == 0)
			break; /* without a second thread, perhaps */
		assert_true(failed);
		assert_int_equal(rc, -ENOMEM);
	}
	assert_int_equal(left_in("t"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_of_many_go, setup, teardown),
		cmocka_unit_test_setup_teardown(one_of_many_fails, NULL, teardown),
		cmocka_unit_test_setup_teardown(all_of_many_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(stopped_at_the_first_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(cancelled_on_the_way, NULL, teardown),
		cmocka_unit_test_setup_teardown(others_remove_too, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_becomes_a_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(without_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
