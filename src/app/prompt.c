/* SPDX-License-Identifier: MIT
 *
 * Prompts: a line being edited, and a row of the table below that says what its keys mean.
 */
#include "app/overlay.h"

#include "app/open.h"

#include <errno.h>
#include <string.h>

static const char *const kind_questions[MATCH_KINDS] = {
	[MATCH_SUBSTRING] = "words",
	[MATCH_FUZZY] = "fuzzy",
	[MATCH_GLOB] = "glob",
	[MATCH_REGEX] = "regex",
};

void prompt_note(struct app *app, bool is_error, const char *text)
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
	prompt_note(app, false, text.buf);
}

int prompt_open(struct app *app, const struct prompt_kind *kind, const char *text)
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
	app->scene.choices = NULL;
	app->scene.nchoices = 0;
	prompt_note(app, false, kind->hint ? kind->hint : "");
	if (kind->matches)
		note_kind(app);
	return 0;
}

/* ---- a command line ---- */

static int shell_accept(struct app *app)
{
	return open_typed(app, app->edit->text.buf);
}

static const struct prompt_kind prompt_shell = {
	.question = "! ",
	.edit = EDIT_SHELL,
	.hint = "%f row  %F marked  empty: shell",
	.accept = shell_accept,
};

int overlay_prompt_shell(struct app *app)
{
	return prompt_open(app, &prompt_shell, "");
}

/* ---- go to a path ---- */

static int goto_changed(struct app *app)
{
	app->completion_due = true;
	return 0;
}

/* Once for all keys that came together: a long path may be typed by a program. */
void prompt_tick(struct app *app)
{
	bool due = app->completion_due && app->prompt && app->prompt->completes;

	app->completion_due = false;
	if (due && model_complete(app->model, app->edit->text.buf) < 0)
		model_notice(app->model, NOTICE_ERROR, "%s", strerror(ENOMEM));
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

	if (app->completion_due || !c->answered || !c->n || common <= c->prefix.len)
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
		prompt_note(app, true, reason.buf);
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
		model_notice(app->model, NOTICE_ERROR, "%s: %s", app->edit->text.buf, reason.buf);
	else if (!err && !model_marking(app->model))
		model_notice(app->model, NOTICE_INFO, "%zu %s", count, on ? "marked" : "unmarked");
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

/* ---- search in the preview ---- */

static int search_accept(struct app *app)
{
	int err = model_info_find(app->model, app->edit->text.buf);

	if (err != -EINVAL)
		return err;
	model_notice(app->model, NOTICE_ERROR, "this is too long to search for");
	return 0;
}

static const struct prompt_kind prompt_search = {
	.question = "search: ",
	.edit = EDIT_SEARCH,
	.accept = search_accept,
};

int overlay_prompt_search(struct app *app)
{
	return prompt_open(app, &prompt_search, "");
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
	if (app->prompt->tab)
		app->prompt->tab(app);
	if (app->prompt->completes)
		complete(app);
	if (!app->prompt->matches)
		return 0;
	app->match_kind = (app->match_kind + 1) % MATCH_KINDS;
	note_kind(app);
	return prompt_changed(app);
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

int prompt_changed(struct app *app)
{
	return app->prompt->changed ? app->prompt->changed(app) : 0;
}

static int edited(struct app *app, enum lineedit_result result)
{
	return result == LINEEDIT_CHANGED ? prompt_changed(app) : 0;
}

int prompt_key(struct app *app, struct key key)
{
	if (overlay_is_cancel(key)) {
		prompt_cancel(app);
		return 0;
	}
	if (key.sym == KEYSYM_ENTER && !key.mods)
		return prompt_accept(app);
	if (key.sym == KEYSYM_TAB && !key.mods)
		return prompt_tab(app);
	if (app->prompt->move && app->prompt->move(app, key))
		return 0;
	if (app->prompt->live && move_in_list(app, key))
		return 0;
	return edited(app, lineedit_key(app->edit, key));
}
