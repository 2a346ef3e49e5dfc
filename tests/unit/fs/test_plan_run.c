/* SPDX-License-Identifier: MIT
 *
 * Doing a plan when something is in the way: cancelled, a journal that cannot be written, a world
 * that was changed meanwhile, another program at the same; and very many steps.
 */
#include "planning.h"

#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define ZOO                                                                              \
	"work/a \"one\" @1000000000\nwork/b \"two\" :0640\nwork/dir/inner/x \"three\"\n" \
	"work/dir/y \"four\" :0600\nwork/empty/\n"

#define NEVER 1000000u

static const char *const things[] = {"work/a", "work/b", "work/dir", "work/empty"};

static struct plan *trash_things(void)
{
	struct plan *p = new_plan();

	for (size_t i = 0; i < ARRAY_LEN(things); i++) {
		struct plan_at one = at(things[i]);

		assert_int_equal(plan_trash(p, &one), 0);
	}
	assert_int_equal(plan_check(p), 0);
	no_problems(p);
	return p;
}

/* ---- cancelled ---- */

static void test_cancel_at_each(void **state)
{
	(void)state;
	for (cancel_after = 1; cancel_after <= ARRAY_LEN(things) + 1; cancel_after++) {
		const struct plan_run how = {.over = maybe_cancel};
		uint32_t all = ARRAY_LEN(things), done = MIN(cancel_after, all);
		const struct action *a;
		struct plan_result r;
		struct plan *p;
		char *before;

		build(ZOO);
		cancel = false;
		env.cancel = &cancel;
		before = snapshot("work");
		p = trash_things();
		assert_int_equal(plan_run(p, journal, &how, &r), done < all ? -ECANCELED : 0);
		assert_int_equal(r.done, done);
		assert_int_equal(r.left, all - done);
		assert_int_equal(r.failed, 0);
		for (uint32_t i = 0; i < all; i++)
			assert_int_equal(exists(things[i]), i >= done);
		a = journal_find(journal, r.id);
		assert_int_equal(a->state, ACTION_ENDED);
		for (uint32_t i = 0; i < all; i++)
			assert_int_equal(a->steps[i].state, i < done ? STEP_DONE : STEP_NOT_DONE);
		cancel = false;
		undo(r.id);
		same_as(before);
		plan_free(p);
		free(before);
	}
}

/* In the middle of a tree: what is gone is counted, the rest is there. */
static void stop(void *ctx, uint32_t i, const struct delete_counts *counts)
{
	(void)ctx;
	(void)i;
	cancel = counts->files > 0;
}

static void test_cancel_in_a_delete(void **state)
{
	const struct plan_run how = {.progress = stop};
	struct plan_at top, a;
	struct plan_result r;
	struct plan *p;

	(void)state;
	build("work/top/d/ *3000\nwork/a\n");
	cancel = false;
	env.cancel = &cancel;
	p = new_plan();
	top = at("work/top");
	a = at("work/a");
	assert_int_equal(plan_delete(p, &top), 0);
	assert_int_equal(plan_delete(p, &a), 0);
	assert_int_equal(plan_run(p, journal, &how, &r), -ECANCELED);
	assert_int_equal(r.done, 0);
	assert_int_equal(r.failed, 1);
	assert_int_equal(r.left, 1);
	assert_true(r.deleted.files > 0 && r.deleted.files < 3000);
	assert_true(exists("work/top/d") && exists("work/a"));
	assert_int_equal(journal_find(journal, r.id)->steps[0].state, STEP_PARTLY);
	assert_int_equal(journal_find(journal, r.id)->steps[0].err, -ECANCELED);
	plan_free(p);
}

/* ---- the journal ---- */

/* Before anything is changed: then nothing is, unless the person agrees. */
static void test_no_journal(void **state)
{
	struct plan_run how = {0};
	struct plan_result r;
	struct plan *p;
	char *before;

	(void)state;
	build(ZOO);
	before = snapshot("work");
	p = trash_things();
	fault_fail(FAULT_write, 1, ENOSPC, true);
	assert_int_equal(plan_run(p, journal, &how, &r), -ENOSPC);
	fault_fail(FAULT_write, NEVER, 0, false);
	assert_int_equal(r.done, 0);
	same_as(before);
	plan_free(p);
	p = trash_things();
	assert_int_equal(plan_run(p, NULL, &how, &r), -ENOENT);
	same_as(before);
	how.no_journal = true;
	assert_int_equal(plan_run(p, NULL, &how, &r), 0);
	assert_int_equal(r.id, 0);
	assert_int_equal(r.done, ARRAY_LEN(things));
	assert_int_not_equal(r.journal_err, 0);
	assert_false(exists("work/a"));
	plan_free(p);
	free(before);
}

/* The disk fills up at each write there is: nothing is lost, what is said is so, and what was done
 * can be taken back. */
static void test_disk_full(void **state)
{
	unsigned nth = 1;

	(void)state;
	for (bool hit = true; hit; nth++) {
		const struct plan_run how = {0};
		struct plan_result r;
		struct plan *p;
		char *before;
		unsigned made;
		int rc, gone = 0;

		build(ZOO);
		before = snapshot("work");
		p = trash_things();
		made = fault_count(FAULT_write);
		fault_fail(FAULT_write, nth, ENOSPC, true);
		rc = plan_run(p, journal, &how, &r);
		hit = fault_count(FAULT_write) - made >= nth;
		fault_fail(FAULT_write, NEVER, 0, false);
		for (size_t i = 0; i < ARRAY_LEN(things); i++)
			gone += !exists(things[i]);
		assert_int_equal(r.done, gone);
		if (rc < 0)
			assert_int_equal(gone, 0);
		else
			assert_int_equal(r.done + r.failed + r.left, ARRAY_LEN(things));
		plan_free(p);
		/* Of an action whose records are not all there, another program finds out. */
		journal_close(journal);
		journal = NULL;
		open_journal();
		if (gone > 0 && journal_find(journal, 1)->state == ACTION_ENDED)
			undo(1);
		else if (gone > 0)
			assert_int_equal(journal_find(journal, 1)->state, ACTION_INTERRUPTED);
		if (gone == 0 || journal_find(journal, 1)->state == ACTION_ENDED)
			same_as(before);
		free(before);
	}
	assert_true(nth > 5);
}

/* ---- the world was changed ---- */

static void undo_refuses(uint64_t id, int err, const char *rel, const char *why, uint32_t rest)
{
	struct plan *p = new_plan();

	assert_int_equal(plan_undo(p, journal, id), 0);
	one_problem(p, err, rel, why);
	assert_int_equal(plan_nsteps(p), rest);
	plan_free(p);
}

static void test_changed_before_undo(void **state)
{
	struct plan *p;
	uint64_t id, back;

	(void)state;
	build(ZOO);
	id = run(trash_things());
	tree_add(tree, "work/a \"another\"\n");
	undo_refuses(id, -EEXIST, "work/a", "something has that name already", 3);

	/* The rest is taken back; what could not be stays to be taken back. */
	p = new_plan();
	assert_int_equal(plan_undo(p, journal, id), 0);
	{
		const struct plan_run how = {0};
		struct plan_result r;

		assert_int_equal(plan_run(p, journal, &how, &r), 0);
		assert_int_equal(r.done, 3);
		back = r.id;
	}
	plan_free(p);
	assert_true(exists("work/b") && exists("work/dir/inner/x"));
	assert_int_equal(journal_undoable(journal, false), id);
	tree_remove(tree, "work/a");
	undo(id);
	assert_true(exists("work/a"));
	p = new_plan();
	assert_int_equal(plan_undo(p, journal, id), -EALREADY);
	plan_free(p);
	/* Done again is what that undo had taken back, no more. */
	undo(back);
	assert_true(exists("work/a") && !exists("work/b"));
}

static void test_gone_before_undo(void **state)
{
	struct plan_at a, c;
	struct plan *p;
	uint64_t id;

	(void)state;
	build(ZOO);
	p = new_plan();
	a = at("work/a");
	c = at("work/c");
	assert_int_equal(plan_rename(p, &a, &c), 0);
	id = run(p);
	tree_move(tree, "work/c", "work/d");
	undo_refuses(id, -ENOENT, "work/c", NULL, 0);
	tree_add(tree, "work/c \"another\"\n");
	undo_refuses(id, -ESTALE, "work/c", NULL, 0);
}

static void test_filled_before_undo(void **state)
{
	struct plan_at where;
	struct plan *p;
	uint64_t id;

	(void)state;
	build(ZOO);
	p = new_plan();
	where = here("work", "p/q/file");
	assert_int_equal(plan_make(p, &where, UINT32_MAX, true), 0);
	id = run(p);
	tree_add(tree, "work/p/other \"theirs\"\n");
	undo_refuses(id, -ENOTEMPTY, "work/p", NULL, 2);
	/* What was made and written to is not thrown away unasked. */
	tree_remove(tree, "work/p/other");
	tree_add(tree, "work/p/q/file2\n");
	tree_remove(tree, "work/p/q/file2");
	{
		int fd = open(tree_path(tree, "work/p/q/file"), O_WRONLY);

		assert_int_equal(write(fd, "precious", 8), 8);
		close(fd);
	}
	p = new_plan();
	assert_int_equal(plan_undo(p, journal, id), 0);
	assert_int_equal(plan_check(p), 0);
	assert_int_equal(plan_nsteps(p), 0);
	assert_int_equal(plan_nproblems(p), 3);
	assert_int_equal(plan_problem(p, 0).err, -ESTALE);
	plan_free(p);
	env.flags = ACT_CHANGED;
	undo(id);
	assert_false(exists("work/p"));
}

static void test_mode_changed_before_undo(void **state)
{
	const struct plan_mode mode = {.set = 0600};
	struct plan_at a;
	struct plan *p;
	uint64_t id;

	(void)state;
	build(ZOO);
	p = new_plan();
	a = at("work/a");
	assert_int_equal(plan_mode(p, &a, &mode), 0);
	id = run(p);
	assert_int_equal(chmod(tree_path(tree, "work/a"), 0444), 0);
	undo_refuses(id, -ESTALE, "work/a", NULL, 0);
	assert_int_equal(mode_of("work/a"), 0444);
}

static void test_what_cannot_be_undone(void **state)
{
	struct plan_at a;
	struct plan *p;
	uint64_t id;

	(void)state;
	build(ZOO);
	p = new_plan();
	assert_int_equal(plan_undo(p, journal, 77), -ENOENT);
	a = at("work/a");
	assert_int_equal(plan_delete(p, &a), 0);
	id = run(p);
	p = new_plan();
	assert_int_equal(plan_undo(p, journal, id), -ENOTSUP);
	plan_free(p);
}

/* ---- two programs ---- */

static unsigned next(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

/* Whatever comes of it. */
static void one_of_many(unsigned *seed)
{
	const struct plan_run how = {0};
	struct plan_at from, to;
	struct plan_result r;
	struct plan *p = new_plan();
	char name[32], other[32];
	uint64_t id = 0;

	snprintf(name, sizeof(name), "work/f%u", next(seed, 12));
	snprintf(other, sizeof(other), "work/f%u", next(seed, 12));
	from = at(name);
	to = at(other);
	switch (next(seed, 4)) {
	case 0:
		assert_int_equal(plan_trash(p, &from), 0);
		break;
	case 1:
		assert_int_equal(plan_rename(p, &from, &to), 0);
		break;
	default:
		assert_int_equal(journal_refresh(journal), 0);
		id = journal_undoable(journal, false);
		if (next(seed, 3) == 0)
			id = journal_redoable(journal, false);
		if (id)
			id = plan_undo(p, journal, id) < 0 ? 0 : id;
		break;
	}
	assert_int_equal(plan_check(p), 0);
	(void)!plan_run(p, journal, &how, &r);
	plan_free(p);
}

static void count_contents(const char *rel, unsigned seen[12])
{
	char *all = snapshot(rel);

	for (unsigned i = 0; i < 12; i++) {
		char content[32];

		snprintf(content, sizeof(content), "<content %u>", i);
		for (const char *s = all; (s = strstr(s, content)); s++)
			seen[i]++;
	}
	free(all);
}

static void test_two_programs(void **state)
{
	struct str zoo = STR_INIT;
	unsigned seen[12] = {0};
	pid_t pids[2];
	const struct action *a;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < 12; i++)
		str_addf(&zoo, "work/f%u \"<content %u>\"\n", i, i);
	build(zoo.buf);
	str_done(&zoo);
	journal_close(journal);
	journal = NULL;
	for (unsigned k = 0; k < 2; k++) {
		pids[k] = fork();
		assert_true(pids[k] >= 0);
		if (pids[k] == 0) {
			unsigned seed = 17 + k;

			open_journal();
			for (int i = 0; i < 150; i++)
				one_of_many(&seed);
			journal_close(journal);
			_exit(0);
		}
	}
	for (unsigned k = 0; k < 2; k++) {
		int status;

		assert_int_equal(waitpid(pids[k], &status, 0), pids[k]);
		assert_int_equal(status, 0);
	}
	open_journal();
	a = journal_actions(journal, &n);
	assert_true(n > 50);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(a[i].id, i + 1);
		assert_int_equal(a[i].state, ACTION_ENDED);
	}
	/* Everything is there, once, whatever its name is. */
	count_contents("work", seen);
	count_contents("home/.local/share/Trash/files", seen);
	for (unsigned i = 0; i < 12; i++)
		assert_int_equal(seen[i], 1);
}

static void test_taken_back_by_another(void **state)
{
	const struct plan_run how = {0};
	struct plan_result r;
	struct plan *mine, *theirs;
	uint64_t id;

	(void)state;
	build(ZOO);
	id = run(trash_things());
	mine = new_plan();
	theirs = new_plan();
	assert_int_equal(plan_undo(mine, journal, id), 0);
	assert_int_equal(plan_undo(theirs, journal, id), 0);
	assert_int_equal(plan_check(mine), 0);
	run(theirs);
	assert_int_equal(plan_run(mine, journal, &how, &r), -EALREADY);
	assert_int_equal(r.id, 0);
	plan_free(mine);
}

/* ---- very many ---- */

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void test_many(void **state)
{
	const struct plan_run how = {.over = told};
	static const unsigned n = 10000;
	double begin, added, checked, done, undone;
	struct plan_result r;
	struct rusage use;
	struct plan *p;
	int dirfd;

	(void)state;
	build("work/many/ *10000\n");
	dirfd = open(tree_path(tree, "work/many"), O_RDONLY | O_DIRECTORY);
	assert_true(dirfd >= 0);
	begin = seconds();
	p = new_plan();
	for (unsigned i = 0; i < n; i++) {
		char name[32];
		struct plan_at one = {.dirfd = dirfd, .dir = tree->path, .name = name};

		one.dir = tree_path(tree, "work/many");
		snprintf(name, sizeof(name), "f%07u", i);
		assert_int_equal(plan_trash(p, &one), 0);
	}
	added = seconds();
	assert_int_equal(plan_check(p), 0);
	no_problems(p);
	checked = seconds();
	assert_int_equal(plan_run(p, journal, &how, &r), 0);
	assert_int_equal(r.done, n);
	plan_free(p);
	done = seconds();
	undo(r.id);
	undone = seconds();
	getrusage(RUSAGE_SELF, &use);
	print_message("%u steps: added in %.2f s, checked in %.2f s, done in %.2f s, taken back "
		      "in %.2f s; %ld MiB\n",
		      n, added - begin, checked - added, done - checked, undone - done,
		      use.ru_maxrss / 1024);
	close(dirfd);
}

/* How many are brought to the disk by one call for all that is dirty there, and how many by one for
 * each. */
static void test_together(void **state)
{
	static const unsigned counts[] = {1, 4, 15, 16, 17};

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(counts); c++) {
		struct plan *p;
		char name[32];

		build("work/ *17\nhome/.local/share/Trash/files/\nhome/.local/share/Trash/info/\n");
		p = new_plan();
		for (unsigned i = 0; i < counts[c]; i++) {
			struct plan_at one;

			snprintf(name, sizeof(name), "f%07u", i);
			one = here("work", name);
			assert_int_equal(plan_trash(p, &one), 0);
		}
		fault_recount();
		run(p);
		assert_int_equal(fault_count(FAULT_syncfs), counts[c] >= 16 ? 1 : 0);
		assert_true((fault_count(FAULT_fsync) >= counts[c]) == (counts[c] < 16));
		assert_false(exists("work/f0000000"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_cancel_at_each, teardown),
		cmocka_unit_test_teardown(test_cancel_in_a_delete, teardown),
		cmocka_unit_test_teardown(test_no_journal, teardown),
		cmocka_unit_test_setup_teardown(test_disk_full, memdir_setup, teardown),
		cmocka_unit_test_teardown(test_changed_before_undo, teardown),
		cmocka_unit_test_teardown(test_gone_before_undo, teardown),
		cmocka_unit_test_teardown(test_filled_before_undo, teardown),
		cmocka_unit_test_teardown(test_mode_changed_before_undo, teardown),
		cmocka_unit_test_teardown(test_what_cannot_be_undone, teardown),
		cmocka_unit_test_setup_teardown(test_two_programs, memdir_setup, teardown),
		cmocka_unit_test_teardown(test_taken_back_by_another, teardown),
		cmocka_unit_test_setup_teardown(test_many, memdir_setup, teardown),
		cmocka_unit_test_teardown(test_together, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
