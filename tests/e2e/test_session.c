/* SPDX-License-Identifier: MIT
 *
 * What surrounds browsing: editor, shell, the last directory, configuration, mouse, paste, typing
 * ahead, split escape sequences.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void leave(struct explorer *e)
{
	pty_keys(e->pty, "Q");
	pty_expect_exit(e->pty, 0);
	pty_expect_restored(e->pty);
	explorer_close(e);
}

/* The editor gets a terminal as it was, and ours comes back as it was, whatever the editor did. */
static void test_editor(void **state)
{
	char visual[4096];
	const char *env[] = {visual, NULL};

	(void)state;
	struct tree *tools =
		tree_new("editor \"#!/bin/sh\\nstty -a | grep -o -e '-*icanon'; stty -echo raw; "
			 "echo EDIT; head -c 1 >/dev/null; exit 3\\n\" :0755\n");
	snprintf(visual, sizeof(visual), "VISUAL=%s", tree_path(tools, "editor"));
	struct explorer e = explorer_open(&(struct explorer_options){.env = env});
	explorer_do(&e, "gg", "@..");
	explorer_do(&e, "fa", "@alpha");
	explorer_do(&e, "fa", "@a.txt");
	explorer_do(&e, "l", "EDIT");
	assert_true(pty_matches(e.pty, "^icanon"));
	assert_false(pty_alternate_screen(e.pty));
	explorer_do(&e, "x", "@a.txt");
	explorer_do(&e, "k", "@beta");
	leave(&e);
	tree_free(tools);
}

static void test_no_editor(void **state)
{
	static const char *const env[] = {"VISUAL=/no/such/editor", "EDITOR", NULL};

	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.env = env});
	explorer_do(&e, "gg", "@..");
	explorer_do(&e, "fb", "@beta");
	explorer_do(&e, "fb", "@b.c");
	pty_keys(e.pty, "e");
	pty_rest(e.pty, 300);
	/* Whatever is there instead is left, and the explorer is still alive. */
	pty_keys(e.pty, "\033:q!\n");
	explorer_do(&e, "\033gg", "beta/");
	pty_close(e.pty);
	e.pty = NULL;
	tree_free(e.tree);
}

static void read_text(const char *path, char *to, size_t size)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	size_t n = fread(to, 1, size - 1, f);
	to[n] = '\0';
	fclose(f);
}

/* q leaves the directory for the shell to follow, Q does not. */
static void test_cwd_file(void **state)
{
	char file[4096], text[4096];
	const char *args[] = {"--cwd-file", file, NULL};

	(void)state;
	struct tree *out = tree_new("");
	snprintf(file, sizeof(file), "%s/cwd", out->path);
	struct explorer e = explorer_open(&(struct explorer_options){.args = args});
	explorer_do(&e, "ggj", "@alpha");
	explorer_do(&e, "l", "inner");
	pty_keys(e.pty, "q");
	pty_expect_exit(e.pty, 0);
	read_text(file, text, sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(text, tree_path(e.tree, "alpha"));
	explorer_close(&e);
	unlink(file);
	e = explorer_open(&(struct explorer_options){.args = args});
	leave(&e);
	assert_true(faccessat(AT_FDCWD, file, F_OK, 0) != 0 ||
		    (read_text(file, text, sizeof(text)), text[0] == '\0'));
	tree_free(out);
}

/* What could not be written in the end is said before anything begins. */
static void test_cwd_file_refused(void **state)
{
	static const char *const args[] = {"--cwd-file=/no/such/place/file", NULL};

	(void)state;
	struct explorer e = explorer_start(&(struct explorer_options){.args = args});
	explorer_expect(&e, "/no/such/place/file.*No such file");
	pty_expect_exit(e.pty, 2);
	pty_expect_restored(e.pty);
	explorer_close(&e);
}

/* Bad lines are named, the good ones count; a file that others may write is not trusted. */
static void test_configuration(void **state)
{
	char variable[4096];
	const char *env[] = {variable, NULL};

	(void)state;
	struct tree *t = tree_new(
		"config \"[options]\\nshow-hidden = yes\\nnonsense\\n[keys]\\ndown = z\\n\"\n");
	snprintf(variable, sizeof(variable), "TROWEL_CONFIG=%s", tree_path(t, "config"));
	struct explorer e = explorer_open(
		&(struct explorer_options){.env = env, .cols = 160, .ready = "\\.hidden"});
	explorer_expect(&e, "config:3");
	explorer_do(&e, "gg", "@..");
	explorer_do(&e, "z", "@alpha");
	leave(&e);
	chmod(tree_path(t, "config"), 0666);
	e = explorer_open(&(struct explorer_options){.env = env, .cols = 160});
	explorer_expect(&e, "config");
	assert_false(pty_matches(e.pty, "\\.hidden"));
	leave(&e);
	tree_free(t);
}

/* Press on a row, wheel, on a title. */
/* For one run, and stronger than the configuration. */
static void test_option(void **state)
{
	char variable[4200];
	const char *env[] = {variable, NULL};
	const char *args[] = {"-o", "show-hidden=yes", "--option=parent-row=no", NULL};

	(void)state;
	struct tree *t = tree_new("config \"[options]\\nshow-hidden = no\\n\"\n");
	snprintf(variable, sizeof(variable), "TROWEL_CONFIG=%s", tree_path(t, "config"));
	struct explorer e = explorer_open(
		&(struct explorer_options){.env = env, .args = args, .ready = "\\.hidden"});
	explorer_expect(&e, "~^ *\\.\\./");
	explorer_close(&e);
	tree_free(t);
}

static void test_mouse(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){0});
	explorer_do(&e, "gg", "@..");
	explorer_do(&e, "\033[<0;6;6M\033[<0;6;6m", "@a.txt");
	explorer_do(&e, "\033[<64;6;6M", "a\\.txt");
	explorer_do(&e, "\033[<0;6;4M\033[<0;6;4m", "@alpha");
	explorer_do(&e, "\033[<0;6;4M\033[<0;6;4m\033[<0;6;4M\033[<0;6;4m", "inner");
	leave(&e);
}

/* Pasted text runs nothing: not in the list, and in a prompt it is only text. */
static void test_paste(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){0});
	explorer_do(&e, "ggj", "@alpha");
	pty_keys(e.pty, "\033[200~Q\rq:*a!rm\n\033[201~");
	pty_rest(e.pty, 100);
	explorer_expect(&e, "@alpha");
	assert_false(pty_matches(e.pty, "marked"));
	explorer_do(&e, "/", "filter");
	explorer_do(&e, "\033[200~b.c\r\033[201~", "filter");
	explorer_expect(&e, "~alpha/");
	explorer_expect(&e, "b\\.c");
	explorer_do(&e, "\033", "alpha/");
	leave(&e);
}

/* An escape sequence that comes in pieces is still one key. */
static void test_split_sequence(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){0});
	explorer_do(&e, "gg", "@..");
	pty_keys(e.pty, "\033");
	pty_pump(e.pty, 5);
	pty_keys(e.pty, "[");
	pty_pump(e.pty, 5);
	explorer_do(&e, "B", "@alpha");
	/* So late that ESC has become a key: the rest must not run as commands (B, ~ ... are none
	 * here, but Q would be). */
	pty_keys(e.pty, "\033");
	pty_rest(e.pty, 300);
	pty_keys(e.pty, "[1;5Q");
	pty_rest(e.pty, 100);
	explorer_do(&e, "G", "@zlink");
	leave(&e);
}

/* The list narrows with each character, and widens again. */
static void test_filter_as_typed(void **state)
{
	(void)state;
	struct explorer e = explorer_open(&(struct explorer_options){.cols = 120});
	explorer_do(&e, "/", "filter");
	explorer_do(&e, "l", "zlink");
	explorer_expect(&e, "~beta/");
	explorer_do(&e, "og", "c\\.log");
	explorer_expect(&e, "~zlink");
	explorer_do(&e, "\x08\x08", "zlink");
	explorer_do(&e, "\033", "beta/");
	explorer_do(&e, "/(", "filter");
	explorer_do(&e, "\t\t\t", "regex.*|missing closing");
	explorer_do(&e, "\033", "beta/");
	leave(&e);
}

/* Keys typed behind an l are meant for the directory it leads to, however quickly they follow. */
static void test_typed_ahead(void **state)
{
	(void)state;
	struct explorer e =
		explorer_open(&(struct explorer_options){.tree = "one/two/three/ *5\nzz\n"});

	for (int i = 0; i < 5; i++) {
		explorer_do(&e, "lllGk", "@f0000003");
		explorer_do(&e, "hhh", "@one/");
	}
	leave(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_editor),
		cmocka_unit_test(test_no_editor),
		cmocka_unit_test(test_cwd_file),
		cmocka_unit_test(test_configuration),
		cmocka_unit_test(test_option),
		cmocka_unit_test(test_mouse),
		cmocka_unit_test(test_paste),
		cmocka_unit_test(test_split_sequence),
		cmocka_unit_test(test_filter_as_typed),
		cmocka_unit_test(test_typed_ahead),
		cmocka_unit_test(test_cwd_file_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
