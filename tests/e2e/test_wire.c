/* SPDX-License-Identifier: MIT
 *
 * What goes over the line, and what the program does when nothing happens: budgets of bytes,
 * idling, and no file-system call of the thread that draws. The figures are those of
 * doc/performance.md.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

#include "base/defs.h"

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

/* While the machine is busy with other things a change may come in two frames rather than one: each
 * figure has to be held once in this many times. */
#define TRIES 3

static void hold_once(bool (*holds)(char *why, size_t size))
{
	char why[16384] = "";

	for (int i = 0; i < TRIES; i++)
		if (holds(why, sizeof(why)))
			return;
	fprintf(stderr, "%s\n", why);
	fail();
}

static bool first_screen(char *why, size_t size)
{
	struct explorer e = open_many();
	size_t text = visible_text(e.pty), bytes = pty_bytes(e.pty);

	snprintf(why, size, "first screen: %zu bytes for %zu bytes of text", bytes, text);
	explorer_close(&e);
	return bytes <= text + text / 4 + 400;
}

static void test_first_screen(void **state)
{
	(void)state;
	hold_once(first_screen);
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

/* While the list scrolls only names follow the key; at rest comes what stands beside them. */
static bool held_key(char *why, size_t size)
{
	struct explorer e = open_many();
	size_t key, rest, scrolls, text, after;

	pty_keys(e.pty, "gg");
	pty_rest(e.pty, 400);
	key = hold(e.pty, "j", 30) / 30;
	rest = rest_bytes(e.pty);
	scrolls = hold(e.pty, "j", 60) / 60;
	after = rest_bytes(e.pty);
	text = visible_text(e.pty);
	snprintf(why, size, "a key: %zu bytes, then %zu at rest; one that scrolls: %zu, then %zu",
		 key, rest, scrolls, after);
	explorer_close(&e);
	return key <= 60 && rest <= 400 && scrolls <= 60 && after <= text * 115 / 100;
}

static void test_held_key(void **state)
{
	(void)state;
	hold_once(held_key);
}

static bool page_down(char *why, size_t size)
{
	struct explorer e = open_many();
	bool ok = true;

	for (int i = 0; i < 4 && ok; i++) {
		size_t before = pty_bytes(e.pty);
		pty_keys(e.pty, "\x06");
		pty_rest(e.pty, 800);
		size_t text = visible_text(e.pty), bytes = pty_bytes(e.pty) - before;
		snprintf(why, size, "page down: %zu bytes for %zu bytes of text", bytes, text);
		ok = bytes <= text + text * 15 / 100;
	}
	explorer_close(&e);
	return ok;
}

static void test_page_down(void **state)
{
	(void)state;
	hold_once(page_down);
}

/* ---- the info pane beside the list ---- */

static const char pane_tree[] =
	"p/a-dir/ *30\np/b.txt \"one line of text\\nanother line of it\\nand a third\" :0600 "
	"@1000000000\n"
	"p/c-link -> b.txt\np/d.bin \"\\x01\\x02\\x7f\\xff\\x03\" :0755 @1100000000\np/e-fifo| "
	":0622\n"
	"p/f.c \"#include <stdio.h>\\nint main(void)\\n{\\n\\treturn 0;\\n}\\n\" :04711 "
	"@1200000000\n"
	"p/g-lost -> nowhere/at/all\np/h-dir/ *300 :0700\np/i.txt 5000 @900000000\n";

/* The text in the pane that comes with the preview, as a program would print it: what stands below
 * its title, and what kind of file it is. */
static size_t preview_text(struct pty *p)
{
	size_t n = 0;
	bool below = false;

	for (const char *line = pty_screen(p); *line; line += strcspn(line, "\n") + 1) {
		size_t len = strcspn(line, "\n");
		const char *bar = memmem(line, len, "│", strlen("│"));

		if (bar &&
		    (below || strstr(bar, "│ kind ") == bar || strstr(bar, "│ mime ") == bar))
			n += len - (size_t)(bar - line) - strlen("│") + 1;
		below |= bar && memmem(line, len, "│──", strlen("│──")) != NULL;
	}
	return n;
}

static bool steps(struct explorer *e, char *why, size_t size)
{
	bool ok = true;

	explorer_do(e, "gg", "@..");
	pty_rest(e->pty, 1500);
	for (int i = 0; i < 9 && ok; i++) {
		size_t before = pty_bytes(e->pty), bytes, text = preview_text(e->pty);

		pty_keys(e->pty, "j");
		pty_rest(e->pty, 1000);
		bytes = pty_bytes(e->pty) - before;
		/* What the one before leaves behind has to be erased. */
		text = MAX(text, preview_text(e->pty));
		snprintf(why, size, "step %d: %zu bytes, for a preview of %zu\n%s", i, bytes, text,
			 pty_screen(e->pty));
		ok = bytes <= 400 + text * 115 / 100;
	}
	return ok;
}

static bool pane_follows(char *why, size_t size)
{
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = pane_tree, .start = "p", .rows = 40, .cols = 120});
	bool ok;

	explorer_expect(&e, "mode +u r");
	explorer_do(&e, "wv", "~──");
	ok = steps(&e, why, size);
	explorer_do(&e, "wv", "──");
	ok = ok && steps(&e, why, size);
	explorer_close(&e);
	return ok;
}

/* One step at rest costs the highlight, the sentence and the facts; with the preview on its text.
 */
static void test_pane_follows(void **state)
{
	(void)state;
	hold_once(pane_follows);
}

static bool pane_and_held_key(char *why, size_t size)
{
	struct explorer e = open_many();
	size_t key, scrolls;

	explorer_expect(&e, "mode +u r");
	pty_keys(e.pty, "gg");
	pty_rest(e.pty, 800);
	key = hold(e.pty, "j", 30) / 30;
	scrolls = hold(e.pty, "j", 90) / 90;
	snprintf(why, size, "a key with the pane: %zu bytes; one that scrolls: %zu", key, scrolls);
	explorer_expect(&e, "mode +u r");
	explorer_close(&e);
	return key <= 60 && scrolls <= 60;
}

/* A held key asks nothing, and the pane makes room for a list that scrolls. */
static void test_pane_and_held_key(void **state)
{
	(void)state;
	hold_once(pane_and_held_key);
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
	struct explorer e = explorer_open(&(struct explorer_options){.rows = 40, .cols = 120});
	pty_keys(e.pty, "j");
	explorer_expect(&e, "mode +u r");
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
	struct explorer e =
		explorer_open(&(struct explorer_options){.env = env, .rows = 40, .cols = 120});
	explorer_expect(&e, "mode +u r");
	pty_rest(e.pty, 100);
	struct pty *tracer = trace(&e, file, sizeof(file), "trace=%file,%desc");
	static const char *const keys[] = {
		"ggj",    "l",      "h",    "G",      "gl",        "g-", "gh",
		"H",      ".",      "ss",   "sm",     "sn",        " ",  "*l",
		"q",      "gm",     "q",    "t",      "]",         "T",  "/a",
		"\033",   "gpal\t", "\033", "\x0c",   "mx",        "'x", "ggfafa",
		"\033OR", "jGx",    "xw#",  "/hel\r", "3G",        "F",  "\033",
		"q",      ",",      "jj ",  "q",      ":theme li", "\r", ":set colors 8\r",
		",w"};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		pty_keys(e.pty, keys[i]);
		pty_rest(e.pty, 60);
	}
	explorer_expect(&e, "saved [0-9]+ option");
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
		cmocka_unit_test(test_first_screen),      cmocka_unit_test(test_held_key),
		cmocka_unit_test(test_page_down),         cmocka_unit_test(test_idle),
		cmocka_unit_test(test_no_file_calls),     cmocka_unit_test(test_pane_follows),
		cmocka_unit_test(test_pane_and_held_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
