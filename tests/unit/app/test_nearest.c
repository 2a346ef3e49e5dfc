/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "app/nearest.h"
#include "base/defs.h"

static const char *name_at(const void *table, size_t i)
{
	return ((const char *const *)table)[i];
}

static void test_distance(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} rows[] = {
		{"", "", 0},         {"a", "", 1},       {"", "abc", 3},       {"list", "list", 0},
		{"lsit", "list", 1}, {"lst", "list", 1}, {"liist", "list", 1}, {"lizt", "list", 1},
		{"abcd", "wxyz", 4}, {"ab", "ba", 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(nearest_distance(rows[i].a, rows[i].b, 9), rows[i].distance);
		assert_int_equal(nearest_distance(rows[i].b, rows[i].a, 9), rows[i].distance);
	}
	assert_int_equal(nearest_distance("abcd", "wxyz", 2), 3);
}

static void test_name(void **state)
{
	static const char *const names[] = {"list", "info", "sort-size", "sort-name"};
	static const struct {
		const char *typed, *name;
	} rows[] = {
		{"lsit", "list"},
		{"ifno", "info"},
		{"information", "info"},
		{"sort", "sort-size"},
		{"sortname", "sort-name"},
		{"zzz", NULL},
		{"", NULL},
		{"li", NULL},
		{"home", NULL},
	};
	char longest[1000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *near = nearest_name(rows[i].typed, name_at, names, ARRAY_LEN(names));

		if (rows[i].name)
			assert_string_equal(near, rows[i].name);
		else
			assert_null(near);
	}
	memset(longest, 'l', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(nearest_name(longest, name_at, names, ARRAY_LEN(names)));
	assert_null(nearest_name("list", name_at, names, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
