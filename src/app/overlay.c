/* SPDX-License-Identifier: MIT
 *
 * Prompts, palette, help. All of them are state: an overlay kind in the scene, a line being edited,
 * and a row of the table below that says what its keys mean. There are no nested loops.
 */
#include <errno.h>
#include <string.h>

#include "app/app.h"

struct prompt_kind {
	const char *question;
	enum edit_kind edit; /* its line, with a history of its own */
	bool matches;        /* takes a pattern: Tab changes its kind */
	bool live;           /* narrows the list as one types; up and down move in the list */
	bool completes;
	int (*changed)(struct app *app); /* after each change of the text; may be NULL */
	int (*accept)(struct app *app);
	void (*cancel)(struct app *app); /* may be NULL */
};

static const char *const kind_questions[MATCH_KINDS] = {
	[MATCH_SUBSTRING] = "words",
	[MATCH_FUZZY] = "fuzzy",
	[MATCH_GLOB] = "glob",
	[MATCH_REGEX] = "regex",
};

static void note(struct app *app, bool is_error, const char *text)
{
	str_clear(&app->note);
	(void)str_adds(&app->note, text);
	app->scene.note = app->note.buf;
	app->scene.note_is_error = is_error;
}

static void note_kind(struct app *app)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	(void)str_addf(&text, "%s  (Tab: other)", kind_questions[app->match_kind]);
	note(app, false, text.buf);
}

void overlay_close(struct app *app)
{
	app->scene.overlay = OVERLAY_NONE;
	app->scene.edit = NULL;
	app->scene.items = NULL;
	app->scene.nitems = 0;
	app->scene.note = NULL;
	app->prompt = NULL;
	app->dirty = true;
}

static int prompt_open(struct app *app, const struct prompt_kind *kind, const char *text)
{
	int err;

	app_pending_clear(app);
	app->edit = &app->edits[kind->edit];
	err = lineedit_set(app->edit, text, strlen(text));
	if (err)
		return err;
	if (!app->match_kind_set) {
		app->match_kind = app->model->settings.filter;
		app->match_kind_set = true;
	}
	app->prompt = kind;
	app->scene.overlay = OVERLAY_PROMPT;
	app->scene.edit = app->edit;
	app->scene.question = kind->question;
	app->scene.completes = kind->completes;
	app->scene.selected = 0;
	note(app, false, "");
	if (kind->matches)
		note_kind(app);
	return 0;
}

/* ---- go to a path ---- */

static int goto_changed(struct app *app)
{
	return model_complete(app->model, app->edit->text.buf);
}

static int goto_accept(struct app *app)
{
	return app->edit->text.len ? model_go_place(app->model, app->edit->text.buf) : 0;
}

static const struct prompt_kind prompt_goto = {
	.question = "go to: ",
	.edit = EDIT_GOTO,
	.completes = true,
	.changed = goto_changed,
	.accept = goto_accept,
};

int overlay_prompt_goto(struct app *app)
{
	int err = prompt_open(app, &prompt_goto, "");

	return err ? err : goto_changed(app);
}

/* The part that all answers share after what was typed; the whole answer when there is only one. */
static size_t common_length(const struct completion *c)
{
	size_t len = c->n ? strlen(c->names[0]) : 0;

	for (uint32_t i = 1; i < c->n; i++) {
		size_t k = 0;

		while (k < len && c->names[i][k] == c->names[0][k])
			k++;
		len = k;
	}
	return len;
}

static void complete(struct app *app)
{
	const struct completion *c = &app->model->completion;
	size_t common = common_length(c);
	CLEANUP(str_done) struct str text = STR_INIT;

	if (!c->answered || !c->n || common <= c->prefix.len)
		return;
	if (str_add(&text, c->dir.buf, c->dir.len) < 0 || str_add(&text, c->names[0], common) < 0)
		return;
	if (lineedit_set(app->edit, text.buf, text.len) == 0)
		(void)goto_changed(app);
}

/* ---- filter ---- */

static int filter_changed(struct app *app)
{
	CLEANUP(str_done) struct str reason = STR_INIT;
	int err = model_filter(app->model, app->match_kind, app->edit->text.buf, &reason);

	if (err == -EINVAL)
		note(app, true, reason.buf);
	else
		note_kind(app);
	return err == -EINVAL ? 0 : err;
}

static void filter_cancel(struct app *app)
{
	(void)model_filter(app->model, app->match_kind, "", NULL);
}

static int filter_accept(struct app *app)
{
	(void)app;
	return 0;
}

static const struct prompt_kind prompt_filter = {
	.question = "filter: ",
	.edit = EDIT_FILTER,
	.matches = true,
	.live = true,
	.changed = filter_changed,
	.accept = filter_accept,
	.cancel = filter_cancel,
};

int overlay_prompt_filter(struct app *app)
{
	return prompt_open(app, &prompt_filter, model_list(app->model)->filter.buf);
}

/* ---- mark by pattern ---- */

static int mark_accept(struct app *app, bool on)
{
	CLEANUP(str_done) struct str reason = STR_INIT;
	size_t count = 0;
	int err;

	if (!app->edit->text.len)
		return 0;
	err = model_mark_matching(app->model, app->match_kind, app->edit->text.buf, on, &count,
				  &reason);
	if (err == -EINVAL)
		model_notice(app->model, NOTICE_ERROR, app->now_ms, "%s: %s", app->edit->text.buf,
			     reason.buf);
	else if (!err && !model_marking(app->model))
		model_notice(app->model, NOTICE_INFO, app->now_ms, "%zu %s", count,
			     on ? "marked" : "unmarked");
	return err == -EINVAL ? 0 : err;
}

static int mark_on(struct app *app)
{
	return mark_accept(app, true);
}

static int mark_off(struct app *app)
{
	return mark_accept(app, false);
}

static const struct prompt_kind prompt_mark = {
	.question = "mark: ",
	.edit = EDIT_MARK,
	.matches = true,
	.accept = mark_on,
};
static const struct prompt_kind prompt_unmark = {
	.question = "unmark: ",
	.edit = EDIT_MARK,
	.matches = true,
	.accept = mark_off,
};

int overlay_prompt_mark(struct app *app, bool on)
{
	app->match_kind = MATCH_GLOB;
	app->match_kind_set = true;
	return prompt_open(app, on ? &prompt_mark : &prompt_unmark, "");
}

/* ---- keys of a prompt ---- */

static int prompt_accept(struct app *app)
{
	const struct prompt_kind *kind = app->prompt;
	int err = lineedit_remember(app->edit);

	overlay_close(app);
	return err ? err : kind->accept(app);
}

static void prompt_cancel(struct app *app)
{
	const struct prompt_kind *kind = app->prompt;

	overlay_close(app);
	if (kind->cancel)
		kind->cancel(app);
}

static int prompt_tab(struct app *app)
{
	if (app->prompt->completes)
		complete(app);
	if (!app->prompt->matches)
		return 0;
	app->match_kind = (app->match_kind + 1) % MATCH_KINDS;
	note_kind(app);
	return app->prompt->changed ? app->prompt->changed(app) : 0;
}

/* Keys that move in the list below while its filter is typed. */
static bool move_in_list(struct app *app, struct key key)
{
	struct list *list = model_list(app->model);

	if (key.mods)
		return false;
	switch (key.sym) {
	case KEYSYM_UP:
		list_move(list, -1);
		return true;
	case KEYSYM_DOWN:
		list_move(list, 1);
		return true;
	case KEYSYM_PGUP:
		list_page(list, -2);
		return true;
	case KEYSYM_PGDN:
		list_page(list, 2);
		return true;
	default:
		return false;
	}
}

static bool is_cancel(struct key key)
{
	return (key.sym == KEYSYM_ESC && !key.mods) ||
	       (key.sym == 'c' && key.mods == KEYMOD_CTRL) ||
	       (key.sym == 'g' && key.mods == KEYMOD_CTRL);
}

static int edited(struct app *app, enum lineedit_result result)
{
	if (result != LINEEDIT_CHANGED || !app->prompt->changed)
		return 0;
	return app->prompt->changed(app);
}

static int prompt_key(struct app *app, struct key key)
{
	if (is_cancel(key)) {
		prompt_cancel(app);
		return 0;
	}
	if (key.sym == KEYSYM_ENTER && !key.mods)
		return prompt_accept(app);
	if (key.sym == KEYSYM_TAB && !key.mods)
		return prompt_tab(app);
	if (app->prompt->live && move_in_list(app, key))
		return 0;
	return edited(app, lineedit_key(app->edit, key));
}

/* ---- palette ---- */

int overlay_palette(struct app *app)
{
	int err;

	app_pending_clear(app);
	app->edit = &app->edits[EDIT_COMMAND];
	err = lineedit_set(app->edit, "", 0);
	if (!err)
		err = items_commands(app, "", true);
	if (err)
		return err;
	app->scene.overlay = OVERLAY_PALETTE;
	app->scene.edit = app->edit;
	app->scene.question = ": ";
	app->scene.selected = 0;
	app->scene.scroll = 0;
	return 0;
}

static void palette_run(struct app *app)
{
	const struct command *command = app->scene.selected < app->items.n
						? app->items.commands[app->scene.selected]
						: NULL;
	struct command_args args = {.count = 1};

	overlay_close(app);
	if (command && command->flags & CMD_LETTER)
		app->pending.letter_for = command;
	else if (command)
		app_run(app, command, &args);
}

/* How far the keys that move in a list of items go; 0: not such a key. */
static long item_step(struct key key, bool letters)
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

static size_t stepped(size_t at, long step, size_t n)
{
	long to = (long)at + step;

	return to < 0 || !n ? 0 : MIN((size_t)to, n - 1);
}

static int palette_key(struct app *app, struct key key)
{
	long step = item_step(key, false);

	if (is_cancel(key)) {
		overlay_close(app);
		return 0;
	}
	if (key.sym == KEYSYM_ENTER && !key.mods) {
		palette_run(app);
		return 0;
	}
	if (step) {
		app->scene.selected = stepped(app->scene.selected, step, app->items.n);
		return 0;
	}
	if (lineedit_key(app->edit, key) != LINEEDIT_CHANGED)
		return 0;
	app->scene.selected = 0;
	return items_commands(app, app->edit->text.buf, true);
}

/* ---- help ---- */

int overlay_help(struct app *app)
{
	int err;

	app_pending_clear(app);
	app->edit = &app->edits[EDIT_COMMAND];
	err = lineedit_set(app->edit, "", 0);
	if (!err)
		err = items_commands(app, "", false);
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
	if (is_cancel(key)) {
		app->scene.edit = NULL;
		(void)lineedit_set(app->edit, "", 0);
	} else if (key.sym == KEYSYM_ENTER && !key.mods) {
		app->scene.edit = NULL;
		return 0;
	} else if (lineedit_key(app->edit, key) != LINEEDIT_CHANGED) {
		return 0;
	}
	app->scene.scroll = 0;
	return items_commands(app, app->edit->text.buf, false);
}

static int help_key(struct app *app, struct key key)
{
	long step = item_step(key, !app->scene.edit);

	if (step) {
		app->scene.scroll =
			stepped(app->scene.scroll, step, app->layout.overlay_scroll_max + 1);
		return 0;
	}
	if (app->scene.edit)
		return help_search(app, key);
	if (key.sym == '/' && !key.mods)
		app->scene.edit = app->edit;
	else if (is_cancel(key) || (!key.mods && (key.sym == 'q' || key.sym == '?' ||
						  key.sym == KEYSYM_F1 || key.sym == KEYSYM_ENTER)))
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
	[OVERLAY_PROMPT] = prompt_key,
	[OVERLAY_PALETTE] = palette_key,
	[OVERLAY_HELP] = help_key,
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
		return edited(app, LINEEDIT_CHANGED);
	return items_commands(app, app->edit->text.buf, app->scene.overlay == OVERLAY_PALETTE);
}

static void overlay_mouse(struct app *app, const struct input_event *event)
{
	const struct rect *r = &app->layout.overlay;
	int row = event->mouse.row - r->row;
	bool press = event->mouse.kind == MOUSE_PRESS || event->mouse.kind == MOUSE_DOUBLE;
	long wheel = event->mouse.kind == MOUSE_WHEEL_UP     ? -3
		     : event->mouse.kind == MOUSE_WHEEL_DOWN ? 3
							     : 0;

	if (app->scene.overlay == OVERLAY_HELP && wheel)
		app->scene.scroll =
			stepped(app->scene.scroll, wheel, app->layout.overlay_scroll_max + 1);
	if (app->scene.overlay != OVERLAY_PALETTE)
		return;
	if (wheel)
		app->scene.selected = stepped(app->scene.selected, wheel, app->items.n);
	else if (press && row >= 0 && row < r->rows &&
		 (size_t)app->layout.overlay_first + (size_t)row < app->items.n) {
		app->scene.selected = (size_t)app->layout.overlay_first + (size_t)row;
		palette_run(app);
	}
}

bool overlay_input(struct app *app, struct input_event *event)
{
	int err = 0;

	if (app->scene.overlay == OVERLAY_NONE || app->scene.overlay == OVERLAY_STRIP)
		return false;
	if (event->kind == INPUT_KEY)
		err = overlay_keys[app->scene.overlay](app, event->key);
	else if (event->kind == INPUT_PASTE)
		err = overlay_paste(app, &event->paste);
	else if (event->kind == INPUT_MOUSE)
		overlay_mouse(app, event);
	if (err)
		model_notice(app->model, NOTICE_ERROR, app->now_ms, "%s", strerror(-err));
	return true;
}
