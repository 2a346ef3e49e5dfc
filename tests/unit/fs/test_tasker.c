/* SPDX-License-Identifier: MIT
 *
 * What the explorer asks to be done: at once, after a plan, stopped, refused.
 */
#include "../../lib/test.h"

#include "../../lib/answers.h"
#include "../../lib/fault.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/str.h"
#include "fs/browse.h"
#include "fs/stat.h"
#include "fs/tasker.h"

#define TICKET 77
#define ROUNDS 20

static cpu_set_t cpus; /* those there were */

struct fixture {
	struct answers a;
	struct browse *b;
	struct tree *home, *tree;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fault_reset();
	answers_init(&f->a);
	f->home = tree_new("");
	f->tree = tree_new("a 3\nb 3\nc 3\nsub/x 10\nsub/y 10\nother/z 5\n");
	assert_int_equal(browse_new(&f->a.queue, &f->b), 0);
	assert_int_equal(browse_tasks(f->b, &(struct tasker_env){.home = f->home->path,
								 .state = tree_path(
									 f->home, "state/trowel")}),
			 0);
	*state = f;
	return 0;
}

/* All threads on one CPU: who is woken runs at once, before what woke it has gone on. */
static int setup_one_cpu(void **state)
{
	cpu_set_t one;
	int cpu = sched_getcpu();

	if (cpu < 0 || sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return -1;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one) == 0 ? setup(state) : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	browse_free(f->b, 20000);
	answers_done(&f->a);
	tree_free(f->tree);
	tree_free(f->home);
	free(f);
	return fault_open_fds() == 0 ? 0 : -1;
}

static int teardown_one_cpu(void **state)
{
	int rc = teardown(state);

	return sched_setaffinity(0, sizeof(cpus), &cpus) == 0 ? rc : -1;
}

static bool is_there(struct fixture *f, const char *rel)
{
	struct stat st;

	return lstat(tree_path(f->tree, rel), &st) == 0;
}

static void add_dir(struct fixture *f, struct task_ask *ask, const char *rel)
{
	struct meta meta;

	ask->dirs = realloc(ask->dirs, (ask->ndirs + 1) * sizeof(*ask->dirs));
	assert_int_equal(stat_follow(AT_FDCWD, tree_path(f->tree, rel), &meta, NULL), 0);
	ask->dirs[ask->ndirs++] =
		(struct task_dir){.path = strdup(tree_path(f->tree, rel)), .id = meta.id};
}

static void add_item(struct fixture *f, struct task_ask *ask, const char *name)
{
	const struct task_dir *dir = &ask->dirs[ask->ndirs - 1];
	CLEANUP(str_done) struct str path = STR_INIT;
	struct meta meta;

	(void)f;
	str_addf(&path, "%s/%s", dir->path, name);
	ask->items = realloc(ask->items, (ask->nitems + 1) * sizeof(*ask->items));
	assert_int_equal(stat_at(AT_FDCWD, path.buf, &meta, NULL), 0);
	ask->items[ask->nitems++] = (struct task_item){.dir = ask->ndirs - 1,
						       .known = true,
						       .name = strdup(name),
						       .id = meta.id,
						       .type = meta.mode & S_IFMT,
						       .btime = meta.btime,
						       .btime_nsec = meta.btime_nsec};
}

static struct task_ask ask_for(struct fixture *f, enum task_kind kind, bool at_once,
			       const char *rel, const char *name)
{
	struct task_ask ask = {.kind = kind, .at_once = at_once};

	add_dir(f, &ask, rel);
	if (name)
		add_item(f, &ask, name);
	return ask;
}

/* The report is the caller's. */
static struct task_report *over(struct fixture *f, uint64_t ticket)
{
	struct fs_event *e = answers_get(&f->a, FS_TASK_OVER, ticket);
	struct task_report *r;

	assert_int_equal(e->err, 0);
	r = e->u.task;
	e->u.task = NULL;
	fs_event_free(e);
	browse_close(f->b, ticket);
	return r;
}

static void test_at_once(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask = ask_for(f, TASK_TRASH, true, "", "a");
	struct task_report *r;

	browse_task(f->b, TICKET, &ask);
	r = over(f, TICKET);
	assert_int_equal(r->done, 1);
	assert_int_equal(r->ntroubles, 0);
	assert_true(r->action > 0);
	assert_false(is_there(f, "a"));
	task_report_free(r);

	browse_task(f->b, TICKET + 1, &(struct task_ask){.kind = TASK_UNDO, .at_once = true});
	r = over(f, TICKET + 1);
	assert_int_equal(r->done, 1);
	assert_true(is_there(f, "a"));
	task_report_free(r);

	browse_task(f->b, TICKET + 2, &(struct task_ask){.kind = TASK_REDO, .at_once = true});
	r = over(f, TICKET + 2);
	assert_int_equal(r->done, 1);
	assert_false(is_there(f, "a"));
	task_report_free(r);
}

/* Nothing happens before it is agreed to; the counts come meanwhile. */
static void test_planned(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask = ask_for(f, TASK_TRASH, false, "", "a");
	struct fs_event *e;
	struct task_report *r;

	add_item(f, &ask, "sub");
	browse_task(f->b, TICKET, &ask);
	e = answers_get(&f->a, FS_TASK_PLANNED, TICKET);
	assert_int_equal(e->u.task->steps, 2);
	fs_event_free(e);
	do {
		e = answers_get(&f->a, FS_TASK_COUNTS, TICKET);
		r = e->u.task;
		e->u.task = NULL;
		fs_event_free(e);
		if (r->counted)
			break;
		task_report_free(r);
	} while (true);
	assert_int_equal(r->files, 3);
	assert_int_equal(r->dirs, 1);
	task_report_free(r);
	assert_true(is_there(f, "a") && is_there(f, "sub/x"));
	browse_task_go(f->b, TICKET);
	r = over(f, TICKET);
	assert_int_equal(r->done, 2);
	task_report_free(r);
	assert_false(is_there(f, "a") || is_there(f, "sub"));
}

/* Left before it was agreed to: nothing is done, and nothing more is told. */
static void test_left(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask = ask_for(f, TASK_DELETE, false, "", "a");

	browse_task(f->b, TICKET, &ask);
	fs_event_free(answers_get(&f->a, FS_TASK_PLANNED, TICKET));
	browse_close(f->b, TICKET);
	browse_task_go(f->b, TICKET);
	browse_free(f->b, 20000);
	assert_null(answers_peek(&f->a, FS_TASK_OVER, TICKET));
	assert_true(is_there(f, "a"));
	assert_int_equal(browse_new(&f->a.queue, &f->b), 0);
}

/* What is there now is not what was seen. */
static void test_exchanged(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask = ask_for(f, TASK_TRASH, true, "", "a");
	struct task_report *r;

	tree_remove(f->tree, "a");
	tree_add(f->tree, "a \"somebody else's\"\n");
	browse_task(f->b, TICKET, &ask);
	r = over(f, TICKET);
	assert_int_equal(r->done, 0);
	assert_int_equal(r->ntroubles, 1);
	assert_int_equal(r->troubles[0].err, -ESTALE);
	assert_true(is_there(f, "a"));
	task_report_free(r);
}

/* Nor is the directory. */
static void test_other_directory(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask = ask_for(f, TASK_TRASH, true, "sub", "x");
	struct task_report *r;

	tree_move(f->tree, "sub", "moved");
	tree_add(f->tree, "sub/x 1\n");
	browse_task(f->b, TICKET, &ask);
	r = over(f, TICKET);
	assert_int_equal(r->done, 0);
	assert_int_equal(r->troubles[0].err, -ESTALE);
	assert_true(is_there(f, "sub/x") && is_there(f, "moved/x"));
	task_report_free(r);
}

/* One of two cannot be done: that is said, and the rest waits for a word although it was to be done
 * at once. */
static void test_partly(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask = ask_for(f, TASK_TRASH, true, "", "a");
	struct fs_event *e;
	struct task_report *r;

	add_item(f, &ask, "b");
	tree_remove(f->tree, "b");
	browse_task(f->b, TICKET, &ask);
	e = answers_get(&f->a, FS_TASK_PLANNED, TICKET);
	assert_int_equal(e->u.task->steps, 1);
	assert_int_equal(e->u.task->ntroubles, 1);
	fs_event_free(e);
	assert_true(is_there(f, "a"));
	browse_task_go(f->b, TICKET);
	r = over(f, TICKET);
	assert_int_equal(r->done, 1);
	task_report_free(r);
	assert_false(is_there(f, "a"));
}

static void test_makes(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask = ask_for(f, TASK_MAKE, true, "", NULL);
	struct task_report *r;

	ask.text = strdup("n/o/p");
	browse_task(f->b, TICKET, &ask);
	r = over(f, TICKET);
	assert_string_equal(r->made, "n");
	assert_true(is_there(f, "n/o/p"));
	task_report_free(r);

	ask = ask_for(f, TASK_RENAME, true, "", "c");
	ask.text = strdup("b");
	browse_task(f->b, TICKET + 1, &ask);
	r = over(f, TICKET + 1);
	assert_int_equal(r->troubles[0].err, -EEXIST);
	task_report_free(r);

	ask = ask_for(f, TASK_RENAME, true, "", "c");
	ask.text = strdup("c2");
	browse_task(f->b, TICKET + 2, &ask);
	r = over(f, TICKET + 2);
	assert_string_equal(r->made, "c2");
	assert_true(is_there(f, "c2"));
	task_report_free(r);
}

static void test_modes(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask = ask_for(f, TASK_MODE, true, "", "a");
	struct task_report *r;
	struct stat st;

	ask.text = strdup("u=rwx,g=u-w,o=");
	browse_task(f->b, TICKET, &ask);
	r = over(f, TICKET);
	assert_int_equal(r->done, 1);
	task_report_free(r);
	assert_int_equal(lstat(tree_path(f->tree, "a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);

	ask = ask_for(f, TASK_MODE, true, "", "a");
	ask.text = strdup("rw-r--r--");
	browse_task(f->b, TICKET + 1, &ask);
	r = over(f, TICKET + 1);
	assert_int_equal(r->troubles[0].err, -EINVAL);
	assert_string_equal(r->troubles[0].path, "rw-r--r--");
	task_report_free(r);

	ask = ask_for(f, TASK_OWNER, true, "", "a");
	ask.text = strdup("no-such-user-anywhere");
	browse_task(f->b, TICKET + 2, &ask);
	r = over(f, TICKET + 2);
	assert_int_equal(r->done, 0);
	assert_int_equal(r->ntroubles, 1);
	task_report_free(r);
}

static void test_nothing_to_undo(void **state)
{
	struct fixture *f = *state;
	struct task_report *r;

	browse_task(f->b, TICKET, &(struct task_ask){.kind = TASK_UNDO, .at_once = true});
	r = over(f, TICKET);
	assert_int_equal(r->ntroubles, 1);
	task_report_free(r);
	browse_task(f->b, TICKET + 1,
		    &(struct task_ask){.kind = TASK_UNDO, .at_once = true, .action = 4711});
	r = over(f, TICKET + 1);
	assert_int_equal(r->ntroubles, 1);
	assert_int_equal(r->troubles[0].err, -ENOENT);
	task_report_free(r);
}

/* The caller frees it. */
static struct task_report *planned(struct fixture *f, uint64_t ticket)
{
	struct fs_event *e = answers_get(&f->a, FS_TASK_PLANNED, ticket);
	struct task_report *r = e->u.task;

	assert_int_equal(e->err, 0);
	e->u.task = NULL;
	fs_event_free(e);
	return r;
}

/* Without a place for the journal nothing is done unless the person says so. */
static void test_no_state(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask;
	struct task_report *r;

	tree_add(f->home, "state \"a file where the directory should be\"\n");
	ask = ask_for(f, TASK_TRASH, true, "", "a");
	browse_task(f->b, TICKET, &ask);
	r = planned(f, TICKET);
	assert_int_equal(r->ntroubles, 0);
	assert_non_null(strstr(r->unjournaled, "state/trowel: "));
	assert_true(is_there(f, "a"));
	task_report_free(r);
	browse_task_go(f->b, TICKET);
	r = over(f, TICKET);
	assert_int_equal(r->done, 1);
	assert_int_equal(r->action, 0);
	assert_false(is_there(f, "a"));
	task_report_free(r);
	/* What is known of the journal alone cannot be had without it. */
	browse_task(f->b, TICKET + 1, &(struct task_ask){.kind = TASK_UNDO, .at_once = true});
	r = over(f, TICKET + 1);
	assert_int_equal(r->ntroubles, 1);
	task_report_free(r);
}

/* The journal was there, and cannot be written when it comes to it. */
static void rename_unwritten(struct fixture *f, uint64_t ticket, const char *from, const char *to)
{
	struct task_ask ask = ask_for(f, TASK_RENAME, true, "", from);
	struct task_report *r;

	ask.text = strdup(to);
	fault_fail(FAULT_write, 1, ENOSPC, true);
	browse_task(f->b, ticket, &ask);
	r = planned(f, ticket);
	assert_non_null(r->unjournaled);
	assert_true(is_there(f, from));
	task_report_free(r);
	browse_task_go(f->b, ticket);
	r = over(f, ticket);
	fault_fail(FAULT_write, 1u << 30, EIO, false); /* never */
	assert_int_equal(r->done, 1);
	assert_true(is_there(f, to));
	task_report_free(r);
}

static void test_journal_fails(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask = ask_for(f, TASK_RENAME, true, "", "a");

	ask.text = strdup("new");
	browse_task(f->b, TICKET, &ask);
	task_report_free(over(f, TICKET));
	assert_true(is_there(f, "new"));
	/* Often: the answer meets the job that asked in what it does last. */
	for (uint64_t i = 1; i < ROUNDS; i += 2) {
		rename_unwritten(f, TICKET + i, "new", "newer");
		rename_unwritten(f, TICKET + i + 1, "newer", "new");
	}
}

/* Where a file system has neither way to overwrite nothing, that is asked before it is done. */
static void test_look(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask = ask_for(f, TASK_RENAME, true, "", "a");
	struct task_report *r;

	ask.text = strdup("new");
	fault_fail(FAULT_renameat2, 1, EINVAL, true);
	fault_fail(FAULT_linkat, 1, EPERM, true);
	browse_task(f->b, TICKET, &ask);
	r = planned(f, TICKET);
	assert_true(r->look);
	assert_int_equal(r->steps, 1);
	assert_true(is_there(f, "a"));
	task_report_free(r);
	browse_task_go(f->b, TICKET);
	r = over(f, TICKET);
	fault_fail(FAULT_renameat2, 1u << 30, EIO, false); /* never */
	fault_fail(FAULT_linkat, 1u << 30, EIO, false);
	assert_int_equal(r->done, 1);
	assert_false(is_there(f, "a"));
	assert_true(is_there(f, "new"));
	task_report_free(r);
}

static struct task_ask ask_restore(struct fixture *f, bool at_once, const char *name)
{
	CLEANUP(str_done) struct str dir = STR_INIT, origin = STR_INIT;
	struct task_ask ask = {.kind = TASK_RESTORE, .at_once = at_once};
	struct meta meta;

	str_addf(&dir, "%s", tree_path(f->home, ".local/share/Trash/files"));
	str_addf(&origin, "%s", tree_path(f->tree, name));
	ask.dirs = calloc(1, sizeof(*ask.dirs));
	assert_int_equal(stat_follow(AT_FDCWD, dir.buf, &meta, NULL), 0);
	ask.dirs[ask.ndirs++] = (struct task_dir){.path = strdup(dir.buf), .id = meta.id};
	add_item(f, &ask, name);
	ask.items[0].origin = strdup(origin.buf);
	return ask;
}

/* Its name is taken: nothing is done but what is chosen, and chosen again. */
static void test_clash(void **state)
{
	struct fixture *f = *state;
	struct task_ask ask = ask_for(f, TASK_TRASH, true, "", "a");
	struct task_report *r;

	browse_task(f->b, TICKET, &ask);
	task_report_free(over(f, TICKET));
	tree_add(f->tree, "a \"another\"\n");
	ask = ask_restore(f, true, "a");
	browse_task(f->b, TICKET + 1, &ask);
	r = planned(f, TICKET + 1);
	assert_true(r->clashes);
	assert_int_equal(r->clash, TASK_CLASH_SKIP);
	assert_int_equal(r->steps, 0);
	assert_int_equal(r->ntroubles, 1);
	assert_true(r->troubles[0].clash);
	assert_string_equal(r->troubles[0].path, tree_path(f->tree, "a"));
	task_report_free(r);
	browse_task_choose(f->b, TICKET + 1, TASK_CLASH_REPLACE);
	r = planned(f, TICKET + 1);
	assert_int_equal(r->steps, 2);
	assert_int_equal(r->ndoes, 1);
	task_report_free(r);
	browse_task_choose(f->b, TICKET + 1, TASK_CLASH_BOTH);
	r = planned(f, TICKET + 1);
	assert_int_equal(r->clash, TASK_CLASH_BOTH);
	assert_int_equal(r->steps, 1);
	assert_int_equal(r->ntroubles, 0);
	task_report_free(r);
	assert_false(is_there(f, "a.2"));
	browse_task_go(f->b, TICKET + 1);
	r = over(f, TICKET + 1);
	assert_int_equal(r->done, 1);
	assert_true(is_there(f, "a.2"));
	task_report_free(r);
}

/* It is over, or asks. */
static struct fs_event *first_answer(struct fixture *f)
{
	for (;;) {
		struct fs_event *e = answers_any(&f->a, TICKET);

		if (e && (e->kind == FS_TASK_OVER || e->kind == FS_TASK_PLANNED))
			return e;
		if (e)
			fs_event_free(e);
		else
			sched_yield();
	}
}

/* Each call fails once: it is done and told, or not done and told. */
static void test_calls_fail(void **state)
{
	struct fixture *f = *state;
	static const enum fault_call calls[] = {
		FAULT_openat, FAULT_write, FAULT_renameat2, FAULT_fsync, FAULT_mkdirat, FAULT_statx,
	};

	for (size_t c = 0; c < ARRAY_LEN(calls); c++) {
		for (unsigned n = 1; n < 12; n++) {
			struct task_ask ask = ask_for(f, TASK_TRASH, true, "", "a");
			struct fs_event *e;
			bool done;

			fault_fail(calls[c], n, EIO, false);
			browse_task(f->b, TICKET, &ask);
			e = first_answer(f);
			fault_fail(calls[c], 1u << 30, EIO, false); /* never */
			done = e->u.task && e->u.task->done;
			assert_int_equal(done, !is_there(f, "a"));
			if (!done)
				assert_true(e->err || e->u.task->ntroubles ||
					    e->u.task->unjournaled);
			fs_event_free(e);
			browse_close(f->b, TICKET);
			if (done)
				tree_add(f->tree, "a 3\n");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_planned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_left, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exchanged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_partly, setup, teardown),
		cmocka_unit_test_setup_teardown(test_makes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_modes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_to_undo, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_state, setup, teardown),
		cmocka_unit_test_setup_teardown(test_journal_fails, setup_one_cpu,
						teardown_one_cpu),
		cmocka_unit_test_setup_teardown(test_look, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clash, setup, teardown),
		cmocka_unit_test_setup_teardown(test_calls_fail, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
