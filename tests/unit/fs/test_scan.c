/* SPDX-License-Identifier: MIT */
#include "fs/scan.h"

#include "../../lib/as_user.h"
#include "../../lib/descriptors.h"
#include "../../lib/fault.h"
#include "../../lib/hang.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"
#include "fs/sys.h"
#include "scanned.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- tests ---- */

/* A random tree with links of all kinds, from its own generator: the same every time. */
static void grow(struct tree *t, uint64_t seed)
{
	struct str text = STR_INIT;
	uint64_t x = seed * 0x9e3779b97f4a7c15u + 1;
	unsigned dirs = 1, files = 0;

#define RANDOM(n) (x ^= x << 13, x ^= x >> 7, x ^= x << 17, (unsigned)(x % (n)))
	str_adds(&text, "d0/\n");
	for (int i = 0; i < 120; i++) {
		unsigned what = RANDOM(10), in = RANDOM(dirs);

		if (what < 3)
			str_addf(&text, "dir%u -> x\n", i);
		if (what < 4) {
			str_addf(&text, "d%u/\n", dirs++);
		} else if (what < 7 || !files) {
			str_addf(&text, "d%u/f%u %u\n", in, files, RANDOM(40000));
			files++;
		} else {
			unsigned old = RANDOM(files);
			char name[32];

			/* Where the file is stands in the text. */
			snprintf(name, sizeof(name), "/f%u ", old);
			char *at = strstr(text.buf, name);
			if (at) {
				char *line = at, dir[32];

				while (line > text.buf && line[-1] != '\n')
					line--;
				snprintf(dir, sizeof(dir), "%.*s", (int)(at - line), line);
				str_addf(&text, "d%u/l%d => %s/f%u\n", in, i, dir, old);
			}
		}
	}
#undef RANDOM
	tree_add(t, text.buf);
	str_done(&text);
	/* Deeper: directories move into each other. */
	for (unsigned d = dirs - 1; d > 0; d--) {
		char from[32], to[64];

		snprintf(from, sizeof(from), "d%u", d);
		snprintf(to, sizeof(to), "d%u/s%u", d / 2, d);
		tree_move(t, from, to);
	}
}

static void test_random_trees(void **state)
{
	struct tree *root = *state;

	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct tree *t = tree_new("");

		grow(t, seed);
		look_slowly(t->path);
		for (unsigned threads = 1; threads <= 32; threads = threads == 2   ? 8
								    : threads == 8 ? 32
										   : threads + 1) {
			struct scan *s =
				scanned(t->path, &(struct scan_options){.threads = threads});
			struct links_sum links;

			assert_int_equal(scan_result(s, &links), 0);
			assert_true(links.links > links.inodes);
			compare_dirs(scan_tree(s));
			scan_free(s, 0);
			if (threads == 32)
				break;
		}
		forget();
		tree_free(t);
	}
	(void)root;
}

/* The whole as du(1) says it: taken up on disk, and lengths. */
static void test_like_du(void **state)
{
	struct tree *t = *state;
	static const char *const apparent[] = {"", "--apparent-size"};

	tree_add(t, tree_zoo);
	for (int i = 0; i < 2; i++) {
		struct scan *s = scanned(t->path, &(struct scan_options){0});
		struct sizetree_total total = sizetree_dir_total(scan_tree(s), 0);
		char command[8192];
		unsigned long long bytes = 0;
		FILE *f;

		snprintf(command, sizeof(command), "du -s --block-size=1 %s '%s' 2>/dev/null; true",
			 apparent[i], t->path);
		f = popen(command, "re");
		assert_non_null(f);
		assert_int_equal(fscanf(f, "%llu", &bytes), 1);
		assert_int_equal(pclose(f), 0);
		/* Since coreutils 9.2 directories have no length; then they do not count here
		 * either. */
		if (i == 0)
			assert_int_equal(total.blocks * 512, bytes);
		else
			assert_true(total.size == bytes || bytes < total.size);
		scan_free(s, 0);
	}
}

static void test_flags(void **state)
{
	struct tree *t = *state;
	struct scan *s;

	tree_add(t, "a/b 10\na/c => a/b\nbig ~3000G\ndev -> /dev/null\nempty/\npipe|\nsock=\n");
	s = scanned(t->path, &(struct scan_options){0});
	expect(s, "a/ 2\na/b 10 linked\na/c 10 linked\nbig 3221225472000 big\ndev 9\nempty/ "
		  "0\npipe 0\nsock 0\n");
	scan_free(s, 0);
}

/* Sums stop at the end of numbers instead of beginning anew. */
static void test_saturating(void **state)
{
	struct tree *t = *state;
	struct scan *s;
	int fd;

	tree_add(t, "a/x\na/y\na/z\nb/x\n");
	for (const char *const *p = (const char *const[]){"a/x", "a/y", "a/z", "b/x", NULL}; *p;
	     p++) {
		fd = open(tree_path(t, *p), O_WRONLY | O_CLOEXEC);
		if (ftruncate(fd, INT64_MAX) < 0) {
			close(fd);
			print_message("this file system has no files of that length\n");
			skip();
		}
		close(fd);
	}
	s = scanned(t->path, &(struct scan_options){0});
	assert_true(sizetree_dir_total(scan_tree(s), 0).size == UINT64_MAX);
	scan_free(s, 0);
}

static void test_exclude(void **state)
{
	struct tree *t = *state;
	struct exclude x = {0};
	struct scan_progress p;
	struct scan *s;

	tree_add(t, "src/a.o 5\nsrc/a.c 6\n.git/objects 9\nsub/.git/x 9\nsub/build/y 7\nbuild/z 8\n"
		    "cache/CACHEDIR.TAG \"Signature: "
		    "8a477f597d28d172789f06886806bc55\\n\"\ncache/big 100\n"
		    "not/CACHEDIR.TAG \"something else\"\n");
	assert_int_equal(exclude_add(&x, "*.o", 3, NULL), 0);
	assert_int_equal(exclude_add(&x, ".git", 4, NULL), 0);
	assert_int_equal(exclude_add(&x, "/build", 6, NULL), 0);
	s = scanned(t->path, &(struct scan_options){.exclude = &x, .exclude_caches = true});
	expect(s, ".git/ 0 excluded\nbuild/ 0 excluded\ncache/ 0 excluded\nnot/ "
		  "1\nnot/CACHEDIR.TAG 14\nsrc/ 1\n"
		  "src/a.c 6\nsrc/a.o 0 excluded\nsub/ 2\nsub/.git/ 0 excluded\nsub/build/ "
		  "1\nsub/build/y 7\n");
	scan_progress(s, &p);
	assert_int_equal(p.excluded, 5);
	scan_free(s, 0);
	exclude_done(&x);
}

static void scan_unread(void *ctx)
{
	struct tree *t = ctx;
	struct scan *s = scanned(t->path, &(struct scan_options){0});
	struct scan_progress p;
	struct sizetree_total total = sizetree_dir_total(scan_tree(s), 0);

	expect(s, "a/ 4 unread=2\na/closed/ 0 unread=1 unread\na/names/ 1 unread=1\n"
		  "a/names/x 0 unread=1 unread\na/ok 5\n");
	scan_progress(s, &p);
	assert_int_equal(p.unread, total.unread);
	scan_free(s, 0);
}

/* Directories that cannot be read count by themselves; what is above says that it may be more. */
static void test_unread(void **state)
{
	struct tree *t = *state;

	tree_add(t, "a/closed/hidden 100 \na/closed/ :0\na/ok 5\na/names/x 7\na/names/ :0444\n");
	as_user(scan_unread, t);
}

static void test_deep(void **state)
{
	struct tree *t = *state;
	struct scan_progress p;
	struct scan *s;

	tree_add(t, "deep/ ^5000\n");
	s = scanned(t->path, &(struct scan_options){0});
	scan_progress(s, &p);
	assert_int_equal(p.dirs, 5002);
	assert_int_equal(sizetree_dir_total(scan_tree(s), 0).items, p.entries - 1);
	scan_free(s, 0);
}

/* With few descriptors directories are opened again from the root. */
static void test_few_descriptors(void **state)
{
	struct tree *t = *state;
	struct rlimit before;
	struct str text = STR_INIT, path = STR_INIT;
	struct scan *s;

	for (int i = 0; i < 60; i++) {
		str_addf(&text, "%s%sa/f %d\n%s%sb/f %d\n", path.len ? path.buf : "",
			 path.len ? "/" : "", i, path.len ? path.buf : "", path.len ? "/" : "", i);
		str_adds(&path, i ? "/c" : "c");
	}
	tree_add(t, text.buf);
	before = descriptors_leave(36);
	for (unsigned threads = 1; threads <= 4; threads *= 4) {
		s = scanned(t->path, &(struct scan_options){.threads = threads});
		assert_int_equal(sizetree_dir_total(scan_tree(s), 0).unread, 0);
		look_slowly(t->path);
		compare_dirs(scan_tree(s));
		forget();
		scan_free(s, 0);
	}
	descriptors_restore(before);
	str_done(&text);
	str_done(&path);
}

static void scan_mounts(void *ctx)
{
	struct tree *t = ctx;
	struct scan *s;

	assert_int_equal(mount("none", tree_path(t, "mem"), "tmpfs", 0, NULL), 0);
	assert_int_equal(mount("none", tree_path(t, "proc"), "proc", 0, NULL), 0);
	assert_int_equal(mount(tree_path(t, "orig"), tree_path(t, "bound"), NULL, MS_BIND, NULL),
			 0);
	assert_int_equal(mount(tree_path(t, ""), tree_path(t, "loop"), NULL, MS_BIND, NULL), 0);
	assert_int_equal(mount(tree_path(t, "orig/f"), tree_path(t, "onfile"), NULL, MS_BIND, NULL),
			 0);
	int fd = open(tree_path(t, "mem/inside"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(fd, 77), 0);
	close(fd);
	for (unsigned threads = 1; threads <= 8; threads *= 8) {
		s = scanned(t->path, &(struct scan_options){.threads = threads});
		expect(s, "bound/ 0 mount elsewhere\nloop/ 0 mount elsewhere\nmem/ 1 "
			  "mount\nmem/inside 77\n"
			  "onfile 0 mount elsewhere\norig/ 1\norig/f 1000\nproc/ 0 mount kernel\n");
		scan_free(s, 0);
		s = scanned(t->path,
			    &(struct scan_options){.threads = threads, .one_file_system = true});
		expect(s,
		       "bound/ 0 mount not-entered\nloop/ 0 mount not-entered\nmem/ 0 mount "
		       "not-entered\n"
		       "onfile 0 mount not-entered\norig/ 1\norig/f 1000\nproc/ 0 mount kernel\n");
		scan_free(s, 0);
	}
	/* Without openat2 the same. */
	fault_fail(FAULT_openat2, 1, ENOSYS, true);
	s = scanned(t->path, &(struct scan_options){.one_file_system = true});
	expect(s,
	       "bound/ 0 mount not-entered\nloop/ 0 mount not-entered\nmem/ 0 mount not-entered\n"
	       "onfile 0 mount not-entered\norig/ 1\norig/f 1000\nproc/ 0 mount kernel\n");
	scan_free(s, 0);
	/* A kernel file system that is asked for is looked at. */
	s = scanned(tree_path(t, "proc/self/attr"), &(struct scan_options){0});
	assert_true(sizetree_dir_total(scan_tree(s), 0).items > 0);
	scan_free(s, 0);
}

static void test_mounts(void **state)
{
	struct tree *t = *state;

	tree_add(t, "orig/f 1000\nbound/\nloop/\nmem/\nproc/\nonfile\n");
	as_mounter(scan_mounts, t);
}

static struct hang *hung;

static int free_hung(void **state)
{
	(void)state;
	hang_free(hung);
	hung = NULL;
	return 0;
}

/* Directories of one inode number, as snapshots and some servers have them, are two all the same.
 */
static void test_equal_inodes(void **state)
{
	struct scan *s;

	(void)state;
	hung = hang_new();
	hang_names(hung, HANG_TWINS);
	s = scanned(hang_path(hung), &(struct scan_options){.threads = 1});
	expect(s, "one 10\nsub/ 3\nsub/one 10\nsub/three 12\nsub/two 11\nthree 12\ntwo 11\n");
	scan_free(s, 0);
}

static void test_cancel(void **state)
{
	struct tree *t = *state;
	struct links_sum links;
	struct scan *s;

	tree_add(t, "a/ *3000\nb/ *3000\n");
	assert_int_equal(scan_start(t->path, &(struct scan_options){0}, &s), 0);
	scan_cancel(s);
	assert_true(scan_wait(s, WAIT_MS));
	assert_int_equal(scan_result(s, &links), -ECANCELED);
	scan_free(s, 0);
}

/* One of its threads stays in a call, until it may go on. */
struct holding {
	sem_t inside, go;
	pid_t thread;
};

static void hold(void *ctx)
{
	struct holding *h = ctx;

	h->thread = gettid();
	sem_post(&h->inside);
	while (sem_wait(&h->go) < 0)
		;
}

static struct scan *held(struct tree *t, struct holding *h, void (*freed)(void *ctx), void *ctx)
{
	const struct scan_options options = {.threads = 1, .freed = freed, .ctx = ctx};
	struct scan *s;

	sem_init(&h->inside, 0, 0);
	sem_init(&h->go, 0, 0);
	fault_before(FAULT_getdents, 1, hold, h);
	assert_int_equal(scan_start(t->path, &options, &s), 0);
	while (sem_wait(&h->inside) < 0)
		;
	return s;
}

static void let_go(struct holding *h)
{
	sem_destroy(&h->inside);
	sem_destroy(&h->go);
}

/* What there is to tell in the end its threads may still write. */
static void test_no_result_before_its_end(void **state)
{
	struct links_sum links = {.inodes = 5};
	struct holding h;
	struct scan *s;

	tree_add(*state, "a 1\nb => a\n");
	s = held(*state, &h, NULL, NULL);
	assert_int_equal(scan_result(s, &links), -ECANCELED);
	assert_int_equal(links.inodes, 0);
	sem_post(&h.go);
	assert_true(scan_wait(s, WAIT_MS));
	assert_int_equal(scan_result(s, &links), 0);
	assert_int_equal(links.inodes, 1);
	scan_free(s, 0);
	let_go(&h);
}

/* Told by the kernel, and so by nothing that ThreadSanitizer takes for an order. */
static void await_end(pid_t thread)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d", (int)thread);
	while (access(path, F_OK) == 0)
		sched_yield();
}

static void count_freed(void *ctx)
{
	++*(int *)ctx;
}

/* Who lets go of it last has waited for no thread: that all are gone is seen without their help. */
static void test_the_last_frees_it_after_its_threads(void **state)
{
	struct holding h;
	struct scan *s;
	int freed = 0;

	tree_add(*state, "a 1\n");
	s = held(*state, &h, count_freed, &freed);
	(void)scan_ref(s);
	scan_free(s, 0);
	sem_post(&h.go);
	await_end(h.thread);
	assert_int_equal(freed, 0);
	scan_unref(s);
	assert_int_equal(freed, 1);
	let_go(&h);
}

static void test_root(void **state)
{
	struct tree *t = *state;
	struct scan *s;

	tree_add(t, "dir/f 3\nlink -> dir\nfile 5\n");
	assert_int_equal(scan_start(tree_path(t, "none"), &(struct scan_options){0}, &s), -ENOENT);
	assert_int_equal(scan_start(tree_path(t, "file"), &(struct scan_options){0}, &s), -ENOTDIR);
	s = scanned(tree_path(t, "link"), &(struct scan_options){0});
	expect(s, "f 3\n");
	scan_free(s, 0);
}

/* Every call fails once with each of these: the scan ends, says what it could not read, and leaves
 * nothing open. */
static void test_faults(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat2, FAULT_openat, FAULT_statx,
						FAULT_getdents};
	static const int errors[] = {EIO, EACCES, EMFILE, EINVAL};
	struct tree *t = *state;

	tree_add(t, "a/b/c 5\na/d 6\ne/f => a/d\n");
	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (size_t e = 0; e < ARRAY_LEN(errors); e++)
			for (unsigned n = 1; n < 40; n++) {
				struct scan *s;
				int r;

				fault_reset();
				fault_fail(calls[c], n, errors[e], false);
				r = scan_start(t->path, &(struct scan_options){.threads = 2}, &s);
				if (r == 0) {
					struct sizetree_total total;

					assert_true(scan_wait(s, WAIT_MS));
					total = sizetree_dir_total(scan_tree(s), 0);
					assert_true(total.done);
					assert_true(total.items <= 6);
					scan_free(s, 0);
				}
				assert_int_equal(fault_open_fds(), 0);
				if (fault_count(calls[c]) < n)
					break;
			}
}

static void count_batch(void *ctx, unsigned thread, const struct scan_batch *b)
{
	_Atomic unsigned *counts = ctx;

	(void)thread;
	atomic_fetch_add(&counts[0], b->n);
	atomic_fetch_add(&counts[1], b->last);
	for (uint32_t i = 0; i < b->n; i++) {
		struct stat st;

		assert_int_equal(fstatat(b->dirfd, b->items[i].name, &st, AT_SYMLINK_NOFOLLOW), 0);
		assert_int_equal(b->items[i].meta.id.ino, st.st_ino);
		assert_int_equal(b->items[i].meta.uid, st.st_uid);
	}
}

static void test_visitor(void **state)
{
	struct tree *t = *state;
	_Atomic unsigned counts[2] = {0};
	struct scan *s;

	tree_add(t, "a/ *1500\nb/c 5\n");
	s = scanned(t->path,
		    &(struct scan_options){.visitor = {.batch = count_batch, .ctx = counts}});
	assert_int_equal(counts[0], 1501);
	assert_int_equal(counts[1], 3);
	scan_free(s, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_equal_inodes, free_hung),
		cmocka_unit_test_setup_teardown(test_random_trees, setup, teardown),
		cmocka_unit_test_setup_teardown(test_like_du, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flags, setup, teardown),
		cmocka_unit_test_setup_teardown(test_saturating, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exclude, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unread, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deep, setup, teardown),
		cmocka_unit_test_setup_teardown(test_few_descriptors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mounts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_result_before_its_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_last_frees_it_after_its_threads, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_root, setup, teardown),
		cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_visitor, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
