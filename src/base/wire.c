/* SPDX-License-Identifier: MIT */
#include "base/wire.h"

#include <errno.h>
#include <string.h>

#define ASK_MAGIC    0x4b415254u /* "TRAK" */
#define ANSWER_MAGIC 0x4e415254u /* "TRAN" */

/* A preview: kind, flags, two zeros, number of lines, members, size, packed; five words, each its
 * length and bytes; the lines, each its length, type, flags, two zeros, size and packed; then the
 * bytes of all lines. */
#define FIXED_LEN 32u
#define LINE_LEN  24u
#define HEX_LINE  16u

enum { FLAG_MORE = 1, FLAG_PARTIAL = 2, FLAG_CUT = 1 };

static const char line_types[] = "-dlcbps";

static void put32(uint8_t *at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> (8 * i));
}

static void put64(uint8_t *at, uint64_t v)
{
	put32(at, (uint32_t)v);
	put32(at + 4, (uint32_t)(v >> 32));
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static uint64_t get64(const uint8_t *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

void wire_put_ask(uint8_t out[WIRE_ASK_LEN], const struct wire_ask *ask)
{
	memset(out, 0, WIRE_ASK_LEN);
	put32(out, ASK_MAGIC);
	put32(out + 4, WIRE_VERSION);
	put32(out + 8, ask->seq);
	out[12] = (uint8_t)ask->depth;
	put32(out + 16, ask->lines);
	put32(out + 20, ask->columns);
	put64(out + 24, ask->size);
}

static int check_head(const uint8_t *bytes, uint32_t magic)
{
	if (get32(bytes) != magic)
		return -EPROTO;
	return get32(bytes + 4) == WIRE_VERSION ? 0 : -EPROTONOSUPPORT;
}

int wire_get_ask(const uint8_t bytes[WIRE_ASK_LEN], struct wire_ask *ret_ask)
{
	struct wire_ask ask = {
		.seq = get32(bytes + 8),
		.depth = (enum wire_depth)bytes[12],
		.lines = get32(bytes + 16),
		.columns = get32(bytes + 20),
		.size = get64(bytes + 24),
	};
	int rc = check_head(bytes, ASK_MAGIC);

	if (rc)
		return rc;
	if (bytes[12] >= WIRE_DEPTHS || bytes[13] || bytes[14] || bytes[15] ||
	    ask.lines > WIRE_LINES_MAX || ask.columns > WIRE_COLUMNS_MAX)
		return -EPROTO;
	*ret_ask = ask;
	return 0;
}

void wire_put_header(uint8_t out[WIRE_HEADER_LEN], const struct wire_header *header)
{
	put32(out, ANSWER_MAGIC);
	put32(out + 4, WIRE_VERSION);
	put32(out + 8, header->seq);
	put32(out + 12, header->len);
}

int wire_get_header(const uint8_t bytes[WIRE_HEADER_LEN], struct wire_header *ret_header)
{
	struct wire_header header = {.seq = get32(bytes + 8), .len = get32(bytes + 12)};
	int rc = check_head(bytes, ANSWER_MAGIC);

	if (rc)
		return rc;
	if (header.len > WIRE_ANSWER_MAX)
		return -EPROTO;
	*ret_header = header;
	return 0;
}

/* How many lines fit behind the words, and how many bytes these have. */
static size_t lines_that_fit(const struct preview *p, size_t used, size_t *ret_bytes)
{
	size_t n, bytes = 0;

	for (n = 0; n < p->nlines && n < WIRE_LINES_MAX; n++) {
		size_t more = LINE_LEN + p->lines[n].len;

		if (more > WIRE_ANSWER_MAX - used)
			break;
		used += more;
		bytes += p->lines[n].len;
	}
	*ret_bytes = bytes;
	return n;
}

static void put_words(struct str *out, const struct str *words)
{
	size_t len = MIN(words->len, WIRE_WORDS_MAX);
	uint8_t head[4];

	put32(head, (uint32_t)len);
	str_add(out, head, sizeof(head));
	str_add(out, words->buf, len);
}

static void put_line(struct str *out, const struct preview_line *line)
{
	uint8_t head[LINE_LEN] = {0};

	put32(head, line->len);
	head[4] = (uint8_t)line->type;
	head[5] = line->cut ? FLAG_CUT : 0;
	put64(head + 8, line->size);
	put64(head + 16, line->packed);
	str_add(out, head, sizeof(head));
}

int wire_put_preview(struct str *out, const struct preview *p)
{
	const struct str *words[] = {&p->what, &p->mime, &p->encoding, &p->format, &p->reason};
	size_t start = out->len, n, bytes;
	uint8_t fixed[FIXED_LEN] = {0};

	str_add(out, fixed, sizeof(fixed));
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		put_words(out, words[i]);
	n = lines_that_fit(p, out->len - start, &bytes);
	for (size_t i = 0; i < n; i++)
		put_line(out, &p->lines[i]);
	for (size_t i = 0; i < n; i++)
		str_add(out, p->text.buf + p->lines[i].start, p->lines[i].len);
	if (out->failed)
		return -ENOMEM;
	fixed[0] = (uint8_t)p->kind;
	fixed[1] = (uint8_t)((p->more || n < p->nlines ? FLAG_MORE : 0) |
			     (p->partial ? FLAG_PARTIAL : 0));
	put32(fixed + 4, (uint32_t)n);
	put64(fixed + 8, p->members);
	put64(fixed + 16, p->size);
	put64(fixed + 24, p->packed);
	memcpy(out->buf + start, fixed, sizeof(fixed));
	return 0;
}

/* What is left to read of an answer. */
struct reader {
	const uint8_t *at;
	size_t left;
};

static const uint8_t *take(struct reader *r, size_t len)
{
	const uint8_t *at = r->at;

	if (len > r->left)
		return NULL;
	r->at += len;
	r->left -= len;
	return at;
}

static int get_words(struct reader *r, struct str *ret_words)
{
	const uint8_t *head = take(r, 4), *bytes;
	uint32_t len = head ? get32(head) : 0;

	if (!head || len > WIRE_WORDS_MAX)
		return -EPROTO;
	bytes = take(r, len);
	return bytes ? str_add(ret_words, bytes, len) : -EPROTO;
}

static bool type_known(uint8_t type)
{
	return type == 0 || memchr(line_types, type, sizeof(line_types) - 1);
}

/* Longer than asked for, or than a line of its kind can be. */
static bool line_too_long(const struct preview *p, const struct wire_ask *ask, uint32_t len)
{
	return len > (p->kind == PREVIEW_HEX ? HEX_LINE : ask->columns);
}

static int get_lines(struct reader *r, size_t n, const struct wire_ask *ask, struct preview *p)
{
	struct reader heads = *r;

	if (!take(r, n * LINE_LEN))
		return -EPROTO;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *head = take(&heads, LINE_LEN), *bytes;
		struct preview_line line = {
			.size = get64(head + 8),
			.packed = get64(head + 16),
			.type = (char)head[4],
			.cut = head[5] & FLAG_CUT,
		};
		uint32_t len = get32(head);
		int rc;

		if (!type_known(head[4]) || head[5] > FLAG_CUT || head[6] || head[7] ||
		    line_too_long(p, ask, len))
			return -EPROTO;
		bytes = take(r, len);
		rc = bytes ? preview_add(p, bytes, len, &line) : -EPROTO;
		if (rc)
			return rc;
	}
	return r->left == 0 ? 0 : -EPROTO;
}

static int get_preview(struct reader *r, const struct wire_ask *ask, struct preview *p)
{
	struct str *words[] = {&p->what, &p->mime, &p->encoding, &p->format, &p->reason};
	const uint8_t *fixed = take(r, FIXED_LEN);
	uint32_t n;
	int rc = 0;

	if (!fixed || fixed[0] >= PREVIEW_KINDS || fixed[1] > (FLAG_MORE | FLAG_PARTIAL) ||
	    fixed[2] || fixed[3])
		return -EPROTO;
	n = get32(fixed + 4);
	if (n > ask->lines || n > WIRE_LINES_MAX)
		return -EPROTO;
	p->kind = (enum preview_kind)fixed[0];
	p->more = fixed[1] & FLAG_MORE;
	p->partial = fixed[1] & FLAG_PARTIAL;
	p->members = get64(fixed + 8);
	p->size = get64(fixed + 16);
	p->packed = get64(fixed + 24);
	for (size_t i = 0; !rc && i < ARRAY_LEN(words); i++)
		rc = get_words(r, words[i]);
	return rc ? rc : get_lines(r, n, ask, p);
}

int wire_get_preview(const void *bytes, size_t len, const struct wire_ask *ask,
		     struct preview **ret_preview)
{
	struct reader r = {.at = bytes, .left = len};
	struct preview *p = preview_new();
	int rc = p ? get_preview(&r, ask, p) : -ENOMEM;

	if (rc)
		preview_free(p);
	else
		*ret_preview = p;
	return rc;
}
