/* SPDX-License-Identifier: MIT
 *
 * Files open for viewing, through fs/browse: with pieces, chunks and pages of a few bytes, so that
 * every border is met.
 */
#define TEXTROW_PIECE  16u
#define VIEWSCAN_CHUNK 24u
#define VIEWSCAN_OVER  16u
#define VIEWFILE_PAGE  8u
#include "../../../src/base/textrow.c"
#include "../../../src/fs/viewfile.c"
#include "../../../src/fs/viewscan.c"

#include "../../lib/test.h"

#include "../../lib/answers.h"
#include "../../lib/fault.h"
#include "../../lib/hang.h"
#include "../../lib/nomem.h"
#include "../../lib/tree.h"

#include <sys/stat.h>
#include <unistd.h>

#define FILE_TICKET 5
#define OP          6

struct fixture {
	struct answers a;
	struct browse *b;
	struct tree *tree;
	struct hang *hang;
};

/* Without threads. */
static int setup_tree(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fault_reset();
	f->tree = tree_new("");
	*state = f;
	return 0;
}

static int setup(void **state)
{
	struct fixture *f;

	setup_tree(state);
	f = *state;
	answers_init(&f->a);
	assert_int_equal(browse_new(&f->a.queue, &f->b), 0);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->b) {
		browse_free(f->b, 20000);
		answers_done(&f->a);
	}
	tree_free(f->tree);
	hang_free(f->hang);
	free(f);
	return fault_open_fds() == 0 ? 0 : -1;
}

static const char *write_file(struct fixture *f, const char *name, const char *bytes, size_t len)
{
	const char *path = tree_path(f->tree, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	return path;
}

static struct fs_event *open_view(struct fixture *f, const char *path)
{
	browse_view(f->b, FILE_TICKET, path);
	return answers_get(&f->a, FS_VIEW_OPENED, FILE_TICKET);
}

static void close_view(struct fixture *f)
{
	browse_close(f->b, FILE_TICKET);
	while (browse_busy(f->b))
		continue;
}

static uint64_t open_ok(struct fixture *f, const char *path)
{
	struct fs_event *e = open_view(f, path);
	uint64_t size = e->u.view_opened.size;

	assert_int_equal(e->err, 0);
	assert_int_equal(e->u.view_opened.type, ENTRY_FILE);
	fs_event_free(e);
	return size;
}

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

/* ---- search ---- */

static struct matcher *matcher_of(enum match_kind kind, const char *pattern)
{
	struct matcher *m = NULL;

	assert_int_equal(matcher_new_text(kind, pattern, strlen(pattern), NULL, &m), 0);
	return m;
}

static int64_t search(struct fixture *f, enum match_kind kind, const char *pattern,
		      enum textcode code, uint64_t from, bool backward, uint32_t *ret_len)
{
	struct view_search s = {.matcher = matcher_of(kind, pattern),
				.code = code,
				.from = from,
				.backward = backward};
	struct fs_event *e;
	int64_t at = -1;
	bool done = false;

	browse_view_search(f->b, FILE_TICKET, OP, &s);
	while (!done) {
		e = answers_get(&f->a, FS_VIEW_FOUND, OP);
		assert_int_equal(e->err, 0);
		done = e->u.view_found.done;
		if (e->u.view_found.found) {
			at = (int64_t)e->u.view_found.at;
			*ret_len = e->u.view_found.len;
		}
		fs_event_free(e);
	}
	return at;
}

/* By definition: the first place at or after `from` where the bytes stand, or the last before. */
static int64_t naive(const char *text, size_t len, const char *word, uint64_t from, bool backward)
{
	size_t n = strlen(word);
	int64_t last = -1;

	for (size_t at = 0; at + n <= len; at++) {
		if (memcmp(text + at, word, n) != 0)
			continue;
		if (backward ? at < from : at >= from)
			last = (int64_t)at;
		if (!backward && last >= 0)
			break;
	}
	return last;
}

static void test_search_every_border(void **state)
{
	struct fixture *f = *state;
	static const char *const words[] = {"AB", "ABCD", "xAB"};
	char text[220];
	unsigned seed = 3;
	uint32_t len;

	for (size_t i = 0; i < sizeof(text); i++) {
		seed = seed * 1103515245 + 12345;
		text[i] = "ABCDxx\nx"[seed >> 20 & 7];
	}
	memset(text + 100, 'x', 70);
	memcpy(text + 126, "ABCD", 4); /* over the border of a piece */
	memcpy(text + 142, "xAB", 3);
	open_ok(f, write_file(f, "a", text, sizeof(text)));
	for (size_t w = 0; w < ARRAY_LEN(words); w++)
		for (unsigned k = 0; k < 4; k++)
			for (uint64_t from = 0; from <= sizeof(text); from += 3) {
				enum match_kind kind = k & 1 ? MATCH_REGEX : MATCH_SUBSTRING;
				int64_t want = naive(text, sizeof(text), words[w], from, k & 2);
				int64_t got =
					search(f, kind, words[w], TEXT_UTF8, from, k & 2, &len);

				if (want != got)
					fail_msg("%s %u from %d: %d, not %d", words[w], k,
						 (int)from, (int)got, (int)want);
			}
}

static void test_search_encodings(void **state)
{
	struct fixture *f = *state;
	static const char utf16[] = "a\0b\0\xe9\0\n\0x\0\xe9\0\xe9\0\n\0";
	uint32_t len = 0;

	open_ok(f, write_file(f, "a", utf16, 16));
	assert_int_equal(
		search(f, MATCH_SUBSTRING, "\xc3\xa9\xc3\xa9", TEXT_UTF16LE, 0, false, &len), 10);
	assert_int_equal(len, 4);
	assert_int_equal(search(f, MATCH_REGEX, "b.$", TEXT_UTF16LE, 0, false, &len), 2);
	assert_int_equal(search(f, MATCH_SUBSTRING, "\xc3\x89", TEXT_UTF16LE, 0, false, &len), -1);
	browse_close(f->b, FILE_TICKET);
	open_ok(f, write_file(f, "b", "caf\xe9 Br\xfbl\xe9", 10));
	assert_int_equal(search(f, MATCH_SUBSTRING, "\xc3\xbb", TEXT_CP1252, 0, false, &len), 7);
	assert_int_equal(len, 1);
	assert_int_equal(search(f, MATCH_SUBSTRING, "br", TEXT_CP1252, 0, false, &len), 5);
	assert_int_equal(search(f, MATCH_SUBSTRING, "\xc3\xa9", TEXT_CP1252, 10, true, &len), 9);
}

static void test_search_lines(void **state)
{
	struct fixture *f = *state;
	uint32_t len;

	open_ok(f, write_file(f, "a", "one two\r\ntwo one\nthree\n", 23));
	assert_int_equal(search(f, MATCH_REGEX, "^two", TEXT_UTF8, 0, false, &len), 9);
	assert_int_equal(search(f, MATCH_REGEX, "two$", TEXT_UTF8, 0, false, &len), 4);
	assert_int_equal(search(f, MATCH_REGEX, "one$", TEXT_UTF8, 0, false, &len), 13);
	assert_int_equal(search(f, MATCH_REGEX, "o.*e", TEXT_UTF8, 23, true, &len), 11);
	/* Empty matches are nowhere. */
	assert_int_equal(search(f, MATCH_REGEX, "x*", TEXT_UTF8, 0, false, &len), -1);
	/* A phrase, not words. */
	assert_int_equal(search(f, MATCH_SUBSTRING, "two one", TEXT_UTF8, 0, false, &len), 9);
	assert_int_equal(search(f, MATCH_SUBSTRING, "THREE", TEXT_UTF8, 0, false, &len), -1);
}

/* The end of a line is before its carriage return in every encoding. */
static void test_search_at_line_ends(void **state)
{
	struct fixture *f = *state;
	static const struct {
		enum textcode code;
		size_t len;
		const char *bytes;
	} files[] = {
		{TEXT_UTF16LE, 14, "a\0b\0\r\0\n\0x\0\r\0\n\0"},
		{TEXT_UTF16BE, 14, "\0a\0b\0\r\0\n\0x\0\r\0\n"},
		{TEXT_UTF32LE, 28, "a\0\0\0b\0\0\0\r\0\0\0\n\0\0\0x\0\0\0\r\0\0\0\n\0\0\0"},
		{TEXT_CP1252, 7, "ab\r\nx\r\n"},
		{TEXT_UTF8, 7, "ab\r\nx\r\n"},
	};
	uint32_t len;

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		enum textcode code = files[i].code;
		int64_t unit = (int64_t)textcode_unit(code);

		open_ok(f, write_file(f, "a", files[i].bytes, files[i].len));
		assert_int_equal(search(f, MATCH_REGEX, "b$", code, 0, false, &len), unit);
		assert_int_equal(search(f, MATCH_REGEX, "^x$", code, 0, false, &len), 4 * unit);
		assert_int_equal(len, unit);
		close_view(f);
	}
}

static void test_search_over_a_gap(void **state)
{
	struct fixture *f = *state;
	struct view_search s = {.matcher = matcher_of(MATCH_SUBSTRING, "find"), .code = TEXT_UTF8};
	struct fs_event *e;

	open_ok(f, write_file(f, "a", "0123456789abcdef-find-me", 24));
	fault_short(FAULT_pread, 8);
	fault_fail(FAULT_pread, 1, EIO, false);
	browse_view_search(f->b, FILE_TICKET, OP, &s);
	e = answers_get(&f->a, FS_VIEW_FOUND, OP);
	assert_true(e->u.view_found.found);
	assert_int_equal(e->u.view_found.at, 17);
	assert_int_equal(e->u.view_found.unread, 8);
	fs_event_free(e);
}

static void test_search_cancelled(void **state)
{
	struct fixture *f = *state;
	struct view_search s = {.matcher = matcher_of(MATCH_REGEX, "nowhere"), .code = TEXT_UTF8};
	char path[4200];

	snprintf(path, sizeof(path), "%s", tree_path(f->tree, "huge"));
	tree_add(f->tree, "huge ~900G\n");
	open_ok(f, path);
	browse_view_search(f->b, FILE_TICKET, OP, &s);
	browse_close(f->b, OP);
	browse_close(f->b, FILE_TICKET);
	while (browse_busy(f->b))
		continue;
	assert_null(answers_peek(&f->a, FS_VIEW_FOUND, OP));
}

/* ---- lines ---- */

static struct view_mark count(struct fixture *f, const struct view_count *c, bool *ret_at_end,
			      uint32_t *ret_marks)
{
	struct view_mark now = {0};
	bool done = false;

	*ret_marks = 0;
	browse_view_count(f->b, FILE_TICKET, OP, c);
	for (int turns = 0; !done; turns++) {
		struct fs_event *e = answers_get(&f->a, FS_VIEW_LINES, OP);

		assert_true(turns < 50); /* of 100 ms: it ends */
		assert_int_equal(e->err, 0);
		done = e->u.view_lines.done;
		*ret_at_end = e->u.view_lines.at_end;
		*ret_marks += e->u.view_lines.n;
		now = e->u.view_lines.now;
		for (uint32_t i = 0; i < e->u.view_lines.n; i++)
			assert_int_equal(e->u.view_lines.marks[i].at % 32, 0);
		fs_event_free(e);
	}
	return now;
}

/* What is in no block of the disk is not read: half a terabyte takes no time. */
static void test_holes(void **state)
{
	struct fixture *f = *state;
	struct view_count c = {.to_at = UINT64_MAX, .to_lines = UINT64_MAX, .step = 32};
	const uint64_t at = 500ull << 30, size = 900ull << 30;
	const char *path = tree_path(f->tree, "huge");
	struct view_mark now;
	uint32_t len, marks;
	bool at_end;
	int fd;

	tree_add(f->tree, "huge ~900G\n");
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, "a\nneedle\nb", 10, (off_t)at), 10);
	close(fd);
	assert_int_equal(open_ok(f, path), size);
	assert_int_equal(search(f, MATCH_SUBSTRING, "needle", TEXT_UTF8, 0, false, &len), at + 2);
	assert_int_equal(search(f, MATCH_SUBSTRING, "needle", TEXT_UTF8, at + 3, false, &len), -1);
	assert_int_equal(search(f, MATCH_SUBSTRING, "needle", TEXT_UTF8, at + 5000, true, &len),
			 at + 2);
	assert_int_equal(search(f, MATCH_SUBSTRING, "needle", TEXT_UTF8, 0, true, &len), -1);
	now = count(f, &c, &at_end, &marks);
	assert_true(at_end);
	assert_int_equal(now.lines, 2);
	assert_int_equal(now.at, size);
	c.to_lines = 2;
	now = count(f, &c, &at_end, &marks);
	assert_int_equal(now.at, at + 9);
	c.to_lines = UINT64_MAX;
	c.to_at = at + 4;
	now = count(f, &c, &at_end, &marks);
	assert_int_equal(now.at, at + 4);
	assert_int_equal(now.lines, 1);
	/* Where nobody knows of holes everything is read. */
	close_view(f);
	open_ok(f, write_file(f, "small", "0123needle", 10));
	fault_fail(FAULT_lseek, 1, EINVAL, true);
	assert_int_equal(search(f, MATCH_SUBSTRING, "needle", TEXT_UTF8, 0, false, &len), 4);
}

static void test_count(void **state)
{
	struct fixture *f = *state;
	char text[320];
	struct view_count c = {.to_at = UINT64_MAX, .to_lines = UINT64_MAX, .step = 32};
	struct view_mark now;
	uint32_t marks;
	bool at_end;

	/* A newline every ten bytes, but none in the last twenty. */
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 10 == 9 && i < 300 ? '\n' : 'x';
	open_ok(f, write_file(f, "a", text, sizeof(text)));
	now = count(f, &c, &at_end, &marks);
	assert_true(at_end);
	assert_int_equal(now.lines, 30);
	assert_int_equal(now.at, 320);
	assert_int_equal(marks, 9); /* the tenth is the result */
	for (uint64_t line = 1; line <= 30; line++) {
		c.to_lines = line;
		now = count(f, &c, &at_end, &marks);
		assert_false(at_end);
		assert_int_equal(now.at, line * 10);
	}
	c.to_lines = 31;
	(void)count(f, &c, &at_end, &marks);
	assert_true(at_end);
	c = (struct view_count){.from = {40, 4}, .to_at = 203, .to_lines = UINT64_MAX};
	now = count(f, &c, &at_end, &marks);
	assert_false(at_end);
	assert_int_equal(now.at, 203);
	assert_int_equal(now.lines, 20);
	c.to_at = 40;
	now = count(f, &c, &at_end, &marks);
	assert_int_equal(now.lines, 4);
}

/* Nothing is data behind the end of a file: where that is the beginning, it is the end, too. */
static void test_count_what_is_empty(void **state)
{
	struct fixture *f = *state;
	struct view_count c = {.to_at = UINT64_MAX, .to_lines = 4, .step = 32};
	struct view_mark now;
	uint32_t marks;
	bool at_end = false;

	open_ok(f, write_file(f, "a", "", 0));
	now = count(f, &c, &at_end, &marks);
	assert_true(at_end);
	assert_int_equal(now.at, 0);
	assert_int_equal(now.lines, 0);
	close_view(f);
	/* Emptied while it was counted. */
	open_ok(f, write_file(f, "a", "one\ntwo\n", 8));
	assert_int_equal(truncate(tree_path(f->tree, "a"), 0), 0);
	c.from = (struct view_mark){64, 2};
	at_end = false;
	now = count(f, &c, &at_end, &marks);
	assert_true(at_end);
	assert_int_equal(now.at, 64);
	assert_int_equal(marks, 0);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_windows),
		TEST(test_what_is_no_file),
		TEST(test_exchanged_meanwhile),
		TEST(test_kernel_file),
		TEST(test_shorter_than_it_says),
		TEST(test_empty_file_grows),
		TEST(test_unreadable),
		TEST(test_many_gaps),
		TEST(test_state),
		TEST(test_watched),
		TEST(test_closed),
		TEST(test_refused),
		TEST(test_search_every_border),
		TEST(test_search_encodings),
		TEST(test_search_lines),
		TEST(test_search_at_line_ends),
		TEST(test_search_over_a_gap),
		TEST(test_search_cancelled),
		TEST(test_holes),
		TEST(test_count),
		TEST(test_count_what_is_empty),
		cmocka_unit_test_setup_teardown(test_dead_server, setup_tree, teardown),
		TEST(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
