/* SPDX-License-Identifier: MIT */
#include "browsing.h"

#include "../../lib/hang.h"
#include "../../lib/nomem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

static int setup(void **state)
{
	*state = begin_browsing("");
	return 0;
}

static int teardown(void **state)
{
	end_browsing(*state);
	assert_int_equal(fault_open_fds(), 0);
	return 0;
}

static void scan(struct fixture *f)
{
	browse_scan(f->b, TICKET, f->tree->path, &(struct scan_ask){0});
}

/* Waits for it and returns its tree. */
static struct sizetree *begun(struct fixture *f)
{
	struct fs_event *e = answers_get(&f->a, FS_SCAN_BEGUN, TICKET);
	struct sizetree *t = e->u.scan.tree;

	assert_int_equal(e->err, 0);
	assert_non_null(t);
	fs_event_free(e);
	return t;
}

static int over(struct fixture *f, struct scan_progress *ret_progress)
{
	struct fs_event *e = answers_get(&f->a, FS_SCAN_OVER, TICKET);
	int err = e->err;

	if (ret_progress)
		*ret_progress = e->u.scan.progress;
	fs_event_free(e);
	return err;
}

static struct scan_progress look(struct fixture *f)
{
	struct scan_progress p;
	struct fs_event *e;

	browse_scan_look(f->b, TICKET);
	e = answers_peek(&f->a, FS_SCAN_GOES, TICKET); /* at once */
	assert_non_null(e);
	p = e->u.scan.progress;
	fs_event_free(e);
	return p;
}

static void tells_of_its_beginning_its_way_and_its_end(void **state)
{
	struct fixture *f = *state;
	struct scan_progress p;
	struct sizetree *t;

	tree_add(f->tree, "a/x 1000\na/y 10\nb/ *300\nb/z 5\n");
	scan(f);
	(void)look(f); /* also before it has begun */
	t = begun(f);
	assert_int_equal(over(f, &p), 0);
	assert_true(p.over);
	assert_int_equal(p.entries, 306);
	assert_int_equal(p.dirs, 3);
	p = look(f);
	assert_int_equal(p.entries, 306);
	assert_int_equal(sizetree_dir_state(t, 0), TREE_DONE);
	assert_int_equal(sizetree_dir_total(t, 0).items, 305);
	close_it(f);
	browse_scan_look(f->b, TICKET);
	browse_scan_stop(f->b, TICKET);
	assert_null(answers_any(&f->a, TICKET));
}

static void directories_are_known_by_their_ids(void **state)
{
	struct fixture *f = *state;
	struct sizetree *t;
	struct stat st;

	tree_add(f->tree, "a/\n");
	scan(f);
	t = begun(f);
	assert_int_equal(over(f, NULL), 0);
	assert_int_equal(stat(f->tree->path, &st), 0);
	assert_int_equal(sizetree_dir(t, 0)->id.ino, st.st_ino);
	assert_int_equal(stat(tree_path(f->tree, "a"), &st), 0);
	assert_int_equal(sizetree_dir(t, 1)->id.ino, st.st_ino);
}

static struct exclude *patterns(const char *pattern)
{
	struct exclude *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	assert_int_equal(exclude_add(x, pattern, strlen(pattern), NULL), 0);
	return x;
}

static void leaves_out_what_it_is_told_to(void **state)
{
	struct fixture *f = *state;
	struct scan_ask ask = {.exclude = patterns("a/x"), .exclude_caches = true};
	struct scan_progress p;
	struct sizetree *t;

	tree_add(f->tree, "a/x 100000\na/y 1\nc/f 9\n"
			  "c/CACHEDIR.TAG \"Signature: 8a477f597d28d172789f06886806bc55\"\n");
	browse_scan(f->b, TICKET, f->tree->path, &ask);
	t = begun(f);
	assert_int_equal(over(f, &p), 0);
	assert_int_equal(p.excluded, 2);
	assert_true(sizetree_dir_total(t, 0).size < 100000);
}

static void a_root_that_cannot_be_scanned_is_an_error(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *path;
		int err;
	} cases[] = {{"none", -ENOENT}, {"f", -ENOTDIR}};

	tree_add(f->tree, "f\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fs_event *e;

		browse_scan(f->b, TICKET, tree_path(f->tree, cases[i].path),
			    &(struct scan_ask){.exclude = patterns("x")});
		e = answers_get(&f->a, FS_SCAN_BEGUN, TICKET);
		assert_int_equal(e->err, cases[i].err);
		fs_event_free(e);
		assert_int_equal(look(f).entries, 0);
		close_it(f);
	}
}

static double ms_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* In a directory with many entries, which one thread reads for long. */
static void stops_where_it_is(void **state)
{
	struct fixture *f = *state;
	struct scan_progress p;
	struct sizetree *t;
	double start;

	tree_add(f->tree, "many/ *40000\nd/ ^40\n");
	scan(f);
	t = begun(f);
	while (sizetree_dir_state(t, 0) < TREE_READ)
		sched_yield();
	start = ms_now();
	browse_scan_stop(f->b, TICKET);
	assert_int_equal(over(f, &p), -ECANCELED);
	/* 50 ms are promised; a machine that does other things is not ours. */
	assert_true(ms_now() - start < 2000);
	/* What was read stays. */
	assert_int_equal(sizetree_dir(t, 0)->count, 2);
	assert_int_equal(look(f).entries, p.entries);
}

static void stop_at_once(void *ctx)
{
	struct fixture *f = ctx;

	browse_scan_stop(f->b, TICKET);
}

/* While its root is opened. */
static void one_that_has_not_begun_does_not_begin(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	fault_before(FAULT_openat, 1, stop_at_once, f);
	scan(f);
	e = answers_get(&f->a, FS_SCAN_BEGUN, TICKET);
	assert_int_equal(e->err, -ECANCELED);
	fs_event_free(e);
	while (browse_busy(f->b) > 0)
		sched_yield();
	assert_null(answers_any(&f->a, TICKET));
}

/* At any moment: while it waits to be opened, is opened, reads, is over. */
static void may_be_closed_at_any_moment(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "d/ *300\ne/a/x\ne/b/y\ne/c/z\n");
	for (int i = 0; i < 150; i++) {
		browse_scan(f->b, TICKET, f->tree->path,
			    &(struct scan_ask){.exclude = patterns("a/x")});
		if (i % 3 == 2)
			(void)begun(f);
		for (int k = 0; k < i % 50 * 20; k++)
			sched_yield();
		if (i % 5 == 0)
			browse_scan_stop(f->b, TICKET);
		close_it(f);
	}
	assert_int_equal(fault_open_fds(), browse_watch_fd(f->b) >= 0 ? 1 : 0);
}

static void the_browser_may_end_before_it(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "d/ *3000\ne/a/x\ne/b/y\ne/c/z\n");
	for (int i = 0; i < 20; i++) {
		browse_scan(f->b, TICKET, f->tree->path,
			    &(struct scan_ask){.exclude = patterns("a/x")});
		if (i % 2)
			(void)begun(f);
		browse_free(f->b, 20000);
		answers_done(&f->a);
		answers_init(&f->a);
		assert_int_equal(browse_new(&f->a.queue, &f->b), 0);
	}
}

/* Each call to the system fails once: there is an end in all cases, and the tree can be read. */
static void every_call_may_fail(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_openat2, FAULT_statx,
						FAULT_getdents};
	struct fixture *f = *state;

	tree_add(f->tree, "a/x 10\nb/c/y 10\n");
	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (unsigned nth = 1, made = nth; made >= nth; nth++) {
			unsigned before = fault_count(calls[c]);
			struct fs_event *e;

			fault_fail(calls[c], nth, EIO, false);
			scan(f);
			e = answers_get(&f->a, FS_SCAN_BEGUN, TICKET);
			assert_true(e->err == 0 || e->err == -EIO);
			if (e->err == 0) {
				struct sizetree *t = e->u.scan.tree;

				assert_int_equal(over(f, NULL), 0);
				assert_int_equal(sizetree_dir_state(t, 0), TREE_DONE);
			}
			fs_event_free(e);
			close_it(f);
			made = fault_count(calls[c]) - before;
			fault_fail(calls[c], 0, 0, false);
		}
}

/* What fails in the thread that asks; the others answer for themselves. */
static void without_memory_there_is_an_answer(void **state)
{
	struct fixture *f = *state;
	bool failed = true;

	tree_add(f->tree, "a/x 10\n");
	for (unsigned long n = 1; failed; n++) {
		struct scan_ask ask = {.exclude = patterns("x")};
		const char *path = tree_path(f->tree, "");
		struct fs_event *e;

		nomem_arm(n);
		browse_scan(f->b, TICKET, path, &ask);
		failed = nomem_disarm();
		e = answers_get(&f->a, FS_SCAN_BEGUN, TICKET);
		assert_true(e->err == 0 || (failed && e->err == -ENOMEM));
		fs_event_free(e);
		close_it(f);
	}
}

/* A server that does not answer: leaving is immediate, and what the scan needs lives until its
 * thread comes back. */
static void a_hung_mount_holds_nobody_up(void **state)
{
	struct hang *h = hang_new();
	struct fixture *f;
	double start;

	assert_int_equal(setup((void **)&f), 0);
	(void)state;
	hang_stop(h);
	for (int i = 0; i < 2; i++) {
		browse_scan(f->b, TICKET, hang_path(h),
			    &(struct scan_ask){.exclude = patterns("a/x")});
		hang_await_request(h);
		start = ms_now();
		browse_scan_stop(f->b, TICKET);
		(void)look(f);
		browse_close(f->b, TICKET);
		assert_true(ms_now() - start < 2000);
		if (i == 0) {
			hang_go(h);
			while (browse_busy(f->b) > 0)
				sched_yield();
			hang_stop(h);
		}
	}
	hang_go(h);
	assert_int_equal(teardown((void **)&f), 0);
	hang_free(h);
}

/* ---- a directory again ---- */

static struct sizetree *scanned(struct fixture *f)
{
	struct sizetree *t;

	scan(f);
	t = begun(f);
	assert_int_equal(over(f, NULL), 0);
	return t;
}

static int ready(struct fixture *f, uint32_t dir)
{
	struct fs_event *e = answers_get(&f->a, FS_SCAN_READY, TICKET);
	int err = e->err;

	assert_int_equal(e->u.scan.dir, dir);
	fs_event_free(e);
	return err;
}

static int take(struct fixture *f, uint32_t *ret_now)
{
	struct fs_event *e;
	int err;

	browse_scan_take(f->b, TICKET);
	e = answers_peek(&f->a, FS_SCAN_TAKEN, TICKET); /* at once */
	assert_non_null(e);
	err = e->err;
	*ret_now = e->u.scan.now;
	fs_event_free(e);
	return err;
}

static void scans_a_directory_again(void **state)
{
	struct fixture *f = *state;
	struct sizetree *t;
	uint64_t before;
	uint32_t now;

	tree_add(f->tree, "a/x 1000\na/b/y 10\n");
	t = scanned(f);
	before = sizetree_dir_total(t, 0).size;
	for (int i = 1; i < 10; i++) {
		uint32_t root = sizetree_root(t);
		char name[32];

		snprintf(name, sizeof(name), "a/b/f%d 1000\n", i);
		tree_add(f->tree, name);
		browse_scan_again(f->b, TICKET, root, true);
		assert_int_equal(ready(f, root), 0);
		assert_int_equal(sizetree_dir_total(t, root).size,
				 before + (uint64_t)(i - 1) * 1000);
		assert_int_equal(take(f, &now), 0);
		assert_int_equal(sizetree_root(t), now);
		assert_int_equal(sizetree_dir_total(t, now).size, before + (uint64_t)i * 1000);
		assert_int_equal(take(f, &now), -EINVAL);
	}
	assert_true(look(f).over);
}

static void one_directory_at_a_time(void **state)
{
	struct fixture *f = *state;
	uint32_t now;

	tree_add(f->tree, "a/x 1000\na/b/y 10\nmany/ *2000\n");
	browse_scan_again(f->b, TICKET, 0, true); /* of nothing */
	scan(f);
	browse_scan_again(f->b, TICKET, 5, true); /* before it has begun, or was over */
	assert_int_not_equal(ready(f, 5), 0);
	(void)begun(f);
	assert_int_equal(over(f, NULL), 0);
	browse_scan_again(f->b, TICKET, 0, true);
	browse_scan_again(f->b, TICKET, 1, true);
	assert_int_equal(ready(f, 1), -EBUSY);
	assert_int_equal(ready(f, 0), 0);
	browse_scan_again(f->b, TICKET, 1, true);
	assert_int_equal(ready(f, 1), -EBUSY);
	assert_int_equal(take(f, &now), 0);
	browse_scan_again(f->b, TICKET, 0, true);
	assert_int_equal(ready(f, 0), -EINVAL);
	browse_scan_again(f->b, TICKET, 1000, true);
	assert_int_equal(ready(f, 1000), -EINVAL);
	browse_scan_again(f->b, TICKET, now, true);
	assert_int_equal(ready(f, now), 0);
}

static void a_round_may_be_stopped_or_fail(void **state)
{
	struct fixture *f = *state;
	struct sizetree *t;
	uint64_t before;
	uint32_t now;

	tree_add(f->tree, "a/x 1000\na/b/y 10\nmany/ *3000\n");
	t = scanned(f);
	before = sizetree_dir_total(t, 0).size;
	tree_add(f->tree, "a/new 5000\n");
	browse_scan_again(f->b, TICKET, 0, true);
	browse_scan_stop(f->b, TICKET);
	assert_int_equal(ready(f, 0), -ECANCELED);
	assert_int_equal(take(f, &now), -EINVAL);
	/* The threads of what was stopped may still be there, and take the first. */
	fault_fail(FAULT_openat, 1, EMFILE, true);
	browse_scan_again(f->b, TICKET, 0, true);
	assert_int_equal(ready(f, 0), -EMFILE);
	fault_fail(FAULT_openat, 0, 0, false);
	nomem_arm(1);
	browse_scan_again(f->b, TICKET, 0, true);
	if (nomem_disarm()) {
		assert_int_equal(ready(f, 0), -ENOMEM);
	} else {
		assert_int_equal(ready(f, 0), 0);
		return;
	}
	assert_int_equal(sizetree_dir_total(t, 0).size, before);
	browse_scan_again(f->b, TICKET, 0, true);
	assert_int_equal(ready(f, 0), 0);
	assert_int_equal(take(f, &now), 0);
	assert_int_equal(sizetree_dir_total(t, now).size, before + 5000);
}

static void a_stopped_scan_goes_on_where_it_is_told_to(void **state)
{
	struct fixture *f = *state;
	struct sizetree *t;
	uint32_t now;

	tree_add(f->tree, "many/ *40000\nd/ ^40\n");
	scan(f);
	t = begun(f);
	while (sizetree_dir_state(t, 0) < TREE_READ)
		sched_yield();
	browse_scan_stop(f->b, TICKET);
	assert_int_equal(over(f, NULL), -ECANCELED);
	browse_scan_again(f->b, TICKET, 0, true);
	assert_int_equal(ready(f, 0), 0);
	assert_int_equal(take(f, &now), 0);
	assert_int_equal(sizetree_dir_total(t, now).items, 40043);
	assert_true(sizetree_dir_total(t, now).done);
}

static void a_round_may_be_closed_at_any_moment(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "d/ *300\ne/a/x\ne/b/y\ne/c/z\n");
	for (int i = 0; i < 80; i++) {
		struct sizetree *t = scanned(f);

		browse_scan_again(f->b, TICKET, sizetree_root(t), i % 2);
		for (int k = 0; k < i % 40 * 10; k++)
			sched_yield();
		if (i % 3 == 0)
			browse_scan_take(f->b, TICKET);
		close_it(f);
	}
	assert_int_equal(fault_open_fds(), browse_watch_fd(f->b) >= 0 ? 1 : 0);
}

struct stopping {
	struct hang *hang;
	_Atomic bool done;
};

static void stop_server(void *ctx)
{
	struct stopping *s = ctx;

	hang_stop(s->hang);
	atomic_store(&s->done, true);
}

/* A server that stops answering in the middle: stopping is told all the same, and nothing is begun
 * before its threads are back. */
static void a_dead_server_does_not_keep_a_scan_from_stopping(void **state)
{
	struct hang *h = hang_new();
	struct stopping stopping = {.hang = h};
	struct fixture *f;
	struct sizetree *t;
	uint32_t now;

	(void)state;
	assert_int_equal(setup((void **)&f), 0);
	fault_before(FAULT_getdents, 2, stop_server, &stopping);
	browse_scan(f->b, TICKET, hang_path(h), &(struct scan_ask){0});
	t = begun(f);
	while (!atomic_load(&stopping.done))
		sched_yield();
	hang_await_request(h);
	browse_scan_stop(f->b, TICKET);
	assert_int_equal(over(f, NULL), -ECANCELED);
	browse_scan_again(f->b, TICKET, 0, true);
	assert_int_equal(ready(f, 0), -EBUSY);
	hang_go(h);
	do {
		browse_scan_again(f->b, TICKET, 0, true);
		now = (uint32_t)-ready(f, 0);
	} while (now == EBUSY);
	assert_int_equal(now, 0);
	assert_int_equal(take(f, &now), 0);
	assert_true(sizetree_dir_total(t, now).done);
	assert_null(answers_any(&f->a, TICKET));
	assert_int_equal(teardown((void **)&f), 0);
	hang_free(h);
}

/* ---- changes ---- */

#define WATCH 70

/* Waits for what is told of the watched directory, and gives it the name of. */
static struct fs_event *changed(struct fixture *f)
{
	struct fs_event *e;

	for (;;) {
		browse_watch_read(f->b);
		e = answers_peek(&f->a, FS_CHANGED, WATCH);
		if (e)
			return e;
		sched_yield();
	}
}

static void wait_for_jobs(struct fixture *f)
{
	while (browse_busy(f->b) > 0)
		sched_yield();
}

/* Nothing was told, and a change now is. */
static void is_watched(struct fixture *f, const char *file)
{
	struct fs_event *e;

	wait_for_jobs(f);
	browse_watch_read(f->b);
	assert_null(answers_any(&f->a, WATCH));
	tree_add(f->tree, file);
	e = changed(f);
	assert_false(e->u.changed.gone);
	assert_true(e->u.changed.n == 1 || e->u.changed.all);
	fs_event_free(e);
}

static void skip_without_inotify(struct fixture *f)
{
	if (browse_watch_fd(f->b) < 0) {
		print_message("SKIPPED: no inotify\n");
		skip();
	}
}

static void tells_of_changes_in_a_directory(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	skip_without_inotify(f);
	tree_add(f->tree, "a/b/x 1\n");
	(void)scanned(f);
	browse_scan_watch(f->b, TICKET, WATCH, 2);
	is_watched(f, "a/b/new 5\n");
	/* It goes on when the scan is closed, and ends with itself. */
	tree_remove(f->tree, "a/b");
	do {
		e = changed(f);
		bool gone = e->u.changed.gone;

		fs_event_free(e);
		if (gone)
			break;
	} while (true);
	browse_close(f->b, WATCH);
	wait_for_jobs(f);
	/* The root too. */
	browse_scan_watch(f->b, TICKET, WATCH, 0);
	browse_scan_watch(f->b, TICKET, WATCH + 1, 1000);
	wait_for_jobs(f);
	tree_add(f->tree, "c 5\n");
	fs_event_free(changed(f));
	browse_close(f->b, WATCH);
	wait_for_jobs(f);
	tree_add(f->tree, "d 5\n");
	browse_watch_read(f->b);
	assert_null(answers_any(&f->a, WATCH));
	assert_null(answers_any(&f->a, WATCH + 1));
}

/* Between the reading and the watch. */
static void tells_of_what_has_changed_before(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	skip_without_inotify(f);
	tree_add(f->tree, "a/ @1000\na/x 1\n");
	(void)scanned(f);
	tree_add(f->tree, "a/y 1\n");
	browse_scan_watch(f->b, TICKET, WATCH, 1);
	e = changed(f);
	assert_true(e->u.changed.all);
	fs_event_free(e);
}

/* A link that was put in its place, or above it, leads nowhere. */
static void follows_no_link_to_what_it_watches(void **state)
{
	struct fixture *f = *state;

	skip_without_inotify(f);
	tree_add(f->tree, "a/b/x 1\nother/b/y 1\n");
	for (int i = 0; i < 3; i++) {
		struct sizetree *t = scanned(f);
		uint32_t dir = 0;
		struct fs_event *e;

		/* The directory a/b, whatever its number. */
		for (uint32_t d = 0; d < atomic_load(&t->ndirs); d++) {
			struct stat st;

			assert_int_equal(stat(tree_path(f->tree, "a/b"), &st), 0);
			if (sizetree_dir(t, d)->id.ino == st.st_ino)
				dir = d;
		}
		assert_int_not_equal(dir, 0);
		tree_move(f->tree, i == 0 ? "a" : "a/b", "kept");
		tree_add(f->tree, i == 0   ? "a -> other\n"
				  : i == 1 ? "a/b -> ../other/b\n"
					   : "a/b/\n");
		browse_scan_watch(f->b, TICKET, WATCH, dir);
		e = changed(f);
		assert_true(e->u.changed.gone);
		fs_event_free(e);
		wait_for_jobs(f);
		tree_add(f->tree, i == 0 ? "other/b/z0\n" : i == 1 ? "other/b/z1\n" : "a/b/z\n");
		browse_watch_read(f->b);
		assert_null(answers_any(&f->a, WATCH));
		browse_close(f->b, WATCH);
		close_it(f);
		tree_remove(f->tree, i == 0 ? "a" : "a/b");
		tree_move(f->tree, "kept", i == 0 ? "a" : "a/b");
	}
}

/* Without room there is silence. */
static void what_cannot_be_watched_is_silent(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "a/x 1\n");
	(void)scanned(f);
	fault_fail(FAULT_inotify_add_watch, 1, ENOSPC, true);
	browse_scan_watch(f->b, TICKET, WATCH, 1);
	wait_for_jobs(f);
	tree_add(f->tree, "a/y 1\n");
	browse_watch_read(f->b);
	assert_null(answers_any(&f->a, WATCH));
	fault_fail(FAULT_inotify_add_watch, 0, 0, false);
	for (unsigned long n = 1;; n++) {
		nomem_arm(n);
		browse_scan_watch(f->b, TICKET, WATCH, 1);
		if (!nomem_disarm())
			break;
		browse_close(f->b, WATCH);
	}
	browse_close(f->b, WATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_of_its_beginning_its_way_and_its_end, setup,
						teardown),
		cmocka_unit_test_setup_teardown(directories_are_known_by_their_ids, setup,
						teardown),
		cmocka_unit_test_setup_teardown(leaves_out_what_it_is_told_to, setup, teardown),
		cmocka_unit_test_setup_teardown(a_root_that_cannot_be_scanned_is_an_error, setup,
						teardown),
		cmocka_unit_test_setup_teardown(stops_where_it_is, setup, teardown),
		cmocka_unit_test_setup_teardown(one_that_has_not_begun_does_not_begin, setup,
						teardown),
		cmocka_unit_test_setup_teardown(may_be_closed_at_any_moment, setup, teardown),
		cmocka_unit_test_setup_teardown(the_browser_may_end_before_it, setup, teardown),
		cmocka_unit_test_setup_teardown(every_call_may_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(without_memory_there_is_an_answer, setup, teardown),
		cmocka_unit_test(a_hung_mount_holds_nobody_up),
		cmocka_unit_test_setup_teardown(scans_a_directory_again, setup, teardown),
		cmocka_unit_test_setup_teardown(one_directory_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(a_round_may_be_stopped_or_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stopped_scan_goes_on_where_it_is_told_to, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_round_may_be_closed_at_any_moment, setup,
						teardown),
		cmocka_unit_test(a_dead_server_does_not_keep_a_scan_from_stopping),
		cmocka_unit_test_setup_teardown(tells_of_changes_in_a_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_of_what_has_changed_before, setup, teardown),
		cmocka_unit_test_setup_teardown(follows_no_link_to_what_it_watches, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_watched_is_silent, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
