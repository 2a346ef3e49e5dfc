/* SPDX-License-Identifier: MIT
 *
 * Matching of names: what the live filter, find-next and marking by pattern use.
 *
 *   substring  the words of the pattern, separated by spaces, all somewhere in the name
 *   glob       the whole name, with * ? [set] {a,b}; a leading ! inverts; a pattern with no
 *              wildcard is *x*
 *   regex      PCRE2 (pcre2pattern(3)), anywhere in the name, bytes that are not UTF-8 allowed;
 *              effort is limited, so that no pattern can hang
 *   fuzzy      the characters in order, scored (word starts and runs are better); the best first
 *              is up to the caller
 *
 * Smart case: a pattern with no upper-case letter ignores case.
 *
 * Thread: a compiled matcher may be used by several threads at once. Owns: the compiled pattern.
 */
#ifndef BASE_MATCH_H
#define BASE_MATCH_H

#include "base/str.h"

enum match_kind { MATCH_SUBSTRING, MATCH_FUZZY, MATCH_GLOB, MATCH_REGEX };
#define MATCH_KINDS     4
#define MATCH_SPANS_MAX 16

struct match_spans {
	uint32_t n; /* parts of the name to highlight, in order, not overlapping */
	struct {
		uint32_t start, len; /* bytes */
	} at[MATCH_SPANS_MAX];
};

/* A part of a line of text that matches. */
struct match_part {
	size_t start, len; /* bytes */
	bool here;         /* the one a search has led to */
};

/* Adds a part, keeping the spans in order: what overlaps or touches becomes one. When full, what
 * comes last is left out. */
void match_add_span(struct match_spans *spans, size_t start, size_t len);

struct matcher;

const char *match_kind_name(enum match_kind kind); /* "substring", ... */
/* Compiles. On a bad pattern returns -EINVAL and appends the reason and position to err (may be
 * NULL). 0, -ENOMEM. An empty pattern matches everything. */
int matcher_new(enum match_kind kind, const char *pattern, size_t len, struct str *err,
		struct matcher **ret_matcher) MUST_USE;
struct matcher *matcher_ref(struct matcher *m);
void matcher_unref(struct matcher *m);
/* The same for lines of text instead of names: MATCH_SUBSTRING is one phrase, blanks and all, and
 * MATCH_REGEX may take fifty times the effort. Only these two kinds. */
int matcher_new_text(enum match_kind kind, const char *pattern, size_t len, struct str *err,
		     struct matcher **ret_matcher) MUST_USE;
/* Score > 0 when the name matches, else 0. spans (may be NULL) gets what to highlight. */
int matcher_test(const struct matcher *m, const char *name, size_t len, struct match_spans *spans);
/* The first match of a matcher for text at or after `from`: true, and where; it may be empty (a
 * regex). *ret_gave_up (may be NULL) is set when it took too much effort to tell. */
bool matcher_find(const struct matcher *m, const char *s, size_t len, size_t from, size_t *ret_at,
		  size_t *ret_len, bool *ret_gave_up);
/* The same for drawing, with a budget of steps of about 50 ns each: what is used is taken away.
 * False, too, when it is used up, and where a regex takes more effort than it may for a name. */
bool matcher_find_within(const struct matcher *m, const char *s, size_t len, size_t from,
			 uint32_t *budget, size_t *ret_at, size_t *ret_len);
/* True for a phrase: it may be looked for in many lines at once. */
bool matcher_is_phrase(const struct matcher *m);
/* True for a phrase that is the same bytes in every encoding that has ASCII in it. */
bool matcher_is_ascii(const struct matcher *m);
bool matcher_empty(const struct matcher *m); /* NULL, or an empty pattern */
/* True when what `m` matches is certainly among what `older` matched (a narrowed substring or fuzzy
 * pattern), so that only the older result needs to be looked at. */
bool matcher_narrows(const struct matcher *m, const struct matcher *older);

#endif
