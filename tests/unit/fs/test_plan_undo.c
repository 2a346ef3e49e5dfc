/* SPDX-License-Identifier: MIT
 *
 * Each kind of action: done, taken back, done again; and what is there after each.
 */
#include "planning.h"

static const char zoo[] = "work/a \"one\" @1000000000\n"
			  "work/b \"two\" :0640 @1000000001.5\n"
			  "work/dir/inner/x \"three\" @1000000002\n"
			  "work/dir/y \"four\" :0600\n"
			  "work/empty/\n"
			  "work/link -> a\n"
			  "work/hard => work/a\n"
			  "work/pipe|\n"
			  "work/odd\\n\\e[31mname\\xff \"five\"\n";

/* Does it, takes it back, does it again, takes it back; what it does has to be seen. */
static void there_and_back(struct plan *p)
{
	char *before = snapshot("work"), *after;
	uint64_t id = run(p), back;

	after = snapshot("work");
	assert_string_not_equal(before, after);
	back = undo(id);
	same_as(before);
	for (int i = 0; i < 3; i++) {
		uint64_t again = undo(back);
		char *now = snapshot("work");

		assert_string_equal(now, after);
		free(now);
		back = undo(again);
		same_as(before);
	}
	free(before);
	free(after);
}

static void test_trash(void **state)
{
	static const char *const names[] = {"work/a",    "work/dir",  "work/empty",
					    "work/link", "work/pipe", "work/odd\n\033[31mname\xff"};
	struct plan *p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct plan_at one;

		build(zoo);
		p = new_plan();
		one = at(names[i]);
		assert_int_equal(plan_trash(p, &one), 0);
		there_and_back(p);
	}
	build(zoo);
	p = new_plan();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct plan_at one = at(names[i]);

		assert_int_equal(plan_trash(p, &one), 0);
	}
	assert_string_equal(plan_label(p), "trash 6 items");
	there_and_back(p);
}

static void test_rename(void **state)
{
	static const char *const pairs[][2] = {{"work/a", "work/c"},
					       {"work/dir", "work/empty/dir"},
					       {"work/link", "work/link2"},
					       {"work/pipe", "work/dir/pipe"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct plan_at from, to;
		struct plan *p;

		build(zoo);
		p = new_plan();
		from = at(pairs[i][0]);
		to = at(pairs[i][1]);
		assert_int_equal(plan_rename(p, &from, &to), 0);
		there_and_back(p);
	}
}

/* Names that change places over a third one. */
static void test_rename_round(void **state)
{
	struct plan *p;
	struct plan_at a, b, third;
	uint64_t id;
	char *before;

	(void)state;
	build(zoo);
	before = snapshot("work");
	p = new_plan();
	a = at("work/a");
	b = at("work/b");
	third = at("work/third");
	assert_int_equal(plan_rename(p, &a, &third), 0);
	assert_int_equal(plan_rename(p, &b, &a), 0);
	id = run(p);
	p = new_plan();
	assert_int_equal(plan_rename(p, &third, &b), 0);
	undo(run(p));
	undo(id);
	same_as(before);
	free(before);
}

/* A directory and what is in it, in whichever order they were added. */
static void test_rename_in_renamed(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct plan_at from[3], to[3];
		struct plan *p;

		build(zoo);
		p = new_plan();
		from[0] = at("work/dir");
		to[0] = at("work/DIR");
		from[1] = at("work/dir/inner");
		to[1] = at("work/dir/INNER");
		from[2] = at("work/dir/inner/x");
		to[2] = at("work/dir/inner/X");
		for (int i = 0; i < 3; i++) {
			int n = order ? 2 - i : i;

			assert_int_equal(plan_rename(p, &from[n], &to[n]), 0);
		}
		there_and_back(p);
	}
}

static void test_make(void **state)
{
	static const char *const names[] = {"new",    "new/",          "p/q/r/", "p/q/file",
					    "dir/z/", "dir/inner/z/w", "x//y//"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct plan_at where;
		struct plan *p;

		build(zoo);
		p = new_plan();
		where = here("work", names[i]);
		assert_int_equal(plan_make(p, &where, UINT32_MAX, true), 0);
		there_and_back(p);
	}
}

static void test_make_many(void **state)
{
	struct plan_at at1, at2, at3, at4;
	struct plan *p;

	(void)state;
	build(zoo);
	p = new_plan();
	at1 = here("work", "p/q/");
	at2 = here("work", "p/r/file");
	at3 = here("work", "p/");
	at4 = here("work", "p/r/s/");
	assert_int_equal(plan_make(p, &at1, 0750, false), 0);
	assert_int_equal(plan_make(p, &at2, 0600, false), 0);
	assert_int_equal(plan_make(p, &at3, UINT32_MAX, false), 0);
	assert_int_equal(plan_make(p, &at4, UINT32_MAX, false), 0);
	assert_int_equal(plan_check(p), 0);
	assert_int_equal(plan_nsteps(p), 5);
	there_and_back(p);
}

static void test_links(void **state)
{
	struct plan_at where, file;
	struct plan *p;

	(void)state;
	build(zoo);
	p = new_plan();
	where = at("work/new");
	assert_int_equal(plan_symlink(p, &where, "../some/where"), 0);
	there_and_back(p);

	build(zoo);
	p = new_plan();
	file = at("work/b");
	where = at("work/dir/b2");
	assert_int_equal(plan_link(p, &file, &where), 0);
	there_and_back(p);
}

static void test_rmdir(void **state)
{
	struct plan_at where;
	struct plan *p;

	(void)state;
	build(zoo);
	p = new_plan();
	where = at("work/empty");
	assert_int_equal(plan_rmdir(p, &where, false), 0);
	there_and_back(p);

	build("work/top/a/b/c/\nwork/top/a/d/ :0711\nwork/top/e/f/\n");
	p = new_plan();
	where = at("work/top");
	assert_int_equal(plan_rmdir(p, &where, true), 0);
	assert_int_equal(plan_nsteps(p), 7);
	there_and_back(p);
}

/* What stays keeps what it is in. */
static void test_rmdir_below(void **state)
{
	struct plan_at where;
	struct plan *p;

	(void)state;
	build("work/top/a/b/c/\nwork/top/a/d/file\nwork/top/e/f/\nwork/top/link -> a\n");
	p = new_plan();
	where = at("work/top");
	assert_int_equal(plan_rmdir(p, &where, true), 0);
	assert_int_equal(plan_check(p), 0);
	no_problems(p);
	assert_int_equal(plan_nsteps(p), 4);
	there_and_back(p);
	assert_true(exists("work/top/a/d/file") && exists("work/top/link"));
}

static void test_attributes(void **state)
{
	const struct plan_mode mode = {.keep = 0777, .set = 022, .set_x = 0111};
	const struct plan_times times = {
		.set_mtime = true, .mtime = 1234567890, .mtime_nsec = 123456789};
	static const char *const names[] = {"work/a", "work/dir", "work/pipe"};
	struct plan *p;

	(void)state;
	build(zoo);
	p = new_plan();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct plan_at one = at(names[i]);

		assert_int_equal(plan_mode(p, &one, &mode), 0);
	}
	assert_int_equal(plan_nsteps(p), 3);
	there_and_back(p);

	build(zoo);
	p = new_plan();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct plan_at one = at(names[i]);

		assert_int_equal(plan_times(p, &one, &times), 0);
	}
	there_and_back(p);
}

static void test_owner(void **state)
{
	static const char *const names[] = {"work/b", "work/dir", "work/link"};
	struct plan *p;

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP owners: only root may give things away\n");
		skip();
	}
	build(zoo);
	p = new_plan();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct plan_at one = at(names[i]);

		assert_int_equal(plan_owner(p, &one, 12345, UINT32_MAX), 0);
	}
	there_and_back(p);
}

/* A program that lends its owner's rights gets them back, if nobody else could have changed it. */
static void test_owner_of_setuid(void **state)
{
	struct plan_at one;
	struct plan *p;

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIP owners: only root may give things away\n");
		skip();
	}
	build("work/program \"x\" :04755\n");
	p = new_plan();
	one = at("work/program");
	assert_int_equal(plan_owner(p, &one, UINT32_MAX, 12345), 0);
	there_and_back(p);
	assert_int_equal(mode_of("work/program"), 04755);
}

/* ---- out of the trash ---- */

static struct trash_dir trash;

static void open_trash(void)
{
	const struct trash_env tenv = {.home = env.home};
	const char *why;

	trash_dir_init(&trash);
	assert_int_equal(trash_dir_home(&tenv, false, &trash, &why), 0);
}

static void trash_one(const char *rel)
{
	struct plan *p = new_plan();
	struct plan_at one = at(rel);

	assert_int_equal(plan_trash(p, &one), 0);
	run(p);
}

static void test_restore(void **state)
{
	struct plan_trashed x = {.trash = &trash, .name = "x"};
	struct plan_at to;
	struct plan *p;

	(void)state;
	build(zoo);
	trash_one("work/dir/inner/x");
	open_trash();
	p = new_plan();
	assert_int_equal(plan_restore(p, &x, NULL), 0);
	there_and_back(p);
	trash_dir_done(&trash);

	build(zoo);
	trash_one("work/dir/inner/x");
	open_trash();
	p = new_plan();
	to = at("work/empty/elsewhere");
	assert_int_equal(plan_restore(p, &x, &to), 0);
	there_and_back(p);
	trash_dir_done(&trash);
}

/* Directories that are gone are made again, for us alone, once for all that go there. */
static void test_restore_parents(void **state)
{
	struct plan_trashed x = {.trash = &trash, .name = "x"};
	struct plan_trashed y = {.trash = &trash, .name = "y"};
	struct plan *p;

	(void)state;
	build(zoo);
	trash_one("work/dir/inner/x");
	trash_one("work/dir/y");
	tree_remove(tree, "work/dir");
	open_trash();
	p = new_plan();
	assert_int_equal(plan_restore(p, &x, NULL), 0);
	assert_int_equal(plan_restore(p, &y, NULL), 0);
	assert_int_equal(plan_nsteps(p), 4);
	assert_string_equal(plan_label(p), "restore 2 items");
	there_and_back(p);
	trash_dir_done(&trash);
}

/* The directory it was in is in the trash too. */
static void test_restore_into_restored(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct plan_trashed what[] = {{.trash = &trash, .name = "x"},
					      {.trash = &trash, .name = "dir"}};
		struct plan *p;

		build(zoo);
		trash_one("work/dir/inner/x");
		trash_one("work/dir");
		open_trash();
		p = new_plan();
		assert_int_equal(plan_restore(p, &what[order], NULL), 0);
		assert_int_equal(plan_restore(p, &what[!order], NULL), 0);
		there_and_back(p);
		trash_dir_done(&trash);
	}
}

/* ---- several actions ---- */

/* Made, filled, all taken back, all done again: the directory is another one then. */
static void test_again_in_a_new_directory(void **state)
{
	struct plan_at where;
	struct plan_mode mode = {.keep = 0, .set = 0700};
	uint64_t ids[3];
	struct plan *p;
	char *before, *after;

	(void)state;
	build(zoo);
	before = snapshot("work");
	p = new_plan();
	where = here("work", "p/q/");
	assert_int_equal(plan_make(p, &where, UINT32_MAX, true), 0);
	ids[0] = run(p);
	p = new_plan();
	where = here("work/p/q", "file");
	assert_int_equal(plan_make(p, &where, UINT32_MAX, true), 0);
	ids[1] = run(p);
	p = new_plan();
	where = at("work/p/q");
	assert_int_equal(plan_mode(p, &where, &mode), 0);
	ids[2] = run(p);
	after = snapshot("work");
	for (int round = 0; round < 3; round++) {
		for (int i = 2; i >= 0; i--)
			ids[i] = undo(ids[i]);
		same_as(before);
		for (int i = 0; i < 3; i++)
			ids[i] = undo(ids[i]);
		if (round == 0) { /* the empty file keeps its time, as it came from the trash */
			char *now = snapshot("work");

			assert_string_equal(now, after);
			free(now);
		}
	}
	free(before);
	free(after);
}

static void test_times_of_new(void **state)
{
	const struct plan_times times = {.set_mtime = true, .mtime = 1000000000};
	struct plan_at where;
	struct stat st;
	struct plan *p;

	(void)state;
	build(zoo);
	p = new_plan();
	where = at("work/new");
	assert_int_equal(plan_make(p, &where, UINT32_MAX, false), 0);
	assert_int_equal(plan_times(p, &where, &times), 0);
	assert_string_equal(plan_label(p), "make new");
	there_and_back(p);
	p = new_plan();
	where = at("work/newer");
	assert_int_equal(plan_make(p, &where, UINT32_MAX, false), 0);
	assert_int_equal(plan_times(p, &where, &times), 0);
	run(p);
	assert_int_equal(stat(tree_path(tree, "work/newer"), &st), 0);
	assert_int_equal(st.st_mtime, 1000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_trash, teardown),
		cmocka_unit_test_teardown(test_rename, teardown),
		cmocka_unit_test_teardown(test_rename_round, teardown),
		cmocka_unit_test_teardown(test_rename_in_renamed, teardown),
		cmocka_unit_test_teardown(test_make, teardown),
		cmocka_unit_test_teardown(test_make_many, teardown),
		cmocka_unit_test_teardown(test_links, teardown),
		cmocka_unit_test_teardown(test_rmdir, teardown),
		cmocka_unit_test_teardown(test_rmdir_below, teardown),
		cmocka_unit_test_teardown(test_attributes, teardown),
		cmocka_unit_test_teardown(test_owner, teardown),
		cmocka_unit_test_teardown(test_owner_of_setuid, teardown),
		cmocka_unit_test_teardown(test_restore, teardown),
		cmocka_unit_test_teardown(test_restore_parents, teardown),
		cmocka_unit_test_teardown(test_restore_into_restored, teardown),
		cmocka_unit_test_teardown(test_again_in_a_new_directory, teardown),
		cmocka_unit_test_teardown(test_times_of_new, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
