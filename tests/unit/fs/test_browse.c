/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/answers.h"
#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/hang.h"
#include "../../lib/nomem.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "fs/browse.h"
#include "fs/openpath.h"
#include "fs/stat.h"

struct fixture {
	struct answers a;
	struct browse *b;
	struct tree *tree;
	struct hang *hang;
};

static void start(struct fixture *f)
{
	answers_init(&f->a);
	assert_int_equal(browse_new(&f->a.queue, &f->b), 0);
}

static void finish(struct fixture *f)
{
	browse_free(f->b, 20000);
	answers_done(&f->a);
	tree_free(f->tree);
	hang_free(f->hang);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fault_reset();
	start(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	finish(*state);
	free(*state);
	return fault_open_fds() == 0 ? 0 : -1;
}

/* Lists and returns the names, with the facts in *ret_info. */
static struct names *list(struct fixture *f, uint64_t ticket, const char *path, uint32_t *ret_n,
			  struct dir_info *ret_info)
{
	struct fs_event *opened, *done;
	struct names *names;

	browse_list(f->b, ticket, path);
	done = answers_get(&f->a, FS_LIST_DONE, ticket);
	assert_int_equal(done->err, 0);
	opened = answers_get(&f->a, FS_LIST_OPENED, ticket);
	names = names_ref(opened->u.opened.names);
	*ret_n = done->u.part.count;
	if (ret_info)
		*ret_info = opened->u.opened.dir;
	fs_event_free(opened);
	fs_event_free(done);
	return names;
}

static uint32_t *all_ids(uint32_t n)
{
	uint32_t *ids = calloc(n, sizeof(*ids));

	for (uint32_t i = 0; i < n; i++)
		ids[i] = i;
	return ids;
}

static void says_who_and_where_we_are(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;
	bool proc = false;

	browse_start(f->b);
	e = answers_get(&f->a, FS_SELF, 0);
	assert_int_equal(e->u.self.subject.uid, geteuid());
	assert_non_null(e->u.self.host);
	assert_string_equal(e->u.self.home, getenv("HOME"));
	fs_event_free(e);
	e = answers_get(&f->a, FS_MOUNTS, 0);
	assert_int_equal(e->err, 0);
	for (uint32_t i = 0; i < e->u.mounts.n; i++)
		proc |= !strcmp(e->u.mounts.at[i].path, "/proc");
	assert_true(proc); /* "/" is not in the table of a chroot */
	/* Asking every file system for its capacity is not part of starting. */
	assert_int_equal(fault_count(FAULT_fstatvfs), 0);
	fs_event_free(e);
}

static void stats_every_entry_once_with_link_targets(void **state)
{
	struct fixture *f = *state;
	uint32_t n, got = 0, batches = 0;
	struct names *names;
	bool *seen;

	f->tree = tree_new("many/ *20000\nmany/link -> ../no where\n");
	names = list(f, 5, tree_path(f->tree, "many"), &n, NULL);
	assert_int_equal(n, 20001);
	browse_stat(f->b, 5, names, all_ids(n), n, true);
	seen = calloc(n, 1);
	while (got < n) {
		struct fs_event *e = answers_get(&f->a, FS_STAT, 5);

		assert_int_equal(e->err, 0);
		assert_true(e->u.stat.n > 0 && e->u.stat.n <= 4096);
		for (uint32_t i = 0; i < e->u.stat.n; i++) {
			const struct stat_item *item = &e->u.stat.items[i];

			assert_int_equal(item->err, 0);
			assert_false(seen[item->id]);
			seen[item->id] = true;
			if (!strcmp(names_get(names, item->id, NULL), "link"))
				assert_string_equal(item->target, "../no where");
			else
				assert_null(item->target);
		}
		got += e->u.stat.n;
		batches++;
		fs_event_free(e);
	}
	assert_true(batches > 5);
	free(seen);
	names_unref(names);
}

static void first_urgent_batch_is_small(void **state)
{
	struct fixture *f = *state;
	struct names *names;
	struct fs_event *e;
	uint32_t n;

	f->tree = tree_new("many/ *500\n");
	names = list(f, 5, tree_path(f->tree, "many"), &n, NULL);
	browse_stat(f->b, 5, names, all_ids(n), n, true);
	e = answers_get(&f->a, FS_STAT, 5);
	assert_int_equal(e->u.stat.n, 64);
	fs_event_free(e);
	e = answers_get(&f->a, FS_STAT, 5);
	assert_int_equal(e->u.stat.n, 500 - 64);
	fs_event_free(e);
	names_unref(names);
}

static void stats_by_name_and_tells_what_is_gone(void **state)
{
	struct fixture *f = *state;
	char **ask = calloc(2, sizeof(*ask));
	struct fs_event *e;
	uint32_t n;

	f->tree = tree_new("a 12\n");
	names_unref(list(f, 9, tree_path(f->tree, ""), &n, NULL));
	ask[0] = memdup0("a", 1);
	ask[1] = memdup0("gone", 4);
	browse_stat_names(f->b, 9, ask, 2);
	e = answers_get(&f->a, FS_STAT, 9);
	assert_int_equal(e->u.stat.n, 2);
	assert_string_equal(e->u.stat.items[0].name, "a");
	assert_int_equal(e->u.stat.items[0].id, NAMES_NONE);
	assert_int_equal(e->u.stat.items[0].meta.size, 12);
	assert_string_equal(e->u.stat.items[1].name, "gone");
	assert_int_equal(e->u.stat.items[1].err, -ENOENT);
	fs_event_free(e);
}

static void a_closed_ticket_stays_silent(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;
	struct names *names;
	uint32_t n;

	f->tree = tree_new("many/ *30000\n");
	names = list(f, 5, tree_path(f->tree, "many"), &n, NULL);
	browse_stat(f->b, 5, names, all_ids(n), n, true);
	browse_list(f->b, 6, tree_path(f->tree, "many"));
	browse_close(f->b, 5);
	browse_close(f->b, 6);
	for (uint64_t t = 5; t <= 6; t++) {
		while ((e = answers_any(&f->a, t)))
			fs_event_free(e);
	}
	while (browse_busy(f->b) > 0)
		sched_yield();
	assert_null(answers_any(&f->a, 5));
	assert_null(answers_any(&f->a, 6));
	/* Its descriptors are closed, and asking for it does nothing. */
	assert_int_equal(fault_open_fds(), browse_watch_fd(f->b) >= 0 ? 1 : 0);
	browse_stat(f->b, 5, names, all_ids(n), n, false);
	browse_stat_names(f->b, 5, calloc(1, sizeof(char *)), 0);
	browse_check(f->b, 5);
	assert_int_equal(browse_busy(f->b), 0);
	names_unref(names);
}

static void place(struct fixture *f, const char *path, int err, const char *dir, const char *select,
		  enum entry_type type)
{
	struct fs_event *e;

	browse_place(f->b, 3, path);
	e = answers_get(&f->a, FS_PLACE, 3);
	assert_int_equal(e->err, err);
	assert_string_equal(e->u.place.path, dir);
	if (select)
		assert_string_equal(e->u.place.select, select);
	else
		assert_null(e->u.place.select);
	assert_int_equal(e->u.place.type, type);
	fs_event_free(e);
}

static void places_paths(void **state)
{
	struct fixture *f = *state;
	const char *top;

	f->tree = tree_new("d/f 1\nto-d -> d\ndangling -> nowhere\n");
	top = tree_path(f->tree, "");
	place(f, tree_path(f->tree, "d"), 0, tree_path(f->tree, "d"), NULL, ENTRY_DIR);
	place(f, tree_path(f->tree, "to-d"), 0, tree_path(f->tree, "to-d"), NULL, ENTRY_DIR);
	place(f, tree_path(f->tree, "d/f"), 0, tree_path(f->tree, "d"), "f", ENTRY_FILE);
	place(f, tree_path(f->tree, "dangling"), 0, top, "dangling", ENTRY_UNKNOWN);
	place(f, tree_path(f->tree, "no"), -ENOENT, top, "no", ENTRY_UNKNOWN);
	place(f, "/", 0, "/", NULL, ENTRY_DIR);
}

static void link_target(struct fixture *f, const char *link, int err, const char *dir,
			const char *select)
{
	struct fs_event *e;

	browse_link_target(f->b, 3, tree_path(f->tree, link));
	e = answers_get(&f->a, FS_PLACE, 3);
	assert_int_equal(e->err, err);
	if (dir)
		assert_string_equal(e->u.place.path, tree_path(f->tree, dir));
	if (select)
		assert_string_equal(e->u.place.select, select);
	fs_event_free(e);
}

/* "..", in a target seen through another link, is where the kernel says it is. */
static void link_targets_lead_where_the_kernel_goes(void **state)
{
	struct fixture *f = *state;

	f->tree = tree_new("real/deep/up -> ../file\nreal/file 1\nshort -> real/deep\nfile 2\n"
			   "one -> two\ntwo -> real\n");
	link_target(f, "real/deep/up", 0, "real", "file");
	link_target(f, "short/up", 0, "real", "file");
	link_target(f, "one", 0, "two", NULL);
	link_target(f, "real/file", -EINVAL, NULL, NULL);
}

/* Paths that no single system call takes. */
static void goes_where_paths_are_very_long(void **state)
{
	struct fixture *f = *state;
	struct str path = STR_INIT;
	struct names *names;
	struct fs_event *e;
	size_t parent_len;
	char *above;
	uint32_t n;
	int fd;

	f->tree = tree_new("x/ ^5000\nx/.git/\n");
	assert_int_equal(str_adds(&path, tree_path(f->tree, "x")), 0);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(str_adds(&path, "/d"), 0);
	names = list(f, 4, path.buf, &n, NULL);
	assert_int_equal(n, 1);
	place(f, path.buf, 0, path.buf, NULL, ENTRY_DIR);
	browse_stat(f->b, 4, names, all_ids(n), n, true);
	e = answers_get(&f->a, FS_STAT, 4);
	assert_int_equal(e->u.stat.items[0].err, 0);
	fs_event_free(e);
	names_unref(names);
	browse_complete(f->b, 3, path.buf, "bot");
	e = answers_get(&f->a, FS_COMPLETE, 3);
	assert_int_equal(e->u.complete.n, 1);
	fs_event_free(e);
	/* Every directory above is looked into, by its path: not from as deep. */
	above = memdup0(path.buf, path.len - 2 * 2800);
	assert_true(above && strlen(above) > PATH_MAX);
	browse_repo_root(f->b, 3, above);
	free(above);
	e = answers_get(&f->a, FS_PLACE, 3);
	assert_int_equal(e->err, 0);
	assert_string_equal(e->u.place.path, tree_path(f->tree, "x"));
	fs_event_free(e);
	/* A file in it, and out of it again. */
	parent_len = path.len;
	assert_int_equal(str_adds(&path, "/bottom"), 0);
	browse_place(f->b, 3, path.buf);
	e = answers_get(&f->a, FS_PLACE, 3);
	assert_string_equal(e->u.place.select, "bottom");
	assert_int_equal(strlen(e->u.place.path), parent_len);
	fs_event_free(e);
	str_cut(&path, parent_len - 2);
	names_unref(list(f, 5, path.buf, &n, NULL));
	assert_int_equal(n, 1);
	/* Its end is told, though the kernel cannot say what it is called. */
	fd = openpath(path.buf, O_RDONLY | O_DIRECTORY);
	assert_int_equal(unlinkat(fd, "d/bottom", 0), 0);
	assert_int_equal(unlinkat(fd, "d", AT_REMOVEDIR), 0);
	sys_close(fd);
	browse_watch_read(f->b);
	e = answers_get(&f->a, FS_CHANGED, 4);
	assert_true(e->u.changed.gone);
	fs_event_free(e);
	str_done(&path);
}

static void finds_the_repository(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	f->tree = tree_new("r/.git/\nr/a/b/\n");
	browse_repo_root(f->b, 3, tree_path(f->tree, "r/a/b"));
	e = answers_get(&f->a, FS_PLACE, 3);
	assert_int_equal(e->err, 0);
	assert_string_equal(e->u.place.path, tree_path(f->tree, "r"));
	fs_event_free(e);
}

static void completes_names(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	f->tree = tree_new("f10\nf9\nfdir/\nflink -> fdir\nother\nmany/ *1200\n");
	browse_complete(f->b, 3, tree_path(f->tree, ""), "f");
	e = answers_get(&f->a, FS_COMPLETE, 3);
	assert_int_equal(e->u.complete.n, 4);
	assert_string_equal(e->u.complete.names[0], "f9");
	assert_string_equal(e->u.complete.names[1], "f10");
	assert_string_equal(e->u.complete.names[2], "fdir/");
	assert_string_equal(e->u.complete.names[3], "flink/");
	fs_event_free(e);
	browse_complete(f->b, 3, tree_path(f->tree, "many"), "");
	e = answers_get(&f->a, FS_COMPLETE, 3);
	assert_int_equal(e->u.complete.n, 1000);
	fs_event_free(e);
	browse_complete(f->b, 3, tree_path(f->tree, "no"), "");
	e = answers_get(&f->a, FS_COMPLETE, 3);
	assert_int_equal(e->err, -ENOENT);
	fs_event_free(e);
}

static void read_back(const char *path, const char *text)
{
	char buf[64] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(read(fd, buf, sizeof(buf)), strlen(text));
	assert_string_equal(buf, text);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	close(fd);
}

static void saves_whole_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	const char *path;
	struct fs_event *e;
	uint32_t n;

	f->tree = tree_new("x\n");
	path = tree_path(f->tree, "new/dirs/file");
	browse_save(f->b, path, "first", 5);
	browse_save(f->b, path, "second", 6);
	for (int i = 0; i < 2; i++) {
		e = answers_get(&f->a, FS_SAVED, 0);
		assert_int_equal(e->err, 0);
		assert_string_equal(e->u.saved.path, path);
		fs_event_free(e);
	}
	read_back(path, "second");
	/* Each time the file and its directory; once what "new" and "dirs" were made in. */
	assert_int_equal(fault_count(FAULT_fsync), 2 * 2 + 2);
	fault_fail(FAULT_write, 1, ENOSPC, false);
	browse_save(f->b, path, "third", 5);
	e = answers_get(&f->a, FS_SAVED, 0);
	assert_int_equal(e->err, -ENOSPC);
	fs_event_free(e);
	read_back(path, "second");
	names_unref(list(f, 2, tree_path(f->tree, "new/dirs"), &n, NULL));
	assert_int_equal(n, 1); /* no temporary name is left */
}

static int ask_and_wait(struct fixture *f, unsigned long nth, int what, bool *ret_failed)
{
	static const enum fs_event_kind answers[] = {FS_LIST_DONE, FS_PLACE, FS_COMPLETE,
						     FS_MOUNTS,    FS_OWNER, FS_SAVED};
	const char *path = tree_path(f->tree, "d"), *file = tree_path(f->tree, "saved");
	struct fs_event *e;
	int err;

	nomem_arm(nth);
	switch (what) {
	case 0:
		browse_list(f->b, 50, path);
		break;
	case 1:
		browse_place(f->b, 50, path);
		break;
	case 2:
		browse_complete(f->b, 50, path, "");
		break;
	case 3:
		browse_mounts(f->b);
		break;
	case 4:
		browse_owner(f->b, false, 0);
		break;
	case 5:
		browse_save(f->b, file, "x", 1);
		break;
	}
	*ret_failed = nomem_disarm();
	e = answers_get(&f->a, answers[what], what < 3 ? 50 : 0);
	err = e->err;
	fs_event_free(e);
	browse_close(f->b, 50);
	while ((e = answers_any(&f->a, 50)))
		fs_event_free(e);
	return err;
}

/* Whichever allocation fails while asking, there is an answer, and it says so. Without memory for
 * one more thread the others do the work. */
static void without_memory_there_is_an_answer(void **state)
{
	struct fixture *f = *state;

	f->tree = tree_new("d/f\n");
	for (int what = 0; what < 6; what++) {
		bool failed = true;

		for (unsigned long n = 1; failed; n++) {
			int err = ask_and_wait(f, n, what, &failed);

			assert_true(err == 0 || (failed && err == -ENOMEM));
		}
	}
}

/* One mount hangs: another directory lists at once, the stall is told, leaving is immediate, and
 * quitting too. */
static void hung(void *ctx)
{
	struct fixture *f = ctx;
	struct dir_info info;
	struct stall stall;
	struct fs_event *e;
	uint64_t before;
	uint32_t n;

	start(f);
	f->tree = tree_new("a\nb\n");
	names_unref(list(f, 1, hang_path(f->hang), &n, &info));
	assert_int_equal(n, 4);
	assert_true(info.network);
	assert_false(info.watched);
	browse_close(f->b, 1);
	while (browse_busy(f->b) > 0)
		sched_yield();

	hang_stop(f->hang);
	/* More than the lane may run at once, and than there are workers. */
	for (uint64_t t = 10; t < 20; t++)
		browse_list(f->b, t, hang_path(f->hang));
	hang_await_request(f->hang);
	names_unref(list(f, 2, tree_path(f->tree, ""), &n, &info));
	assert_int_equal(n, 2);
	assert_false(info.network);
	while (browse_stalls(f->b, &stall, 1) == 0)
		sched_yield();
	assert_true(stall.ms >= POOL_STUCK_MS);
	assert_true(stall.ticket >= 10 && stall.ticket < 20);
	before = pool_now_ms();
	for (uint64_t t = 10; t < 20; t++)
		browse_close(f->b, t);
	assert_true(pool_now_ms() - before < 1000);
	before = pool_now_ms();
	browse_free(f->b, 200); /* gives up; nothing arrives after it */
	assert_true(pool_now_ms() - before >= 150);
	while ((e = answers_any(&f->a, 10)))
		fs_event_free(e);
	answers_done(&f->a);
	tree_free(f->tree);
}

/* In a process of its own, which ends while threads of it sleep in the kernel. */
static void a_hung_mount_stalls_only_itself(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->hang = hang_new(); /* may skip, like what follows */
	as_mounter(hung, f);
}

static int end_hung(void **state)
{
	struct fixture *f = *state;

	hang_free(f->hang);
	free(f);
	return 0;
}

static void a_mount_that_recovers_goes_on(void **state)
{
	struct hang *h = hang_new();
	struct fixture *f = calloc(1, sizeof(*f));
	struct fs_event *e;

	(void)state;
	f->hang = h;
	start(f);
	hang_stop(f->hang);
	browse_list(f->b, 4, hang_path(f->hang));
	hang_await_request(f->hang);
	hang_go(f->hang);
	e = answers_get(&f->a, FS_LIST_DONE, 4);
	assert_int_equal(e->err, 0);
	assert_int_equal(e->u.part.count, 4);
	fs_event_free(e);
	fs_event_free(answers_get(&f->a, FS_SPACE, 4));
	finish(f);
	free(f);
}

static void hostile_servers_are_only_odd(void **state)
{
	struct hang *h = hang_new();
	struct fixture *f = calloc(1, sizeof(*f));
	struct names *names;
	struct fs_event *e;
	uint32_t n;

	(void)state;
	f->hang = h;
	start(f);
	hang_names(f->hang, HANG_LIES);
	names = list(f, 4, hang_path(f->hang), &n, NULL);
	assert_int_equal(n, 10);
	browse_stat(f->b, 4, names, all_ids(n), n, true);
	e = answers_get(&f->a, FS_STAT, 4);
	assert_int_equal(e->u.stat.n, n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(e->u.stat.items[i].err, i < 4 ? 0 : -ENOENT);
	fs_event_free(e);
	names_unref(names);
	hang_names(f->hang, HANG_SLASHES);
	browse_list(f->b, 6, hang_path(f->hang));
	e = answers_get(&f->a, FS_LIST_DONE, 6);
	assert_int_equal(e->err, -EIO);
	fs_event_free(e);
	finish(f);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(says_who_and_where_we_are, setup, teardown),
		cmocka_unit_test_setup_teardown(stats_every_entry_once_with_link_targets, setup,
						teardown),
		cmocka_unit_test_setup_teardown(first_urgent_batch_is_small, setup, teardown),
		cmocka_unit_test_setup_teardown(stats_by_name_and_tells_what_is_gone, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_closed_ticket_stays_silent, setup, teardown),
		cmocka_unit_test_setup_teardown(places_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(link_targets_lead_where_the_kernel_goes, setup,
						teardown),
		cmocka_unit_test_setup_teardown(goes_where_paths_are_very_long, setup, teardown),
		cmocka_unit_test_setup_teardown(finds_the_repository, setup, teardown),
		cmocka_unit_test_setup_teardown(completes_names, setup, teardown),
		cmocka_unit_test_setup_teardown(saves_whole_or_not_at_all, setup, teardown),
		cmocka_unit_test_setup_teardown(without_memory_there_is_an_answer, setup, teardown),
		cmocka_unit_test_teardown(a_hung_mount_stalls_only_itself, end_hung),
		cmocka_unit_test(a_mount_that_recovers_goes_on),
		cmocka_unit_test(hostile_servers_are_only_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
