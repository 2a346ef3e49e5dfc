/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/answers.h"
#include "../../lib/tree.h"
#include "app/themes.h"
#include "ui/theme.h"

#include <errno.h>

static struct tree *tree;
static struct themes themes;

static int setup(void **state)
{
	(void)state;
	tree = tree_new("trowel/themes/mine.theme \"# Mine. More of it\\ntext = bold\\n\"\n"
			"trowel/themes/default.theme \"text = dim\\n\"\n"
			"trowel/themes/open.theme \"\" :0666\n");
	setenv("XDG_CONFIG_HOME", tree_path(tree, ""), 1);
	return themes_init(&themes);
}

static int teardown(void **state)
{
	(void)state;
	themes_done(&themes);
	tree_free(tree);
	return 0;
}

static void text_is(const char *name, const char *text)
{
	const struct theme_text *t = themes_find(&themes, name);

	assert_non_null(t);
	assert_string_equal(t->text, text);
	assert_int_equal(t->len, strlen(text));
}

static void the_default_is_built_in(void **state)
{
	(void)state;
	text_is("default", theme_default_text);
	assert_null(themes_find(&themes, "mine"));
	assert_false(themes.loaded);
	assert_int_equal(themes_add(&themes, "mine", "text = x", 8), 0);
	assert_int_equal(themes_add(&themes, "mine", "text = y", 8), 0);
	text_is("mine", "text = y");
}

static void load(void)
{
	struct answers a;
	struct browse *b;

	answers_init(&a);
	assert_int_equal(browse_new(&a.queue, &b), 0);
	themes_ask(&themes, b);
	themes_ask(&themes, b); /* nobody is asked twice */
	while (themes.waiting) {
		struct fs_event *e = answers_get(&a, FS_TEXTS, 0);

		assert_int_equal(themes_take(&themes, e), 0);
		fs_event_free(e);
	}
	browse_free(b, 20000);
	answers_done(&a);
}

static void files_come_before_what_was_known(void **state)
{
	const char *about;
	size_t n = 0, at = 0;

	(void)state;
	assert_int_equal(themes_add(&themes, "mine", "old", 3), 0);
	load();
	assert_true(themes.loaded);
	text_is("mine", "# Mine. More of it\ntext = bold\n");
	text_is("default", "text = dim\n");
	assert_non_null(themes_find(&themes, "mine")->path);
	assert_int_equal(themes_about(themes_find(&themes, "mine"), &about), 4);
	assert_memory_equal(about, "Mine", 4);
	assert_int_equal(themes_about(themes_find(&themes, "default"), &about), 0);
	assert_null(themes_find(&themes, "open")->text);
	assert_non_null(strstr(themes_find(&themes, "open")->reason, "others may write"));
	/* Each name once, in order. */
	for (const struct theme_text *t, *last = NULL; (t = themes_next(&themes, &at)); n++) {
		assert_true(!last || strcmp(last->name, t->name) < 0);
		assert_ptr_equal(t, themes_find(&themes, t->name));
		last = t;
	}
	assert_true(n >= 3);
	/* Read again: what is gone is gone, what was changed is new. */
	tree_remove(tree, "trowel/themes/default.theme");
	tree_remove(tree, "trowel/themes/open.theme");
	tree_add(tree, "trowel/themes/new.theme \"text = italic\"\n");
	load();
	assert_null(themes_find(&themes, "open"));
	text_is("new", "text = italic");
}

static void an_answer_nobody_waits_for_is_dropped(void **state)
{
	struct fs_event *e = fs_event_new(FS_TEXTS, 0);

	(void)state;
	e->u.texts.dir = strdup("/elsewhere");
	assert_int_equal(themes_take(&themes, e), 0);
	fs_event_free(e);
	/* Without memory it does not even say whose it is: nobody is waited for any more. */
	e = fs_event_new(FS_TEXTS, 0);
	themes.waiting = 1;
	assert_int_equal(themes_take(&themes, e), -ENOMEM);
	assert_int_equal(themes.waiting, 0);
	fs_event_free(e);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_default_is_built_in),
		TEST(files_come_before_what_was_known),
		TEST(an_answer_nobody_waits_for_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
