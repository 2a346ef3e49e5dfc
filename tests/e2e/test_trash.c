/* SPDX-License-Identifier: MIT
 *
 * The views of the trash and of the history: a real trash in a home, one on another file system, a
 * server that does not answer, what others wrote. Trash of the machine may be shown, too.
 */
#include "../lib/as_user.h"
#include "../lib/explorer.h"
#include "../lib/hang.h"
#include "../lib/test.h"

#include "base/str.h"

#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRASH "home/.local/share/Trash/"
#define HEAD  "\"[Trash Info]\\nPath="

/* Of the future, so that they come first. */
static const char tree_text[] =
	"work/here\n" TRASH "files/report.txt \"what it said\"\n" TRASH
	"files/report.2.txt \"the second\"\n" TRASH "files/album/one 300K\n" TRASH
	"files/orphan 10\n" TRASH "info/report.txt.trashinfo " HEAD
	"/docs/report.txt\\nDeletionDate=2037-01-05T10:00:00\\n\"\n" TRASH
	"info/report.2.txt.trashinfo " HEAD
	"/docs/old/report.txt\\nDeletionDate=2037-01-04T10:00:00\\n\"\n" TRASH
	"info/album.trashinfo " HEAD
	"/pictures/album\\nDeletionDate=2037-01-03T10:00:00\\n\"\n" TRASH
	"info/lost.trashinfo " HEAD "/docs/lost\\nDeletionDate=2037-01-02T10:00:00\\n\"\n";

struct home {
	struct tree *tree;
	char env[4096];
};

/* Nothing is written into a trash that is not ours. */
static struct explorer open_it(struct home *h, const char *text, int cols)
{
	static const char *const args[] = {"--read-only", NULL};
	const char *env[] = {h->env, NULL};

	h->tree = tree_new(text);
	snprintf(h->env, sizeof(h->env), "HOME=%s", tree_path(h->tree, "home"));
	return explorer_open(&(struct explorer_options){.args = args, .env = env, .cols = cols});
}

static void leave(struct explorer *e, struct home *h)
{
	pty_keys(e->pty, "Q");
	pty_expect_exit(e->pty, 0);
	pty_expect_restored(e->pty);
	explorer_close(e);
	tree_free(h->tree);
}

static void test_what_is_there(void **state)
{
	struct home h;
	struct explorer e = open_it(&h, tree_text, 99);

	(void)state;
	explorer_do(&e, "wt", "@report.txt");
	explorer_expect(&e, "Trash.* items");
	explorer_expect(&e, "/docs +in ");
	explorer_expect(&e, "/docs/old +in ");
	explorer_expect(&e, "album/ +(3..|4..)K"); /* weighed in the background */
	explorer_expect(&e, "! lost");
	explorer_expect(&e, "\\? orphan");
	explorer_expect(&e, "<album|lost");
	explorer_expect(&e, "2037-01-03");
	/* Where it was, and by size. */
	explorer_do(&e, "ss", "<album|report");
	explorer_do(&e, "sw", "<lost|album");
	explorer_do(&e, "/orphan\r", "@orphan");
	explorer_expect(&e, "~album");
	explorer_do(&e, "\033", "album");
	explorer_do(&e, "h", "~album");
	leave(&e, &h);
}

/* The thing itself is looked at where it lies. */
static void test_preview_and_marks(void **state)
{
	struct home h;
	struct explorer e = open_it(&h, tree_text, 0);

	(void)state;
	explorer_do(&e, "wt", "@report.txt");
	explorer_do(&e, "i", "what it said");
	explorer_expect(&e, "was +/docs/report\\.txt");
	explorer_expect(&e, "deleted +2037-01-05 10:00:00");
	explorer_do(&e, "j", "the second");
	explorer_expect(&e, "was +/docs/old/report\\.txt");
	explorer_do(&e, "i", "~the second");
	explorer_do(&e, " ", "1 marked");
	explorer_do(&e, "*l", "Marked, in all");
	explorer_expect(&e, "report\\.2\\.txt");
	explorer_do(&e, "q", "album/");
	leave(&e, &h);
}

/* What changes in a trash that is shown is shown. */
static void test_changes(void **state)
{
	struct home h;
	struct explorer e = open_it(&h, tree_text, 0);

	(void)state;
	explorer_do(&e, "wt", "@report.txt");
	explorer_expect(&e, "album/ +(3..|4..)K");
	tree_add(h.tree, TRASH "files/fresh 10\n");
	explorer_expect(&e, "\\? fresh");
	tree_remove(h.tree, TRASH "info/album.trashinfo");
	tree_remove(h.tree, TRASH "files/album");
	explorer_expect(&e, "~album");
	explorer_expect(&e, "@report.txt");
	leave(&e, &h);
}

static void test_hostile(void **state)
{
	struct home h;
	struct explorer e =
		open_it(&h,
			"work/\n" TRASH "files/a\n" TRASH "files/b\n" TRASH
			"files/c\\e]0;x\\x07\n" TRASH "info/a.trashinfo " HEAD
			"/t/%1b%5b2J%0a%ff\\nDeletionDate=2037-02-03T10:00:00\\n\"\n" TRASH
			"info/b.trashinfo " HEAD
			"/x\\R4000;/bb\\nDeletionDate=2037-02-02T10:00:00\\nX=y\\R4096;\\n\"\n",
			0);

	(void)state;
	explorer_do(&e, "wt", "\\^\\[\\[2J\\\\n\\\\xff");
	explorer_expect(&e, "<2J|bb");
	explorer_expect(&e, "bb .*xxxx");
	explorer_expect(&e, "\\? c\\^\\[\\]0;x\\^G");
	explorer_do(&e, "i", "was +/t/");
	leave(&e, &h);
}

static void test_many(void **state)
{
	static struct home h;
	CLEANUP(str_done) struct str text = STR_INIT;

	(void)state;
	str_adds(&text, "work/\n");
	for (int i = 0; i < 10000; i++)
		str_addf(&text,
			 TRASH "files/f%d\n" TRASH "info/f%d.trashinfo " HEAD
			       "/srv/d%d/f%d\\nDeletionDate=2037-01-01T%02d:%02d:%02d\\n\"\n",
			 i, i, i % 100, i, i / 3600, i / 60 % 60, i % 60);
	struct explorer e = open_it(&h, text.buf, 0);

	explorer_do(&e, "wt", "10,[0-9]{3} items");
	explorer_expect(&e, "@f9999");
	explorer_do(&e, "G", "~@f9999");
	explorer_do(&e, "*a", "10,[0-9]{3} marked");
	leave(&e, &h);
}

static void in_namespace(void *ctx)
{
	struct home h;
	struct tree *other = tree_new("stick/\n");

	(void)ctx;
	assert_int_equal(mount("none", tree_path(other, "stick"), "tmpfs", 0, NULL), 0);
	tree_add(
		other,
		"stick/.Trash-0/files/photo.jpg 3000\nstick/.Trash-0/info/photo.jpg.trashinfo " HEAD
		"dcim/photo.jpg\\nDeletionDate=2037-06-01T10:00:00\\n\"\n");
	struct explorer e = open_it(&h, tree_text, 160);

	explorer_do(&e, "wt", "@photo.jpg");
	explorer_expect(&e, "photo\\.jpg .*stick/dcim .*stick");
	explorer_expect(&e, "report\\.txt .* home");
	explorer_expect(&e, "Date +Trash");
	/* Nothing of it keeps the file system busy when the view is left. */
	explorer_do(&e, "h", "~photo");
	leave(&e, &h);
	assert_int_equal(umount(tree_path(other, "stick")), 0);
	tree_free(other);
}

static void test_another_file_system(void **state)
{
	(void)state;
	as_mounter(in_namespace, NULL);
}

/* A server that does not answer is named, and everything else is there. */
static void test_a_dead_server(void **state)
{
	struct hang *hang = hang_new();
	struct home h;
	struct explorer e = open_it(&h, tree_text, 160);

	(void)state;
	hang_stop(hang);
	explorer_do(&e, "wt", "@report.txt");
	explorer_expect(&e, "\\(network\\).* not answering");
	explorer_expect(&e, "album/ +(3..|4..)K");
	explorer_do(&e, "jj", "@album");
	explorer_do(&e, "q", "~album");
	hang_go(hang);
	leave(&e, &h);
	hang_free(hang);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_there), cmocka_unit_test(test_preview_and_marks),
		cmocka_unit_test(test_changes),       cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_many),          cmocka_unit_test(test_another_file_system),
		cmocka_unit_test(test_a_dead_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
