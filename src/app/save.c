/* SPDX-License-Identifier: MIT */
#include "app/save.h"

#include <errno.h>
#include <string.h>

#include "app/settings_view.h"
#include "base/conf_edit.h"
#include "base/display.h"

static bool differs(const struct settings *a, const struct settings *b,
		    const struct option_row *row, struct str *value)
{
	CLEANUP(str_done) struct str other = STR_INIT;

	if (option_value(a, row, value) < 0 || option_value(b, row, &other) < 0)
		return false;
	return strcmp(value->buf, other.buf) != 0;
}

struct changes {
	struct conf_change at[OPTIONS_MAX];
	struct str values[OPTIONS_MAX];
	size_t n;
};

static void changes_done(struct changes *c)
{
	for (size_t i = 0; i < OPTIONS_MAX; i++)
		str_done(&c->values[i]);
}

/* Options that were changed in this run and of which the file does not say the same. */
static void find_changes(const struct app *app, const struct settings *file, struct changes *c)
{
	for (size_t i = 0; i < noption_rows; i++) {
		struct str *value = &c->values[c->n];

		str_clear(value);
		if (!(app->touched >> i & 1) ||
		    !differs(&app->model->settings, file, &option_rows[i], value))
			continue;
		c->at[c->n++] = (struct conf_change){"options", option_rows[i].name, value->buf};
	}
}

/* What the file says, too, is nobody's change any more: when somebody edits that line later, theirs
 * is what stays. */
static void forget_saved(struct app *app, const struct settings *file)
{
	for (size_t i = 0; i < noption_rows; i++) {
		CLEANUP(str_done) struct str here = STR_INIT;
		CLEANUP(str_done) struct str there = STR_INIT;

		if (option_value(&app->model->settings, &option_rows[i], &here) == 0 &&
		    option_value(file, &option_rows[i], &there) == 0 &&
		    strcmp(here.buf, there.buf) == 0)
			app->touched &= ~((uint64_t)1 << i);
	}
}

static bool can_save(struct app *app)
{
	const struct config_file *f = &app->config;

	if (app->saving)
		model_notice(app->model, NOTICE_INFO,
			     "%s is still being written: its disk or server is slow", f->path.buf);
	else if (!f->path.len)
		model_notice(app->model, NOTICE_ERROR,
			     "not saved: neither HOME nor XDG_CONFIG_HOME says where to");
	else if (f->refused.len)
		model_notice(app->model, NOTICE_ERROR,
			     "not saved: the file was not read, so it is not written: %s",
			     f->refused.buf);
	else
		return true;
	return false;
}

static int write_changes(struct app *app, const struct changes *c)
{
	const struct config_file *f = &app->config;
	int r;

	str_clear(&app->saving_text);
	r = conf_edit_all(f->text.buf, f->text.len, c->at, c->n, &app->saving_text);
	if (r < 0)
		return r;
	app->saving = true;
	app->saving_count = c->n;
	browse_rewrite(app->browse, f->path.buf, f->exists ? f->text.buf : NULL, f->text.len,
		       app->saving_text.buf, app->saving_text.len);
	return 0;
}

int save_settings(struct app *app)
{
	CLEANUP(changes_done) struct changes c = {.n = 0};
	struct settings file;
	uint64_t given;
	int r;

	for (size_t i = 0; i < OPTIONS_MAX; i++)
		str_init(&c.values[i]);
	if (!can_save(app))
		return 0;
	r = config_says(&app->config, &file, &given);
	if (r == 0)
		find_changes(app, &file, &c);
	if (r == 0 && c.n) {
		r = write_changes(app, &c);
	} else if (r == 0) {
		forget_saved(app, &file);
		model_notice(app->model, NOTICE_INFO,
			     "nothing to save: no option was changed that %s does not say already",
			     app->config.path.buf);
	}
	settings_done(&file);
	return r;
}

static int hold_text(struct config_file *f, const char *text, size_t len, bool exists)
{
	str_clear(&f->text);
	f->exists = exists;
	return str_add(&f->text, text, len);
}

/* Somebody edited it meanwhile. What they wrote is the ground for the next attempt. */
static void say_stale(struct app *app, const struct fs_event *event)
{
	const char *found = event->u.rewritten.found;

	(void)hold_text(&app->config, found ? found : "", found ? event->u.rewritten.found_len : 0,
			found != NULL);
	model_notice(app->model, NOTICE_WARNING,
		     "not saved: %s was %s meanwhile, nothing was written; save again to put your "
		     "changes into %s",
		     app->config.path.buf, found ? "edited" : "removed",
		     found ? "it as it is now" : "a new one");
}

static void add_failure(const struct fs_event *event, struct str *out)
{
	const char *reason = event->u.rewritten.reason;

	(void)str_addf(out, "%s%s%s", reason ? reason : strerror(-event->err),
		       event->err == -EROFS || event->err == -EACCES
			       ? " (for its directory or what its link leads to)"
			       : "",
		       event->err == -EBUSY ? "" : "; it is as it was");
}

static void say_failed(struct app *app, const struct fs_event *event)
{
	CLEANUP(str_done) struct str why = STR_INIT;

	add_failure(event, &why);
	model_notice(app->model, NOTICE_ERROR, "not saved: %s: %s", app->config.path.buf, why.buf);
}

static void say_saved(struct app *app)
{
	struct settings file;
	uint64_t given;

	(void)hold_text(&app->config, app->saving_text.buf, app->saving_text.len, true);
	if (config_says(&app->config, &file, &given) == 0)
		forget_saved(app, &file);
	settings_done(&file);
	model_notice(app->model, NOTICE_INFO, "saved %zu option%s in %s", app->saving_count,
		     app->saving_count == 1 ? "" : "s", app->config.path.buf);
}

void save_answered(struct app *app, struct fs_event *event)
{
	app->saving = false;
	app->dirty = true;
	if (event->err == -ESTALE)
		say_stale(app, event);
	else if (event->err)
		say_failed(app, event);
	else
		say_saved(app);
	settings_refresh(app);
}

void save_left(struct app *app, const struct fs_event *event, struct str *out)
{
	app->saving = false;
	if (event && !event->err)
		return;
	(void)display_shell(out, app->config.path.buf, app->config.path.len);
	if (!event)
		(void)str_adds(out, ": its disk or server did not answer in time; it may be "
				    "written all the same");
	else if (event->err == -ESTALE)
		(void)str_addf(out, " was %s meanwhile, nothing was written",
			       event->u.rewritten.found ? "edited" : "removed");
	else if (str_adds(out, ": ") == 0)
		add_failure(event, out);
}
