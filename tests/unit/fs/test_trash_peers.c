/* SPDX-License-Identifier: MIT
 *
 * Second opinions on the trash, from whatever is installed of trash-cli and gio: what we put there
 * they list and restore, and the reverse.
 */
#include "trashing.h"

#include "../../lib/peers.h"
#include "../../lib/program.h"

#include "fs/trash_restore.h"

#define TRASH "home/.local/share/Trash/"

static char told[8192];

static bool note(void *ctx, const struct trash_item *i)
{
	size_t len = strlen(told);

	(void)ctx;
	snprintf(told + len, sizeof(told) - len, "%d %s %s %d\n", i->state, i->name,
		 i->origin ? i->origin : i->why, i->date.year > 2000);
	return true;
}

static void list(void)
{
	const char *why;

	trash_dir_done(&trash);
	assert_int_equal(trash_dir_home(&env, true, &trash, &why), 0);
	told[0] = '\0';
	assert_int_equal(trash_list(&trash, NULL, note, NULL), 0);
}

static void lists(int state, const char *name, const char *origin)
{
	char line[512];

	snprintf(line, sizeof(line), "%d %s %s 1\n", state, name, tree_path(tree, origin));
	if (!strstr(told, line))
		fail_msg("no line %s in:\n%s", line, told);
}

/* Where it is in PATH; without it the test is skipped, and says so. */
static const char *find(const char *name)
{
	static char found[512];
	const char *path = getenv("PATH");

	while (path && *path) {
		size_t len = strcspn(path, ":");

		snprintf(found, sizeof(found), "%.*s/%s", (int)len, path, name);
		if (len && access(found, X_OK) == 0)
			return found;
		path += len + (path[len] == ':');
	}
	print_message("SKIP: no second opinion: %s is not installed\n", name);
	skip();
	return NULL;
}

static void run(struct program *p, const char *name, const char *const *argv, const char *input)
{
	const char *vars[] = {"HOME", tree_path(tree, "home"), "LC_ALL", "C.UTF-8", NULL};

	*p = (struct program){.path = find(name),
			      .argv = argv,
			      .dir = tree_path(tree, "work"),
			      .env = vars,
			      .input = input};
	program_run(p);
	p->env = NULL;
}

static void build_work(void)
{
	build("work/file \"content\" :0640 @12345\nwork/dir/a/b \"y\"\nwork/link -> none\n"
	      "work/a\\sb%41\\xc3\\xbc.tar.gz\nwork/line\\nbreak\n");
}

static const char *const names[] = {"file", "dir", "link", "a b%41\xc3\xbc.tar.gz", "line\nbreak"};

static void put_all(void)
{
	struct str name = STR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(put_from("work", names[i], 0, &name), 0);
	str_done(&name);
}

static void test_trash_cli_lists_and_restores_ours(void **state)
{
	struct identity id;
	struct program p;
	char line[512];

	(void)state;
	build_work();
	id = identity("work/file");
	put_all();
	run(&p, "trash-list", NULL, NULL);
	assert_int_equal(p.status, 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(line, sizeof(line), "2026-11-06 12:00:00 %s/%s\n", tree_path(tree, "work"),
			 names[i]);
		assert_non_null(strstr(p.out.buf, line));
	}
	program_done(&p);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		run(&p, "trash-restore", NULL, "0\n");
		assert_int_equal(p.status, 0);
		program_done(&p);
	}
	assert_true(is("work/file", &id));
	assert_true(exists("work/dir/a/b") && exists("work/link") && exists("work/line\nbreak"));
	list();
	assert_string_equal(told, "");
}

static void test_trash_cli_empties_ours(void **state)
{
	struct program p;

	(void)state;
	if (peers_endangered()) {
		print_message("SKIP: trash-empty would empty %s too\n", peers_endangered());
		skip();
	}
	build_work();
	put_all();
	run(&p, "trash-empty", NULL, NULL);
	assert_int_equal(p.status, 0);
	program_done(&p);
	list();
	assert_string_equal(told, "");
	assert_false(exists(TRASH "files/dir"));
}

/* What a program has put there, we list, restore and erase. */
static void theirs(const char *program, const char *const *argv, size_t n)
{
	const struct delete_options o = {0};
	struct trash_restore r = {.trash = &trash};
	struct delete_counts counts;
	struct renamed how;
	struct program p;
	const char *why;

	run(&p, program, argv, NULL);
	if (p.status != 0 && strstr(p.err.buf, "not supported")) {
		print_message("SKIP: %s\n", p.err.buf);
		program_done(&p);
		skip();
	}
	if (p.status != 0 || p.err.len)
		print_message("%s", p.err.buf);
	assert_int_equal(p.status, 0);
	program_done(&p);
	list();
	for (size_t i = 0; i < n; i++) {
		char origin[64];

		snprintf(origin, sizeof(origin), "work/%s", names[i]);
		assert_false(exists(origin));
		lists(TRASH_WHOLE, names[i], origin);
		r.name = names[i];
		if (i % 2) {
			assert_int_equal(trash_erase(&trash, names[i], NULL, &o, &counts), 0);
			continue;
		}
		assert_int_equal(trash_restore(&r, &how, &why), 0);
		assert_true(exists(origin));
	}
	list();
	assert_string_equal(told, "");
}

static void test_trash_cli_puts(void **state)
{
	static const char *const argv[] = {"file", "dir", "link", "a b%41\xc3\xbc.tar.gz", NULL};

	(void)state;
	build_work();
	theirs("trash-put", argv, 4);
}

static void test_gio_puts(void **state)
{
	static const char *const argv[] = {
		"trash", "file", "dir", "link", "a b%41\xc3\xbc.tar.gz", "line\nbreak", NULL};

	(void)state;
	build_work();
	/* It puts nothing of a tmpfs there, and says so. */
	theirs("gio", argv, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_trash_cli_lists_and_restores_ours, teardown),
		cmocka_unit_test_teardown(test_trash_cli_empties_ours, teardown),
		cmocka_unit_test_teardown(test_trash_cli_puts, teardown),
		cmocka_unit_test_teardown(test_gio_puts, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
