/* SPDX-License-Identifier: MIT */
#include "app/apply.h"
#include "app/commands.h"

#define WIDTH_STEP 4

static struct screen screen_of(struct app *app)
{
	const struct drawing d = {.model = app->model, .scene = &app->scene};
	struct screen s;

	scene_screen(&d, app->canvas.rows, app->canvas.cols, &s);
	return s;
}

static bool say_no_room(struct app *app)
{
	if (screen_of(app).info.rows)
		return false;
	model_notice(app->model, NOTICE_INFO,
		     app->model->settings.plain ? "the plain mode has no info pane"
						: "the screen is too small for the info pane");
	return true;
}

int cmd_info(struct app *app, const struct command_args *args)
{
	struct settings *s = &app->model->settings;

	bool was_on = s->info_pane == PANE_ON;

	(void)args;
	apply_touched(app, "info-pane");
	if (screen_of(app).info.rows) {
		s->info_pane = PANE_OFF;
		return 0;
	}
	s->info_pane = PANE_ON;
	if (say_no_room(app) && !was_on)
		s->info_pane = PANE_AUTO;
	return 0;
}

/* Where there is no pane it opens: this is what was wanted. */
int cmd_preview(struct app *app, const struct command_args *args)
{
	struct settings *s = &app->model->settings;
	bool pane = screen_of(app).info.rows > 0;

	(void)args;
	s->preview = !(pane && s->preview);
	apply_touched(app, "preview");
	if (!s->preview)
		(void)model_info_focus(app->model, false);
	else if (!pane)
		s->info_pane = PANE_ON;
	if (!pane)
		apply_touched(app, "info-pane");
	if (s->preview && !say_no_room(app) && !screen_of(app).preview.rows)
		model_notice(app->model, NOTICE_INFO, "the info pane is too small for a preview");
	return 0;
}

/* From the size it has; what does not fit is not remembered. */
int cmd_pane_size(struct app *app, const struct command_args *args)
{
	struct settings *s = &app->model->settings;
	struct screen now = screen_of(app);
	long by = args->arg * MIN(args->count, 100);

	if (say_no_room(app))
		return 0;
	if (now.bar.cols == 1) {
		s->pane_width = (int)MAX(now.info.cols + 1 + by * WIDTH_STEP, 1);
		s->pane_width = screen_of(app).info.cols + 1;
		apply_touched(app, "pane-width");
	} else {
		s->pane_height = (int)MAX(now.info.rows + 1 + by, 1);
		s->pane_height = screen_of(app).info.rows + 1;
		apply_touched(app, "pane-height");
	}
	return 0;
}

int cmd_other_pane(struct app *app, const struct command_args *args)
{
	if (!args->arg)
		(void)model_info_focus(app->model, false);
	else if (!screen_of(app).preview.rows)
		model_notice(app->model, NOTICE_INFO,
			     "no preview is shown   (i shows the info pane, wv the preview)");
	else
		(void)model_info_focus(app->model, true);
	return 0;
}

int cmd_pane_move(struct app *app, const struct command_args *args)
{
	model_info_move(app->model, args->arg * args->count);
	return 0;
}

int cmd_pane_page(struct app *app, const struct command_args *args)
{
	long half = MAX((long)app->model->info.height / 2, 1L);

	model_info_move(app->model, args->arg * half * args->count);
	return 0;
}

int cmd_pane_line(struct app *app, const struct command_args *args)
{
	size_t line = args->arg ? SIZE_MAX : 0;

	model_info_move_to(app->model, args->counted ? (size_t)MAX(args->count, 1L) - 1 : line);
	return 0;
}

int cmd_pane_search(struct app *app, const struct command_args *args)
{
	(void)args;
	return overlay_prompt_search(app);
}

int cmd_pane_find(struct app *app, const struct command_args *args)
{
	for (long i = 0; i < MIN(args->count, 1000L); i++)
		model_info_find_next(app->model, (int)args->arg);
	return 0;
}

int cmd_pane_bytes(struct app *app, const struct command_args *args)
{
	(void)args;
	model_info_hex(app->model);
	return 0;
}

int cmd_line_numbers(struct app *app, const struct command_args *args)
{
	(void)args;
	app->model->settings.line_numbers = !app->model->settings.line_numbers;
	apply_touched(app, "line-numbers");
	return 0;
}
