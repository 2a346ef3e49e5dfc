/* SPDX-License-Identifier: MIT
 *
 * What a survey found, as rows.
 */
#include "../../lib/nomem.h"
#include "../../lib/sizetree_made.h"
#include "../../lib/test.h"

#include "model/found_rows.h"
#include "model/list.h"

#include <errno.h>

static const struct sizes_look plain = {.bars = true, .percents = true};

static struct sizetree *some(const char *root)
{
	struct sizetree *t = made_new(root);

	made_read(t, "", ".:1:0 a/ f.txt:10:1:60 none:1:4");
	made_read(t, "a", ".:1:0 b\\x0ac/ big.TXT:1:10:50 x.jpg:1:3");
	made_read(t, "a/b\nc", ".:1:0 deep.jpg:7:20 l\\x0an.jpg:1:2:linked,first old:1:60");
	made_done(t, "a/b\nc");
	made_done(t, "a");
	made_done(t, "");
	made_linked(t, "a/b\nc", 2, 1, 0);
	made_linked(t, "a", 2, 1, 0);
	made_linked(t, "", 2, 1, 0);
	return t;
}

static struct found_rows *find(const struct sizetree *t, const char *dir, const char *path,
			       size_t top, const char *only, size_t slice)
{
	struct found_rows *f = found_rows_new(t, made_dir(t, dir), path, &plain, top, only,
					      only ? strlen(only) : 0);

	assert_non_null(f);
	assert_true(rows_loading(found_rows_rows(f)));
	assert_int_equal(rows_count(found_rows_rows(f)), 0);
	for (unsigned n = 0; found_rows_work(f, slice); n++) {
		assert_int_equal(rows_count(found_rows_rows(f)), 0);
		assert_true(found_rows_has_work(f));
		assert_true(n < 1000);
	}
	assert_false(found_rows_has_work(f));
	assert_false(rows_loading(found_rows_rows(f)));
	return f;
}

static struct row row(struct found_rows *f, uint32_t id)
{
	const struct rows *rows = found_rows_rows(f);
	struct row r;

	assert_true(rows->ops->row(rows, id, &r));
	return r;
}

static void is(struct found_rows *f, uint32_t id, const char *name, const char *where)
{
	struct row r = row(f, id);

	assert_int_equal(r.name_len, strlen(name));
	assert_memory_equal(r.name, name, r.name_len);
	if (where)
		assert_string_equal(r.where, where);
	else
		assert_null(r.where);
	assert_int_equal(r.nowhere, !where);
}

static uint64_t number(struct found_rows *f, uint32_t id, enum column col)
{
	const struct rows *rows = found_rows_rows(f);
	uint64_t n;

	return rows->ops->number(rows, id, col, &n) ? n : UINT64_MAX;
}

static void title_is(const struct found_rows *f, const char *title)
{
	CLEANUP(str_done) struct str s = STR_INIT;

	assert_int_equal(found_rows_title(f, &s), 0);
	assert_string_equal(s.buf, title);
}

static void test_files(void **state)
{
	static const size_t slices[] = {1, 3, 1000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(slices); i++) {
		struct sizetree *t = some("/top");
		struct found_rows *f = find(t, "", "/top", 5, NULL, slices[i]);
		uint32_t dir, entry;
		size_t len;

		assert_int_equal(rows_count(found_rows_rows(f)), 5);
		is(f, 0, "old", "/top/a/b\nc");
		is(f, 1, "deep.jpg", "/top/a/b\nc");
		is(f, 2, "big.TXT", "/top/a");
		is(f, 3, "none", "/top");
		is(f, 4, "x.jpg", "/top/a");
		assert_int_equal(row(f, 0).type, ENTRY_FILE);
		assert_int_equal(row(f, 0).where_id.ino, 100 + made_dir(t, "a/b\nc"));
		assert_true(found_rows_file(f, 2, &dir, &entry));
		assert_int_equal(dir, made_dir(t, "a"));
		assert_int_equal(entry, made_entry_at(t, "a/big.TXT"));
		assert_false(found_rows_file(f, 5, &dir, &entry));
		assert_null(found_rows_ext(f, 0, &len));
		assert_int_equal(number(f, 0, COL_TOTAL), 60 * 512);
		assert_int_equal(number(f, 0, COL_PERCENT), 600);
		assert_int_equal(number(f, 0, COL_MODIFIED), UINT64_MAX);
		assert_int_equal(number(f, 2, COL_MODIFIED), 50);
		assert_int_equal(number(f, 0, COL_ITEMS), UINT64_MAX);
		assert_int_equal(number(f, 5, COL_TOTAL), UINT64_MAX);
		assert_true(rows_sorts(found_rows_rows(f), SORT_SIZE));
		assert_true(rows_sorts(found_rows_rows(f), SORT_MODIFIED));
		assert_false(rows_sorts(found_rows_rows(f), SORT_ITEMS));
		title_is(f, "Largest files");
		assert_string_equal(found_rows_path(f), "/top");
		assert_int_equal(found_rows_dir(f), 0);
		found_rows_free(f);
		made_free(t);
	}
}

/* The path of a file is where it lies, also below the root of all. */
static void test_paths(void **state)
{
	struct sizetree *t = some("/");
	struct found_rows *f = find(t, "", "/", 10, NULL, 2);

	(void)state;
	is(f, 0, "old", "/a/b\nc");
	is(f, 3, "none", "/");
	is(f, 5, "l\nn.jpg", "/a/b\nc");
	found_rows_free(f);
	f = find(t, "a/b\nc", "/a/b\nc", 10, NULL, 2);
	assert_int_equal(rows_count(found_rows_rows(f)), 3);
	is(f, 0, "old", "/a/b\nc");
	assert_int_equal(number(f, 0, COL_PERCENT), 732);
	found_rows_free(f);
	made_free(t);
}

static void test_extensions(void **state)
{
	struct sizetree *t = some("/top");
	struct found_rows *f = find(t, "", "/top", 0, NULL, 1), *only, *again;
	uint32_t dir, entry;
	size_t len;
	const char *ext;

	(void)state;
	assert_int_equal(rows_count(found_rows_rows(f)), 3);
	is(f, 0, "(no extension)", NULL);
	is(f, 1, ".jpg", NULL);
	is(f, 2, ".txt", NULL);
	assert_int_equal(number(f, 1, COL_TOTAL), 25 * 512);
	assert_int_equal(number(f, 1, COL_ITEMS), 3);
	assert_int_equal(number(f, 1, COL_BAR), 250);
	assert_int_equal(number(f, 1, COL_MODIFIED), UINT64_MAX);
	assert_true(rows_sorts(found_rows_rows(f), SORT_ITEMS));
	assert_false(rows_sorts(found_rows_rows(f), SORT_MODIFIED));
	assert_false(found_rows_file(f, 0, &dir, &entry));
	ext = found_rows_ext(f, 0, &len);
	assert_non_null(ext);
	assert_int_equal(len, 0);
	title_is(f, "Extensions");
	/* On to the files of one; and those that have none. */
	ext = found_rows_ext(f, 1, &len);
	assert_int_equal(len, 3);
	only = found_rows_new(t, 0, "/top", &plain, 10, ext, len);
	found_rows_free(f);
	while (found_rows_work(only, 1))
		continue;
	assert_int_equal(rows_count(found_rows_rows(only)), 3);
	is(only, 0, "deep.jpg", "/top/a/b\nc");
	is(only, 2, "l\nn.jpg", "/top/a/b\nc");
	title_is(only, "Largest .jpg files");
	again = found_rows_again(only, t, made_dir(t, "a/b\nc"), "/top/a/b\nc", &plain);
	found_rows_free(only);
	while (found_rows_work(again, 1))
		continue;
	assert_int_equal(rows_count(found_rows_rows(again)), 2);
	title_is(again, "Largest .jpg files");
	found_rows_free(again);
	f = find(t, "", "/top", 10, "", 5);
	assert_int_equal(rows_count(found_rows_rows(f)), 2);
	title_is(f, "Largest files without extension");
	found_rows_free(f);
	found_rows_free(NULL);
	made_free(t);
}

/* As a list: by size at first, those without a time last or first. */
static void test_sorted(void **state)
{
	struct sizetree *t = some("/top");
	struct found_rows *f = find(t, "", "/top", 10, NULL, 100);
	struct list l;

	(void)state;
	assert_int_equal(list_init(&l, found_rows_rows(f), false), 0);
	l.sort = (struct sort_spec){.by = SORT_MODIFIED};
	l.dirty = true;
	assert_int_equal(list_update(&l), 0);
	assert_int_equal(list_len(&l), 7);
	is(f, list_id(&l, 0), "f.txt", "/top");
	is(f, list_id(&l, 1), "big.TXT", "/top/a");
	l.sort.by = SORT_SIZE;
	l.dirty = true;
	assert_int_equal(list_update(&l), 0);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(list_id(&l, i), i);
	list_check(&l);
	list_done(&l);
	found_rows_free(f);
	made_free(t);
}

static void test_no_memory(void **state)
{
	static const struct {
		size_t top;
		const char *only;
	} asks[] = {{5, NULL}, {0, NULL}, {5, "jpg"}};
	struct sizetree *t = some("/top");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
		for (unsigned long n = 1;; n++) {
			struct found_rows *f;
			bool failed;

			nomem_arm(n);
			f = found_rows_new(t, 0, "/top", &plain, asks[i].top, asks[i].only,
					   asks[i].only ? 3 : 0);
			while (f && found_rows_work(f, 2))
				continue;
			failed = nomem_disarm();
			if (failed && f) {
				assert_int_equal(found_rows_err(f), -ENOMEM);
				assert_int_equal(rows_count(found_rows_rows(f)), 0);
				assert_false(rows_loading(found_rows_rows(f)));
				assert_false(found_rows_has_work(f));
			} else if (!failed) {
				assert_int_equal(found_rows_err(f), 0);
				assert_int_equal(rows_count(found_rows_rows(f)), i ? 3 : 5);
			}
			found_rows_free(f);
			if (!failed)
				break;
		}
	}
	made_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),      cmocka_unit_test(test_paths),
		cmocka_unit_test(test_extensions), cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
