/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "base/json.h"

#include <math.h>

static void writes_documents(void **state)
{
	struct str out = STR_INIT;
	struct json j;

	(void)state;
	json_init(&j, &out);
	json_object(&j);
	json_key(&j, "empty");
	json_array(&j);
	json_end(&j);
	json_key(&j, "list");
	json_array(&j);
	json_u64(&j, UINT64_MAX);
	json_i64(&j, INT64_MIN);
	json_bool(&j, true);
	json_null(&j);
	json_object(&j);
	json_end(&j);
	json_cstr(&j, NULL);
	json_end(&j);
	json_key(&j, "last");
	json_cstr(&j, "x");
	json_end(&j);
	json_end(&j); /* one too many does nothing */
	assert_string_equal(
		out.buf,
		"{\"empty\":[],\"list\":[18446744073709551615,-9223372036854775808,true,null,"
		"{},null],\"last\":\"x\"}");
	assert_false(out.failed);
	str_done(&out);
}

static void string_is(const char *bytes, size_t len, const char *want)
{
	struct str out = STR_INIT;
	struct json j;

	json_init(&j, &out);
	json_string(&j, bytes, len);
	assert_string_equal(out.buf, want);
	str_done(&out);
}

static void escapes_strings(void **state)
{
	(void)state;
	string_is("plain", 5, "\"plain\"");
	string_is("", 0, "\"\"");
	string_is("\"\\/\b\f\n\r\t", 8, "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
	string_is("\0\x1b\x7f", 3, "\"\\u0000\\u001b\\u007f\"");
	string_is("\xc3\xa9\xff\xfe", 4, "\"\xc3\xa9\\udcff\\udcfe\"");
	string_is("\xe2\x80\xae", 3, "\"\\u202e\"");
	string_is("\xf3\xa0\x80\x81", 4, "\"\\udb40\\udc01\"");
	string_is("\xed\xb3\xbf", 3, "\"\\udced\\udcb3\\udcbf\"");
}

static void double_is(double d, const char *want)
{
	struct str out = STR_INIT;
	struct json j;

	json_init(&j, &out);
	json_double(&j, d);
	assert_string_equal(out.buf, want);
	str_done(&out);
}

static void writes_doubles(void **state)
{
	(void)state;
	double_is(0.1, "0.1");
	double_is(-1.5, "-1.5");
	double_is(1e300, "1e+300");
	double_is(1.0 / 3, "0.33333333333333331");
	double_is((double)NAN, "null");
	double_is((double)INFINITY, "null");
}

static void refuses_to_nest_too_deep(void **state)
{
	struct str out = STR_INIT;
	struct json j;

	(void)state;
	json_init(&j, &out);
	for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
		json_array(&j);
	assert_false(out.failed);
	json_array(&j);
	assert_true(out.failed);
	str_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_documents),
		cmocka_unit_test(escapes_strings),
		cmocka_unit_test(writes_doubles),
		cmocka_unit_test(refuses_to_nest_too_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
