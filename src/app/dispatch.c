/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "app/app.h"
#include "app/choose.h"
#include "base/utf8.h"

#define COUNT_MAX  99999999
#define WHEEL_ROWS 3
#define HELD_AHEAD 2 /* rows */

enum command_context app_context(const struct app *app)
{
	if (app->model->viewer)
		return CTX_VIEWER;
	if (app->model->info.focus)
		return CTX_PANE;
	if (model_trashed(app->model))
		return CTX_TRASH;
	if (model_past(app->model))
		return CTX_HISTORY;
	return model_sizes(app->model) ? CTX_SIZES : CTX_LIST;
}

void app_pending_clear(struct app *app)
{
	app->pending.nkeys = 0;
	app->pending.count = 0;
	app->pending.counted = false;
	app->pending.letter_for = NULL;
	str_clear(&app->pending.text);
	app->scene.pending = app->pending.text.buf;
	if (app->scene.overlay == OVERLAY_STRIP)
		app->scene.overlay = OVERLAY_NONE;
}

/* What is shown of an unfinished chord: "12g". */
static void pending_show(struct app *app)
{
	struct str *text = &app->pending.text;

	str_clear(text);
	if (app->pending.counted)
		(void)str_addf(text, "%ld", app->pending.count);
	for (unsigned i = 0; i < app->pending.nkeys; i++)
		(void)key_format_human(text, app->pending.keys[i]);
	app->scene.pending = text->buf;
}

void app_run(struct app *app, const struct command *command, const struct command_args *args)
{
	int err;

	if (command->flags & CMD_MUTATES && app->options.read_only) {
		model_notice(app->model, NOTICE_WARNING,
			     "%s: not with --read-only, which changes nothing", command->name);
		return;
	}
	if (choose_refuses(app, command)) {
		model_notice(app->model, NOTICE_INFO, "%s: %s", command->name,
			     choose_refuses(app, command));
		return;
	}
	if (command->flags & CMD_ACTS)
		keep_acted(app);
	err = command->run(app, &(struct command_args){
					.count = args->count,
					.counted = args->counted,
					.letter = args->letter,
					.arg = command->arg,
					.words = args->words ? args->words : "",
				});
	if (err)
		model_notice(app->model, NOTICE_ERROR, "%s: %s", command->name, strerror(-err));
}

static void run_pending(struct app *app, const struct command *command, unsigned letter)
{
	struct command_args args = {
		.count = app->pending.counted ? app->pending.count : 1,
		.counted = app->pending.counted,
		.letter = letter,
	};

	app_pending_clear(app);
	app_run(app, command, &args);
}

/* Digits in front of a command are its count; 0 only continues one. */
static bool take_digit(struct app *app, struct key key)
{
	if (app->pending.nkeys || key.mods || key.sym < '0' || key.sym > '9')
		return false;
	if (key.sym == '0' && !app->pending.counted)
		return false;
	app->pending.counted = true;
	app->pending.count = MIN(app->pending.count * 10 + (long)(key.sym - '0'), COUNT_MAX);
	pending_show(app);
	return true;
}

static void take_letter(struct app *app, struct key key)
{
	const struct command *command = app->pending.letter_for;

	if (key.mods || key.sym > 0x10ffff || utf8_hidden(key.sym))
		app_pending_clear(app);
	else
		run_pending(app, command, key.sym);
}

static void unknown_chord(struct app *app)
{
	pending_show(app);
	model_notice(app->model, NOTICE_INFO, "no command on %s   (? shows the keys)",
		     app->pending.text.buf);
	app_pending_clear(app);
}

static void chord(struct app *app, struct key key)
{
	const struct command *command = NULL;

	app->pending.keys[app->pending.nkeys++] = key;
	switch (keymap_look(&app->keymap, app_context(app), app->pending.keys, app->pending.nkeys,
			    &command)) {
	case KEYMAP_COMMAND:
		if (command->flags & CMD_LETTER) {
			app->pending.letter_for = command;
			pending_show(app);
		} else {
			run_pending(app, command, key.sym);
		}
		break;
	case KEYMAP_PREFIX:
		app->pending.since_ms = app->now_ms;
		pending_show(app);
		if (app->scene.overlay == OVERLAY_STRIP)
			overlay_strip(app);
		break;
	case KEYMAP_NONE:
		unknown_chord(app);
		break;
	}
}

static void list_key(struct app *app, struct key key)
{
	bool escape = key.sym == KEYSYM_ESC && !key.mods;

	if (escape && (app->pending.nkeys || app->pending.counted || app->pending.letter_for))
		app_pending_clear(app);
	else if (app->pending.letter_for)
		take_letter(app, key);
	else if (!take_digit(app, key))
		chord(app, key);
}

static bool inside(const struct rect *r, int row, int col)
{
	return row >= r->row && row < r->row + r->rows && col >= r->col && col < r->col + r->cols;
}

static void click_title(struct app *app, int col)
{
	for (int i = 0; i < app->layout.ntitles; i++) {
		int start = app->layout.titles[i].col;

		if (!app->layout.titles[i].sorts || col < start ||
		    col >= start + app->layout.titles[i].width)
			continue;
		if (model_list(app->model)->sort.by == app->layout.titles[i].sort)
			(void)model_sort_reverse(app->model);
		else
			(void)model_sort(app->model, app->layout.titles[i].sort);
	}
}

static void click_row(struct app *app, const struct input_event *event)
{
	struct list *list = model_list(app->model);
	size_t pos = list->top + (size_t)(event->mouse.row - app->layout.list.row);

	if (pos >= list_len(list))
		return;
	list_move_to(list, pos);
	if (event->mouse.kind == MOUSE_DOUBLE)
		app_run(app, command_find("open"), &(struct command_args){.count = 1});
	else if (event->mouse.button == 3)
		(void)model_mark_toggle(app->model, 1);
}

static bool pane_mouse(struct app *app, const struct input_event *event)
{
	int row = event->mouse.row, col = event->mouse.col;
	long lines = event->mouse.kind == MOUSE_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS;

	if (!inside(&app->layout.info, row, col) && !inside(&app->layout.preview, row, col) &&
	    !inside(&app->layout.preview_title, row, col))
		return false;
	if (event->mouse.kind == MOUSE_WHEEL_UP || event->mouse.kind == MOUSE_WHEEL_DOWN)
		model_info_move(app->model, lines);
	else if (event->mouse.kind == MOUSE_PRESS && app->layout.preview.rows)
		(void)model_info_focus(app->model, true);
	return true;
}

static void list_mouse(struct app *app, const struct input_event *event)
{
	int row = event->mouse.row, col = event->mouse.col;

	if (pane_mouse(app, event))
		return;
	if (event->mouse.kind == MOUSE_PRESS)
		(void)model_info_focus(app->model, false);
	switch (event->mouse.kind) {
	case MOUSE_WHEEL_UP:
		list_scroll(model_list(app->model), -WHEEL_ROWS);
		break;
	case MOUSE_WHEEL_DOWN:
		list_scroll(model_list(app->model), WHEEL_ROWS);
		break;
	case MOUSE_PRESS:
	case MOUSE_DOUBLE:
		if (inside(&app->layout.list, row, col))
			click_row(app, event);
		else if (inside(&app->layout.columns, row, col))
			click_title(app, col);
		break;
	case MOUSE_RELEASE:
		break;
	}
}

static void viewer_mouse(struct app *app, const struct input_event *event)
{
	if (event->mouse.kind == MOUSE_WHEEL_UP)
		viewer_scroll(app->model, -WHEEL_ROWS);
	else if (event->mouse.kind == MOUSE_WHEEL_DOWN)
		viewer_scroll(app->model, WHEEL_ROWS);
}

void app_input(struct app *app, struct input_event *event)
{
	app->dirty = true;
	if (event->kind == INPUT_KEY) {
		pace_key(&app->pace, app->now_ms);
		model_info_key(app->model, app->now_ms, pace_interval(&app->pace) - PACE_FRAME_MS);
		/* Scrolling costs as much for a few rows as for one; but the row that is read is
		 * the one that comes. */
		model_list(app->model)->ahead =
			app->pace.held && !app->model->settings.plain ? HELD_AHEAD : 0;
		app->keys_seen++;
		model_notice_clear(app->model);
	}
	if (overlay_input(app, event))
		return;
	switch (event->kind) {
	case INPUT_KEY:
		list_key(app, event->key);
		break;
	case INPUT_MOUSE:
		if (app_context(app) == CTX_VIEWER)
			viewer_mouse(app, event);
		else
			list_mouse(app, event);
		break;
	case INPUT_PASTE:
		model_notice(app->model, NOTICE_INFO,
			     "pasted text is taken in prompts only (gp goes to a path)");
		break;
	case INPUT_ALIVE:
		break; /* the loop's business */
	}
}

int64_t app_pending_deadline(const struct app *app)
{
	if (!app->pending.nkeys || app->pending.letter_for || app->scene.overlay != OVERLAY_NONE)
		return INT64_MAX;
	return app->pending.since_ms + app->model->settings.which_key_ms;
}

void app_pending_tick(struct app *app)
{
	if (app->now_ms < app_pending_deadline(app))
		return;
	overlay_strip(app);
	app->dirty = true;
}
