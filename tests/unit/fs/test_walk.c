/* SPDX-License-Identifier: MIT */
#include "fs/walk.h"

#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/nomem.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"
#include "base/str.h"
#include "fs/dirstack.h"
#include "fs/stat.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct fixture {
	struct tree *tree;
	struct str out;
	_Atomic bool cancel;
	unsigned flags;
	const char *prune;  /* a name not to go into */
	const char *root;   /* NULL: the tree's path */
	unsigned stop_at;   /* items after which cancel is set, 0: never */
	int ended;          /* what walk_next() said last */
	uint32_t max_depth; /* seen */
	unsigned items;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fault_reset();
	f->tree = tree_new("");
	f->out = (struct str)STR_INIT;
	f->flags = WALK_PRE;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(fault_open_fds(), 0);
	fault_reset();
	str_done(&f->out);
	tree_free(f->tree);
	free(f);
	return 0;
}

static void check_item(const struct fixture *f, const struct walk_item *i)
{
	const char *root = f->root ? f->root : f->tree->path;

	assert_int_equal(strlen(i->path), i->path_len);
	assert_memory_equal(i->path, root, strlen(root));
	if (i->depth > 0) {
		assert_null(strchr(i->name, '/'));
		assert_string_equal(i->path + i->path_len - strlen(i->name), i->name);
		assert_string_equal(i->path + i->path_len - strlen(i->rel), i->rel);
	} else {
		assert_string_equal(i->rel, "");
		assert_string_equal(i->name, root);
	}
	if (i->has_meta && i->type != ENTRY_UNKNOWN)
		assert_int_equal((i->meta.mode & S_IFMT) == S_IFDIR, i->type == ENTRY_DIR);
}

/* One line an item: a letter for its kind, its path below the root, the error. */
static void walk(struct fixture *f)
{
	static const char kinds[] = {[WALK_LEAF] = '-',  [WALK_DIR] = '<',   [WALK_DIR_END] = '>',
				     [WALK_ERROR] = '!', [WALK_MOUNT] = 'M', [WALK_LOOP] = 'L'};
	struct walk_options options = {.flags = f->flags, .cancel = &f->cancel};
	struct walk_item i;
	struct walk *w = NULL;
	int r = walk_new(AT_FDCWD, f->root ? f->root : f->tree->path, &options, &w);

	str_clear(&f->out);
	f->items = f->max_depth = 0;
	f->cancel = false;
	while (r == 0 && (r = walk_next(w, &i)) > 0) {
		check_item(f, &i);
		str_addf(&f->out, "%c%s", kinds[i.kind], i.rel);
		if (i.err)
			str_addf(&f->out, ": %s", strerrorname_np(-i.err));
		str_addc(&f->out, '\n');
		if (f->prune && i.kind == WALK_DIR && !strcmp(i.name, f->prune))
			walk_skip(w);
		f->max_depth = i.depth > f->max_depth ? i.depth : f->max_depth;
		if (++f->items == f->stop_at)
			f->cancel = true;
		assert_true(fault_open_fds() <= (int)DIRSTACK_FDS);
		r = 0;
	}
	f->ended = r;
	if (w)
		assert_int_equal(walk_next(w, &i), r); /* and says so again */
	walk_free(w);
}

static int by_line(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of `text`, sorted: directory order is the file system's own. */
static char *sorted(const char *text)
{
	char *copy = strdup(text), *out = calloc(1, strlen(text) + 2), *save = NULL;
	char **lines = calloc(strlen(text) + 1, sizeof(*lines));
	size_t n = 0;

	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		lines[n++] = l;
	qsort(lines, n, sizeof(*lines), by_line);
	for (size_t i = 0; i < n; i++) {
		strcat(out, lines[i]);
		strcat(out, "\n");
	}
	free(lines);
	free(copy);
	return out;
}

static void assert_walk(struct fixture *f, const char *want)
{
	char *a, *b;

	walk(f);
	a = sorted(f->out.buf);
	b = sorted(want);
	assert_string_equal(a, b);
	assert_int_equal(f->ended, 0);
	free(a);
	free(b);
}

static void test_pre_post_both_neither(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "d/e/f\n");
	walk(f);
	assert_string_equal(f->out.buf, "<\n<d\n<d/e\n-d/e/f\n");
	f->flags = WALK_POST;
	walk(f);
	assert_string_equal(f->out.buf, "-d/e/f\n>d/e\n>d\n>\n");
	f->flags = WALK_PRE | WALK_POST | WALK_STAT;
	walk(f);
	assert_string_equal(f->out.buf, "<\n<d\n<d/e\n-d/e/f\n>d/e\n>d\n>\n");
	f->flags = 0;
	walk(f);
	assert_string_equal(f->out.buf, "-d/e/f\n");
}

static void test_pruning(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "a/x\nkeep/a/y\nkeep/z\n");
	f->flags = WALK_PRE | WALK_POST;
	f->prune = "a";
	assert_walk(f, "<\n<a\n<keep\n<keep/a\n-keep/z\n>keep\n>\n");
	f->prune = f->tree->path;
	assert_walk(f, "<\n");
}

static void test_roots(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "d/f\nlink -> d\nfile\ndangling -> none\nloop -> loop\n");
	f->root = tree_path(f->tree, "file");
	assert_walk(f, "-\n");
	f->root = tree_path(f->tree, "link");
	assert_walk(f, "<\n-f\n");
	f->root = tree_path(f->tree, "dangling");
	assert_walk(f, "-\n");
	f->root = tree_path(f->tree, "loop");
	assert_walk(f, "-\n");
	f->root = tree_path(f->tree, "d/");
	assert_walk(f, "<\n-f\n");
	f->root = tree_path(f->tree, "none");
	walk(f);
	assert_int_equal(f->ended, -ENOENT);
	f->root = "";
	walk(f);
	assert_int_equal(f->ended, -ENOENT);
	f->root = "/";
	f->stop_at = 200;
	walk(f);
	assert_int_equal(f->ended, -ECANCELED);
}

/* Standard output of find(1) as sorted lines, each beginning with '<' or '-' as ours do. */
static char *find(const char *path)
{
	const char *argv[] = {"find",   path, "(",  "-type",   "d",      "-printf",
			      "<%P\\n", ")",  "-o", "-printf", "-%P\\n", NULL};
	posix_spawn_file_actions_t actions;
	struct str out = STR_INIT;
	char buf[65536], *result;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
	assert_int_equal(
		posix_spawnp(&pid, "find", &actions, NULL, (char **)(uintptr_t)argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	while ((n = read(fds[0], buf, sizeof(buf))) > 0)
		assert_int_equal(str_add(&out, buf, (size_t)n), 0);
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	result = sorted(out.buf);
	str_done(&out);
	return result;
}

static void assert_as_find(struct fixture *f)
{
	char *want = find(f->tree->path), *got;

	walk(f);
	got = sorted(f->out.buf);
	if (strcmp(got, want) != 0)
		fail_msg("walk:\n%s\nfind:\n%s", got, want);
	assert_int_equal(f->ended, 0);
	free(got);
	free(want);
}

static void test_zoo_as_find(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, tree_zoo);
	tree_remove(f->tree, "closed"); /* as a plain user it is an error item */
	tree_remove(f->tree, "list-only");
	tree_remove(f->tree, "enter-only");
	assert_as_find(f);
	f->flags |= WALK_STAT;
	assert_as_find(f);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

static void test_random_trees_as_find(void **state)
{
	struct fixture *f = *state;
	char *many;

	for (uint32_t seed = 1; seed <= 12; seed++) {
		struct str path = STR_INIT, text = STR_INIT;
		uint32_t rnd = seed;

		for (int n = 0; n < 150; n++) {
			uint32_t what = next_random(&rnd) % 8;

			if (what < 3 && path.len < 400)
				str_addf(&path, "d%u/", next_random(&rnd) % 4);
			else if (what < 5 && path.len > 0)
				str_cut(&path, path.len - 3);
			else
				str_addf(&text, "%sf%d %u\n", path.buf, n, next_random(&rnd) % 99);
			str_addf(&text, "%s", path.len ? path.buf : "d0/");
			str_addc(&text, '\n');
		}
		tree_free(f->tree);
		many = str_take(&text);
		f->tree = tree_new(many);
		free(many);
		f->flags = WALK_PRE | (seed % 2 ? WALK_STAT : 0);
		assert_as_find(f);
		str_done(&path);
	}
}

static void test_five_thousand_levels(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "deep/ ^5000\nafter\n");
	f->flags = WALK_PRE | WALK_POST | WALK_STAT;
	walk(f);
	assert_int_equal(f->ended, 0);
	assert_int_equal(f->max_depth, 5002);
	assert_int_equal(f->items, 2 * 5002 + 2);
	assert_int_equal(fault_open_fds(), 0);
}

/* Directories that lose their descriptor while half read: nothing is lost, nothing comes twice. */
static void test_wide_and_deep(void **state)
{
	struct fixture *f = *state;
	struct str path = STR_INIT;

	for (int level = 0; level < 60; level++) {
		struct str text = STR_INIT;

		str_addf(&text, "%swide/ *%d\n%sz/\n%sb/x\n", path.buf, level % 20 == 0 ? 3000 : 5,
			 path.buf, path.buf);
		tree_add(f->tree, text.buf);
		str_done(&text);
		str_adds(&path, "m/");
	}
	tree_add(f->tree, path.buf);
	str_done(&path);
	assert_as_find(f);
	fault_short(FAULT_getdents, 300);
	assert_as_find(f);
}

static void test_errors_are_items(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "d/x\ne\n");
	fault_fail(FAULT_openat2, 1, EACCES, false);
	assert_walk(f, "<\n<d\n!d: EACCES\n-e\n");
	f->flags = WALK_POST;
	fault_fail(FAULT_openat2, 1, EIO, false);
	assert_walk(f, "!d: EIO\n>d\n-e\n>\n");
	f->flags = WALK_PRE | WALK_POST;
	fault_fail(FAULT_getdents, 1, EIO, false);
	assert_walk(f, "<\n!: EIO\n>\n");
	fault_fail(FAULT_openat, 1, EACCES, false);
	assert_walk(f, "<\n!: EACCES\n>\n");
}

static void test_stat_errors(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "only\n");
	f->flags = WALK_PRE | WALK_STAT;
	/* The first two are of the root: by name and by descriptor. */
	fault_fail(FAULT_statx, 3, EIO, false);
	assert_walk(f, "<\n-only: EIO\n");
	fault_fail(FAULT_statx, 3, ENOENT, false);
	assert_walk(f, "<\n");
}

/* Records without a type, as some file systems give them. */
static void test_unknown_types_are_asked_for(void **state)
{
	struct fixture *f = *state;
	char buf[96] __attribute__((aligned(8))) = {0};
	uint16_t len = 24;

	tree_add(f->tree, "a/x\nb\n");
	for (int i = 0; i < 3; i++) {
		memcpy(buf + i * 24 + 16, &len, sizeof(len));
		buf[i * 24 + 19] = "abg"[i]; /* g: gone meanwhile */
	}
	fault_answer(FAULT_getdents, buf, 72);
	/* The kernel's own answer follows the given one. */
	walk(f);
	assert_int_equal(f->ended, 0);
	assert_non_null(strstr(f->out.buf, "<\n<a\n-a/x\n-b\n"));
	assert_null(strstr(f->out.buf, "-g"));
}

static size_t put_record(char *buf, const char *name)
{
	uint16_t len = 24;

	memset(buf, 0, len);
	memcpy(buf + 16, &len, sizeof(len));
	buf[18] = 8; /* DT_REG */
	memcpy(buf + 19, name, strlen(name));
	return len;
}

/* What a hostile server calls a name is left out, and nothing else. */
static void test_a_bad_record_hides_nothing(void **state)
{
	struct fixture *f = *state;
	char buf[96] __attribute__((aligned(8)));
	size_t len = put_record(buf, "a");

	len += put_record(buf + len, "../b");
	len += put_record(buf + len, "c");
	tree_add(f->tree, "real\n");
	f->flags = WALK_PRE | WALK_POST;
	fault_answer(FAULT_getdents, buf, len);
	assert_walk(f, "<\n-a\n-c\n-real\n!: EIO\n>\n");
}

struct race {
	struct tree *tree;
	const char *what;
};

static void vanish(void *ctx)
{
	struct race *race = ctx;

	tree_remove(race->tree, race->what);
}

static void become_link(void *ctx)
{
	struct race *race = ctx;

	tree_move(race->tree, race->what, "aside");
	tree_add(race->tree, "d -> aside\n");
}

static void test_vanished_is_left_out(void **state)
{
	struct fixture *f = *state;
	struct race race = {f->tree, "d"};

	tree_add(f->tree, "d/x\n");
	fault_before(FAULT_openat2, 1, vanish, &race);
	f->flags = WALK_POST;
	assert_walk(f, ">\n");
	tree_add(f->tree, "d/x\n");
	fault_before(FAULT_openat2, 1, vanish, &race);
	f->flags = WALK_PRE | WALK_POST;
	assert_walk(f, "<\n<d\n>d\n>\n");
}

static void test_replaced_by_a_link_is_not_followed(void **state)
{
	struct fixture *f = *state;
	struct race race = {f->tree, "d"};

	tree_add(f->tree, "d/x\n");
	fault_before(FAULT_openat2, 1, become_link, &race);
	walk(f);
	assert_int_equal(f->ended, 0);
	assert_memory_equal(f->out.buf, "<\n<d\n!d: ENOTDIR\n", 17);
	assert_null(strstr(f->out.buf, "d/x"));
}

static void move_away(void *ctx)
{
	struct fixture *f = ctx;
	struct str from = STR_INIT;

	/* Three levels below the root: its parent has no descriptor any more. */
	str_adds(&from, "deep/d/d");
	tree_move(f->tree, from.buf, "moved");
	str_done(&from);
}

static void test_moved_while_inside_stops(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "deep/ ^60\n");
	fault_before(FAULT_openat2, 55, move_away, f);
	f->flags = WALK_POST;
	walk(f);
	assert_int_equal(f->ended, -ESTALE);
	assert_non_null(strstr(f->out.buf, ">deep/d/d/d\n"));
	assert_null(strstr(f->out.buf, ">deep/d\n"));
}

static void replace_root(void *ctx)
{
	struct race *race = ctx;

	tree_move(race->tree, "d", "old");
	tree_add(race->tree, "d/other\n");
}

/* What was looked at is what is walked. */
static void test_a_replaced_root_is_told(void **state)
{
	struct fixture *f = *state;
	struct race race = {.tree = f->tree};

	tree_add(f->tree, "d/x\n");
	f->root = tree_path(f->tree, "d");
	fault_before(FAULT_openat, 1, replace_root, &race);
	walk(f);
	assert_null(strstr(f->out.buf, "other"));
	assert_non_null(strstr(f->out.buf, "ESTALE"));
}

/* Deeper than any path the kernel takes. */
static void test_a_root_with_a_long_path(void **state)
{
	struct fixture *f = *state;
	struct str path = STR_INIT;
	struct meta meta;

	tree_add(f->tree, "x/ ^2500\n");
	str_adds(&path, tree_path(f->tree, "x"));
	for (int i = 0; i < 2500; i++)
		str_adds(&path, "/d");
	assert_false(path.failed);
	f->root = path.buf;
	assert_walk(f, "<\n-bottom\n");
	str_adds(&path, "/bottom");
	assert_int_equal(stat_at(AT_FDCWD, path.buf, &meta, NULL), 0);
	assert_int_equal(stat_type(meta.mode), ENTRY_FILE);
	assert_int_equal(stat_readlink(AT_FDCWD, path.buf, &f->out), -EINVAL);
	str_done(&path);
}

static void test_cancel(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "wide/ *1000\n");
	f->stop_at = 10;
	walk(f);
	assert_int_equal(f->ended, -ECANCELED);
	assert_int_equal(f->items, 10);
}

/* Whatever call fails, the walk ends, says so, and leaks nothing. */
static void test_every_call_failing(void **state)
{
	static const struct {
		enum fault_call call;
		int err;
	} rows[] = {{FAULT_openat, EMFILE},  {FAULT_openat2, EMFILE}, {FAULT_openat2, ENOSYS},
		    {FAULT_openat2, EPERM},  {FAULT_openat2, EIO},    {FAULT_statx, EACCES},
		    {FAULT_statx, EINVAL},   {FAULT_getdents, EIO},   {FAULT_getdents, ENOENT},
		    {FAULT_getdents, EINVAL}};
	struct fixture *f = *state;

	tree_add(f->tree, "a/b/c/\na/d\nlink -> a\nz/y/x/ ^40\n");
	f->flags = WALK_PRE | WALK_POST | WALK_STAT;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int forever = 0; forever < 2; forever++)
			for (unsigned nth = 1;; nth++) {
				fault_reset();
				fault_fail(rows[i].call, nth, rows[i].err, forever);
				walk(f);
				assert_int_equal(fault_open_fds(), 0);
				if (fault_count(rows[i].call) < nth)
					break;
			}
}

/* Whichever allocation fails: the walk says so, or did without it and is complete, and leaks
 * nothing. */
static void test_out_of_memory(void **state)
{
	struct fixture *f = *state;
	struct walk_options options = {.flags = WALK_PRE | WALK_POST | WALK_STAT};
	bool failed = true;

	tree_add(f->tree, "a/x\nwide/ *2000\nz/ ^100\n");
	for (unsigned long nth = 1; failed; nth++) {
		struct walk *w = NULL;
		struct walk_item item;
		unsigned items = 0;
		int r;

		nomem_arm(nth);
		r = walk_new(AT_FDCWD, f->tree->path, &options, &w);
		if (r == 0)
			while ((r = walk_next(w, &item)) > 0)
				items++;
		failed = nomem_disarm();
		if (r == 0)
			assert_int_equal(items, 2 * 104 + 1 + 2000 + 1);
		else
			assert_int_equal(r, -ENOMEM);
		walk_free(w);
		assert_int_equal(fault_open_fds(), 0);
	}
}

static void mounts(void *ctx)
{
	struct fixture *f = ctx;
	const char *at = tree_path(f->tree, "t/a/at"), *back = tree_path(f->tree, "t/a/back");

	assert_int_equal(mount(tree_path(f->tree, "other"), at, NULL, MS_BIND, NULL), 0);
	assert_int_equal(mount(tree_path(f->tree, "t"), back, NULL, MS_BIND | MS_REC, NULL), 0);
	f->root = tree_path(f->tree, "t");
	for (int strict = 0; strict < 2; strict++)
		for (int stat = 0; stat < 2; stat++) {
			fault_reset();
			if (!strict)
				fault_fail(FAULT_openat2, 1, ENOSYS, true);
			f->flags = WALK_PRE | (stat ? WALK_STAT : 0);
			assert_walk(f, "<\n<a\n<a/at\n-a/at/inside\n<a/back\nLa/back\n-a/file\n");
			f->flags |= WALK_XDEV;
			assert_walk(f, "<\n<a\n<a/at\nMa/at\n<a/back\nMa/back\n-a/file\n");
		}
	fault_reset();
}

static void test_mounts(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "t/a/at/hidden\nt/a/back/\nt/a/file\nother/inside\n");
	as_mounter(mounts, f);
}

static void plain_user(void *ctx)
{
	struct fixture *f = ctx;

	f->flags = WALK_PRE | WALK_POST;
	assert_walk(f, "<\n<closed\n!closed: EACCES\n>closed\n<enter\n!enter: EACCES\n>enter\n"
		       "<list\n<list/d\n!list/d: EACCES\n>list/d\n-list/f\n>list\n>\n");
	f->flags = WALK_PRE | WALK_POST | WALK_STAT;
	assert_walk(f, "<\n<closed\n!closed: EACCES\n>closed\n<enter\n!enter: EACCES\n>enter\n"
		       "<list\n<list/d: EACCES\n>list/d\n-list/f: EACCES\n>list\n>\n");
	f->root = tree_path(f->tree, "closed");
	f->flags = WALK_PRE;
	assert_walk(f, "<\n!: EACCES\n");
}

static void test_as_a_plain_user(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "closed/x\nclosed/ :0\nenter/x\nenter/ :0111\n"
			  "list/f\nlist/d/\nlist/ :0444\n");
	as_user(plain_user, f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pre_post_both_neither),
		TEST(test_pruning),
		TEST(test_roots),
		TEST(test_zoo_as_find),
		TEST(test_random_trees_as_find),
		TEST(test_five_thousand_levels),
		TEST(test_wide_and_deep),
		TEST(test_errors_are_items),
		TEST(test_stat_errors),
		TEST(test_unknown_types_are_asked_for),
		TEST(test_vanished_is_left_out),
		TEST(test_replaced_by_a_link_is_not_followed),
		TEST(test_moved_while_inside_stops),
		TEST(test_cancel),
		TEST(test_a_bad_record_hides_nothing),
		TEST(test_a_replaced_root_is_told),
		TEST(test_a_root_with_a_long_path),
		TEST(test_every_call_failing),
		TEST(test_out_of_memory),
		TEST(test_mounts),
		TEST(test_as_a_plain_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
