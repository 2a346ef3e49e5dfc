/* SPDX-License-Identifier: MIT
 *
 * The view of the history, drawn: actions in every state, the steps of one, words from outside.
 */
#include "stage.h"

static const struct past_action actions[] = {
	{.id = 31,
	 .label = (char *)(uintptr_t) "trash 12 items",
	 .state = PAST_DONE,
	 .steps = 12,
	 .done = 12},
	{.id = 32,
	 .label = (char *)(uintptr_t) "rename report.txt to report-2026.txt",
	 .state = PAST_UNDONE,
	 .steps = 1,
	 .done = 1,
	 .undone = 1},
	{.id = 33,
	 .undoes = 32,
	 .label = (char *)(uintptr_t) "undo 32: rename report.txt",
	 .state = PAST_DONE,
	 .steps = 1,
	 .done = 1},
	{.id = 34,
	 .label = (char *)(uintptr_t) "empty the trash: 3,210 things",
	 .state = PAST_FOR_GOOD,
	 .steps = 3210,
	 .done = 3210},
	{.id = 35,
	 .label = (char *)(uintptr_t) "chmod -R 0755 site",
	 .state = PAST_PARTLY,
	 .steps = 4711,
	 .done = 4700},
	{.id = 36,
	 .label = (char *)(uintptr_t) "trash \x1b[31mred\nline\xff",
	 .state = PAST_DAMAGED,
	 .steps = 1},
	{.id = 37,
	 .label = (char *)(uintptr_t) "make backup/2026/",
	 .state = PAST_REDONE,
	 .steps = 2,
	 .done = 2},
	{.id = 38,
	 .label = (char *)(uintptr_t) "trash 2 items",
	 .state = PAST_INTERRUPTED,
	 .steps = 2,
	 .done = 1},
	{.id = 12345,
	 .own = true,
	 .label = (char *)(uintptr_t) "trash banner.psd",
	 .state = PAST_RUNNING,
	 .steps = 1},
};

static const struct past_step steps[] = {
	{(char *)(uintptr_t) "trash " STAGE_PATH "/banner.psd",
	 (char *)(uintptr_t) "restore " STAGE_PATH "/banner.psd", PAST_STEP_DONE, 0},
	{(char *)(uintptr_t) "trash " STAGE_PATH "/r\x1b[31med\nline\xff", NULL, PAST_STEP_NOT_DONE,
	 -EACCES},
	{(char *)(uintptr_t) "erase old.iso", NULL, PAST_STEP_DONE, 0},
	{(char *)(uintptr_t) "rename a to b", NULL, PAST_STEP_UNDONE, 0},
	{(char *)(uintptr_t) "delete " STAGE_HOME "/tmp", NULL, PAST_STEP_PARTLY, -EBUSY},
	{(char *)(uintptr_t) "trash c", NULL, PAST_STEP_OPEN, 0},
};

/* stage_event_done() does not know these: what they own is given back here. */
static void tell_actions(struct stage *s, size_t n)
{
	struct fs_event e = {.kind = FS_PAST, .ticket = model_past(s->model)->ticket};

	e.u.past.at = calloc(MAX(n, (size_t)1), sizeof(*e.u.past.at));
	e.u.past.n = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		e.u.past.at[i] = actions[i];
		e.u.past.at[i].label = stage_dup(actions[i].label);
		e.u.past.at[i].begun =
			stage_time("2026-11-03 09:59") - (int64_t)((n - 1 - i) * (n - i) * 7000);
	}
	stage_apply(s, &e);
	for (size_t i = 0; i < n; i++)
		free(e.u.past.at[i].label);
	free(e.u.past.at);
	stage_settle(s);
}

static void tell_steps(struct stage *s)
{
	struct past_step at[ARRAY_LEN(steps)];
	struct fs_event e = {.kind = FS_PAST_STEPS, .ticket = model_past(s->model)->ticket};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		at[i] = steps[i];
		at[i].what = stage_dup(steps[i].what);
		at[i].undo = stage_dup(steps[i].undo);
	}
	e.u.past_steps.id = 38;
	e.u.past_steps.at = at;
	e.u.past_steps.n = ARRAY_LEN(steps);
	stage_apply(s, &e);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		free(at[i].what);
		free(at[i].undo);
	}
	stage_settle(s);
}

static void open_history(struct stage *s, size_t n)
{
	stage_open_typical(s);
	assert_int_equal(model_view_history(s->model), 0);
	tell_actions(s, n);
}

static void test_history(void **state)
{
	struct stage s = {0};

	(void)state;
	open_history(&s, ARRAY_LEN(actions));
	list_move(model_list(s.model), 1);
	stage_compare(&s, "history");
	stage_close(&s);
}

static void test_steps(void **state)
{
	struct stage s = {0};

	(void)state;
	open_history(&s, ARRAY_LEN(actions));
	list_move(model_list(s.model), 1);
	assert_int_equal(model_enter(s.model), ENTER_WENT);
	tell_steps(&s);
	stage_compare(&s, "history-steps");
	s.canvas.ascii = true;
	list_move(model_list(s.model), 1);
	stage_compare(&s, "history-steps-ascii");
	stage_close(&s);
}

static void test_empty(void **state)
{
	struct stage s = {0};

	(void)state;
	open_history(&s, 0);
	stage_compare(&s, "history-empty");
	stage_close(&s);
}

static void test_plain(void **state)
{
	struct stage s = {0};

	(void)state;
	open_history(&s, ARRAY_LEN(actions));
	s.model->settings.plain = true;
	stage_compare(&s, "plain-history");
	list_move(model_list(s.model), 1);
	assert_int_equal(model_enter(s.model), ENTER_WENT);
	tell_steps(&s);
	stage_compare(&s, "plain-history-steps");
	stage_close(&s);
}

static struct facts *no_facts(const struct stage *s, const char *name)
{
	(void)s;
	(void)name;
	return NULL;
}

static struct preview *no_preview(const struct stage *s, const char *name)
{
	(void)s;
	(void)name;
	return NULL;
}

static void test_pane(void **state)
{
	struct stage s = {.pane = true, .facts = no_facts, .preview = no_preview, .err = -EIO};

	(void)state;
	open_history(&s, ARRAY_LEN(actions));
	s.model->settings.info_pane = PANE_ON;
	list_move(model_list(s.model), 1);
	stage_compare(&s, "history-pane");
	assert_int_equal(model_enter(s.model), ENTER_WENT);
	tell_steps(&s);
	list_move(model_list(s.model), 1);
	stage_compare(&s, "history-steps-pane");
	stage_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_history), cmocka_unit_test(test_steps),
		cmocka_unit_test(test_empty),   cmocka_unit_test(test_plain),
		cmocka_unit_test(test_pane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
