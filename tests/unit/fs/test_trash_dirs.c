/* SPDX-License-Identifier: MIT */
#include "trashing.h"

#include "../../lib/as_user.h"
#include "../../lib/nomem.h"

#include <sys/mount.h>

static bool is_private(const char *rel)
{
	struct stat st;

	return lstat(tree_path(tree, rel), &st) == 0 && S_ISDIR(st.st_mode) &&
	       (st.st_mode & 07777) == 0700 && st.st_uid == geteuid();
}

/* T1: made silently, with what is above it. */
static void test_home_is_made(void **state)
{
	const char *why;

	(void)state;
	build("");
	assert_int_equal(trash_dir_home(&env, false, &trash, &why), -ENOENT);
	assert_false(exists("home/.local"));
	assert_int_equal(trash_dir_home(&env, true, &trash, &why), 0);
	assert_true(is_private("home/.local/share/Trash/files"));
	assert_true(is_private("home/.local/share/Trash/info"));
	assert_true(is_private("home/.local"));
	assert_string_equal(trash.path.buf, tree_path(tree, "home/.local/share/Trash"));
	assert_string_equal(trash.top_path.buf, tree_path(tree, "home/.local/share"));
	trash_dir_done(&trash);
	assert_int_equal(trash_dir_home(&env, false, &trash, &why), 0);
	trash_dir_done(&trash);
	env.data_home = tree_path(tree, "work/data");
	assert_int_equal(trash_dir_home(&env, true, &trash, &why), 0);
	assert_true(exists("work/data/Trash/info"));
	trash_dir_done(&trash);
	env = (struct trash_env){.home = "relative", .data_home = "relative"};
	assert_int_equal(trash_dir_home(&env, true, &trash, &why), -ENOENT);
}

static void test_home_that_is_not_for_us(void **state)
{
	static const char *const rows[] = {
		"home/.local/share/\nhome/.local/share/Trash -> ../../../work\n",
		"home/.local/share/Trash \"a file\"\n",
		"home/.local/share/Trash/files -> ../../../../work\n",
		"home/.local/share/Trash/files/\nhome/.local/share/Trash/info -> files\n",
		"home/.local/share/Trash/files|\n",
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		build(rows[i]);
		assert_int_equal(trash_dir_home(&env, true, &trash, &why), -EPERM);
		assert_string_equal(why, "it is a link, or no directory");
		assert_int_equal(fault_open_fds(), 0);
		assert_false(exists("work/files") || exists("work/info"));
	}
	/* Links above it are the user's own. */
	build("work/data/\nhome/.local -> ../work\nwork/share -> data\n");
	assert_int_equal(trash_dir_home(&env, true, &trash, &why), 0);
	assert_true(exists("work/data/Trash/files"));
	trash_dir_done(&trash);
	if (geteuid() != 0)
		return;
	build("home/.local/share/Trash/\n");
	assert_int_equal(chown(tree_path(tree, "home/.local/share/Trash"), 65534, 65534), 0);
	assert_int_equal(trash_dir_home(&env, true, &trash, &why), -EPERM);
	assert_string_equal(why, "it belongs to somebody else");
	/* Root, with the HOME of somebody else. */
	build("");
	assert_int_equal(chown(tree_path(tree, "home"), 65534, 65534), 0);
	assert_int_equal(trash_dir_home(&env, true, &trash, &why), -EPERM);
	assert_string_equal(why, "the home directory belongs to somebody else");
	assert_false(exists("home/.local"));
}

static int at_top(enum trash_kind kind, const char **ret_why)
{
	int fd = open_dir("work"), rc;

	trash_dir_done(&trash);
	rc = trash_dir_top(fd, "/top", kind, true, &trash, ret_why);
	close(fd);
	return rc;
}

static const char *own_name(const char *before, const char *after)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s%u%s", before, (unsigned)geteuid(), after);
	return name;
}

/* T4, T5 */
static void test_shared(void **state)
{
	static const struct {
		const char *text;
		int rc;
		const char *why;
	} rows[] = {
		{"", -ENOENT, NULL},
		{"work/.Trash/ :1777\n", 0, NULL},
		{"work/.Trash/ :1733\n", 0, NULL},
		{"work/.Trash/ :0777\n", -EPERM,
		 "its .Trash has no sticky bit (chmod +t would help)"},
		{"home/t/ :1777\nwork/.Trash -> ../home/t\n", -EPERM,
		 "its .Trash is a link, or no directory"},
		{"work/.Trash \"x\"\n", -EPERM, "its .Trash is a link, or no directory"},
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		build(rows[i].text);
		assert_int_equal(at_top(TRASH_SHARED, &why), rows[i].rc);
		if (rows[i].why)
			assert_string_equal(why, rows[i].why);
		else
			assert_null(why);
		assert_int_equal(exists(own_name("work/.Trash/", "/files")), rows[i].rc == 0);
		if (rows[i].rc == 0) {
			assert_true(is_private(own_name("work/.Trash/", "")));
			assert_string_equal(trash.path.buf, own_name("/top/.Trash/", ""));
			assert_string_equal(trash.top_path.buf, "/top");
		}
	}
	build("work/.Trash/ :1777\n");
	assert_int_equal(symlinkat("../../home", tree->fd, own_name("work/.Trash/", "")), 0);
	assert_int_equal(at_top(TRASH_SHARED, &why), -EPERM);
	if (geteuid() == 0) {
		build("work/.Trash/0/files/\nwork/.Trash/ :1777\n");
		assert_int_equal(chown(tree_path(tree, "work/.Trash/0"), 65534, 65534), 0);
		assert_int_equal(at_top(TRASH_SHARED, &why), -EPERM);
		assert_string_equal(why, "it belongs to somebody else");
		assert_int_equal(chown(tree_path(tree, "work/.Trash"), 65534, 65534), 0);
		assert_int_equal(at_top(TRASH_SHARED, &why), -EPERM);
		assert_string_equal(why, "its .Trash belongs to somebody else than root");
	}
}

static void test_own(void **state)
{
	const char *why;

	(void)state;
	build("");
	assert_int_equal(at_top(TRASH_OWN, &why), 0);
	assert_true(is_private(own_name("work/.Trash-", "")));
	assert_true(is_private(own_name("work/.Trash-", "/info")));
	build("");
	assert_int_equal(symlinkat("../home", tree->fd, own_name("work/.Trash-", "")), 0);
	assert_int_equal(at_top(TRASH_OWN, &why), -EPERM);
	assert_false(exists("home/files"));
}

static void mounted(void *ctx)
{
	struct trash_why why;
	int fd;

	(void)ctx;
	assert_int_equal(mount("none", tree_path(tree, "work"), "tmpfs", 0, NULL), 0);
	assert_int_equal(mkdir(tree_path(tree, "work/a"), 0755), 0);
	assert_int_equal(mkdir(tree_path(tree, "work/a/b"), 0755), 0);
	fd = open_dir("work/a/b");
	assert_int_equal(trash_dir_for(&env, fd, "", &trash, &from, &why), 0);
	assert_int_equal(trash.kind, TRASH_OWN);
	assert_string_equal(trash.top_path.buf, tree_path(tree, "work"));
	assert_string_equal(from.buf, "a/b");
	assert_string_equal(why.home, "it is on another file system");
	assert_true(exists(own_name("work/.Trash-", "/files")));
	trash_dir_done(&trash);
	/* T4: not sticky, said and passed over; then as it is to be. */
	assert_int_equal(mkdir(tree_path(tree, "work/.Trash"), 0777), 0);
	assert_int_equal(trash_dir_for(&env, fd, "", &trash, &from, &why), 0);
	assert_int_equal(trash.kind, TRASH_OWN);
	assert_non_null(why.shared);
	trash_dir_done(&trash);
	assert_int_equal(chmod(tree_path(tree, "work/.Trash"), 01777), 0);
	assert_int_equal(trash_dir_for(&env, fd, "", &trash, &from, &why), 0);
	assert_int_equal(trash.kind, TRASH_SHARED);
	trash_dir_done(&trash);
	/* A part of it, mounted again: what is below is its own mount. */
	assert_int_equal(mkdir(tree_path(tree, "work/bound"), 0755), 0);
	assert_int_equal(mount(tree_path(tree, "work/a"), tree_path(tree, "work/bound"), NULL,
			       MS_BIND, NULL),
			 0);
	close(fd);
	fd = open_dir("work/bound/b");
	assert_int_equal(trash_dir_for(&env, fd, "", &trash, &from, &why), 0);
	assert_string_equal(trash.top_path.buf, tree_path(tree, "work/bound"));
	assert_string_equal(from.buf, "b");
	assert_true(exists(own_name("work/a/.Trash-", "")));
	trash_dir_done(&trash);
	close(fd);
	/* T7: read only, so there is none. */
	assert_int_equal(mount("none", tree_path(tree, "home/ro"), "tmpfs", MS_RDONLY, NULL), 0);
	fd = open_dir("home/ro");
	assert_int_equal(trash_dir_for(&env, fd, "", &trash, &from, &why), -EROFS);
	assert_int_equal(fault_open_fds(), 0);
	close(fd);
}

static void test_on_mounts(void **state)
{
	(void)state;
	build("home/ro/\n");
	as_mounter(mounted, NULL);
}

/* Links in the path as the person knows it do not get into what is written. */
static void test_for_what_is_beside_the_home(void **state)
{
	struct trash_why why;
	int fd;

	(void)state;
	build("work/a/b/\nlink -> work/a\n");
	fd = open_dir("link/b");
	assert_int_equal(trash_dir_for(&env, fd, tree_path(tree, "link/b"), &trash, &from, &why),
			 0);
	assert_int_equal(trash.kind, TRASH_HOME);
	assert_string_equal(from.buf, tree_path(tree, "work/a/b"));
	trash_dir_done(&trash);
	/* No /proc: what the caller says, when it is right. */
	fault_fail(FAULT_readlinkat, 1, ENOENT, true);
	assert_int_equal(trash_dir_for(&env, fd, tree_path(tree, "link/b"), &trash, &from, &why),
			 0);
	assert_string_equal(from.buf, tree_path(tree, "link/b"));
	trash_dir_done(&trash);
	assert_int_equal(trash_dir_for(&env, fd, tree_path(tree, "work/a"), &trash, &from, &why),
			 -ENOENT);
	close(fd);
}

/* On a mount of its own: the trash at its root is made, and nowhere else. */
static void each_failing(void *ctx)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_openat2, FAULT_statx,
						FAULT_mkdirat, FAULT_readlinkat};
	static const int errs[] = {EIO, EACCES, EMFILE, ENOSPC, EROFS, ENOSYS};
	const char *work = tree_path(tree, "work");

	(void)ctx;
	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (size_t e = 0; e < ARRAY_LEN(errs); e++)
			for (unsigned nth = 1;; nth++) {
				struct trash_why why;
				bool failed;
				int fd, rc;

				assert_int_equal(mount("none", work, "tmpfs", 0, NULL), 0);
				fd = open_dir("work");
				assert_int_equal(mkdirat(fd, ".Trash", 0777), 0);
				assert_int_equal(fchmodat(fd, ".Trash", 01777, 0), 0);
				fault_reset();
				fault_fail(calls[c], nth, errs[e], false);
				rc = trash_dir_for(NULL, fd, work, &trash, &from, &why);
				failed = fault_count(calls[c]) >= nth;
				if (rc == 0)
					assert_true(trash.fd >= 0 && trash.files >= 0 &&
						    trash.info >= 0 && trash.top >= 0);
				trash_dir_done(&trash);
				assert_int_equal(fault_open_fds(), 0);
				close(fd);
				assert_int_equal(umount(work), 0);
				if (!failed)
					break;
			}
}

static void test_every_call_failing(void **state)
{
	(void)state;
	build("");
	as_mounter(each_failing, NULL);
}

static void test_failing_in_the_home(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_openat2, FAULT_mkdirat};

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (unsigned nth = 1;; nth++) {
			struct trash_why why;
			bool failed;
			int fd, rc;

			build("");
			fd = open_dir("work");
			fault_fail(calls[c], nth, EMFILE, false);
			rc = trash_dir_for(&env, fd, tree_path(tree, "work"), &trash, &from, &why);
			failed = fault_count(calls[c]) >= nth;
			assert_true(rc == 0 || failed);
			if (rc == 0)
				assert_int_equal(trash.kind, TRASH_HOME);
			trash_dir_done(&trash);
			assert_int_equal(fault_open_fds(), 0);
			close(fd);
			if (!failed)
				break;
		}
}

/* What is said beforehand is what comes of it; nothing is made. */
static void test_could(void **state)
{
	static const struct {
		const char *tree;
		int rc; /* as nobody: root may write anywhere */
	} all[] = {
		{"", 0},
		{"home/.local/share/Trash/\n", 0},
		{"home/.local/share/Trash/files/\n", 0},
		{"home/.local/share/Trash/files/\nhome/.local/share/Trash/info/\n", 0},
		{"home/.local/ :0500\n", -EACCES},
		{"home/.local/share/Trash/ :0500\n", -EACCES},
		{"home/.local/share/Trash/files/\nhome/.local/share/Trash/ :0500\n", -EACCES},
		{"home/.local/share/Trash/files/\nhome/.local/share/Trash/info/ :0500\n", -EACCES},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct trash_why why;
		int dir, fd = -1, rc;
		bool made;

		build(all[i].tree);
		dir = open_dir("work");
		made = exists("home/.local/share/Trash/info");
		rc = trash_dir_could(&env, dir, tree_path(tree, "work"), &fd, &why);
		assert_int_equal(rc, geteuid() == 0 ? 0 : all[i].rc);
		assert_true(made == exists("home/.local/share/Trash/info"));
		if (rc == 0)
			sys_close(fd);
		assert_int_equal(fault_open_fds(), 0);
		/* That it may not be written is told by the first thing that goes there. */
		if (!made || rc == 0)
			assert_int_equal(trash_dir_for(&env, dir, tree_path(tree, "work"), &trash,
						       &from, &why),
					 rc);
		close(dir);
		trash_dir_done(&trash);
		(void)!chmod(tree_path(tree, "home/.local"), 0700);
		(void)!chmod(tree_path(tree, "home/.local/share/Trash"), 0700);
		(void)!chmod(tree_path(tree, "home/.local/share/Trash/info"), 0700);
	}
	/* A directory that has no path any more. */
	build("work/gone/\n");
	{
		struct trash_why why;
		int fd, dir = open_dir("work/gone");

		assert_int_equal(rmdir(tree_path(tree, "work/gone")), 0);
		assert_int_equal(trash_dir_could(&env, dir, "/", &fd, &why), -ENOENT);
		assert_int_equal(trash_dir_for(&env, dir, "/", &trash, &from, &why), -ENOENT);
		close(dir);
	}
}

static void test_out_of_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		struct trash_why why;
		int fd, rc;

		build("");
		fd = open_dir("work");
		nomem_arm(nth);
		rc = trash_dir_for(&env, fd, tree->path, &trash, &from, &why);
		failed = nomem_disarm();
		assert_true(rc == 0 || (failed && rc == -ENOMEM));
		trash_dir_done(&trash);
		assert_int_equal(fault_open_fds(), 0);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_home_is_made, teardown),
		cmocka_unit_test_teardown(test_home_that_is_not_for_us, teardown),
		cmocka_unit_test_teardown(test_shared, teardown),
		cmocka_unit_test_teardown(test_own, teardown),
		cmocka_unit_test_teardown(test_on_mounts, teardown),
		cmocka_unit_test_teardown(test_for_what_is_beside_the_home, teardown),
		cmocka_unit_test_teardown(test_every_call_failing, teardown),
		cmocka_unit_test_setup_teardown(test_failing_in_the_home, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_could, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_memory, memdir_setup, teardown),
	};

	(void)put_from;
	(void)identity;
	(void)is;
	(void)noon;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
