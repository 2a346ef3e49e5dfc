/* SPDX-License-Identifier: MIT */
#include "../../lib/fault.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include "fs/merger.h"
#include "fs/rewriter.h"
#include "fs/saver.h"

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
	const char *reason;

	(void)state;
	assert_int_equal(merger_write(path, add_line, one, &reason), 0);
	assert_int_equal(merger_write(path, add_line, two, &reason), 0);
	expect_content(path, "one\ntwo\n");
	assert_int_equal(merger_write(path, leave_alone, NULL, &reason), 0);
	expect_content(path, "one\ntwo\n");
	assert_int_equal(merger_write("relative", add_line, one, &reason), -EINVAL);
	tree_free(t);
}

/* What cannot be read, or is too large or no file, is not overwritten. */
static void what_is_odd_is_left_alone(void **state)
{
	struct tree *t = tree_new("fifo|\ndir/x\nlarge ~2M\n");
	char one[] = "one\n";
	const char *reason;
	struct stat st;

	(void)state;
	assert_int_equal(merger_write(tree_path(t, "fifo"), add_line, one, &reason), -EINVAL);
	assert_int_equal(merger_write(tree_path(t, "dir"), add_line, one, &reason), -EISDIR);
	assert_int_equal(merger_write(tree_path(t, "large"), add_line, one, &reason), -EFBIG);
	assert_int_equal(stat(tree_path(t, "large"), &st), 0);
	assert_int_equal(st.st_size, 2 << 20);
	tree_free(t);
}

/* What others could have written is neither added to nor replaced. */
static void what_is_not_ours_is_left_alone(void **state)
{
	struct tree *t = tree_new("file \"theirs\\n\" :0666\n");
	const char *path = tree_path(t, "file"), *reason = NULL;
	char one[] = "one\n", buf[16] = "";
	int fd;

	(void)state;
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(merger_write(path, add_line, one, &reason), -EPERM);
	assert_non_null(strstr(reason, "others may write"));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, buf, sizeof(buf)), 7);
	assert_string_equal(buf, "theirs\n");
	close(fd);
	tree_free(t);
}

static void refuse_config(struct tree *t, const char *rel)
{
	const struct rewrite w = {.path = tree_path(t, rel), .bytes = "x", .len = 1};
	const char *reason = NULL;
	size_t len;
	char *found;

	assert_int_equal(rewriter_write(&w, &found, &len, &reason), -EPERM);
	assert_non_null(strstr(reason, "someone else"));
	assert_int_equal(faccessat(t->fd, rel, F_OK, 0), -1);
}

static void refuse_here(struct tree *t, const char *rel)
{
	const char *reason = NULL;
	char one[] = "one\n";

	assert_int_equal(merger_write(tree_path(t, rel), add_line, one, &reason), -EPERM);
	assert_non_null(strstr(reason, "someone else"));
	assert_int_equal(faccessat(t->fd, rel, F_OK, 0), -1);
	reason = NULL;
	assert_int_equal(saver_write(tree_path(t, rel), "x", 1, &reason), -EPERM);
	assert_non_null(strstr(reason, "someone else"));
	assert_int_equal(faccessat(t->fd, rel, F_OK, 0), -1);
	refuse_config(t, rel);
}

/* As after sudo -E: nothing of root's is left in the home of somebody else, nor where his links
 * lead. */
static void root_keeps_out(void **state)
{
	struct tree *t = tree_new("home/\nhome/old/\nlinked/\nhome/link -> ../linked\n"
				  "out -> linked\nrooted/\nrooted/config -> ../home/config\n");
	char one[] = "one\n";
	const char *reason;

	(void)state;
	if (geteuid() != 0) {
		tree_free(t);
		skip();
	}
	assert_int_equal(fchownat(t->fd, "home", 65534, 65534, 0), 0);
	assert_int_equal(fchownat(t->fd, "out", 65534, 65534, AT_SYMLINK_NOFOLLOW), 0);
	refuse_here(t, "home/file");
	refuse_here(t, "home/new/dir/file");
	assert_int_equal(faccessat(t->fd, "home/new", F_OK, 0), -1);
	refuse_here(t, "home/old/file");
	refuse_here(t, "home/link/file");
	refuse_here(t, "out/file");
	refuse_config(t, "rooted/config");
	assert_int_equal(merger_write(tree_path(t, "rooted/new/file"), add_line, one, &reason), 0);
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
			const char *reason;
			int err = 0;

			for (int k = 0; k < LINES && !err; k++)
				err = merger_write(path, add_line, line, &reason);
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
	const char *reason;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		for (unsigned nth = 1; nth <= 4; nth++) {
			struct tree *t = tree_new("");
			const char *path = tree_path(t, "file");
			int err;

			assert_int_equal(merger_write(path, add_line, one, &reason), 0);
			fault_fail(calls[i], nth, EIO, false);
			err = merger_write(path, add_line, two, &reason);
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
		cmocka_unit_test(what_is_not_ours_is_left_alone),
		cmocka_unit_test(root_keeps_out),
		cmocka_unit_test(programs_take_turns),
		cmocka_unit_test(any_call_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
