/* SPDX-License-Identifier: MIT
 *
 * The files of doc/completion in the shells they are for: every option of every verb is offered,
 * and what is typed in front of a Tab becomes what it should.
 */
#include "../lib/program.h"
#include "../lib/pty.h"
#include "../lib/test.h"
#include "../lib/tree.h"

#include <unistd.h>

static struct tree *tree;
static char *folder; /* of the completions */
static char path_env[8192];

static char *absolute(const char *path)
{
	char *full = realpath(path, NULL);

	if (!full)
		fail_msg("no %s: run from the top of the tree", path);
	return full;
}

/* "trowel" is the program under test, found in PATH as people have it. */
static int setup(void **state)
{
	char *bin = absolute(getenv("TROWEL_BIN"));

	(void)state;
	tree = tree_new("bin/\na\\sfile\ninner/deep/\ninner/flat/\nhome/\n");
	assert_int_equal(symlink(bin, tree_path(tree, "bin/trowel")), 0);
	folder = absolute("doc/completion");
	snprintf(path_env, sizeof(path_env), "%s:%s", tree_path(tree, "bin"), getenv("PATH"));
	free(bin);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(folder);
	tree_free(tree);
	return 0;
}

static bool has_shell(const char *name)
{
	struct program p = {.path = name, .argv = (const char *[]){"-c", "exit 0", NULL}};

	program_run(&p);
	bool ok = p.status == 0;
	program_done(&p);
	if (!ok)
		print_message("SKIPPED: needs %s\n", name);
	return ok;
}

/* ---- what is offered, without a terminal ---- */

/* Completes $LINE and prints the answers, one per line. As bash has it, "=" is a word of its own.
 */
static const char bash_script[] =
	"source \"$COMPLETION/trowel.bash\" || exit 9; cd \"$DIR\" || exit 9\n"
	"line=${LINE//=/ = }; words=(trowel $line); [[ $LINE == *' ' || -z $LINE ]] && "
	"words+=('')\n"
	"COMP_WORDS=(\"${words[@]}\") COMP_CWORD=$((${#words[@]} - 1)) COMP_LINE=\"trowel $LINE\"\n"
	"_trowel 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\" | LC_ALL=C sort | tr '\\n' ' '\n";
/* The same where COMP_WORDBREAKS has no "=". */
static const char bash_whole_script[] =
	"source \"$COMPLETION/trowel.bash\" || exit 9; cd \"$DIR\" || exit 9\n"
	"words=(trowel $LINE); [[ $LINE == *' ' || -z $LINE ]] && words+=('')\n"
	"COMP_WORDS=(\"${words[@]}\") COMP_CWORD=$((${#words[@]} - 1)) COMP_LINE=\"trowel $LINE\"\n"
	"_trowel 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\" | LC_ALL=C sort | tr '\\n' ' '\n";
static const char fish_script[] = "source $COMPLETION/trowel.fish; or exit 9; cd $DIR; or exit 9\n"
				  "complete -C \"trowel $LINE\" | string replace -r '\\t.*' '' | "
				  "LC_ALL=C sort | tr '\\n' ' '\n";

struct way {
	const char *shell, *script;
};
static const struct way ways[] = {
	{"bash", bash_script}, {"bash", bash_whole_script}, {"fish", fish_script}};

static void complete(struct program *p, const struct way *way, const char *line)
{
	const char *env[] = {"COMPLETION", folder,   "DIR",  tree_path(tree, ""),     "LINE", line,
			     "PATH",       path_env, "HOME", tree_path(tree, "home"), NULL};
	const char *bash[] = {"--norc", "-c", way->script, NULL};
	const char *fish[] = {"--no-config", "-c", way->script, NULL};

	*p = (struct program){.path = way->shell,
			      .argv = strcmp(way->shell, "fish") == 0 ? fish : bash,
			      .env = env};
	program_run(p);
	assert_int_equal(p->status, 0);
}

static bool offers(const struct program *p, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = p->out.buf; (at = strstr(at, word)); at += len)
		if ((at == p->out.buf || at[-1] == ' ') && (at[len] == ' ' || at[len] == '='))
			return true;
	return false;
}

/* The long name in "-p, --print[=FORMAT]". */
static void long_name(const char *form, char *out, size_t size)
{
	const char *at = strstr(form, "--");
	size_t len = strspn(at, "-abcdefghijklmnopqrstuvwxyz");

	snprintf(out, size, "%.*s", (int)len, at);
}

/* Calls check for each option of the program's own table: of is "" or "list ". */
static unsigned each_option(void (*check)(void *ctx, const char *of, const char *option), void *ctx)
{
	struct program p = {.argv = (const char *[]){"--dump=arguments", NULL}};
	unsigned n = 0;

	program_run(&p);
	assert_int_equal(p.status, 0);
	for (char *line = p.out.buf, *end; (end = strchr(line, '\n')); line = end + 1) {
		char option[100], of[100];
		char *tab = strchr(line, '\t');

		assert_non_null(tab);
		*end = '\0';
		*tab++ = '\0';
		long_name(line, option, sizeof(option));
		tab[strcspn(tab, "\t")] = '\0';
		snprintf(of, sizeof(of), "%s%s", tab[6] ? tab + 7 : "", tab[6] ? " " : "");
		check(ctx, of, option);
		n++;
	}
	program_done(&p);
	return n;
}

/* What was offered last: the options of one verb come one after the other. */
struct offered {
	const struct way *way;
	char line[200];
	struct program p;
};

static void option_is_offered(void *ctx, const char *of, const char *option)
{
	struct offered *o = ctx;
	char line[200];

	snprintf(line, sizeof(line), "%s--", of);
	if (strcmp(line, o->line) != 0) {
		program_done(&o->p);
		complete(&o->p, o->way, line);
		snprintf(o->line, sizeof(o->line), "%s", line);
	}
	if (!offers(&o->p, option) || !offers(&o->p, "--help") || !offers(&o->p, "--version"))
		fail_msg("%s: '%s' offers no %s: %s", o->way->shell, line, option, o->p.out.buf);
}

static void every_option_is_offered(void **state)
{
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct offered o = {.way = &ways[i]};

		if (has_shell(ways[i].shell))
			n = each_option(option_is_offered, &o);
		program_done(&o.p);
	}
	if (!n)
		skip();
	assert_true(n > 10);
}

/* What each of them answers; alone: nothing else. */
static const struct {
	const char *line, *answer;
	bool alone;
} answers[] = {
	{"lis", "list", true},
	{"li", "link", false},
	{"rmd", "rmdir", true},
	{"restore --to in", "inner", true},
	{"trash --print=n", "nul", true},
	{"in", "info", false},
	{"in", "inner", false},
	{"info in", "inner", true},
	{"--re", "--read-only", false},
	{"--dump ", "roles", false},
	{"--dump=th", "themes", false},
	{"list --print=j", "json", true},
	{"info --print=", "nul", false},
	{"list --columns=name,si", "size", true},
	{"list -c ow", "owner", true},
	{"-o the", "theme", true},
	{"-o theme=solarized-d", "solarized-dark", true},
	{"-o filter=fu", "fuzzy", true},
	{"--option=sort=modi", "modified", true},
	{"--option=colors=t", "truecolor", true},
	{"-o wrap=y", "yes", true},
	{"list --print in", "inner", true},
};

/* fish gives the whole word, bash what is behind the last "=". */
static void expect_answer(const struct program *p, size_t i, const char *shell)
{
	size_t words = 0;

	for (const char *s = p->out.buf; *s; s++)
		words += *s == ' ';
	if (!strstr(p->out.buf, answers[i].answer) || (answers[i].alone && words != 1))
		fail_msg("%s: '%s' gives: %s", shell, answers[i].line, p->out.buf);
}

static void answers_are_as_expected(void **state)
{
	(void)state;
	for (size_t w = 0; w < ARRAY_LEN(ways); w++) {
		if (!has_shell(ways[w].shell))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
			struct program p;

			complete(&p, &ways[w], answers[i].line);
			expect_answer(&p, i, ways[w].shell);
			program_done(&p);
		}
	}
}

/* What is no beginning of anything offers nothing. */
static void nothing_is_made_up(void **state)
{
	static const char *const lines[] = {
		"zzz",         "info li", "--zzz",   "list --print=q",
		"-o theme=zz", "-o zzz",  "-o zzz=", "list --columns=zz"};

	(void)state;
	for (size_t w = 0; w < ARRAY_LEN(ways); w++) {
		for (size_t i = 0; has_shell(ways[w].shell) && i < ARRAY_LEN(lines); i++) {
			struct program p;

			complete(&p, &ways[w], lines[i]);
			if (strspn(p.out.buf, " \n") != p.out.len)
				fail_msg("%s: '%s' gives: %s", ways[w].shell, lines[i], p.out.buf);
			program_done(&p);
		}
	}
}

/* ---- on a terminal ---- */

static const struct {
	const char *name;
	const char *argv[6];
	const char *setup; /* $COMPLETION is the folder */
} shells[] = {
	{"bash",
	 {"bash", "--norc", "--noprofile", "-i"},
	 "bind 'set enable-bracketed-paste off'; source $COMPLETION/trowel.bash; PS1='re''ady> "
	 "'\r"},
	{"zsh",
	 {"zsh", "-f", "-i"},
	 "fpath=($COMPLETION $fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=500 "
	 "PS1='re''ady> '\r"},
	{"fish",
	 {"fish", "--no-config", "-i"},
	 "source $COMPLETION/trowel.fish; function fish_prompt; echo -n 're''ady> '; end\r"},
};

static struct pty *open_shell(size_t i)
{
	char completion[4096 + 16], path[8192 + 8], home[4096 + 8];
	const char *env[] = {completion, path, home, "XDG_CONFIG_HOME", NULL};

	snprintf(completion, sizeof(completion), "COMPLETION=%s", folder);
	snprintf(path, sizeof(path), "PATH=%s", path_env);
	snprintf(home, sizeof(home), "HOME=%s", tree_path(tree, "home"));
	struct pty *p = pty_open(&(struct pty_options){
		.argv = shells[i].argv, .env = env, .dir = tree->path, .rows = 60, .cols = 120});

	pty_keys(p, shells[i].setup);
	pty_expect(p, "^ready> *$");
	return p;
}

static void tab_completes(void **state)
{
	static const struct {
		const char *typed, *line;
	} rows[] = {
		{"trowel lis\t", "trowel list"},
		{"trowel chmo\t", "trowel chmod"},
		{"trowel restore --to inn\t", "trowel restore --to inner/"},
		{"trowel list --post\t", "trowel list --post-order"},
		{"trowel -o theme=solarized-l\t", "trowel -o theme=solarized-light"},
		{"trowel --option=filter=fu\t", "trowel --option=filter=fuzzy"},
		{"trowel list --print=j\t", "trowel list --print=json"},
		{"trowel list --columns=name,si\t", "trowel list --columns=name,size"},
		{"trowel --dump ro\t", "trowel --dump roles"},
		{"trowel info inn\t", "trowel info inner/"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (!has_shell(shells[i].name))
			continue;
		struct pty *p = open_shell(i);

		for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
			char regex[200];

			snprintf(regex, sizeof(regex), "^ready> %s", rows[k].line);
			pty_keys(p, rows[k].typed);
			pty_expect(p, regex);
			pty_keys(p, "\x15");
			pty_expect(p, "^ready> *$");
		}
		pty_close(p);
	}
}

static void option_is_on_screen(void *ctx, const char *of, const char *option)
{
	char regex[200], line[200];

	snprintf(line, sizeof(line), "trowel %s--\t", of);
	pty_keys(ctx, line);
	snprintf(regex, sizeof(regex), "^%s +--", option);
	pty_expect(ctx, regex);
	pty_keys(ctx, "\x15");
	pty_expect(ctx, "^ready> *$");
}

static void zsh_offers_every_option(void **state)
{
	(void)state;
	if (!has_shell("zsh"))
		skip();
	struct pty *p = open_shell(1);

	assert_true(each_option(option_is_on_screen, p) > 10);
	pty_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_is_offered),
		cmocka_unit_test(answers_are_as_expected),
		cmocka_unit_test(nothing_is_made_up),
		cmocka_unit_test(tab_completes),
		cmocka_unit_test(zsh_offers_every_option),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
