/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "app/config.h"
#include "app/dump.h"
#include "app/verb.h"
#include "ui/theme.h"

#include <errno.h>

struct fixture {
	struct settings settings;
	struct keymap keymap;
	struct str out;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	settings_init(&f->settings);
	assert_int_equal(keymap_init(&f->keymap), 0);
	str_init(&f->out);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	str_done(&f->out);
	keymap_done(&f->keymap);
	settings_done(&f->settings);
	free(f);
	return 0;
}

static const char *dump(struct fixture *f, const char *what)
{
	str_clear(&f->out);
	assert_int_equal(dump_table(what, &f->settings, &f->keymap, &f->out), 0);
	return f->out.buf;
}

static size_t count(const char *text, char c)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == c;
	return n;
}

/* One line per row of the table, each with all its cells. */
static void test_text(void **state)
{
	static const struct {
		const char *what;
		size_t tabs;
	} rows[] = {
		{"commands", 4}, {"options", 4},   {"roles", 2},  {"verbs", 2},
		{"keys", 2},     {"arguments", 2}, {"values", 2},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *text = dump(f, rows[i].what);

		assert_true(count(text, '\n') > 1);
		for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
			size_t n = strcspn(line, "\n"), tabs = 0;

			for (size_t j = 0; j < n; j++)
				tabs += line[j] == '\t';
			assert_int_equal(tabs, rows[i].tabs);
			/* The first cell names the row, the last says what it is for. */
			assert_true(line[0] != '\t' && line[n - 1] != '\t');
		}
	}
	assert_int_equal(count(dump(f, "commands"), '\n'), ncommands);
	assert_int_equal(count(dump(f, "options"), '\n'), noption_rows);
	assert_int_equal(count(dump(f, "roles"), '\n'), ROLE_KINDS);
	assert_int_equal(count(dump(f, "verbs"), '\n'), nverbs);
}

static void test_keys_are_the_present_ones(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(keymap_set(&f->keymap, CTX_ALL, "down", "<C-n> J", NULL), 0);
	assert_int_equal(keymap_set(&f->keymap, CTX_ALL, "up", "none", NULL), 0);
	assert_non_null(strstr(dump(f, "keys"), "C-n  J\tdown\tnext row\n"));
	assert_null(strstr(dump(f, "keys"), "\tup\t"));
	assert_int_equal(option_set(&f->settings, "wrap", "yes", NULL), 0);
	assert_non_null(strstr(dump(f, "options"), "wrap\tyes no\tno\tyes\t"));
}

static void test_markdown(void **state)
{
	struct fixture *f = *state;
	const char *text = dump(f, "keys-markdown");
	size_t columns = 4;

	assert_ptr_equal(strstr(text, "| Keys | Command | Does |\n|---|---|---|\n"), text);
	assert_non_null(strstr(text, "| **Move** | | |\n"));
	assert_int_equal(keymap_set(&f->keymap, CTX_ALL, "down", "| `", NULL), 0);
	text = dump(f, "keys-markdown");
	assert_non_null(strstr(text, "| `\\|  `` | down |"));
	/* Every row has as many cells as the head. */
	for (const char *line = dump(f, "options-markdown"); *line;
	     line += strcspn(line, "\n") + 1) {
		size_t bars = 0;

		for (size_t i = 0; line[i] != '\n'; i++)
			bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
		assert_int_equal(bars, columns + 1);
	}
	assert_null(strstr(dump(f, "options-markdown"), "Now"));
}

static void test_man(void **state)
{
	struct fixture *f = *state;
	const char *text = dump(f, "keys-man");

	assert_non_null(strstr(
		text, ".SS Move\n.TP\n\\fBj  Down\\fR\nnext row\n(Command: \\fIdown\\fR)\n"));
	assert_non_null(strstr(text, "\\fBC\\-d\\fR"));
	assert_non_null(strstr(text, "\\fB\\&\\(aq\\fR"));
	/* No line begins with what would be taken for a request, but ours. */
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		assert_true(line[0] != '\'');
		assert_true(line[0] != '.' || strncmp(line, ".SS ", 4) == 0 ||
			    strncmp(line, ".TP\n", 4) == 0);
	}
}

static void test_unknown(void **state)
{
	static const char *const whats[] = {"", "key", "keys-", "keys-html", "keysman", "-man"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(whats); i++)
		assert_int_equal(dump_table(whats[i], &f->settings, &f->keymap, &f->out), -ENOENT);
	assert_int_equal(f->out.len, 0);
	assert_int_equal(dump_names(&f->out), 0);
	assert_string_equal(f->out.buf,
			    "commands keys options roles verbs values themes arguments");
}

/* Each option of which the values are said is one, and takes a value. */
static void test_values_are_of_options(void **state)
{
	struct fixture *f = *state;
	struct str arguments = STR_INIT;

	str_adds(&arguments, dump(f, "arguments"));
	dump(f, "values");
	for (char *line = f->out.buf, *end; (end = strchr(line, '\n')); line = end + 1) {
		CLEANUP(str_done) struct str wanted = STR_INIT;
		char *of = strchr(line, '\t') + 1;

		str_add(&wanted, line, (size_t)(of - 1 - line));
		assert_non_null(strstr(arguments.buf, wanted.buf));
		assert_true(strchr(of, '\t') + 1 < end);
	}
	str_done(&arguments);
	assert_non_null(strstr(dump(f, "themes"), "default\n"));
}

static void test_out_of_memory(void **state)
{
	static const char *const whats[] = {"commands",  "keys-man", "options", "roles-markdown",
					    "arguments", "values",   "themes"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(whats); i++) {
		bool failed = true;

		for (unsigned long n = 1; failed; n++) {
			int r;

			str_done(&f->out);
			nomem_arm(n);
			r = dump_table(whats[i], &f->settings, &f->keymap, &f->out);
			failed = nomem_disarm();
			assert_int_equal(r, failed ? -ENOMEM : 0);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_text),          TEST(test_keys_are_the_present_ones),
		TEST(test_markdown),      TEST(test_man),
		TEST(test_unknown),       TEST(test_values_are_of_options),
		TEST(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
