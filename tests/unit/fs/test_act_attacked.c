/* SPDX-License-Identifier: MIT
 *
 * Somebody who may write where a step is at work plays a trick just before each of its calls: what
 * is his victim stays as it is, nothing is lost, and what is told is true.
 */
#include "act_trials.h"

static const enum fault_call calls[] = {
	FAULT_openat,   FAULT_openat2,   FAULT_statx,     FAULT_renameat2, FAULT_renameat,
	FAULT_linkat,   FAULT_unlinkat,  FAULT_mkdirat,   FAULT_fchmod,    FAULT_fchmodat,
	FAULT_fchownat, FAULT_utimensat, FAULT_fchmodat2, FAULT_symlinkat};

/* The victim is "canary": a directory of ours with something in it, and a file. */
static const char canaries[] = "canary/dir/file \"kept\" :0640\ncanary/file \"kept\" :0640\n"
			       "canary/empty/\ncanary/ :0711\n";

static int dir_fd; /* of work, before it is moved */
static uint64_t other;

static void put(const char *name)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	struct stat st;

	if (fd < 0)
		return;
	assert_int_equal(write(fd, "other", 5), 5);
	assert_int_equal(fstat(fd, &st), 0);
	other = st.st_ino;
	close(fd);
}

/* The thing that is meant, or that was just made, goes aside. */
static const char *aside(void)
{
	static const char *const names[] = {"x", "new"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (renameat2(dir_fd, names[i], dir_fd, "kept", RENAME_NOREPLACE) == 0)
			return names[i];
	return "x";
}

static void link_file(void *ctx)
{
	(void)ctx;
	(void)!symlinkat("../canary/file", dir_fd, aside());
}

static void link_dir(void *ctx)
{
	(void)ctx;
	(void)!symlinkat("../canary", dir_fd, aside());
}

static void other_file(void *ctx)
{
	(void)ctx;
	put(aside());
}

/* Another name of the victim itself. */
static void hard_link(void *ctx)
{
	(void)ctx;
	(void)!linkat(tree->fd, "canary/file", dir_fd, aside(), 0);
}

static void other_dir(void *ctx)
{
	const char *name = aside();

	(void)ctx;
	(void)!mkdirat(dir_fd, name, 0700);
	(void)!linkat(tree->fd, "canary/file", dir_fd, name, 0);
}

static void move_dir(void *ctx)
{
	(void)ctx;
	if (renameat2(tree->fd, "work", tree->fd, "elsewhere", RENAME_NOREPLACE) == 0)
		(void)!symlinkat("canary", tree->fd, "work");
}

static void take_name(void *ctx)
{
	(void)ctx;
	put("new");
}

static void link_name(void *ctx)
{
	(void)ctx;
	(void)!symlinkat("../canary/made", dir_fd, "new");
}

static void (*const tricks[])(void *ctx) = {link_file, link_dir, other_file, hard_link,
					    other_dir, move_dir, take_name,  link_name};

static uint64_t look_at(const char *rel)
{
	struct stat st = stat_of(rel);

	return (uint64_t)st.st_ino * 31 + st.st_mode * 7 + (uint64_t)st.st_size * 3 + st.st_uid +
	       (uint64_t)st.st_mtim.tv_nsec;
}

static uint64_t victim(void)
{
	return look_at("canary") + 3 * look_at("canary/file") + 5 * look_at("canary/dir") +
	       7 * look_at("canary/dir/file") + 11 * look_at("canary/empty");
}

static uint64_t wanted;
static bool met;

static int meet(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)path;
	(void)type;
	(void)at;
	met |= st->st_ino == wanted;
	return 0;
}

/* Somewhere in the tree. */
static bool anywhere(uint64_t ino)
{
	wanted = ino;
	met = false;
	assert_int_equal(nftw(tree->path, meet, 16, FTW_PHYS), 0);
	return met;
}

static bool removes(const struct trial *t)
{
	return t->kind == STEP_DELETE || t->kind == STEP_ERASE || t->kind == STEP_RMDIR;
}

/* False: it makes fewer calls. */
static bool one(const struct trial *t, enum fault_call call, unsigned nth, size_t trick, bool flags)
{
	struct step s = prepare(t);
	uint64_t ino = s.what.ino, before;
	bool reached;

	tree_add(tree, canaries);
	before = victim();
	other = 0;
	dir_fd = open(tree_path(tree, "work"), O_RDONLY | O_DIRECTORY);
	begin();
	fault_recount();
	if (!flags)
		fault_fail(FAULT_renameat2, 1, EINVAL, true);
	fault_before(call, nth, tricks[trick], NULL);
	(void)run(&s);
	reached = fault_count(call) >= nth;
	fault_before(call, 1000000, tricks[trick], NULL);
	if (victim() != before)
		print_error("kind %d, trick %zu before %s %u\n", t->kind, trick, fault_name(call),
			    nth);
	assert_true(victim() == before);
	assert_false(exists("canary/made"));
	/* What is the thing's is still there, unless it is what was to go. */
	if (t->from && !(removes(t) && state != STEP_NOT_DONE))
		assert_true(anywhere(ino));
	/* No call can remove one file and not another that has its name: see doc/safety.md. */
	if (other && !removes(t) && flags)
		assert_true(anywhere(other));
	if (state == STEP_DONE && t->from && s.what.ino == ino && !removes(t))
		assert_true(anywhere(ino));
	close(dir_fd);
	act_free(act);
	act = NULL;
	assert_int_equal(fault_open_fds(), 0);
	step_done(&s);
	return reached;
}

static void test_attacked(void **st)
{
	mode_t old = umask(022);
	unsigned tried = 0;

	(void)st;
	for (size_t i = 0; i < ARRAY_LEN(trials); i++)
		for (size_t c = 0; c < ARRAY_LEN(calls); c++)
			for (size_t k = 0; k < ARRAY_LEN(tricks); k++)
				for (int flags = 0; flags < 2; flags++) {
					unsigned nth = 1, step_by = 1;

					if (needs_root(&trials[i]) ||
					    (!flags && !trials[i].to &&
					     trials[i].kind != STEP_TRASH))
						continue;
					/* Of those that only look, each third: another one for
					 * each trick. */
					if (calls[c] <= FAULT_statx)
						step_by = 3, nth += (k + i) % 3;
					for (; one(&trials[i], calls[c], nth, k, flags); tried++)
						nth += step_by;
				}
	assert_true(tried > 1500);
	umask(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_attacked, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
