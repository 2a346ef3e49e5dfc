/* SPDX-License-Identifier: MIT
 *
 * Help, and what all overlays share. They are state: a kind in the scene, perhaps a line
 * being edited; there are no nested loops.
 */
#include "app/overlay.h"

#include "app/acting.h"
#include "app/chooser.h"
#include "app/settings_view.h"

#include <errno.h>
#include <string.h>

void overlay_close(struct app *app)
{
	app->scene.overlay = OVERLAY_NONE;
	app->scene.edit = NULL;
	app->scene.items = NULL;
	app->scene.nitems = 0;
	app->scene.note = NULL;
	app->scene.choices = NULL;
	app->scene.nchoices = 0;
	app->prompt = NULL;
	app->words_of = NULL;
	app->scene.narrows = false;
	app->dirty = true;
}

bool overlay_is_cancel(struct key key)
{
	return (key.sym == KEYSYM_ESC && !key.mods) ||
	       (key.sym == 'c' && key.mods == KEYMOD_CTRL) ||
	       (key.sym == 'g' && key.mods == KEYMOD_CTRL);
}

/* ---- moving in a list of items ---- */

long overlay_step(struct key key, bool letters)
{
	static const struct {
		struct key key;
		long step;
		bool letter; /* only where letters are not typed */
	} steps[] = {
		{{KEYSYM_UP, 0}, -1, false},
		{{KEYSYM_DOWN, 0}, 1, false},
		{{'p', KEYMOD_CTRL}, -1, false},
		{{'n', KEYMOD_CTRL}, 1, false},
		{{KEYSYM_PGUP, 0}, -10, false},
		{{KEYSYM_PGDN, 0}, 10, false},
		{{'u', KEYMOD_CTRL}, -10, true},
		{{'d', KEYMOD_CTRL}, 10, true},
		{{'k', 0}, -1, true},
		{{'j', 0}, 1, true},
		{{KEYSYM_HOME, 0}, -100000, true},
		{{KEYSYM_END, 0}, 100000, true},
		{{'g', 0}, -100000, true},
		{{'G', 0}, 100000, true},
		{{'b', KEYMOD_CTRL}, -10, true},
		{{'f', KEYMOD_CTRL}, 10, true},
		{{' ', 0}, 10, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (key_eq(steps[i].key, key) && (letters || !steps[i].letter))
			return steps[i].step;
	return 0;
}

size_t overlay_stepped(size_t at, long step, size_t n)
{
	long to = (long)at + step;

	return to < 0 || !n ? 0 : MIN((size_t)to, n - 1);
}

/* ---- help ---- */

int overlay_help(struct app *app)
{
	int err;

	app_pending_clear(app);
	app->edit = &app->edits[EDIT_COMMAND];
	err = lineedit_set(app->edit, "", 0);
	if (!err)
		err = items_help(app, "");
	if (err)
		return err;
	app->scene.overlay = OVERLAY_HELP;
	app->scene.edit = NULL; /* until / is typed */
	app->scene.question = "search: ";
	app->scene.scroll = 0;
	return 0;
}

static int help_search(struct app *app, struct key key)
{
	if (overlay_is_cancel(key)) {
		app->scene.edit = NULL;
		(void)lineedit_set(app->edit, "", 0);
	} else if (key.sym == KEYSYM_ENTER && !key.mods) {
		app->scene.edit = NULL;
		return 0;
	} else if (lineedit_key(app->edit, key) != LINEEDIT_CHANGED) {
		return 0;
	}
	app->scene.scroll = 0;
	return items_help(app, app->edit->text.buf);
}

static int help_key(struct app *app, struct key key)
{
	long step = overlay_step(key, !app->scene.edit);

	if (step) {
		app->scene.scroll = overlay_stepped(app->scene.scroll, step,
						    app->layout.overlay_scroll_max + 1);
		return 0;
	}
	if (app->scene.edit)
		return help_search(app, key);
	if (key.sym == '/' && !key.mods)
		app->scene.edit = app->edit;
	else if (overlay_is_cancel(key) ||
		 (!key.mods && (key.sym == 'q' || key.sym == '?' || key.sym == KEYSYM_F1 ||
				key.sym == KEYSYM_ENTER)))
		overlay_close(app);
	return 0;
}

/* ---- strip ---- */

void overlay_strip(struct app *app)
{
	if (items_strip(app) == 0 && app->items.n)
		app->scene.overlay = OVERLAY_STRIP;
}

/* ---- all of them ---- */

static int (*const overlay_keys[])(struct app *app, struct key key) = {
	[OVERLAY_PROMPT] = prompt_key,   [OVERLAY_PALETTE] = palette_key,
	[OVERLAY_HELP] = help_key,       [OVERLAY_SETTINGS] = settings_key,
	[OVERLAY_CHOOSER] = chooser_key, [OVERLAY_PLAN] = acting_key,
};

static int overlay_paste(struct app *app, const struct str *bytes)
{
	int err;

	if (!app->scene.edit)
		return 0;
	err = lineedit_paste(app->edit, bytes->buf, bytes->len);
	if (err)
		return err;
	if (app->scene.overlay == OVERLAY_PROMPT)
		return prompt_changed(app);
	if (app->scene.overlay == OVERLAY_SETTINGS)
		return settings_typed(app);
	if (app->scene.overlay == OVERLAY_CHOOSER)
		return chooser_changed(app);
	if (app->scene.overlay == OVERLAY_PLAN)
		return 0;
	return app->scene.overlay == OVERLAY_PALETTE ? palette_changed(app)
						     : items_help(app, app->edit->text.buf);
}

static long wheel_step(const struct input_event *event)
{
	return event->mouse.kind == MOUSE_WHEEL_UP     ? -3
	       : event->mouse.kind == MOUSE_WHEEL_DOWN ? 3
						       : 0;
}

bool overlay_pressed(const struct app *app, const struct input_event *event, size_t n,
		     size_t *ret_item)
{
	const struct rect *r = &app->layout.overlay;
	int row = event->mouse.row - r->row;

	if ((event->mouse.kind != MOUSE_PRESS && event->mouse.kind != MOUSE_DOUBLE) || row < 0 ||
	    row >= r->rows)
		return false;
	*ret_item = (size_t)app->layout.overlay_first + (size_t)row;
	return *ret_item < n;
}

static void help_mouse(struct app *app, const struct input_event *event, long wheel)
{
	(void)event;
	app->scene.scroll =
		overlay_stepped(app->scene.scroll, wheel, app->layout.overlay_scroll_max + 1);
}

static void (*const overlay_mice[])(struct app *app, const struct input_event *event,
				    long wheel) = {
	[OVERLAY_PALETTE] = palette_mouse,   [OVERLAY_HELP] = help_mouse,
	[OVERLAY_SETTINGS] = settings_mouse, [OVERLAY_CHOOSER] = chooser_mouse,
	[OVERLAY_PLAN] = acting_mouse,
};

/* What nobody can have seen is not answered yet. */
static bool too_early(const struct app *app)
{
	return (app->scene.overlay == OVERLAY_CHOOSER || app->scene.overlay == OVERLAY_PLAN) &&
	       app->drawn != app->scene.overlay;
}

bool overlay_input(struct app *app, struct input_event *event)
{
	int err = 0;

	if (app->scene.overlay == OVERLAY_NONE || app->scene.overlay == OVERLAY_STRIP)
		return false;
	if (too_early(app))
		return true;
	if (event->kind == INPUT_KEY)
		err = overlay_keys[app->scene.overlay](app, event->key);
	else if (event->kind == INPUT_PASTE)
		err = overlay_paste(app, &event->paste);
	else if (event->kind == INPUT_MOUSE && overlay_mice[app->scene.overlay])
		overlay_mice[app->scene.overlay](app, event, wheel_step(event));
	if (err)
		model_notice(app->model, NOTICE_ERROR, "%s", strerror(-err));
	return true;
}
