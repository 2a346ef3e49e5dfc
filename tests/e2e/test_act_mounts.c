/* SPDX-License-Identifier: MIT
 *
 * The verbs of the trash where it is not the one in the home: $top/.Trash/UID, $top/.Trash-UID, and
 * a trash of the home that is another file system. Each as root and as nobody, on mounts that
 * nobody else sees.
 */
#include "acting.h"

#include "../lib/as_user.h"

#include <sys/mount.h>

#define NOBODY 65534
#define INFO   "\"[Trash Info]\\nPath=old\\nDeletionDate=2026-01-01T10:00:00\\n\"\n"

static char own[32], shared[32];

/* What is in a trash of this user. */
static bool in(const char *trash, const char *rel)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", trash, rel);
	return exists(path);
}

/* Runs what may say something although all is done. */
static void run_and_say(int status, const char *const *argv)
{
	start(&last, argv, NULL);
	if (last.status != status)
		fail_msg("%s: status %d, not %d: %s", argv[0], last.status, status, last.err.buf);
}
#define RUN_AND_SAY(status, ...) run_and_say(status, ARGS(__VA_ARGS__))

static void not_printed(const char *words)
{
	if (strstr(last.out.buf, words))
		fail_msg("'%s' was printed: %s", words, last.out.buf);
}

/* ---- worlds ---- */

static void mount_on(const char *rel)
{
	assert_int_equal(mount("none", tree_path(world, rel), "tmpfs", 0, "mode=0755"), 0);
}

static void give(const char *rel, uid_t uid)
{
	assert_int_equal(lchown(tree_path(world, rel), uid, uid), 0);
}

struct trial {
	const char *text;       /* besides the files, below mounts and all; of the user */
	bool home;              /* the home is a mount, too, and so is the trash in it */
	void (*prepare)(uid_t); /* what only root does; may be NULL */
	void (*fn)(void *ctx);  /* as the user */
};

static void one_trial(const struct trial *t, uid_t uid)
{
	static const char *const theirs[] = {"home", "work", "work/a", "work/d", "work/d/b"};

	build("");
	mount_on("work");
	if (t->home)
		mount_on("home");
	tree_add(world, "work/a \"a\"\nwork/d/b \"b\"\n");
	if (t->text)
		tree_add(world, t->text);
	for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
		give(theirs[i], uid);
	snprintf(own, sizeof(own), "work/.Trash-%u", (unsigned)uid);
	snprintf(shared, sizeof(shared), "work/.Trash/%u", (unsigned)uid);
	if (t->prepare)
		t->prepare(uid);
	if (uid)
		as_user(t->fn, NULL);
	else
		t->fn(NULL);
	program_done(&last);
	umount2(tree_path(world, TRASH), MNT_DETACH);
	if (t->home)
		assert_int_equal(umount2(tree_path(world, "home"), MNT_DETACH), 0);
	assert_int_equal(umount2(tree_path(world, "work"), MNT_DETACH), 0);
	end_world(NULL);
}

static void trials(void *ctx)
{
	one_trial(ctx, 0);
	one_trial(ctx, NOBODY);
}

static void try(struct trial t)
{
	as_user_needs_program();
	as_mounter(trials, &t);
}

/* ---- the trash of all ---- */

static void sticky(void *ctx)
{
	char info[64];

	(void)ctx;
	RUN(0, "rm", "a", "d/b");
	assert_true(in(shared, "files/a") && in(shared, "files/b"));
	assert_false(exists(own) || exists(TRASH "files"));
	assert_int_equal(look(shared).st_mode & 07777, 0700);
	assert_int_equal(look(shared).st_uid, geteuid());
	snprintf(info, sizeof(info), "%s/info/b.trashinfo", shared);
	assert_non_null(strstr(content(info), "\nPath=d/b\n"));
	RUN(0, "trash", "--print=json");
	printed(tree_path(world, "work/d/b"));
	printed("\"trash_kind\":\"shared\"");
	RUN(0, "restore", "a");
	assert_string_equal(content("work/a"), "a");
	RUN(0, "undo");
	assert_true(in(shared, "files/a"));
	RUN(0, "undo");
	assert_string_equal(content("work/d/b"), "b");
	assert_false(in(shared, "info/b.trashinfo"));
	RUN(0, "redo");
	assert_true(in(shared, "files/b"));
	only_ours();
	RUN(0, "empty", "-y");
	assert_false(in(shared, "files/a") || in(shared, "files/b") ||
		     in(shared, "info/a.trashinfo"));
}

static void test_sticky(void **state)
{
	(void)state;
	try((struct trial){.text = "work/.Trash/ :1777\n", .fn = sticky});
}

/* T4, T6: it is passed over, for restoring neither, and its reason is said. */
static void second(const char *why)
{
	RUN(0, "rm", "a", "d/b");
	assert_true(in(own, "files/a") && in(own, "files/b"));
	assert_int_equal(look(own).st_mode & 07777, 0700);
	RUN_AND_SAY(0, "trash", "--print=json");
	said(why);
	printed("\"trash_kind\":\"own\"");
	printed(tree_path(world, "work/d/b"));
	not_printed("work/old");
	RUN_AND_SAY(3, "restore", "old");
	RUN_AND_SAY(0, "restore", "a");
	assert_string_equal(content("work/a"), "a");
	RUN(0, "undo");
	RUN(0, "undo");
	assert_string_equal(content("work/d/b"), "b");
	RUN(0, "redo");
	RUN_AND_SAY(0, "trash");
	only_ours();
	RUN_AND_SAY(0, "empty", "-y");
	assert_false(in(own, "files/a"));
}

static void make_old(const char *dir, uid_t uid)
{
	char text[512];

	snprintf(text, sizeof(text), "%s/%u/files/old \"old\"\n%s/%u/info/old.trashinfo " INFO, dir,
		 (unsigned)uid, dir, (unsigned)uid);
	tree_add(world, text);
	for (const char *const *at =
		     ARGS("", "/files", "/files/old", "/info", "/info/old.trashinfo");
	     *at; at++) {
		snprintf(text, sizeof(text), "%s/%u%s", dir, (unsigned)uid, *at);
		give(text, uid);
	}
}

static void not_sticky_yet(uid_t uid)
{
	make_old("work/.Trash", uid);
	assert_int_equal(chmod(tree_path(world, "work/.Trash"), 0777), 0);
}

static void not_sticky(void *ctx)
{
	(void)ctx;
	second("has no sticky bit");
	assert_true(in(shared, "files/old") && in(shared, "info/old.trashinfo"));
	assert_false(in(shared, "files/a"));
}

static void test_not_sticky(void **state)
{
	(void)state;
	try((struct trial){.prepare = not_sticky_yet, .fn = not_sticky});
}

static void make_link(uid_t uid)
{
	make_old("work/elsewhere", uid);
	assert_int_equal(chmod(tree_path(world, "work/elsewhere"), 01777), 0);
	assert_int_equal(symlinkat("elsewhere", world->fd, "work/.Trash"), 0);
}

static void linked(void *ctx)
{
	char old[64];

	(void)ctx;
	second("its .Trash is a link");
	snprintf(old, sizeof(old), "work/elsewhere/%u", (unsigned)geteuid());
	assert_true(in(old, "files/old") && in(old, "info/old.trashinfo"));
	assert_false(in(old, "files/a"));
}

static void test_linked(void **state)
{
	(void)state;
	/* tree_add() follows no link. */
	try((struct trial){.text = "work/elsewhere/\n", .prepare = make_link, .fn = linked});
}

/* T8: what is in either is found. */
static void both(void *ctx)
{
	(void)ctx;
	RUN(0, "rm", "a");
	assert_true(in(shared, "files/a"));
	RUN(0, "trash", "--print=json");
	printed("\"trash_kind\":\"shared\"");
	printed("\"trash_kind\":\"own\"");
	printed(tree_path(world, "work/a"));
	printed(tree_path(world, "work/old"));
	RUN(0, "restore", "a", "old");
	assert_string_equal(content("work/a"), "a");
	assert_string_equal(content("work/old"), "old");
	RUN(0, "undo");
	/* Taking it back is trashing it, in the first that will do. */
	assert_true(in(shared, "files/a") && in(shared, "files/old"));
	assert_false(exists("work/old") || in(own, "info/old.trashinfo"));
	assert_true(in(own, "files/more"));
	only_ours();
	RUN(0, "empty", "-y");
	assert_false(in(shared, "files/a") || in(shared, "files/old") || in(own, "files/more"));
}

static void add_own(const char *name, uid_t uid)
{
	static const char *const parts[][2] = {
		{"", ""}, {"/files", ""}, {"/files/", ""}, {"/info", ""}, {"/info/", ".trashinfo"}};
	char text[512];

	snprintf(text, sizeof(text),
		 "%s/files/%s \"old\"\n%s/info/%s.trashinfo \"[Trash "
		 "Info]\\nPath=%s\\nDeletionDate=2026-01-01T10:00:00\\n\"\n",
		 own, name, own, name, name);
	tree_add(world, text);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		snprintf(text, sizeof(text), "%s%s%s%s", own, parts[i][0],
			 i == 2 || i == 4 ? name : "", parts[i][1]);
		give(text, uid);
	}
}

static void two_in_own(uid_t uid)
{
	add_own("old", uid);
	add_own("more", uid);
}

static void test_both(void **state)
{
	(void)state;
	try((struct trial){.text = "work/.Trash/ :1777\n", .prepare = two_in_own, .fn = both});
}

/* ---- the trash of the home, somewhere else ---- */

/* Nothing goes there by copying, and nothing in it is touched; the home is a file system with a
 * trash of its own. */
static void home_is_elsewhere(const char *why)
{
	char trash[64];

	snprintf(trash, sizeof(trash), "home/.Trash-%u", (unsigned)geteuid());
	RUN(0, "rm", "../home/doc");
	assert_true(in(trash, "files/doc"));
	RUN_AND_SAY(1, "trash", "--print=json");
	said(why);
	printed(tree_path(world, "home/doc"));
	not_printed("work/old");
	RUN_AND_SAY(0, "restore", "../home/doc");
	assert_string_equal(content("home/doc"), "doc");
	RUN(0, "undo");
	RUN(0, "undo");
	assert_string_equal(content("home/doc"), "doc");
	RUN(0, "redo");
	assert_true(in(trash, "files/doc"));
	assert_true(exists(TRASH "files/old"));
	assert_false(exists(TRASH "files/doc"));
}

static void give_home(uid_t uid)
{
	static const char *const theirs[] = {"home/doc", "home/.local", "home/.local/share"};

	for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
		give(theirs[i], uid);
}

static void mount_trash(uid_t uid)
{
	static const char *const theirs[] = {TRASH, TRASH "files", TRASH "files/old", TRASH "info",
					     TRASH "info/old.trashinfo"};

	give_home(uid);
	mount_on(TRASH);
	tree_add(world, TRASH "files/old \"old\"\n" TRASH "info/old.trashinfo " INFO);
	for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
		give(theirs[i], uid);
}

static void trash_mounted(void *ctx)
{
	(void)ctx;
	home_is_elsewhere("it is on another file system than what it is for");
}

static void test_home_trash_mounted(void **state)
{
	(void)state;
	try((struct trial){.text = "home/doc \"doc\"\n" TRASH "\n",
			   .home = true,
			   .prepare = mount_trash,
			   .fn = trash_mounted});
}

static void link_trash(uid_t uid)
{
	static const char *const theirs[] = {"work/t", "work/t/files", "work/t/files/old",
					     "work/t/info", "work/t/info/old.trashinfo"};

	give_home(uid);
	for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
		give(theirs[i], uid);
	assert_int_equal(symlinkat("../../../work/t", world->fd, "home/.local/share/Trash"), 0);
}

static void trash_linked(void *ctx)
{
	(void)ctx;
	home_is_elsewhere("it is a link, or no directory");
}

static void test_home_trash_linked(void **state)
{
	(void)state;
	try((struct trial){
		.text = "home/doc \"doc\"\nhome/.local/share/\nwork/t/files/old \"old\"\n"
			"work/t/info/old.trashinfo " INFO,
		.home = true,
		.prepare = link_trash,
		.fn = trash_linked});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_not_sticky),
		cmocka_unit_test(test_linked),
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_home_trash_mounted),
		cmocka_unit_test(test_home_trash_linked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
