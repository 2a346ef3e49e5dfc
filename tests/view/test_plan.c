/* SPDX-License-Identifier: MIT
 *
 * Drawings of plans that are to be agreed to.
 */
#include "stage.h"

static const struct scene_plan_line lines[] = {
	{PLAN_HEADING, NULL, "cannot be done, and is left out:", 0},
	{PLAN_TROUBLE, "/srv/site/locked/a", "permission denied: its directory may not be written",
	 0},
	{PLAN_HEADING, NULL, "not on the screen now:", 1988},
	{PLAN_MEMBER, "/home/kim/archive/2019/old \x1b[31mname", NULL, 0},
	{PLAN_MEMBER,
	 "/home/kim/archive/2019/a very long path/with many parts/in it/that will not fit/file.txt",
	 NULL, 0},
	{PLAN_HEADING, NULL, "on the screen:", 3},
	{PLAN_MEMBER, "/home/kim/one", NULL, 0},
	{PLAN_MEMBER, "/home/kim/two", NULL, 0},
	{PLAN_MEMBER, "/home/kim/three", NULL, 0},
};

static void open_plan(struct stage *s, const struct scene_plan *plan)
{
	stage_open_typical(s);
	s->scene.overlay = OVERLAY_PLAN;
	s->scene.plan = plan;
}

static void test_plan(void **state)
{
	static const struct scene_plan plan = {
		.title = "trash 5 items?",
		.sums = "at least 1,204 files, 31 directories; at least 48.2M would be free",
		.number = 5,
		.lines = lines,
		.nlines = ARRAY_LEN(lines),
	};
	struct stage s = {0};

	(void)state;
	open_plan(&s, &plan);
	stage_compare(&s, "plan");
	s.scene.scroll = 100;
	stage_compare(&s, "plan-end");
	stage_close(&s);
}

static void test_typed(void **state)
{
	static const struct scene_plan plan = {
		.title = "delete 3 items for good?",
		.sums = "3 files, 0 directories, 12.0K would be free",
		.typed = true,
		.number = 3,
		.lines = &lines[5],
		.nlines = 4,
	};
	struct stage s = {0};

	(void)state;
	open_plan(&s, &plan);
	stage_type_text(&s, "4");
	s.scene.note = "that is not the number of things";
	s.scene.note_is_error = true;
	stage_compare(&s, "plan-typed");
	s.canvas.ascii = s.canvas.ascii_signs = true;
	stage_compare(&s, "plan-typed-ascii");
	stage_close(&s);
}

/* A long name does not hide that it is for good. */
static void test_long(void **state)
{
	static const struct scene_plan plan = {
		.title = "delete a-name-that-is-much-longer-than-the-line-in-which-it-is-to-stand-"
			 "with-some-more-behind-it.tar.gz for good?",
		.sums = "1 file; 12.0K would be free",
		.typed = true,
		.number = 1,
		.lines = &lines[6],
		.nlines = 1,
	};
	struct stage s = {0};

	(void)state;
	open_plan(&s, &plan);
	stage_compare(&s, "plan-long");
	stage_close(&s);
}

static void test_over(void **state)
{
	static const struct scene_plan plan = {
		.title = "trash 5 items: 4 done, 1 not",
		.sums = "",
		.over = true,
		.lines = lines,
		.nlines = 2,
	};
	struct stage s = {0};

	(void)state;
	open_plan(&s, &plan);
	stage_compare(&s, "plan-over");
	stage_close(&s);
}

/* Something has the name of what comes back. */
static void test_taken(void **state)
{
	static const struct scene_plan_line taken[] = {
		{PLAN_CHOICE, NULL, "taken names:  [s: skip]  b: keep both  R: replace", 0},
		{PLAN_HEADING, NULL, "something has the name, and it stays in the trash:", 0},
		{PLAN_TROUBLE, "/home/kim/one", "something has that name already", 0},
		{PLAN_HEADING, NULL, "this is about:", 0},
		{PLAN_MEMBER, "/home/kim/one", NULL, 0},
	};
	static const struct scene_plan plan = {
		.title = "restore: the name is taken",
		.sums = "",
		.lines = taken,
		.nlines = ARRAY_LEN(taken),
	};
	struct stage s = {0};

	(void)state;
	open_plan(&s, &plan);
	stage_compare(&s, "plan-taken");
	stage_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),  cmocka_unit_test(test_typed),
		cmocka_unit_test(test_long),  cmocka_unit_test(test_over),
		cmocka_unit_test(test_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
