/* SPDX-License-Identifier: MIT
 *
 * What goes through the file of the viewer: searches, and counting lines.
 */
#include "model/viewer_inside.h"

#include "base/alloc.h"
#include "base/fmt.h"
#include "base/textline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MIN (1u << 20) /* bytes between counted places that are kept */
#define STEPS    4096       /* about so many of them */

void viewer_scan_stop(struct model *m)
{
	struct viewer *v = m->viewer;

	if (v->scan.kind != SCAN_NONE && !v->held.ticket)
		request_close(m, v->scan.op);
	request_done(&v->held);
	v->scan.kind = SCAN_NONE;
	v->scan.op = 0;
}

void viewer_scan_go(struct model *m)
{
	struct viewer *v = m->viewer;
	struct request r = v->held;

	v->held = (struct request){0};
	if (r.ticket && request_add(m, &r) < 0)
		v->scan.kind = SCAN_NONE;
}

static int begin(struct model *m, enum viewer_scan kind, struct request *r)
{
	struct viewer *v = m->viewer;

	viewer_scan_stop(m);
	r->ticket = ++m->next_ticket;
	r->view.file = v->ticket;
	r->view.code = v->code;
	v->scan.kind = kind;
	v->scan.op = r->ticket;
	v->scan.from = v->scan.pos = r->view.at;
	v->scan.backward = r->view.backward;
	if (v->reopening) {
		v->held = *r;
		return 0;
	}
	if (request_add(m, r) == 0)
		return 0;
	v->scan.kind = SCAN_NONE;
	return -ENOMEM;
}

int viewer_progress(const struct viewer *v)
{
	uint64_t done = v->scan.pos > v->scan.from ? v->scan.pos - v->scan.from
						   : v->scan.from - v->scan.pos;
	uint64_t all =
		v->scan.to > v->scan.from ? v->scan.to - v->scan.from : v->scan.from - v->scan.to;

	if (v->scan.kind == SCAN_NONE || v->scan.to == UINT64_MAX || all == 0)
		return -1;
	return (int)MIN(100, done / MAX(all / 100, 1));
}

/* ---- search ---- */

static bool on_screen(const struct viewer *v, uint64_t at)
{
	return v->nrows > 0 && at >= v->top && at < v->rows[v->nrows - 1].end;
}

static int search_from(struct model *m, bool backward)
{
	struct viewer *v = m->viewer;
	bool here = v->match.on && on_screen(v, v->match.at);
	struct request r = {.kind = REQ_VIEW_SEARCH};

	if (v->phase != VIEWER_OPEN)
		return 0;
	v->follow = false;
	r.matcher = matcher_ref(v->matcher);
	r.view.backward = backward;
	r.view.at = here ? v->match.at + !backward : v->top;
	v->scan.to = backward ? 0 : v->size;
	m->rev++;
	return begin(m, SCAN_SEARCH, &r);
}

int viewer_search(struct model *m, enum match_kind kind, const char *pattern, bool backward,
		  struct str *err)
{
	struct viewer *v = m->viewer;
	struct matcher *matcher;
	int r = matcher_new_text(kind, pattern, strlen(pattern), err, &matcher);

	if (r < 0)
		return r;
	matcher_unref(v->matcher);
	v->matcher = matcher;
	v->match_kind = kind;
	v->backward = backward;
	v->match.on = false;
	return matcher_empty(matcher) ? 0 : search_from(m, backward);
}

int viewer_search_next(struct model *m, int dir)
{
	struct viewer *v = m->viewer;

	if (matcher_empty(v->matcher)) {
		model_notice(m, NOTICE_INFO, "nothing was looked for yet: / does");
		return 0;
	}
	return search_from(m, v->backward != (dir < 0));
}

static void add_doubts(const struct fs_event *event, struct str *out)
{
	char buf[FMT_MAX];

	if (event->u.view_found.unread)
		str_addf(out, "; %s bytes could not be read",
			 fmt_count(buf, event->u.view_found.unread));
	if (event->u.view_found.gave_up)
		str_adds(out, "; some lines were too much for this pattern");
}

static void tell_not_found(struct model *m, const struct fs_event *event)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (event->err) {
		str_adds(&text, "the search ended: ");
		reason_add(&text, event->err);
	} else {
		str_addf(&text, "not found %s here", m->viewer->scan.backward ? "before" : "from");
		str_adds(&text, m->viewer->scan.backward ? "" : " to the end");
	}
	add_doubts(event, &text);
	model_notice(m, event->err ? NOTICE_ERROR : NOTICE_INFO, "%s", text.buf);
}

static void found(struct model *m, uint64_t at, uint32_t len)
{
	struct viewer *v = m->viewer;

	v->match.at = at;
	v->match.len = len;
	v->match.on = v->match.reveal = true;
	if (on_screen(v, at) && v->move.kind == MOVE_NONE)
		viewer_settle(m);
	else
		viewer_go(m,
			  &(struct viewer_move){.kind = MOVE_TO, .at = at, .above = v->height / 3});
}

bool viewer_apply_found(struct model *m, struct fs_event *event)
{
	struct viewer *v = m->viewer;

	if (v->scan.kind != SCAN_SEARCH || event->ticket != v->scan.op)
		return false;
	v->scan.pos = event->u.view_found.pos;
	m->rev++;
	if (!event->u.view_found.done && !event->err)
		return true;
	if (!event->u.view_found.found)
		tell_not_found(m, event);
	v->scan.kind = SCAN_NONE;
	if (event->u.view_found.found)
		found(m, event->u.view_found.at, event->u.view_found.len);
	viewer_settle(m);
	return true;
}

/* Bytes of text before the match in its row, as text. */
static size_t text_before(const struct viewer *v, const struct viewer_row *row, struct str *text)
{
	uint64_t begin = row->start + viewer_bom(v, row->start);

	str_clear(text);
	if (v->match.at <= begin || textcode_add(v->code, textwin_at(&v->window, begin),
						 (size_t)(v->match.at - begin), text) < 0)
		return 0;
	return text->len;
}

static void reveal_in(struct viewer *v, const struct viewer_row *row)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	uint64_t width = (uint64_t)MAX(v->width - viewer_gutter(v), 1);
	struct textline line;
	struct glyph g;

	textline_init(&line, text.buf, 0, v->ascii);
	if (text_before(v, row, &text))
		textline_init(&line, text.buf, text.len, v->ascii);
	while (textline_next(&line, &g))
		continue;
	if (line.col < v->left || line.col + MIN(v->match.len, width / 2) > v->left + width)
		v->left = line.col + MIN(v->match.len, width / 2) <= width
				  ? 0
				  : line.col - MIN(line.col, width / 2);
}

void viewer_reveal(struct viewer *v)
{
	if (!v->match.on || !v->match.reveal || v->hex)
		return;
	for (size_t i = 0; i < v->nrows; i++) {
		if (v->match.at < v->rows[i].start || v->match.at >= v->rows[i].end)
			continue;
		if (!v->wrap)
			reveal_in(v, &v->rows[i]);
		v->match.reveal = false;
	}
}

/* ---- lines ---- */

void viewer_line_forget(struct model *m)
{
	struct viewer *v = m->viewer;
	enum viewer_scan kind = v->scan.kind;

	v->line_known = v->line_inexact = false;
	v->nmarks = 0;
	if (kind == SCAN_TO_TOP || kind == SCAN_TO_LINE)
		viewer_scan_stop(m);
	if (kind == SCAN_TO_LINE)
		(void)viewer_go_line(m, v->scan.line + 1);
}

/* The known place nearest before this one. */
static struct view_mark known_before(const struct viewer *v, uint64_t at)
{
	struct view_mark best = {0};
	size_t low = 0, high = v->nmarks;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (v->marks[mid].at <= at)
			low = mid + 1;
		else
			high = mid;
	}
	if (low > 0)
		best = v->marks[low - 1];
	if (v->line_known && v->line.at <= at && v->line.at > best.at)
		best = v->line;
	return best;
}

/* The known place nearest before a line. */
static struct view_mark known_line(const struct viewer *v, uint64_t line)
{
	struct view_mark best = {0};

	for (size_t i = 0; i < v->nmarks && v->marks[i].lines < line; i++)
		best = v->marks[i];
	if (v->line_known && v->line.lines < line && v->line.at > best.at)
		best = v->line;
	return best;
}

static bool in_window(const struct viewer *v, uint64_t at)
{
	return v->window.bytes && at >= v->window.start && at <= textwin_end(&v->window);
}

static uint64_t lines_between(const struct viewer *v, uint64_t from, uint64_t to)
{
	return textcode_lines(v->code, textwin_at(&v->window, from), (size_t)(to - from));
}

void viewer_line_follow(struct viewer *v)
{
	if (v->top == 0) {
		v->line = (struct view_mark){0};
		v->line_known = true;
		return;
	}
	if (!v->line_known || !in_window(v, v->line.at) || !in_window(v, v->top))
		return;
	if (v->line.at < v->top)
		v->line.lines += lines_between(v, v->line.at, v->top);
	else
		v->line.lines -= lines_between(v, v->top, v->line.at);
	v->line.at = v->top;
}

bool viewer_line_at(const struct viewer *v, uint64_t at, uint64_t *ret_line)
{
	if (!v->line_known || !in_window(v, v->line.at) || !in_window(v, at))
		return false;
	*ret_line = v->line.lines + 1;
	if (v->line.at <= at)
		*ret_line += lines_between(v, v->line.at, at);
	else
		*ret_line -= lines_between(v, at, v->line.at);
	return true;
}

bool viewer_line_guess(const struct viewer *v, uint64_t at, uint64_t *ret_line)
{
	const struct view_mark *last = v->nmarks ? &v->marks[v->nmarks - 1] : NULL;

	if (!last || last->at == 0)
		return false;
	*ret_line = (uint64_t)((double)last->lines / (double)last->at * (double)at) + 1;
	return true;
}

static int count(struct model *m, enum viewer_scan kind, const struct view_mark *from,
		 uint64_t to_at, uint64_t to_lines)
{
	struct viewer *v = m->viewer;
	struct request r = {.kind = REQ_VIEW_COUNT};

	r.view.at = from->at;
	r.view.lines = from->lines;
	r.view.to_at = to_at;
	r.view.to_lines = to_lines;
	r.view.step = MAX(v->size / STEPS & ~(uint64_t)4095, STEP_MIN);
	v->scan.to = to_at == UINT64_MAX ? v->size : to_at;
	return begin(m, kind, &r);
}

void viewer_line_want(struct model *m)
{
	struct viewer *v = m->viewer;
	struct view_mark from;
	uint64_t line;

	if (v->hex || v->count_off || v->network || v->scan.kind != SCAN_NONE || v->read_again ||
	    (v->reading && v->fresh) || viewer_line_at(v, v->top, &line))
		return;
	from = known_before(v, v->top);
	(void)count(m, SCAN_TO_TOP, &from, v->top, UINT64_MAX);
}

int viewer_go_line(struct model *m, uint64_t line)
{
	struct viewer *v = m->viewer;
	struct view_mark from;

	if (v->phase != VIEWER_OPEN)
		return 0;
	v->follow = false;
	v->count_off = false;
	if (line <= 1) {
		viewer_go_top(m);
		return 0;
	}
	from = known_line(v, line - 1);
	v->scan.line = line - 1;
	m->rev++;
	return count(m, SCAN_TO_LINE, &from, UINT64_MAX, line - 1);
}

/* Too many: every other one goes. */
static void thin(struct viewer *v)
{
	size_t n = 0;

	for (size_t i = 1; i < v->nmarks; i += 2)
		v->marks[n++] = v->marks[i];
	v->nmarks = n;
}

static void keep_marks(struct viewer *v, const struct fs_event *event)
{
	for (uint32_t i = 0; i < event->u.view_lines.n; i++) {
		const struct view_mark *mark = &event->u.view_lines.marks[i];

		if (v->nmarks && mark->at <= v->marks[v->nmarks - 1].at)
			continue;
		if (v->nmarks == VIEWER_MARKS_MAX)
			thin(v);
		if (array_grow(&v->marks, &v->marks_cap, v->nmarks + 1, sizeof(*v->marks)) < 0)
			return;
		v->marks[v->nmarks++] = *mark;
	}
}

/* At the place of the line that was asked for, or of the last there is. */
static void arrived(struct model *m, const struct fs_event *event)
{
	struct viewer *v = m->viewer;
	uint64_t at = event->u.view_lines.now.at;

	if (!event->u.view_lines.at_end && at < v->size) {
		viewer_go(m, &(struct viewer_move){.kind = MOVE_TO, .at = at});
		return;
	}
	model_notice(m, NOTICE_INFO, "there is no line %llu", (unsigned long long)v->scan.line + 1);
	viewer_go(m, &(struct viewer_move){.kind = MOVE_END});
}

bool viewer_apply_lines(struct model *m, struct fs_event *event)
{
	struct viewer *v = m->viewer;
	enum viewer_scan kind = v->scan.kind;

	if ((kind != SCAN_TO_TOP && kind != SCAN_TO_LINE) || event->ticket != v->scan.op)
		return false;
	m->rev++;
	keep_marks(v, event);
	v->scan.pos = event->u.view_lines.now.at;
	if (!event->u.view_lines.done && !event->err)
		return true;
	v->scan.kind = SCAN_NONE;
	if (event->err) {
		v->count_off = true;
		notice_failed(m, "cannot count the lines of", v->path, event->err);
		return true;
	}
	v->line = event->u.view_lines.now;
	v->line_known = true;
	v->line_inexact |= event->u.view_lines.unread;
	/* It is shorter than was thought: how long it is comes with the next window. */
	if (event->u.view_lines.at_end && v->line.at < v->size) {
		v->read_again = true;
		v->asked_len = 0;
	}
	if (kind == SCAN_TO_LINE)
		arrived(m, event);
	viewer_settle(m);
	return true;
}

bool viewer_stop(struct model *m)
{
	struct viewer *v = m->viewer;
	enum viewer_scan kind = v->scan.kind;

	m->rev++;
	if (kind == SCAN_NONE && !v->follow)
		return false;
	v->follow = false;
	if (kind == SCAN_NONE)
		return true;
	viewer_scan_stop(m);
	v->count_off |= kind == SCAN_TO_TOP;
	model_notice(m, NOTICE_INFO,
		     kind == SCAN_SEARCH ? "the search was stopped" : "counting lines was stopped");
	return true;
}
