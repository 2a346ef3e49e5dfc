/* SPDX-License-Identifier: MIT
 *
 * Every way out: signals, a crash, a terminal that stopped reading or is gone. The terminal is
 * restored, the program ends within 2 s, and it never spins.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define END_MS 2000

static void expect_end(struct explorer *e, int sig)
{
	int status;

	if (!pty_ended(e->pty, END_MS, &status))
		pty_fail(e->pty, "signal %d: still running after %d ms", sig, END_MS);
	if (sig == SIGINT || sig == SIGTERM || sig == SIGHUP)
		assert_true((WIFEXITED(status) && WEXITSTATUS(status) != 0) || WIFSIGNALED(status));
	else
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == sig);
}

static void test_signals_restore(void **state)
{
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGSEGV,
				      SIGABRT, SIGBUS, SIGFPE, SIGILL};

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
		if (signals[i] != SIGTERM && signals[i] != SIGHUP && signals[i] != SIGINT)
			continue; /* a sanitizer takes the signals of crashes itself */
#endif
		struct explorer e = explorer_open(&(struct explorer_options){0});
		pty_signal(e.pty, signals[i]);
		expect_end(&e, signals[i]);
		pty_expect_restored(e.pty);
		explorer_close(&e);
	}
}

/* The terminal takes no more bytes: its reader stopped, or someone typed C-s. */
static void test_stopped_terminal(void **state)
{
	(void)state;
	for (int flow = 0; flow < 2; flow++) {
		struct explorer e = explorer_open(&(struct explorer_options){
			.tree = "many/ *500\n", .start = "many", .rows = 60, .cols = 200});
		explorer_expect(&e, "f0000010");
		pty_throttle(e.pty, PTY_STOPPED);
		if (flow)
			pty_flow(e.pty, false);
		/* Far more than the kernel buffers. */
		for (int i = 0; i < 40; i++) {
			pty_keys(e.pty, i % 2 ? "\x0cG" : "\x0cgg");
			pty_pump(e.pty, 20);
		}
		pty_signal(e.pty, SIGTERM);
		int status;
		assert_true(pty_ended(e.pty, END_MS, &status));
		explorer_close(&e);
	}
}

/* With a slow reader keys are still obeyed: the newest state comes, not every frame between. */
static void test_slow_terminal(void **state)
{
	(void)state;
	struct explorer e =
		explorer_open(&(struct explorer_options){.tree = "many/ *500\n", .start = "many"});
	explorer_expect(&e, "f0000003");
	pty_throttle(e.pty, 2400);
	for (int i = 0; i < 100; i++)
		pty_keys(e.pty, "j");
	explorer_expect(&e, "@f0000100");
	pty_throttle(e.pty, PTY_UNTHROTTLED);
	pty_keys(e.pty, "q");
	pty_expect_exit(e.pty, 0);
	explorer_close(&e);
}

/* The connection is lost: the program ends by itself, and burns no time doing so. */
static void test_hang_up(void **state)
{
	struct rusage before, after;
	int status;

	(void)state;
	getrusage(RUSAGE_CHILDREN, &before);
	struct explorer e = explorer_open(&(struct explorer_options){0});
	pty_hang_up(e.pty);
	assert_true(pty_ended(e.pty, END_MS, &status));
	getrusage(RUSAGE_CHILDREN, &after);
	double cpu = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
		     (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6 +
		     (double)(after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
		     (double)(after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
	assert_true(cpu < 1.0 * (double)pty_ms(1));
	explorer_close(&e);
}

/* As above, but it was told to ignore the hang-up (nohup): reading the terminal fails, so it
 * leaves. */
static int ignore_hang_up(void *ctx)
{
	const char *bin = getenv("TROWEL_BIN");

	signal(SIGHUP, SIG_IGN);
	execl(bin, bin, (const char *)ctx, (char *)NULL);
	return 127;
}

static void test_hang_up_ignored(void **state)
{
	char here[] = "/";
	int status;

	(void)state;
	struct pty *p = pty_open(&(struct pty_options){.child = ignore_hang_up, .ctx = here});
	pty_expect(p, "etc/");
	pty_hang_up(p);
	assert_true(pty_ended(p, END_MS, &status));
	pty_close(p);
}

/* Started by something that waits for no child, with standard error closed. */
static int start_bare(void *ctx)
{
	const char *bin = getenv("TROWEL_BIN");

	signal(SIGCHLD, SIG_IGN);
	close(STDERR_FILENO);
	execl(bin, bin, (const char *)ctx, (char *)NULL);
	return 127;
}

static void test_bare_start(void **state)
{
	char here[] = "/";

	(void)state;
	struct pty *p = pty_open(&(struct pty_options){.child = start_bare, .ctx = here});
	pty_expect(p, "etc/");
	pty_keys(p, "!");
	pty_expect(p, "empty: shell");
	pty_keys(p, "sh -c 'test -e /dev/stderr && exit 3'\r");
	pty_expect(p, "ended with status 3: Enter");
	pty_keys(p, "\r");
	pty_expect(p, "etc/");
	pty_keys(p, "q");
	pty_expect_exit(p, 0);
	pty_close(p);
}

/* The shell's settings: lines, echoed. */
static bool is_cooked(struct pty *p, void *ctx)
{
	struct termios now;

	(void)ctx;
	pty_termios(p, &now);
	return (now.c_lflag & ICANON) && (now.c_lflag & ECHO) && !pty_alternate_screen(p);
}

/* Stopped and continued by the shell's job control, twice. */
static void test_suspend_and_resume(void **state)
{
	struct termios now;

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.shell = true});
	explorer_do(&e, "ggj", "@alpha");
	for (int i = 0; i < 2; i++) {
		explorer_do(&e, "\x1a", "[Ss]topped");
		if (!pty_until(e.pty, is_cooked, NULL, PTY_MS))
			pty_fail(e.pty, "not stopped");
		pty_keys(e.pty, "fg\n");
		explorer_expect(&e, "@alpha");
		pty_termios(e.pty, &now);
		assert_false(now.c_lflag & ECHO);
	}
	/* It has another size when it comes back. */
	explorer_do(&e, "\x1a", "[Ss]topped");
	if (!pty_until(e.pty, is_cooked, NULL, PTY_MS))
		pty_fail(e.pty, "not stopped");
	pty_resize(e.pty, 30, 100);
	pty_keys(e.pty, "fg\n");
	explorer_expect(&e, "@alpha");
	explorer_do(&e, "q", "[#$] ?$");
	explorer_close(&e);
}

/* C-c typed is a key, not a signal: it leaves nothing behind and ends nothing. */
static void test_interrupt_key(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){0});
	explorer_do(&e, "/b.c", "~a\\.txt");
	explorer_do(&e, "\x03", "a\\.txt");
	explorer_do(&e, "\x1c", "alpha"); /* C-\ */
	explorer_do(&e, "G", "@zlink");
	pty_keys(e.pty, "q");
	pty_expect_exit(e.pty, 0);
	pty_expect_restored(e.pty);
	explorer_close(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals_restore), cmocka_unit_test(test_stopped_terminal),
		cmocka_unit_test(test_slow_terminal),   cmocka_unit_test(test_hang_up),
		cmocka_unit_test(test_hang_up_ignored), cmocka_unit_test(test_suspend_and_resume),
		cmocka_unit_test(test_interrupt_key),   cmocka_unit_test(test_bare_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
