/* SPDX-License-Identifier: MIT
 *
 * What a plan says before anything is done: problems, what is left out, words, what it would free.
 */
#include "planning.h"

#include "../../lib/as_user.h"
#include "../../lib/nomem.h"

#include <stdatomic.h>

static struct trash_dir trash;

static void open_trash(void)
{
	const struct trash_env tenv = {.home = env.home};
	const char *why;

	trash_dir_init(&trash);
	assert_int_equal(trash_dir_home(&tenv, true, &trash, &why), 0);
}

static void add_trash(struct plan *p, const char *rel)
{
	struct plan_at one = at(rel);

	assert_int_equal(plan_trash(p, &one), 0);
}

/* ---- things are what they were ---- */

static void test_not_there(void **state)
{
	struct plan *p;

	(void)state;
	build("work/a\n");
	p = new_plan();
	add_trash(p, "work/missing");
	one_problem(p, -ENOENT, "work/missing", NULL);
	assert_int_equal(plan_nsteps(p), 0);
	plan_free(p);
	p = new_plan();
	add_trash(p, "nowhere/missing");
	one_problem(p, -ENOENT, "nowhere/missing", NULL);
	plan_free(p);
}

static void test_another_thing(void **state)
{
	struct identity other;
	struct plan_at one;
	struct plan *p;

	(void)state;
	build("work/a\nwork/b\n");
	other = identity("work/b");
	p = new_plan();
	one = at("work/a");
	one.expect = &other;
	assert_int_equal(plan_trash(p, &one), 0);
	one_problem(p, -ESTALE, "work/a", "something else has that name now");
	plan_free(p);
}

/* What is exchanged after it was added is not what is done. */
static void test_exchanged_later(void **state)
{
	struct plan_run how = {0};
	struct plan_result r;
	struct plan *p;

	(void)state;
	build("work/a \"1\"\nwork/b \"2\"\n");
	p = new_plan();
	add_trash(p, "work/a");
	assert_int_equal(plan_check(p), 0);
	no_problems(p);
	tree_move(tree, "work/a", "work/c");
	tree_move(tree, "work/b", "work/a");
	assert_int_equal(plan_run(p, journal, &how, &r), 0);
	assert_int_equal(r.done, 0);
	assert_int_equal(r.failed, 1);
	assert_true(exists("work/a") && exists("work/c"));
	plan_free(p);
}

static void test_names(void **state)
{
	static const char *const bad[] = {"", ".", "..", "a/b", "/"};

	(void)state;
	build("work/a\nwork/a2/b\n");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct plan_at from = here("work", "a"), to = here("work", bad[i]);
		struct plan *p = new_plan();

		assert_int_equal(plan_rename(p, &from, &to), 0);
		assert_int_equal(plan_symlink(p, &to, "x"), 0);
		assert_int_equal(plan_trash(p, &to), 0);
		assert_int_equal(plan_link(p, &from, &to), 0);
		assert_int_equal(plan_nproblems(p), 4);
		for (uint32_t n = 0; n < 4; n++)
			assert_int_equal(plan_problem(p, n).err, -EINVAL);
		assert_int_equal(plan_nsteps(p), 0);
		plan_free(p);
	}
}

static void test_relative_directory(void **state)
{
	struct plan_at one = {.dirfd = -1, .dir = "work", .name = "a"};
	struct plan *p;

	(void)state;
	build("work/a\n");
	p = new_plan();
	assert_int_equal(plan_trash(p, &one), 0);
	assert_int_equal(plan_make(p, &one, UINT32_MAX, true), 0);
	assert_int_equal(plan_nproblems(p), 2);
	plan_free(p);
}

static void test_links_have_no_mode(void **state)
{
	const struct plan_mode mode = {.set = 0600};
	struct plan_at one;
	struct plan *p;

	(void)state;
	build("work/a\nwork/link -> a\n");
	p = new_plan();
	one = at("work/link");
	assert_int_equal(plan_mode(p, &one, &mode), 0);
	one_problem(p, -EOPNOTSUPP, "work/link", "a link has no mode of its own");
	plan_free(p);
}

/* ---- no step for what is so already ---- */

static void test_nothing_to_do(void **state)
{
	const struct plan_mode mode = {.set = 0640};
	const struct plan_times times = {.set_mtime = true, .mtime = 1000000000};
	struct plan_at one;
	struct plan *p;

	(void)state;
	build("work/a :0640 @1000000000\nwork/dir/\n");
	p = new_plan();
	one = at("work/a");
	assert_int_equal(plan_mode(p, &one, &mode), 0);
	assert_int_equal(plan_times(p, &one, &times), 0);
	assert_int_equal(plan_owner(p, &one, geteuid(), UINT32_MAX), 0);
	assert_int_equal(plan_rename(p, &one, &one), 0);
	one = here("work", "dir/");
	assert_int_equal(plan_make(p, &one, UINT32_MAX, false), 0);
	assert_int_equal(plan_check(p), 0);
	no_problems(p);
	assert_int_equal(plan_nsteps(p), 0);
	plan_free(p);
}

/* "X" is for directories, and for what can be run by somebody already. */
static void test_mode_x(void **state)
{
	const struct plan_mode mode = {.keep = 07777, .set_x = 0110};
	struct plan_at a, b, dir;
	struct plan *p;

	(void)state;
	build("work/a :0600\nwork/b :0601\nwork/dir/ :0700\n");
	p = new_plan();
	a = at("work/a");
	b = at("work/b");
	dir = at("work/dir");
	assert_int_equal(plan_mode(p, &a, &mode), 0);
	assert_int_equal(plan_mode(p, &b, &mode), 0);
	assert_int_equal(plan_mode(p, &dir, &mode), 0);
	assert_int_equal(plan_nsteps(p), 2);
	assert_int_equal(plan_step(p, 0)->now.mode, 0711);
	assert_int_equal(plan_step(p, 1)->now.mode, 0710);
	plan_free(p);
}

/* ---- things of one plan among each other ---- */

static void test_within(void **state)
{
	struct plan *p;

	(void)state;
	build("work/a/b/c/d\nwork/a2\nwork/x/y\nwork/link -> a\n");
	p = new_plan();
	add_trash(p, "work/a/b/c/d");
	add_trash(p, "work/a/b");
	add_trash(p, "work/a");
	add_trash(p, "work/a2");
	add_trash(p, "work/link/b/c"); /* the same through a link */
	add_trash(p, "work/x/y");
	assert_int_equal(plan_check(p), 0);
	no_problems(p);
	assert_int_equal(plan_nsteps(p), 3);
	assert_int_equal(plan_nwithin(p), 3);
	assert_string_equal(plan_step(p, 0)->from.name, "a");
	assert_string_equal(plan_step(p, 1)->from.name, "a2");
	assert_string_equal(plan_step(p, 2)->from.name, "y");
	run(p);
	assert_false(exists("work/a"));
}

static void test_twice(void **state)
{
	const struct plan_mode mode = {.set = 0600}, other = {.set = 0400};
	struct plan_at a, b, hard;
	struct plan *p;

	(void)state;
	build("work/a\nwork/hard => work/a\nwork/link -> .\n");
	p = new_plan();
	add_trash(p, "work/a");
	add_trash(p, "work/a");
	add_trash(p, "work/link/a");
	add_trash(p, "work/hard"); /* another name is another thing to trash */
	assert_int_equal(plan_check(p), 0);
	no_problems(p);
	assert_int_equal(plan_nsteps(p), 2);
	assert_int_equal(plan_nwithin(p), 2);
	plan_free(p);

	p = new_plan();
	a = at("work/a");
	b = at("work/b");
	hard = at("work/hard");
	assert_int_equal(plan_mode(p, &a, &mode), 0);
	assert_int_equal(plan_mode(p, &hard, &mode), 0); /* the same file */
	assert_int_equal(plan_check(p), 0);
	no_problems(p);
	assert_int_equal(plan_nsteps(p), 1);
	assert_int_equal(plan_mode(p, &hard, &other), 0);
	one_problem(p, -EINVAL, "work/hard", "it is named twice, for different changes");
	plan_free(p);

	p = new_plan();
	assert_int_equal(plan_rename(p, &a, &b), 0);
	add_trash(p, "work/a");
	one_problem(p, -EINVAL, "work/a", "it is named twice, for different changes");
	plan_free(p);
}

static void test_two_to_one_name(void **state)
{
	struct plan_at a, b, c;
	struct plan *p;

	(void)state;
	build("work/a\nwork/b\n");
	p = new_plan();
	a = at("work/a");
	b = at("work/b");
	c = at("work/c");
	assert_int_equal(plan_rename(p, &a, &c), 0);
	assert_int_equal(plan_rename(p, &b, &c), 0);
	one_problem(p, -EEXIST, "work/c", "another thing of these gets that name");
	assert_int_equal(plan_nsteps(p), 1);
	plan_free(p);
	p = new_plan();
	assert_int_equal(plan_rename(p, &a, &b), 0);
	one_problem(p, -EEXIST, "work/b", NULL);
	plan_free(p);
}

/* ---- making ---- */

static void test_make_problems(void **state)
{
	static const struct {
		const char *name;
		bool fresh;
		int err;
	} rows[] = {
		{"file", false, -EEXIST},       {"file/", false, -EEXIST},
		{"dir/", true, -EEXIST},        {"dir", false, -EEXIST},
		{"file/x", false, -ENOTDIR},    {"link/x", false, -ELOOP},
		{"dangling/x/", false, -ELOOP}, {"link/", false, -EEXIST},
		{"../x", false, -EINVAL},       {"a/../b", false, -EINVAL},
		{"./a", false, -EINVAL},        {"", false, -EINVAL},
		{"/abs", false, -EINVAL},       {"new/..", false, -EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct plan_at where;
		struct plan *p;

		build("work/file\nwork/dir/\nwork/link -> dir\nwork/dangling -> nowhere\n");
		p = new_plan();
		where = here("work", rows[i].name);
		assert_int_equal(plan_make(p, &where, UINT32_MAX, rows[i].fresh), 0);
		one_problem(p, rows[i].err, NULL, NULL);
		assert_int_equal(plan_nsteps(p), 0);
		plan_free(p);
	}
}

/* The chosen directory itself may be reached through a link: that is the person's own path. */
static void test_make_through_own_link(void **state)
{
	struct plan_at where;
	struct plan *p;

	(void)state;
	build("work/dir/\nwork/link -> dir\n");
	p = new_plan();
	where = here("work/link", "a/b");
	assert_int_equal(plan_make(p, &where, UINT32_MAX, true), 0);
	run(p);
	assert_true(exists("work/dir/a/b"));
}

/* What a directory that cannot be made was to hold is not tried. */
static void test_lost_directory(void **state)
{
	struct plan_at where;
	struct plan_run how = {.over = NULL};
	struct plan_result r;
	struct plan *p;

	(void)state;
	build("work/dir/\n");
	p = new_plan();
	where = here("work", "dir/a/b/c");
	assert_int_equal(plan_make(p, &where, UINT32_MAX, true), 0);
	assert_int_equal(plan_nsteps(p), 3);
	tree_add(tree, "work/dir/a \"in the way\"\n");
	assert_int_equal(plan_check(p), 0);
	assert_int_equal(plan_nsteps(p), 0);
	assert_int_equal(plan_nproblems(p), 3);
	assert_int_equal(plan_problem(p, 0).err, -EEXIST);
	assert_string_equal(plan_problem(p, 1).why, "the directory it was to be in cannot be made");
	plan_free(p);

	/* The same in the middle of it. */
	tree_remove(tree, "work/dir/a");
	p = new_plan();
	assert_int_equal(plan_make(p, &where, UINT32_MAX, true), 0);
	assert_int_equal(plan_check(p), 0);
	no_problems(p);
	tree_add(tree, "work/dir/a \"in the way\"\n");
	assert_int_equal(plan_run(p, journal, &how, &r), 0);
	assert_int_equal(r.done, 0);
	assert_int_equal(r.failed, 3);
	plan_free(p);
}

static void test_modes_of_made(void **state)
{
	struct plan_at where;
	struct plan *p;

	(void)state;
	build("");
	p = new_plan();
	where = here("work", "a/b/");
	assert_int_equal(plan_make(p, &where, 0700, true), 0);
	where = here("work", "f");
	assert_int_equal(plan_make(p, &where, UINT32_MAX, true), 0);
	where = here("work", "g");
	assert_int_equal(plan_make(p, &where, 0606, true), 0);
	run(p);
	assert_int_equal(mode_of("work/a"), 0755);
	assert_int_equal(mode_of("work/a/b"), 0700);
	assert_int_equal(mode_of("work/f"), 0644);
	assert_int_equal(mode_of("work/g"), 0606);
}

/* ---- guards ---- */

static void test_guarded(void **state)
{
	static const char *const names[] = {"home", STATE, "home/.local",
					    "home/.local/share/Trash"};

	(void)state;
	build("work/a\n");
	open_trash();
	trash_dir_done(&trash);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct plan *p = new_plan();
		struct plan_at one = at(names[i]);

		assert_int_equal(plan_trash(p, &one), 0);
		assert_int_equal(plan_delete(p, &one), 0);
		assert_int_equal(plan_check(p), 0);
		assert_int_equal(plan_nsteps(p), 0);
		assert_int_equal(plan_nproblems(p), 2);
		assert_int_equal(plan_problem(p, 0).err, -EPERM);
		assert_non_null(plan_problem(p, 0).why);
		plan_free(p);
	}
}

/* ---- the trash ---- */

static void restore_from(const char *info, int err, const char *why)
{
	struct plan_trashed x = {.trash = &trash, .name = "x"};
	struct str line = STR_INIT;
	struct plan *p;

	build("work/dir/\nwork/link -> dir\n" TRASH "files/x \"x\"\n" TRASH "info/\n");
	str_addf(&line, TRASH "info/x.trashinfo \"%s\"\n", info);
	tree_add(tree, line.buf);
	open_trash();
	p = new_plan();
	assert_int_equal(plan_restore(p, &x, NULL), 0);
	one_problem(p, err, TRASH "files/x", why);
	assert_int_equal(plan_nsteps(p), 0);
	plan_free(p);
	trash_dir_done(&trash);
	str_done(&line);
}

static void test_untrusted_origin(void **state)
{
	struct str info = STR_INIT;

	(void)state;
	restore_from("nonsense", -EINVAL, "its information is no trash information");
	restore_from("[Trash Info]\\nPath=../../etc/x\\n", -EINVAL, NULL);
	restore_from("[Trash Info]\\nPath=/a%00b\\n", -EINVAL, NULL);
	restore_from("[Trash Info]\\n", -EINVAL, NULL);
	str_addf(&info, "[Trash Info]\\nPath=%s/x\\n", "/proc/self/cwd");
	restore_from(info.buf, -ELOOP, "there is a link on the way");
	str_done(&info);
}

static void test_link_on_the_way_back(void **state)
{
	struct plan_trashed x = {.trash = &trash, .name = "x"};
	struct str text = STR_INIT;

	(void)state;
	for (int follow = 0; follow < 2; follow++) {
		struct plan *p;

		build("work/dir/\nwork/link -> dir\n" TRASH "files/x \"x\"\n" TRASH "info/\n");
		str_clear(&text);
		str_addf(&text, TRASH "info/x.trashinfo \"[Trash Info]\\nPath=%s\\n\"\n",
			 tree_path(tree, "work/link/sub/x"));
		tree_add(tree, text.buf);
		open_trash();
		env.flags = follow ? ACT_FOLLOW : 0;
		p = new_plan();
		assert_int_equal(plan_restore(p, &x, NULL), 0);
		if (follow) {
			run(p);
			assert_true(exists("work/dir/sub/x"));
			assert_int_equal(mode_of("work/dir/sub"), 0700);
		} else {
			one_problem(p, -ELOOP, TRASH "files/x", "there is a link on the way");
			plan_free(p);
		}
		trash_dir_done(&trash);
	}
	str_done(&text);
}

static void test_erase(void **state)
{
	struct plan_trashed x = {.trash = &trash, .name = "x"};
	struct plan *p;
	uint64_t id;

	(void)state;
	build("work/x/y/z \"1\"\n");
	p = new_plan();
	add_trash(p, "work/x");
	run(p);
	open_trash();
	p = new_plan();
	assert_int_equal(plan_erase(p, &x), 0);
	assert_string_equal(plan_label(p), "erase x");
	id = run(p);
	assert_false(exists(TRASH "files/x"));
	assert_false(exists(TRASH "info/x.trashinfo"));
	trash_dir_done(&trash);
	p = new_plan();
	assert_int_equal(plan_undo(p, journal, id), -ENOTSUP);
	plan_free(p);
}

/* ---- words, numbers ---- */

static void label_is(struct plan *p, const char *want)
{
	assert_string_equal(plan_label(p), want);
	plan_free(p);
}

static void test_labels(void **state)
{
	struct plan_at a, b, in_dir, made;
	struct plan *p;

	(void)state;
	build("work/a\nwork/b\nwork/dir/\n");
	a = at("work/a");
	b = at("work/b2");
	in_dir = at("work/dir/a");
	p = new_plan();
	add_trash(p, "work/a");
	label_is(p, "trash a");
	p = new_plan();
	assert_int_equal(plan_rename(p, &a, &b), 0);
	label_is(p, "rename a to b2");
	p = new_plan();
	assert_int_equal(plan_link(p, &a, &in_dir), 0);
	assert_string_equal(plan_label(p) + strlen("make hard link a as "),
			    tree_path(tree, "work/dir/a"));
	plan_free(p);
	p = new_plan();
	made = here("work", "p/q/");
	assert_int_equal(plan_make(p, &made, UINT32_MAX, true), 0);
	assert_string_equal(plan_label(p), "make directory p/q");
	made = here("work", "p/r/");
	assert_int_equal(plan_make(p, &made, UINT32_MAX, true), 0);
	assert_string_equal(plan_label(p), "make 2 directories");
	add_trash(p, "work/a");
	label_is(p, "change 3 items");
	p = new_plan();
	made = here("work", "dir/p/q/r");
	assert_int_equal(plan_make(p, &made, UINT32_MAX, true), 0);
	label_is(p, "make p/q/r");
	p = new_plan();
	made = here("work", "dir/new/");
	assert_int_equal(plan_make(p, &made, UINT32_MAX, true), 0);
	label_is(p, "make directory new");
	p = new_plan();
	b = at("work/b");
	assert_int_equal(plan_owner(p, &a, UINT32_MAX, 12345), 0);
	assert_string_equal(plan_label(p), "change group of a");
	assert_int_equal(plan_owner(p, &b, UINT32_MAX, 12345), 0);
	assert_string_equal(plan_label(p), "change group of 2 items");
	in_dir = at("work/dir");
	assert_int_equal(plan_owner(p, &in_dir, 12345, 12345), 0);
	label_is(p, "change owner of 3 items");
	p = new_plan();
	assert_int_equal(plan_owner(p, &a, 12345, UINT32_MAX), 0);
	label_is(p, "change owner of a");
}

static void test_measure(void **state)
{
	struct plan_counts n;
	struct plan *p;

	(void)state;
	build("work/a/x 8192\nwork/a/y => work/a/x\nwork/b 4096\n");
	p = new_plan();
	add_trash(p, "work/a");
	add_trash(p, "work/b");
	add_trash(p, "work/a/x");
	assert_int_equal(plan_check(p), 0);
	assert_int_equal(plan_measure(p, NULL, NULL, &n), 0);
	assert_int_equal(n.files, 3);
	assert_int_equal(n.dirs, 1);
	assert_int_equal(n.apparent, 12288);
	plan_free(p);
}

/* What may not be removed stays when it is deleted; into the trash its directory goes as it is. */
static void measure_both(void *ctx)
{
	struct plan_at one = at("work/d");

	(void)ctx;
	for (int trashes = 0; trashes < 2; trashes++) {
		struct plan *p = new_plan();
		struct plan_counts n;

		assert_int_equal(trashes ? plan_trash(p, &one) : plan_delete(p, &one), 0);
		assert_int_equal(plan_measure(p, NULL, NULL, &n), 0);
		assert_int_equal(n.files, trashes ? 2 : 1);
		assert_int_equal(n.kept, trashes ? 0 : 1);
		plan_free(p);
	}
}

static void test_measure_without_rights(void **state)
{
	(void)state;
	build("work/d/fixed/x 100\nwork/d/fixed/ :0555\nwork/d/y 100\nwork/d/ :0777\n");
	assert_int_equal(chmod(tree->path, 0755), 0);
	as_user(measure_both, NULL);
}

static void test_cancelled(void **state)
{
	struct plan_counts n;
	struct plan_at one;
	struct plan *p;

	(void)state;
	build("work/a\nwork/b\n");
	cancel = false;
	env.cancel = &cancel;
	p = new_plan();
	add_trash(p, "work/a");
	one = at("work/b");
	cancel = true;
	assert_int_equal(plan_trash(p, &one), -ECANCELED);
	assert_int_equal(plan_make(p, &one, 0, true), -ECANCELED);
	assert_int_equal(plan_check(p), -ECANCELED);
	assert_int_equal(plan_measure(p, NULL, NULL, &n), -ECANCELED);
	plan_free(p);
}

/* ---- what fails ---- */

static const char *work;

/* Without memory of the test's own. */
static struct plan_at in_work(const char *name)
{
	return (struct plan_at){.dirfd = -1, .dir = work, .name = name};
}

static int all_of_it(void)
{
	const struct plan_mode mode = {.set = 0600};
	struct plan_at a, b, made, top;
	struct plan *p = NULL;
	int rc = plan_new(&env, &p);

	a = in_work("a");
	b = in_work("b2");
	made = in_work("p/q/r");
	top = in_work("top");
	if (rc == 0)
		rc = plan_trash(p, &a);
	if (rc == 0)
		rc = plan_make(p, &made, UINT32_MAX, true);
	if (rc == 0)
		rc = plan_rmdir(p, &top, true);
	if (rc == 0)
		rc = plan_symlink(p, &b, "target");
	a = in_work("c");
	if (rc == 0)
		rc = plan_mode(p, &a, &mode);
	if (rc == 0)
		rc = plan_check(p);
	if (rc == 0)
		rc = *plan_label(p) ? 0 : -ENOMEM;
	plan_free(p);
	return rc;
}

static void test_nomem(void **state)
{
	unsigned long n;

	(void)state;
	build("work/a\nwork/c :0644\nwork/top/x/y/\nwork/top/z/\n");
	work = tree_path(tree, "work");
	for (n = 1; n < 100000; n++) {
		int rc, fds = fault_open_fds();

		nomem_arm(n);
		rc = all_of_it();
		if (!nomem_disarm())
			break;
		assert_true(rc == 0 || rc == -ENOMEM);
		assert_int_equal(fault_open_fds(), fds);
	}
	assert_int_equal(all_of_it(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_not_there, teardown),
		cmocka_unit_test_teardown(test_another_thing, teardown),
		cmocka_unit_test_teardown(test_exchanged_later, teardown),
		cmocka_unit_test_teardown(test_names, teardown),
		cmocka_unit_test_teardown(test_relative_directory, teardown),
		cmocka_unit_test_teardown(test_links_have_no_mode, teardown),
		cmocka_unit_test_teardown(test_nothing_to_do, teardown),
		cmocka_unit_test_teardown(test_mode_x, teardown),
		cmocka_unit_test_teardown(test_within, teardown),
		cmocka_unit_test_teardown(test_twice, teardown),
		cmocka_unit_test_teardown(test_two_to_one_name, teardown),
		cmocka_unit_test_teardown(test_make_problems, teardown),
		cmocka_unit_test_teardown(test_make_through_own_link, teardown),
		cmocka_unit_test_teardown(test_lost_directory, teardown),
		cmocka_unit_test_teardown(test_modes_of_made, teardown),
		cmocka_unit_test_teardown(test_guarded, teardown),
		cmocka_unit_test_teardown(test_untrusted_origin, teardown),
		cmocka_unit_test_teardown(test_link_on_the_way_back, teardown),
		cmocka_unit_test_teardown(test_erase, teardown),
		cmocka_unit_test_teardown(test_labels, teardown),
		cmocka_unit_test_teardown(test_measure, teardown),
		cmocka_unit_test_teardown(test_measure_without_rights, teardown),
		cmocka_unit_test_teardown(test_cancelled, teardown),
		cmocka_unit_test_teardown(test_nomem, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
