/* SPDX-License-Identifier: MIT */
#include "app/loop.h"

#include "app/choose.h"
#include "app/open.h"
#include "app/opening.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/apply.h"
#include "app/save.h"

#define ANSWERS_BUDGET_MS 3 /* events of workers handled before keys are looked at again */
#define SETTLE_CHECK_MS   1
#define START_SETTLE_MS   12  /* the first frame waits this long for names, metadata and owners */
#define STREAM_MS         30  /* between frames for answers alone, while more are due */
#define STALL_CHECK_MS    500 /* while the file system owes answers */
#define WATCH_PAUSE_MS \
	100 /* between two looks at what inotify says: a file may be written to all the time */
#define ESCAPE_LOCAL_MS  25
#define ESCAPE_REMOTE_MS 100

enum { POLL_TERM, POLL_ANSWERS, POLL_GUARD, POLL_WATCH, POLL_CHILDREN, POLL_N };

int64_t app_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_remote(void)
{
	return getenv("SSH_CONNECTION") || getenv("SSH_TTY");
}

int loop_escape_ms(const struct settings *settings)
{
	if (settings->escape_ms >= 0)
		return settings->escape_ms;
	return is_remote() ? ESCAPE_REMOTE_MS : ESCAPE_LOCAL_MS;
}

/* Answers are on their way, or have come and wait to be taken. A worker puts its answer into the
 * queue before it counts as idle, so looking in this order misses none. No frame waits for a
 * preview: its program may have to be started first. */
static bool answers_due(struct app *app)
{
	return browse_busy(app->browse) > model_info_previewing(app->model) || app->late ||
	       !queue_empty(&app->answers);
}

/* ---- what came in ---- */

/* A j typed behind an l is meant for what the l leads to: a directory, or the viewer. */
static int64_t keys_wait_until(const struct app *app)
{
	return MAX(model_going_until(app->model), opening_keys_until(app));
}

static bool keys_wait(const struct app *app)
{
	return app->now_ms < keys_wait_until(app);
}

static void take_keys(struct app *app)
{
	struct input_event event;

	model_time(app->model, app->now_ms);
	while (!app->quit && !keys_wait(app) &&
	       decoder_next(input_decoder(app->input), app->now_ms, &event)) {
		if (event.kind == INPUT_ALIVE)
			pace_cost(&app->pace, link_answered(&app->link, app->now_ms) * 1000);
		else
			app_input(app, &event);
		str_done(&event.paste);
		/* Each key sees the world the one before it left. */
		serve_requests(app);
	}
}

static void open_what_was_asked(struct app *app)
{
	char *path = model_take_open(app->model);
	int err;

	if (!path)
		return;
	keep_acted(app);
	err = choose_active(app) ? choose_file(app, path) : opening_path(app, path);
	if (err)
		model_notice(app->model, NOTICE_ERROR, "%s: %s", path, strerror(-err));
	free(path);
}

/* What is kept without being asked to is no reason to hide what a key has led to; leaving tells. */
static void take_saved(struct app *app, const struct fs_event *event)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	bool asked = keep_take(app, event, &text);

	if (text.len && (asked || app->model->notice.kind == NOTICE_NONE))
		model_notice(app->model, NOTICE_ERROR, "not saved: %s", text.buf);
}

static void take_answer(struct app *app, struct fs_event *event)
{
	switch (event->kind) {
	case FS_SAVED:
		take_saved(app, event);
		break;
	case FS_REWRITTEN:
		save_answered(app, event);
		break;
	case FS_TEXTS:
		apply_take_themes(app, event);
		break;
	case FS_PREVIEW:
		if (opening_take(app, event))
			break;
		model_apply(app->model, event, app->now_ms);
		break;
	default:
		if (!acting_take(app, event))
			model_apply(app->model, event, app->now_ms);
	}
}

static void take_answers(struct app *app)
{
	struct qnode *node = app->late;
	int64_t start = app_now_ms();

	if (!node)
		node = queue_take_all(&app->answers);
	while (node && app_now_ms() - start <= ANSWERS_BUDGET_MS) {
		struct fs_event *event = container_of(node, struct fs_event, node);

		node = node->next;
		jump_answered(app, event);
		take_answer(app, event);
		fs_event_free(event);
		app->stirred = true;
	}
	app->late = node;
	serve_requests(app);
	open_what_was_asked(app);
}

void loop_resize(struct app *app)
{
	int rows, cols;

	term_resize(app->term, &rows, &cols);
	if (canvas_resize(&app->canvas, rows, cols) < 0 ||
	    canvas_resize(&app->shown, rows, cols) < 0)
		app->quit = true;
	app->shown_valid = false;
	app->dirty = true;
}

static void take_signals(struct app *app)
{
	unsigned bits = guard_take(app->guard);

	if (bits & GUARD_END)
		app->quit = true;
	if (bits & GUARD_STOP)
		handoff_suspend(app);
	if (bits & GUARD_CONT) {
		term_resume(app->term);
		announce_anew(app);
		loop_resize(app);
	}
	if (bits & GUARD_RESIZE)
		loop_resize(app);
}

/* ---- the screen ---- */

static struct drawing drawing_of(struct app *app)
{
	return (struct drawing){
		.model = app->model,
		.scene = &app->scene,
		.theme = &app->theme,
		.now_sec = time(NULL),
		.layout = &app->layout,
	};
}

/* Tells the model how much room there is. */
static void fit(struct app *app, const struct drawing *d)
{
	struct rect room = scene_viewer_room(d, app->canvas.rows, app->canvas.cols);
	struct screen s;

	scene_screen(d, app->canvas.rows, app->canvas.cols, &s);
	list_fit(model_list(app->model), (size_t)MAX(s.list.rows, 0));
	model_info_room(app->model, s.info.rows > 0, (size_t)s.preview.rows);
	viewer_fit(app->model, room.rows, room.cols, app->canvas.ascii);
}

/* A list with the info pane beside it cannot be scrolled by the terminal, which scrolls whole
 * lines. A held key that scrolls clears the pane first, in a frame of its own; it comes back at
 * rest. */
static void clear_the_way(struct app *app)
{
	size_t top = model_list(app->model)->top;
	const struct rect *bar = &app->layout.bar;

	if (app->shown_valid && bar->cols == 1 && bar->rows > 1 && top != app->shown_top &&
	    canvas_at(&app->shown, bar->row + 1, bar->col)->look == ROLE_FRAME) {
		canvas_fill(
			&app->shown,
			(struct rect){bar->row, bar->col, bar->rows, app->shown.cols - bar->col},
			ROLE_TEXT);
		(void)term_show(app->term, &app->shown);
	}
}

static void draw(struct app *app)
{
	struct drawing d = drawing_of(app);
	bool resting = pace_resting(&app->pace, app->now_ms);
	int64_t took;

	app->scene.resting = resting;
	(void)items_hints(app);
	fit(app, &d);
	if (resting)
		announce(app);
	else
		clear_the_way(app);
	scene_draw(&d, &app->canvas, app->shown_valid ? &app->shown : NULL);
	app->drawn = app->scene.overlay;
	took = term_show(app->term, &app->canvas);
	canvas_copy(&app->shown, &app->canvas);
	app->shown_valid = true;
	app->shown_top = model_list(app->model)->top;
	app->now_ms = app_now_ms();
	model_notice_shown(app->model, app->now_ms);
	pace_shown(&app->pace, app->now_ms, took);
	link_sent(&app->link, term_sent(app->term));
	if (link_wants_ask(&app->link)) {
		term_ask(app->term);
		link_asked(&app->link, app->now_ms);
	}
	if (resting)
		pace_rested(&app->pace);
	app->dirty = app->stirred = false;
}

/* Metadata of rows that just came into view is asked for before they are drawn, so that one frame
 * shows it. */
static void look_around(struct app *app)
{
	struct drawing d = drawing_of(app);
	uint64_t rev = app->model->rev;

	fit(app, &d);
	prompt_tick(app);
	model_tick(app->model, app->now_ms);
	app->stirred |= app->model->rev != rev;
	serve_requests(app);
}

/* Between "the file system owes us something" and "a mount is stuck" lies a second. */
static void check_stall(struct app *app)
{
	struct stall stalls[POOL_THREADS_MAX];
	uint32_t n =
		browse_busy(app->browse) ? browse_stalls(app->browse, stalls, POOL_THREADS_MAX) : 0;
	uint64_t before = app->model->stall.ms;

	if (n)
		model_set_stall(app->model, stalls[0].ticket, stalls[0].ms);
	else if (before)
		model_set_stall(app->model, 0, 0);
	if (app->model->stall.ms / 1000 != before / 1000)
		app->stirred = true;
}

/* ---- waiting ---- */

/* The earliest time for a frame, as pace and link allow. While answers stream in they are shown now
 * and then, so that the frame of a key need not wait for the interval after one of theirs. */
static int64_t frame_at(struct app *app)
{
	bool due = answers_due(app);
	int64_t at = pace_frame_at(&app->pace, due);

	if (due && !app->dirty)
		at = MAX(at, app->pace.last_frame + STREAM_MS);
	return link_ready(&app->link, app->now_ms)
		       ? at
		       : MAX(at, link_deadline(&app->link, app->now_ms));
}

/* When there may be a frame: nothing tells when the worker whose answer came last counts as idle
 * and none need wait any more. */
static int64_t look_at(struct app *app)
{
	int64_t at = frame_at(app);

	return app->now_ms < app->pace.settle_until ? MIN(at, app->now_ms + SETTLE_CHECK_MS) : at;
}

static int64_t next_deadline(struct app *app)
{
	int64_t at = model_deadline(app->model);

	at = MIN(at, keys_wait(app) ? keys_wait_until(app)
				    : decoder_deadline(input_decoder(app->input)));
	at = MIN(at, app_pending_deadline(app));
	at = MIN(at, app->watch_at);
	at = MIN(at, opening_deadline(app));
	at = MIN(at, pace_rest_at(&app->pace));
	if (app->late)
		at = app->now_ms;
	if (browse_busy(app->browse) || app->model->stall.ms)
		at = MIN(at, app->now_ms + STALL_CHECK_MS);
	/* While the terminal takes nothing, poll() waits for it instead. */
	if ((app->dirty || app->stirred) && !app->blocked)
		at = MIN(at, look_at(app));
	return at;
}

static int timeout_until(int64_t at, int64_t now)
{
	if (at == INT64_MAX)
		return -1;
	return at <= now ? 0 : (int)MIN(at - now, 60000);
}

static void wait_for_something(struct app *app, struct pollfd *fds)
{
	int timeout = timeout_until(next_deadline(app), app->now_ms);

	fds[POLL_TERM].events = app->blocked ? POLLIN | POLLOUT : POLLIN;
	fds[POLL_WATCH].fd = app->watch_at == INT64_MAX ? browse_watch_fd(app->browse) : -1;
	while (poll(fds, POLL_N, timeout) < 0 && errno == EINTR)
		continue;
	app->now_ms = app_now_ms();
	if (app->now_ms >= app->watch_at)
		app->watch_at = INT64_MAX;
}

static void take_changes(struct app *app)
{
	browse_watch_read(app->browse);
	app->watch_at = app->now_ms + WATCH_PAUSE_MS;
}

static void take_all(struct app *app, const struct pollfd *fds)
{
	if (fds[POLL_GUARD].revents)
		take_signals(app);
	if (fds[POLL_TERM].revents & ~POLLOUT && input_read(app->input, app->now_ms) < 0) {
		/* The line is dead: whatever is written to it now may block or fail. */
		app->lost = true;
		app->quit = true;
		return;
	}
	take_keys(app);
	if (fds[POLL_WATCH].revents)
		take_changes(app);
	if (fds[POLL_CHILDREN].revents || children_unwatched(app->children))
		open_take_ends(app);
	if (fds[POLL_ANSWERS].revents || fds[POLL_WATCH].revents || app->late)
		take_answers(app);
}

static void maybe_draw(struct app *app)
{
	/* Keys have rested: what was left out is drawn. */
	if (app->now_ms >= pace_rest_at(&app->pace))
		app->dirty = true;
	app->blocked = (app->dirty || app->stirred) && !term_writable(app->term);
	if (!(app->dirty || app->stirred) || app->blocked)
		return;
	if (app->now_ms >= frame_at(app))
		draw(app);
}

void loop_run(struct app *app)
{
	struct pollfd fds[POLL_N] = {
		[POLL_TERM] = {.fd = term_fd(app->term)},
		[POLL_ANSWERS] = {.fd = app->answers.fd, .events = POLLIN},
		[POLL_GUARD] = {.fd = guard_fd(app->guard), .events = POLLIN},
		[POLL_WATCH] = {.fd = -1, .events = POLLIN},
		[POLL_CHILDREN] = {.fd = children_fd(app->children), .events = POLLIN},
	};

	app->now_ms = app_now_ms();
	app->dirty = true;
	link_init(&app->link, is_remote() && term_can_ask(app->term));
	app->watch_at = INT64_MAX;
	app->pace.settle_until = app->now_ms + START_SETTLE_MS;
	while (!app->quit) {
		look_around(app);
		keep_follow(app);
		check_stall(app);
		app_pending_tick(app);
		opening_tick(app);
		maybe_draw(app);
		wait_for_something(app, fds);
		take_all(app, fds);
	}
}
