/* SPDX-License-Identifier: MIT
 *
 * Commands that change files: what they ask for. app/acting.c does the asking.
 */
#include "app/commands.h"
#include "model/past.h"

int cmd_trash(struct app *app, const struct command_args *args)
{
	int64_t since = app->now_ms - app->acting.trashed_ms;

	/* From the palette it is no key that is held. */
	if (args->letter) {
		app->acting.trashed_ms = app->now_ms;
		if (since < ACTING_ABSORB_MS)
			return 0;
	}
	return acting_rows(app, TASK_TRASH);
}

int cmd_delete(struct app *app, const struct command_args *args)
{
	(void)args;
	return acting_rows(app, TASK_DELETE);
}

int cmd_rmdir(struct app *app, const struct command_args *args)
{
	(void)args;
	return acting_rows(app, TASK_RMDIR);
}

int cmd_undo(struct app *app, const struct command_args *args)
{
	return acting_action(app, (enum task_kind)args->arg, 0);
}

int cmd_add(struct app *app, const struct command_args *args)
{
	return overlay_prompt_add(app, args->arg != 0);
}

int cmd_rename(struct app *app, const struct command_args *args)
{
	(void)args;
	return overlay_prompt_rename(app);
}

int cmd_attribute(struct app *app, const struct command_args *args)
{
	return overlay_prompt_attribute(app, (enum task_kind)args->arg);
}

int cmd_trashed(struct app *app, const struct command_args *args)
{
	return acting_trashed(app, (enum task_kind)args->arg);
}

int cmd_undo_this(struct app *app, const struct command_args *args)
{
	uint64_t action;
	uint32_t step;

	(void)args;
	if (model_past_chosen(app->model, &action, &step))
		return acting_action(app, TASK_UNDO, action);
	model_notice(app->model, NOTICE_INFO, "there is nothing here");
	return 0;
}
