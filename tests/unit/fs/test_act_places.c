/* SPDX-License-Identifier: MIT
 *
 * Directories and trashes as steps have them: known by identity, kept open, found again; and what
 * an interruption leaves between two names.
 */
#include "../../lib/descriptors.h"
#include "acting.h"

#include <sys/mount.h>

/* ---- directories ---- */

static void test_known_by_identity(void **st)
{
	struct step_place a, b;
	struct meta meta;
	int fd;

	(void)st;
	build("work/x\nwork/sub/\n");
	a = place("work/x");
	assert_int_equal(a.dir_id.ino, ino_of("work"));
	assert_int_equal(a.dir_id.type, S_IFDIR);
	assert_string_equal(a.name, "x");
	assert_string_equal(a.dir, tree_path(tree, "work"));
	/* Open already: one look, no more. */
	fd = open(tree_path(tree, "work"), O_RDONLY | O_DIRECTORY);
	fault_reset();
	assert_int_equal(act_place(act, fd, a.dir, "y", &b), 0);
	assert_int_equal(fault_count(FAULT_statx), 1);
	assert_int_equal(fault_count(FAULT_fstatfs) + fault_count(FAULT_openat), 0);
	assert_true(step_id_eq(&a.dir_id, &b.dir_id));
	close(fd);
	/* Moved, it is the same as long as it is open; found by path, it is not there. */
	tree_move(tree, "work", "elsewhere");
	fd = act_dir(act, &a);
	assert_true(fd >= 0 && stat_fd(fd, &meta, NULL) == 0);
	assert_int_equal(meta.id.ino, a.dir_id.ino);
	act_free(act);
	act = NULL;
	fault_reset();
	begin();
	assert_int_equal(act_dir(act, &a), -ENOENT);
	tree_add(tree, "work/x\n");
	assert_int_equal(act_dir(act, &a), -ESTALE);
	tree_remove(tree, "work");
	tree_add(tree, "work -> elsewhere\n");
	assert_true(act_dir(act, &a) >= 0); /* a link to the very directory */
	a.dir_id.dev++;                     /* after another start of the system */
	if (a.dir_id.fsid)
		assert_true(act_dir(act, &a) >= 0);
	if (a.dir_id.btime != INT64_MIN) {
		a.dir_id.btime--;
		assert_int_equal(act_dir(act, &a), -ESTALE);
	}
	free(a.dir), free(a.name);
	free(b.dir), free(b.name);
}

static void test_no_place(void **st)
{
	struct step_place at;
	struct step_id id;
	int fd;

	(void)st;
	build("work/x\n");
	assert_int_equal(act_place_path(act, "work", "x", &at), -EINVAL);
	assert_int_equal(act_place_path(act, tree_path(tree, "work/x"), "x", &at), -ENOTDIR);
	assert_int_equal(act_place_path(act, tree_path(tree, "none"), "x", &at), -ENOENT);
	fd = open(tree_path(tree, "work/x"), O_RDONLY);
	assert_int_equal(act_place(act, fd, "/x", "x", &at), -ENOTDIR);
	close(fd);
	at = place("work/none");
	assert_int_equal(act_thing(act, &at, &id, NULL), -ENOENT);
	free(at.name);
	at.name = NULL;
	assert_int_equal(act_thing(act, &at, &id, NULL), -EINVAL);
	free(at.dir);
}

/* More than are kept open, and with very few descriptors: each step still finds its own. */
static void test_many(void **st)
{
	enum { N = ACT_DIRS + 40 };
	struct rlimit before;
	struct step steps[N];
	char from[32], to[32];

	(void)st;
	build("");
	for (int i = 0; i < N; i++) {
		char text[64];

		snprintf(text, sizeof(text), "work/d%d/x\n", i);
		tree_add(tree, text);
	}
	before = descriptors_leave(20);
	for (int i = 0; i < N; i++) {
		snprintf(from, sizeof(from), "work/d%d/x", i);
		snprintf(to, sizeof(to), "work/d%d/y", (i + 50) % N);
		steps[i] = step(STEP_RENAME, from, to);
	}
	for (int i = 0; i < N; i++)
		do_it(&steps[i]);
	for (int i = N - 1; i >= 0; i--) {
		turn(&steps[i]);
		do_it(&steps[i]);
		step_done(&steps[i]);
	}
	descriptors_restore(before);
	assert_true(exists("work/d0/x") && exists("work/d100/x"));
	assert_int_equal(act_sync(act), 0);
}

/* Each directory that gained or lost a name, once; first where things are now. */
static void test_sync(void **st)
{
	struct step s;
	unsigned before;

	(void)st;
	build("work/x\nwork/z\nhome/sub/\n");
	s = step(STEP_RENAME, "work/x", "home/sub/x");
	assert_int_equal(run(&s), 0);
	step_done(&s);
	before = fault_count(FAULT_fsync);
	assert_int_equal(act_sync(act), 0);
	assert_true(fault_count(FAULT_fsync) > before);
	before = fault_count(FAULT_fsync);
	assert_int_equal(act_sync(act), 0);
	assert_int_equal(fault_count(FAULT_fsync), before);
	/* What did not get there is told, and tried again. */
	s = step(STEP_RENAME, "work/z", "work/y");
	assert_int_equal(run(&s), 0);
	step_done(&s);
	fault_fail(FAULT_fsync, 1, EIO, true);
	assert_int_equal(act_sync(act), -EIO);
	fault_fail(FAULT_fsync, 1, 0, false);
	assert_int_equal(act_sync(act), 0);
	s = step(STEP_TRASH, "work/y", NULL);
	assert_int_equal(run(&s), 0);
	step_done(&s);
	fault_fail(FAULT_fsync, 1, EIO, false);
	assert_int_equal(act_sync(act), -EIO);
	assert_int_equal(act_sync(act), 0);
}

/* ---- trashes ---- */

static void test_trash_of_another_home(void **st)
{
	struct step s;

	(void)st;
	build("work/x\nwork/y\n");
	options.trash.data_home = tree_path(tree, "home/data");
	act_free(act);
	options.trash.home = tree_path(tree, "home");
	assert_int_equal(act_new(&options, &act), 0);
	s = step(STEP_TRASH, "work/x", NULL);
	assert_int_equal(run(&s), 0);
	assert_true(exists("home/data/Trash/files/x"));
	/* Where the environment says otherwise now, it is found all the same. */
	act_free(act);
	options.trash.data_home = NULL;
	assert_int_equal(act_new(&options, &act), 0);
	turn(&s);
	do_it(&s);
	assert_true(exists("work/x") && !exists("home/data/Trash/info/x.trashinfo"));
	/* Where it leads elsewhere, it is not. */
	turn(&s);
	do_it(&s);
	turn(&s);
	assert_int_equal(s.kind, STEP_RESTORE);
	act_free(act);
	assert_int_equal(act_new(&options, &act), 0);
	tree_move(tree, "home/.local/share/Trash", "home/.local/share/Old");
	assert_int_equal(check(&s), -ENOENT);
	assert_string_equal(why.buf, "the trash it was in is gone");
	tree_add(tree, TRASH "files/x\n" TRASH "info/\n");
	assert_int_equal(check(&s), -ESTALE);
	assert_string_equal(why.buf, "the trash it was in is another one now");
	assert_int_equal(run(&s), -ESTALE);
	step_done(&s);
}

static void on_a_mount(void *ctx)
{
	const char *work = tree_path(tree, "work");
	char path[600];
	struct step s;

	(void)ctx;
	for (int shared = 0; shared < 2; shared++) {
		assert_int_equal(mount("none", work, "tmpfs", 0, NULL), 0);
		snprintf(path, sizeof(path), "%s/.Trash", work);
		if (shared) {
			assert_int_equal(mkdir(path, 0700), 0);
			assert_int_equal(chmod(path, 01777), 0);
		}
		snprintf(path, sizeof(path), "%s/dir", work);
		assert_int_equal(mkdir(path, 0700), 0);
		begin();
		s = step(STEP_TRASH, "work/dir", NULL);
		do_it(&s);
		snprintf(path, sizeof(path), "%s/%s%u/files/dir", work,
			 shared ? ".Trash/" : ".Trash-", (unsigned)geteuid());
		assert_int_equal(access(path, F_OK), 0);
		for (int i = 0; i < 4; i++) {
			begin(); /* nothing is known but what the step says */
			turn(&s);
			do_it(&s);
		}
		assert_int_equal(access(path, F_OK), 0);
		turn(&s);
		step_done(&s);
		act_free(act);
		act = NULL;
		assert_int_equal(umount(work), 0);
	}
	/* The home is mounted there once more: near as it looks, nothing can be moved to it. */
	assert_int_equal(mount(tree_path(tree, "home"), work, NULL, MS_BIND, NULL), 0);
	snprintf(path, sizeof(path), "%s/x", work);
	assert_int_equal(mkdir(path, 0700), 0);
	begin();
	s = step(STEP_TRASH, "work/x", NULL);
	do_it(&s);
	turn(&s);
	do_it(&s);
	step_done(&s);
	act_free(act);
	act = NULL;
	assert_int_equal(umount(work), 0);
}

static void test_on_a_mount(void **st)
{
	(void)st;
	build("");
	act_free(act);
	act = NULL;
	as_mounter(on_a_mount, NULL);
}

/* What the journal says no to is not done. */
static int refuse(void *ctx, const struct step *s)
{
	unsigned *asked = ctx;

	assert_string_equal(s->to.name, *asked ? "x.2" : "x");
	assert_non_null(s->to.dir);
	++*asked;
	return -ENOSPC;
}

static void test_intend(void **st)
{
	unsigned asked = 0;
	struct step s;

	(void)st;
	build("work/x\n");
	options.intend = refuse;
	options.ctx = &asked;
	begin();
	s = step(STEP_TRASH, "work/x", NULL);
	assert_int_equal(run(&s), -ENOSPC);
	assert_int_equal(state, STEP_NOT_DONE);
	assert_int_equal(asked, 1);
	assert_true(exists("work/x") && !exists(TRASH "info/x.trashinfo"));
	assert_null(s.to.dir);
	step_done(&s);
}

/* ---- between two names ---- */

static void look(struct step *s, enum step_state want)
{
	assert_int_equal(act_look(act, s, 0, &state, &why), 0);
	if (state != want)
		print_error("%s\n", why.buf);
	assert_int_equal(state, want);
}

static void test_third_name(void **st)
{
	(void)st;
	for (int taken = 0; taken < 2; taken++) {
		struct step s;
		uint64_t ino;

		build("work/x\nwork/.trowel-0123456789abcdee \"not it\"\n");
		ino = ino_of("work/x");
		s = step(STEP_RENAME, "work/x", "work/X");
		tree_move(tree, "work/x", "work/.trowel-0123456789abcdef");
		if (taken)
			tree_add(tree, "work/X \"other\"\n");
		look(&s, STEP_PARTLY);
		assert_non_null(strstr(why.buf, ".trowel-0123456789abcdef"));
		assert_int_equal(act_finish(act, &s, 0, &state, &why), 0);
		assert_int_equal(state, taken ? STEP_NOT_DONE : STEP_DONE);
		assert_true(ino_of(taken ? "work/x" : "work/X") == ino);
		assert_true(exists("work/.trowel-0123456789abcdee"));
		step_done(&s);
	}
}

static void test_both_names(void **st)
{
	struct step s;

	(void)st;
	build("work/x \"y\"\nwork/sub/\n");
	s = step(STEP_RENAME, "work/x", "work/sub/y");
	tree_add(tree, "work/sub/y => work/x\n");
	look(&s, STEP_PARTLY);
	assert_string_equal(why.buf, "it has both names");
	assert_int_equal(act_finish(act, &s, 0, &state, &why), 0);
	assert_int_equal(state, STEP_DONE);
	assert_true(exists("work/sub/y") && !exists("work/x"));
	/* Somebody's file of the old name stays. */
	tree_add(tree, "work/x \"other\"\n");
	assert_int_equal(act_finish(act, &s, 0, &state, &why), 0);
	assert_true(exists("work/x"));
	step_done(&s);
}

/* Nothing is guessed. */
static void test_lost(void **st)
{
	struct step s;

	(void)st;
	build("work/x\nwork/sub/\n");
	s = step(STEP_RENAME, "work/x", "work/sub/y");
	tree_move(tree, "work/x", "work/z");
	look(&s, STEP_LOST);
	assert_string_equal(why.buf, "it is neither where it was nor where it was to go");
	assert_int_equal(act_finish(act, &s, 0, &state, &why), -EAGAIN);
	tree_add(tree, "work/x \"other\"\n");
	look(&s, STEP_LOST);
	step_done(&s);
	s = step(STEP_TRASH, "work/z", NULL);
	tree_move(tree, "work/z", "work/gone");
	look(&s, STEP_LOST);
	step_done(&s);
	s = mode_step("work/gone", 0751);
	tree_remove(tree, "work/gone");
	look(&s, STEP_LOST);
	step_done(&s);
	/* Something of that name, and from before: not what was to be made. */
	s = make_step(STEP_CREATE, "work/x", UINT32_MAX);
	assert_int_equal(act_look(act, &s, (int64_t)time(NULL) + 100, &state, &why), 0);
	assert_int_equal(state, STEP_NOT_DONE);
	look(&s, STEP_LOST); /* since, but something is in it */
	step_done(&s);
}

/* Of information that is alone, only what is certainly ours goes. */
static void test_foreign_information(void **st)
{
	char text[1200];
	struct step s;

	(void)st;
	build("work/x\n" TRASH "files/y\n" TRASH "info/\n");
	snprintf(text, sizeof(text),
		 TRASH "info/x.trashinfo \"[Trash Info]\\nPath=%s/other/x\\nDeletionDate="
		       "2026-01-01T00:00:00\\n\"\n" TRASH
		       "info/y.trashinfo \"[Trash Info]\\nPath=%s/work/x\\nDeletionDate="
		       "2026-01-01T00:00:00\\n\"\n",
		 tree->path, tree->path);
	tree_add(tree, text);
	s = step(STEP_TRASH, "work/x", NULL);
	assert_int_equal(act_finish(act, &s, 0, &state, &why), 0);
	assert_int_equal(state, STEP_NOT_DONE);
	assert_true(exists(TRASH "info/x.trashinfo") && exists(TRASH "info/y.trashinfo"));
	/* Ours, but older than the action. */
	snprintf(text, sizeof(text),
		 TRASH "info/x.2.trashinfo \"[Trash Info]\\nPath=%s/work/x\\nDeletionDate="
		       "2026-01-01T00:00:00\\n\"\n",
		 tree->path);
	tree_add(tree, text);
	assert_int_equal(act_finish(act, &s, (int64_t)time(NULL) + 100, &state, &why), 0);
	assert_true(exists(TRASH "info/x.2.trashinfo"));
	assert_int_equal(act_finish(act, &s, 0, &state, &why), 0);
	assert_false(exists(TRASH "info/x.2.trashinfo"));
	assert_true(exists("work/x"));
	step_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_known_by_identity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_place, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sync, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trash_of_another_home, setup, teardown),
		cmocka_unit_test_setup_teardown(test_on_a_mount, setup, teardown),
		cmocka_unit_test_setup_teardown(test_intend, setup, teardown),
		cmocka_unit_test_setup_teardown(test_third_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_both_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign_information, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
