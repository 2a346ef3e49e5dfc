/* SPDX-License-Identifier: MIT */
#include "app/app.h"
#include "app/config.h"
#include "fs/homes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void serve_count(struct app *app, struct request *r)
{
	const struct view_count count = {
		.from = {.at = r->view.at, .lines = r->view.lines},
		.to_at = r->view.to_at,
		.to_lines = r->view.to_lines,
		.step = r->view.step,
		.code = r->view.code,
	};

	browse_view_count(app->browse, r->view.file, r->ticket, &count);
}

static void serve_search(struct app *app, struct request *r)
{
	const struct view_search search = {
		.matcher = r->matcher,
		.code = r->view.code,
		.from = r->view.at,
		.backward = r->view.backward,
	};

	r->matcher = NULL;
	browse_view_search(app->browse, r->view.file, r->ticket, &search);
}

static void serve_preview(struct app *app, struct request *r)
{
	static const enum preview_depth depths[] = {
		[INFO_KIND] = PREVIEW_OF_KIND,
		[INFO_CONTENT] = PREVIEW_OF_CONTENT,
		[INFO_BYTES] = PREVIEW_OF_BYTES,
	};
	const struct preview_ask ask = {
		.depth = depths[r->depth], .lines = r->n, .columns = INFO_COLUMNS};

	browse_preview(app->browse, r->ticket, r->path, &ask);
}

/* A pattern that is none is said, and leaves out nothing. */
static int add_pattern(struct app *app, struct exclude *x, const char *pattern)
{
	CLEANUP(str_done) struct str why = STR_INIT;
	int r = exclude_add(x, pattern, strlen(pattern), &why);

	if (r == -EINVAL)
		model_notice(app->model, NOTICE_WARNING, "sizes-exclude: '%s': %s", pattern,
			     why.buf);
	return r == -EINVAL ? 0 : r;
}

static int add_patterns(struct app *app, struct exclude *x)
{
	char *words = strdup(app->model->settings.sizes_exclude), *state = NULL;
	int r = words ? 0 : -ENOMEM;

	for (char *w = words ? strtok_r(words, " \t", &state) : NULL; r == 0 && w;
	     w = strtok_r(NULL, " \t", &state))
		r = add_pattern(app, x, w);
	for (size_t i = 0; r == 0 && i < app->options.nexclude; i++)
		r = add_pattern(app, x, app->options.exclude[i]);
	free(words);
	return r;
}

/* Without memory for the patterns more is counted than was asked for: it is said. */
static void serve_scan(struct app *app, struct request *r)
{
	const struct settings *s = &app->model->settings;
	struct scan_ask ask = {.one_file_system = s->sizes_one_fs,
			       .exclude_caches = s->sizes_exclude_caches,
			       .exclude = calloc(1, sizeof(*ask.exclude))};

	if (!ask.exclude || add_patterns(app, ask.exclude) < 0)
		model_notice(app->model, NOTICE_ERROR,
			     "out of memory: nothing is left out by sizes-exclude");
	browse_scan(app->browse, r->ticket, r->path, &ask);
}

/* Nothing is written where nothing is to be changed. */
static void serve_trash(struct app *app, struct request *r)
{
	const struct trash_ask ask = {.home = homes_get("HOME"),
				      .data_home = homes_get("XDG_DATA_HOME"),
				      .keep = !app->scene.read_only};

	browse_trash(app->browse, r->ticket, &ask);
}

static void serve_past(struct app *app, struct request *r)
{
	struct fs_event none = {.kind = FS_PAST, .ticket = r->ticket};
	CLEANUP(str_done) struct str dir = STR_INIT;

	none.err = config_state_dir(&dir);
	none.u.past.why = none.err == -ENOENT ? homes_missing() : NULL;
	if (none.err == 0)
		none.err = str_adds(&dir, "/journal");
	if (none.err == 0)
		browse_history(app->browse, r->ticket, dir.buf);
	else
		model_apply(app->model, &none, app->now_ms);
}

static void serve_start(struct app *app, struct request *r)
{
	(void)r;
	browse_start(app->browse);
}

static void serve_mounts(struct app *app, struct request *r)
{
	(void)r;
	browse_mounts(app->browse);
}

static void serve_owner(struct app *app, struct request *r)
{
	browse_owner(app->browse, r->group, r->id);
}

static void serve_stat(struct app *app, struct request *r)
{
	browse_stat(app->browse, r->ticket, r->names, r->ids, r->n, r->urgent);
	r->ids = NULL;
}

static void serve_stat_names(struct app *app, struct request *r)
{
	browse_stat_names(app->browse, r->ticket, r->strings, r->n);
	r->strings = NULL;
}

static void serve_order(struct app *app, struct request *r)
{
	browse_order(app->browse, r->ticket, &r->order);
}

static void serve_complete(struct app *app, struct request *r)
{
	browse_complete(app->browse, r->ticket, r->path, r->prefix);
}

static void serve_bookmark(struct app *app, struct request *r)
{
	keep_bookmark(app, (char)r->id, r->path);
}

static void serve_view_read(struct app *app, struct request *r)
{
	browse_view_read(app->browse, r->ticket, r->view.at, r->view.len);
}

static void serve_scan_again(struct app *app, struct request *r)
{
	browse_scan_again(app->browse, r->ticket, r->id, r->urgent);
}

static void serve_scan_watch(struct app *app, struct request *r)
{
	browse_scan_watch(app->browse, r->view.file, r->ticket, r->id);
}

static void serve_past_steps(struct app *app, struct request *r)
{
	browse_history_steps(app->browse, r->ticket, r->view.at);
}

/* Most take no more than their ticket, or a path with it. */
static const struct serving {
	void (*ticket)(struct browse *b, uint64_t ticket);
	void (*path)(struct browse *b, uint64_t ticket, const char *path);
	void (*other)(struct app *app, struct request *r); /* may take over what r owns */
} servings[] = {
	[REQ_START] = {.other = serve_start},
	[REQ_LIST] = {.path = browse_list},
	[REQ_CLOSE] = {.ticket = browse_close},
	[REQ_STAT] = {.other = serve_stat},
	[REQ_STAT_NAMES] = {.other = serve_stat_names},
	[REQ_ORDER] = {.other = serve_order},
	[REQ_OWNER] = {.other = serve_owner},
	[REQ_MOUNTS] = {.other = serve_mounts},
	[REQ_PLACE] = {.path = browse_place},
	[REQ_LINK_TARGET] = {.path = browse_link_target},
	[REQ_REPO_ROOT] = {.path = browse_repo_root},
	[REQ_COMPLETE] = {.other = serve_complete},
	[REQ_CHECK] = {.ticket = browse_check},
	[REQ_SAVE_BOOKMARK] = {.other = serve_bookmark},
	[REQ_VIEW] = {.path = browse_view},
	[REQ_VIEW_READ] = {.other = serve_view_read},
	[REQ_VIEW_CHECK] = {.ticket = browse_view_check},
	[REQ_VIEW_SEARCH] = {.other = serve_search},
	[REQ_VIEW_COUNT] = {.other = serve_count},
	[REQ_INFO] = {.path = browse_info},
	[REQ_PREVIEW] = {.other = serve_preview},
	[REQ_SCAN] = {.other = serve_scan},
	[REQ_SCAN_LOOK] = {.ticket = browse_scan_look},
	[REQ_SCAN_STOP] = {.ticket = browse_scan_stop},
	[REQ_SCAN_AGAIN] = {.other = serve_scan_again},
	[REQ_SCAN_TAKE] = {.ticket = browse_scan_take},
	[REQ_SCAN_WATCH] = {.other = serve_scan_watch},
	[REQ_TRASH] = {.other = serve_trash},
	[REQ_TRASH_LOOK] = {.ticket = browse_trash_look},
	[REQ_PAST] = {.other = serve_past},
	[REQ_PAST_LOOK] = {.ticket = browse_history_look},
	[REQ_PAST_STEPS] = {.other = serve_past_steps},
};

static void serve_one(struct app *app, struct request *r)
{
	const struct serving *s = &servings[r->kind];

	if (s->ticket)
		s->ticket(app->browse, r->ticket);
	else if (s->path)
		s->path(app->browse, r->ticket, r->path);
	else
		s->other(app, r);
}

void serve_requests(struct app *app)
{
	struct request r;
	bool any = false;

	while (model_next_request(app->model, &r)) {
		serve_one(app, &r);
		request_done(&r);
		any = true;
	}
	if (any)
		pace_settle(&app->pace, app->now_ms, PACE_SETTLE_MS);
}
