/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "base/datespec.h"
#include "base/fmt.h"

#include <errno.h>
#include <time.h>

static void set_zone(const char *tz)
{
	assert_int_equal(setenv("TZ", tz, 1), 0);
	tzset();
}

static void is(const char *text, int64_t sec, uint32_t nsec)
{
	int64_t got;
	uint32_t got_nsec;
	const char *why;

	if (datespec_parse(text, &got, &got_nsec, &why) < 0)
		fail_msg("'%s': %s", text, why);
	if (got != sec || got_nsec != nsec)
		fail_msg("'%s': %lld and %u", text, (long long)got, got_nsec);
}

static void is_none(const char *text, const char *words)
{
	int64_t sec;
	uint32_t nsec;
	const char *why = NULL;

	if (datespec_parse(text, &sec, &nsec, &why) != -EINVAL || !why || !strstr(why, words))
		fail_msg("'%s' is taken for a date (%s)", text, why ? why : "");
}

static void test_dates(void **state)
{
	(void)state;
	set_zone("UTC0");
	is("1970-01-01", 0, 0);
	is("2026-11-02", 1793577600, 0);
	is("2026-11-02 14:02", 1793628120, 0);
	is("2026-11-02T14:02", 1793628120, 0);
	is("2026-11-02T14:02:11", 1793628131, 0);
	is("2026-11-02 14:02:11.5", 1793628131, 500000000);
	is("2026-11-02 14:02:11,123456789", 1793628131, 123456789);
	is("2026-11-02T14:02:11Z", 1793628131, 0);
	is("2026-11-02T14:02:11 +0100", 1793624531, 0);
	is("2026-11-02T14:02:11+01:00", 1793624531, 0);
	is("2026-11-02T14:02:11-01", 1793631731, 0);
	is("2026-11-02T14:02-0030", 1793629920, 0);
	is("2000-02-29", 951782400, 0);
	is("0001-01-01", -62135596800, 0);
	is("9999-12-31 23:59:59", 253402300799, 0);
	is("1969-12-31 23:59:59.25", -1, 250000000);
}

static void test_seconds(void **state)
{
	(void)state;
	is("@0", 0, 0);
	is("@1793628131", 1793628131, 0);
	is("@1.000000001", 1, 1);
	is("@-1", -1, 0);
	is("@-1.25", -2, 750000000);
	is("@-0.5", -1, 500000000);
	is("@-0.0", 0, 0);
	is_none("@", "YYYY");
	is_none("@-", "YYYY");
	is_none("@+1", "YYYY");
	is_none("@1x", "YYYY");
	is_none("@1.", "YYYY");
	is_none("@1.0000000001", "YYYY");
	is_none("@ 1", "YYYY");
	is_none("@99999999999999999999", "more than any clock");
	is_none("@-67768036191676800", "more than any clock");
}

static void test_what_is_none(void **state)
{
	static const char *const texts[] = {"",
					    "now",
					    "yesterday",
					    "2026",
					    "2026-11",
					    "26-11-02",
					    "2026-1-2",
					    "2026/11/02",
					    "20261102",
					    "2026-11-02x",
					    "2026-11-02 ",
					    "2026-11-02T",
					    "2026-11-02 14",
					    "2026-11-02 14:2",
					    "2026-11-02 14:02:1",
					    "2026-11-02Z",
					    "+2026-11-02",
					    " 2026-11-02",
					    "2026-11-02  14:02",
					    "2026-11-02 14:02:11.",
					    "2026-11-02 14:02  Z",
					    "2026-11-02 14:02 ",
					    "2026-11-02 14:02 CET",
					    "2026-11-02 14:02+1",
					    "2026-11-02 14:02+010",
					    "2026-11-02 14:02+01:",
					    "2026-11-02 14:02+24:00",
					    "2026-11-02 14:02+01:60",
					    "2026-11-02 14:02Zx",
					    "2026-11-02 14:02:11.1234567890",
					    "-026-11-02"};
	static const char *const moments[] = {
		"2026-00-01",       "2026-13-01",       "2026-01-00",
		"2026-02-29",       "1900-02-29",       "2026-04-31",
		"2026-11-02 24:00", "2026-11-02 00:60", "2026-11-02 00:00:60"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		is_none(texts[i], "YYYY");
	for (size_t i = 0; i < ARRAY_LEN(moments); i++)
		is_none(moments[i], "no such date");
}

/* Clocks go forward at two on 29 March and back at three on 25 October. */
static void test_local_time(void **state)
{
	(void)state;
	set_zone("CET-1CEST,M3.5.0/2,M10.5.0/3");
	is("2026-11-02", 1793574000, 0);
	is("2026-07-01 12:00", 1782900000, 0);
	is("2026-11-02T00:00Z", 1793577600, 0);
	is("2026-03-29 01:59:59", 1774745999, 0);
	is("2026-03-29 03:00", 1774746000, 0);
	is_none("2026-03-29 02:30", "clocks were put forward");
	is_none("2026-03-29 02:00", "clocks were put forward");
	is("2026-10-25 02:30", 1792888200, 0);
	is("2026-10-25 02:30 +0100", 1792891800, 0);
	set_zone("UTC0");
	is("2026-03-29 02:30", 1774751400, 0);
}

/* What is printed elsewhere is taken. */
static void test_what_is_printed(void **state)
{
	static const char *const zones[] = {"UTC0", "CET-1CEST,M3.5.0/2,M10.5.0/3", "XXX+11:30"};
	char buf[FMT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		set_zone(zones[i]);
		for (int64_t sec = 0; sec < INT64_C(4000000000); sec += 3333333)
			is(fmt_time_exact(buf, sec, 123456789), sec, 123456789);
	}
	set_zone("UTC0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),           cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_what_is_none),    cmocka_unit_test(test_local_time),
		cmocka_unit_test(test_what_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
