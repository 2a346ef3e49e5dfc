/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "app/config.h"

#include <errno.h>

static char *get(const struct settings *s, const char *name)
{
	struct str out = STR_INIT;
	const struct option_row *row = option_find(name);

	assert_non_null(row);
	assert_int_equal(option_get(s, row, &out), 0);
	return str_take(&out);
}

static void assert_value(const struct settings *s, const char *name, const char *value)
{
	char *text = get(s, name);

	assert_string_equal(text, value);
	free(text);
}

/* The model sets its defaults itself: they must be the ones that are documented. */
static void test_defaults_are_the_models(void **state)
{
	struct settings s;

	(void)state;
	settings_init(&s);
	for (size_t i = 0; i < noption_rows; i++)
		assert_value(&s, option_rows[i].name, option_rows[i].initial);
	settings_done(&s);
}

/* Each option has a row: setting all of them to what is not their default leaves no byte of
 * settings as it was. */
static void test_every_value_comes_back(void **state)
{
	struct settings s;

	(void)state;
	settings_init(&s);
	for (size_t i = 0; i < noption_rows; i++) {
		struct str domain = STR_INIT;
		char *at = NULL, *word;

		assert_int_equal(option_domain(&option_rows[i], &domain), 0);
		for (word = strtok_r(domain.buf, " ", &at); word; word = strtok_r(NULL, " ", &at)) {
			char *dots = strstr(word, "..");

			if (dots)
				word = dots + 2;
			assert_int_equal(option_set(&s, option_rows[i].name, word, NULL), 0);
			assert_value(&s, option_rows[i].name, word);
		}
		assert_int_equal(option_set(&s, option_rows[i].name, option_rows[i].initial, NULL),
				 0);
		str_done(&domain);
	}
	settings_done(&s);
}

static void test_words_are_the_models(void **state)
{
	struct settings s;

	(void)state;
	settings_init(&s);
	for (unsigned i = 0; i < SORT_KINDS; i++) {
		assert_int_equal(option_set(&s, "sort", sort_name((enum sort_by)i), NULL), 0);
		assert_int_equal(s.sort, i);
	}
	for (unsigned i = 0; i < MATCH_KINDS; i++) {
		assert_int_equal(
			option_set(&s, "filter", match_kind_name((enum match_kind)i), NULL), 0);
		assert_int_equal(s.filter, i);
	}
	settings_done(&s);
}

static void test_fields(void **state)
{
	struct settings s;

	(void)state;
	settings_init(&s);
	assert_int_equal(option_set(&s, "show-hidden", "on", NULL), 0);
	assert_true(s.show_hidden);
	assert_int_equal(option_set(&s, "colors", "truecolor", NULL), 0);
	assert_int_equal(s.colors, 16777216);
	assert_int_equal(option_set(&s, "colors", "auto", NULL), 0);
	assert_int_equal(s.colors, -1);
	assert_int_equal(option_set(&s, "colors", "none", NULL), 0);
	assert_int_equal(s.colors, 0);
	assert_int_equal(option_set(&s, "escape-ms", "25", NULL), 0);
	assert_int_equal(s.escape_ms, 25);
	assert_int_equal(option_set(&s, "escape-ms", "auto", NULL), 0);
	assert_int_equal(s.escape_ms, -1);
	assert_int_equal(option_set(&s, "theme", "light", NULL), 0);
	assert_string_equal(s.theme, "light");
	settings_done(&s);
}

static void test_refused(void **state)
{
	static const struct {
		const char *name, *value;
		int r;
		const char *reason;
	} rows[] = {
		{"show-hidden", "maybe", -EINVAL, "show-hidden: 'maybe' is none of: yes no"},
		{"show-hidden", "", -EINVAL, "show-hidden: '' is none of: yes no"},
		{"show-hidden", "YES", -EINVAL, "show-hidden: 'YES' is none of: yes no"},
		{"scroll-margin", "101", -EINVAL, "scroll-margin: '101' is none of: 0..100"},
		{"scroll-margin", "-1", -EINVAL, "scroll-margin: '-1' is none of: 0..100"},
		{"scroll-margin", "3x", -EINVAL, "scroll-margin: '3x' is none of: 0..100"},
		{"scroll-margin", "99999999999999999999", -EINVAL, NULL},
		{"colors", "-1", -EINVAL, "colors: '-1' is none of: auto none 8 16 256 truecolor"},
		{"colors", "7", -EINVAL, NULL},
		{"escape-ms", "automatic", -EINVAL,
		 "escape-ms: 'automatic' is none of: auto 0..10000"},
		{"sort", "sise", -EINVAL, NULL},
		{"sort", "\033]0;x\a", -EINVAL, NULL},
		{"theme", "", -EINVAL, "theme: a text of 1 to 255 bytes is needed"},
		{"show_hidden", "yes", -ENOENT,
		 "no option 'show_hidden'; did you mean 'show-hidden'?"},
		{"show-hiden", "yes", -ENOENT,
		 "no option 'show-hiden'; did you mean 'show-hidden'?"},
		{"hidden", "yes", -ENOENT, "no option 'hidden'"},
		{"", "yes", -ENOENT, "no option ''"},
		{"\033[2J", "yes", -ENOENT, "no option '^[[2J'"},
	};
	struct settings s;

	(void)state;
	settings_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str err = STR_INIT;

		assert_int_equal(option_set(&s, rows[i].name, rows[i].value, &err), rows[i].r);
		if (rows[i].reason)
			assert_string_equal(err.buf, rows[i].reason);
		assert_true(err.len > 0);
		for (size_t j = 0; j < err.len; j++)
			assert_true((unsigned char)err.buf[j] >= ' ');
		assert_int_equal(option_set(&s, rows[i].name, rows[i].value, NULL), rows[i].r);
		str_done(&err);
	}
	for (size_t i = 0; i < noption_rows; i++)
		assert_value(&s, option_rows[i].name, option_rows[i].initial);
	settings_done(&s);
}

/* A text that the parser of the configuration would change otherwise is written in quotes. */
static void test_text_is_quoted(void **state)
{
	static const struct {
		const char *value, *text;
	} rows[] = {
		{"plain one", "plain one"}, {" blank", "\" blank\""},   {"blank ", "\"blank \""},
		{"\"q\"", "\"\\\"q\\\"\""}, {"a\nb\t", "\"a\\nb\\t\""}, {"a\\b ", "\"a\\\\b \""},
	};
	struct settings s;

	(void)state;
	settings_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(option_set(&s, "theme", rows[i].value, NULL), 0);
		assert_value(&s, "theme", rows[i].text);
	}
	settings_done(&s);
}

/* As --option has it. */
static void test_assign(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *reason;
	} rows[] = {
		{"sort=size", 0, ""},
		{"theme=a=b", 0, ""},
		{"sort", -EINVAL, "an option is set by NAME=VALUE"},
		{"", -EINVAL, "an option is set by NAME=VALUE"},
		{"=x", -ENOENT, "no option ''"},
		{"sort=", -EINVAL,
		 "sort: '' is none of: name size modified changed born extension "
		 "owner mode items freed time origin"},
	};
	struct settings s;

	(void)state;
	settings_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(str_done) struct str err = STR_INIT;

		assert_int_equal(option_assign(&s, rows[i].text, &err), rows[i].err);
		assert_string_equal(err.buf, rows[i].reason);
	}
	assert_int_equal(s.sort, SORT_SIZE);
	assert_string_equal(s.theme, "a=b");
	settings_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assign),
		cmocka_unit_test(test_defaults_are_the_models),
		cmocka_unit_test(test_every_value_comes_back),
		cmocka_unit_test(test_words_are_the_models),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_text_is_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
