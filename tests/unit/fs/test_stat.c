/* SPDX-License-Identifier: MIT */
#include "fs/stat.h"

#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/nomem.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static struct tree *tree_of(void **state)
{
	return *state;
}

static int setup(void **state)
{
	fault_reset();
	*state = tree_new("");
	return 0;
}

static int teardown(void **state)
{
	fault_reset();
	tree_free(*state);
	return 0;
}

/* Everything as lstat(2) says it. */
static void test_as_lstat(void **state)
{
	static const char *const names[] = {"plain", "dir",        "link",   "dangling",
					    "fifo",  "socket",     "sparse", "twin-1",
					    "old",   "before-1970"};
	struct tree *t = tree_of(state);

	tree_add(t, tree_zoo);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct meta m;
		struct stat st;

		assert_int_equal(stat_at(t->fd, names[i], &m, NULL), 0);
		assert_int_equal(fstatat(t->fd, names[i], &st, AT_SYMLINK_NOFOLLOW), 0);
		assert_int_equal(m.id.dev, st.st_dev);
		assert_int_equal(m.id.ino, st.st_ino);
		assert_int_equal(m.size, st.st_size);
		assert_int_equal(m.blocks, st.st_blocks);
		assert_int_equal(m.mode, st.st_mode);
		assert_int_equal(m.uid, st.st_uid);
		assert_int_equal(m.gid, st.st_gid);
		assert_int_equal(m.nlink, st.st_nlink);
		assert_int_equal(m.mtime, st.st_mtim.tv_sec);
		assert_int_equal(m.mtime_nsec, st.st_mtim.tv_nsec);
		assert_int_equal(m.ctime, st.st_ctim.tv_sec);
		assert_int_equal(m.ctime_nsec, st.st_ctim.tv_nsec);
	}
}

static void test_types(void **state)
{
	static const struct {
		const char *path;
		enum entry_type type;
	} rows[] = {{"f", ENTRY_FILE}, {"d", ENTRY_DIR},    {"l", ENTRY_LINK},
		    {"p", ENTRY_FIFO}, {"s", ENTRY_SOCKET}, {"/dev/null", ENTRY_CHAR}};
	struct tree *t = tree_of(state);
	struct meta m;

	tree_add(t, "f\nd/\nl -> f\np|\ns=\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(stat_at(t->fd, rows[i].path, &m, NULL), 0);
		assert_int_equal(stat_type(m.mode), rows[i].type);
	}
	assert_int_equal(m.size, makedev(1, 3));
	assert_int_equal(stat_type(S_IFBLK), ENTRY_BLOCK);
	assert_int_equal(stat_type(0), ENTRY_UNKNOWN);
	assert_int_equal(stat_type(S_IFMT), ENTRY_UNKNOWN);
}

static void test_follow_and_fd(void **state)
{
	struct tree *t = tree_of(state);
	struct meta file, followed, link;
	uint64_t mnt_dir, mnt_proc, mnt_file;
	int fd;

	tree_add(t, "file 3\nlink -> file\nloop -> loop\n");
	assert_int_equal(stat_at(t->fd, "file", &file, &mnt_file), 0);
	assert_int_equal(stat_follow(t->fd, "link", &followed, NULL), 0);
	assert_true(file_id_eq(file.id, followed.id));
	assert_int_equal(stat_at(t->fd, "link", &link, NULL), 0);
	assert_false(file_id_eq(file.id, link.id));
	assert_int_equal(stat_follow(t->fd, "loop", &link, NULL), -ELOOP);
	fd = openat(t->fd, "link", O_PATH | O_CLOEXEC);
	assert_int_equal(stat_fd(fd, &followed, NULL), 0);
	assert_true(file_id_eq(file.id, followed.id));
	close(fd);
	assert_int_equal(stat_fd(t->fd, &link, &mnt_dir), 0);
	assert_int_equal(mnt_dir, mnt_file);
	assert_int_equal(stat_at(AT_FDCWD, "/proc", &link, &mnt_proc), 0);
	assert_int_not_equal(mnt_dir, mnt_proc);
	assert_true(link.attrs & META_MOUNT_ROOT);
}

static void test_errors_leave_the_result(void **state)
{
	struct tree *t = tree_of(state);
	struct meta m = {.mode = 4711};
	uint64_t mnt = 42;

	assert_int_equal(stat_at(t->fd, "none", &m, &mnt), -ENOENT);
	assert_int_equal(stat_at(-1, "none", &m, &mnt), -EBADF);
	assert_int_equal(stat_fd(-1, &m, &mnt), -EBADF);
	fault_fail(FAULT_statx, 1, EIO, false);
	assert_int_equal(stat_at(t->fd, ".", &m, &mnt), -EIO);
	assert_int_equal(m.mode, 4711);
	assert_int_equal(mnt, 42);
}

/* What does not know the sync flags is asked again without. */
static void test_no_sync_flags(void **state)
{
	struct tree *t = tree_of(state);
	struct meta m;

	fault_reset();
	fault_fail(FAULT_statx, 1, EINVAL, false);
	assert_int_equal(stat_at(t->fd, ".", &m, NULL), 0);
	assert_int_equal(fault_count(FAULT_statx), 2);
	fault_fail(FAULT_statx, 1, EINVAL, true);
	assert_int_equal(stat_at(t->fd, ".", &m, NULL), -EINVAL);
}

static void test_readlink_of_any_length(void **state)
{
	static const size_t lengths[] = {1, 2, 511, 512, 513, 1023, 1024, 1025, 4095};
	struct tree *t = tree_of(state);
	struct str target = STR_INIT, made = STR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		str_clear(&made);
		str_clear(&target);
		while (made.len < lengths[i])
			str_addc(&made, (char)('a' + made.len % 26));
		assert_int_equal(symlinkat(made.buf, t->fd, "l"), 0);
		str_adds(&target, "> ");
		assert_int_equal(stat_readlink(t->fd, "l", &target), 0);
		assert_int_equal(target.len, lengths[i] + 2);
		assert_string_equal(target.buf + 2, made.buf);
		tree_remove(t, "l");
	}
	str_done(&target);
	str_done(&made);
}

static void test_readlink_errors(void **state)
{
	struct tree *t = tree_of(state);
	struct str target = STR_INIT;
	int fd;

	tree_add(t, "file\nlink -> x\\R2000;\n");
	assert_int_equal(stat_readlink(t->fd, "none", &target), -ENOENT);
	assert_int_equal(stat_readlink(t->fd, "file", &target), -EINVAL);
	fault_fail(FAULT_readlinkat, 2, EIO, false);
	assert_int_equal(stat_readlink(t->fd, "link", &target), -EIO);
	assert_int_equal(target.len, 0);
	fd = openat(t->fd, "link", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	assert_int_equal(stat_readlink(fd, "", &target), 0);
	assert_int_equal(target.len, 2000);
	close(fd);
	str_done(&target);
}

static void test_readlink_out_of_memory(void **state)
{
	struct tree *t = tree_of(state);
	bool failed = true;

	tree_add(t, "link -> x\\R3000;\n");
	for (unsigned long nth = 1; failed; nth++) {
		struct str target = STR_INIT;
		int r;

		nomem_arm(nth);
		r = stat_readlink(t->fd, "link", &target);
		failed = nomem_disarm();
		assert_int_equal(r, failed ? -ENOMEM : 0);
		assert_int_equal(target.len, failed ? 0 : 3000);
		str_done(&target);
	}
}

static void bind(void *ctx)
{
	struct tree *t = ctx;
	struct meta below, above;
	uint64_t mnt_below, mnt_above;

	assert_int_equal(stat_at(AT_FDCWD, tree_path(t, "a"), &below, &mnt_below), 0);
	assert_int_equal(mount(tree_path(t, "a"), tree_path(t, "b"), NULL, MS_BIND, NULL), 0);
	assert_int_equal(stat_at(AT_FDCWD, tree_path(t, "b"), &above, &mnt_above), 0);
	assert_true(file_id_eq(below.id, above.id));
	assert_int_not_equal(mnt_below, mnt_above);
	assert_true(above.attrs & META_MOUNT_ROOT);
	assert_false(below.attrs & META_MOUNT_ROOT);
}

static void test_bind_mounts_differ_by_mount_id(void **state)
{
	struct tree *t = tree_of(state);

	tree_add(t, "a/\nb/\n");
	as_mounter(bind, t);
}

static void plain_user(void *ctx)
{
	struct tree *t = ctx;
	struct meta m;

	assert_int_equal(stat_at(t->fd, "closed", &m, NULL), 0);
	assert_int_equal(stat_at(t->fd, "closed/x", &m, NULL), -EACCES);
}

static void test_as_a_plain_user(void **state)
{
	struct tree *t = tree_of(state);

	tree_add(t, "closed/x\nclosed/ :0\n");
	as_user(plain_user, t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_as_lstat),
		TEST(test_types),
		TEST(test_follow_and_fd),
		TEST(test_errors_leave_the_result),
		TEST(test_no_sync_flags),
		TEST(test_readlink_of_any_length),
		TEST(test_readlink_errors),
		TEST(test_readlink_out_of_memory),
		TEST(test_bind_mounts_differ_by_mount_id),
		TEST(test_as_a_plain_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
