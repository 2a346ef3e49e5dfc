/* SPDX-License-Identifier: MIT */
#include "fs/sys.h"

#include "../../lib/fault.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

/* Everything is told by the result, errno plays no part. */
static void test_errors_are_results(void **state)
{
	struct statx x;
	struct statvfs v;
	struct open_how how = {.flags = O_RDONLY};
	char buf[8];

	(void)state;
	errno = 0;
	assert_int_equal(sys_openat(AT_FDCWD, "/nowhere", O_RDONLY, 0), -ENOENT);
	assert_true(sys_openat2(AT_FDCWD, "/nowhere", &how) < 0);
	assert_int_equal(sys_close(-1), -EBADF);
	assert_int_equal(sys_statx(AT_FDCWD, "/nowhere", 0, STATX_TYPE, &x), -ENOENT);
	assert_int_equal(sys_fstatvfs(-1, &v), -EBADF);
	assert_int_equal(sys_getdents(-1, buf, sizeof(buf)), -EBADF);
	assert_int_equal(sys_readlinkat(AT_FDCWD, "/", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(sys_read(-1, buf, sizeof(buf)), -EBADF);
	assert_int_equal(sys_write(-1, buf, sizeof(buf)), -EBADF);
	assert_int_equal(sys_getcwd(buf, 1), -ERANGE);
	assert_int_equal(sys_inotify_init(-1), -EINVAL);
	assert_int_equal(sys_inotify_add_watch(-1, "/", IN_CREATE), -EBADF);
	assert_int_equal(sys_inotify_rm_watch(-1, 1), -EBADF);
}

static void test_descriptors_close_on_exec(void **state)
{
	int fds[] = {sys_openat(AT_FDCWD, "/", O_RDONLY, 0), sys_inotify_init(IN_NONBLOCK)};

	(void)state;
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		assert_true(fds[i] >= 0);
		assert_true(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
		assert_int_equal(sys_close(fds[i]), 0);
	}
}

static int pipe_end;

static void on_alarm(int sig)
{
	ssize_t n = write(pipe_end, "x", 1);

	(void)sig;
	(void)n;
}

/* A read that a signal interrupts is repeated: the handler itself sends what ends it. */
static void test_interrupted_calls_are_repeated(void **state)
{
	struct sigaction sa = {.sa_handler = on_alarm}, old; /* without SA_RESTART */
	struct itimerspec soon = {.it_value.tv_nsec = 1000000};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	timer_t timer;
	int fds[2];
	char c = 0;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pipe_end = fds[1];
	sigaction(SIGALRM, &sa, &old);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	assert_int_equal(timer_settime(timer, 0, &soon, NULL), 0);
	assert_int_equal(sys_read(fds[0], &c, 1), 1);
	assert_int_equal(c, 'x');
	timer_delete(timer);
	sigaction(SIGALRM, &old, NULL);
	close(fds[0]);
	close(fds[1]);
}

/* The layer the other tests rely on. */
static void test_fault_layer(void **state)
{
	char buf[8];
	int fd;

	(void)state;
	fault_reset();
	fd = sys_openat(AT_FDCWD, "/dev/zero", O_RDONLY, 0);
	assert_int_equal(fault_open_fds(), 1);
	assert_int_equal(sys_read(fd, buf, 8), 8);
	fault_fail(FAULT_read, 2, EIO, false);
	assert_int_equal(sys_read(fd, buf, 8), 8);
	assert_int_equal(sys_read(fd, buf, 8), -EIO);
	assert_int_equal(sys_read(fd, buf, 8), 8);
	assert_int_equal(fault_count(FAULT_read), 4);
	fault_fail(FAULT_read, 1, ESTALE, true);
	assert_int_equal(sys_read(fd, buf, 8), -ESTALE);
	assert_int_equal(sys_read(fd, buf, 8), -ESTALE);
	fault_reset();
	fault_short(FAULT_read, 3);
	assert_int_equal(sys_read(fd, buf, 8), 3);
	fault_reset();
	fault_answer(FAULT_read, "hello", 5);
	assert_int_equal(sys_read(fd, buf, 8), 5);
	assert_memory_equal(buf, "hello", 5);
	assert_int_equal(sys_read(fd, buf, 8), 8);
	assert_string_equal(fault_name(FAULT_read), "read");
	assert_int_equal(sys_close(fd), 0);
	fault_reset();
}

/* The builder makes what it says, and leaves nothing behind. */
static void test_tree_builder(void **state)
{
	struct tree *t = tree_new(tree_zoo);
	char *path = strdup(t->path), buf[8] = "";
	struct stat st, twin;
	int fd;

	(void)state;
	tree_add(t, "text \"a b\\n\"\nwide/ *300\ndeep/ ^300\n");
	fd = openat(t->fd, "text", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, buf, 8), 4);
	assert_string_equal(buf, "a b\n");
	close(fd);
	assert_int_equal(fstatat(t->fd, "dir/deeper/file", &st, 0), 0);
	assert_int_equal(st.st_size, 2048);
	assert_int_equal(fstatat(t->fd, "sparse", &st, 0), 0);
	assert_true(st.st_size == 1 << 30 && st.st_blocks == 0);
	assert_int_equal(fstatat(t->fd, "twin-1", &st, 0), 0);
	assert_int_equal(fstatat(t->fd, "dir/twin-3", &twin, 0), 0);
	assert_true(st.st_nlink == 3 && st.st_ino == twin.st_ino);
	assert_int_equal(fstatat(t->fd, "closed", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR);
	assert_int_equal(fstatat(t->fd, "old", &st, 0), 0);
	assert_int_equal(st.st_mtime, 1);
	assert_int_equal(fstatat(t->fd, "line\nbreak", &st, 0), 0);
	assert_int_equal(fstatat(t->fd, "wide/f0000299", &st, 0), 0);
	tree_free(t);
	assert_int_equal(lstat(path, &st), -1);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors_are_results),
		cmocka_unit_test(test_descriptors_close_on_exec),
		cmocka_unit_test(test_interrupted_calls_are_repeated),
		cmocka_unit_test(test_fault_layer),
		cmocka_unit_test(test_tree_builder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
