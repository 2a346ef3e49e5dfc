/* SPDX-License-Identifier: MIT
 *
 * The explorer as a chooser for another program: what is handed back, where, and when nothing is.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

#include "base/str.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char tree_text[] = "alpha/inner.txt 10\n"
				"alpha/deep/\n"
				"beta/\n"
				"a\\sb.txt \"hello\"\n"
				"c.txt\n"
				"d\\nl.txt\n"
				"zlink -> alpha\n"
				"zz -> c.txt\n";

struct chooser {
	struct tree *out;
	char option[4200];
	struct explorer e;
};

static const char *out_file(struct chooser *c)
{
	return tree_path(c->out, "chosen");
}

/* "--choose-file=" and the like; more: another option, or NULL. */
static struct chooser choose(const char *option, const char *more)
{
	struct chooser c = {.out = tree_new("")};
	const char *args[] = {c.option, more, NULL};

	snprintf(c.option, sizeof(c.option), "%s%s", option, out_file(&c));
	c.e = explorer_open(
		&(struct explorer_options){.tree = tree_text, .args = args, .cols = 120});
	return c;
}

static void expect_chosen(struct chooser *c, const char *bytes, size_t len)
{
	char buf[8192];
	struct stat st;
	int fd;
	ssize_t n;

	pty_expect_exit(c->e.pty, 0);
	pty_expect_restored(c->e.pty);
	fd = open(out_file(c), O_RDONLY);
	assert_true(fd >= 0);
	n = read(fd, buf, sizeof(buf));
	assert_int_equal(n, len);
	assert_memory_equal(buf, bytes, len);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	close(fd);
}

static void expect_lines(struct chooser *c, const char *const *names)
{
	struct str lines = STR_INIT;

	for (; *names; names++)
		str_addf(&lines, "%s\n", tree_path(c->e.tree, *names));
	expect_chosen(c, lines.buf, lines.len);
	str_done(&lines);
}

static void done(struct chooser *c)
{
	explorer_close(&c->e);
	tree_free(c->out);
}

static void test_file(void **state)
{
	(void)state;
	struct chooser c = choose("--choose-file=", NULL);
	explorer_expect(&c.e, "choose a file");
	explorer_expect(&c.e, "l choose");
	explorer_do(&c.e, "ggj", "@alpha");
	/* Nothing is opened, and a directory is no file. */
	explorer_do(&c.e, "e", "nothing is opened");
	explorer_do(&c.e, "\x0f", "this is a directory");
	explorer_do(&c.e, "\r", "inner\\.txt");
	explorer_do(&c.e, "G", "@inner.txt");
	pty_keys(c.e.pty, "\r");
	expect_lines(&c, (const char *[]){"alpha/inner.txt", NULL});
	done(&c);
}

/* Only going there tells whether a link leads to a file. */
static void test_link(void **state)
{
	(void)state;
	struct chooser c = choose("--choose-file=", NULL);
	explorer_do(&c.e, "G", "@zz");
	explorer_do(&c.e, "k", "@zlink");
	explorer_do(&c.e, "\x0f", "inner\\.txt");
	explorer_do(&c.e, "H", "@zlink");
	explorer_do(&c.e, "j", "@zz");
	pty_keys(c.e.pty, "\x0f");
	expect_lines(&c, (const char *[]){"zz", NULL});
	done(&c);
}

static void test_nothing(void **state)
{
	static const char *const options[] = {"--choose-file=", "--choose-files=", "--choose-dir="};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		struct chooser c = choose(options[i], NULL);
		pty_keys(c.e.pty, "q");
		pty_expect_exit(c.e.pty, 130);
		pty_expect_restored(c.e.pty);
		assert_int_equal(faccessat(AT_FDCWD, out_file(&c), F_OK, 0), -1);
		done(&c);
	}
}

/* What was there before stays until something is chosen, and goes then. */
static void test_old_file(void **state)
{
	(void)state;
	struct chooser c = choose("--choose-file=", NULL);
	struct stat st;
	tree_add(c.out, "chosen \"something much older and much longer than a path\" :0600\n");
	explorer_do(&c.e, "\x14", "not what is to be chosen");
	assert_int_equal(stat(out_file(&c), &st), 0);
	assert_int_equal(st.st_size, 48);
	explorer_do(&c.e, "gg}", "@a b.txt");
	pty_keys(c.e.pty, "\r");
	expect_lines(&c, (const char *[]){"a b.txt", NULL});
	done(&c);
}

static void test_many(void **state)
{
	(void)state;
	struct chooser c = choose("--choose-files=", NULL);
	explorer_expect(&c.e, "choose files");
	explorer_do(&c.e, "gg} ", "1 marked");
	explorer_do(&c.e, " ", "2 marked");
	/* The marked ones, wherever the cursor is; the row when none is. */
	pty_keys(c.e.pty, "\x0f");
	expect_lines(&c, (const char *[]){"a b.txt", "c.txt", NULL});
	done(&c);
	c = choose("--choose-files=", NULL);
	explorer_do(&c.e, "gg}j", "@c.txt");
	pty_keys(c.e.pty, "\r");
	expect_lines(&c, (const char *[]){"c.txt", NULL});
	done(&c);
}

static void test_gone(void **state)
{
	(void)state;
	struct chooser c = choose("--choose-files=", NULL);
	explorer_do(&c.e, "gg} ", "1 marked");
	explorer_do(&c.e, " ", "2 marked");
	tree_remove(c.e.tree, "c.txt");
	explorer_expect(&c.e, "~c\\.txt +-rw");
	explorer_do(&c.e, "\x0f", "not chosen: .*c\\.txt is marked and gone");
	pty_keys(c.e.pty, "q");
	pty_expect_exit(c.e.pty, 130);
	assert_int_equal(faccessat(AT_FDCWD, out_file(&c), F_OK, 0), -1);
	done(&c);
}

static void test_newline(void **state)
{
	(void)state;
	struct chooser c = choose("--choose-files=", NULL);
	explorer_do(&c.e, "gg} ", "1 marked");
	explorer_do(&c.e, "j ", "2 marked");
	explorer_do(&c.e, "\x0f", "not chosen: .*newline in it, which needs --null");
	pty_keys(c.e.pty, "q");
	pty_expect_exit(c.e.pty, 130);
	assert_int_equal(faccessat(AT_FDCWD, out_file(&c), F_OK, 0), -1);
	done(&c);
	c = choose("--choose-files=", "-0");
	explorer_do(&c.e, "gg} ", "1 marked");
	explorer_do(&c.e, "j ", "2 marked");
	pty_keys(c.e.pty, "\x0f");
	struct str bytes = STR_INIT;
	str_adds(&bytes, tree_path(c.e.tree, "a b.txt"));
	str_addc(&bytes, '\0');
	str_adds(&bytes, tree_path(c.e.tree, "d\nl.txt"));
	str_addc(&bytes, '\0');
	expect_chosen(&c, bytes.buf, bytes.len);
	str_done(&bytes);
	done(&c);
}

static void test_directory(void **state)
{
	(void)state;
	struct chooser c = choose("--choose-dir=", NULL);
	explorer_expect(&c.e, "choose a directory");
	explorer_expect(&c.e, "C-t choose here");
	explorer_do(&c.e, "gg}", "@a b.txt");
	explorer_do(&c.e, "\r", "a directory is wanted");
	explorer_do(&c.e, "\x0f", "a directory is wanted");
	explorer_do(&c.e, "ggj", "@alpha");
	explorer_do(&c.e, "\r", "inner\\.txt");
	pty_keys(c.e.pty, "\x14");
	expect_lines(&c, (const char *[]){"alpha", NULL});
	done(&c);
	c = choose("--choose-dir=", NULL);
	explorer_do(&c.e, "ggjj", "@beta");
	pty_keys(c.e.pty, "\x0f");
	expect_lines(&c, (const char *[]){"beta", NULL});
	done(&c);
}

/* The output belongs to the one who asked: the screen is on the terminal behind it. */
static void test_output(void **state)
{
	char command[8192], expected[8192];

	(void)state;
	struct explorer e = {.tree = tree_new(tree_text)};
	snprintf(command, sizeof(command),
		 "f=$(cat /dev/null | '%s' --choose-file '%s'); echo \"status $? <$f>\"; read x",
		 getenv("TROWEL_BIN"), e.tree->path);
	e.pty = pty_open(&(struct pty_options){
		.argv = (const char *[]){"/bin/sh", "-c", command, NULL}, .cols = 160});
	explorer_expect(&e, "zlink");
	assert_true(pty_alternate_screen(e.pty));
	explorer_do(&e, "gg}", "@a b.txt");
	snprintf(expected, sizeof(expected), "^status 0 <%s/a b\\.txt>", e.tree->path);
	explorer_do(&e, "\r", expected);
	pty_keys(e.pty, "\n");
	pty_expect_exit(e.pty, 0);
	pty_expect_restored(e.pty);
	explorer_close(&e);
}

/* When the output is the terminal a person reads it: nothing of a name controls it. */
static void test_on_terminal(void **state)
{
	static const char *const args[] = {"--choose-file", NULL};
	char expected[8192];

	(void)state;
	struct explorer e = explorer_open(
		&(struct explorer_options){.tree = "evil\\e]0;x\\n\n", .args = args, .cols = 160});
	explorer_do(&e, "G", "@evil");
	snprintf(expected, sizeof(expected), "^\\$'%s/evil\\\\033\\]0;x\\\\n'", e.tree->path);
	explorer_do(&e, "\r", expected);
	pty_expect_exit(e.pty, 0);
	explorer_close(&e);
}

static void test_not_writable(void **state)
{
	static const char *const args[] = {"--choose-file=/no/such/place/file", NULL};

	(void)state;
	struct explorer e = explorer_open(
		&(struct explorer_options){.tree = tree_text, .args = args, .cols = 160});
	explorer_do(&e, "gg}", "@a b.txt");
	explorer_do(&e, "\r", "/no/such/place/file.*No such file");
	pty_expect_exit(e.pty, 1);
	explorer_close(&e);
	/* A full disk: nothing rather than a part. */
	static const char *const full[] = {"--choose-file=/dev/full", NULL};
	e = explorer_open(&(struct explorer_options){.tree = tree_text, .args = full, .cols = 160});
	explorer_do(&e, "gg}", "@a b.txt");
	explorer_do(&e, "\r", "/dev/full.*No space left");
	pty_expect_exit(e.pty, 1);
	explorer_close(&e);
}

/* The commands are there only while something is chosen. */
static void test_not_choosing(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.tree = tree_text});
	explorer_do(&e, "\x0f", "only while something is chosen");
	explorer_do(&e, ":choose", "~show all keys");
	assert_false(pty_matches(e.pty, "C-o"));
	explorer_do(&e, "\007", "zlink");
	explorer_do(&e, "Q", "=0");
	explorer_close(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),         cmocka_unit_test(test_link),
		cmocka_unit_test(test_nothing),      cmocka_unit_test(test_old_file),
		cmocka_unit_test(test_many),         cmocka_unit_test(test_gone),
		cmocka_unit_test(test_newline),      cmocka_unit_test(test_directory),
		cmocka_unit_test(test_output),       cmocka_unit_test(test_on_terminal),
		cmocka_unit_test(test_not_writable), cmocka_unit_test(test_not_choosing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
