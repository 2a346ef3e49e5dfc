/* SPDX-License-Identifier: MIT
 *
 * Fuzzy matching: the characters of the pattern in order, anything between them. Among all the
 * ways to find them in a name the best counts: at the start of words, at a hump of camelCase, side
 * by side, with few gaps.
 *
 * Thread: any; nothing is kept between calls. Owns: nothing.
 */
#ifndef BASE_FUZZY_H
#define BASE_FUZZY_H

#include "base/match.h"

/* The score of a name, > 0, or 0 when it does not match. `units` is the pattern as utf8_unit()
 * reads it, folded when `fold` is set; at most length of the pattern times length of the name
 * steps. spans (may be NULL) gets where the characters were found. */
int fuzzy_score(const uint32_t *units, size_t nunits, bool fold, const char *name, size_t len,
		struct match_spans *spans);

#endif
