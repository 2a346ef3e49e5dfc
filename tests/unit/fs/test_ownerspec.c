/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "fs/ownerspec.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>

static struct str why = STR_INIT;

static void parses(const char *text, uint32_t uid, uint32_t gid)
{
	uint32_t u, g;
	int r = ownerspec_parse(text, &u, &g, &why);

	if (r != 0 || u != uid || g != gid)
		fail_msg("%s: %d (%s), %u:%u", text, r, why.buf, u, g);
}

static void refuses(const char *text, int err, const char *words)
{
	uint32_t u, g;
	int r = ownerspec_parse(text, &u, &g, &why);

	if (r != err || !strstr(why.buf, words))
		fail_msg("%s: %d (%s)", text, r, why.buf);
}

static void test_numbers(void **state)
{
	(void)state;
	parses("0", 0, UINT32_MAX);
	parses("4000000001:4000000002", 4000000001u, 4000000002u);
	parses(":4000000002", UINT32_MAX, 4000000002u);
	parses("+4000000001", 4000000001u, UINT32_MAX);
	parses("+0:+0", 0, 0);
	parses("4294967294", 4294967294u, UINT32_MAX);
}

/* root is the one name that every system has. */
static void test_names(void **state)
{
	struct passwd *root = getpwnam("root");
	struct group *group = root ? getgrgid(root->pw_gid) : NULL;
	char spec[300];

	(void)state;
	if (!root || !group) {
		print_message("SKIPPED: no root in the name services\n");
		skip();
	}
	parses("root", 0, UINT32_MAX);
	parses("root:", 0, root->pw_gid);
	parses("root:4000000001", 0, 4000000001u);
	snprintf(spec, sizeof(spec), "4000000001:%s", group->gr_name);
	parses(spec, 4000000001u, group->gr_gid);
	snprintf(spec, sizeof(spec), ":%s", group->gr_name);
	parses(spec, UINT32_MAX, group->gr_gid);
}

static void test_what_is_none(void **state)
{
	(void)state;
	refuses("", -EINVAL, "an owner is");
	refuses(":", -EINVAL, "an owner is");
	refuses("no such user", -ENOENT, "there is no user 'no such user'");
	refuses("0:no such group", -ENOENT, "there is no group 'no such group'");
	refuses("0:0:0", -ENOENT, "there is no group '0:0'");
	refuses("+root", -ENOENT, "there is no user '+root'");
	refuses("+", -ENOENT, "there is no user '+'");
	refuses("-1", -ENOENT, "there is no user '-1'");
	refuses("4294967295", -ENOENT, "there is no user");
	refuses("0:99999999999999999999", -ENOENT, "there is no group");
	refuses("4000000001:", -EINVAL, "the group of '4000000001' is not known");
}

static void test_no_memory(void **state)
{
	static const char *const specs[] = {"+1:+2", "+1:", ":"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
		for (unsigned long n = 1;; n++) {
			uint32_t u, g;
			bool failed;
			int r;

			str_done(&why);
			nomem_arm(n);
			r = ownerspec_parse(specs[i], &u, &g, &why);
			failed = nomem_disarm();
			if (!failed)
				break;
			assert_int_equal(r, -ENOMEM);
		}
	}
}

static int teardown(void **state)
{
	(void)state;
	str_done(&why);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
