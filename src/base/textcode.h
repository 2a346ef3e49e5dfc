/* SPDX-License-Identifier: MIT
 *
 * How the bytes of a text are characters: which encoding it is in, where its lines end, and the
 * same text in UTF-8. Works on any piece of a file that begins between two characters, so that it
 * serves a window on a file of any size.
 *
 * Nothing is lost on the way to UTF-8 without a sign: invalid UTF-8 stays as it is, half a
 * surrogate pair becomes three bytes that are no UTF-8 either, and what is no character at all
 * becomes U+FFFD.
 *
 * Follows: RFC 3629, RFC 2781, Unicode 3.10 (byte order marks), the WHATWG index of windows-1252.
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_TEXTCODE_H
#define BASE_TEXTCODE_H

#include "base/str.h"

enum textcode {
	TEXT_UTF8,
	TEXT_CP1252, /* Latin-1 with printable characters where that has controls */
	TEXT_LATIN1,
	TEXT_UTF16LE,
	TEXT_UTF16BE,
	TEXT_UTF32LE,
	TEXT_UTF32BE,
	TEXT_CODES
};

const char *textcode_name(enum textcode code); /* "utf-8", "windows-1252", ... */
size_t textcode_unit(enum textcode code);      /* bytes of its smallest part: 1, 2 or 4 */

/* What a text is in, judged by its first bytes: a byte order mark (its length goes to ret_bom, else
 * 0), else UTF-8 when it mostly is, else windows-1252. `whole`: these bytes are all; otherwise half
 * a character at the end is no error. */
enum textcode textcode_guess(const char *s, size_t len, bool whole, size_t *ret_bom);
/* The length of the byte order mark of this encoding that the text begins with; 0: none. */
size_t textcode_bom(enum textcode code, const char *s, size_t len);
/* True for what is no text in this encoding: it holds NUL characters. */
bool textcode_binary(enum textcode code, const char *s, size_t len);

/* Decodes one character (len > 0). Returns the bytes it takes, at least 1, and its code point, or
 * UTF8_INVALID (base/utf8.h). */
size_t textcode_next(enum textcode code, const char *s, size_t len, uint32_t *ret_cp);
/* Appends the text in UTF-8. 0 or -ENOMEM. */
int textcode_add(enum textcode code, const char *s, size_t len, struct str *out);
/* The bytes of s whose text in UTF-8 is `utf8` bytes long, or the first that is longer. */
size_t textcode_span(enum textcode code, const char *s, size_t len, size_t utf8);

/* The same, on from a place found before (all zero: the beginning), so that many in a row cost no
 * more than the last. */
struct textcode_pos {
	size_t bytes, utf8;
};
void textcode_advance(enum textcode code, const char *s, size_t len, size_t utf8,
		      struct textcode_pos *pos);

/* The first newline at or after `from`, as the position of its first byte; len when there is none.
 * s begins on a unit. */
size_t textcode_newline(enum textcode code, const char *s, size_t len, size_t from);
/* The last newline that ends at or before `end`; len when there is none. */
size_t textcode_newline_before(enum textcode code, const char *s, size_t len, size_t end);
/* How many there are. */
uint64_t textcode_lines(enum textcode code, const char *s, size_t len);
/* Where to cut s at or a little before `at`, so that no character is cut in two. */
size_t textcode_cut(enum textcode code, const char *s, size_t at);

#endif
