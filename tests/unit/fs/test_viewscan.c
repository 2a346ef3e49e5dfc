/* SPDX-License-Identifier: MIT
 *
 * Files open for viewing: searching them, and counting their lines.
 */
#include "viewing.h"

/* ---- search ---- */

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

/* The first line begins behind the byte order mark. */
static void test_search_behind_a_mark(void **state)
{
	struct fixture *f = *state;
	uint32_t len;

	open_ok(f, write_file(f, "a", "\xef\xbb\xbfone\ntwo\n", 11));
	assert_int_equal(search(f, MATCH_REGEX, "^one", TEXT_UTF8, 0, false, &len), 3);
	assert_int_equal(len, 3);
	assert_int_equal(search(f, MATCH_REGEX, "^one$", TEXT_UTF8, 11, true, &len), 3);
	assert_int_equal(search(f, MATCH_REGEX, "^two", TEXT_UTF8, 0, false, &len), 7);
	close_view(f);
	open_ok(f, write_file(f, "a", "\xfe\xff\0o\0n\0e", 8));
	assert_int_equal(search(f, MATCH_REGEX, "^on", TEXT_UTF16BE, 0, false, &len), 2);
	assert_int_equal(len, 4);
	/* Of another encoding it is text. */
	assert_int_equal(search(f, MATCH_REGEX, "^\xc3\xbe", TEXT_LATIN1, 0, false, &len), 0);
	close_view(f);
	open_ok(f, write_file(f, "a", "\xef\xbb\xbf", 3));
	assert_int_equal(search(f, MATCH_REGEX, ".", TEXT_UTF8, 0, false, &len), -1);
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

/* A regex may take long for each row: between two of them a search ends, and shows that it lives.
 */
static void test_search_cancelled_within_a_chunk(void **state)
{
	static const char text[] = "one\ntwo\nthree\nfour\n";
	struct viewfile file = {0};
	struct scan_job j = {.file = &file, .searches = true};
	struct match match = {0};
	bool found = false;

	(void)state;
	str_init(&j.text);
	j.search.matcher = matcher_of(MATCH_REGEX, "fo.r");
	j.window = (struct textwin){
		.bytes = text, .len = sizeof(text) - 1, .at_end = true, .code = TEXT_LATIN1};
	assert_int_equal(search_rows(&j, 0, 19, &match, &found), 0);
	assert_true(found);
	assert_int_equal(match.at, 14);
	assert_int_not_equal(atomic_load(&j.job.alive_ms), 0);
	found = false;
	atomic_store(&j.job.cancel, true);
	assert_int_equal(search_rows(&j, 0, 19, &match, &found), 0);
	assert_false(found);
	matcher_unref(j.search.matcher);
	str_done(&j.text);
}

/* Many matches in one row, too. */
static void test_search_cancelled_within_a_row(void **state)
{
	char text[4 * MATCHES_A_LOOK];
	struct viewfile file = {0};
	struct scan_job j = {.file = &file, .searches = true};
	struct match match = {0};
	bool found = false;

	(void)state;
	memset(text, 'x', sizeof(text));
	str_init(&j.text);
	j.search.matcher = matcher_of(MATCH_REGEX, "x");
	j.search.backward = true;
	j.window = (struct textwin){
		.bytes = text, .len = sizeof(text), .at_end = true, .code = TEXT_LATIN1};
	assert_int_equal(search_row(&j, 0, sizeof(text), 0, sizeof(text), &match, &found), 0);
	assert_int_equal(match.at, sizeof(text) - 1);
	atomic_store(&j.job.cancel, true);
	assert_int_equal(search_row(&j, 0, sizeof(text), 0, sizeof(text), &match, &found), 0);
	assert_in_range(match.at, 0, MATCHES_A_LOOK);
	matcher_unref(j.search.matcher);
	str_done(&j.text);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_search_every_border),
		TEST(test_search_encodings),
		TEST(test_search_lines),
		TEST(test_search_at_line_ends),
		TEST(test_search_behind_a_mark),
		TEST(test_search_over_a_gap),
		TEST(test_search_cancelled),
		cmocka_unit_test(test_search_cancelled_within_a_chunk),
		cmocka_unit_test(test_search_cancelled_within_a_row),
		TEST(test_holes),
		TEST(test_count),
		TEST(test_count_what_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
