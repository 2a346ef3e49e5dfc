/* SPDX-License-Identifier: MIT */
#include "fs/spawn.h"

#include "fs/openpath.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* tcsetpgrp(3) from a background group raises SIGTTOU in the caller, unless that is blocked:
 * blocked only here, only in this thread, so that the child never inherits an ignored signal. */
static int give_terminal(int tty, pid_t group)
{
	sigset_t block, old;
	int rc;

	sigemptyset(&block);
	sigaddset(&block, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &block, &old);
	rc = tcsetpgrp(tty, group) < 0 ? -errno : 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

static int set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						    POSIX_SPAWN_SETPGROUP);
	if (!rc)
		rc = posix_spawnattr_setsigmask(attr, &none);
	if (!rc)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	if (!rc)
		rc = posix_spawnattr_setpgroup(attr, 0);
	return -rc;
}

/* The child itself takes the terminal before it becomes the program: the program then never runs in
 * the background, not for a moment. glibc blocks all signals in the child until then, so no
 * SIGTTOU; the action needs glibc 2.35. */
static int set_actions(posix_spawn_file_actions_t *actions, int dir, int tty)
{
	int rc = 0;

	if (dir >= 0)
		rc = posix_spawn_file_actions_addfchdir_np(actions, dir);
	if (!rc && isatty(tty))
		rc = posix_spawn_file_actions_addtcsetpgrp_np(actions, tty);
	return -rc;
}

static int start(const char *const *argv, char *const *env, int dir, int tty, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid = -1;
	int rc;

	rc = -posix_spawnattr_init(&attr);
	if (rc)
		return rc;
	rc = -posix_spawn_file_actions_init(&actions);
	if (rc) {
		posix_spawnattr_destroy(&attr);
		return rc;
	}
	rc = set_attributes(&attr);
	if (!rc)
		rc = set_actions(&actions, dir, tty);
	if (!rc)
		rc = -posix_spawnp(&pid, argv[0], &actions, &attr, (char *const *)(uintptr_t)argv,
				   env ? env : environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	/* The child may have taken the terminal and then failed to become the program. */
	if (rc)
		(void)give_terminal(tty, getpgrp());
	else
		*ret_pid = pid;
	return rc;
}

int spawn_foreground(const char *const *argv, char *const *env, const char *dir, int tty,
		     pid_t *ret_pid)
{
	int fd = -1, rc;

	if (!argv[0])
		return -EINVAL;
	/* By descriptor: its path may be longer than chdir(2) takes. */
	if (dir) {
		fd = openpath(dir, O_PATH | O_DIRECTORY);
		if (fd < 0)
			return fd;
	}
	rc = start(argv, env, fd, tty, ret_pid);
	if (fd >= 0)
		sys_close(fd);
	return rc;
}

int spawn_wait(pid_t pid, int tty, int *ret_status)
{
	int status, rc = 0;

	for (;;) {
		if (waitpid(pid, &status, WUNTRACED) < 0) {
			if (errno == EINTR)
				continue;
			rc = -errno;
			break;
		}
		if (!WIFSTOPPED(status))
			break;
		/* There is no job control here: what stopped goes on. Without the terminal it would
		 * only stop again, for ever: then the terminal is lost, and it is told so. */
		if (tty >= 0 && give_terminal(tty, pid) < 0)
			kill(-pid, SIGHUP);
		kill(-pid, SIGCONT);
	}
	(void)give_terminal(tty, getpgrp());
	if (!rc)
		*ret_status = status;
	return rc;
}
