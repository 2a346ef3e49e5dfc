/* SPDX-License-Identifier: MIT */
#include "app/commands.h"

int cmd_sizes(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_view_sizes(app->model);
}

int cmd_sizes_again(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_sizes_again(app->model);
}

int cmd_sizes_found(struct app *app, const struct command_args *args)
{
	return model_view_found(app->model, (size_t)args->arg, NULL, 0);
}

int cmd_sizes_show(struct app *app, const struct command_args *args)
{
	switch (args->arg) {
	case SIZES_SHOW_APPARENT:
		model_sizes_apparent(app->model);
		break;
	case SIZES_SHOW_PARTS:
		model_sizes_parts(app->model);
		break;
	default:
		model_sizes_shared(app->model);
		break;
	}
	return 0;
}
