/* SPDX-License-Identifier: MIT
 *
 * The command line of the real program, as a shell or a script uses it.
 */
#include "../lib/program.h"
#include "../lib/test.h"
#include "../lib/tree.h"

#include "base/defs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS(...)                 \
	(const char *[])          \
	{                         \
		__VA_ARGS__, NULL \
	}

static void expect(struct program *p, int status, const char *out, const char *err)
{
	program_run(p);
	if (p->status != status || (out && !strstr(p->out.buf, out)) ||
	    (err && !strstr(p->err.buf, err)))
		fail_msg("%s: status %d\nout: %s\nerr: %s", p->argv ? p->argv[0] : "", p->status,
			 p->out.buf, p->err.buf);
	if (status == 0)
		assert_string_equal(p->err.buf, "");
	/* What is said is lines of harmless characters. */
	for (size_t i = 0; i < p->err.len; i++)
		assert_true((unsigned char)p->err.buf[i] >= ' ' || p->err.buf[i] == '\n');
	program_done(p);
}

static void test_help_and_version(void **state)
{
	struct program p = {.argv = ARGS("--help")};

	(void)state;
	expect(&p, 0, "Usage: trowel [OPTION]... [PATH]\n", NULL);
	p.argv = ARGS("--he");
	expect(&p, 0, "  --read-only ", NULL);
	p.argv = ARGS("--version");
	expect(&p, 0, "trowel ", NULL);
	p.argv = ARGS("info", "--help");
	expect(&p, 0, "Usage: trowel info ", NULL);
	p.argv = ARGS("info", "nowhere", "--version");
	expect(&p, 0, "trowel ", NULL);
	p.argv = ARGS("list", "--help");
	expect(&p, 0, "Usage: trowel list ", NULL);
}

static void test_wrong_usage(void **state)
{
	static const struct {
		const char *argv[5];
		const char *err;
	} rows[] = {
		{{"--frobnicate"}, "trowel: unknown or ambiguous option --frobnicate\n"},
		{{"--verson"}, "trowel: unknown or ambiguous option --verson"},
		{{"--raed-only"}, "did you mean --read-only?\n"},
		{{"-x"}, "trowel: unknown option -x\n"},
		{{"--cwd-file"}, "trowel: option --cwd-file needs a value\n"},
		{{"--read-only=yes"}, "trowel: option --read-only=yes takes no value\n"},
		{{"--help=x"}, "trowel: option --help=x takes no value\n"},
		{{"-o", "sotr=size"}, "--option: no option 'sotr'; did you mean 'sort'?\n"},
		{{"--option=wrap"}, "--option: an option is set by NAME=VALUE\n"},
		{{"a", "--read-only", "b"}, "trowel: one path only: 'b' is a second one\n"},
		{{"--", "a", "b"}, "trowel: one path only: 'b' is a second one\n"},
		{{"a", "--", "b"}, "trowel: one path only: 'b' is a second one\n"},
		{{"a", "--frob"}, "trowel: unknown or ambiguous option --frob\n"},
		{{"a", "b"}, "trowel: one path only: 'b' is a second one\n"},
		{{"lsit"},
		 "neither a verb nor a file or directory here; did you mean the verb 'list'?"},
		{{"frob"}, "trowel: 'frob' is neither a verb nor a file or directory here\n"},
		{{""}, "trowel: '' is neither a verb nor a file or directory here\n"},
		{{"a\033[2J\nb"}, "trowel: 'a^[[2J\\nb' is neither"},
		{{"--a\033[2J"}, "option --a^[[2J\n"},
		{{"--read-only", "info", "/"}, "options before the verb 'info'"},
		{{"--dump=nothing"}, "--dump: 'nothing' is none of: commands keys options roles"},
		{{"--dump=keys-"}, "--dump: 'keys-' is none of"},
		{{"info"}, "trowel info: a path is needed\n"},
		{{"info", "--print=xml", "/"}, "trowel info: --print: 'xml' is none of"},
		{{"info", "-q", "/"}, "trowel info: unknown option -q\n"},
	};
	struct tree *t = tree_new("");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program p = {.argv = rows[i].argv, .dir = tree_path(t, "")};

		expect(&p, 2, NULL, rows[i].err);
		expect(&p, 2, NULL, " --help'.\n");
	}
	tree_free(t);
}

/* Without a terminal the explorer says so, and what would work. */
static void test_no_terminal(void **state)
{
	struct tree *t = tree_new("list/\ninfo\nlost -> nowhere\n");
	const char *const *all[] = {
		NULL,
		ARGS("."),
		ARGS("/"),
		ARGS("./list"),
		ARGS("--", "list"),
		ARGS("--", "info"),
		ARGS("lost"),
		ARGS(".", "--read-only"),
		ARGS(".", "--"),
		ARGS("--"),
		ARGS("--cwd-file=x", "list/"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct program p = {.argv = all[i], .dir = tree_path(t, "")};

		expect(&p, 2, NULL, "trowel: no usable terminal: ");
	}
	tree_free(t);
}

static void test_dump(void **state)
{
	struct program p = {.argv = ARGS("--dump=keys")};

	(void)state;
	expect(&p, 0, "j  Down\tdown\tnext row\n", NULL);
	p.argv = ARGS("--dump", "keys");
	expect(&p, 0, "j  Down\tdown\tnext row\n", NULL);
	p.argv = ARGS("--dump=commands");
	expect(&p, 0, "down\tMove\tj <Down>\tcount\tnext row\n", NULL);
	p.argv = ARGS("--dump=options");
	expect(&p, 0, "show-hidden\tyes no\tno\tno\t", NULL);
	p.argv = ARGS("--dump=roles");
	expect(&p, 0, "header.path\theader\t", NULL);
	p.argv = ARGS("--dump=verbs");
	expect(&p, 0, "info\t[OPTION]... PATH...\t", NULL);
	p.argv = ARGS("--dump=keys-markdown");
	expect(&p, 0, "| `j  Down` | down | next row |\n", NULL);
	p.argv = ARGS("--dump=keys-man");
	expect(&p, 0, ".SS Move\n", NULL);
}

/* The configuration is used, its bad lines are said, and documents do not depend on it. */
static void test_configuration(void **state)
{
	struct tree *t =
		tree_new("config \"[options]\\nwrap = yes\\nfoo = 1\\n[keys]\\ndown = J\\n\"\n"
			 "home/\n");
	const char *config = tree_path(t, "config");
	struct program p = {.argv = ARGS("--config", config, "--dump=keys")};

	(void)state;
	program_run(&p);
	assert_int_equal(p.status, 0);
	assert_non_null(strstr(p.out.buf, "J\tdown\tnext row\n"));
	assert_non_null(strstr(p.err.buf, "config:3: no option 'foo'\n"));
	p.argv = ARGS("--dump=options");
	p.env = ARGS("TROWEL_CONFIG", config);
	program_run(&p);
	assert_non_null(strstr(p.out.buf, "wrap\tyes no\tno\tyes\t"));
	p.argv = ARGS("--dump=keys-man");
	expect(&p, 0, "\\fBj  Down\\fR", NULL);
	p.env = (const char *[]){"HOME", NULL, "XDG_CONFIG_HOME", NULL, NULL};
	p.argv = ARGS("--dump=keys");
	expect(&p, 0, "j  Down\tdown", NULL);
	tree_free(t);
}

static void test_output_that_fails(void **state)
{
	const char *const *const all[] = {
		(const char *const[]){"--help", NULL},
		(const char *const[]){"--dump=commands", NULL},
		(const char *const[]){"info", "/", NULL},
		(const char *const[]){"info", "--print=json", "/", NULL},
		(const char *const[]){"info", "--print=nul", "/", NULL},
		(const char *const[]){"list", "/", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct program p = {.argv = all[i], .to = "/dev/full"};

		expect(&p, 1, NULL, "standard output: No space left on device\n");
		p.to = "-";
		expect(&p, 1, NULL, "standard output: Bad file descriptor\n");
	}
}

/* ---- what a shell makes of it ---- */

static void bash(struct program *p, const char *script, const char *const *env)
{
	*p = (struct program){.path = "bash", .argv = ARGS("--norc", "-c", script), .env = env};
	program_run(p);
	if (p->status == 127)
		skip();
}

static char *absolute(const char *path)
{
	char *full = realpath(path, NULL);

	if (!full)
		fail_msg("no %s: run from the top of the tree", path);
	return full;
}

/* tw: the shell goes where the program (here one that plays it) says it was last. */
static const char tw_script[] =
	"source \"$TW\" || exit 9; cd \"$DIR\" || exit 9; PATH=$DIR/bin:$PATH; hash -r\n"
	"tw \"a b\"; echo \"status $?\"; printf '%s' \"$PWD\" | od -An -c | tr -d ' \\n'\n";

static void run_tw(struct tree *t, const char *function, const char *play, const char *expected)
{
	char *file = absolute(function);
	const char *env[] = {"TW",   file, "DIR",    tree_path(t, ""),
			     "PLAY", play, "TMPDIR", tree_path(t, "tmp"),
			     NULL};
	struct program p;

	bash(&p, tw_script, env);
	assert_int_equal(p.status, 0);
	if (!strstr(p.out.buf, expected))
		fail_msg("%s: %s", play, p.out.buf);
	assert_string_equal(p.err.buf, "");
	/* The temporary file is gone. */
	assert_int_equal(rmdir(tree_path(t, "tmp")), 0);
	assert_int_equal(mkdir(tree_path(t, "tmp"), 0700), 0);
	program_done(&p);
	free(file);
}

static void test_shell_function(void **state)
{
	struct tree *t =
		tree_new("tmp/\nnext\\n/\n-dash/\n"
			 "bin/trowel \"#!/bin/sh\\n[ \\\"$2\\\" = \\\"a b\\\" ] || exit 8\\n"
			 "f=${1#--cwd-file=}; eval \\\"$PLAY\\\"\\n\" :0755\n");
	static const char *const functions[] = {"doc/shell/trowel.bash", "doc/shell/trowel.zsh"};

	(void)state;
	/* The functions of bash and zsh are the same text but for the name of the file. */
	for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
		run_tw(t, functions[i], "printf \"$DIR/next\\n\" >\"$f\"", "next\\n");
		run_tw(t, functions[i], "printf \"$DIR/-dash\" >\"$f\"; exit 3", "status 3\n");
		run_tw(t, functions[i], "printf \"$DIR/-dash\" >\"$f\"", "-dash");
		run_tw(t, functions[i], "exit 130", "status 130\n");
	}
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_help_and_version), cmocka_unit_test(test_wrong_usage),
		cmocka_unit_test(test_no_terminal),      cmocka_unit_test(test_dump),
		cmocka_unit_test(test_configuration),    cmocka_unit_test(test_output_that_fails),
		cmocka_unit_test(test_shell_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
