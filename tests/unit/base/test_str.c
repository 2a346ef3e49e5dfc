/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "base/str.h"

#include <errno.h>

static void appends(void **state)
{
	struct str s = STR_INIT;

	(void)state;
	assert_string_equal(s.buf, "");
	assert_int_equal(str_add(&s, "a\0b", 3), 0);
	assert_int_equal(str_adds(&s, "cd"), 0);
	assert_int_equal(str_addc(&s, 'e'), 0);
	assert_int_equal(str_addf(&s, "%d-%s", 42, "x"), 0);
	assert_int_equal(s.len, 10);
	assert_memory_equal(s.buf, "a\0bcde42-x", 11);
	str_done(&s);
	assert_string_equal(s.buf, "");
	str_done(&s);
	str_done(NULL);
}

static void edits(void **state)
{
	struct str s = STR_INIT;

	(void)state;
	str_adds(&s, "hello");
	str_insert(&s, 0, ">", 1);
	str_insert(&s, 6, "<", 1);
	str_insert(&s, 99, "!", 1);
	assert_string_equal(s.buf, ">hello<!");
	str_remove(&s, 0, 1);
	str_remove(&s, 5, 99);
	str_remove(&s, 99, 1);
	assert_true(str_eq(&s, "hello"));
	str_cut(&s, 99);
	str_cut(&s, 2);
	assert_true(str_eq(&s, "he"));
	assert_false(str_eq(&s, "h"));
	str_clear(&s);
	assert_true(str_eq(&s, ""));
	str_done(&s);
}

static void never_writes_the_shared_empty(void **state)
{
	struct str a = STR_INIT;

	(void)state;
	str_clear(&a);
	str_cut(&a, 0);
	str_remove(&a, 0, 5);
	assert_ptr_equal(a.buf, str_empty);
	assert_int_equal(str_empty[0], 0);
}

static void taking_moves(void **state)
{
	struct str s = STR_INIT;
	char *text;

	(void)state;
	text = str_take(&s);
	assert_string_equal(text, "");
	free(text);
	str_adds(&s, "moved");
	text = str_take(&s);
	assert_string_equal(text, "moved");
	assert_int_equal(s.len, 0);
	assert_ptr_equal(s.buf, str_empty);
	free(text);
}

static void failure_is_kept_until_clear(void **state)
{
	struct str s = STR_INIT;

	(void)state;
	str_adds(&s, "kept");
	nomem_arm(1);
	int r = str_addf(&s, "%1000d", 1);
	if (nomem_disarm()) {
		assert_int_equal(r, -ENOMEM);
		assert_true(s.failed);
		assert_string_equal(s.buf, "kept");
		assert_int_equal(str_addc(&s, 'x'), -ENOMEM);
		assert_string_equal(s.buf, "kept");
		str_clear(&s);
		assert_false(s.failed);
		assert_int_equal(str_addc(&s, 'x'), 0);
	}
	str_done(&s);
}

static void refuses_what_overflows(void **state)
{
	struct str s = STR_INIT;

	(void)state;
	str_addc(&s, 'x');
	assert_int_equal(str_insert(&s, 0, NULL, SIZE_MAX), -ENOMEM);
	assert_true(s.failed);
	assert_null(str_take(&s));
	assert_int_equal(s.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),
		cmocka_unit_test(edits),
		cmocka_unit_test(never_writes_the_shared_empty),
		cmocka_unit_test(taking_moves),
		cmocka_unit_test(failure_is_kept_until_clear),
		cmocka_unit_test(refuses_what_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
