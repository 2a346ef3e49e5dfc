/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "base/escape.h"

#include <errno.h>

static void every_byte_comes_back(void **state)
{
	struct str out = STR_INIT, back = STR_INIT;
	char all[255];

	(void)state;
	for (int i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	assert_int_equal(escape_add(&out, all, sizeof(all)), 0);
	assert_null(memchr(out.buf, '\n', out.len));
	assert_int_equal(out.len, 255 + 2);
	assert_int_equal(escape_take(&back, out.buf, out.len), 0);
	assert_int_equal(back.len, sizeof(all));
	assert_memory_equal(back.buf, all, sizeof(all));
	str_done(&out);
	str_done(&back);
}

static void what_was_not_written_so_is_refused(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {{"a\\", 2}, {"\\x41", 4}, {"a\nb", 3}, {"a\0b", 3}, {"\\\\\\", 3}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str out = STR_INIT;

		assert_int_equal(escape_take(&out, rows[i].text, rows[i].len), -EINVAL);
		str_done(&out);
	}
}

static void without_memory(void **state)
{
	struct str out = STR_INIT;

	(void)state;
	nomem_arm(1);
	int added = escape_add(&out, "a\n", 2);
	bool failed = nomem_disarm();
	nomem_arm(1);
	int taken = escape_take(&out, "a\\n", 3);
	failed &= nomem_disarm();
	if (failed) {
		assert_int_equal(added, -ENOMEM);
		assert_int_equal(taken, -ENOMEM);
	}
	str_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(what_was_not_written_so_is_refused),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
