/* SPDX-License-Identifier: MIT */
#include "app/commands.h"
#include "app/opening.h"
#include "app/programs.h"

int cmd_help(struct app *app, const struct command_args *args)
{
	(void)args;
	return overlay_help(app);
}

int cmd_palette(struct app *app, const struct command_args *args)
{
	(void)args;
	return overlay_palette(app);
}

int cmd_tab_new(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_tab_new(app->model);
}

int cmd_tab_close(struct app *app, const struct command_args *args)
{
	(void)args;
	if (app->model->ntabs == 1)
		model_notice(app->model, NOTICE_INFO, "this is the last tab (q quits)");
	else
		model_tab_close(app->model);
	return 0;
}

int cmd_tab_next(struct app *app, const struct command_args *args)
{
	for (long i = 0; i < args->count % TABS_MAX + (args->count >= TABS_MAX); i++)
		model_tab_next(app->model, (int)args->arg);
	return 0;
}

int cmd_tab(struct app *app, const struct command_args *args)
{
	/* The last key of its chord is the number; from the palette the count is. */
	long n =
		args->letter >= '1' && args->letter <= '9' ? (long)args->letter - '0' : args->count;

	if ((size_t)n > app->model->ntabs)
		model_notice(app->model, NOTICE_INFO, "there is no tab %ld (t opens one)", n);
	else
		model_tab_select(app->model, (size_t)n - 1);
	return 0;
}

int cmd_tell(struct app *app, const struct command_args *args)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	struct drawing d = {.model = app->model,
			    .scene = &app->scene,
			    .theme = &app->theme,
			    .layout = &app->layout};
	int err = args->arg ? scene_tell_place(&d, &text) : scene_tell_row(&d, &text);

	if (!err)
		model_notice(app->model, NOTICE_INFO, "%s", text.buf);
	return err;
}

int cmd_redraw(struct app *app, const struct command_args *args)
{
	(void)args;
	term_redraw(app->term);
	app->shown_valid = false;
	if (app->model->viewer) {
		viewer_reload(app->model);
		return 0;
	}
	return model_reload(app->model);
}

int cmd_edit(struct app *app, const struct command_args *args)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	struct list *list = model_list(app->model);
	struct args files = {0};
	struct row row;
	int err;

	(void)args;
	if (app->model->viewer)
		return cmd_view_edit(app, args);
	if (!list_row(list, list->cursor, &row) || row.type == ENTRY_DIR) {
		model_notice(app->model, NOTICE_INFO, "this is not a file to edit");
		return 0;
	}
	if (model_special(row.type)) {
		model_notice(app->model, NOTICE_INFO, "%.*s is %s: it is not opened",
			     (int)row.name_len, row.name, model_special(row.type));
		return 0;
	}
	err = model_cursor_path(app->model, &path);
	if (!err)
		err = args_add(&files, path.buf, path.len);
	if (!err)
		err = programs_edit(app, &files);
	args_done(&files);
	return err;
}

int cmd_open_with(struct app *app, const struct command_args *args)
{
	(void)args;
	return opening_with(app);
}

int cmd_shell(struct app *app, const struct command_args *args)
{
	(void)args;
	return overlay_prompt_shell(app);
}

int cmd_suspend(struct app *app, const struct command_args *args)
{
	(void)args;
	return handoff_suspend(app);
}

int cmd_quit(struct app *app, const struct command_args *args)
{
	if (args->arg && model_view_close(app->model))
		return 0;
	if (app->model->ntabs > 1 && app->model->settings.confirm_quit &&
	    app->quit_asked + 1 != app->keys_seen) {
		app->quit_asked = app->keys_seen;
		model_notice(app->model, NOTICE_WARNING,
			     "%zu tabs are open: press it again to quit", app->model->ntabs);
		return 0;
	}
	if (acting_running(app) && app->quit_asked + 1 != app->keys_seen) {
		app->quit_asked = app->keys_seen;
		model_notice(app->model, NOTICE_WARNING,
			     "something is still being done: press it again to end it behind the "
			     "step it is at, and quit");
		return 0;
	}
	app->quit = true;
	app->follow = args->arg != 0;
	return 0;
}
