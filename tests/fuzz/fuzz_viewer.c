/* SPDX-License-Identifier: MIT
 *
 * The viewer: whatever keys, sizes, windows, answers and changes of the file come in whatever
 * order, the rows of the screen follow each other within the window, the screen is never behind the
 * end, and it comes to rest. The first part of the input is what is done, the rest the file.
 */
#define TEXTROW_PIECE 32u
#include "../../src/base/textrow.c"

#include "model/state.h"
#include "model/viewer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEPS_MAX 64
#define ROUNDS    64 /* of questions and answers after one step */

struct file {
	const char *bytes;
	size_t len;
	struct model *m;
};

static void answer_read(const struct file *f, const struct request *r, struct fs_event *e)
{
	struct textwin *w = &e->u.view_data.window;
	size_t at = (size_t)MIN(r->view.at, f->len);
	char *bytes = malloc(MIN(r->view.len, f->len - at) + 1);

	assert(bytes && r->view.at % 4 == 0);
	w->start = at & ~(size_t)3;
	w->len = MIN(r->view.len, f->len - (size_t)w->start);
	memcpy(bytes, f->bytes + w->start, MIN(r->view.len, f->len - at));
	w->len = MIN(w->len, MIN(r->view.len, f->len - at));
	w->bytes = bytes;
	w->at_end = textwin_end(w) == f->len;
	e->u.view_data.size = f->len;
}

static void answer(const struct file *f, const struct request *r)
{
	struct fs_event e = {.ticket = r->ticket};

	if (r->kind == REQ_VIEW) {
		e.kind = FS_VIEW_OPENED;
		e.u.view_opened.size = f->len;
		e.u.view_opened.type = ENTRY_FILE;
	} else if (r->kind == REQ_VIEW_READ) {
		e.kind = FS_VIEW_DATA;
		answer_read(f, r, &e);
	} else if (r->kind == REQ_VIEW_CHECK) {
		e.kind = FS_VIEW_STATE;
		e.u.view_state.size = f->len;
		e.u.view_state.changed = true;
	} else if (r->kind == REQ_VIEW_COUNT) {
		e.kind = FS_VIEW_LINES;
		e.u.view_lines.done = true;
		e.u.view_lines.now.at = MIN(r->view.to_at, f->len);
		e.u.view_lines.now.lines = MIN(r->view.to_lines, r->view.lines + 3);
		e.u.view_lines.at_end = r->view.to_at == UINT64_MAX && r->view.to_lines % 2;
	} else if (r->kind == REQ_VIEW_SEARCH) {
		e.kind = FS_VIEW_FOUND;
		e.u.view_found.done = true;
		e.u.view_found.found = f->len > 0 && r->view.at % 3;
		e.u.view_found.at = f->len ? (r->view.at * 7) % f->len : 0;
		e.u.view_found.len = 2;
	} else {
		return;
	}
	model_apply(f->m, &e, 0);
	if (e.kind == FS_VIEW_DATA)
		free((void *)(uintptr_t)e.u.view_data.window.bytes);
}

/* Until nothing is asked any more. */
static void serve(const struct file *f, bool all)
{
	struct request r;
	int round = 0;

	while (round++ < (all ? ROUNDS : 1) && model_next_request(f->m, &r)) {
		answer(f, &r);
		request_done(&r);
	}
	assert(!all || round <= ROUNDS);
}

static void check(const struct viewer *v, bool settled)
{
	struct str text = STR_INIT;

	assert(v->nrows <= (size_t)v->height);
	for (size_t i = 0; i < v->nrows; i++) {
		assert(v->rows[i].end > v->rows[i].start);
		assert(i == 0 || v->rows[i].start == v->rows[i - 1].end);
		assert(viewer_text(v, &v->rows[i], &text) == 0);
	}
	str_done(&text);
	if (!settled || v->phase != VIEWER_OPEN)
		return;
	assert(v->top == 0 || v->top < v->size);
	assert(v->size == 0 || (v->nrows > 0 && v->rows[0].start == v->top));
	/* The screen is full, or shows all there is behind its top, which then is the beginning. */
	if (v->filled && v->nrows < (size_t)v->height)
		assert(v->top == 0 || v->size == 0);
}

static void step(const struct file *f, uint8_t what)
{
	struct model *m = f->m;
	int64_t n = what >> 4;

	switch (what & 15) {
	case 0:
		viewer_scroll(m, n + 1);
		break;
	case 1:
		viewer_scroll(m, -n - 1);
		break;
	case 2:
		viewer_page(m, n - 8);
		break;
	case 3:
		viewer_go_end(m);
		break;
	case 4:
		viewer_go_top(m);
		break;
	case 5:
		(void)viewer_go_line(m, (uint64_t)n);
		break;
	case 6:
		viewer_go_percent(m, (uint64_t)n * 8);
		break;
	case 7:
		viewer_aside(m, n - 8);
		break;
	case 8:
		viewer_toggle_hex(m);
		break;
	case 9:
		viewer_toggle_wrap(m);
		break;
	case 10:
		viewer_toggle_numbers(m);
		break;
	case 11:
		viewer_next_code(m);
		break;
	case 12:
		viewer_fit(m, (int)n, (int)n * 5 + 1, n & 1);
		break;
	case 13:
		(void)viewer_search(m, MATCH_SUBSTRING, "ab", n & 1, NULL);
		break;
	case 14:
		viewer_follow(m);
		break;
	default:
		(void)viewer_stop(m);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct file f = {0};
	size_t steps, whole;

	if (size < 1)
		return 0;
	steps = MIN(MIN((size_t)data[0] % STEPS_MAX, size - 1), size);
	f.bytes = (const char *)data + 1 + steps;
	whole = f.len = size - 1 - steps;
	assert(model_new(&f.m) == 0 && model_start(f.m, "/", NULL) == 0);
	assert(viewer_open(f.m, "/file") == 0);
	viewer_fit(f.m, 6, 30, false);
	for (size_t i = 0; i < steps; i++) {
		bool all = data[1 + i] % 3 != 0;

		step(&f, data[1 + i]);
		serve(&f, all);
		check(f.m->viewer, false);
		if (data[1 + i] % 11 == 5) {
			struct fs_event e = {.kind = FS_CHANGED, .ticket = f.m->viewer->ticket};

			f.len = whole * (data[1 + i] >> 4) / 15;
			model_apply(f.m, &e, 0);
		}
	}
	serve(&f, true);
	check(f.m->viewer, true);
	model_free(f.m);
	return 0;
}
