/* SPDX-License-Identifier: MIT
 *
 * A set of words that must all be somewhere in a name: the substring search of base/match.h, where
 * a million names take some 20 ms.
 *
 * Thread: any, once no more words are added. Owns: the words.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/match.h"

struct word;
struct words { /* all zero: none; done with words_done() */
	struct word *at;
	size_t n, cap;
	bool fold; /* case is ignored; set before words are added */
};

/* Adds a word (len > 0). 0 or -ENOMEM. */
int words_add(struct words *w, const char *s, size_t len);
void words_done(struct words *w);
/* True when all are there; spans (may be NULL, else empty) gets where. */
bool words_test(const struct words *w, const char *name, size_t len, struct match_spans *spans);
/* Where the first word is first; false: nowhere. */
bool words_find(const struct words *w, const char *s, size_t len, size_t *ret_at, size_t *ret_len);
/* True when what has the words of `w` certainly has those of `older`. Both must be valid UTF-8, and
 * `older` must fold if `w` does. */
bool words_narrow(const struct words *w, const struct words *older);

#endif
