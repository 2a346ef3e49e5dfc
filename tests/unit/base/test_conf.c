/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "base/conf.h"

#include <errno.h>
#include <limits.h>

/* Everything that is set or refused, one line each. */
static int note(void *ctx, const struct conf_item *item, struct str *err)
{
	if (strcmp(item->name, "refuse") == 0) {
		str_adds(err, item->value);
		return -EINVAL;
	}
	if (strcmp(item->name, "invalid") == 0)
		return -EINVAL;
	return str_addf(ctx, "%u [%s] %s=<%s>\n", item->line, item->section, item->name,
			item->value);
}

static void note_bad(void *ctx, unsigned line, const char *reason)
{
	str_addf(ctx, "%u bad: %s\n", line, reason);
}

static void parses(const char *text, size_t len, int want_bad, const char *want)
{
	struct str notes = STR_INIT;

	assert_int_equal(conf_parse(text, len, note, note_bad, &notes), want_bad);
	assert_string_equal(notes.buf, want);
	str_done(&notes);
}

static void reads_lines(void **state)
{
	static const struct {
		const char *text;
		int bad;
		const char *notes;
	} cases[] = {
		{"", 0, ""},
		{"a = 1", 0, "1 [] a=<1>\n"},
		{"a=1\nb=2\n", 0, "1 [] a=<1>\n2 [] b=<2>\n"},
		{"\n# c\n ; c\n a b =  x y \t\r\n", 0, "4 [] a b=<x y>\n"},
		{"[one]\na=1\n [ two.x ] \nb=2", 0, "2 [one] a=<1>\n4 [two.x] b=<2>\n"},
		{"a=x # y ; z = q", 0, "1 [] a=<x # y ; z = q>\n"},
		{"a=", 0, "1 [] a=<>\n"},
		{"a=\"\"", 0, "1 [] a=<>\n"},
		{"a=\"  x \\\" \\\\ \\n\\t\"", 0, "1 [] a=<  x \" \\ \n\t>\n"},
		{"a=x\"y\"", 0, "1 [] a=<x\"y\">\n"},
		{"a=\"x\nb=1", 1, "1 bad: the quote is not closed\n2 [] b=<1>\n"},
		{"a=\"", 1, "1 bad: the quote is not closed\n"},
		{"a=\"x\\\"", 1, "1 bad: the quote is not closed\n"},
		{"a=\"x\" y", 1, "1 bad: text after the closing quote\n"},
		{"a=\"\\q\"", 1,
		 "1 bad: unknown escape in the quoted value: only \\\" \\\\ \\n \\t\n"},
		{"word", 1, "1 bad: neither name = value nor [section]\n"},
		{"= x", 1, "1 bad: no name before the =\n"},
		{"[open\na=1", 1, "1 bad: a section ends in ]\n2 [] a=<1>\n"},
		{"[]", 1, "1 bad: a section is [name]\n"},
		{"[a]b]", 1, "1 bad: a section is [name]\n"},
		{"refuse = because\nx=1", 1, "1 bad: because\n2 [] x=<1>\n"},
		{"invalid = 1", 1, "1 bad: Invalid argument\n"},
		{"a=\xff\xfe", 0, "1 [] a=<\xff\xfe>\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		parses(cases[i].text, strlen(cases[i].text), cases[i].bad, cases[i].notes);
	parses("a=1\0\nb=2", 8, 1, "1 bad: a NUL byte\n2 [] b=<2>\n");
}

static int keep(void *ctx, const struct conf_item *item, struct str *err UNUSED)
{
	return str_adds(ctx, item->value);
}

static void takes_long_lines(void **state)
{
	struct str text = STR_INIT, value = STR_INIT;

	(void)state;
	str_adds(&text, "a=");
	for (int i = 0; i < 100000; i++)
		str_addc(&text, 'x');
	assert_int_equal(conf_parse(text.buf, text.len, keep, NULL, &value), 0);
	assert_string_equal(value.buf, text.buf + 2);
	str_done(&text);
	str_done(&value);
}

static void reads_scalars(void **state)
{
	struct str err = STR_INIT;
	bool b = false;
	long n = 7;

	(void)state;
	assert_int_equal(conf_bool("yes", &b, &err), 0);
	assert_true(b);
	assert_int_equal(conf_bool("off", &b, &err), 0);
	assert_false(b);
	assert_int_equal(conf_bool("YES!", &b, NULL), -EINVAL);
	assert_int_equal(conf_int("-5", -5, 5, &n, &err), 0);
	assert_int_equal(n, -5);
	assert_int_equal(err.len, 0);
	const char *const bad[] = {"",   " 1",  "1 ", "+1", "-",
				   "1x", "0x1", "6",  "-6", "99999999999999999999"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(conf_int(bad[i], -5, 5, &n, NULL), -EINVAL);
	assert_int_equal(n, -5);
	assert_int_equal(conf_int("x", -5, 5, &n, &err), -EINVAL);
	assert_string_equal(err.buf, "expected a number from -5 to 5");
	assert_int_equal(conf_int("9223372036854775807", LONG_MIN, LONG_MAX, &n, NULL), 0);
	str_done(&err);
}

static void nth_allocation_fails(void **state)
{
	static const char text[] = "[section]\na=1\nb=\"quoted\"\nbad\n";

	(void)state;
	for (unsigned long n = 1;; n++) {
		struct str notes = STR_INIT;

		nomem_arm(n);
		int r = conf_parse(text, sizeof(text) - 1, keep, NULL, &notes);
		bool failed = nomem_disarm();
		str_done(&notes);
		assert_int_equal(r, failed ? -ENOMEM : 1);
		if (!failed)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lines),
		cmocka_unit_test(takes_long_lines),
		cmocka_unit_test(reads_scalars),
		cmocka_unit_test(nth_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
