/* SPDX-License-Identifier: MIT */
#include "app/config.h"

#include "app/nearest.h"
#include "app/refuse.h"
#include "base/conf.h"
#include "base/display.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const words_sort[] = {"name",      "size",   "modified", "changed", "born",
					 "extension", "owner",  "mode",     "items",   "freed",
					 "time",      "origin", NULL};
static const char *const words_filter[] = {"substring", "fuzzy", "glob", "regex", NULL};
static const char *const words_colors[] = {"auto", "none", "8", "16", "256", "truecolor", NULL};
static const long values_colors[] = {-1, 0, 8, 16, 256, 16777216};
static const char *const words_icons[] = {"none", "plain", "nerd", NULL};
static const char *const words_pane[] = {"auto", "on", "off", NULL};
static const char *const words_auto[] = {"auto", NULL};

const struct option_row option_rows[] = {
#define OPTION(name, type, field, min, max, words, values, initial, help)                   \
	{name,    OPTION_##type, offsetof(struct settings, field), min, max, words, values, \
	 initial, help},
#include "app/options.def"
#undef OPTION
};
_Static_assert(ARRAY_LEN(option_rows) <= OPTIONS_MAX, "struct app counts them in 64 bits");
const size_t noption_rows = ARRAY_LEN(option_rows);

const struct option_row *option_find(const char *name)
{
	for (size_t i = 0; i < noption_rows; i++) {
		if (strcmp(option_rows[i].name, name) == 0)
			return &option_rows[i];
	}
	return NULL;
}

static long word_value(const struct option_row *row, size_t i)
{
	if (row->type == OPTION_INT)
		return row->min;
	return row->values ? row->values[i] : (long)i;
}

static int add_words(const struct option_row *row, struct str *out)
{
	int r = 0;

	for (size_t i = 0; r == 0 && row->words && row->words[i]; i++)
		r = str_addf(out, "%s%s", i ? " " : "", row->words[i]);
	return r;
}

int option_domain(const struct option_row *row, struct str *out)
{
	int r = 0;

	switch (row->type) {
	case OPTION_BOOL:
		return str_adds(out, "yes no");
	case OPTION_ENUM:
		return add_words(row, out);
	case OPTION_STRING:
		return str_adds(out, "text");
	case OPTION_INT:
		break;
	}
	r = add_words(row, out);
	if (r == 0)
		r = str_addf(out, "%s%ld..%ld", row->words ? " " : "",
			     row->words ? row->min + 1 : row->min, row->max);
	return r;
}

static int refuse_value(const struct option_row *row, const char *value, struct str *err)
{
	struct str text = STR_INIT;
	int r;

	str_addf(&text, "%s: '", row->name);
	display_add(&text, value, strlen(value), false);
	str_adds(&text, "' is none of: ");
	option_domain(row, &text);
	r = text.failed ? -ENOMEM : refuse(err, "%s", text.buf);
	str_done(&text);
	return r;
}

static bool parse_word(const struct option_row *row, const char *value, long *ret)
{
	for (size_t i = 0; row->words && row->words[i]; i++) {
		if (strcmp(row->words[i], value) == 0) {
			*ret = word_value(row, i);
			return true;
		}
	}
	return false;
}

static bool parse_number(const struct option_row *row, const char *value, long *ret)
{
	bool yes;

	switch (row->type) {
	case OPTION_BOOL:
		if (conf_bool(value, &yes, NULL) < 0)
			return false;
		*ret = yes;
		return true;
	case OPTION_INT:
		return parse_word(row, value, ret) ||
		       conf_int(value, row->min, row->max, ret, NULL) == 0;
	case OPTION_ENUM:
		return parse_word(row, value, ret);
	case OPTION_STRING:
		break;
	}
	return false;
}

static void *field_of(struct settings *s, const struct option_row *row)
{
	return (char *)s + row->offset;
}

/* Enums of struct settings are as wide as an int: options.def names no other. */
static void store_number(struct settings *s, const struct option_row *row, long n)
{
	if (row->type == OPTION_BOOL)
		*(bool *)field_of(s, row) = n != 0;
	else
		*(int *)field_of(s, row) = (int)n;
}

static long load_number(const struct settings *s, const struct option_row *row)
{
	const char *field = (const char *)s + row->offset;

	if (row->type == OPTION_BOOL)
		return *(const bool *)field;
	return *(const int *)(const void *)field;
}

static int store_string(struct settings *s, const struct option_row *row, const char *value,
			struct str *err)
{
	char **field = field_of(s, row), *copy;
	size_t len = strlen(value);

	if ((long)len < row->min || (long)len > row->max)
		return refuse(err, "%s: a text of %ld to %ld bytes is needed", row->name, row->min,
			      row->max);
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

static const char *row_name(const void *table, size_t i)
{
	return ((const struct option_row *)table)[i].name;
}

static int unknown_option(const char *name, struct str *err)
{
	const char *near = nearest_name(name, row_name, option_rows, noption_rows);
	struct str text = STR_INIT;

	str_adds(&text, "no option '");
	display_add(&text, name, strlen(name), false);
	str_addc(&text, '\'');
	if (near)
		str_addf(&text, "; did you mean '%s'?", near);
	if (err && !text.failed)
		str_adds(err, text.buf);
	str_done(&text);
	return -ENOENT;
}

int option_set(struct settings *s, const char *name, const char *value, struct str *err)
{
	const struct option_row *row = option_find(name);
	long n = 0;

	if (!row)
		return unknown_option(name, err);
	if (row->type == OPTION_STRING)
		return store_string(s, row, value, err);
	if (!parse_number(row, value, &n))
		return refuse_value(row, value, err);
	store_number(s, row, n);
	return 0;
}

int option_assign(struct settings *s, const char *text, struct str *err)
{
	const char *equals = strchr(text, '=');
	struct str name = STR_INIT;
	int r;

	if (!equals)
		return refuse(err, "an option is set by NAME=VALUE");
	r = str_add(&name, text, (size_t)(equals - text));
	if (r == 0)
		r = option_set(s, name.buf, equals + 1, err);
	str_done(&name);
	return r;
}

static const char *word_of(const struct option_row *row, long n)
{
	for (size_t i = 0; row->words && row->words[i]; i++) {
		if (word_value(row, i) == n)
			return row->words[i];
	}
	return NULL;
}

int option_value(const struct settings *s, const struct option_row *row, struct str *out)
{
	const char *text = NULL;
	long n;

	if (row->type == OPTION_STRING) {
		text = *(char *const *)(const void *)((const char *)s + row->offset);
		return str_adds(out, text ? text : "");
	}
	n = load_number(s, row);
	text = row->type == OPTION_BOOL ? (n ? "yes" : "no") : word_of(row, n);
	return text ? str_adds(out, text) : str_addf(out, "%ld", n);
}

int option_get(const struct settings *s, const struct option_row *row, struct str *out)
{
	struct str value = STR_INIT;
	int r = option_value(s, row, &value);

	if (r == 0)
		r = conf_quote(out, value.buf);
	str_done(&value);
	return r;
}
