/* SPDX-License-Identifier: MIT
 *
 * What goes over the line, and what the program does when nothing happens: budgets of bytes,
 * idling, and no file-system call of the thread that draws. The figures are those of
 * doc/performance.md.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct explorer open_many(void)
{
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "many/ *500\n", .start = "many", .rows = 40, .cols = 120});

	pty_rest(e.pty, 400);
	return e;
}

/* What a program would send that just prints the screen: the lines, without blanks at their ends.
 */
static size_t visible_text(struct pty *p)
{
	const char *text = pty_screen(p);
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == '\n')
		n--;
	return n;
}

static void test_first_screen(void **state)
{
	(void)state;
	struct explorer e = open_many();
	size_t text = visible_text(e.pty), bytes = pty_bytes(e.pty);

	if (bytes > text + text / 4 + 400)
		fail_msg("first screen: %zu bytes for %zu bytes of text", bytes, text);
	explorer_close(&e);
}

/* 30 keys a second, as a held key; no key is waited for. */
static size_t hold(struct pty *p, const char *key, int n)
{
	size_t before = pty_bytes(p);
	int64_t next = pty_now_ns();

	for (int i = 0; i < n; i++) {
		pty_keys(p, key);
		next += 33333333;
		for (int64_t left; (left = next - pty_now_ns()) > 0;)
			pty_pump(p, (long)(left / 1000000));
	}
	return pty_bytes(p) - before;
}

/* Bytes that come when the keys rest. */
static size_t rest_bytes(struct pty *p)
{
	pty_rest(p, 100);
	size_t before = pty_bytes(p);
	pty_rest(p, 800);
	return pty_bytes(p) - before;
}

static void test_held_key(void **state)
{
	(void)state;
	struct explorer e = open_many();
	size_t key, rest;

	pty_keys(e.pty, "gg");
	pty_rest(e.pty, 400);
	key = hold(e.pty, "j", 30) / 30;
	rest = rest_bytes(e.pty);
	if (key > 60 || rest > 400)
		fail_msg("a key: %zu bytes; then %zu at rest", key, rest);
	/* While the list scrolls only names follow the key; at rest comes what stands beside them.
	 */
	key = hold(e.pty, "j", 60) / 60;
	rest = rest_bytes(e.pty);
	if (key > 60 || rest > visible_text(e.pty) * 115 / 100)
		fail_msg("a key that scrolls: %zu bytes; then %zu at rest", key, rest);
	explorer_close(&e);
}

static void test_page_down(void **state)
{
	(void)state;
	struct explorer e = open_many();

	for (int i = 0; i < 4; i++) {
		size_t before = pty_bytes(e.pty);
		pty_keys(e.pty, "\x06");
		pty_rest(e.pty, 800);
		size_t text = visible_text(e.pty), bytes = pty_bytes(e.pty) - before;
		if (bytes > text + text * 15 / 100)
			fail_msg("page down: %zu bytes for %zu bytes of text", bytes, text);
	}
	explorer_close(&e);
}

/* ---- watched by strace ---- */

static bool has_strace(void)
{
	int status;
	const char *argv[] = {"strace", "-qq", "-o", "/dev/null", "true", NULL};
	struct pty *p = pty_open(&(struct pty_options){.argv = argv});
	bool ok = pty_ended(p, PTY_MS, &status) && status == 0;

	pty_close(p);
	return ok;
}

static struct pty *trace(const struct explorer *e, char *file, size_t size, const char *what)
{
	char pid[24];
	const char *argv[] = {"strace", "-f", "-o", file, "-e", what, "-p", pid, NULL};

	snprintf(pid, sizeof(pid), "%d", (int)pty_pid(e->pty));
	snprintf(file, size, "%s/trace.%s", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", pid);
	struct pty *p = pty_open(&(struct pty_options){.argv = argv});
	pty_expect(p, "attached");
	return p;
}

static void end_trace(struct pty *p)
{
	int status;

	pty_signal(p, SIGINT);
	assert_true(pty_ended(p, PTY_MS, &status));
	pty_close(p);
}

static bool can_trace(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("SKIPPED: a sanitizer makes system calls of its own\n");
	return false;
#endif
	if (!has_strace())
		print_message("SKIPPED: needs strace, and leave to trace\n");
	else
		return true;
	return false;
}

/* Ten seconds without a key: not one system call, not one byte. */
static void test_idle(void **state)
{
	char file[4096], line[1024];
	int calls = 0;

	(void)state;
	if (!can_trace())
		skip();
	struct explorer e = explorer_open(&(struct explorer_options){0});
	pty_keys(e.pty, "j");
	pty_rest(e.pty, 2500);
	size_t before = pty_bytes(e.pty);
	struct pty *tracer = trace(&e, file, sizeof(file), "trace=all");
	pty_rest(e.pty, 10000);
	assert_int_equal(pty_bytes(e.pty), before);
	end_trace(tracer);
	FILE *f = fopen(file, "r");
	assert_non_null(f);
	/* Where a thread waited when the tracer came is shown as a call that was begun. */
	while (fgets(line, sizeof(line), f))
		if (!strstr(line, "<unfinished ...>") && !strstr(line, "<detached") &&
		    !strstr(line, "restart_syscall") && !strstr(line, "resumed")) {
			fprintf(stderr, "%s", line);
			calls++;
		}
	fclose(f);
	assert_int_equal(calls, 0);
	explorer_close(&e);
}

/* Walking about: the thread that draws never asks the file system for anything. */
static void test_no_file_calls(void **state)
{
	char file[4096], line[4096];

	(void)state;
	if (!can_trace())
		skip();
	struct tree *home = tree_new("conf/\n");
	char config[4200];
	const char *env[] = {config, "TROWEL_CONFIG", NULL};
	snprintf(config, sizeof(config), "XDG_CONFIG_HOME=%s", tree_path(home, "conf"));
	struct explorer e = explorer_open(&(struct explorer_options){.env = env});
	pty_rest(e.pty, 100);
	struct pty *tracer = trace(&e, file, sizeof(file), "trace=%file,%desc");
	static const char *const keys[] = {
		"ggj",    "l",      "h",    "G",      "gl",        "g-", "gh",
		"H",      ".",      "ss",   "sm",     "sn",        " ",  "*l",
		"q",      "gm",     "q",    "t",      "]",         "T",  "/a",
		"\033",   "gpal\t", "\033", "\x0c",   "mx",        "'x", "ggfafa",
		"\033OR", "jGx",    "xw#",  "/hel\r", "3G",        "F",  "\033",
		"q",      ",",      "jj ",  "q",      ":theme li", "\r", ":set colors 8\r",
		",w",     "q"};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		pty_keys(e.pty, keys[i]);
		pty_rest(e.pty, 60);
	}
	end_trace(tracer);
	FILE *f = fopen(file, "r");
	assert_non_null(f);
	/* glibc, not we: free() looks at this once when it gives memory of another thread back. */
	static const char glibc[] = "\"/proc/sys/vm/overcommit_memory\"";
	/* What is left for it: the terminal, the queue's eventfd, and the inotify descriptor. */
	static const char *const allowed[] = {
		"read(",  "write(", "poll(", "ppoll(",          "ioctl(",
		"close(", "+++",    "---",   "restart_syscall", "inotify_rm_watch("};
	char main_thread[24];
	snprintf(main_thread, sizeof(main_thread), "%d ", (int)pty_pid(e.pty));
	int bad = 0, seen = 0;
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, main_thread, strlen(main_thread)) != 0)
			continue;
		const char *call = line + strcspn(line, " ");
		call += strspn(call, " ");
		/* Memory without a file: the stack of a worker that is started. */
		bool ok = strstr(line, "resumed>") || strstr(line, glibc) ||
			  strstr(line, "MAP_ANONYMOUS");
		for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
			ok = ok || strncmp(call, allowed[i], strlen(allowed[i])) == 0;
		seen++;
		if (!ok) {
			fprintf(stderr, "%s", line);
			bad++;
		}
	}
	fclose(f);
	assert_true(seen > 20);
	assert_int_equal(bad, 0);
	assert_int_equal(access(tree_path(home, "conf/trowel/config"), F_OK), 0);
	explorer_close(&e);
	tree_free(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_screen),  cmocka_unit_test(test_held_key),
		cmocka_unit_test(test_page_down),     cmocka_unit_test(test_idle),
		cmocka_unit_test(test_no_file_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
