/* SPDX-License-Identifier: MIT */
#include "renaming.h"

static int swap_two(const struct identity *a, const struct identity *b, unsigned flags,
		    struct renamed *ret)
{
	struct rename_place pa = {from_dir, "a", a}, pb = {to_dir, "b", b};

	return atomic_rename_exchange(&pa, &pb, flags, ret);
}

static void test_exchange(void **state)
{
	(void)state;
	for (int way = 0; way < 3; way++) {
		struct identity a, b;
		struct renamed ret;

		build("x/a \"one\"\ny/b/two/\n");
		a = identity("x/a");
		b = identity("y/b");
		if (way > 0)
			no_flags(EINVAL);
		if (way > 1)
			no_links();
		if (way)
			assert_int_equal(swap_two(&a, &b, 0, &ret), -EOPNOTSUPP);
		assert_true(is("x/a", &a) && is("y/b", &b));
		assert_int_equal(swap_two(&a, &b, RENAME_LOOK, &ret), 0);
		assert_int_equal(ret.state, RENAME_DONE);
		assert_int_equal(ret.how, way == 0   ? RENAME_BY_FLAG
					  : way == 1 ? RENAME_BY_HOP
						     : RENAME_BY_LOOK);
		assert_true(is("x/a", &b) && is("y/b", &a));
		assert_true(exists("x/a/two"));
		unbuild();
	}
}

static void swap_b(void *ctx)
{
	(void)ctx;
	tree_move(tree, "y/b", "y/kept");
	tree_add(tree, "y/b \"other\"\n");
}

static void test_exchange_refuses(void **state)
{
	struct rename_place a, b;
	struct identity id, was;
	struct renamed ret;

	(void)state;
	build("x/a \"one\"\ny/b/two/\nx/two => x/a\n");
	id = identity("x/a");
	was = identity("y/b");
	fault_before(FAULT_renameat2, 1, swap_b, NULL);
	assert_int_equal(swap_two(&id, &was, 0, &ret), -ESTALE);
	assert_int_equal(ret.state, RENAME_NOT_DONE);
	assert_true(is("x/a", &id));
	assert_true(exists("y/kept/two") && exists("y/b"));
	a = (struct rename_place){.dirfd = from_dir, .name = "a"};
	b = (struct rename_place){.dirfd = from_dir, .name = "two"};
	assert_int_equal(atomic_rename_exchange(&a, &b, 0, &ret), -EEXIST);
	assert_true(ret.same_file);
	b = (struct rename_place){.dirfd = tree->fd, .name = "x"};
	assert_int_equal(atomic_rename_exchange(&a, &b, 0, &ret), -ELOOP);
	assert_int_equal(atomic_rename_exchange(&b, &a, RENAME_LOOK, &ret), -ELOOP);
	b.name = "none";
	assert_int_equal(atomic_rename_exchange(&a, &b, 0, &ret), -ENOENT);
	unbuild();
}

/* Both things are somewhere, and where it is said. */
static void check_exchange(int rc, const struct renamed *ret, const struct identity *a,
			   const struct identity *b)
{
	char third[64];

	snprintf(third, sizeof(third), "y/%s", ret->third);
	assert_true(is("x/a", a) || is("y/b", a) || is(third, a));
	assert_true(is("x/a", b) || is("y/b", b));
	if (rc == 0 || ret->state == RENAME_DONE)
		assert_true(is("x/a", b) && is("y/b", a));
	if (ret->state == RENAME_NOT_DONE)
		assert_true(is("x/a", a) && is("y/b", b));
}

static void test_exchange_every_call_failing(void **state)
{
	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(all_calls); c++)
		for (size_t e = 0; e < ARRAY_LEN(all_errs); e++)
			for (int way = 0; way < 3; way++)
				for (unsigned nth = 1; nth < 25; nth++) {
					struct identity a, b;
					struct renamed ret;
					bool failed;
					int rc;

					if (all_calls[c] == FAULT_close ||
					    lie(all_calls[c], all_errs[e]))
						continue;
					build("x/a \"one\"\ny/b/two/\n");
					a = identity("x/a");
					b = identity("y/b");
					fault_reset();
					if (way > 0)
						no_flags(EINVAL);
					if (way > 1)
						no_links();
					fault_fail(all_calls[c], nth, all_errs[e], false);
					rc = swap_two(&a, &b, RENAME_LOOK | RENAME_DURABLE, &ret);
					fault_fail(all_calls[c], 1, 0, false);
					failed = fault_count(all_calls[c]) >= nth;
					check_exchange(rc, &ret, &a, &b);
					unbuild();
					if (!failed)
						break;
				}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_exchange, teardown),
		cmocka_unit_test_teardown(test_exchange_refuses, teardown),
		cmocka_unit_test_setup_teardown(test_exchange_every_call_failing, memdir_setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
