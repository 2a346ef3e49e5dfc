/* SPDX-License-Identifier: MIT */
#include "../../lib/fault.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include "fs/merger.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Adds a line to what is there. */
static int add_line(void *ctx, const char *old, size_t len, struct str *ret_new)
{
	if (str_add(ret_new, old, len) < 0)
		return -ENOMEM;
	return str_adds(ret_new, ctx);
}

static int leave_alone(void *ctx, const char *old, size_t len, struct str *ret_new)
{
	(void)ctx;
	(void)old;
	(void)len;
	(void)str_adds(ret_new, "something else");
	return -ECANCELED;
}

static void expect_content(const char *path, const char *text)
{
	char buf[8192];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, buf, sizeof(buf) - 1);
	assert_true(n >= 0);
	buf[n] = '\0';
	assert_string_equal(buf, text);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	close(fd);
}

static void what_is_there_stays(void **state)
{
	struct tree *t = tree_new("");
	const char *path = tree_path(t, "new/dir/file");
	char one[] = "one\n", two[] = "two\n";

	(void)state;
	assert_int_equal(merger_write(path, add_line, one), 0);
	assert_int_equal(merger_write(path, add_line, two), 0);
	expect_content(path, "one\ntwo\n");
	assert_int_equal(merger_write(path, leave_alone, NULL), 0);
	expect_content(path, "one\ntwo\n");
	assert_int_equal(merger_write("relative", add_line, one), -EINVAL);
	tree_free(t);
}

/* What cannot be read, or is too large or no file, is not overwritten. */
static void what_is_odd_is_left_alone(void **state)
{
	struct tree *t = tree_new("fifo|\ndir/x\nlarge ~2M\n");
	char one[] = "one\n";
	struct stat st;

	(void)state;
	assert_int_equal(merger_write(tree_path(t, "fifo"), add_line, one), -EINVAL);
	assert_int_equal(merger_write(tree_path(t, "dir"), add_line, one), -EINVAL);
	assert_int_equal(merger_write(tree_path(t, "large"), add_line, one), -EFBIG);
	assert_int_equal(stat(tree_path(t, "large"), &st), 0);
	assert_int_equal(st.st_size, 2 << 20);
	tree_free(t);
}

/* Many programs at once: nobody's line is lost. */
static void programs_take_turns(void **state)
{
	enum { PROGRAMS = 6, LINES = 20 };
	struct tree *t = tree_new("dir/\n");
	const char *path = tree_path(t, "dir/file");
	struct stat st;

	(void)state;
	for (int i = 0; i < PROGRAMS; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			char line[] = "line\n";
			int err = 0;

			for (int k = 0; k < LINES && !err; k++)
				err = merger_write(path, add_line, line);
			_exit(err ? 1 : 0);
		}
	}
	for (int i = 0; i < PROGRAMS; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, PROGRAMS * LINES * 5);
	tree_free(t);
}

/* Each call fails once: the file is the old one or the new one. */
static void any_call_may_fail(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_statx,    FAULT_read,
						FAULT_write,  FAULT_renameat, FAULT_fsync,
						FAULT_flock,  FAULT_close};
	char one[] = "one\n", two[] = "two\n";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		for (unsigned nth = 1; nth <= 4; nth++) {
			struct tree *t = tree_new("");
			const char *path = tree_path(t, "file");
			int err;

			assert_int_equal(merger_write(path, add_line, one), 0);
			fault_fail(calls[i], nth, EIO, false);
			err = merger_write(path, add_line, two);
			fault_reset();
			expect_content(path, err ? "one\n" : "one\ntwo\n");
			tree_free(t);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_stays),
		cmocka_unit_test(what_is_odd_is_left_alone),
		cmocka_unit_test(programs_take_turns),
		cmocka_unit_test(any_call_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
