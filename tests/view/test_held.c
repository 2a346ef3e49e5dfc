/* SPDX-License-Identifier: MIT
 *
 * What is drawn while a key is held: only what must follow it; and that the drawing at rest does
 * not depend on what was drawn before it.
 */
#include "stage.h"

static void keep(const struct stage *s, struct canvas *before)
{
	if (before->rows != s->canvas.rows || before->cols != s->canvas.cols)
		assert_int_equal(canvas_resize(before, s->canvas.rows, s->canvas.cols), 0);
	canvas_copy(before, &s->canvas);
}

/* Cells in which the two differ, in rows [from, to). */
static int differences(const struct canvas *a, const struct canvas *b, int from, int to)
{
	int n = 0;

	for (int row = from; row < to; row++) {
		for (int col = 0; col < a->cols; col++) {
			const struct cell *x = canvas_at(a, row, col), *y = canvas_at(b, row, col);

			n += strcmp(x->text, y->text) != 0 || x->look != y->look;
		}
	}
	return n;
}

static void draw_held(struct stage *s, struct canvas *before)
{
	s->scene.resting = false;
	keep(s, before);
	stage_fit(s);
	stage_draw(s, before);
}

static void open_held(struct stage *s, struct canvas *before, int rows, int cols)
{
	stage_open_typical(s);
	assert_int_equal(canvas_init(before, rows, cols, false), 0);
	stage_draw_at(s, rows, cols);
	/* The first step takes the highlight away; from then on there is none. */
	list_move(model_list(s->model), 1);
	draw_held(s, before);
}

static void close_held(struct stage *s, struct canvas *before)
{
	canvas_done(before);
	stage_close(s);
}

static void assert_rest_is_whole(struct stage *s, struct canvas *before)
{
	struct canvas alone;

	s->scene.resting = true;
	keep(s, before);
	stage_draw(s, before);
	assert_int_equal(canvas_init(&alone, s->canvas.rows, s->canvas.cols, false), 0);
	canvas_copy(&alone, &s->canvas);
	memset(&s->layout, 0, sizeof(s->layout));
	stage_draw(s, NULL);
	assert_int_equal(differences(&alone, &s->canvas, 0, alone.rows), 0);
	canvas_done(&alone);
}

static void test_a_step_moves_two_signs(void **state)
{
	struct stage s = {0};
	struct canvas before;

	(void)state;
	open_held(&s, &before, 24, 80);
	for (int i = 0; i < 5; i++) {
		int row = s.canvas.cursor_row;

		list_move(model_list(s.model), 1);
		draw_held(&s, &before);
		assert_int_equal(s.canvas.cursor_row, row + 1);
		assert_int_equal(differences(&s.canvas, &before, 0, 24), 2);
		assert_string_equal(canvas_at(&s.canvas, row + 1, 0)->text, "▸");
	}
	assert_rest_is_whole(&s, &before);
	close_held(&s, &before);
}

static void test_the_first_step_takes_the_highlight_away(void **state)
{
	struct stage s = {0};
	struct canvas before;

	(void)state;
	open_held(&s, &before, 24, 80);
	for (int row = 0; row < 24; row++)
		for (int col = 0; col < 80; col++)
			assert_int_not_equal(canvas_at(&s.canvas, row, col)->look, ROLE_CURSOR);
	/* The name and two signs. */
	assert_int_equal(differences(&s.canvas, &before, 0, 24), (int)strlen("banner.psd") + 2);
	close_held(&s, &before);
}

static void test_footer_and_header_stay(void **state)
{
	struct stage s = {0};
	struct canvas before;

	(void)state;
	open_held(&s, &before, 24, 80);
	list_move_to_name(model_list(s.model), "2024", 4);
	draw_held(&s, &before);
	assert_int_equal(differences(&s.canvas, &before, s.layout.footer.row, 24), 0);
	assert_int_equal(differences(&s.canvas, &before, 0, 2), 0);
	assert_rest_is_whole(&s, &before);
	close_held(&s, &before);
}

/* True when everything right of the names is blank. */
static bool only_name(const struct stage *s, int row)
{
	const struct column_slot *name = &s->layout.slots.at[0];

	for (int col = name->col + name->width; col < s->canvas.cols; col++)
		if (strcmp(canvas_at(&s->canvas, row, col)->text, " ") != 0)
			return false;
	return true;
}

static void test_a_scrolled_row_shows_its_name(void **state)
{
	struct stage s = {0};
	struct canvas before;
	struct rect r;
	size_t top;

	(void)state;
	open_held(&s, &before, 14, 80);
	r = s.layout.list;
	do {
		top = model_list(s.model)->top;
		list_move(model_list(s.model), 1);
		draw_held(&s, &before);
	} while (model_list(s.model)->top == top);
	for (int i = 0; i < 3; i++) {
		list_move(model_list(s.model), 1);
		draw_held(&s, &before);
		/* What was on screen moved up with all it showed. */
		for (int row = r.row; row < r.row + r.rows - 1; row++)
			for (int col = 1; col < 80; col++)
				assert_string_equal(canvas_at(&s.canvas, row, col)->text,
						    canvas_at(&before, row + 1, col)->text);
		assert_true(only_name(&s, r.row + r.rows - 1));
	}
	assert_false(only_name(&s, r.row));
	assert_rest_is_whole(&s, &before);
	assert_false(only_name(&s, r.row + r.rows - 1));
	close_held(&s, &before);
}

/* Each row of the list shows its name, and behind it a blank and nothing or an arrow. */
static void assert_names(struct stage *s)
{
	const struct list *l = model_list(s->model);
	const struct rect *r = &s->layout.list;
	struct row row;

	for (int i = 0; i < r->rows && list_row(l, l->top + (size_t)i, &row); i++) {
		int col = s->layout.slots.at[0].col;
		const char *behind;

		for (size_t k = 0; k < row.name_len; k++)
			assert_int_equal(canvas_at(&s->canvas, r->row + i, col++)->text[0],
					 row.name[k]);
		col += row.type == ENTRY_DIR;
		assert_string_equal(canvas_at(&s->canvas, r->row + i, col)->text, " ");
		behind = canvas_at(&s->canvas, r->row + i, col + 1)->text;
		assert_true(strcmp(behind, " ") == 0 || (row.target && strcmp(behind, "→") == 0));
	}
}

/* What keeps step with a held key: the list scrolls a few rows at a time, and a range grows. */
static void test_scrolls_ahead_of_a_range(void **state)
{
	struct stage s = {0};
	struct canvas before;
	struct list *l;
	int scrolled = 0;

	(void)state;
	open_held(&s, &before, 14, 80);
	l = model_list(s.model);
	l->ahead = 2;
	model_range(s.model);
	for (int i = 0; i < 10; i++) {
		size_t top = l->top;

		list_move(l, 1);
		draw_held(&s, &before);
		assert_names(&s);
		assert_true(l->top == top || l->top == top + 3 ||
			    l->top == list_len(l) - l->height);
		scrolled += l->top != top;
		for (size_t pos = l->top; pos < l->top + l->height; pos++) {
			int row = s.layout.list.row + (int)(pos - l->top);
			const char *sign = list_in_range(l, pos) ? "+" : " ";

			assert_string_equal(canvas_at(&s.canvas, row, 1)->text, sign);
			assert_string_equal(canvas_at(&s.canvas, row, 0)->text,
					    pos == l->cursor ? "▸" : " ");
		}
	}
	assert_in_range(scrolled, 2, 4);
	assert_rest_is_whole(&s, &before);
	close_held(&s, &before);
}

static void test_a_page_shows_names(void **state)
{
	struct stage s = {0};
	struct canvas before;
	struct rect r;

	(void)state;
	open_held(&s, &before, 14, 80);
	r = s.layout.list;
	list_page(model_list(s.model), 2);
	list_page(model_list(s.model), 2);
	draw_held(&s, &before);
	for (int row = r.row + 2; row < r.row + r.rows; row++)
		assert_true(only_name(&s, row));
	assert_rest_is_whole(&s, &before);
	close_held(&s, &before);
}

/* Names that begin alike, with blanks, are told from each other. */
static void test_alike_names(void **state)
{
	static const struct stage_file files[] = {
		{"a", S_IFREG | 0600, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
		{"a b", S_IFREG | 0640, 0, 0, 22, "2026-01-01 00:00", NULL, 0},
		{"a b c", S_IFREG | 0644, 0, 0, 333, "2026-01-01 00:00", NULL, 0},
		{"a b c d", S_IFLNK | 0777, 0, 0, 3, "2026-01-01 00:00", "a b", 0},
		{"a b c d e", S_IFREG | 0700, 0, 0, 4444, "2026-01-01 00:00", NULL, 0},
	};
	struct stage s = {0};
	struct canvas before;

	(void)state;
	stage_open(&s, files, ARRAY_LEN(files));
	assert_int_equal(canvas_init(&before, 6, 80, false), 0);
	stage_draw_at(&s, 6, 80);
	for (int i = 0; i < 12; i++) {
		list_move(model_list(s.model), i < 6 ? 1 : -1);
		draw_held(&s, &before);
		assert_names(&s);
	}
	assert_rest_is_whole(&s, &before);
	close_held(&s, &before);
}

static void test_another_size_draws_everything(void **state)
{
	struct stage s = {0};
	struct canvas before;

	(void)state;
	open_held(&s, &before, 24, 80);
	keep(&s, &before);
	assert_int_equal(canvas_resize(&s.canvas, 30, 100), 0);
	stage_fit(&s);
	stage_draw(&s, &before);
	assert_false(only_name(&s, s.layout.list.row + 5));
	close_held(&s, &before);
}

static void test_a_notice_goes_while_held(void **state)
{
	struct stage s = {0};
	struct canvas before;

	(void)state;
	open_held(&s, &before, 24, 80);
	model_notice(s.model, NOTICE_INFO, "hello");
	draw_held(&s, &before);
	assert_int_equal(canvas_at(&s.canvas, s.layout.footer.row, 1)->look, ROLE_NOTICE);
	model_notice_clear(s.model);
	draw_held(&s, &before);
	for (int col = 0; col < 80; col++)
		assert_int_equal(canvas_at(&s.canvas, s.layout.footer.row, col)->look, ROLE_FOOTER);
	assert_rest_is_whole(&s, &before);
	close_held(&s, &before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_step_moves_two_signs),
		cmocka_unit_test(test_the_first_step_takes_the_highlight_away),
		cmocka_unit_test(test_footer_and_header_stay),
		cmocka_unit_test(test_a_scrolled_row_shows_its_name),
		cmocka_unit_test(test_scrolls_ahead_of_a_range),
		cmocka_unit_test(test_a_page_shows_names),
		cmocka_unit_test(test_alike_names),
		cmocka_unit_test(test_another_size_draws_everything),
		cmocka_unit_test(test_a_notice_goes_while_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
