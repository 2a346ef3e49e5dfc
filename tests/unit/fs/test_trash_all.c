/* SPDX-License-Identifier: MIT */
#include "trashing.h"

#include "../../lib/as_user.h"
#include "../../lib/hang.h"
#include "../../lib/nomem.h"

#include "fs/trash_all.h"

#include <sched.h>
#include <sys/mount.h>

static struct trash_all all;
static char told[4096];

static void refused(void *ctx, const char *top, int err, const char *why)
{
	size_t len = strlen(told);

	(void)ctx;
	snprintf(told + len, sizeof(told) - len, "%s: %d %s\n", top, err, why ? why : "");
}

/* The directory plays the root of a mount. */
static struct mount mount_at(const char *path)
{
	struct mount m = {.path = (char *)(uintptr_t)path};
	struct meta meta;

	assert_int_equal(stat_follow(AT_FDCWD, path, &meta, &m.id), 0);
	return m;
}

static int open_all(struct mount *at, uint32_t n)
{
	const struct mount_list list = {at, n};

	told[0] = '\0';
	return trash_all_open(&env, &list, refused, NULL, &all);
}

/* "KIND path" of each. */
static void expect_all(const char *const *rows, size_t n)
{
	assert_int_equal(all.n, n);
	for (size_t i = 0; i < n; i++) {
		char line[4096];

		snprintf(line, sizeof(line), "%d %s", all.at[i].kind,
			 all.at[i].path.buf + strlen(tree->path) + 1);
		assert_string_equal(line, rows[i]);
	}
	trash_all_done(&all);
}

static void make_trash(const char *rel)
{
	char text[512];

	snprintf(text, sizeof(text), "%s/files/\n%s/info/\n", rel, rel);
	tree_add(tree, text);
}

static void test_each_once(void **state)
{
	char own[64], shared[64], row1[80], row2[80];
	struct mount mounts[4];

	(void)state;
	build("one/\ntwo/.Trash/ :01777\nthree/\n");
	snprintf(own, sizeof(own), "one/.Trash-%u", geteuid());
	snprintf(shared, sizeof(shared), "two/.Trash/%u", geteuid());
	make_trash("home/.local/share/Trash");
	make_trash(own);
	make_trash(shared);
	mounts[0] = mount_at(tree_path(tree, "one"));
	mounts[1] = mount_at(tree_path(tree, "two"));
	mounts[2] = mount_at(tree_path(tree, "three"));
	mounts[3] = mount_at(tree_path(tree, "one")); /* bound to another place */
	assert_int_equal(open_all(mounts, 4), 0);
	snprintf(row1, sizeof(row1), "%d %s", TRASH_OWN, own);
	snprintf(row2, sizeof(row2), "%d %s", TRASH_SHARED, shared);
	expect_all((const char *const[]){"0 home/.local/share/Trash", row1, row2}, 3);
	assert_string_equal(told, "");
	/* A server is asked beside the others, and file systems of the kernel are not. */
	mounts[0].network = true;
	mounts[1].kernel = true;
	assert_int_equal(open_all(mounts, 2), 0);
	expect_all((const char *const[]){"0 home/.local/share/Trash", row1}, 2);
}

static void test_nothing_is_made(void **state)
{
	struct mount mounts[2];

	(void)state;
	build("one/\n");
	mounts[0] = mount_at(tree_path(tree, "one"));
	mounts[1] = mounts[0];
	mounts[1].path = (char *)(uintptr_t)tree_path(tree, "none");
	assert_int_equal(open_all(mounts, 2), 0);
	expect_all(NULL, 0);
	assert_false(exists("home/.local"));
	assert_string_equal(told, "");
}

static void test_what_is_not_to_be_used_is_told(void **state)
{
	char shared[64];
	struct mount m;

	(void)state;
	build("one/.Trash/ :0777\n");
	snprintf(shared, sizeof(shared), "one/.Trash/%u", geteuid());
	make_trash(shared);
	m = mount_at(tree_path(tree, "one"));
	assert_int_equal(open_all(&m, 1), 0);
	expect_all(NULL, 0);
	assert_non_null(strstr(told, "/one: -1 "));
}

static void test_no_memory(void **state)
{
	struct mount mounts[2];
	char own[64];

	(void)state;
	build("one/\ntwo/\n");
	snprintf(own, sizeof(own), "one/.Trash-%u", geteuid());
	make_trash(own);
	make_trash("home/.local/share/Trash");
	mounts[0] = mount_at(tree_path(tree, "one"));
	mounts[1] = mount_at(tree_path(tree, "two"));
	for (unsigned long n = 1;; n++) {
		int r;

		nomem_arm(n);
		r = open_all(mounts, 2);
		if (!nomem_disarm()) {
			assert_int_equal(r, 0);
			trash_all_done(&all);
			break;
		}
		assert_int_equal(r, -ENOMEM);
		assert_int_equal(all.n, 0);
		assert_int_equal(fault_open_fds(), 0);
	}
}

/* A server that does not answer costs some seconds, and is named. */
static void test_server_that_does_not_answer(void **state)
{
	struct hang *h;
	struct mount m;
	char line[4200];

	(void)state;
	build("");
	h = hang_new();
	make_trash("home/.local/share/Trash");
	m = mount_at(hang_path(h));
	m.network = true;
	hang_stop(h);
	assert_int_equal(open_all(&m, 1), 0);
	hang_go(h);
	snprintf(line, sizeof(line), "%s: %d it does not answer, and is left out\n", hang_path(h),
		 -ETIMEDOUT);
	assert_string_equal(told, line);
	expect_all((const char *const[]){"0 home/.local/share/Trash"}, 1);
	hang_free(h);
	/* Who was waited for no longer lets go when the server is gone: soon, or this runs out of
	 * time. */
	while (fault_open_fds() > 0)
		sched_yield();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_server_that_does_not_answer, teardown),
		cmocka_unit_test_teardown(test_each_once, teardown),
		cmocka_unit_test_teardown(test_nothing_is_made, teardown),
		cmocka_unit_test_teardown(test_what_is_not_to_be_used_is_told, teardown),
		cmocka_unit_test_teardown(test_no_memory, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
