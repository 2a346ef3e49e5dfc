/* SPDX-License-Identifier: MIT
 *
 * trowel mkdir, touch, link, symlink, rename, rmdir, chmod, chown; each undone and redone.
 */
#include "acting.h"

#include <time.h>

static const char *target(const char *rel)
{
	static char buf[4096];
	ssize_t n = readlink(tree_path(world, rel), buf, sizeof(buf) - 1);

	assert_true(n >= 0);
	buf[n] = '\0';
	return buf;
}

static unsigned mode(const char *rel)
{
	return look(rel).st_mode & 07777;
}

static void test_mkdir(void **state)
{
	(void)state;
	build("work/file \"x\"\nwork/link -> dir\nwork/dir/\nwork/dangling -> none\n");
	RUN(0, "mkdir", "a", "b/");
	assert_int_equal(mode("work/a"), 0755);
	RUN(0, "undo");
	assert_false(exists("work/a") || exists("work/b"));
	RUN(0, "redo");
	assert_true(exists("work/a") && exists("work/b"));
	RUN(3, "mkdir", "a");
	said("has that name already");
	RUN(3, "mkdir", "x/y");
	said("'x/y': the directory it is in does not exist; --parents makes it, too");
	RUN(0, "mkdir", "-p", "x/y/z", "x/y/w", "a", "./x//v/.//u");
	assert_true(exists("work/x/y/z") && exists("work/x/y/w") && exists("work/x/v/u"));
	RUN(0, "undo");
	assert_false(exists("work/x"));
	assert_true(exists("work/a"));
	RUN(0, "mkdir", "-p", "link/new");
	assert_true(exists("work/dir/new"));
	RUN(3, "mkdir", "-p", "file/new");
	RUN(3, "mkdir", "-p", "none/../new");
	RUN(3, "mkdir", "-p", "dangling/new");
	assert_false(exists("work/none"));
	RUN(0, "mkdir", "-m", "u=rwx,go=", "m1");
	RUN(0, "mkdir", "-p", "-m1777", "m2/m3");
	assert_int_equal(mode("work/m1"), 0700);
	assert_int_equal(mode("work/m2/m3"), 01777);
	assert_int_equal(mode("work/m2"), 0755);
	/* Somebody put something there: it stays. */
	tree_add(world, "work/m1/file \"x\"\n");
	RUN(3, "undo", "7");
	assert_true(exists("work/m1/file"));
}

static void test_touch(void **state)
{
	time_t now = time(NULL);
	struct stat st;

	(void)state;
	build("work/file \"x\" @1000000\nwork/link -> file\nwork/dir/\n");
	RUN(0, "touch", "file", "new");
	assert_true(look("work/file").st_mtime >= now && look("work/new").st_mtime >= now - 1);
	assert_int_equal(mode("work/new"), 0644);
	RUN(0, "undo");
	assert_int_equal(look("work/file").st_mtime, 1000000);
	assert_false(exists("work/new"));
	RUN(0, "redo");
	assert_true(exists("work/new"));
	RUN(0, "touch", "-d", "2020-01-02T03:04:05.25", "file", "fresh");
	st = look("work/fresh");
	assert_true(st.st_mtime == 1577934245 && st.st_mtim.tv_nsec == 250000000 &&
		    st.st_atime == 1577934245);
	assert_int_equal(look("work/file").st_mtime, 1577934245);
	RUN(0, "undo");
	assert_false(exists("work/fresh"));
	RUN(0, "touch", "-m", "--date=@5", "file");
	st = look("work/file");
	assert_true(st.st_mtime == 5 && st.st_atime != 5);
	RUN(0, "touch", "-a", "--date=@7", "file");
	st = look("work/file");
	assert_true(st.st_mtime == 5 && st.st_atime == 7);
	RUN(0, "touch", "-r", "file", "dir");
	assert_int_equal(look("work/dir").st_mtime, 5);
	/* The link itself. */
	RUN(0, "touch", "-d", "@9", "link");
	assert_int_equal(look("work/link").st_mtime, 9);
	assert_int_equal(look("work/file").st_mtime, 5);
	RUN(0, "touch", "-c", "absent");
	assert_false(exists("work/absent"));
	RUN(3, "touch", "absent/");
	said("mkdir makes directories");
}

/* What was written into it since is not thrown away. */
static void test_undo_of_what_was_changed(void **state)
{
	FILE *f;

	(void)state;
	build("");
	RUN(0, "touch", "new");
	f = fopen(tree_path(world, "work/new"), "w");
	assert_non_null(f);
	fputs("precious", f);
	fclose(f);
	RUN(3, "undo");
	said("it was changed since");
	assert_string_equal(content("work/new"), "precious");
	RUN(0, "undo", "--changed");
	assert_string_equal(content(TRASH "files/new"), "precious");
	RUN(0, "redo");
	assert_string_equal(content("work/new"), "precious");
}

static void test_link(void **state)
{
	(void)state;
	build("work/file \"x\"\nwork/dir/\nwork/link -> file\n");
	RUN(0, "link", "file", "dir/second");
	assert_true(look("work/dir/second").st_ino == look("work/file").st_ino);
	RUN(0, "undo");
	assert_false(exists("work/dir/second"));
	/* It went to the trash: nothing that has a name is thrown away. */
	assert_int_equal(look("work/file").st_nlink, 2);
	assert_true(exists(TRASH "files/second"));
	RUN(0, "redo");
	RUN(3, "link", "file", "dir");
	said("has that name already");
	RUN(3, "link", "dir", "other");
	RUN(0, "link", "link", "link2");
	assert_true(S_ISLNK(look("work/link2").st_mode));
}

static void test_symlink(void **state)
{
	(void)state;
	build("work/a/b/file \"x\"\nwork/c/\nwork/alias -> a/b\n");
	RUN(0, "symlink", "any thing/..//at all", "free");
	assert_string_equal(target("work/free"), "any thing/..//at all");
	RUN(0, "undo");
	assert_false(exists("work/free"));
	RUN(0, "redo");
	assert_string_equal(target("work/free"), "any thing/..//at all");
	RUN(0, "symlink", "--relative", "a/b/file", "c/to");
	assert_string_equal(target("work/c/to"), "../a/b/file");
	RUN(0, "symlink", "-r", "alias/file", "c/to2");
	assert_string_equal(target("work/c/to2"), "../a/b/file");
	RUN(0, "symlink", "-r", "alias", "c/to3");
	assert_string_equal(target("work/c/to3"), "../alias");
	RUN(0, "symlink", "-r", ".", "c/to4");
	assert_string_equal(target("work/c/to4"), "..");
	RUN(0, "symlink", "-r", "not/there", "c/to5");
	assert_string_equal(target("work/c/to5"), "../not/there");
	RUN(0, "symlink", "-r", "a/", "to6");
	assert_string_equal(target("work/to6"), "a");
	RUN(3, "symlink", "x", "c");
	RUN(3, "symlink", "x", "c/");
	RUN(3, "symlink", "x", "none/to");
}

static void test_rename(void **state)
{
	struct stat before;

	(void)state;
	build("work/file \"x\"\nwork/dir/in \"y\"\nwork/other \"z\"\nwork/link -> dir\n");
	before = look("work/file");
	RUN(0, "rename", "file", "dir/new");
	assert_true(look("work/dir/new").st_ino == before.st_ino);
	RUN(0, "undo");
	assert_true(exists("work/file"));
	RUN(0, "redo");
	RUN(0, "undo");
	RUN(3, "rename", "file", "other");
	said("/work/other': something has that name already");
	assert_string_equal(content("work/other"), "z");
	/* Never into it. */
	RUN(3, "rename", "file", "dir");
	RUN(3, "rename", "file", "link");
	RUN(3, "rename", "none", "new");
	RUN(3, "rename", "dir", "dir/in2");
	assert_true(exists("work/dir/in"));
	RUN(0, "rename", "link", "link2");
	assert_string_equal(target("work/link2"), "dir");
	/* The place is taken meanwhile: undo refuses and says why. */
	RUN(0, "rename", "file", "file2");
	tree_add(world, "work/file \"somebody else's\"\n");
	RUN(3, "undo");
	assert_string_equal(content("work/file"), "somebody else's");
	assert_string_equal(content("work/file2"), "x");
}

static void test_rmdir(void **state)
{
	(void)state;
	build("work/empty/ :0711\nwork/full/file \"x\"\nwork/deep/a/b/\nwork/deep/c/\n"
	      "work/part/a/b/\nwork/part/c/file \"x\"\nwork/link -> empty\n");
	RUN(0, "rmdir", "empty");
	assert_false(exists("work/empty"));
	RUN(0, "undo");
	assert_int_equal(mode("work/empty"), 0711);
	RUN(0, "redo");
	assert_false(exists("work/empty"));
	RUN(3, "rmdir", "full");
	RUN(3, "rmdir", "full/file");
	RUN(3, "rmdir", "link");
	RUN(3, "rmdir", "deep");
	RUN(0, "rmdir", "--below", "deep");
	assert_false(exists("work/deep"));
	RUN(0, "undo");
	assert_true(exists("work/deep/a/b") && exists("work/deep/c"));
	RUN(0, "redo");
	assert_false(exists("work/deep"));
	start(&last, ARGS("rmdir", "--below", "part"), NULL);
	assert_false(exists("work/part/a"));
	assert_true(exists("work/part/c/file"));
}

static void test_chmod(void **state)
{
	(void)state;
	build("work/file \"x\" :0644\nwork/dir/ :0750\nwork/link -> file\n");
	RUN(0, "chmod", "755", "file");
	assert_int_equal(mode("work/file"), 0755);
	RUN(0, "undo");
	assert_int_equal(mode("work/file"), 0644);
	RUN(0, "redo");
	assert_int_equal(mode("work/file"), 0755);
	RUN(0, "chmod", "u=rw,g=u,o=", "file", "dir");
	assert_int_equal(mode("work/file"), 0660);
	assert_int_equal(mode("work/dir"), 0660);
	RUN(0, "undo");
	assert_int_equal(mode("work/file"), 0755);
	assert_int_equal(mode("work/dir"), 0750);
	RUN(0, "chmod", "-x", "file");
	assert_int_equal(mode("work/file"), 0644);
	RUN(0, "chmod", "-w,a+X", "--print", "file", "dir");
	assert_int_equal(mode("work/file"), 0444);
	assert_int_equal(mode("work/dir"), 0551);
	RUN(0, "chmod", "--", "-r", "file");
	assert_int_equal(mode("work/file"), 0);
	RUN(0, "chmod", "0", "file");
	RUN(0, "chmod", "g+s", "dir");
	RUN(0, "chmod", "755", "dir");
	assert_int_equal(mode("work/dir"), 02755);
	RUN(3, "chmod", "600", "link");
	assert_int_equal(mode("work/file"), 0);
	RUN(2, "chmod", "-x");
	/* Changed by somebody else meanwhile. */
	RUN(0, "chmod", "600", "file");
	assert_int_equal(chmod(tree_path(world, "work/file"), 0640), 0);
	RUN(3, "undo");
	said("changed since");
	assert_int_equal(mode("work/file"), 0640);
}

static void test_chown(void **state)
{
	struct stat st;

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: needs root\n");
		skip();
	}
	build("work/file \"x\" :0644\nwork/link -> file\nwork/suid \"x\" :04755\n");
	RUN(0, "chown", "12345:23456", "file", "link");
	st = look("work/file");
	assert_true(st.st_uid == 12345 && st.st_gid == 23456);
	assert_int_equal(look("work/link").st_uid, 12345);
	RUN(0, "undo");
	assert_int_equal(look("work/file").st_uid, 0);
	assert_int_equal(look("work/link").st_uid, 0);
	RUN(0, "redo");
	RUN(0, "chown", ":7", "file");
	st = look("work/file");
	assert_true(st.st_uid == 12345 && st.st_gid == 7);
	RUN(0, "chown", "root:", "file");
	assert_int_equal(look("work/file").st_uid, 0);
	/* Somebody else may have changed what would run as root again. */
	RUN(0, "chown", "12345", "suid");
	assert_int_equal(mode("work/suid"), 0755);
	RUN(3, "undo");
	said("it could have been changed meanwhile");
	assert_int_equal(look("work/suid").st_uid, 12345);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_mkdir, end_world),
		cmocka_unit_test_teardown(test_touch, end_world),
		cmocka_unit_test_teardown(test_undo_of_what_was_changed, end_world),
		cmocka_unit_test_teardown(test_link, end_world),
		cmocka_unit_test_teardown(test_symlink, end_world),
		cmocka_unit_test_teardown(test_rename, end_world),
		cmocka_unit_test_teardown(test_rmdir, end_world),
		cmocka_unit_test_teardown(test_chmod, end_world),
		cmocka_unit_test_teardown(test_chown, end_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
