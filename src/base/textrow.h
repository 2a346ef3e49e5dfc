/* SPDX-License-Identifier: MIT
 *
 * The lines of a text of any size, seen through a window on a part of it.
 *
 * A row is a line, or a piece of one that is too long: it begins at the start of the text, after
 * a newline, or at a multiple of TEXTROW_PIECE when the piece before it has no newline. So where
 * rows begin can be told from the TEXTROW_BACK bytes before, from either side and in any window; no
 * row is longer than 2 * TEXTROW_PIECE; and no line shorter than TEXTROW_PIECE is ever cut.
 *
 * What cannot be read is a gap. It ends the row before it, and is a row of its own.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_TEXTROW_H
#define BASE_TEXTROW_H

#include "base/textcode.h"

#ifndef TEXTROW_PIECE
#define TEXTROW_PIECE 8192u /* a multiple of 4; tests take less */
#endif
#define TEXTROW_BACK   (2u * TEXTROW_PIECE + 8u)
#define TEXTROW_AHEAD  (2u * TEXTROW_PIECE + 8u)
#define TEXTWIN_GAPS   16u
#define TEXTWIN_AT_END UINT64_MAX

/* Bytes [from, to) of the text could not be read. */
struct textgap {
	uint64_t from, to;
	int err; /* -errno */
};

struct textwin {
	const char *bytes; /* of a gap: zeros */
	uint64_t start;    /* where they begin in the text: a multiple of 4 */
	size_t len;
	bool at_end; /* the text ends with them */
	enum textcode code;
	struct textgap gaps[TEXTWIN_GAPS]; /* in order, within the window */
	uint32_t ngaps;
};

/* The bytes at a position of the text within the window. */
static inline const char *textwin_at(const struct textwin *w, uint64_t at)
{
	return w->bytes + (at - w->start);
}

static inline uint64_t textwin_end(const struct textwin *w)
{
	return w->start + w->len;
}

/* The gap that holds this position; NULL: none. */
const struct textgap *textwin_gap(const struct textwin *w, uint64_t at);
/* Where the row that begins at `start` ends: where the next one begins, or the text ends. False:
 * the window does not reach far enough, to start + TEXTROW_AHEAD at most. */
bool textrow_end(const struct textwin *w, uint64_t start, uint64_t *ret_end);
/* Where the row that holds `at` begins (at may be the end of the text: the last row). False: the
 * window does not reach back far enough, to at - TEXTROW_BACK at most. */
bool textrow_start(const struct textwin *w, uint64_t at, uint64_t *ret_start);
/* The bytes of the row [start, end) without its newline, and a carriage return before that. */
size_t textrow_len(const struct textwin *w, uint64_t start, uint64_t end);
/* The bytes of the row and of at most `over` more of the same line, without its newline, too. For
 * searching: a match that begins in the row may end behind it. */
size_t textrow_line_len(const struct textwin *w, uint64_t start, uint64_t end, size_t over);
/* True when a line begins here, and not only a piece of one. */
bool textrow_begins_line(const struct textwin *w, uint64_t start);

#endif
