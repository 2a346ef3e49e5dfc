/* SPDX-License-Identifier: MIT
 *
 * The viewer on a file that is in memory: its requests are answered at once, or when a test says
 * so. What the tests of it share.
 */
#ifndef TESTS_MODEL_VIEWING_H
#define TESTS_MODEL_VIEWING_H

#include "../../lib/test.h"

#include "model/viewer_inside.h"

#include <errno.h>
#include <stdlib.h>

struct fixture {
	struct model *m;
	char *text;
	size_t len;
	size_t window_max; /* 0: what is asked for */
	bool paused;       /* nothing is answered */
	unsigned reads, counts, searches;
	struct fs_event last; /* of the last count or search, not yet given when paused */
};

static void give(struct fixture *f, struct fs_event *e)
{
	model_apply(f->m, e, f->m->now_ms);
}

static void answer_read(struct fixture *f, const struct request *r)
{
	struct fs_event e = {.kind = FS_VIEW_DATA, .ticket = r->ticket};
	struct textwin *w = &e.u.view_data.window;
	size_t at = (size_t)MIN(r->view.at, f->len);
	char *bytes;

	f->reads++;
	w->start = at;
	w->len = MIN(r->view.len, f->len - at);
	bytes = malloc(w->len + 1);
	memcpy(bytes, f->text + at, w->len);
	w->bytes = bytes;
	w->at_end = at + w->len == f->len;
	e.u.view_data.size = f->len;
	give(f, &e);
	free((void *)(uintptr_t)w->bytes);
}

static void answer_count(struct fixture *f, const struct request *r)
{
	struct fs_event e = {.kind = FS_VIEW_LINES, .ticket = r->ticket};
	struct view_mark now = {r->view.at, r->view.lines};

	assert_true(f->counts++ < 1000); /* it comes to an end */
	while (now.at < f->len && now.at < r->view.to_at && now.lines < r->view.to_lines)
		now.lines += f->text[now.at++] == '\n';
	e.u.view_lines.now = now;
	e.u.view_lines.done = true;
	e.u.view_lines.at_end = now.at < r->view.to_at && now.lines < r->view.to_lines;
	give(f, &e);
}

static void answer_search(struct fixture *f, const struct request *r)
{
	struct fs_event e = {.kind = FS_VIEW_FOUND, .ticket = r->ticket};
	size_t at, n, pos = r->view.backward ? 0 : (size_t)r->view.at;

	f->searches++;
	e.u.view_found.done = true;
	while (matcher_find(r->matcher, f->text, f->len, pos, &at, &n, NULL)) {
		if (r->view.backward && at >= r->view.at)
			break;
		e.u.view_found.found = true;
		e.u.view_found.at = at;
		e.u.view_found.len = (uint32_t)n;
		if (!r->view.backward)
			break;
		pos = at + 1;
	}
	give(f, &e);
}

static void answer_open(struct fixture *f, const struct request *r)
{
	struct fs_event e = {.kind = FS_VIEW_OPENED, .ticket = r->ticket};

	e.u.view_opened.size = f->len;
	e.u.view_opened.type = ENTRY_FILE;
	e.u.view_opened.watched = true;
	give(f, &e);
}

static void answer_check(struct fixture *f, const struct request *r)
{
	struct fs_event e = {.kind = FS_VIEW_STATE, .ticket = r->ticket};

	e.u.view_state.size = f->len;
	e.u.view_state.changed = true;
	give(f, &e);
}

static void serve(struct fixture *f)
{
	struct request r;

	while (!f->paused && model_next_request(f->m, &r)) {
		if (r.kind == REQ_VIEW)
			answer_open(f, &r);
		else if (r.kind == REQ_VIEW_READ)
			answer_read(f, &r);
		else if (r.kind == REQ_VIEW_COUNT)
			answer_count(f, &r);
		else if (r.kind == REQ_VIEW_SEARCH)
			answer_search(f, &r);
		else if (r.kind == REQ_VIEW_CHECK)
			answer_check(f, &r);
		request_done(&r);
	}
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_int_equal(model_new(&f->m), 0);
	assert_int_equal(model_start(f->m, "/dir", NULL), 0);
	serve(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	model_free(f->m);
	free(f->text);
	free(f);
	return 0;
}

static struct viewer *view(struct fixture *f, const char *text, size_t len, int height, int width)
{
	free(f->text);
	f->text = malloc(len + 1);
	memcpy(f->text, text, len);
	f->len = len;
	assert_int_equal(viewer_open(f->m, "/dir/file"), 0);
	viewer_fit(f->m, height, width, false);
	serve(f);
	return f->m->viewer;
}

/* Lines "line 1\n" to "line n\n". */
static UNUSED struct viewer *view_lines(struct fixture *f, int n, int height, int width)
{
	struct str text = STR_INIT;
	struct viewer *v;

	for (int i = 1; i <= n; i++)
		str_addf(&text, "line %d\n", i);
	v = view(f, text.buf, text.len, height, width);
	str_done(&text);
	return v;
}

static UNUSED void assert_row(struct fixture *f, size_t row, const char *expected)
{
	struct viewer *v = f->m->viewer;
	struct str text = STR_INIT;

	serve(f);
	assert_true(row < v->nrows);
	assert_int_equal(viewer_text(v, &v->rows[row], &text), 0);
	assert_string_equal(text.buf, expected);
	str_done(&text);
}

static UNUSED void assert_line_number(struct fixture *f, uint64_t expected)
{
	uint64_t line = 0;

	serve(f);
	assert_true(viewer_line_at(f->m->viewer, f->m->viewer->top, &line));
	assert_int_equal(line, expected);
}

/* How many of a kind are waiting. */
static UNUSED unsigned requests_of(const struct model *m, enum request_kind kind)
{
	unsigned n = 0;

	for (size_t i = m->next_request; i < m->nrequests; i++)
		n += m->requests[i].kind == kind;
	return n;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
