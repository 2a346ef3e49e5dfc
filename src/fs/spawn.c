/* SPDX-License-Identifier: MIT */
#include "fs/spawn.h"

#include "fs/openpath.h"
#include "fs/sys.h"

/* Where PATH is not set; confstr(3) says the same. */
#define SPAWN_PATH "/bin:/usr/bin"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
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

/* How the program relates to the terminal. */
struct setting {
	char *const *env;
	int dir;       /* descriptor, -1: ours */
	int tty;       /* whose foreground it gets; -1: none */
	bool detached; /* a session of its own, its stdio on /dev/null */
};

static int set_attributes(posix_spawnattr_t *attr, const struct setting *how)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t none, all;
	int rc;

	flags = (short)(flags | (how->detached ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP));
	sigemptyset(&none);
	sigfillset(&all);
	rc = posix_spawnattr_setflags(attr, flags);
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
static int set_actions(posix_spawn_file_actions_t *actions, const struct setting *how)
{
	int rc = 0;

	if (how->dir >= 0)
		rc = posix_spawn_file_actions_addfchdir_np(actions, how->dir);
	for (int fd = 0; !rc && how->detached && fd < 3; fd++)
		rc = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
	if (!rc && !how->detached && isatty(how->tty))
		rc = posix_spawn_file_actions_addtcsetpgrp_np(actions, how->tty);
	return -rc;
}

static int start_at(const char *path, const char *const *argv, const struct setting *how,
		    pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid;
	int rc;

	rc = -posix_spawnattr_init(&attr);
	if (rc)
		return rc;
	rc = -posix_spawn_file_actions_init(&actions);
	if (rc) {
		posix_spawnattr_destroy(&attr);
		return rc;
	}
	rc = set_attributes(&attr, how);
	if (!rc)
		rc = set_actions(&actions, how);
	if (!rc)
		rc = -posix_spawn(&pid, path, &actions, &attr, (char *const *)(uintptr_t)argv,
				  how->env ? how->env : environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	if (!rc)
		*ret_pid = pid;
	return rc;
}

/* As execvp(3) goes on after these; EACCES is remembered, it may be somewhere else. */
static bool goes_on(int rc)
{
	return rc == -ENOENT || rc == -ENOTDIR || rc == -EACCES || rc == -ESTALE || rc == -ENODEV ||
	       rc == -ETIMEDOUT;
}

/* Looked for before a process is made for it: not every vfork(2) brings the child's error back.
 * What cannot even be looked for is not there: that a directory of PATH is closed to us says
 * nothing of the program. */
static int start_there(const char *path, const char *const *argv, const struct setting *how,
		       pid_t *ret_pid)
{
	int fd = sys_openat(AT_FDCWD, path, O_PATH | O_CLOEXEC, 0);

	if (fd < 0)
		return fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM ? fd : -ENOENT;
	sys_close(fd);
	return start_at(path, argv, how, ret_pid);
}

/* Not posix_spawnp(3): it takes an empty or relative entry of PATH for a directory, and the child
 * is in one that anybody may have filled. */
static int start_in_path(const char *const *argv, const struct setting *how, pid_t *ret_pid)
{
	const char *path = getenv("PATH");
	struct str program = STR_INIT;
	int rc = -ENOENT;
	bool denied = false;

	path = path ? path : SPAWN_PATH;
	while (*path && goes_on(rc)) {
		size_t len = strcspn(path, ":");

		str_clear(&program);
		if (path[0] == '/') {
			rc = str_addf(&program, "%.*s/%s", (int)len, path, argv[0]);
			rc = rc ? rc : start_there(program.buf, argv, how, ret_pid);
			denied |= rc == -EACCES;
		}
		path += len + (path[len] == ':');
	}
	str_done(&program);
	return goes_on(rc) ? (denied ? -EACCES : -ENOENT) : rc;
}

static int start(const char *const *argv, const struct setting *how, const char *dir,
		 pid_t *ret_pid)
{
	struct setting in = *how;
	int rc;

	in.dir = -1;
	if (!argv[0] || !argv[0][0])
		return -EINVAL;
	/* By descriptor: its path may be longer than chdir(2) takes. */
	if (dir) {
		in.dir = openpath(dir, O_PATH | O_DIRECTORY);
		if (in.dir < 0)
			return in.dir == -ENOENT ? -ENOTDIR : in.dir;
	}
	rc = strchr(argv[0], '/') ? start_at(argv[0], argv, &in, ret_pid)
				  : start_in_path(argv, &in, ret_pid);
	if (in.dir >= 0)
		sys_close(in.dir);
	return rc;
}

int spawn_foreground(const char *const *argv, char *const *env, const char *dir, int tty,
		     pid_t *ret_pid)
{
	const struct setting how = {.env = env, .tty = tty};
	int rc = start(argv, &how, dir, ret_pid);

	/* The child may have taken the terminal and then failed to become the program. */
	if (rc)
		(void)give_terminal(tty, getpgrp());
	return rc;
}

int spawn_detached(const char *const *argv, char *const *env, const char *dir, pid_t *ret_pid)
{
	const struct setting how = {.env = env, .tty = -1, .detached = true};

	return start(argv, &how, dir, ret_pid);
}

/* Only what begins with a slash. */
static int add_absolute(struct str *out, const char *path)
{
	int rc = 0;
	size_t start = out->len;

	while (*path && rc == 0) {
		size_t len = strcspn(path, ":");

		if (path[0] == '/')
			rc = str_addf(out, "%s%.*s", out->len > start ? ":" : "", (int)len, path);
		path += len + (path[len] == ':');
	}
	return rc == 0 && out->len == start ? str_adds(out, SPAWN_PATH) : rc;
}

int spawn_safe_env(char *const *env, struct args *ret)
{
	struct str path = STR_INIT;
	int rc = 0;

	for (char *const *v = env ? env : environ; *v && rc == 0; v++) {
		str_clear(&path);
		rc = str_adds(&path, strncmp(*v, "PATH=", 5) == 0 ? "PATH=" : *v);
		if (rc == 0 && strncmp(*v, "PATH=", 5) == 0)
			rc = add_absolute(&path, *v + 5);
		if (rc == 0)
			rc = args_add(ret, path.buf, path.len);
	}
	str_done(&path);
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
