/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "base/amount.h"

#include <errno.h>

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		int r;
		uint64_t bytes;
	} cases[] = {
		{"0", 0, 0},
		{"4096", 0, 4096},
		{"10K", 0, 10240},
		{"10k", 0, 10240},
		{"1.5G", 0, UINT64_C(1610612736)},
		{"20MiB", 0, 20971520},
		{"20MB", 0, 20000000},
		{"20mb", 0, 20000000},
		{"7B", 0, 7},
		{"1.001K", 0, 1026},
		{"0.5", 0, 1},
		{"15E", 0, UINT64_C(15) << 60},
		{"18446744073709551615", 0, UINT64_MAX},
		{"18446744073709551616", -ERANGE, 0},
		{"16E", -ERANGE, 0},
		{"15.999E", 0, UINT64_C(18445591152204944770)},
		{"", -EINVAL, 0},
		{"K", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"+1", -EINVAL, 0},
		{" 1", -EINVAL, 0},
		{"1 K", -EINVAL, 0},
		{"1.", -EINVAL, 0},
		{".5K", -EINVAL, 0},
		{"1.0001K", -EINVAL, 0},
		{"1,5K", -EINVAL, 0},
		{"1X", -EINVAL, 0},
		{"1Ki", -EINVAL, 0},
		{"1KiBs", -EINVAL, 0},
		{"1BB", -EINVAL, 0},
		{"1\xcb", -EINVAL, 0},
		{"0x10", -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t bytes = 0;
		int r = amount_size(cases[i].text, &bytes);

		if (r != cases[i].r || (r == 0 && bytes != cases[i].bytes))
			fail_msg("%s: %d, %llu", cases[i].text, r, (unsigned long long)bytes);
	}
}

static void test_spans(void **state)
{
	static const struct {
		const char *text;
		int r;
		int64_t seconds;
	} cases[] = {
		{"0", 0, 0},
		{"30", 0, 2592000},
		{"30d", 0, 2592000},
		{"12h", 0, 43200},
		{"2w", 0, 1209600},
		{"", -EINVAL, 0},
		{"d", -EINVAL, 0},
		{"-1", -EINVAL, 0},
		{"1.5", -EINVAL, 0},
		{"1m", -EINVAL, 0},
		{"1D", -EINVAL, 0},
		{"1 d", -EINVAL, 0},
		{"30dd", -EINVAL, 0},
		{"106751991167300", 0, INT64_C(9223372036854720000)},
		{"106751991167301", -ERANGE, 0},
		{"99999999999999999999", -ERANGE, 0},
		{"9999999999999999999", -ERANGE, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t seconds = 0;
		int r = amount_span(cases[i].text, &seconds);

		if (r != cases[i].r || seconds != cases[i].seconds)
			fail_msg("%s: %d, %lld", cases[i].text, r, (long long)seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
