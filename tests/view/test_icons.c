/* SPDX-License-Identifier: MIT
 *
 * Icons before names: which, where, and that a held key goes on as without them.
 */
#include "stage.h"

#include "base/utf8.h"
#include "ui/icons.h"

static const struct stage_file files[] = {
	{"directory.tar", S_IFDIR | 0755, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"link.png", S_IFLNK | 0777, 0, 0, 1, "2026-01-01 00:00", "a", 0},
	{"Makefile", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"PHOTO.JPG", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"README.md", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"backup.tar.zst", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"program", S_IFREG | 0755, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"script.py", S_IFREG | 0755, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"queue.log", S_IFIFO | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"sock", S_IFSOCK | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"disk", S_IFBLK | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"no-extension", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"a.name-that-is-much-longer-than-any-in-the-table", S_IFREG | 0644, 0, 0, 1,
	 "2026-01-01 00:00", NULL, 0},
	{".gitignore", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
};

static void test_screens(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open(&s, files, ARRAY_LEN(files));
	list_set_hidden(model_list(s.model), true);
	stage_settle(&s);
	s.model->settings.icons = ICONS_PLAIN;
	stage_compare(&s, "icons-plain");
	s.model->settings.icons = ICONS_NERD;
	stage_compare(&s, "icons-nerd");
	stage_close(&s);
}

/* A terminal that has ASCII only has none, and no room is kept for them. */
static void test_none_in_ascii(void **state)
{
	struct stage s = {0};
	struct canvas with;

	(void)state;
	stage_open(&s, files, ARRAY_LEN(files));
	s.canvas.ascii = true;
	s.model->settings.icons = ICONS_NERD;
	stage_draw_at(&s, 24, 80);
	assert_int_equal(canvas_init(&with, 24, 80, true), 0);
	canvas_copy(&with, &s.canvas);
	s.model->settings.icons = ICONS_NONE;
	stage_draw_at(&s, 24, 80);
	assert_memory_equal(with.cells, s.canvas.cells, 24 * 80 * sizeof(struct cell));
	canvas_done(&with);
	stage_close(&s);
}

static void test_held(void **state)
{
	struct stage s = {0};
	struct canvas before;

	(void)state;
	stage_open_typical(&s);
	s.model->settings.icons = ICONS_NERD;
	assert_int_equal(canvas_init(&before, 14, 80, false), 0);
	stage_draw_at(&s, 14, 80);
	for (int i = 0; i < 14; i++) {
		const struct list *l = model_list(s.model);
		const struct rect *r = &s.layout.list;

		canvas_copy(&before, &s.canvas);
		list_move(model_list(s.model), 1);
		s.scene.resting = false;
		stage_fit(&s);
		stage_draw(&s, &before);
		for (int line = 0; line < r->rows; line++) {
			struct row row;
			int col = s.layout.slots.at[0].col;

			if (!list_row(l, l->top + (size_t)line, &row))
				continue;
			assert_string_equal(canvas_at(&s.canvas, r->row + line, col - 2)->text,
					    icon_of(ICONS_NERD, &row));
			assert_string_equal(canvas_at(&s.canvas, r->row + line, col - 1)->text,
					    " ");
			assert_int_equal(canvas_at(&s.canvas, r->row + line, col)->text[0],
					 row.name[0]);
		}
		assert_int_equal(s.canvas.cursor_col, s.layout.slots.at[0].col);
	}
	/* At rest it is as if nothing had been held. */
	s.scene.resting = true;
	canvas_copy(&before, &s.canvas);
	stage_draw(&s, &before);
	canvas_copy(&before, &s.canvas);
	stage_draw(&s, NULL);
	assert_memory_equal(before.cells, s.canvas.cells, 14 * 80 * sizeof(struct cell));
	canvas_done(&before);
	stage_close(&s);
}

/* Every sign of the table is one character in one column. */
static void test_signs(void **state)
{
	static const char *const signs[] = {
#define ICON(kind, plain, nerd) plain, nerd,
#include "ui/icons.def"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		uint32_t cp;

		assert_int_equal(utf8_decode(signs[i], strlen(signs[i]), &cp), strlen(signs[i]));
		assert_true(strlen(signs[i]) < sizeof(((struct cell *)0)->text));
		if (i % 2) /* private use, as Nerd Fonts have it */
			assert_in_range(cp, 0xe000, 0xf8ff);
		else
			assert_true(utf8_width(cp) == 1 && !utf8_hidden(cp));
	}
}

/* Names are looked up in lower case, and none is in the table twice. */
static void test_table(void **state)
{
	static const char *const texts[] = {
#define NAME(name, kind)     "name " name,
#define EXT(extension, kind) "ext " extension,
#include "ui/icons.def"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		for (const char *s = texts[i]; *s; s++)
			assert_false(*s >= 'A' && *s <= 'Z');
		assert_true(strlen(texts[i]) < 5 + 16);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(texts[i], texts[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens), cmocka_unit_test(test_none_in_ascii),
		cmocka_unit_test(test_held),    cmocka_unit_test(test_signs),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
