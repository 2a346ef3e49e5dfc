/* SPDX-License-Identifier: MIT
 *
 * trowel rm, trash, restore, empty, delete, and what other programs make of the trash.
 */
#include "acting.h"

#include <time.h>

static const char things[] = "work/file \"content\" :0640 @1000000\n"
			     "work/dir/sub/deep 5000\n"
			     "work/dir/other \"x\"\n"
			     "work/link -> dir\n";

static void test_rm_and_back(void **state)
{
	struct stat before, after;

	(void)state;
	build(things);
	before = look("work/file");
	RUN(0, "rm", "file", "dir", "link");
	assert_string_equal(last.out.buf, "");
	assert_false(exists("work/file") || exists("work/dir") || exists("work/link"));
	assert_string_equal(content(TRASH "files/file"), "content");
	assert_true(exists(TRASH "files/dir/sub/deep") && exists(TRASH "info/link.trashinfo"));
	RUN(0, "undo");
	after = look("work/file");
	assert_true(before.st_ino == after.st_ino && before.st_mode == after.st_mode &&
		    before.st_mtime == after.st_mtime);
	assert_true(exists("work/dir/sub/deep") && S_ISLNK(look("work/link").st_mode));
	assert_false(exists(TRASH "files/file") || exists(TRASH "info/file.trashinfo"));
	RUN(0, "redo");
	assert_false(exists("work/file"));
	RUN(0, "undo", "1");
	RUN(3, "undo", "1");
	said("all of it was taken back already");
}

static void test_what_is_printed(void **state)
{
	(void)state;
	build(things);
	RUN(0, "rm", "--print", "file", "dir");
	printed("done trash ");
	printed("/work/dir\n");
	printed("trash 2 items; 'trowel undo 1' takes it back\n");
	RUN(0, "undo", "--print=nul");
	assert_int_equal(last.out.len, strlen(tree_path(world, "work/dir")) +
					       strlen(tree_path(world, "work/file")) + 2);
	RUN(0, "rm", "--print=nul", "file");
	assert_string_equal(last.out.buf, tree_path(world, TRASH "files/file"));
	assert_int_equal(last.out.len, strlen(tree_path(world, TRASH "files/file")) + 1);
	RUN(0, "restore", "--print=json", tree_path(world, TRASH "files/file"));
	is_json();
	printed("\"label\":\"restore file\",\"id\":4,\"done\":1,\"failed\":0,\"left\":0");
	RUN(0, "rm", "-n", "dir", "dir/other", "dir");
	printed("trash dir: 2 files, 2 directories, ");
	printed("(2 left out: named twice, or in others)");
}

static void test_trash_lists(void **state)
{
	char line[4096];

	(void)state;
	build(things);
	RUN(0, "trash");
	assert_string_equal(last.out.buf, "");
	RUN(0, "trash", "--print=json");
	assert_string_equal(last.out.buf, "{\"items\":[]}\n");
	RUN(0, "rm", "file", "dir");
	RUN(0, "trash", "--print");
	snprintf(line, sizeof(line), "K  %s/work/file  (%s/" TRASH "files/file)\n", world->path,
		 world->path);
	printed(line);
	assert_int_equal(last.out.buf[4], '-');
	assert_int_equal(last.out.buf[16], ':');
	RUN(0, "trash", "--print=json");
	is_json();
	snprintf(line, sizeof(line), "\"origin\":\"%s/work/dir\",\"state\":\"whole\"", world->path);
	printed(line);
	printed("\"trash_kind\":\"home\"");
	/* What lost its other half is told, and not taken for whole. */
	tree_add(world, TRASH "files/stray \"x\"\n" TRASH
			      "info/alone.trashinfo \"[Trash Info]\\nPath=/x\\n\"\n");
	RUN(0, "trash");
	printed("files/stray)  there is no information on where it was\n");
	printed("only its information is left\n");
	RUN(3, "restore", tree_path(world, TRASH "files/alone"));
	said("only the information about it is left");
	RUN(3, "restore", tree_path(world, TRASH "files/stray"));
	RUN(0, "restore", "--to=.", tree_path(world, TRASH "files/stray"));
	assert_string_equal(content("work/stray"), "x");
}

static void test_restore(void **state)
{
	(void)state;
	build(things);
	RUN(0, "rm", "file");
	tree_add(world, "work/file \"second\"\n");
	RUN(0, "rm", "./file");
	/* Both were there: the newest, or the one that is named. */
	RUN(0, "restore", tree_path(world, TRASH "files/file"));
	assert_string_equal(content("work/file"), "content");
	RUN(3, "restore", "file");
	said("has that name");
	assert_string_equal(content("work/file"), "content");
	tree_add(world, "work/other/\n");
	RUN(0, "restore", "--to", "other", "file");
	assert_string_equal(content("work/other/file"), "second");
	RUN(0, "undo");
	assert_false(exists("work/other/file"));
	RUN(3, "restore", "none");
	said("nothing of that name is in the trash; 'trowel trash --print'");
	RUN(3, "restore", "--to", "none", "file");
	/* The way back is made anew, and goes with the undo. */
	RUN(0, "rm", "dir/sub/deep");
	tree_remove(world, "work/dir");
	RUN(0, "restore", "dir/sub/deep");
	assert_int_equal(look("work/dir/sub/deep").st_size, 5000);
	assert_int_equal(look("work/dir").st_mode & 0777, 0700);
	RUN(0, "undo");
	assert_false(exists("work/dir"));
}

/* Something has the name: refused, left there, beside it, or in its place. */
static void test_restore_conflicts(void **state)
{
	(void)state;
	build(things);
	RUN(0, "rm", "file");
	tree_add(world, "work/file \"second\"\n");
	RUN(3, "restore", "file");
	said("has that name");
	said("--conflict=both");
	RUN(2, "restore", "--conflict=perhaps", "file");
	said("'perhaps' is none of: refuse skip both replace");
	RUN(0, "restore", "-c", "skip", "--print", "file");
	printed("work/file, where something has that name\n");
	RUN(0, "restore", "--conflict=skip", "--print=json", "file");
	is_json();
	printed("/work/file\"],\"errors\":[]");
	assert_string_equal(content("work/file"), "second");
	RUN(0, "restore", "--dry-run", "--conflict=both", "file");
	printed("work/file.2\n");
	assert_false(exists("work/file.2"));
	RUN(0, "restore", "--conflict=both", "file");
	assert_string_equal(content("work/file.2"), "content");
	assert_string_equal(content("work/file"), "second");
	RUN(0, "undo");
	assert_false(exists("work/file.2"));
	RUN(0, "restore", "--dry-run", "--conflict=replace", "file");
	printed("would trash ");
	printed("would restore ");
	RUN(0, "restore", "--conflict=replace", "file");
	assert_string_equal(content("work/file"), "content");
	RUN(0, "undo");
	assert_string_equal(content("work/file"), "second");
	RUN(0, "redo");
	assert_string_equal(content("work/file"), "content");
	RUN(0, "undo");
	/* In the directory that was chosen as well. */
	tree_add(world, "work/other/file \"third\"\n");
	RUN(0, "restore", "--conflict=both", "--to=other", "file");
	assert_string_equal(content("work/other/file.2"), "content");
}

/* Where a link leads is not where it was. */
static void test_restore_over_a_link(void **state)
{
	(void)state;
	build("work/dir/file \"x\"\nwork/elsewhere/\n");
	RUN(0, "rm", "dir/file");
	tree_move(world, "work/dir", "work/moved");
	tree_add(world, "work/dir -> elsewhere\n");
	RUN(3, "restore", tree_path(world, TRASH "files/file"));
	said("there is a link on the way");
	assert_false(exists("work/elsewhere/file"));
	RUN(0, "restore", "--follow", tree_path(world, TRASH "files/file"));
	assert_true(exists("work/elsewhere/file"));
}

/* An operand below a link of the person's own is what it leads to. */
static void test_links_on_the_way_to_an_operand(void **state)
{
	(void)state;
	build("work/real/file \"x\"\nwork/alias -> real\n");
	RUN(0, "rm", "alias/file");
	assert_false(exists("work/real/file"));
	RUN(0, "restore", "alias/file");
	assert_true(exists("work/real/file"));
	RUN(0, "rm", "alias/../real/file");
	RUN(0, "restore", "real/file");
	assert_true(exists("work/real/file"));
}

static void test_delete(void **state)
{
	(void)state;
	build(things);
	RUN(3, "delete", "dir");
	said("there is no terminal to ask on: --yes agrees");
	assert_true(exists("work/dir"));
	RUN(0, "delete", "--yes", "dir", "link");
	assert_false(exists("work/dir") || exists("work/link"));
	RUN(3, "undo");
	said("there is nothing to undo");
	RUN(3, "undo", "1");
	said("nothing of it can be taken back");
	RUN(0, "history");
	printed("delete 2 items  done for good\n");
	RUN(3, "delete", "-y", "../home");
	said("home directory");
	RUN(3, "delete", "-y", "../home/.local");
	assert_true(exists("home/.local/state/trowel/journal"));
	RUN(3, "rm", tree_path(world, "home/.local/state/trowel"));
}

/* Where there can be no trash it is said why, and what would do. */
static void test_no_trash(void **state)
{
	(void)state;
	build("");
	start(&last, ARGS("rm", "/proc/version"), NULL);
	assert_in_set(last.status, ((const LargestIntegralType[]){1, 3}), 2);
	if (access("/proc/version", F_OK) == 0) {
		said("/proc/version': there can be no trash for it: ");
		said("; 'trowel delete' removes it for good\n");
	}
}

/* ---- empty ---- */

static void trashed_on(const char *name, const char *date)
{
	char text[400];

	snprintf(text, sizeof(text),
		 TRASH
		 "files/%s \"xx\"\n" TRASH
		 "info/%s.trashinfo \"[Trash Info]\\nPath=%s/work/%s\\nDeletionDate=%s\\n\"\n",
		 name, name, world->path, name, date);
	tree_add(world, text);
}

static void test_empty(void **state)
{
	(void)state;
	build(things);
	RUN(0, "rm", "dir", "file");
	trashed_on("old", "2020-01-01T00:00:00");
	trashed_on("undated", "never");
	tree_add(world, TRASH "info/alone.trashinfo \"[Trash Info]\\nPath=/x\\n\" @1000000\n");
	RUN(3, "empty");
	RUN(0, "empty", "--older", "100", "-n");
	printed("erase old: 1 file, 0 directories, 4.0K freed");
	only_ours();
	RUN(0, "empty", "--older", "100", "--yes");
	assert_false(exists(TRASH "files/old") || exists(TRASH "info/old.trashinfo"));
	assert_false(exists(TRASH "info/alone.trashinfo"));
	assert_true(exists(TRASH "files/undated") && exists(TRASH "files/dir"));
	RUN(0, "empty", "--larger=7K", "-n");
	printed("erase dir: 2 files, 2 directories, ");
	RUN(0, "empty", "--larger=1G", "-n");
	printed("do nothing");
	only_ours();
	RUN(0, "empty", "--yes", "--print=json");
	is_json();
	printed("\"done\":3,\"failed\":0");
	assert_false(exists(TRASH "files/dir") || exists(TRASH "info/dir.trashinfo"));
	RUN(0, "trash");
	assert_string_equal(last.out.buf, "");
	/* What was trashed a moment ago is zero days old. */
	tree_add(world, "work/new \"x\"\n");
	RUN(0, "rm", "new");
	RUN(0, "empty", "--older", "1h", "-n");
	printed("do nothing");
	only_ours();
	RUN(0, "empty", "--older", "0", "--yes");
	assert_false(exists(TRASH "files/new"));
	RUN(3, "undo");
}

/* ---- homes written in other ways ---- */

/* What it does with this in its environment; `home` is seen from the world unless it is relative to
 * nothing. */
static void with_home(int status, const char *variable, const char *home, const char *const *argv)
{
	const char *env[] = {"HOME", tree_path(world, "home"), "LC_ALL", "C.UTF-8", variable, home,
			     NULL};

	program_done(&last);
	last = (struct program){.argv = argv, .dir = tree_path(world, "work"), .env = env};
	program_run(&last);
	if (last.status != status)
		fail_msg("%s=%s %s: status %d, not %d: %s", variable, home, argv[0], last.status,
			 status, last.err.buf);
	last.env = NULL;
}
#define WITH_HOME(status, home, ...) with_home(status, "HOME", home, ARGS(__VA_ARGS__))

/* There and back again by every verb that has to do with a home. */
static void every_verb(const char *home)
{
	WITH_HOME(0, home, "rm", "file", "dir");
	assert_true(exists(TRASH "files/file") && exists(TRASH "files/dir"));
	WITH_HOME(0, home, "trash", "--print=json");
	assert_null(strstr(last.out.buf, ".."));
	printed("/work/file\"");
	WITH_HOME(0, home, "undo");
	WITH_HOME(0, home, "redo");
	WITH_HOME(0, home, "restore", "file");
	WITH_HOME(0, home, "mkdir", "new");
	WITH_HOME(0, home, "rename", "file", "renamed");
	WITH_HOME(0, home, "undo");
	WITH_HOME(0, home, "rmdir", "new");
	WITH_HOME(0, home, "delete", "-y", "file");
	WITH_HOME(3, home, "delete", "-y", "../home");
	said("home directory");
	WITH_HOME(0, home, "recover");
	WITH_HOME(0, home, "history", "--print");
	printed("rename");
	only_ours();
	WITH_HOME(0, home, "empty", "-y");
	assert_false(exists(TRASH "files/dir"));
	/* It is one journal and one trash, however it is written. */
	RUN(0, "trash");
	assert_string_equal(last.out.buf, "");
	RUN(0, "history", "--print");
	printed("rename");
}

static void test_homes(void **state)
{
	static const char *const homes[] = {
		"work/../home", "home/", "home//./",     "home/../home/.",
		"link",         "link/", "away/../home",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(homes); i++) {
		build(things);
		/* By the text away/../home is the home; by the kernel it is far/home. */
		tree_add(world, i + 1 < ARRAY_LEN(homes)
					? "link -> home\n"
					: "far/away/\naway -> far/away\nfar/home -> ../home\n");
		every_verb(tree_path(world, homes[i]));
	}
}

/* The same of the directories that are named by themselves; what is missing is made. */
static void test_data_home(void **state)
{
	CLEANUP(str_done) struct str path = STR_INIT;

	(void)state;
	build(things);
	str_addf(&path, "%s/home/../work/./data//", world->path);
	with_home(0, "XDG_DATA_HOME", path.buf, ARGS("rm", "file"));
	assert_true(exists("work/data/Trash/files/file"));
	with_home(0, "XDG_DATA_HOME", path.buf, ARGS("undo"));
	str_clear(&path);
	str_addf(&path, "%s/home/../work/./state//", world->path);
	with_home(0, "XDG_STATE_HOME", path.buf, ARGS("rm", "file"));
	assert_true(exists("work/state/trowel/journal"));
	with_home(0, "XDG_STATE_HOME", path.buf, ARGS("undo"));
	assert_string_equal(content("work/file"), "content");
	/* Those that are relative are to be ignored. */
	with_home(0, "XDG_DATA_HOME", "data", ARGS("rm", "file"));
	assert_true(exists(TRASH "files/file"));
}

static void test_homes_that_lead_nowhere(void **state)
{
	static const char *const verbs[] = {"rm", "delete", "mkdir", "restore"};
	CLEANUP(str_done) struct str path = STR_INIT;
	CLEANUP(str_done) struct str before = STR_INIT;
	CLEANUP(str_done) struct str after = STR_INIT;

	(void)state;
	build(things);
	str_addf(&path, "%s/none/../home", world->path);
	listing(&before);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		WITH_HOME(3, "../home", verbs[i], "file");
		said("HOME is not an absolute path; one that begins with / would help");
		WITH_HOME(3, path.buf, verbs[i], "file");
		said("HOME leads by '..' to no directory that can be used; a path without it");
		with_home(3, "XDG_DATA_HOME", path.buf, ARGS(verbs[i], "file"));
		said("XDG_DATA_HOME leads by '..'");
	}
	WITH_HOME(1, "../home", "trash", "--print");
	said("HOME is not an absolute path");
	WITH_HOME(3, path.buf, "undo");
	WITH_HOME(3, path.buf, "history", "--print");
	said("HOME leads by '..'");
	/* Nothing was made on the way. */
	listing(&after);
	assert_string_equal(after.buf, before.buf);
}

/* ---- second opinions ---- */

static void other(struct program *p, const char *name, const char *input, const char *argument)
{
	static const char *env[] = {"HOME", NULL, "LC_ALL", "C.UTF-8", NULL};

	env[1] = tree_path(world, "home");
	*p = (struct program){.path = name,
			      .argv = ARGS(argument),
			      .dir = tree_path(world, "work"),
			      .env = env,
			      .input = input};
	program_run(p);
	p->env = p->argv = NULL;
	if (p->status == 127) {
		print_message("SKIPPED: no second opinion: %s is not installed\n", name);
		skip();
	}
}

static void test_trash_cli_sees_ours(void **state)
{
	struct program p;

	(void)state;
	build(things);
	RUN(0, "rm", "file", "dir");
	other(&p, "trash-list", NULL, NULL);
	assert_int_equal(p.status, 0);
	assert_non_null(strstr(p.out.buf, tree_path(world, "work/file")));
	assert_non_null(strstr(p.out.buf, tree_path(world, "work/dir")));
	program_done(&p);
	other(&p, "trash-restore", "0\n", NULL);
	program_done(&p);
	other(&p, "trash-restore", "0\n", NULL);
	assert_int_equal(p.status, 0);
	program_done(&p);
	assert_string_equal(content("work/file"), "content");
	assert_true(exists("work/dir/sub/deep"));
	RUN(3, "undo"); /* it is back already */
}

static void test_we_see_those_of_trash_cli(void **state)
{
	struct program p;

	(void)state;
	build(things);
	other(&p, "trash-put", NULL, "file");
	program_done(&p);
	other(&p, "trash-put", NULL, "dir");
	assert_int_equal(p.status, 0);
	program_done(&p);
	RUN(0, "trash");
	printed("/work/file  (");
	RUN(0, "restore", "file", "dir");
	assert_string_equal(content("work/file"), "content");
	RUN(0, "undo");
	other(&p, "trash-list", NULL, NULL);
	assert_non_null(strstr(p.out.buf, tree_path(world, "work/file")));
	program_done(&p);
	only_ours();
	RUN(0, "empty", "-y");
	other(&p, "trash-list", NULL, NULL);
	assert_null(strstr(p.out.buf, tree_path(world, "work/file")));
	program_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_rm_and_back, end_world),
		cmocka_unit_test_teardown(test_what_is_printed, end_world),
		cmocka_unit_test_teardown(test_trash_lists, end_world),
		cmocka_unit_test_teardown(test_restore, end_world),
		cmocka_unit_test_teardown(test_restore_conflicts, end_world),
		cmocka_unit_test_teardown(test_restore_over_a_link, end_world),
		cmocka_unit_test_teardown(test_links_on_the_way_to_an_operand, end_world),
		cmocka_unit_test_teardown(test_delete, end_world),
		cmocka_unit_test_teardown(test_no_trash, end_world),
		cmocka_unit_test_teardown(test_empty, end_world),
		cmocka_unit_test_teardown(test_homes, end_world),
		cmocka_unit_test_teardown(test_data_home, end_world),
		cmocka_unit_test_teardown(test_homes_that_lead_nowhere, end_world),
		cmocka_unit_test_teardown(test_trash_cli_sees_ours, end_world),
		cmocka_unit_test_teardown(test_we_see_those_of_trash_cli, end_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
