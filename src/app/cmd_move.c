/* SPDX-License-Identifier: MIT */
#include "app/choose.h"
#include "app/commands.h"
#include "app/opening.h"

#include <string.h>

int cmd_move(struct app *app, const struct command_args *args)
{
	list_move(model_list(app->model), args->arg * args->count);
	return 0;
}

int cmd_parent(struct app *app, const struct command_args *args)
{
	int err = 0;

	for (long i = 0; i < args->count && !err; i++) {
		if (strcmp(model_path(app->model), "/") == 0)
			break;
		err = model_parent(app->model);
	}
	return err;
}

int cmd_open(struct app *app, const struct command_args *args)
{
	(void)args;
	if (model_enter(app->model) != ENTER_FILE)
		return 0;
	keep_acted(app);
	return choose_active(app) ? choose_row(app) : opening_row(app);
}

int cmd_row(struct app *app, const struct command_args *args)
{
	struct list *list = model_list(app->model);
	size_t len = list_len(list);

	if (args->counted)
		list_move_to(list, (size_t)MAX(args->count, 1) - 1);
	else
		list_move_to(list, args->arg && len ? len - 1 : 0);
	return 0;
}

int cmd_page(struct app *app, const struct command_args *args)
{
	list_page(model_list(app->model), args->arg * args->count);
	return 0;
}

int cmd_group(struct app *app, const struct command_args *args)
{
	struct list *list = model_list(app->model);

	for (long i = 0; i < args->count; i++) {
		size_t to = list_group_step(list, list->cursor, (int)args->arg);

		if (to == list->cursor)
			break;
		list_move_to(list, to);
	}
	return 0;
}

int cmd_history(struct app *app, const struct command_args *args)
{
	return model_history(app->model, (int)MIN(args->count, 1000) * (int)args->arg);
}

int cmd_go_home(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_go_home(app->model);
}

int cmd_go_root(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_go(app->model, "/", NULL);
}

int cmd_go_link(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_go_link_target(app->model);
}

int cmd_go_path(struct app *app, const struct command_args *args)
{
	(void)args;
	return overlay_prompt_goto(app);
}

int cmd_go_repository(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_go_repo_root(app->model);
}

int cmd_go_last(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_last_dir(app->model);
}

static bool is_bookmark_letter(unsigned letter)
{
	return letter > ' ' && letter < 127;
}

int cmd_bookmark(struct app *app, const struct command_args *args)
{
	if (!is_bookmark_letter(args->letter)) {
		model_notice(app->model, NOTICE_INFO,
			     "bookmarks have letters, digits or signs of ASCII");
		return 0;
	}
	return model_bookmark_set(app->model, (char)args->letter);
}

int cmd_go_bookmark(struct app *app, const struct command_args *args)
{
	/* Twice the quote: where one was before, as in vi. */
	if (args->letter == '\'')
		return model_last_dir(app->model);
	return is_bookmark_letter(args->letter) ? model_bookmark_go(app->model, (char)args->letter)
						: 0;
}

int cmd_mounts(struct app *app, const struct command_args *args)
{
	(void)args;
	return model_view_mounts(app->model);
}
