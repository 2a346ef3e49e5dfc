/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "base/perm.h"

#include <sys/stat.h>

static const struct subject me = {.uid = 1000, .gid = 1000, .groups = {33, 50}, .ngroups = 2};
static const struct subject root = {.uid = 0, .gid = 0, .caps = ~0u};

static void the_first_class_decides(void **state)
{
	(void)state;
	assert_int_equal(perm_class_of(&me, 1000, 33), PERM_OWNER);
	assert_int_equal(perm_class_of(&me, 0, 33), PERM_GROUP);
	assert_int_equal(perm_class_of(&me, 0, 1000), PERM_GROUP);
	assert_int_equal(perm_class_of(&me, 0, 51), PERM_OTHER);
	/* Fewer bits than the next class still decide. */
	assert_int_equal(perm_allowed(&me, S_IFREG | 0077, 1000, 33, NULL), 0);
	assert_int_equal(perm_allowed(&me, S_IFREG | 0604, 0, 33, NULL), 0);
	assert_int_equal(perm_allowed(&me, S_IFREG | 0604, 0, 99, NULL), PERM_R);
}

static void capabilities_add(void **state)
{
	static const struct {
		unsigned caps;
		uint32_t mode;
		unsigned allowed;
	} cases[] = {
		{PERM_CAP_DAC_OVERRIDE, S_IFREG | 0644, PERM_R | PERM_W},
		{PERM_CAP_DAC_OVERRIDE, S_IFREG | 0654, PERM_R | PERM_W | PERM_X},
		{PERM_CAP_DAC_OVERRIDE, S_IFREG, PERM_R | PERM_W},
		{PERM_CAP_DAC_OVERRIDE, S_IFDIR, PERM_R | PERM_W | PERM_X},
		{PERM_CAP_DAC_READ_SEARCH, S_IFREG | 0111, PERM_R | PERM_X},
		{PERM_CAP_DAC_READ_SEARCH, S_IFREG, PERM_R},
		{PERM_CAP_DAC_READ_SEARCH, S_IFDIR, PERM_R | PERM_X},
		{PERM_CAP_FOWNER | PERM_CAP_CHOWN, S_IFREG, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct subject who = me;
		unsigned by_caps;

		who.caps = cases[i].caps;
		assert_int_equal(perm_allowed(&who, cases[i].mode, 0, 0, &by_caps),
				 cases[i].allowed);
		who.caps = 0;
		assert_int_equal(by_caps,
				 cases[i].allowed & ~perm_allowed(&who, cases[i].mode, 0, 0, NULL));
	}
}

static void says(const struct subject *who, uint32_t mode, uint32_t uid, const char *group,
		 bool ascii, const char *want)
{
	struct str out = STR_INIT;

	assert_int_equal(perm_sentence(&out, who, mode, uid, 33, "dev", group, ascii), 0);
	assert_string_equal(out.buf, want);
	str_done(&out);
}

static void says_it_in_words(void **state)
{
	(void)state;
	says(&me, S_IFREG | 0664, 1000, "www", false,
	     "you: read write \u00b7 group www: read write \u00b7 others: read");
	says(&me, S_IFDIR | 0750, 1000, "www", true,
	     "you: list change enter - group www: list enter - others: nothing");
	says(&me, S_IFREG | 0640, 7, "www", true,
	     "you: read - owner dev: read write - group www: read - others: nothing");
	says(&me, S_IFREG | 0640, 7, NULL, true,
	     "you: read - owner dev: read write - group 33: read - others: nothing");
	says(&root, S_IFREG | 0640, 1000, "www", true,
	     "you: read write (root) - owner dev: read write - group www: read - others: nothing");
	says(&root, S_IFREG | 0640, 0, "a\x1b[1m", true,
	     "you: read write - group a^[[1m: read - others: nothing");
	says(&me, S_IFLNK | 0777, 1000, "www", true, "a link: what it points to decides");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_class_decides),
		cmocka_unit_test(capabilities_add),
		cmocka_unit_test(says_it_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
