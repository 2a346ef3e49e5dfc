/* SPDX-License-Identifier: MIT
 *
 * Rows of a size tree that grows at random, also while it is looked at: what they say is never too
 * much, never shrinks, and in the end is the truth; the order that follows what has changed is that
 * of sorting everything. Without memory rows are missing, and it is said.
 */
#include "../../lib/nomem.h"
#include "../../lib/sizetree_made.h"
#include "../../lib/test.h"

#include "model/list.h"
#include "model/sizes_rows.h"

#include <errno.h>

#define DIRS_LIMIT 200u

static const struct sizes_look plain = {.bars = true, .percents = true};

struct garden {
	uint64_t rng;
	struct sizetree *t;
	struct sizes_rows *r;
	struct list list;
	struct sizetree_total before;
	bool gone; /* something was found to be gone: items become fewer */
};

static uint32_t below(struct garden *g, uint32_t n)
{
	return made_random(&g->rng, n);
}

/* ---- growth ---- */

static void read_at_random(struct garden *g, uint32_t dir)
{
	static const uint32_t flags[] = {0, 0, 0, 0, TREE_UNREAD, TREE_EXCLUDED, TREE_LINKED};
	struct made_entry e[12] = {0}, own = {.size = below(g, 5000), .blocks = below(g, 9)};
	char names[12][24];
	size_t n = dir ? below(g, 8) : 12;

	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "%c%u-%zu", 'a' + (int)below(g, 26),
			 below(g, 40), i);
		e[i].name = names[i];
		e[i].len = strlen(names[i]);
		e[i].type = below(g, 2) ? ENTRY_DIR : ENTRY_FILE;
		if (e[i].type == ENTRY_DIR && atomic_load(&g->t->ndirs) > DIRS_LIMIT)
			e[i].type = ENTRY_LINK;
		if (e[i].type == ENTRY_DIR)
			continue;
		e[i].flags = flags[below(g, ARRAY_LEN(flags))];
		if (e[i].flags & (TREE_UNREAD | TREE_EXCLUDED))
			continue;
		e[i].size = below(g, 100000);
		e[i].blocks = below(g, 200);
	}
	own.flags = dir && below(g, 10) == 0 ? TREE_UNREAD : 0;
	made_publish(g->t, dir, &own, e, n);
}

static bool is_read(const struct garden *g, uint32_t dir)
{
	return dir == TREE_NONE || sizetree_dir_state(g->t, dir) >= TREE_READ;
}

/* One directory goes a step on; which of them have been read to their end is in `over`. */
static void grow_one(struct garden *g, bool *over)
{
	uint32_t dir = below(g, atomic_load(&g->t->ndirs));

	if (!is_read(g, dir) && !is_read(g, sizetree_dir(g->t, dir)->parent))
		return;
	if (!is_read(g, dir) && dir && below(g, 12) == 0) {
		made_gone(g->t, dir);
		g->gone = over[dir] = true;
	} else if (!is_read(g, dir)) {
		read_at_random(g, dir);
	} else if (!over[dir]) {
		made_dir_done(g->t, dir);
		over[dir] = true;
	}
}

/* Everything below that is published, whatever is done. */
static void count(const struct sizetree *t, uint32_t dir, struct sizetree_total *to)
{
	const struct sizetree_dir *d = sizetree_dir(t, dir);

	if (sizetree_dir_state(t, dir) < TREE_READ)
		return;
	to->blocks += d->own_blocks;
	for (uint32_t e = d->first; e < d->first + d->count; e++) {
		uint32_t sub = sizetree_subdir(t, e), meta = sizetree_meta(t, e);

		if (sub != TREE_NONE)
			count(t, sub, to);
		else if (!(meta & TREE_LINKED))
			to->blocks += sizetree_blocks(t, dir, e);
		to->items += !(meta & (TREE_EXCLUDED | TREE_GONE));
	}
}

static struct sizetree_total truth(const struct sizetree *t, uint32_t dir)
{
	struct sizetree_total total = {0};

	count(t, dir, &total);
	return total;
}

/* ---- what must hold ---- */

/* At any time. */
static void check_bounds(struct garden *g)
{
	struct sizetree_total now = sizes_rows_total(g->r), all = truth(g->t, 0);

	assert_true(now.blocks >= g->before.blocks);
	assert_true(now.size >= g->before.size);
	assert_true(now.unread >= g->before.unread);
	assert_true(g->gone || now.items >= g->before.items);
	assert_true(now.blocks <= all.blocks);
	g->before = now;
}

/* After a pass during which nothing grew. */
static void check_exact(const struct garden *g)
{
	const struct rows *rows = sizes_rows_const(g->r);
	uint32_t first = sizetree_dir(g->t, 0)->first;

	if (!is_read(g, 0))
		return;
	assert_int_equal(rows_count(rows), sizetree_dir(g->t, 0)->count);
	assert_int_equal(sizes_rows_total(g->r).blocks, truth(g->t, 0).blocks);
	assert_true(g->gone || sizes_rows_total(g->r).items == truth(g->t, 0).items);
	for (uint32_t id = 0; id < rows_count(rows); id++) {
		uint32_t sub = sizetree_subdir(g->t, first + id);
		bool gone = sizetree_meta(g->t, first + id) & TREE_GONE;
		struct sizetree_total row;

		assert_int_equal(sizes_rows_of(g->r, id, &row), !gone);
		if (gone || sub == TREE_NONE)
			continue;
		assert_int_equal(row.blocks, truth(g->t, sub).blocks);
		assert_int_equal(row.done, sizetree_dir_state(g->t, sub) == TREE_DONE);
	}
}

static void answer(struct list *l, uint64_t ticket)
{
	struct order_spec spec = {0};
	struct order_result result = {0};

	while (l->want_order) {
		int r = list_take_order_spec(l, ++ticket, &spec);

		if (r == -EAGAIN) {
			(void)list_work(l);
			continue;
		}
		assert_int_equal(r, 0);
		assert_int_equal(order_run(&spec, NULL, &result), 0);
		list_apply_order(l, ticket, &result, 0);
		order_spec_done(&spec);
		order_result_done(&result);
	}
}

/* The order that has followed all changes is that of a list made now. */
static void check_order(struct garden *g)
{
	struct list fresh;

	assert_int_equal(list_update(&g->list), 0);
	answer(&g->list, 1000);
	list_check(&g->list);
	assert_int_equal(list_init(&fresh, sizes_rows_const(g->r), false), 0);
	fresh.sort = g->list.sort;
	fresh.dirty = true;
	assert_int_equal(list_update(&fresh), 0);
	assert_int_equal(list_len(&g->list), list_len(&fresh));
	for (size_t i = 0; i < list_len(&fresh); i++)
		assert_int_equal(list_id(&g->list, i), list_id(&fresh, i));
	list_done(&fresh);
}

/* ---- at random ---- */

static void pass(struct garden *g, bool *over, bool grows)
{
	size_t slice = 1 + below(g, 6);

	sizes_rows_look(g->r);
	for (unsigned n = 0; sizes_rows_work(g->r, slice); n++) {
		assert_true(n < 100000);
		if (grows && n < 20 && below(g, 3) == 0)
			grow_one(g, over);
		if (below(g, 4) == 0) {
			check_bounds(g);
			assert_int_equal(list_update(&g->list), 0);
			answer(&g->list, 1);
		}
	}
	check_bounds(g);
}

static void run(uint64_t seed, enum sort_by by, uint32_t inline_max)
{
	static const struct sizes_look *look = &plain;
	bool over[DIRS_LIMIT * 2] = {0};
	struct garden g = {.t = made_new("/top")};
	bool done = false;

	g.rng = seed;
	g.r = sizes_rows_new(g.t, 0, "/top", look);
	assert_non_null(g.r);
	assert_int_equal(list_init(&g.list, sizes_rows_const(g.r), false), 0);
	g.list.inline_max = inline_max;
	g.list.slice = 1 + below(&g, 5);
	g.list.sort = (struct sort_spec){by, below(&g, 2), below(&g, 2)};
	for (unsigned n = 0; !done && n < 3000; n++) {
		for (uint32_t k = below(&g, 40); k; k--)
			grow_one(&g, over);
		done = sizetree_dir_state(g.t, 0) == TREE_DONE;
		pass(&g, over, below(&g, 2));
		pass(&g, over, false);
		check_exact(&g);
		check_order(&g);
	}
	assert_true(done);
	assert_true(sizes_rows_total(g.r).done);
	assert_int_equal(sizes_rows_total(g.r).items, sizetree_dir_total(g.t, 0).items);
	/* What has several links comes last, and changes what was done. */
	made_linked(g.t, "", 1000, 1000, 0);
	for (uint32_t sub = 1; sub < 4; sub++)
		atomic_load(&g.t->linked[0])->at[sub] = (struct sizetree_linked){sub * 50, 1, 25};
	sizes_rows_changed(g.r);
	assert_int_equal(sizes_rows_total(g.r).blocks, truth(g.t, 0).blocks + 1000);
	check_order(&g);
	list_done(&g.list);
	sizes_rows_free(g.r);
	made_free(g.t);
}

static void test_at_random(void **state)
{
	static const enum sort_by by[] = {SORT_SIZE, SORT_ITEMS, SORT_FREED, SORT_NAME};
	static const uint32_t inline_max[] = {LIST_INLINE, 4, 1};

	(void)state;
	for (unsigned seed = 0; seed < 48; seed++)
		run(seed, by[seed % ARRAY_LEN(by)], inline_max[seed / 4 % ARRAY_LEN(inline_max)]);
}

/* More rows change than are listed one by one. */
static void test_many_change(void **state)
{
	struct garden g = {.t = made_new("/top")};
	struct str text = STR_INIT;
	char name[8];

	(void)state;
	assert_int_equal(str_adds(&text, ".:1:1"), 0);
	for (unsigned i = 0; i < 700; i++)
		assert_int_equal(str_addf(&text, " %u/", i), 0);
	made_read(g.t, "", text.buf);
	made_done(g.t, "");
	g.r = sizes_rows_new(g.t, 0, "/top", &plain);
	assert_int_equal(list_init(&g.list, sizes_rows_const(g.r), false), 0);
	g.list.inline_max = 50;
	g.list.sort.by = SORT_SIZE;
	pass(&g, NULL, false);
	check_order(&g);
	/* One, as many as fit, one more, all. */
	for (unsigned i = 0, end = 1; i < 700; end += end == 1 ? 512 : end == 513 ? 1 : 186) {
		for (; i < end; i++) {
			snprintf(name, sizeof(name), "%u", i);
			made_read(g.t, name, i % 2 ? ". x:7:9" : ".:3:100");
			if (i % 3)
				made_done(g.t, name);
		}
		pass(&g, NULL, false);
		check_exact(&g);
		check_order(&g);
	}
	str_done(&text);
	list_done(&g.list);
	sizes_rows_free(g.r);
	made_free(g.t);
}

/* ---- without memory ---- */

static void test_no_memory(void **state)
{
	struct sizetree *t = made_new("/top");
	size_t missing = 0;

	(void)state;
	made_read(t, "", ". a/ b/ gone:gone c d/ e f");
	made_read(t, "a", ". x/");
	made_read(t, "a/x", ". y/");
	made_read(t, "b", ".:1:1");
	made_done(t, "");
	for (unsigned long n = 1;; n++) {
		struct sizes_rows *r;

		nomem_arm(n);
		r = sizes_rows_new(t, 0, "/top", &plain);
		for (unsigned i = 0; r && sizes_rows_work(r, 2); i++)
			assert_true(i < 100);
		if (!nomem_disarm()) {
			assert_int_equal(sizes_rows_err(r), 0);
			assert_int_equal(rows_count(sizes_rows_const(r)), 7);
			assert_true(missing > 0 || n == 1);
			sizes_rows_free(r);
			break;
		}
		if (r && sizes_rows_err(r) < 0) {
			assert_int_equal(sizes_rows_err(r), -ENOMEM);
			missing++;
			/* The rows that are there stay, and nothing more is waited for. */
			assert_true(rows_count(sizes_rows_const(r)) < 7);
			assert_false(rows_loading(sizes_rows_const(r)));
			assert_false(sizes_rows_has_work(r));
		}
		sizes_rows_free(r);
	}
	made_free(t);
}

/* A pass that comes to its end without memory says too little, never too much. */
static void test_no_memory_in_a_pass(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct sizetree *t = made_new("/top");
		struct sizes_rows *r = sizes_rows_new(t, 0, "/top", &plain);
		bool failed;

		made_read(t, "", ". a/ b/ c/");
		made_done(t, "");
		while (sizes_rows_work(r, 100))
			continue;
		made_read(t, "a", ".:1:1 x/");
		made_read(t, "a/x", ".:1:1 y/");
		made_gone(t, made_dir(t, "b"));
		made_read(t, "c", ".:1:5");
		made_done(t, "c");
		nomem_arm(n);
		sizes_rows_look(r);
		while (sizes_rows_work(r, 1))
			continue;
		failed = nomem_disarm();
		assert_true(sizes_rows_total(r).blocks <= 7);
		/* The next one has it all. */
		sizes_rows_look(r);
		while (sizes_rows_work(r, 1))
			continue;
		assert_int_equal(sizes_rows_total(r).blocks, 7);
		assert_int_equal(sizes_rows_err(r), 0);
		assert_false(failed && rows_count(sizes_rows_const(r)) != 3);
		sizes_rows_free(r);
		made_free(t);
		if (!failed)
			break;
	}
}

static void test_no_memory_for_a_path(void **state)
{
	struct sizetree *t = made_new("/");

	(void)state;
	made_read(t, "", ". a/");
	made_read(t, "a", ". b/");
	for (unsigned long n = 1;; n++) {
		struct str s = STR_INIT;
		int r;

		nomem_arm(n);
		r = sizes_add_path(t, made_dir(t, "a/b"), 0, &s);
		if (!nomem_disarm()) {
			assert_int_equal(r, 0);
			assert_string_equal(s.buf, "/a/b");
			str_done(&s);
			break;
		}
		assert_int_equal(r, -ENOMEM);
		str_done(&s);
	}
	made_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_at_random),
		cmocka_unit_test(test_many_change),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_no_memory_in_a_pass),
		cmocka_unit_test(test_no_memory_for_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
