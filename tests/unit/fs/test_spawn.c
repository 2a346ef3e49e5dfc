/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <utmp.h>
#include <unistd.h>

#include "base/str.h"
#include "fs/spawn.h"

static int status_of(const char *const *argv, const char *dir, int tty)
{
	int status = -1;
	pid_t pid;

	assert_int_equal(spawn_foreground(argv, NULL, dir, tty, &pid), 0);
	assert_int_equal(spawn_wait(pid, tty, &status), 0);
	return status;
}

static int sh(const char *script, const char *dir, int tty)
{
	const char *const argv[] = {"sh", "-c", script, NULL};

	return status_of(argv, dir, tty);
}

static void tells_how_it_ended(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(sh("exit 7", NULL, -1)), 7);
	assert_int_equal(WTERMSIG(sh("kill -TERM $$", NULL, -1)), SIGTERM);
}

static void a_missing_program_is_an_error(void **state)
{
	const char *const argv[] = {"/no/such/program", NULL}, *const none[] = {NULL};
	const char *const there[] = {"true", NULL};
	pid_t pid = -5;

	(void)state;
	assert_int_equal(spawn_foreground(argv, NULL, NULL, -1, &pid), -ENOENT);
	assert_int_equal(spawn_foreground(none, NULL, NULL, -1, &pid), -EINVAL);
	assert_int_equal(spawn_foreground(there, NULL, "/no/such/dir", -1, &pid), -ENOTDIR);
	assert_int_equal(pid, -5);
}

static void runs_in_the_directory(void **state)
{
	struct tree *t = tree_new("odd\\n\\x27dir/here\n");

	(void)state;
	assert_int_equal(sh("test -f here", tree_path(t, "odd\n'dir"), -1), 0);
	tree_free(t);
}

/* Deeper than chdir(2) reaches. */
static void runs_very_deep(void **state)
{
	struct tree *t = tree_new("x/ ^2500\n");
	struct str path = STR_INIT;

	(void)state;
	str_adds(&path, tree_path(t, "x"));
	for (int i = 0; i < 2500; i++)
		str_adds(&path, "/d");
	assert_false(path.failed);
	assert_int_equal(sh("test -f bottom", path.buf, -1), 0);
	str_done(&path);
	tree_free(t);
}

/* Whatever is blocked and ignored here is not in the program (glibc itself ignores its internal
 * signals 32 and 33). */
static void signals_are_as_for_a_new_login(void **state)
{
	sigset_t block, old;

	(void)state;
	sigfillset(&block);
	pthread_sigmask(SIG_SETMASK, &block, &old);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	assert_int_equal(
		sh("grep -q '^SigBlk:[[:space:]]*0*$' /proc/self/status && "
		   "grep -q '^SigIgn:[[:space:]]*0000000[01][08]0000000$' /proc/self/status",
		   NULL, -1),
		0);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void no_descriptor_leaks(void **state)
{
	char script[64];
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	snprintf(script, sizeof(script), "test ! -e /proc/self/fd/%d", fd);
	assert_int_equal(sh(script, NULL, -1), 0);
	close(fd);
}

/* In a session of its own with a terminal: the program is in the foreground from its first moment,
 * stops are undone, and the terminal is ours again afterwards. Exits with the number of the check
 * that failed. */
static void on_a_terminal(int tty)
{
	pid_t self = getpgrp();
	const char *foreground =
		"read pid comm state ppid pgrp session tty tpgid rest </proc/$$/stat;"
		"test $pgrp = $tpgid && stty -echo && stty echo";

	if (sh(foreground, NULL, tty) != 0)
		_exit(1);
	if (tcgetpgrp(tty) != self)
		_exit(2);
	if (sh("kill -STOP $$; exit 5", NULL, tty) != W_EXITCODE(5, 0))
		_exit(3);
	if (tcgetpgrp(tty) != self)
		_exit(4);
	if (spawn_foreground((const char *const[]){"/no/such", NULL}, NULL, NULL, tty, &self) !=
	    -ENOENT)
		_exit(5);
	if (tcgetpgrp(tty) != getpgrp())
		_exit(6);
	_exit(0);
}

static void the_program_owns_the_terminal_while_it_runs(void **state)
{
	int master, status, slave;
	pid_t pid;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(master);
		login_tty(slave);
		on_a_terminal(0);
	}
	close(slave);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(master);
}

/* A program that lies in the directory it would start in is not found through an empty or relative
 * entry of PATH. */
static void no_program_comes_from_the_directory(void **state)
{
	static const char *const paths[] = {"%s/good", ":%s/good", ".:%s/good",
					    "./bin::%s/good:", "bin:%s/none:%s/good"};
	struct tree *t = tree_new("work/tool \"#!/bin/sh\\nexit 66\\n\" :0755\n"
				  "work/bin/tool \"#!/bin/sh\\nexit 66\\n\" :0755\n"
				  "none/tool \"#!/bin/sh\\nexit 66\\n\" :0644\n"
				  "good/tool \"#!/bin/sh\\nexit 5\\n\" :0755\n");
	const char *const argv[] = {"tool", NULL};
	char *old = strdup(getenv("PATH"));
	struct str path = STR_INIT;
	pid_t pid;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		str_clear(&path);
		str_addf(&path, "%s", paths[i]);
		for (char *at; (at = strstr(path.buf, "%s"));) {
			size_t where = (size_t)(at - path.buf);

			str_remove(&path, where, 2);
			str_insert(&path, where, t->path, strlen(t->path));
		}
		setenv("PATH", path.buf, 1);
		assert_int_equal(WEXITSTATUS(status_of(argv, tree_path(t, "work"), -1)), 5);
	}
	setenv("PATH", ".::bin", 1);
	assert_int_equal(spawn_foreground(argv, NULL, tree_path(t, "work"), -1, &pid), -ENOENT);
	setenv("PATH", tree_path(t, "none"), 1);
	assert_int_equal(spawn_foreground(argv, NULL, tree_path(t, "work"), -1, &pid), -EACCES);
	setenv("PATH", old, 1);
	free(old);
	str_done(&path);
	tree_free(t);
}

/* A directory of PATH that may not be searched does not say that the program is there. */
static void a_closed_entry_of_path_is_passed_over(void **state)
{
	struct tree *t = tree_new("closed/x\ngood/tool \"#!/bin/sh\\nexit 5\\n\" :0755\n");
	const char *const missing[] = {"no-such-tool", NULL}, *const tool[] = {"tool", NULL};
	char *old = strdup(getenv("PATH"));
	struct str path = STR_INIT;
	pid_t pid;

	(void)state;
	assert_int_equal(fchmodat(t->fd, "closed", 0, 0), 0);
	str_addf(&path, "%s:", tree_path(t, "closed"));
	str_adds(&path, tree_path(t, "good"));
	setenv("PATH", path.buf, 1);
	assert_int_equal(spawn_foreground(missing, NULL, NULL, -1, &pid), -ENOENT);
	assert_int_equal(WEXITSTATUS(status_of(tool, NULL, -1)), 5);
	setenv("PATH", old, 1);
	assert_int_equal(fchmodat(t->fd, "closed", 0700, 0), 0);
	free(old);
	str_done(&path);
	tree_free(t);
}

static void a_safe_environment_has_an_absolute_path(void **state)
{
	static const struct {
		const char *given, *safe;
	} cases[] = {
		{"PATH=/a:/b", "PATH=/a:/b"},     {"PATH=:/a::b:.:/c:", "PATH=/a:/c"},
		{"PATH=.", "PATH=/bin:/usr/bin"}, {"PATH=", "PATH=/bin:/usr/bin"},
		{"PATHS=.:", "PATHS=.:"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char first[] = "A=1", *env[] = {first, strdup(cases[i].given), NULL};
		struct args got = {0};

		assert_int_equal(spawn_safe_env(env, &got), 0);
		assert_int_equal(got.n, 2);
		assert_string_equal(got.at[0], "A=1");
		assert_string_equal(got.at[1], cases[i].safe);
		args_done(&got);
		free(env[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_how_it_ended),
		cmocka_unit_test(a_missing_program_is_an_error),
		cmocka_unit_test(runs_in_the_directory),
		cmocka_unit_test(runs_very_deep),
		cmocka_unit_test(signals_are_as_for_a_new_login),
		cmocka_unit_test(no_descriptor_leaks),
		cmocka_unit_test(no_program_comes_from_the_directory),
		cmocka_unit_test(a_safe_environment_has_an_absolute_path),
		cmocka_unit_test(the_program_owns_the_terminal_while_it_runs),
		cmocka_unit_test(a_closed_entry_of_path_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
