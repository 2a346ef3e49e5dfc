/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "base/order.h"

#include <errno.h>
#include <stdatomic.h>

static struct names *pool(const char *const *names)
{
	struct names *p = names_new();

	for (; *names; names++)
		assert_int_equal(names_add(p, *names, strlen(*names), 0, NULL), 0);
	return p;
}

static const char *const some[] = {"b10", "b2", ".dot", "alpha", "Beta", NULL};

static struct order_spec spec_of(const char *const *names)
{
	struct order_spec spec = {.names = pool(names)};

	spec.count = names_count(spec.names);
	return spec;
}

static void expect(const struct order_spec *spec, const char *text, size_t dotted, size_t filtered)
{
	struct order_result result;
	char have[256] = "";

	assert_int_equal(order_run(spec, NULL, &result), 0);
	for (size_t i = 0; i < result.n; i++) {
		strncat(have, i ? " " : "", 2);
		strncat(have, names_get(spec->names, result.ids[i], NULL), 100);
	}
	assert_string_equal(have, text);
	assert_int_equal(result.dotted, dotted);
	assert_int_equal(result.filtered, filtered);
	order_result_done(&result);
}

static void test_plain(void **state)
{
	struct order_spec spec = spec_of(some);

	(void)state;
	expect(&spec, ".dot alpha b2 b10 Beta", 0, 0);
	spec.hide_dot = true;
	expect(&spec, "alpha b2 b10 Beta", 1, 0);
	spec.order.reverse = true;
	expect(&spec, "Beta b10 b2 alpha", 1, 0);
	order_spec_done(&spec);
	order_spec_done(NULL);
}

static void test_dead_and_among(void **state)
{
	static const uint32_t among[] = {4, 0, 3, 77};
	struct order_spec spec = spec_of(some);

	(void)state;
	spec.dead = calloc(1, 1);
	spec.dead[0] = 1u << 3;
	spec.among = malloc(sizeof(among));
	memcpy(spec.among, among, sizeof(among));
	spec.among_len = 4;
	expect(&spec, "b10 Beta", 0, 0);
	spec.sorted = true;
	expect(&spec, "Beta b10", 0, 0);
	order_spec_done(&spec);
}

static void test_filter(void **state)
{
	struct order_spec spec = spec_of(some);
	struct order_result result;

	(void)state;
	assert_int_equal(matcher_new(MATCH_SUBSTRING, "b", 1, NULL, &spec.filter), 0);
	expect(&spec, "b2 b10 Beta", 0, 2);
	assert_int_equal(order_run(&spec, NULL, &result), 0);
	assert_int_not_equal(result.best, NAMES_NONE);
	order_result_done(&result);
	order_spec_done(&spec);
}

static void test_best_first(void **state)
{
	static const char *const names[] = {"xaxb", "ab", "xaxxb", "zz", NULL};
	struct order_spec spec = spec_of(names);
	struct order_result result;

	(void)state;
	assert_int_equal(matcher_new(MATCH_FUZZY, "ab", 2, NULL, &spec.filter), 0);
	spec.by_score = true;
	assert_int_equal(order_run(&spec, NULL, &result), 0);
	assert_int_equal(result.n, 3);
	assert_int_equal(result.ids[0], result.best);
	assert_string_equal(names_get(spec.names, result.ids[0], NULL), "ab");
	order_result_done(&result);
	order_spec_done(&spec);
}

static void test_nothing(void **state)
{
	static const char *const none[] = {NULL};
	struct order_spec spec = spec_of(none);

	(void)state;
	expect(&spec, "", 0, 0);
	order_spec_done(&spec);
}

static void test_cancel(void **state)
{
	struct order_spec spec = spec_of(some);
	struct order_result result = {.n = 42};
	_Atomic bool cancel = true;

	(void)state;
	assert_int_equal(order_run(&spec, &cancel, &result), -ECANCELED);
	assert_int_equal(result.n, 42);
	order_spec_done(&spec);
}

static void test_no_memory(void **state)
{
	struct order_spec spec = spec_of(some);
	struct order_result result;
	int r;

	(void)state;
	assert_int_equal(matcher_new(MATCH_FUZZY, "b", 1, NULL, &spec.filter), 0);
	spec.by_score = true;
	for (unsigned long n = 1;; n++) {
		nomem_arm(n);
		r = order_run(&spec, NULL, &result);
		if (!nomem_disarm())
			break;
		if (r == 0) /* shrinking an array may fail without harm */
			order_result_done(&result);
		else
			assert_int_equal(r, -ENOMEM);
	}
	assert_int_equal(r, 0);
	order_result_done(&result);
	order_spec_done(&spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),     cmocka_unit_test(test_dead_and_among),
		cmocka_unit_test(test_filter),    cmocka_unit_test(test_best_first),
		cmocka_unit_test(test_nothing),   cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
