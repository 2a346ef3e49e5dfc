/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"

#include "model/past_rows.h"

#include <errno.h>

static int set(struct past_rows *p, const uint64_t *ids, uint32_t n, enum past_state state)
{
	struct past_action at[8];
	int r;

	for (uint32_t i = 0; i < n; i++) {
		at[i] = (struct past_action){.id = ids[i], .state = state, .begun = 1000};
		at[i].label = strdup("label");
	}
	r = past_rows_set_actions(p, at, n);
	for (uint32_t i = 0; i < n; i++)
		free(at[i].label);
	return r;
}

static void an_action_keeps_its_id(void **state)
{
	static const uint64_t first[] = {3, 5}, second[] = {5, 9};
	struct past_rows *p = past_rows_new(0);
	const struct rows *r = past_rows_const(p);
	struct row row;
	uint64_t n;

	(void)state;
	assert_non_null(p);
	assert_true(rows_loading(r));
	assert_int_equal(set(p, first, 2, PAST_RUNNING), 0);
	past_rows_set_loading(p, false);
	assert_int_equal(rows_count(r), 2);
	assert_int_equal(past_rows_at(p, 1)->id, 5);
	assert_int_equal(set(p, second, 2, PAST_DONE), 0);
	assert_int_equal(rows_count(r), 3);
	assert_null(past_rows_at(p, 0));
	assert_false(r->ops->row(r, 0, &row));
	assert_int_equal(past_rows_at(p, 1)->state, PAST_DONE);
	assert_int_equal(past_rows_find(p, 9)->id, 9);
	assert_null(past_rows_find(p, 3));
	assert_true(r->ops->row(r, 1, &row));
	assert_true(row.nowhere && !row.where);
	assert_true(r->ops->rank(r, 2, SORT_TIME, &n));
	assert_int_equal(n, 9);
	assert_false(r->ops->rank(r, 2, SORT_SIZE, &n));
	past_rows_free(p);
}

/* Of steps: in order, told again, and never with one left out. */
static void steps_are_in_order(void **state)
{
	struct past_rows *p = past_rows_new(7);
	const struct rows *r = past_rows_const(p);
	struct past_step at[2] = {
		{.what = strdup("a"), .undo = strdup("un-a")},
		{.what = strdup("b"), .outcome = PAST_STEP_NOT_DONE, .err = -EACCES}};
	struct past_step late = {.what = strdup("z")}, again = {.what = strdup("a")};
	CLEANUP(str_done) struct str cell = STR_INIT;
	uint64_t n;

	(void)state;
	assert_int_equal(past_rows_action(p), 7);
	assert_int_equal(past_rows_set_steps(p, 0, at, 2), 0);
	assert_null(at[0].what);
	assert_int_equal(past_rows_set_steps(p, 5, &late, 1), 0);
	assert_int_equal(rows_count(r), 2);
	assert_true(r->ops->number(r, 1, COL_NUMBER, &n));
	assert_int_equal(n, 2);
	assert_int_equal(r->ops->cell(r, 0, COL_UNDO, &cell), 0);
	assert_string_equal(cell.buf, "un-a");
	str_clear(&cell);
	assert_int_equal(r->ops->cell(r, 1, COL_UNDO, &cell), 0);
	assert_string_equal(cell.buf, "Permission denied");
	again.outcome = PAST_STEP_DONE;
	assert_int_equal(past_rows_set_steps(p, 0, &again, 1), 0);
	str_clear(&cell);
	assert_int_equal(r->ops->cell(r, 0, COL_UNDO, &cell), 0);
	assert_string_equal(cell.buf, "it cannot be taken back");
	assert_null(past_rows_step(p, 2));
	assert_null(past_rows_at(p, 0));
	free(late.what);
	past_rows_free(p);
}

static void every_state_has_words(void **state)
{
	(void)state;
	for (int i = 0; i < PAST_STATES; i++)
		assert_true(strlen(past_state_word((enum past_state)i)) <= 13);
	for (int i = 0; i < PAST_OUTCOMES; i++)
		assert_true(strlen(past_outcome_word((enum past_outcome)i)) <= 13);
	assert_true(past_state_warns(PAST_INTERRUPTED) && !past_state_warns(PAST_UNDONE));
	assert_true(past_outcome_warns(PAST_STEP_LOST) && !past_outcome_warns(PAST_STEP_DONE));
}

static void out_of_memory(void **state)
{
	static const uint64_t ids[] = {1, 2, 3};

	(void)state;
	for (unsigned long n = 1;; n++) {
		struct past_rows *p;
		bool failed;
		int r = -ENOMEM;

		nomem_arm(n);
		p = past_rows_new(0);
		if (p) {
			struct past_action at[3] = {{0}};

			for (int i = 0; i < 3; i++)
				at[i] = (struct past_action){.id = ids[i], .label = strdup("x")};
			r = past_rows_set_actions(p, at, 3);
			for (int i = 0; i < 3; i++)
				free(at[i].label);
		}
		failed = nomem_disarm();
		for (uint32_t id = 0; p && id < rows_count(past_rows_const(p)); id++)
			assert_true(!past_rows_at(p, id) || past_rows_at(p, id)->label);
		past_rows_free(p);
		if (!failed) {
			assert_int_equal(r, 0);
			break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_action_keeps_its_id),
		cmocka_unit_test(steps_are_in_order),
		cmocka_unit_test(every_state_has_words),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
