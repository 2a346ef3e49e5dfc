/* SPDX-License-Identifier: MIT
 *
 * The journal when calls fail, the disk is full or memory ends: what it said is written is there,
 * what it said is not has not been begun, and it goes on afterwards.
 */
#include "journaling.h"

#include "../../lib/as_user.h"
#include "../../lib/nomem.h"

#include <sys/mount.h>
#include <sys/wait.h>

#define STEPS 3u

/* What was answered. */
struct told {
	struct journal *j;
	int begin, results[STEPS], end, second;
	uint64_t id, second_id;
};

static void run(const char *dir, struct told *told)
{
	const char *why;

	*told = (struct told){.begin = -1, .end = -1, .second = -1};
	for (uint32_t i = 0; i < STEPS; i++)
		told->results[i] = -1;
	if (journal_open(dir, &told->j, &why) != 0) {
		told->j = NULL;
		return;
	}
	told->begin = begin_some(told->j, "one", 0, STEPS, &told->id);
	for (uint32_t i = 0; told->begin == 0 && i < STEPS; i++)
		told->results[i] = journal_result(told->j, told->id, i, STEP_DONE, 0, NULL);
	if (told->begin == 0)
		told->end = journal_end(told->j, told->id, true);
	told->second = begin_some(told->j, "two", 0, 1, &told->second_id);
}

static void check_first(const struct told *told, const struct journal *j)
{
	const struct action *a = journal_find(j, told->id);

	assert_non_null(a);
	assert_int_equal(a->nsteps, STEPS);
	assert_string_equal(a->label, "one");
	for (uint32_t i = 0; i < STEPS; i++) {
		if (told->results[i] == 0)
			assert_int_equal(a->steps[i].state, STEP_DONE);
		else
			assert_int_equal(a->steps[i].state, STEP_OPEN);
	}
	/* The end may be there although it is not known to be on the disk. */
	if (told->end == 0)
		assert_int_equal(a->state, ACTION_ENDED);
}

/* What was refused may only be there as something of which nothing was done. */
static void check_refused(const struct told *told, const struct journal *j)
{
	size_t n;
	const struct action *a = journal_actions(j, &n);

	for (size_t i = 0; i < n; i++) {
		if ((told->begin == 0 && a[i].id == told->id) ||
		    (told->second == 0 && a[i].id == told->second_id) ||
		    strcmp(a[i].label, "on") == 0)
			continue;
		assert_int_equal(a[i].state, ACTION_INTERRUPTED);
		for (uint32_t k = 0; k < a[i].nsteps; k++)
			assert_int_equal(a[i].steps[k].state, STEP_OPEN);
	}
}

/* With everything in order again. */
static void check(const struct told *told, const char *dir)
{
	struct journal *j = open_at(dir);
	uint64_t id;

	if (told->begin == 0)
		check_first(told, j);
	if (told->second == 0)
		assert_int_equal(journal_find(j, told->second_id)->state, ACTION_INTERRUPTED);
	check_refused(told, j);
	id = do_some(j, "after", 0, 1);
	assert_true(id > told->second_id && id > told->id);
	journal_close(j);
	j = look_at(dir);
	assert_int_equal(must_find(j, id)->state, ACTION_ENDED);
	assert_int_equal(journal_undoable(j, false), id);
	journal_close(j);
}

/* The journal that met the failure is of use afterwards, too. */
static void go_on(const struct told *told, const char *dir)
{
	struct journal *j;
	uint64_t id;

	if (!told->j)
		return;
	id = do_some(told->j, "on", 0, 2);
	j = look_at(dir);
	assert_int_equal(must_find(j, id)->state, ACTION_ENDED);
	assert_int_equal(must_find(told->j, id)->state, ACTION_ENDED);
	journal_close(j);
}

/* One call that fails, the others as they are; *ret_more: there were as many. */
static void one_failure(enum fault_call call, unsigned nth, int err, bool forever, bool *ret_more)
{
	struct tree *t = tree_new("");
	const char *dir = tree_path(t, "journal");
	struct told told;

	fault_reset();
	fault_fail(call, nth, err, forever);
	run(dir, &told);
	*ret_more = fault_count(call) >= nth;
	/* What was open stays counted. */
	fault_fail(call, UINT32_MAX / 2, 0, false);
	if (!*ret_more)
		assert_int_equal(told.second, 0);
	go_on(&told, dir);
	journal_close(told.j);
	if (call != FAULT_close)
		assert_int_equal(fault_open_fds(), 0);
	check(&told, dir);
	tree_free(t);
}

static const enum fault_call calls[] = {
	FAULT_openat, FAULT_statx,     FAULT_getdents,  FAULT_read,      FAULT_pread,
	FAULT_lseek,  FAULT_write,     FAULT_getrandom, FAULT_mkdirat,   FAULT_unlinkat,
	FAULT_pwrite, FAULT_ftruncate, FAULT_fsync,     FAULT_fdatasync, FAULT_flock,
};

static void any_call_may_fail(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		bool more = true;

		for (unsigned nth = 1; more; nth++)
			one_failure(calls[i], nth, EIO, false, &more);
	}
	fault_reset();
}

static void the_disk_is_full(void **state)
{
	bool more = true;

	(void)state;
	for (unsigned nth = 1; more; nth++)
		one_failure(FAULT_write, nth, ENOSPC, true, &more);
	more = true;
	for (unsigned nth = 1; more && nth < 8; nth++)
		one_failure(FAULT_pwrite, nth, ENOSPC, true, &more);
	fault_reset();
}

/* And what was written cannot be cut off again: another file is begun. */
static void neither_written_nor_cut(void **state)
{
	(void)state;
	for (unsigned nth = 1; nth <= 8; nth++) {
		struct tree *t = tree_new("");
		const char *dir = tree_path(t, "journal");
		struct told told;

		fault_reset();
		fault_fail(FAULT_write, nth, EIO, false);
		fault_fail(FAULT_ftruncate, 1, EIO, true);
		run(dir, &told);
		fault_reset();
		go_on(&told, dir);
		journal_close(told.j);
		check(&told, dir);
		tree_free(t);
	}
}

/* The disk takes a part of a record only. */
static void written_in_part(void **state)
{
	static const size_t sizes[] = {1, 35, 36, 37, 63, 64, 100, 200, 400, 600};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes) * 2; i++) {
		struct tree *t = tree_new("");
		const char *dir = tree_path(t, "journal");
		struct told told;

		fault_reset();
		fault_short(FAULT_write, sizes[i / 2]);
		if (i % 2)
			fault_fail(FAULT_ftruncate, 1, EIO, true);
		run(dir, &told);
		fault_reset();
		go_on(&told, dir);
		journal_close(told.j);
		check(&told, dir);
		tree_free(t);
	}
}

static void on_a_full_disk(void *ctx)
{
	struct tree *t = tree_new("disk/\n");
	const char *dir = tree_path(t, "disk/journal"), *fill = tree_path(t, "disk/fill");
	struct journal *j;
	char zeros[4096] = "";
	uint64_t first, id;
	int fd;

	(void)ctx;
	assert_int_equal(mount("none", tree_path(t, "disk"), "tmpfs", 0, "size=512k,mode=0755"), 0);
	j = open_at(dir);
	first = do_some(j, "first", 0, 1);
	fd = open(fill, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(write(fd, zeros, sizeof(zeros)), sizeof(zeros));
	/* Some 700 KB: it ends in the middle of a record. The number it would have. */
	id = first + 1;
	assert_int_equal(begin_some(j, "large", 0, 3000, &id), -ENOSPC);
	assert_null(journal_find(j, id));
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	assert_int_equal(begin_some(j, "large", 0, 100, &id), -ENOSPC);
	close(fd);
	assert_int_equal(unlink(fill), 0);
	id = do_some(j, "small", 0, 5);
	journal_close(j);
	j = look_at(dir);
	assert_null(journal_warning(j));
	assert_int_equal(must_find(j, first)->state, ACTION_ENDED);
	assert_int_equal(must_find(j, id)->state, ACTION_ENDED);
	assert_int_equal(journal_undoable(j, false), id);
	journal_close(j);
	umount2(tree_path(t, "disk"), MNT_DETACH);
	tree_free(t);
}

static void a_full_disk(void **state)
{
	(void)state;
	as_mounter(on_a_full_disk, NULL);
}

/* Each allocation fails once, in all that is asked of it. */
static void without_memory(void **state)
{
	unsigned long n;
	bool failed = true;

	(void)state;
	for (n = 1; failed; n++) {
		struct tree *t = tree_new("");
		const char *dir = tree_path(t, "journal"), *why;
		struct journal *other = open_at(dir), *j = NULL;
		struct step now = renaming("now");
		uint64_t id = do_some(other, "other", 0, STEPS), undo = 0;
		int r, end = -1;

		nomem_arm(n);
		r = journal_open(dir, &j, &why);
		if (r == 0)
			r = journal_begin(j, "undo", id, &now, 1, &undo);
		if (r == 0)
			r = journal_intend(j, undo, 0, &now);
		now.what.ino++;
		if (r == 0)
			r = journal_result(j, undo, 0, STEP_DONE, 0, &now);
		if (r == 0)
			r = end = journal_end(j, undo, true);
		failed = nomem_disarm();
		assert_int_equal(r, failed ? -ENOMEM : 0);
		journal_close(j);

		/* Reading goes on where it ended, and reads nothing twice. */
		nomem_arm(n);
		r = journal_refresh(other);
		failed |= nomem_disarm();
		assert_true(r == 0 || r == -ENOMEM);
		assert_int_equal(journal_refresh(other), 0);
		assert_null(journal_warning(other));
		assert_int_equal(must_find(other, id)->nsteps, STEPS);
		if (end == 0) {
			assert_int_equal(must_find(other, undo)->state, ACTION_ENDED);
			assert_int_equal(must_find(other, undo)->steps[0].step.what.ino, 78);
		}
		journal_close(other);
		step_done(&now);
		tree_free(t);
	}
	assert_true(n > 20 || !failed);
}

/* Somebody removes the files, or all of it, while they are being written. */
static void removed_meanwhile(void **state)
{
	struct tree *t = tree_new("");
	const char *dir = tree_path(t, "journal");
	struct journal *j = open_at(dir), *later;
	uint64_t id, lost = do_some(j, "lost", 0, 1);
	char path[700];

	(void)state;
	only_file(dir, path, sizeof(path));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(tree_path(t, "journal/next")), 0);
	id = do_some(j, "again", 0, 1);
	assert_true(id > lost);
	later = look_at(dir);
	assert_int_equal(must_find(later, id)->state, ACTION_ENDED);
	assert_null(journal_find(later, lost));
	journal_close(later);
	tree_remove(t, "journal");
	assert_int_equal(begin_some(j, "nowhere", 0, 1, &id), -ENOENT);
	journal_close(j);
	tree_free(t);
}

/* ---- very many steps ---- */

enum { MANY = 100000 };

/* A beginning of many records is one: without the last of them nothing has begun. */
static void very_many_steps(void **state)
{
	struct tree *t = tree_new("");
	const char *dir = tree_path(t, "journal");
	struct journal *j = open_at(dir);
	char path[700];
	struct stat st;
	uint64_t id;
	off_t size;
	size_t n;

	(void)state;
	assert_int_equal(begin_some(j, "many", 0, MANY, &id), 0);
	for (uint32_t i = 0; i < MANY; i += 1000)
		assert_int_equal(journal_result(j, id, i, STEP_DONE, 0, NULL), 0);
	assert_true(must_find(j, id)->steps[MANY - 1000].state == STEP_DONE);
	only_file(dir, path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	size = st.st_size;
	journal_close(j);
	j = look_at(dir);
	assert_int_equal(must_find(j, id)->nsteps, MANY);
	assert_int_equal(must_find(j, id)->state, ACTION_INTERRUPTED);
	assert_string_equal(must_find(j, id)->steps[MANY - 1].step.from.name, "f99999");
	journal_close(j);
	for (int i = 0; i < 4; i++) {
		size = size * 3 / 4 - 1;
		assert_int_equal(truncate(path, size), 0);
		j = open_at(dir);
		assert_null(journal_warning(j));
		journal_actions(j, &n);
		assert_int_equal(n, 0);
		journal_close(j);
	}
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_call_may_fail),
		cmocka_unit_test(the_disk_is_full),
		cmocka_unit_test(neither_written_nor_cut),
		cmocka_unit_test(written_in_part),
		cmocka_unit_test(a_full_disk),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(removed_meanwhile),
		cmocka_unit_test(very_many_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
