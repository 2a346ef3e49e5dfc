/* SPDX-License-Identifier: MIT */
#include "fs/dirstack.h"

#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/nomem.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"
#include "fs/stat.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

struct fixture {
	struct tree *tree;
	struct dirstack dirs;
	uint32_t evicted; /* how many times */
	int refuse;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fault_reset();
	f->tree = tree_new("a/b/c/d/\nfile\nlink -> a\nfifo|\n");
	dirstack_init(&f->dirs);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dirstack_done(&f->dirs);
	assert_int_equal(fault_open_fds(), 0);
	fault_reset();
	tree_free(f->tree);
	free(f);
	return 0;
}

static void root(struct fixture *f)
{
	assert_int_equal(dirstack_root(&f->dirs, AT_FDCWD, f->tree->path), 0);
}

static void push(struct fixture *f, const char *name)
{
	assert_int_equal(dirstack_push(&f->dirs, name, 0, NULL), 0);
}

/* The top is really the directory `rel` of the tree. */
static void assert_top(struct fixture *f, const char *rel)
{
	struct meta want, got;
	size_t len;

	assert_int_equal(stat_at(AT_FDCWD, tree_path(f->tree, rel), &want, NULL), 0);
	assert_int_equal(stat_fd(dirstack_fd(&f->dirs), &got, NULL), 0);
	assert_true(file_id_eq(want.id, got.id));
	assert_string_equal(dirstack_path(&f->dirs, &len), tree_path(f->tree, rel));
	assert_int_equal(len, strlen(tree_path(f->tree, rel)));
	assert_string_equal(dirstack_rel(&f->dirs, &len), rel);
	assert_int_equal(len, strlen(rel));
}

static void test_down_and_up(void **state)
{
	struct fixture *f = *state;

	root(f);
	assert_top(f, "");
	push(f, "a");
	push(f, "b");
	assert_top(f, "a/b");
	assert_int_equal(dirstack_pop(&f->dirs), 0);
	assert_top(f, "a");
	push(f, "b");
	push(f, "c");
	push(f, "d");
	assert_top(f, "a/b/c/d");
	for (int i = 0; i < 4; i++)
		assert_int_equal(dirstack_pop(&f->dirs), 0);
	assert_top(f, "");
	assert_int_equal(dirstack_pop(&f->dirs), 0);
	assert_int_equal(f->dirs.depth, 0);
	assert_int_equal(dirstack_fd(&f->dirs), -1);
	assert_int_equal(dirstack_pop(&f->dirs), -EINVAL);
	assert_int_equal(fault_open_fds(), 0);
}

static void test_what_is_not_a_directory(void **state)
{
	static const struct {
		const char *name;
		int err;
	} rows[] = {{"none", -ENOENT}, {"file", -ENOTDIR}, {"link", -ENOTDIR}, {"fifo", -ENOTDIR},
		    {"", -EINVAL},     {".", -EINVAL},     {"..", -EINVAL},    {"a/b", -EINVAL},
		    {"/", -EINVAL},    {"../a", -EINVAL}};
	struct fixture *f = *state;

	root(f);
	for (int strict = 1; strict >= 0; strict--) {
		f->dirs.no_openat2 = !strict;
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			assert_int_equal(dirstack_push(&f->dirs, rows[i].name, 0, NULL),
					 rows[i].err);
			assert_top(f, "");
		}
	}
	assert_int_equal(fault_open_fds(), 1);
}

static void test_root_errors(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(dirstack_push(&f->dirs, "a", 0, NULL), -EINVAL);
	assert_int_equal(dirstack_root(&f->dirs, f->tree->fd, "none"), -ENOENT);
	assert_int_equal(dirstack_root(&f->dirs, f->tree->fd, "fifo"), -ENOTDIR);
	assert_int_equal(dirstack_root(&f->dirs, f->tree->fd, "link"), 0); /* the user's own path */
	push(f, "b");
}

static void test_slash_is_a_root_like_any(void **state)
{
	struct fixture *f = *state;
	size_t len;

	assert_int_equal(dirstack_root(&f->dirs, AT_FDCWD, "/"), 0);
	push(f, "usr");
	assert_string_equal(dirstack_path(&f->dirs, &len), "/usr");
	assert_string_equal(dirstack_rel(&f->dirs, &len), "usr");
}

static int on_evict(void *ctx, uint32_t level)
{
	struct fixture *f = ctx;

	assert_int_equal(level, f->dirs.first);
	assert_true(level + 1 < f->dirs.depth);
	f->evicted++;
	return f->refuse;
}

static void test_few_descriptors(void **state)
{
	struct fixture *f = *state;

	f->dirs.max_fds = 2;
	f->dirs.evict = on_evict;
	f->dirs.ctx = f;
	root(f);
	push(f, "a");
	push(f, "b");
	push(f, "c");
	push(f, "d");
	assert_int_equal(fault_open_fds(), 2);
	assert_int_equal(f->evicted, 3);
	assert_int_equal(dirstack_pop(&f->dirs), 0);
	assert_top(f, "a/b/c");
	assert_int_equal(dirstack_pop(&f->dirs), 0);
	assert_top(f, "a/b");
	push(f, "c");
	assert_top(f, "a/b/c");
	for (int i = 0; i < 3; i++)
		assert_int_equal(dirstack_pop(&f->dirs), 0);
	assert_top(f, "");
	f->refuse = -ENOMEM;
	push(f, "a");
	assert_int_equal(dirstack_push(&f->dirs, "b", 0, NULL), -ENOMEM);
	assert_top(f, "a");
}

static void test_five_thousand_levels(void **state)
{
	struct fixture *f = *state;
	size_t len;

	tree_add(f->tree, "deep/ ^5000\n");
	root(f);
	push(f, "deep");
	for (int i = 0; i < 5000; i++) {
		push(f, "d");
		assert_true(fault_open_fds() <= (int)DIRSTACK_FDS);
	}
	assert_int_equal(dirstack_push(&f->dirs, "bottom", 0, NULL), -ENOTDIR);
	dirstack_path(&f->dirs, &len);
	assert_int_equal(len, strlen(f->tree->path) + 5 + 2 * 5000);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(dirstack_pop(&f->dirs), 0);
	assert_top(f, "deep");
}

static void test_moved_while_inside_stops(void **state)
{
	struct fixture *f = *state;
	size_t len;

	tree_add(f->tree, "elsewhere/\n");
	f->dirs.max_fds = 2;
	root(f);
	push(f, "a");
	push(f, "b");
	push(f, "c");
	tree_move(f->tree, "a/b/c", "elsewhere/c");
	/* b is still open: back to it is right, whatever happened to c. */
	assert_int_equal(dirstack_pop(&f->dirs), 0);
	assert_top(f, "a/b");
	tree_move(f->tree, "a/b", "elsewhere/b");
	assert_int_equal(dirstack_pop(&f->dirs), -ESTALE);
	assert_int_equal(dirstack_pop(&f->dirs), -ESTALE);
	assert_int_equal(dirstack_push(&f->dirs, "c", 0, NULL), -ESTALE);
	assert_string_equal(dirstack_path(&f->dirs, &len), tree_path(f->tree, "a/b"));
}

static void test_replaced_by_a_link(void **state)
{
	struct fixture *f = *state;
	struct dir_id seen;
	struct meta meta;

	root(f);
	assert_int_equal(stat_at(f->tree->fd, "a", &meta, &seen.mnt_id), 0);
	seen.file = meta.id;
	tree_move(f->tree, "a", "kept");
	tree_add(f->tree, "a -> kept\n");
	assert_int_equal(dirstack_push(&f->dirs, "a", 0, &seen), -ENOTDIR);
	f->dirs.no_openat2 = true;
	assert_int_equal(dirstack_push(&f->dirs, "a", 0, &seen), -ENOTDIR);
	tree_remove(f->tree, "a");
	tree_add(f->tree, "a/\n");
	assert_int_equal(dirstack_push(&f->dirs, "a", 0, &seen), -ESTALE);
	assert_int_equal(dirstack_push(&f->dirs, "kept", 0, &seen), 0);
	seen.mnt_id = 0;
	assert_int_equal(dirstack_pop(&f->dirs), 0);
	assert_int_equal(dirstack_push(&f->dirs, "kept", 0, &seen), 0);
}

/* ENOSYS: an old kernel; EPERM: a sandbox. Both are remembered, but not when it was the directory.
 */
static void test_without_openat2(void **state)
{
	static const int errs[] = {ENOSYS, EPERM};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(errs); i++) {
		root(f);
		fault_reset();
		fault_fail(FAULT_openat2, 1, errs[i], true);
		push(f, "a");
		push(f, "b");
		assert_top(f, "a/b");
		assert_int_equal(fault_count(FAULT_openat2), 1);
		assert_int_equal(dirstack_push(&f->dirs, "none", 0, NULL), -ENOENT);
		fault_reset();
		dirstack_done(&f->dirs);
	}
	root(f);
	fault_reset();
	fault_fail(FAULT_openat2, 1, EPERM, false);
	fault_fail(FAULT_openat, 1, EPERM, false);
	assert_int_equal(dirstack_push(&f->dirs, "a", 0, NULL), -EPERM);
	assert_false(f->dirs.no_openat2);
	dirstack_done(&f->dirs);
	fault_reset();
}

static void test_out_of_descriptors_gives_back(void **state)
{
	struct fixture *f = *state;

	f->dirs.evict = on_evict;
	f->dirs.ctx = f;
	root(f);
	push(f, "a");
	push(f, "b");
	fault_fail(FAULT_openat2, 1, EMFILE, false);
	push(f, "c");
	assert_int_equal(f->evicted, 1);
	assert_top(f, "a/b/c");
	fault_fail(FAULT_openat2, 1, EMFILE, true);
	assert_int_equal(dirstack_push(&f->dirs, "d", 0, NULL), -EMFILE);
	assert_int_equal(f->dirs.nfds, 1);
	assert_top(f, "a/b/c");
	for (int i = 0; i < 3; i++)
		assert_int_equal(dirstack_pop(&f->dirs), 0);
	assert_top(f, "");
}

/* Whatever call fails: the error comes out, nothing leaks, and the stack is what it was or lost. */
static void test_every_call_failing(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_openat2, FAULT_statx};
	struct fixture *f = *state;

	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (unsigned nth = 1; nth <= 12; nth++) {
			int r;

			fault_reset();
			fault_fail(calls[c], nth, EIO, false);
			f->dirs.max_fds = 2;
			r = dirstack_root(&f->dirs, AT_FDCWD, f->tree->path);
			for (const char *p = "abcd"; r == 0 && *p; p++)
				r = dirstack_push(&f->dirs, (char[2]){*p}, 0, NULL);
			while (r == 0 && f->dirs.depth > 0)
				r = dirstack_pop(&f->dirs);
			if (fault_count(calls[c]) >= nth)
				assert_int_equal(r, -EIO);
			else
				assert_int_equal(r, 0);
			dirstack_done(&f->dirs);
			assert_int_equal(fault_open_fds(), 0);
		}
	fault_reset();
}

/* An allocation that fails leaves the stack as it was: the same push works right after. */
static void test_out_of_memory(void **state)
{
	struct fixture *f = *state;
	bool failed = true;

	tree_add(f->tree, "deep/ ^200\n");
	for (unsigned long nth = 1; failed; nth++) {
		int r;

		nomem_arm(nth);
		r = dirstack_root(&f->dirs, f->tree->fd, "deep");
		while (r == 0 && f->dirs.depth < 200)
			r = dirstack_push(&f->dirs, "d", 0, NULL);
		failed = nomem_disarm();
		assert_int_equal(r, failed ? -ENOMEM : 0);
		if (f->dirs.depth > 0) {
			push(f, "d");
			assert_int_equal(dirstack_pop(&f->dirs), 0);
		}
		dirstack_done(&f->dirs);
		assert_int_equal(fault_open_fds(), 0);
	}
}

static void mounts(void *ctx)
{
	struct fixture *f = ctx;
	const char *at = tree_path(f->tree, "a/b/c/d");

	assert_int_equal(mount(tree_path(f->tree, "other"), at, NULL, MS_BIND, NULL), 0);
	root(f);
	push(f, "a");
	push(f, "b");
	push(f, "c");
	assert_false(dirstack_crossed(&f->dirs));
	/* The same device: only the mount id tells. */
	assert_int_equal(dirstack_push(&f->dirs, "d", DIRSTACK_XDEV, NULL), -EXDEV);
	f->dirs.no_openat2 = true;
	assert_int_equal(dirstack_push(&f->dirs, "d", DIRSTACK_XDEV, NULL), -EXDEV);
	push(f, "d");
	assert_true(dirstack_crossed(&f->dirs));
	push(f, "inside");
	assert_false(dirstack_crossed(&f->dirs));
	dirstack_done(&f->dirs);
	assert_int_equal(umount(at), 0);
	/* Back onto an ancestor: the same directory again. */
	assert_int_equal(mount(tree_path(f->tree, "a"), at, NULL, MS_BIND, NULL), 0);
	root(f);
	push(f, "a");
	push(f, "b");
	push(f, "c");
	assert_int_equal(dirstack_push(&f->dirs, "d", 0, NULL), -ELOOP);
	assert_top(f, "a/b/c");
	dirstack_done(&f->dirs);
	fault_reset();
}

static void test_mounts(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "other/inside/\n");
	as_mounter(mounts, f);
}

static void plain_user(void *ctx)
{
	struct fixture *f = ctx;

	root(f);
	push(f, "open");
	assert_int_equal(dirstack_push(&f->dirs, "closed", 0, NULL), -EACCES);
	push(f, "list");
	assert_int_equal(dirstack_push(&f->dirs, "x", 0, NULL), -EACCES);
	assert_int_equal(dirstack_pop(&f->dirs), 0);
	assert_top(f, "open");
}

static void test_as_a_plain_user(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "open/closed/x/\nopen/closed/ :0\nopen/list/x/\nopen/list/ :0444\n");
	as_user(plain_user, f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_down_and_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_not_a_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_root_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slash_is_a_root_like_any, setup, teardown),
		cmocka_unit_test_setup_teardown(test_few_descriptors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_five_thousand_levels, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moved_while_inside_stops, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replaced_by_a_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_openat2, setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_descriptors_gives_back, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_every_call_failing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mounts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_as_a_plain_user, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
