/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "base/alloc.h"

#include <errno.h>

static void grows_and_keeps(void **state)
{
	int *array = NULL;
	size_t cap = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		assert_int_equal(array_grow(&array, &cap, i + 1, sizeof(*array)), 0);
		array[i] = (int)i;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(array[i], i);
	assert_true(cap >= 1000 && cap < 2000);
	free(array);
}

static void refuses_what_overflows(void **state)
{
	char *array = NULL;
	size_t cap = 0;

	(void)state;
	assert_int_equal(array_grow(&array, &cap, SIZE_MAX / 4, 8), -ENOMEM);
	assert_null(array);
	assert_int_equal(cap, 0);
}

static void failure_leaves_array(void **state)
{
	char *array = NULL, *before;
	size_t cap = 0;

	(void)state;
	assert_int_equal(array_grow(&array, &cap, 1, 1), 0);
	before = array;
	nomem_arm(1);
	int r = array_grow(&array, &cap, 10000, 1);
	if (nomem_disarm()) {
		assert_int_equal(r, -ENOMEM);
		assert_ptr_equal(array, before);
		assert_true(cap < 10000);
	}
	free(array);
}

static void copies_bytes(void **state)
{
	char *copy = memdup0("a\0b", 3), *empty = memdup0(NULL, 0);

	(void)state;
	assert_memory_equal(copy, "a\0b", 4);
	assert_string_equal(empty, "");
	assert_null(memdup0("", SIZE_MAX));
	free(copy);
	free(empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_keeps),
		cmocka_unit_test(refuses_what_overflows),
		cmocka_unit_test(failure_leaves_array),
		cmocka_unit_test(copies_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
