/* SPDX-License-Identifier: MIT
 *
 * Killed just before each call, whatever is being done: what is found afterwards is the truth,
 * finishing leaves nothing behind, and twice is once.
 */
#include "act_trials.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

static const enum fault_call calls[] = {
	FAULT_openat,   FAULT_write,    FAULT_fsync,     FAULT_mkdirat,   FAULT_renameat,
	FAULT_linkat,   FAULT_unlinkat, FAULT_renameat2, FAULT_fchmod,    FAULT_fchmodat2,
	FAULT_fchmodat, FAULT_fchownat, FAULT_utimensat, FAULT_symlinkat, FAULT_getdents};

/* ---- what is done, by a child that does not live ---- */

/* What the journal would have been told: the name in the trash. */
struct told {
	bool told;
	char dir[4096], name[256];
	struct step_id dir_id;
};
static struct told *told;

static int intend(void *ctx, const struct step *s)
{
	(void)ctx;
	snprintf(told->dir, sizeof(told->dir), "%s", s->to.dir);
	snprintf(told->name, sizeof(told->name), "%s", s->to.name);
	told->dir_id = s->to.dir_id;
	told->told = true;
	return 0;
}

/* False: it did not make so many calls. */
static bool killed(struct step *s, bool flags, enum fault_call call, unsigned nth)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (!flags)
			fault_fail(FAULT_renameat2, 1, EINVAL, true);
		fault_before(call, nth, fault_die, NULL);
		(void)!act_run(act, s, &state, &why);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status);
}

/* ---- what is found ---- */

static void undo(struct step *s, const struct trial *t, uint64_t ino)
{
	struct step inverse;
	int rc = step_inverse(s, &inverse);

	if (t->kind == STEP_DELETE || t->kind == STEP_ERASE) {
		assert_int_equal(rc, -ENOTSUP);
		return;
	}
	assert_int_equal(rc, 0);
	do_it(&inverse);
	step_done(&inverse);
	if (t->from && t->kind != STEP_RMDIR && t->kind != STEP_RESTORE)
		assert_true(ino_of(t->from) == ino);
	if (t->to)
		assert_false(exists(t->to));
}

/* As the journal has it: with the name in the trash, or without, when that was not written. */
static struct step remembered(const struct step *s, bool with_name)
{
	struct step copy;

	assert_int_equal(step_copy(s, &copy), 0);
	if (told->told && with_name)
		assert_int_equal(step_place_set(&copy.to, told->dir, &told->dir_id, told->name), 0);
	return copy;
}

static void after(const struct trial *t, const struct step *begun, int64_t when, bool with_name)
{
	struct step s = remembered(begun, with_name);
	uint64_t ino = begun->what.ino, before = everything();
	enum step_state is = truth(t, ino);
	int rc;

	begin();
	assert_int_equal(act_look(act, &s, when, &state, &why), 0);
	if (state != is)
		print_error("kind %d: %d instead of %d: %s\n", t->kind, state, is, why.buf);
	assert_int_equal(state, is);
	assert_true(everything() == before);
	rc = act_finish(act, &s, when, &state, &why);
	if (is == STEP_PARTLY && (t->kind == STEP_DELETE || t->kind == STEP_ERASE)) {
		assert_int_equal(rc, -ENOTSUP);
		assert_true(everything() == before);
	} else {
		if (rc < 0)
			print_error("kind %d: finish %d %s\n", t->kind, rc, why.buf);
		assert_int_equal(rc, 0);
		assert_int_equal(state, is == STEP_PARTLY ? STEP_DONE : is);
		assert_int_equal(state, truth(t, ino));
		nothing_left(t);
		before = everything();
		assert_int_equal(act_finish(act, &s, when, &state, &why), 0);
		assert_true(everything() == before);
		if (state == STEP_DONE)
			undo(&s, t, ino);
	}
	step_done(&s);
}

static struct step prepared(const struct trial *t)
{
	struct step s = prepare(t);

	told->told = false;
	options.intend = intend;
	begin();
	return s;
}

static unsigned each(const struct trial *t)
{
	unsigned tried = 0;

	for (int flags = 0; flags < 2; flags++)
		for (int name = 0; name < 1 + (t->kind == STEP_TRASH); name++)
			for (size_t c = 0; c < ARRAY_LEN(calls); c++) {
				bool was_killed = true;

				for (unsigned nth = 1; was_killed; nth++, tried++) {
					struct step s = prepared(t);
					int64_t when = time(NULL);

					was_killed = killed(&s, flags, calls[c], nth);
					if (was_killed)
						after(t, &s, when, name);
					step_done(&s);
				}
			}
	return tried;
}

static void test_killed(void **st)
{
	mode_t old = umask(022);
	unsigned tried = 0;

	(void)st;
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(told != MAP_FAILED);
	for (size_t i = 0; i < ARRAY_LEN(trials); i++)
		if (!needs_root(&trials[i]))
			tried += each(&trials[i]);
	assert_true(tried > 1000);
	munmap(told, sizeof(*told));
	umask(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
