/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "model/marks.h"

#include <errno.h>
#include <sys/stat.h>

static struct row row(const char *name, uint64_t dir, const struct meta *meta)
{
	return (struct row){.name = name,
			    .name_len = strlen(name),
			    .where = "/d",
			    .where_id = {1, dir},
			    .meta = meta};
}

static void test_set(void **state)
{
	struct meta meta = {.size = 10, .mode = S_IFREG};
	struct row a = row("x", 1, NULL), b = row("x", 2, &meta),
		   up = {.name = "..", .parent = true};
	struct row read;
	struct marks m;

	(void)state;
	assert_int_equal(marks_init(&m), 0);
	assert_int_equal(marks_set(&m, &a, true), 0);
	assert_int_equal(marks_set(&m, &a, true), 0);
	assert_int_equal(m.live, 1);
	assert_false(marks_has(&m, &b)); /* the same name elsewhere is another */
	assert_int_equal(marks_set(&m, &b, true), 0);
	assert_int_equal(marks_set(&m, &up, true), 0);
	assert_int_equal(m.live, 2);
	assert_int_equal(m.bytes, 10);
	a.meta = &meta;
	marks_learn(&m, &a);
	meta.size = 99; /* what it was when it was marked stays */
	marks_learn(&m, &a);
	assert_int_equal(m.bytes, 20);
	marks_set_gone(&m, b.where_id, "x", 1, true);
	assert_true(m.rows.ops->row(&m.rows, 1, &read));
	assert_int_equal(read.err, -ENOENT);
	assert_int_equal(marks_set(&m, &a, false), 0);
	assert_int_equal(m.bytes, 10);
	assert_int_equal(marks_in(&m, b.where_id), 1);
	assert_int_equal(marks_set(&m, &b, false), 0);
	assert_int_equal(m.live + m.bytes + m.n, 0);
	assert_int_equal(marks_in(&m, b.where_id), 0);
	marks_done(&m);
}

static void test_many(void **state)
{
	struct marks m;
	char name[16];

	(void)state;
	assert_int_equal(marks_init(&m), 0);
	for (int i = 0; i < 5000; i++) {
		struct row r;

		snprintf(name, sizeof(name), "%d", i);
		r = row(name, (uint64_t)i % 3, NULL);
		assert_int_equal(marks_set(&m, &r, true), 0);
	}
	for (int i = 0; i < 5000; i += 2) {
		struct row r;

		snprintf(name, sizeof(name), "%d", i);
		r = row(name, (uint64_t)i % 3, NULL);
		assert_true(marks_has(&m, &r));
		assert_int_equal(marks_set(&m, &r, false), 0);
		assert_false(marks_has(&m, &r));
	}
	assert_int_equal(m.live, 2500);
	marks_clear(&m);
	assert_int_equal(m.live, 0);
	marks_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_set), cmocka_unit_test(test_many)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
