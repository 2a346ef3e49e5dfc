/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "base/preview.h"

#include <errno.h>
#include <string.h>

static void keeps_lines_and_their_bytes(void **state)
{
	struct preview *p = preview_new();
	const char *s;
	size_t len;

	(void)state;
	assert_non_null(p);
	assert_int_equal(preview_add(p, "a\0b", 3, &(struct preview_line){.cut = true}), 0);
	assert_int_equal(preview_add(p, "", 0, &(struct preview_line){.type = 'd', .size = 7}), 0);
	assert_int_equal(preview_add(p, "last", 4, &(struct preview_line){0}), 0);
	assert_int_equal(p->nlines, 3);
	s = preview_line(p, 0, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(s, "a\0b", 3);
	assert_true(p->lines[0].cut);
	(void)preview_line(p, 1, &len);
	assert_int_equal(len, 0);
	assert_int_equal(p->lines[1].type, 'd');
	assert_int_equal(p->lines[1].size, 7);
	s = preview_line(p, 2, &len);
	assert_int_equal(len, 4);
	assert_memory_equal(s, "last", 4);
	preview_free(p);
	preview_free(NULL);
}

static void without_memory_nothing_changes(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct preview *p = preview_new();
		bool failed;
		int r;

		assert_non_null(p);
		nomem_arm(n);
		r = preview_add(p, "text", 4, &(struct preview_line){0});
		failed = nomem_disarm();
		assert_int_equal(r, failed ? -ENOMEM : 0);
		assert_int_equal(p->nlines, failed ? 0 : 1);
		preview_free(p);
		if (!failed)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_lines_and_their_bytes),
		cmocka_unit_test(without_memory_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
