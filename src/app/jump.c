/* SPDX-License-Identifier: MIT */
#include "app/jump.h"

#include "app/commands.h"
#include "app/overlay.h"
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void clear(struct jump *j)
{
	for (size_t i = 0; i < j->n; i++)
		free(j->texts[i]);
	j->n = 0;
}

void jump_done(struct jump *j)
{
	clear(j);
	free(j->path);
	*j = (struct jump){0};
}

static int add_text(struct app *app, size_t at)
{
	struct str text = STR_INIT;
	struct jump *j = &app->jump;
	int err = path_abbrev(&text, app->keep.all.at[at].path, app->model->self.home);

	j->at[j->n] = at;
	j->texts[j->n] = err ? NULL : str_take(&text);
	str_done(&text);
	if (!j->texts[j->n])
		return -ENOMEM;
	j->n++;
	return 0;
}

/* Paths are kept whole: a ~ that is typed stands for what it means. */
static int pattern(struct app *app, struct str *out)
{
	const char *typed = app->edit->text.buf, *home = app->model->self.home;
	bool tilde = home && typed[0] == '~' && (!typed[1] || typed[1] == '/');

	return str_addf(out, "%s%s", tilde ? home : "", typed + tilde);
}

static int changed(struct app *app)
{
	CLEANUP(str_done) struct str typed = STR_INIT;
	size_t at[JUMP_MAX];
	long n;
	int err = pattern(app, &typed);

	if (err)
		return err;
	clear(&app->jump);
	app->scene.choices = NULL;
	app->scene.nchoices = 0;
	n = places_find(&app->keep.all, typed.buf, model_path(app->model), time(NULL), at,
			JUMP_MAX);
	if (n < 0)
		return (int)n;
	for (long i = 0; i < n && !err; i++)
		err = add_text(app, at[i]);
	app->scene.choices = (const char *const *)app->jump.texts;
	app->scene.nchoices = app->jump.n;
	app->scene.selected = 0;
	prompt_note(app, n == 0, n ? "Tab: complete" : "nothing like this was visited");
	return err;
}

static void tab(struct app *app)
{
	const struct jump *j = &app->jump;
	const char *text = app->scene.selected < j->n ? j->texts[app->scene.selected] : NULL;

	if (text && lineedit_set(app->edit, text, strlen(text)) == 0)
		(void)changed(app);
}

static bool move(struct app *app, struct key key)
{
	size_t *at = &app->scene.selected, n = app->jump.n;
	bool up = key.sym == KEYSYM_UP || (key.sym == 'p' && key.mods == KEYMOD_CTRL);
	bool down = key.sym == KEYSYM_DOWN || (key.sym == 'n' && key.mods == KEYMOD_CTRL);

	if (up && *at > 0)
		--*at;
	if (down && *at + 1 < n)
		++*at;
	return up || down;
}

/* Whether it is there a worker finds out: only what was seen to be gone is forgotten. */
static int go(struct app *app, const char *path)
{
	struct jump *j = &app->jump;
	char *copy = strdup(path);
	int err;

	if (!copy)
		return -ENOMEM;
	free(j->path);
	j->path = copy;
	err = model_go_place(app->model, copy);
	j->ticket = err ? 0 : app->model->placing.ticket;
	return err;
}

static int accept(struct app *app)
{
	const char *typed = app->edit->text.buf;
	const struct jump *j = &app->jump;
	size_t at = MIN(app->scene.selected, JUMP_MAX - 1);

	if (at < j->n)
		return go(app, app->keep.all.at[j->at[at]].path);
	if (typed[0] == '/' || typed[0] == '~')
		return model_go_place(app->model, typed);
	model_notice(app->model, NOTICE_INFO,
		     "no directory like this was visited yet (gp takes any path)");
	return 0;
}

static const struct prompt_kind prompt_jump = {
	.question = "visited: ",
	.edit = EDIT_JUMP,
	.changed = changed,
	.accept = accept,
	.tab = tab,
	.move = move,
};

int cmd_jump(struct app *app, const struct command_args *args)
{
	int err;

	(void)args;
	if (!app->model->settings.remember_places) {
		model_notice(app->model, NOTICE_INFO,
			     "the option remember-places is off: there is nothing to go to");
		return 0;
	}
	err = prompt_open(app, &prompt_jump, "");
	return err ? err : changed(app);
}

void jump_answered(struct app *app, const struct fs_event *event)
{
	struct jump *j = &app->jump;

	if (event->kind != FS_PLACE || !j->ticket || event->ticket != j->ticket)
		return;
	j->ticket = 0;
	if (event->err == -ENOENT || event->err == -ENOTDIR)
		keep_gone(app, j->path);
}
