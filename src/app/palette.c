/* SPDX-License-Identifier: MIT
 *
 * The command palette: commands that answer to what is typed, or words for one that takes some.
 */
#include "app/overlay.h"

#include <errno.h>
#include <string.h>

#include "app/apply.h"
#include "app/settings_view.h"
#include "app/words.h"

int overlay_palette(struct app *app)
{
	int err;

	app_pending_clear(app);
	app->edit = &app->edits[EDIT_COMMAND];
	err = lineedit_set(app->edit, "", 0);
	if (!err)
		err = items_palette(app, "");
	if (err)
		return err;
	app->words_of = NULL;
	app->scene.overlay = OVERLAY_PALETTE;
	app->scene.edit = app->edit;
	app->scene.question = ": ";
	app->scene.note = NULL;
	app->scene.selected = 0;
	app->scene.scroll = 0;
	return 0;
}

static int list_rows(struct app *app)
{
	bool words;
	int err = words_list(app, app->edit->text.buf, &words);

	if (err || words)
		return err;
	app->scene.selected = 0;
	app->scene.note = NULL;
	return items_palette(app, app->edit->text.buf);
}

int palette_changed(struct app *app)
{
	int err = list_rows(app);

	words_preview(app);
	return err;
}

/* Behind a command that takes words they are typed next. */
static int begin_words(struct app *app, const struct command *command)
{
	CLEANUP(str_done) struct str line = STR_INIT;
	int err = str_addf(&line, "%s ", command->name);

	if (!err)
		err = lineedit_set(app->edit, line.buf, line.len);
	return err ? err : palette_changed(app);
}

int overlay_palette_words(struct app *app, const struct command *command)
{
	int err = overlay_palette(app);

	return err ? err : begin_words(app, command);
}

static void run(struct app *app, const struct command *command)
{
	struct command_args args = {.count = 1};

	overlay_close(app);
	if (command && command->flags & CMD_LETTER)
		app->pending.letter_for = command;
	else if (command)
		app_run(app, command, &args);
	settings_resume(app);
}

/* The command runs before the theme on trial goes, so that keeping it changes nothing on the
 * screen. */
static int run_with_words(struct app *app)
{
	const struct command *command = app->words_of;
	CLEANUP(str_done) struct str words = STR_INIT;
	bool done;
	int err = words_accept(app, &words, &done);

	if (err)
		return err;
	if (!done) {
		words_preview(app);
		return 0;
	}
	overlay_close(app);
	app_run(app, command, &(struct command_args){.count = 1, .words = words.buf});
	apply_preview(app, NULL);
	settings_resume(app);
	return 0;
}

static int palette_enter(struct app *app)
{
	const struct command *command = app->scene.selected < app->items.n
						? app->items.commands[app->scene.selected]
						: NULL;

	if (app->words_of)
		return run_with_words(app);
	if (command && command->flags & CMD_WORDS)
		return begin_words(app, command);
	run(app, command);
	return 0;
}

static int palette_tab(struct app *app)
{
	int err = app->words_of ? words_complete(app) : 0;

	words_preview(app);
	return err;
}

int palette_key(struct app *app, struct key key)
{
	long step = overlay_step(key, false);

	if (overlay_is_cancel(key)) {
		overlay_close(app);
		apply_preview(app, NULL);
		settings_resume(app);
		return 0;
	}
	if (key.sym == KEYSYM_ENTER && !key.mods)
		return palette_enter(app);
	if (key.sym == KEYSYM_TAB && !key.mods)
		return palette_tab(app);
	if (step) {
		app->scene.selected = overlay_stepped(app->scene.selected, step, app->items.n);
		words_preview(app);
		return 0;
	}
	if (lineedit_key(app->edit, key) != LINEEDIT_CHANGED)
		return 0;
	return palette_changed(app);
}

void palette_mouse(struct app *app, const struct input_event *event, long wheel)
{
	size_t item;

	if (wheel) {
		app->scene.selected = overlay_stepped(app->scene.selected, wheel, app->items.n);
		words_preview(app);
	} else if (overlay_pressed(app, event, app->items.n, &item)) {
		app->scene.selected = item;
		(void)palette_enter(app);
	}
}

/* The rows are made again, and the one that was chosen stays so, unless the one that was typed has
 * come only now. */
void overlay_themes_came(struct app *app)
{
	CLEANUP(str_done) struct str chosen = STR_INIT;
	const char *name = NULL;
	bool moved;

	settings_refresh(app);
	if (app->scene.overlay != OVERLAY_PALETTE || !app->words_of)
		return;
	moved = app->scene.selected != app->words_at;
	if (app->scene.selected < app->items.n)
		name = app->items.rows[app->scene.selected].name;
	if (name && str_adds(&chosen, name) < 0)
		return;
	if (list_rows(app) < 0 || (!moved && words_typed_out(app)))
		return;
	for (size_t i = 0; name && i < app->items.n; i++)
		if (strcmp(app->items.rows[i].name, chosen.buf) == 0)
			app->scene.selected = i;
}
