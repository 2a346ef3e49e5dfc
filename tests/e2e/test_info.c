/* SPDX-License-Identifier: MIT
 *
 * trowel info on real trees, hostile names included.
 */
#include "../lib/as_user.h"
#include "../lib/program.h"
#include "../lib/test.h"
#include "../lib/tree.h"

#include "base/defs.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARGS(...)                 \
	(const char *[])          \
	{                         \
		__VA_ARGS__, NULL \
	}

static void info(struct program *p, struct tree *t, const char *const *argv)
{
	*p = (struct program){.argv = argv, .dir = t ? tree_path(t, "") : NULL};
	program_run(p);
}

/* The line of a fact, without its name; "" when it is not there. */
static const char *fact(const struct program *p, const char *name, char buf[512])
{
	size_t len = strlen(name);

	buf[0] = '\0';
	for (const char *line = p->out.buf; *line; line += strcspn(line, "\n") + 1) {
		size_t n = strcspn(line, "\n");

		if (strncmp(line, name, len) != 0 || line[len] != ' ' || n < 11)
			continue;
		assert_true(n - 11 < 512);
		memcpy(buf, line + 11, n - 11);
		buf[n - 11] = '\0';
		break;
	}
	return buf;
}

static void assert_fact(const struct program *p, const char *name, const char *expected)
{
	char buf[512];

	if (strcmp(fact(p, name, buf), expected) != 0)
		fail_msg("%s: '%s', not '%s' in\n%s", name, buf, expected, p->out.buf);
}

static void test_file(void **state)
{
	struct tree *t = tree_new("file 12345 :4751 @86399\n");
	struct program p;
	char buf[512];

	(void)state;
	info(&p, t, ARGS("info", "file"));
	assert_int_equal(p.status, 0);
	assert_fact(&p, "path", "file");
	assert_fact(&p, "type", "regular file");
	assert_fact(&p, "size", "12,345 bytes (13K)");
	assert_fact(&p, "mode", "-rwsr-x--x 4751");
	assert_fact(&p, "modified", "1970-01-01 23:59:59.000000000 +0000");
	assert_fact(&p, "links", "1");
	assert_fact(&p, "target", "");
	assert_fact(&p, "entries", "");
	assert_non_null(strstr(fact(&p, "access", buf), "you: "));
	/* Either where it is, or that it cannot be told, as in a chroot. */
	fact(&p, "mount", buf);
	assert_true(buf[0] == '/' || strstr(buf, "not in the mount table"));
	assert_non_null(strstr(fact(&p, "owner", buf), "("));
	program_done(&p);
	tree_free(t);
}

static void test_time_zone(void **state)
{
	struct tree *t = tree_new("file @86399\n");
	struct program p = {.argv = ARGS("info", "file"),
			    .dir = tree_path(t, ""),
			    .env = ARGS("TZ", "XXX-05:30")};

	(void)state;
	program_run(&p);
	assert_fact(&p, "modified", "1970-01-02 05:29:59.000000000 +0530");
	program_done(&p);
	tree_free(t);
}

static void test_types(void **state)
{
	struct tree *t = tree_new("dir/ *300\nempty/\nfifo|\nsock=\nlink -> dir\nlost -> no/where\n"
				  "loop -> loop\nhole ~1G\n");
	static const char *const rows[][3] = {
		{"dir", "type", "directory"},
		{"dir", "entries", "300"},
		{"empty", "entries", "0"},
		{"fifo", "type", "FIFO"},
		{"sock", "type", "socket"},
		{"link", "type", "symbolic link"},
		{"link", "target", "dir (directory)"},
		{"link", "access", ""},
		{"link", "entries", ""},
		{"link/", "type", "directory"},
		{"link/", "entries", "300"},
		{"lost", "target", "no/where (dangling: there is no such file)"},
		{"loop", "target", "loop (loop: it never leads to a file)"},
		{"hole", "size", "1,073,741,824 bytes (1.0G)"},
		{"hole", "on disk", "0 bytes"},
		{"/dev/null", "type", "character device 1:3"},
		{"/dev/null", "size", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program p;

		info(&p, t, ARGS("info", "--", rows[i][0]));
		assert_int_equal(p.status, 0);
		assert_fact(&p, rows[i][1], rows[i][2]);
		program_done(&p);
	}
	tree_free(t);
}

static void test_errors(void **state)
{
	struct tree *t = tree_new("a\nb/\n");
	struct program p;

	(void)state;
	info(&p, t, ARGS("info", "a", "none", "b", "a/b", "", "x\033[2J\ny"));
	assert_int_equal(p.status, 1);
	assert_string_equal(p.err.buf, "trowel info: 'none': No such file or directory\n"
				       "trowel info: 'a/b': Not a directory\n"
				       "trowel info: '': No such file or directory\n"
				       "trowel info: 'x^[[2J\\ny': No such file or directory\n");
	assert_non_null(strstr(p.out.buf, "path       a\n"));
	assert_non_null(strstr(p.out.buf, "\n\npath       b\n"));
	program_done(&p);
	tree_free(t);
}

static void test_nul(void **state)
{
	struct tree *t = tree_new("a\nb\\n\nc\\xff\n");
	struct program p;

	(void)state;
	info(&p, t, ARGS("info", "--print=nul", "a", "none", "b\n", "c\xff"));
	assert_int_equal(p.status, 1);
	assert_int_equal(p.out.len, 8);
	assert_memory_equal(p.out.buf, "a\0b\n\0c\xff\0", 8);
	program_done(&p);
	tree_free(t);
}

/* No byte of a name gets out as it is, in any locale, and the names of the zoo are all found. */
static void test_hostile_names(void **state)
{
	static const char *const locales[] = {"C.UTF-8", "C"};
	struct tree *t = tree_new(tree_zoo);
	DIR *dir = opendir(tree_path(t, ""));
	struct dirent *e;

	(void)state;
	assert_non_null(dir);
	while ((e = readdir(dir))) {
		for (size_t i = 0; i < ARRAY_LEN(locales); i++) {
			struct program p = {.argv = ARGS("info", "--", e->d_name),
					    .dir = tree_path(t, ""),
					    .env = ARGS("LC_ALL", locales[i])};

			program_run(&p);
			assert_int_equal(p.status, 0);
			for (size_t j = 0; j < p.out.len; j++) {
				unsigned char c = (unsigned char)p.out.buf[j];

				assert_true(c == '\n' || (c >= ' ' && c != 0x7f));
				assert_true(i == 0 || c < 0x80);
			}
			/* A newline in a name would begin a line of its own. */
			for (const char *l = p.out.buf; *l; l += strcspn(l, "\n") + 1)
				assert_true(strcspn(l, "\n") > 11);
			program_done(&p);
		}
	}
	closedir(dir);
	tree_free(t);
}

static const char json_script[] =
	"import json, sys, os\n"
	"doc = json.loads(sys.stdin.buffer.read().decode('utf-8'))\n"
	"assert list(doc) == ['items', 'errors'], list(doc)\n"
	"names = set(os.listdir(sys.argv[1]))\n"
	"for i in doc['items']:\n"
	"    st = os.lstat(os.path.join(sys.argv[1], i['path']))\n"
	"    assert i['path'] in names and i['name'] == i['path'], i\n"
	"    assert i['inode'] == st.st_ino and i['device'] == st.st_dev, i\n"
	"    assert i['mode'] == '%04o' % (st.st_mode & 0o7777), i\n"
	"    assert i['uid'] == st.st_uid and i['gid'] == st.st_gid, i\n"
	"    assert i['links'] == st.st_nlink and i['disk_bytes'] == st.st_blocks * 512, i\n"
	"    assert i.get('size', st.st_size) == st.st_size, i\n"
	"    m = i['modified']\n"
	"    assert m['seconds'] * 10**9 + m['nanoseconds'] == st.st_mtime_ns, i\n"
	"    if i['type'] == 'symbolic link':\n"
	"        full = os.path.join(sys.argv[1], i['path'])\n"
	"        assert i['target'] == os.readlink(full), i\n"
	"        assert os.path.exists(full) == (i['target_errno'] is None), i\n"
	"    if i['type'] == 'directory':\n"
	"        assert i['entries'] == len(os.listdir(os.path.join(sys.argv[1], i['path']))), i\n"
	"    names.remove(i['path'])\n"
	"assert not names, names\n"
	"assert [e['errno'] for e in doc['errors']] == ['ENOENT'], doc['errors']\n";

/* The JSON of every name of the zoo, as python reads it, says what python's os module says. */
static void test_json(void **state)
{
	struct tree *t = tree_new(tree_zoo);
	struct program python = {.path = "python3",
				 .argv = ARGS("-c", "import json"),
				 .env = ARGS("LC_ALL", "C.UTF-8")};
	struct program p;
	const char *argv[200] = {"info", "--print=json", "--", "none"};
	char *names[200];
	size_t n = 0;
	DIR *dir = opendir(tree_path(t, ""));
	struct dirent *e;

	(void)state;
	while ((e = readdir(dir)) && n < 190) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		names[n] = strdup(e->d_name);
		argv[4 + n] = names[n];
		n++;
	}
	closedir(dir);
	info(&p, t, argv);
	assert_int_equal(p.status, 1);
	assert_int_equal(p.out.buf[p.out.len - 1], '\n');
	assert_null(memchr(p.out.buf, '\n', p.out.len - 1));
	program_run(&python);
	if (python.status == 0) {
		python.argv = ARGS("-c", json_script, tree_path(t, ""));
		python.input = p.out.buf;
		program_run(&python);
		if (python.status != 0)
			fail_msg("%s", python.err.buf);
	} else {
		print_message("no python3: the JSON was not read by a second program\n");
	}
	program_done(&python);
	program_done(&p);
	while (n > 0)
		free(names[--n]);
	tree_free(t);
}

static void closed_directory(void *ctx)
{
	struct tree *t = ctx;
	struct program p;

	info(&p, t, ARGS("info", "closed", "closed/file"));
	assert_int_equal(p.status, 1);
	assert_fact(&p, "type", "directory");
	assert_fact(&p, "entries", "unknown: Permission denied");
	assert_string_equal(p.err.buf, "trowel info: 'closed/file': Permission denied\n");
	program_done(&p);
}

static void test_no_permission(void **state)
{
	struct tree *t;

	(void)state;
	as_user_needs_program();
	t = tree_new("closed/file\nclosed/ :0\n");
	assert_int_equal(chmod(tree_path(t, ""), 0755), 0);
	as_user(closed_directory, t);
	tree_free(t);
}

/* Ids without a name, as after an account was removed. */
static void test_no_names(void **state)
{
	struct tree *t = tree_new("file\n");
	struct program p;

	(void)state;
	if (chown(tree_path(t, "file"), 54321, 54322) < 0)
		skip();
	info(&p, t, ARGS("info", "file"));
	assert_fact(&p, "owner", "no name (54321)");
	assert_fact(&p, "group", "no name (54322)");
	program_done(&p);
	info(&p, t, ARGS("info", "--print=json", "file"));
	assert_non_null(strstr(p.out.buf, "\"owner\":null,\"group\":null,\"uid\":54321"));
	program_done(&p);
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),     cmocka_unit_test(test_time_zone),
		cmocka_unit_test(test_types),    cmocka_unit_test(test_errors),
		cmocka_unit_test(test_nul),      cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_json),     cmocka_unit_test(test_no_permission),
		cmocka_unit_test(test_no_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
