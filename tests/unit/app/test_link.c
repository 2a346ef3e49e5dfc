/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "app/link.h"
#include "base/defs.h"

/* A line of so many bytes a second with this delay there and back: when all sent so far will be
 * answered. */
struct line {
	double busy_until;
	double bytes_per_ms;
	int64_t delay_ms;
};

static int64_t line_send(struct line *line, size_t bytes, int64_t now)
{
	line->busy_until = MAX(line->busy_until, (double)now) + (double)bytes / line->bytes_per_ms;
	return (int64_t)line->busy_until + line->delay_ms;
}

/* Sends frames of `bytes` as often as allowed for ten seconds; returns the worst time a frame took
 * to be seen and how many there were. */
static int64_t worst_lag(struct line *line, size_t bytes, unsigned *ret_frames)
{
	int64_t answer_at = INT64_MAX, worst = 0;
	struct link l;

	link_init(&l, true);
	*ret_frames = 0;
	for (int64_t now = 0; now < 10000; now += 10) {
		int64_t seen;

		if (now >= answer_at) {
			link_answered(&l, answer_at);
			answer_at = INT64_MAX;
		}
		if (!link_ready(&l, now))
			continue;
		seen = line_send(line, bytes, now);
		link_sent(&l, bytes);
		if (l.answers)
			worst = MAX(worst, seen - now);
		if (link_wants_ask(&l)) {
			link_asked(&l, now);
			answer_at = seen;
		}
		++*ret_frames;
	}
	return worst;
}

static void a_slow_line_is_not_run_ahead_of(void **state)
{
	/* 2,400 bytes a second: a page of 900 bytes waits for the one before it. */
	struct line line = {.bytes_per_ms = 2.4, .delay_ms = 50};
	unsigned frames;

	(void)state;
	assert_in_range(worst_lag(&line, 900, &frames), 400, 1000);
	assert_in_range(frames, 15, 30);
}

static void small_frames_flow_on_a_slow_line(void **state)
{
	struct line line = {.bytes_per_ms = 2.4, .delay_ms = 50};
	unsigned frames;

	(void)state;
	assert_in_range(worst_lag(&line, 20, &frames), 20, 800);
	assert_in_range(frames, 900, 1000);
}

static void a_quick_line_far_away_is_not_held_up(void **state)
{
	struct line line = {.bytes_per_ms = 1000, .delay_ms = 200};
	unsigned frames;

	(void)state;
	assert_in_range(worst_lag(&line, 900, &frames), 200, 250);
	assert_true(frames > 700);
}

static void a_terminal_that_never_answers_is_not_waited_for(void **state)
{
	struct link l;

	(void)state;
	link_init(&l, true);
	link_sent(&l, 3000);
	assert_true(link_wants_ask(&l));
	link_asked(&l, 0);
	assert_false(link_ready(&l, LINK_FIRST_MS - 1));
	assert_true(link_ready(&l, LINK_FIRST_MS));
	link_sent(&l, 100000);
	assert_true(link_ready(&l, LINK_FIRST_MS));
	assert_false(link_wants_ask(&l));
	assert_int_equal(link_deadline(&l, LINK_FIRST_MS), INT64_MAX);
}

static void a_lost_answer_holds_up_three_seconds(void **state)
{
	struct link l;

	(void)state;
	link_init(&l, true);
	link_sent(&l, 600);
	link_asked(&l, 0);
	assert_int_equal(link_answered(&l, 20), 0);
	link_sent(&l, 50000);
	link_asked(&l, 100);
	assert_false(link_ready(&l, 100));
	assert_int_equal(link_deadline(&l, 100), 100 + LINK_LOST_MS);
	assert_true(link_ready(&l, 100 + LINK_LOST_MS));
}

static void an_answer_nobody_asked_for_is_nothing(void **state)
{
	struct link l;

	(void)state;
	link_init(&l, true);
	assert_int_equal(link_answered(&l, 20), 0);
	assert_false(l.answers);
}

static void nothing_is_asked_where_it_is_off(void **state)
{
	struct link l;

	(void)state;
	link_init(&l, false);
	link_sent(&l, 100000);
	assert_false(link_wants_ask(&l));
	assert_true(link_ready(&l, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_line_is_not_run_ahead_of),
		cmocka_unit_test(a_quick_line_far_away_is_not_held_up),
		cmocka_unit_test(a_terminal_that_never_answers_is_not_waited_for),
		cmocka_unit_test(a_lost_answer_holds_up_three_seconds),
		cmocka_unit_test(small_frames_flow_on_a_slow_line),
		cmocka_unit_test(an_answer_nobody_asked_for_is_nothing),
		cmocka_unit_test(nothing_is_asked_where_it_is_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
