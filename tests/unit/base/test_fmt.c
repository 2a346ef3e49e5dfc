/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "base/fmt.h"

#include <sys/stat.h>

static void sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{0, "0"},
		{999, "999"},
		{1023, "1023"},
		{1024, "1.0K"},
		{1025, "1.1K"},
		{1536, "1.5K"},
		{10137, "9.9K"},
		{10138, "10K"},
		{10240, "10K"},
		{10241, "11K"},
		{1047552, "1023K"},
		{1047553, "1.0M"},
		{1048576, "1.0M"},
		{222298112, "212M"},
		{UINT64_C(1023) << 50, "1023P"},
		{(UINT64_C(1023) << 50) + 1, "1.0E"},
		{UINT64_C(1) << 60, "1.0E"},
		{UINT64_C(10) << 60, "10E"},
		{UINT64_MAX, "16E"},
	};
	char buf[FMT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(fmt_size(buf, cases[i].bytes), cases[i].text);
	for (uint64_t n = 1; n < UINT64_C(1) << 59;
	     n = n * 3 + 1) /* sscanf takes E for an exponent */ {
		char unit[2] = "";
		double shown;

		assert_true(strlen(fmt_size(buf, n)) <= 5);
		sscanf(buf, "%lf%1s", &shown, unit);
		for (const char *u = "KMGTPE"; unit[0]; u++) {
			shown *= 1024;
			if (*u == unit[0])
				break;
		}
		assert_true(shown >= (double)n);
		assert_true(shown <= (double)n * 1.11);
	}
}

static void counts(void **state)
{
	char buf[FMT_MAX];

	(void)state;
	assert_string_equal(fmt_count(buf, 0), "0");
	assert_string_equal(fmt_count(buf, 999), "999");
	assert_string_equal(fmt_count(buf, 1000), "1,000");
	assert_string_equal(fmt_count(buf, 1041744), "1,041,744");
	assert_string_equal(fmt_count(buf, UINT64_MAX), "18,446,744,073,709,551,615");
}

static void times(void **state)
{
	char buf[FMT_MAX];

	(void)state;
	setenv("TZ", "UTC-1:30", 1);
	tzset();
	assert_string_equal(fmt_time(buf, 0), "1970-01-01 01:30");
	assert_string_equal(fmt_time_exact(buf, 1, 5), "1970-01-01 01:30:01.000000005 +0130");
	setenv("TZ", "UTC", 1);
	tzset();
	assert_string_equal(fmt_time(buf, -1), "1969-12-31 23:59");
	assert_string_equal(fmt_time(buf, 253402300799), "9999-12-31 23:59");
	assert_string_equal(fmt_time(buf, 253402300800), "@253402300800");
	assert_string_equal(fmt_time(buf, INT64_MIN), "@-9223372036854775808");
	assert_string_equal(fmt_time_exact(buf, INT64_MAX, 999999999),
			    "@9223372036854775807.999999999");
}

static void ages(void **state)
{
	static const struct {
		int64_t ago;
		const char *text;
	} cases[] = {
		{0, "just now"},
		{59, "just now"},
		{-59, "just now"},
		{60, "1 min ago"},
		{3599, "59 min ago"},
		{3600, "1 h ago"},
		{86400, "1 day ago"},
		{2 * 86400, "2 days ago"},
		{-2 * 86400, "in 2 days"},
		{31 * 86400, "1 month ago"},
		{400 * 86400, "1 year ago"},
		{-800 * 86400, "in 2 years"},
	};
	char buf[FMT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(fmt_age(buf, 1000000000 - cases[i].ago, 1000000000),
				    cases[i].text);
	assert_string_equal(fmt_age(buf, INT64_MIN, INT64_MAX), "584942417355 years ago");
	assert_string_equal(fmt_age(buf, INT64_MAX, INT64_MIN), "in 584942417355 years");
}

static void modes(void **state)
{
	static const struct {
		uint32_t mode;
		const char *text;
	} cases[] = {
		{S_IFREG | 0644, "-rw-r--r--"},
		{S_IFDIR | 02755, "drwxr-sr-x"},
		{S_IFDIR | 01777, "drwxrwxrwt"},
		{S_IFREG | 04755, "-rwsr-xr-x"},
		{S_IFREG | 07000, "---S--S--T"},
		{S_IFLNK | 0777, "lrwxrwxrwx"},
		{S_IFCHR | 0600, "crw-------"},
		{S_IFBLK, "b---------"},
		{S_IFIFO, "p---------"},
		{S_IFSOCK, "s---------"},
		{0, "?---------"},
	};
	char buf[FMT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(fmt_mode(buf, cases[i].mode), cases[i].text);
}

static void durations(void **state)
{
	char buf[FMT_MAX];

	(void)state;
	assert_string_equal(fmt_duration(buf, 0), "0.0 s");
	assert_string_equal(fmt_duration(buf, 450), "0.4 s");
	assert_string_equal(fmt_duration(buf, 9999), "9.9 s");
	assert_string_equal(fmt_duration(buf, 12000), "12 s");
	assert_string_equal(fmt_duration(buf, 200000), "3 min");
	assert_string_equal(fmt_duration(buf, 7200000), "2 h");
	assert_true(strlen(fmt_duration(buf, UINT64_MAX)) < FMT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes), cmocka_unit_test(counts), cmocka_unit_test(times),
		cmocka_unit_test(ages),  cmocka_unit_test(modes),  cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
