/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
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

/* The size of a directory's inode says nothing of what is in it, and devices have none. */
static void test_sum(void **state)
{
	static const struct {
		uint32_t mode;
		uint64_t bytes;
		size_t unsummed;
	} kinds[] = {{S_IFREG, 7, 0}, {S_IFLNK, 7, 0},  {S_IFDIR, 0, 1}, {S_IFBLK, 0, 0},
		     {S_IFCHR, 0, 0}, {S_IFSOCK, 0, 0}, {S_IFIFO, 0, 0}};
	struct marks m;

	(void)state;
	assert_int_equal(marks_init(&m), 0);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct meta meta = {.size = 7, .mode = kinds[i].mode};
		struct row late = row("x", 1, NULL), other = row("y", 1, &meta);

		assert_int_equal(marks_set(&m, &late, true), 0);
		assert_int_equal(m.unsummed, 1);
		assert_int_equal(m.bytes, 0);
		late.meta = &meta;
		marks_learn(&m, &late);
		assert_int_equal(m.unsummed, kinds[i].unsummed);
		assert_int_equal(m.bytes, kinds[i].bytes);
		assert_int_equal(marks_set(&m, &other, true), 0);
		assert_int_equal(m.bytes, 2 * kinds[i].bytes);
		assert_int_equal(marks_set(&m, &late, false), 0);
		assert_int_equal(m.unsummed, kinds[i].unsummed);
		assert_int_equal(marks_set(&m, &other, false), 0);
		assert_int_equal(m.unsummed + m.bytes, 0);
	}
	marks_done(&m);
}

static void add_numbers(struct marks *m, int from, int end)
{
	char name[16];

	for (int i = from; i < end; i++) {
		struct row r;

		snprintf(name, sizeof(name), "%d", i);
		r = row(name, 1, NULL);
		assert_int_equal(marks_set(m, &r, true), 0);
		assert_true(marks_has(m, &r));
	}
}

/* What is added while room is made is there when it was made, and when it was given up. */
static void test_reserve(void **state)
{
	struct row first = row("0", 1, NULL);
	struct marks m;
	int r;

	(void)state;
	for (int given_up = 0; given_up < 2; given_up++) {
		size_t slices = 0;

		assert_int_equal(marks_init(&m), 0);
		add_numbers(&m, 0, 100);
		assert_int_equal(marks_reserve(&m, 10000, 8), 1);
		add_numbers(&m, 100, 120);
		add_numbers(&m, 120, given_up ? 2000 : 121);
		while ((r = marks_reserve(&m, 10000, 8)) == 1 && ++slices < 10000)
			assert_true(marks_has(&m, &first));
		assert_int_equal(r, 0);
		assert_true(slices > 10);
		add_numbers(&m, 0, 12000);
		assert_int_equal(m.live, 12000);
		marks_done(&m);
	}
}

static void test_gone_directory(void **state)
{
	struct row here = row("a", 1, NULL), there = row("a", 2, NULL), read;
	struct marks m;

	(void)state;
	assert_int_equal(marks_init(&m), 0);
	assert_int_equal(marks_set(&m, &here, true), 0);
	assert_int_equal(marks_set(&m, &there, true), 0);
	marks_set_dir_gone(&m, here.where_id);
	assert_true(m.rows.ops->row(&m.rows, 0, &read));
	assert_int_equal(read.err, -ENOENT);
	assert_true(m.rows.ops->row(&m.rows, 1, &read));
	assert_int_equal(read.err, 0);
	marks_done(&m);
}

static void test_no_memory(void **state)
{
	struct meta meta = {.size = 3, .mode = S_IFREG};
	struct row a = row("a", 1, &meta);
	bool failed = true;

	(void)state;
	for (unsigned long n = 1; failed; n++) {
		struct marks m;
		int r;

		assert_int_equal(marks_init(&m), 0);
		nomem_arm(n);
		r = marks_reserve(&m, 1000, SIZE_MAX);
		if (r == 0)
			r = marks_set(&m, &a, true);
		failed = nomem_disarm();
		assert_int_equal(r, failed ? -ENOMEM : 0);
		assert_int_equal(marks_has(&m, &a), r == 0);
		assert_int_equal(marks_set(&m, &a, true), 0);
		assert_int_equal(m.bytes, 3);
		marks_done(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),       cmocka_unit_test(test_many),
		cmocka_unit_test(test_sum),       cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_no_memory), cmocka_unit_test(test_gone_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
