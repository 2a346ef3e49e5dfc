/* SPDX-License-Identifier: MIT
 *
 * What the program and its helper say to each other over a stream socket: a question of fixed size
 * (the descriptor of the file travels with it), and an answer, a header of fixed size and the
 * preview behind it. All numbers are little-endian.
 *
 * The helper reads hostile files and is not trusted: an answer is checked as strictly as anything
 * else from outside. Nothing in it is larger than announced, nothing announced is larger than
 * WIRE_ANSWER_MAX, and what does not add up to the last byte is refused as a whole.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include "base/preview.h"

#define WIRE_VERSION     1
#define WIRE_ASK_LEN     32
#define WIRE_HEADER_LEN  16
#define WIRE_ANSWER_MAX  (1u << 20) /* bytes behind the header */
#define WIRE_LINES_MAX   4096u
#define WIRE_COLUMNS_MAX 4096u
#define WIRE_WORDS_MAX   1024u /* bytes of each of what, mime, encoding, format and reason */

enum wire_depth { WIRE_KIND, WIRE_CONTENT, WIRE_BYTES, WIRE_DEPTHS };

struct wire_ask {
	uint32_t seq; /* comes back in the answer */
	enum wire_depth depth;
	uint32_t lines, columns; /* at most the two above */
	uint64_t size;           /* of the file, when it was opened */
};

struct wire_header {
	uint32_t seq;
	uint32_t len; /* of what follows, at most WIRE_ANSWER_MAX */
};

void wire_put_ask(uint8_t out[WIRE_ASK_LEN], const struct wire_ask *ask);
/* 0, -EPROTO for what is no question, -EPROTONOSUPPORT for one of another version. */
int wire_get_ask(const uint8_t bytes[WIRE_ASK_LEN], struct wire_ask *ret_ask) MUST_USE;
void wire_put_header(uint8_t out[WIRE_HEADER_LEN], const struct wire_header *header);
/* The same for the head of an answer. */
int wire_get_header(const uint8_t bytes[WIRE_HEADER_LEN], struct wire_header *ret_header) MUST_USE;

/* Appends the preview; lines that would pass WIRE_ANSWER_MAX are left out (more is then set), words
 * are cut. 0 or -ENOMEM. */
int wire_put_preview(struct str *out, const struct preview *p) MUST_USE;
/* 0, -ENOMEM, or -EPROTO: not a preview that answers `ask`. */
int wire_get_preview(const void *bytes, size_t len, const struct wire_ask *ask,
		     struct preview **ret_preview) MUST_USE;

#endif
