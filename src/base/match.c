/* SPDX-License-Identifier: MIT */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/match.h"

#include "base/alloc.h"
#include "base/fuzzy.h"
#include "base/glob.h"
#include "base/utf8.h"
#include "base/words.h"

#include <errno.h>
#include <pcre2.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* One name may cost about a millisecond, and the memory of a deep match a megabyte. */
#define REGEX_STEPS_MAX   20000
#define REGEX_DEPTH_MAX   2000
#define REGEX_HEAP_KIB    1024
#define REGEX_PATTERN_MAX 4096
#define REGEX_STEPS_TEXT  1000000 /* of a line of text */
#define BYTES_A_STEP      16      /* that are only run through */

struct matcher {
	atomic_uint refs;
	enum match_kind kind;
	bool fold, invert, empty;
	bool text; /* for lines of text */
	struct str pattern;
	struct words words; /* substring; also a glob with nothing special in it */
	uint32_t *units;    /* fuzzy */
	size_t nunits, units_cap;
	struct glob *glob;
	pcre2_code *code;
	pcre2_code *counted; /* the same, that tells of each step; text only */
	pcre2_match_context *limits;
	/* What one match needs, kept for the next: taken out while in use. */
	_Atomic(pcre2_match_data *) spare;
};

const char *match_kind_name(enum match_kind kind)
{
	static const char *const names[MATCH_KINDS] = {
		[MATCH_SUBSTRING] = "substring",
		[MATCH_FUZZY] = "fuzzy",
		[MATCH_GLOB] = "glob",
		[MATCH_REGEX] = "regex",
	};

	return names[kind];
}

struct matcher *matcher_ref(struct matcher *m)
{
	if (m)
		atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}

void matcher_unref(struct matcher *m)
{
	if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
		return;
	words_done(&m->words);
	free(m->units);
	glob_free(m->glob);
	pcre2_code_free(m->code);
	pcre2_code_free(m->counted);
	pcre2_match_context_free(m->limits);
	pcre2_match_data_free(atomic_load(&m->spare));
	str_done(&m->pattern);
	free(m);
}

bool matcher_empty(const struct matcher *m)
{
	return !m || m->empty;
}

static int compile_substring(struct matcher *m, struct str *err UNUSED)
{
	const char *s = m->pattern.buf;
	size_t len = m->pattern.len;
	int r = 0;

	m->fold = m->words.fold = !utf8_has_upper(s, len);
	if (m->text)
		return words_add(&m->words, s, len);
	for (size_t at = 0; r == 0 && at < len;) {
		const char *space = memchr(s + at, ' ', len - at);
		size_t end = space ? (size_t)(space - s) : len;

		if (end > at)
			r = words_add(&m->words, s + at, end - at);
		at = end + 1;
	}
	m->empty = r == 0 && m->words.n == 0;
	return r;
}

static int compile_fuzzy(struct matcher *m, struct str *err UNUSED)
{
	const char *s = m->pattern.buf;
	size_t len = m->pattern.len, n;

	m->fold = !utf8_has_upper(s, len);
	for (size_t at = 0; at < len; at += n) {
		int r = array_grow(&m->units, &m->units_cap, m->nunits + 1, sizeof(*m->units));

		if (r < 0)
			return r;
		n = utf8_unit(s + at, len - at, m->fold, &m->units[m->nunits++]);
	}
	return 0;
}

static int compile_glob(struct matcher *m, struct str *err)
{
	const char *s = m->pattern.buf;
	size_t len = m->pattern.len;

	m->invert = s[0] == '!';
	s += m->invert;
	len -= m->invert;
	m->fold = m->words.fold = !utf8_has_upper(s, len);
	/* A lone ! is a pattern still being typed. */
	m->empty = len == 0;
	if (m->empty)
		return 0;
	if (!glob_special(s, len))
		return words_add(&m->words, s, len);
	return glob_new(s, len, m->fold, err, &m->glob);
}

/* The capitals of \S and \p{Lu} are not letters to be found. */
static bool regex_has_upper(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint32_t cp;

		if (s[i] == '\\') {
			i++;
			if (i + 1 < len && s[i + 1] == '{') {
				const char *close = memchr(s + i, '}', len - i);

				i = close ? (size_t)(close - s) : len;
			}
			continue;
		}
		i += utf8_decode(s + i, len - i, &cp) - 1;
		if (cp != UTF8_INVALID && utf8_fold(cp) != cp)
			return true;
	}
	return false;
}

static int regex_refused(struct str *err, int code, size_t at)
{
	PCRE2_UCHAR text[256];

	if (code == PCRE2_ERROR_HEAP_FAILED || code == PCRE2_ERROR_NOMEMORY)
		return -ENOMEM;
	if (err && pcre2_get_error_message(code, text, sizeof(text)) > 0)
		str_addf(err, "%s, at character %zu", (const char *)text, at + 1);
	else if (err)
		str_addf(err, "not a regular expression, at character %zu", at + 1);
	return -EINVAL;
}

static pcre2_code *compile_code(const struct matcher *m, uint32_t options, int *ret_code,
				PCRE2_SIZE *ret_at)
{
	return pcre2_compile((PCRE2_SPTR)m->pattern.buf, m->pattern.len,
			     options | PCRE2_MATCH_INVALID_UTF | PCRE2_UTF | PCRE2_DOTALL |
				     (m->fold ? PCRE2_CASELESS : 0),
			     ret_code, ret_at, NULL);
}

static int compile_regex(struct matcher *m, struct str *err)
{
	PCRE2_SIZE at = 0;
	int code;

	m->fold = !regex_has_upper(m->pattern.buf, m->pattern.len);
	if (m->pattern.len > REGEX_PATTERN_MAX) {
		if (err)
			str_addf(err, "longer than %d bytes", REGEX_PATTERN_MAX);
		return -EINVAL;
	}
	m->limits = pcre2_match_context_create(NULL);
	if (!m->limits)
		return -ENOMEM;
	pcre2_set_match_limit(m->limits, m->text ? REGEX_STEPS_TEXT : REGEX_STEPS_MAX);
	pcre2_set_depth_limit(m->limits, REGEX_DEPTH_MAX);
	pcre2_set_heap_limit(m->limits, REGEX_HEAP_KIB);
	m->code = compile_code(m, 0, &code, &at);
	if (m->code && m->text)
		m->counted = compile_code(m, PCRE2_AUTO_CALLOUT, &code, &at);
	return m->code && (m->counted || !m->text) ? 0 : regex_refused(err, code, at);
}

static int compile_any(enum match_kind kind, bool text, const char *pattern, size_t len,
		       struct str *err, struct matcher **ret_matcher)
{
	static int (*const compile[MATCH_KINDS])(struct matcher *, struct str *) = {
		[MATCH_SUBSTRING] = compile_substring,
		[MATCH_FUZZY] = compile_fuzzy,
		[MATCH_GLOB] = compile_glob,
		[MATCH_REGEX] = compile_regex,
	};
	struct matcher *m = calloc(1, sizeof(*m));
	int r;

	if (!m)
		return -ENOMEM;
	atomic_init(&m->refs, 1);
	atomic_init(&m->spare, NULL);
	m->kind = kind;
	m->text = text;
	str_init(&m->pattern);
	m->empty = len == 0;
	r = str_add(&m->pattern, pattern, len);
	if (r == 0 && !m->empty)
		r = compile[kind](m, err);
	if (r < 0) {
		matcher_unref(m);
		return r;
	}
	*ret_matcher = m;
	return 0;
}

int matcher_new(enum match_kind kind, const char *pattern, size_t len, struct str *err,
		struct matcher **ret_matcher)
{
	return compile_any(kind, false, pattern, len, err, ret_matcher);
}

int matcher_new_text(enum match_kind kind, const char *pattern, size_t len, struct str *err,
		     struct matcher **ret_matcher)
{
	return compile_any(kind, true, pattern, len, err, ret_matcher);
}

void match_add_span(struct match_spans *spans, size_t start, size_t len)
{
	size_t end = start + len;
	uint32_t keep = 0, at;

	for (uint32_t i = 0; i < spans->n; i++) {
		size_t from = spans->at[i].start, to = from + spans->at[i].len;

		if (to < start || from > end) {
			spans->at[keep++] = spans->at[i];
			continue;
		}
		start = MIN(start, from);
		end = MAX(end, to);
	}
	spans->n = keep;
	if (spans->n == MATCH_SPANS_MAX)
		return;
	for (at = spans->n++; at > 0 && spans->at[at - 1].start > start; at--)
		spans->at[at] = spans->at[at - 1];
	spans->at[at].start = (uint32_t)start;
	spans->at[at].len = (uint32_t)(end - start);
}

/* Takes pcre2_match()'s result; *ret_len is 0 when the match is empty, or when \K in a lookahead
 * put its start after its end. pcre2_match() writes to its match data, so no two threads may share
 * one. */
static int run_regex(const struct matcher *const_m, const pcre2_code *code,
		     pcre2_match_context *limits, const char *name, size_t len, size_t from,
		     size_t *ret_at, size_t *ret_len)
{
	_Atomic(pcre2_match_data *) *spare =
		(_Atomic(pcre2_match_data *) *)(uintptr_t)&const_m->spare;
	pcre2_match_data *data = atomic_exchange(spare, NULL);
	int r;

	if (!data)
		data = pcre2_match_data_create(1, NULL);
	if (!data)
		return PCRE2_ERROR_NOMEMORY;
	/* 0: there are more groups than the one asked for. */
	r = pcre2_match(code, (PCRE2_SPTR)name, len, from, 0, data, limits);
	if (r >= 0) {
		const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);

		*ret_at = ends[0];
		*ret_len = ends[1] > ends[0] ? ends[1] - ends[0] : 0;
	}
	pcre2_match_data_free(atomic_exchange(spare, data));
	return r;
}

static int find_regex(const struct matcher *m, const char *name, size_t len, size_t from,
		      size_t *ret_at, size_t *ret_len)
{
	return run_regex(m, m->code, m->limits, name, len, from, ret_at, ret_len);
}

/* Beyond the limits is no match. */
static bool test_regex(const struct matcher *m, const char *name, size_t len,
		       struct match_spans *spans)
{
	size_t at, n;

	if (find_regex(m, name, len, 0, &at, &n) < 0)
		return false;
	if (spans && n)
		match_add_span(spans, at, n);
	return true;
}

bool matcher_find(const struct matcher *m, const char *s, size_t len, size_t from, size_t *ret_at,
		  size_t *ret_len, bool *ret_gave_up)
{
	int r;

	if (matcher_empty(m) || from > len)
		return false;
	if (m->words.n) {
		if (!words_find(&m->words, s + from, len - from, ret_at, ret_len))
			return false;
		*ret_at += from;
		return true;
	}
	r = find_regex(m, s, len, from, ret_at, ret_len);
	if (r < 0 && r != PCRE2_ERROR_NOMATCH && ret_gave_up)
		*ret_gave_up = true;
	return r >= 0 && *ret_at >= from;
}

/* ---- with a budget ---- */

struct budget {
	uint32_t *left;
	size_t at; /* where the match was at the last step */
};

static bool spend(uint32_t *left, size_t bytes)
{
	size_t steps = 1 + bytes / BYTES_A_STEP;

	*left -= (uint32_t)MIN(steps, *left);
	return *left > 0;
}

/* Before each part of the pattern. The limit of steps begins anew at each place of the text where a
 * match may begin; this does not. */
static int count_step(pcre2_callout_block *block, void *data)
{
	struct budget *b = data;
	size_t was = b->at, is = block->current_position;

	b->at = is;
	return spend(b->left, is > was ? is - was : was - is) ? 0 : PCRE2_ERROR_CALLOUT;
}

static bool find_counted(const struct matcher *m, const char *s, size_t len, size_t from,
			 uint32_t *budget, size_t *ret_at, size_t *ret_len)
{
	pcre2_match_context *limits = pcre2_match_context_copy(m->limits);
	struct budget b = {.left = budget, .at = from};
	int r;

	if (!limits)
		return false;
	pcre2_set_match_limit(limits, REGEX_STEPS_MAX);
	pcre2_set_callout(limits, count_step, &b);
	r = run_regex(m, m->counted, limits, s, len, from, ret_at, ret_len);
	pcre2_match_context_free(limits);
	return r >= 0 && *ret_at >= from;
}

bool matcher_find_within(const struct matcher *m, const char *s, size_t len, size_t from,
			 uint32_t *budget, size_t *ret_at, size_t *ret_len)
{
	bool found;

	if (matcher_empty(m) || !m->text || from > len || *budget == 0)
		return false;
	if (m->code) /* looks whether it is UTF-8, first */
		return spend(budget, len - from) &&
		       find_counted(m, s, len, from, budget, ret_at, ret_len);
	found = matcher_find(m, s, len, from, ret_at, ret_len, NULL);
	(void)spend(budget, (found ? *ret_at + *ret_len : len) - from);
	return found;
}

bool matcher_is_phrase(const struct matcher *m)
{
	return m && m->text && m->words.n;
}

bool matcher_is_ascii(const struct matcher *m)
{
	bool ascii = matcher_is_phrase(m);

	for (size_t i = 0; ascii && i < m->pattern.len; i++)
		ascii = (unsigned char)m->pattern.buf[i] < 0x80;
	return ascii;
}

int matcher_test(const struct matcher *m, const char *name, size_t len, struct match_spans *spans)
{
	bool found;

	if (spans)
		spans->n = 0;
	if (matcher_empty(m))
		return 1;
	if (m->kind == MATCH_FUZZY)
		return fuzzy_score(m->units, m->nunits, m->fold, name, len, spans);
	if (m->words.n)
		found = words_test(&m->words, name, len, spans);
	else if (m->glob)
		found = glob_test(m->glob, name, len);
	else
		found = test_regex(m, name, len, spans);
	if (m->invert && spans)
		spans->n = 0;
	return found != m->invert;
}

static bool units_narrow(const struct matcher *m, const struct matcher *older)
{
	const char *s = m->pattern.buf;
	size_t found = 0, n;

	for (size_t at = 0; at < m->pattern.len && found < older->nunits; at += n) {
		uint32_t unit;

		n = utf8_unit(s + at, m->pattern.len - at, older->fold, &unit);
		found += unit == older->units[found];
	}
	return found == older->nunits;
}

bool matcher_narrows(const struct matcher *m, const struct matcher *older)
{
	if (matcher_empty(older))
		return true;
	if (matcher_empty(m) || m->kind != older->kind || (m->fold && !older->fold))
		return false;
	/* Part of a character is found by its bytes only when case counts. */
	if (!utf8_valid(older->pattern.buf, older->pattern.len) ||
	    !utf8_valid(m->pattern.buf, m->pattern.len))
		return false;
	if (m->kind == MATCH_SUBSTRING)
		return words_narrow(&m->words, &older->words);
	return m->kind == MATCH_FUZZY && units_narrow(m, older);
}
