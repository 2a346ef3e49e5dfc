/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "base/glob.h"
#include "base/match.h"

#include <errno.h>
#include <pthread.h>

static struct matcher *compile(enum match_kind kind, const char *pattern)
{
	struct matcher *m = NULL;

	assert_int_equal(matcher_new(kind, pattern, strlen(pattern), NULL, &m), 0);
	return m;
}

static int test(enum match_kind kind, const char *pattern, const char *name)
{
	struct matcher *m = compile(kind, pattern);
	int score = matcher_test(m, name, strlen(name), NULL);

	matcher_unref(m);
	return score;
}

static void matches_names(void **state)
{
	static const struct {
		enum match_kind kind;
		const char *pattern, *name;
		bool matches;
	} cases[] = {
		{MATCH_SUBSTRING, "", "anything", true},
		{MATCH_SUBSTRING, "  ", "anything", true},
		{MATCH_SUBSTRING, "img", "my-IMG-1.jpg", true},
		{MATCH_SUBSTRING, "IMG", "my-img-1.jpg", false},
		{MATCH_SUBSTRING, "jpg my", "my-IMG-1.jpg", true},
		{MATCH_SUBSTRING, "jpg your", "my-IMG-1.jpg", false},
		{MATCH_SUBSTRING, "\xc3\xa9t\xc3\xa9", "L'\xc3\x89T\xc3\x89", true},
		{MATCH_SUBSTRING, "\xc3\x89", "\xc3\xa9", false},
		{MATCH_SUBSTRING, "k", "\xe2\x84\xaa", false},
		{MATCH_SUBSTRING, "a\xff", "xA\xffy", true},
		{MATCH_SUBSTRING, "longer than the name", "long", false},
		{MATCH_GLOB, "", "x", true},
		{MATCH_GLOB, "!", "x", true},
		{MATCH_GLOB, "*.jpg", "A.JPG", true},
		{MATCH_GLOB, "*.JPG", "a.jpg", false},
		{MATCH_GLOB, "*.jpg", "a.jpg.txt", false},
		{MATCH_GLOB, "a?c", "abc", true},
		{MATCH_GLOB, "a?c",
		 "a\xc3\xa9"
		 "c",
		 true},
		{MATCH_GLOB, "a?c",
		 "a\xff"
		 "c",
		 true},
		{MATCH_GLOB, "a?c", "ac", false},
		{MATCH_GLOB, "*a*b*c", "xxaxxbxxbxxc", true},
		{MATCH_GLOB, "*a*b*c", "xxaxxcxxb", false},
		{MATCH_GLOB, "bc", "abcd", true},
		{MATCH_GLOB, "!bc", "abcd", false},
		{MATCH_GLOB, "!*.o", "main.c", true},
		{MATCH_GLOB, "*.{jpg,png}", "a.png", true},
		{MATCH_GLOB, "*.{jpg,p{n,p}g}", "a.ppg", true},
		{MATCH_GLOB, "*.{jpg,png}", "a.gif", false},
		{MATCH_GLOB, "a{,b}c", "ac", true},
		{MATCH_GLOB, "[a-c]x", "bx", true},
		{MATCH_GLOB, "[a-c]x", "Bx", true},
		{MATCH_GLOB, "[!a-c]x", "bx", false},
		{MATCH_GLOB, "[^a-c]x", "dx", true},
		{MATCH_GLOB, "[]]x", "]x", true},
		{MATCH_GLOB, "[a-]x", "-x", true},
		{MATCH_GLOB, "[\\]]x", "]x", true},
		{MATCH_GLOB, "{[,],b}", ",", true},
		{MATCH_GLOB, "\\*x", "*x", true},
		{MATCH_GLOB, "\\*x", "ax", false},
		{MATCH_GLOB, "\\{a\\}*", "{a}b", true},
		{MATCH_GLOB, "{,}", "", true},
		{MATCH_GLOB, "{,}", "x", false},
		{MATCH_GLOB, "*", "", true},
		{MATCH_GLOB, "?", "", false},
		{MATCH_REGEX, "^a.*\\.c$", "A-b.C", true},
		{MATCH_REGEX, "^A", "abc", false},
		{MATCH_REGEX, "\\S+\\W", "a b", true},
		{MATCH_REGEX, "\\p{Lu}x", "Ax", true},
		{MATCH_REGEX, "b.d",
		 "\xff"
		 "b\xc3\xa9"
		 "d\xfe",
		 true},
		{MATCH_REGEX, "(a)|(b)|(c)", "c", true},
		{MATCH_FUZZY, "mjs", "main.js", true},
		{MATCH_FUZZY, "sjm", "main.js", false},
		{MATCH_FUZZY, "MJ", "main.js", false},
		{MATCH_FUZZY, "\xc3\xa9", "\xc3\x89", true},
		{MATCH_FUZZY, "a\xff", "xa-\xff", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if ((test(cases[i].kind, cases[i].pattern, cases[i].name) > 0) != cases[i].matches)
			fail_msg("%s: \"%s\" on \"%s\"", match_kind_name(cases[i].kind),
				 cases[i].pattern, cases[i].name);
	}
}

static void bad_patterns_say_why(void **state)
{
	static const struct {
		enum match_kind kind;
		const char *pattern, *reason;
	} cases[] = {
		{MATCH_GLOB, "a[b", "[ without ]"},
		{MATCH_GLOB, "a{b,c", "{ without }"},
		{MATCH_GLOB, "*\\", "nothing after the last \\"},
		{MATCH_GLOB, "[z-a]", "a range in [ ] runs backwards"},
		{MATCH_GLOB, "{0,1}{0,1}{0,1}{0,1}{0,1}{0,1}{0,1}{0,1}{0,1}",
		 "too many alternatives in { }"},
		{MATCH_REGEX, "a(b", "missing closing parenthesis, at character 4"},
	};
	struct matcher *m = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str err = STR_INIT;

		assert_int_equal(matcher_new(cases[i].kind, cases[i].pattern,
					     strlen(cases[i].pattern), &err, &m),
				 -EINVAL);
		assert_string_equal(err.buf, cases[i].reason);
		assert_int_equal(matcher_new(cases[i].kind, cases[i].pattern,
					     strlen(cases[i].pattern), NULL, &m),
				 -EINVAL);
		str_done(&err);
	}
	assert_null(m);
}

static void spans_are(enum match_kind kind, const char *pattern, const char *name, const char *want)
{
	struct matcher *m = compile(kind, pattern);
	struct match_spans spans;
	char got[300];
	size_t len = strlen(name);

	assert_true(matcher_test(m, name, len, &spans) > 0);
	memset(got, '.', len);
	got[len] = '\0';
	for (uint32_t i = 0; i < spans.n; i++) {
		assert_true(spans.at[i].len > 0);
		assert_true(i == 0 ||
			    spans.at[i].start > spans.at[i - 1].start + spans.at[i - 1].len);
		assert_true(spans.at[i].start + spans.at[i].len <= len);
		memset(got + spans.at[i].start, '^', spans.at[i].len);
	}
	assert_string_equal(got, want);
	matcher_unref(m);
}

static void highlights(void **state)
{
	(void)state;
	spans_are(MATCH_SUBSTRING, "jpg my", "my-1.jpg", "^^...^^^");
	spans_are(MATCH_SUBSTRING, "bcd abc", "xabcdx", ".^^^^.");
	spans_are(MATCH_SUBSTRING, "\xc3\xa9",
		  "a\xc3\x89"
		  "b",
		  ".^^.");
	spans_are(MATCH_GLOB, "bc", "abcd", ".^^.");
	spans_are(MATCH_GLOB, "*.c", "a.c", "...");
	spans_are(MATCH_REGEX, "b+", "abbc", ".^^.");
	spans_are(MATCH_REGEX, "x*", "abbc", "....");
	spans_are(MATCH_FUZZY, "mjs", "main.js", "^....^^");
	spans_are(MATCH_FUZZY, "fb", "xfoofoobar-fooBar", "...........^..^..");
	spans_are(MATCH_FUZZY, "abc", "a-b-abc", "....^^^");
	spans_are(MATCH_FUZZY, "aaaaaaaaaaaaaaaaaaaa", "abababababababababababababababababababab",
		  "^.^.^.^.^.^.^.^.^.^.^.^.^.^.^.^.........");
}

static void fuzzy_prefers(void **state)
{
	static const struct {
		const char *pattern, *better, *worse;
	} cases[] = {
		{"foo", "foo.c", "xfoo.c"},
		{"foo", "a-foo", "a-fxoo"},
		{"fb", "foo-bar", "foobar"},
		{"fb", "fooBar", "foobar"},
		{"abc", "abc-long-name", "a-long-b-and-xc"},
		{"v2", "app-v2", "avp02"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (test(MATCH_FUZZY, cases[i].pattern, cases[i].better) <=
		    test(MATCH_FUZZY, cases[i].pattern, cases[i].worse))
			fail_msg("%s: %s", cases[i].pattern, cases[i].better);
	}
}

static void long_names_and_patterns(void **state)
{
	static char name[65535];
	char pattern[200];

	(void)state;
	memset(name, 'a', sizeof(name));
	memset(pattern, 'a', sizeof(pattern));
	for (enum match_kind kind = 0; kind < MATCH_KINDS; kind++) {
		for (size_t len = 1; len <= sizeof(pattern); len += 33) {
			struct match_spans spans;
			struct matcher *m;

			assert_int_equal(matcher_new(kind, pattern, len, NULL, &m), 0);
			assert_true(matcher_test(m, name, sizeof(name), &spans) > 0);
			assert_true(matcher_test(m, name, len, &spans) > 0);
			assert_int_equal(matcher_test(m, name, len - 1, &spans), 0);
			matcher_unref(m);
		}
	}
}

/* Exponential for a matcher that tries everything; must come back at all. */
static void no_pattern_hangs(void **state)
{
	const char *names = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";

	(void)state;
	assert_int_equal(test(MATCH_REGEX, "^(a+)+$", names), 0);
	assert_int_equal(test(MATCH_REGEX, "^(a|a?)+b$", names), 0);
	assert_int_equal(test(MATCH_GLOB, "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", names), 0);
}

static void narrowing_is_certain(void **state)
{
	static const struct {
		enum match_kind kind;
		const char *newer, *older;
		bool narrows;
	} cases[] = {
		{MATCH_SUBSTRING, "imgs", "img", true},
		{MATCH_SUBSTRING, "img jpg", "img", true},
		{MATCH_SUBSTRING, "img", "img jpg", false},
		{MATCH_SUBSTRING, "IMG", "img", true},
		{MATCH_SUBSTRING, "img", "Img", false},
		{MATCH_SUBSTRING, "x", "", true},
		{MATCH_SUBSTRING, "", "x", false},
		{MATCH_SUBSTRING, "a b", "ab", false},
		{MATCH_SUBSTRING, "\xc3\xa9", "\xa9", false},
		{MATCH_FUZZY, "abc", "ac", true},
		{MATCH_FUZZY, "ABC", "ac", true},
		{MATCH_FUZZY, "abc", "ca", false},
		{MATCH_GLOB, "*.jpg", "*.jp", false},
		{MATCH_REGEX, "ab", "a", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct matcher *newer = compile(cases[i].kind, cases[i].newer);
		struct matcher *older = compile(cases[i].kind, cases[i].older);

		if (matcher_narrows(newer, older) != cases[i].narrows)
			fail_msg("%s after %s", cases[i].newer, cases[i].older);
		assert_true(matcher_narrows(newer, NULL));
		matcher_unref(newer);
		matcher_unref(older);
	}
	assert_true(matcher_empty(NULL));
}

static size_t random_text(char buf[32])
{
	static const char *const pieces[] = {
		"a", "A", "b", "k", " ", "\xc3\xa9", "\xc3\x89", "\xe2\x84\xaa", "\xa9", "."};
	size_t len = 0, n = (size_t)rand() % 6;

	for (size_t i = 0; i < n; i++) {
		const char *piece = pieces[(size_t)rand() % ARRAY_LEN(pieces)];

		memcpy(buf + len, piece, strlen(piece));
		len += strlen(piece);
	}
	return len;
}

static void narrowing_holds_for_random_names(void **state)
{
	(void)state;
	srand(9);
	for (int i = 0; i < 100000; i++) {
		enum match_kind kind = i % 2 ? MATCH_SUBSTRING : MATCH_FUZZY;
		struct matcher *newer, *older;
		char text[32], name[32];

		assert_int_equal(matcher_new(kind, text, random_text(text), NULL, &newer), 0);
		assert_int_equal(matcher_new(kind, text, random_text(text), NULL, &older), 0);
		for (int k = 0; k < 4 && matcher_narrows(newer, older); k++) {
			size_t len = random_text(name);

			if (matcher_test(newer, name, len, NULL))
				assert_true(matcher_test(older, name, len, NULL));
		}
		matcher_unref(newer);
		matcher_unref(older);
	}
}

/* Eight bytes are looked at at once: every place of the word in the name, every length. */
static void finds_words_anywhere(void **state)
{
	static const char letters[] = "aAbB.@`[{1Qq";

	(void)state;
	srand(10);
	for (int i = 0; i < 200000; i++) {
		char name[40], word[8];
		size_t len = (size_t)rand() % 32, word_len = 1 + (size_t)rand() % 3;
		struct match_spans spans;
		struct matcher *m;
		const char *found;

		for (size_t k = 0; k < len; k++)
			name[k] = letters[(size_t)rand() % (sizeof(letters) - 1)];
		name[len] = '\0';
		for (size_t k = 0; k < word_len; k++)
			word[k] = "ab.@`[{1q"[rand() % 9];
		word[word_len] = '\0';
		found = strcasestr(name, word);
		assert_int_equal(matcher_new(MATCH_SUBSTRING, word, word_len, NULL, &m), 0);
		assert_int_equal(matcher_test(m, name, len, &spans), found != NULL);
		assert_int_equal(spans.n, found != NULL);
		if (found)
			assert_ptr_equal(name + spans.at[0].start, found);
		matcher_unref(m);
	}
}

static void nth_allocation_fails(void **state)
{
	static const char *const patterns[MATCH_KINDS] = {"some words", "fuzzy text of 20 chars",
							  "[a-c]{a,b}*", "(a|b)+"};

	(void)state;
	for (enum match_kind kind = 0; kind < MATCH_KINDS; kind++) {
		for (unsigned long n = 1;; n++) {
			struct matcher *m = NULL;
			int r;

			nomem_arm(n);
			r = matcher_new(kind, patterns[kind], strlen(patterns[kind]), NULL, &m);
			bool failed = nomem_disarm();
			if (r == 0)
				matcher_unref(m);
			if (!failed)
				break;
			assert_int_equal(r, -ENOMEM);
		}
	}
}

static void *test_many(void *arg)
{
	const struct matcher *m = arg;
	intptr_t found = 0;

	for (int i = 0; i < 2000; i++) {
		char name[32];
		int len = snprintf(name, sizeof(name), "name-%d", i);

		found += matcher_test(m, name, (size_t)len, NULL);
	}
	return (void *)found;
}

static void threads_share_a_matcher(void **state)
{
	struct matcher *m = compile(MATCH_REGEX, "-\\d*7\\d*$");
	pthread_t threads[4];
	void *found, *want = test_many(m);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, test_many, m), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &found), 0);
		assert_ptr_equal(found, want);
	}
	matcher_unref(matcher_ref(m));
	matcher_unref(m);
	matcher_unref(NULL);
}

/* Of a line of text: a phrase or a regex, from a place on. */
static void finds_in_text(void **state)
{
	static const struct {
		enum match_kind kind;
		const char *pattern, *text;
		size_t from;
		int at, len;
	} rows[] = {
		{MATCH_SUBSTRING, "two one", "one two one two", 0, 4, 7},
		{MATCH_SUBSTRING, "one", "one two one two", 0, 0, 3},
		{MATCH_SUBSTRING, "one", "one two ONE two", 1, 8, 3},
		{MATCH_SUBSTRING, "ONE", "one two", 0, -1, 0},
		{MATCH_SUBSTRING, "one", "one", 3, -1, 0},
		{MATCH_SUBSTRING, "one", "one", 4, -1, 0},
		{MATCH_SUBSTRING, "\xc3\xa9", "\xc3\x89x", 0, 0, 2},
		{MATCH_REGEX, "^one", "one one", 0, 0, 3},
		{MATCH_REGEX, "^one", "one one", 1, -1, 0},
		{MATCH_REGEX, "o.e", "one oxe", 1, 4, 3},
		{MATCH_REGEX, "x*", "ab", 1, 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct matcher *m = NULL;
		size_t at = 99, len = 99;
		bool found;

		assert_int_equal(matcher_new_text(rows[i].kind, rows[i].pattern,
						  strlen(rows[i].pattern), NULL, &m),
				 0);
		found = matcher_find(m, rows[i].text, strlen(rows[i].text), rows[i].from, &at, &len,
				     NULL);
		if (found != (rows[i].at >= 0) ||
		    (found && ((int)at != rows[i].at || (int)len != rows[i].len)))
			fail_msg("row %zu: %d at %zu, %zu bytes", i, found, at, len);
		/* With effort enough it is the same, and takes of it. */
		uint32_t budget = 1000;
		size_t at2 = 99, len2 = 99;
		assert_int_equal(matcher_find_within(m, rows[i].text, strlen(rows[i].text),
						     rows[i].from, &budget, &at2, &len2),
				 found);
		assert_true(!found || (at2 == at && len2 == len));
		assert_in_range(budget, 900, rows[i].from < 4 ? 999 : 1000);
		budget = 0;
		assert_false(matcher_find_within(m, rows[i].text, strlen(rows[i].text),
						 rows[i].from, &budget, &at2, &len2));
		assert_int_equal(matcher_is_phrase(m), rows[i].kind == MATCH_SUBSTRING);
		assert_int_equal(matcher_is_ascii(m),
				 rows[i].kind == MATCH_SUBSTRING && rows[i].pattern[0] > 0);
		matcher_unref(m);
	}
}

/* A pattern that would take for ever is given up, and that is said. */
static void gives_up(void **state)
{
	struct matcher *m = NULL;
	char text[4000];
	size_t at, len;
	bool gave_up = false;

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(matcher_new_text(MATCH_REGEX, "(a*)*(a*)*b", 11, NULL, &m), 0);
	assert_false(matcher_find(m, text, sizeof(text), 0, &at, &len, &gave_up));
	matcher_unref(m);
	assert_int_equal(matcher_new_text(MATCH_REGEX, "(a+)+\\d$|b", 11, NULL, &m), 0);
	assert_false(matcher_find(m, text, sizeof(text), 0, &at, &len, &gave_up));
	assert_true(gave_up);
	matcher_unref(m);
}

/* What takes a little at each place of a long text is bounded, too. */
static void ends_with_its_budget(void **state)
{
	struct matcher *m = NULL;
	static char text[60000];
	uint32_t budget = 20000;
	size_t at, len;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 'b';
	assert_int_equal(matcher_new_text(MATCH_REGEX, "[ac]{1,2}b", 10, NULL, &m), 0);
	assert_false(matcher_find_within(m, text, sizeof(text), 0, &budget, &at, &len));
	assert_int_equal(budget, 0);
	budget = 2000000;
	assert_true(matcher_find_within(m, text, sizeof(text), 0, &budget, &at, &len));
	assert_int_equal(at, sizeof(text) - 3);
	assert_in_range(budget, 1, 1940000);
	matcher_unref(m);
}

static void nth_allocation_fails_for_text(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct matcher *m = NULL;
		uint32_t budget = 100;
		size_t at, len;
		int r;

		nomem_arm(n);
		r = matcher_new_text(MATCH_REGEX, "(a|b)+", 6, NULL, &m);
		if (r == 0)
			(void)matcher_find_within(m, "xab", 3, 0, &budget, &at, &len);
		bool failed = nomem_disarm();
		matcher_unref(m);
		assert_true(r == 0 || r == -ENOMEM);
		if (!failed)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_in_text),
		cmocka_unit_test(gives_up),
		cmocka_unit_test(ends_with_its_budget),
		cmocka_unit_test(nth_allocation_fails_for_text),
		cmocka_unit_test(matches_names),
		cmocka_unit_test(bad_patterns_say_why),
		cmocka_unit_test(highlights),
		cmocka_unit_test(fuzzy_prefers),
		cmocka_unit_test(long_names_and_patterns),
		cmocka_unit_test(no_pattern_hangs),
		cmocka_unit_test(narrowing_is_certain),
		cmocka_unit_test(narrowing_holds_for_random_names),
		cmocka_unit_test(finds_words_anywhere),
		cmocka_unit_test(nth_allocation_fails),
		cmocka_unit_test(threads_share_a_matcher),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
