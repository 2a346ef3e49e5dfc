/* SPDX-License-Identifier: MIT */
#include "as_user.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

/* In the child a failed assertion must not jump back into cmocka's loop and go on with the other
 * tests. */
static void begin_child(void)
{
	setenv("CMOCKA_TEST_ABORT", "1", 1);
}

static void end_child(void)
{
	fflush(NULL);
	_exit(0);
}

static pid_t fork_child(void)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fail_msg("fork: %s", strerror(errno));
	if (pid == 0)
		begin_child();
	return pid;
}

static void wait_child(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail_msg("waitpid: %s", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("the child failed (wait status %#x)", (unsigned)status);
}

static void become_nobody(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		fail_msg("cannot become nobody: %s", strerror(errno));
}

void as_user(void (*fn)(void *ctx), void *ctx)
{
	pid_t pid;

	if (geteuid() != 0) {
		fn(ctx);
		return;
	}
	pid = fork_child();
	if (pid == 0) {
		become_nobody();
		fn(ctx);
		end_child();
	}
	wait_child(pid);
}

void as_user_needs_program(void)
{
	const char *bin = getenv("TROWEL_BIN");
	int status = 0;
	pid_t pid;

	if (geteuid() != 0 || !bin)
		return;
	pid = fork_child();
	if (pid == 0) {
		become_nobody();
		_exit(faccessat(AT_FDCWD, bin, X_OK, AT_EACCESS) < 0);
	}
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	if (status == 0)
		return;
	print_message("SKIPPED: nobody cannot get to %s\n", bin);
	skip();
}

int own_mounts(void)
{
	return unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
		       ? errno
		       : 0;
}

/* Asked in a child, so that the test itself keeps its namespace. */
static int cannot_mount(void)
{
	pid_t pid = fork_child();
	int status;

	if (pid == 0)
		_exit(own_mounts());
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

void as_mounter(void (*fn)(void *ctx), void *ctx)
{
	int err = cannot_mount();
	pid_t pid;

	if (err) {
		print_message("SKIPPED: needs a mount namespace: %s\n", strerror(err));
		skip();
	}
	pid = fork_child();
	if (pid == 0) {
		err = own_mounts();
		if (err)
			fail_msg("mounts of its own: %s", strerror(err));
		fn(ctx);
		end_child();
	}
	wait_child(pid);
}
