/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "base/conf.h"
#include "base/conf_edit.h"

#include <errno.h>

static const struct conf_change theme = {"options", "theme", "light"};

static void edits_to(const char *text, size_t len, const struct conf_change *c, const char *want)
{
	struct str out = STR_INIT;

	assert_int_equal(conf_edit(text, len, c, &out), 0);
	assert_int_equal(out.len, strlen(want) + (len - strlen(text)));
	assert_memory_equal(out.buf, want, strlen(want));
	str_done(&out);
}

/* Whatever stands around the value stays, byte for byte. */
static void changes_one_value(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"[options]\ntheme = default\n", "[options]\ntheme = light\n"},
		{"[options]\ntheme=default", "[options]\ntheme=light"},
		{"[options]\n  theme\t=\tdefault  \t\n", "[options]\n  theme\t=\tlight  \t\n"},
		{"[options]\r\ntheme = default\r\n# x\r\n",
		 "[options]\r\ntheme = light\r\n# x\r\n"},
		{"# top\n\n[keys]\ntheme = q\n[options]\n; c\ntheme = \"a b \"\n\nwrap = no\n",
		 "# top\n\n[keys]\ntheme = q\n[options]\n; c\ntheme = light\n\nwrap = no\n"},
		/* The last one counts. */
		{"[options]\ntheme = a\ntheme = b\nwrap = no\n",
		 "[options]\ntheme = a\ntheme = light\nwrap = no\n"},
		{"[options]\ntheme = a\n[keys]\n[options]\ntheme = b\n[x]\ntheme = c\n",
		 "[options]\ntheme = a\n[keys]\n[options]\ntheme = light\n[x]\ntheme = c\n"},
		/* A line that was refused is put right. */
		{"[options]\ntheme = \"a\nnonsense\n[bad\n",
		 "[options]\ntheme = light\nnonsense\n[bad\n"},
		{"[options]\ntheme =\n", "[options]\ntheme = light\n"},
		{"[options]\ntheme=\n", "[options]\ntheme=light\n"},
		{"[options]\ntheme = \r\n", "[options]\ntheme = light \r\n"},
		{"[options]\n# theme = default\n#theme=x\ntheme = d # not a comment\n",
		 "[options]\n# theme = default\n#theme=x\ntheme = light\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		edits_to(cases[i].text, strlen(cases[i].text), &theme, cases[i].want);
}

/* Files without sections, as that of the bookmarks is. */
static void without_sections(void **state)
{
	static const struct conf_change a = {"", "a", "/x"};
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"", "a = /x\n"},
		{"a = \"/old\"\nb = /y\n", "a = /x\nb = /y\n"},
		{"a = /1\na = /2\n", "a = /1\na = /x\n"},
		{"b = /y", "b = /y\na = /x"},
		{"# mine\n", "# mine\na = /x\n"},
		{"[s]\na = /old\n", "a = /x\n[s]\na = /old\n"},
		{"b = /y\n[s]\na = /old\n", "b = /y\na = /x\n[s]\na = /old\n"},
		{"nonsense\nb = /y\r\n", "nonsense\nb = /y\r\na = /x\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		edits_to(cases[i].text, strlen(cases[i].text), &a, cases[i].want);
}

static void adds_a_line(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"", "[options]\ntheme = light\n"},
		{"# mine\n", "# mine\n\n[options]\ntheme = light\n"},
		{"# mine", "# mine\n\n[options]\ntheme = light"},
		{"# mine\r\n", "# mine\r\n\r\n[options]\r\ntheme = light\r\n"},
		{"[options]", "[options]\ntheme = light"},
		{"[options]\n# none yet\n", "[options]\ntheme = light\n# none yet\n"},
		{"[options]\nwrap = no\n\n# keys follow\n[keys]\n",
		 "[options]\nwrap = no\ntheme = light\n\n# keys follow\n[keys]\n"},
		{"[options]\r\nwrap = no", "[options]\r\nwrap = no\r\ntheme = light"},
		{"[options]\nwrap = no\r\n[keys]\n",
		 "[options]\nwrap = no\r\ntheme = light\r\n[keys]\n"},
		{"[keys]\ntheme = t\n", "[keys]\ntheme = t\n\n[options]\ntheme = light\n"},
		{"theme = outside\n", "theme = outside\n\n[options]\ntheme = light\n"},
		{"[options]\nwrap = no\n[keys]\nq = x\n[options]\nsort = size\n",
		 "[options]\nwrap = no\n[keys]\nq = x\n[options]\nsort = size\ntheme = light\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		edits_to(cases[i].text, strlen(cases[i].text), &theme, cases[i].want);
}

static void keeps_nul_bytes(void **state)
{
	static const char text[] = "[options]\ntheme = a\nx\0y\ntheme = \0b\n";
	static const char want[] = "[options]\ntheme = light\nx\0y\ntheme = \0b\n";
	struct str out = STR_INIT;

	(void)state;
	assert_int_equal(conf_edit(text, sizeof(text) - 1, &theme, &out), 0);
	assert_int_equal(out.len, sizeof(want) - 1);
	assert_memory_equal(out.buf, want, out.len);
	str_done(&out);
}

struct found {
	const char *name;
	struct str value;
};

static int find(void *ctx, const struct conf_item *item, struct str *err)
{
	struct found *f = ctx;

	(void)err;
	if (strcmp(item->section, "options") != 0 || strcmp(item->name, f->name) != 0)
		return 0;
	str_clear(&f->value);
	return str_adds(&f->value, item->value);
}

static void any_value_comes_back(void **state)
{
	static const char *const values[] = {
		"",     "plain",   " blank", "blank ", "\"", "\"q\"", "a\\b", "\\ ",
		"a\nb", "\ttab\t", "# x",    "= ; [",  "\r", "x\r",   "x\ry", "caf\xe9 \x1b[2J",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct conf_change c = {"options", "theme", values[i]};
		struct found f = {.name = "theme", .value = STR_INIT};
		struct str out = STR_INIT;

		assert_int_equal(conf_edit("[options]\r\ntheme = x", 20, &c, &out), 0);
		assert_int_equal(conf_parse(out.buf, out.len, find, NULL, &f), 0);
		assert_string_equal(f.value.buf, values[i]);
		str_done(&f.value);
		str_done(&out);
	}
}

static void refuses_what_cannot_be_written(void **state)
{
	static const struct conf_change cases[] = {
		{"options", "", "x"},   {"options", "a=b", "x"}, {"options", " a", "x"},
		{"options", "#a", "x"}, {"options", "[a", "x"},  {"options", "a\nb", "x"},
		{" ", "a", "x"},        {"a]b", "a", "x"},       {"a\nb", "a", "x"},
		{"options ", "a", "x"},
	};
	struct str out = STR_INIT;

	(void)state;
	assert_int_equal(str_adds(&out, "kept"), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(conf_edit("x", 1, &cases[i], &out), -EINVAL);
	assert_string_equal(out.buf, "kept");
	str_done(&out);
}

static void several_at_once(void **state)
{
	static const struct conf_change changes[] = {
		{"options", "wrap", "yes"}, {"options", "theme", "light"}, {"keys", "quit", "q"}};
	struct str out = STR_INIT;

	(void)state;
	assert_int_equal(conf_edit_all("[options]\nwrap = no\n", 20, changes, 3, &out), 0);
	assert_string_equal(out.buf, "[options]\nwrap = yes\ntheme = light\n\n[keys]\nquit = q\n");
	str_clear(&out);
	assert_int_equal(conf_edit_all("as it is", 8, changes, 0, &out), 0);
	assert_string_equal(out.buf, "as it is");
	str_done(&out);
}

static void without_memory(void **state)
{
	static const struct conf_change changes[] = {{"options", "wrap", "yes"},
						     {"more", "theme", " light"}};
	bool failed = true;

	(void)state;
	for (unsigned long n = 1; failed; n++) {
		struct str out = STR_INIT;
		int r;

		nomem_arm(n);
		r = conf_edit_all("[options]\nwrap = no\n", 20, changes, 2, &out);
		failed = nomem_disarm();
		assert_int_equal(r, failed ? -ENOMEM : 0);
		assert_int_equal(out.len > 0, r == 0);
		str_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_one_value),
		cmocka_unit_test(without_sections),
		cmocka_unit_test(adds_a_line),
		cmocka_unit_test(keeps_nul_bytes),
		cmocka_unit_test(any_value_comes_back),
		cmocka_unit_test(refuses_what_cannot_be_written),
		cmocka_unit_test(several_at_once),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
