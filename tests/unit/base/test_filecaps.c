/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "base/filecaps.h"

#include <errno.h>

struct value {
	uint8_t bytes[24];
	size_t len;
};

#define NET_RAW 0, 0x20, 0, 0 /* bit 13 */
#define NONE    0, 0, 0, 0

static void as_words(void **state)
{
	static const struct {
		struct value value;
		const char *words;
	} cases[] = {
		{{{1, 0, 0, 2, NET_RAW, NONE, NONE, NONE}, 20}, "cap_net_raw=ep"},
		{{{0, 0, 0, 2, NET_RAW, NONE, NONE, NONE}, 20}, "cap_net_raw=p"},
		{{{1, 0, 0, 2, NET_RAW, NET_RAW, NONE, NONE}, 20}, "cap_net_raw=eip"},
		{{{0, 0, 0, 2, NONE, NET_RAW, NONE, NONE}, 20}, "cap_net_raw=i"},
		{{{1, 0, 0, 2, 0x01, 0x30, 0, 0, 2, 0, 0, 0, 0x80, 0, 0, 0, NONE}, 20},
		 "cap_chown,cap_net_admin,cap_net_raw,cap_bpf=ep cap_dac_override=ei"},
		{{{1, 0, 0, 1, NET_RAW, NONE}, 12}, "cap_net_raw=ep"},
		{{{1, 0, 0, 3, NET_RAW, NONE, NONE, NONE, 0xe8, 3, 0, 0}, 24},
		 "cap_net_raw=ep (where uid 1000 is root)"},
		{{{1, 0, 0, 3, NET_RAW, NONE, NONE, NONE, NONE}, 24}, "cap_net_raw=ep"},
		{{{0, 0, 0, 2, NONE, NONE, 0, 0, 0, 0x80, NONE}, 20}, "cap_63=p"},
		{{{1, 0, 0, 2, NONE, NONE, NONE, NONE}, 20}, "none (and so fewer than without)"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str out = STR_INIT;
		struct filecaps caps;

		assert_int_equal(filecaps_parse(cases[i].value.bytes, cases[i].value.len, &caps),
				 0);
		assert_int_equal(filecaps_add(&out, &caps), 0);
		assert_string_equal(out.buf, cases[i].words);
		str_done(&out);
	}
}

static void what_is_no_value(void **state)
{
	static const struct value bad[] = {
		{{0}, 0},
		{{1, 0, 0}, 3},
		{{1, 0, 0, 0, NONE, NONE}, 12},
		{{1, 0, 0, 4, NONE, NONE, NONE, NONE, NONE}, 24},
		{{1, 0, 0, 2, NONE, NONE}, 12},
		{{1, 0, 0, 1, NONE, NONE, NONE, NONE}, 20},
		{{1, 0, 0, 3, NONE, NONE, NONE, NONE}, 20},
	};
	struct filecaps caps = {.revision = 9};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(filecaps_parse(bad[i].bytes, bad[i].len, &caps), -EINVAL);
	assert_int_equal(caps.revision, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_words),
		cmocka_unit_test(what_is_no_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
