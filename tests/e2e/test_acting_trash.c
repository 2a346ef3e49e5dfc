/* SPDX-License-Identifier: MIT
 *
 * Taking things out of the trash by keys where that is not simple: names that are taken,
 * directories that are gone, marks of files beside those of the trash; and acting where no journal
 * can be.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct world {
	struct tree *home;
	char env[4096];
	struct explorer e;
};

static void start(struct world *w, const char *home, const char *tree)
{
	const char *env[] = {w->env, NULL};

	w->home = tree_new(home);
	snprintf(w->env, sizeof(w->env), "HOME=%s", w->home->path);
	w->e = explorer_open(
		&(struct explorer_options){.tree = tree, .env = env, .rows = 30, .cols = 140});
}

static void end(struct world *w)
{
	pty_keys(w->e.pty, "Q");
	pty_expect_exit(w->e.pty, 0);
	pty_expect_restored(w->e.pty);
	explorer_close(&w->e);
	tree_free(w->home);
}

static const char *content(struct world *w, const char *rel)
{
	static char text[64];
	int fd = open(tree_path(w->e.tree, rel), O_RDONLY | O_NOFOLLOW);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

#define FILES "a.txt \"old\"\nb.txt \"b\"\nsub/in \"in\"\n"

/* Into the trash, and another of its name in its place. */
static void trash_a(struct world *w)
{
	explorer_do(&w->e, "gg}", "@a.txt");
	explorer_do(&w->e, "d", "trash a\\.txt: done");
	tree_add(w->e.tree, "a.txt \"new\"\n");
	explorer_do(&w->e, "wt", "Was in");
	explorer_expect(&w->e, "deleted +20");
	explorer_expect(&w->e, "@a.txt");
}

/* One that comes back: nothing is done by Enter, y or the choice alone. */
static void test_taken(void **state)
{
	struct world w;

	(void)state;
	start(&w, "", FILES);
	trash_a(&w);
	explorer_do(&w.e, "r", "restore: the name is taken");
	explorer_expect(&w.e, "\\[s: skip\\]");
	explorer_expect(&w.e, "stays in the trash:\n.*/a\\.txt +something");
	explorer_do(&w.e, "y\r", "the name is taken");
	explorer_do(&w.e, "b", "\\[b: keep both\\]");
	explorer_expect(&w.e, "restore .*/a\\.2\\.txt");
	explorer_do(&w.e, "\r", "\\[b: keep both\\]");
	explorer_do(&w.e, "s", "\\[s: skip\\]");
	explorer_do(&w.e, "b", "\\[b: keep both\\]");
	explorer_do(&w.e, "y", "restore a\\.2\\.txt: done");
	assert_string_equal(content(&w, "a.2.txt"), "old");
	assert_string_equal(content(&w, "a.txt"), "new");
	explorer_do(&w.e, "u", "undo .*: done");
	assert_string_equal(content(&w, "a.2.txt"), "");
	explorer_expect(&w.e, "a\\.txt|a\\.2\\.txt");
	end(&w);
}

static void test_replaced(void **state)
{
	struct world w;

	(void)state;
	start(&w, "", FILES);
	trash_a(&w);
	explorer_do(&w.e, "r", "restore: the name is taken");
	explorer_do(&w.e, "R", "\\[R: replace\\]");
	explorer_expect(&w.e, "what that takes:\n +trash .*/a\\.txt");
	assert_string_equal(content(&w, "a.txt"), "new");
	explorer_do(&w.e, "y", "restore a\\.txt: done");
	assert_string_equal(content(&w, "a.txt"), "old");
	explorer_do(&w.e, "u", "undo .*: done");
	assert_string_equal(content(&w, "a.txt"), "new");
	end(&w);
}

/* A directory that is gone is made, which is said first; what is in the trash is named by where it
 * was. */
static void test_gone(void **state)
{
	struct world w;

	(void)state;
	start(&w, "", FILES);
	explorer_do(&w.e, "ggjl", "@in");
	explorer_do(&w.e, "d", "trash in: done");
	explorer_do(&w.e, "h", "@sub/");
	tree_remove(w.e.tree, "sub");
	explorer_expect(&w.e, "~sub/");
	explorer_do(&w.e, "wt", "deleted +20");
	explorer_expect(&w.e, "@in");
	explorer_do(&w.e, "r", "restore in\\?");
	explorer_expect(&w.e, "make the directory .*/sub\n");
	explorer_expect(&w.e, "this is about: 1\n.*/sub/in");
	explorer_do(&w.e, "y", "restore in: done");
	assert_string_equal(content(&w, "sub/in"), "in");
	end(&w);
}

/* Marks of the trash and of files: each view acts on its own, and says so. */
static void test_mixed_marks(void **state)
{
	struct world w;

	(void)state;
	start(&w, "", FILES);
	explorer_do(&w.e, "gg}", "@a.txt");
	explorer_do(&w.e, "d", "trash a\\.txt: done");
	explorer_do(&w.e, " ", "1 marked");
	explorer_do(&w.e, "wt", "deleted +20");
	explorer_expect(&w.e, "@a.txt");
	explorer_do(&w.e, " ", "2 marked");
	explorer_do(&w.e, "r", "restore a\\.txt\\?");
	explorer_expect(&w.e, "marked elsewhere is not in the trash, and stays");
	explorer_do(&w.e, "n", "nothing was done");
	explorer_do(&w.e, "q", "@b.txt");
	explorer_do(&w.e, ":trash\r", "trash b\\.txt\\?");
	explorer_expect(&w.e, "left out:\n.*a\\.txt +it is in the trash: wt is where");
	explorer_do(&w.e, "y", "trash b\\.txt: done");
	assert_string_equal(content(&w, "b.txt"), "");
	end(&w);
}

/* Where no journal can be, the number is to be typed, and there is no undo. */
static void test_no_journal(void **state)
{
	struct world w;

	(void)state;
	start(&w, ".local/state/trowel \"a file\"\n", FILES);
	explorer_do(&w.e, "gg}", "@a.txt");
	explorer_do(&w.e, "d", "trash a\\.txt without undo\\?");
	explorer_expect(&w.e, "the journal cannot be written, so that this cannot be undone:");
	explorer_do(&w.e, "y\r", "that is not the number");
	assert_string_equal(content(&w, "a.txt"), "old");
	explorer_do(&w.e,
		    "\x7f"
		    "1\r",
		    "trash a\\.txt: done \\(it cannot be undone");
	assert_string_equal(content(&w, "a.txt"), "");
	end(&w);
}

/* What was typed is there to be corrected. */
static void test_typed_again(void **state)
{
	struct world w;

	(void)state;
	start(&w, "", FILES);
	explorer_do(&w.e, "gg}", "@a.txt");
	explorer_do(&w.e, "r", "rename to: a\\.txt");
	explorer_do(&w.e,
		    "\x15\x0b"
		    "b.txt\r",
		    "something has that name.*r: correct it");
	explorer_do(&w.e, "r", "rename to: b\\.txt");
	explorer_do(&w.e, "2\r", "@b2.txt");
	explorer_do(&w.e, "r", "rename to: b2\\.txt");
	explorer_do(&w.e, "\033", "~rename to");
	explorer_do(&w.e, "a", "new:");
	explorer_do(&w.e, "b.txt\r", "something has that name.*a: correct it");
	explorer_do(&w.e, "a", "new: b\\.txt");
	explorer_do(&w.e, "3\r", "@b.txt3");
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),      cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_gone),       cmocka_unit_test(test_mixed_marks),
		cmocka_unit_test(test_no_journal), cmocka_unit_test(test_typed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
