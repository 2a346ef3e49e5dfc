/* SPDX-License-Identifier: MIT
 *
 * The first bytes of a file as lines of text in UTF-8, whatever they are encoded in: UTF-8, UTF-16
 * and UTF-32 with and without a byte order mark, Windows-1252 and ISO 8859-1. Bytes of a UTF-8 file
 * stay as they are, also those that are none; control characters stay too.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef HELPER_TEXT_H
#define HELPER_TEXT_H

#include "base/preview.h"
#include "base/wire.h"

enum text_code {
	TEXT_NONE, /* not text */
	TEXT_ASCII,
	TEXT_UTF8,
	TEXT_UTF16LE,
	TEXT_UTF16BE,
	TEXT_UTF32LE,
	TEXT_UTF32BE,
	TEXT_1252,
	TEXT_8859_1,
	TEXT_CODES
};

/* What the bytes, the beginning of a file, are encoded in. A character cut off at the end of the
 * bytes is no error. */
enum text_code text_code(const uint8_t *bytes, size_t len);
/* Its name as IANA has it, in lower case; "" for TEXT_NONE. */
const char *text_code_name(enum text_code code);
/* Appends the lines, at most ask->lines, each cut after at most ask->columns bytes; lines end in
 * LF, CR LF, or CR where there is no LF at all. `whole`: the file ends where the bytes do. 0 or
 * -ENOMEM. */
int text_lines(const uint8_t *bytes, size_t len, bool whole, enum text_code code,
	       const struct wire_ask *ask, struct preview *p) MUST_USE;

#endif
