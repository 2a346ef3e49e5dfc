/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "base/path.h"

#include <errno.h>

static void resolves(void **state)
{
	static const struct {
		const char *base, *path, *home, *want;
	} cases[] = {
		{"/a/b", "c", NULL, "/a/b/c"},
		{"/a/b", "", NULL, "/a/b"},
		{"/a/b", ".", NULL, "/a/b"},
		{"/a/b", "..", NULL, "/a"},
		{"/a/b", "../..", NULL, "/"},
		{"/a/b", "../../../..", NULL, "/"},
		{"/a/b", "../../../../x", NULL, "/x"},
		{"/", "a", NULL, "/a"},
		{"/", "", NULL, "/"},
		{"/a", "/x//y/./z/../", NULL, "/x/y"},
		{"/a", "//x", NULL, "/x"},
		{"/a//b/", "c/", NULL, "/a/b/c"},
		{"/a", "~", "/home/me", "/home/me"},
		{"/a", "~/x", "/home/me/", "/home/me/x"},
		{"/a", "~/../x", "/home/me", "/home/x"},
		{"/a", "~", NULL, "/a/~"},
		{"/a", "~other", "/home/me", "/a/~other"},
		{"/a", "...", NULL, "/a/..."},
		{"/a", ".x/..y", NULL, "/a/.x/..y"},
	};
	struct str out = STR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(path_resolve(&out, cases[i].base, cases[i].path, cases[i].home),
				 0);
		assert_string_equal(out.buf, cases[i].want);
	}
	str_done(&out);
}

static void takes_paths_of_any_length(void **state)
{
	struct str path = STR_INIT, out = STR_INIT;

	(void)state;
	for (int i = 0; i < 50000; i++)
		str_adds(&path, "/x");
	assert_int_equal(path_resolve(&out, "/", path.buf, NULL), 0);
	assert_string_equal(out.buf, path.buf);
	str_done(&path);
	str_done(&out);
}

static void joins(void **state)
{
	struct str out = STR_INIT;

	(void)state;
	path_join(&out, "/", "a", 1);
	assert_string_equal(out.buf, "/a");
	path_join(&out, "/a", "bcd", 2);
	assert_string_equal(out.buf, "/a/bc");
	path_join(&out, "", "x", 1);
	assert_string_equal(out.buf, "x");
	str_done(&out);
}

static void takes_paths_apart(void **state)
{
	(void)state;
	assert_string_equal(path_base("/a/b"), "b");
	assert_string_equal(path_base("/"), "");
	assert_string_equal(path_base("a"), "a");
	assert_int_equal(path_parent_len("/a/b"), 2);
	assert_int_equal(path_parent_len("/a"), 1);
	assert_int_equal(path_parent_len("/"), 1);
	assert_int_equal(path_parent_len("a"), 0);
}

static void finds_extensions(void **state)
{
	static const char *const cases[][2] = {
		{"a.tar.gz", "gz"}, {"a", ""},     {".bashrc", ""}, {"a.", ""},    {"..", ""},
		{"...x", ""},       {".a.b", "b"}, {"", ""},        {"a..c", "c"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len, all = strlen(cases[i][0]);
		const char *ext = path_ext(cases[i][0], all, &len);

		assert_int_equal(len, strlen(cases[i][1]));
		assert_memory_equal(ext, cases[i][1], len);
		assert_true(ext >= cases[i][0] && ext + len <= cases[i][0] + all);
	}
}

static void numbers_names(void **state)
{
	static const struct {
		const char *name;
		unsigned n;
		size_t max;
		const char *want;
	} cases[] = {
		{"a.txt", 1, 255, "a.txt"},
		{"a.txt", 2, 255, "a.2.txt"},
		{"a.tar.gz", 3, 255, "a.tar.3.gz"},
		{".bashrc", 2, 255, ".bashrc.2"},
		{"a", 12, 255, "a.12"},
		{"abcdefgh.txt", 2, 10, "abcd.2.txt"},
		{"abc\xc3\xa4.txt", 2, 10, "abc.2.txt"},
		{"a.an extension that is most of the name", 2, 255,
		 "a.an extension that is most of the name.2"},
		{"ab.extension", 2, 8, "ab.ext.2"},
	};
	struct str out = STR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(path_numbered(&out, cases[i].name, cases[i].n, cases[i].max), 0);
		assert_string_equal(out.buf, cases[i].want);
	}
	str_done(&out);
}

static void knows_what_is_below(void **state)
{
	(void)state;
	assert_true(path_is_below("/a/b", "/a"));
	assert_true(path_is_below("/a", "/a"));
	assert_true(path_is_below("/a", "/a/"));
	assert_false(path_is_below("/ab", "/a"));
	assert_false(path_is_below("/", "/a"));
	assert_true(path_is_below("/a", "/"));
	assert_true(path_is_below("/", "/"));
	assert_false(path_is_below("/a", ""));
}

static void abbreviates(void **state)
{
	static const char *const cases[][3] = {
		{"/home/me", "/home/me", "~"},
		{"/home/me/x", "/home/me", "~/x"},
		{"/home/me/x", "/home/me/", "~/x"},
		{"/home/men", "/home/me", "/home/men"},
		{"/x", "/", "/x"},
		{"/x", NULL, "/x"},
		{"/x", "", "/x"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str out = STR_INIT;

		assert_int_equal(path_abbrev(&out, cases[i][0], cases[i][1]), 0);
		assert_string_equal(out.buf, cases[i][2]);
		str_done(&out);
	}
}

static void nth_allocation_fails(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct str out = STR_INIT;

		nomem_arm(n);
		int r = path_resolve(&out, "/a/long/base/that/needs/more/than/one/buffer", "x/y",
				     NULL);
		bool failed = nomem_disarm();
		str_done(&out);
		if (!failed)
			break;
		assert_int_equal(r, -ENOMEM);
	}
}

static void goes_relatively(void **state)
{
	static const struct {
		const char *dir, *path, *want;
	} cases[] = {
		{"/a", "/a/b", "b"},
		{"/a", "/b", "../b"},
		{"/a/b", "/a", ".."},
		{"/a/b", "/a/b", "."},
		{"/a/b/c", "/a/d/e", "../../d/e"},
		{"/", "/a/b", "a/b"},
		{"/a/b", "/", "../.."},
		{"/", "/", "."},
		{"/ab", "/a", "../a"},
		{"/a", "/ab", "../ab"},
		{"/a/bc", "/a/b/c", "../b/c"},
		{"/a", "/a\n/..b", "../a\n/..b"},
	};
	struct str out = STR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		str_clear(&out);
		str_adds(&out, "x:");
		assert_int_equal(path_relative(&out, cases[i].dir, cases[i].path), 0);
		assert_string_equal(out.buf + 2, cases[i].want);
	}
	str_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolves),
		cmocka_unit_test(takes_paths_of_any_length),
		cmocka_unit_test(joins),
		cmocka_unit_test(takes_paths_apart),
		cmocka_unit_test(finds_extensions),
		cmocka_unit_test(numbers_names),
		cmocka_unit_test(knows_what_is_below),
		cmocka_unit_test(abbreviates),
		cmocka_unit_test(nth_allocation_fails),
		cmocka_unit_test(goes_relatively),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
