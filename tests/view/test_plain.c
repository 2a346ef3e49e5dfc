/* SPDX-License-Identifier: MIT
 *
 * The linear mode: its drawings, and that a step changes nothing on the screen but the place of the
 * cursor.
 */
#include "stage.h"

static void open_plain(struct stage *s)
{
	stage_open_typical(s);
	s->model->settings.plain = true;
	model_list(s->model)->margin = 0;
}

static void test_typical(void **state)
{
	struct stage s = {0};

	(void)state;
	open_plain(&s);
	stage_compare(&s, "plain");
	stage_close(&s);
}

static void test_marks_tabs_root(void **state)
{
	struct stage s = {.is_root = true};

	(void)state;
	open_plain(&s);
	assert_int_equal(model_mark_toggle(s.model, 3), 0);
	model_range(s.model);
	list_move(model_list(s.model), 2);
	assert_int_equal(model_sort(s.model, SORT_SIZE), 0);
	stage_settle(&s);
	assert_int_equal(model_filter(s.model, MATCH_SUBSTRING, "a", NULL), 0);
	stage_settle(&s);
	s.scene.read_only = true;
	stage_compare(&s, "plain-marks");
	assert_int_equal(model_tab_new(s.model), 0);
	stage_settle(&s);
	stage_compare(&s, "plain-tab");
	stage_close(&s);
}

static void test_views(void **state)
{
	struct stage s = {0};

	(void)state;
	open_plain(&s);
	assert_int_equal(model_mark_toggle(s.model, 2), 0);
	assert_int_equal(model_view_marked(s.model), 0);
	stage_settle(&s);
	stage_compare(&s, "plain-marked");
	assert_int_equal(model_view_mounts(s.model), 0);
	stage_settle(&s);
	stage_compare(&s, "plain-mounts");
	stage_close(&s);
}

static void test_empty(void **state)
{
	struct stage empty = {0}, loading = {.silent = true};

	(void)state;
	stage_open(&empty, NULL, 0);
	empty.model->settings.plain = true;
	stage_compare(&empty, "plain-empty");
	stage_close(&empty);
	stage_open(&loading, NULL, 0);
	loading.model->settings.plain = true;
	model_set_stall(loading.model,
			listing_ticket(model_tab(loading.model)->coming
					       ? model_tab(loading.model)->coming
					       : model_tab(loading.model)->listing),
			12000);
	stage_compare(&loading, "plain-stalled");
	stage_close(&loading);
}

/* Names from outside are as harmless as anywhere; what is ours is ASCII. */
static void test_hostile(void **state)
{
	static const struct stage_file files[] = {
		{"\x1b[31mred\nline\xff", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
		{"日本語.txt", S_IFREG | 0755, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
		{"link", S_IFLNK | 0777, 0, 0, 1, "2026-01-01 00:00", "a\x1b]0;x\x07/\xe2\x80\xae",
		 0},
		{"a-name-that-is-longer-than-forty-columns-for-certain.tar.zst", S_IFREG | 0644, 0,
		 0, 1, "2026-01-01 00:00", NULL, 0},
	};
	struct stage s = {0};

	(void)state;
	stage_open(&s, files, ARRAY_LEN(files));
	s.model->settings.plain = true;
	stage_compare(&s, "plain-hostile");
	stage_close(&s);
}

static const struct scene_item items[] = {
	{"Move", "j  Down", "down", "next row"},
	{"Move", "h  Left  Backspace", "parent", "go to the directory above"},
	{"Mark", "Space  Insert", "mark", "mark or unmark the row and go down"},
	{"Out", "", "nothing", "a command without keys"},
};

static void test_overlays(void **state)
{
	struct stage s = {0};

	(void)state;
	open_plain(&s);
	s.scene.items = items;
	s.scene.nitems = ARRAY_LEN(items);
	s.scene.overlay = OVERLAY_HELP;
	s.scene.scroll = 3;
	stage_compare(&s, "plain-help");
	s.scene.overlay = OVERLAY_STRIP;
	stage_compare(&s, "plain-strip");
	s.scene.overlay = OVERLAY_PALETTE;
	s.scene.question = ": ";
	s.scene.selected = 2;
	stage_type_text(&s, "mar");
	stage_compare(&s, "plain-palette");
	s.scene.nitems = 0;
	stage_compare(&s, "plain-palette-empty");
	s.scene.overlay = OVERLAY_HELP;
	s.scene.question = "search: ";
	stage_compare(&s, "plain-help-search");
	stage_close(&s);
}

static void test_prompts(void **state)
{
	struct stage s = {0};

	(void)state;
	open_plain(&s);
	s.scene.overlay = OVERLAY_PROMPT;
	s.scene.question = "go to: ";
	s.scene.completes = true;
	stage_type_text(&s, "a");
	stage_compare(&s, "plain-prompt");
	assert_int_equal(model_complete(s.model, "a"), 0);
	stage_settle(&s);
	stage_compare(&s, "plain-completion");
	stage_close(&s);
}

static void test_told(void **state)
{
	struct stage s = {0};
	struct drawing d = {0};
	struct str text = STR_INIT;

	(void)state;
	open_plain(&s);
	d = stage_drawing(&s);
	assert_int_equal(scene_tell_row(&d, &text), 0);
	assert_string_equal(text.buf, "banner.psd: you: read write; owner dev: read write; group "
				      "www: read write; others: read; "
				      "-rw-rw-r--, owner dev, group www, changed 2026-10-30 09:11");
	model_notice(s.model, NOTICE_INFO, "%s", text.buf);
	stage_compare(&s, "plain-told");
	str_clear(&text);
	assert_int_equal(model_mark_toggle(s.model, 3), 0);
	assert_int_equal(scene_tell_place(&d, &text), 0);
	assert_string_equal(text.buf, "~/site/uploads, row 9 of 26, 25 items, 2 hidden, 3 marked "
				      "with 221M, 31G free");
	str_clear(&text);
	list_move(model_list(s.model), -100);
	assert_int_equal(scene_tell_row(&d, &text), 0);
	assert_string_equal(text.buf, "..: here; you: list change enter; owner dev: list change "
				      "enter; group www: list change "
				      "enter; others: list enter");
	str_done(&text);
	stage_close(&s);
}

/* What is told stays until the next key: nobody knows how long it takes to be read. */
static void test_told_until_the_next_key(void **state)
{
	struct stage s = {0};

	(void)state;
	open_plain(&s);
	model_notice(s.model, NOTICE_INFO, "hello");
	s.now_ms += 3600000;
	model_tick(s.model, s.now_ms);
	assert_int_equal(s.model->notice.kind, NOTICE_INFO);
	stage_close(&s);
}

static int differences(const struct canvas *a, const struct canvas *b)
{
	int n = 0;

	for (int row = 0; row < a->rows; row++)
		for (int col = 0; col < a->cols; col++)
			n += memcmp(canvas_at(a, row, col), canvas_at(b, row, col),
				    sizeof(struct cell)) != 0;
	return n;
}

static void test_a_step_moves_the_cursor_only(void **state)
{
	struct stage s = {0};
	struct canvas before;

	(void)state;
	open_plain(&s);
	assert_int_equal(canvas_init(&before, 24, 80, false), 0);
	stage_draw_at(&s, 24, 80);
	for (int i = 0; i < 10; i++) {
		canvas_copy(&before, &s.canvas);
		list_move(model_list(s.model), 1);
		s.scene.resting = i % 2;
		stage_fit(&s);
		stage_draw(&s, &before);
		assert_int_equal(differences(&s.canvas, &before), 0);
		assert_int_equal(s.canvas.cursor_row, before.cursor_row + 1);
		assert_int_equal(s.canvas.cursor_col, 0);
	}
	canvas_done(&before);
	stage_close(&s);
}

/* Also while a key is held, each row is whole when the cursor comes to it. */
static void test_held_rows_are_whole(void **state)
{
	struct stage s = {0};
	struct canvas before;
	struct str text = STR_INIT;

	(void)state;
	open_plain(&s);
	assert_int_equal(canvas_init(&before, 10, 80, false), 0);
	stage_draw_at(&s, 10, 80);
	for (int i = 0; i < 16; i++) {
		const struct list *l = model_list(s.model);
		struct row row;

		canvas_copy(&before, &s.canvas);
		list_move(model_list(s.model), 1);
		s.scene.resting = false;
		stage_fit(&s);
		stage_draw(&s, &before);
		assert_true(list_row(l, l->cursor, &row));
		str_clear(&text);
		for (int col = 0; col < 80; col++)
			str_adds(&text, canvas_at(&s.canvas, s.canvas.cursor_row, col)->text);
		assert_int_equal(strncmp(text.buf, row.name, row.name_len), 0);
		assert_non_null(strstr(text.buf, row.err ? ", not readable" : ", 202"));
	}
	str_done(&text);
	canvas_done(&before);
	stage_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_typical),
		cmocka_unit_test(test_marks_tabs_root),
		cmocka_unit_test(test_views),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_overlays),
		cmocka_unit_test(test_prompts),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_told_until_the_next_key),
		cmocka_unit_test(test_a_step_moves_the_cursor_only),
		cmocka_unit_test(test_held_rows_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
