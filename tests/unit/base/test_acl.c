/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "base/acl.h"

#include <errno.h>
#include <string.h>

#define HEAD                2, 0, 0, 0
#define NOBODY              0xff, 0xff, 0xff, 0xff
#define ENTRY(tag, perm)    tag, 0, perm, 0, NOBODY
#define NAMED(tag, perm, n) tag, 0, perm, 0, n, 0, 0, 0

#define LIST(...)                                                           \
	{                                                                   \
		{HEAD, __VA_ARGS__}, sizeof((uint8_t[]){HEAD, __VA_ARGS__}) \
	}

struct list {
	uint8_t bytes[80];
	size_t len;
};

static void a_list_with_names(void **state)
{
	static const struct list list = LIST(ENTRY(1, 6), NAMED(2, 7, 33), ENTRY(4, 4),
					     NAMED(8, 5, 50), ENTRY(16, 4), ENTRY(32, 0));
	static const struct acl_entry expected[] = {
		{ACL_OWNER, 6, 0},        {ACL_USER, 7, 33}, {ACL_GROUP, 4, 0},
		{ACL_NAMED_GROUP, 5, 50}, {ACL_MASK, 4, 0},  {ACL_OTHER, 0, 0},
	};
	struct acl acl;

	(void)state;
	assert_int_equal(acl_parse(list.bytes, list.len, &acl), 0);
	assert_int_equal(acl.n, ARRAY_LEN(expected));
	for (uint32_t i = 0; i < acl.n; i++) {
		assert_int_equal(acl.at[i].tag, expected[i].tag);
		assert_int_equal(acl.at[i].perms, expected[i].perms);
		assert_int_equal(acl.at[i].id, expected[i].id);
	}
	assert_int_equal(acl_mask(&acl), 4);
	assert_string_equal(acl_tag_word(ACL_NAMED_GROUP), "group");
	assert_true(acl_tag_named(ACL_USER) && acl_tag_named(ACL_NAMED_GROUP));
	assert_false(acl_tag_named(ACL_MASK));
	acl_done(&acl);
	acl_done(&acl);
	acl_done(NULL);
}

static void a_list_of_the_mode_alone(void **state)
{
	static const struct list list = LIST(ENTRY(1, 6), ENTRY(4, 4), ENTRY(32, 4));
	static const uint8_t none[] = {HEAD};
	struct acl acl;

	(void)state;
	assert_int_equal(acl_parse(list.bytes, list.len, &acl), 0);
	assert_int_equal(acl.n, 3);
	assert_int_equal(acl_mask(&acl), 7);
	acl_done(&acl);
	assert_int_equal(acl_parse(none, sizeof(none), &acl), 0);
	assert_int_equal(acl.n, 0);
	acl_done(&acl);
}

static void what_the_kernel_would_not_take(void **state)
{
	static const struct list bad[] = {
		LIST(ENTRY(1, 6)),                                            /* no group, other */
		LIST(ENTRY(1, 6), ENTRY(4, 4), ENTRY(32, 4), ENTRY(32, 4)),   /* other twice */
		LIST(ENTRY(4, 6), ENTRY(1, 4), ENTRY(32, 4)),                 /* out of order */
		LIST(ENTRY(1, 6), NAMED(2, 7, 1), ENTRY(4, 4), ENTRY(32, 4)), /* without a mask */
		LIST(ENTRY(1, 8), ENTRY(4, 4), ENTRY(32, 4)),                 /* a fourth right */
		LIST(ENTRY(1, 6), ENTRY(3, 4), ENTRY(32, 4)),                 /* no such tag */
		LIST(ENTRY(1, 6), ENTRY(4, 4), ENTRY(32, 4), 0),              /* a byte too many */
		LIST(ENTRY(1, 6), ENTRY(4, 4), ENTRY(16, 4), ENTRY(16, 4), ENTRY(32, 4)),
		{{1, 0, 0, 0, ENTRY(1, 6), ENTRY(4, 4), ENTRY(32, 4)}, 28}, /* another version */
		{{2, 0, 0}, 3},
		{{0}, 0},
	};
	struct acl acl = {.n = 77};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(acl_parse(bad[i].bytes, bad[i].len, &acl), -EINVAL);
	assert_int_equal(acl.n, 77);
}

static void out_of_memory(void **state)
{
	static const struct list list = LIST(ENTRY(1, 6), ENTRY(4, 4), ENTRY(32, 4));
	struct acl acl;
	int r;

	(void)state;
	nomem_arm(1);
	r = acl_parse(list.bytes, list.len, &acl);
	if (nomem_disarm())
		assert_int_equal(r, -ENOMEM);
	else
		acl_done(&acl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_with_names),
		cmocka_unit_test(a_list_of_the_mode_alone),
		cmocka_unit_test(what_the_kernel_would_not_take),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
