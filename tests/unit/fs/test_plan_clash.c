/* SPDX-License-Identifier: MIT
 *
 * What comes back out of the trash where something has its name: another name, its place, or none;
 * and each taken back.
 */
#include "planning.h"

#include "../../lib/nomem.h"

static struct trash_dir trash;

static void open_trash(void)
{
	const struct trash_env at = {.home = tree_path(tree, "home")};
	const char *why;

	trash_dir_init(&trash);
	assert_int_equal(trash_dir_home(&at, false, &trash, &why), 0);
}

static int end(void **state)
{
	trash_dir_done(&trash);
	trash_dir_init(&trash);
	return teardown(state);
}

static void trash_one(const char *rel)
{
	struct plan *p = new_plan();
	struct plan_at one = at(rel);

	assert_int_equal(plan_trash(p, &one), 0);
	run(p);
}

/* In the trash: the old one, "x"; where it was: another one. */
static void build_clash(void)
{
	build("work/d/x.txt \"old\" :0640 @1000000000\n");
	trash_one("work/d/x.txt");
	tree_add(tree, "work/d/x.txt \"new\" :0600 @1000000001\n");
	open_trash();
}

static struct plan *plan_back(enum plan_clash clash, const char *const *names)
{
	struct plan *p = new_plan();

	plan_on_clash(p, clash);
	for (; *names; names++) {
		struct plan_trashed what = {.trash = &trash, .name = *names};

		assert_int_equal(plan_restore(p, &what, NULL), 0);
	}
	assert_int_equal(plan_check(p), 0);
	return p;
}

/* What is in the trash is not put there once more, under whatever path. */
static void test_trash_of_trash(void **state)
{
	struct plan_at in;
	struct plan *p;

	(void)state;
	build("work/a\nwork/Trash/files/mine\n");
	trash_one("work/a");
	p = new_plan();
	in = at(TRASH "files/a");
	assert_int_equal(plan_trash(p, &in), 0);
	one_problem(p, -EINVAL, TRASH "files/a",
		    "it is in the trash already: it can be restored or erased");
	plan_free(p);
	/* What is only called so is something else. */
	trash_one("work/Trash/files/mine");
	assert_false(exists("work/Trash/files/mine"));
}

static const char *const one[] = {"x.txt", NULL};

static void holds(const char *rel, const char *want)
{
	char text[64] = "";
	int fd = open(tree_path(tree, rel), O_RDONLY | O_NOFOLLOW);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, want);
}

static void there_and_back(struct plan *p)
{
	char *before = snapshot("work"), *after;
	uint64_t back;

	back = undo(run(p));
	same_as(before);
	for (int i = 0; i < 2; i++) {
		uint64_t again = undo(back);

		after = snapshot("work");
		assert_string_not_equal(before, after);
		free(after);
		back = undo(again);
		same_as(before);
	}
	free(before);
}

static void test_refused(void **state)
{
	struct plan *p;

	(void)state;
	build_clash();
	p = plan_back(PLAN_CLASH_REFUSE, one);
	one_problem(p, -EEXIST, "work/d/x.txt", NULL);
	assert_true(plan_problem(p, 0).clash);
	assert_int_equal(plan_nsteps(p), 0);
	assert_int_equal(plan_nskipped(p), 0);
	plan_free(p);
}

static void test_skipped(void **state)
{
	static const char *const both[] = {"x.txt", "y", NULL};
	struct plan *p;

	(void)state;
	build("work/d/x.txt \"old\"\nwork/d/y \"y\"\n");
	trash_one("work/d/x.txt");
	trash_one("work/d/y");
	tree_add(tree, "work/d/x.txt \"new\"\n");
	open_trash();
	p = plan_back(PLAN_CLASH_SKIP, both);
	no_problems(p);
	assert_int_equal(plan_nsteps(p), 1);
	assert_int_equal(plan_nskipped(p), 1);
	assert_string_equal(plan_skipped(p, 0), tree_path(tree, "work/d/x.txt"));
	there_and_back(p);
	holds("work/d/x.txt", "new");
}

static void test_both(void **state)
{
	struct plan *p;

	(void)state;
	build_clash();
	tree_add(tree, "work/d/x.2.txt -> nowhere\n");
	p = plan_back(PLAN_CLASH_BOTH, one);
	no_problems(p);
	assert_int_equal(plan_nsteps(p), 1);
	assert_int_equal(plan_reason(p, 0), PLAN_RENAMED);
	assert_string_equal(plan_label(p), "restore x.3.txt");
	run(p);
	holds("work/d/x.3.txt", "old");
	holds("work/d/x.txt", "new");

	trash_dir_done(&trash);
	build_clash();
	there_and_back(plan_back(PLAN_CLASH_BOTH, one));
	holds("work/d/x.txt", "new");
	/* It is in the trash as what it was, although it comes from another name. */
	p = plan_back(PLAN_CLASH_REFUSE, (const char *const[]){"x.2.txt", NULL});
	one_problem(p, -EEXIST, "work/d/x.txt", NULL);
	plan_free(p);
}

/* The same of what was put somewhere else. */
static void test_elsewhere(void **state)
{
	struct plan_trashed what = {.trash = &trash, .name = "x.txt"};
	struct plan_at to;
	struct plan *p;

	(void)state;
	build_clash();
	p = new_plan();
	to = at("work/other");
	assert_int_equal(plan_restore(p, &what, &to), 0);
	there_and_back(p);
	p = plan_back(PLAN_CLASH_REFUSE, (const char *const[]){"other", NULL});
	one_problem(p, -EEXIST, "work/d/x.txt", NULL);
	plan_free(p);
}

static void test_replaced(void **state)
{
	struct plan *p;

	(void)state;
	build_clash();
	p = plan_back(PLAN_CLASH_REPLACE, one);
	no_problems(p);
	assert_int_equal(plan_nsteps(p), 2);
	assert_int_equal(plan_reason(p, 0), PLAN_MAKES_ROOM);
	assert_int_equal(plan_reason(p, 1), PLAN_ASKED);
	assert_string_equal(plan_label(p), "restore x.txt");
	run(p);
	holds("work/d/x.txt", "old");
	holds(TRASH "files/x.2.txt", "new");

	trash_dir_done(&trash);
	build_clash();
	there_and_back(plan_back(PLAN_CLASH_REPLACE, one));
	holds("work/d/x.txt", "new");
}

/* A full directory is replaced as a whole, by a file, and the other way round. */
static void test_replaced_kinds(void **state)
{
	static const char *const d[] = {"d", NULL};

	(void)state;
	build("work/d \"file\"\n");
	trash_one("work/d");
	tree_add(tree, "work/d/in/deep \"deep\"\n");
	open_trash();
	there_and_back(plan_back(PLAN_CLASH_REPLACE, d));
	trash_dir_done(&trash);
	build("work/d/in/deep \"deep\"\n");
	trash_one("work/d");
	tree_add(tree, "work/d -> /\n");
	open_trash();
	there_and_back(plan_back(PLAN_CLASH_REPLACE, d));
}

/* Two of one name come back: one can have it. */
static void test_two_of_one_name(void **state)
{
	static const char *const two[] = {"x.txt", "x.2.txt", NULL};
	static const struct {
		enum plan_clash clash;
		uint32_t steps, problems, skipped;
	} cases[] = {
		{PLAN_CLASH_REFUSE, 1, 1, 0},
		{PLAN_CLASH_SKIP, 1, 0, 1},
		{PLAN_CLASH_BOTH, 2, 0, 0},
		{PLAN_CLASH_REPLACE, 1, 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct plan *p;

		trash_dir_done(&trash);
		build("work/gone/x.txt \"first\"\n");
		trash_one("work/gone/x.txt");
		tree_add(tree, "work/gone/x.txt \"second\"\n");
		trash_one("work/gone/x.txt");
		open_trash();
		p = plan_back(cases[i].clash, two);
		assert_int_equal(plan_nsteps(p), cases[i].steps);
		assert_int_equal(plan_nproblems(p), cases[i].problems);
		assert_int_equal(plan_nskipped(p), cases[i].skipped);
		if (cases[i].problems)
			assert_true(plan_problem(p, 0).clash);
		plan_free(p);
		/* And where their directory is made anew. */
		tree_remove(tree, "work/gone");
		p = plan_back(cases[i].clash, two);
		assert_int_equal(plan_nsteps(p), cases[i].steps + 1);
		assert_int_equal(plan_nskipped(p), cases[i].skipped);
		if (cases[i].problems)
			plan_free(p);
		else
			there_and_back(p);
	}
}

/* What it is bound to is another thing when it comes to it: neither is touched. */
static void test_changed_meanwhile(void **state)
{
	const struct plan_run how = {0};
	struct plan_result r;
	struct plan *p;

	(void)state;
	build_clash();
	p = plan_back(PLAN_CLASH_REPLACE, one);
	assert_int_equal(rename(tree_path(tree, "work/d/x.txt"), tree_path(tree, "work/mine")), 0);
	tree_add(tree, "work/d/x.txt \"third\"\n");
	assert_int_equal(plan_run(p, journal, &how, &r), 0);
	assert_int_equal(r.done, 0);
	assert_int_equal(r.failed, 2);
	plan_free(p);
	holds("work/d/x.txt", "third");
	holds("work/mine", "new");
	holds(TRASH "files/x.txt", "old");
}

static void over(void *ctx, uint32_t i, const struct step *step, enum step_state state, int err,
		 const char *why)
{
	struct str *out = ctx;

	(void)step;
	if (i == 0)
		tree_add(tree, "work/d/x.txt \"third\"\n");
	else
		str_addf(out, "%d %d %s", (int)state, err, why ? why : "");
}

/* Room was made, and then it did not come: that is said, and undo brings back what was there. */
static void test_room_for_nothing(void **state)
{
	struct str words = STR_INIT;
	const struct plan_run how = {.over = over, .ctx = &words};
	struct plan_result r;
	struct plan *p;

	(void)state;
	build_clash();
	p = plan_back(PLAN_CLASH_REPLACE, one);
	assert_int_equal(plan_run(p, journal, &how, &r), 0);
	assert_int_equal(r.done, 1);
	assert_int_equal(r.failed, 1);
	plan_free(p);
	assert_non_null(strstr(words.buf, "is in the trash, and undo brings it back"));
	str_done(&words);
	holds("work/d/x.txt", "third");
	assert_int_equal(unlink(tree_path(tree, "work/d/x.txt")), 0);
	undo(r.id);
	holds("work/d/x.txt", "new");
	holds(TRASH "files/x.txt", "old");
}

/* No room is made for what cannot come, and none where the trash itself is. */
static void test_no_room(void **state)
{
	static const char *const names[] = {"share", NULL};
	struct plan *p;

	(void)state;
	build("home/.local/share/Trash/files/share \"old\"\n");
	tree_add(tree, "home/.local/share/Trash/info/\n");
	{
		char info[512];

		snprintf(info, sizeof(info),
			 TRASH "info/share.trashinfo \"[Trash Info]\\nPath=%s\\n"
			       "DeletionDate=2024-01-01T00:00:00\\n\"\n",
			 tree_path(tree, "home/.local/share"));
		tree_add(tree, info);
	}
	open_trash();
	p = plan_back(PLAN_CLASH_REPLACE, names);
	assert_int_equal(plan_nsteps(p), 0);
	assert_true(plan_nproblems(p) >= 1);
	plan_free(p);
	assert_true(exists(TRASH "files/share"));
}

static int plan_one(enum plan_clash clash)
{
	struct plan_trashed what = {.trash = &trash, .name = "x.txt"};
	struct plan *p = NULL;
	int rc = plan_new(&env, &p);

	if (rc == 0) {
		plan_on_clash(p, clash);
		rc = plan_restore(p, &what, NULL);
	}
	if (rc == 0)
		rc = plan_check(p);
	plan_free(p);
	return rc;
}

static void test_nomem(void **state)
{
	(void)state;
	for (unsigned clash = 0; clash < PLAN_CLASHES; clash++) {
		unsigned long n;

		trash_dir_done(&trash);
		build_clash();
		for (n = 1; n < 100000; n++) {
			int rc, fds = fault_open_fds();

			nomem_arm(n);
			rc = plan_one((enum plan_clash)clash);
			if (!nomem_disarm())
				break;
			assert_true(rc == 0 || rc == -ENOMEM);
			assert_int_equal(fault_open_fds(), fds);
		}
		assert_true(n < 100000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_refused, end),
		cmocka_unit_test_teardown(test_skipped, end),
		cmocka_unit_test_teardown(test_both, end),
		cmocka_unit_test_teardown(test_elsewhere, end),
		cmocka_unit_test_teardown(test_replaced, end),
		cmocka_unit_test_teardown(test_replaced_kinds, end),
		cmocka_unit_test_teardown(test_two_of_one_name, end),
		cmocka_unit_test_teardown(test_changed_meanwhile, end),
		cmocka_unit_test_teardown(test_room_for_nothing, end),
		cmocka_unit_test_teardown(test_no_room, end),
		cmocka_unit_test_teardown(test_trash_of_trash, end),
		cmocka_unit_test_teardown(test_nomem, end),
	};

	trash_dir_init(&trash);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
