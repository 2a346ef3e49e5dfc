/* SPDX-License-Identifier: MIT
 *
 * The journal as a browser is told of it.
 */
#include "browsing.h"
#include "journaling.h"

#include "../../lib/nomem.h"

#include <unistd.h>

static int setup(void **state)
{
	*state = begin_browsing("");
	return 0;
}

static int teardown(void **state)
{
	end_browsing(*state);
	assert_int_equal(fault_open_fds(), 0);
	return 0;
}

static const char *journal_dir(const struct fixture *f)
{
	return tree_path(f->tree, "state/journal");
}

static struct fs_event *told(struct fixture *f)
{
	struct fs_event *e = answers_get(&f->a, FS_PAST, TICKET);

	if (e->err)
		print_message("%d %s\n", e->err, e->u.past.why ? e->u.past.why : "");
	assert_int_equal(e->err, 0);
	return e;
}

static void expect(const struct fs_event *e, uint32_t i, const char *label, enum past_state state)
{
	assert_true(i < e->u.past.n);
	assert_string_equal(e->u.past.at[i].label, label);
	if (e->u.past.at[i].state != state)
		print_message("%s\n", label);
	assert_int_equal(e->u.past.at[i].state, state);
	assert_int_equal(e->u.past.at[i].id, i + 1);
}

/* Where there is no journal nothing was done, and nothing is made. */
static void no_journal(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	browse_history(f->b, TICKET, journal_dir(f));
	e = told(f);
	assert_int_equal(e->u.past.n, 0);
	fs_event_free(e);
	assert_int_equal(access(journal_dir(f), F_OK), -1);
	browse_history_steps(f->b, TICKET, 1);
	e = answers_get(&f->a, FS_PAST_STEPS, TICKET);
	assert_int_equal(e->err, -ENOENT);
	fs_event_free(e);
	close_it(f);
	/* Of a ticket that is closed nothing comes. */
	browse_history_look(f->b, TICKET);
	browse_history_steps(f->b, TICKET, 1);
	assert_null(answers_any(&f->a, TICKET));
}

static uint64_t half_done(struct journal *j)
{
	uint64_t id;

	assert_int_equal(begin_some(j, "half", 0, 3, &id), 0);
	assert_int_equal(journal_result(j, id, 0, STEP_DONE, 0, NULL), 0);
	assert_int_equal(journal_result(j, id, 1, STEP_NOT_DONE, -EACCES, NULL), 0);
	assert_int_equal(journal_result(j, id, 2, STEP_NOT_DONE, 0, NULL), 0);
	assert_int_equal(journal_end(j, id, true), 0);
	return id;
}

static uint64_t none_done(struct journal *j, enum step_state how)
{
	uint64_t id;

	assert_int_equal(begin_some(j, "none", 0, 1, &id), 0);
	assert_int_equal(journal_result(j, id, 0, how, -EIO, NULL), 0);
	assert_int_equal(journal_end(j, id, true), 0);
	return id;
}

static uint64_t for_good(struct journal *j)
{
	struct step s = renaming("x");
	uint64_t id;

	s.kind = STEP_ERASE;
	assert_int_equal(journal_begin(j, "erase", 0, &s, 1, &id), 0);
	assert_int_equal(journal_result(j, id, 0, STEP_DONE, 0, NULL), 0);
	assert_int_equal(journal_end(j, id, true), 0);
	step_done(&s);
	return id;
}

static void every_state(void **state)
{
	struct fixture *f = *state;
	struct journal *j = open_at(journal_dir(f));
	struct fs_event *e;
	uint64_t id, undo, running;

	(void)do_some(j, "plain", 0, 2);
	id = do_some(j, "taken back", 0, 2);
	(void)do_some(j, "undo 2", id, 2);
	id = do_some(j, "redone", 0, 1);
	undo = do_some(j, "undo 4", id, 1);
	(void)do_some(j, "redo", undo, 1);
	(void)half_done(j);
	(void)none_done(j, STEP_NOT_DONE);
	(void)none_done(j, STEP_PARTLY);
	(void)for_good(j);
	assert_int_equal(begin_some(j, "goes on", 0, 1, &running), 0);
	browse_history(f->b, TICKET, journal_dir(f));
	e = told(f);
	assert_int_equal(e->u.past.n, 11);
	assert_null(e->u.past.warning);
	expect(e, 0, "plain", PAST_DONE);
	expect(e, 1, "taken back", PAST_UNDONE);
	expect(e, 2, "undo 2", PAST_DONE);
	expect(e, 3, "redone", PAST_REDONE);
	expect(e, 4, "undo 4", PAST_UNDONE);
	expect(e, 5, "redo", PAST_DONE);
	assert_true(e->u.past.at[5].redo);
	expect(e, 6, "half", PAST_PARTLY);
	expect(e, 7, "none", PAST_NOT_DONE);
	expect(e, 8, "none", PAST_PARTLY);
	expect(e, 9, "erase", PAST_FOR_GOOD);
	expect(e, 10, "goes on", PAST_RUNNING);
	assert_int_equal(e->u.past.at[6].steps, 3);
	assert_int_equal(e->u.past.at[6].done, 1);
	assert_int_equal(e->u.past.at[1].undone, 2);
	assert_true(e->u.past.at[0].begun > 1600000000);
	fs_event_free(e);
	/* What is written later is told of. */
	browse_watch_read(f->b);
	while ((e = answers_peek(&f->a, FS_CHANGED, TICKET)))
		fs_event_free(e);
	(void)do_some(j, "later", 0, 1);
	browse_watch_read(f->b);
	fs_event_free(answers_get(&f->a, FS_CHANGED, TICKET));
	journal_close(j);
	browse_history_look(f->b, TICKET);
	e = told(f);
	expect(e, 10, "goes on", PAST_INTERRUPTED);
	expect(e, 11, "later", PAST_DONE);
	fs_event_free(e);
	close_it(f);
}

static void steps_of_one(void **state)
{
	struct fixture *f = *state;
	struct journal *j = open_at(journal_dir(f));
	const struct past_step *s;
	struct fs_event *e;
	uint64_t half = half_done(j), good = for_good(j), done = do_some(j, "d", 0, 1);

	(void)do_some(j, "undo", done, 1);
	browse_history(f->b, TICKET, journal_dir(f));
	fs_event_free(told(f));
	browse_history_steps(f->b, TICKET, half);
	e = answers_get(&f->a, FS_PAST_STEPS, TICKET);
	assert_int_equal(e->err, 0);
	assert_int_equal(e->u.past_steps.id, half);
	assert_int_equal(e->u.past_steps.n, 3);
	assert_false(e->u.past_steps.more);
	s = e->u.past_steps.at;
	assert_string_equal(s[0].what, "rename /d/f0 to /d/f0.new");
	assert_string_equal(s[0].undo, "rename /d/f0.new to /d/f0");
	assert_int_equal(s[0].outcome, PAST_STEP_DONE);
	assert_int_equal(s[1].outcome, PAST_STEP_NOT_DONE);
	assert_int_equal(s[1].err, -EACCES);
	assert_null(s[1].undo);
	fs_event_free(e);
	browse_history_steps(f->b, TICKET, good);
	e = answers_get(&f->a, FS_PAST_STEPS, TICKET);
	assert_int_equal(e->u.past_steps.at[0].outcome, PAST_STEP_DONE);
	assert_null(e->u.past_steps.at[0].undo);
	fs_event_free(e);
	browse_history_steps(f->b, TICKET, done);
	e = answers_get(&f->a, FS_PAST_STEPS, TICKET);
	assert_int_equal(e->u.past_steps.at[0].outcome, PAST_STEP_UNDONE);
	assert_null(e->u.past_steps.at[0].undo);
	fs_event_free(e);
	journal_close(j);
	close_it(f);
}

/* Very many steps come some at a time. */
static void many_steps(void **state)
{
	struct fixture *f = *state;
	struct journal *j = open_at(journal_dir(f));
	uint64_t id = do_some(j, "many", 0, 10000);
	uint32_t n = 0;
	bool more = true;

	journal_close(j);
	browse_history(f->b, TICKET, journal_dir(f));
	browse_history_steps(f->b, TICKET, id);
	while (more) {
		struct fs_event *e = answers_get(&f->a, FS_PAST_STEPS, TICKET);

		assert_int_equal(e->err, 0);
		assert_int_equal(e->u.past_steps.first, n);
		n += e->u.past_steps.n;
		more = e->u.past_steps.more;
		fs_event_free(e);
	}
	assert_int_equal(n, 10000);
	close_it(f);
}

/* What others may write is not read, and said. */
static void not_to_be_trusted(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	journal_close(open_at(journal_dir(f)));
	assert_int_equal(chmod(journal_dir(f), 0777), 0);
	browse_history(f->b, TICKET, journal_dir(f));
	e = answers_get(&f->a, FS_PAST, TICKET);
	assert_int_equal(e->err, -EPERM);
	assert_non_null(e->u.past.why);
	fs_event_free(e);
	close_it(f);
}

static void out_of_memory(void **state)
{
	struct fixture *f = *state;
	const char *dir = journal_dir(f); /* memory is short later */
	struct journal *j = open_at(dir);

	(void)do_some(j, "one", 0, 1);
	journal_close(j);
	for (unsigned long n = 1;; n++) {
		struct fs_event *e;
		bool failed;

		nomem_arm(n);
		browse_history(f->b, TICKET, dir);
		failed = nomem_disarm();
		e = answers_get(&f->a, FS_PAST, TICKET);
		assert_true(e->err == 0 || (failed && e->err == -ENOMEM));
		fs_event_free(e);
		close_it(f);
		if (!failed)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_journal, setup, teardown),
		cmocka_unit_test_setup_teardown(every_state, setup, teardown),
		cmocka_unit_test_setup_teardown(steps_of_one, setup, teardown),
		cmocka_unit_test_setup_teardown(many_steps, setup, teardown),
		cmocka_unit_test_setup_teardown(not_to_be_trusted, setup, teardown),
		cmocka_unit_test_setup_teardown(out_of_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
