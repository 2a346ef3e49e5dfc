/* SPDX-License-Identifier: MIT */
#include "base/fuzzy.h"

#include "base/utf8.h"

#include <limits.h>
#include <string.h>

/* Names and patterns beyond these take the first way found in place of the best. */
#define NAME_UNITS_MAX    256
#define PATTERN_UNITS_MAX 32

#define SCORE_FOUND  16
#define SCORE_START  14 /* bonus of the first character of the name */
#define SCORE_WORD   9  /* of the first of a later word */
#define SCORE_HUMP   7  /* of a capital after a small letter, of a digit after a letter */
#define SCORE_BESIDE 6  /* of what directly follows the character found before */
#define GAP_OPEN     3
#define GAP_MORE     1
#define NEVER        (INT_MIN / 2)

enum letter { LETTER_NONE, LETTER_SMALL, LETTER_CAPITAL, LETTER_DIGIT };

struct unit {
	uint32_t value; /* folded when the search is */
	uint32_t at;    /* byte */
	int bonus;
};

static enum letter letter_of(uint32_t unit)
{
	if (unit < 0x80) {
		if (unit >= '0' && unit <= '9')
			return LETTER_DIGIT;
		if (unit >= 'A' && unit <= 'Z')
			return LETTER_CAPITAL;
		return unit >= 'a' && unit <= 'z' ? LETTER_SMALL : LETTER_NONE;
	}
	return utf8_fold(unit) != unit ? LETTER_CAPITAL : LETTER_SMALL;
}

static int bonus_of(enum letter before, enum letter here, size_t at)
{
	if (at == 0)
		return SCORE_START;
	if (here == LETTER_NONE)
		return 0;
	if (before == LETTER_NONE)
		return SCORE_WORD;
	if (here != before && here != LETTER_SMALL)
		return SCORE_HUMP;
	return 0;
}

/* Reads up to NAME_UNITS_MAX units; false when the name has more. */
static bool read_units(struct unit *units, size_t *ret_n, bool fold, const char *name, size_t len)
{
	enum letter before = LETTER_NONE;
	size_t n = 0, at = 0;

	while (at < len && n < NAME_UNITS_MAX) {
		uint32_t plain;
		size_t bytes = utf8_unit(name + at, len - at, false, &plain);
		enum letter here = letter_of(plain);

		units[n].at = (uint32_t)at;
		units[n].bonus = bonus_of(before, here, at);
		units[n].value = plain;
		if (fold)
			utf8_unit(name + at, len - at, true, &units[n].value);
		before = here;
		at += bytes;
		n++;
	}
	*ret_n = n;
	return at == len;
}

/* Most names do not match, and this finds it out in one pass. */
static bool is_subsequence(const uint32_t *units, size_t nunits, bool fold, const char *name,
			   size_t len)
{
	size_t found = 0, n;

	for (size_t at = 0; at < len && found < nunits; at += n) {
		uint32_t unit = (unsigned char)name[at];

		n = 1;
		if (unit >= 0x80)
			n = utf8_unit(name + at, len - at, fold, &unit);
		else if (fold && unit - 'A' < 26)
			unit += 32;
		found += unit == units[found];
	}
	return found == nunits;
}

static int first_way(const uint32_t *units, size_t nunits, bool fold, const char *name, size_t len,
		     struct match_spans *spans)
{
	size_t found = 0, n;

	for (size_t at = 0; at < len && found < nunits; at += n) {
		uint32_t unit;

		n = utf8_unit(name + at, len - at, fold, &unit);
		if (unit != units[found])
			continue;
		found++;
		if (spans)
			match_add_span(spans, at, n);
	}
	/* Long before the scores of the best ways: those say more. */
	return 1;
}

/* For each character i of the pattern a row over the name: the best score when i is found at j
 * (`here`), and when it was found somewhere before j (`gap`), less what the gap costs. */
struct rows {
	int here[2][NAME_UNITS_MAX];
	/* Whether the best way to i found at j has i - 1 right before it. */
	uint32_t beside[NAME_UNITS_MAX];                 /* bit i; the pattern has at most 32 */
	uint8_t from[PATTERN_UNITS_MAX][NAME_UNITS_MAX]; /* where i - 1 was, when not beside */
};

static void fill_row(struct rows *rows, size_t i, uint32_t wanted, const struct unit *name,
		     size_t n)
{
	const int *before = rows->here[(i + 1) % 2];
	int *here = rows->here[i % 2];
	int gap = NEVER;
	size_t gap_from = 0;

	for (size_t j = 0; j < n; j++) {
		int beside = j ? before[j - 1] : NEVER;

		here[j] = NEVER;
		if (name[j].value == wanted && i == 0) {
			here[j] = SCORE_FOUND + 2 * name[j].bonus;
		} else if (name[j].value == wanted) {
			int run = beside + MAX(name[j].bonus, SCORE_BESIDE);
			int jump = gap + name[j].bonus;

			if (MAX(run, jump) > NEVER / 2)
				here[j] = SCORE_FOUND + MAX(run, jump);
			rows->beside[j] |= (uint32_t)(run >= jump) << i;
			rows->from[i][j] = (uint8_t)gap_from;
		}
		gap = MAX(gap - GAP_MORE, NEVER);
		if (beside > NEVER && beside - GAP_OPEN > gap) {
			gap = beside - GAP_OPEN;
			gap_from = j - 1;
		}
	}
}

static void trace(const struct rows *rows, size_t nunits, size_t j, const struct unit *name,
		  size_t n, size_t len, struct match_spans *spans)
{
	size_t places[PATTERN_UNITS_MAX];

	for (size_t i = nunits; i-- > 0;) {
		places[i] = j;
		if (i)
			j = rows->beside[j] >> i & 1 ? j - 1 : rows->from[i][j];
	}
	for (size_t i = 0; i < nunits; i++) {
		size_t at = places[i], end = at + 1 < n ? name[at + 1].at : len;

		match_add_span(spans, name[at].at, end - name[at].at);
	}
}

static int best_way(const uint32_t *units, size_t nunits, const struct unit *name, size_t n,
		    size_t len, struct match_spans *spans)
{
	struct rows rows;
	const int *last = rows.here[(nunits - 1) % 2];
	size_t best = 0;

	memset(rows.beside, 0, n * sizeof(*rows.beside));
	for (size_t j = 0; j < n; j++)
		rows.here[1][j] = NEVER; /* before the first character */
	for (size_t i = 0; i < nunits; i++)
		fill_row(&rows, i, units[i], name, n);
	for (size_t j = 1; j < n; j++) {
		if (last[j] > last[best])
			best = j;
	}
	if (spans)
		trace(&rows, nunits, best, name, n, len, spans);
	return MAX(last[best], 2);
}

int fuzzy_score(const uint32_t *units, size_t nunits, bool fold, const char *name, size_t len,
		struct match_spans *spans)
{
	struct unit read[NAME_UNITS_MAX];
	size_t n;

	if (spans)
		spans->n = 0;
	if (!nunits)
		return 1;
	if (!is_subsequence(units, nunits, fold, name, len))
		return 0;
	if (nunits > PATTERN_UNITS_MAX || !read_units(read, &n, fold, name, len))
		return first_way(units, nunits, fold, name, len, spans);
	return best_way(units, nunits, read, n, len, spans);
}
