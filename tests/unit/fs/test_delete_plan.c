/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/nomem.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/delete_plan.h"
#include "fs/stat.h"

static struct tree *tree;
static char told[2048];
static struct delete_plan *plan;

static void note(void *ctx, const struct delete_failure *f)
{
	size_t len = strlen(told);

	(void)ctx;
	assert_int_equal(strlen(f->path), f->len);
	snprintf(told + len, sizeof(told) - len, "%s: %d%s%s\n", f->path, -f->err,
		 f->why ? " " : "", f->why ? f->why : "");
}

static void grows(void *ctx, const struct plan_counts *counts)
{
	uint64_t *last = ctx;

	assert_true(counts->files + counts->dirs >= *last);
	*last = counts->files + counts->dirs;
}

static void begin(const char *text, const struct guards *g, const _Atomic bool *cancel)
{
	static uint64_t last;
	const struct plan_options o = {.guards = g,
				       .cancel = cancel,
				       .failed = note,
				       .progress = grows,
				       .ctx = &last,
				       .rights = true};

	last = 0;
	told[0] = '\0';
	delete_plan_free(plan);
	plan = NULL;
	if (text) {
		tree_free(tree);
		tree = tree_new(text);
	}
	fault_reset();
	assert_int_equal(delete_plan_new(&o, &plan), 0);
}

static int teardown(void **state)
{
	int left = fault_open_fds();

	(void)state;
	delete_plan_free(plan);
	plan = NULL;
	fault_reset();
	tree_free(tree);
	tree = NULL;
	return left;
}

static int add(const char *name)
{
	return delete_plan_add(plan, tree->fd, name, NULL, name);
}

static uint64_t disk(const char *rel)
{
	struct stat st;

	assert_int_equal(lstat(tree_path(tree, rel), &st), 0);
	return (uint64_t)st.st_blocks * 512;
}

static void test_counts(void **state)
{
	const struct plan_counts *n;

	(void)state;
	begin("t/a/one 5000\nt/b/two 100\nt/link -> /etc\nt/hole ~1G\nt/fifo|\nfile 10\ntodir -> "
	      "t\n",
	      NULL, NULL);
	assert_int_equal(add("t"), 0);
	n = delete_plan_counts(plan);
	assert_int_equal(n->files, 5);
	assert_int_equal(n->dirs, 3);
	assert_int_equal(n->freed, disk("t") + disk("t/a") + disk("t/b") + disk("t/a/one") +
					   disk("t/b/two") + disk("t/link") + disk("t/hole"));
	assert_int_equal(n->apparent, 5000 + 100 + 4 + (1u << 30));
	assert_int_equal(add("file"), 0);
	assert_int_equal(add("todir"), 0);
	assert_int_equal(n->files, 7);
	assert_int_equal(n->dirs, 3);
	assert_int_equal(n->held + n->kept, 0);
	assert_int_equal(add("none"), -ENOENT);
	assert_int_equal(add("t/a"), -EINVAL);
	assert_string_equal(told, "");
}

/* Freed with the last link, in whichever thing of the plan that is. */
static void test_hard_links(void **state)
{
	const struct plan_counts *n;
	uint64_t size, dirs;

	(void)state;
	begin("t/one 9000\nt/two => t/one\nu/three => t/one\nout => t/one\nv/x 9000\nv/y => v/x\n",
	      NULL, NULL);
	size = disk("t/one");
	dirs = disk("t");
	n = delete_plan_counts(plan);
	assert_int_equal(add("t"), 0);
	assert_int_equal(n->files, 2);
	assert_int_equal(n->freed, dirs);
	assert_int_equal(n->held, size);
	assert_int_equal(n->held_files, 1);
	assert_int_equal(n->apparent, 9000);
	assert_int_equal(add("v"), 0);
	assert_int_equal(n->freed, 2 * dirs + size);
	assert_int_equal(add("u"), 0);
	assert_int_equal(n->held, size);
	assert_int_equal(add("out"), 0);
	assert_int_equal(n->freed, 3 * dirs + 2 * size);
	assert_int_equal(n->held + n->held_files, 0);
	assert_int_equal(n->apparent, 18000);
}

static void test_guards(void **state)
{
	const struct plan_counts *n;
	struct guards *g;
	struct meta meta;

	(void)state;
	assert_int_equal(guards_new(&g), 0);
	begin("t/a/home/mine\nt/b/x\n", g, NULL);
	assert_int_equal(stat_at(tree->fd, "t/a/home", &meta, NULL), 0);
	assert_int_equal(guards_add(g, meta.id, "it is home"), 0);
	assert_int_equal(add("t"), 0);
	assert_string_equal(told, "t/a/home: 1 it is home\n");
	n = delete_plan_counts(plan);
	assert_int_equal(n->kept, 1);
	assert_int_equal(n->files, 1);
	assert_int_equal(stat_at(tree->fd, "t", &meta, NULL), 0);
	assert_int_equal(guards_add(g, meta.id, "home is in it"), 0);
	told[0] = '\0';
	assert_int_equal(add("t"), -EPERM);
	assert_string_equal(told, "t: 1 home is in it\n");
	assert_int_equal(n->files, 1);
	guards_free(g);
}

static void test_confirmed_and_cancelled(void **state)
{
	_Atomic bool cancel = true;
	struct identity id;
	struct meta meta;

	(void)state;
	begin("t/a/x\n", NULL, &cancel);
	assert_int_equal(stat_at(tree->fd, "t/a", &meta, NULL), 0);
	id = identity_of(&meta);
	assert_int_equal(delete_plan_add(plan, tree->fd, "t", &id, "t"), -ESTALE);
	assert_int_equal(add("t"), -ECANCELED);
}

static void unread(void *ctx)
{
	(void)ctx;
	assert_int_equal(add("t"), 0);
	assert_string_equal(told, "t/closed: 13\n");
	assert_int_equal(add("closed"), 0);
	assert_string_equal(told, "t/closed: 13\nclosed: 13\n");
}

static void test_without_rights(void **state)
{
	(void)state;
	begin("t/closed/x\nt/closed/ :0\nt/file\nt/ :0777\nclosed/x\nclosed/ :0\n", NULL, NULL);
	assert_int_equal(chmod(tree->path, 0755), 0);
	as_user(unread, NULL);
}

static void below(void *ctx)
{
	const struct plan_counts *n;

	/* Who it is done by is read when it is begun. */
	begin(NULL, NULL, NULL);
	n = delete_plan_counts(plan);
	assert_int_equal(add("t"), 0);
	assert_non_null(
		strstr(told, "t/fixed/dir: 13 you may not change the directory it is in\n"));
	assert_non_null(
		strstr(told, "t/fixed/file: 13 you may not change the directory it is in\n"));
	assert_null(strstr(told, "t/fixed/dir/"));
	assert_null(strstr(told, "t/free"));
	/* Root made a directory that is everybody's, but for what is in it. */
	assert_int_equal(ctx != NULL, strstr(told, "t/sticky/theirs: 1 the directory it is in is "
						   "sticky, and neither is yours\n") != NULL);
	assert_null(strstr(told, "mine"));
	assert_int_equal(n->kept, ctx ? 3 : 2);
	assert_int_equal(n->files, ctx ? 3 : 2);
	/* What they are in stays too. */
	assert_int_equal(n->dirs, 1);
	assert_int_equal(n->apparent, ctx ? 3107 : 3100);
}

/* What there are no rights for stays and is not counted as going; what is in it may go. */
static void test_rights_below(void **state)
{
	static const char *const ours[] = {"t", "t/fixed", "t/fixed/dir", "t/free",
					   "t/sticky/mine"};

	(void)state;
	begin("t/fixed/file 5000\nt/fixed/dir/in 3000\nt/fixed/ :0555\nt/free/x 100\n", NULL, NULL);
	if (geteuid() == 0) {
		tree_add(tree, "t/sticky/theirs 10\nt/sticky/mine 7\nt/sticky/ :01777\n");
		for (size_t i = 0; i < ARRAY_LEN(ours); i++)
			assert_int_equal(chown(tree_path(tree, ours[i]), 65534, 65534), 0);
		assert_int_equal(chmod(tree->path, 0755), 0);
	}
	as_user(below, geteuid() == 0 ? tree : NULL);
}

static void mounts(void *ctx)
{
	(void)ctx;
	assert_int_equal(
		mount(tree_path(tree, "other"), tree_path(tree, "t/a"), NULL, MS_BIND, NULL), 0);
	assert_int_equal(dup2(open(tree->path, O_RDONLY | O_DIRECTORY), tree->fd), tree->fd);
	assert_int_equal(add("t"), 0);
	assert_string_equal(told, "t/a: 18 it is another file system\n");
	assert_int_equal(delete_plan_counts(plan)->files, 1);
	told[0] = '\0';
	assert_int_equal(mount("none", tree_path(tree, "t"), "tmpfs", 0, NULL), 0);
	assert_int_equal(add("t"), -EBUSY);
	assert_string_equal(told, "t: 16 a file system is mounted there\n");
}

static void test_mounts(void **state)
{
	(void)state;
	begin("t/a/\nt/x\nother/y\n", NULL, NULL);
	as_mounter(mounts, NULL);
}

static void test_every_call_failing(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_openat2, FAULT_statx,
						FAULT_getdents};

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (unsigned nth = 1;; nth++) {
			int rc;

			begin(nth == 1 ? "t/a/b/x\nt/y\n" : NULL, NULL, NULL);
			fault_fail(calls[c], nth, EIO, false);
			rc = add("t");
			assert_int_equal(fault_open_fds(), 0);
			if (fault_count(calls[c]) < nth) {
				assert_int_equal(rc, 0);
				assert_string_equal(told, "");
				break;
			}
			/* Told, or done in another way. */
			if (rc == 0 && !strstr(told, ": 5\n"))
				assert_int_equal(delete_plan_counts(plan)->dirs +
							 delete_plan_counts(plan)->files,
						 5);
			else
				assert_true(rc == -EIO || rc == 0);
		}
}

static void test_out_of_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		int rc;

		begin(nth == 1 ? "t/a/x\nt/b => t/a/x\nt/closed/\n" : NULL, NULL, NULL);
		nomem_arm(nth);
		rc = add("t");
		failed = nomem_disarm();
		assert_int_equal(rc, failed ? -ENOMEM : 0);
		assert_int_equal(fault_open_fds(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_counts, teardown),
		cmocka_unit_test_teardown(test_hard_links, teardown),
		cmocka_unit_test_teardown(test_guards, teardown),
		cmocka_unit_test_teardown(test_confirmed_and_cancelled, teardown),
		cmocka_unit_test_teardown(test_without_rights, teardown),
		cmocka_unit_test_teardown(test_rights_below, teardown),
		cmocka_unit_test_teardown(test_mounts, teardown),
		cmocka_unit_test_teardown(test_every_call_failing, teardown),
		cmocka_unit_test_teardown(test_out_of_memory, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
