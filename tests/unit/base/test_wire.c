/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "base/wire.h"

#include <errno.h>

static const struct wire_ask any = {.depth = WIRE_CONTENT, .lines = 10, .columns = 100};

static struct preview *sample(void)
{
	struct preview *p = preview_new();
	struct preview_line line = {.size = 5, .packed = PREVIEW_UNKNOWN, .type = 'd', .cut = true};

	assert_non_null(p);
	p->kind = PREVIEW_ARCHIVE;
	p->partial = true;
	p->members = 1ull << 40;
	p->size = 77;
	p->packed = PREVIEW_UNKNOWN - 1;
	assert_int_equal(str_adds(&p->what, "words"), 0);
	assert_int_equal(str_adds(&p->mime, "application/x"), 0);
	assert_int_equal(str_adds(&p->encoding, "utf-8"), 0);
	assert_int_equal(str_adds(&p->format, "ZIP"), 0);
	assert_int_equal(str_adds(&p->reason, "why"), 0);
	assert_int_equal(preview_add(p, "a\0b", 3, &line), 0);
	line = (struct preview_line){.size = 1, .packed = 2};
	assert_int_equal(preview_add(p, "", 0, &line), 0);
	return p;
}

static void pack(struct str *out, const struct preview *p)
{
	str_clear(out);
	assert_int_equal(wire_put_preview(out, p), 0);
}

static void an_answer_arrives_as_it_was(void **state)
{
	struct preview *p = sample(), *q;
	struct str bytes = STR_INIT;
	size_t len;

	(void)state;
	pack(&bytes, p);
	assert_int_equal(wire_get_preview(bytes.buf, bytes.len, &any, &q), 0);
	assert_int_equal(q->kind, PREVIEW_ARCHIVE);
	assert_true(q->partial && !q->more);
	assert_true(q->members == p->members && q->size == p->size && q->packed == p->packed);
	assert_string_equal(q->what.buf, "words");
	assert_string_equal(q->mime.buf, "application/x");
	assert_string_equal(q->encoding.buf, "utf-8");
	assert_string_equal(q->format.buf, "ZIP");
	assert_string_equal(q->reason.buf, "why");
	assert_int_equal(q->nlines, 2);
	assert_memory_equal(preview_line(q, 0, &len), "a\0b", 3);
	assert_int_equal(len, 3);
	assert_true(q->lines[0].cut && q->lines[0].type == 'd' && q->lines[0].size == 5);
	assert_true(q->lines[0].packed == PREVIEW_UNKNOWN);
	assert_int_equal(q->lines[1].len, 0);
	preview_free(p);
	preview_free(q);
	str_done(&bytes);
}

static void expect_refused(const struct str *bytes, const struct wire_ask *ask)
{
	struct preview *q;

	assert_int_equal(wire_get_preview(bytes->buf, bytes->len, ask, &q), -EPROTO);
}

static void what_does_not_add_up_is_refused(void **state)
{
	/* Positions of the fixed part and what must not stand there. */
	static const struct {
		size_t at;
		uint8_t byte;
	} bad[] = {{0, PREVIEW_KINDS}, {0, 255},  {1, 4},   {2, 1}, {3, 1}, {4, 1}, {4, 3},
		   {7, 255},           {32, 255}, {35, 255}};
	struct wire_ask fewer = any, narrow = any;
	struct preview *p = sample(), *q;
	struct str bytes = STR_INIT;

	(void)state;
	pack(&bytes, p);
	for (size_t len = 0; len < bytes.len; len++) {
		/* Memory of just this size: a sanitizer sees what is read beyond. */
		char *part = malloc(len ? len : 1);

		memcpy(part, bytes.buf, len);
		assert_int_equal(wire_get_preview(part, len, &any, &q), -EPROTO);
		free(part);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		pack(&bytes, p);
		bytes.buf[bad[i].at] = (char)bad[i].byte;
		expect_refused(&bytes, &any);
	}
	pack(&bytes, p);
	str_addc(&bytes, 'x');
	expect_refused(&bytes, &any);
	pack(&bytes, p);
	fewer.lines = 1;
	expect_refused(&bytes, &fewer);
	narrow.columns = 2;
	expect_refused(&bytes, &narrow);
	p->lines[0].type = 'x';
	pack(&bytes, p);
	expect_refused(&bytes, &any);
	preview_free(p);
	str_done(&bytes);
}

static void bytes_come_in_sixteens(void **state)
{
	struct preview_line line = {.type = 0};
	struct preview *p = preview_new();
	struct str bytes = STR_INIT;

	(void)state;
	p->kind = PREVIEW_HEX;
	assert_int_equal(preview_add(p, "seventeen bytes..", 17, &line), 0);
	pack(&bytes, p);
	expect_refused(&bytes, &any);
	preview_free(p);
	str_done(&bytes);
}

static void too_much_is_cut(void **state)
{
	struct wire_ask ask = {.lines = WIRE_LINES_MAX, .columns = WIRE_COLUMNS_MAX};
	struct preview_line line = {.type = 0};
	struct preview *p = preview_new(), *q;
	struct str bytes = STR_INIT;
	char text[WIRE_COLUMNS_MAX];

	(void)state;
	memset(text, 'x', sizeof(text));
	p->kind = PREVIEW_TEXT;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(preview_add(p, text, sizeof(text), &line), 0);
	assert_int_equal(str_add(&p->what, text, 2000), 0);
	pack(&bytes, p);
	assert_true(bytes.len <= WIRE_ANSWER_MAX && bytes.len > WIRE_ANSWER_MAX - 5000);
	assert_int_equal(wire_get_preview(bytes.buf, bytes.len, &ask, &q), 0);
	assert_true(q->more && q->nlines < 1000 && q->nlines > 200);
	assert_int_equal(q->what.len, WIRE_WORDS_MAX);
	preview_free(p);
	preview_free(q);
	str_done(&bytes);
}

static void questions_and_headers_are_checked(void **state)
{
	struct wire_ask ask = {.seq = 7, .depth = WIRE_BYTES, .lines = 1, .columns = 2}, got;
	struct wire_header header = {.seq = 9, .len = WIRE_ANSWER_MAX}, head;
	uint8_t bytes[WIRE_ASK_LEN], bad[WIRE_ASK_LEN];

	(void)state;
	ask.size = 1ull << 50;
	wire_put_ask(bytes, &ask);
	assert_int_equal(wire_get_ask(bytes, &got), 0);
	assert_true(got.seq == 7 && got.depth == WIRE_BYTES && got.lines == 1 && got.columns == 2 &&
		    got.size == ask.size);
	for (size_t i = 0; i < 24; i++) {
		if (i >= 8 && i < 12) /* any number will do */
			continue;
		memcpy(bad, bytes, sizeof(bad));
		bad[i] ^= 0x80;
		if (i == 16 || i == 20) /* 129 lines, 130 columns */
			continue;
		assert_int_equal(wire_get_ask(bad, &got), i / 4 == 1 ? -EPROTONOSUPPORT : -EPROTO);
	}
	wire_put_header(bytes, &header);
	assert_int_equal(wire_get_header(bytes, &head), 0);
	assert_true(head.seq == 9 && head.len == WIRE_ANSWER_MAX);
	header.len++;
	wire_put_header(bytes, &header);
	assert_int_equal(wire_get_header(bytes, &head), -EPROTO);
	bytes[4]++;
	assert_int_equal(wire_get_header(bytes, &head), -EPROTONOSUPPORT);
	bytes[0]++;
	assert_int_equal(wire_get_header(bytes, &head), -EPROTO);
}

static void memory_may_run_out(void **state)
{
	struct preview *p = sample(), *q;
	struct str bytes = STR_INIT, out = STR_INIT;
	int r;

	(void)state;
	pack(&bytes, p);
	for (unsigned long n = 1;; n++) {
		nomem_arm(n);
		r = wire_get_preview(bytes.buf, bytes.len, &any, &q);
		if (!nomem_disarm())
			break;
		assert_int_equal(r, -ENOMEM);
	}
	assert_int_equal(r, 0);
	preview_free(q);
	for (unsigned long n = 1;; n++) {
		str_done(&out);
		nomem_arm(n);
		r = wire_put_preview(&out, p);
		if (!nomem_disarm())
			break;
		assert_int_equal(r, -ENOMEM);
	}
	assert_int_equal(out.len, bytes.len);
	str_done(&out);
	str_done(&bytes);
	preview_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_arrives_as_it_was),
		cmocka_unit_test(what_does_not_add_up_is_refused),
		cmocka_unit_test(bytes_come_in_sixteens),
		cmocka_unit_test(too_much_is_cut),
		cmocka_unit_test(questions_and_headers_are_checked),
		cmocka_unit_test(memory_may_run_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
