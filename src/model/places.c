/* SPDX-License-Identifier: MIT */
#include "model/places.h"

#include "base/alloc.h"
#include "base/escape.h"
#include "base/match.h"
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VISIT    1000                 /* thousandths */
#define RANK_MAX (1000000ull * VISIT) /* what a file may say */
#define TIME_MAX 99999999999ll        /* seconds: the year 5138 */
#define HOUR     3600
#define DAY      (24 * HOUR)
#define WEEK     (7 * DAY)

static const char first_line[] = "trowel places 1\n";

void places_init(struct places *p)
{
	*p = (struct places){0};
	map_init(&p->index);
}

void places_clear(struct places *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->at[i].path);
	p->n = 0;
	map_clear(&p->index);
}

void places_done(struct places *p)
{
	places_clear(p);
	free(p->at);
	map_done(&p->index);
	*p = (struct places){0};
}

static struct visited *find(const struct places *p, const char *path)
{
	uintptr_t at;

	return map_get(&p->index, path, strlen(path), &at) ? &p->at[at - 1] : NULL;
}

/* The entry of this path; a new one is worth nothing yet. NULL: no memory. */
static struct visited *get(struct places *p, const char *path)
{
	struct visited *v = find(p, path);
	char *copy;

	if (v)
		return v;
	copy = strdup(path);
	if (!copy || array_grow(&p->at, &p->cap, p->n + 1, sizeof(*p->at)) < 0 ||
	    map_put(&p->index, path, strlen(path), p->n + 1) < 0) {
		free(copy);
		return NULL;
	}
	v = &p->at[p->n++];
	*v = (struct visited){.path = copy};
	return v;
}

static void add(struct visited *v, uint64_t rank, int64_t last)
{
	v->rank = MIN(v->rank + rank, RANK_MAX);
	v->last = MAX(v->last, last);
}

int places_visit(struct places *p, const char *path, int64_t now)
{
	struct visited *v = get(p, path);

	if (!v)
		return -ENOMEM;
	v->gone = false;
	add(v, VISIT, MIN(MAX(now, 0), TIME_MAX));
	return 0;
}

int places_gone(struct places *p, const char *path, int64_t now)
{
	struct visited *v = get(p, path);

	if (!v)
		return -ENOMEM;
	*v = (struct visited){.path = v->path, .last = MIN(MAX(now, 0), TIME_MAX), .gone = true};
	return 0;
}

int places_merge(struct places *p, const struct places *more)
{
	for (size_t i = 0; i < more->n; i++) {
		const struct visited *from = &more->at[i];
		struct visited *v = get(p, from->path);

		if (!v)
			return -ENOMEM;
		if (!from->gone) {
			v->gone = false;
			add(v, from->rank, from->last);
		} else if (v->last <= from->last) {
			*v = (struct visited){.path = v->path, .last = from->last, .gone = true};
		}
	}
	return 0;
}

/* ---- ageing ---- */

uint64_t places_score(const struct visited *v, int64_t now)
{
	int64_t age = now - v->last;

	if (age < HOUR) /* a clock that was set back: as if just now */
		return v->rank * 16;
	if (age < DAY)
		return v->rank * 8;
	return age < WEEK ? v->rank * 2 : v->rank;
}

static uint64_t total(const struct places *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->n; i++)
		sum += p->at[i].rank;
	return sum;
}

static int compare_scores(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* The score that only the best PLACES_MAX have, or 0. */
static int find_floor(const struct places *p, int64_t now, uint64_t *ret_floor)
{
	uint64_t *scores;

	*ret_floor = 0;
	if (p->n <= PLACES_MAX)
		return 0;
	scores = calloc(p->n, sizeof(*scores));
	if (!scores)
		return -ENOMEM;
	for (size_t i = 0; i < p->n; i++)
		scores[i] = places_score(&p->at[i], now);
	qsort(scores, p->n, sizeof(*scores), compare_scores);
	*ret_floor = scores[PLACES_MAX - 1];
	free(scores);
	return 0;
}

/* Those that stay, counted from the best: of several with the score of the floor the first. */
static void drop_below(struct places *p, int64_t now, uint64_t floor)
{
	size_t n = 0, above = 0, level = 0;

	for (size_t i = 0; i < p->n; i++)
		above += places_score(&p->at[i], now) > floor;
	for (size_t i = 0; i < p->n; i++) {
		struct visited *v = &p->at[i];
		uint64_t score = places_score(v, now);
		bool fits = score > floor || (score == floor && above + level < PLACES_MAX);

		level += fits && score == floor;
		if (fits && !v->gone && v->rank >= VISIT)
			p->at[n++] = *v;
		else
			free(v->path);
	}
	p->n = n;
}

/* The file must stay one that is read again. */
static void drop_long(struct places *p, int64_t now)
{
	size_t bytes = 0;

	for (size_t i = 0; i < p->n; i++)
		bytes += strlen(p->at[i].path);
	while (bytes > PLACES_BYTES) {
		size_t worst = 0;

		for (size_t i = 1; i < p->n; i++)
			if (places_score(&p->at[i], now) < places_score(&p->at[worst], now))
				worst = i;
		bytes -= strlen(p->at[worst].path);
		free(p->at[worst].path);
		memmove(&p->at[worst], &p->at[worst + 1], (--p->n - worst) * sizeof(p->at[0]));
	}
}

/* Positions have changed. */
static int index_again(struct places *p)
{
	map_clear(&p->index);
	for (size_t i = 0; i < p->n; i++) {
		if (map_put(&p->index, p->at[i].path, strlen(p->at[i].path), i + 1) == 0)
			continue;
		/* What cannot be found again must not be there. */
		places_clear(p);
		return -ENOMEM;
	}
	return 0;
}

int places_age(struct places *p, int64_t now)
{
	uint64_t floor;
	int err;

	while (total(p) > (uint64_t)PLACES_TOTAL * VISIT)
		for (size_t i = 0; i < p->n; i++)
			p->at[i].rank = p->at[i].rank * 9 / 10;
	err = find_floor(p, now, &floor);
	if (err)
		return err;
	drop_below(p, now, floor);
	drop_long(p, now);
	return index_again(p);
}

/* ---- as text ---- */

/* Digits up to a blank, without anything else; moves *line behind the blank. */
static bool take_number(const char **line, const char *end, uint64_t max, uint64_t *ret)
{
	const char *s = *line;
	uint64_t n = 0;

	if (s == end || *s < '0' || *s > '9' || (*s == '0' && s + 1 < end && s[1] != ' '))
		return false;
	for (; s < end && *s >= '0' && *s <= '9'; s++) {
		n = n * 10 + (uint64_t)(*s - '0');
		if (n > max)
			return false;
	}
	if (s == end || *s != ' ')
		return false;
	*line = s + 1;
	*ret = n;
	return true;
}

/* 0, -ENOMEM, -EINVAL: not such a line. */
static int take_line(struct places *p, const char *line, const char *end)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	uint64_t rank, last;
	struct visited *v;
	int err;

	if (!take_number(&line, end, RANK_MAX, &rank) ||
	    !take_number(&line, end, (uint64_t)TIME_MAX, &last) || rank < VISIT || line == end ||
	    *line != '/')
		return -EINVAL;
	err = escape_take(&path, line, (size_t)(end - line));
	if (err)
		return err;
	v = get(p, path.buf);
	if (!v)
		return -ENOMEM;
	add(v, rank, (int64_t)last);
	return 0;
}

int places_load(struct places *p, const char *text, size_t len, size_t *ret_bad)
{
	const char *end = text + len, *line;
	size_t head = sizeof(first_line) - 1, bad = 0;

	if (len < head || memcmp(text, first_line, head) != 0)
		return -EINVAL;
	for (line = text + head; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		int err = stop ? take_line(p, line, stop) : -EINVAL; /* a torn last line */

		if (err == -ENOMEM)
			return err;
		bad += err != 0;
		line = stop ? stop + 1 : end;
	}
	*ret_bad = bad;
	return 0;
}

int places_save(const struct places *p, struct str *out)
{
	str_adds(out, first_line);
	for (size_t i = 0; i < p->n; i++) {
		const struct visited *v = &p->at[i];

		if (v->gone || v->rank < VISIT)
			continue;
		str_addf(out, "%llu %lld ", (unsigned long long)v->rank, (long long)v->last);
		escape_add(out, v->path, strlen(v->path));
		str_addc(out, '\n');
	}
	return out->failed ? -ENOMEM : 0;
}

/* ---- looking for one ---- */

struct candidate {
	size_t at;
	uint64_t rank; /* what it is sorted by */
	bool base;     /* the last word is in the last component */
};

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->base != y->base)
		return x->base ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? 1 : -1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static const char *last_word(const char *typed)
{
	size_t len = strlen(typed), start;

	while (len && typed[len - 1] == ' ')
		len--;
	start = len;
	while (start && typed[start - 1] != ' ' && typed[start - 1] != '/')
		start--;
	return typed + start;
}

static long collect(const struct places *p, enum match_kind kind, const char *typed,
		    const char *except, int64_t now, struct candidate *found)
{
	struct matcher *m, *last = NULL;
	const char *word = last_word(typed);
	long n = 0;

	if (matcher_new(kind, typed, strlen(typed), NULL, &m) < 0)
		return -ENOMEM;
	if (matcher_new(kind, word, strlen(word), NULL, &last) < 0) {
		matcher_unref(m);
		return -ENOMEM;
	}
	for (size_t i = 0; i < p->n; i++) {
		const struct visited *v = &p->at[i];
		const char *base = path_base(v->path);
		int score = matcher_test(m, v->path, strlen(v->path), NULL);

		if (!score || v->gone || (except && strcmp(v->path, except) == 0))
			continue;
		found[n++] = (struct candidate){
			.at = i,
			.rank = kind == MATCH_FUZZY ? (uint64_t)score : places_score(v, now),
			.base = matcher_test(last, base, strlen(base), NULL) > 0};
	}
	matcher_unref(m);
	matcher_unref(last);
	return n;
}

long places_find(const struct places *p, const char *typed, const char *except, int64_t now,
		 size_t *ret_at, size_t max)
{
	struct candidate *found = calloc(p->n + 1, sizeof(*found));
	long n;

	if (!found)
		return -ENOMEM;
	n = collect(p, MATCH_SUBSTRING, typed, except, now, found);
	if (n == 0)
		n = collect(p, MATCH_FUZZY, typed, except, now, found);
	if (n > 0)
		qsort(found, (size_t)n, sizeof(*found), compare_candidates);
	n = MIN(n, (long)max);
	for (long i = 0; i < n; i++)
		ret_at[i] = found[i].at;
	free(found);
	return n;
}
