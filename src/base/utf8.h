/* SPDX-License-Identifier: MIT
 *
 * UTF-8 decoding and the width of characters, from our own table (generated, Unicode 15.0), so that
 * results do not depend on libc or locale. Strict: overlong forms, surrogates and values above
 * U+10FFFF are invalid (RFC 3629).
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "base/defs.h"

#define UTF8_INVALID UINT32_MAX

/* Decodes one character at `s` (len > 0 bytes). Returns its length in bytes (1 to 4) and the code
 * point; an invalid byte returns 1 and UTF8_INVALID. */
size_t utf8_decode(const char *s, size_t len, uint32_t *ret_cp);
/* Encodes into buf (4 bytes); returns the length, 0 for what cannot be encoded. */
size_t utf8_encode(uint32_t cp, char *buf);
bool utf8_valid(const char *s, size_t len);
/* How many bytes of the string to keep, at most `max`, so that none of its characters is cut. */
size_t utf8_cut(const char *s, size_t max);
/* Columns of a printable code point: 0 (combining), 1 or 2. Ambiguous width is 1. */
int utf8_width(uint32_t cp);
/* True for what must never be shown as itself: C0, DEL, C1, bidi controls, zero-width and other
 * default-ignorable characters, line and paragraph separators, private use, unassigned and
 * noncharacters. */
bool utf8_hidden(uint32_t cp);
/* Simple case folding (Latin, Greek, Cyrillic, Armenian, Georgian...); others map to themselves. */
uint32_t utf8_fold(uint32_t cp);
/* The next unit for comparing names as characters without losing a byte: a code point, or
 * UTF8_RAW + byte for an invalid one. With `fold`, case is folded, except that nothing outside
 * ASCII becomes ASCII (the Kelvin sign is no k), so that ASCII may be searched bytewise. Returns
 * its bytes. */
#define UTF8_RAW 0x110000u
size_t utf8_unit(const char *s, size_t len, bool fold, uint32_t *ret_unit);
/* True when folding would change something: an upper-case letter. */
bool utf8_has_upper(const char *s, size_t len);

#endif
