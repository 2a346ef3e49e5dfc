/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "app/verb.h"
#include "base/defs.h"

#include <fcntl.h>
#include <unistd.h>

static const struct verb_option options[] = {
	{"all", 'a', NULL, "everything"},
	{"print", 'p', "[FORMAT]", "how"},
	{"depth", 'd', "N", "how deep"},
	{"one-file-system", 0, NULL, "stay"},
	{0},
};

/* What is said about wrong usage must not be among the test's own messages. */
static int quiet(void **state)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int *saved = malloc(sizeof(*saved));

	*saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_true(fd >= 0 && *saved >= 0);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
	*state = saved;
	return 0;
}

static int loud(void **state)
{
	int *saved = *state;

	assert_true(dup2(*saved, STDERR_FILENO) >= 0);
	close(*saved);
	free(saved);
	return 0;
}

struct expected {
	const char *argv[9];
	bool stop;
	const char *seen; /* "index=value ", then "| operands" */
	int status;       /* -1: goes through */
};

static void describe(struct str *out, struct verb_args *args)
{
	int option;

	while ((option = verb_args_next(args)) >= 0)
		str_addf(out, "%d=%s ", option, args->value ? args->value : "");
	if (option == VERB_ARGS_EXIT)
		return;
	str_adds(out, args->operands ? "--" : "|");
	for (int i = args->at; i < args->argc; i++)
		str_addf(out, " %s", args->argv[i]);
}

static void check(const struct expected *e)
{
	struct str seen = STR_INIT;
	char *argv[10] = {(char[]){"verb"}};
	struct verb_args args = {.name = "verb", .options = options, .argv = argv, .stop = e->stop};

	args.status = -1;
	for (args.argc = 1; e->argv[args.argc - 1]; args.argc++)
		argv[args.argc] = strdup(e->argv[args.argc - 1]);
	argv[args.argc] = NULL;
	describe(&seen, &args);
	if (args.status != e->status || (e->status < 0 && !str_eq(&seen, e->seen)))
		fail_msg("%s...: '%s' status %d", e->argv[0] ? e->argv[0] : "", seen.buf,
			 args.status);
	while (--args.argc > 0)
		free(argv[args.argc]);
	str_done(&seen);
}

static void test_args(void **state)
{
	static const struct expected rows[] = {
		{{NULL}, false, "|", -1},
		{{"x", "y"}, false, "| x y", -1},
		{{"-a", "x"}, false, "0= | x", -1},
		{{"x", "-a", "y"}, false, "0= | x y", -1},
		{{"x", "-a", "y"}, true, "| x -a y", -1},
		{{"-ad3", "x"}, false, "0= 2=3 | x", -1},
		{{"-d", "3", "-p"}, false, "2=3 1= |", -1},
		{{"--depth", "3"}, false, "2=3 |", -1},
		{{"--depth=3"}, false, "2=3 |", -1},
		{{"--depth="}, false, "2= |", -1},
		{{"--dep=3"}, false, "2=3 |", -1},
		{{"--print", "json"}, false, "1= | json", -1},
		{{"--print=json"}, false, "1=json |", -1},
		{{"-pjson"}, false, "1=json |", -1},
		{{"--one"}, false, "3= |", -1},
		{{"-a", "--", "-a", "--"}, false, "0= -- -a --", -1},
		{{"--"}, true, "--", -1},
		{{"-d", "--", "x"}, true, "2=-- | x", -1},
		{{"-"}, false, "| -", -1},
		{{"-z"}, false, NULL, EXIT_USAGE},
		{{"-az"}, false, NULL, EXIT_USAGE},
		{{"--zzz"}, false, NULL, EXIT_USAGE},
		{{"--all=1"}, false, NULL, EXIT_USAGE},
		{{"-d"}, false, NULL, EXIT_USAGE},
		{{"--depth"}, false, NULL, EXIT_USAGE},
		{{"--=x"}, false, NULL, EXIT_USAGE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(&rows[i]);
}

static void test_option_form(void **state)
{
	static const char *const forms[] = {"-a, --all", "-p, --print[=FORMAT]", "-d, --depth=N",
					    "--one-file-system"};
	struct str out = STR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		str_clear(&out);
		assert_int_equal(verb_option_form(&options[i], &out), 0);
		assert_string_equal(out.buf, forms[i]);
	}
	str_clear(&out);
	assert_int_equal(verb_options_help(options, &out), 0);
	assert_non_null(strstr(out.buf, "  -d, --depth=N             how deep\n"));
	assert_non_null(strstr(out.buf, "      --one-file-system     stay\n"));
	assert_non_null(strstr(out.buf, "      --help                print"));
	str_done(&out);
}

static void test_print_parse(void **state)
{
	enum print_format format = PRINT_FORMATS;

	(void)state;
	assert_true(print_parse(NULL, &format));
	assert_int_equal(format, PRINT_TEXT);
	assert_true(print_parse("json", &format));
	assert_int_equal(format, PRINT_JSON);
	assert_true(print_parse("nul", &format));
	assert_int_equal(format, PRINT_NUL);
	assert_false(print_parse("", &format));
	assert_false(print_parse("JSON", &format));
	assert_int_equal(format, PRINT_NUL);
}

/* Names of verbs and options are lower case, unique, and documented. */
static void test_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < nverbs; i++) {
		assert_ptr_equal(verb_find(verbs[i].name), &verbs[i]);
		for (const struct verb_option *o = verbs[i].options; o->name; o++) {
			assert_true(*o->help);
			assert_string_not_equal(o->name, "help");
			assert_string_not_equal(o->name, "version");
			for (const struct verb_option *p = verbs[i].options; p != o; p++) {
				assert_string_not_equal(p->name, o->name);
				assert_true(!o->letter || p->letter != o->letter);
			}
		}
	}
	assert_null(verb_find("sizes-of-nothing"));
	assert_null(verb_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_args, quiet, loud),
		cmocka_unit_test(test_option_form),
		cmocka_unit_test(test_print_parse),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
