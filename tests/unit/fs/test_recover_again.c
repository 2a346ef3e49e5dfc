/* SPDX-License-Identifier: MIT
 *
 * What recovery cannot do the first time it says, and does the next time: what is in the way may be
 * gone by then.
 */
#include "planning.h"

#include <signal.h>
#include <sys/wait.h>

#include "fs/recover.h"

static struct recover_result look(bool finish)
{
	const struct recover r = {.env = &env, .finish = finish};
	struct recover_result found;

	assert_int_equal(recover(journal, &r, &found), 0);
	return found;
}

static unsigned in_trash(void)
{
	DIR *d = opendir(tree_path(tree, TRASH "info"));
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

/* Killed when the information was written and the thing not moved. */
static void die_trashing(void)
{
	int status;
	pid_t pid;

	journal_close(journal);
	journal = NULL;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct plan_run how = {0};
		struct plan_result r;
		struct plan *p;
		struct plan_at a = at("work/a");

		open_journal();
		p = new_plan();
		fault_before(FAULT_renameat2, 1, fault_die, NULL);
		if (plan_trash(p, &a) == 0)
			(void)!plan_run(p, journal, &how, &r);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	open_journal();
}

static void test_untidy(void **state)
{
	static const struct {
		enum fault_call call;
		int err;
		bool forever;
	} faults[] = {
		{FAULT_unlinkat, EACCES, false},
		{FAULT_unlinkat, EIO, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct recover_result found;

		build("work/a \"one\"\n");
		die_trashing();
		assert_int_equal(in_trash(), 1);
		assert_int_equal(look(false).not_done, 1);
		fault_fail(faults[i].call, 1, faults[i].err, faults[i].forever);
		found = look(true);
		fault_recount();
		assert_int_equal(found.untidy, 1);
		assert_int_equal(in_trash(), 1);
		/* It is asked for again, and told before. */
		found = look(true);
		assert_int_equal(found.untidy, 0);
		assert_int_equal(in_trash(), 0);
		assert_true(exists("work/a"));
		assert_int_equal(look(true).actions, 0);
	}
}

static struct plan_result run_with(struct plan *p)
{
	const struct plan_run how = {0};
	struct plan_result r;

	assert_int_equal(plan_run(p, journal, &how, &r), 0);
	fault_recount();
	plan_free(p);
	return r;
}

/* Made, but what it is could not be seen: so that it could not be taken back. */
static void test_unseen(void **state)
{
	struct plan *p;
	struct plan_at link;

	(void)state;
	build("work/a \"one\"\n");
	p = new_plan();
	link = here("work", "link");
	assert_int_equal(plan_symlink(p, &link, "a"), 0);
	fault_fail(FAULT_readlinkat, 1, EIO, true);
	assert_int_equal(run_with(p).done, 1);
	assert_true(exists("work/link"));
	assert_int_equal(journal_find(journal, 1)->steps[0].step.what.type, 0);
	assert_int_equal(look(false).done, 1);
	assert_int_equal(journal_find(journal, 1)->steps[0].step.what.type, S_IFLNK);
	look(true);
	assert_int_equal(look(true).actions, 0);
	p = new_plan();
	assert_int_equal(plan_undo(p, journal, 1), 0);
	assert_int_equal(run_with(p).done, 1);
	assert_false(exists("work/link"));
}

static void blind(void *ctx)
{
	(void)ctx;
	fault_fail(FAULT_statx, 1, EIO, true);
}

/* Half made, by a program that was not interrupted. */
static void test_undressed(void **state)
{
	struct plan *p;
	struct plan_at dir;

	(void)state;
	build("work/a \"one\"\n");
	p = new_plan();
	dir = here("work", "dir/");
	assert_int_equal(plan_make(p, &dir, 0755, false), 0);
	fault_before(FAULT_mkdirat, 1, blind, NULL);
	run_with(p);
	assert_int_equal(mode_of("work/dir"), 0700);
	assert_int_equal(look(false).partly, 1);
	assert_int_equal(mode_of("work/dir"), 0700);
	assert_int_equal(look(true).done, 1);
	assert_int_equal(mode_of("work/dir"), 0755);
	assert_int_equal(look(true).actions, 0);
	assert_int_equal(journal_undoable(journal, false), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_untidy, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_unseen, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_undressed, memdir_setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
