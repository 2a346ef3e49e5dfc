/* SPDX-License-Identifier: MIT
 *
 * trowel sizes, as scripts use it.
 */
#include "../lib/as_user.h"
#include "../lib/program.h"
#include "../lib/test.h"
#include "../lib/tree.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char tree_text[] = "big/data.bin 300000\n"
				"big/more.BIN 100000\n"
				"link.a 50000\n"
				"sub/link.b => link.a\n"
				"sub/notes.txt 10\n"
				"we\\nird 20\n"
				"empty/\n";

#define CSV_HEAD "path,type,disk_bytes,apparent_bytes,shared_bytes,entries,mtime,errors\n"

static int setup(void **state)
{
	*state = tree_new(tree_text);
	return 0;
}

static int teardown(void **state)
{
	tree_free(*state);
	return 0;
}

/* Runs it in the tree; argv without the verb, at most 8. */
static struct program run(struct tree *t, const char *const *argv)
{
	static const char *args[10];
	size_t n = 0;

	args[n++] = "sizes";
	while (*argv && n < 9)
		args[n++] = *argv++;
	args[n] = NULL;
	struct program p = {.argv = args, .dir = t->path};
	program_run(&p);
	return p;
}
#define RUN(t, ...) run(t, (const char *const[]){__VA_ARGS__, NULL})

/* The numbers are the file system's, so lengths are looked at; the order is theirs too. */
static void test_text(void **state)
{
	struct program p = RUN(*state, "--apparent", "--depth=2");
	const char *big, *data;

	assert_int_equal(p.status, 0);
	assert_string_equal(p.err.buf ? p.err.buf : "", "");
	big = strstr(p.out.buf, "  ./big\n");
	data = strstr(p.out.buf, "  ./big/data.bin\n");
	assert_non_null(big);
	assert_non_null(data);
	assert_true(big < data);
	assert_true(data < strstr(p.out.buf, "  ./big/more.BIN\n"));
	assert_true(strstr(p.out.buf, "more.BIN") <
		    strstr(p.out.buf, "./link.a  (has other links)"));
	assert_non_null(strstr(p.out.buf, "100.0%           10  .\n"));
	program_done(&p);
	p = RUN(*state, "--depth", "0");
	assert_null(strchr(strchr(p.out.buf, '\n') + 1, '\n'));
	program_done(&p);
}

static void test_json(void **state)
{
	static const char *const wanted[] = {
		"{\"path\":\".\",\"entries\":10,\"files\":6,\"dirs\":4,\"disk_bytes\":",
		"\"hardlinked_extra_bytes\":",
		"\"errors\":0",
		"\"seconds\":",
		"\"children\":[{\"name\":\"big\",\"type\":\"directory\"",
		"\"children\":[{\"name\":\"data.bin\",\"type\":\"regular file\"",
		"\"note\":\"has other links\"",
		"\"name\":\"we\\nird\""};
	struct program p = RUN(*state, "--print=json", "--depth", "9");

	assert_int_equal(p.status, 0);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(p.out.buf, wanted[i]))
			fail_msg("%s is not in %s", wanted[i], p.out.buf);
	program_done(&p);
}

static void test_csv_and_nul(void **state)
{
	struct program p = RUN(*state, "--print=csv", "--apparent");

	assert_ptr_equal(p.out.buf, strstr(p.out.buf, CSV_HEAD));
	assert_non_null(strstr(p.out.buf, "\"./we\nird\",regular file,"));
	program_done(&p);
	p = RUN(*state, "--print=nul", "--apparent");
	/* Each ends in a NUL byte, also the name with a newline. */
	size_t ends = 0;
	for (size_t i = 0; i < p.out.len; i++)
		ends += p.out.buf[i] == '\0';
	assert_int_equal(ends, 6);
	assert_non_null(memmem(p.out.buf, p.out.len, "20\t./we\nird\0", 12));
	program_done(&p);
}

static void test_largest_and_kinds(void **state)
{
	struct program p = RUN(*state, "--top=2", "--apparent");

	assert_non_null(strstr(p.out.buf, "./big/data.bin\n"));
	assert_non_null(strstr(p.out.buf, "./big/more.BIN\n"));
	assert_null(strstr(p.out.buf, "notes"));
	program_done(&p);
	p = RUN(*state, "--by-extension", "--print=csv");
	assert_non_null(strstr(p.out.buf, "\nbin,2,"));
	assert_non_null(strstr(p.out.buf, "\ntxt,1,"));
	/* Of the links of one file the first in order. */
	assert_non_null(strstr(p.out.buf, "\na,1,"));
	assert_null(strstr(p.out.buf, "\nb,"));
	assert_non_null(strstr(p.out.buf, "\n,1,"));
	program_done(&p);
	p = RUN(*state, "--top=100", "--print=json");
	assert_non_null(strstr(p.out.buf, "\"path\":\"./big/data.bin\"}"));
	program_done(&p);
}

static void test_leaving_out(void **state)
{
	struct tree *t = *state;
	struct program p = RUN(t, "--exclude", "*.bin", "-X", "/sub");

	assert_int_equal(p.status, 0);
	assert_non_null(strstr(p.out.buf, "./sub  (excluded)\n"));
	program_done(&p);
	tree_add(t, "patterns \"# a comment\\n\\n/sub\\n\"\n");
	p = RUN(t, "--exclude-from", "patterns");
	assert_non_null(strstr(p.out.buf, "./sub  (excluded)\n"));
	program_done(&p);
	p = RUN(t, "--exclude-from", "none");
	assert_int_equal(p.status, 2);
	assert_non_null(strstr(p.err.buf, "'none': No such file"));
	program_done(&p);
}

static void test_wrong(void **state)
{
	static const struct {
		const char *arg, *wanted;
		int status;
	} cases[] = {{"--depth=x", "--depth: 'x' is not a number", 2},
		     {"--depth=", "is not a number", 2},
		     {"--depth=99999999999999999999", "is not a number from 0 to", 2},
		     {"--print=xml", "'xml' is none of", 2},
		     {"--exclude=[a", "--exclude: '[a'", 2},
		     {"none", "'none': No such file or directory", 1},
		     {"link.a", "'link.a': Not a directory", 1}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct program p = RUN(*state, cases[i].arg);

		assert_int_equal(p.status, cases[i].status);
		if (!strstr(p.err.buf, cases[i].wanted))
			fail_msg("%s is not in %s", cases[i].wanted, p.err.buf);
		program_done(&p);
	}
}

static void run_unread(void *ctx)
{
	struct program p = RUN(ctx, "--apparent");

	assert_int_equal(p.status, 1);
	assert_non_null(strstr(p.out.buf, "./closed  (not read: Permission denied)\n"));
	assert_int_equal(strncmp(p.out.buf, ">=", 2), 0);
	assert_non_null(strstr(p.out.buf, ".  (1 unread)\n"));
	assert_string_equal(p.err.buf, "trowel sizes: './closed': Permission denied\n");
	program_done(&p);
}

static void test_unread(void **state)
{
	struct tree *t = *state;

	as_user_needs_program();
	tree_add(t, "closed/x 5\nclosed/ :0\n");
	as_user(run_unread, t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
		cmocka_unit_test_setup_teardown(test_csv_and_nul, setup, teardown),
		cmocka_unit_test_setup_teardown(test_largest_and_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leaving_out, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unread, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
