/* SPDX-License-Identifier: MIT
 *
 * The viewer on a file that changes, is replaced, or opened again.
 */
#include "viewing.h"

static void append(struct fixture *f, const char *more)
{
	size_t n = strlen(more);

	f->text = realloc(f->text, f->len + n + 1);
	memcpy(f->text + f->len, more, n);
	f->len += n;
	struct fs_event e = {.kind = FS_CHANGED, .ticket = f->m->viewer->ticket};
	e.u.changed.all = true;
	give(f, &e);
	serve(f);
}

static void test_grows(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view(f, "one\ntwo", 7, 3, 40);

	append(f, " and more\nthree\n");
	assert_row(f, 1, "two and more");
	assert_int_equal(v->nrows, 3);
	append(f, "four\nfive\nsix\n");
	assert_row(f, 0, "one");
	viewer_follow(f->m);
	assert_row(f, 2, "six");
	append(f, "seven\n");
	assert_row(f, 2, "seven");
	assert_line_number(f, 5);
	viewer_scroll(f->m, -1);
	assert_false(v->follow);
	append(f, "eight\n");
	assert_row(f, 2, "six");
}

static struct fs_event changed(struct fixture *f)
{
	struct fs_event e = {.kind = FS_CHANGED, .ticket = f->m->viewer->ticket};

	e.u.changed.all = true;
	return e;
}

/* What was counted of a log stays, also when a window was the first to tell of its growth. */
static void test_grows_and_is_counted(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 60000, 10, 40);
	unsigned counts;

	viewer_go_line(f->m, 30000);
	assert_line_number(f, 30000);
	counts = f->counts;
	f->text = realloc(f->text, f->len + 100);
	memcpy(f->text + f->len, "more\n", 5);
	f->len += 5;
	viewer_scroll(f->m, 15000);
	assert_line_number(f, 45000);
	assert_int_equal(v->size, f->len);
	struct fs_event e = changed(f);
	give(f, &e);
	assert_line_number(f, 45000);
	assert_int_equal(f->counts, counts);
	/* The same size, and another content: all is counted anew. */
	give(f, &e);
	assert_line_number(f, 45000);
	assert_int_equal(f->counts, counts + 1);
}

/* A window that was read before a change is no news of it. */
static void test_late_window(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 60000, 10, 40);
	struct request r, check;
	size_t len = f->len;
	unsigned counts;

	viewer_go_line(f->m, 30000);
	assert_line_number(f, 30000);
	counts = f->counts;
	f->paused = true;
	viewer_scroll(f->m, 15000);
	assert_true(model_next_request(f->m, &r));
	assert_int_equal(r.kind, REQ_VIEW_READ);
	struct fs_event e = changed(f);
	give(f, &e);
	assert_true(model_next_request(f->m, &check));
	f->text = realloc(f->text, len + 100);
	memcpy(f->text + len, "more\n", 5);
	f->len = len + 5;
	answer_check(f, &check);
	f->len = len;
	answer_read(f, &r);
	assert_int_equal(v->size, len + 5);
	f->len = len + 5;
	f->paused = false;
	assert_line_number(f, 45000);
	assert_int_equal(f->counts, counts);
	/* Another change while it is looked at: it is looked at once more. */
	f->paused = true;
	give(f, &e);
	give(f, &e);
	assert_true(model_next_request(f->m, &check));
	assert_int_equal(requests_of(f->m, REQ_VIEW_CHECK), 0);
	answer_check(f, &check);
	assert_int_equal(requests_of(f->m, REQ_VIEW_CHECK), 1);
}

/* A count does not outlive the change that made it wrong. */
static void test_count_of_what_changed(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 60000, 10, 40);
	struct request r, check;
	struct fs_event e = changed(f);
	uint64_t op;

	f->paused = true;
	viewer_go_line(f->m, 30000);
	op = v->scan.op;
	assert_true(model_next_request(f->m, &r));
	assert_int_equal(r.kind, REQ_VIEW_COUNT);
	give(f, &e);
	assert_true(model_next_request(f->m, &check));
	assert_int_equal(check.kind, REQ_VIEW_CHECK);
	f->text[2] = '\n';
	answer_check(f, &check);
	assert_int_equal(v->scan.kind, SCAN_TO_LINE);
	assert_true(v->scan.op != op);
	assert_int_equal(requests_of(f->m, REQ_CLOSE), 1);
	answer_count(f, &r);
	f->paused = false;
	assert_row(f, 0, "line 29999");
	assert_line_number(f, 30000);
}

/* Nothing tells that a file has shrunk but what is read and counted of it. */
static void test_shrinks_unwatched(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 60000, 10, 40);
	struct request r;

	viewer_go_percent(f->m, 50);
	f->paused = true;
	while (v->scan.kind != SCAN_TO_TOP) {
		assert_true(model_next_request(f->m, &r));
		answer_read(f, &r);
	}
	f->len = 700;
	f->paused = false;
	serve(f);
	assert_int_equal(v->size, 700);
	assert_int_equal(v->rows[9].end, 700);
	assert_line_number(f, 80);
}

static void test_shrinks(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 1000, 10, 40);

	viewer_go_end(f->m);
	serve(f);
	f->len = 7;
	struct fs_event e = {.kind = FS_CHANGED, .ticket = v->ticket};
	give(f, &e);
	assert_row(f, 0, "line 1");
	assert_int_equal(v->nrows, 1);
	assert_string_equal(f->m->notice.text.buf, "file became shorter");
	f->len = 0;
	give(f, &e);
	serve(f);
	assert_int_equal(v->nrows, 0);
	assert_int_equal(v->top, 0);
}

static void test_replaced(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 1000, 10, 40);
	struct fs_event e = {.kind = FS_VIEW_STATE, .ticket = v->ticket};

	viewer_go_line(f->m, 500);
	assert_row(f, 0, "line 500");
	e.u.view_state.size = f->len;
	e.u.view_state.replaced = true;
	give(f, &e);
	assert_true(v->replaced);
	assert_int_equal(f->m->notice.kind, NOTICE_WARNING);
	f->text[0] = 'X';
	viewer_reload(f->m);
	assert_row(f, 0, "line 500");
	assert_line_number(f, 500);
	assert_false(v->replaced);
	viewer_go_top(f->m);
	assert_row(f, 0, "Xine 1");
	/* The older ticket is nobody's. */
	e.u.view_state.size = 3;
	give(f, &e);
	assert_int_equal(v->size, f->len);
}

/* Nothing is asked of a file before it is open; what was wanted meanwhile is asked for then. */
static void test_reload_is_waited_for(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 1000, 10, 40);
	struct fs_event e = {.kind = FS_CHANGED};
	struct request r;

	f->paused = true;
	viewer_reload(f->m);
	viewer_scroll(f->m, 1);
	viewer_fit(f->m, 9, 40, false);
	e.ticket = v->ticket;
	give(f, &e);
	assert_int_equal(viewer_search(f->m, MATCH_SUBSTRING, "line 44", false, NULL), 0);
	assert_int_equal(v->scan.kind, SCAN_SEARCH);
	assert_true(model_next_request(f->m, &r));
	assert_int_equal(r.kind, REQ_VIEW);
	answer_open(f, &r);
	request_done(&r);
	assert_int_equal(requests_of(f->m, REQ_VIEW_READ), 1);
	assert_int_equal(requests_of(f->m, REQ_VIEW_SEARCH), 1);
	f->paused = false;
	serve(f);
	assert_int_equal(v->match.at, 43 * 8 - 9);
	assert_int_equal(f->searches, 1);
	/* Stopped before it was open: nothing is left of it. */
	f->paused = true;
	viewer_reload(f->m);
	viewer_search_next(f->m, 1);
	assert_true(viewer_stop(f->m));
	f->paused = false;
	serve(f);
	assert_int_equal(f->searches, 1);
}

static void test_reload_before_it_is_open(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 1000, 10, 40);
	struct fs_event e = {.kind = FS_VIEW_DATA, .ticket = v->ticket, .err = -ESTALE};

	/* The error was of the other file. */
	v->reading = true;
	give(f, &e);
	assert_int_equal(v->err, -ESTALE);
	f->paused = true;
	viewer_reload(f->m);
	assert_int_equal(requests_of(f->m, REQ_VIEW_READ), 0);
	viewer_scroll(f->m, 1);
	assert_int_equal(requests_of(f->m, REQ_VIEW_READ), 0);
	assert_int_equal(requests_of(f->m, REQ_VIEW_CHECK), 0);
	f->text[0] = 'X';
	f->paused = false;
	viewer_go_top(f->m);
	assert_row(f, 0, "Xine 1");
	assert_int_equal(v->err, 0);
	/* Without a key in between. */
	v->err = -ESTALE;
	viewer_reload(f->m);
	assert_row(f, 0, "Xine 1");
	assert_int_equal(v->err, 0);
	f->paused = true;
	viewer_reload(f->m);
	viewer_go_line(f->m, 70);
	viewer_close(f->m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_grows),
		TEST(test_grows_and_is_counted),
		TEST(test_late_window),
		TEST(test_count_of_what_changed),
		TEST(test_shrinks_unwatched),
		TEST(test_shrinks),
		TEST(test_replaced),
		TEST(test_reload_is_waited_for),
		TEST(test_reload_before_it_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
