/* SPDX-License-Identifier: MIT
 *
 * Scans of a tree that others change meanwhile.
 */
#include "fs/scan.h"

#include "../../lib/fault.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"
#include "scanned.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void unlink_it(void *ctx)
{
	struct tree *t = ctx;

	assert_int_equal(unlinkat(t->fd, "a/x", 0), 0);
}

static void remove_dir(void *ctx)
{
	struct tree *t = ctx;

	assert_int_equal(unlinkat(t->fd, "a", AT_REMOVEDIR), 0);
}

static void test_vanishing(void **state)
{
	struct tree *t = *state;
	struct scan_progress p;
	struct scan *s;

	tree_add(t, "a/x 5\n");
	/* The root, a, then x. */
	fault_before(FAULT_statx, 4, unlink_it, t);
	s = scanned(t->path, &(struct scan_options){.threads = 1});
	expect(s, "a/ 0\n");
	scan_progress(s, &p);
	assert_int_equal(p.vanished, 1);
	scan_free(s, 0);
	fault_reset();
	fault_before(FAULT_openat2, 2, remove_dir, t);
	s = scanned(t->path, &(struct scan_options){.threads = 1});
	expect(s, "a/ 0 gone\n");
	assert_int_equal(sizetree_dir_total(scan_tree(s), 0).items, 0);
	scan_free(s, 0);
}

/* What is moved while the scan runs is counted where it was seen first, and told at the second
 * place. */
static void move_it(void *ctx)
{
	struct tree *t = ctx;

	assert_int_equal(renameat(t->fd, "a/moved", t->fd, "b/moved"), 0);
}

static void test_moving_directory(void **state)
{
	struct tree *t = *state;
	struct scan_progress p;
	struct scan *s;
	unsigned seen = 0;

	for (unsigned nth = 1; nth <= 6; nth++) {
		struct tree *one = tree_new("a/moved/f 1000\nb/g 10\n");

		fault_reset();
		fault_before(FAULT_getdents, nth, move_it, one);
		s = scanned(one->path, &(struct scan_options){.threads = 1});
		scan_progress(s, &p);
		assert_true(sizetree_dir_total(scan_tree(s), 0).size <= 1010 + 4 * 65536);
		struct str lines = STR_INIT;
		dump_dir(scan_tree(s), 0, &lines);
		unsigned times = 0;
		for (const char *at = lines.buf; (at = strstr(at, "moved/f 1000")); at++)
			times++;
		assert_true(times <= 1);
		seen += times;
		str_done(&lines);
		scan_free(s, 0);
		tree_free(one);
	}
	assert_true(seen > 0);
	(void)t;
}

/* A file that is moved, whenever that is, is not counted at two places. */
static void test_moving_file(void **state)
{
	unsigned gone = 0;

	(void)state;
	for (unsigned nth = 1; nth <= 8; nth++) {
		struct tree *one = tree_new("a/moved 100000\nb/g 10\na/h 100000 @5\n");
		struct scan_progress p;
		struct scan *s;

		fault_reset();
		fault_before(FAULT_getdents, nth, move_it, one);
		s = scanned(one->path, &(struct scan_options){.threads = 1});
		scan_progress(s, &p);
		gone += p.vanished > 0;
		look_slowly(one->path);
		/* Missed it may be, when it went from what was not read yet to what had been. */
		assert_true(sizetree_dir_total(scan_tree(s), 0).size <= add_slowly("").size);
		assert_true(sizetree_dir_total(scan_tree(s), 0).items <= add_slowly("").items);
		forget();
		scan_free(s, 0);
		tree_free(one);
	}
	assert_true(gone > 0);
}

static void link_it(void *ctx)
{
	struct tree *t = ctx;

	assert_int_equal(linkat(t->fd, "a/moved", t->fd, "b/other", 0), 0);
}

/* A file that gets a second link meanwhile is one file still. */
static void test_linking(void **state)
{
	unsigned linked = 0;

	(void)state;
	for (unsigned nth = 1; nth <= 8; nth++) {
		struct tree *one = tree_new("a/moved 100000\nb/g 10\n");
		struct links_sum links;
		struct scan *s;

		fault_reset();
		fault_before(FAULT_getdents, nth, link_it, one);
		s = scanned(one->path, &(struct scan_options){.threads = 1});
		assert_int_equal(scan_result(s, &links), 0);
		linked += links.links == 2;
		look_slowly(one->path);
		assert_true(sizetree_dir_total(scan_tree(s), 0).size <= add_slowly("").size);
		forget();
		scan_free(s, 0);
		tree_free(one);
	}
	assert_true(linked > 0);
}

/* Changes their ctime: as if they had been written since the scan began. */
static void touch_all(void *ctx)
{
	struct tree *t = ctx;

	assert_int_equal(fchmodat(t->fd, "a/new/x", 0600, 0), 0);
	assert_int_equal(fchmodat(t->fd, "a/new/y", 0600, 0), 0);
	assert_int_equal(fchmodat(t->fd, "a/new/z", 0600, 0), 0);
}

static void move_dir(void *ctx)
{
	struct tree *t = ctx;

	assert_int_equal(renameat(t->fd, "a/new", t->fd, "b/name"), 0);
}

/* Files that look alike in a directory that is moved once it was read: they count where they were
 * met. */
static void test_moving_alike(void **state)
{
	(void)state;
	for (unsigned nth = 1; nth <= 16; nth++) {
		struct tree *one =
			tree_new("a/new/x 5000 @9\na/new/y 5000 @9\na/new/z 5000 @9\nb/g 10\n"
				 "c/1\nd/1\ne/1\nf/1\n");
		struct sizetree_total total;
		struct scan_progress p;
		struct scan *s;

		fault_reset();
		fault_before(FAULT_openat2, 1, touch_all, one);
		fault_before(FAULT_getdents, nth, move_dir, one);
		s = scanned(one->path, &(struct scan_options){.threads = 1});
		total = sizetree_dir_total(scan_tree(s), 0);
		/* At most the directory itself was met at a place where it is no more. */
		scan_progress(s, &p);
		assert_true(p.vanished <= 1);
		assert_true(total.items <= 12 || (total.items == 15 && total.size >= 15000));
		scan_free(s, 0);
		tree_free(one);
	}
}

/* Moves files and directories about until it is killed. */
static void shuffle(const struct tree *t)
{
	uint64_t x = 88172645463325252u;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		char from[64], to[64], letter;
		unsigned what, a, b;

		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		what = (unsigned)(x >> 20) % 200;
		a = (unsigned)(x >> 30) % 20;
		b = (unsigned)(x >> 40) % 20;
		letter = what < 20 ? 's' : 'f';
		snprintf(from, sizeof(from), "d%u/%c%u", a, letter, what);
		snprintf(to, sizeof(to), "d%u/%c%u", b, letter, what);
		(void)renameat2(t->fd, from, t->fd, to, RENAME_NOREPLACE);
	}
}

/* A tree that another program changes all the time: nothing counts twice. */
static void test_changing(void **state)
{
	struct tree *t = *state;
	struct str text = STR_INIT;
	struct sizetree_total total, found = {0};
	bool more = false;
	pid_t pid;

	for (int d = 0; d < 20; d++)
		str_addf(&text, "d%d/s%d/x 300\n", d, d);
	for (int f = 20; f < 200; f++)
		str_addf(&text, "d%d/f%d %d\n", f % 20, f, 1000 + f);
	tree_add(t, text.buf);
	str_done(&text);
	look_slowly(t->path);
	total = add_slowly("");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		shuffle(t);
	for (int i = 0; i < 40 && !more; i++) {
		struct scan *s = scanned(t->path, &(struct scan_options){.threads = 1 + i % 4});

		found = sizetree_dir_total(scan_tree(s), 0);
		/* Lengths of directories change as names come and go. */
		more = found.items > total.items || found.size > total.size + 40 * 4096;
		scan_free(s, 0);
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	if (more)
		fail_msg("%llu entries, %llu bytes; there are %llu, %llu",
			 (unsigned long long)found.items, (unsigned long long)found.size,
			 (unsigned long long)total.items, (unsigned long long)total.size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_vanishing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moving_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moving_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_linking, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moving_alike, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
