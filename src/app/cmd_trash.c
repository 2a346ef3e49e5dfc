/* SPDX-License-Identifier: MIT */
#include "app/commands.h"

int cmd_trash_list(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_view_trash(app->model);
}

int cmd_past(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_view_history(app->model);
}

int cmd_reload(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_reload(app->model);
}
