/* SPDX-License-Identifier: MIT
 *
 * The functions of doc/shell in the shells they are for, on a terminal: the shell follows to where
 * the explorer was left with q, whatever the name of that place, and nothing stays behind.
 */
#include "../lib/pty.h"
#include "../lib/test.h"
#include "../lib/tree.h"

#include <dirent.h>
#include <limits.h>
#include <unistd.h>

struct shell {
	const char *name, *file;
	const char *argv[6];
	const char *prompt, *unset_tmp, *bad_tmp, *status;
};

static const struct shell shells[] = {
	{"bash",
	 "doc/shell/trowel.bash",
	 {"bash", "--norc", "--noprofile", "-i"},
	 "PS1='re''ady> '\n",
	 "unset TMPDIR\n",
	 "TMPDIR=/no/such/place\n",
	 "echo status $?.\n"},
	{"zsh",
	 "doc/shell/trowel.zsh",
	 {"zsh", "-f", "-i"},
	 "PS1='re''ady> '\n",
	 "unset TMPDIR\n",
	 "export TMPDIR=/no/such/place\n",
	 "echo status $?.\n"},
	{"fish",
	 "doc/shell/trowel.fish",
	 {"fish", "--no-config", "-i"},
	 "function fish_prompt; echo 're''ady> '; end\n",
	 "set -e TMPDIR\n",
	 "set -x TMPDIR /no/such/place\n",
	 "echo status $status.\n"},
};

/* Each has a directory of an unkind name in it. */
static const char tree_text[] = "mark \"IS-ROOT\\n\"\n"
				"nl/end\\n/mark \"IS-NEWLINE\\n\"\n"
				"quote/a\\sb'c\\\"d$(e)/mark \"IS-QUOTE\\n\"\n"
				"dash/-rf/mark \"IS-DASH\\n\"\n"
				"bytes/\\xff\\xe3/mark \"IS-BYTES\\n\"\n"
				"t\\sm\\sp/\n"
				"home/\n"
				"bin/\n";

struct session {
	const struct shell *shell;
	struct tree *tree;
	struct pty *pty;
};

static void say(struct session *s, const char *line, const char *check)
{
	pty_keys(s->pty, line);
	pty_expect(s->pty, check);
}

/* The cursor is behind a fresh prompt. */
static void prompt(struct session *s)
{
	pty_expect(s->pty, "ready> *\n*$");
	pty_expect_not(s->pty, "items");
}

static bool has_shell(const char *name)
{
	char command[64];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", name);
	return system(command) == 0;
}

static struct session begin(const struct shell *shell)
{
	struct session s = {.shell = shell, .tree = tree_new(tree_text)};
	char path[8192], tmp[4200], home[4200], line[8192], here[PATH_MAX], *bin;
	const char *env[] = {path, tmp, home, "XDG_CONFIG_HOME", "XDG_DATA_HOME", NULL};

	bin = realpath(getenv("TROWEL_BIN"), NULL);
	assert_non_null(bin);
	assert_int_equal(symlink(bin, tree_path(s.tree, "bin/trowel")), 0);
	free(bin);
	snprintf(path, sizeof(path), "PATH=%s:%s", tree_path(s.tree, "bin"), getenv("PATH"));
	snprintf(tmp, sizeof(tmp), "TMPDIR=%s", tree_path(s.tree, "t m p"));
	snprintf(home, sizeof(home), "HOME=%s", tree_path(s.tree, "home"));
	s.pty = pty_open(&(struct pty_options){.argv = shell->argv, .env = env, .cols = 100});
	say(&s, shell->prompt, "ready> *\n*$");
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(line, sizeof(line), "source '%s/%s'; echo sour''ced\n", here, shell->file);
	say(&s, line, "^sourced");
	return s;
}

/* Starts it from the root of the tree in `dir`, and goes to what is in there. */
static void visit(struct session *s, const char *dir)
{
	char line[8192];

	snprintf(line, sizeof(line), "cd '%s'; clear; echo at''root\n", tree_path(s->tree, ""));
	say(s, line, "^atroot");
	snprintf(line, sizeof(line), "tw '%s'\n", dir);
	say(s, line, "1 item ");
	pty_keys(s->pty, "Gl");
	pty_expect(s->pty, "mark .* 1?[0-9]");
}

static void leave(struct session *s, const char *key, const char *check)
{
	pty_keys(s->pty, key);
	prompt(s);
	say(s, "cat mark\n", check);
}

static void expect_clean(struct session *s)
{
	DIR *d = opendir(tree_path(s->tree, "t m p"));
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d)))
		if (e->d_name[0] != '.')
			fail_msg("%s left %s behind", s->shell->name, e->d_name);
	closedir(d);
}

static void end(struct session *s)
{
	pty_close(s->pty);
	tree_free(s->tree);
}

static struct session begin_or_skip(void **state)
{
	const struct shell *shell = *state;

	if (!has_shell(shell->name)) {
		print_message("SKIPPED: %s is not installed\n", shell->name);
		skip();
	}
	return begin(shell);
}

static void test_follows(void **state)
{
	static const struct {
		const char *dir, *check;
	} places[] = {
		{"nl", "^IS-NEWLINE"},
		{"quote", "^IS-QUOTE"},
		{"dash", "^IS-DASH"},
		{"bytes", "^IS-BYTES"},
	};
	struct session s = begin_or_skip(state);

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		visit(&s, places[i].dir);
		leave(&s, "q", places[i].check);
		expect_clean(&s);
	}
	visit(&s, "nl");
	leave(&s, "Q", "^IS-ROOT");
	expect_clean(&s);
	end(&s);
}

static void test_status(void **state)
{
	struct session s = begin_or_skip(state);
	char line[256];

	snprintf(line, sizeof(line), "tw --no-such-option; %s", s.shell->status);
	say(&s, line, "^status 2\\.");
	snprintf(line, sizeof(line), "tw; %s", s.shell->status);
	say(&s, line, " items? ");
	say(&s, "Q", "^status 0\\.");
	expect_clean(&s);
	end(&s);
}

static void test_tmpdir(void **state)
{
	struct session s = begin_or_skip(state);

	pty_keys(s.pty, s.shell->unset_tmp);
	visit(&s, "quote");
	leave(&s, "q", "^IS-QUOTE");
	/* Without a file the program still starts, and the shell stays. */
	pty_keys(s.pty, s.shell->bad_tmp);
	visit(&s, "nl");
	leave(&s, "q", "^IS-ROOT");
	end(&s);
}

/* What the shells make of a stopped function differs; that nothing stays behind does not. */
static void test_stopped(void **state)
{
	struct session s = begin_or_skip(state);

	if (strstr(getenv("TROWEL_BIN"), ".valgrind")) {
		print_message("SKIPPED: under Valgrind a program cannot stop itself\n");
		skip();
	}
	visit(&s, "nl");
	pty_keys(s.pty, "\x1a");
	prompt(&s);
	pty_keys(s.pty, "fg\n");
	pty_expect(s.pty, "mark .* 1?[0-9]");
	pty_keys(s.pty, "q");
	prompt(&s);
	say(&s, "echo back''again\n", "^backagain");
	expect_clean(&s);
	end(&s);
}

int main(void)
{
	static void (*const functions[])(void **) = {test_follows, test_status, test_tmpdir,
						     test_stopped};
	static const char *const names[] = {"follows", "status", "tmpdir", "stopped"};
	struct CMUnitTest tests[ARRAY_LEN(shells) * ARRAY_LEN(functions)];
	static char titles[ARRAY_LEN(tests)][32];

	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		const struct shell *shell = &shells[i / ARRAY_LEN(functions)];

		snprintf(titles[i], sizeof(titles[i]), "%s %s", shell->name,
			 names[i % ARRAY_LEN(functions)]);
		tests[i] = (struct CMUnitTest){titles[i], functions[i % ARRAY_LEN(functions)], NULL,
					       NULL, (void *)(uintptr_t)shell};
	}
	return _cmocka_run_group_tests("shells", tests, ARRAY_LEN(tests), NULL, NULL);
}
