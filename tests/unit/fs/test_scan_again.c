/* SPDX-License-Identifier: MIT
 *
 * Directories of a tree scanned again, against a scan of everything anew.
 */
#include "fs/scan.h"

#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"
#include "scanned.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct scan_options plain = {.threads = 2, .keep = true};

/* ---- a tree as text ---- */

static void describe(const struct sizetree *t, uint32_t dir, bool shared, struct str *lines)
{
	const struct sizetree_dir *d = sizetree_dir(t, dir);
	struct sizetree_total total = sizetree_dir_total(t, dir);

	assert_int_equal(scan_path(t, dir, lines), 0);
	str_addf(lines, "/ %llu items %llu blocks %llu bytes %llu unread",
		 (unsigned long long)total.items, (unsigned long long)total.blocks,
		 (unsigned long long)total.size, (unsigned long long)total.unread);
	if (shared)
		str_addf(lines, " %llu shared", (unsigned long long)total.shared);
	str_addf(lines, "%s\n", total.done ? "" : " ...");
	if (sizetree_dir_state(t, dir) < TREE_READ)
		return;
	for (uint32_t e = d->first; e < d->first + d->count; e++) {
		uint32_t sub = sizetree_subdir(t, e), meta = sizetree_meta(t, e);
		size_t len, begin = lines->len;
		const char *name = sizetree_name(t, dir, e, &len);

		assert_int_equal(scan_path(t, dir, lines), 0);
		if (lines->len > begin)
			str_addc(lines, '/');
		str_add(lines, name, len);
		str_addf(lines, " %llu",
			 (unsigned long long)(sub == TREE_NONE ? sizetree_size(t, dir, e) : 0));
		add_flags(lines, shared ? meta : meta & ~(uint32_t)TREE_LINKED);
		if (shared && (meta & TREE_FIRST))
			str_adds(lines, " first");
		str_addc(lines, '\n');
		if (sub == TREE_NONE)
			continue;
		assert_int_equal(sizetree_dir(t, sub)->parent, dir);
		assert_int_equal(sizetree_dir(t, sub)->entry, e);
		describe(t, sub, shared, lines);
	}
}

static char *described(const struct sizetree *t, bool shared)
{
	struct str lines = STR_INIT;
	char *text;

	describe(t, sizetree_root(t), shared, &lines);
	text = sorted(&lines);
	str_done(&lines);
	return text;
}

/* What stands there is what a scan of everything finds. */
static void same_as_new(struct scan *s, const char *path, bool shared)
{
	struct scan *fresh = scanned(path, &plain);
	char *a = described(scan_tree(s), shared), *b = described(scan_tree(fresh), shared);

	assert_string_equal(a, b);
	free(a);
	free(b);
	scan_free(fresh, WAIT_MS);
}

/* ---- scanning again ---- */

/* The number of a directory of the tree; TREE_NONE: it has none. */
static uint32_t dir_at(const struct sizetree *t, const char *path)
{
	uint32_t dir = sizetree_root(t);

	while (*path && dir != TREE_NONE) {
		size_t n = strcspn(path, "/"), len;
		const struct sizetree_dir *d = sizetree_dir(t, dir);
		uint32_t next = TREE_NONE;

		for (uint32_t e = d->first; e < d->first + d->count; e++) {
			const char *name = sizetree_name(t, dir, e, &len);

			if (len == n && memcmp(name, path, n) == 0)
				next = sizetree_subdir(t, e);
		}
		dir = next;
		path += n + (path[n] == '/');
	}
	return dir;
}

static uint32_t again_with(struct scan *s, uint32_t dir, bool deep,
			   const struct scan_options *options)
{
	struct links_sum links;
	uint32_t was, now;
	struct scan *a;

	assert_int_equal(scan_again(s, dir, deep, options, &a), 0);
	assert_true(scan_wait(a, WAIT_MS));
	assert_int_equal(scan_result(a, &links), 0);
	scan_take(a, &was, &now);
	assert_int_equal(was, dir);
	scan_free(a, WAIT_MS);
	return now;
}

static uint32_t again(struct scan *s, const char *path, bool deep)
{
	return again_with(s, dir_at(scan_tree(s), path), deep, &plain);
}

/* ---- tests ---- */

static void what_changed_is_found(void **state)
{
	struct tree *t = *state;
	struct scan *s;

	tree_add(t, "a/x 1000\na/b/y 2000\na/b/c/z 3000\nd/e 5\nd/l => a/x\n");
	s = scanned(t->path, &plain);
	for (int deep = 0; deep < 2; deep++) {
		uint32_t before = dir_at(scan_tree(s), "a/b/c");
		char name[32];

		snprintf(name, sizeof(name), "a/n%d 70000\n", deep);
		tree_add(t, name);
		snprintf(name, sizeof(name), "a/new%d/f 20000\n", deep);
		tree_add(t, name);
		assert_int_not_equal(again(s, "a", deep), TREE_NONE);
		/* What was there keeps its number, or gets a new one. */
		assert_int_equal(dir_at(scan_tree(s), "a/b/c") == before, !deep);
		same_as_new(s, t->path, true);
	}
	tree_remove(t, "a/b");
	again(s, "a", false);
	same_as_new(s, t->path, true);
	assert_true(atomic_load(&scan_tree(s)->ndead) > 0);
	scan_free(s, WAIT_MS);
}

static void the_root_can_be_scanned_again(void **state)
{
	struct tree *t = *state;
	struct scan *s;

	tree_add(t, "a/x 1000\na/b/y 2000\n");
	s = scanned(t->path, &plain);
	tree_add(t, "new/f 20000\n");
	tree_remove(t, "a/b");
	again(s, "", false);
	/* Below a nobody has looked. */
	assert_int_not_equal(dir_at(scan_tree(s), "new"), TREE_NONE);
	assert_int_not_equal(dir_at(scan_tree(s), "a/b"), TREE_NONE);
	again(s, "a", false);
	same_as_new(s, t->path, true);
	tree_add(t, "a/deep/f 3\n");
	again(s, "", true);
	same_as_new(s, t->path, true);
	assert_int_not_equal(sizetree_root(scan_tree(s)), 0);
	scan_free(s, WAIT_MS);
}

/* A directory of the same name that is another one is not kept; one that is gone leaves the sums.
 */
static void another_directory_is_not_the_same(void **state)
{
	struct tree *t = *state;
	uint32_t number;
	struct scan *s;

	tree_add(t, "a/x/f 1000\na/y/g 2000\n");
	s = scanned(t->path, &plain);
	tree_move(t, "a/x", "a/old");
	tree_add(t, "a/x/h 30000\n");
	again(s, "a", false);
	same_as_new(s, t->path, true);
	number = dir_at(scan_tree(s), "a/y");
	tree_remove(t, "a/y");
	assert_int_equal(again_with(s, number, false, &plain), TREE_NONE);
	assert_int_equal(dir_at(scan_tree(s), "a/y"), TREE_NONE);
	/* It is shown as gone until the one it was in is read. */
	again(s, "a", false);
	same_as_new(s, t->path, true);
	/* Its number means nothing any more. */
	assert_int_equal(scan_again(s, number, true, &plain, &(struct scan *){NULL}), -EINVAL);
	number = dir_at(scan_tree(s), "a/x");
	tree_remove(t, "a");
	assert_int_equal(again_with(s, number, true, &plain), TREE_NONE);
	again(s, "", false);
	same_as_new(s, t->path, true);
	scan_free(s, WAIT_MS);
}

static void a_file_in_its_place_is_no_directory(void **state)
{
	struct tree *t = *state;
	struct scan *s;

	tree_add(t, "a/x/f 1000\nb/f 100000\n");
	s = scanned(t->path, &plain);
	tree_remove(t, "a/x");
	tree_add(t, "a/x -> ../b\n");
	assert_int_equal(again(s, "a/x", true), TREE_NONE);
	again(s, "a", false);
	same_as_new(s, t->path, true);
	scan_free(s, WAIT_MS);
}

static void a_root_that_is_gone_is_an_error(void **state)
{
	struct tree *t = *state;
	struct scan *s, *a;
	char *before;

	tree_add(t, "r/x/f 1000\n");
	s = scanned(tree_path(t, "r"), &plain);
	before = described(scan_tree(s), true);
	tree_remove(t, "r");
	assert_int_equal(scan_again(s, 0, true, &plain, &a), -ENOENT);
	char *after = described(scan_tree(s), true);
	assert_string_equal(before, after);
	free(before);
	free(after);
	scan_free(s, WAIT_MS);
}

/* What has several links counts once, wherever they lie. */
static void links_are_settled_anew(void **state)
{
	struct tree *t = *state;
	struct scan *s;

	tree_add(t, "a/f 100000\na/in => a/f\nb/c/out => a/f\nb/only 7000\nb/c/twice => b/only\n");
	s = scanned(t->path, &plain);
	same_as_new(s, t->path, true);
	again(s, "a", true);
	same_as_new(s, t->path, true);
	again(s, "b/c", false);
	again(s, "b", false);
	again(s, "b", true);
	same_as_new(s, t->path, true);
	/* One more in each. */
	tree_add(t, "a/more => a/f\nb/c/more => a/f\n");
	again(s, "a", false);
	again(s, "b/c", false);
	same_as_new(s, t->path, true);
	tree_remove(t, "a/f");
	tree_remove(t, "a/in");
	again(s, "a", false);
	again(s, "b/c", false);
	same_as_new(s, t->path, true);
	/* The same names below directories that stay: which comes first is decided further up. */
	tree_add(t, "a/k1/s/same => a/more\na/k2/s/same => a/more\na/k0/s/same => a/more\n");
	tree_add(t, "a/z\n");
	again(s, "a", false);
	again(s, "b/c", false);
	same_as_new(s, t->path, true);
	again(s, "a", false);
	same_as_new(s, t->path, true);
	/* None is left. */
	tree_remove(t, "a/k0");
	tree_remove(t, "a/k1");
	tree_remove(t, "a/k2");
	tree_remove(t, "b");
	tree_remove(t, "a/more");
	again(s, "a", false);
	again(s, "", false);
	same_as_new(s, t->path, true);
	scan_free(s, WAIT_MS);
}

/* Moved to where it is scanned again first, or last: it counts once in the end. */
static void a_moved_directory_counts_once(void **state)
{
	struct tree *t = *state;
	struct scan *s;

	tree_add(t, "a/x/f 100000\nb/y\n");
	s = scanned(t->path, &plain);
	for (int i = 0; i < 4; i++) {
		const char *from = i % 2 ? "b" : "a", *to = i % 2 ? "a" : "b";

		tree_move(t, i % 2 ? "b/x" : "a/x", i % 2 ? "a/x" : "b/x");
		again(s, i / 2 ? from : to, i % 3 == 0);
		again(s, i / 2 ? to : from, i % 3 == 1);
		same_as_new(s, t->path, true);
	}
	scan_free(s, WAIT_MS);
}

/* A place that leads to a directory which counts elsewhere in the tree. */
static void bind_a_directory(void *ctx)
{
	struct tree *t = ctx;
	struct scan *s;

	assert_int_equal(mount(tree_path(t, "a/x"), tree_path(t, "b/bound"), NULL, MS_BIND, NULL),
			 0);
	s = scanned(t->path, &plain);
	for (int deep = 0; deep < 2; deep++) {
		again(s, "b", deep);
		again(s, "a", deep);
		again(s, "b", deep);
	}
	same_as_new(s, t->path, true);
	scan_free(s, WAIT_MS);
}

static void a_bind_mount_counts_once(void **state)
{
	struct tree *t = *state;

	tree_add(t, "a/x/f 100000\na/g 3\nb/bound/\nb/z 9\n");
	as_mounter(bind_a_directory, t);
}

static uint64_t bytes(struct scan *s)
{
	return sizetree_dir_total(scan_tree(s), sizetree_root(scan_tree(s))).size;
}

static void bind(struct tree *t, const char *from, const char *to)
{
	assert_int_equal(mount(tree_path(t, from), tree_path(t, to), NULL, MS_BIND, NULL), 0);
}

/* A file that is mounted on others counts where it lies, or once when that is not scanned. */
static void bind_files(void *ctx)
{
	struct tree *t = ctx;
	struct scan *s, *before;
	int fd;

	assert_int_equal(mount("none", tree_path(t, "r/mem"), "tmpfs", 0, NULL), 0);
	fd = open(tree_path(t, "r/mem/big"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(fd, 300000), 0);
	close(fd);
	before = scanned(tree_path(t, "r"), &plain);
	/* From another file system that is scanned too, and from the same. */
	bind(t, "r/mem/big", "r/a/p1");
	bind(t, "r/here", "r/a/p2");
	s = scanned(tree_path(t, "r"), &plain);
	assert_int_equal(bytes(s), bytes(before));
	/* From outside, twice; with several links, of which one is inside. */
	bind(t, "outside", "r/a/p3");
	bind(t, "outside", "r/b/p4");
	bind(t, "linked", "r/b/p5");
	scan_free(s, WAIT_MS);
	s = scanned(tree_path(t, "r"), &plain);
	assert_int_equal(bytes(s), bytes(before) + 70000);
	/* One of the two links of what is mounted lies outside. */
	assert_true(sizetree_dir_total(scan_tree(s), 0).shared > 0);
	for (int deep = 0; deep < 2; deep++) {
		again(s, "a", deep);
		assert_int_equal(bytes(s), bytes(before) + 70000);
		again(s, "mem", deep);
		assert_int_equal(bytes(s), bytes(before) + 70000);
		again(s, "", deep);
		assert_int_equal(bytes(s), bytes(before) + 70000);
		again(s, "b", deep);
		assert_int_equal(bytes(s), bytes(before) + 70000);
	}
	again(s, "", true);
	same_as_new(s, tree_path(t, "r"), true);
	scan_free(s, WAIT_MS);
	scan_free(before, WAIT_MS);
}

static void a_file_on_a_file_counts_once(void **state)
{
	struct tree *t = *state;

	tree_add(t, "outside \"x\"\nr/mem/\nr/here 20000\nr/a/p1\nr/a/p2\nr/a/p3\nr/b/p4\nr/b/p5\n"
		    "linked 9000\nr/link => linked\nr/alike 20000\n");
	assert_int_equal(truncate(tree_path(t, "outside"), 70000), 0);
	as_mounter(bind_files, t);
}

/* ---- random changes ---- */

struct random {
	uint64_t x;
};

static unsigned pick(struct random *r, unsigned n)
{
	r->x ^= r->x << 13, r->x ^= r->x >> 7, r->x ^= r->x << 17;
	return (unsigned)((r->x >> 11) % n);
}

static char touched[64][128];
static size_t ntouched;

static void touch(const char *dir)
{
	for (size_t i = 0; i < ntouched; i++)
		if (strcmp(touched[i], dir) == 0)
			return;
	assert_true(ntouched < ARRAY_LEN(touched));
	snprintf(touched[ntouched++], sizeof(touched[0]), "%s", dir);
}

static void a_dir(struct random *r, char *out, size_t size)
{
	unsigned depth = pick(r, 3);

	snprintf(out, size, "%s", "");
	for (unsigned i = 0; i <= depth; i++)
		snprintf(out + strlen(out), size - strlen(out), "%sd%u", i ? "/" : "", pick(r, 4));
}

/* One change below the root; the directories in which something is different now are noted. What
 * is not possible just now changes nothing. */
static void change(struct tree *t, struct random *r)
{
	char a[100], b[100], from[128], to[128];
	unsigned what = pick(r, 7), f = pick(r, 6), g = pick(r, 6);
	bool done;
	int fd;

	a_dir(r, a, sizeof(a));
	a_dir(r, b, sizeof(b));
	snprintf(from, sizeof(from), "%s/%c%u", a, what == 6 ? 'd' : 'f', what == 6 ? f % 4 : f);
	snprintf(to, sizeof(to), "%s/%c%u", b, what == 6 ? 'd' : 'f', what == 6 ? g % 4 : g);
	if (what < 2) {
		/* Written to, one with several links would be different in all its directories. */
		(void)unlinkat(t->fd, from, 0);
		fd = openat(t->fd, from, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		done = fd >= 0 && ftruncate(fd, pick(r, 100000)) == 0;
		if (fd >= 0)
			close(fd);
	} else if (what == 2) {
		done = unlinkat(t->fd, from, 0) == 0;
	} else if (what == 3) {
		done = mkdirat(t->fd, a, 0700) == 0;
	} else if (what == 4) {
		done = linkat(t->fd, from, t->fd, to, 0) == 0;
	} else {
		done = renameat(t->fd, from, t->fd, to) == 0;
	}
	if (!done)
		return;
	touch(a);
	touch(b);
	if (what == 3)
		touch(strrchr(a, '/') ? (*strrchr(a, '/') = '\0', a) : "");
}

static void random_changes_end_as_a_new_scan(void **state)
{
	struct tree *t = *state;
	struct random r = {0x9e3779b97f4a7c15u};
	struct scan *s;

	tree_add(t, "d0/d0/d0/f0 9\nd0/d1/\nd1/d0/\nd1/d2/f1 70\nd2/\nd3/d3/d3/\n");
	s = scanned(t->path, &plain);
	for (int round = 0; round < 60; round++) {
		ntouched = 0;
		for (unsigned i = 0; i <= pick(&r, 8); i++)
			change(t, &r);
		for (size_t i = 0; i < ntouched; i++)
			if (dir_at(scan_tree(s), touched[i]) != TREE_NONE)
				again(s, touched[i], pick(&r, 3) == 0);
		/* Twice, for what was moved below what had been scanned by then. */
		for (size_t i = ntouched; i-- > 0;)
			if (dir_at(scan_tree(s), touched[i]) != TREE_NONE)
				again(s, touched[i], pick(&r, 3) == 0);
		if (round % 5 == 0)
			again(s, "", true);
		same_as_new(s, t->path, round % 5 == 0);
	}
	scan_free(s, WAIT_MS);
}

/* ---- what goes wrong ---- */

/* Nothing changes when it is cancelled, or anything fails. */
static void failures_leave_what_was_there(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_openat2, FAULT_statx,
						FAULT_getdents};
	struct tree *t = *state;
	struct links_sum links;
	struct scan *s, *a;
	char *before;

	tree_add(t, "a/x 1000\na/b/y 2000\na/b/c/z 3000\nd/l => a/x\n");
	s = scanned(t->path, &plain);
	before = described(scan_tree(s), true);
	tree_add(t, "a/new/f 7000\n");
	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (unsigned nth = 1, made = nth; made >= nth; nth++) {
			unsigned count = fault_count(calls[c]);
			char *after;

			fault_fail(calls[c], nth, EIO, false);
			if (scan_again(s, dir_at(scan_tree(s), "a"), nth % 2, &plain, &a) == 0) {
				assert_true(scan_wait(a, WAIT_MS));
				scan_free(a, WAIT_MS);
			}
			made = fault_count(calls[c]) - count;
			fault_fail(calls[c], 0, 0, false);
			after = described(scan_tree(s), true);
			assert_string_equal(before, after);
			free(after);
		}
	assert_int_equal(scan_again(s, dir_at(scan_tree(s), "a"), true, &plain, &a), 0);
	scan_cancel(a);
	assert_true(scan_wait(a, WAIT_MS));
	(void)scan_result(a, &links);
	scan_free(a, WAIT_MS);
	char *after = described(scan_tree(s), true);
	assert_string_equal(before, after);
	free(after);
	free(before);
	again(s, "a", false);
	same_as_new(s, t->path, true);
	scan_free(s, WAIT_MS);
}

/* In its thread, which may be faster than who starts it. */
static void cancel_it(void *ctx)
{
	struct scan *_Atomic *s = ctx;

	while (!atomic_load(s))
		sched_yield();
	scan_cancel(atomic_load(s));
}

/* What a stopped scan has not read is read when it is asked for; what is above is done when all in
 * it is. */
static void a_stopped_scan_can_go_on(void **state)
{
	const struct scan_options one = {.threads = 1, .keep = true};
	struct tree *t = *state;

	tree_add(t, "a/x/p 1000\na/y/q 2000\nb/c/r 4000\nb/l => a/x/p\n");
	for (unsigned nth = 1; nth <= 12; nth++) {
		static const char *const order[] = {"a", "b", "a/x", "a/y", "b/c", ""};
		struct scan *_Atomic stopped = NULL;
		struct scan *s;

		fault_before(FAULT_getdents, nth, cancel_it, &stopped);
		assert_int_equal(scan_start(t->path, &one, &s), 0);
		atomic_store(&stopped, s);
		assert_true(scan_wait(s, WAIT_MS));
		fault_before(FAULT_getdents, 0, NULL, NULL);
		for (size_t i = 0; i < ARRAY_LEN(order); i++) {
			uint32_t d = dir_at(scan_tree(s), order[i]);

			if (d != TREE_NONE)
				again_with(s, d, false, &one);
			if (d != TREE_NONE && i >= 2)
				assert_int_equal(sizetree_dir_state(scan_tree(s),
								    dir_at(scan_tree(s), order[i])),
						 TREE_DONE);
		}
		for (size_t i = 0; i < ARRAY_LEN(order); i++)
			again_with(s, dir_at(scan_tree(s), order[i]), i % 2, &one);
		same_as_new(s, t->path, true);
		scan_free(s, WAIT_MS);
	}
}

/* While one thread looks whether a directory is counted elsewhere, others add theirs. (It is
 * ThreadSanitizer that sees the difference.) */
static void many_new_directories_by_many_threads(void **state)
{
	const struct scan_options many = {.threads = 8, .keep = true};
	struct tree *t = *state;
	struct scan *s;

	tree_add(t, "a/old/\nb/");
	s = scanned(t->path, &plain);
	for (unsigned i = 0; i < 256; i++) {
		char line[64];

		snprintf(line, sizeof(line), "b/%u/x/y/z %u\n", i, i);
		tree_add(t, line);
		if (i % 16 == 15)
			again_with(s, dir_at(scan_tree(s), "b"), true, &many);
	}
	same_as_new(s, t->path, true);
	scan_free(s, WAIT_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_changed_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(the_root_can_be_scanned_again, setup, teardown),
		cmocka_unit_test_setup_teardown(another_directory_is_not_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_in_its_place_is_no_directory, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_root_that_is_gone_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(links_are_settled_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(a_moved_directory_counts_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_bind_mount_counts_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_on_a_file_counts_once, setup, teardown),
		cmocka_unit_test_setup_teardown(random_changes_end_as_a_new_scan, setup, teardown),
		cmocka_unit_test_setup_teardown(failures_leave_what_was_there, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stopped_scan_can_go_on, setup, teardown),
		cmocka_unit_test_setup_teardown(many_new_directories_by_many_threads, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
