/* SPDX-License-Identifier: MIT
 *
 * Prompts of commands that change files: new names, modes, owners.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/overlay.h"
#include "base/fmt.h"
#include "base/path.h"

/* ---- something new ---- */

static int accept_new(struct app *app)
{
	return app->edit->text.len ? acting_bound(app, TASK_MAKE, app->edit->text.buf) : 0;
}

static int accept_dir(struct app *app)
{
	CLEANUP(str_done) struct str name = STR_INIT;

	if (!app->edit->text.len)
		return 0;
	(void)str_add(&name, app->edit->text.buf, app->edit->text.len);
	(void)str_addc(&name, '/');
	return name.failed ? -ENOMEM : acting_bound(app, TASK_MAKE, name.buf);
}

static const struct prompt_kind prompt_add = {
	.question = "new: ",
	.edit = EDIT_NAME,
	.hint = "name  dir/  a/b/c",
	.accept = accept_new,
};
static const struct prompt_kind prompt_add_dir = {
	.question = "new directory: ",
	.edit = EDIT_NAME,
	.accept = accept_dir,
};

int overlay_prompt_add(struct app *app, bool directory)
{
	int rc = acting_bind_here(app);
	const char *tried = rc || directory ? NULL : acting_tried(app, TASK_MAKE);

	if (rc)
		return rc == -EINVAL ? 0 : rc;
	return prompt_open(app, directory ? &prompt_add_dir : &prompt_add, tried ? tried : "");
}

/* ---- rename ---- */

static int accept_rename(struct app *app)
{
	const char *to = app->edit->text.buf;

	/* The same name again is no wish. */
	if (!app->edit->text.len || strcmp(to, app->acting.bound.items[0].name) == 0)
		return 0;
	return acting_bound(app, TASK_RENAME, to);
}

static const struct prompt_kind prompt_rename = {
	.question = "rename to: ",
	.edit = EDIT_NAME,
	.accept = accept_rename,
};

/* Before the extension: that is seldom what is changed. */
static size_t stem_len(const char *name)
{
	size_t len = strlen(name), ext_len;
	const char *ext = path_ext(name, len, &ext_len);

	return ext_len ? (size_t)(ext - name) - 1 : len;
}

int overlay_prompt_rename(struct app *app)
{
	const char *name, *tried = NULL;
	int rc = acting_bind_row(app, &name);

	if (rc == 0)
		tried = acting_tried(app, TASK_RENAME);
	if (rc == 0)
		rc = prompt_open(app, &prompt_rename, tried ? tried : name);
	if (rc == 0)
		app->edit->cursor = stem_len(tried ? tried : name);
	return rc == -EINVAL ? 0 : rc;
}

/* ---- mode, owner, group ---- */

static int accept_mode(struct app *app)
{
	return app->edit->text.len ? acting_bound(app, TASK_MODE, app->edit->text.buf) : 0;
}

static int accept_owner(struct app *app)
{
	return app->edit->text.len ? acting_bound(app, TASK_OWNER, app->edit->text.buf) : 0;
}

static int accept_group(struct app *app)
{
	return app->edit->text.len ? acting_bound(app, TASK_GROUP, app->edit->text.buf) : 0;
}

static const struct prompt_kind prompt_mode = {
	.question = "mode: ",
	.edit = EDIT_MODE,
	.hint = "0644  u+x  go-w",
	.accept = accept_mode,
};
static const struct prompt_kind prompt_owner = {
	.question = "owner: ",
	.edit = EDIT_OWNER,
	.hint = "user  user:group",
	.accept = accept_owner,
};
static const struct prompt_kind prompt_group = {
	.question = "group: ",
	.edit = EDIT_OWNER,
	.accept = accept_group,
};

int overlay_prompt_attribute(struct app *app, enum task_kind kind)
{
	const struct prompt_kind *prompt = kind == TASK_MODE    ? &prompt_mode
					   : kind == TASK_OWNER ? &prompt_owner
								: &prompt_group;
	struct str *question = &app->acting.question;
	char count[FMT_MAX];
	size_t nmarked;
	int rc = acting_bind_rows(app, &nmarked);

	if (rc)
		return rc == -EINVAL ? 0 : rc;
	rc = prompt_open(app, prompt, "");
	/* Marks need not be on the screen: that it is about them is to be known before. */
	str_clear(question);
	fmt_count(count, nmarked);
	if (rc == 0 && nmarked &&
	    str_addf(question, "%.*s of %s marked: ", (int)strcspn(prompt->question, ":"),
		     prompt->question, count) >= 0)
		app->scene.question = question->buf;
	return rc;
}
