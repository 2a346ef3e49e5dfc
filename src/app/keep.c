/* SPDX-License-Identifier: MIT */
#include "app/keep.h"

#include "app/app.h"
#include "app/choose.h"
#include "app/config.h"
#include "app/save.h"
#include "base/conf_edit.h"
#include "base/display.h"
#include "base/path.h"
#include "fs/homes.h"
#include "model/session.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILE_MAX  (1u << 20)
#define SAVE_MS   60000
#define LEAVE_MS  1000 /* a disk that takes longer is left to it */
#define SAVING_MS 2000 /* the same for the configuration, which was asked for */

static int state_file(struct str *path, const char *name)
{
	int err = config_state_dir(path);

	return err ? err : str_addf(path, "/%s", name);
}

static void end_line(struct str *text)
{
	if (text->len && text->buf[text->len - 1] != '\n')
		(void)str_addc(text, '\n');
}

/* ---- bookmarks ---- */

static const char bookmarks_name[] = "bookmarks";

static void load_bookmarks(struct app *app, struct str *warnings)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;

	if (state_file(&path, bookmarks_name) < 0)
		return;
	if (config_read_file(path.buf, FILE_MAX, &text, warnings) == 0)
		(void)model_bookmarks_load(app->model, text.buf, text.len);
	end_line(warnings);
}

struct bookmark {
	char name[2], *path;
};

static void bookmark_done(void *ctx)
{
	struct bookmark *b = ctx;

	if (b)
		free(b->path);
	free(b);
}

/* In a worker. */
static int merge_bookmark(void *ctx, const char *old, size_t len, struct str *ret_new)
{
	const struct bookmark *b = ctx;
	const struct conf_change change = {.section = "", .name = b->name, .value = b->path};

	return conf_edit(old, len, &change, ret_new);
}

void keep_bookmark(struct app *app, char letter, const char *path)
{
	CLEANUP(str_done) struct str file = STR_INIT;
	struct bookmark *b = calloc(1, sizeof(*b));
	int err = b ? state_file(&file, bookmarks_name) : -ENOMEM;

	if (!err) {
		b->name[0] = letter;
		b->path = strdup(path);
		err = b->path ? 0 : -ENOMEM;
	}
	if (!err) {
		app->keep.due++;
		browse_merge(app->browse, file.buf, merge_bookmark, bookmark_done, b);
		return;
	}
	bookmark_done(b);
	model_notice(app->model, NOTICE_ERROR, "bookmark not saved: %s",
		     err == -ENOENT ? homes_missing() : strerror(-err));
}

/* ---- places ---- */

static bool remembers(const struct app *app)
{
	return app->model->settings.remember_places && !app->keep.foreign;
}

void keep_init(struct app *app, struct str *warnings)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	struct keep *k = &app->keep;
	size_t bad = 0;

	places_init(&k->all);
	places_init(&k->news);
	str_init(&k->dir);
	load_bookmarks(app, warnings);
	if (!remembers(app) || state_file(&path, "places") < 0 ||
	    config_read_file(path.buf, FILE_MAX, &text, warnings) < 0)
		return;
	k->foreign = places_load(&k->all, text.buf, text.len, &bad) == -EINVAL;
	if (k->foreign)
		(void)str_addf(warnings, "%s: not of this version of trowel: left alone\n",
			       path.buf);
	else if (bad)
		(void)str_addf(warnings, "%s: %zu lines are no places: left out\n", path.buf, bad);
}

void keep_done(struct app *app)
{
	places_done(&app->keep.all);
	places_done(&app->keep.news);
	str_done(&app->keep.dir);
}

struct merging {
	struct places news;
	int64_t now;
};

static void merging_done(void *ctx)
{
	struct merging *m = ctx;

	places_done(&m->news);
	free(m);
}

/* In a worker. */
static int merge_places(void *ctx, const char *old, size_t len, struct str *ret_new)
{
	const struct merging *m = ctx;
	struct places p;
	size_t bad;
	int err;

	places_init(&p);
	err = len ? places_load(&p, old, len, &bad) : 0;
	if (!err)
		err = places_merge(&p, &m->news);
	if (!err)
		err = places_age(&p, m->now);
	if (!err)
		err = places_save(&p, ret_new);
	places_done(&p);
	return err == -EINVAL ? -ECANCELED : err; /* of a later version */
}

static void save_places(struct app *app)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	struct keep *k = &app->keep;
	struct merging *m;

	if (!k->news.n || state_file(&path, "places") < 0)
		return;
	m = calloc(1, sizeof(*m));
	if (!m)
		return; /* another time */
	m->news = k->news;
	m->now = time(NULL);
	places_init(&k->news);
	k->saved_ms = app->now_ms;
	k->due++;
	browse_merge(app->browse, path.buf, merge_places, merging_done, m);
}

/* A place that is shown, and could be opened. */
static bool is_place(const struct app *app)
{
	const struct tab *t = model_tab(app->model);

	return t->listing && !t->unproven && listing_dir(t->listing);
}

static void count(struct app *app)
{
	struct keep *k = &app->keep;
	int64_t now = time(NULL);

	k->counted = true;
	/* Without memory a visit is lost, and nothing else. */
	if (places_visit(&k->all, k->dir.buf, now) < 0 ||
	    places_visit(&k->news, k->dir.buf, now) < 0)
		return;
	if (!k->saved_ms || app->now_ms - k->saved_ms >= SAVE_MS)
		save_places(app);
}

static void end_stay(struct app *app)
{
	struct keep *k = &app->keep;

	if (k->dir.len && !k->counted && app->now_ms - k->since_ms >= KEEP_STAY_MS &&
	    remembers(app))
		count(app);
}

void keep_follow(struct app *app)
{
	struct keep *k = &app->keep;
	const char *path = model_path(app->model);

	if (strcmp(k->dir.buf, path) == 0 || !is_place(app))
		return;
	end_stay(app);
	str_clear(&k->dir);
	(void)str_adds(&k->dir, path);
	k->since_ms = app->now_ms;
	k->counted = false;
}

void keep_acted(struct app *app)
{
	keep_follow(app);
	if (app->keep.dir.len && !app->keep.counted && remembers(app))
		count(app);
}

void keep_gone(struct app *app, const char *path)
{
	if (!remembers(app))
		return;
	(void)places_gone(&app->keep.all, path, time(NULL));
	(void)places_gone(&app->keep.news, path, time(NULL));
}

/* ---- the session ---- */

int keep_session(struct session *ret_session, struct str *warnings)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	int err = state_file(&path, "session");

	if (err)
		return err;
	err = config_read_file(path.buf, FILE_MAX, &text, warnings);
	if (!err)
		err = session_load(text.buf, text.len, ret_session);
	if (err == -EINVAL)
		(void)str_addf(warnings, "%s: not a session of this version of trowel\n", path.buf);
	return err;
}

static void save_session(struct app *app)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	struct session session;

	if (!app->model->settings.remember_session || choose_active(app) ||
	    state_file(&path, "session") < 0 || session_take(app->model, &session) < 0)
		return;
	if (session_save(&session, &text) == 0) {
		app->keep.due++;
		browse_save(app->browse, path.buf, text.buf, text.len);
	}
	session_done(&session);
}

/* ---- answers ---- */

bool keep_take(struct app *app, const struct fs_event *event, struct str *ret_text)
{
	const char *path = event->u.saved.path ? event->u.saved.path : "";
	const char *reason = event->u.saved.reason;
	bool asked = strcmp(path_base(path), bookmarks_name) == 0;

	app->keep.due -= app->keep.due > 0;
	/* What is kept unasked is not kept where it may not be: that is no news each time. */
	if (!event->err || (!asked && event->err == -EPERM && reason))
		return asked;
	(void)display_shell(ret_text, path, strlen(path));
	(void)str_addf(ret_text, ": %s", reason ? reason : strerror(-event->err));
	return asked;
}

/* ---- leaving ---- */

static void take_saved(struct app *app, const struct fs_event *event, char **reason)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	(void)keep_take(app, event, &text);
	if (text.len && !*reason)
		*reason = str_take(&text);
}

static void add_reason(char **reason, struct str *text)
{
	CLEANUP(str_done) struct str both = STR_INIT;

	if (!text->len)
		return;
	if (*reason)
		(void)str_addf(&both, "%s; ", *reason);
	(void)str_add(&both, text->buf, text->len);
	free(*reason);
	*reason = str_take(&both);
}

static void take_rewritten(struct app *app, const struct fs_event *event, char **reason)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	save_left(app, event, &text);
	add_reason(reason, &text);
}

static void take_answers(struct app *app, char **reason)
{
	/* Those that the last turn of the loop left came first. */
	struct qnode *node = app->late ? app->late : queue_take_all(&app->answers);

	app->late = NULL;
	while (node) {
		struct fs_event *event = container_of(node, struct fs_event, node);

		node = node->next;
		if (event->kind == FS_SAVED)
			take_saved(app, event, reason);
		else if (event->kind == FS_REWRITTEN)
			take_rewritten(app, event, reason);
		fs_event_free(event);
	}
}

static bool is_due(const struct app *app)
{
	return app->keep.due || app->saving;
}

void keep_leave(struct app *app, char **ret_reason)
{
	int64_t now = app_now_ms(), until = now + (app->saving ? SAVING_MS : LEAVE_MS);

	*ret_reason = NULL;
	app->now_ms = now;
	end_stay(app);
	save_places(app);
	save_session(app);
	if (app->late)
		take_answers(app, ret_reason);
	while (is_due(app) && now < until) {
		struct pollfd fd = {.fd = app->answers.fd, .events = POLLIN};

		if (poll(&fd, 1, (int)(until - now)) < 0 && errno != EINTR)
			break;
		take_answers(app, ret_reason);
		now = app_now_ms();
	}
	/* That places could not be kept in time is no news; this was asked for. */
	if (app->saving)
		take_rewritten(app, NULL, ret_reason);
}
