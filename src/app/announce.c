/* SPDX-License-Identifier: MIT */
#include "app/announce.h"

#include "app/app.h"
#include "base/path.h"

#include <string.h>

/* True when it is another path than before, which is then remembered. */
static bool is_news(struct str *told, const char *path)
{
	if (told->len && strcmp(told->buf, path) == 0)
		return false;
	str_clear(told);
	return str_adds(told, path) == 0;
}

static void tell_cwd(struct app *app, const char *path)
{
	struct osc *osc = term_osc(app->term);
	const char *host = app->model->self.host;

	/* A terminal asks whether it is its own host: without a name nothing is told. */
	if (!host || !is_news(&app->announced.cwd, path))
		return;
	if (!app->announced.after)
		osc_tell_after(osc, host, app->start_dir.len ? app->start_dir.buf : NULL);
	app->announced.after = true;
	(void)osc_tell_cwd(osc, host, path);
}

static void tell_title(struct app *app, const char *path)
{
	CLEANUP(str_done) struct str title = STR_INIT;

	if (!is_news(&app->announced.title, path))
		return;
	if (str_adds(&title, "trowel: ") < 0 ||
	    path_abbrev(&title, path, app->model->self.home) < 0)
		return;
	(void)osc_tell_title(term_osc(app->term), title.buf);
}

void announce(struct app *app)
{
	const char *path = model_path(app->model);

	if (app->model->settings.osc7)
		tell_cwd(app, path);
	if (app->model->settings.title)
		tell_title(app, path);
}

void announce_followed(struct app *app)
{
	if (app->announced.after)
		osc_tell_after(term_osc(app->term), "", NULL);
}

void announce_anew(struct app *app)
{
	str_clear(&app->announced.cwd);
}

void announced_done(struct announced *a)
{
	str_done(&a->cwd);
	str_done(&a->title);
}
