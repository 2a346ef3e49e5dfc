/* SPDX-License-Identifier: MIT
 *
 * A directory of a size tree as rows: while it grows, and when it is done.
 */
#include "../../lib/nomem.h"
#include "../../lib/sizetree_made.h"
#include "../../lib/test.h"

#include "model/list.h"
#include "model/sizes_rows.h"

#include <errno.h>

static const struct sizes_look plain = {.bars = true, .percents = true};

static struct sizes_rows *make(const struct sizetree *t, const char *path)
{
	struct sizes_rows *r = sizes_rows_new(t, made_dir(t, path), "/top", &plain);

	assert_non_null(r);
	return r;
}

/* Everything that is due, in slices. */
static void work(struct sizes_rows *r, size_t slice)
{
	for (unsigned n = 0; sizes_rows_work(r, slice); n++)
		assert_true(n < 1000000);
	assert_false(sizes_rows_has_work(r));
}

static void look(struct sizes_rows *r, size_t slice)
{
	sizes_rows_look(r);
	work(r, slice);
}

static uint32_t id_of(const struct sizes_rows *r, const char *name)
{
	const struct rows *rows = sizes_rows_const(r);
	struct row row;

	for (uint32_t id = 0; id < rows_count(rows); id++)
		if (rows->ops->row(rows, id, &row) && row.name_len == strlen(name) &&
		    memcmp(row.name, name, row.name_len) == 0)
			return id;
	return NAMES_NONE;
}

static uint64_t number(const struct sizes_rows *r, const char *name, enum column col)
{
	const struct rows *rows = sizes_rows_const(r);
	uint64_t n;

	return rows->ops->number(rows, id_of(r, name), col, &n) ? n : UINT64_MAX;
}

static uint64_t rank(const struct sizes_rows *r, const char *name, enum sort_by by)
{
	const struct rows *rows = sizes_rows_const(r);
	uint64_t n;

	return rows->ops->rank(rows, id_of(r, name), by, &n) ? n : UINT64_MAX;
}

static char sign(const struct sizes_rows *r, const char *name)
{
	const struct rows *rows = sizes_rows_const(r);
	CLEANUP(str_done) struct str s = STR_INIT;

	assert_int_equal(rows->ops->cell(rows, id_of(r, name), COL_SIGN, &s), 0);
	assert_int_equal(s.len, 1);
	return s.buf[0];
}

/* ---- filling ---- */

static void test_fills(void **state)
{
	static const size_t slices[] = {1, 3, 1000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(slices); i++) {
		struct sizetree *t = made_new("/top");
		struct sizes_rows *r = make(t, "");
		const struct rows *rows = sizes_rows_const(r);

		/* It is not read yet: nothing is due until somebody looks again. */
		work(r, slices[i]);
		assert_true(rows_loading(rows));
		assert_int_equal(rows_count(rows), 0);
		assert_null(sizes_rows_where(r));
		made_read(t, "", ".:100:8 a:1000:2:77 b/ c@:7:0 d|");
		look(r, slices[i]);
		assert_false(rows_loading(rows));
		assert_int_equal(rows_count(rows), 4);
		assert_int_equal(sizes_rows_where(r)->ino, 100);
		assert_int_equal(number(r, "a", COL_TOTAL), 1024);
		assert_int_equal(number(r, "a", COL_MODIFIED), 77);
		assert_int_equal(number(r, "c", COL_MODIFIED), UINT64_MAX);
		assert_int_equal(number(r, "a", COL_ITEMS), UINT64_MAX);
		assert_int_equal(number(r, "b", COL_ITEMS), 0);
		assert_int_equal(sizes_rows_total(r).blocks, 10);
		assert_int_equal(sizes_rows_total(r).size, 1107);
		assert_int_equal(sizes_rows_total(r).items, 4);
		assert_false(sizes_rows_total(r).done);
		sizes_rows_free(r);
		made_free(t);
	}
}

static void test_without_a_tree(void **state)
{
	struct sizes_rows *r = sizes_rows_new(NULL, TREE_NONE, "/top", &plain);
	const struct rows *rows = sizes_rows_const(r);

	(void)state;
	work(r, 10);
	assert_true(rows_loading(rows));
	assert_int_equal(rows_count(rows), 0);
	assert_int_equal(sizes_rows_total(r).blocks, 0);
	assert_int_equal(sizes_rows_id(r, 3), NAMES_NONE);
	assert_int_equal(sizes_rows_subdir(r, 0), TREE_NONE);
	assert_int_equal(sizes_rows_sign(r, 0), SIZES_PLAIN);
	assert_string_equal(sizes_rows_path(r), "/top");
	sizes_rows_free(r);
	sizes_rows_free(NULL);
}

static void test_grows(void **state)
{
	static const size_t slices[] = {1, 3, 1000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(slices); i++) {
		struct sizetree *t = made_new("/top");
		struct sizes_rows *r;

		made_read(t, "", ".:100:8 a/ b/ f:10:1");
		made_done(t, "");
		r = make(t, "");
		work(r, slices[i]);
		assert_int_equal(number(r, "a", COL_TOTAL), 0);
		assert_int_equal(sign(r, "a"), '~');
		assert_int_equal(sizes_rows_sign(r, id_of(r, "a")), SIZES_GROWING);
		made_read(t, "a", ".:1:10 x/ y:2:20");
		look(r, slices[i]);
		assert_int_equal(number(r, "a", COL_TOTAL), 30 * 512);
		assert_int_equal(sizes_rows_sign(r, id_of(r, "a")), SIZES_GROWING);
		made_read(t, "a/x", ".:1:100 z:5:200");
		look(r, slices[i]);
		/* What is below one that is not done counts with it. */
		assert_int_equal(number(r, "a", COL_TOTAL), 330 * 512);
		assert_int_equal(number(r, "a", COL_ITEMS), 3);
		assert_int_equal(sizes_rows_total(r).blocks, 339);
		assert_int_equal(sizes_rows_total(r).items, 6);
		/* What is done is there once. */
		made_done(t, "a/x");
		look(r, slices[i]);
		assert_int_equal(number(r, "a", COL_TOTAL), 330 * 512);
		made_done(t, "a");
		look(r, slices[i]);
		assert_int_equal(number(r, "a", COL_TOTAL), 330 * 512);
		assert_int_equal(sizes_rows_total(r).blocks, 339);
		made_read(t, "b", ".:1:1000");
		made_done(t, "b");
		look(r, slices[i]);
		assert_int_equal(sign(r, "b"), 'e');
		assert_int_equal(sizes_rows_total(r).blocks, 1339);
		assert_true(sizes_rows_total(r).done);
		sizes_rows_free(r);
		made_free(t);
	}
}

/* What ends while it is looked at is looked at once more. */
static void test_looks_again_after_a_pass(void **state)
{
	struct sizetree *t = made_new("/top");
	struct sizes_rows *r;

	(void)state;
	made_read(t, "", ". a/ b/ c/");
	made_done(t, "");
	r = make(t, "");
	work(r, 100);
	sizes_rows_look(r);
	/* Past "a", which is not done so far. */
	assert_true(sizes_rows_work(r, 1));
	assert_true(sizes_rows_work(r, 1));
	for (const char *name = "a\0b\0c\0"; *name; name += 2) {
		made_read(t, name, ".:1:5 x:1:1");
		made_done(t, name);
	}
	sizes_rows_look(r);
	work(r, 1);
	for (const char *name = "a\0b\0c\0"; *name; name += 2) {
		struct sizetree_total total;

		assert_true(sizes_rows_of(r, id_of(r, name), &total));
		assert_true(total.done);
		assert_int_equal(total.blocks, 6);
		assert_int_equal(number(r, name, COL_ITEMS), 1);
	}
	sizes_rows_free(r);
	made_free(t);
}

/* ---- what a row says ---- */

static void test_signs(void **state)
{
	static const struct {
		const char *name;
		enum sizes_sign sign;
		char letter;
	} rows[] = {
		{"plain", SIZES_PLAIN, ' '},        {"unread", SIZES_UNREAD, '!'},
		{"out", SIZES_EXCLUDED, '<'},       {"other", SIZES_OTHER_FS, '>'},
		{"proc", SIZES_KERNEL, '^'},        {"bind", SIZES_ELSEWHERE, '='},
		{"linked", SIZES_LINKED, 'H'},      {"empty", SIZES_EMPTY, 'e'},
		{"full", SIZES_PLAIN, ' '},         {"locked", SIZES_UNREAD, '!'},
		{"above", SIZES_UNREAD_BELOW, '.'}, {"mount", SIZES_PLAIN, ' '},
		{"outfile", SIZES_EXCLUDED, '<'},
	};
	struct sizetree *t = made_new("/top");
	struct sizes_rows *r;

	(void)state;
	made_read(t, "",
		  ". plain:1:1 unread:unread out/:excluded other/:mount,other proc/:mount,kernel "
		  "bind/:mount,elsewhere linked:1:1:linked empty/ full/ locked/ above/ "
		  "mount/:mount outfile:excluded");
	made_read(t, "empty", ".");
	made_read(t, "full", ". x");
	made_read(t, "mount", ". x");
	made_read(t, "locked", ".:1:1:unread");
	made_read(t, "above", ". x:unread");
	for (const char *d = "empty\0full\0mount\0locked\0above\0"; *d; d += strlen(d) + 1)
		made_done(t, d);
	made_done(t, "");
	r = make(t, "");
	work(r, 5);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t id = id_of(r, rows[i].name);
		bool enters = strstr("empty full locked above mount", rows[i].name);

		assert_int_equal(sizes_rows_sign(r, id), rows[i].sign);
		assert_int_equal(sign(r, rows[i].name), rows[i].letter);
		assert_int_equal(sizes_rows_subdir(r, id) != TREE_NONE, enters);
		/* Items are of directories that one can enter. */
		assert_int_equal(number(r, rows[i].name, COL_ITEMS) != UINT64_MAX, enters);
		assert_int_equal(sizes_rows_id(r, sizes_rows_entry(r, id)), id);
	}
	assert_int_equal(sizes_rows_total(r).unread, 3);
	assert_int_equal(sizes_rows_sign(r, 999), SIZES_PLAIN);
	sizes_rows_free(r);
	made_free(t);
}

/* What was not read when the scan was stopped will not be. */
static void test_stopped(void **state)
{
	struct sizetree *t = made_new("/top");
	struct sizes_look over = plain;
	struct sizes_rows *r, *inside;

	(void)state;
	made_read(t, "", ".:1:8 waiting/ begun/ f:1:1");
	made_done(t, "");
	made_read(t, "begun", ".:1:2 x:5:5 y/");
	r = sizes_rows_new(t, sizetree_root(t), "/top", &over);
	work(r, 100);
	assert_int_equal(sizes_rows_sign(r, id_of(r, "waiting")), SIZES_GROWING);
	assert_int_equal(sizes_rows_sign(r, id_of(r, "begun")), SIZES_GROWING);
	inside = sizes_rows_new(t, made_dir(t, "waiting"), "/top/waiting", &over);
	work(inside, 100);
	assert_true(rows_loading(sizes_rows_const(inside)));
	over.over = true;
	look(r, 100);
	sizes_rows_changed(r);
	assert_int_equal(sizes_rows_sign(r, id_of(r, "waiting")), SIZES_STOPPED_BELOW);
	assert_int_equal(sizes_rows_sign(r, id_of(r, "begun")), SIZES_STOPPED_BELOW);
	assert_int_equal(number(r, "begun", COL_TOTAL), 7 * 512);
	assert_int_equal(sizes_rows_total(r).blocks, 16);
	assert_false(sizes_rows_total(r).done);
	/* Nobody waits for rows that will not come. */
	look(inside, 100);
	assert_false(rows_loading(sizes_rows_const(inside)));
	assert_int_equal(rows_count(sizes_rows_const(inside)), 0);
	sizes_rows_free(inside);
	sizes_rows_free(r);
	made_free(t);
}

static void test_holes(void **state)
{
	struct sizetree *t = made_new("/top");
	struct sizes_rows *r;
	const struct rows *rows;
	uint32_t later;

	(void)state;
	made_read(t, "", ". a:1:1 before/ f:1:1:gone later/ z:1:1");
	made_gone(t, made_dir(t, "before"));
	made_done(t, "");
	r = make(t, "");
	rows = sizes_rows_const(r);
	work(r, 2);
	assert_false(rows_live(rows, id_of(r, "before")));
	assert_int_equal(id_of(r, "before"), NAMES_NONE);
	assert_int_equal(id_of(r, "f"), NAMES_NONE);
	assert_true(rows->ops->holes(rows)[0] & 1 << 1);
	later = id_of(r, "later");
	assert_int_not_equal(later, NAMES_NONE);
	/* It was shown. */
	made_gone(t, made_dir(t, "later"));
	look(r, 2);
	assert_false(rows_live(rows, later));
	assert_int_equal(sizes_rows_subdir(r, later), TREE_NONE);
	assert_int_equal(rows_count(rows), 5);
	assert_true(rows_live(rows, 0));
	assert_true(rows_live(rows, 4));
	assert_true(sizes_rows_total(r).done);
	assert_int_equal(sizes_rows_total(r).blocks, sizetree_dir_total(t, 0).blocks);
	sizes_rows_free(r);
	made_free(t);
}

static void test_shares_of_nothing(void **state)
{
	struct sizetree *t = made_new("/top");
	struct sizes_rows *r;

	(void)state;
	made_read(t, "", ". a b/");
	made_read(t, "b", ".");
	made_done(t, "b");
	made_done(t, "");
	r = make(t, "");
	work(r, 5);
	assert_int_equal(number(r, "a", COL_PERCENT), 0);
	assert_int_equal(number(r, "b", COL_BAR), 0);
	assert_int_equal(number(r, "a", COL_TOTAL), 0);
	assert_int_equal(number(r, "a", COL_FREED), 0);
	assert_int_equal(number(r, "a", COL_SHARED), UINT64_MAX);
	sizes_rows_free(r);
	made_free(t);
	assert_int_equal(sizes_thousandths(1, 3), 333);
	assert_int_equal(sizes_thousandths(2, 3), 667);
	assert_int_equal(sizes_thousandths(5, 3), 1000);
	assert_int_equal(sizes_thousandths(5, 0), 0);
	assert_int_equal(sizes_thousandths(UINT64_MAX, UINT64_MAX), 1000);
	assert_int_equal(sizes_thousandths(1, UINT64_MAX), 0);
}

/* Sums that have come to the end of what can be counted stay there. */
static void test_saturated(void **state)
{
	struct sizetree *t = made_new("/top");
	struct sizes_look lengths = {.apparent = true, .shared = true};
	struct sizes_rows *r, *l;

	(void)state;
	made_read(t, "",
		  ".:1:1 a:18446744073709551615:18446744073709551615 "
		  "b:18446744073709551615:18446744073709551615 "
		  "h:9223372036854775808:36028797018963968:linked sub/");
	made_read(t, "sub", ". x:18446744073709551615:18446744073709551615:7");
	made_done(t, "sub");
	made_done(t, "");
	r = make(t, "");
	l = sizes_rows_new(t, 0, "/top", &lengths);
	work(r, 1);
	work(l, 1);
	assert_int_equal(sizes_rows_total(r).blocks, UINT64_MAX);
	assert_int_equal(number(r, "a", COL_TOTAL), UINT64_MAX);
	assert_int_equal(rank(r, "a", SORT_SIZE), UINT64_MAX);
	assert_int_equal(number(r, "a", COL_PERCENT), 1000);
	assert_int_equal(number(r, "sub", COL_BAR), 1000);
	assert_int_equal(rank(r, "sub", SORT_FREED), UINT64_MAX);
	/* 2^55 blocks of 2^9 bytes do not fit. */
	assert_int_equal(rank(r, "h", SORT_SIZE), UINT64_MAX);
	assert_int_equal(rank(r, "h", SORT_FREED), 0);
	/* Not known: no number, or the largest. */
	assert_int_equal(number(r, "h", COL_SHARED), UINT64_MAX);
	assert_int_equal(number(l, "h", COL_TOTAL), UINT64_C(1) << 63);
	assert_int_equal(number(l, "h", COL_PERCENT), 500);
	sizes_rows_free(l);
	sizes_rows_free(r);
	made_free(t);
}

static void test_ranks(void **state)
{
	struct sizetree *t = made_new("/top");
	struct sizes_rows *r;
	struct sizes_look lengths = {.apparent = true};
	struct sizes_rows *l;
	static const enum sort_by ranked[] = {SORT_SIZE, SORT_ITEMS, SORT_MODIFIED, SORT_FREED};
	uint64_t n;

	(void)state;
	made_read(t, "", ".:1:1 big:2199023255552:16:5 h:3:8:6:linked sub/");
	made_read(t, "sub", ".:1:1:9 x:1:100 y:1:1 z:1:10:linked");
	made_done(t, "sub");
	made_done(t, "");
	made_linked(t, "sub", 10, 1, 4);
	made_linked(t, "", 18, 4, 0);
	r = make(t, "");
	l = sizes_rows_new(t, 0, "/top", &lengths);
	work(r, 100);
	work(l, 100);
	assert_int_equal(rank(r, "sub", SORT_SIZE), 112 * 512);
	assert_int_equal(rank(r, "sub", SORT_ITEMS), 3);
	assert_int_equal(rank(r, "sub", SORT_MODIFIED), 9);
	assert_int_equal(rank(r, "sub", SORT_FREED), 108 * 512);
	assert_int_equal(number(r, "sub", COL_SHARED), 4 * 512);
	assert_int_equal(rank(r, "h", SORT_SIZE), 8 * 512);
	assert_int_equal(rank(r, "h", SORT_FREED), 0);
	assert_int_equal(number(r, "h", COL_SHARED), 8 * 512);
	/* More than a column holds. */
	assert_int_equal(rank(l, "big", SORT_SIZE), UINT64_C(1) << 41);
	assert_int_equal(rank(r, "big", SORT_SIZE), 16 * 512);
	assert_int_equal(rank(r, "big", SORT_FREED), 16 * 512);
	assert_int_equal(sizes_rows_total(r).blocks, 1 + 16 + 102 + 18);
	for (size_t i = 0; i < SORT_KINDS; i++) {
		bool sorts = !sort_needs_rank((enum sort_by)i), has = false;

		for (size_t k = 0; k < ARRAY_LEN(ranked); k++)
			has |= ranked[k] == (enum sort_by)i;
		assert_int_equal(rows_sorts(sizes_rows_const(r), (enum sort_by)i), sorts || has);
		assert_int_equal(
			sizes_rows_const(r)->ops->rank(sizes_rows_const(r), 0, (enum sort_by)i, &n),
			has);
	}
	sizes_rows_free(l);
	sizes_rows_free(r);
	made_free(t);
}

static bool has_column(const struct sizes_rows *r, enum column col)
{
	const enum column *at = sizes_rows_const(r)->columns;

	while (*at != COL_KINDS && *at != col)
		at++;
	return *at == col;
}

static void test_columns(void **state)
{
	struct sizes_look v = {0};
	struct sizes_rows *r = sizes_rows_new(NULL, TREE_NONE, "/", &v);

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		uint64_t rev = sizes_rows_const(r)->rev;

		v = (struct sizes_look){.bars = i & 1, .percents = i & 2, .shared = i & 4};
		sizes_rows_restyle(r);
		assert_true(sizes_rows_const(r)->rev > rev);
		assert_int_equal(sizes_rows_const(r)->columns[0], COL_NAME);
		assert_true(has_column(r, COL_TOTAL));
		assert_true(has_column(r, COL_SIGN));
		assert_true(has_column(r, COL_ITEMS));
		assert_true(has_column(r, COL_MODIFIED));
		assert_int_equal(has_column(r, COL_BAR), v.bars);
		assert_int_equal(has_column(r, COL_PERCENT), v.percents);
		assert_int_equal(has_column(r, COL_SHARED), v.shared);
		assert_int_equal(has_column(r, COL_FREED), v.shared);
	}
	sizes_rows_free(r);
}

/* Names of all lengths, and any bytes. */
static void test_names(void **state)
{
	static const size_t lens[] = {1, 254, 255, 256, 300, 65000};
	struct sizetree *t = made_new("/top");
	struct made_entry e[ARRAY_LEN(lens) + 2], own = {.blocks = 1};
	static char name[65001];
	struct sizes_rows *r;
	struct row row;

	(void)state;
	memset(name, 'x', sizeof(name));
	for (size_t i = 0; i < ARRAY_LEN(lens); i++)
		e[i] = (struct made_entry){.name = name,
					   .len = lens[i],
					   .type = ENTRY_FILE,
					   .blocks = i + 1,
					   .size = UINT64_C(1) << (38 + i)};
	e[ARRAY_LEN(lens)] = (struct made_entry){"a\nb\033[m\xff", 8, ENTRY_FILE, 1, 1, 0, 0};
	e[ARRAY_LEN(lens) + 1] = (struct made_entry){name, 299, ENTRY_DIR, 0, 0, 0, TREE_EXCLUDED};
	made_publish(t, 0, &own, e, ARRAY_LEN(e));
	made_done(t, "");
	r = make(t, "");
	work(r, 2);
	for (uint32_t i = 0; i < ARRAY_LEN(e); i++) {
		struct sizetree_total total;

		assert_true(sizes_rows_const(r)->ops->row(sizes_rows_const(r), i, &row));
		assert_int_equal(row.name_len, e[i].len);
		assert_memory_equal(row.name, e[i].name, e[i].len);
		assert_int_equal(row.type, e[i].type);
		assert_string_equal(row.where, "/top");
		assert_int_equal(row.where_id.ino, 100);
		assert_true(sizes_rows_of(r, i, &total));
		assert_int_equal(total.size, e[i].size);
	}
	sizes_rows_free(r);
	made_free(t);
}

static void test_paths(void **state)
{
	struct sizetree *t = made_new("/");
	struct str s = STR_INIT;

	(void)state;
	made_read(t, "", ". a/");
	made_read(t, "a", ". b\\x0ac/ d/");
	made_read(t, "a/d", ". e/");
	assert_int_equal(str_adds(&s, "/"), 0);
	assert_int_equal(sizes_add_path(t, made_dir(t, "a/d/e"), 0, &s), 0);
	assert_string_equal(s.buf, "/a/d/e");
	str_clear(&s);
	assert_int_equal(str_adds(&s, "/top"), 0);
	assert_int_equal(sizes_add_path(t, made_dir(t, "a/b\nc"), 0, &s), 0);
	assert_string_equal(s.buf, "/top/a/b\nc");
	str_clear(&s);
	assert_int_equal(sizes_add_path(t, made_dir(t, "a/d/e"), made_dir(t, "a"), &s), 0);
	assert_string_equal(s.buf, "/d/e");
	str_clear(&s);
	assert_int_equal(str_adds(&s, "/"), 0);
	assert_int_equal(sizes_add_path(t, 0, 0, &s), 0);
	assert_string_equal(s.buf, "/");
	assert_int_equal(sizes_add_path(t, made_dir(t, "a"), made_dir(t, "a/d"), &s), -ENOENT);
	assert_int_equal(sizes_add_path(t, 0, made_dir(t, "a/d"), &s), -ENOENT);
	assert_string_equal(s.buf, "/");
	str_done(&s);
	made_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fills),     cmocka_unit_test(test_without_a_tree),
		cmocka_unit_test(test_grows),     cmocka_unit_test(test_looks_again_after_a_pass),
		cmocka_unit_test(test_signs),     cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_holes),     cmocka_unit_test(test_shares_of_nothing),
		cmocka_unit_test(test_saturated), cmocka_unit_test(test_ranks),
		cmocka_unit_test(test_columns),   cmocka_unit_test(test_names),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
