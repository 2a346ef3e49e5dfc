/* SPDX-License-Identifier: MIT
 *
 * What the terminal itself is told: the clipboard, the directory, the title of its window. Read
 * from the bytes that were sent.
 */
#include "../lib/explorer.h"
#include "../lib/program.h"
#include "../lib/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define COPIED_MAX 4096

static const char *const no_mux[] = {"TMUX", "STY", "SSH_CONNECTION", NULL};

static int digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(digits, c);

	return c && at ? (int)(at - digits) : -1;
}

static size_t decode(const char *from, size_t len, char *to)
{
	size_t n = 0;

	for (size_t i = 0; i + 4 <= len; i += 4) {
		uint32_t v = 0;
		int have = 0;

		for (int k = 0; k < 4; k++) {
			int d = digit(from[i + (size_t)k]);

			have += d >= 0;
			v = v << 6 | (uint32_t)MAX(d, 0);
		}
		for (int k = 0; k < have - 1 && n < COPIED_MAX - 1; k++)
			to[n++] = (char)(v >> (16 - 8 * k));
	}
	to[n] = '\0';
	return n;
}

static const char start[] = "\033]52;c;";

struct count {
	size_t n;
	const char *last, *end; /* what the last one holds */
};

static struct count copies(struct pty *p)
{
	struct count c = {0};
	size_t len;
	const char *at = pty_log(p, &len);

	while ((at = strstr(at, start))) {
		at += strlen(start);
		c.end = strchr(at, '\a');
		if (!c.end)
			break;
		c.last = at;
		c.n++;
	}
	return c;
}

static bool one_more(struct pty *p, void *ctx)
{
	return copies(p).n > *(size_t *)ctx;
}

/* Types the keys; what then was sent to the clipboard. */
static const char *copied(struct explorer *e, const char *keys)
{
	static char text[COPIED_MAX];
	struct count c = copies(e->pty);
	size_t before = c.n;

	pty_keys(e->pty, keys);
	if (!pty_until(e->pty, one_more, &before, PTY_MS))
		pty_fail(e->pty, "nothing copied on %s", keys);
	c = copies(e->pty);
	decode(c.last, (size_t)(c.end - c.last), text);
	return text;
}

static void leave(struct explorer *e)
{
	pty_keys(e->pty, "Q");
	pty_expect_exit(e->pty, 0);
	pty_expect_restored(e->pty);
	explorer_close(e);
}

static void test_row(void **state)
{
	char expected[8192];

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "sub/x\na\\sb.txt\nevil\\e[201~\\nx\n", .env = no_mux, .cols = 250});
	explorer_do(&e, "ggjj", "@a b.txt");
	assert_string_equal(copied(&e, "Yp"), tree_path(e.tree, "a b.txt"));
	explorer_expect(&e, "path sent to the clipboard: .*a b\\.txt.*xterm: allowWindowOps");
	assert_string_equal(copied(&e, "Yn"), "a b.txt");
	assert_string_equal(copied(&e, "Yd"), e.tree->path);
	snprintf(expected, sizeof(expected), "'%s'", tree_path(e.tree, "a b.txt"));
	assert_string_equal(copied(&e, "Yq"), expected);
	assert_non_null(strstr(copied(&e, "Ys"), "a\\ b.txt"));
	explorer_do(&e, "k", "@sub");
	assert_int_equal(strncmp(copied(&e, "Ys"), "scp -r ", 7), 0);
	/* What could type keys when it is pasted goes in quotes. */
	explorer_do(&e, "G", "@evil");
	assert_string_equal(copied(&e, "Yn"), "$'evil\\033[201~\\nx'");
	explorer_expect(&e, "quoted since it is not plain text");
	explorer_do(&e, "gg", "@..");
	assert_string_equal(copied(&e, "Yd"), e.tree->path);
	leave(&e);
}

static void test_marked(void **state)
{
	char expected[8192];

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.env = no_mux, .cols = 250});
	explorer_do(&e, "ggj ", "1 marked");
	explorer_do(&e, " ", "2 marked");
	snprintf(expected, sizeof(expected), "%s/alpha\n%s/beta", e.tree->path, e.tree->path);
	assert_string_equal(copied(&e, "Yp"), expected);
	explorer_expect(&e, "2 lines sent to the clipboard");
	assert_string_equal(copied(&e, "Yn"), "alpha\nbeta");
	assert_string_equal(copied(&e, "Yd"), e.tree->path);
	leave(&e);
}

/* Terminals that might print it are told nothing. */
static void test_terminals_without(void **state)
{
	static const char *const terms[] = {"linux", "vt100"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		struct explorer e = explorer_open(
			&(struct explorer_options){.term = terms[i], .env = no_mux, .cols = 120});
		explorer_do(&e, "Yp", "nothing copied: this terminal");
		assert_int_equal(copies(e.pty).n, 0);
		leave(&e);
	}
}

/* 74,994 bytes are what terminals take. */
static void test_too_long(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "d/ *2000\n", .start = "d", .env = no_mux, .cols = 160});
	/* What is not read yet is not marked. */
	explorer_expect(&e, "2,?000 items");
	explorer_do(&e, "*a", "2,?000 marked");
	explorer_do(&e, "Yp", "nothing copied: more than the 74994 bytes");
	assert_int_equal(copies(e.pty).n, 0);
	leave(&e);
}

/* Port and host as one came in. */
static void test_scp_port(void **state)
{
	static const char *const env[] = {"TMUX", "STY",
					  "SSH_CONNECTION=10.0.0.9 5000 10.0.0.1 2222", NULL};

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.env = env});
	assert_int_equal(strncmp(copied(&e, "Ys"), "scp -P 2222 ", 12), 0);
	leave(&e);
}

static void run(const char *command, struct str *out)
{
	struct program p = {.path = "/bin/sh", .argv = (const char *[]){"-c", command, NULL}};

	program_run(&p);
	if (out)
		str_add(out, p.out.buf, p.out.len);
	program_done(&p);
}

struct buffer {
	const char *command, *expected;
};

static bool holds(struct pty *p, void *ctx)
{
	struct buffer *b = ctx;
	struct str out = STR_INIT;
	bool same;

	(void)p;
	run(b->command, &out);
	same = strcmp(out.buf, b->expected) == 0;
	str_done(&out);
	return same;
}

/* tmux takes it into a buffer of its own, and hands it on. */
static void test_in_tmux(void **state)
{
	char command[8192], show[8192];

	(void)state;
	if (WEXITSTATUS(system("command -v tmux >/dev/null")) != 0) {
		print_message("SKIPPED: needs tmux\n");
		skip();
	}
	struct explorer e = {
		.tree = tree_new("conf \"set -s set-clipboard on\\n\"\nsub/a\\sb\\nc\n")};
	snprintf(command, sizeof(command), "'%s' '%s'", getenv("TROWEL_BIN"),
		 tree_path(e.tree, "sub"));
	const char *argv[] = {"tmux",        "-u",
			      "-S",          tree_path(e.tree, "socket"),
			      "-f",          tree_path(e.tree, "conf"),
			      "new-session", command,
			      NULL};
	e.pty = pty_open(&(struct pty_options){.argv = argv, .env = no_mux, .cols = 200});
	explorer_expect(&e, "a b");
	explorer_do(&e, "G", "@a b");
	explorer_do(&e, "Yq", "quoted path sent.*set-clipboard on");
	snprintf(show, sizeof(show), "tmux -S '%s' show-buffer", tree_path(e.tree, "socket"));
	snprintf(command, sizeof(command), "$'%s/a b\\nc'", tree_path(e.tree, "sub"));
	struct buffer b = {show, command};
	if (!pty_until(e.pty, holds, &b, PTY_MS))
		pty_fail(e.pty, "tmux has no such buffer: %s", command);
	pty_keys(e.pty, "q");
	pty_expect_exit(e.pty, 0);
	explorer_close(&e);
}

static bool logged(struct pty *p, void *ctx)
{
	size_t len;

	return strstr(pty_log(p, &len), ctx) != NULL;
}

static void expect_sent(struct explorer *e, const char *bytes)
{
	if (!pty_until(e->pty, logged, (void *)(uintptr_t)bytes, PTY_MS))
		pty_fail(e->pty, "not sent: %s", bytes + 1);
}

static struct tree *config(char *variable, size_t size)
{
	struct tree *t = tree_new("config \"[options]\\nosc7 = yes\\ntitle = yes\\n\"\n");

	snprintf(variable, size, "TROWEL_CONFIG=%s", tree_path(t, "config"));
	return t;
}

static size_t told_from;

static bool told_again(struct pty *p, void *ctx)
{
	size_t len;
	const char *log = pty_log(p, &len);

	return strstr(log + told_from, ctx) != NULL;
}

static void test_told(void **state)
{
	char variable[4200], expected[8192], host[256] = "";
	const char *env[] = {variable, "TMUX", "STY", NULL};
	const char *log;
	size_t len, before;

	(void)state;
	struct tree *t = config(variable, sizeof(variable));
	assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
	struct explorer e = explorer_open(
		&(struct explorer_options){.tree = "d\\sir/x\nother/y\n", .env = env});
	snprintf(expected, sizeof(expected), "\033[22;2t\033]2;trowel: %s\033\\", e.tree->path);
	expect_sent(&e, expected);
	snprintf(expected, sizeof(expected), "\033]7;file://%s%s\033\\", host, e.tree->path);
	expect_sent(&e, expected);
	explorer_do(&e, "ggj", "@d ir");
	pty_keys(e.pty, "l");
	snprintf(expected, sizeof(expected), "\033]7;file://%s%s/d%%20ir\033\\", host,
		 e.tree->path);
	expect_sent(&e, expected);
	snprintf(expected, sizeof(expected), "\033]2;trowel: %s/d ir\033\\", e.tree->path);
	expect_sent(&e, expected);
	/* Moving about in it tells nothing. */
	pty_rest(e.pty, 300);
	pty_log(e.pty, &before);
	explorer_do(&e, "gg", "@..");
	explorer_do(&e, "G", "@x");
	log = pty_log(e.pty, &len);
	assert_null(strstr(log + before, "\033]"));
	/* While a program had the terminal it was told where the shell is. */
	explorer_do(&e, "!", "empty: shell");
	explorer_do(&e, "true\r", "Enter goes back");
	pty_log(e.pty, &told_from);
	pty_keys(e.pty, "\r");
	snprintf(expected, sizeof(expected), "\033]7;file://%s%s/d%%20ir\033\\", host,
		 e.tree->path);
	if (!pty_until(e.pty, told_again, expected, PTY_MS))
		pty_fail(e.pty, "not told again");
	leave(&e);
	tree_free(t);
}

/* The title is the old one again, and the directory that of the shell, also after a signal. */
static void test_told_back(void **state)
{
	char variable[4200];
	const char *env[] = {variable, "TMUX", "STY", NULL};
	static const int signals[] = {0, SIGTERM};

	(void)state;
	struct tree *t = config(variable, sizeof(variable));
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		struct explorer e = explorer_open(&(struct explorer_options){.env = env});
		size_t len;
		int status;

		expect_sent(&e, "\033]2;trowel: ");
		expect_sent(&e, "\033]7;file://");
		if (signals[i])
			pty_signal(e.pty, signals[i]);
		else
			pty_keys(e.pty, "Q");
		assert_true(pty_ended(e.pty, PTY_MS, &status));
		const char *pop = strstr(pty_log(e.pty, &len), "\033[23;2t");
		assert_non_null(pop);
		assert_memory_equal(pop + 7, "\033]7;file://", 11);
		explorer_close(&e);
	}
	tree_free(t);
}

static void test_not_asked_for(void **state)
{
	size_t len;

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.env = no_mux});
	explorer_do(&e, "ggjl", "inner");
	pty_rest(e.pty, 300);
	const char *log = pty_log(e.pty, &len);
	assert_null(strstr(log, "\033]"));
	assert_null(strstr(log, "\033[22;2t"));
	leave(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_row),
		cmocka_unit_test(test_marked),
		cmocka_unit_test(test_terminals_without),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_scp_port),
		cmocka_unit_test(test_in_tmux),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_told_back),
		cmocka_unit_test(test_not_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
