/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/guard.h"

#define DEADLINE_MS 10000

static void nothing(void)
{
}

static void say_restored(void)
{
	(void)!write(STDOUT_FILENO, "restored\n", 9);
}

/* Runs `body` in a child whose standard output comes back in `out`; returns the status of
 * waitpid(2). */
static int in_child(void (*body)(void), char *out, size_t size)
{
	size_t len = 0;
	int fds[2], status = 0;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct rlimit none = {0};

		setrlimit(RLIMIT_CORE, &none);
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		body();
		_exit(99);
	}
	close(fds[1]);
	for (;;) {
		struct pollfd p = {.fd = fds[0], .events = POLLIN};
		ssize_t n =
			poll(&p, 1, DEADLINE_MS) == 1 ? read(fds[0], out + len, size - 1 - len) : 0;

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	out[len] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static struct guard *start(void (*emergency)(void))
{
	struct guard *g;

	if (guard_start(emergency, &g) < 0)
		_exit(98);
	return g;
}

static void await(struct guard *g)
{
	struct pollfd p = {.fd = guard_fd(g), .events = POLLIN};

	if (poll(&p, 1, DEADLINE_MS) != 1)
		_exit(97);
}

static void answers_a_termination(void)
{
	struct guard *g = start(say_restored);

	kill(getpid(), SIGTERM);
	await(g);
	_exit(guard_take(g) == GUARD_END && guard_end_signal(g) == SIGTERM ? 7 : 8);
}

static void ignores_a_termination(void)
{
	start(say_restored);
	kill(getpid(), SIGHUP);
	for (;;)
		pause();
}

static void dies_as_told(void)
{
	start(nothing);
	guard_die(SIGTERM);
}

static void crashes(void)
{
	start(say_restored);
	raise(SIGSEGV);
}

static void resizes(void)
{
	struct guard *g = start(nothing);
	unsigned bits = 0;

	kill(getpid(), SIGWINCH);
	kill(getpid(), SIGCONT);
	while (bits != (GUARD_RESIZE | GUARD_CONT)) {
		await(g);
		bits |= guard_take(g);
	}
	_exit(guard_end_signal(g) ? 8 : 7);
}

static void the_loop_is_told_to_end(void **state)
{
	char out[64];
	int status = in_child(answers_a_termination, out, sizeof(out));

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_string_equal(out, "");
}

static void a_loop_that_hangs_is_ended(void **state)
{
	char out[64];
	int status = in_child(ignores_a_termination, out, sizeof(out));

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 128 + SIGHUP);
	assert_string_equal(out, "restored\n");
}

static void the_parent_sees_the_signal(void **state)
{
	char out[64];
	int status = in_child(dies_as_told, out, sizeof(out));

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void a_crash_restores_the_terminal_and_stays_a_crash(void **state)
{
	char out[64];
	int status;

	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("a sanitizer takes the signals of crashes itself\n");
	skip();
#endif
	status = in_child(crashes, out, sizeof(out));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	assert_string_equal(out, "restored\n");
}

static void resize_and_continue_arrive(void **state)
{
	char out[64];
	int status = in_child(resizes, out, sizeof(out));

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loop_is_told_to_end),
		cmocka_unit_test(a_loop_that_hangs_is_ended),
		cmocka_unit_test(the_parent_sees_the_signal),
		cmocka_unit_test(a_crash_restores_the_terminal_and_stays_a_crash),
		cmocka_unit_test(resize_and_continue_arrive),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
