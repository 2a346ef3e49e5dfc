/* SPDX-License-Identifier: MIT
 *
 * The view of sizes: what it shows, moving about in it, what changes meanwhile, what cannot be read
 * and what does not answer.
 */
#include "../lib/as_user.h"
#include "../lib/explorer.h"
#include "../lib/hang.h"
#include "../lib/test.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

static const char tree_text[] = "big/large.bin 900K\n"
				"big/deep/inner.txt 100K\n"
				"mid/one.log 300K\n"
				"mid/two.log 200K\n"
				"small.txt 10K\n"
				".hidden/file 50K\n";

static void leave(struct explorer *e)
{
	pty_keys(e->pty, "Q");
	pty_expect_exit(e->pty, 0);
	pty_expect_restored(e->pty);
	explorer_close(e);
}

/* Enter and up stay in the tree; the cursor comes back to where one came from. */
static void test_moving(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.tree = tree_text});
	explorer_do(&e, "S", "scanned 11 entries");
	explorer_expect(&e, "<big/|mid/");
	explorer_expect(&e, "<mid/|.hidden");
	explorer_expect(&e, "@big/");
	explorer_do(&e, "jj", "@.hidden");
	explorer_do(&e, "kl", "one\\.log");
	explorer_expect(&e, "~small");
	explorer_expect(&e, "@one.log");
	explorer_do(&e, "h", "@mid/");
	explorer_do(&e, "kl", "@large.bin");
	explorer_do(&e, "jl", "@inner.txt");
	explorer_do(&e, "h", "@deep/");
	explorer_do(&e, "hh", "the scan began here");
	explorer_do(&e, "/mid\r", "3 filtered");
	explorer_expect(&e, "~small");
	explorer_do(&e, "\033", "small");
	explorer_do(&e, "sn", "Name ↑");
	explorer_do(&e, "q", "Perm");
	leave(&e);
}

/* Marks made there are marks of the files. */
static void test_marks(void **state)
{
	(void)state;
	struct explorer e =
		explorer_open(&(struct explorer_options){.tree = tree_text, .cols = 140});
	explorer_do(&e, "S", "scanned");
	explorer_do(&e, "jl", "one\\.log");
	explorer_do(&e, " ", "1 marked");
	explorer_do(&e, "gt", "Largest files below");
	explorer_do(&e, "*a", "2 marked");
	explorer_do(&e, "*l", "Marked, in all directories");
	explorer_expect(&e, "two\\.log");
	leave(&e);
}

/* From a file among the largest to where it lies; from an extension to its files. */
static void test_found(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.tree = tree_text});
	explorer_do(&e, "S", "scanned");
	explorer_do(&e, "gt", "Largest files below");
	explorer_expect(&e, "@large.bin");
	explorer_expect(&e, "<one.log|two.log");
	explorer_do(&e, "jl", "@one.log");
	explorer_expect(&e, "/mid .*disk");
	explorer_do(&e, "h", "@mid/");
	explorer_do(&e, "ge", "Extensions below");
	explorer_expect(&e, "<.bin|.log");
	explorer_do(&e, "jl", "Largest \\.log files");
	explorer_expect(&e, "~large\\.bin");
	explorer_do(&e, "q", "Extensions");
	explorer_do(&e, "q", "mid/");
	leave(&e);
}

/* What is left out stands there, without a size. */
static void test_excluded(void **state)
{
	static const char *const args[] = {"-o", "sizes-exclude=node_modules *.log", "-o",
					   "sizes-exclude-caches=yes", NULL};

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "node_modules/x 500K\nmid/one.log 300K\nmid/kept 10K\n"
			"cache/CACHEDIR.TAG \"Signature: 8a477f597d28d172789f06886806bc55\"\n"
			"cache/x 400K\n",
		.args = args});
	explorer_do(&e, "S", "scanned");
	explorer_expect(&e, "[<] +0 .*node_modules/");
	explorer_expect(&e, "[<] +(4\\.0K|0) .*cache/");
	explorer_do(&e, "/node\r", "left out by a pattern");
	explorer_do(&e, "\033", "mid/");
	explorer_do(&e, "/mid\r", "@mid/");
	explorer_do(&e, "l", "[<] +0 .*one\\.log");
	explorer_expect(&e, "disk (12|16|20)K");
	leave(&e);
}

/* Links that have others elsewhere free nothing. */
static void test_linked(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "a/shared 400K\nb/also => a/shared\na/both1 200K\na/both2 => a/both1\n",
		.cols = 100});
	explorer_do(&e, "S", "disk 6[0-9][0-9]K");
	explorer_do(&e, "_", "Freed");
	explorer_expect(&e, " 60[0-9]K .*a/ +400K +20[0-9]K");
	explorer_expect(&e, " 40[0-9]K .*b/ +400K +(4\\.0K|0)");
	explorer_do(&e, "sf", "Freed ↓");
	explorer_expect(&e, "@a/");
	explorer_do(&e, "l", "H +400K .*shared");
	explorer_expect(&e, "has other links");
	leave(&e);
}

/* What nobody may read is counted as such, here and above. */
static void test_unread(void **state)
{
	(void)state;
	if (getuid() != 0)
		skip();
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "open/closed/secret 100K\nopen/file 10K\n", .uid = NOBODY});
	assert_int_equal(chmod(tree_path(e.tree, "open/closed"), 0), 0);
	explorer_do(&e, "S", "1 unread");
	explorer_expect(&e, "disk ≥");
	explorer_expect(&e, "\\. +[0-9.]+K .*open/");
	explorer_expect(&e, "not everything below could be read");
	explorer_do(&e, "l", "! +[0-9.]+K? .*closed/");
	leave(&e);
}

/* What changes in the directory shown is put right, in all directories above at once. */
static void test_outside_change(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.tree = tree_text});
	explorer_do(&e, "S", "scanned");
	explorer_do(&e, "jl", "one\\.log");
	tree_add(e.tree, "mid/three.log 900K\n");
	explorer_expect(&e, "three\\.log");
	explorer_expect(&e, "@one.log");
	tree_remove(e.tree, "mid/two.log");
	explorer_expect(&e, "~two\\.log");
	tree_add(e.tree, "mid/sub/file 20K\n");
	explorer_expect(&e, "sub/");
	explorer_do(&e, "h", "<mid/|big/");
	leave(&e);
}

/* Further down nothing is watched: gR looks. */
static void test_again(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.tree = tree_text});
	explorer_do(&e, "S", "<big/|mid/");
	tree_add(e.tree, "mid/sub/file 5M\n");
	explorer_do(&e, "gR", "<mid/|big/");
	explorer_expect(&e, "5\\.[0-9]M .*mid/");
	explorer_expect(&e, "disk 6\\.");
	/* The directory shown goes: the one above it is shown. */
	explorer_do(&e, "ggl", "sub/");
	tree_remove(e.tree, "mid");
	explorer_expect(&e, "is gone");
	explorer_expect(&e, "big/");
	explorer_expect(&e, "~mid/");
	leave(&e);
}

static void test_opens_with_it(void **state)
{
	static const char *const args[] = {"sizes", "-x", "--exclude=*.bin", NULL};

	(void)state;
	struct explorer e = explorer_open(
		&(struct explorer_options){.tree = tree_text, .args = args, .ready = "scanned"});
	explorer_expect(&e, "<mid/|big/");
	explorer_do(&e, "G", "@small");
	explorer_do(&e, "q", "Perm");
	leave(&e);
}

/* A name cannot speak to the terminal, wherever it is shown. */
static void test_hostile_names(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "dir/evil\\e]0;title\\x07.ex\\e[31mt 40K\ndir\\nline/x\n",
		.cols = 140,
		.ready = "dir"});
	explorer_do(&e, "S", "scanned");
	explorer_do(&e, "l", "evil\\^\\[\\]0;title\\^G");
	explorer_do(&e, "gt", "Largest files below");
	explorer_expect(&e, "evil\\^\\[");
	explorer_do(&e, "qge", "ex\\^\\[\\[31mt");
	explorer_do(&e, "l", "Largest \\.ex\\^\\[\\[31mt files");
	leave(&e);
}

/* ---- what does not answer ---- */

static struct hang *hung;
static char *mounted;

static int end_mount(void **state)
{
	(void)state;
	if (hung)
		hang_go(hung);
	if (mounted)
		umount2(mounted, MNT_DETACH);
	free(mounted);
	hang_free(hung);
	mounted = NULL;
	hung = NULL;
	return 0;
}

/* The rest is counted and shown meanwhile; keys are obeyed, Esc ends it, and so does leaving. */
static void test_stopped_server(void **state)
{
	/* LeakSanitizer would wait at the end for the thread that sleeps in the kernel. */
	static const char *const env[] = {"ASAN_OPTIONS=detect_leaks=0", NULL};
	int status;

	(void)state;
	hung = hang_new();
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "beside/file 500K\nother 20K\nserver/\n", .env = env});
	mounted = strdup(tree_path(e.tree, "server"));
	assert_int_equal(mount(hang_path(hung), mounted, NULL, MS_BIND, NULL), 0);
	hang_stop(hung);
	explorer_do(&e, "S", "scanning [0-9]");
	explorer_expect(&e, "50[0-9]K .*beside/");
	explorer_do(&e, "l", "@file");
	explorer_do(&e, "h", "@beside/");
	explorer_do(&e, "gt", "Largest files so far below");
	explorer_do(&e, "q", "scanning");
	explorer_do(&e, "\033", "stopped after");
	pty_keys(e.pty, "Q");
	assert_true(pty_ended(e.pty, 2000, &status));
	pty_expect_restored(e.pty);
	end_mount(NULL);
	explorer_close(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moving),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_excluded),
		cmocka_unit_test(test_linked),
		cmocka_unit_test(test_unread),
		cmocka_unit_test(test_outside_change),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_opens_with_it),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test_teardown(test_stopped_server, end_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
