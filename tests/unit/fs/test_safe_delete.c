/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/as_user.h"
#include "../../lib/descriptors.h"
#include "../../lib/fault.h"
#include "../../lib/memdir.h"
#include "../../lib/nomem.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/safe_delete.h"
#include "fs/stat.h"

static struct tree *tree;

/* What failed() was told, a line each: "path: errno why". */
static char told[8192];
static bool stop_at_first;
static unsigned progressed;

static bool note(void *ctx, const struct delete_failure *f)
{
	size_t len = strlen(told);

	(void)ctx;
	assert_int_equal(strlen(f->path), f->len);
	assert_true(f->err < 0);
	if (len + f->len + 200 < sizeof(told))
		snprintf(told + len, sizeof(told) - len, "%s: %d%s%s\n", f->path, -f->err,
			 f->why ? " " : "", f->why ? f->why : "");
	return !stop_at_first;
}

static void progress(void *ctx, const struct delete_counts *counts)
{
	(void)ctx;
	(void)counts;
	progressed++;
}

/* "canary" stands for all that must stay: a directory with something in it, and a file. */
static void build(const char *text)
{
	tree_free(tree);
	tree = tree_new("canary/dir/file \"kept\"\ncanary/file \"kept\"\n");
	tree_add(tree, text);
	told[0] = '\0';
	stop_at_first = false;
	progressed = 0;
	fault_reset();
}

static int teardown(void **state)
{
	(void)state;
	fault_reset();
	tree_free(tree);
	tree = NULL;
	memdir_end();
	return 0;
}

static bool exists(const char *rel)
{
	struct stat st;

	return fstatat(tree->fd, rel, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void canary_is_well(void)
{
	assert_true(exists("canary/dir/file") && exists("canary/file"));
	assert_int_equal(fault_open_fds(), 0);
}

static struct identity identity(const char *rel)
{
	struct meta meta;

	assert_int_equal(stat_at(tree->fd, rel, &meta, NULL), 0);
	return identity_of(&meta);
}

static int delete_with(const char *name, const struct delete_options *o, struct delete_counts *n)
{
	struct identity id = identity(name);

	return safe_delete(tree->fd, name, &id, name, o, n);
}

static int delete (const char *name, struct delete_counts *n)
{
	const struct delete_options o = {.failed = note, .progress = progress};
	int rc = delete_with(name, &o, n);

	assert_true(progressed > 0);
	canary_is_well();
	return rc;
}

static void test_every_kind(void **state)
{
	static const char *const names[] = {"file", "link", "dangling", "todir",
					    "fifo", "sock", "empty",    "closed"};
	struct delete_counts n;

	(void)state;
	build("file \"x\"\nlink -> canary/file\ndangling -> none\ntodir -> canary\nfifo|\nsock=\n"
	      "empty/\nclosed \"x\" :0\n");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		assert_int_equal(delete (names[i], &n), 0);
		assert_false(exists(names[i]));
		assert_int_equal(n.files + n.dirs, 1);
		assert_int_equal(n.failed + n.kept, 0);
	}
	assert_string_equal(told, "");
}

static void test_zoo(void **state)
{
	struct delete_counts n;

	(void)state;
	build("");
	assert_int_equal(mkdirat(tree->fd, "zoo", 0700), 0);
	tree_add(tree, tree_zoo);
	/* All of it but the canary goes into the directory. */
	build("t/root -> /\nt/home -> ../canary\nt/up -> ..\nt/a\\nb/\\e[31m/\\xff/x\n"
	      "t/-rf/--/x\nt/n\\R250;/x\nt/d/ *3000\nt/e/ ^40\nt/fifo|\nt/sock=\nt/dev -> "
	      "/dev/sda\n");
	assert_int_equal(delete ("t", &n), 0);
	assert_false(exists("t"));
	assert_int_equal(n.files, 3000 + 1 + 7 + 3 - 1);
	assert_int_equal(n.failed, 0);
	assert_true(progressed > 2);
}

static void test_deep_and_wide(void **state)
{
	struct rlimit before;
	struct delete_counts n;

	(void)state;
	build("t/deep/ ^6000\nt/wide/ *20000\n");
	before = descriptors_leave(12);
	assert_int_equal(delete ("t", &n), 0);
	descriptors_restore(before);
	assert_int_equal(n.files, 20001);
	assert_int_equal(n.dirs, 6003);
	assert_false(exists("t"));
}

static void test_what_was_confirmed(void **state)
{
	const struct delete_options o = {.failed = note};
	struct delete_counts n;
	struct identity id;

	(void)state;
	build("file \"x\"\nt/x\n");
	id = identity("t");
	tree_move(tree, "t", "kept");
	tree_add(tree, "t/other\n");
	assert_int_equal(safe_delete(tree->fd, "t", &id, "t", &o, &n), -ESTALE);
	assert_true(exists("kept/x") && exists("t/other"));
	tree_remove(tree, "t");
	tree_add(tree, "t -> canary\n");
	assert_int_equal(safe_delete(tree->fd, "t", &id, "t", &o, &n), -ESTALE);
	assert_true(exists("t"));
	assert_int_equal(safe_delete(tree->fd, "none", &id, "t", &o, &n), -ENOENT);
	assert_int_equal(safe_delete(tree->fd, "..", NULL, "t", &o, &n), -EINVAL);
	assert_int_equal(safe_delete(tree->fd, "canary/file", NULL, "t", &o, &n), -EINVAL);
	assert_int_equal(n.files + n.dirs, 0);
	canary_is_well();
}

static void test_guards(void **state)
{
	struct delete_options o = {.failed = note};
	struct delete_counts n;
	struct guards *g;

	(void)state;
	build("t/a/home/mine\nt/b/x\nt/file\n");
	assert_int_equal(guards_new(&g), 0);
	o.guards = g;
	assert_int_equal(
		guards_add_path(g, tree_path(tree, "t/a/home"), "it is home", "home is in it"), 0);
	assert_int_equal(delete_with("t", &o, &n), -EPERM);
	assert_string_equal(told, "t: 1 home is in it\n");
	assert_true(exists("t/a/home/mine") && exists("t/b/x"));
	guards_free(g);
	/* Should it be met below all the same, it stays with all that is in it. */
	assert_int_equal(guards_new(&g), 0);
	o.guards = g;
	assert_int_equal(guards_add(g, identity("t/a/home").file, "it is home"), 0);
	told[0] = '\0';
	assert_int_equal(delete_with("t", &o, &n), -EPERM);
	assert_string_equal(told, "t/a/home: 1 it is home\n");
	assert_true(exists("t/a/home/mine"));
	assert_false(exists("t/b") || exists("t/file"));
	assert_int_equal(n.kept, 3);
	assert_int_equal(n.failed, 1);
	guards_free(g);
	canary_is_well();
}

static void test_cancel(void **state)
{
	_Atomic bool cancel = true;
	const struct delete_options o = {.failed = note, .cancel = &cancel};
	struct delete_counts n;

	(void)state;
	build("t/a/b/x\nt/y\n");
	assert_int_equal(delete_with("t", &o, &n), -ECANCELED);
	assert_int_equal(n.files + n.dirs, 0);
	assert_true(exists("t/a/b/x"));
}

/* ---- what cannot be removed ---- */

static void rights(void *ctx)
{
	struct delete_counts n;

	(void)ctx;
	assert_int_equal(delete ("t", &n), -EACCES);
	assert_string_equal(told, "t/fixed/file: 13\n");
	assert_true(exists("t/fixed/file"));
	assert_false(exists("t/free") || exists("t/unread"));
	assert_int_equal(n.kept, 2);
	told[0] = '\0';
	assert_int_equal(delete ("closed", &n), -EACCES);
	assert_string_equal(told, "closed: 13\n");
	assert_int_equal(delete ("void", &n), 0);
}

/* An empty directory that cannot be read is removed all the same. */
static void test_without_rights(void **state)
{
	(void)state;
	build("t/fixed/file\nt/fixed/ :0555\nt/free/x\nt/unread/ :0\nclosed/x\nclosed/ :0\nvoid/ "
	      ":0\n");
	if (geteuid() == 0) {
		const char *const all[] = {"",         "t",      "t/fixed", "t/free",
					   "t/unread", "closed", "void"};

		for (size_t i = 0; i < ARRAY_LEN(all); i++)
			assert_int_equal(chown(tree_path(tree, all[i]), 65534, 65534), 0);
	}
	as_user(rights, NULL);
}

static void test_stops_when_told(void **state)
{
	struct delete_counts n;

	(void)state;
	build("t/a/x\nt/b/x\nt/c/x\n");
	stop_at_first = true;
	fault_fail(FAULT_unlinkat, 1, EROFS, true);
	assert_int_equal(delete ("t", &n), -EROFS);
	assert_int_equal(n.failed, 1);
	fault_reset();
	build("t/a/x\nt/b/x\nt/c/x\n");
	fault_fail(FAULT_unlinkat, 1, EROFS, true);
	assert_int_equal(delete ("t", &n), -EROFS);
	assert_int_equal(n.failed, 3);
	assert_int_equal(n.kept, 4);
}

static void set_flags(const char *rel, unsigned add)
{
	int fd = open(tree_path(tree, rel), O_RDONLY), flags = 0;

	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, FS_IOC_GETFLAGS, &flags), 0);
	flags = add ? flags | (int)add : flags & ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
	assert_int_equal(ioctl(fd, FS_IOC_SETFLAGS, &flags), 0);
	close(fd);
}

static void test_immutable(void **state)
{
	struct delete_counts n;
	int fd, flags;

	(void)state;
	build("t/a/fixed\nt/b/x\nt/log\nt/c/x\n");
	fd = open(tree_path(tree, "t"), O_RDONLY);
	if (geteuid() != 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0) {
		close(fd);
		print_message("needs root and a file system with flags\n");
		skip();
	}
	close(fd);
	set_flags("t/a/fixed", FS_IMMUTABLE_FL);
	set_flags("t/log", FS_APPEND_FL);
	set_flags("t/b", FS_IMMUTABLE_FL);
	assert_int_equal(delete ("t", &n), -EPERM);
	assert_non_null(strstr(told, "t/a/fixed: 1 it is immutable (chattr -i would help)\n"));
	assert_non_null(strstr(told, "t/log: 1 it may only grow"));
	assert_non_null(strstr(told, "t/b/x: 1 its directory is immutable"));
	assert_false(exists("t/c"));
	assert_int_equal(n.failed, 3);
	set_flags("t/a/fixed", 0);
	set_flags("t/log", 0);
	set_flags("t/b", 0);
	assert_int_equal(delete ("t", &n), 0);
}

/* ---- mounts ---- */

static void mounts(void *ctx)
{
	struct delete_counts n;

	(void)ctx;
	/* The descriptor the tree has is of the mounts that were there before. */
	assert_int_equal(dup2(open(tree->path, O_RDONLY | O_DIRECTORY), tree->fd), tree->fd);
	/* The same device: only the mount id tells. */
	assert_int_equal(
		mount(tree_path(tree, "canary"), tree_path(tree, "t/a/bind"), NULL, MS_BIND, NULL),
		0);
	assert_int_equal(mount("none", tree_path(tree, "t/tmp"), "tmpfs", 0, NULL), 0);
	tree_add(tree, "t/tmp/x\n");
	assert_int_equal(delete ("t", &n), -EXDEV);
	assert_non_null(strstr(told, "t/a/bind: 18 it is another file system\n"));
	assert_non_null(strstr(told, "t/tmp: 18 it is another file system\n"));
	assert_true(exists("t/tmp/x") && exists("t/a/bind/file"));
	assert_false(exists("t/file") || exists("t/b"));
	told[0] = '\0';
	tree_add(tree, "t/b/x\n");
	fault_fail(FAULT_openat2, 1, ENOSYS, true);
	assert_int_equal(delete ("t", &n), -EXDEV);
	fault_reset();
	assert_true(exists("t/tmp/x") && exists("t/a/bind/file"));
	assert_false(exists("t/b"));
	/* As what was confirmed. */
	told[0] = '\0';
	for (int i = 0; i < 2; i++) {
		int dir = open(tree_path(tree, i ? "t" : "t/a"), O_RDONLY | O_DIRECTORY);
		const char *name = i ? "tmp" : "bind";
		struct delete_options o = {.failed = note};

		assert_int_equal(safe_delete(dir, name, NULL, name, &o, &n), -EBUSY);
		assert_non_null(strstr(told, "a file system is mounted there"));
		close(dir);
	}
	assert_true(exists("t/tmp/x") && exists("t/a/bind/file"));
	canary_is_well();
}

static void test_mounts(void **state)
{
	(void)state;
	build("t/a/bind/\nt/tmp/\nt/file\nt/b/x\n");
	as_mounter(mounts, NULL);
}

/* ---- somebody else, between two calls ---- */

enum trick {
	LINK_FOR_DIR, /* t/a/b becomes a link to the canary */
	LINK_FOR_UPPER,
	ANOTHER_DIR,
	MOVED_OUT, /* t/a/b goes next to the canary */
	MOVED_UPPER,
	ROOT_LINK,  /* t itself becomes a link */
	ROOT_OTHER, /* t is another directory, with things in it */
	MORE,
	TRICKS
};

static void play(void *ctx)
{
	switch (*(const enum trick *)ctx) {
	case LINK_FOR_DIR:
		if (renameat(tree->fd, "t/a/b", tree->fd, "t/kept") == 0)
			(void)!symlinkat("../../canary", tree->fd, "t/a/b");
		break;
	case LINK_FOR_UPPER:
		if (renameat(tree->fd, "t/a", tree->fd, "moved") == 0)
			(void)!symlinkat("../canary", tree->fd, "t/a");
		break;
	case ANOTHER_DIR:
		(void)!renameat2(tree->fd, "t/a/b", tree->fd, "t/z", RENAME_EXCHANGE);
		break;
	case MOVED_OUT:
		(void)!renameat(tree->fd, "t/a/b", tree->fd, "canary/b");
		break;
	case MOVED_UPPER:
		(void)!renameat(tree->fd, "t/a", tree->fd, "canary/a");
		break;
	case ROOT_LINK:
		if (renameat(tree->fd, "t", tree->fd, "moved") == 0)
			(void)!symlinkat("canary", tree->fd, "t");
		break;
	case ROOT_OTHER:
		if (renameat(tree->fd, "t", tree->fd, "moved") == 0) {
			assert_int_equal(mkdirat(tree->fd, "t", 0700), 0);
			assert_int_equal(mkdirat(tree->fd, "t/other", 0700), 0);
		}
		break;
	case MORE:
		(void)!mkdirat(tree->fd, "t/a/b/more", 0700);
		(void)!mkdirat(tree->fd, "t/more", 0700);
		break;
	case TRICKS:
		break;
	}
}

static bool played(enum fault_call call, unsigned nth, enum trick trick, bool strict)
{
	struct delete_counts n;
	bool done;
	int rc;

	build("t/a/b/c/d/x\nt/a/b/c/y\nt/a/z\nt/z/x\n");
	fault_before(call, nth, play, &trick);
	if (!strict)
		fault_fail(FAULT_openat2, 1, ENOSYS, true);
	rc = safe_delete(tree->fd, "t", NULL, "t",
			 &(struct delete_options){.failed = note, .progress = progress}, &n);
	done = fault_count(call) >= nth;
	canary_is_well();
	if (rc == 0) {
		/* Unless it was done and the name given anew since then. */
		assert_true(!exists("t") || trick == ROOT_LINK || trick == ROOT_OTHER);
		assert_int_equal(n.failed + n.kept, 0);
	}
	if (trick == ROOT_OTHER && exists("t"))
		assert_true(exists("t/other"));
	return done;
}

static void test_attacked_before_each_call(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat,   FAULT_openat2,  FAULT_statx,
						FAULT_getdents, FAULT_unlinkat, FAULT_close};
	unsigned tried = 0;

	(void)state;
	for (int trick = 0; trick < TRICKS; trick++)
		for (size_t c = 0; c < ARRAY_LEN(calls); c++)
			for (int strict = 0; strict < 2; strict++)
				for (unsigned nth = 1; played(calls[c], nth, trick, strict); nth++)
					tried++;
	assert_true(tried > 500);
}

/* More than 32 levels: the way back up is ".." of a directory that was moved. */
static void move_the_deepest(void *ctx)
{
	(void)ctx;
	tree_move(tree,
		  "t/"
		  "d/d/d/d/d/d/d/d",
		  "canary/deep");
}

static void test_moved_while_deep_inside(void **state)
{
	struct delete_counts n;

	(void)state;
	build("t/ ^60\nt/file\n");
	/* After all descending, before the first directory goes. */
	fault_before(FAULT_unlinkat, 3, move_the_deepest, NULL);
	assert_int_equal(delete ("t", &n), -ESTALE);
	assert_true(exists("canary/dir/file") && exists("t"));
}

static void fill(void *ctx)
{
	char name[40];
	unsigned *times = ctx;

	snprintf(name, sizeof(name), "t/a/more%u", ++*times);
	assert_int_equal(mkdirat(tree->fd, name, 0700), 0);
	/* And again before each removal of the directory itself: two calls for each pass. */
	if (*times < 100)
		fault_before(FAULT_unlinkat, 2, fill, times);
}

static void test_filled_without_end(void **state)
{
	struct delete_counts n;
	unsigned times = 0;

	(void)state;
	build("t/a/x\n");
	fault_before(FAULT_unlinkat, 2, fill, &times);
	assert_int_equal(delete ("t", &n), -ENOTEMPTY);
	assert_non_null(strstr(told, "somebody keeps putting things into it"));
	assert_true(times <= 2 * DELETE_PASSES);
	build("t/x\n");
}

/* d_type is a hint only. */
static void test_types_that_lie(void **state)
{
	struct delete_counts n;

	(void)state;
	build("t/x\n");
	/* A directory a moment ago, it seems; then not. */
	fault_fail(FAULT_unlinkat, 1, EISDIR, false);
	assert_int_equal(delete ("t", &n), 0);
	assert_false(exists("t"));
}

/* Now a directory, now none, as often as it is looked at: there is an end to it. */
static void test_what_changes_all_the_time(void **state)
{
	struct delete_counts n;

	(void)state;
	build("t/one/x\nt/two\n");
	fault_fail(FAULT_openat2, 2, ENOTDIR, true);
	assert_int_equal(delete ("t", &n), -ESTALE);
	assert_string_equal(told, "t/one: 116\n");
	assert_true(exists("t/one/x"));
	assert_false(exists("t/two"));
}

static void swap_file(void *ctx)
{
	(void)ctx;
	tree_move(tree, "file", "canary/moved");
	tree_add(tree, "file \"other\"\n");
}

/* No call says "remove this inode": that it was another is told at least. */
static void test_file_swapped_in_the_last_moment(void **state)
{
	struct delete_counts n;

	(void)state;
	build("file \"x\"\n");
	fault_before(FAULT_unlinkat, 1, swap_file, NULL);
	assert_int_equal(delete ("file", &n), -ESTALE);
	assert_non_null(strstr(told, "something else had its name"));
	assert_true(exists("canary/moved"));
}

/* ---- every call fails ---- */

static void test_every_call_failing(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat,   FAULT_openat2,  FAULT_statx,
						FAULT_getdents, FAULT_unlinkat, FAULT_lseek,
						FAULT_fsync,    FAULT_fstatfs};
	static const int errs[] = {EIO,   EPERM,  EACCES,  ENOENT, EBUSY,
				   EROFS, EMFILE, ENOMEM,  ESTALE, ENOTEMPTY,
				   EXDEV, ELOOP,  ENOTDIR, EISDIR, ENOSYS};
	const struct delete_options o = {.failed = note, .flags = DELETE_DURABLE};

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (size_t e = 0; e < ARRAY_LEN(errs); e++)
			for (unsigned nth = 1;; nth++) {
				struct delete_counts n;
				bool failed;
				int rc;

				build("t/a/b/x\nt/a/y\nt/c/\nt/z\n");
				fault_fail(calls[c], nth, errs[e], false);
				rc = safe_delete(tree->fd, "t", NULL, "t", &o, &n);
				failed = fault_count(calls[c]) >= nth;
				canary_is_well();
				/* Success is said when it is one, and only then. */
				if (rc == 0)
					assert_false(exists("t"));
				else
					assert_true(exists("t") || calls[c] == FAULT_fsync);
				assert_true(rc <= 0);
				if (!failed)
					break;
			}
}

static void test_out_of_memory(void **state)
{
	const struct delete_options o = {.failed = note};
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		struct delete_counts n;
		int rc;

		build("t/ ^40\nt/c/x\n");
		nomem_arm(nth);
		rc = safe_delete(tree->fd, "t", NULL, "t", &o, &n);
		failed = nomem_disarm();
		assert_int_equal(rc, failed ? -ENOMEM : 0);
		assert_int_equal(exists("t"), failed);
		canary_is_well();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_every_kind, teardown),
		cmocka_unit_test_teardown(test_zoo, teardown),
		cmocka_unit_test_setup_teardown(test_deep_and_wide, memdir_setup, teardown),
		cmocka_unit_test_teardown(test_what_was_confirmed, teardown),
		cmocka_unit_test_teardown(test_guards, teardown),
		cmocka_unit_test_teardown(test_cancel, teardown),
		cmocka_unit_test_teardown(test_without_rights, teardown),
		cmocka_unit_test_teardown(test_stops_when_told, teardown),
		cmocka_unit_test_teardown(test_immutable, teardown),
		cmocka_unit_test_teardown(test_mounts, teardown),
		cmocka_unit_test_setup_teardown(test_attacked_before_each_call, memdir_setup,
						teardown),
		cmocka_unit_test_teardown(test_moved_while_deep_inside, teardown),
		cmocka_unit_test_teardown(test_filled_without_end, teardown),
		cmocka_unit_test_teardown(test_types_that_lie, teardown),
		cmocka_unit_test_teardown(test_what_changes_all_the_time, teardown),
		cmocka_unit_test_teardown(test_file_swapped_in_the_last_moment, teardown),
		cmocka_unit_test_setup_teardown(test_every_call_failing, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_memory, memdir_setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
