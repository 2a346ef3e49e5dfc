/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "app/openers.h"

#include <errno.h>

static const struct opener_kind unknown = {0};
static const struct opener_kind nothing = {.known = true, .mime = ""};
static const struct opener_kind png = {.known = true, .mime = "image/png"};
static const struct opener_kind json = {.known = true, .text = true, .mime = "application/json"};

static struct openers rules(const char *const (*pairs)[2], size_t n)
{
	struct openers o = {0};
	struct str err = STR_INIT;

	for (size_t i = 0; i < n; i++) {
		if (openers_add(&o, pairs[i][0], pairs[i][1], &err) != 0)
			fail_msg("%s = %s: %s", pairs[i][0], pairs[i][1], err.buf);
	}
	return o;
}

/* The command line of the first match; "" none, "?" it depends on the kind. */
static const char *found(const struct openers *o, const char *name, const struct opener_kind *kind)
{
	size_t at = 0;
	int r = openers_find(o, name, kind, &at);

	return r == 1 ? o->at[at].command.line : r == 0 ? "" : "?";
}

/* The first that matches wins; the kind is only asked for where a name has not decided before. */
static void test_order(void **state)
{
	static const char *const pairs[][2] = {
		{"*.pdf *.PS", "one %f"}, {"image/*", "two"}, {"*.png *.json Makefile", "three"},
		{"*.pdf", "four"},        {"text/*", "five"}, {"*", "six"},
	};
	struct openers o = rules(pairs, ARRAY_LEN(pairs));

	(void)state;
	assert_string_equal(found(&o, "a.pdf", &unknown), "one %f");
	assert_string_equal(found(&o, "a.PDF", &unknown), "one %f");
	assert_string_equal(found(&o, "a.PS", &unknown), "one %f");
	assert_string_equal(found(&o, "a.ps", &unknown), "?");
	assert_string_equal(found(&o, "a.ps", &nothing), "six");
	assert_string_equal(found(&o, "a.png", &unknown), "?");
	assert_string_equal(found(&o, "a.png", &png), "two");
	assert_string_equal(found(&o, "a.png", &nothing), "three");
	assert_string_equal(found(&o, "Makefile", &json), "three");
	assert_string_equal(found(&o, "makefile", &json), "five");
	assert_string_equal(found(&o, "no.pdf.x", &png), "two");
	assert_string_equal(found(&o, "\xff\n", &nothing), "six");
	openers_done(&o);
}

static void test_all_matches(void **state)
{
	static const char *const pairs[][2] = {
		{"*.png", "a"}, {"image/png", "b"}, {"x*", "c"}, {"video/*", "d"}, {"*/png", "e"}};
	struct openers o = rules(pairs, ARRAY_LEN(pairs));
	struct str seen = STR_INIT;

	(void)state;
	for (size_t at = 0; openers_find(&o, "y.png", &png, &at) == 1; at++)
		str_adds(&seen, o.at[at].command.line);
	assert_string_equal(seen.buf, "abe");
	str_done(&seen);
	openers_done(&o);
}

static void test_commands(void **state)
{
	static const struct {
		const char *text, *line;
		enum opener_how how;
		enum opener_own own;
	} cases[] = {
		{"feh", "feh", OPENER_TERM, OWN_NONE},
		{"term: vi", "vi", OPENER_TERM, OWN_NONE},
		{" wait:  file -L %F", "file -L %F", OPENER_WAIT, OWN_NONE},
		{"pager: pdftotext %f -", "pdftotext %f -", OPENER_PAGER, OWN_NONE},
		{"detach: /opt/x/y", "/opt/x/y", OPENER_DETACH, OWN_NONE},
		{"~/bin/x", "~/bin/x", OPENER_TERM, OWN_NONE},
		{":edit", ":edit", OPENER_TERM, OWN_EDIT},
		{":view ", ":view ", OPENER_TERM, OWN_VIEW},
		{":pager", ":pager", OPENER_TERM, OWN_PAGER},
		{":desktop", ":desktop", OPENER_TERM, OWN_DESKTOP},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct opener_command c = {0};

		assert_int_equal(opener_parse(cases[i].text, &c, NULL), 0);
		assert_string_equal(c.line, cases[i].line);
		assert_int_equal(c.how, cases[i].how);
		assert_int_equal(c.own, cases[i].own);
		opener_command_done(&c);
	}
}

/* What is opened is never what runs, and nothing beside it either. */
static void test_refused(void **state)
{
	static const char *const lines[][2] = {
		{"", "no command"},
		{"%f", "no placeholder there"},
		{"%d/x", "no placeholder there"},
		{"./x", "absolute path"},
		{"bin/x", "absolute path"},
		{"'' x", "empty"},
		{"x | y", "means something to a shell"},
		{"detach:", "no command"},
		{":edit x", "takes nothing more"},
		{":", "there are :edit"},
		{"x 'y", "not closed"},
		{"sh -c \"cat %f\"", "must not become part"},
		{"open\033: x", "open^[:"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct openers o = {0};
		struct str err = STR_INIT;

		assert_int_equal(openers_add(&o, "*", lines[i][0], &err), -EINVAL);
		if (!strstr(err.buf, lines[i][1]))
			fail_msg("%s: %s", lines[i][0], err.buf);
		assert_int_equal(o.n, 0);
		str_done(&err);
		openers_done(&o);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct openers o = {0};
		int r;

		nomem_arm(n);
		r = openers_add(&o, "*.a image/* {b,c}", "detach: x '%f'", NULL);
		if (!nomem_disarm()) {
			assert_int_equal(r, 0);
			openers_done(&o);
			break;
		}
		assert_true(r == -ENOMEM || r == 0);
		assert_int_equal(o.n, r == 0);
		openers_done(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),     cmocka_unit_test(test_all_matches),
		cmocka_unit_test(test_commands),  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
