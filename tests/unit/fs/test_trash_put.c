/* SPDX-License-Identifier: MIT */
#include "trashing.h"

#include "../../lib/as_user.h"
#include "../../lib/nomem.h"

#include <dirent.h>
#include <sys/mount.h>
#include <sys/wait.h>

#define TRASH "home/.local/share/Trash/"

static struct str got = STR_INIT;

static char *in_files(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), TRASH "files/%s", name);
	return path;
}

static void read_info(const char *name, struct trashinfo *ret)
{
	char path[512], text[8192];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), TRASH "info/%s.trashinfo", name);
	fd = open(tree_path(tree, path), O_RDONLY);
	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text));
	close(fd);
	assert_true(n > 0);
	assert_int_equal(trashinfo_parse(text, (size_t)n, ret), 0);
}

static int count(const char *rel)
{
	DIR *d = opendir(tree_path(tree, rel));
	int n = 0;

	for (const struct dirent *e; d && (e = readdir(d));)
		n += e->d_name[0] != '.' || (e->d_name[1] && e->d_name[1] != '.');
	if (d)
		closedir(d);
	return n;
}

static int put(const char *name)
{
	int rc;

	trash_dir_done(&trash);
	rc = put_from("work", name, 0, &got);
	/* One information for each thing. */
	assert_int_equal(count(TRASH "files"), count(TRASH "info"));
	return rc;
}

static int done(void **state)
{
	str_done(&got);
	return teardown(state);
}

static void test_every_kind(void **state)
{
	static const char *const names[] = {"file",  "dir",  "link", "dangling",
					    "todir", "fifo", "sock", "closed"};

	(void)state;
	build("work/file \"x\" :0640 @12345\nwork/dir/a/b \"y\"\nwork/link -> file\nwork/dangling "
	      "-> none\n"
	      "work/todir -> ../home\nwork/fifo|\nwork/sock=\nwork/closed :0\n");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char old[64];
		struct identity id;
		struct trashinfo info;

		snprintf(old, sizeof(old), "work/%s", names[i]);
		id = identity(old);
		assert_int_equal(put(names[i]), 0);
		assert_string_equal(got.buf, names[i]);
		assert_false(exists(old));
		assert_true(is(in_files(names[i]), &id));
		read_info(names[i], &info);
		assert_int_equal(info.kind, TRASHINFO_ABSOLUTE);
		assert_string_equal(info.path.buf, tree_path(tree, old));
		assert_memory_equal(&info.date, &noon, sizeof(noon));
		trashinfo_done(&info);
	}
	assert_true(exists(TRASH "files/dir/a/b"));
}

/* T9: each gets a name of its own, and the name says nothing of where it was. */
static void test_same_names(void **state)
{
	static const char *const want[] = {"a.tar", "a.2.tar", "a.3.tar", "a.4.tar"};

	(void)state;
	build("");
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		tree_add(tree, "work/a.tar \"x\"\n");
		assert_int_equal(put("a.tar"), 0);
		assert_string_equal(got.buf, want[i]);
	}
	for (int i = 0; i < 110; i++) {
		tree_add(tree, "work/b\n");
		assert_int_equal(put("b"), 0);
	}
	assert_int_equal(count(TRASH "files"), 114);
}

/* Things without information are somebody's all the same. */
static void test_orphans_stay(void **state)
{
	struct identity id, dir;

	(void)state;
	build("work/x \"new\"\nwork/d/new\n" TRASH "files/x \"old\"\n" TRASH "files/d/\n" TRASH
	      "info/x.2.trashinfo \"theirs\"\n");
	id = identity(TRASH "files/x");
	dir = identity(TRASH "files/d");
	trash_dir_done(&trash);
	assert_int_equal(put_from("work", "x", 0, &got), 0);
	assert_string_equal(got.buf, "x.3");
	assert_true(is(TRASH "files/x", &id));
	assert_false(exists(TRASH "info/x.trashinfo"));
	trash_dir_done(&trash);
	assert_int_equal(put_from("work", "d", 0, &got), 0);
	assert_string_equal(got.buf, "d.2");
	assert_true(is(TRASH "files/d", &dir));
}

/* Also when it is another link of the very file: rename(2) would leave both. */
static void test_orphan_of_the_same_file(void **state)
{
	(void)state;
	build("work/x \"one\"\n" TRASH "files/x => work/x\n");
	assert_int_equal(put_from("work", "x", 0, &got), 0);
	assert_string_equal(got.buf, "x.2");
	assert_false(exists("work/x"));
	assert_true(exists(TRASH "files/x") && exists(TRASH "files/x.2"));
	assert_false(exists(TRASH "info/x.trashinfo"));
}

static void test_names(void **state)
{
	static const char *const names[] = {
		" ",           "%",       "#",   "a\nb",  "\x1b[31m",  "\xff\xfe",    "-rf",
		"a.trashinfo", ".hidden", "..x", "a.b.c", "new\tline", "[Trash Info]"};
	char name[256];

	(void)state;
	build("");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		int fd = openat(tree->fd, "work", O_RDONLY),
		    f = openat(fd, names[i], O_CREAT, 0600);
		struct trashinfo info;

		assert_true(f >= 0);
		close(f);
		close(fd);
		assert_int_equal(put(names[i]), 0);
		assert_string_equal(got.buf, names[i]);
		read_info(names[i], &info);
		assert_string_equal(path_base(info.path.buf), names[i]);
		trashinfo_done(&info);
	}
	/* Of 255 bytes: shorter in the trash, whole in the information, three times. */
	for (int i = 0; i < 3; i++) {
		struct trashinfo info;
		int fd = open_dir("work"), f;

		for (int k = 0; k < 250; k += 2)
			memcpy(name + k, "\xc3\xbc", 2);
		memcpy(name + 250, "x.tar", 6);
		f = openat(fd, name, O_CREAT, 0600);
		assert_true(f >= 0);
		close(f);
		close(fd);
		assert_int_equal(put(name), 0);
		assert_true(got.len + 10 <= 255);
		assert_string_equal(got.buf + got.len - 4, ".tar");
		read_info(got.buf, &info);
		assert_string_equal(path_base(info.path.buf), name);
		trashinfo_done(&info);
	}
}

static void test_refused(void **state)
{
	(void)state;
	build("work/file\n");
	assert_int_equal(put("none"), -ENOENT);
	assert_int_equal(put(".."), -EINVAL);
	assert_int_equal(put("a/b"), -EINVAL);
	trash_dir_done(&trash);
	assert_int_equal(put_from("", "home", 0, &got), -ELOOP);
	assert_int_equal(count(TRASH "info"), 0);
	assert_true(exists("home") && exists("work/file"));
}

static void swap(void *ctx)
{
	(void)ctx;
	tree_move(tree, "work/x", "work/kept");
	tree_add(tree, "work/x \"other\"\n");
}

static int refuse(void *ctx, const char *trash_name)
{
	assert_string_equal(trash_name, "x");
	return *(int *)ctx;
}

static void test_confirmed_and_intended(void **state)
{
	struct trash_put p = {.trash = &trash, .from = "/f", .name = "x", .when = noon};
	struct identity id;
	struct renamed how;
	int no = -ECANCELED;
	const char *why;

	(void)state;
	build("work/x \"x\"\n");
	id = identity("work/x");
	assert_int_equal(trash_dir_home(&env, true, &trash, &why), 0);
	p.dirfd = open_dir("work");
	p.expect = &id;
	p.intent = refuse;
	p.ctx = &no;
	assert_int_equal(trash_put(&p, &got, &how), -ECANCELED);
	assert_true(exists("work/x"));
	assert_int_equal(count(TRASH "info"), 0);
	no = 0;
	fault_before(FAULT_renameat2, 1, swap, NULL);
	assert_int_equal(trash_put(&p, &got, &how), -ESTALE);
	assert_int_equal(how.state, RENAME_NOT_DONE);
	assert_true(is("work/kept", &id) && exists("work/x"));
	assert_int_equal(count(TRASH "info") + count(TRASH "files"), 0);
	close(p.dirfd);
}

static bool in_trash(const char *at, const struct identity *id)
{
	char path[128], info[128];

	snprintf(path, sizeof(path), "%sfiles/x", at);
	snprintf(info, sizeof(info), "%sinfo/x.trashinfo", at);
	/* No information without a thing, no thing without information. */
	assert_int_equal(exists(path), exists(info));
	return is(path, id);
}

static void one_failing(enum fault_call call, unsigned nth, int err)
{
	bool in_place, trashed;
	struct identity id;
	int fd, rc;

	assert_int_equal(mount("none", tree->path, "tmpfs", 0, NULL), 0);
	assert_int_equal(mkdir(tree_path(tree, "home"), 0700), 0);
	assert_int_equal(mkdir(tree_path(tree, "work"), 0700), 0);
	fd = open(tree_path(tree, "work/x"), O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0 && write(fd, "content", 7) == 7);
	close(fd);
	id = identity("work/x");
	fault_reset();
	fault_fail(call, nth, err, false);
	rc = put_from("work", "x", RENAME_DURABLE, &got);
	fault_fail(call, 1, 0, false);
	trash_dir_done(&trash);
	assert_int_equal(fault_open_fds(), 0);
	in_place = is("work/x", &id);
	trashed = in_trash(TRASH, &id) || in_trash(".Trash-0/", &id);
	assert_true(in_place != trashed);
	assert_true(rc <= 0);
	if (rc == 0)
		assert_true(trashed);
	else if (call != FAULT_fsync && call != FAULT_statx && call != FAULT_openat)
		assert_true(in_place);
	assert_int_equal(umount(tree->path), 0);
}

static void each_failing(void *ctx)
{
	static const enum fault_call calls[] = {FAULT_openat,  FAULT_openat2,   FAULT_statx,
						FAULT_mkdirat, FAULT_renameat2, FAULT_write,
						FAULT_fsync,   FAULT_readlinkat};
	static const int errs[] = {EIO,   EACCES, EPERM,  ENOSPC, EDQUOT,
				   EROFS, EXDEV,  EINVAL, ENOSYS};

	(void)ctx;
	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (size_t e = 0; e < ARRAY_LEN(errs); e++) {
			unsigned nth = 0;

			do
				one_failing(calls[c], ++nth, errs[e]);
			while (fault_count(calls[c]) >= nth);
		}
}

/* Whichever call fails: it is in its place or in a trash, and the answer says which. On a mount of
 * its own, so that its trash is within the tree too. */
static void test_every_call_failing(void **state)
{
	(void)state;
	build("");
	as_mounter(each_failing, NULL);
}

/* A server that says of every name that it is taken is believed before the journal is full of them.
 */
static void test_every_name_taken(void **state)
{
	(void)state;
	build("work/x \"content\"\n");
	fault_fail(FAULT_renameat2, 1, EEXIST, true);
	assert_int_equal(put("x"), -EEXIST);
	assert_in_range(fault_count(FAULT_renameat2), 100, 200);
	assert_true(exists("work/x"));
	assert_int_equal(count(TRASH "info") + count(TRASH "files"), 0);
}

static void test_short_writes(void **state)
{
	struct trashinfo info;

	(void)state;
	build("work/x \"content\"\n");
	fault_short(FAULT_write, 7);
	assert_int_equal(put("x"), 0);
	read_info("x", &info);
	assert_string_equal(info.path.buf, tree_path(tree, "work/x"));
	trashinfo_done(&info);
}

static void test_out_of_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		struct trash_put p = {.trash = &trash, .name = "x", .when = noon};
		struct trash_why why;
		struct renamed how;
		int rc;

		build("work/x \"content\"\n");
		p.dirfd = open_dir("work");
		nomem_arm(nth);
		rc = trash_dir_for(&env, p.dirfd, tree->path, &trash, &from, &why);
		p.from = from.buf;
		if (rc == 0)
			rc = trash_put(&p, &got, &how);
		failed = nomem_disarm();
		assert_int_equal(rc, failed ? -ENOMEM : 0);
		assert_int_equal(exists("work/x"), failed);
		close(p.dirfd);
		trash_dir_done(&trash);
		str_done(&from);
		str_done(&got);
	}
}

static unsigned calls_made(void)
{
	unsigned n = 0;

	for (int c = 0; c < FAULT_CALLS; c++)
		n += fault_count(c);
	return n;
}

/* However much is in it: as many calls. */
static void test_constant_time(void **state)
{
	unsigned small, large;

	(void)state;
	build("work/small/x\nwork/large/ *3000\nwork/large/deep/ ^50\n");
	assert_int_equal(put("first"), -ENOENT); /* the trash is made */
	fault_reset();
	assert_int_equal(put("small"), 0);
	small = calls_made();
	fault_reset();
	assert_int_equal(put("large"), 0);
	large = calls_made();
	assert_int_equal(small, large);
	assert_true(small < 150);
	assert_int_equal(count(TRASH "files/large"), 3001);
	trash_dir_done(&trash);
	fault_reset();
}

/* Two programs trash the same name again and again. */
static void test_two_at_once(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	build("");
	pid = fork();
	assert_true(pid >= 0);
	for (int i = 0; i < 200; i++) {
		char name[32];
		struct trash_put p = {.trash = &trash, .name = "same", .when = noon};
		struct renamed how;
		const char *why;
		int f;

		snprintf(name, sizeof(name), "dir%d", pid != 0);
		(void)mkdirat(tree->fd, name, 0700);
		p.dirfd = openat(tree->fd, name, O_RDONLY | O_DIRECTORY);
		p.from = name;
		f = openat(p.dirfd, "same", O_CREAT | O_WRONLY, 0600);
		if (f < 0 || trash_dir_home(&env, true, &trash, &why) < 0 ||
		    trash_put(&p, &got, &how) < 0) {
			if (pid == 0)
				_exit(1);
			fail();
		}
		close(f);
		close(p.dirfd);
		trash_dir_done(&trash);
	}
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(count(TRASH "files"), 400);
	assert_int_equal(count(TRASH "info"), 400);
}

static void full(void *ctx)
{
	(void)ctx;
	assert_int_equal(mount("none", tree_path(tree, "work"), "tmpfs", 0, "size=64k,nr_inodes=7"),
			 0);
	/* The descriptor the tree has is of the mounts that were there before. */
	assert_int_equal(dup2(open(tree->path, O_RDONLY | O_DIRECTORY), tree->fd), tree->fd);
	tree_add(tree, "work/big 40960\nwork/two\n");
	/* Three directories of the trash, and one more for the information: too many. */
	tree_add(tree, "work/three\n");
	assert_int_equal(put_from("work", "big", 0, &got), -ENOSPC);
	assert_true(exists("work/big"));
	assert_int_equal(unlink(tree_path(tree, "work/two")), 0);
	assert_int_equal(unlink(tree_path(tree, "work/three")), 0);
	trash_dir_done(&trash);
	assert_int_equal(put_from("work", "big", 0, &got), 0);
	assert_false(exists("work/big"));
	trash_dir_done(&trash);
	assert_int_equal(umount(tree_path(tree, "work")), 0);
}

static void test_full_disk(void **state)
{
	(void)state;
	build("");
	as_mounter(full, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_every_kind, done),
		cmocka_unit_test_setup_teardown(test_same_names, memdir_setup, done),
		cmocka_unit_test_teardown(test_orphans_stay, done),
		cmocka_unit_test_teardown(test_orphan_of_the_same_file, done),
		cmocka_unit_test_teardown(test_names, done),
		cmocka_unit_test_teardown(test_refused, done),
		cmocka_unit_test_teardown(test_confirmed_and_intended, done),
		cmocka_unit_test_teardown(test_every_call_failing, done),
		cmocka_unit_test_teardown(test_every_name_taken, done),
		cmocka_unit_test_teardown(test_short_writes, done),
		cmocka_unit_test_setup_teardown(test_out_of_memory, memdir_setup, done),
		cmocka_unit_test_teardown(test_constant_time, done),
		cmocka_unit_test_setup_teardown(test_two_at_once, memdir_setup, done),
		cmocka_unit_test_teardown(test_full_disk, done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
