/* SPDX-License-Identifier: MIT
 *
 * Many things for the trash in one plan: their information comes first, all together. Whatever
 * fails, comes between or is cancelled: each thing is in its place or in the trash, none in the
 * trash without its information, and no information stays without a thing.
 */
#include "planning.h"

#include "../../lib/nomem.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#define PLAN_READY_LEAST 4u
#include "../../../src/fs/plan_run.c"

#include "fs/recover.h"

#define ZOO                                                                            \
	"work/a \"one\"\nwork/b \"two\" :0640\nwork/dir/inner/x \"three\"\nwork/link " \
	"-> a\nwork/sub/a \"four\"\nwork/sub/fifo|\nwork/c => work/b\n"

static const char *const things[] = {"work/a",     "work/b",        "work/dir", "work/link",
				     "work/sub/a", "work/sub/fifo", "work/c"};
#define THINGS ARRAY_LEN(things)

static struct identity ids[THINGS];

static struct plan *trash_them(void)
{
	struct plan *p = new_plan();

	for (size_t i = 0; i < THINGS; i++) {
		struct plan_at one = at(things[i]);

		assert_int_equal(plan_trash(p, &one), 0);
	}
	assert_int_equal(plan_check(p), 0);
	no_problems(p);
	return p;
}

static struct plan *ready(void)
{
	build(ZOO);
	for (size_t i = 0; i < THINGS; i++)
		ids[i] = identity(things[i]);
	env.cancel = &cancel;
	cancel = false;
	return trash_them();
}

static struct plan_result do_it(struct plan *p, void (*over)(void *, uint32_t, const struct step *,
							     enum step_state, int, const char *))
{
	const struct plan_run how = {.over = over};
	struct plan_result r;

	(void)!plan_run(p, journal, &how, &r);
	return r;
}

static unsigned count(const char *rel)
{
	DIR *d = opendir(tree_path(tree, rel));
	unsigned n = 0;

	for (const struct dirent *e; d && (e = readdir(d));)
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

struct found {
	const struct identity *id;
	unsigned whole, all, it;
};

static bool look_at_one(void *ctx, const struct trash_item *item)
{
	struct found *f = ctx;

	f->all++;
	f->whole += item->state == TRASH_WHOLE;
	f->it += item->state == TRASH_WHOLE && f->id && identity_eq(&item->identity, f->id);
	return true;
}

static struct found in_trash(const struct identity *id)
{
	const struct trash_env tenv = {.home = env.home};
	struct found f = {.id = id};
	struct trash_dir trash;
	const char *why;

	if (trash_dir_home(&tenv, false, &trash, &why) < 0)
		return f;
	assert_int_equal(trash_list(&trash, NULL, look_at_one, &f), 0);
	trash_dir_done(&trash);
	return f;
}

/* How many are in the trash, each with its information; the others are in their places. */
static unsigned moved(bool tidy)
{
	struct found all = in_trash(NULL);
	unsigned n = 0;

	for (size_t i = 0; i < THINGS; i++) {
		bool there = is(things[i], &ids[i]);

		/* Two of them are one file. */
		assert_true(there || in_trash(&ids[i]).it > 0);
		n += !there;
	}
	if (tidy)
		assert_int_equal(all.all, all.whole);
	assert_int_equal(all.whole, n);
	return n;
}

static void recovered(void)
{
	const struct recover r = {.env = &env, .finish = true};
	struct recover_result found;
	unsigned before = moved(false);

	fault_recount();
	cancel = false;
	open_journal();
	assert_int_equal(recover(journal, &r, &found), 0);
	assert_int_equal(moved(true), before);
}

/* ---- at once ---- */

static void test_at_once(void **state)
{
	struct plan_result r;
	struct plan *p;
	char *before;

	(void)state;
	p = ready();
	before = snapshot("work");
	fault_recount();
	r = do_it(p, told);
	assert_int_equal(r.done, THINGS);
	assert_int_equal(r.journal_err + r.sync_err, 0);
	assert_int_equal(fault_count(FAULT_syncfs), 1);
	assert_int_equal(moved(true), THINGS);
	for (uint32_t i = 0; i < THINGS; i++)
		assert_non_null(plan_step(p, i)->to.name);
	plan_free(p);
	undo(r.id);
	same_as(before);
	/* Taking that back is trashing many again. */
	fault_recount();
	undo(journal_redoable(journal, false));
	assert_int_equal(fault_count(FAULT_syncfs), 1);
	assert_int_equal(moved(true), THINGS);
	free(before);
}

static void test_few_are_not(void **state)
{
	struct plan *p;

	(void)state;
	build(ZOO);
	p = new_plan();
	for (size_t i = 0; i < 3; i++) {
		struct plan_at one = at(things[i]);

		assert_int_equal(plan_trash(p, &one), 0);
	}
	fault_recount();
	run(p);
	assert_int_equal(fault_count(FAULT_syncfs), 0);
}

/* So many that there are several turns; and none more where the first could not be synced, for it
 * may be the disk. */
static void several_turns(bool failing)
{
	struct plan_result r;
	struct plan *p;
	char name[32];

	build("work/ *600\n");
	p = new_plan();
	for (int i = 0; i < 600; i++) {
		struct plan_at one;

		snprintf(name, sizeof(name), "f%07d", i);
		one = here("work", name);
		assert_int_equal(plan_trash(p, &one), 0);
	}
	assert_int_equal(plan_check(p), 0);
	fault_recount();
	if (failing)
		fault_fail(FAULT_syncfs, 1, EIO, false);
	r = do_it(p, told);
	assert_int_equal(r.done, 600);
	assert_int_equal(fault_count(FAULT_syncfs), failing ? 1 : 3);
	assert_true(failing == (fault_count(FAULT_fsync) >= 600));
	assert_int_equal(in_trash(NULL).whole, 600);
	assert_int_equal(in_trash(NULL).all, 600);
	plan_free(p);
}

static void test_turns(void **state)
{
	(void)state;
	several_turns(false);
	several_turns(true);
}

/* Whether there can be a trash is asked once for all in a directory, and anew by the next plan. */
static void test_checked_once(void **state)
{
	struct plan_at one;
	struct plan *p;
	char name[32];
	unsigned calls[2];

	(void)state;
	for (int n = 0; n < 2; n++) {
		build("work/ *100\nwork/sub/a\nhome/.local/share/Trash/files/\n"
		      "home/.local/share/Trash/info/\n");
		p = new_plan();
		for (int i = 0; i < (n ? 100 : 10); i++) {
			snprintf(name, sizeof(name), "f%07d", i);
			one = here("work", name);
			assert_int_equal(plan_trash(p, &one), 0);
		}
		one = here("work/sub", "a");
		assert_int_equal(plan_trash(p, &one), 0);
		fault_recount();
		assert_int_equal(plan_check(p), 0);
		no_problems(p);
		calls[n] = fault_count(FAULT_openat);
		plan_free(p);
	}
	/* Only each thing by itself. */
	assert_true(calls[1] - calls[0] <= 90);
	if (geteuid() == 0)
		return;
	assert_int_equal(fchmodat(tree->fd, "home/.local/share/Trash/info", 0500, 0), 0);
	p = new_plan();
	assert_int_equal(plan_trash(p, &one), 0);
	one_problem(p, -EACCES, "work/sub/a", NULL);
	plan_free(p);
	assert_int_equal(fchmodat(tree->fd, "home/.local/share/Trash/info", 0700, 0), 0);
}

/* A file system of which nothing is known. */
static void test_not_at_once(void **state)
{
	struct plan *p;

	(void)state;
	p = ready();
	fault_recount();
	fault_fail(FAULT_fstatfs, 1, EIO, true);
	assert_int_equal(do_it(p, told).done, THINGS);
	assert_int_equal(fault_count(FAULT_syncfs), 0);
	assert_true(fault_count(FAULT_fsync) >= THINGS);
	plan_free(p);
	assert_int_equal(moved(true), THINGS);
}

/* ---- what comes between ---- */

static void swap(void *ctx)
{
	(void)ctx;
	assert_int_equal(renameat(tree->fd, "work/b", tree->fd, "work/b.kept"), 0);
	tree_add(tree, "work/b \"another\"\n");
}

static void test_swapped(void **state)
{
	struct plan_result r;
	struct plan *p;

	(void)state;
	p = ready();
	fault_before(FAULT_syncfs, 1, swap, NULL);
	r = do_it(p, NULL);
	assert_int_equal(r.done, THINGS - 1);
	assert_int_equal(r.failed, 1);
	assert_true(is("work/b.kept", &ids[1]));
	assert_true(exists("work/b"));
	assert_int_equal(in_trash(NULL).whole, THINGS - 1);
	assert_int_equal(in_trash(NULL).all, THINGS - 1);
	plan_free(p);
}

static void take_names(void *ctx)
{
	(void)ctx;
	tree_add(tree, TRASH "files/a \"theirs\"\n");
	/* The trash was emptied, and one is somebody else's now. */
	assert_int_equal(unlinkat(tree->fd, TRASH "info/link.trashinfo", 0), 0);
	assert_int_equal(unlinkat(tree->fd, TRASH "info/dir.trashinfo", 0), 0);
	tree_add(tree, TRASH "info/dir.trashinfo \"theirs\"\n");
}

static void test_names_taken(void **state)
{
	struct plan_result r;
	struct plan *p;

	(void)state;
	p = ready();
	fault_before(FAULT_syncfs, 1, take_names, NULL);
	r = do_it(p, told);
	assert_int_equal(r.done, THINGS);
	plan_free(p);
	assert_int_equal(count(TRASH "files"), THINGS + 1);
	assert_false(exists(TRASH "info/a.trashinfo"));
	assert_true(exists(TRASH "files/a.3") && exists(TRASH "info/a.3.trashinfo"));
	assert_true(exists(TRASH "info/link.trashinfo"));
	assert_true(exists(TRASH "files/dir.2/inner/x"));
	assert_int_equal(unlinkat(tree->fd, TRASH "files/a", 0), 0);
	assert_int_equal(unlinkat(tree->fd, TRASH "info/dir.trashinfo", 0), 0);
	assert_int_equal(moved(true), THINGS);
	undo(r.id);
	assert_int_equal(moved(true), 0);
}

static void set_cancel(void *ctx)
{
	(void)ctx;
	cancel = true;
}

static void test_cancelled(void **state)
{
	(void)state;
	for (cancel_after = 1; cancel_after < THINGS; cancel_after++) {
		struct plan *p = ready();
		struct plan_result r = do_it(p, maybe_cancel);

		assert_int_equal(r.done, cancel_after);
		assert_int_equal(r.left, THINGS - cancel_after);
		assert_int_equal(moved(true), cancel_after);
		plan_free(p);
	}
	/* While they are made ready, and while they are brought to the disk. */
	for (unsigned nth = 1; nth <= 2 * THINGS; nth++) {
		struct plan *p = ready();
		struct plan_result r;

		fault_before(nth == 1 ? FAULT_syncfs : FAULT_write, nth, set_cancel, NULL);
		r = do_it(p, NULL);
		assert_int_equal(moved(true), r.done);
		assert_int_equal(r.left, THINGS - r.done);
		plan_free(p);
	}
}

/* What cannot be taken back is found by whoever looks. */
static void test_cancelled_and_stuck(void **state)
{
	struct plan_result r;
	struct plan *p;

	(void)state;
	p = ready();
	cancel_after = 2;
	fault_fail(FAULT_unlinkat, 1, EROFS, true);
	r = do_it(p, maybe_cancel);
	plan_free(p);
	assert_int_equal(r.done, 2);
	assert_int_equal(moved(false), 2);
	assert_int_equal(in_trash(NULL).all, THINGS);
	recovered();
}

/* ---- each call, each allocation ---- */

static const enum fault_call calls[] = {
	FAULT_openat,   FAULT_openat2,   FAULT_statx,     FAULT_close,     FAULT_fstatfs,
	FAULT_fstatvfs, FAULT_write,     FAULT_fsync,     FAULT_syncfs,    FAULT_mkdirat,
	FAULT_unlinkat, FAULT_renameat2, FAULT_fdatasync, FAULT_readlinkat};
/* None that says that there can be no trash in the home: another one is not in the tree. */
static const int errs[] = {EIO, ENOSPC, EMFILE, EEXIST};

/* False: it makes fewer of them. */
static bool one(enum fault_call call, unsigned nth, int err, bool forever)
{
	struct plan *p = ready();
	struct plan_result r;
	bool failed;

	fault_recount();
	fault_fail(call, nth, err, forever);
	r = do_it(p, NULL);
	failed = fault_count(call) >= nth;
	plan_free(p);
	fault_fail(call, 1, 0, false);
	journal_close(journal);
	journal = NULL;
	assert_true(fault_open_fds() == 0 || call == FAULT_close);
	/* After an error of the last look at it, it may be there, and is told as such. */
	if (call != FAULT_statx)
		assert_int_equal(moved(false), r.done);
	if (!forever && call != FAULT_unlinkat && call != FAULT_close && call != FAULT_statx)
		assert_int_equal(moved(true), r.done);
	recovered();
	return failed;
}

static void test_calls(void **state)
{
	unsigned tried = 0;

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(calls); c++)
		for (size_t e = 0; e < ARRAY_LEN(errs); e++) {
			unsigned by = calls[c] <= FAULT_statx ? 4 : 1;

			for (unsigned nth = 1 + (unsigned)e % by;
			     one(calls[c], nth, errs[e], false); nth += by)
				tried++;
			/* One that fails leaves the descriptor open. */
			if (calls[c] == FAULT_close)
				continue;
			for (unsigned nth = 1 + (unsigned)e; one(calls[c], nth, errs[e], true);
			     nth += 5)
				tried++;
		}
	assert_true(tried > 300);
}

static void test_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		struct plan *p = ready();
		struct plan_result r;

		nomem_arm(nth);
		r = do_it(p, NULL);
		failed = nomem_disarm();
		plan_free(p);
		assert_int_equal(moved(false), r.done);
		journal_close(journal);
		journal = NULL;
		recovered();
	}
}

/* ---- killed ---- */

static const enum fault_call deadly[] = {FAULT_openat,   FAULT_write,     FAULT_close,
					 FAULT_fsync,    FAULT_fdatasync, FAULT_syncfs,
					 FAULT_unlinkat, FAULT_renameat2, FAULT_mkdirat};

/* False: it makes fewer of them. */
static bool killed_at(enum fault_call call, unsigned nth)
{
	int status;
	pid_t pid;

	journal_close(journal);
	journal = NULL;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct plan *p;

		open_journal();
		env.cancel = &cancel;
		cancel_after = 4;
		p = trash_them();
		fault_recount();
		fault_before(call, nth, fault_die, NULL);
		/* Every second is cancelled in the middle as well. */
		(void)do_it(p, nth % 2 ? maybe_cancel : NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

static void test_killed(void **state)
{
	unsigned tried = 0;

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(deadly); c++) {
		bool killed[2] = {true, true};

		for (unsigned nth = 1; killed[0] || killed[1]; nth++, tried++) {
			char *before;

			build(ZOO);
			for (size_t i = 0; i < THINGS; i++)
				ids[i] = identity(things[i]);
			before = snapshot("work");
			killed[nth % 2] = killed_at(deadly[c], nth);
			recovered();
			/* What is found is all there is to take back. */
			while (journal_undoable(journal, false))
				undo(journal_undoable(journal, false));
			assert_int_equal(moved(true), 0);
			same_as(before);
			free(before);
		}
	}
	assert_true(tried > 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_at_once, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_few_are_not, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_turns, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_checked_once, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_at_once, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_swapped, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_taken, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancelled, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancelled_and_stuck, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_calls, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory, memdir_setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
