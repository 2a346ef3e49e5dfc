/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "base/args.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

/* The vector, each word in [ ]. */
static void show(const struct args *a, struct str *out)
{
	str_clear(out);
	for (size_t i = 0; i < a->n; i++)
		assert_int_equal(str_addf(out, "[%s]", a->at[i]), 0);
	assert_true(!a->at || a->at[a->n] == NULL);
}

static struct args files_of(const char *first, const char *second)
{
	struct args files = {0};

	assert_int_equal(args_add(&files, first, strlen(first)), 0);
	if (second)
		assert_int_equal(args_add(&files, second, strlen(second)), 0);
	return files;
}

static const struct args_with plain = {
	.file = "/d/a b", .dir = "/d", .name = "a b", .home = "/home/me"};

static void assert_words(const char *line, const char *expected)
{
	struct args files = files_of("/d/a b", "/d/-c"), got = {0};
	struct args_with with = plain;
	struct str shown = STR_INIT, err = STR_INIT;
	unsigned uses;

	with.files = &files;
	assert_int_equal(args_expand(line, &with, &got, &err), 0);
	show(&got, &shown);
	assert_string_equal(shown.buf, expected);
	assert_int_equal(args_check(line, &uses, &err), 0);
	assert_false(args_wants_shell(line));
	str_done(&shown);
	str_done(&err);
	args_done(&got);
	args_done(&files);
}

static void test_words(void **state)
{
	(void)state;
	assert_words("feh", "[feh]");
	assert_words("  a\t b  c ", "[a][b][c]");
	assert_words("a 'b  c' \"d 'e\" f\\ g", "[a][b  c][d 'e][f g]");
	assert_words("a '' \"\" x''y", "[a][][][xy]");
	assert_words("a 'it'\\''s' \"q\\\"q\\\\\" \"n\\n\"", "[a][it's][q\"q\\][n\\n]");
	assert_words("a \\| '|;$`*' \"\\$x\" a#b A=b", "[a][|][|;$`*][$x][a#b][A=b]");
	assert_words("~/bin/x ~ a~ '~/'", "[/home/me/bin/x][/home/me][a~][~/]");
	assert_words("\xff\xc3 \xe2\x80\xae", "[\xff\xc3][\xe2\x80\xae]");
}

static void test_placeholders(void **state)
{
	(void)state;
	assert_words("x %f", "[x][/d/a b]");
	assert_words("x \"%f\" --in=%f --at=%d/%n", "[x][/d/a b][--in=/d/a b][--at=/d/a b]");
	assert_words("x %F", "[x][/d/a b][/d/-c]");
	assert_words("x \"%F\" y", "[x][/d/a b][/d/-c][y]");
	assert_words("x '%f' \\%f 100%%", "[x][%f][%f][100%]");
	assert_words("x -- %n", "[x][--][a b]");
}

/* A name that looks like an option, at the start of a word. */
static void test_dash(void **state)
{
	struct args files = files_of("/d/-rf", NULL), got = {0};
	const struct args_with with = {
		.file = "/d/-rf", .dir = "/d", .name = "-rf", .files = &files};
	struct str shown = STR_INIT;

	(void)state;
	assert_int_equal(args_expand("rm %n \"%n\" x%n %f", &with, &got, NULL), 0);
	show(&got, &shown);
	assert_string_equal(shown.buf, "[rm][./-rf][./-rf][x-rf][/d/-rf]");
	str_done(&shown);
	args_done(&got);
	args_done(&files);
}

static void test_uses(void **state)
{
	unsigned uses = 99;

	(void)state;
	assert_int_equal(args_check("x", &uses, NULL), 0);
	assert_int_equal(uses, 0);
	assert_int_equal(args_check("x %f %d", &uses, NULL), 0);
	assert_int_equal(uses, ARGS_FILE | ARGS_DIR);
	assert_int_equal(args_check("x %n %F %%", &uses, NULL), 0);
	assert_int_equal(uses, ARGS_NAME | ARGS_FILES);
	assert_int_equal(args_check("%d/x", &uses, NULL), 0);
	assert_int_equal(uses, ARGS_DIR | ARGS_COMMAND);
}

static void test_refused(void **state)
{
	static const struct {
		const char *line, *reason;
		bool shell;
	} cases[] = {
		{"", "no command", false},
		{" \t", "no command", false},
		{"a 'b", "the quote ' is not closed", false},
		{"a \"b", "the quote \" is not closed", false},
		{"a \\", "a \\ at the end", false},
		{"a %", "a % at the end", false},
		{"a %x", "%x is none of", false},
		{"a x%F", "word of its own", false},
		{"a %Fx", "word of its own", false},
		{"a %F\"\"", "word of its own", false},
		{"a %F%F", "word of its own", false},
		{"a | b", "| means something to a shell", true},
		{"a > b", "> means", true},
		{"a; b", "; means", true},
		{"a & b", "& means", true},
		{"a $HOME", "$ means", true},
		{"a \"$HOME\"", "$ means", true},
		{"a \"`b`\"", "` means", true},
		{"a *.c", "* means", true},
		{"a [b]", "[ means", true},
		{"a # b", "# means", true},
		{"a ~user", "~ means", true},
		{"A=b c", "NAME=value in front", true},
		/* Names that would be read again by somebody. */
		{"sh -c \"rm %f\"", "must not become part", false},
		{"ssh host 'cat '%f", "must not become part", false},
		{"watch \"ls \\\"%f\\\"\"", "must not become part", false},
		{"su -c %f\\;x", "must not become part", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct args files = {0}, got = {0};
		struct args_with with = plain;
		struct str err = STR_INIT, again = STR_INIT;
		unsigned uses;

		with.files = &files;
		assert_int_equal(args_check(cases[i].line, &uses, &err), -EINVAL);
		if (!strstr(err.buf, cases[i].reason))
			fail_msg("%s: %s", cases[i].line, err.buf);
		assert_int_equal(args_expand(cases[i].line, &with, &got, &again), -EINVAL);
		assert_string_equal(again.buf, err.buf);
		assert_int_equal(args_wants_shell(cases[i].line), cases[i].shell);
		str_done(&err);
		str_done(&again);
		args_done(&got);
	}
}

static void test_home_unknown(void **state)
{
	struct args got = {0};
	struct args_with with = plain;
	struct str err = STR_INIT;

	(void)state;
	with.home = NULL;
	assert_int_equal(args_expand("~/x", &with, &got, &err), -EINVAL);
	assert_non_null(strstr(err.buf, "HOME is not set"));
	str_done(&err);
	args_done(&got);
}

static void test_too_much(void **state)
{
	struct args a = {0};
	char *big = malloc(1 << 20);
	int r = 0;

	(void)state;
	memset(big, 'x', 1 << 20);
	for (int i = 0; i < 20 && r == 0; i++)
		r = args_add(&a, big, 1 << 20);
	assert_int_equal(r, -E2BIG);
	assert_true(a.n < 6);
	args_done(&a);
	free(big);
}

static void test_no_memory(void **state)
{
	struct args files = files_of("/d/a", "/d/b");
	struct args_with with = plain;
	static const char line[] = "~/x \"a%f\" %F '%d' %n";

	(void)state;
	with.files = &files;
	for (unsigned long n = 1;; n++) {
		struct args got = {0};
		int r;

		nomem_arm(n);
		r = n % 2 ? args_expand(line, &with, &got, NULL)
			  : args_shell(line, &with, &got, NULL);
		args_done(&got);
		if (!nomem_disarm() && n > 60)
			break;
		assert_true(r == 0 || r == -ENOMEM);
	}
	args_done(&files);
}

/* ---- sh(1) ---- */

static const char *const hostile[] = {
	"/d/a b;rm -rf $HOME",
	"/d/$(touch pwned)",
	"/d/`touch pwned`",
	"/d/it's \"quoted\"",
	"/d/new\nline\n",
	"/d/\xff\xfe",
	"/d/*",
	"/d/-rf",
	"/d/${IFS}x",
	"/d/\\",
	"/d/ ",
	"/d/%f%F",
};

static void run_script(const struct args *argv, struct str *out)
{
	int ends[2], status;
	char buf[4096];
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		execv(argv->at[0], argv->at);
		_exit(127);
	}
	close(ends[1]);
	str_clear(out);
	while ((n = read(ends[0], buf, sizeof(buf))) > 0)
		assert_int_equal(str_add(out, buf, (size_t)n), 0);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* What the script prints with these names, each word ended by a NUL, must be the names. */
static void assert_script(const char *line, const char *form)
{
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		const char *name = hostile[i] + 3, *other = hostile[(i + 1) % ARRAY_LEN(hostile)];
		struct args files = files_of(hostile[i], other), argv = {0};
		const struct args_with with = {
			.file = hostile[i], .dir = "/d", .name = name, .files = &files};
		struct str got = STR_INIT, wanted = STR_INIT, err = STR_INIT;

		if (args_shell(line, &with, &argv, &err) != 0)
			fail_msg("%s: %s", line, err.buf);
		assert_null(strstr(argv.at[2], "pwned"));
		run_script(&argv, &got);
		for (const char *c = form; *c; c++) {
			if (*c == 'n' && name[0] == '-')
				str_adds(&wanted, "./");
			str_adds(&wanted, *c == 'f'   ? hostile[i]
					  : *c == 'n' ? name
					  : *c == 'd' ? "/d"
					  : *c == 'o' ? other
						      : "");
			str_addc(&wanted, '\0');
		}
		assert_int_equal(got.len, wanted.len);
		assert_memory_equal(got.buf, wanted.buf, wanted.len);
		str_done(&got);
		str_done(&wanted);
		str_done(&err);
		args_done(&argv);
		args_done(&files);
	}
}

/* Which placeholders a line has decides where it runs: a quoted one is none. */
static void test_script_uses(void **state)
{
	static const struct {
		const char *line;
		unsigned uses;
	} lines[] = {
		{"stat -c '%n' *", 0},
		{"echo 100%%n | cat", 0},
		{"cat <%n", ARGS_NAME},
		{"cat %f \"%d\"; ls %F", ARGS_FILE | ARGS_DIR | ARGS_FILES},
	};
	struct args files = files_of("/d/a", "/d/b");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct args argv = {0};
		unsigned uses = 99;
		const struct args_with with = {
			.file = "/d/a", .dir = "/d", .name = "a", .files = &files, .uses = &uses};

		assert_int_equal(args_shell(lines[i].line, &with, &argv, NULL), 0);
		assert_int_equal(uses, lines[i].uses);
		args_done(&argv);
	}
	args_done(&files);
}

static void test_scripts(void **state)
{
	(void)state;
	assert_script("printf '%s\\0' %f | cat", "f");
	assert_script("printf '%s\\0' \"%f\" | cat", "f");
	assert_script("printf '%s\\0' %F; true", "fo");
	assert_script("printf '%s\\0' \"$@\"; true", "fo");
	assert_script("printf '%s\\0' \"$1\" %d %n|cat", "fdn");
	assert_script("(printf '%s\\0' %f) | cat", "f");
	assert_script("true && { printf '%s\\0' %d; }", "d");
	assert_script("for f in %F; do printf '%s\\0' \"$f\"; done", "fo");
	assert_script("printf '%s\\0' \"$(printf '%s' %d)\"|cat # it's %f", "d");
	assert_script("x=%f; printf '%s\\0' \"$x\"", "f");
}

static void test_scripts_refused(void **state)
{
	static const char *const lines[] = {
		"a | b %x",
		"a | b %",
		"a `b %f`",
		"a ${b:-%f}",
		"cat <<x %f",
		"a | \"b %F\"",
		"a | b%F",
		"a | 'b",
		"a | \"b",
		"a $'x' %f",
		"a | sh -c \"rm %f\"",
		"a | \"%f;b\"",
		"a | \"`b` %f\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct args files = {0}, argv = {0};
		struct args_with with = plain;
		struct str err = STR_INIT;

		with.files = &files;
		if (args_shell(lines[i], &with, &argv, &err) != -EINVAL || !err.len)
			fail_msg("%s is taken", lines[i]);
		str_done(&err);
		args_done(&argv);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_placeholders),
		cmocka_unit_test(test_dash),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_home_unknown),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_script_uses),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_scripts_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
