/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "model/places.h"

#include <errno.h>

#define NOW  1800000000
#define DAY  86400
#define HEAD "trowel places 1\n"

static void visit(struct places *p, const char *path, int64_t when, int times)
{
	for (int i = 0; i < times; i++)
		assert_int_equal(places_visit(p, path, when), 0);
}

static int load(struct places *p, const char *text, size_t *ret_bad)
{
	return places_load(p, text, strlen(text), ret_bad);
}

/* The paths that are found, joined by blanks. */
static void expect_found(const struct places *p, const char *typed, const char *except,
			 const char *expected)
{
	struct str out = STR_INIT;
	size_t at[20];
	long n = places_find(p, typed, except, NOW, at, ARRAY_LEN(at));

	assert_true(n >= 0);
	for (long i = 0; i < n; i++)
		str_addf(&out, "%s%s", i ? " " : "", p->at[at[i]].path);
	assert_string_equal(out.buf, expected);
	str_done(&out);
}

static void often_and_lately_comes_first(void **state)
{
	struct places p;

	(void)state;
	places_init(&p);
	visit(&p, "/srv/old", NOW - 30 * DAY, 9);
	visit(&p, "/srv/now", NOW - 60, 1);
	visit(&p, "/srv/today", NOW - 7200, 3);
	visit(&p, "/srv/week", NOW - 3 * DAY, 4);
	/* 9/4, 4, 6, 2 */
	expect_found(&p, "", NULL, "/srv/today /srv/now /srv/old /srv/week");
	expect_found(&p, "", "/srv/now", "/srv/today /srv/old /srv/week");
	/* A clock that was set back does not bury what was visited before. */
	visit(&p, "/srv/later", NOW + DAY, 2);
	expect_found(&p, "later", NULL, "/srv/later");
	places_done(&p);
}

static void words_narrow(void **state)
{
	struct places p;

	(void)state;
	places_init(&p);
	visit(&p, "/home/me/projects/site/images", NOW, 9);
	visit(&p, "/home/me/site", NOW, 1);
	visit(&p, "/var/log", NOW, 1);
	visit(&p, "/Var/Log", NOW, 1);
	/* The last word in the last component wins over a better rank. */
	expect_found(&p, "site", NULL, "/home/me/site /home/me/projects/site/images");
	expect_found(&p, "site im", NULL, "/home/me/projects/site/images");
	expect_found(&p, "me site", NULL, "/home/me/site /home/me/projects/site/images");
	expect_found(&p, "log", NULL, "/var/log /Var/Log");
	expect_found(&p, "Log", NULL, "/Var/Log");
	/* Characters in this order, when no place has the word. */
	expect_found(&p, "prjimg", NULL, "/home/me/projects/site/images");
	expect_found(&p, "zzz", NULL, "");
	expect_found(&p, "/home/me/site", NULL, "/home/me/site");
	places_done(&p);
}

static void every_path_survives(void **state)
{
	struct places p, q;
	struct str text = STR_INIT, again = STR_INIT;
	char all[256] = "/";
	size_t bad = 9;

	(void)state;
	for (int i = 1; i < 255; i++)
		all[i] = (char)i;
	all[255] = '\0';
	places_init(&p);
	places_init(&q);
	visit(&p, all, NOW, 2);
	visit(&p, "/end\n", NOW - 5, 1);
	visit(&p, "/b\\n", NOW - 5, 1);
	visit(&p, "/", 0, 1);
	assert_int_equal(places_save(&p, &text), 0);
	assert_int_equal(places_load(&q, text.buf, text.len, &bad), 0);
	assert_int_equal(bad, 0);
	assert_int_equal(q.n, 4);
	assert_string_equal(q.at[0].path, all);
	assert_int_equal(q.at[0].rank, 2000);
	assert_int_equal(q.at[0].last, NOW);
	assert_string_equal(q.at[1].path, "/end\n");
	assert_int_equal(places_save(&q, &again), 0);
	assert_string_equal(again.buf, text.buf);
	str_done(&text);
	str_done(&again);
	places_done(&p);
	places_done(&q);
}

static void bad_lines_are_left_out(void **state)
{
	static const char *const lines[] = {
		"",
		"1000 5",
		"1000 5 ",
		"1000 5 relative",
		"01000 5 /x",
		"-1000 5 /x",
		"1000  5 /x",
		" 1000 5 /x",
		"1000 5x /x",
		"999 5 /x",
		"99999999999999999999999999 5 /x",
		"1000 999999999999999 /x",
		"1000 5 /x\\",
		"1000 5 /x\\q",
		"1e3 5 /x",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct str text = STR_INIT;
		struct places p;
		size_t bad = 0;

		places_init(&p);
		str_addf(&text, HEAD "%s\n2000 7 /good\n", lines[i]);
		assert_int_equal(load(&p, text.buf, &bad), 0);
		assert_int_equal(bad, 1);
		assert_int_equal(p.n, 1);
		assert_string_equal(p.at[0].path, "/good");
		places_done(&p);
		str_done(&text);
	}
}

/* A torn end is no place; another version is not ours to read. */
static void strange_texts(void **state)
{
	struct places p;
	size_t bad = 0;

	(void)state;
	places_init(&p);
	assert_int_equal(load(&p, HEAD "1000 5 /whole\n1000 5 /to", &bad), 0);
	assert_int_equal(bad, 1);
	assert_int_equal(p.n, 1);
	assert_int_equal(load(&p, "trowel places 2\n", &bad), -EINVAL);
	assert_int_equal(load(&p, "", &bad), -EINVAL);
	assert_int_equal(load(&p, "trowel places 1", &bad), -EINVAL);
	places_done(&p);
}

/* Each program adds what it saw to what another has written meanwhile. */
static void programs_merge(void **state)
{
	struct places file, mine, theirs;

	(void)state;
	places_init(&file);
	places_init(&mine);
	places_init(&theirs);
	visit(&file, "/a", NOW - DAY, 3);
	visit(&file, "/gone", NOW - DAY, 5);
	visit(&file, "/back", NOW - DAY, 5);
	visit(&mine, "/a", NOW, 1);
	visit(&mine, "/b", NOW, 1);
	assert_int_equal(places_gone(&mine, "/gone", NOW), 0);
	assert_int_equal(places_gone(&mine, "/back", NOW - 2 * DAY), 0);
	assert_int_equal(places_gone(&mine, "/never", NOW), 0);
	visit(&theirs, "/a", NOW - 10, 1);
	assert_int_equal(places_merge(&file, &theirs), 0);
	assert_int_equal(places_merge(&file, &mine), 0);
	assert_int_equal(places_age(&file, NOW), 0);
	assert_int_equal(file.n, 3);
	assert_string_equal(file.at[0].path, "/a");
	assert_int_equal(file.at[0].rank, 5000);
	assert_int_equal(file.at[0].last, NOW);
	assert_string_equal(file.at[1].path, "/back");
	assert_string_equal(file.at[2].path, "/b");
	/* Gone, and visited again. */
	assert_int_equal(places_gone(&file, "/a", NOW), 0);
	expect_found(&file, "a", NULL, "/back");
	visit(&file, "/a", NOW, 1);
	assert_int_equal(file.at[0].rank, 1000);
	places_done(&file);
	places_done(&mine);
	places_done(&theirs);
}

static void there_is_a_bound(void **state)
{
	struct places p;
	char path[32];
	uint64_t sum = 0;

	(void)state;
	places_init(&p);
	for (int i = 0; i < 3 * PLACES_MAX; i++) {
		snprintf(path, sizeof(path), "/d/%d", i);
		visit(&p, path, NOW - 3 * DAY, i % 3 == 0 ? 3 : 1);
	}
	assert_int_equal(places_age(&p, NOW), 0);
	assert_int_equal(p.n, PLACES_MAX);
	for (size_t i = 0; i < p.n; i++)
		assert_int_equal(p.at[i].rank, 3000);
	visit(&p, "/d/0", NOW, PLACES_TOTAL);
	assert_int_equal(places_age(&p, NOW), 0);
	for (size_t i = 0; i < p.n; i++) {
		sum += p.at[i].rank;
		assert_true(p.at[i].rank >= 1000);
	}
	assert_in_range(sum, 1000, (uint64_t)PLACES_TOTAL * 1000);
	/* What is left is found under its path. */
	visit(&p, "/d/0", NOW, 1);
	assert_int_equal(strcmp(p.at[0].path, "/d/0"), 0);
	assert_true(p.at[0].rank > 5000000);
	places_done(&p);
}

/* However long the paths are, what is saved is short enough to be read again: the best stay. */
static void long_paths_are_bounded(void **state)
{
	struct str path = STR_INIT, text = STR_INIT;
	struct places p;
	size_t bytes = 0;

	(void)state;
	places_init(&p);
	visit(&p, "/the/best", NOW, 5);
	for (int i = 0; i < 400; i++) {
		str_clear(&path);
		assert_int_equal(str_addf(&path, "/%d/", i), 0);
		while (path.len < 4000)
			assert_int_equal(str_adds(&path, "\n\xff"), 0);
		visit(&p, path.buf, NOW, 1 + (i == 7));
	}
	assert_int_equal(places_age(&p, NOW), 0);
	for (size_t i = 0; i < p.n; i++)
		bytes += strlen(p.at[i].path);
	assert_in_range(bytes, PLACES_BYTES - 5000, PLACES_BYTES);
	assert_int_equal(places_save(&p, &text), 0);
	assert_true(text.len < 1u << 20);
	expect_found(&p, "best", "/", "/the/best");
	assert_int_equal(strncmp(p.at[1].path, "/7/", 3), 0);
	visit(&p, "/the/best", NOW, 1); /* its position is still known */
	expect_found(&p, "best", "/", "/the/best");
	str_done(&path);
	str_done(&text);
	places_done(&p);
}

static void memory_may_end_anywhere(void **state)
{
	(void)state;
	for (unsigned long nth = 1;; nth++) {
		struct places p, more;
		struct str text = STR_INIT;
		size_t at[4], bad;
		bool failed;
		int err;

		places_init(&p);
		places_init(&more);
		nomem_arm(nth);
		err = places_visit(&more, "/x", NOW);
		if (!err)
			err = load(&p, HEAD "1000 5 /a\n2000 6 /b\\n\n", &bad);
		if (!err)
			err = places_merge(&p, &more);
		if (!err)
			err = places_age(&p, NOW);
		if (!err)
			err = places_find(&p, "a", NULL, NOW, at, 4) < 0 ? -ENOMEM : 0;
		if (!err)
			err = places_save(&p, &text);
		failed = nomem_disarm();
		assert_int_equal(err, failed ? -ENOMEM : 0);
		places_done(&p);
		places_done(&more);
		str_done(&text);
		if (!failed)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(often_and_lately_comes_first),
		cmocka_unit_test(words_narrow),
		cmocka_unit_test(every_path_survives),
		cmocka_unit_test(bad_lines_are_left_out),
		cmocka_unit_test(strange_texts),
		cmocka_unit_test(programs_merge),
		cmocka_unit_test(there_is_a_bound),
		cmocka_unit_test(memory_may_end_anywhere),
		cmocka_unit_test(long_paths_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
