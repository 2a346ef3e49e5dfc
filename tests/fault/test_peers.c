/* SPDX-License-Identifier: MIT
 *
 * Second opinions, and lies: trash-cli and gio on what the command line put into the trash, the
 * command line on what they put there, and on information that somebody made up. On an ext4 of its
 * own where that can be had, since gio does not use a trash on tmpfs; else below $TMPDIR.
 */
#include "image.h"
#include "manifest.h"
#include "scenario.h"

#include "../lib/peers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char fixture[] =
	"work/file \"content\" :0640 @12345\nwork/dir/a/b \"y\"\nwork/link -> none\n"
	"work/a\\sb%41\\xc3\\xbc.tar.gz \"z\"\nwork/-n \"dash\"\n"
	"work/line\\nbreak \"two lines\"\n";

static struct image image;
static struct world world;
static struct manifest before;
static struct ran ran;

/* ---- helpers ---- */

static void build(const char *text)
{
	const char *why = image_impossible();

	if (why) {
		print_message("SKIP: peers: no ext4 of their own: %s\n", why);
	} else {
		image_make(&image);
		setenv("TMPDIR", image.mount, 1);
	}
	world_make(&world, world_program(NULL), NULL, text, WORLD_BARE);
	manifest_take(&before, world.tree->path);
}

static int teardown(void **state)
{
	(void)state;
	ran_done(&ran);
	ran = (struct ran){0};
	manifest_done(&before);
	if (world.tree)
		world_free(&world);
	world = (struct world){0};
	if (image.dir[0])
		image_free(&image);
	image = (struct image){0};
	return 0;
}

static void trowel(const char *line, int status)
{
	ran_done(&ran);
	world_run(&world, NULL, line, &ran);
	if (ran.status != status)
		fail_msg("trowel %s: status %d\n%s%s", line, ran.status, ran.out.buf, ran.err.buf);
}

/* A script of the shell, in work/. */
static int peer(const char *script)
{
	const char *prefix[] = {"sh", "-c", script, NULL};

	ran_done(&ran);
	world_run(&world, prefix, "", &ran);
	return ran.status;
}

static void need(const char *program)
{
	if (peers_installed(program))
		return;
	print_message("SKIP: no second opinion: %s is not installed\n", program);
	skip();
}

/* What is different from the beginning. */
static void expect(const char *prefix, const char *want)
{
	struct str diff = STR_INIT;
	struct manifest now;

	manifest_take(&now, world.tree->path);
	manifest_diff(&before, &now, prefix, M_TIMES, &diff);
	if (!str_eq(&diff, want))
		fail_msg("below '%s' it is\n%swanted:\n%s", prefix, diff.buf, want);
	str_done(&diff);
	manifest_done(&now);
}

static void expect_all_trashed(void)
{
	struct str lines = STR_INIT;
	struct manifest now;

	manifest_take(&now, world.tree->path);
	assert_int_equal(manifest_below(&now, "work/", &lines), 0);
	assert_int_equal(manifest_below(&now, "trash:work/", &lines), 8);
	str_done(&lines);
	manifest_done(&now);
}

/* ---- they on ours ---- */

static void test_trash_cli_lists_ours(void **state)
{
	static const char *const names[] = {"file", "dir",        "link", "a b%41\xc3\xbc.tar.gz",
					    "-n",   "line\nbreak"};

	(void)state;
	need("trash-list");
	build(fixture);
	trowel("rm --yes -- *", 0);
	expect_all_trashed();
	assert_int_equal(peer("trash-list"), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char line[512];

		snprintf(line, sizeof(line), " %s/%s\n", world_path(&world, "work"), names[i]);
		if (!strstr(ran.out.buf, line))
			fail_msg("not listed: %s in\n%s", line, ran.out.buf);
	}
}

static void test_trash_cli_restores_ours(void **state)
{
	(void)state;
	need("trash-restore");
	build(fixture);
	trowel("rm --yes -- *", 0);
	for (int i = 0; i < 6; i++)
		if (peer("echo 0 | trash-restore") != 0)
			fail_msg("%s%s", ran.out.buf, ran.err.buf);
	expect("", "");
}

static void test_trash_cli_empties_ours(void **state)
{
	(void)state;
	need("trash-empty");
	if (peers_endangered()) {
		print_message("SKIP: trash-empty would empty %s too\n", peers_endangered());
		skip();
	}
	build(fixture);
	trowel("rm --yes -- *", 0);
	assert_int_equal(peer("trash-empty"), 0);
	expect("trash:work", "");
	trowel("trash --print", 0);
	assert_null(strstr(ran.out.buf, "file"));
}

/* gio sees the trash through a service of the desktop, which wants a bus of its session, and keeps
 * notes in the home. */
static void gio(const char *script)
{
	char line[512];

	need("gio");
	need("dbus-run-session");
	snprintf(line, sizeof(line),
		 "dbus-run-session -- sh -c '%s'; s=$?; rm -rf \"$HOME/.cache\" "
		 "\"$HOME/.local/share/gvfs-metadata\"; exit $s",
		 script);
	if (peer(line) == 0)
		return;
	if (!strstr(ran.err.buf, "not supported"))
		fail_msg("%s: status %d\n%s%s", script, ran.status, ran.out.buf, ran.err.buf);
	print_message("SKIP: gio has no service for the trash here: %s\n", ran.err.buf);
	skip();
}

static void test_gio_lists_ours(void **state)
{
	(void)state;
	build(fixture);
	trowel("rm --yes -- *", 0);
	gio("gio trash --list");
	assert_non_null(strstr(ran.out.buf, world_path(&world, "work/file")));
	assert_non_null(strstr(ran.out.buf, world_path(&world, "work/dir")));
	assert_non_null(strstr(ran.out.buf, world_path(&world, "work/-n")));
	gio("gio trash --restore trash:///file && gio trash --restore trash:///dir");
	expect("work/file", "");
	expect("work/dir", "");
	trowel("restore --yes -- -n link", 0);
	expect("work/-n", "");
	expect("work/link", "");
}

static void test_gio_empties_ours(void **state)
{
	(void)state;
	build(fixture);
	if (peers_endangered()) {
		print_message("SKIP: gio would empty %s too\n", peers_endangered());
		skip();
	}
	trowel("rm --yes -- *", 0);
	/* It answers before it is done; the list waits for what it does. */
	gio("gio trash --empty && while gio trash --list | grep -q .; do :; done");
	expect("trash:work", "");
	trowel("trash --print", 0);
	assert_null(strstr(ran.out.buf, "file"));
}

/* ---- we on theirs ---- */

static void theirs(const char *put)
{
	build(fixture);
	if (peer(put) != 0 && strstr(ran.err.buf, "not supported")) {
		print_message("SKIP: %s\n", ran.err.buf);
		skip();
	}
	if (ran.status != 0)
		fail_msg("%s: status %d\n%s%s", put, ran.status, ran.out.buf, ran.err.buf);
	expect_all_trashed();
	trowel("trash --print", 0);
	assert_non_null(strstr(ran.out.buf, "work/file"));
	trowel("restore --yes file dir link", 0);
	expect("work/dir", "");
	expect("work/file", "");
	expect("work/link", "");
	trowel("empty --yes", 0);
	expect("trash:work", "");
	expect("home", "");
	expect("canary", "");
}

static void test_trash_cli_puts(void **state)
{
	(void)state;
	need("trash-put");
	theirs("trash-put -- *");
}

static void test_gio_puts(void **state)
{
	(void)state;
	need("gio");
	theirs("gio trash ./*; s=$?; rm -rf \"$HOME/.cache\"; exit $s");
}

/* ---- lies ---- */

#define INFO  "home/.local/share/Trash/info/"
#define FILES "home/.local/share/Trash/files/"

static void lie(const char *name, const char *path)
{
	char rel[512];
	int fd;

	snprintf(rel, sizeof(rel), FILES "%s \"planted\"\n", name);
	tree_add(world.tree, rel);
	snprintf(rel, sizeof(rel), INFO "%s.trashinfo", name);
	tree_add(world.tree, INFO "\n");
	fd = openat(world.tree->fd, rel, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_true(dprintf(fd, "[Trash Info]\nPath=%s\nDeletionDate=2026-01-01T00:00:00\n", path) >
		    0);
	close(fd);
}

static void restore_planted(const char *name)
{
	char line[4352];

	snprintf(line, sizeof(line), "restore --yes %s", world_path(&world, FILES));
	snprintf(line + strlen(line), 64, "%s", name);
	ran_done(&ran);
	world_run(&world, NULL, line, &ran);
	if (ran.status == 0 || !ran.err.len)
		fail_msg("%s: status %d\n%s%s", line, ran.status, ran.out.buf, ran.err.buf);
}

static void test_lies_restore_nothing(void **state)
{
	struct str text = STR_INIT, diff = STR_INIT;
	struct manifest now;

	(void)state;
	build("work/way -> ../canary\nwork/there \"is already\"\n");
	lie("dots", "../../../canary/new");
	lie("hidden-dots", "%2e%2e/%2e%2e/canary/new");
	str_addf(&text, "%s/../canary/new", world_path(&world, "work"));
	lie("dots-inside", text.buf);
	str_clear(&text);
	str_addf(&text, "%s/way/new", world_path(&world, "work"));
	lie("by-a-link", text.buf);
	str_clear(&text);
	str_addf(&text, "%s/there", world_path(&world, "work"));
	lie("taken", text.buf);
	lie("nul", "/tmp/x%00y");
	lie("bad-escape", "/tmp/%zz");
	lie("nothing", "");
	lie("root", "/");
	str_clear(&text);
	for (int i = 0; i < 4096; i++)
		str_addc(&text, 'a');
	lie("long", text.buf);
	manifest_done(&before);
	manifest_take(&before, world.tree->path);
	restore_planted("dots");
	restore_planted("hidden-dots");
	restore_planted("dots-inside");
	restore_planted("by-a-link");
	restore_planted("taken");
	restore_planted("nul");
	restore_planted("bad-escape");
	restore_planted("nothing");
	restore_planted("root");
	restore_planted("long");
	manifest_take(&now, world.tree->path);
	if (manifest_diff(&before, &now, "", M_EXACT, &diff))
		fail_msg("changed:\n%s", diff.buf);
	manifest_done(&now);
	str_done(&text);
	str_done(&diff);
}

/* ---- all of them ---- */

static int begin(void **state)
{
	const char *bin = getenv("TROWEL_BIN"), *why;

	(void)state;
	world_can_mount(&why);
	world_program(bin ? bin : "build/trowel");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_trash_cli_lists_ours, teardown),
		cmocka_unit_test_teardown(test_trash_cli_restores_ours, teardown),
		cmocka_unit_test_teardown(test_trash_cli_empties_ours, teardown),
		cmocka_unit_test_teardown(test_gio_lists_ours, teardown),
		cmocka_unit_test_teardown(test_gio_empties_ours, teardown),
		cmocka_unit_test_teardown(test_trash_cli_puts, teardown),
		cmocka_unit_test_teardown(test_gio_puts, teardown),
		cmocka_unit_test_teardown(test_lies_restore_nothing, teardown),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
