/* SPDX-License-Identifier: MIT
 *
 * The view of sizes when memory runs out: each allocation of each step fails once, and all that
 * comes after it goes on. Whatever is missing then, the model is whole, asks for nothing of a tree
 * that it does not have, and gives back what it was given. (What it does otherwise: tests/scenario,
 * sizes*.txt.)
 */
#include "../../lib/nomem.h"
#include "../../lib/sizetree_made.h"
#include "../../lib/test.h"

#include "model/inside.h"

#include <errno.h>
#include <sys/stat.h>

struct run {
	struct model *m;
	struct sizetree *t;
	int64_t now;
	struct sizetree *fresh_tree;
	uint64_t listing, scan, fresh, watch; /* tickets */
	uint32_t dir, now_dir;
	bool again, take, closed;
};

/* What fs would do. */
static void serve(struct run *r)
{
	struct request q;

	while (model_next_request(r->m, &q)) {
		switch (q.kind) {
		case REQ_LIST:
			r->listing = q.ticket;
			break;
		case REQ_SCAN:
			*(r->scan ? &r->fresh : &r->scan) = q.ticket;
			break;
		case REQ_SCAN_AGAIN:
			assert_true(q.id < atomic_load(&r->t->ndirs));
			assert_int_equal(q.ticket, r->scan);
			r->again = true;
			r->dir = q.id;
			break;
		case REQ_SCAN_TAKE:
			r->take = true;
			break;
		case REQ_SCAN_WATCH:
			assert_true(q.view.file == r->scan || q.view.file == r->fresh);
			assert_true(
				q.id <
				atomic_load(
					&(q.view.file == r->scan ? r->t : r->fresh_tree)->ndirs));
			r->watch = q.ticket;
			break;
		case REQ_CLOSE:
			r->closed |= q.ticket == r->scan;
			break;
		default:
			break;
		}
		request_done(&q);
	}
}

static void event(struct run *r, enum fs_event_kind kind)
{
	struct fs_event e = {.kind = kind, .ticket = r->scan};

	e.u.scan.tree = r->t;
	e.u.scan.dir = r->dir;
	e.u.scan.now = r->now_dir;
	model_apply(r->m, &e, r->now);
}

static bool on(struct run *r, const char *name)
{
	return list_move_to_name(model_list(r->m), name, strlen(name));
}

static bool shown(const struct run *r, enum view_kind kind)
{
	return model_view(r->m)->kind == kind;
}

/* ---- the steps; what has _before goes before them, with memory ---- */

static void view(struct run *r)
{
	(void)model_view_sizes(r->m);
}

static void begun(struct run *r)
{
	if (r->scan)
		event(r, FS_SCAN_BEGUN);
}

static void grow_before(struct run *r)
{
	made_read(r->t, "", ". a/ b/ f:10:1 gone/ g:1:1:gone");
	made_read(r->t, "a", ".:1:10 x/ y.c:2:20 z:3:30");
	made_gone(r->t, made_dir(r->t, "gone"));
	made_done(r->t, "");
}

static void tick(struct run *r)
{
	r->now += 600;
	model_tick(r->m, r->now);
	model_tick(r->m, r->now + 1);
}

static void over_before(struct run *r)
{
	made_read(r->t, "a/x", ".:1:8 deep.c:1:1000 low:1:2");
	made_read(r->t, "b", ".:1:100");
	made_done(r->t, "a/x");
	made_done(r->t, "a");
	made_done(r->t, "b");
}

static void over(struct run *r)
{
	if (r->scan)
		event(r, FS_SCAN_OVER);
}

static void enter_a(struct run *r)
{
	if (shown(r, VIEW_SIZES) && on(r, "a"))
		(void)model_enter(r->m);
}

static void largest(struct run *r)
{
	(void)model_view_found(r->m, 3, NULL, 0);
}

static void extensions(struct run *r)
{
	(void)model_view_found(r->m, 0, NULL, 0);
}

static void enter_found(struct run *r)
{
	if (shown(r, VIEW_FOUND))
		(void)model_enter(r->m);
}

static void to_sizes(struct run *r)
{
	while (shown(r, VIEW_FOUND))
		(void)model_view_close(r->m);
}

static void mark(struct run *r)
{
	(void)model_mark_all(r->m);
	model_mark_none(r->m);
}

static void filter(struct run *r)
{
	(void)model_filter(r->m, MATCH_SUBSTRING, "x", NULL);
}

static void again(struct run *r)
{
	if (shown(r, VIEW_SIZES))
		(void)model_sizes_again(r->m);
}

static void ready_before(struct run *r)
{
	if (!r->again)
		return;
	r->now_dir = made_again(r->t, r->dir);
	made_read_dir(r->t, r->now_dir, ".:1:10 x/ new:1:5 y.c:1:1");
	made_dir_done(r->t, r->now_dir);
	if (made_dir_below(r->t, r->dir, "x") == TREE_NONE) {
		uint32_t x = made_dir_below(r->t, r->now_dir, "x");

		made_read_dir(r->t, x, ".");
		made_dir_done(r->t, x);
	}
}

static void ready(struct run *r)
{
	if (r->again)
		event(r, FS_SCAN_READY);
	r->again = false;
}

static void taken_before(struct run *r)
{
	if (r->take)
		made_take(r->t, r->dir, r->now_dir);
}

static void taken(struct run *r)
{
	if (r->take)
		event(r, FS_SCAN_TAKEN);
	r->take = false;
}

static void parent(struct run *r)
{
	if (shown(r, VIEW_SIZES))
		(void)model_parent(r->m);
}

static void look(struct run *r)
{
	model_sizes_apparent(r->m);
	model_sizes_parts(r->m);
	model_sizes_shared(r->m);
}

/* Most of the tree is what was replaced: the next scan is of everything. */
static void worn_before(struct run *r)
{
	atomic_store(&r->t->ndead, 1u << 20);
}

static void fresh_event(struct run *r, enum fs_event_kind kind)
{
	struct fs_event e = {.kind = kind, .ticket = r->fresh};

	e.u.scan.tree = r->fresh_tree;
	if (r->fresh)
		model_apply(r->m, &e, r->now);
}

static void fresh_begun(struct run *r)
{
	fresh_event(r, FS_SCAN_BEGUN);
}

static void fresh_over_before(struct run *r)
{
	made_read(r->fresh_tree, "", ". a/ f:10:1");
	made_read(r->fresh_tree, "a", ".:1:10 y.c:2:20");
	made_done(r->fresh_tree, "");
	made_done(r->fresh_tree, "a");
}

static void fresh_over(struct run *r)
{
	fresh_event(r, FS_SCAN_OVER);
}

/* From now on only the new tree is there. */
static void fresh_taken(struct run *r)
{
	if (!r->closed)
		return;
	made_free(r->t);
	r->t = r->fresh_tree;
	r->fresh_tree = NULL;
	r->scan = r->fresh;
	r->closed = false;
}

static void lose_before(struct run *r)
{
	if (r->again)
		r->now_dir = TREE_NONE;
}

static const struct {
	void (*before)(struct run *r);
	void (*run)(struct run *r);
} steps[] = {
	{NULL, view},          {NULL, begun},         {grow_before, tick},
	{NULL, largest},       {over_before, over},   {NULL, tick},
	{NULL, to_sizes},      {NULL, enter_a},       {NULL, mark},
	{NULL, filter},        {NULL, again},         {ready_before, ready},
	{taken_before, taken}, {NULL, tick},          {NULL, extensions},
	{NULL, look},          {NULL, look},          {NULL, enter_found},
	{NULL, tick},          {NULL, enter_found},   {NULL, to_sizes},
	{NULL, parent},        {NULL, look},          {worn_before, again},
	{NULL, extensions},    {NULL, fresh_begun},   {fresh_over_before, fresh_over},
	{NULL, fresh_taken},   {NULL, tick},          {NULL, to_sizes},
	{NULL, again},         {lose_before, ready},  {taken_before, taken},
	{NULL, parent},        {NULL, parent},        {NULL, again},
	{lose_before, ready},  {taken_before, taken}, {NULL, tick},
	{NULL, again},         {NULL, parent},
};

static void start(struct run *r)
{
	struct fs_event e = {.kind = FS_LIST_OPENED};
	struct names *names;

	*r = (struct run){.t = made_new("/top"), .fresh_tree = made_new("/top")};
	assert_int_equal(model_new(&r->m), 0);
	assert_int_equal(model_start(r->m, "/top", NULL), 0);
	serve(r);
	e.ticket = r->listing;
	e.u.opened.names = names = names_new();
	e.u.opened.dir.meta.mode = S_IFDIR | 0755;
	e.u.opened.dir.watched = true;
	model_apply(r->m, &e, 0);
	names_unref(e.u.opened.names);
	assert_int_equal(names_add(names, "a", 1, ENTRY_DIR, NULL), 0);
	e = (struct fs_event){.kind = FS_LIST_DONE, .ticket = r->listing};
	e.u.part.count = 1;
	model_apply(r->m, &e, 0);
	serve(r);
}

/* True when the n-th allocation of this step has failed. */
static bool run(size_t failing, unsigned long n)
{
	struct run r;
	bool failed = false;

	start(&r);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (steps[i].before)
			steps[i].before(&r);
		if (i == failing)
			nomem_arm(n);
		steps[i].run(&r);
		if (i == failing)
			failed = nomem_disarm();
		model_check(r.m);
		serve(&r);
		model_check(r.m);
	}
	if (!failed) {
		/* All of it was gone in the end. */
		assert_true(shown(&r, VIEW_SIZES));
		assert_int_equal(model_view(r.m)->sizes->phase, SIZES_FAILED);
		assert_int_equal(model_view(r.m)->sizes->err, -ENOENT);
		assert_null(r.fresh_tree);
	}
	while (model_view_close(r.m))
		continue;
	serve(&r);
	assert_true(r.closed || !r.scan || failed);
	model_free(r.m);
	made_free(r.fresh_tree);
	made_free(r.t);
	return failed;
}

static void test_no_memory(void **state)
{
	size_t failures = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		for (unsigned long n = 1; run(i, n); n++)
			failures++;
	assert_true(failures > 100 || !failures);
}

/* What could not be shown is said, and closing is all that is left. */
static void test_no_memory_at_the_beginning(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct run r;
		const struct sizes *s;
		bool failed;

		start(&r);
		view(&r);
		serve(&r);
		made_read(r.t, "", ". a/ b");
		nomem_arm(n);
		begun(&r);
		failed = nomem_disarm();
		s = model_view(r.m)->sizes;
		assert_true(!failed || s->phase == SIZES_SCANNING || s->phase == SIZES_FAILED);
		if (s->phase == SIZES_FAILED || sizes_rows_err(s->rows)) {
			assert_int_equal(r.m->notice.kind, NOTICE_ERROR);
			assert_false(rows_loading(model_view(r.m)->list.rows));
		}
		event(&r, FS_SCAN_OVER);
		model_check(r.m);
		(void)model_parent(r.m);
		(void)model_sizes_again(r.m);
		serve(&r);
		model_check(r.m);
		model_free(r.m);
		made_free(r.fresh_tree);
		made_free(r.t);
		if (!failed)
			break;
	}
}

/* What is beyond the number of extensions shown is one row, which leads nowhere. */
static void test_other_extensions(void **state)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	struct run r;
	struct row row;

	(void)state;
	start(&r);
	view(&r);
	serve(&r);
	assert_int_equal(str_adds(&text, "."), 0);
	for (unsigned i = 0; i < FOUND_KINDS + 3; i++)
		assert_int_equal(str_addf(&text, " f.%u:1:%u", i, i ? 2 : 1), 0);
	made_read(r.t, "", text.buf);
	made_done(r.t, "");
	begun(&r);
	over(&r);
	extensions(&r);
	tick(&r);
	model_check(r.m);
	assert_int_equal(list_len(model_list(r.m)), FOUND_KINDS + 1);
	assert_true(on(&r, "(others)"));
	assert_int_equal(model_enter(r.m), ENTER_NOTHING);
	assert_true(list_row(model_list(r.m), 0, &row));
	assert_string_equal(row.name, "(others)");
	assert_true(on(&r, ".7"));
	assert_int_equal(model_enter(r.m), ENTER_WENT);
	assert_int_equal(list_len(model_list(r.m)), 1);
	serve(&r);
	model_free(r.m);
	made_free(r.fresh_tree);
	made_free(r.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_no_memory_at_the_beginning),
		cmocka_unit_test(test_other_extensions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
