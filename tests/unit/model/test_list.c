/* SPDX-License-Identifier: MIT
 *
 * Cursor arithmetic at every height, orders of every kind, insertion into large orders, out of
 * memory.
 */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "model/list.h"
#include "model/listing.h"
#include "model/marks.h"
#include "model/model.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

static struct listing *make(uint32_t n)
{
	struct listing *l = listing_new("/d", 1);
	struct fs_event opened = {.kind = FS_LIST_OPENED, .ticket = 1};
	struct fs_event done = {.kind = FS_LIST_DONE, .ticket = 1};
	char name[32];

	assert_non_null(l);
	opened.u.opened.names = names_new();
	for (uint32_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%sf%05u", i % 10 == 3 ? "." : "", i * 7919 % 100003);
		names_add(opened.u.opened.names, name, strlen(name), i % 7 ? ENTRY_FILE : ENTRY_DIR,
			  NULL);
	}
	opened.u.opened.dir.meta.id.ino = 9;
	assert_int_equal(listing_apply(l, &opened), 0);
	done.u.part.count = n;
	assert_int_equal(listing_apply(l, &done), 0);
	return l;
}

static void answer(struct list *l)
{
	struct order_spec spec;
	struct order_result result;
	int r;

	assert_true(l->want_order);
	while ((r = list_take_order_spec(l, 3, &spec)) == -EAGAIN)
		(void)list_work(l);
	assert_int_equal(r, 0);
	assert_int_equal(order_run(&spec, NULL, &result), 0);
	list_apply_order(l, 3, &result, 0);
	order_spec_done(&spec);
	order_result_done(&result);
}

static void test_cursor(void **state)
{
	static const long deltas[] = {1, -1, 5, -5, 1000, -1000, LONG_MAX, LONG_MIN};

	(void)state;
	for (uint32_t n = 0; n < 9; n++) {
		struct listing *listing = make(n);
		struct list l;

		for (int mode = 0; mode < 8; mode++) {
			assert_int_equal(list_init(&l, listing_rows(listing), mode & 1), 0);
			l.wrap = mode & 2;
			l.margin = mode & 4 ? 3 : 0;
			for (size_t height = 0; height < 12; height++) {
				list_fit(&l, height);
				list_check(&l);
				for (size_t i = 0; i < sizeof(deltas) / sizeof(deltas[0]); i++) {
					list_move(&l, deltas[i]);
					list_check(&l);
					list_page(&l, deltas[i]);
					list_check(&l);
					list_scroll(&l, deltas[i]);
					list_check(&l);
				}
				list_move_to(&l, SIZE_MAX);
				list_check(&l);
			}
			list_done(&l);
		}
		listing_free(listing);
	}
}

static void test_wrap_and_margin(void **state)
{
	struct listing *listing = make(40);
	struct list l;

	(void)state;
	assert_int_equal(list_init(&l, listing_rows(listing), true), 0);
	l.margin = 3;
	list_fit(&l, 10);
	list_move(&l, -1);
	assert_int_equal(l.cursor, 0);
	list_move(&l, 7);
	assert_int_equal(l.top, 1);
	list_page(&l, 1);
	assert_int_equal(l.cursor, 12);
	assert_int_equal(l.top, 6);
	l.wrap = true;
	list_move_to(&l, 0);
	list_move(&l, -1);
	assert_int_equal(l.cursor, list_len(&l) - 1);
	list_move(&l, 1);
	assert_int_equal(l.cursor, 0);
	list_move(&l, -2); /* a jump does not wrap */
	assert_int_equal(l.cursor, 0);
	list_done(&l);
	listing_free(listing);
}

/* Scrolling further than it must, as while a key is held. */
static void test_scrolls_ahead(void **state)
{
	struct listing *listing = make(40);
	struct list l;

	(void)state;
	assert_int_equal(list_init(&l, listing_rows(listing), false), 0);
	l.margin = 3;
	l.ahead = 2;
	list_fit(&l, 10);
	list_move(&l, 6);
	assert_int_equal(l.top, 0);
	for (size_t i = 0; i < 9; i++) {
		list_move(&l, 1);
		assert_int_equal(l.cursor, 7 + i);
		assert_int_equal(l.top, 3 + i / 3 * 3);
		list_check(&l);
	}
	list_move(&l, -6);
	assert_int_equal(l.top, 4);
	list_move(&l, -3);
	assert_int_equal(l.top, 1);
	list_move(&l, -3);
	assert_int_equal(l.top, 0);
	list_move_to(&l, list_len(&l) - 1);
	assert_int_equal(l.top, list_len(&l) - 10);
	list_fit(&l, 1);
	list_move(&l, -1);
	assert_int_equal(l.top, list_len(&l) - 2);
	list_done(&l);
	listing_free(listing);
}

static void upsert(struct listing *l, const char *name, uint64_t size, int err)
{
	struct stat_item item = {.id = NAMES_NONE, .name = strdup(name), .err = err};
	struct fs_event e = {.kind = FS_STAT, .ticket = 1, .u.stat = {&item, 1}};

	item.meta.size = size;
	item.meta.mode = S_IFREG | 0644;
	assert_int_equal(listing_apply(l, &e), 0);
	free(item.name);
}

static void same_as_fresh(const struct list *l, const struct rows *rows)
{
	struct list fresh;

	assert_int_equal(list_init(&fresh, rows, l->with_parent), 0);
	fresh.inline_max = UINT32_MAX;
	list_set_sort(&fresh, &l->sort);
	list_set_hidden(&fresh, l->show_hidden);
	assert_int_equal(
		list_set_filter(&fresh, l->filter_kind, l->filter.buf, l->filter.len, NULL), 0);
	assert_int_equal(fresh.n, l->n);
	assert_memory_equal(fresh.order, l->order, l->n * sizeof(*l->order));
	assert_int_equal(fresh.hidden, l->hidden);
	assert_int_equal(fresh.filtered, l->filtered);
	list_done(&fresh);
}

/* Few changes to a large list give what ordering it anew gives. */
static void test_insertion(void **state)
{
	static const enum sort_by kinds[] = {SORT_NAME, SORT_EXT, SORT_SIZE, SORT_OWNER};

	(void)state;
	for (int mode = 0; mode < 16; mode++) {
		struct listing *listing = make(500);
		struct sort_spec sort = {kinds[mode & 3], mode & 4, mode & 8};
		struct list l;

		for (uint32_t id = 0; id < 500; id++) {
			struct stat_item item = {.id = id, .meta.size = id % 17};
			struct fs_event e = {.kind = FS_STAT, .u.stat = {&item, 1}};

			item.meta.mode = id % 7 ? S_IFREG : S_IFDIR;
			item.meta.uid = id % 5;
			listing_apply(listing, &e);
		}
		assert_true(listing_complete(listing));
		assert_int_equal(list_init(&l, listing_rows(listing), true), 0);
		l.inline_max = 10;
		list_set_sort(&l, &sort);
		if (l.want_order)
			answer(&l);
		same_as_fresh(&l, listing_rows(listing));
		list_move_to(&l, 20);
		for (unsigned i = 0; i < 40; i++) {
			char name[16];

			snprintf(name, sizeof(name), "f%05u", i * 7919 % 100003);
			upsert(listing, name, i, i % 3 ? 0 : -ENOENT);
			snprintf(name, sizeof(name), "%snew%u", i % 2 ? "." : "", i);
			upsert(listing, name, i, 0);
			assert_int_equal(list_update(&l), 0);
			assert_false(l.want_order);
			list_check(&l);
		}
		same_as_fresh(&l, listing_rows(listing));
		list_done(&l);
		listing_free(listing);
	}
}

static void test_narrowing(void **state)
{
	struct listing *listing = make(500);
	struct list l;

	(void)state;
	assert_int_equal(list_init(&l, listing_rows(listing), true), 0);
	l.inline_max = 10;
	assert_int_equal(list_set_filter(&l, MATCH_SUBSTRING, "1", 1, NULL), 0);
	answer(&l);
	same_as_fresh(&l, listing_rows(listing));
	assert_int_equal(list_set_filter(&l, MATCH_SUBSTRING, "12", 2, NULL), 0);
	answer(&l);
	same_as_fresh(&l, listing_rows(listing));
	assert_int_equal(list_set_filter(&l, MATCH_FUZZY, "12", 2, NULL), 0);
	answer(&l);
	same_as_fresh(&l, listing_rows(listing));
	assert_int_equal(list_set_filter(&l, MATCH_FUZZY, "123", 3, NULL), 0);
	if (l.want_order)
		answer(&l);
	same_as_fresh(&l, listing_rows(listing));
	assert_int_equal(list_set_filter(&l, MATCH_REGEX, "(", 1, NULL), -EINVAL);
	assert_string_equal(l.filter.buf, "123");
	list_done(&l);
	listing_free(listing);
}

static void test_list_no_memory(void **state)
{
	struct listing *listing = make(60);

	(void)state;
	for (unsigned long n = 1;; n++) {
		struct list l;
		int r;

		nomem_arm(n);
		r = list_init(&l, listing_rows(listing), true);
		if (r == 0)
			r = list_set_filter(&l, MATCH_FUZZY, "f1", 2, NULL);
		if (r == 0)
			r = list_update(&l);
		bool failed = nomem_disarm();
		list_check(&l);
		list_done(&l);
		if (!failed)
			break;
		assert_true(r == 0 || r == -ENOMEM);
	}
	listing_free(listing);
}

static void test_marks_no_memory(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct marks m;
		struct row row = {.name = "x", .name_len = 1, .where = "/d", .where_id = {1, 2}};
		int r;
		bool failed;

		nomem_arm(n);
		r = marks_init(&m);
		if (r == 0)
			r = marks_set(&m, &row, true);
		failed = nomem_disarm();
		if (m.names) {
			assert_int_equal(marks_has(&m, &row), r == 0);
			assert_int_equal(marks_in(&m, row.where_id), m.live);
		}
		marks_done(&m);
		if (!failed)
			break;
		assert_int_equal(r, -ENOMEM);
	}
}

static void test_listing_no_memory(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct listing *l = make(40);
		struct stat_item items[2] = {{.id = 3, .target = strdup("t")},
					     {.id = NAMES_NONE, .name = strdup("new")}};
		struct fs_event e = {.kind = FS_STAT, .u.stat = {items, 2}};
		uint32_t id = 5, wanted;
		bool failed;

		nomem_arm(n);
		listing_apply(l, &e);
		listing_work(l);
		listing_want(l, &id, 1, &wanted);
		failed = nomem_disarm();
		for (int i = 0; i < 2; i++) {
			free(items[i].name);
			free(items[i].target);
		}
		listing_free(l);
		if (!failed)
			break;
	}
}

static void test_model_no_memory(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct model *m;
		struct request request;
		bool failed;

		assert_int_equal(model_new(&m), 0);
		assert_int_equal(model_start(m, "/a", NULL), 0);
		nomem_arm(n);
		(void)model_go(m, "/b", "x");
		model_tick(m, 200);
		(void)model_tab_new(m);
		failed = nomem_disarm();
		model_check(m);
		while (model_next_request(m, &request))
			request_done(&request);
		model_free(m);
		if (!failed)
			break;
	}
}

static bool rows_at(const struct list *l, size_t pos)
{
	struct row row;

	return list_row(l, pos, &row) && row.type == ENTRY_DIR;
}

/* Of names in both groups, in every order: steps against what looking at each row says. */
static void test_groups(void **state)
{
	struct listing *listing = make(40);

	(void)state;
	for (int mixed = 0; mixed < 2; mixed++) {
		struct list l;
		size_t len;

		assert_int_equal(list_init(&l, listing_rows(listing), true), 0);
		list_set_sort(&l, &(struct sort_spec){SORT_NAME, false, !mixed});
		len = list_len(&l);
		for (size_t pos = 0; pos < len; pos++) {
			size_t next = pos, start = pos;

			while (next < len && rows_at(&l, next) == rows_at(&l, pos))
				next++;
			while (start && rows_at(&l, start - 1) == rows_at(&l, pos))
				start--;
			if (start == pos && start) {
				start--;
				while (start && rows_at(&l, start - 1) == rows_at(&l, pos - 1))
					start--;
			}
			assert_int_equal(list_group_step(&l, pos, 1), MIN(next, len - 1));
			assert_int_equal(list_group_step(&l, pos, -1), start);
		}
		list_done(&l);
	}
	listing_free(listing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_cursor),
		cmocka_unit_test(test_wrap_and_margin),
		cmocka_unit_test(test_scrolls_ahead),
		cmocka_unit_test(test_insertion),
		cmocka_unit_test(test_narrowing),
		cmocka_unit_test(test_list_no_memory),
		cmocka_unit_test(test_marks_no_memory),
		cmocka_unit_test(test_listing_no_memory),
		cmocka_unit_test(test_model_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
