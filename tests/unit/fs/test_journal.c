/* SPDX-License-Identifier: MIT */
#include "journaling.h"

#include "../../lib/as_user.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static void expect_some(const struct action *a, uint32_t n)
{
	assert_int_equal(a->nsteps, n);
	for (uint32_t i = 0; i < n; i++) {
		char name[16];

		snprintf(name, sizeof(name), "f%u", i);
		assert_string_equal(a->steps[i].step.from.name, name);
		assert_string_equal(a->steps[i].step.from.dir, "/d");
		assert_int_equal(a->steps[i].step.what.ino, 77);
	}
}

/* What was written is there in this journal, in one that was open, and in one opened later. */
static void what_was_done_is_told(void **state)
{
	struct tree *t = tree_new("");
	const char *dir = tree_path(t, "state/journal");
	struct journal *j = open_at(dir), *other = open_at(dir), *later;
	struct step now = renaming("f1");
	const struct action *a;
	uint64_t id, second;
	size_t n;

	(void)state;
	journal_actions(j, &n);
	assert_int_equal(n, 0);
	assert_int_equal(begin_some(j, "rename 3 items", 0, 3, &id), 0);
	assert_int_equal(id, 1);
	now.what.ino = 78;
	assert_int_equal(journal_result(j, id, 0, STEP_DONE, 0, NULL), 0);
	assert_int_equal(journal_result(j, id, 1, STEP_DONE, 0, &now), 0);
	assert_int_equal(journal_result(j, id, 2, STEP_NOT_DONE, -EACCES, NULL), 0);
	assert_int_equal(must_find(j, id)->state, ACTION_RUNNING);
	assert_int_equal(journal_end(j, id, true), 0);
	second = do_some(other, "more", 0, 1);
	assert_int_equal(second, 2);
	assert_int_equal(journal_refresh(j), 0);
	assert_int_equal(journal_refresh(other), 0);
	later = look_at(dir);
	for (int i = 0; i < 3; i++) {
		const struct journal *all[] = {j, other, later};

		assert_null(journal_warning(all[i]));
		journal_actions(all[i], &n);
		assert_int_equal(n, 2);
		a = must_find(all[i], 1);
		assert_string_equal(a->label, "rename 3 items");
		assert_int_equal(a->state, ACTION_ENDED);
		assert_true(a->own);
		assert_int_equal(a->pid, getpid());
		assert_int_equal(a->steps[0].state, STEP_DONE);
		assert_int_equal(a->steps[1].state, STEP_DONE);
		assert_int_equal(a->steps[1].step.what.ino, 78);
		assert_int_equal(a->steps[2].state, STEP_NOT_DONE);
		assert_int_equal(a->steps[2].err, -EACCES);
		assert_int_equal(must_find(all[i], 2)->state, ACTION_ENDED);
		expect_some(must_find(all[i], 2), 1);
	}
	step_done(&now);
	journal_close(j);
	journal_close(other);
	journal_close(later);
	tree_free(t);
}

/* ---- several programs ---- */

static void begin_many(const char *dir, int out)
{
	struct journal *j = open_at(dir);

	for (int i = 0; i < 20; i++) {
		uint64_t id = do_some(j, "many", 0, 3);

		assert_int_equal(write(out, &id, sizeof(id)), sizeof(id));
	}
	journal_close(j);
}

/* No number is given twice, and each action is whole. */
static void programs_at_once(void **state)
{
	enum { PROGRAMS = 4, ALL = PROGRAMS * 20 };
	struct tree *t = tree_new("");
	const char *dir = tree_path(t, "journal");
	bool seen[ALL + 1] = {false};
	struct journal *j;
	int pipes[2];
	uint64_t id;
	size_t n;

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	for (int i = 0; i < PROGRAMS; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			begin_many(dir, pipes[1]);
			_exit(0);
		}
	}
	close(pipes[1]);
	for (int i = 0; i < PROGRAMS; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	while (read(pipes[0], &id, sizeof(id)) == sizeof(id)) {
		assert_in_range(id, 1, ALL);
		assert_false(seen[id]);
		seen[id] = true;
	}
	close(pipes[0]);
	j = open_at(dir);
	assert_null(journal_warning(j));
	for (size_t i = 0; i < ALL; i++) {
		const struct action *a = &journal_actions(j, &n)[i];

		assert_int_equal(n, ALL);
		assert_int_equal(a->id, i + 1);
		assert_int_equal(a->state, ACTION_ENDED);
		assert_false(a->own);
		expect_some(a, 3);
	}
	assert_int_equal(journal_undoable(j, false), ALL);
	assert_int_equal(journal_undoable(j, true), 0);
	journal_close(j);
	tree_free(t);
}

/* Begins an action of three steps, does one, and waits for its end. */
static void stay(const char *dir, int out, int in)
{
	struct journal *j = open_at(dir);
	uint64_t id;
	char c;

	assert_int_equal(begin_some(j, "long", 0, 3, &id), 0);
	assert_int_equal(journal_result(j, id, 0, STEP_DONE, 0, NULL), 0);
	assert_int_equal(write(out, &id, sizeof(id)), sizeof(id));
	assert_int_equal(read(in, &c, 1), 0);
}

static pid_t start_one(const char *dir, uint64_t *ret_id)
{
	int out[2], in[2];
	pid_t pid;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(in[1]);
		stay(dir, out[1], in[0]);
		_exit(0);
	}
	assert_int_equal(read(out[0], ret_id, sizeof(*ret_id)), sizeof(*ret_id));
	close(out[0]);
	close(out[1]);
	close(in[0]);
	/* in[1] stays open till the end of the test program: the child waits. */
	return pid;
}

static void kill_one(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void who_is_killed_was_interrupted(void **state)
{
	struct tree *t = tree_new("");
	const char *dir = tree_path(t, "journal");
	struct journal *j, *third;
	uint64_t id;
	pid_t pid;

	(void)state;
	pid = start_one(dir, &id);
	j = open_at(dir);
	assert_int_equal(must_find(j, id)->state, ACTION_RUNNING);
	assert_int_equal(must_find(j, id)->pid, pid);
	assert_int_equal(journal_undoable(j, false), 0);
	assert_int_equal(journal_result(j, id, 1, STEP_DONE, 0, NULL), -EBUSY);
	assert_int_equal(journal_end(j, id, false), -EBUSY);
	kill_one(pid);
	assert_int_equal(journal_refresh(j), 0);
	assert_int_equal(must_find(j, id)->state, ACTION_INTERRUPTED);
	assert_int_equal(must_find(j, id)->steps[0].state, STEP_DONE);
	assert_int_equal(must_find(j, id)->steps[1].state, STEP_OPEN);
	assert_int_equal(journal_undoable(j, false), 0);

	/* Somebody looks what became of it. */
	assert_int_equal(journal_result(j, id, 1, STEP_PARTLY, -EIO, NULL), 0);
	assert_int_equal(journal_result(j, id, 2, STEP_NOT_DONE, 0, NULL), 0);
	assert_int_equal(journal_end(j, id, true), 0);
	third = open_at(dir);
	for (int i = 0; i < 2; i++) {
		const struct action *a = must_find(i ? third : j, id);

		assert_int_equal(a->state, ACTION_ENDED);
		assert_int_equal(a->steps[1].state, STEP_PARTLY);
		assert_int_equal(a->steps[1].err, -EIO);
		assert_int_equal(a->steps[2].state, STEP_NOT_DONE);
	}
	assert_int_equal(journal_undoable(third, false), id);
	/* And somebody finishes it: what was said later counts, whatever the names of the files. */
	assert_int_equal(journal_result(third, id, 1, STEP_DONE, 0, NULL), 0);
	assert_int_equal(journal_refresh(j), 0);
	assert_int_equal(must_find(j, id)->steps[1].state, STEP_DONE);
	journal_close(third);
	journal_close(j);
	for (int i = 0; i < 8; i++) {
		j = open_at(dir);
		assert_int_equal(must_find(j, id)->steps[1].state, i % 2 ? STEP_PARTLY : STEP_DONE);
		assert_int_equal(journal_result(j, id, 1, i % 2 ? STEP_DONE : STEP_PARTLY, 0, NULL),
				 0);
		journal_close(j);
	}
	tree_free(t);
}

/* Closed in the middle is interrupted, too; and no other of this process is taken for it. */
static void two_in_one_program(void **state)
{
	struct tree *t = tree_new("");
	const char *dir = tree_path(t, "journal");
	struct journal *j = open_at(dir), *other = open_at(dir);
	uint64_t id;

	(void)state;
	assert_int_equal(begin_some(j, "one", 0, 1, &id), 0);
	assert_int_equal(journal_refresh(other), 0);
	assert_int_equal(must_find(other, id)->state, ACTION_RUNNING);
	assert_true(must_find(other, id)->own);
	assert_int_equal(journal_result(other, id, 0, STEP_DONE, 0, NULL), -EBUSY);
	journal_close(j);
	assert_int_equal(journal_refresh(other), 0);
	assert_int_equal(must_find(other, id)->state, ACTION_INTERRUPTED);
	journal_close(other);
	tree_free(t);
}

/* ---- numbers ---- */

static void numbers_go_on(void **state)
{
	static const char *const hints[] = {"", "x", "00000000000000000001 00000000\n",
					    "99999999999999999999 deadbeef\n",
					    "00000000000000000002\n"};
	struct tree *t = tree_new("");
	const char *dir = tree_path(t, "journal"), *next = tree_path(t, "journal/next");
	uint64_t expect = 1;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
		struct journal *j = open_at(dir), *other = open_at(dir);

		assert_int_equal(do_some(j, "a", 0, 1), expect++);
		put_file(next, hints[i], strlen(hints[i]));
		/* This one has not seen the other's. */
		assert_int_equal(do_some(other, "b", 0, 1), expect++);
		assert_int_equal(unlink(next), 0);
		assert_int_equal(do_some(j, "c", 0, 1), expect++);
		journal_close(j);
		journal_close(other);
	}
	tree_free(t);
}

/* What has the name of the hint and is no file of ours is not written, nor followed. */
static void an_odd_hint(void **state)
{
	static const char *const odd[] = {"journal/next -> ../victim", "journal/next|",
					  "journal/next/", "journal/next => victim"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		struct tree *t = tree_new("journal/ :0700\nvictim \"mine\"\n");
		const char *dir = tree_path(t, "journal");
		struct journal *j, *other;
		char buf[8] = "";
		int fd;

		tree_add(t, odd[i]);
		j = open_at(dir);
		other = open_at(dir);
		assert_int_equal(do_some(j, "a", 0, 1), 1);
		assert_int_equal(do_some(other, "b", 0, 1), 2);
		assert_int_equal(do_some(j, "c", 0, 1), 3);
		assert_non_null(journal_warning(j));
		assert_non_null(strstr(journal_warning(j), "next cannot be locked"));
		fd = open(tree_path(t, "victim"), O_RDONLY | O_CLOEXEC);
		assert_int_equal(read(fd, buf, sizeof(buf)), 4);
		assert_string_equal(buf, "mine");
		close(fd);
		journal_close(j);
		journal_close(other);
		tree_free(t);
	}
}

/* ---- what is not believed ---- */

static struct journal *open_odd(struct tree *t, const char *words)
{
	struct journal *j = look_at(tree_path(t, "journal"));
	size_t n;

	journal_actions(j, &n);
	assert_int_equal(n, 0);
	assert_non_null(journal_warning(j));
	assert_non_null(strstr(journal_warning(j), words));
	assert_int_equal(journal_undoable(j, false), 0);
	return j;
}

static void put_one(struct tree *t, const char *rel, uint64_t id)
{
	struct made m;

	made_start(&m);
	made_begin(&m, id, 0, 1, 1);
	made_result(&m, id, 0, STEP_DONE, 0);
	made_end(&m, id);
	made_put(&m, t, rel);
}

static void files_of_others(void **state)
{
	struct tree *t = tree_new("journal/ :0700\nout/ :0700\n");
	const char *file = tree_path(t, "journal/a.journal");
	struct journal *j;

	(void)state;
	put_one(t, "out/b.journal", 1);
	tree_add(t, "journal/a.journal -> ../out/b.journal");
	journal_close(open_odd(t, "not a regular file"));
	tree_remove(t, "journal/a.journal");
	tree_add(t, "journal/a.journal|");
	journal_close(open_odd(t, "not a regular file"));
	tree_remove(t, "journal/a.journal");
	tree_add(t, "journal/a.journal/x");
	journal_close(open_odd(t, "not a regular file"));
	tree_remove(t, "journal/a.journal");
	tree_add(t, "journal/a.journal => out/b.journal");
	journal_close(open_odd(t, "more than one name"));
	tree_remove(t, "journal/a.journal");
	put_one(t, "journal/a.journal", 1);
	assert_int_equal(chmod(file, 0620), 0);
	journal_close(open_odd(t, "others may write"));
	assert_int_equal(chmod(file, 0600), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(file, 65534, 65534), 0);
		journal_close(open_odd(t, "someone else"));
		assert_int_equal(chown(file, 0, 0), 0);
	}
	j = look_at(tree_path(t, "journal"));
	assert_null(journal_warning(j));
	assert_int_equal(journal_undoable(j, false), 1);
	journal_close(j);
	tree_free(t);
}

static void swap_in_a_link(void *ctx)
{
	struct tree *t = ctx;

	tree_move(t, "journal/a.journal", "out/was.journal");
	tree_add(t, "journal/a.journal -> ../out/was.journal");
}

/* Between the look at the directory and the opening. */
static void swapped_for_a_link(void **state)
{
	struct tree *t = tree_new("journal/ :0700\nout/ :0700\n");

	(void)state;
	put_one(t, "journal/a.journal", 1);
	fault_reset();
	/* Two files of proc, the directory, then it. */
	fault_before(FAULT_openat, 4, swap_in_a_link, t);
	journal_close(open_odd(t, "link"));
	fault_reset();
	tree_free(t);
}

static void refuse(const char *dir, const char *words)
{
	struct journal *j;
	const char *why = NULL;

	assert_int_equal(journal_open(dir, &j, &why), -EPERM);
	assert_non_null(why);
	assert_non_null(strstr(why, words));
}

static void refuse_as_nobody(void *ctx)
{
	refuse(ctx, "someone else");
}

static void directories_of_others(void **state)
{
	struct tree *t = tree_new("open/ :0777\ntheirs/ :0755\nhome/\n");
	const char *why;
	struct journal *j;

	(void)state;
	refuse(tree_path(t, "open"), "others may write");
	assert_int_equal(journal_look(tree_path(t, "open"), &j, &why), -EPERM);
	assert_int_equal(journal_open("relative", &j, &why), -EINVAL);
	if (geteuid() == 0) {
		assert_int_equal(chmod(t->path, 0755), 0);
		as_user(refuse_as_nobody, (void *)(uintptr_t)tree_path(t, "theirs"));
		assert_int_equal(fchownat(t->fd, "home", 65534, 65534, 0), 0);
		refuse(tree_path(t, "home/journal"), "root");
		assert_int_equal(faccessat(t->fd, "home/journal", F_OK, 0), -1);
	}
	tree_free(t);
}

static void all_of_it_as_nobody(void *ctx)
{
	const char *dir = ctx;
	struct journal *j = open_at(dir), *later;
	struct stat st;
	uint64_t id = do_some(j, "mine", 0, 2);

	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	later = look_at(dir);
	assert_int_equal(journal_undoable(later, true), id);
	assert_null(journal_warning(later));
	journal_close(j);
	journal_close(later);
}

static void as_a_plain_user(void **state)
{
	struct tree *t = tree_new("home/ :0777\n");

	(void)state;
	assert_int_equal(chmod(t->path, 0755), 0);
	as_user(all_of_it_as_nobody, (void *)(uintptr_t)tree_path(t, "home/state/journal"));
	tree_free(t);
}

/* ---- looking ---- */

static void looking_changes_nothing(void **state)
{
	struct tree *t = tree_new("");
	const char *dir = tree_path(t, "state/journal");
	struct journal *j = look_at(dir), *writer;
	struct step s = renaming("x");
	uint64_t id;
	size_t n;

	(void)state;
	journal_actions(j, &n);
	assert_int_equal(n, 0);
	assert_true(journal_fd(j) < 0);
	assert_int_equal(faccessat(t->fd, "state", F_OK, 0), -1);
	assert_int_equal(journal_begin(j, "x", 0, &s, 1, &id), -EROFS);
	writer = open_at(dir);
	assert_true(journal_fd(writer) >= 0);
	id = do_some(writer, "x", 0, 1);
	assert_int_equal(journal_refresh(j), 0);
	assert_int_equal(must_find(j, id)->state, ACTION_ENDED);
	assert_int_equal(journal_result(j, id, 0, STEP_DONE, 0, NULL), -EROFS);
	assert_int_equal(journal_end(j, id, false), -EROFS);
	step_done(&s);
	journal_close(j);
	journal_close(writer);
	journal_close(NULL);
	tree_free(t);
}

/* One that has begun nothing leaves no file; none of the files is for others. */
static void what_is_left_behind(void **state)
{
	struct tree *t = tree_new("");
	const char *dir = tree_path(t, "journal");
	struct journal *j = open_at(dir);
	struct step bad = renaming("x");
	unsigned files = 0;
	struct dirent *e;
	uint64_t id;
	DIR *d;

	(void)state;
	/* Refused: what cannot be, too long, none. */
	assert_int_equal(journal_begin(j, "x", 0, &bad, 0, &id), -EINVAL);
	assert_int_equal(journal_begin(j, "x", 7, &bad, 1, &id), -ENOENT);
	free(bad.to.name);
	bad.to.name = strdup("a/b");
	assert_int_equal(journal_begin(j, "x", 0, &bad, 1, &id), -EINVAL);
	step_done(&bad);
	journal_close(j);
	j = open_at(dir);
	do_some(j, "x", 0, 1);
	journal_close(j);
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d))) {
		struct stat st;

		assert_int_equal(fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW), 0);
		assert_true(!S_ISREG(st.st_mode) || (st.st_mode & 07777) == 0600);
		files += strstr(e->d_name, JOURNAL_SUFFIX) != NULL;
	}
	closedir(d);
	assert_int_equal(files, 1);
	tree_free(t);
}

/* Names that it gets, and what is not to be written. */
static void results_are_checked(void **state)
{
	struct tree *t = tree_new("");
	struct journal *j = open_at(tree_path(t, "journal"));
	struct step s = renaming("elsewhere"), other = STEP_INIT;
	uint64_t id;

	(void)state;
	assert_int_equal(begin_some(j, "x", 0, 2, &id), 0);
	assert_int_equal(journal_intend(j, id, 0, &s), 0);
	assert_string_equal(must_find(j, id)->steps[0].step.from.name, "elsewhere");
	assert_int_equal(must_find(j, id)->steps[0].state, STEP_OPEN);
	assert_int_equal(journal_intend(j, id, 0, &s), 0);
	assert_int_equal(journal_intend(j, id, 2, &s), -EINVAL);
	assert_int_equal(journal_result(j, id, 2, STEP_DONE, 0, NULL), -EINVAL);
	assert_int_equal(journal_result(j, id, 0, STEP_OPEN, 0, NULL), -EINVAL);
	assert_int_equal(journal_result(j, id, 0, STEP_NOT_DONE, EIO, NULL), -EINVAL);
	assert_int_equal(journal_result(j, id + 1, 0, STEP_DONE, 0, NULL), -ENOENT);
	other.kind = STEP_MODE;
	assert_int_equal(step_place_set(&other.from, "/d", NULL, "x"), 0);
	assert_int_equal(journal_result(j, id, 0, STEP_DONE, 0, &other), -EINVAL);
	step_done(&s);
	step_done(&other);
	journal_close(j);
	tree_free(t);
}

/* ---- without locks ---- */

static void where_nothing_can_be_locked(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	const char *dir = tree_path(t, "journal");
	struct made m;
	struct journal *j;
	uint64_t id;

	(void)state;
	made_start(&m);
	made_begin(&m, 1, 0, 1, 1);
	made_put(&m, t, "journal/a.journal");
	fault_reset();
	fault_fail(FAULT_flock, 1, ENOLCK, true);
	j = open_at(dir);
	assert_int_equal(must_find(j, 1)->state, ACTION_RUNNING);
	assert_non_null(strstr(journal_warning(j), "cannot be locked"));
	id = do_some(j, "x", 0, 1);
	assert_int_equal(id, 2);
	assert_int_equal(journal_undoable(j, true), 2);
	assert_int_equal(journal_result(j, 1, 0, STEP_DONE, 0, NULL), -EBUSY);
	journal_close(j);
	fault_reset();
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_done_is_told),
		cmocka_unit_test(programs_at_once),
		cmocka_unit_test(who_is_killed_was_interrupted),
		cmocka_unit_test(two_in_one_program),
		cmocka_unit_test(numbers_go_on),
		cmocka_unit_test(an_odd_hint),
		cmocka_unit_test(files_of_others),
		cmocka_unit_test(swapped_for_a_link),
		cmocka_unit_test(directories_of_others),
		cmocka_unit_test(as_a_plain_user),
		cmocka_unit_test(looking_changes_nothing),
		cmocka_unit_test(what_is_left_behind),
		cmocka_unit_test(results_are_checked),
		cmocka_unit_test(where_nothing_can_be_locked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
