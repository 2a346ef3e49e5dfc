/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/answers.h"

#include <errno.h>
#include <pwd.h>
#include <unistd.h>

#include "fs/browse.h"
#include "fs/owner.h"

static void knows_root_and_its_group(void **state)
{
	struct owners *o = NULL;
	char *name = NULL;

	(void)state;
	assert_int_equal(owners_new(&o), 0);
	/* The second answer comes from the cache, and is the same. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(owner_lookup(o, false, 0, &name), 0);
		assert_string_equal(name, "root");
		free(name);
		assert_int_equal(owner_lookup(o, true, 0, &name), 0);
		assert_string_equal(name, "root");
		free(name);
	}
	owners_free(o);
	owners_free(NULL);
}

static void an_id_without_a_name_is_no_error(void **state)
{
	struct owners *o = NULL;
	char *name = NULL;
	uint32_t id = 4000000001u;

	(void)state;
	while (getpwuid(id))
		id++;
	assert_int_equal(owners_new(&o), 0);
	for (int i = 0; i < 2; i++) {
		name = (char *)1;
		assert_int_equal(owner_lookup(o, false, id, &name), 0);
		assert_null(name);
	}
	owners_free(o);
}

static void answers_with_the_question(void **state)
{
	struct answers a;
	struct browse *b;
	struct fs_event *e;

	(void)state;
	answers_init(&a);
	assert_int_equal(browse_new(&a.queue, &b), 0);
	browse_owner(b, true, 0);
	e = answers_get(&a, FS_OWNER, 0);
	assert_int_equal(e->err, 0);
	assert_true(e->u.owner.group);
	assert_int_equal(e->u.owner.id, 0);
	assert_string_equal(e->u.owner.name, "root");
	fs_event_free(e);
	browse_free(b, 20000);
	answers_done(&a);
}

static void home_falls_back_to_the_password_file(void **state)
{
	char *home = memcpy(malloc(4096), "", 1), *old = getenv("HOME");
	struct passwd *pw = getpwuid(geteuid());
	struct answers a;
	struct browse *b;
	struct fs_event *e;

	(void)state;
	if (old)
		snprintf(home, 4096, "%s", old);
	unsetenv("HOME");
	answers_init(&a);
	assert_int_equal(browse_new(&a.queue, &b), 0);
	browse_start(b);
	e = answers_get(&a, FS_SELF, 0);
	if (pw)
		assert_string_equal(e->u.self.home, pw->pw_dir);
	else
		assert_null(e->u.self.home);
	fs_event_free(e);
	browse_free(b, 20000);
	answers_done(&a);
	if (old)
		setenv("HOME", home, 1);
	free(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_root_and_its_group),
		cmocka_unit_test(an_id_without_a_name_is_no_error),
		cmocka_unit_test(answers_with_the_question),
		cmocka_unit_test(home_falls_back_to_the_password_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
