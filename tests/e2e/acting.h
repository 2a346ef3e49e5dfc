/* SPDX-License-Identifier: MIT
 *
 * A home and a place beside it in which the real program acts. For the tests of the verbs that
 * change things.
 */
#ifndef TESTS_ACTING_H
#define TESTS_ACTING_H

#include "../lib/test.h"

#include "../lib/program.h"
#include "../lib/strict_json.h"
#include "../lib/tree.h"

#include "base/defs.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARGS(...)                 \
	(const char *[])          \
	{                         \
		__VA_ARGS__, NULL \
	}

#define TRASH "home/.local/share/Trash/"

static struct tree *world;
static struct program last;

/* Everything below "work", and an empty home. */
static void build(const char *text)
{
	tree_free(world);
	world = tree_new("home/ :0700\nwork/\n");
	tree_add(world, text);
}

static UNUSED int end_world(void **state)
{
	(void)state;
	program_done(&last);
	tree_free(world);
	world = NULL;
	return 0;
}

static bool exists(const char *rel)
{
	struct stat st;

	return lstat(tree_path(world, rel), &st) == 0;
}

static UNUSED struct stat look(const char *rel)
{
	struct stat st;

	if (lstat(tree_path(world, rel), &st) < 0)
		fail_msg("%s: %s", rel, strerror(errno));
	return st;
}

/* The content of a file; valid until the next call. */
static UNUSED const char *content(const char *rel)
{
	static char buf[4096];
	int fd = open(tree_path(world, rel), O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (n < 0)
		fail_msg("%s: %s", rel, strerror(errno));
	close(fd);
	buf[n] = '\0';
	return buf;
}

/* ---- running ---- */

static void start(struct program *p, const char *const *argv, const char *input)
{
	static const char *env[] = {"HOME", NULL, "LC_ALL", "C.UTF-8", NULL};

	env[1] = tree_path(world, "home");
	program_done(p);
	*p = (struct program){
		.argv = argv, .dir = tree_path(world, "work"), .env = env, .input = input};
	program_run(p);
}

/* Runs it in "work" and expects this status; what it said stays in `last`. All that is said is
 * lines of harmless characters. */
static void run(int status, const char *const *argv)
{
	start(&last, argv, NULL);
	if (last.status != status)
		fail_msg("%s %s: status %d, not %d\nout: %s\nerr: %s", argv[0],
			 argv[1] ? argv[1] : "", last.status, status, last.out.buf, last.err.buf);
	for (size_t i = 0; i < last.err.len; i++)
		assert_true((unsigned char)last.err.buf[i] >= ' ' || last.err.buf[i] == '\n');
	if (status == 0)
		assert_string_equal(last.err.buf, "");
}
#define RUN(status, ...) run(status, ARGS(__VA_ARGS__))

static UNUSED void said(const char *words)
{
	if (!strstr(last.err.buf, words))
		fail_msg("'%s' was not said, but: %s", words, last.err.buf);
}

static UNUSED void printed(const char *words)
{
	if (!strstr(last.out.buf, words))
		fail_msg("'%s' was not printed, but: %s", words, last.out.buf);
}

static UNUSED void is_json(void)
{
	size_t at;

	if (!strict_json(last.out.buf, last.out.len, &at))
		fail_msg("no JSON at %zu: %s", at, last.out.buf);
}

/* Before a trash is emptied: it is every trash of whoever runs the tests, on every mount. Skips the
 * test when one holds something that the test has not put there. */
static UNUSED void only_ours(void)
{
	size_t len = strlen(world->path);

	start(&last, ARGS("trash", "--print=nul"), NULL);
	for (size_t at = 0; at < last.out.len; at += strlen(last.out.buf + at) + 1)
		if (strncmp(last.out.buf + at, world->path, len) != 0) {
			print_message("SKIPPED: not emptied, for it is not ours: %s\n",
				      last.out.buf + at);
			skip();
		}
}

/* ---- what there is ---- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int no_dots(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

static void list_one(const char *path, struct str *out)
{
	char target[4096] = "";
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	if (S_ISLNK(st.st_mode))
		assert_true(readlink(path, target, sizeof(target) - 1) >= 0);
	str_addf(out, "%s %o %u:%u %ju %jd.%09ld %ju %ju %s\n", path, st.st_mode, st.st_uid,
		 st.st_gid, (uintmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		 (uintmax_t)st.st_ino, (uintmax_t)st.st_nlink, target);
}

static void list_below(const char *path, struct str *out)
{
	struct dirent **names;
	int n;

	list_one(path, out);
	n = scandir(path, &names, no_dots, by_name);
	for (int i = 0; i < n; i++) {
		char sub[8192];

		snprintf(sub, sizeof(sub), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_type == DT_DIR)
			list_below(sub, out);
		else
			list_one(sub, out);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* All of it, home and work, with modes, owners, sizes, times, numbers. */
static UNUSED void listing(struct str *out)
{
	str_clear(out);
	list_below(world->path, out);
	assert_false(out->failed);
}

/* Runs it and expects that nothing at all is different afterwards. */
static UNUSED void changes_nothing(int status, const char *const *argv)
{
	struct str before = STR_INIT, after = STR_INIT;

	listing(&before);
	run(status, argv);
	listing(&after);
	if (strcmp(before.buf, after.buf) != 0)
		fail_msg("%s changed something:\n%s\nis now\n%s", argv[0], before.buf, after.buf);
	str_done(&before);
	str_done(&after);
}

#endif
