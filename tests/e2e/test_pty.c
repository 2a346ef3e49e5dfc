/* SPDX-License-Identifier: MIT
 *
 * The harness itself: what the other tests of this folder rely on.
 */
#include "../lib/explorer.h"
#include "../lib/program.h"
#include "../lib/pty.h"
#include "../lib/test.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/defs.h"

static struct pty *shell(const char *script, int rows, int cols)
{
	const char *argv[] = {"/bin/sh", "-c", script, NULL};

	return pty_open(&(struct pty_options){.argv = argv, .rows = rows, .cols = cols});
}

static void test_screen(void **state)
{
	(void)state;
	struct pty *p = shell("printf 'one\\n  t\\303\\266 "
			      "\\033[1;31mred\\033[m\\n\\344\\270\\255x'; read x; exit 3",
			      0, 0);

	pty_expect(p, "^  t\xc3\xb6 red$");
	pty_expect(p, "^\xe4\xb8\xadx$");
	assert_string_equal(pty_row(p, 0), "one");
	struct pty_cell cell = pty_cell_at(p, 1, 5);
	assert_string_equal(cell.text, "r");
	assert_true(cell.bold);
	assert_int_equal(cell.fg, 1);
	assert_int_equal(cell.bg, -1);
	assert_int_equal(pty_cell_at(p, 2, 0).width, 2);
	int row, col;
	pty_cursor(p, &row, &col);
	assert_int_equal(row, 2);
	assert_int_equal(col, 3);
	assert_false(pty_matches(p, "nowhere"));
	assert_false(pty_sees(p, "nowhere", 10));
	pty_keys(p, "\n");
	pty_expect_exit(p, 3);
	pty_expect_restored(p);
	pty_close(p);
}

static void test_size_and_environment(void **state)
{
	(void)state;
	const char *argv[] = {
		"/bin/sh", "-c",
		"stty size; echo $TERM ${A-none} ${B-none}; trap 'stty size; exit 0' WINCH; "
		"echo on; while read x; do :; done",
		NULL};
	const char *env[] = {"A=1 2", "B", NULL};
	struct pty *p = pty_open(&(struct pty_options){
		.argv = argv, .rows = 10, .cols = 40, .term = "vt100", .env = env, .dir = "/"});

	pty_expect(p, "^10 40$");
	pty_expect(p, "^vt100 1 2 none$");
	pty_expect(p, "^on$");
	pty_resize(p, 12, 50);
	pty_keys(p, "\n");
	pty_expect(p, "^12 50$");
	pty_expect_exit(p, 0);
	pty_close(p);
}

static int say_seven(void *ctx)
{
	const char *text = ctx;

	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		return 1;
	return 7;
}

static void test_function_in_child(void **state)
{
	(void)state;
	char text[] = "from the child";
	struct pty *p = pty_open(&(struct pty_options){.child = say_seven, .ctx = text});

	pty_expect(p, "^from the child$");
	pty_expect_exit(p, 7);
	size_t len;
	const char *log = pty_log(p, &len);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(log, text, len);
	assert_true(pty_first_ns(p) >= pty_started_ns(p));
	pty_close(p);
}

static void test_throttle(void **state)
{
	(void)state;
	struct pty *p = shell("head -c 2000 /dev/zero | tr '\\0' x; echo; echo done; read x", 0, 0);

	pty_throttle(p, PTY_STOPPED);
	assert_false(pty_sees(p, "x", 50));
	pty_throttle(p, 10000);
	int64_t start = pty_now_ns();
	pty_expect(p, "^done$");
	assert_true(pty_now_ns() - start > 150000000); /* 2 kB at 10 kB/s */
	pty_close(p);
}

/* A piece of a frame is not what the screen shows, unless somebody asks for just that. */
static void test_half_a_frame(void **state)
{
	(void)state;
	struct pty *p = shell("read x; printf 'undo a: done\\rredo a: 1 of 1'; read x", 0, 0);

	pty_throttle(p, 1000);
	pty_keys(p, "\n");
	assert_false(pty_sees(p, "^redo a: done", 300));
	pty_expect(p, "^redo a: 1 of 1$");
	assert_false(pty_glimpses(p, "^redo a: done", 10));
	pty_keys(p, "\n");
	pty_close(p);

	p = shell("read x; printf 'undo a: done\\rredo a: 1 of 1'; read x", 0, 0);
	pty_throttle(p, 1000);
	pty_keys(p, "\n");
	assert_true(pty_glimpses(p, "^redo a: done", PTY_MS));
	pty_close(p);
}

static void test_flow(void **state)
{
	(void)state;
	struct pty *p = shell("read x; echo answer; read x", 0, 0);

	pty_flow(p, false);
	pty_keys(p, "\n");
	assert_false(pty_sees(p, "answer", 100));
	pty_flow(p, true);
	pty_expect(p, "^answer$");
	pty_close(p);
}

static void test_hang_up(void **state)
{
	(void)state;
	struct pty *p = shell("echo on; read x; exit 0", 0, 0);
	int status;

	pty_expect(p, "^on$");
	pty_hang_up(p);
	assert_true(pty_ended(p, PTY_MS, &status));
	assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGHUP : WEXITSTATUS(status) != 0);
	pty_close(p);
}

static void test_close_kills(void **state)
{
	(void)state;
	struct pty *p = shell("trap '' HUP TERM; echo on; while :; do read x; done", 0, 0);

	pty_expect(p, "^on$");
	pid_t pid = pty_pid(p);
	pty_close(p);
	assert_int_equal(kill(pid, 0), -1);
	pty_close(NULL);
}

/* The variables that lead to a user's directories, all below a tree that is to stay empty. */
static const char *const leading[] = {"HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME",
				      "XDG_CACHE_HOME"};
static char *before[ARRAY_LEN(leading)];

static void lead_to(const char *dir)
{
	for (size_t i = 0; i < ARRAY_LEN(leading); i++) {
		const char *was = getenv(leading[i]);

		before[i] = was ? strdup(was) : NULL;
		setenv(leading[i], dir, 1);
	}
}

static int lead_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(leading); i++) {
		if (before[i])
			setenv(leading[i], before[i], 1);
		else
			unsetenv(leading[i]);
		free(before[i]);
		before[i] = NULL;
	}
	return 0;
}

/* Whoever runs the tests finds nothing new in their directories, whatever is started. */
static void test_homes(void **state)
{
	static const char script[] = "echo ${XDG_STATE_HOME-none} >\"$HOME/f\" && cat \"$HOME/f\"";
	struct tree *theirs = tree_new("");
	struct program p = {.path = "/bin/sh", .argv = (const char *const[]){"-c", script, NULL}};
	struct explorer e;

	(void)state;
	lead_to(theirs->path);
	e = explorer_open(&(struct explorer_options){0});
	explorer_do(&e, "ma:set hints no\r", "hints = no");
	explorer_do(&e, ":save-settings\r", "saved 1 option");
	explorer_do(&e, "q", "=0");
	explorer_close(&e);
	program_run(&p);
	assert_int_equal(p.status, 0);
	assert_string_equal(p.out.buf, "none\n");
	program_done(&p);
	assert_int_equal(rmdir(theirs->path), 0);
	assert_int_equal(mkdir(theirs->path, 0700), 0);
	tree_free(theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screen),
		cmocka_unit_test(test_size_and_environment),
		cmocka_unit_test(test_function_in_child),
		cmocka_unit_test(test_throttle),
		cmocka_unit_test(test_half_a_frame),
		cmocka_unit_test(test_flow),
		cmocka_unit_test(test_hang_up),
		cmocka_unit_test(test_close_kills),
		cmocka_unit_test_teardown(test_homes, lead_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
