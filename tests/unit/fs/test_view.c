/* SPDX-License-Identifier: MIT
 *
 * Files open for viewing: what is opened, read, and told of them.
 */
#include "viewing.h"

#include "../../lib/nomem.h"

static struct fs_event *read_at(struct fixture *f, uint64_t at, size_t len)
{
	browse_view_read(f->b, FILE_TICKET, at, len);
	return answers_get(&f->a, FS_VIEW_DATA, FILE_TICKET);
}

static void assert_window(struct fs_event *e, const char *text, bool at_end)
{
	const struct textwin *w = &e->u.view_data.window;

	assert_int_equal(e->err, 0);
	assert_int_equal(w->len, strlen(text));
	assert_memory_equal(w->bytes, text, w->len);
	assert_int_equal(w->at_end, at_end);
	fs_event_free(e);
}

static void test_windows(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(f, "a", "0123456789", 10);

	assert_int_equal(open_ok(f, path), 10);
	assert_window(read_at(f, 0, 4), "0123", false);
	assert_window(read_at(f, 4, 6), "456789", true);
	assert_window(read_at(f, 8, 100), "89", true);
	assert_window(read_at(f, 400, 100), "", true);
	/* Less than was asked for comes at a time. */
	fault_short(FAULT_pread, 3);
	assert_window(read_at(f, 0, 10), "0123456789", true);
}

static void test_what_is_no_file(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *name;
		int err;
		enum entry_type type;
	} rows[] = {
		{"fifo", -EINVAL, ENTRY_FIFO}, {"sock", -EINVAL, ENTRY_SOCKET},
		{"dir", -EISDIR, ENTRY_DIR},   {"to-fifo", -EINVAL, ENTRY_FIFO},
		{"absent", -ENOENT, 0},        {"dangling", -ENOENT, 0},
		{"loop", -ELOOP, 0},
	};

	tree_add(f->tree, "fifo|\nsock=\ndir/\nto-fifo -> fifo\ndangling -> nowhere\nloop -> loop\n"
			  "file \"text\"\nlink -> file\n");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fs_event *e = open_view(f, tree_path(f->tree, rows[i].name));

		assert_int_equal(e->err, rows[i].err);
		assert_int_equal(e->u.view_opened.type, rows[i].type);
		fs_event_free(e);
		browse_close(f->b, FILE_TICKET);
	}
	struct fs_event *e = open_view(f, "/dev/null");
	assert_int_equal(e->err, -EINVAL);
	assert_int_equal(e->u.view_opened.type, ENTRY_CHAR);
	fs_event_free(e);
	browse_close(f->b, FILE_TICKET);
	/* A link is followed: it is what the user wants to see. */
	assert_int_equal(open_ok(f, tree_path(f->tree, "link")), 4);
	assert_window(read_at(f, 0, 10), "text", true);
}

static void swap_for_fifo(void *ctx)
{
	struct fixture *f = ctx;

	tree_move(f->tree, "file", "old");
	assert_int_equal(mkfifo(tree_path(f->tree, "file"), 0600), 0);
}

/* Between the look and the opening: what was looked at is opened. */
static void test_exchanged_meanwhile(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(f, "file", "mine", 4);

	fault_before(FAULT_openat, 2, swap_for_fifo, f);
	assert_int_equal(open_ok(f, path), 4);
	assert_window(read_at(f, 0, 10), "mine", true);
}

static void test_kernel_file(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e = open_view(f, "/proc/self/status");

	assert_int_equal(e->err, 0);
	assert_true(e->u.view_opened.kept);
	assert_false(e->u.view_opened.watched);
	assert_true(e->u.view_opened.size > 100);
	fs_event_free(e);
	e = read_at(f, 0, 5);
	assert_memory_equal(e->u.view_data.window.bytes, "Name:", 5);
	assert_false(e->u.view_data.window.at_end);
	fs_event_free(e);
	/* Where each read would give other bytes, what was read once is read again. */
	assert_int_equal(fault_count(FAULT_pread), 0);
}

/* A file that promises more than it has, as those of /sys do. */
static void test_shorter_than_it_says(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(f, "a", "0123456789", 10);
	struct fs_event *e;

	assert_int_equal(open_ok(f, path), 10);
	fault_answer(FAULT_pread, "", 0);
	e = read_at(f, 4, 6);
	assert_true(e->u.view_data.window.at_end);
	assert_int_equal(e->u.view_data.size, 4);
	fs_event_free(e);
}

static void test_empty_file_grows(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(f, "a", "", 0);
	struct fs_event *e = open_view(f, path);

	assert_false(e->u.view_opened.kept);
	assert_true(e->u.view_opened.watched);
	fs_event_free(e);
	assert_window(read_at(f, 0, 4), "", true);
	write_file(f, "a", "now", 3);
	assert_window(read_at(f, 0, 4), "now", true);
}

/* Where a file can be no longer nothing is asked for: pread(2) would refuse all of it. */
static void test_largest_file(void **state)
{
	struct fixture *f = *state;
	struct textwin w = {.start = INT64_MAX - 7};
	char buf[64];
	int fd = open(write_file(f, "a", "0123", 4), O_RDONLY);

	assert_true(fd >= 0);
	read_all(fd, INT64_MAX, buf, sizeof(buf), &w);
	assert_int_equal(w.ngaps, 0);
	assert_int_equal(w.len, 0);
	assert_true(w.at_end);
	w = (struct textwin){.start = 1ull << 63};
	read_all(fd, INT64_MAX, buf, sizeof(buf), &w);
	assert_int_equal(w.ngaps, 0);
	close(fd);
}

/* Page 8..16 and 24..32 fail. */
static void test_unreadable(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(f, "a", "0123456789abcdef0123456789abcdefXYZ", 35);
	struct fs_event *e;
	const struct textwin *w;

	assert_int_equal(open_ok(f, path), 35);
	fault_short(FAULT_pread, 8);
	fault_fail(FAULT_pread, 2, EIO, false);
	e = read_at(f, 0, 100);
	w = &e->u.view_data.window;
	assert_int_equal(e->err, 0);
	assert_int_equal(w->len, 35);
	assert_int_equal(w->ngaps, 1);
	assert_int_equal(w->gaps[0].from, 8);
	assert_int_equal(w->gaps[0].to, 16);
	assert_int_equal(w->gaps[0].err, -EIO);
	assert_memory_equal(w->bytes + 6,
			    "67\0\0\0\0\0\0\0\0"
			    "01",
			    12);
	assert_memory_equal(w->bytes + 32, "XYZ", 3);
	fs_event_free(e);
	/* Nothing can be read: one gap, to the end of the file, and no further. */
	fault_fail(FAULT_pread, 1, EIO, true);
	e = read_at(f, 0, 100);
	w = &e->u.view_data.window;
	assert_int_equal(w->ngaps, 1);
	assert_int_equal(w->gaps[0].from, 0);
	assert_int_equal(w->gaps[0].to, 35);
	assert_int_equal(w->len, 35);
	assert_true(w->at_end);
	fs_event_free(e);
}

/* More gaps than there is room for: the last takes the rest. */
static void test_many_gaps(void **state)
{
	struct fixture *f = *state;
	char bytes[800];
	struct textwin w = {.start = 0};
	uint64_t at = 0;

	(void)f;
	memset(bytes, 'x', sizeof(bytes));
	for (int i = 0; i < 40 && at < sizeof(bytes); i++)
		at = add_gap(&w, at + 8, sizeof(bytes), -EIO);
	assert_int_equal(w.ngaps, TEXTWIN_GAPS);
	assert_int_equal(w.gaps[TEXTWIN_GAPS - 1].to, sizeof(bytes));
}

static struct fs_event *get_state(struct fixture *f)
{
	browse_view_check(f->b, FILE_TICKET);
	return answers_get(&f->a, FS_VIEW_STATE, FILE_TICKET);
}

static void test_state(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(f, "a", "0123", 4);
	struct fs_event *e;

	open_ok(f, path);
	e = get_state(f);
	assert_false(e->u.view_state.changed || e->u.view_state.replaced || e->u.view_state.gone);
	fs_event_free(e);
	write_file(f, "a", "0123456", 7);
	e = get_state(f);
	assert_true(e->u.view_state.changed);
	assert_int_equal(e->u.view_state.size, 7);
	fs_event_free(e);
	write_file(f, "b", "other", 5);
	tree_move(f->tree, "b", "a");
	e = get_state(f);
	assert_true(e->u.view_state.replaced);
	assert_int_equal(e->u.view_state.size, 7);
	fs_event_free(e);
	tree_remove(f->tree, "a");
	e = get_state(f);
	assert_true(e->u.view_state.gone);
	assert_false(e->u.view_state.replaced);
	fs_event_free(e);
	assert_window(read_at(f, 0, 10), "0123456", true);
}

static struct fs_event *await_change(struct fixture *f)
{
	struct fs_event *e;

	while (!(e = answers_peek(&f->a, FS_CHANGED, FILE_TICKET)))
		browse_watch_read(f->b);
	return e;
}

static void test_watched(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(f, "a", "0123", 4);
	struct fs_event *e;
	FILE *file;

	open_ok(f, path);
	file = fopen(path, "a");
	fputs("more", file);
	fclose(file);
	e = await_change(f);
	assert_true(e->u.changed.all);
	assert_false(e->u.changed.gone);
	fs_event_free(e);
	write_file(f, "b", "other", 5);
	tree_move(f->tree, "b", "a");
	fs_event_free(await_change(f));
	browse_close(f->b, FILE_TICKET);
}

static void test_closed(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(f, "a", "0123", 4);

	browse_view(f->b, FILE_TICKET, path);
	browse_close(f->b, FILE_TICKET);
	browse_view_read(f->b, FILE_TICKET, 0, 4);
	browse_view_check(f->b, FILE_TICKET);
	browse_view_search(f->b, FILE_TICKET, OP, &(struct view_search){0});
	browse_view_count(f->b, FILE_TICKET, OP, &(struct view_count){0});
	open_ok(f, path);
	fs_event_free(answers_peek(&f->a, FS_VIEW_OPENED, FILE_TICKET));
	assert_null(answers_peek(&f->a, FS_VIEW_DATA, FILE_TICKET));
}

static void test_refused(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(f, "a", "0123", 4);
	static const struct {
		enum fault_call call;
		int err;
	} rows[] = {{FAULT_openat, EMFILE}, {FAULT_statx, EIO}, {FAULT_openat, EACCES}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fs_event *e;

		fault_fail(rows[i].call, 1 + (i == 2), rows[i].err, false);
		e = open_view(f, path);
		assert_int_equal(e->err, -rows[i].err);
		fs_event_free(e);
		close_view(f);
	}
}

/* ---- trouble ---- */

static void test_dead_server(void **state)
{
	struct fixture *f = *state;
	struct stall stalls[4];
	char path[4200];
	struct fs_event *e;

	f->hang = hang_new();
	answers_init(&f->a);
	assert_int_equal(browse_new(&f->a.queue, &f->b), 0);
	snprintf(path, sizeof(path), "%s/one", hang_path(f->hang));
	hang_stop(f->hang);
	browse_view(f->b, FILE_TICKET, path);
	hang_await_request(f->hang);
	while (browse_stalls(f->b, stalls, 4) == 0)
		continue;
	assert_int_equal(stalls[0].ticket, FILE_TICKET);
	/* Others go on. */
	browse_view(f->b, 77, write_file(f, "a", "0123", 4));
	e = answers_get(&f->a, FS_VIEW_OPENED, 77);
	assert_int_equal(e->err, 0);
	fs_event_free(e);
	hang_go(f->hang);
	fs_event_free(answers_get(&f->a, FS_VIEW_OPENED, FILE_TICKET));
}

static void one_of_everything(struct fixture *f, const char *path)
{
	struct view_search s = {.matcher = matcher_of(MATCH_REGEX, "x.z"), .code = TEXT_UTF16LE};
	struct view_count c = {.to_at = UINT64_MAX, .to_lines = UINT64_MAX, .step = 8};

	browse_view(f->b, FILE_TICKET, path);
	browse_view_read(f->b, FILE_TICKET, 0, 100);
	browse_view_check(f->b, FILE_TICKET);
	browse_view_search(f->b, FILE_TICKET, OP, &s);
	browse_view_count(f->b, FILE_TICKET, OP + 1, &c);
	while (browse_busy(f->b))
		continue;
	close_view(f);
	for (struct fs_event *e; (e = answers_any(&f->a, FILE_TICKET));)
		fs_event_free(e);
	for (uint64_t op = OP; op < OP + 2; op++)
		for (struct fs_event *e; (e = answers_any(&f->a, op));)
			fs_event_free(e);
}

static void test_out_of_memory(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(f, "a", "x\0y\0z\0\n\0", 8);

	one_of_everything(f, path);
	for (unsigned long n = 1; n < 200; n++) {
		struct matcher *keep = matcher_of(MATCH_REGEX, "x.z");
		struct view_search s = {.matcher = keep, .code = TEXT_UTF16LE};

		nomem_arm(n);
		browse_view(f->b, FILE_TICKET, path);
		browse_view_read(f->b, FILE_TICKET, 0, 100);
		browse_view_check(f->b, FILE_TICKET);
		browse_view_search(f->b, FILE_TICKET, OP, &s);
		while (browse_busy(f->b))
			continue;
		close_view(f);
		for (uint64_t ticket = FILE_TICKET; ticket <= OP; ticket++)
			for (struct fs_event *e; (e = answers_any(&f->a, ticket));)
				fs_event_free(e);
		if (!nomem_disarm())
			return;
	}
	fail_msg("there is no end to it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_windows),
		TEST(test_what_is_no_file),
		TEST(test_exchanged_meanwhile),
		TEST(test_kernel_file),
		TEST(test_shorter_than_it_says),
		TEST(test_empty_file_grows),
		TEST(test_largest_file),
		TEST(test_unreadable),
		TEST(test_many_gaps),
		TEST(test_state),
		TEST(test_watched),
		TEST(test_closed),
		TEST(test_refused),
		cmocka_unit_test_setup_teardown(test_dead_server, setup_tree, teardown),
		TEST(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
