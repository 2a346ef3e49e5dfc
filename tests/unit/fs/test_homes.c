/* SPDX-License-Identifier: MIT
 *
 * Homes that are written in ways nobody writes them: what comes out leads where the kernel goes.
 */
#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/nomem.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include "base/str.h"
#include "fs/homes.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tree *tree;
static char root[4096];

static int setup(void **state)
{
	(void)state;
	tree = tree_new("a/b/\nelsewhere/deep/in/\nelsewhere/a/\nlink -> elsewhere/deep\nfile\n");
	/* The kernel tells paths without links, and TMPDIR may be one. */
	assert_non_null(realpath(tree->path, root));
	fault_reset();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fault_reset();
	tree_free(tree);
	return 0;
}

static const char *below(const char *rel)
{
	static char paths[4][8192];
	static unsigned n;
	char *path = paths[n++ % 4];

	snprintf(path, sizeof(paths[0]), "%s%s", root, rel);
	return path;
}

static void becomes(const char *rel, const char *expected)
{
	struct str out = STR_INIT;

	assert_int_equal(homes_path(below(rel), &out), 0);
	assert_string_equal(out.buf, below(expected));
	str_done(&out);
}

static void is_refused(const char *path, int err)
{
	struct str out = STR_INIT;

	assert_int_equal(homes_path(path, &out), -err);
	str_done(&out);
}

static void test_by_the_text(void **state)
{
	(void)state;
	becomes("/a", "/a");
	becomes("/a/", "/a");
	becomes("//a//./b/.", "/a/b");
	becomes("/none/at/all", "/none/at/all");
	becomes("/a/..b/...", "/a/..b/...");
	/* Links stay as they are written. */
	becomes("/link/in/", "/link/in");
	assert_int_equal(fault_count(FAULT_openat), 0);
}

static void test_by_the_kernel(void **state)
{
	(void)state;
	becomes("/a/../a/b", "/a/b");
	becomes("/a/b/..", "/a");
	becomes("/a/b/../../new/home/", "/new/home");
	/* By the text it would be another one. */
	becomes("/link/../a", "/elsewhere/a");
	becomes("/link/in/../../a/.", "/elsewhere/a");
	becomes("/a/../link/in", "/link/in");
	for (unsigned up = 0; up < 2; up++) {
		struct str out = STR_INIT;

		assert_int_equal(homes_path(up ? "/../../.." : "/..", &out), 0);
		assert_string_equal(out.buf, "/");
		str_done(&out);
	}
}

static void test_leads_nowhere(void **state)
{
	(void)state;
	is_refused("", EINVAL);
	is_refused("a/b", EINVAL);
	is_refused("../a", EINVAL);
	is_refused("~", EINVAL);
	is_refused(below("/none/../a"), ENOENT);
	is_refused(below("/file/../a"), ENOTDIR);
}

/* Without /proc what is right by the text does; what is not is refused. */
static void test_without_proc(void **state)
{
	(void)state;
	fault_fail(FAULT_readlinkat, 1, ENOENT, true);
	becomes("/a/../a/b", "/a/b");
	is_refused(below("/link/../a"), ENOENT);
	fault_reset();
	/* What the kernel says is looked at, too: the directory was removed, say. */
	fault_answer(FAULT_readlinkat, "/", 1);
	becomes("/a/../a/b", "/a/b");
}

static void closed(void *ctx)
{
	(void)ctx;
	becomes("/elsewhere/../a", "/a");
	is_refused(below("/a/../a"), EACCES);
}

static void test_that_may_not_be_entered(void **state)
{
	(void)state;
	assert_int_equal(chmod(below("/a"), 0), 0);
	assert_int_equal(chmod(root, 0755), 0);
	as_user(closed, NULL);
	assert_int_equal(chmod(below("/a"), 0700), 0);
}

/* What comes out shows nothing of the way. */
static void test_root_goes_by_no_link_of_others(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: needs root\n");
		skip();
	}
	assert_int_equal(lchown(below("/link"), 65534, 65534), 0);
	is_refused(below("/link/../a"), EPERM);
	becomes("/a/../a", "/a");
}

static void test_environment(void **state)
{
	(void)state;
	assert_int_equal(setenv("HOME", below("/a/../a/"), 1), 0);
	assert_int_equal(setenv("XDG_DATA_HOME", below("/link/../a"), 1), 0);
	assert_int_equal(setenv("XDG_CONFIG_HOME", "relative", 1), 0);
	assert_int_equal(unsetenv("XDG_STATE_HOME"), 0);
	assert_null(homes_get("HOME"));
	assert_int_equal(homes_settle(), 0);
	assert_string_equal(homes_get("HOME"), below("/a"));
	assert_string_equal(homes_get("XDG_DATA_HOME"), below("/elsewhere/a"));
	assert_null(homes_get("XDG_CONFIG_HOME"));
	assert_null(homes_get("XDG_STATE_HOME"));
	assert_null(getenv("XDG_STATE_HOME"));
	assert_null(homes_wrong());
	assert_non_null(strstr(homes_missing(), "neither HOME nor"));
}

static void test_what_is_wrong(void **state)
{
	(void)state;
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	assert_null(homes_wrong());
	setenv("HOME", "", 1);
	assert_int_equal(homes_settle(), 0);
	assert_null(homes_wrong());
	setenv("HOME", "here", 1);
	assert_int_equal(homes_settle(), 0);
	assert_non_null(strstr(homes_wrong(), "begins with /"));
	assert_ptr_equal(homes_missing(), homes_wrong());
	/* Nothing is asked of it then. */
	setenv("XDG_DATA_HOME", below("/a"), 1);
	assert_non_null(homes_wrong());
	setenv("XDG_STATE_HOME", below("/a"), 1);
	assert_null(homes_wrong());
	setenv("XDG_STATE_HOME", below("/none/../a"), 1);
	assert_int_equal(homes_settle(), 0);
	assert_string_equal(getenv("XDG_STATE_HOME"), below("/none/../a"));
	assert_null(homes_get("XDG_STATE_HOME"));
	assert_non_null(strstr(homes_wrong(), "XDG_STATE_HOME leads"));
}

static void test_out_of_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long n = 1; failed; n++) {
		struct str out = STR_INIT;
		int rc;

		nomem_arm(n);
		rc = homes_path(below("/a/../a/b"), &out);
		failed = nomem_disarm();
		assert_int_equal(rc, failed ? -ENOMEM : 0);
		str_done(&out);
		assert_int_equal(fault_open_fds(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_by_the_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_by_the_kernel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leads_nowhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_proc, setup, teardown),
		cmocka_unit_test_setup_teardown(test_that_may_not_be_entered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_root_goes_by_no_link_of_others, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_environment, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_wrong, setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
