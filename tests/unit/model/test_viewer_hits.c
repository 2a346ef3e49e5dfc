/* SPDX-License-Identifier: MIT
 *
 * What is highlighted on the viewer's screen.
 */
#include "viewing.h"

#include "../../lib/nomem.h"
#include "model/viewer_hits.h"

/* Each row with its parts in brackets, that of the search in braces. */
static void draw(const struct viewer *v, struct viewer_hits *h, struct str *out)
{
	for (size_t i = 0; i < v->nrows; i++) {
		struct str text = STR_INIT;
		size_t at = 0;

		assert_int_equal(viewer_text(v, &v->rows[i], &text), 0);
		viewer_hits_row(h, v, &v->rows[i], 0, text.len);
		for (size_t k = 0; k < h->n; k++) {
			const struct match_part *p = &h->parts[k];

			assert_true(p->start >= at && p->len > 0);
			assert_true(p->start + p->len <= text.len);
			str_add(out, text.buf + at, p->start - at);
			str_addf(out, p->here ? "{%.*s}" : "[%.*s]", (int)p->len,
				 text.buf + p->start);
			at = p->start + p->len;
		}
		str_adds(out, text.buf + at);
		str_addc(out, '|');
		str_done(&text);
	}
}

static void assert_drawn(const struct viewer *v, const char *expected)
{
	struct str out = STR_INIT;
	struct viewer_hits h;

	viewer_hits_init(&h);
	draw(v, &h, &out);
	assert_string_equal(out.buf, expected);
	viewer_hits_done(&h);
	str_done(&out);
}

static void look_for(struct fixture *f, enum match_kind kind, const char *pattern)
{
	assert_int_equal(viewer_search(f->m, kind, pattern, false, NULL), 0);
	serve(f);
}

#define VIEW(f, text, height, width) view(f, text, sizeof(text) - 1, height, width)

static void test_rows(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = VIEW(f, "ab ab\nxxab\n\nnone\n", 5, 40);

	assert_drawn(v, "ab ab|xxab||none|");
	look_for(f, MATCH_SUBSTRING, "ab");
	assert_drawn(v, "{ab} [ab]|xx[ab]||none|");
	viewer_search_next(f->m, 1);
	serve(f);
	assert_drawn(v, "[ab] {ab}|xx[ab]||none|");
	look_for(f, MATCH_REGEX, "^x|e$");
	assert_drawn(v, "ab ab|[x]xab||non{e}|");
	/* Empty matches are nowhere. */
	look_for(f, MATCH_REGEX, "q*");
	assert_drawn(v, "ab ab|xxab||none|");
}

/* Where the screen breaks a line is nothing to a pattern. */
static void test_broken_rows(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = VIEW(f, "abcdefghijklmnopqrst\nabcdefghijklm\n", 5, 10);

	viewer_toggle_wrap(f->m);
	look_for(f, MATCH_REGEX, "^abc|[e-m]{5,}|t$");
	assert_drawn(v, "{abc}d[efghij]|[klm]nopqrs[t]|[abc]d[efghij]|[klm]|");
	viewer_search_next(f->m, 1);
	serve(f);
	assert_drawn(v, "[abc]d{efghij}|{klm}nopqrs[t]|[abc]d[efghij]|[klm]|");
	/* The beginning of the line is above the screen. */
	viewer_scroll(f->m, 1);
	serve(f);
	assert_drawn(v, "[abc]d{efghij}|{klm}nopqrs[t]|[abc]d[efghij]|[klm]|");
	viewer_fit(f->m, 2, 10, false);
	viewer_scroll(f->m, 1);
	serve(f);
	assert_drawn(v, "{klm}nopqrs[t]|[abc]d[efghij]|");
	/* No beginning of a line here. */
	look_for(f, MATCH_REGEX, "^k");
	assert_drawn(v, "klmnopqrst|abcdefghij|");
}

static void test_many_in_a_row(void **state)
{
	struct fixture *f = *state;
	struct str expected = STR_INIT;
	char text[100];
	struct viewer *v;

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i += 2)
		text[i] = 'a';
	v = view(f, text, sizeof(text), 3, 100);
	look_for(f, MATCH_SUBSTRING, "a");
	for (size_t i = 0; i < sizeof(text); i += 2)
		str_adds(&expected, i ? "[a]x" : "{a}x");
	str_addc(&expected, '|');
	assert_drawn(v, expected.buf);
	str_done(&expected);
}

/* In an encoding whose characters are not those bytes. */
static void test_encodings(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = VIEW(f, "\xe9tait \xe9t\xe9 d\xe9j\xe0\n\xe9\n", 4, 8);
	struct fs_event e = {.kind = FS_VIEW_FOUND};

	assert_int_equal(v->code, TEXT_CP1252);
	viewer_toggle_wrap(f->m);
	f->paused = true;
	assert_int_equal(viewer_search(f->m, MATCH_SUBSTRING, "\xc3\xa9t", false, NULL), 0);
	e.ticket = v->scan.op;
	e.u.view_found.done = e.u.view_found.found = true;
	e.u.view_found.at = 6;
	e.u.view_found.len = 2;
	give(f, &e);
	assert_drawn(v, "[\xc3\xa9t]ait {\xc3\xa9t}|\xc3\xa9 d\xc3\xa9j\xc3\xa0|\xc3\xa9|");
}

/* A match may begin in one row and end in the next, over the border of two rows of text. */
static void test_long_lines(void **state)
{
	struct fixture *f = *state;
	size_t len = 3 * TEXTROW_PIECE;
	char *text = malloc(len);
	struct viewer_hits h;
	struct viewer *v;

	memset(text, 'x', len);
	memcpy(text + TEXTROW_PIECE - 3, "needle", 6);
	memcpy(text + TEXTROW_PIECE - 100, "needle", 6);
	v = view(f, text, len, 4, 40);
	look_for(f, MATCH_SUBSTRING, "needle");
	viewer_search_next(f->m, 1);
	serve(f);
	assert_int_equal(v->match.at, TEXTROW_PIECE - 3);
	viewer_hits_init(&h);
	viewer_hits_row(&h, v, &v->rows[0], TEXTROW_PIECE - 200, TEXTROW_PIECE);
	assert_int_equal(h.n, 2);
	assert_int_equal(h.parts[0].start, TEXTROW_PIECE - 100);
	assert_false(h.parts[0].here);
	assert_int_equal(h.parts[1].start, TEXTROW_PIECE - 3);
	assert_int_equal(h.parts[1].len, 3);
	assert_true(h.parts[1].here);
	viewer_hits_row(&h, v, &v->rows[1], 0, 40);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.parts[0].start, 0);
	assert_int_equal(h.parts[0].len, 3);
	viewer_hits_done(&h);
	free(text);
}

/* A pattern that takes long ends the highlighting, but for the one match that was looked for. */
static void test_budget(void **state)
{
	struct fixture *f = *state;
	struct str text = STR_INIT;
	struct viewer_hits h;
	struct viewer *v;
	size_t done = 0;

	for (int i = 0; i < 40; i++) {
		for (int k = 0; k < 60; k++)
			str_adds(&text, "some words of a text, and ");
		str_addf(&text, "%s\n", i == 39 ? "end" : "");
	}
	v = view(f, text.buf, text.len, 40, 80);
	f->paused = true;
	assert_int_equal(viewer_search(f->m, MATCH_REGEX, "(\\w+\\s?)+$|some", false, NULL), 0);
	v->match.on = true;
	v->match.at = v->rows[39].start + 5;
	v->match.len = 5;
	viewer_hits_init(&h);
	for (size_t i = 0; i < v->nrows; i++) {
		viewer_hits_row(&h, v, &v->rows[i], 0, 80);
		done += h.budget > 0;
	}
	assert_int_equal(h.budget, 0);
	assert_in_range(done, 1, 30);
	assert_int_equal(h.n, 1);
	assert_true(h.parts[0].here);
	assert_int_equal(h.parts[0].start, 5);
	viewer_hits_done(&h);
	str_done(&text);
}

static void test_out_of_memory(void **state)
{
	struct fixture *f = *state;
	struct viewer *v = VIEW(f, "\xe9 one\ntwo one\n", 5, 40);

	assert_int_equal(v->code, TEXT_CP1252);
	look_for(f, MATCH_REGEX, "o.e");
	for (unsigned long n = 1;; n++) {
		struct viewer_hits h;

		nomem_arm(n);
		viewer_hits_init(&h);
		for (size_t i = 0; i < v->nrows; i++)
			viewer_hits_row(&h, v, &v->rows[i], 0, 5);
		viewer_hits_done(&h);
		if (!nomem_disarm())
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rows),          TEST(test_broken_rows), TEST(test_many_in_a_row),
		TEST(test_encodings),     TEST(test_long_lines),  TEST(test_budget),
		TEST(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
