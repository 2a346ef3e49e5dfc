/* SPDX-License-Identifier: MIT
 *
 * Random scenes at every size up to 40x130: nothing is written outside the canvas (ASan), every
 * line fits, wide characters are whole, the cursor is on the screen, and the list is as high as
 * scene_list_height() says.
 */
#include "stage.h"

static uint32_t next_random(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static const struct scene_item items[] = {
	{"One", "j  Down", "down", "move down"},
	{"One", "C-a", "a-very-long-command-name-indeed",
	 "help text that is longer than any small screen is wide"},
	{"Two", "", "no-keys", "without keys"},
	{"Two", "← →", "arrows", "naïve wörds"},
	{"Three", "x", "x", ""},
};

static void random_scene(struct stage *s, uint32_t *seed)
{
	static const char *const typed[] = {"", "a", "photo", "\x1b[31m\xff",
					    "日本語の長い入力が続く日本語の長い入力が続く"};
	static const char *const notes[] = {NULL, "", "glob  (Tab: other)",
					    "a reason that is quite long, as reasons are"};
	struct scene *scene = &s->scene;

	stage_type_text(s, typed[next_random(seed, ARRAY_LEN(typed))]);
	scene->overlay = (enum overlay)next_random(seed, OVERLAY_STRIP + 1);
	if (next_random(seed, 4) == 0 && scene->overlay == OVERLAY_HELP)
		scene->edit = NULL;
	scene->question = next_random(seed, 5) ? "filter (glob): " : NULL;
	scene->note = notes[next_random(seed, ARRAY_LEN(notes))];
	scene->note_is_error = next_random(seed, 2);
	scene->completes = next_random(seed, 2);
	scene->items = items;
	scene->nitems = next_random(seed, ARRAY_LEN(items) + 1);
	scene->selected = next_random(seed, 7);
	scene->scroll = next_random(seed, 30);
	scene->nhints = next_random(seed, ARRAY_LEN(stage_hints) + 1);
	scene->pending = next_random(seed, 3) ? "" : "12345g";
	scene->is_root = next_random(seed, 2);
	scene->read_only = next_random(seed, 2);
	scene->resting = next_random(seed, 3) > 0;
	s->model->settings.hints = next_random(seed, 4) > 0;
	s->model->settings.size_exact = next_random(seed, 4) == 0;
	s->model->settings.time_relative = next_random(seed, 4) == 0;
	/* Not those of private use, which the measuring below would take for escapes. */
	s->model->settings.icons = (int)next_random(seed, 2);
	s->model->settings.plain = next_random(seed, 4) == 0;
	s->canvas.ascii = next_random(seed, 4) == 0;
	if (next_random(seed, 4) == 0)
		model_notice(s->model, (enum notice_kind)(1 + next_random(seed, 3)), "%s",
			     "odd\n\xff notice");
	list_move(model_list(s->model), (long)next_random(seed, 21) - 10);
}

static void assert_sound(const struct canvas *c)
{
	for (int row = 0; row < c->rows; row++) {
		for (int col = 0; col < c->cols; col++) {
			const struct cell *cell = canvas_at(c, row, col);

			assert_true(memchr(cell->text, '\0', sizeof(cell->text)) != NULL);
			assert_true(cell->look < THEME_LOOKS_MAX);
			assert_true((cell->width == 0) == (cell->text[0] == '\0'));
			if (cell->width == 0)
				assert_true(col > 0 && canvas_at(c, row, col - 1)->width == 2);
			if (cell->width == 2)
				assert_true(col + 1 < c->cols &&
					    canvas_at(c, row, col + 1)->width == 0);
			for (const char *p = cell->text; *p; p++)
				assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
		}
	}
}

static void assert_lines_fit(const struct canvas *c)
{
	struct str text = STR_INIT;
	const char *line;

	assert_int_equal(canvas_dump(c, &text, false), 0);
	line = text.buf;
	for (int row = 0; row < c->rows; row++) {
		size_t len = strcspn(line, "\n");
		size_t width = 0;
		struct glyph_iter it;
		struct glyph g;

		glyph_iter_init(&it, line, len, false);
		while (glyph_next(&it, &g))
			width += g.escaped ? g.bytes : g.width;
		assert_true(width <= (size_t)c->cols);
		line += len + 1;
	}
	assert_int_equal(*line, '\0');
	str_done(&text);
}

static void test_every_size(void **state)
{
	struct stage s = {0};
	struct canvas before;
	uint32_t seed = 20261103;

	(void)state;
	stage_open_typical(&s);
	assert_int_equal(model_mark_toggle(s.model, 3), 0);
	assert_int_equal(model_complete(s.model, "a"), 0);
	stage_settle(&s);
	assert_int_equal(canvas_init(&before, 1, 1, false), 0);
	for (int rows = 1; rows <= 40; rows++) {
		for (int cols = 1; cols <= 130; cols++) {
			struct drawing d = stage_drawing(&s);

			random_scene(&s, &seed);
			assert_int_equal(canvas_resize(&s.canvas, rows, cols), 0);
			stage_fit(&s);
			stage_draw(&s, &before);
			assert_sound(&s.canvas);
			assert_lines_fit(&s.canvas);
			assert_int_equal(s.layout.list.rows, scene_list_height(&d, rows, cols));
			assert_true(s.layout.list.rows >= 1);
			assert_int_equal(canvas_resize(&before, rows, cols), 0);
			canvas_copy(&before, &s.canvas);
			/* Once more at the same size, which may go on from the one before. */
			random_scene(&s, &seed);
			stage_fit(&s);
			stage_draw(&s, &before);
			assert_sound(&s.canvas);
			model_notice_clear(s.model);
		}
	}
	canvas_done(&before);
	stage_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_size)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
