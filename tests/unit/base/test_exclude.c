/* SPDX-License-Identifier: MIT */
#include "base/exclude.h"

#include "../../lib/nomem.h"
#include "../../lib/test.h"
#include "base/csv.h"

#include <errno.h>
#include <string.h>

static void add(struct exclude *x, const char *pattern)
{
	assert_int_equal(exclude_add(x, pattern, strlen(pattern), NULL), 0);
}

static bool name(const struct exclude *x, const char *text)
{
	return exclude_name(x, text, strlen(text));
}

static bool path(const struct exclude *x, const char *text)
{
	return exclude_path(x, text, strlen(text));
}

static void test_names_and_paths(void **state)
{
	struct exclude x = {0};

	(void)state;
	assert_false(exclude_any(&x));
	add(&x, ".git");
	add(&x, "*.{o,a}");
	add(&x, "/build");
	add(&x, "src/*.gen/");
	assert_true(exclude_any(&x));
	assert_true(name(&x, ".git"));
	assert_true(name(&x, "x.o"));
	assert_true(name(&x, "lib.a"));
	assert_false(name(&x, ".gitignore"));
	assert_false(name(&x, "build"));
	assert_true(path(&x, "build"));
	assert_true(path(&x, "src/a.gen"));
	assert_false(path(&x, "sub/build"));
	assert_false(path(&x, ".git"));
	exclude_done(&x);
	assert_false(exclude_any(&x));
}

static void test_bad(void **state)
{
	struct exclude x = {0};
	struct str why = STR_INIT;

	(void)state;
	assert_int_equal(exclude_add(&x, "[a", 2, &why), -EINVAL);
	assert_true(why.len > 0);
	assert_false(exclude_any(&x));
	str_done(&why);
	exclude_done(&x);
}

static void test_no_memory(void **state)
{
	(void)state;
	for (unsigned long nth = 1;; nth++) {
		struct exclude x = {0};
		int r;

		nomem_arm(nth);
		r = exclude_add(&x, "a*", 2, NULL);
		if (r == 0)
			r = exclude_add(&x, "b/c", 3, NULL);
		bool failed = nomem_disarm();
		assert_int_equal(r, failed ? -ENOMEM : 0);
		exclude_done(&x);
		if (!failed)
			break;
	}
}

static void test_csv(void **state)
{
	static const char *const cases[][2] = {{"", ""},
					       {"plain", "plain"},
					       {"a,b", "\"a,b\""},
					       {"a\"b", "\"a\"\"b\""},
					       {"a\nb", "\"a\nb\""},
					       {"\r", "\"\r\""}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str out = STR_INIT;

		assert_int_equal(csv_field(&out, cases[i][0], strlen(cases[i][0])), 0);
		assert_string_equal(out.buf, cases[i][1]);
		str_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_paths),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_csv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
