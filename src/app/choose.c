/* SPDX-License-Identifier: MIT */
#include "app/choose.h"

#include "app/commands.h"
#include "base/path.h"

#include <errno.h>
#include <string.h>

bool choose_active(const struct app *app)
{
	return app->options.choose != CHOOSE_NOTHING;
}

const char *choose_title(const struct app *app)
{
	static const char *const titles[] = {
		[CHOOSE_NOTHING] = NULL,
		[CHOOSE_FILE] = "choose a file",
		[CHOOSE_FILES] = "choose files",
		[CHOOSE_DIR] = "choose a directory",
	};

	return titles[app->options.choose];
}

const char *choose_hint(const struct app *app)
{
	bool files = app->options.choose == CHOOSE_FILE || app->options.choose == CHOOSE_FILES;

	return files ? "choose" : NULL;
}

const char *choose_refuses(const struct app *app, const struct command *command)
{
	if (command->flags & CMD_CHOOSE && !(app->options.choose & command->arg))
		return choose_active(app) ? "that is not what is to be chosen"
					  : "only while something is chosen (--choose-file)";
	if (command->flags & CMD_OPENS && choose_active(app))
		return "nothing is opened while something is chosen";
	return NULL;
}

static void say(struct app *app, const char *text)
{
	model_notice(app->model, NOTICE_INFO, "%s", text);
}

static int add(struct app *app, const char *path)
{
	int err = handback_add(&app->handback, &app->options, path);

	if (err == -EILSEQ)
		model_notice(app->model, NOTICE_WARNING,
			     "not chosen: %s has a newline in it, which needs --null", path);
	return err;
}

/* What was added is only handed back when all of it could be. */
static int finish(struct app *app, int err)
{
	if (err)
		str_clear(&app->handback.chosen);
	else
		app->quit = true;
	return err == -EILSEQ ? 0 : err;
}

static int choose_one(struct app *app, const char *path)
{
	return finish(app, add(app, path));
}

static int choose_marked(struct app *app)
{
	const struct marks *marks = &app->model->marks;
	int err = 0;

	for (size_t i = 0; i < marks->n && !err; i++) {
		CLEANUP(str_done) struct str path = STR_INIT;
		size_t len;
		const char *name = names_get(marks->names, (uint32_t)i, &len);

		if (!marks->at[i].live)
			continue;
		err = path_join(&path, marks->dirs[marks->at[i].dir].path, name, len);
		if (!err && marks->at[i].gone) {
			model_notice(app->model, NOTICE_WARNING,
				     "not chosen: %s is marked and gone (*n unmarks all)",
				     path.buf);
			err = -EILSEQ;
		}
		if (!err)
			err = add(app, path.buf);
	}
	return finish(app, err);
}

int choose_file(struct app *app, const char *path)
{
	switch (app->options.choose) {
	case CHOOSE_FILES:
		if (model_marking(app->model)) {
			say(app, "marking goes on: Enter again when it is done");
			return 0;
		}
		return app->model->marks.live ? choose_marked(app) : choose_one(app, path);
	case CHOOSE_FILE:
		return choose_one(app, path);
	case CHOOSE_DIR:
	case CHOOSE_NOTHING:
		break;
	}
	say(app, "this is a file; a directory is wanted");
	return 0;
}

static bool is_row(enum choosing choosing, const struct row *row)
{
	bool dir = row->parent || row->type == ENTRY_DIR;

	return choosing == CHOOSE_FILES || dir == (choosing == CHOOSE_DIR);
}

int cmd_choose(struct app *app, const struct command_args *args)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	const struct list *list = model_list(app->model);
	struct row row;
	int err;

	if (app->options.choose == CHOOSE_FILES && app->model->marks.live)
		return choose_file(app, "");
	if (!list_row(list, list->cursor, &row)) {
		say(app, "there is no row to choose");
		return 0;
	}
	/* Only going there tells what a link leads to. */
	if (app->options.choose != CHOOSE_FILES && row.type == ENTRY_LINK && !row.parent)
		return cmd_open(app, args);
	if (!is_row(app->options.choose, &row)) {
		say(app, app->options.choose == CHOOSE_DIR
				 ? "this is a file; a directory is wanted"
				 : "this is a directory; a file is wanted");
		return 0;
	}
	err = model_cursor_path(app->model, &path);
	return err ? err : choose_one(app, path.buf);
}

int choose_row(struct app *app)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	int err = model_cursor_path(app->model, &path);

	return err ? err : choose_file(app, path.buf);
}

int cmd_choose_here(struct app *app, const struct command_args *args)
{
	(void)args;
	return choose_one(app, model_path(app->model));
}
