/* SPDX-License-Identifier: MIT
 *
 * Which files of the journal go when they are old, and which stay whatever their age.
 */
#include "journaling.h"

#include <sys/file.h>
#include <time.h>

#define DAY 86400

static int64_t days_ago(int days)
{
	return time(NULL) - (int64_t)days * DAY;
}

/* An action that has ended; undoes may be 0. */
static void made_ended(struct made *m, uint64_t id, uint64_t undoes, int64_t begun)
{
	made_begin(m, id, undoes, begun, 1);
	made_result(m, id, 0, STEP_DONE, 0);
	made_end(m, id);
}

static void put_ended(struct tree *t, const char *rel, uint64_t id, uint64_t undoes, int days)
{
	struct made m;

	made_start(&m);
	made_ended(&m, id, undoes, days_ago(days));
	made_put(&m, t, rel);
}

static void set_mtime(struct tree *t, const char *rel, int days)
{
	const struct timespec times[2] = {{.tv_sec = days_ago(days)}, {.tv_sec = days_ago(days)}};

	assert_int_equal(utimensat(t->fd, rel, times, 0), 0);
}

static void age_all(struct tree *t, int days)
{
	DIR *d = opendir(tree_path(t, "journal"));
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d))) {
		char rel[300];

		snprintf(rel, sizeof(rel), "journal/%s", e->d_name);
		if (strstr(e->d_name, JOURNAL_SUFFIX))
			set_mtime(t, rel, days);
	}
	closedir(d);
}

static void expect_there(struct tree *t, const char *rel, bool there)
{
	if ((faccessat(t->fd, rel, F_OK, 0) == 0) != there)
		fail_msg("%s %s", rel, there ? "is gone" : "is still there");
}

static void what_is_old_goes(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	const char *dir = tree_path(t, "journal");
	struct journal *j;
	struct made m;
	size_t n;

	(void)state;
	put_ended(t, "journal/old.journal", 1, 0, JOURNAL_DAYS + 1);
	put_ended(t, "journal/young.journal", 2, 0, JOURNAL_DAYS - 1);
	/* Of two the younger counts. */
	made_start(&m);
	made_ended(&m, 3, 0, days_ago(400));
	made_ended(&m, 4, 0, days_ago(2));
	made_put(&m, t, "journal/both.journal");
	/* Looking removes nothing. */
	j = look_at(dir);
	journal_actions(j, &n);
	assert_int_equal(n, 4);
	journal_close(j);
	expect_there(t, "journal/old.journal", true);
	j = open_at(dir);
	journal_actions(j, &n);
	assert_int_equal(n, 3);
	assert_null(journal_find(j, 1));
	assert_null(journal_warning(j));
	expect_there(t, "journal/old.journal", false);
	expect_there(t, "journal/young.journal", true);
	expect_there(t, "journal/both.journal", true);
	assert_int_equal(do_some(j, "on", 0, 1), 5);
	journal_close(j);
	tree_free(t);
}

/* Numbers are not given again, although nobody has them any more. */
static void numbers_are_not_given_again(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	const char *dir = tree_path(t, "journal");
	struct journal *j = open_at(dir);
	char path[700];

	(void)state;
	assert_int_equal(do_some(j, "one", 0, 1), 1);
	assert_int_equal(do_some(j, "two", 0, 1), 2);
	journal_close(j);
	only_file(dir, path, sizeof(path));
	assert_int_equal(unlink(path), 0);
	j = open_at(dir);
	assert_int_equal(do_some(j, "three", 0, 1), 3);
	journal_close(j);
	tree_free(t);
}

static void what_is_open_stays(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	struct journal *j;
	struct made m;
	int fd;

	(void)state;
	/* Interrupted, however long ago. */
	made_start(&m);
	made_begin(&m, 1, 0, days_ago(4000), 1);
	made_put(&m, t, "journal/interrupted.journal");
	/* Its program lives. */
	put_ended(t, "journal/alive.journal", 2, 0, 4000);
	fd = openat(t->fd, "journal/alive.journal", O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	/* Not ours to judge. */
	put_file(tree_path(t, "journal/foreign"), "x", 1);
	set_mtime(t, "journal/foreign", 4000);
	j = open_at(tree_path(t, "journal"));
	expect_there(t, "journal/interrupted.journal", true);
	expect_there(t, "journal/alive.journal", true);
	expect_there(t, "journal/foreign", true);
	assert_int_equal(must_find(j, 1)->state, ACTION_INTERRUPTED);
	/* Looked at, it has ended, and goes with what says so. */
	assert_int_equal(journal_result(j, 1, 0, STEP_NOT_DONE, 0, NULL), 0);
	assert_int_equal(journal_end(j, 1, false), 0);
	journal_close(j);
	close(fd);
	j = open_at(tree_path(t, "journal"));
	expect_there(t, "journal/interrupted.journal", true);
	journal_close(j);
	age_all(t, 31);
	j = open_at(tree_path(t, "journal"));
	expect_there(t, "journal/interrupted.journal", false);
	expect_there(t, "journal/alive.journal", false);
	journal_close(j);
	tree_free(t);
}

static void where_nothing_can_be_locked(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");

	(void)state;
	put_ended(t, "journal/old.journal", 1, 0, 400);
	fault_reset();
	fault_fail(FAULT_flock, 1, ENOLCK, true);
	journal_close(open_at(tree_path(t, "journal")));
	expect_there(t, "journal/old.journal", true);
	fault_reset();
	journal_close(open_at(tree_path(t, "journal")));
	expect_there(t, "journal/old.journal", false);
	tree_free(t);
}

/* What was taken back must not look as if it had not been, nor the reverse. */
static void what_speaks_of_each_other_stays_together(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	struct journal *j;
	struct made m;

	(void)state;
	/* Undone long ago, redone and undone lately. */
	put_ended(t, "journal/a.journal", 1, 0, 400);
	put_ended(t, "journal/b.journal", 2, 1, 300);
	put_ended(t, "journal/c.journal", 3, 2, 200);
	put_ended(t, "journal/d.journal", 4, 3, 1);
	/* A long session whose first action was undone long ago, by another program. */
	made_start(&m);
	made_ended(&m, 5, 0, days_ago(100));
	made_ended(&m, 9, 0, days_ago(1));
	made_put(&m, t, "journal/e.journal");
	put_ended(t, "journal/f.journal", 6, 5, 90);
	/* What was found out about an interrupted action. */
	made_start(&m);
	made_begin(&m, 7, 0, days_ago(90), 1);
	made_ended(&m, 8, 0, days_ago(1));
	made_put(&m, t, "journal/g.journal");
	made_start(&m);
	m.seq = 100;
	made_result(&m, 7, 0, STEP_NOT_DONE, 0);
	made_end(&m, 7);
	made_put(&m, t, "journal/h.journal");
	set_mtime(t, "journal/h.journal", 80);
	/* And a pair that is old as a whole. */
	put_ended(t, "journal/i.journal", 10, 0, 90);
	put_ended(t, "journal/k.journal", 11, 10, 80);
	j = open_at(tree_path(t, "journal"));
	for (char c = 'a'; c <= 'h'; c++) {
		char rel[32];

		snprintf(rel, sizeof(rel), "journal/%c.journal", c);
		expect_there(t, rel, true);
	}
	expect_there(t, "journal/i.journal", false);
	expect_there(t, "journal/k.journal", false);
	assert_true(must_find(j, 1)->steps[0].undone);
	assert_true(must_find(j, 5)->steps[0].undone);
	assert_int_equal(must_find(j, 7)->state, ACTION_ENDED);
	journal_close(j);
	tree_free(t);
}

/* The first of the two cannot be removed: then the undo of it stays. */
static void a_group_that_cannot_go(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	struct journal *j;

	(void)state;
	put_ended(t, "journal/b.journal", 10, 0, 90);
	put_ended(t, "journal/a.journal", 11, 10, 80);
	fault_reset();
	fault_fail(FAULT_unlinkat, 1, EIO, false);
	j = open_at(tree_path(t, "journal"));
	expect_there(t, "journal/a.journal", true);
	expect_there(t, "journal/b.journal", true);
	assert_true(must_find(j, 10)->steps[0].undone);
	journal_close(j);
	fault_reset();
	fault_fail(FAULT_unlinkat, 2, EIO, false);
	j = open_at(tree_path(t, "journal"));
	/* What was done goes first. */
	expect_there(t, "journal/b.journal", false);
	expect_there(t, "journal/a.journal", true);
	journal_close(j);
	fault_reset();
	tree_free(t);
}

static void no_more_than_so_many(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	struct journal *j;
	struct made m;
	size_t n;

	(void)state;
	/* Each a minute younger than the one before. */
	for (uint64_t id = 1; id <= 20; id++) {
		char rel[32];

		made_start(&m);
		made_ended(&m, id, 0, days_ago(1) + (int64_t)id * 60);
		snprintf(rel, sizeof(rel), "journal/%c.journal", (char)('a' + (id * 7) % 20));
		made_put(&m, t, rel);
	}
	made_start(&m);
	for (uint64_t id = 21; id <= 15 + JOURNAL_KEEP; id++)
		made_ended(&m, id, 0, days_ago(1) + (int64_t)id * 60);
	made_put(&m, t, "journal/z.journal");
	j = open_at(tree_path(t, "journal"));
	journal_actions(j, &n);
	assert_int_equal(n, JOURNAL_KEEP);
	assert_null(journal_find(j, 15));
	assert_non_null(journal_find(j, 16));
	journal_close(j);
	tree_free(t);
}

/* An action of some 3 MB. */
static void made_large(struct made *m, uint64_t id, const char *dir)
{
	const struct journal_begin b = {
		.nsteps = 1, .begun = days_ago(20) + (int64_t)id, .label = "large", .label_len = 5};
	struct str payload = STR_INIT;
	struct step s = STEP_INIT;

	s.kind = STEP_DELETE;
	assert_int_equal(step_place_set(&s.from, dir, NULL, "x"), 0);
	assert_int_equal(journal_add_begin(&payload, &b), 0);
	assert_int_equal(journal_add_step(&payload, &s), 0);
	made_record(m, RECORD_BEGIN, id, payload.buf, payload.len);
	made_end(m, id);
	step_done(&s);
	str_done(&payload);
}

/* However young. A file of which something is among the newest stays as a whole. */
static void no_more_than_so_large(void **state)
{
	enum { LARGE = 3 << 20, MANY = JOURNAL_BYTES / LARGE + 1 };
	struct tree *t = tree_new("journal/ :0700\n");
	char *dir = malloc(LARGE + 1);
	struct journal *j;
	struct made m;
	size_t n;

	(void)state;
	assert_non_null(dir);
	memset(dir, '/', LARGE);
	dir[LARGE] = '\0';
	put_ended(t, "journal/b.journal", 1, 0, 25);
	put_ended(t, "journal/c.journal", 50, 0, 19);
	made_start(&m);
	for (uint64_t i = 2; i < 2 + MANY; i++)
		made_large(&m, i, dir);
	made_put(&m, t, "journal/a.journal");
	j = open_at(tree_path(t, "journal"));
	assert_null(journal_warning(j));
	journal_actions(j, &n);
	assert_int_equal(n, MANY + 1);
	expect_there(t, "journal/a.journal", true);
	expect_there(t, "journal/b.journal", false);
	expect_there(t, "journal/c.journal", true);
	journal_close(j);
	free(dir);
	tree_free(t);
}

/* Without an action, or damaged, a file is as old as its last change. */
static void what_says_nothing(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	struct made m;

	(void)state;
	for (int i = 0; i < 2; i++) {
		const char *empty = i ? "journal/c.journal" : "journal/a.journal";
		const char *damaged = i ? "journal/d.journal" : "journal/b.journal";

		put_file(tree_path(t, empty), "", 0);
		made_start(&m);
		made_begin(&m, 1, 0, days_ago(100), 1);
		m.bytes.buf[100] ^= 1;
		made_put(&m, t, damaged);
		set_mtime(t, empty, i ? 29 : 31);
		set_mtime(t, damaged, i ? 29 : 31);
	}
	journal_close(open_at(tree_path(t, "journal")));
	expect_there(t, "journal/a.journal", false);
	expect_there(t, "journal/b.journal", false);
	expect_there(t, "journal/c.journal", true);
	expect_there(t, "journal/d.journal", true);
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_old_goes),
		cmocka_unit_test(numbers_are_not_given_again),
		cmocka_unit_test(what_is_open_stays),
		cmocka_unit_test(where_nothing_can_be_locked),
		cmocka_unit_test(what_speaks_of_each_other_stays_together),
		cmocka_unit_test(a_group_that_cannot_go),
		cmocka_unit_test(no_more_than_so_many),
		cmocka_unit_test(no_more_than_so_large),
		cmocka_unit_test(what_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
