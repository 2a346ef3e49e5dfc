/* SPDX-License-Identifier: MIT
 *
 * A program that is killed before each of its calls that change something, in the middle of each
 * kind of action; then a fresh one looks at what is there.
 */
#include "planning.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "fs/recover.h"

#define ZOO                                                                              \
	"work/a \"one\" @1000000000\nwork/b \"two\" :0640\nwork/dir/inner/x \"three\"\n" \
	"work/dir/y \"four\" :0600\nwork/empty/\nwork/link -> a\n"

static const enum fault_call mutating[] = {
	FAULT_openat,    FAULT_write,    FAULT_fsync,    FAULT_mkdirat,   FAULT_renameat,
	FAULT_renameat2, FAULT_linkat,   FAULT_unlinkat, FAULT_fchmod,    FAULT_fchown,
	FAULT_fchmodat,  FAULT_fchownat, FAULT_flock,    FAULT_utimensat, FAULT_symlinkat,
};

/* ---- what is done ---- */

static void do_plan(struct plan *p)
{
	const struct plan_run how = {0};
	struct plan_result r;

	(void)!plan_run(p, journal, &how, &r);
	plan_free(p);
}

static void do_trash(void)
{
	struct plan *p = new_plan();
	struct plan_at a = at("work/a"), dir = at("work/dir");

	(void)!plan_trash(p, &a);
	(void)!plan_trash(p, &dir);
	do_plan(p);
}

static void do_rename(void)
{
	struct plan *p = new_plan();
	struct plan_at a = at("work/a"), c = at("work/c"), dir = at("work/dir"),
		       into = at("work/empty/dir");

	(void)!plan_rename(p, &a, &c);
	(void)!plan_rename(p, &dir, &into);
	do_plan(p);
}

/* Where there is no renameat2(2) with flags. */
static void do_rename_by_link(void)
{
	fault_fail(FAULT_renameat2, 1, EINVAL, true);
	do_rename();
}

static void do_make(void)
{
	struct plan *p = new_plan();
	struct plan_at new = here("work", "p/q/file"), other = here("work", "p/r/"),
		       link = here("work", "new-link"), hard = here("work", "hard"),
		       b = here("work", "b");

	(void)!plan_make(p, &new, UINT32_MAX, true);
	(void)!plan_make(p, &other, 0700, true);
	(void)!plan_symlink(p, &link, "b");
	(void)!plan_link(p, &b, &hard);
	do_plan(p);
}

static void do_attrs(void)
{
	const struct plan_mode mode = {.set = 0700};
	const struct plan_times times = {.set_mtime = true, .mtime = 1234567890};
	struct plan *p = new_plan();
	struct plan_at a = at("work/a"), b = at("work/b"), dir = at("work/dir");

	(void)!plan_mode(p, &a, &mode);
	(void)!plan_mode(p, &dir, &mode);
	(void)!plan_times(p, &b, &times);
	do_plan(p);
}

static void do_rmdir(void)
{
	struct plan *p = new_plan();
	struct plan_at empty = at("work/empty");

	(void)!plan_rmdir(p, &empty, true);
	do_plan(p);
}

static void do_restore(void)
{
	const struct trash_env tenv = {.home = env.home};
	struct plan_trashed x = {.name = "x"}, a = {.name = "a"};
	struct trash_dir trash;
	const char *why;
	struct plan *p = new_plan();

	trash_dir_init(&trash);
	if (trash_dir_home(&tenv, true, &trash, &why) < 0)
		_exit(1);
	x.trash = a.trash = &trash;
	(void)!plan_restore(p, &x, NULL);
	(void)!plan_restore(p, &a, NULL);
	do_plan(p);
	trash_dir_done(&trash);
}

static void prepare_restore(void)
{
	struct plan *p = new_plan();
	struct plan_at a = at("work/a"), x = at("work/dir/inner/x");

	assert_int_equal(plan_trash(p, &a), 0);
	assert_int_equal(plan_trash(p, &x), 0);
	run(p);
	tree_remove(tree, "work/dir/inner");
	journal_close(journal);
	journal = NULL;
}

static void do_undo(void)
{
	uint64_t id = journal_undoable(journal, false);
	struct plan *p = new_plan();

	if (id && plan_undo(p, journal, id) == 0)
		do_plan(p);
	else
		plan_free(p);
}

static void prepare_undo_trash(void)
{
	do_trash();
	journal_close(journal);
	journal = NULL;
}

static void prepare_undo_make(void)
{
	do_make();
	journal_close(journal);
	journal = NULL;
}

static void prepare_undo_rename(void)
{
	do_rename();
	journal_close(journal);
	journal = NULL;
}

/* ---- what is found ---- */

static struct recover_result look(bool finish)
{
	const struct recover r = {.env = &env, .finish = finish};
	struct recover_result found;

	assert_int_equal(recover(journal, &r, &found), 0);
	return found;
}

static void nothing_is_interrupted(void)
{
	size_t n;
	const struct action *a;

	assert_int_equal(journal_refresh(journal), 0);
	a = journal_actions(journal, &n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(a[i].state, ACTION_ENDED);
		for (uint32_t k = 0; k < a[i].nsteps; k++)
			assert_int_not_equal(a[i].steps[k].state, STEP_OPEN);
	}
}

static bool same_name_alone(void *ctx, const struct trash_item *item)
{
	unsigned *alone = ctx;

	*alone += item->state != TRASH_WHOLE;
	return true;
}

static void trash_is_whole(void)
{
	const struct trash_env tenv = {.home = env.home};
	struct trash_dir trash;
	unsigned alone = 0;
	const char *why;

	trash_dir_init(&trash);
	if (trash_dir_home(&tenv, false, &trash, &why) < 0)
		return;
	assert_int_equal(trash_list(&trash, NULL, same_name_alone, &alone), 0);
	assert_int_equal(alone, 0);
	trash_dir_done(&trash);
}

/* All that was done and can be taken back is. */
static void undo_all(void)
{
	uint64_t id;

	while ((id = journal_undoable(journal, false)))
		undo(id);
}

static bool child_was_killed(enum fault_call call, unsigned nth, void (*fn)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		open_journal();
		fault_before(call, nth, fault_die, NULL);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

struct scene {
	void (*prepare)(void);
	void (*fn)(void);
};

/* Looked at, tidied up, all taken back: as it was before anything was done. */
static void after(const char *before, bool finish_at_once)
{
	char *found, *again;

	open_journal();
	look(finish_at_once);
	nothing_is_interrupted();
	look(true);
	nothing_is_interrupted();
	trash_is_whole();
	found = snapshot("work");
	assert_int_equal(look(true).actions, 0);
	again = snapshot("work");
	assert_string_equal(found, again);
	undo_all();
	same_as(before);
	trash_is_whole();
	free(found);
	free(again);
}

static void each(const struct scene *s)
{
	unsigned tried = 0;

	for (size_t c = 0; c < ARRAY_LEN(mutating); c++) {
		bool killed = true;

		for (unsigned nth = 1; killed; nth++, tried++) {
			char *before;

			build(ZOO);
			before = snapshot("work");
			if (s->prepare)
				s->prepare();
			journal_close(journal);
			journal = NULL;
			killed = child_was_killed(mutating[c], nth, s->fn);
			after(before, nth % 2);
			free(before);
		}
	}
	assert_true(tried > 30);
}

static void test_trash(void **state)
{
	(void)state;
	each(&(struct scene){.fn = do_trash});
}

static void test_rename(void **state)
{
	(void)state;
	each(&(struct scene){.fn = do_rename});
}

static void test_rename_by_link(void **state)
{
	(void)state;
	each(&(struct scene){.fn = do_rename_by_link});
}

static void test_make(void **state)
{
	(void)state;
	each(&(struct scene){.fn = do_make});
}

static void test_attrs(void **state)
{
	(void)state;
	each(&(struct scene){.fn = do_attrs});
}

static void test_rmdir(void **state)
{
	(void)state;
	each(&(struct scene){.fn = do_rmdir});
}

static void test_undo_trash(void **state)
{
	(void)state;
	each(&(struct scene){.prepare = prepare_undo_trash, .fn = do_undo});
}

static void test_undo_make(void **state)
{
	(void)state;
	each(&(struct scene){.prepare = prepare_undo_make, .fn = do_undo});
}

static void test_undo_rename(void **state)
{
	(void)state;
	each(&(struct scene){.prepare = prepare_undo_rename, .fn = do_undo});
}

/* Out of the trash: what was in it before is there again, or where it was. */
static void test_restore(void **state)
{
	unsigned tried = 0;

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(mutating); c++) {
		bool killed = true;

		for (unsigned nth = 1; killed; nth++, tried++) {
			char *before;

			build(ZOO);
			prepare_restore();
			before = snapshot("work");
			killed = child_was_killed(mutating[c], nth, do_restore);
			open_journal();
			look(nth % 2);
			look(true);
			nothing_is_interrupted();
			trash_is_whole();
			/* The trashing itself is the last that can be taken back then. */
			for (uint64_t id; (id = journal_undoable(journal, false)) > 1;)
				undo(id);
			same_as(before);
			free(before);
		}
	}
	assert_true(tried > 30);
}

/* ---- recovery itself ---- */

static void do_recover(void)
{
	const struct recover r = {.env = &env, .finish = true};
	struct recover_result found;

	(void)!recover(journal, &r, &found);
}

static void test_recovery_killed(void **state)
{
	unsigned tried = 0;

	(void)state;
	for (unsigned first = 1; first < 40; first += 3)
		for (size_t c = 0; c < ARRAY_LEN(mutating); c++) {
			bool killed = true;

			for (unsigned nth = 1; killed; nth++, tried++) {
				char *before;

				build(ZOO);
				before = snapshot("work");
				journal_close(journal);
				journal = NULL;
				child_was_killed(first % 2 ? FAULT_renameat2 : FAULT_write,
						 first / 2 + 1, first % 3 ? do_trash : do_make);
				killed = child_was_killed(mutating[c], nth, do_recover);
				after(before, true);
				free(before);
			}
		}
	assert_true(tried > 100);
}

/* A program is at work: nothing of it is looked at. */
static void test_running(void **state)
{
	struct plan *p;
	struct plan_at a;
	struct step step = STEP_INIT;
	uint64_t id;
	int status;
	pid_t pid;

	(void)state;
	build(ZOO);
	p = new_plan();
	a = at("work/a");
	assert_int_equal(plan_trash(p, &a), 0);
	assert_int_equal(plan_check(p), 0);
	assert_int_equal(step_copy(plan_step(p, 0), &step), 0);
	assert_int_equal(journal_begin(journal, "trash a", 0, &step, 1, &id), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* The lock is that of the open file, which a child shares: it opens its own. */
		const char *why;
		struct journal *mine;
		struct plan *undoing = new_plan();
		const struct recover r = {.env = &env, .finish = true};
		struct recover_result found;
		int rc = journal_open(tree_path(tree, STATE "/journal"), &mine, &why);

		if (rc == 0 && plan_undo(undoing, mine, id) != -EBUSY)
			rc = 1;
		if (rc == 0)
			rc = recover(mine, &r, &found);
		_exit(rc == 0 && found.actions == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	plan_free(p);
	step_done(&step);
}

/* Looking without writing. */
static void test_dry_run(void **state)
{
	struct recover r = {.env = &env, .dry_run = true, .finish = true};
	struct recover_result found;
	uint64_t id;

	(void)state;
	build(ZOO);
	journal_close(journal);
	journal = NULL;
	assert_true(child_was_killed(FAULT_renameat2, 2, do_trash));
	open_journal();
	id = 1;
	for (int i = 0; i < 2; i++) {
		char *before = snapshot("home"), *now;

		assert_int_equal(recover(journal, &r, &found), 0);
		assert_int_equal(found.actions, 1);
		assert_int_equal(found.done, 0);
		assert_int_equal(found.not_done, 1);
		assert_int_equal(journal_find(journal, id)->state, ACTION_INTERRUPTED);
		now = snapshot("home");
		assert_string_equal(now, before);
		free(now);
		free(before);
	}
}

static void told_of(void *ctx, const struct recovered *r)
{
	struct str *out = ctx;

	str_addf(out, "%s %u %s %d\n", r->label, r->step, step_kind_name(r->what->kind),
		 (int)r->state);
}

static void test_tells(void **state)
{
	struct str out = STR_INIT;
	const struct recover r = {.env = &env, .each = told_of, .ctx = &out};
	struct recover_result found;

	(void)state;
	build(ZOO);
	journal_close(journal);
	journal = NULL;
	assert_true(child_was_killed(FAULT_renameat2, 2, do_trash));
	open_journal();
	assert_int_equal(recover(journal, &r, &found), 0);
	assert_string_equal(out.buf, "trash 2 items 1 trash 2\n");
	assert_true(exists("work/dir") && !exists("work/a"));
	/* What was done is an action like any other now. */
	assert_int_equal(journal_undoable(journal, false), 1);
	undo(1);
	assert_true(exists("work/a"));
	str_done(&out);
}

/* Two programs: one at a time. */
static void test_locked(void **state)
{
	const struct recover r = {.env = &env};
	struct recover_result found;
	int fd;

	(void)state;
	build(ZOO);
	look(false);
	fd = open(tree_path(tree, STATE "/recover.lock"), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(sys_flock(fd, LOCK_EX), 0);
	assert_int_equal(recover(journal, &r, &found), -EBUSY);
	close(fd);
	assert_int_equal(recover(journal, &r, &found), 0);
}

static void do_delete(void)
{
	struct plan *p = new_plan();
	struct plan_at dir = at("work/dir");

	(void)!plan_delete(p, &dir);
	do_plan(p);
}

/* A tree of which a part is gone for good: the rest is not touched again by anything unattended,
 * nor by finishing. */
static void test_delete(void **state)
{
	(void)state;
	build(ZOO);
	journal_close(journal);
	journal = NULL;
	assert_true(child_was_killed(FAULT_unlinkat, 3, do_delete));
	open_journal();
	for (int i = 0; i < 3; i++) {
		char *before = snapshot("work"), *now;

		look(i > 0);
		now = snapshot("work");
		assert_string_equal(now, before);
		free(now);
		free(before);
	}
	assert_true(exists("work/dir"));
	assert_int_equal(journal_find(journal, 1)->steps[0].state, STEP_PARTLY);
	assert_int_equal(journal_undoable(journal, false), 0);
}

/* What the person cancelled is not what was interrupted. */
static void test_cancelled_is_left_alone(void **state)
{
	struct recover_result found;
	struct step step = STEP_INIT;
	struct plan_at dir;
	struct plan *p;
	uint64_t id;

	(void)state;
	build(ZOO);
	p = new_plan();
	dir = at("work/dir");
	assert_int_equal(plan_delete(p, &dir), 0);
	assert_int_equal(step_copy(plan_step(p, 0), &step), 0);
	assert_int_equal(journal_begin(journal, "delete dir", 0, &step, 1, &id), 0);
	assert_int_equal(journal_result(journal, id, 0, STEP_PARTLY, -ECANCELED, NULL), 0);
	assert_int_equal(journal_end(journal, id, true), 0);
	found = look(true);
	assert_int_equal(found.actions, 0);
	assert_true(exists("work/dir/inner/x"));
	plan_free(p);
	step_done(&step);
}

/* The power went: the record that it was done is there, the change is not. */
static void test_record_without_change(void **state)
{
	struct step step = STEP_INIT;
	struct plan_at a;
	struct plan *p;
	int status;
	pid_t pid;

	(void)state;
	build(ZOO);
	p = new_plan();
	a = at("work/a");
	assert_int_equal(plan_trash(p, &a), 0);
	assert_int_equal(step_copy(plan_step(p, 0), &step), 0);
	journal_close(journal);
	journal = NULL;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		uint64_t id;

		open_journal();
		if (journal_begin(journal, "trash a", 0, &step, 1, &id) == 0 &&
		    step_place_set(&step.to, tree_path(tree, "home"), &step.from.dir_id, "a") ==
			    0 &&
		    journal_result(journal, id, 0, STEP_DONE, 0, &step) == 0)
			fault_die(NULL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	open_journal();
	assert_int_equal(look(false).not_done, 1);
	assert_int_equal(journal_undoable(journal, false), 0);
	plan_free(p);
	step_done(&step);
}

/* ---- nothing that was said on the way reached the disk ---- */

static void add_trash(struct plan *p)
{
	struct plan_at a = at("work/a"), dir = at("work/dir");

	assert_int_equal(plan_trash(p, &a), 0);
	assert_int_equal(plan_trash(p, &dir), 0);
}

static void add_rename(struct plan *p)
{
	struct plan_at dir = at("work/dir"), inner = at("work/dir/inner"),
		       x = at("work/dir/inner/x");
	struct plan_at dir2 = at("work/D"), inner2 = at("work/dir/I"), x2 = at("work/dir/inner/X");

	assert_int_equal(plan_rename(p, &dir, &dir2), 0);
	assert_int_equal(plan_rename(p, &inner, &inner2), 0);
	assert_int_equal(plan_rename(p, &x, &x2), 0);
}

static void add_make(struct plan *p)
{
	struct plan_at file = here("work", "p/q/file"), dir = here("work", "p/r/");

	assert_int_equal(plan_make(p, &file, UINT32_MAX, true), 0);
	assert_int_equal(plan_make(p, &dir, 0700, true), 0);
}

static void add_rmdir(struct plan *p)
{
	struct plan_at top = at("work/top");

	assert_int_equal(plan_rmdir(p, &top, true), 0);
}

static void add_mode(struct plan *p)
{
	const struct plan_mode mode = {.set = 0700};
	struct plan_at a = at("work/a"), dir = at("work/dir");

	assert_int_equal(plan_mode(p, &a, &mode), 0);
	assert_int_equal(plan_mode(p, &dir, &mode), 0);
}

/* The action is in the journal, and done; that is all. */
static void do_without_a_word(void (*add)(struct plan *))
{
	const struct plan_run how = {.no_journal = true};
	struct plan *p = new_plan();
	struct step *steps;
	struct plan_result r;
	uint64_t id;

	open_journal();
	add(p);
	if (plan_check(p) < 0 || plan_nproblems(p))
		_exit(1);
	steps = calloc(plan_nsteps(p), sizeof(*steps));
	for (uint32_t i = 0; steps && i < plan_nsteps(p); i++)
		if (step_copy(plan_step(p, i), &steps[i]) < 0)
			_exit(1);
	if (journal_begin(journal, plan_label(p), 0, steps, plan_nsteps(p), &id) < 0 ||
	    plan_run(p, NULL, &how, &r) < 0 || r.done != plan_nsteps(p))
		_exit(1);
	fault_die(NULL);
}

static void test_results_lost(void **state)
{
	static void (*const adds[])(struct plan *) = {add_trash, add_rename, add_make, add_rmdir,
						      add_mode};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(adds); i++) {
		struct recover_result found;
		char *before;
		int status;
		pid_t pid;

		build(ZOO "work/top/a/b/c/\nwork/top/d/\n");
		before = snapshot("work");
		journal_close(journal);
		journal = NULL;
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			do_without_a_word(adds[i]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		open_journal();
		found = look(false);
		assert_int_equal(found.lost + found.partly + found.not_done, 0);
		assert_int_equal(found.done, journal_find(journal, 1)->nsteps);
		look(true);
		assert_int_equal(look(true).actions, 0);
		undo(1);
		same_as(before);
		free(before);
	}
}

/* What was not clear when it was done is looked at again: then it can be taken back. */
static void test_clear_by_now(void **state)
{
	struct step step = STEP_INIT;
	struct plan_at a, c;
	struct plan *p;
	uint64_t id;

	(void)state;
	build(ZOO);
	p = new_plan();
	a = at("work/a");
	c = at("work/c");
	assert_int_equal(plan_rename(p, &a, &c), 0);
	assert_int_equal(step_copy(plan_step(p, 0), &step), 0);
	assert_int_equal(journal_begin(journal, "rename a to c", 0, &step, 1, &id), 0);
	tree_move(tree, "work/a", "work/c");
	assert_int_equal(journal_result(journal, id, 0, STEP_PARTLY, -EIO, NULL), 0);
	assert_int_equal(journal_end(journal, id, true), 0);
	assert_int_equal(journal_undoable(journal, false), 0);
	assert_int_equal(look(false).done, 1);
	assert_int_equal(look(false).actions, 0);
	undo(id);
	assert_true(exists("work/a") && !exists("work/c"));
	plan_free(p);
	step_done(&step);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_trash, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_rename, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_rename_by_link, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_make, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_attrs, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_rmdir, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_trash, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_make, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo_rename, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_recovery_killed, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_running, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_dry_run, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_tells, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_locked, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_delete, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancelled_is_left_alone, memdir_setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_record_without_change, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_results_lost, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_clear_by_now, memdir_setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
