/* SPDX-License-Identifier: MIT
 *
 * Every call failing, and every allocation: what is told of the step is the truth, nothing is lost,
 * and finishing it leaves nothing behind.
 */
#include "act_trials.h"

static const enum fault_call calls[] = {
	FAULT_openat,    FAULT_openat2,    FAULT_statx,    FAULT_close,      FAULT_fstatfs,
	FAULT_fstatvfs,  FAULT_getdents,   FAULT_read,     FAULT_readlinkat, FAULT_write,
	FAULT_fsync,     FAULT_mkdirat,    FAULT_renameat, FAULT_renameat2,  FAULT_linkat,
	FAULT_unlinkat,  FAULT_fchmod,     FAULT_fchmodat, FAULT_fchmodat2,  FAULT_fchownat,
	FAULT_utimensat, FAULT_faccessat2, FAULT_symlinkat};
static const int errs[] = {EIO, EPERM, ENOSYS, EMFILE};

/* The thing is somewhere, under whatever name. */
static bool is_somewhere(const struct trial *t, uint64_t ino)
{
	return !t->from || ino_of(t->from) == ino || (t->to && ino_of(t->to) == ino) ||
	       in_trash(ino);
}

static bool removes(const struct trial *t)
{
	return t->kind == STEP_DELETE || t->kind == STEP_ERASE || t->kind == STEP_RMDIR;
}

/* Of a tree that stays some may be gone: that is told, or nothing is. */
static void check_state(const struct trial *t, uint64_t ino, int rc)
{
	enum step_state is = truth(t, ino);

	if (removes(t) && is == STEP_PARTLY && state == STEP_NOT_DONE)
		is = state;
	if (state != is)
		print_error("kind %d: told %d, is %d: %d %s\n", t->kind, state, is, rc, why.buf);
	assert_int_equal(state, is);
	if (rc == 0)
		assert_int_equal(state, STEP_DONE);
	assert_true(is_somewhere(t, ino) || (removes(t) && state == STEP_DONE));
}

/* Found and finished afterwards, without any trouble. */
static void recovered(const struct trial *t, struct step *s, uint64_t ino, int64_t when)
{
	enum step_state is = truth(t, ino);
	int rc;

	begin();
	assert_int_equal(act_look(act, s, when, &state, &why), 0);
	assert_int_equal(state, is);
	rc = act_finish(act, s, when, &state, &why);
	if (is == STEP_PARTLY && removes(t)) {
		assert_int_equal(rc, -ENOTSUP);
		return;
	}
	assert_int_equal(rc, 0);
	nothing_left(t);
}

/* One call of it failing; false: it makes fewer. */
static bool one(const struct trial *t, enum fault_call call, int err, unsigned nth, bool flags)
{
	struct step s = prepare(t);
	uint64_t ino = s.what.ino;
	int64_t when = time(NULL);
	bool failed;
	int rc;

	begin();
	fault_recount();
	if (!flags)
		fault_fail(FAULT_renameat2, 1, EINVAL, true);
	fault_fail(call, nth, err, false);
	rc = run(&s);
	failed = fault_count(call) >= nth;
	act_free(act);
	act = NULL;
	/* A close that fails by our doing leaves the descriptor open, in the count too. */
	assert_true(fault_open_fds() == 0 || call == FAULT_close);
	fault_reset();
	check_state(t, ino, rc);
	recovered(t, &s, ino, when);
	step_done(&s);
	return failed;
}

static void test_calls(void **st)
{
	mode_t old = umask(022);
	unsigned tried = 0;

	(void)st;
	for (size_t i = 0; i < ARRAY_LEN(trials); i++)
		for (size_t c = 0; c < ARRAY_LEN(calls); c++)
			for (size_t e = 0; e < ARRAY_LEN(errs); e++)
				for (int flags = 0; flags < 2; flags++) {
					unsigned nth = 1, step_by = 1;

					if (needs_root(&trials[i]) ||
					    (calls[c] == FAULT_renameat2 && !flags) ||
					    (!flags && !trials[i].to &&
					     trials[i].kind != STEP_TRASH))
						continue;
					/* Of those that only look, every second: the others with
					 * another error. */
					if (calls[c] <= FAULT_statx)
						step_by = 2, nth += (e + i) % 2;
					for (; one(&trials[i], calls[c], errs[e], nth, flags);
					     tried++)
						nth += step_by;
				}
	assert_true(tried > 1500);
	umask(old);
}

/* ---- memory ---- */

static void test_memory(void **st)
{
	mode_t old = umask(022);

	(void)st;
	for (size_t i = 0; i < ARRAY_LEN(trials); i++) {
		if (needs_root(&trials[i]))
			continue;
		for (unsigned long n = 1;; n++) {
			struct step s = prepare(&trials[i]);
			uint64_t ino = s.what.ino;
			int64_t when = time(NULL);
			bool failed;
			int rc;

			begin();
			nomem_arm(n);
			rc = check(&s);
			failed = nomem_disarm();
			assert_true(rc == 0 || (failed && rc == -ENOMEM));
			nomem_arm(n);
			rc = act_run(act, &s, &state, &why);
			failed |= nomem_disarm();
			check_state(&trials[i], ino, rc);
			nomem_arm(n);
			rc = act_look(act, &s, when, &state, &why);
			failed |= nomem_disarm();
			assert_true(rc == 0 || rc == -ENOMEM);
			nomem_arm(n);
			rc = act_finish(act, &s, when, &state, &why);
			failed |= nomem_disarm();
			recovered(&trials[i], &s, ino, when);
			step_done(&s);
			if (!failed)
				break;
		}
	}
	umask(old);
}

static void test_new(void **st)
{
	(void)st;
	build("");
	act_free(act);
	act = NULL;
	options.trash.data_home = "/nowhere";
	for (unsigned long n = 1;; n++) {
		int rc;

		nomem_arm(n);
		rc = act_new(&options, &act);
		if (!nomem_disarm()) {
			assert_int_equal(rc, 0);
			break;
		}
		assert_int_equal(rc, -ENOMEM);
	}
	options.trash.data_home = NULL;
}

/* ---- servers that did it, and say that they did not ---- */

static void do_chmod(void *ctx)
{
	(void)ctx;
	assert_int_equal(fchmodat(tree->fd, "work/x", 0751, 0), 0);
}

static void do_chown(void *ctx)
{
	(void)ctx;
	assert_int_equal(fchownat(tree->fd, "work/x", 12, 34, 0), 0);
}

static void do_rmdir(void *ctx)
{
	(void)ctx;
	assert_int_equal(unlinkat(tree->fd, "work/x", AT_REMOVEDIR), 0);
}

static void do_link(void *ctx)
{
	(void)ctx;
	assert_int_equal(linkat(tree->fd, "work/x", tree->fd, "work/new", 0), 0);
}

static void do_rename(void *ctx)
{
	(void)ctx;
	assert_int_equal(renameat(tree->fd, "work/x", tree->fd, "work/new"), 0);
}

static void test_answers_that_are_not_true(void **st)
{
	static const struct {
		struct trial t;
		enum fault_call call;
		void (*fn)(void *ctx);
	} all[] = {
		{{"work/x :0600", STEP_MODE, "work/x", NULL, 0, false}, FAULT_fchmodat2, do_chmod},
		{{"work/x", STEP_OWNER, "work/x", NULL, 0, false}, FAULT_fchownat, do_chown},
		{{"work/x/", STEP_RMDIR, "work/x", NULL, 0, false}, FAULT_unlinkat, do_rmdir},
		{{"work/x", STEP_LINK, "work/x", "work/new", 0, false}, FAULT_linkat, do_link},
		{{"work/x", STEP_RENAME, "work/x", "work/new", 0, false},
		 FAULT_renameat2,
		 do_rename},
	};

	(void)st;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct step s;
		uint64_t ino;

		if (all[i].t.kind == STEP_OWNER && geteuid() != 0)
			continue;
		s = prepare(&all[i].t);
		ino = s.what.ino;
		fault_before(all[i].call, 1, all[i].fn, NULL);
		fault_fail(all[i].call, 1, EIO, false);
		assert_int_equal(run(&s), 0);
		assert_int_equal(truth(&all[i].t, ino), STEP_DONE);
		step_done(&s);
	}
}

/* ---- what stays, and is said ---- */

static void test_information_stays(void **st)
{
	static const struct trial all[] = {
		{"work/x", STEP_RESTORE, TRASH "files/x", "work/x", 0, false},
		{"work/x/y", STEP_ERASE, TRASH "files/x", NULL, 0, false},
	};

	(void)st;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct step s = prepare(&all[i]);
		int64_t when = time(NULL);

		/* Those before are of what was in it, and of itself. */
		fault_fail(FAULT_unlinkat, i == 0 ? 1 : 3, EROFS, true);
		assert_int_equal(run(&s), -EROFS);
		assert_int_equal(state, STEP_DONE);
		assert_non_null(strstr(why.buf, "information stays in the trash"));
		assert_true(exists(TRASH "info/x.trashinfo") && !exists(TRASH "files/x"));
		assert_int_equal(act_finish(act, &s, when, &state, &why), -EROFS);
		fault_fail(FAULT_unlinkat, 1, 0, false);
		begin();
		assert_int_equal(act_finish(act, &s, when, &state, &why), 0);
		assert_int_equal(state, STEP_DONE);
		assert_false(exists(TRASH "info/x.trashinfo"));
		step_done(&s);
	}
}

/* A directory that cannot get the mode it is to have is not there either. */
static void test_not_half_made(void **st)
{
	struct step s;

	(void)st;
	build("");
	s = make_step(STEP_MKDIR, "work/new", 0751);
	fault_fail(FAULT_openat, 1, EMFILE, true);
	assert_int_equal(run(&s), -EMFILE);
	assert_int_equal(state, STEP_NOT_DONE);
	assert_false(exists("work/new"));
	fault_fail(FAULT_openat, 1, 0, false);
	begin();
	fault_fail(FAULT_fchmodat2, 1, EIO, false);
	assert_int_equal(run(&s), -EIO);
	assert_int_equal(state, STEP_NOT_DONE);
	assert_false(exists("work/new"));
	do_it(&s);
	step_done(&s);
	s = make_step(STEP_CREATE, "work/file", 0666);
	fault_fail(FAULT_fchmod, 1, EIO, false);
	assert_int_equal(run(&s), -EIO);
	assert_int_equal(state, STEP_NOT_DONE);
	assert_false(exists("work/file"));
	step_done(&s);
}

/* An empty directory that went before the one it was in. */
static void test_gone_with_its_directory(void **st)
{
	struct step in, out;

	(void)st;
	build("work/a/b/\n");
	in = step(STEP_RMDIR, "work/a/b", NULL);
	out = step(STEP_RMDIR, "work/a", NULL);
	assert_int_equal(run(&in), 0);
	assert_int_equal(run(&out), 0);
	begin();
	assert_int_equal(act_look(act, &in, 0, &state, &why), 0);
	assert_int_equal(state, STEP_DONE);
	assert_int_equal(act_look(act, &out, 0, &state, &why), 0);
	assert_int_equal(state, STEP_DONE);
	step_done(&in);
	step_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_new, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answers_that_are_not_true, setup, teardown),
		cmocka_unit_test_setup_teardown(test_information_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_half_made, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone_with_its_directory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
