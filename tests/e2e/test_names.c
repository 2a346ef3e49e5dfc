/* SPDX-License-Identifier: MIT
 *
 * Names that want to control the terminal. Nothing of them reaches it as a control sequence, and
 * what they name is opened.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

#include <dirent.h>
#include <unistd.h>

/* Every control sequence that may be in the log, by its final byte; a name could only add others.
 */
static bool csi_is_ours(const char *params, size_t n, char final)
{
	(void)params;
	(void)n;
	return strchr("ABCDGHJKLMPSTXZ@bcdfghlmrtu", final) != NULL;
}

/* Length of the control sequence or control character at s, 0: not one that we send. */
static size_t known_control(const char *s, size_t len)
{
	if (*s == '\r' || *s == '\n' || *s == '\b' || *s == '\t' || *s == '\016' || *s == '\017')
		return 1;
	if (*s != '\033' || len < 2)
		return 0;
	if (s[1] == '[') {
		size_t n = strspn(s + 2, "0123456789;:?>=!");
		return csi_is_ours(s + 2, n, s[2 + n]) ? n + 3 : 0;
	}
	if (strchr("()", s[1]))
		return 3;
	return strchr("=>78M", s[1]) ? 2 : 0;
}

/* The C1 controls as UTF-8 (C2 80 .. C2 9F) and what turns text around (bidi controls). */
static bool is_unsafe_utf8(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	if (u[0] == 0xc2 && u[1] >= 0x80 && u[1] < 0xa0)
		return true;
	return u[0] == 0xe2 && ((u[1] == 0x80 && ((u[2] >= 0x8b && u[2] <= 0x8f) ||
						  (u[2] >= 0xa8 && u[2] <= 0xae))) ||
				(u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9));
}

static bool is_utf8_sequence(const unsigned char *u, size_t *ret_len)
{
	size_t n = *u < 0x80                 ? 1
		   : *u >= 0xc2 && *u < 0xe0 ? 2
		   : *u >= 0xe0 && *u < 0xf0 ? 3
		   : *u >= 0xf0 && *u < 0xf5 ? 4
					     : 0;

	for (size_t i = 1; i < n; i++)
		if ((u[i] & 0xc0) != 0x80)
			return false;
	*ret_len = n;
	return n > 0;
}

static void expect_clean_log(struct pty *p)
{
	size_t len, n;
	const char *log = pty_log(p, &len);

	for (size_t i = 0; i < len; i += n) {
		unsigned char c = (unsigned char)log[i];
		if (c < 0x20 || c == 0x7f)
			n = known_control(log + i, len - i);
		else if (!is_utf8_sequence((const unsigned char *)log + i, &n) ||
			 is_unsafe_utf8(log + i))
			n = 0;
		if (n == 0)
			fail_msg("at %zu of the log: \"\\x%02x%.20s\"", i, c, log + i + 1);
	}
	/* What the names below ask for. */
	assert_null(memmem(log, len, "\033]0;", 4));
	assert_null(memmem(log, len, "\033]52", 4));
	assert_null(memmem(log, len, "\033[31mred", 8));
}

static void look_at_everything(struct explorer *e)
{
	static const char *const keys[] = {"G",  "gg", "\x06", "\x02", ".",   "*a",
					   "*l", "q",  "*n",   "/e\r", "\033"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		pty_keys(e->pty, keys[i]);
		pty_rest(e->pty, 40);
	}
}

static const char hostile[] = "esc\\e[31mred\n"
			      "title\\e]0;PWN\\x45D\\x07\n"
			      "clip\\e]52;c;cHduZWQ=\\x07\n"
			      "c1\\x9b31m\n"
			      "c1utf\\xc2\\x9b31m\n"
			      "new\\nline\n"
			      "tab\\tcr\\x0dbs\\x08\n"
			      "bidi\\xe2\\x80\\xaecod.exe\n"
			      "zero\\xe2\\x80\\x8bwidth\n"
			      "bad\\xff\\xfe\n"
			      "cut\\xe4\\xb8\n"
			      "wide\\xe4\\xb8\\xad\\xe6\\x96\\x87\n"
			      "comb"
			      "e\\xcc\\x81\\xcc\\x81\n"
			      "-rf\n"
			      "--help\n"
			      "\\x7f\\x01\\x02\n"
			      "dir\\e[2J/inside\n"
			      "link -> \\e[31mred\\e]0;PWN\\x45D\\x07\n"
			      "long\\x61\\R250;\n";

static void test_no_control_bytes(void **state)
{
	static const char *const terms[] = {"xterm-256color", "linux", "vt100"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct explorer e = explorer_open(&(struct explorer_options){
			.tree = hostile, .term = terms[i], .rows = 40, .cols = 120});
		look_at_everything(&e);
		expect_clean_log(e.pty);
		explorer_close(&e);
	}
}

static void test_zoo(void **state)
{
	(void)state;
	struct explorer e = explorer_open(
		&(struct explorer_options){.tree = tree_zoo, .rows = 60, .cols = 140});
	look_at_everything(&e);
	expect_clean_log(e.pty);
	explorer_close(&e);
}

/* Entering a directory whose name is an escape sequence, and handing such a file to the editor. */
static void test_opened(void **state)
{
	static const char text[] = "d\\e[31m\\n/inside\n"
				   "-n\\e[31m\\n \"text\"\n";
	char visual[4096];
	const char *env[] = {visual, NULL};

	(void)state;
	struct tree *tools = tree_new(
		"editor \"#!/bin/sh\\nhead -c 4 -- \\\"$1\\\"; echo =$#; read x\\n\" :0755\n");
	snprintf(visual, sizeof(visual), "VISUAL=%s", tree_path(tools, "editor"));
	struct explorer e = explorer_open(&(struct explorer_options){.tree = text, .env = env});
	explorer_do(&e, "gg", "@..");
	explorer_do(&e, "jl", "inside");
	explorer_do(&e, "h", "~inside");
	explorer_do(&e, "G", "@-n");
	explorer_do(&e, "e", "text=1");
	expect_clean_log(e.pty);
	explorer_close(&e);
	tree_free(tools);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_control_bytes),
		cmocka_unit_test(test_zoo),
		cmocka_unit_test(test_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
