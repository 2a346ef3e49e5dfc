/* SPDX-License-Identifier: MIT */
#include "app/commands.h"

#include <errno.h>
#include <string.h>

#include "app/apply.h"
#include "app/save.h"
#include "app/settings_view.h"

/* How to keep what was set, unless nothing may be written. */
static const char *hint(const struct app *app)
{
	return app->options.read_only ? "" : "   (:save-settings keeps it)";
}

static int set(struct app *app, const char *name, const char *value)
{
	CLEANUP(str_done) struct str reason = STR_INIT;
	int err;

	model_notice_clear(app->model);
	err = apply_set(app, name, value, &reason);
	if (err == -EINVAL || err == -ENOENT)
		model_notice(app->model, NOTICE_ERROR, "%s", reason.buf);
	else if (!err && app->model->notice.kind == NOTICE_NONE)
		model_notice(app->model, NOTICE_INFO, "%s = %s%s", name, value, hint(app));
	return err == -EINVAL || err == -ENOENT ? 0 : err;
}

int cmd_settings(struct app *app, const struct command_args *args)
{
	(void)args;
	return settings_open(app);
}

int cmd_set(struct app *app, const struct command_args *args)
{
	size_t len = strcspn(args->words, " \t");
	const char *value = args->words + len + strspn(args->words + len, " \t");
	CLEANUP(str_done) struct str name = STR_INIT;

	if (!len)
		return overlay_palette_words(app, command_find("set"));
	return str_add(&name, args->words, len) < 0 ? -ENOMEM : set(app, name.buf, value);
}

int cmd_theme(struct app *app, const struct command_args *args)
{
	if (!*args->words)
		return overlay_palette_words(app, command_find("theme"));
	return set(app, "theme", args->words);
}

int cmd_save_settings(struct app *app, const struct command_args *args)
{
	(void)args;
	return save_settings(app);
}
