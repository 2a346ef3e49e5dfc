/* SPDX-License-Identifier: MIT
 *
 * A home, a place beside it to change things in, a journal; and the whole of that place as text, to
 * compare before and after. For the tests of plans and recovery.
 */
#ifndef TESTS_PLANNING_H
#define TESTS_PLANNING_H

#include "../../lib/test.h"

#include "../../lib/fault.h"
#include "../../lib/memdir.h"
#include "../../lib/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "fs/plan.h"
#include "fs/stat.h"
#include "fs/trash_list.h"

#define TRASH "home/.local/share/Trash/"
#define STATE "home/.local/state/trowel"

static struct tree *tree;
static struct plan_env env;
static struct journal *journal;

/* maybe_cancel(), as plan_run.over, cancels when so many steps are over. */
static UNUSED _Atomic bool cancel; /* for plan_env.cancel */
static UNUSED uint32_t cancel_after;

static UNUSED void maybe_cancel(void *ctx, uint32_t i, const struct step *step,
				enum step_state state, int err, const char *why)
{
	(void)ctx;
	(void)step;
	(void)state;
	(void)err;
	(void)why;
	cancel = i + 1 == cancel_after;
}

static UNUSED void open_journal(void)
{
	const char *why = NULL;
	struct str dir = STR_INIT;

	journal_close(journal);
	journal = NULL;
	assert_int_equal(str_adds(&dir, tree_path(tree, STATE "/journal")), 0);
	assert_int_equal(journal_open(dir.buf, &journal, &why), 0);
	str_done(&dir);
}

static UNUSED void build(const char *text)
{
	journal_close(journal);
	journal = NULL;
	tree_free(tree);
	tree = tree_new("home/\nwork/\n");
	tree_add(tree, text);
	env = (struct plan_env){.home = tree_path(tree, "home"), .state = tree_path(tree, STATE)};
	fault_reset();
	open_journal();
}

static UNUSED int teardown(void **state)
{
	int left;

	(void)state;
	journal_close(journal);
	journal = NULL;
	left = fault_open_fds();
	fault_reset();
	tree_free(tree);
	tree = NULL;
	memdir_end();
	return left;
}

static UNUSED bool exists(const char *rel)
{
	struct stat st;

	return lstat(tree_path(tree, rel), &st) == 0;
}

static UNUSED mode_t mode_of(const char *rel)
{
	struct stat st;

	assert_int_equal(lstat(tree_path(tree, rel), &st), 0);
	return st.st_mode & 07777;
}

static UNUSED struct identity identity(const char *rel)
{
	struct meta meta;

	assert_int_equal(stat_at(AT_FDCWD, tree_path(tree, rel), &meta, NULL), 0);
	return identity_of(&meta);
}

static UNUSED bool is(const char *rel, const struct identity *want)
{
	struct meta meta;

	return stat_at(AT_FDCWD, tree_path(tree, rel), &meta, NULL) == 0 &&
	       identity_is(want, &meta);
}

/* ---- plans ---- */

static UNUSED struct plan *new_plan(void)
{
	struct plan *p = NULL;

	assert_int_equal(plan_new(&env, &p), 0);
	return p;
}

/* The name in its directory, which is opened by its path. */
static UNUSED struct plan_at at(const char *rel)
{
	const char *name = strrchr(rel, '/');
	char dir[512] = "";

	snprintf(dir, sizeof(dir), "%.*s", (int)(name ? name - rel : 0), rel);
	return (struct plan_at){
		.dirfd = -1, .dir = tree_path(tree, dir), .name = name ? name + 1 : rel};
}

static UNUSED struct plan_at here(const char *dir, const char *name)
{
	return (struct plan_at){.dirfd = -1, .dir = tree_path(tree, dir), .name = name};
}

static UNUSED void no_problems(const struct plan *p)
{
	for (uint32_t i = 0; i < plan_nproblems(p); i++) {
		struct plan_problem problem = plan_problem(p, i);

		print_message("%s: %d %s\n", problem.path, problem.err,
			      problem.why ? problem.why : "");
	}
	assert_int_equal(plan_nproblems(p), 0);
}

/* The only problem there is. */
static UNUSED void one_problem(struct plan *p, int err, const char *rel, const char *why)
{
	struct plan_problem problem;

	assert_int_equal(plan_check(p), 0);
	assert_int_equal(plan_nproblems(p), 1);
	problem = plan_problem(p, 0);
	assert_int_equal(problem.err, err);
	if (rel)
		assert_string_equal(problem.path, tree_path(tree, rel));
	if (why)
		assert_string_equal(problem.why ? problem.why : "", why);
}

static UNUSED void told(void *ctx, uint32_t i, const struct step *step, enum step_state state,
			int err, const char *why)
{
	struct str text = STR_INIT;

	(void)ctx;
	if (state == STEP_DONE && err == 0)
		return;
	step_describe(step, &text);
	print_message("step %u, %s: state %d, %d %s\n", i, text.buf, (int)state, err,
		      why ? why : "");
	str_done(&text);
}

/* Does all of it, and frees it. Its number. */
static UNUSED uint64_t run(struct plan *p)
{
	const struct plan_run how = {.over = told};
	struct plan_result r;

	assert_int_equal(plan_check(p), 0);
	no_problems(p);
	assert_int_equal(plan_run(p, journal, &how, &r), 0);
	assert_int_equal(r.done, plan_nsteps(p));
	assert_int_equal(r.failed + r.left, 0);
	assert_int_equal(r.journal_err, 0);
	assert_int_equal(r.sync_err, 0);
	plan_free(p);
	return r.id;
}

static UNUSED uint64_t undo(uint64_t id)
{
	struct plan *p = new_plan();

	assert_int_equal(plan_undo(p, journal, id), 0);
	return run(p);
}

/* ---- all that is there, as text ---- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_content(struct str *out, const char *path, const struct stat *st)
{
	char buf[256];
	ssize_t n = -1;

	if (S_ISLNK(st->st_mode)) {
		n = readlink(path, buf, sizeof(buf));
	} else if (S_ISREG(st->st_mode)) {
		int fd = open(path, O_RDONLY | O_NOFOLLOW);

		n = fd < 0 ? -1 : read(fd, buf, sizeof(buf));
		if (fd >= 0)
			close(fd);
	}
	if (n > 0)
		str_add(out, buf, (size_t)n);
}

/* The times of directories are left out: names came and went in them; and how many links a file
 * has, for one may be in the trash. */
static void add_all(struct str *out, const char *path, const char *name)
{
	struct dirent **names = NULL;
	struct stat st;
	int n;

	assert_int_equal(lstat(path, &st), 0);
	str_addf(out, "%s %o %u:%u", name, st.st_mode, st.st_uid, st.st_gid);
	if (!S_ISDIR(st.st_mode)) {
		str_addf(out, " @%lld.%09ld ", (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
		add_content(out, path, &st);
		str_addc(out, '\n');
		return;
	}
	str_adds(out, " {\n");
	n = scandir(path, &names, NULL, by_name);
	for (int i = 0; i < n; i++) {
		struct str inner = STR_INIT;

		if (strcmp(names[i]->d_name, ".") != 0 && strcmp(names[i]->d_name, "..") != 0) {
			path_join(&inner, path, names[i]->d_name, strlen(names[i]->d_name));
			add_all(out, inner.buf, names[i]->d_name);
		}
		str_done(&inner);
		free(names[i]);
	}
	free(names);
	str_adds(out, "}\n");
}

/* The caller frees it. */
static UNUSED char *snapshot(const char *rel)
{
	struct str out = STR_INIT;
	char *text;

	add_all(&out, tree_path(tree, rel), rel);
	text = str_take(&out);
	assert_non_null(text);
	return text;
}

static UNUSED void same_as(const char *before)
{
	char *now = snapshot("work");

	assert_string_equal(now, before);
	free(now);
}

#endif
