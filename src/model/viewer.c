/* SPDX-License-Identifier: MIT
 *
 * The viewer's life: opening, what comes for it, what it asks for.
 */
#include "model/viewer_inside.h"

#include "base/display.h"
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SHOW_MS        100         /* a file that opens sooner replaces the list at once */
#define POLL_MS        1000        /* between looks at a followed file that is not watched */
#define SLACK          (32u << 10) /* read before what is needed */
#define AHEAD          (96u << 10) /* and after it */
#define WINDOW_MAX     (4u << 20)
#define NEAR_EDGE      (12u << 10) /* nearer to the window's edge than this, the next is read */
#define ROUND_DOWN(at) ((at) & ~(uint64_t)4095)

void viewer_free(struct viewer *v)
{
	if (!v)
		return;
	free((void *)(uintptr_t)v->window.bytes);
	free(v->rows);
	free(v->marks);
	free(v->path);
	matcher_unref(v->matcher);
	request_done(&v->held);
	free(v);
}

int viewer_open(struct model *m, const char *path)
{
	struct viewer *v = calloc(1, sizeof(*v));

	if (v)
		v->path = strdup(path);
	if (!v || !v->path) {
		viewer_free(v);
		return -ENOMEM;
	}
	v->ticket = ++m->next_ticket;
	v->asked_ms = m->now_ms;
	v->check_ms = INT64_MAX;
	v->match_kind = MATCH_SUBSTRING;
	v->height = v->width = 1;
	if (request_path(m, REQ_VIEW, v->ticket, path) < 0) {
		viewer_free(v);
		return -ENOMEM;
	}
	viewer_close(m);
	m->viewer = v;
	m->rev++;
	return 0;
}

int viewer_open_row(struct model *m)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	struct list *list = model_list(m);
	struct row row;
	int r;

	if (!list_row(list, list->cursor, &row))
		return 0;
	if (row.type == ENTRY_DIR || row.parent) {
		model_notice(m, NOTICE_INFO, "cannot view %.*s: it is a directory (l opens it)",
			     (int)row.name_len, row.name);
		return 0;
	}
	r = model_cursor_path(m, &path);
	return r < 0 ? r : viewer_open(m, path.buf);
}

void viewer_close(struct model *m)
{
	struct viewer *v = m->viewer;

	if (!v)
		return;
	viewer_scan_stop(m);
	request_close(m, v->ticket);
	viewer_free(v);
	m->viewer = NULL;
	m->rev++;
}

void viewer_reload(struct model *m)
{
	struct viewer *v = m->viewer;
	uint64_t ticket = v->ticket;

	viewer_scan_stop(m);
	v->ticket = ++m->next_ticket;
	if (request_path(m, REQ_VIEW, v->ticket, v->path) < 0) {
		v->ticket = ticket;
		model_notice(m, NOTICE_ERROR, "out of memory");
		return;
	}
	request_close(m, ticket);
	v->reading = v->checking = v->check_again = false;
	v->reopening = v->read_again = true;
	v->err = 0;
	v->replaced = v->gone = false;
	v->asked_ms = m->now_ms;
	viewer_line_forget(m);
	m->rev++;
}

bool viewer_shown(const struct model *m)
{
	const struct viewer *v = m->viewer;

	return v && (v->phase == VIEWER_OPEN || m->now_ms >= v->asked_ms + SHOW_MS);
}

void viewer_fit(struct model *m, int height, int width, bool ascii)
{
	struct viewer *v = m->viewer;

	height = MAX(height, 1);
	width = MAX(width, 1);
	if (!v || (v->height == height && v->width == width && v->ascii == ascii))
		return;
	v->height = height;
	v->width = width;
	v->ascii = ascii;
	v->asked_len = 0;
	/* Where rows are broken is another place now. */
	if (v->move.kind == MOVE_NONE && v->phase == VIEWER_OPEN)
		v->move = (struct viewer_move){.kind = MOVE_TO, .at = v->top};
	viewer_settle(m);
}

/* ---- what it asks for ---- */

static void ask_window(struct model *m, uint64_t from, uint64_t to)
{
	struct viewer *v = m->viewer;
	struct request r = {.kind = REQ_VIEW_READ, .ticket = v->ticket};

	r.view.at = ROUND_DOWN(from > SLACK ? from - SLACK : 0);
	r.view.len = (size_t)MIN(to + AHEAD - r.view.at, WINDOW_MAX);
	/* A screen so large that its rows do not fit in a window stays as it is. */
	if (v->asked_at == r.view.at && v->asked_len == r.view.len && !v->read_again)
		return;
	v->asked_at = r.view.at;
	v->asked_len = r.view.len;
	v->reading = request_add(m, &r) == 0;
	v->fresh = v->read_again;
	v->read_again = false;
}

/* What lies just behind the edge of the window is read before it is needed. */
static bool near_edge(const struct viewer *v)
{
	uint64_t bottom = v->nrows ? v->rows[v->nrows - 1].end : v->top;

	if (!v->filled || !v->window.bytes)
		return false;
	return (v->top < v->window.start + NEAR_EDGE && v->window.start > 0) ||
	       (bottom + NEAR_EDGE > textwin_end(&v->window) && !v->window.at_end);
}

static void ask(struct model *m)
{
	struct viewer *v = m->viewer;
	bool missing = v->need_to > v->need_from;

	if (v->reading || v->err || v->reopening)
		return;
	if (missing)
		ask_window(m, v->need_from, v->need_to);
	else if (v->read_again || near_edge(v))
		ask_window(m, v->top, v->nrows ? v->rows[v->nrows - 1].end : v->top);
}

/* When the last row has moved up from the bottom of the screen there is room to fill. */
static bool fill_up(struct viewer *v)
{
	int64_t room = v->height - (int64_t)v->nrows;

	if (room <= 0 || v->top == 0)
		return true;
	v->move = (struct viewer_move){.kind = MOVE_BY, .rows = -room};
	return viewer_move_now(v) && viewer_layout(v);
}

void viewer_settle(struct model *m)
{
	struct viewer *v = m->viewer;

	m->rev++;
	if (!v || v->phase != VIEWER_OPEN)
		return;
	v->need_from = v->need_to = 0;
	if (v->window.bytes && v->top > v->size)
		v->move = (struct viewer_move){.kind = MOVE_END};
	if (!v->window.bytes) {
		v->need_to = 1;
	} else if (viewer_move_now(v) && viewer_layout(v) && fill_up(v)) {
		viewer_line_follow(v);
		viewer_reveal(v);
		viewer_line_want(m);
	}
	ask(m);
}

void viewer_go(struct model *m, const struct viewer_move *move)
{
	struct viewer *v = m->viewer;

	v->err = 0;
	v->asked_len = 0;
	if (move->kind == MOVE_BY && v->move.kind == MOVE_BY)
		v->move.rows += move->rows;
	else
		v->move = *move;
	viewer_settle(m);
}

/* ---- what comes ---- */

static const char *const refusals[] = {
	[ENTRY_UNKNOWN] = "it is no regular file",
	[ENTRY_FILE] = "it cannot be read",
	[ENTRY_DIR] = "it is a directory",
	[ENTRY_LINK] = "it is a link that leads nowhere",
	[ENTRY_FIFO] = "it is a FIFO: reading it would wait, and take away what it gives",
	[ENTRY_SOCKET] = "it is a socket, which cannot be opened",
	[ENTRY_CHAR] = "it is a device, whose content is not that of a file",
	[ENTRY_BLOCK] = "it is a device, whose content is not that of a file",
};

/* EACCES of a file has another reason than that of a directory. */
static void add_open_reason(struct str *out, int err, enum entry_type type)
{
	if (err == -EINVAL || err == -EISDIR)
		str_adds(out, refusals[type]);
	else if (err == -EACCES)
		str_adds(out, "permission denied: you lack read (r) on it, or enter (x) on a "
			      "directory of the path");
	else if (err == -EAGAIN)
		str_adds(out, "there is nothing to read now, and reading would wait");
	else
		reason_add(out, err);
}

static void refuse(struct model *m, const struct fs_event *event)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	str_addf(&text, "cannot view %s: ", path_base(m->viewer->path));
	add_open_reason(&text, event->err, event->u.view_opened.type);
	viewer_close(m);
	model_notice(m, NOTICE_ERROR, "%s", text.buf);
}

static void apply_opened(struct model *m, const struct fs_event *event)
{
	struct viewer *v = m->viewer;

	if (event->err) {
		refuse(m, event);
		return;
	}
	v->phase = VIEWER_OPEN;
	v->reopening = false;
	viewer_scan_go(m);
	v->size = v->told_size = event->u.view_opened.size;
	v->network = event->u.view_opened.network;
	v->watched = event->u.view_opened.watched;
	v->kept = event->u.view_opened.kept;
	v->partial = event->u.view_opened.partial;
}

/* Judged once, by the beginning of the file. What is no text is shown as bytes. */
static void judge(struct viewer *v)
{
	const struct textwin *w = &v->window;
	enum textcode code;
	size_t bom;

	if (v->code_known || w->start > 0)
		return;
	code = textcode_guess(w->bytes, w->len, w->at_end, &bom);
	if (!v->code_chosen)
		v->code = code;
	if (textcode_binary(code, w->bytes, MIN(w->len, 4096)))
		v->hex = true;
	v->code_known = true;
}

static bool has_screen(const struct viewer *v, const struct textwin *w)
{
	return v->top >= w->start && v->nrows > 0 && v->rows[v->nrows - 1].end <= textwin_end(w);
}

/* What was asked for before a change was told of may be older than that. */
static void apply_size(struct model *m, struct textwin *w, uint64_t size)
{
	struct viewer *v = m->viewer;
	bool shorter = size < v->size;

	if (shorter && v->read_again) {
		w->at_end = false;
		return;
	}
	v->size = size;
	if (shorter)
		viewer_line_forget(m);
}

static void apply_data(struct model *m, struct fs_event *event)
{
	struct viewer *v = m->viewer;
	struct textwin *w = &event->u.view_data.window;
	bool covers = v->need_to > v->need_from && v->need_from >= w->start;

	v->reading = false;
	v->err = event->err;
	if (event->err)
		return;
	apply_size(m, w, event->u.view_data.size);
	/* Read ahead, and meanwhile the screen went elsewhere. */
	if (!covers && !v->fresh && v->window.bytes && has_screen(v, &v->window) &&
	    !has_screen(v, w))
		return;
	viewer_line_follow(v);
	free((void *)(uintptr_t)v->window.bytes);
	v->window = *w;
	w->bytes = NULL;
	judge(v);
	v->window.code = v->code;
}

static void tell_state(struct model *m, const struct fs_event *event)
{
	struct viewer *v = m->viewer;
	const char *name = path_base(v->path);

	if (event->u.view_state.replaced && !v->replaced)
		model_notice(m, NOTICE_WARNING,
			     "%s was replaced by another file; this is the older one", name);
	else if (event->u.view_state.gone && !v->gone)
		model_notice(m, NOTICE_WARNING, "%s was removed or renamed; it stays readable here",
			     name);
	v->replaced = event->u.view_state.replaced;
	v->gone = event->u.view_state.gone;
}

static void check(struct model *m)
{
	struct viewer *v = m->viewer;

	if (v->reopening || v->phase != VIEWER_OPEN)
		return;
	if (v->checking)
		v->check_again = true;
	else
		v->checking = request_ticket(m, REQ_VIEW_CHECK, v->ticket) == 0;
}

static void apply_change(struct model *m, uint64_t size)
{
	struct viewer *v = m->viewer;
	uint64_t was = v->told_size;

	if (size < was)
		model_notice(m, NOTICE_WARNING, "%s became shorter", path_base(v->path));
	/* What grows is added to, as a rule, and a window may have told of more by now. */
	v->size = size > was ? MAX(size, v->size) : size;
	v->told_size = size;
	if (size <= was)
		viewer_line_forget(m);
	v->window.at_end = false;
	v->read_again = true;
	v->asked_len = 0;
	v->err = 0;
	if (v->follow)
		v->move = (struct viewer_move){.kind = MOVE_END};
}

static void apply_state(struct model *m, const struct fs_event *event)
{
	struct viewer *v = m->viewer;
	bool again = v->check_again;

	v->checking = v->check_again = false;
	if (!event->err)
		tell_state(m, event);
	if (!event->err &&
	    (event->u.view_state.changed || event->u.view_state.size != v->told_size))
		apply_change(m, event->u.view_state.size);
	if (again)
		check(m);
}

bool viewer_apply(struct model *m, struct fs_event *event)
{
	const struct viewer *v = m->viewer;

	if (!v)
		return false;
	if (event->kind == FS_VIEW_FOUND)
		return viewer_apply_found(m, event);
	if (event->kind == FS_VIEW_LINES)
		return viewer_apply_lines(m, event);
	if (event->ticket != v->ticket)
		return false;
	if (event->kind == FS_VIEW_OPENED)
		apply_opened(m, event);
	else if (event->kind == FS_VIEW_DATA)
		apply_data(m, event);
	else if (event->kind == FS_VIEW_STATE)
		apply_state(m, event);
	else if (event->kind == FS_CHANGED)
		check(m);
	else
		return false;
	viewer_settle(m);
	return true;
}

void viewer_dump(const struct viewer *v, struct str *out)
{
	uint64_t line;

	str_addf(out, "viewer %s size %llu top %llu %s%s%s%s%s", path_base(v->path),
		 (unsigned long long)v->size, (unsigned long long)v->top,
		 v->hex ? "hex" : textcode_name(v->code), v->wrap ? " wrap" : "",
		 v->numbers ? " numbers" : "", v->follow ? " follow" : "",
		 v->phase == VIEWER_OPENING ? " opening" : "");
	if (viewer_line_at(v, v->top, &line))
		str_addf(out, " line %s%llu", v->line_inexact ? ">=" : "",
			 (unsigned long long)line);
	if (v->scan.kind != SCAN_NONE)
		str_addf(out, " %s %d%%", v->scan.kind == SCAN_SEARCH ? "searching" : "counting",
			 viewer_progress(v));
	if (v->match.on)
		str_addf(out, " match %llu+%u", (unsigned long long)v->match.at, v->match.len);
	str_addc(out, '\n');
	for (size_t i = 0; i < v->nrows; i++) {
		CLEANUP(str_done) struct str text = STR_INIT;

		str_addf(out, " %8llu%c ", (unsigned long long)v->rows[i].start,
			 v->rows[i].begins ? ' ' : '+');
		(void)viewer_text(v, &v->rows[i], &text);
		display_fit(out, text.buf, text.len, 60, false);
		str_addc(out, '\n');
	}
}

/* ---- time ---- */

static bool polls(const struct viewer *v)
{
	return v->phase == VIEWER_OPEN && v->follow && !v->watched && !v->kept;
}

void viewer_tick(struct model *m)
{
	struct viewer *v = m->viewer;

	if (!v)
		return;
	if (!polls(v)) {
		v->check_ms = INT64_MAX;
	} else if (v->check_ms == INT64_MAX || m->now_ms >= v->check_ms) {
		if (v->check_ms != INT64_MAX)
			check(m);
		v->check_ms = m->now_ms + POLL_MS;
	}
}

int64_t viewer_deadline(const struct model *m)
{
	const struct viewer *v = m->viewer;

	if (!v)
		return INT64_MAX;
	if (v->phase == VIEWER_OPENING && m->now_ms < v->asked_ms + SHOW_MS)
		return v->asked_ms + SHOW_MS;
	return polls(v) && v->check_ms == INT64_MAX ? m->now_ms : v->check_ms;
}
