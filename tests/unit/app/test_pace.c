/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "app/pace.h"

static void a_single_key_is_drawn_in_full(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_key(&p, 1000);
	assert_true(pace_resting(&p, 1000));
	assert_int_equal(pace_rest_at(&p), INT64_MAX);
}

static void a_held_key_rests_after_its_last_repeat(void **state)
{
	struct pace p = {0};

	(void)state;
	for (int64_t t = 1000; t <= 1330; t += 33)
		pace_key(&p, t);
	assert_false(pace_resting(&p, 1330));
	assert_int_equal(pace_rest_at(&p), 1330 + PACE_REST_MS);
	assert_true(pace_resting(&p, 1330 + PACE_REST_MS));
	pace_rested(&p);
	assert_int_equal(pace_rest_at(&p), INT64_MAX);
}

static void frames_keep_their_interval(void **state)
{
	struct pace p = {0};

	(void)state;
	assert_int_equal(pace_frame_at(&p, false), 0);
	pace_shown(&p, 500, 100);
	assert_int_equal(pace_frame_at(&p, false), 500 + PACE_FRAME_MS);
}

static void a_slow_terminal_stretches_frames_and_rests(void **state)
{
	struct pace p = {0};

	(void)state;
	for (int i = 0; i < 20; i++)
		pace_shown(&p, i * 300, 200 * 1000);
	assert_in_range(pace_interval(&p), 390, 400);
	pace_key(&p, 7000);
	pace_key(&p, 7400);
	assert_false(pace_resting(&p, 7400 + PACE_REST_MS));
	assert_true(pace_resting(&p, 7400 + PACE_REST_MS + 400));
	for (int i = 0; i < 60; i++)
		pace_shown(&p, 9000 + i, 0);
	assert_int_equal(pace_interval(&p), PACE_FRAME_MS);
	for (int i = 0; i < 30; i++)
		pace_shown(&p, 9000 + i, 60 * 1000 * 1000);
	assert_int_equal(pace_interval(&p), PACE_MAX_MS);
}

static void a_frame_waits_for_answers_but_not_for_ever(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_settle(&p, 100, PACE_SETTLE_MS);
	pace_settle(&p, 104, PACE_SETTLE_MS);
	assert_int_equal(pace_frame_at(&p, true), 100 + PACE_SETTLE_MS);
	assert_int_equal(pace_frame_at(&p, false), 0);
	pace_settle(&p, 120, PACE_SETTLE_MS);
	assert_int_equal(pace_frame_at(&p, true), 120 + PACE_SETTLE_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_single_key_is_drawn_in_full),
		cmocka_unit_test(a_held_key_rests_after_its_last_repeat),
		cmocka_unit_test(frames_keep_their_interval),
		cmocka_unit_test(a_slow_terminal_stretches_frames_and_rests),
		cmocka_unit_test(a_frame_waits_for_answers_but_not_for_ever),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
