/* SPDX-License-Identifier: MIT
 *
 * What all verbs that change things have in common: what is refused, dry runs that change nothing,
 * JSON, names that mean harm, exit status.
 */
#include "acting.h"

#include "../lib/as_user.h"

static const char things[] = "work/file \"content\" :0644\n"
			     "work/dir/sub/deep 5000\n"
			     "work/dir/other \"x\"\n"
			     "work/link -> dir\n"
			     "work/lost -> nowhere\n"
			     "work/second => work/file\n"
			     "work/empty/one/two/\n"
			     "work/empty/three/\n"
			     "work/pipe|\n"
			     "work/socket=\n";

/* Nothing of these is ever acted on, by whatever verb. */
static void test_operands_that_are_refused(void **state)
{
	static const char *const verbs[][2] = {{"rm"},    {"delete", "--yes"},   {"rmdir"},
					       {"touch"}, {"chmod", "000"},      {"chown", "0:0"},
					       {"mkdir"}, {"mkdir", "--parents"}};
	static const struct {
		const char *operand, *why;
	} rows[] = {
		{"", "'': an empty name"},
		{"/", "root directory"},
		{"//", "root directory"},
		{".", "ends in '.' or '..'"},
		{"..", "ends in '.'"},
		{"dir/.", "ends in '.'"},
		{"dir/..", "ends in '.' or '..'"},
		{"dir/../", "ends in '.'"},
		{"./", "ends in '.'"},
		{"/..", "ends in '.'"},
		{"link/.", "ends in '.'"},
	};

	(void)state;
	build(things);
	for (size_t v = 0; v < ARRAY_LEN(verbs); v++) {
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			const char *argv[5] = {verbs[v][0]};
			int n = 1;

			if (verbs[v][1])
				argv[n++] = verbs[v][1];
			argv[n++] = "--";
			argv[n] = rows[i].operand;
			changes_nothing(3, argv);
			said(rows[i].why);
		}
	}
	changes_nothing(3, ARGS("rename", ".", "new"));
	changes_nothing(3, ARGS("rename", "file", ".."));
	changes_nothing(3, ARGS("link", "file", "dir/."));
	changes_nothing(3, ARGS("symlink", "file", "/"));
	changes_nothing(3, ARGS("symlink", "", "new"));
	changes_nothing(3, ARGS("restore", "."));
}

static void test_slash_behind_a_link(void **state)
{
	(void)state;
	build(things);
	changes_nothing(3, ARGS("rm", "link/"));
	said("'link/': it is a link, and links are not followed: without the slash the link");
	changes_nothing(3, ARGS("delete", "--yes", "link//"));
	changes_nothing(3, ARGS("chmod", "700", "link/"));
	changes_nothing(3, ARGS("rename", "link/", "new"));
	changes_nothing(3, ARGS("rm", "file/"));
	said("it is no directory");
	changes_nothing(3, ARGS("rename", "file", "new/"));
	said("ends in a slash is for a directory");
	RUN(0, "rename", "dir/", "new/");
	assert_true(exists("work/new/sub/deep"));
	RUN(0, "rm", "new//", "link");
	assert_false(exists("work/new") || exists("work/link"));
}

/* Also not directories of our own; and what is printed is the plan. */
static void test_dry_runs_change_nothing(void **state)
{
	static const struct {
		const char *argv[8];
		const char *text;
	} rows[] = {
		{{"rm", "-n", "file", "dir", "lost", "pipe", "socket"}, "would trash "},
		{{"rm", "--dry-run", "--print", "link"}, "/work/link\n"},
		{{"delete", "-n", "dir", "second"}, "2 items: 3 files, 2 directories, "},
		{{"rename", "-n", "file", "new"}, "would rename "},
		{{"mkdir", "-n", "-p", "a/b/c"}, "/work/a/b/c\n"},
		{{"mkdir", "-n", "-m", "700", "new"}, "would "},
		{{"touch", "-n", "new", "file"}, "/work/new\n"},
		{{"touch", "-n", "-d", "2020-01-01", "file"}, "/work/file"},
		{{"link", "-n", "file", "new"}, "/work/new"},
		{{"symlink", "-n", "--relative", "dir/sub", "empty/new"}, "/work/empty/new"},
		{{"chmod", "-n", "u+x", "file"}, "from 0644 to 0744"},
		{{"rmdir", "-n", "--below", "empty"}, "/work/empty/one/two\n"},
		{{"trash"}, ""},
		{{"history"}, ""},
		{{"empty", "--dry-run"}, "do nothing"},
		{{"recover", "--dry-run"}, "nothing was interrupted"},
	};

	(void)state;
	build(things);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		changes_nothing(0, rows[i].argv);
		printed(rows[i].text);
	}
	/* Nor where there is something to restore, undo and empty. */
	RUN(0, "rm", "dir", "file");
	changes_nothing(0, ARGS("undo", "-n"));
	printed("would restore ");
	changes_nothing(0, ARGS("restore", "-n", "file"));
	printed("/work/file\n");
	changes_nothing(0, ARGS("empty", "-n"));
	printed("2 items of the trash");
	changes_nothing(0, ARGS("trash", "--print=json"));
	changes_nothing(3, ARGS("empty"));
	RUN(0, "undo");
	changes_nothing(0, ARGS("redo", "-n"));
	printed("would trash ");
}

static void test_json_of_each(void **state)
{
	static const char *const rows[][8] = {
		{"rm", "--print=json", "-n", "file"},
		{"rm", "--print=json", "file", "none", ""},
		{"undo", "--print=json", "-n"},
		{"undo", "--print=json"},
		{"redo", "--print=json"},
		{"trash", "--print=json"},
		{"restore", "--print=json", "file"},
		{"delete", "--print=json", "second"},
		{"delete", "--print=json", "-y", "second", "dir"},
		{"mkdir", "--print=json", "-p", "a/b"},
		{"touch", "--print=json", "file", "new"},
		{"chmod", "--print=json", "600", "file"},
		{"chmod", "--print=json", "600", "file"},
		{"rename", "--print=json", "file", "f2"},
		{"rename", "--print=json", "f2", "new"},
		{"link", "--print=json", "f2", "f3"},
		{"symlink", "--print=json", "f2", "f4"},
		{"rmdir", "--print=json", "--below", "empty"},
		{"empty", "--print=json", "--yes"},
		{"history", "--print=json"},
		{"recover", "--print=json", "-y"},
	};

	(void)state;
	build(things);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(rows[i][0], "empty") == 0)
			only_ours();
		start(&last, rows[i], NULL);
		is_json();
		assert_in_set(last.status, ((const LargestIntegralType[]){0, 1, 3}), 3);
	}
	RUN(3, "rm", "--print=json", "none", "");
	is_json();
	printed("\"steps\":[],\"skipped\":[],\"errors\":[{\"path\":\"\",\"errno\":\"EINVAL\","
		"\"reason\":\"an "
		"empty");
	printed("\"errno\":\"ENOENT\"");
	printed("\"dry_run\":false,\"label\":null,\"id\":null,\"done\":0");
}

/* What is printed and said of them is harmless, JSON is lossless, and they go and come back. */
static void test_hostile_names(void **state)
{
	static const char *const names[] = {
		"\033[2J\033]0;x\007", "line\nbreak", "-rf",         "--yes", "bad\xff\xfe",
		"\xe2\x80\xaetxt.exe", " ",           "'; echo x;'", "%41",   "a\tb\\n"};
	const char *argv[16] = {"rm", "--print", "--"};
	size_t n = 3;

	(void)state;
	build("");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		int fd = open(tree_path(world, "work"), O_RDONLY | O_DIRECTORY);
		int file = openat(fd, names[i], O_CREAT | O_WRONLY, 0600);

		assert_true(file >= 0);
		close(file);
		close(fd);
		argv[n++] = names[i];
	}
	run(0, argv);
	for (size_t i = 0; i < last.out.len; i++)
		assert_true((unsigned char)last.out.buf[i] >= ' ' || last.out.buf[i] == '\n');
	assert_null(strstr(last.out.buf, "\xe2\x80\xae"));
	RUN(0, "trash", "--print=json");
	is_json();
	printed("bad\\udcff\\udcfe");
	RUN(0, "trash");
	for (size_t i = 0; i < last.out.len; i++)
		assert_true((unsigned char)last.out.buf[i] >= ' ' || last.out.buf[i] == '\n');
	RUN(0, "trash", "--print=nul");
	n = 0;
	for (size_t i = 0; i < last.out.len; i++)
		n += last.out.buf[i] == '\0';
	assert_int_equal(n, ARRAY_LEN(names));
	argv[0] = "restore";
	run(0, argv);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char rel[300];

		snprintf(rel, sizeof(rel), "work/%s", names[i]);
		assert_true(exists(rel));
	}
	RUN(0, "history", "--print=json");
	is_json();
}

static void test_wrong_usage(void **state)
{
	static const struct {
		const char *argv[6];
		const char *words;
	} rows[] = {
		{{"rm"}, "trowel rm: a FILE is needed\n"},
		{{"rm", "--print=xml", "file"}, "--print: 'xml' is none of"},
		{{"rm", "-r", "file"}, "unknown option -r"},
		{{"rename", "file"}, "an OLD and a NEW name are needed"},
		{{"rename", "file", "b", "c"}, "'c' is too much"},
		{{"mkdir", "-m", "rwx", "a"}, "'rwx' is no mode: "},
		{{"touch", "-d", "yesterday", "a"}, "--date: 'yesterday': a date is YYYY-MM-DD"},
		{{"touch", "-r", "none", "a"}, "'none': No such file"},
		{{"chmod", "u+q", "file"}, "'u+q' is no mode: "},
		{{"chmod", "644"}, "a MODE and a FILE are needed"},
		{{"chmod", "-R", "644", "dir"}, "--recursive is not there yet"},
		{{"chown", "-R", "0", "dir"}, "--recursive is not there yet"},
		{{"chown", "no such one", "file"}, "there is no user 'no such one'"},
		{{"chown", "0:no such one", "file"}, "there is no group 'no such one'"},
		{{"empty", "file"}, "it takes no operands"},
		{{"empty", "--older", "soon"}, "--older: 'soon' is no number of days"},
		{{"empty", "--larger=much"}, "--larger: 'much' is no size"},
		{{"restore"}, "trowel trash --print"},
		{{"undo", "x"}, "'x' is no number of an action"},
		{{"undo", "0"}, "is no number"},
		{{"undo", "1", "2"}, "'2' is too much"},
		{{"redo", "1"}, "it redoes what was undone last"},
		{{"history", "x"}, "'x' is no number"},
		{{"trash", "x"}, "it takes no operands"},
	};

	(void)state;
	build(things);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		changes_nothing(2, rows[i].argv);
		said(rows[i].words);
	}
}

/* One of several fails: the rest is done, and the status tells. */
static void test_some_of_several(void **state)
{
	(void)state;
	build(things);
	RUN(1, "rm", "file", "none", "dir");
	said("/work/none': No such file or directory\n");
	assert_false(exists("work/file") || exists("work/dir"));
	RUN(1, "rm", "-n", "second", "none");
	assert_true(exists("work/second"));
	RUN(3, "rm", "none", "none2");
	said("none2");
}

static void count_opens(const char *log, unsigned *ret_n)
{
	char line[4096];
	FILE *f = fopen(log, "r");

	assert_non_null(f);
	*ret_n = 0;
	while (fgets(line, sizeof(line), f))
		*ret_n += strstr(line, "\"dir/\"") != NULL;
	fclose(f);
}

/* A directory of many operands is opened once. */
static void test_many_of_one_directory(void **state)
{
	struct str script = STR_INIT;
	struct program p = {.path = "strace", .argv = ARGS("-V")};
	unsigned n;

	(void)state;
	program_run(&p);
	if (p.status != 0) {
		program_done(&p);
		print_message("SKIPPED: needs strace\n");
		skip();
	}
	build("work/dir/ *1000\n");
	str_addf(&script, "strace -f -e trace=openat,openat2 -o '%s' '%s' rm dir/*",
		 tree_path(world, "log"), getenv("TROWEL_BIN"));
	program_done(&p);
	p = (struct program){.path = "sh",
			     .argv = ARGS("-c", script.buf),
			     .dir = tree_path(world, "work"),
			     .env = ARGS("HOME", tree_path(world, "home"))};
	program_run(&p);
	if (p.status != 0 && strstr(p.err.buf, "ptrace")) {
		print_message("SKIPPED: strace may not trace here\n");
		program_done(&p);
		str_done(&script);
		skip();
	}
	if (p.status != 0)
		fail_msg("%s", p.err.buf);
	count_opens(tree_path(world, "log"), &n);
	assert_in_range(n, 1, 3);
	assert_false(exists("work/dir/f0000000"));
	program_done(&p);
	str_done(&script);
}

static void without_rights(void *ctx)
{
	(void)ctx;
	build("work/closed/ \nwork/closed/file \"x\"\nwork/mine \"y\"\n");
	assert_int_equal(chmod(tree_path(world, "work/closed"), 0555), 0);
	changes_nothing(3, ARGS("rm", "closed/file"));
	changes_nothing(3, ARGS("delete", "--yes", "closed/file"));
	changes_nothing(3, ARGS("rename", "closed/file", "closed/other"));
	changes_nothing(3, ARGS("mkdir", "closed/new"));
	changes_nothing(3, ARGS("touch", "closed/new"));
	changes_nothing(3, ARGS("symlink", "x", "closed/new"));
	said("you may not change the directory");
	changes_nothing(3, ARGS("chown", "0", "mine"));
	RUN(1, "rm", "closed/file", "mine");
	assert_false(exists("work/mine"));
	assert_true(exists("work/closed/file"));
	/* Of somebody else. */
	if (geteuid() != 0) {
		struct stat st;

		assert_int_equal(stat("/", &st), 0);
		if (st.st_uid != geteuid())
			RUN(3, "chmod", "700", "/etc");
	}
	RUN(0, "undo");
	assert_int_equal(chmod(tree_path(world, "work/closed"), 0755), 0);
	end_world(NULL);
}

static void test_without_rights(void **state)
{
	(void)state;
	as_user_needs_program();
	as_user(without_rights, NULL);
}

/* Where the journal cannot be written nothing is done, unless that was agreed to. */
static void test_without_a_journal(void **state)
{
	(void)state;
	build("work/a \"x\"\nwork/b \"x\"\nhome/.local/state/trowel \"a file\"\n");
	changes_nothing(3, ARGS("rm", "a"));
	said("--no-journal goes without it, and without undo");
	RUN(0, "rm", "--no-journal", "a");
	assert_false(exists("work/a"));
	RUN(0, "restore", "--no-journal", "a");
	assert_true(exists("work/a"));
	changes_nothing(3, ARGS("undo"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_operands_that_are_refused, end_world),
		cmocka_unit_test_teardown(test_slash_behind_a_link, end_world),
		cmocka_unit_test_teardown(test_dry_runs_change_nothing, end_world),
		cmocka_unit_test_teardown(test_json_of_each, end_world),
		cmocka_unit_test_teardown(test_hostile_names, end_world),
		cmocka_unit_test_teardown(test_wrong_usage, end_world),
		cmocka_unit_test_teardown(test_some_of_several, end_world),
		cmocka_unit_test_teardown(test_many_of_one_directory, end_world),
		cmocka_unit_test_teardown(test_without_rights, end_world),
		cmocka_unit_test_teardown(test_without_a_journal, end_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
