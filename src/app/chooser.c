/* SPDX-License-Identifier: MIT */
#include "app/chooser.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/open.h"
#include "app/opening.h"
#include "app/overlay.h"
#include "app/programs.h"
#include "base/alloc.h"
#include "base/path.h"

struct choice {
	struct opener_command command; /* own copy */
	char *name, *keys, *help;
};

static void choice_done(struct choice *c)
{
	opener_command_done(&c->command);
	free(c->name);
	free(c->keys);
	free(c->help);
}

void chooser_done(struct app *app)
{
	struct chooser *c = &app->chooser;

	for (size_t i = 0; i < c->n; i++)
		choice_done(&c->at[i]);
	free(c->at);
	free(c->rows);
	args_done(&c->files);
	str_done(&c->question);
	*c = (struct chooser){.question = STR_INIT};
}

/* ---- what is listed ---- */

/* Takes what the choice owns. */
static int add(struct chooser *c, struct choice *choice)
{
	size_t rows_cap = c->cap;
	int r = choice->name && choice->keys && choice->help && choice->command.line
			? array_grow(&c->rows, &rows_cap, c->n + 1, sizeof(*c->rows))
			: -ENOMEM;

	if (r == 0)
		r = array_grow(&c->at, &c->cap, c->n + 1, sizeof(*c->at));
	if (r < 0) {
		choice_done(choice);
		return r;
	}
	c->cap = MIN(c->cap, rows_cap);
	c->rows[c->n] = (struct scene_item){
		.group = "", .keys = choice->keys, .name = choice->name, .help = choice->help};
	c->at[c->n++] = *choice;
	return 0;
}

static const struct {
	enum opener_own own;
	const char *name, *help;
	bool one; /* takes one file only */
} owns[] = {
	{OWN_EDIT, "editor", NULL, false},
	{OWN_VIEW, "viewer", "looks at it, whatever it is", true},
	{OWN_PAGER, "pager", NULL, false},
	{OWN_DESKTOP, "xdg-open", "what the desktop opens it with", false},
};

static bool is_there(enum opener_own own)
{
	return own != OWN_DESKTOP || programs_have_desktop();
}

static bool is_listed(const struct chooser *c, enum opener_own own)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->at[i].command.own == own)
			return true;
	return false;
}

static const char *own_help(size_t i)
{
	return owns[i].own == OWN_EDIT    ? programs_editor_name()
	       : owns[i].own == OWN_PAGER ? programs_pager_name()
					  : owns[i].help;
}

static int add_own(struct chooser *c, enum opener_own own, const char *keys)
{
	for (size_t i = 0; i < ARRAY_LEN(owns); i++) {
		struct choice choice = {0};

		if (owns[i].own != own || is_listed(c, own) || !is_there(own) ||
		    (owns[i].one && c->files.n > 1))
			continue;
		choice.command.own = own;
		choice.command.line = strdup(opener_own_name(own));
		choice.name = strdup(owns[i].name);
		choice.keys = strdup(keys);
		choice.help = strdup(own_help(i));
		return add(c, &choice);
	}
	return 0;
}

/* The program alone: "feh" of "/usr/bin/feh -F %F". */
static char *name_of(const char *line)
{
	struct args none = {0}, words = {0};
	const struct args_with with = {
		.file = "", .dir = "", .name = "", .files = &none, .home = "/"};
	char *name = NULL;

	if (args_expand(line, &with, &words, NULL) == 0)
		name = strdup(path_base(words.at[0]));
	args_done(&words);
	return name;
}

static int add_rule(struct chooser *c, const struct opener_rule *rule)
{
	CLEANUP(str_done) struct str help = STR_INIT;
	struct choice choice = {.command = rule->command};

	if (rule->command.own)
		return add_own(c, rule->command.own, rule->text);
	(void)str_addf(&help, "%s %s", opener_how_name(rule->command.how), rule->command.line);
	choice.command.line = strdup(rule->command.line);
	choice.name = name_of(rule->command.line);
	choice.keys = strdup(rule->text);
	choice.help = help.failed ? NULL : str_take(&help);
	return add(c, &choice);
}

/* Whether the rule may be meant for all the files. */
static bool suits(const struct chooser *c, const struct opener_rule *rule,
		  const struct opener_kind *kind)
{
	static const struct opener_kind unknown = {0};

	if (c->files.n > 1)
		kind = &unknown;
	for (size_t i = 0; i < c->files.n; i++)
		if (opener_matches(rule, path_base(c->files.at[i]), kind) == 0)
			return false;
	return true;
}

static int list_all(struct app *app, const struct opener_kind *kind)
{
	struct chooser *c = &app->chooser;
	int r = 0;

	for (size_t i = 0; r == 0 && i < app->openers.n; i++)
		if (suits(c, &app->openers.at[i], kind))
			r = add_rule(c, &app->openers.at[i]);
	if (r == 0 && c->files.n == 1)
		r = add_own(c, open_default_own(kind), "");
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(owns); i++)
		r = add_own(c, owns[i].own, "");
	return r;
}

/* ---- the overlay ---- */

#define HOW_TO "Enter runs it; %f is the file, %F all files; detach: starts it beside"

int chooser_changed(struct app *app)
{
	struct chooser *c = &app->chooser;
	bool typed = app->edit->text.len > 0;

	app->scene.items = c->rows;
	app->scene.nitems = typed ? 0 : c->n;
	app->scene.note = typed ? HOW_TO : "looking at what it is...";
	return 0;
}

int chooser_open(struct app *app, size_t nfiles, bool marked)
{
	struct chooser *c = &app->chooser;
	int r;

	app_pending_clear(app);
	chooser_done(app);
	app->edit = &app->edits[EDIT_OPEN];
	r = lineedit_set(app->edit, "", 0);
	if (r == 0)
		r = marked ? str_addf(&c->question, "open %zu marked with: ", nfiles)
			   : str_adds(&c->question, "open with: ");
	if (r < 0)
		return r;
	app->scene.overlay = OVERLAY_CHOOSER;
	app->scene.edit = app->edit;
	app->scene.question = c->question.buf;
	app->scene.selected = 0;
	app->scene.scroll = 0;
	app->drawn = OVERLAY_NONE;
	return chooser_changed(app);
}

int chooser_fill(struct app *app, struct args *files, const struct opener_kind *kind)
{
	int r;

	if (app->scene.overlay != OVERLAY_CHOOSER)
		return 0;
	app->chooser.files = *files;
	*files = (struct args){0};
	r = list_all(app, kind);
	if (r < 0) {
		overlay_close(app);
		return r;
	}
	/* What it showed until now was nothing to choose from. */
	app->drawn = OVERLAY_NONE;
	app->dirty = true;
	return chooser_changed(app);
}

/* The overlay goes before the program comes: what it needs is taken out of it first. */
static int run(struct app *app, struct opener_command *command)
{
	struct args files = app->chooser.files;
	struct opener_command c = *command;
	int r;

	*command = (struct opener_command){0};
	app->chooser.files = (struct args){0};
	overlay_close(app);
	chooser_done(app);
	r = open_say(app, &c, open_run(app, &c, &files));
	opener_command_done(&c);
	args_done(&files);
	return r;
}

static int take(struct app *app, size_t i)
{
	if (i >= app->chooser.n || !app->chooser.files.n)
		return 0;
	return run(app, &app->chooser.at[i].command);
}

static int take_typed(struct app *app)
{
	CLEANUP(str_done) struct str reason = STR_INIT;
	struct opener_command command = {0};
	int r;

	/* It is not known yet what would be opened. */
	if (!app->chooser.files.n)
		return 0;
	r = lineedit_remember(app->edit);
	if (r == 0)
		r = opener_parse(app->edit->text.buf, &command, &reason);
	if (r == -EINVAL) {
		model_notice(app->model, NOTICE_ERROR, "%s: %s", app->edit->text.buf, reason.buf);
		overlay_close(app);
		return 0;
	}
	command.typed = true;
	return r < 0 ? r : run(app, &command);
}

/* From the first of the list Up leads into the history of the line. */
static bool chooses(struct app *app, struct key key, long *ret_step)
{
	if (app->edit->text.len || key.mods)
		return false;
	*ret_step = key.sym == KEYSYM_DOWN ? 1 : key.sym == KEYSYM_UP ? -1 : 0;
	return *ret_step > 0 || (*ret_step < 0 && app->scene.selected > 0);
}

int chooser_key(struct app *app, struct key key)
{
	long step;

	if (overlay_is_cancel(key)) {
		opening_cancel(app);
		overlay_close(app);
		return 0;
	}
	if (key.sym == KEYSYM_ENTER && !key.mods)
		return app->edit->text.len ? take_typed(app) : take(app, app->scene.selected);
	if (chooses(app, key, &step)) {
		app->scene.selected = overlay_stepped(app->scene.selected, step, app->chooser.n);
		return 0;
	}
	(void)lineedit_key(app->edit, key);
	return chooser_changed(app);
}

void chooser_mouse(struct app *app, const struct input_event *event, long wheel)
{
	size_t i;

	if (wheel)
		app->scene.selected =
			overlay_stepped(app->scene.selected, wheel, app->scene.nitems);
	else if (overlay_pressed(app, event, app->scene.nitems, &i) && take(app, i) < 0)
		model_notice(app->model, NOTICE_ERROR, "%s", strerror(ENOMEM));
}
