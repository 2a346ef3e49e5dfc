/* SPDX-License-Identifier: MIT */
#include "app/app.h"

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
