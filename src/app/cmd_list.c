/* SPDX-License-Identifier: MIT */
#include "app/commands.h"

int cmd_mark(struct app *app, const struct command_args *args)
{
	return model_mark_toggle(app->model, (size_t)MAX(args->count, 1));
}

int cmd_range(struct app *app, const struct command_args *args)
{
	(void)args;
	model_range(app->model);
	return 0;
}

int cmd_mark_all(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_mark_all(app->model);
}

int cmd_mark_invert(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_mark_invert(app->model);
}

int cmd_mark_none(struct app *app, const struct command_args *args)
{
	(void)args;
	model_mark_none(app->model);
	return 0;
}

int cmd_marked(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_view_marked(app->model);
}

int cmd_mark_matching(struct app *app, const struct command_args *args)
{
	return overlay_prompt_mark(app, args->arg != 0);
}

int cmd_escape(struct app *app, const struct command_args *args)
{
	(void)args;
	if (model_escape(app->model))
		return 0;
	model_notice(app->model, NOTICE_INFO, "%s",
		     acting_stop(app) ? "it ends behind the step it is at"
				      : "q quits, ? shows the keys");
	return 0;
}

int cmd_filter(struct app *app, const struct command_args *args)
{
	(void)args;
	return overlay_prompt_filter(app);
}

int cmd_find(struct app *app, const struct command_args *args)
{
	for (long i = 0; i < args->count; i++) {
		if (!model_find_next(app->model, (int)args->arg))
			break;
	}
	return 0;
}

int cmd_find_letter(struct app *app, const struct command_args *args)
{
	if (!model_find_letter(app->model, args->letter))
		model_notice(app->model, NOTICE_INFO, "no name begins with that");
	return 0;
}

int cmd_sort(struct app *app, const struct command_args *args)
{
	return model_sort(app->model, (enum sort_by)args->arg);
}

int cmd_sort_reverse(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_sort_reverse(app->model);
}

int cmd_sort_dirs(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_sort_dirs_first(app->model);
}

int cmd_hidden(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_toggle_hidden(app->model);
}
