/* SPDX-License-Identifier: MIT */
#include "trashing.h"

#include "../../lib/as_user.h"
#include "../../lib/nomem.h"

#include <stdatomic.h>

#include "fs/trash_restore.h"
#include "fs/trash_sizes.h"

#define TRASH "home/.local/share/Trash/"
#define HEAD  "[Trash Info]\\nPath="

/* What a list told, a line each. */
static char told[8192];
static struct str got = STR_INIT;

static bool note(void *ctx, const struct trash_item *i)
{
	static const char *const states[] = {"whole", "unknown", "info"};
	size_t len = strlen(told);

	assert_true(i->origin != NULL || i->why != NULL);
	assert_true(!i->origin || i->origin[0] == '/');
	snprintf(told + len, sizeof(told) - len, "%s %s %s %d %s%llu\n", states[i->state], i->name,
		 i->origin ? i->origin : i->why, i->date.year, i->size_known ? "" : "?",
		 i->state == TRASH_INFO_ALONE ? 0 : (unsigned long long)(i->size > 0));
	return !ctx;
}

static const char *list(void)
{
	const char *why;

	trash_dir_done(&trash);
	assert_int_equal(trash_dir_home(&env, true, &trash, &why), 0);
	told[0] = '\0';
	assert_int_equal(trash_list(&trash, NULL, note, NULL), 0);
	return told;
}

static bool lists(const char *line)
{
	return strstr(told, line) != NULL;
}

static int put(const char *name)
{
	trash_dir_done(&trash);
	return put_from("work", name, 0, &got);
}

static int restore_with(const char *name, unsigned flags, const char **ret_why)
{
	struct trash_restore r = {.trash = &trash, .name = name, .flags = flags};
	struct renamed how;
	int rc = trash_restore(&r, &how, ret_why);

	assert_int_equal(how.state, rc == 0 ? RENAME_DONE : RENAME_NOT_DONE);
	return rc;
}

static int restore(const char *name, unsigned flags)
{
	const char *why;

	return restore_with(name, flags, &why);
}

static int done(void **state)
{
	str_done(&got);
	return teardown(state);
}

static void test_list(void **state)
{
	char line[512];

	(void)state;
	build("work/file 5000\nwork/dir/x\n" TRASH "files/orphan 10\n" TRASH
	      "info/alone.trashinfo \"" HEAD "/a/b\"\n" TRASH "files/junk\n" TRASH
	      "info/junk.trashinfo \"no\"\n" TRASH "info/other \"x\"\n" TRASH "files/rel\n" TRASH
	      "info/rel.trashinfo \"" HEAD "x/y\"\n" TRASH "files/link\n" TRASH
	      "info/link.trashinfo -> /etc/passwd\n" TRASH "files/fifo\n" TRASH
	      "info/fifo.trashinfo|\n" TRASH "files/up\n" TRASH "info/up.trashinfo \"" HEAD
	      "../x\"\n");
	assert_int_equal(put("file"), 0);
	assert_int_equal(put("dir"), 0);
	list();
	snprintf(line, sizeof(line), "whole file %s 2026 1\n", tree_path(tree, "work/file"));
	assert_true(lists(line));
	snprintf(line, sizeof(line), "whole dir %s 2026 ?", tree_path(tree, "work/dir"));
	assert_true(lists(line));
	assert_true(lists("unknown orphan there is no information on where it was 0 1\n"));
	assert_true(lists("info alone /a/b 0 "));
	assert_true(lists("unknown junk its information is no trash information 0"));
	assert_true(lists("unknown link its information cannot be read 0"));
	assert_true(lists("unknown fifo its information cannot be read 0"));
	assert_true(lists("unknown up its path has \"..\" in it 0"));
	snprintf(line, sizeof(line), "whole rel %s 0", tree_path(tree, "home/.local/share/x/y"));
	assert_true(lists(line));
	assert_false(lists("other"));
	/* It ends when told so. */
	told[0] = '\0';
	assert_int_equal(trash_list(&trash, NULL, note, told), 0);
	assert_ptr_equal(strchr(told, '\n'), told + strlen(told) - 1);
}

static void test_cancelled(void **state)
{
	_Atomic bool cancel = true;
	const char *why;

	(void)state;
	build("work/file\n");
	assert_int_equal(put("file"), 0);
	trash_dir_done(&trash);
	assert_int_equal(trash_dir_home(&env, true, &trash, &why), 0);
	assert_int_equal(trash_list(&trash, &cancel, note, NULL), -ECANCELED);
}

/* T17 */
static void test_sizes(void **state)
{
	const uint64_t seven = 7 * 4096;
	struct trash_sizes s;
	struct stat st;
	uint64_t bytes;

	(void)state;
	build("work/a\\sb/x\nwork/c/x\n" TRASH
	      "directorysizes \"1 2 gone\\nnonsense\\n5 9 ..\\n\"\n");
	assert_int_equal(put("a b"), 0);
	assert_int_equal(put("c"), 0);
	assert_int_equal(stat(tree_path(tree, TRASH "info/a b.trashinfo"), &st), 0);
	assert_int_equal(trash_sizes_set(&trash, "a b", st.st_mtime, &seven), 0);
	assert_int_equal(trash_sizes_set(&trash, "c", st.st_mtime - 1, &seven), 0);
	list();
	assert_true(lists("whole a b "));
	trash_sizes_init(&s);
	assert_int_equal(trash_sizes_read(&trash, &s), 0);
	assert_true(trash_sizes_get(&s, "a b", st.st_mtime, &bytes));
	assert_int_equal(bytes, seven);
	/* Not that of this information. */
	assert_false(trash_sizes_get(&s, "c", st.st_mtime, &bytes));
	assert_false(trash_sizes_get(&s, "gone", 2, &bytes));
	trash_sizes_done(&s);
	assert_int_equal(restore("a b", 0), 0);
	assert_int_equal(trash_sizes_read(&trash, &s), 0);
	assert_false(trash_sizes_get(&s, "a b", st.st_mtime, &bytes));
	trash_sizes_done(&s);
	/* A trap in its place is no reason not to work. */
	assert_int_equal(unlink(tree_path(tree, TRASH "directorysizes")), 0);
	tree_add(tree, TRASH "directorysizes -> /etc/passwd\n");
	assert_int_equal(restore("c", 0), 0);
}

static void test_restore(void **state)
{
	static const char *const names[] = {"file", "dir", "link", "fifo", "a\nb\xff"};
	const char *why;

	(void)state;
	build("work/file \"x\" :0640\nwork/dir/a/b \"y\"\nwork/link -> none\nwork/fifo|\n"
	      "work/a\\nb\\xff\n");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[64];
		struct identity id;

		snprintf(path, sizeof(path), "work/%s", names[i]);
		id = identity(path);
		assert_int_equal(put(names[i]), 0);
		assert_int_equal(restore(got.buf, RENAME_DURABLE), 0);
		assert_true(is(path, &id));
		assert_string_equal(list(), "");
	}
	/* Something is there by now: both stay. */
	assert_int_equal(put("file"), 0);
	tree_add(tree, "work/file \"new\"\n");
	assert_int_equal(restore("file", 0), -EEXIST);
	assert_true(exists(TRASH "files/file") && exists(TRASH "info/file.trashinfo"));
	tree_remove(tree, "work/file");
	tree_add(tree, "work/file -> ../home/written\n");
	assert_int_equal(restore("file", 0), -EEXIST);
	assert_false(exists("home/written"));
	/* Gone meanwhile. */
	assert_int_equal(restore_with("none", 0, &why), -ENOENT);
	assert_string_equal(why, "it is not in the trash any more");
	assert_int_equal(restore("../info/file.trashinfo", 0), -EINVAL);
	assert_int_equal(restore("..", 0), -EINVAL);
}

static void test_restore_to_a_chosen_place(void **state)
{
	struct trash_restore r = {.trash = &trash, .name = "orphan"};
	struct identity id;
	struct renamed how;
	const char *why;
	int fd;

	(void)state;
	build(TRASH "files/orphan \"x\"\n" TRASH "info/\nwork/taken\n");
	id = identity(TRASH "files/orphan");
	list();
	assert_int_equal(restore_with("orphan", 0, &why), -EINVAL);
	assert_string_equal(why, "there is no information on where it was");
	fd = open_dir("work");
	r.to = (struct rename_place){.dirfd = fd, .name = "taken"};
	r.expect = &id;
	assert_int_equal(trash_restore(&r, &how, &why), -EEXIST);
	r.to.name = "mine";
	id.file.ino++;
	assert_int_equal(trash_restore(&r, &how, &why), -ESTALE);
	id.file.ino--;
	assert_int_equal(trash_restore(&r, &how, &why), 0);
	assert_true(is("work/mine", &id));
	close(fd);
}

static void test_parents(void **state)
{
	const char *why;
	struct stat st;

	(void)state;
	build("work/a/b/c/file \"x\"\n");
	assert_int_equal(put_from("work/a/b/c", "file", 0, &got), 0);
	tree_remove(tree, "work/a");
	assert_int_equal(restore_with("file", 0, &why), -ENOENT);
	assert_string_equal(why, "the directory it was in is gone");
	assert_false(exists("work/a"));
	/* What was made goes when it comes to nothing. */
	fault_fail(FAULT_renameat2, 1, EIO, false);
	assert_int_equal(restore("file", TRASH_MAKE_PARENTS), -EIO);
	assert_false(exists("work/a"));
	assert_true(exists(TRASH "files/file") && exists("work"));
	assert_int_equal(restore("file", TRASH_MAKE_PARENTS), 0);
	assert_true(exists("work/a/b/c/file"));
	assert_int_equal(stat(tree_path(tree, "work/a/b"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	/* Something else stands in the way. */
	assert_int_equal(put_from("work/a/b/c", "file", 0, &got), 0);
	tree_remove(tree, "work/a/b");
	tree_add(tree, "work/a/b \"a file\"\n");
	assert_int_equal(restore("file", TRASH_MAKE_PARENTS), -ENOTDIR);
	tree_remove(tree, "work/a/b");
	tree_add(tree, "work/a/b -> ../../home\nhome/c/\n");
	assert_int_equal(restore_with("file", TRASH_MAKE_PARENTS, &why), -ELOOP);
	assert_string_equal(why, "there is a link on the way to where it was");
	assert_false(exists("home/c/file"));
	assert_int_equal(restore("file", TRASH_FOLLOW), 0);
	assert_true(exists("home/c/file"));
}

/* Whatever an information file says, nothing is written but below the top of its own file system.
 */
static void test_hostile(void **state)
{
	static const char *const paths[] = {"../home/.bashrc",
					    "a/../../home/.bashrc",
					    "%2e%2e/home/.bashrc",
					    "/etc/cron.d/x",
					    "%2Fetc%2Fcron.d%2Fx",
					    "out/.bashrc",
					    "out/sub/x",
					    "a%00b",
					    "",
					    ".",
					    "/",
					    "..",
					    "a/./../..",
					    "//etc/x",
					    "/topper/x",
					    "/top",
					    "%ZZ",
					    "x\x01/..",
					    "file/x"};
	char info[64], files[64];
	const char *why;
	int top;

	(void)state;
	build("top/file\ntop/out -> ../home\n");
	snprintf(files, sizeof(files), "top/.Trash-%u/files/", (unsigned)geteuid());
	snprintf(info, sizeof(info), "top/.Trash-%u/info/x.trashinfo", (unsigned)geteuid());
	top = open_dir("top");
	assert_int_equal(trash_dir_top(top, "/top", TRASH_OWN, true, &trash, &why), 0);
	close(top);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char thing[80];
		FILE *f = fopen(tree_path(tree, info), "w");

		fprintf(f, "[Trash Info]\nPath=%s\n", paths[i]);
		fclose(f);
		snprintf(thing, sizeof(thing), "%sx \"evil\"\n", files);
		if (i == 0)
			tree_add(tree, thing);
		assert_true(restore("x", TRASH_MAKE_PARENTS) < 0);
		snprintf(thing, sizeof(thing), "%sx", files);
		assert_true(exists(thing) && exists(info));
		assert_false(exists("home/.bashrc") || exists("home/sub"));
		assert_true(access("/etc/cron.d/x", F_OK) < 0);
		assert_true(access("/etc/x", F_OK) < 0);
	}
	/* An absolute one below the top, as some programs write it. */
	FILE *f = fopen(tree_path(tree, info), "w");
	fprintf(f, "[Trash Info]\nPath=/top/new/x\n");
	fclose(f);
	assert_int_equal(restore("x", TRASH_MAKE_PARENTS), 0);
	assert_true(exists("top/new/x"));
}

static void swap_parent(void *ctx)
{
	(void)ctx;
	tree_move(tree, "work/a", "work/moved");
	tree_add(tree, "work/a -> ../home\n");
}

static void test_attacked_while_restoring(void **state)
{
	for (unsigned nth = 1; nth < 12; nth++) {
		int rc;

		(void)state;
		build("work/a/file \"x\"\nhome/canary\n");
		assert_int_equal(put_from("work/a", "file", 0, &got), 0);
		fault_before(FAULT_openat, nth, swap_parent, NULL);
		rc = restore("file", 0);
		assert_true(rc == 0 || rc == -ELOOP);
		assert_false(exists("home/file"));
		assert_true(exists(TRASH "files/file") || exists("work/moved/file") ||
			    exists("work/a/file"));
		done(state);
	}
}

static void test_erase(void **state)
{
	const struct delete_options o = {0};
	struct delete_counts n;
	struct identity id;

	(void)state;
	build("work/dir/a/b/c\nwork/file\n" TRASH "info/alone.trashinfo \"" HEAD "/a/b\"\n");
	id = identity("work/dir");
	assert_int_equal(put("dir"), 0);
	assert_int_equal(put("file"), 0);
	/* The information goes last, and only when the thing is gone. */
	fault_fail(FAULT_unlinkat, 2, EIO, false);
	assert_int_equal(trash_erase(&trash, "dir", &id, &o, &n), -EIO);
	assert_true(exists(TRASH "info/dir.trashinfo"));
	assert_int_equal(trash_erase(&trash, "dir", &id, &o, &n), 0);
	assert_false(exists(TRASH "files/dir") || exists(TRASH "info/dir.trashinfo"));
	assert_int_equal(trash_erase(&trash, "file", &id, &o, &n), -ESTALE);
	assert_true(exists(TRASH "files/file") && exists(TRASH "info/file.trashinfo"));
	assert_int_equal(trash_erase(&trash, "file", NULL, &o, &n), 0);
	assert_int_equal(n.files, 1);
	assert_int_equal(trash_erase(&trash, "alone", NULL, &o, &n), 0);
	assert_int_equal(trash_erase(&trash, "alone", NULL, &o, &n), -ENOENT);
	assert_int_equal(trash_erase(&trash, "../info", NULL, &o, &n), -EINVAL);
	assert_string_equal(list(), "");
}

static void test_every_call_failing(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat,   FAULT_statx,    FAULT_renameat2,
						FAULT_unlinkat, FAULT_read,     FAULT_write,
						FAULT_fsync,    FAULT_getdents, FAULT_mkdirat};
	static const int errs[] = {EIO, EACCES, ENOSPC, EROFS, ENOSYS, EXDEV};

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (size_t e = 0; e < ARRAY_LEN(errs); e++)
			for (unsigned nth = 1;; nth++) {
				struct trash_restore r = {.trash = &trash,
							  .name = "x",
							  .flags = RENAME_DURABLE |
								   TRASH_MAKE_PARENTS};
				struct identity id;
				struct renamed how;
				const char *why;
				bool failed;
				int rc;

				build("work/a/x \"content\"\n");
				id = identity("work/a/x");
				assert_int_equal(put_from("work/a", "x", 0, &got), 0);
				tree_remove(tree, "work/a");
				fault_reset();
				/* The descriptors of the trash were counted before. */
				told[0] = '\0';
				fault_fail(calls[c], nth, errs[e], false);
				rc = trash_list(&trash, NULL, note, NULL);
				if (rc == 0)
					rc = trash_restore(&r, &how, &why);
				failed = fault_count(calls[c]) >= nth;
				fault_fail(calls[c], 1, 0, false);
				assert_int_equal(fault_open_fds(), 0);
				assert_true(is("work/a/x", &id) != is(TRASH "files/x", &id));
				assert_true(rc <= 0);
				if (rc == 0)
					assert_true(is("work/a/x", &id));
				if (is(TRASH "files/x", &id))
					assert_true(exists(TRASH "info/x.trashinfo"));
				close(trash.fd);
				close(trash.files);
				close(trash.info);
				close(trash.top);
				trash.fd = trash.files = trash.info = trash.top = -1;
				trash_dir_done(&trash);
				if (!failed)
					break;
			}
}

static void test_out_of_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		struct trash_restore r = {
			.trash = &trash, .name = "x", .flags = TRASH_MAKE_PARENTS};
		struct renamed how = {0};
		const char *why;
		int rc;

		build("work/a/x \"content\"\n" TRASH "directorysizes \"1 2 x\\n3 4 y\\n\"\n" TRASH
		      "info/alone.trashinfo \"" HEAD "/a\"\n");
		assert_int_equal(put_from("work/a", "x", 0, &got), 0);
		tree_remove(tree, "work/a");
		told[0] = '\0';
		nomem_arm(nth);
		rc = trash_list(&trash, NULL, note, NULL);
		if (rc == 0)
			rc = trash_restore(&r, &how, &why);
		failed = nomem_disarm();
		/* The last of it is its information, which then stays, and the cache of sizes. */
		assert_true(rc == 0 || (failed && rc == -ENOMEM));
		assert_true(exists("work/a/x") == (how.state == RENAME_DONE));
		assert_true(rc < 0 || how.state == RENAME_DONE);
		trash_dir_done(&trash);
		str_done(&from);
		str_done(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_list, done),
		cmocka_unit_test_teardown(test_cancelled, done),
		cmocka_unit_test_teardown(test_sizes, done),
		cmocka_unit_test_teardown(test_restore, done),
		cmocka_unit_test_teardown(test_restore_to_a_chosen_place, done),
		cmocka_unit_test_teardown(test_parents, done),
		cmocka_unit_test_teardown(test_hostile, done),
		cmocka_unit_test_setup_teardown(test_attacked_while_restoring, memdir_setup, done),
		cmocka_unit_test_teardown(test_erase, done),
		cmocka_unit_test_setup_teardown(test_every_call_failing, memdir_setup, done),
		cmocka_unit_test_setup_teardown(test_out_of_memory, memdir_setup, done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
