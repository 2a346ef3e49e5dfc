/* SPDX-License-Identifier: MIT
 *
 * The viewer on a file that is in memory.
 */
#include "viewing.h"

#include "../../lib/nomem.h"

static void test_moves(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 1000, 10, 40);

	assert_int_equal(v->nrows, 10);
	assert_row(f, 0, "line 1");
	viewer_scroll(f->m, 3);
	assert_row(f, 0, "line 4");
	assert_line_number(f, 4);
	viewer_scroll(f->m, -1);
	assert_row(f, 0, "line 3");
	assert_line_number(f, 3);
	viewer_scroll(f->m, -50);
	assert_row(f, 0, "line 1");
	viewer_page(f->m, 1);
	assert_row(f, 0, "line 6");
	viewer_page(f->m, 2);
	assert_row(f, 0, "line 15");
	viewer_page(f->m, -2);
	assert_row(f, 0, "line 6");
	/* The last line stays at the bottom. */
	viewer_go_end(f->m);
	assert_row(f, 9, "line 1000");
	assert_line_number(f, 991);
	viewer_scroll(f->m, 1);
	assert_row(f, 9, "line 1000");
	viewer_scroll(f->m, -1);
	assert_row(f, 9, "line 999");
	viewer_go_top(f->m);
	assert_row(f, 0, "line 1");
	viewer_go_percent(f->m, 50);
	assert_line_number(f, 507);
	viewer_go_percent(f->m, 1000);
	assert_row(f, 9, "line 1000");
	viewer_go_offset(f->m, 8);
	assert_row(f, 0, "line 2");
}

/* Through a file of many windows, both ways, and every line has its number. */
static void test_every_line(void **state)
{
	struct fixture *f = *state;
	char expected[32];

	view_lines(f, 60000, 10, 40);
	for (int i = 1; i <= 59000; i += 1000) {
		snprintf(expected, sizeof(expected), "line %d", i);
		assert_row(f, 0, expected);
		assert_line_number(f, (uint64_t)i);
		viewer_scroll(f->m, 1000);
	}
	viewer_go_end(f->m);
	assert_line_number(f, 59991);
	for (int i = 59991; i > 1; i -= 999) {
		snprintf(expected, sizeof(expected), "line %d", i);
		assert_row(f, 0, expected);
		assert_line_number(f, (uint64_t)i);
		viewer_scroll(f->m, -999);
	}
	assert_true(f->reads < 100);
}

static void test_go_line(void **state)
{
	struct fixture *f = *state;

	view_lines(f, 60000, 10, 40);
	assert_int_equal(viewer_go_line(f->m, 34567), 0);
	assert_row(f, 0, "line 34567");
	assert_line_number(f, 34567);
	assert_int_equal(viewer_go_line(f->m, 2), 0);
	assert_row(f, 0, "line 2");
	assert_int_equal(viewer_go_line(f->m, 0), 0);
	assert_row(f, 0, "line 1");
	assert_int_equal(viewer_go_line(f->m, 70000), 0);
	assert_row(f, 9, "line 60000");
	assert_string_equal(f->m->notice.text.buf, "there is no line 70000");
}

static void test_search(void **state)
{
	struct fixture *f = *state;
	struct str err = STR_INIT;
	struct viewer *v = view_lines(f, 60000, 10, 40);

	assert_int_equal(viewer_search(f->m, MATCH_SUBSTRING, "line 44", false, &err), 0);
	assert_row(f, 3, "line 44");
	assert_int_equal(v->match.at, 43 * 8 - 9);
	/* What is on the screen is not moved. */
	viewer_search_next(f->m, 1);
	assert_row(f, 3, "line 440");
	assert_int_equal(viewer_search(f->m, MATCH_SUBSTRING, "4", false, &err), 0);
	serve(f);
	uint64_t top = v->top, at = v->match.at;
	viewer_search_next(f->m, 1);
	serve(f);
	assert_int_equal(v->top, top);
	assert_true(v->match.at > at);
	viewer_search_next(f->m, -1);
	serve(f);
	assert_int_equal(v->match.at, at);
	assert_int_equal(viewer_search(f->m, MATCH_SUBSTRING, "absent", true, &err), 0);
	serve(f);
	assert_string_equal(f->m->notice.text.buf, "not found before here");
	assert_int_equal(viewer_search(f->m, MATCH_REGEX, "(", false, &err), -EINVAL);
	assert_true(err.len > 0);
	str_done(&err);
}

static void test_stop(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 100, 10, 40);
	uint64_t op;

	assert_false(viewer_stop(f->m));
	f->paused = true;
	assert_int_equal(viewer_search(f->m, MATCH_SUBSTRING, "line 44", false, NULL), 0);
	op = v->scan.op;
	struct fs_event e = {.kind = FS_VIEW_FOUND, .ticket = op};
	e.u.view_found.pos = v->size / 2;
	give(f, &e);
	assert_int_equal(v->scan.kind, SCAN_SEARCH);
	assert_in_range(viewer_progress(v), 40, 60);
	assert_true(viewer_stop(f->m));
	assert_int_equal(v->scan.kind, SCAN_NONE);
	/* What comes of it is nothing to us. */
	e.u.view_found.done = e.u.view_found.found = true;
	e.u.view_found.at = 300;
	give(f, &e);
	assert_false(v->match.on);
	assert_int_equal(v->top, 0);
}

static void test_wrap(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view(f,
				"abcdefghijklmnopqrstuvwxyz\nshort\n\n\tx\n\xe6\x97\xa5\xe6\x97\xa5"
				"\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\n",
				56, 4, 10);

	viewer_toggle_wrap(f->m);
	assert_row(f, 0, "abcdefghij");
	assert_row(f, 1, "klmnopqrst");
	assert_row(f, 2, "uvwxyz");
	assert_row(f, 3, "short");
	viewer_scroll(f->m, 1);
	assert_row(f, 0, "klmnopqrst");
	viewer_go_end(f->m);
	assert_row(f, 3, "\xe6\x97\xa5");
	assert_row(f, 2, "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5");
	viewer_scroll(f->m, -1);
	assert_row(f, 0, "short");
	viewer_scroll(f->m, -2);
	assert_row(f, 0, "klmnopqrst");
	/* Another width: the row that holds the same place. */
	viewer_fit(f->m, 4, 20, false);
	assert_row(f, 0, "abcdefghijklmnopqrst");
	viewer_toggle_wrap(f->m);
	viewer_aside(f->m, 5);
	assert_int_equal(v->left, 5);
	viewer_aside(f->m, -50);
	assert_int_equal(v->left, 0);
	viewer_fit(f->m, 4, 1, true);
	viewer_toggle_wrap(f->m);
	viewer_go_end(f->m);
	serve(f);
	assert_true(v->nrows > 0);
}

/* The columns of a match that is far to the right. */
static void test_reveal(void **state)
{
	struct fixture *f = *state;
	char text[600];
	struct viewer *v;

	memset(text, 'x', sizeof(text));
	memcpy(text + 500, "needle", 6);
	v = view(f, text, sizeof(text), 4, 40);
	assert_int_equal(viewer_search(f->m, MATCH_SUBSTRING, "needle", false, NULL), 0);
	serve(f);
	assert_true(v->left <= 500 && v->left + 40 > 506);
	viewer_go_top(f->m);
	assert_true(v->left > 0);
}

static void test_long_line(void **state)
{
	struct fixture *f = *state;
	size_t len = 1 << 20;
	char *text = malloc(len);
	struct viewer *v;

	memset(text, 'x', len);
	memcpy(text + 700000, "needle", 6);
	v = view(f, text, len, 10, 40);
	assert_int_equal(v->rows[0].end, TEXTROW_PIECE);
	viewer_go_end(f->m);
	serve(f);
	assert_int_equal(v->rows[9].end, len);
	assert_int_equal(v->top, len - 10 * TEXTROW_PIECE);
	assert_int_equal(viewer_search(f->m, MATCH_SUBSTRING, "needle", true, NULL), 0);
	serve(f);
	assert_int_equal(v->match.at, 700000);
	viewer_toggle_wrap(f->m);
	viewer_go_end(f->m);
	serve(f);
	assert_int_equal(v->rows[9].end, len);
	for (int i = 0; i < 3000; i++) {
		viewer_scroll(f->m, -1);
		serve(f);
	}
	assert_int_equal(v->rows[0].start % 8192 % 40, 0);
	assert_line_number(f, 1);
	assert_true(f->reads < 20);
	free(text);
}

static void test_hex(void **state)
{
	static const char bytes[] =
		"\x7f"
		"ELF\0\0\0\0 and so on, for more than a few rows of it, to scroll";
	struct fixture *f = *state;
	struct viewer *v = view(f, bytes, sizeof(bytes) - 1, 2, 80);

	/* What is no text is shown as bytes. */
	assert_true(v->hex);
	assert_int_equal(viewer_hex_bytes(v), 16);
	assert_int_equal(v->nrows, 2);
	viewer_scroll(f->m, 1);
	serve(f);
	assert_int_equal(v->top, 16);
	viewer_go_end(f->m);
	serve(f);
	assert_int_equal(v->top, 32);
	viewer_toggle_hex(f->m);
	serve(f);
	assert_false(v->hex);
	viewer_fit(f->m, 2, 20, false);
	viewer_toggle_hex(f->m);
	serve(f);
	assert_int_equal(viewer_hex_bytes(v), 2);
	viewer_fit(f->m, 1, 1, false);
	serve(f);
	assert_int_equal(viewer_hex_bytes(v), 1);
}

/* Rows of bytes are counted, not walked, and their offsets are whole. */
static void test_hex_far(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view(f, "\0", 1, 2, 100);

	assert_true(v->hex);
	v->size = (1ull << 60) + 5;
	v->move = (struct viewer_move){.kind = MOVE_BY, .rows = 50000000000};
	assert_true(viewer_move_now(v));
	assert_int_equal(v->top, 800000000000);
	v->move = (struct viewer_move){.kind = MOVE_BY, .rows = INT64_MAX};
	assert_true(viewer_move_now(v));
	assert_int_equal(v->top, 1ull << 60);
	v->move = (struct viewer_move){.kind = MOVE_BY, .rows = -2};
	assert_true(viewer_move_now(v));
	assert_int_equal(v->top, (1ull << 60) - 32);
	v->move = (struct viewer_move){.kind = MOVE_BY, .rows = -INT64_MAX};
	assert_true(viewer_move_now(v));
	assert_int_equal(v->top, 0);
	assert_int_equal(viewer_hex_digits(v), 16);
	v->size = 1ull << 47;
	assert_int_equal(viewer_hex_digits(v), 12);
	v->size = UINT32_MAX;
	assert_int_equal(viewer_hex_digits(v), 8);
	v->size = 1;
}

static void test_refused(void **state)
{
	static const struct {
		int err;
		enum entry_type type;
		const char *part;
	} rows[] = {
		{-EINVAL, ENTRY_FIFO, "FIFO"},     {-EISDIR, ENTRY_DIR, "directory"},
		{-EACCES, ENTRY_UNKNOWN, "lack"},  {-EINVAL, ENTRY_CHAR, "device"},
		{-EAGAIN, ENTRY_FILE, "wait"},     {-ENOENT, ENTRY_UNKNOWN, "does not exist"},
		{-EINVAL, ENTRY_SOCKET, "socket"},
	};
	struct fixture *f = *state;

	f->paused = true;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fs_event e = {.kind = FS_VIEW_OPENED, .err = rows[i].err};

		assert_int_equal(viewer_open(f->m, "/dir/thing"), 0);
		assert_false(viewer_shown(f->m));
		e.ticket = f->m->viewer->ticket;
		e.u.view_opened.type = rows[i].type;
		give(f, &e);
		assert_null(f->m->viewer);
		assert_non_null(strstr(f->m->notice.text.buf, "cannot view thing: "));
		assert_non_null(strstr(f->m->notice.text.buf, rows[i].part));
	}
}

static void test_slow_opening(void **state)
{
	struct fixture *f = *state;

	f->paused = true;
	assert_int_equal(viewer_open(f->m, "/dir/thing"), 0);
	assert_int_equal(viewer_deadline(f->m), f->m->now_ms + 100);
	model_time(f->m, f->m->now_ms + 100);
	assert_true(viewer_shown(f->m));
	viewer_scroll(f->m, 1);
	viewer_go_end(f->m);
	viewer_toggle_hex(f->m);
	/* Nothing is searched or counted before there is a file. */
	assert_int_equal(viewer_search(f->m, MATCH_SUBSTRING, "x", false, NULL), 0);
	assert_int_equal(viewer_go_line(f->m, 7), 0);
	assert_int_equal(f->m->viewer->scan.kind, SCAN_NONE);
	viewer_close(f->m);
	assert_null(f->m->viewer);
}

static void test_unreadable(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 100, 5, 40);
	struct fs_event e = {.kind = FS_VIEW_DATA, .ticket = v->ticket, .err = -EIO};

	v->reading = true;
	give(f, &e);
	assert_int_equal(v->err, -EIO);
	/* The next command tries again. */
	viewer_scroll(f->m, 1);
	assert_row(f, 0, "line 2");
	assert_int_equal(v->err, 0);
	char *bytes = calloc(1, 48);
	memcpy(bytes, "line 1\nline 2\n", 14);
	memcpy(bytes + 32, "line 3\nline 4\n\n\n", 16);
	e = (struct fs_event){.kind = FS_VIEW_DATA, .ticket = v->ticket};
	e.u.view_data.size = 48;
	e.u.view_data.window = (struct textwin){.bytes = bytes, .len = 48, .at_end = true};
	e.u.view_data.window.gaps[0] = (struct textgap){16, 32, -EIO};
	e.u.view_data.window.ngaps = 1;
	v->fresh = true;
	viewer_go_top(f->m);
	give(f, &e);
	assert_int_equal(v->nrows, 5);
	assert_int_equal(v->rows[3].start, 16);
	assert_int_equal(v->rows[3].end, 32);
	assert_row(f, 4, "line 3");
}

static void test_encodings(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view(f, "\xff\xfe\xe9\0\n\0b\0", 8, 5, 40);

	assert_int_equal(v->code, TEXT_UTF16LE);
	assert_row(f, 1, "b");
	v = view(f, "caf\xe9\n", 5, 5, 40);
	assert_int_equal(v->code, TEXT_CP1252);
	assert_row(f, 0, "caf\xc3\xa9");
	for (int i = 0; i < TEXT_CODES; i++) {
		viewer_next_code(f->m);
		serve(f);
		assert_true(v->nrows > 0);
	}
	assert_int_equal(v->code, TEXT_CP1252);
}

/* The byte order mark is no text, also where the line is broken; other encodings show it. */
static void test_byte_order_mark(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view(f,
				"\xef\xbb\xbf"
				"abcdefghijklm\nx\n",
				19, 5, 10);

	assert_row(f, 0, "abcdefghijklm");
	viewer_toggle_wrap(f->m);
	assert_row(f, 0, "abcdefghij");
	assert_row(f, 1, "klm");
	assert_int_equal(v->rows[0].start, 0);
	viewer_next_code(f->m);
	assert_row(f, 0,
		   "\xc3\xaf\xc2\xbb\xc2\xbf"
		   "abcdefg");
	view(f, "\xff\xfe", 2, 5, 10);
	assert_row(f, 0, "");
	v = view(f,
		 "\xff\xfe"
		 "a\0\n\0\xff\xfe\n\0",
		 10, 5, 10);
	assert_row(f, 0, "a");
	assert_row(f, 1, "\xef\xbb\xbf");
	viewer_scroll(f->m, 1);
	viewer_scroll(f->m, -1);
	assert_row(f, 0, "a");
}

static void test_numbers(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 12000, 5, 40);

	assert_int_equal(viewer_gutter(v), 0);
	viewer_toggle_numbers(f->m);
	assert_int_equal(viewer_gutter(v), 5);
	viewer_go_end(f->m);
	serve(f);
	assert_int_equal(viewer_gutter(v), 6);
}

/* A follower of a file that nothing tells of asks now and then, and only he. */
static void test_polls(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = view_lines(f, 10, 5, 40);
	int64_t now = f->m->now_ms;

	v->watched = false;
	assert_int_equal(viewer_deadline(f->m), INT64_MAX);
	viewer_follow(f->m);
	model_tick(f->m, now);
	assert_int_equal(viewer_deadline(f->m), now + 1000);
	serve(f);
	v->checking = false;
	model_tick(f->m, now + 1000);
	assert_true(v->checking);
	assert_true(viewer_stop(f->m));
	model_tick(f->m, now + 1001);
	assert_int_equal(viewer_deadline(f->m), INT64_MAX);
}

static void test_out_of_memory(void **state)
{
	struct fixture *f = *state;

	for (unsigned long n = 1; n < 100; n++) {
		int r;

		nomem_arm(n);
		r = viewer_open(f->m, "/dir/file");
		if (!nomem_disarm()) {
			assert_int_equal(r, 0);
			return;
		}
		assert_int_equal(r, -ENOMEM);
		assert_null(f->m->viewer);
	}
	fail();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_moves),      TEST(test_every_line), TEST(test_go_line),
		TEST(test_search),     TEST(test_stop),       TEST(test_wrap),
		TEST(test_reveal),     TEST(test_long_line),  TEST(test_hex),
		TEST(test_hex_far),    TEST(test_refused),    TEST(test_slow_opening),
		TEST(test_unreadable), TEST(test_encodings),  TEST(test_byte_order_mark),
		TEST(test_numbers),    TEST(test_polls),      TEST(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
