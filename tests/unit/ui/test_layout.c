/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "ui/layout.h"

static const enum column plain[] = {COL_NAME, COL_SIZE,  COL_MODIFIED,
				    COL_PERM, COL_OWNER, COL_KINDS};
static const enum column marked[] = {COL_NAME,     COL_WHERE, COL_SIZE,
				     COL_MODIFIED, COL_PERM,  COL_KINDS};
static const struct column_needs needs = {.names = 20, .owner = 8, .size = 5, .time = 16};

static const struct column_slot *slot(const struct column_slots *s, enum column column)
{
	for (int i = 0; i < s->n; i++)
		if (s->at[i].column == column)
			return &s->at[i];
	return NULL;
}

/* The areas of a screen lie in it, one below the other, and the list is never without a row. */
static void assert_screen(int rows, int cols, const struct screen *s)
{
	const struct rect *areas[] = {&s->header, &s->titles, &s->list, &s->sentence, &s->hints};
	int row = 0;

	for (size_t i = 0; i < ARRAY_LEN(areas); i++) {
		assert_true(areas[i]->rows >= 0);
		if (areas[i]->rows == 0)
			continue;
		assert_true(areas[i]->row >= row);
		assert_int_equal(areas[i]->cols, cols);
		row = areas[i]->row + areas[i]->rows;
	}
	assert_true(row <= rows);
	assert_true(s->list.rows >= 1);
	assert_int_equal(s->last.row, rows - 1);
}

static void test_screen_every_height(void **state)
{
	(void)state;
	for (int rows = 1; rows <= 130; rows++) {
		for (int flags = 0; flags < 4; flags++) {
			struct screen s;

			layout_screen(rows, 80, flags & 1, flags & 2, NULL, &s);
			assert_screen(rows, 80, &s);
		}
	}
}

static void test_screen_last_line_is_free(void **state)
{
	struct screen s;

	(void)state;
	for (int rows = 2; rows <= 40; rows++) {
		layout_screen(rows, 80, true, true, NULL, &s);
		assert_true(s.list.row + s.list.rows <= s.last.row);
	}
}

static void test_screen_drops_in_order(void **state)
{
	static const struct {
		int rows, list;
		bool header, titles, sentence, hints;
	} cases[] = {
		{1, 1, false, false, false, false}, {2, 2, false, false, false, false},
		{3, 2, true, false, false, false},  {5, 4, true, false, false, false},
		{6, 4, true, false, true, false},   {8, 5, true, true, true, false},
		{11, 8, true, true, true, false},   {12, 8, true, true, true, true},
		{24, 20, true, true, true, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct screen s;

		layout_screen(cases[i].rows, 80, true, false, NULL, &s);
		assert_int_equal(s.list.rows, cases[i].list);
		assert_int_equal(s.header.rows, cases[i].header);
		assert_int_equal(s.titles.rows, cases[i].titles);
		assert_int_equal(s.sentence.rows, cases[i].sentence);
		assert_int_equal(s.hints.rows, cases[i].hints);
	}
}

/* Columns lie in the list, do not overlap, and the names have their minimum as soon as another
 * shows. */
static void assert_columns(const enum column *wanted, int cols, const struct column_needs *n)
{
	struct column_slots s;

	layout_columns(wanted, cols, n, &s);
	assert_true(s.n >= 1);
	assert_int_equal(s.at[0].column, COL_NAME);
	assert_true(s.at[0].width >= (s.n > 1 ? COLUMN_NAME_MIN : 1));
	for (int i = 0; i < s.n; i++) {
		assert_true(s.at[i].width > 0);
		assert_true(s.at[i].col + s.at[i].width <= cols - layout_margin(cols));
		if (i > 0)
			assert_true(s.at[i].col >=
				    s.at[i - 1].col + s.at[i - 1].width + COLUMN_GAP);
	}
}

static void test_columns_every_width(void **state)
{
	(void)state;
	for (int cols = 1; cols <= 320; cols++) {
		for (int names = 0; names < 300; names += 37) {
			struct column_needs n = {names, names % 50, 4 + names % 30, names % 25,
						 names % 2 * 2};

			assert_columns(plain, cols, &n);
			assert_columns(marked, cols, &n);
		}
	}
}

static void test_columns_by_width(void **state)
{
	static const struct {
		int cols, n, names;
	} cases[] = {
		{1, 1, 1},   {11, 1, 10}, {12, 1, 8},   {30, 1, 26}, {31, 2, 20},
		{48, 2, 37}, {49, 3, 20}, {60, 3, 31},  {61, 4, 20}, {71, 4, 30},
		{72, 5, 20}, {80, 5, 28}, {120, 5, 60},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct column_slots s;

		layout_columns(plain, cases[i].cols, &needs, &s);
		assert_int_equal(s.n, cases[i].n);
		assert_int_equal(s.at[0].width, cases[i].names);
	}
}

/* On the screen they stand as in enum column, whatever their importance. */
static void test_columns_stand_in_one_order(void **state)
{
	struct column_slots s;

	(void)state;
	layout_columns(plain, 80, &needs, &s);
	for (int i = 1; i < s.n; i++)
		assert_true(s.at[i].column > s.at[i - 1].column);
}

static void test_owner_width_moves_in_steps(void **state)
{
	static const struct {
		int need, width;
	} cases[] = {{0, 9}, {9, 9}, {10, 11}, {13, 13}, {14, 15}, {60, 17}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct column_needs n = needs;
		struct column_slots s;

		n.owner = cases[i].need;
		layout_columns(plain, 120, &n, &s);
		assert_int_equal(slot(&s, COL_OWNER)->width, cases[i].width);
	}
}

static void test_long_names_widen_their_column(void **state)
{
	static const struct {
		int need, width;
	} cases[] = {{10, 60}, {60, 60}, {61, 80}, {81, 100}, {255, 148}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct column_needs n = needs;
		struct column_slots s;

		n.names = cases[i].need;
		layout_columns(plain, 200, &n, &s);
		assert_int_equal(s.at[0].width, cases[i].width);
	}
}

static void test_flexible_columns_take_what_is_left(void **state)
{
	struct column_slots s;

	(void)state;
	layout_columns(marked, 160, &needs, &s);
	assert_int_equal(s.n, 5);
	assert_true(slot(&s, COL_WHERE)->width > 40);
	assert_true(s.at[0].width >= 40);
}

static void test_grid(void **state)
{
	static const struct {
		size_t n;
		int widest, cols, max_lines, across, lines;
	} cases[] = {
		{1, 20, 80, 6, 1, 1},  {6, 20, 80, 6, 1, 6},  {7, 20, 80, 6, 2, 4},
		{24, 20, 80, 6, 4, 6}, {99, 20, 80, 6, 4, 6}, {3, 200, 80, 6, 1, 3},
		{5, 20, 1, 6, 1, 5},   {5, 0, 80, 0, 5, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int across, lines;

		layout_grid(cases[i].n, cases[i].widest, cases[i].cols, cases[i].max_lines, &across,
			    &lines);
		assert_int_equal(across, cases[i].across);
		assert_int_equal(lines, cases[i].lines);
	}
}

static void test_window_shows_the_selected(void **state)
{
	(void)state;
	for (size_t n = 0; n < 20; n++) {
		for (size_t selected = 0; selected < 25; selected++) {
			for (int height = -1; height < 12; height++) {
				size_t first = layout_window(n, selected, height);
				size_t h = (size_t)MAX(height, 1),
				       want = n ? MIN(selected, n - 1) : 0;

				assert_true(first == 0 || first + h <= n);
				assert_true(want >= first && want < first + h);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screen_every_height),
		cmocka_unit_test(test_screen_last_line_is_free),
		cmocka_unit_test(test_screen_drops_in_order),
		cmocka_unit_test(test_columns_every_width),
		cmocka_unit_test(test_columns_by_width),
		cmocka_unit_test(test_columns_stand_in_one_order),
		cmocka_unit_test(test_owner_width_moves_in_steps),
		cmocka_unit_test(test_long_names_widen_their_column),
		cmocka_unit_test(test_flexible_columns_take_what_is_left),
		cmocka_unit_test(test_grid),
		cmocka_unit_test(test_window_shows_the_selected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
