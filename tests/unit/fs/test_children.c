/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include "base/str.h"
#include "fs/children.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 20000

static struct children *make(void)
{
	struct children *c;

	assert_int_equal(children_new(&c), 0);
	return c;
}

static int start(struct children *c, const char *script)
{
	const char *const argv[] = {"sh", "-c", script, NULL};

	return children_start(c, argv, NULL, NULL, 1000);
}

/* Waits on the descriptor, as the loop does. */
static struct child_end take(struct children *c, int64_t now_ms)
{
	struct pollfd fd = {.fd = children_fd(c), .events = POLLIN};
	struct child_end end;

	assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
	assert_true(children_take(c, now_ms, &end));
	return end;
}

static void tells_how_each_ended(void **state)
{
	struct children *c = make();
	struct child_end end;

	(void)state;
	assert_int_equal(start(c, "exit 3"), 0);
	end = take(c, 1500);
	assert_string_equal(end.name, "sh");
	assert_int_equal(WEXITSTATUS(end.status), 3);
	assert_int_equal(end.ran_ms, 500);
	free(end.name);
	assert_int_equal(start(c, "kill -KILL $$"), 0);
	end = take(c, 1500);
	assert_int_equal(WTERMSIG(end.status), SIGKILL);
	free(end.name);
	assert_int_equal(children_count(c), 0);
	/* Nothing is left of them, not even a zombie. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	children_free(c);
}

static void is_silent_while_they_run(void **state)
{
	struct tree *t = tree_new("");
	struct str script = STR_INIT;
	struct children *c = make();
	struct pollfd fd = {.fd = children_fd(c), .events = POLLIN};
	struct child_end end;
	int fifo;

	(void)state;
	assert_int_equal(mkfifo(tree_path(t, "gate"), 0600), 0);
	str_addf(&script, "read x <'%s'; exit 9", tree_path(t, "gate"));
	assert_int_equal(start(c, script.buf), 0);
	assert_int_equal(poll(&fd, 1, 0), 0);
	assert_false(children_take(c, 0, &end));
	assert_int_equal(children_count(c), 1);
	assert_false(children_unwatched(c)); /* on any kernel that tests run on */
	fifo = open(tree_path(t, "gate"), O_WRONLY);
	assert_int_equal(write(fifo, "x\n", 2), 2);
	close(fifo);
	end = take(c, 0);
	assert_int_equal(WEXITSTATUS(end.status), 9);
	free(end.name);
	children_free(c);
	str_done(&script);
	tree_free(t);
}

/* A session of its own without a terminal, standard streams on /dev/null, no other descriptor. */
static void they_stand_alone(void **state)
{
	struct children *c = make();
	int leak = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct child_end end;
	char number[16];

	(void)state;
	snprintf(number, sizeof(number), "%d", leak);
	setenv("LEAK", number, 1);
	assert_int_equal(start(c, "read pid comm state ppid pgrp session tty rest </proc/$$/stat;"
				  "test $session = $$ && test $tty = 0 || exit 1;"
				  "for i in 0 1 2; do"
				  " test $(readlink /proc/$$/fd/$i) = /dev/null || exit 2; done;"
				  "echo x >&2 && echo x || exit 3;"
				  "test ! -e /proc/$$/fd/$LEAK || exit 4"),
			 0);
	end = take(c, 0);
	assert_int_equal(end.status, 0);
	free(end.name);
	close(leak);
	children_free(c);
}

static void what_is_not_there_is_an_error(void **state)
{
	const char *const argv[] = {"/no/such/program", NULL}, *const none[] = {NULL};
	struct children *c = make();

	(void)state;
	assert_int_equal(children_start(c, argv, NULL, NULL, 0), -ENOENT);
	assert_int_equal(children_start(c, none, NULL, NULL, 0), -EINVAL);
	assert_int_equal(children_count(c), 0);
	children_free(c);
}

/* Many at once, and none is mixed up with another. */
static void many(void **state)
{
	enum { N = 40 };
	struct children *c = make();
	bool seen[N] = {false};

	(void)state;
	for (int i = 0; i < N; i++) {
		char script[32];

		snprintf(script, sizeof(script), "exit %d", i);
		assert_int_equal(start(c, script), 0);
	}
	while (children_count(c)) {
		struct child_end end = take(c, 0);

		assert_false(seen[WEXITSTATUS(end.status)]);
		seen[WEXITSTATUS(end.status)] = true;
		free(end.name);
	}
	children_free(c);
}

static void no_memory_starts_nothing(void **state)
{
	struct children *c = NULL;

	(void)state;
	for (unsigned long n = 1;; n++) {
		int r;

		nomem_arm(n);
		r = children_new(&c);
		if (r == 0)
			r = start(c, "exit 0");
		if (!nomem_disarm()) {
			assert_int_equal(r, 0);
			break;
		}
		if (r == 0) /* one that libc did without */
			free(take(c, 0).name);
		assert_int_equal(c ? children_count(c) : 0, 0);
		children_free(c);
		c = NULL;
	}
	free(take(c, 0).name);
	children_free(c);
	children_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_how_each_ended),
		cmocka_unit_test(is_silent_while_they_run),
		cmocka_unit_test(they_stand_alone),
		cmocka_unit_test(what_is_not_there_is_an_error),
		cmocka_unit_test(many),
		cmocka_unit_test(no_memory_starts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
