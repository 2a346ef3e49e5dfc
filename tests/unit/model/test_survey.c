/* SPDX-License-Identifier: MIT
 *
 * The largest files of a size tree, and what the files of each extension take up.
 */
#include "../../lib/nomem.h"
#include "../../lib/sizetree_made.h"
#include "../../lib/test.h"

#include "model/survey.h"

#include <errno.h>

#define FILES_MAX 4096

static void run(struct survey *s, size_t slice)
{
	int r;

	for (unsigned n = 0; (r = survey_work(s, slice)) > 0; n++)
		assert_true(n < 1000000);
	assert_int_equal(r, 0);
}

static void largest(struct survey *s, const struct sizetree *t, const char *dir, size_t top,
		    size_t slice)
{
	assert_int_equal(survey_init(s, t, made_dir(t, dir), false, top, NULL, 0), 0);
	run(s, slice);
}

static void name_is(const struct survey *s, size_t i, const char *name)
{
	size_t len;
	const char *at;

	assert_true(i < s->nfiles);
	at = sizetree_name(s->tree, s->files[i].dir, s->files[i].entry, &len);
	assert_int_equal(len, strlen(name));
	assert_memory_equal(at, name, len);
}

static const struct survey_kind *kind(const struct survey *s, const char *ext, size_t len)
{
	for (size_t i = 0; i < s->nkinds; i++)
		if (s->kinds[i].len == len && memcmp(s->kinds[i].ext, ext, len) == 0)
			return &s->kinds[i];
	return NULL;
}

static void all_done(struct sizetree *t, const char *dirs)
{
	for (const char *d = dirs; *d; d += strlen(d) + 1)
		made_done(t, d);
	made_done(t, "");
}

/* ---- the largest ---- */

static struct sizetree *some(void)
{
	struct sizetree *t = made_new("/top");

	made_read(t, "", ". a/ b/ small:1:1 link@:9:0 pipe| tera:2199023255552:4294967296");
	made_read(t, "a", ".:9999:9999 large:10:1000 gone:7:5000:gone out:excluded c/");
	made_read(t, "a/c", ". middle:5000:100 one:3:500:linked,first");
	made_read(t, "b",
		  ". other:3:500:linked bind:1:7777:elsewhere fs:1:8888:mount,other "
		  "cache/:excluded lost:unread");
	all_done(t, "a/c\0a\0b\0");
	return t;
}

static void test_largest(void **state)
{
	struct sizetree *t = some();
	struct survey s;

	(void)state;
	largest(&s, t, "", 4, 1);
	assert_int_equal(s.nfiles, 4);
	name_is(&s, 0, "tera");
	assert_true(s.files[0].bytes == UINT64_C(4294967296));
	name_is(&s, 1, "large");
	name_is(&s, 2, "one");
	name_is(&s, 3, "middle");
	survey_done(&s);
	/* By length. */
	assert_int_equal(survey_init(&s, t, 0, true, 3, NULL, 0), 0);
	run(&s, 7);
	name_is(&s, 0, "tera");
	assert_true(s.files[0].bytes == UINT64_C(2199023255552));
	name_is(&s, 1, "middle");
	name_is(&s, 2, "large");
	survey_done(&s);
	/* Below a directory, and all there are. */
	largest(&s, t, "a", 1000, 2);
	assert_int_equal(s.nfiles, 3);
	name_is(&s, 2, "middle");
	survey_done(&s);
	largest(&s, t, "", 1000, 1000);
	assert_int_equal(s.nfiles, 8);
	survey_done(&s);
	largest(&s, t, "", 1, 3);
	assert_int_equal(s.nfiles, 1);
	name_is(&s, 0, "tera");
	survey_done(&s);
	survey_done(NULL);
	made_free(t);
}

/* Of those that are equal the first ones of the tree come first. */
static void test_ties(void **state)
{
	struct sizetree *t = made_new("/top");
	struct survey s;

	(void)state;
	made_read(t, "", ". d/ a:1:5 b:1:5 c:1:5 e:1:9 f:1:5");
	made_read(t, "d", ". x:1:5 y:1:5 z:1:1");
	all_done(t, "d\0");
	largest(&s, t, "", 100, 1);
	name_is(&s, 0, "e");
	for (size_t i = 1; i < 6; i++) {
		assert_int_equal(s.files[i].bytes, 5);
		assert_true(s.files[i].entry < s.files[i + 1].entry);
	}
	name_is(&s, 7, "z");
	survey_done(&s);
	largest(&s, t, "", 3, 1);
	name_is(&s, 0, "e");
	assert_int_equal(s.files[1].bytes, 5);
	assert_int_equal(s.files[2].bytes, 5);
	survey_done(&s);
	made_free(t);
}

static void test_nothing(void **state)
{
	struct sizetree *t = made_new("/top");
	struct survey s;

	(void)state;
	/* Not read yet. */
	largest(&s, t, "", 5, 10);
	assert_int_equal(s.nfiles, 0);
	survey_done(&s);
	assert_int_equal(survey_init(&s, t, TREE_NONE, false, 0, NULL, 0), 0);
	run(&s, 1);
	assert_int_equal(s.nkinds, 0);
	survey_done(&s);
	made_read(t, "", ". a/ b/ c:1:1");
	made_read(t, "a", ".");
	largest(&s, t, "", 5, 1);
	assert_int_equal(s.nfiles, 1);
	survey_done(&s);
	made_free(t);
}

static int by_bytes(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? 1 : *x > *y ? -1 : 0;
}

static void grow(struct sizetree *t, uint64_t *rng, uint32_t dir, unsigned depth)
{
	struct made_entry e[40] = {0}, own = {0};
	char names[40][24];
	size_t n = made_random(rng, 40);

	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "f%zu.%c", i, 'a' + (int)made_random(rng, 5));
		e[i].name = names[i];
		e[i].len = strlen(names[i]);
		e[i].type = depth && made_random(rng, 4) == 0 ? ENTRY_DIR : ENTRY_FILE;
		if (e[i].type == ENTRY_DIR)
			continue;
		e[i].blocks = made_random(rng, 30);
		e[i].size = made_random(rng, 1000);
		e[i].flags = made_random(rng, 6) ? 0 : TREE_LINKED;
		e[i].flags |= e[i].flags && made_random(rng, 2) ? TREE_FIRST : 0;
	}
	made_publish(t, dir, &own, e, n);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t sub = sizetree_subdir(t, sizetree_dir(t, dir)->first + i);

		if (sub != TREE_NONE)
			grow(t, rng, sub, depth - 1);
	}
	made_dir_done(t, dir);
}

/* All that count, by looking at each entry there is. */
static size_t everything(const struct sizetree *t, uint64_t bytes[FILES_MAX], int ext)
{
	size_t n = 0;

	for (uint32_t dir = 0; dir < atomic_load(&t->ndirs); dir++) {
		const struct sizetree_dir *d = sizetree_dir(t, dir);

		for (uint32_t e = d->first; e < d->first + d->count; e++) {
			uint32_t meta = sizetree_meta(t, e);
			size_t len;
			const char *name = sizetree_name(t, dir, e, &len);

			if (TREE_META_TYPE(meta) == ENTRY_DIR || (ext && name[len - 1] != ext) ||
			    ((meta & TREE_LINKED) && !(meta & TREE_FIRST)))
				continue;
			assert_true(n < FILES_MAX);
			bytes[n++] = sizetree_blocks(t, dir, e);
		}
	}
	qsort(bytes, n, sizeof(*bytes), by_bytes);
	return n;
}

static void compare_largest(const struct sizetree *t, size_t top, const char *only, size_t slice)
{
	static uint64_t bytes[FILES_MAX];
	size_t n = everything(t, bytes, only ? *only : 0);
	struct survey s;

	assert_int_equal(survey_init(&s, t, 0, false, top, only, only ? 1 : 0), 0);
	run(&s, slice);
	assert_int_equal(s.nfiles, MIN(n, top));
	for (size_t i = 0; i < s.nfiles; i++) {
		assert_true(s.files[i].bytes == bytes[i]);
		assert_true(s.files[i].bytes ==
			    sizetree_blocks(t, s.files[i].dir, s.files[i].entry));
		for (size_t k = 0; k < i; k++)
			assert_true(s.files[k].entry != s.files[i].entry);
	}
	survey_done(&s);
}

static void compare_kinds(const struct sizetree *t, size_t slice)
{
	static uint64_t bytes[FILES_MAX];
	struct survey s;

	assert_int_equal(survey_init(&s, t, 0, false, 0, NULL, 0), 0);
	run(&s, slice);
	for (int ext = 'a'; ext < 'f'; ext++) {
		const struct survey_kind *k = kind(&s, (const char[]){(char)ext}, 1);
		size_t n = everything(t, bytes, ext);
		uint64_t sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += bytes[i];
		assert_int_equal(k ? k->files : 0, n);
		assert_true((k ? k->blocks : 0) == sum);
	}
	for (size_t i = 1; i < s.nkinds; i++)
		assert_true(s.kinds[i - 1].blocks >= s.kinds[i].blocks);
	survey_done(&s);
}

static void test_at_random(void **state)
{
	static const size_t slices[] = {1, 3, 1000000}, tops[] = {1, 2, 3, 10, 100, FILES_MAX};

	(void)state;
	for (uint64_t seed = 0; seed < 30; seed++) {
		struct sizetree *t = made_new("/top");
		uint64_t rng = seed;

		grow(t, &rng, 0, 2);
		for (size_t i = 0; i < ARRAY_LEN(slices); i++) {
			for (size_t k = 0; k < ARRAY_LEN(tops); k++)
				compare_largest(t, tops[k], k % 2 ? "c" : NULL, slices[i]);
			compare_kinds(t, slices[i]);
		}
		made_free(t);
	}
}

/* ---- extensions ---- */

static void test_extensions(void **state)
{
	struct sizetree *t = made_new("/top");
	struct made_entry e[4] = {{.type = ENTRY_FILE, .blocks = 1},
				  {.type = ENTRY_FILE},
				  {.type = ENTRY_FILE},
				  {.type = ENTRY_FILE}};
	char longest[258] = "a.", too_long[302] = "b.";
	struct survey s;

	(void)state;
	memset(longest + 2, 'X', 255);
	memset(too_long + 2, 'y', 299);
	made_read(t, "",
		  ". A.JPG:10:5 b.jpg:1:2 .profile:1:1 none:1:1 c.tar.gz:1:1 dot.:1:1 "
		  "h.o:9:9:linked h2.o:9:9:linked,first x/ dir.jpg/");
	e[0].name = longest;
	e[0].len = 257;
	e[1].name = too_long;
	e[1].len = 301;
	e[2].name = "n.a\nb";
	e[2].len = 5;
	e[3].name = "n.A\nB";
	e[3].len = 5;
	made_publish(t, made_dir(t, "x"), &(struct made_entry){0}, e, 4);
	made_read(t, "dir.jpg", ".");
	all_done(t, "x\0dir.jpg\0");
	assert_int_equal(survey_init(&s, t, 0, false, 0, NULL, 0), 0);
	run(&s, 2);
	assert_int_equal(kind(&s, "jpg", 3)->files, 2);
	assert_int_equal(kind(&s, "jpg", 3)->blocks, 7);
	assert_int_equal(kind(&s, "jpg", 3)->size, 11);
	assert_null(kind(&s, "JPG", 3));
	assert_int_equal(kind(&s, "gz", 2)->files, 1);
	assert_null(kind(&s, "profile", 7));
	/* One of two links. */
	assert_int_equal(kind(&s, "o", 1)->files, 1);
	assert_int_equal(kind(&s, "o", 1)->blocks, 9);
	assert_int_equal(kind(&s, "a\nb", 3)->files, 2);
	memset(longest + 2, 'x', 255);
	assert_int_equal(kind(&s, longest + 2, 255)->files, 1);
	/* What is too long to be one is none. */
	assert_int_equal(kind(&s, "", 0)->files, 4);
	assert_int_equal(kind(&s, "", 0)->blocks, 3);
	assert_int_equal(s.nkinds, 6);
	assert_memory_equal(s.kinds[0].ext, "o", 1);
	survey_done(&s);
	made_free(t);
}

static void test_equal_extensions(void **state)
{
	struct sizetree *t = made_new("/top");
	struct survey s;

	(void)state;
	made_read(t, "", ". a.bb:1:1 a.b:1:1 none:1:1 a.c:1:1 a.a:1:1");
	all_done(t, "");
	assert_int_equal(survey_init(&s, t, 0, false, 0, NULL, 0), 0);
	run(&s, 2);
	assert_int_equal(s.nkinds, 5);
	/* By name. */
	assert_int_equal(s.kinds[0].len, 0);
	assert_memory_equal(s.kinds[1].ext, "a", 1);
	assert_int_equal(s.kinds[2].len, 1);
	assert_memory_equal(s.kinds[3].ext, "bb", 2);
	assert_memory_equal(s.kinds[4].ext, "c", 1);
	survey_done(&s);
	made_free(t);
}

/* More extensions than anybody reads count as one. */
static void test_many_extensions(void **state)
{
	struct sizetree *t = made_new("/top");
	struct survey s;

	(void)state;
	made_read(t, "", ". a.a:1:1 b.b:1:1 none:1:4 c.c:1:1 a2.a:1:1 d.d:1:2 n2:1:4 c2.c:1:1");
	all_done(t, "");
	for (size_t slice = 1; slice < 9; slice += 7) {
		assert_int_equal(survey_init(&s, t, 0, false, 0, NULL, 0), 0);
		s.kinds_max = 2;
		run(&s, slice);
		assert_int_equal(s.nkinds, 3);
		assert_int_equal(kind(&s, "a", 1)->files, 2);
		assert_int_equal(kind(&s, "b", 1)->files, 1);
		assert_int_equal(kind(&s, "/", 1)->files, 5);
		assert_int_equal(kind(&s, "/", 1)->blocks, 12);
		survey_done(&s);
	}
	made_free(t);
}

static void test_sums_stop(void **state)
{
	struct sizetree *t = made_new("/top");
	struct survey s;

	(void)state;
	made_read(t, "", ". a.x:18446744073709551615:18446744073709551615 b.x:2:2");
	all_done(t, "");
	assert_int_equal(survey_init(&s, t, 0, true, 0, NULL, 0), 0);
	run(&s, 1);
	assert_true(s.kinds[0].blocks == UINT64_MAX && s.kinds[0].size == UINT64_MAX);
	survey_done(&s);
	made_free(t);
}

static void test_only(void **state)
{
	struct sizetree *t = made_new("/top");
	struct survey s;

	(void)state;
	made_read(t, "", ". a.jpg:1:1 b.JPG:1:3 c:1:9 d.jpgx:1:9 .jpg:1:9 sub/");
	made_read(t, "sub", ". e.JpG:1:2");
	all_done(t, "sub\0");
	assert_int_equal(survey_init(&s, t, 0, false, 10, "jpg", 3), 0);
	run(&s, 1);
	assert_int_equal(s.nfiles, 3);
	name_is(&s, 0, "b.JPG");
	name_is(&s, 1, "e.JpG");
	name_is(&s, 2, "a.jpg");
	survey_done(&s);
	/* Those that have none. */
	assert_int_equal(survey_init(&s, t, 0, false, 10, "", 0), 0);
	run(&s, 1);
	assert_int_equal(s.nfiles, 2);
	survey_done(&s);
	made_free(t);
}

/* ---- without memory ---- */

static void test_no_memory(void **state)
{
	struct sizetree *t = some();

	(void)state;
	for (size_t top = 0; top < 4; top += 3) {
		for (unsigned long n = 1;; n++) {
			struct survey s;
			bool failed;
			int r;

			nomem_arm(n);
			r = survey_init(&s, t, 0, false, top, top ? "" : NULL, 0);
			if (r == 0)
				do
					r = survey_work(&s, 3);
				while (r > 0);
			failed = nomem_disarm();
			assert_int_equal(r, failed ? -ENOMEM : 0);
			survey_done(&s);
			if (!failed)
				break;
		}
	}
	made_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_ties),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_at_random),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_equal_extensions),
		cmocka_unit_test(test_many_extensions),
		cmocka_unit_test(test_sums_stop),
		cmocka_unit_test(test_only),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
