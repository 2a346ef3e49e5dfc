/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/answers.h"
#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/stat.h>
#include <time.h>

#include "fs/browse.h"
#include "fs/event.h"
#include "fs/mounts.h"

struct fixture {
	struct answers a;
	struct browse *b;
	struct tree *tree;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fault_reset();
	answers_init(&f->a);
	assert_int_equal(browse_new(&f->a.queue, &f->b), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fault_reset();
	browse_free(f->b, 20000);
	answers_done(&f->a);
	tree_free(f->tree);
	free(f);
	return 0;
}

static struct fs_event *next(struct fixture *f, enum fs_event_kind kind)
{
	return answers_get(&f->a, kind, 1);
}

static void lists_opened_parts_done_space(void **state)
{
	struct fixture *f = *state;
	struct fs_event *opened, *e;
	uint32_t count = 0, parts = 0;

	f->tree = tree_new("many/ *5000\nmany/sub/\nmany/link -> sub\nto -> many\n");
	browse_list(f->b, 1, tree_path(f->tree, "to")); /* the user's own path may be a link */
	opened = next(f, FS_LIST_OPENED);
	e = next(f, FS_LIST_DONE);
	assert_int_equal(e->err, 0);
	assert_int_equal(e->u.part.count, 5002);
	fs_event_free(e);
	while ((e = answers_peek(&f->a, FS_LIST_PART, 1))) {
		assert_true(e->u.part.count > count);
		count = e->u.part.count;
		/* The first is what fits in 32 KiB. */
		assert_true(parts++ > 0 || count < 2000);
		fs_event_free(e);
	}
	assert_true(parts >= 2);
	assert_int_equal(count, 5002);
	assert_true(opened->u.opened.dir.watched);
	assert_false(opened->u.opened.dir.network);
	for (uint32_t i = 0; i < count; i++) {
		const char *name = names_get(opened->u.opened.names, i, NULL);
		uint8_t tag = names_tag(opened->u.opened.names, i);

		if (tag != ENTRY_UNKNOWN)
			assert_int_equal(tag, !strcmp(name, "sub")    ? ENTRY_DIR
					      : !strcmp(name, "link") ? ENTRY_LINK
								      : ENTRY_FILE);
	}
	fs_event_free(opened);
	e = next(f, FS_SPACE);
	assert_int_equal(e->err, 0);
	assert_true(e->u.space.total > 0);
	fs_event_free(e);
}

static void expect_error(struct fixture *f, const char *path, int err)
{
	struct fs_event *e;

	browse_list(f->b, 1, path);
	e = next(f, FS_LIST_DONE);
	assert_int_equal(e->err, err);
	assert_int_equal(e->u.part.count, 0);
	fs_event_free(e);
	assert_null(answers_peek(&f->a, FS_LIST_OPENED, 1));
	browse_close(f->b, 1);
}

static void tells_why_it_cannot_list(void **state)
{
	struct fixture *f = *state;

	f->tree = tree_new("file\nfifo|\nloop -> loop\n");
	expect_error(f, tree_path(f->tree, "missing"), -ENOENT);
	expect_error(f, tree_path(f->tree, "file"), -ENOTDIR);
	expect_error(f, tree_path(f->tree, "fifo"), -ENOTDIR);
	expect_error(f, tree_path(f->tree, "loop"), -ELOOP);
	fault_fail(FAULT_openat, 1, EMFILE, false);
	expect_error(f, tree_path(f->tree, ""), -EMFILE);
}

static void unreadable(void *ctx)
{
	struct fixture *f;
	void *state = NULL;

	setup(&state);
	f = state;
	expect_error(f, ctx, -EACCES);
	teardown(&state);
}

static void an_unreadable_directory_says_so(void **state)
{
	struct tree *t = tree_new("closed/ :0\n");
	char path[4096];

	(void)state;
	/* Where the user may go at all: the tree itself must be reachable. */
	snprintf(path, sizeof(path), "%s", tree_path(t, "closed"));
	as_user(unreadable, path);
	tree_free(t);
}

static void an_error_in_the_middle_keeps_what_was_read(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	f->tree = tree_new("many/ *5000\n");
	fault_fail(FAULT_getdents, 2, EIO, false);
	browse_list(f->b, 1, tree_path(f->tree, "many"));
	fs_event_free(next(f, FS_LIST_OPENED));
	e = next(f, FS_LIST_DONE);
	assert_int_equal(e->err, -EIO);
	assert_true(e->u.part.count > 500 && e->u.part.count < 5000);
	fs_event_free(e);
}

static void without_inotify_it_is_polled(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	f->tree = tree_new("d/a @1000\nd/ @1000\n");
	fault_fail(FAULT_inotify_add_watch, 1, ENOSPC, false);
	browse_list(f->b, 1, tree_path(f->tree, "d"));
	e = next(f, FS_LIST_OPENED);
	assert_false(e->u.opened.dir.watched);
	fs_event_free(e);
	fs_event_free(next(f, FS_SPACE));
	browse_check(f->b, 1);
	while (browse_busy(f->b) > 0)
		sched_yield();
	assert_null(answers_peek(&f->a, FS_CHANGED, 1));
	tree_add(f->tree, "d/b\n");
	browse_check(f->b, 1);
	e = next(f, FS_CHANGED);
	assert_true(e->u.changed.all);
	assert_false(e->u.changed.gone);
	fs_event_free(e);
	tree_remove(f->tree, "d");
	browse_check(f->b, 1);
	e = next(f, FS_CHANGED);
	assert_true(e->u.changed.gone);
	fs_event_free(e);
}

static void add_file(void *ctx)
{
	tree_add(ctx, "d/late\n");
}

/* A name made after the watch and before the first read is listed or told, never lost. */
static void a_change_while_opening_is_not_lost(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;
	uint32_t n;

	f->tree = tree_new("d/a\n");
	fault_before(FAULT_getdents, 2, add_file, f->tree); /* after what was there was read */
	browse_list(f->b, 1, tree_path(f->tree, "d"));
	e = next(f, FS_LIST_DONE);
	n = e->u.part.count;
	fs_event_free(e);
	browse_watch_read(f->b);
	e = answers_peek(&f->a, FS_CHANGED, 1);
	assert_true(n == 2 || e);
	fs_event_free(e);
}

static bool settled(const char *path)
{
	struct timespec now;
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	clock_gettime(CLOCK_REALTIME, &now);
	return (now.tv_sec - st.st_ctim.tv_sec) * 1000000000L + now.tv_nsec - st.st_ctim.tv_nsec >
	       25000000;
}

static void add_many(void *ctx)
{
	tree_add(ctx, "many/late\n");
}

/* A large directory is watched after its first names: what changed before that has it listed again.
 */
static void a_change_before_a_late_watch_is_not_lost(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	/* Large on ext4, xfs, btrfs and tmpfs; elsewhere it is watched early, and told by name. Old
	 * enough for its times to tell. */
	f->tree = tree_new("many/ *16000\n");
	while (!settled(tree_path(f->tree, "many")))
		sched_yield();
	fault_before(FAULT_inotify_add_watch, 2, add_many, f->tree);
	browse_list(f->b, 1, tree_path(f->tree, "many"));
	fs_event_free(next(f, FS_LIST_DONE));
	browse_watch_read(f->b);
	e = answers_get(&f->a, FS_CHANGED, 1);
	assert_true(e->u.changed.all || e->u.changed.n > 0);
	fs_event_free(e);
}

/* No room after all: listed again it is known to be polled, instead of never changing. */
static void a_late_watch_that_fails_is_told(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;
	bool watched;

	f->tree = tree_new("many/ *16000\n");
	while (!settled(tree_path(f->tree, "many")))
		sched_yield();
	fault_fail(FAULT_inotify_add_watch, 2, ENOSPC, false);
	browse_list(f->b, 1, tree_path(f->tree, "many"));
	fs_event_free(next(f, FS_LIST_DONE));
	e = next(f, FS_LIST_OPENED);
	watched = e->u.opened.dir.watched;
	fs_event_free(e);
	while (browse_busy(f->b) > 0)
		sched_yield();
	e = answers_peek(&f->a, FS_CHANGED, 1);
	if (!e) {
		/* Not a large directory here: it was the watch on its parent. */
		assert_true(watched);
		return;
	}
	assert_true(e->u.changed.all);
	fs_event_free(e);
	browse_list(f->b, 2, tree_path(f->tree, "many"));
	e = answers_get(&f->a, FS_LIST_OPENED, 2);
	assert_false(e->u.opened.dir.watched);
	fs_event_free(e);
}

static bool mount_listed(uint64_t id)
{
	struct mount_list list;
	bool listed = false;

	assert_int_equal(mounts_read(MOUNTS_FILE, &list), 0);
	for (uint32_t i = 0; i < list.n; i++)
		listed |= list.at[i].id == id;
	fs_mounts_free(&list);
	return listed;
}

/* The first listing does not wait for the mount table. */
static void lists_before_the_mount_table_is_read(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;
	uint64_t mnt_id;

	f->tree = tree_new("a\n");
	browse_list(f->b, 1, tree_path(f->tree, ""));
	e = next(f, FS_LIST_OPENED);
	assert_false(e->u.opened.dir.network);
	assert_true(e->u.opened.dir.watched);
	assert_int_equal(fault_count(FAULT_fstatfs), 1);
	mnt_id = e->u.opened.dir.mnt_id;
	fs_event_free(e);
	fs_event_free(next(f, FS_LIST_DONE));
	while (browse_busy(f->b) > 0)
		sched_yield();
	/* From then on it is known, if it is in the table: in a chroot it may not be. */
	browse_list(f->b, 2, tree_path(f->tree, ""));
	fs_event_free(answers_get(&f->a, FS_LIST_DONE, 2));
	assert_int_equal(fault_count(FAULT_fstatfs), mount_listed(mnt_id) ? 1 : 2);
}

struct meeting {
	sem_t reading, left;
};

static void meet(void *ctx)
{
	struct meeting *m = ctx;

	sem_post(&m->reading);
	while (sem_wait(&m->left) < 0)
		;
}

/* Leaving while it reads: the read under way is the last. */
static void reads_nothing_more_after_leaving(void **state)
{
	struct fixture *f = *state;
	struct meeting m;

	sem_init(&m.reading, 0, 0);
	sem_init(&m.left, 0, 0);
	f->tree = tree_new("many/ *20000\n");
	fault_before(FAULT_getdents, 2, meet, &m);
	browse_list(f->b, 1, tree_path(f->tree, "many"));
	while (sem_wait(&m.reading) < 0)
		;
	browse_close(f->b, 1);
	fs_event_free(next(f, FS_LIST_OPENED));
	fs_event_free(next(f, FS_LIST_PART));
	sem_post(&m.left);
	while (browse_busy(f->b) > 0)
		sched_yield();
	assert_int_equal(fault_count(FAULT_getdents), 2);
	assert_null(answers_any(&f->a, 1));
	sem_destroy(&m.reading);
	sem_destroy(&m.left);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(lists_opened_parts_done_space),
		CASE(tells_why_it_cannot_list),
		cmocka_unit_test(an_unreadable_directory_says_so),
		CASE(an_error_in_the_middle_keeps_what_was_read),
		CASE(without_inotify_it_is_polled),
		CASE(a_change_while_opening_is_not_lost),
		CASE(a_change_before_a_late_watch_is_not_lost),
		CASE(a_late_watch_that_fails_is_told),
		CASE(lists_before_the_mount_table_is_read),
		CASE(reads_nothing_more_after_leaving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
