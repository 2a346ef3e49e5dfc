/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"

#include <errno.h>

#include "base/trashinfo.h"

#define HEAD "[Trash Info]\n"

static struct trashinfo info;

static int parse(const char *text)
{
	trashinfo_done(&info);
	return trashinfo_parse(text, strlen(text), &info);
}

static int teardown(void **state)
{
	(void)state;
	trashinfo_done(&info);
	return 0;
}

static void test_paths(void **state)
{
	static const struct {
		const char *text;
		enum trashinfo_path kind;
		const char *path;
	} rows[] = {
		{HEAD "Path=foo/bar/meow.bow-wow\n", TRASHINFO_RELATIVE, "foo/bar/meow.bow-wow"},
		{HEAD "Path=/home/me/a%20b\n", TRASHINFO_ABSOLUTE, "/home/me/a b"},
		{HEAD "Path=a b\xff%ff%C3%bc%0A%1b", TRASHINFO_RELATIVE,
		 "a b\xff\xff\xc3\xbc\n\x1b"},
		{HEAD "x=y\nPath=first\nPath=second\n", TRASHINFO_RELATIVE, "first"},
		{HEAD "Path=a\r\nDeletionDate=2024-01-02T03:04:05\r\n", TRASHINFO_RELATIVE, "a"},
		{"[Trash Info]\r\nPath=a  \t\n", TRASHINFO_RELATIVE, "a"},
		{HEAD "Path=a%20%0D\n", TRASHINFO_RELATIVE, "a \r"},
		{HEAD "Path=./a//b/./c/\n", TRASHINFO_RELATIVE, "a/b/c"},
		{HEAD "Path=//a/.b/..c/d../...\n", TRASHINFO_ABSOLUTE, "/a/.b/..c/d../..."},
		{HEAD "Path=x%2Fy\n", TRASHINFO_RELATIVE, "x/y"},
		{HEAD "Path=%2Fetc%2Fcron.d%2Fx\n", TRASHINFO_ABSOLUTE, "/etc/cron.d/x"},
		{HEAD "[Other]\nPath=x\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=a\n[Other]\nPath=x\n", TRASHINFO_RELATIVE, "a"},
		{HEAD, TRASHINFO_NO_PATH, ""},
		{"[Trash Info]", TRASHINFO_NO_PATH, ""},
		{HEAD "path=x\n Path=x\nPath =x\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=/\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=.\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=../x\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=a/../../x\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=a/..\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=%2e%2E/x\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=%2e%2e%2fx\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=/home/%2e./x\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=a%00b\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=a%zz\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=a%4\n", TRASHINFO_NO_PATH, ""},
		{HEAD "Path=a%\n", TRASHINFO_NO_PATH, ""},
		/* The first counts, also when it is of no use. */
		{HEAD "Path=../x\nPath=y\n", TRASHINFO_NO_PATH, ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(parse(rows[i].text), 0);
		assert_int_equal(info.kind, rows[i].kind);
		assert_string_equal(info.path.buf, rows[i].path);
		assert_int_equal(info.why != NULL, rows[i].kind == TRASHINFO_NO_PATH);
	}
	trashinfo_done(&info);
	assert_int_equal(trashinfo_parse("[Trash Info]\nPath=a\0b\n", 22, &info), 0);
	assert_int_equal(info.kind, TRASHINFO_NO_PATH);
}

static void test_no_info_at_all(void **state)
{
	static const char *const rows[] = {"",
					   "\n",
					   "Path=x\n",
					   "\n[Trash Info]\n",
					   "[Trash Info\n",
					   " [Trash Info]\n",
					   "[trash info]\n",
					   "\xef\xbb\xbf[Trash Info]\n",
					   "[Trash Info]x\n",
					   "[Trash"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(parse(rows[i]), -EINVAL);
}

static void test_dates(void **state)
{
	static const struct {
		const char *text;
		struct trash_date date;
	} rows[] = {
		{"2004-08-31T22:32:08", {2004, 8, 31, 22, 32, 8}},
		{"20040831T22:32:08", {2004, 8, 31, 22, 32, 8}},
		{"2024-02-29T00:00:00", {2024, 2, 29, 0, 0, 0}},
		{"2016-12-31T23:59:60", {2016, 12, 31, 23, 59, 60}},
		{"2024-01-02T03:04:05.678Z", {2024, 1, 2, 3, 4, 5}},
		{"2023-02-29T00:00:00", {0}},
		{"1900-02-29T00:00:00", {0}},
		{"2024-13-01T00:00:00", {0}},
		{"2024-00-01T00:00:00", {0}},
		{"2024-01-32T00:00:00", {0}},
		{"2024-01-01T24:00:00", {0}},
		{"2024-01-01T00:60:00", {0}},
		{"2024-01-01 00:00:00", {0}},
		{"2024-0101T00:00:00", {0}},
		{"202401-01T00:00:00", {0}},
		{"2024-01-01T00:00", {0}},
		{"", {0}},
		{"now", {0}},
		{"-024-01-01T00:00:00", {0}},
		{"0000-01-01T00:00:00", {0}},
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		snprintf(text, sizeof(text),
			 HEAD "DeletionDate=%s\nDeletionDate=2000-01-01T01:01:01\n", rows[i].text);
		assert_int_equal(parse(text), 0);
		assert_memory_equal(&info.date, &rows[i].date, sizeof(info.date));
	}
}

static void test_long_lines(void **state)
{
	char *text = malloc(3 * 100000 + 100), *at = text;

	(void)state;
	at += sprintf(at, HEAD "Junk=");
	memset(at, 'j', 100000);
	at += 100000;
	at += sprintf(at, "\nPath=");
	memset(at, 'p', 100000);
	at += 100000;
	*at = '\0';
	assert_int_equal(parse(text), 0);
	assert_int_equal(info.path.len, 100000);
	free(text);
}

static void test_written_and_read(void **state)
{
	const struct trash_date date = {2026, 11, 6, 7, 8, 9};
	struct str out = STR_INIT;
	char every[256];

	(void)state;
	for (int i = 1; i < 256; i++)
		every[i - 1] = (char)i;
	every[255] = '\0';
	assert_int_equal(trashinfo_write(&out, "a b/%41/\xff\n[x]", &date), 0);
	assert_string_equal(out.buf, HEAD "Path=a%20b/%2541/%FF%0A%5Bx%5D\n"
					  "DeletionDate=2026-11-06T07:08:09\n");
	assert_int_equal(parse(out.buf), 0);
	assert_string_equal(info.path.buf, "a b/%41/\xff\n[x]");
	str_clear(&out);
	assert_int_equal(trashinfo_write(&out, every, &date), 0);
	assert_int_equal(parse(out.buf), 0);
	assert_string_equal(info.path.buf, every);
	assert_memory_equal(&info.date, &date, sizeof(date));
	str_done(&out);
}

static void test_sizes(void **state)
{
	static const char *const bad[] = {"",
					  "1",
					  "1 2",
					  "1 2 ",
					  "x 2 a",
					  "1 x a",
					  "1  2 a",
					  "-1 2 a",
					  "1 2 a/b",
					  "1 2 %2F",
					  "1 2 .",
					  "1 2 ..",
					  "1 2 %2e%2e",
					  "1 2 a%00",
					  "1 2 %",
					  "18446744073709551616 2 a",
					  "1 9223372036854775808 a"};
	struct str name = STR_INIT, out = STR_INIT;
	uint64_t size;
	int64_t mtime;

	(void)state;
	assert_int_equal(trashinfo_size_line("16384 15803468 Documents", 24, &size, &mtime, &name),
			 0);
	assert_int_equal(size, 16384);
	assert_int_equal(mtime, 15803468);
	assert_string_equal(name.buf, "Documents");
	assert_int_equal(
		trashinfo_size_line("18446744073709551615 -5 a%20b ", 30, &size, &mtime, &name), 0);
	assert_true(size == UINT64_MAX);
	assert_int_equal(mtime, -5);
	assert_string_equal(name.buf, "a b ");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(trashinfo_size_line(bad[i], strlen(bad[i]), &size, &mtime, &name),
				 -EINVAL);
	assert_int_equal(trashinfo_add_size_line(&out, 5, 6, "a b\n\xff"), 0);
	assert_string_equal(out.buf, "5 6 a%20b%0A%FF\n");
	str_done(&name);
	str_done(&out);
}

static void test_out_of_memory(void **state)
{
	static const char text[] =
		HEAD "Path=a%20long/path/that/needs/memory/of/its/own/to/be/kept/"
		     "somewhere/else/than/here\n";
	const struct trash_date date = {2026, 1, 1, 0, 0, 0};
	bool failed = true;

	(void)state;
	for (unsigned long n = 1; failed; n++) {
		struct str out = STR_INIT;
		int rc;

		nomem_arm(n);
		rc = parse(text);
		if (rc == 0)
			rc = trashinfo_write(&out, info.path.buf, &date);
		failed = nomem_disarm();
		assert_int_equal(rc, failed ? -ENOMEM : 0);
		str_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_paths, teardown),
		cmocka_unit_test_teardown(test_no_info_at_all, teardown),
		cmocka_unit_test_teardown(test_dates, teardown),
		cmocka_unit_test_teardown(test_long_lines, teardown),
		cmocka_unit_test_teardown(test_written_and_read, teardown),
		cmocka_unit_test_teardown(test_sizes, teardown),
		cmocka_unit_test_teardown(test_out_of_memory, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
