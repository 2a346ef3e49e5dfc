/* SPDX-License-Identifier: MIT */
#include "journaling.h"

#include "../../lib/as_user.h"

#include "fs/journal_inside.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static void expect_some(const struct action *a, uint32_t n)
{
	assert_int_equal(a->nsteps, n);
	for (uint32_t i = 0; i < n; i++) {
		char name[16];

		snprintf(name, sizeof(name), "f%u", i);
		assert_string_equal(a->steps[i].step.from.name, name);
		assert_string_equal(a->steps[i].step.from.dir, "/d");
		assert_int_equal(a->steps[i].step.what.ino, 77);
	}
}

/* What was written is there in this journal, in one that was open, and in one opened later. */
static void what_was_done_is_told(void **state)
{
	struct tree *t = tree_new("");
	const char *dir = tree_path(t, "state/journal");
	struct journal *j = open_at(dir), *other = open_at(dir), *later;
	struct step now = renaming("f1");
	const struct action *a;
	uint64_t id, second;
	size_t n;

	(void)state;
	journal_actions(j, &n);
	assert_int_equal(n, 0);
	assert_int_equal(begin_some(j, "rename 3 items", 0, 3, &id), 0);
	assert_int_equal(id, 1);
	now.what.ino = 78;
	assert_int_equal(journal_result(j, id, 0, STEP_DONE, 0, NULL), 0);
	assert_int_equal(journal_result(j, id, 1, STEP_DONE, 0, &now), 0);
	assert_int_equal(journal_result(j, id, 2, STEP_NOT_DONE, -EACCES, NULL), 0);
	assert_int_equal(must_find(j, id)->state, ACTION_RUNNING);
	assert_int_equal(journal_end(j, id, true), 0);
	second = do_some(other, "more", 0, 1);
	assert_int_equal(second, 2);
	assert_int_equal(journal_refresh(j), 0);
	assert_int_equal(journal_refresh(other), 0);
	later = look_at(dir);
	for (int i = 0; i < 3; i++) {
		const struct journal *all[] = {j, other, later};

		assert_null(journal_warning(all[i]));
		journal_actions(all[i], &n);
		assert_int_equal(n, 2);
		a = must_find(all[i], 1);
		assert_string_equal(a->label, "rename 3 items");
		assert_int_equal(a->state, ACTION_ENDED);
		assert_true(a->own);
		assert_int_equal(a->pid, getpid());
		assert_int_equal(a->steps[0].state, STEP_DONE);
		assert_int_equal(a->steps[1].state, STEP_DONE);
		assert_int_equal(a->steps[1].step.what.ino, 78);
		assert_int_equal(a->steps[2].state, STEP_NOT_DONE);
		assert_int_equal(a->steps[2].err, -EACCES);
		assert_int_equal(must_find(all[i], 2)->state, ACTION_ENDED);
		expect_some(must_find(all[i], 2), 1);
	}
	step_done(&now);
	journal_close(j);
	journal_close(other);
	journal_close(later);
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_done_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
