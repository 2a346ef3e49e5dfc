/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "base/display.h"
#include "base/utf8.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

static void shows(const char *bytes, size_t len, bool ascii, const char *want)
{
	struct str out = STR_INIT;

	assert_int_equal(display_add(&out, bytes, len, ascii), 0);
	assert_string_equal(out.buf, want);
	str_done(&out);
}

static void makes_names_safe(void **state)
{
	static const struct {
		const char *bytes, *shown;
	} cases[] = {
		{"plain.txt", "plain.txt"},
		{"R\xc3\xa9sum\xc3\xa9 \xe4\xb8\xad", "R\xc3\xa9sum\xc3\xa9 \xe4\xb8\xad"},
		{"\x1b[31m", "^[[31m"},
		{"a\nb\tc\rd\x7f", "a\\nb\\tc^Md^?"},
		{"\xc2\x9b"
		 "31m",
		 "\\u{9b}31m"},
		{"\xe2\x80\xae"
		 "gpj.exe",
		 "\\u{202e}gpj.exe"},
		{"x\xff\xfey", "x\\xff\\xfey"},
		{"\x1e", "\\x1e"},
		/* backslashes and carets only where they could be mistaken */
		{"a\\b", "a\\b"},
		{"a\\n", "a\\\\n"},
		{"a\\\n", "a\\\\\\n"},
		{"a\\", "a\\"},
		{"\\\\", "\\\\\\"},
		{"^A", "^^A"},
		{"^a", "^a"},
		{"^", "^"},
		{"^\n", "^^\\n"},
		{"^?", "^^?"},
		{"^^A", "^^^^A"},
		/* combining marks */
		{"e\xcc\x81", "e\xcc\x81"},
		{"\xcc\x81"
		 "e",
		 "\\u{301}e"},
		{"\n\xcc\x81", "\\n\\u{301}"},
		{"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
		 "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\\u{301}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		shows(cases[i].bytes, strlen(cases[i].bytes), false, cases[i].shown);
	shows("a\0b", 3, false, "a^@b");
	shows("\xc3\xa9\xff", 3, true, "\\xc3\\xa9\\xff");
	assert_int_equal(display_width("e\xcc\x81\xe4\xb8\xad\n", 7, false), 5);
}

static void glyphs_cover_the_input(void **state)
{
	const char name[] = "a\xcc\x81\xff\xe4\xb8\xad";
	struct glyph_iter it;
	struct glyph g;

	(void)state;
	glyph_iter_init(&it, name, sizeof(name) - 1, false);
	assert_true(glyph_next(&it, &g));
	assert_int_equal(g.offset, 0);
	assert_int_equal(g.bytes, 3);
	assert_int_equal(g.width, 1);
	assert_false(g.escaped);
	assert_true(glyph_next(&it, &g));
	assert_int_equal(g.offset, 3);
	assert_int_equal(g.bytes, 1);
	assert_int_equal(g.width, 4);
	assert_true(g.escaped);
	assert_true(glyph_next(&it, &g));
	assert_int_equal(g.width, 2);
	assert_false(glyph_next(&it, &g));
}

/* Pieces that are likely to be confused with each other. */
static size_t random_name(char buf[64])
{
	static const char *const pieces[] = {
		"\\",       "^",
		"n",        "t",
		"x",        "u",
		"{",        "}",
		"A",        "[",
		"?",        "\n",
		"\t",       "\x1e",
		"\x01",     "1",
		"e",        "\xff",
		"\xc3",     "\xa9",
		"\xcc\x81", "\xe2\x80\xae",
		"9",        "b",
		"\xc2\x9b", "\x1c",
		"\x1b",     "_",
		"@",        "\xe4\xb8\xad",
		"u{9b}",    "x1e",
		".",
	};
	size_t len = 0, n = (size_t)rand() % 6;

	for (size_t i = 0; i < n; i++) {
		const char *piece = pieces[(size_t)rand() % ARRAY_LEN(pieces)];

		memcpy(buf + len, piece, strlen(piece));
		len += strlen(piece);
	}
	return len;
}

/* Reads the shown form back by the rules of the header alone. */
static void read_back(struct str *out, const char *s)
{
	while (*s) {
		char buf[4];

		if (s[0] == '\\' && s[1] && strchr("nt\\", s[1])) {
			str_addc(out, s[1] == 'n' ? '\n' : s[1] == 't' ? '\t' : '\\');
			s += 2;
		} else if (s[0] == '\\' && s[1] == 'x') {
			str_addc(out, (char)strtol((char[]){s[2], s[3], 0}, NULL, 16));
			s += 4;
		} else if (s[0] == '\\' && s[1] == 'u') {
			uint32_t cp = (uint32_t)strtol(s + 3, NULL, 16);

			str_add(out, buf, utf8_encode(cp, buf));
			s = strchr(s, '}') + 1;
		} else if (s[0] == '^' && s[1] == '^') {
			str_addc(out, '^');
			s += 2;
		} else if (s[0] == '^' && s[1] && ((s[1] >= '@' && s[1] <= '_') || s[1] == '?')) {
			str_addc(out, (char)(s[1] ^ 0x40));
			s += 2;
		} else {
			str_addc(out, *s++);
		}
	}
}

static void is_reversible(void **state)
{
	struct str shown = STR_INIT, back = STR_INIT;

	(void)state;
	srand(7);
	for (int i = 0; i < 200000; i++) {
		char name[64];
		size_t len = random_name(name);
		bool ascii = i % 2;

		str_clear(&shown);
		str_clear(&back);
		display_add(&shown, name, len, ascii);
		read_back(&back, shown.buf);
		assert_int_equal(back.len, len);
		assert_memory_equal(back.buf, name, len);
		for (size_t k = 0; k < shown.len; k++) {
			unsigned char c = (unsigned char)shown.buf[k];

			assert_true(c >= 0x20 && c != 0x7f && (!ascii || c < 0x80));
		}
		assert_true(utf8_valid(shown.buf, shown.len));
	}
	str_done(&shown);
	str_done(&back);
}

static void fits(const char *name, size_t width, const char *want)
{
	struct str out = STR_INIT;

	assert_int_equal(display_fit(&out, name, strlen(name), width, false), 0);
	assert_string_equal(out.buf, want);
	str_done(&out);
}

static void cuts_the_middle(void **state)
{
	struct str out = STR_INIT;

	(void)state;
	fits("short.txt", 9, "short.txt");
	fits("a-rather-long-name.jpg", 12, "a-rathe\u2026.jpg");
	fits("a-rather-long-name.jpg", 15, "a-rather-\u2026e.jpg");
	fits("abc", 2, "a\u2026");
	fits("abc", 1, "\u2026");
	fits("abc", 0, "");
	fits("\u4e2d\u4e2d\u4e2d\u4e2d", 7, "\u4e2d\u4e2d\u2026\u4e2d");
	display_fit(&out, "abcdefgh", 8, 4, true);
	assert_string_equal(out.buf, "ab~h");
	str_done(&out);
}

static void never_wider_than_asked(void **state)
{
	struct str out = STR_INIT;

	(void)state;
	srand(8);
	for (int i = 0; i < 20000; i++) {
		char name[64];
		size_t len = random_name(name), width = (size_t)rand() % 24;
		size_t got = 0;
		struct glyph_iter it;
		struct glyph g;

		str_clear(&out);
		display_fit(&out, name, len, width, false);
		/* The output's own columns: escapes are plain text by now, doubled ones too. */
		for (size_t k = 0; k < out.len;) {
			uint32_t cp;

			k += utf8_decode(out.buf + k, out.len - k, &cp);
			got += (size_t)utf8_width(cp);
		}
		assert_true(got <= width);
		glyph_iter_init(&it, name, len, false);
		for (got = 0; glyph_next(&it, &g);)
			got += g.width;
		assert_int_equal(got, display_width(name, len, false));
	}
	str_done(&out);
}

static void shell_says(const char *shell, const char *command, const char *want, size_t len)
{
	char got[256];
	ssize_t n;
	size_t total = 0;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], 1);
		execl(shell, shell, "-c", command, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], got + total, sizeof(got) - total)) > 0)
		total += (size_t)n;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(total, len);
	assert_memory_equal(got, want, len);
}

static void a_shell_reads_it_back(void **state)
{
	static const char *const names[] = {
		"plain-name_1.tar.gz",
		"with space",
		"it's",
		"$HOME `id` \"x\" \\",
		"-rf",
		"~",
		"*",
		"new\nline",
		"tab\there",
		"\xff\xfe"
		"7",
		"\x1b[31m",
		"R\xc3\xa9sum\xc3\xa9",
		"\xe2\x80\xae"
		"x",
		"quote'\x01"
		"12",
		"back\\slash\n",
		"!history",
		"a=b",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str command = STR_INIT;
		const char *shell = "/bin/sh";

		str_adds(&command, "printf %s ");
		assert_int_equal(display_shell(&command, names[i], strlen(names[i])), 0);
		/* POSIX.1-2024 has $'...'; not every /bin/sh does yet. */
		if (strstr(command.buf, "$'") && strcmp(names[i], "$HOME `id` \"x\" \\") != 0)
			shell = "/bin/bash";
		if (access(shell, X_OK) == 0)
			shell_says(shell, command.buf, names[i], strlen(names[i]));
		for (size_t k = 0; k < command.len; k++)
			assert_true((unsigned char)command.buf[k] >= 0x20);
		str_done(&command);
	}
}

static void out_of_memory_is_reported(void **state)
{
	const char *name = "a name that is long enough to need more room than the first";

	(void)state;
	for (unsigned long n = 1;; n++) {
		struct str out = STR_INIT;
		int r;

		nomem_arm(n);
		r = display_add(&out, name, strlen(name), false);
		bool failed = nomem_disarm();
		str_done(&out);
		if (!failed)
			break;
		assert_int_equal(r, -ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_names_safe),
		cmocka_unit_test(glyphs_cover_the_input),
		cmocka_unit_test(is_reversible),
		cmocka_unit_test(cuts_the_middle),
		cmocka_unit_test(never_wider_than_asked),
		cmocka_unit_test(a_shell_reads_it_back),
		cmocka_unit_test(out_of_memory_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
