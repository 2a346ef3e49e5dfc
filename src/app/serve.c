/* SPDX-License-Identifier: MIT */
#include "app/app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void serve_count(struct browse *b, const struct request *r)
{
	const struct view_count count = {
		.from = {.at = r->view.at, .lines = r->view.lines},
		.to_at = r->view.to_at,
		.to_lines = r->view.to_lines,
		.step = r->view.step,
		.code = r->view.code,
	};

	browse_view_count(b, r->view.file, r->ticket, &count);
}

static void serve_search(struct browse *b, struct request *r)
{
	const struct view_search search = {
		.matcher = r->matcher,
		.code = r->view.code,
		.from = r->view.at,
		.backward = r->view.backward,
	};

	r->matcher = NULL;
	browse_view_search(b, r->view.file, r->ticket, &search);
}

static void ask_preview(struct browse *b, const struct request *r)
{
	static const enum preview_depth depths[] = {
		[INFO_KIND] = PREVIEW_OF_KIND,
		[INFO_CONTENT] = PREVIEW_OF_CONTENT,
		[INFO_BYTES] = PREVIEW_OF_BYTES,
	};
	const struct preview_ask ask = {
		.depth = depths[r->depth], .lines = r->n, .columns = INFO_COLUMNS};

	browse_preview(b, r->ticket, r->path, &ask);
}

/* A pattern that is none is said, and leaves out nothing. */
static int add_pattern(struct app *app, struct exclude *x, const char *pattern)
{
	CLEANUP(str_done) struct str why = STR_INIT;
	int r = exclude_add(x, pattern, strlen(pattern), &why);

	if (r == -EINVAL)
		model_notice(app->model, NOTICE_WARNING, app->now_ms, "sizes-exclude: '%s': %s",
			     pattern, why.buf);
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
static void serve_scan(struct app *app, const struct request *r)
{
	const struct settings *s = &app->model->settings;
	struct scan_ask ask = {.one_file_system = s->sizes_one_fs,
			       .exclude_caches = s->sizes_exclude_caches,
			       .exclude = calloc(1, sizeof(*ask.exclude))};

	if (!ask.exclude || add_patterns(app, ask.exclude) < 0)
		model_notice(app->model, NOTICE_ERROR, app->now_ms,
			     "out of memory: nothing is left out by sizes-exclude");
	browse_scan(app->browse, r->ticket, r->path, &ask);
}

/* Nothing is written where nothing is to be changed. */
static void serve_trash(struct app *app, uint64_t ticket)
{
	const struct trash_ask ask = {.home = getenv("HOME"),
				      .data_home = getenv("XDG_DATA_HOME"),
				      .keep = !app->scene.read_only};

	browse_trash(app->browse, ticket, &ask);
}

static void serve_past(struct app *app, uint64_t ticket)
{
	struct fs_event none = {.kind = FS_PAST, .ticket = ticket};
	CLEANUP(str_done) struct str dir = STR_INIT;

	none.err = config_state_dir(&dir);
	none.u.past.why =
		none.err == -ENOENT ? "neither HOME nor XDG_STATE_HOME says where it is" : NULL;
	if (none.err == 0)
		none.err = str_adds(&dir, "/journal");
	if (none.err == 0)
		browse_history(app->browse, ticket, dir.buf);
	else
		model_apply(app->model, &none, app->now_ms);
}

/* What views of the trash and of the history ask for while they are open. */
static void serve_views(struct browse *b, const struct request *r)
{
	if (r->kind == REQ_TRASH_LOOK)
		browse_trash_look(b, r->ticket);
	else if (r->kind == REQ_PAST_LOOK)
		browse_history_look(b, r->ticket);
	else if (r->kind == REQ_PAST_STEPS)
		browse_history_steps(b, r->ticket, r->view.at);
	else if (r->kind == REQ_SCAN_LOOK)
		browse_scan_look(b, r->ticket);
	else
		browse_scan_watch(b, r->view.file, r->ticket, r->id);
}

static void serve_plain(struct browse *b, struct request *r)
{
	switch (r->kind) {
	case REQ_START:
		browse_start(b);
		break;
	case REQ_LIST:
		browse_list(b, r->ticket, r->path);
		break;
	case REQ_CLOSE:
		browse_close(b, r->ticket);
		break;
	case REQ_OWNER:
		browse_owner(b, r->group, r->id);
		break;
	case REQ_MOUNTS:
		browse_mounts(b);
		break;
	case REQ_PLACE:
		browse_place(b, r->ticket, r->path);
		break;
	case REQ_LINK_TARGET:
		browse_link_target(b, r->ticket, r->path);
		break;
	case REQ_REPO_ROOT:
		browse_repo_root(b, r->ticket, r->path);
		break;
	case REQ_COMPLETE:
		browse_complete(b, r->ticket, r->path, r->prefix);
		break;
	case REQ_INFO:
		browse_info(b, r->ticket, r->path);
		break;
	case REQ_PREVIEW:
		ask_preview(b, r);
		break;
	case REQ_CHECK:
		browse_check(b, r->ticket);
		break;
	case REQ_VIEW:
		browse_view(b, r->ticket, r->path);
		break;
	case REQ_VIEW_READ:
		browse_view_read(b, r->ticket, r->view.at, r->view.len);
		break;
	case REQ_VIEW_CHECK:
		browse_view_check(b, r->ticket);
		break;
	case REQ_VIEW_COUNT:
		serve_count(b, r);
		break;
	case REQ_SCAN_STOP:
		browse_scan_stop(b, r->ticket);
		break;
	case REQ_SCAN_AGAIN:
		browse_scan_again(b, r->ticket, r->id, r->urgent);
		break;
	case REQ_SCAN_TAKE:
		browse_scan_take(b, r->ticket);
		break;
	case REQ_SCAN_LOOK:
	case REQ_SCAN_WATCH:
	case REQ_TRASH_LOOK:
	case REQ_PAST_LOOK:
	case REQ_PAST_STEPS:
		serve_views(b, r);
		break;
	case REQ_PAST:
	case REQ_TRASH:
	case REQ_SCAN:
	case REQ_STAT:
	case REQ_STAT_NAMES:
	case REQ_ORDER:
	case REQ_SAVE_BOOKMARK:
	case REQ_VIEW_SEARCH:
		break; /* serve_one(): they hand something over */
	}
}

static void serve_one(struct app *app, struct request *r)
{
	switch (r->kind) {
	case REQ_STAT:
		browse_stat(app->browse, r->ticket, r->names, r->ids, r->n, r->urgent);
		r->ids = NULL;
		break;
	case REQ_STAT_NAMES:
		browse_stat_names(app->browse, r->ticket, r->strings, r->n);
		r->strings = NULL;
		break;
	case REQ_ORDER:
		browse_order(app->browse, r->ticket, &r->order);
		break;
	case REQ_SCAN:
		serve_scan(app, r);
		break;
	case REQ_TRASH:
		serve_trash(app, r->ticket);
		break;
	case REQ_PAST:
		serve_past(app, r->ticket);
		break;
	case REQ_SAVE_BOOKMARK:
		keep_bookmark(app, (char)r->id, r->path);
		break;
	case REQ_VIEW_SEARCH:
		serve_search(app->browse, r);
		break;
	default:
		serve_plain(app->browse, r);
	}
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
