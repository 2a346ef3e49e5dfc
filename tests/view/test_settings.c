/* SPDX-License-Identifier: MIT
 *
 * Drawings of the settings.
 */
#include "stage.h"

/* clang-format off */
static const struct scene_option options[] = {
	{"show-hidden", "yes", "show names that begin with a dot", "changed", NULL, "yes no", "no", true},
	{"parent-row", "yes", "show .. as the first row", "default", NULL, "yes no", "yes", false},
	{"sort", "size", "what lists are sorted by", "file", "size", "name size modified changed born extension owner mode items", "name", false},
	{"scroll-margin", "3", "rows kept in sight above and below the current one", "default", NULL, "0..100", "3", false},
	{"theme", "odd\x1b[31m \"name\" that goes on and on", "name of the colour theme", "changed", "light", "default light odd\x1b[31m", "default", true},
	{"colors", "auto", "how many colours to use; auto: what the terminal has", "default", NULL, "auto none 8 16 256 truecolor", "auto", false},
	{"escape-ms", "auto", "wait for the rest of an escape sequence, in milliseconds; auto: by the link", "default", NULL, "auto 0..10000", "auto", false},
	{"which-key-ms", "300", "rest after a prefix key before its keys are shown, in milliseconds", "default", NULL, "0..60000", "300", false},
};
/* clang-format on */

static void open_settings(struct stage *s, size_t selected)
{
	stage_open_typical(s);
	s->scene.overlay = OVERLAY_SETTINGS;
	s->scene.options = options;
	s->scene.noptions = ARRAY_LEN(options);
	s->scene.selected = selected;
}

static void test_list(void **state)
{
	struct stage s = {0};

	(void)state;
	open_settings(&s, 2);
	stage_compare(&s, "settings");
	stage_close(&s);
}

static void test_long_help(void **state)
{
	struct stage s = {0};

	(void)state;
	open_settings(&s, 6);
	s.canvas.ascii = true;
	stage_compare(&s, "settings-ascii");
	stage_close(&s);
}

static void test_value_is_typed(void **state)
{
	struct stage s = {0};

	(void)state;
	open_settings(&s, 3);
	stage_type_text(&s, "999");
	s.scene.question = "scroll-margin: ";
	s.scene.note = "scroll-margin: '999' is none of: 0..100";
	s.scene.note_is_error = true;
	stage_compare(&s, "settings-value");
	stage_close(&s);
}

static void test_search(void **state)
{
	struct stage s = {0};

	(void)state;
	open_settings(&s, 0);
	stage_type_text(&s, "zzz");
	s.scene.narrows = true;
	s.scene.search = "zzz";
	s.scene.noptions = 0;
	stage_compare(&s, "settings-search");
	s.scene.edit = NULL;
	s.scene.search = "ms";
	s.scene.options = &options[6];
	s.scene.noptions = 2;
	stage_compare(&s, "settings-narrowed");
	stage_close(&s);
}

static void test_notice(void **state)
{
	struct str text = STR_INIT;
	struct stage s = {0};

	(void)state;
	open_settings(&s, 4);
	model_notice(s.model, NOTICE_WARNING,
		     "not saved: /home/deploy/.config/trowel/config was edited meanwhile, nothing "
		     "was written; save again to put your changes into it as it is now");
	stage_compare(&s, "settings-notice");
	model_notice(s.model, NOTICE_INFO, "saved 1 option");
	stage_draw_at(&s, 24, 80);
	assert_int_equal(canvas_dump(&s.canvas, &text, false), 0);
	assert_non_null(strstr(text.buf, "\n saved 1 option\n"));
	assert_null(strstr(text.buf, "edited meanwhile"));
	str_done(&text);
	stage_close(&s);
}

/* Every size is drawn within its bounds; the cursor is on the current option where that has room.
 */
static void test_every_size(void **state)
{
	struct stage s = {0};

	(void)state;
	for (size_t selected = 0; selected < ARRAY_LEN(options); selected += 3) {
		open_settings(&s, selected);
		for (int rows = 1; rows < 50; rows++)
			for (int cols = 1; cols < 150; cols += rows % 3 + 5) {
				assert_int_equal(canvas_resize(&s.canvas, rows, cols), 0);
				stage_draw(&s, NULL);
				assert_in_range(s.layout.overlay.rows, 1, rows);
			}
		stage_close(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),           cmocka_unit_test(test_long_help),
		cmocka_unit_test(test_value_is_typed), cmocka_unit_test(test_search),
		cmocka_unit_test(test_notice),         cmocka_unit_test(test_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
