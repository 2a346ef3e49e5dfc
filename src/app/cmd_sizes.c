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

/* With the cursor on the same thing. */
int cmd_sizes_browse(struct app *app, const struct command_args *args)
{
	struct list *l = model_list(app->model);
	CLEANUP(str_done) struct str path = STR_INIT, name = STR_INIT;
	struct row row;
	int r = 0;

	(void)args;
	if (list_row(l, l->cursor, &row) && !row.parent && row.where) {
		r = str_add(&name, row.name, row.name_len);
		if (r == 0)
			r = str_adds(&path, row.where);
	}
	if (r == 0 && !path.len)
		r = str_adds(&path, model_path(app->model));
	if (r == 0)
		r = model_browse(app->model, path.buf, name.len ? name.buf : NULL);
	return r;
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
