/* SPDX-License-Identifier: MIT */
#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/nomem.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include "base/defs.h"
#include "fs/oplog.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct step trashing(const char *name)
{
	struct step s = STEP_INIT;

	s.kind = STEP_TRASH;
	assert_int_equal(step_place_set(&s.from, "/a", NULL, name), 0);
	assert_int_equal(step_place_set(&s.to, "/t/files", NULL, "x"), 0);
	return s;
}

static struct oplog *open_log(const char *dir)
{
	struct oplog *log;
	const char *why;

	assert_int_equal(oplog_open(dir, &log, &why), 0);
	return log;
}

static char *read_log(struct tree *t, const char *rel, size_t *ret_len)
{
	char *text = calloc(1, 3u << 20);
	int fd = open(tree_path(t, rel), O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_non_null(text);
	assert_true(fd >= 0);
	n = read(fd, text, (3u << 20) - 1);
	assert_true(n >= 0);
	close(fd);
	if (ret_len)
		*ret_len = (size_t)n;
	return text;
}

static void expect_log(struct tree *t, const char *expect)
{
	char *text = read_log(t, "state/operations.log", NULL);

	assert_string_equal(text, expect);
	free(text);
}

static void set_zone(const char *zone)
{
	assert_int_equal(setenv("TZ", zone, 1), 0);
	tzset();
}

static void lines_for_people(void **state)
{
	struct tree *t = tree_new("");
	struct oplog *log = open_log(tree_path(t, "state"));
	struct step s = trashing("b c"), m = STEP_INIT, u = STEP_INIT;
	struct stat st;

	(void)state;
	set_zone("XXX-01:30");
	assert_int_equal(oplog_add(log, 1795611791, 42, &s, STEP_DONE, 0, NULL), 0);
	set_zone("UTC");
	assert_int_equal(oplog_add(log, 1795611791, 42, &s, STEP_NOT_DONE, -EACCES, NULL), 0);
	assert_int_equal(oplog_add(log, INT64_MAX, 7, &s, STEP_LOST, 0, "it is elsewhere"), 0);
	m.kind = STEP_MODE;
	m.was.mode = 0644;
	m.now.mode = 04755;
	assert_int_equal(step_place_set(&m.from, "/", NULL, "f"), 0);
	assert_int_equal(oplog_add(log, 0, 8, &m, STEP_PARTLY, -EIO, "half of it"), 0);
	m.kind = STEP_OWNER;
	m.now.uid = 5;
	assert_int_equal(oplog_add(log, 0, 8, &m, STEP_OPEN, 0, ""), 0);
	u.kind = STEP_UNKNOWN;
	u.kind_name = strdup("swap");
	u.told = strdup("swap a\nand b");
	assert_int_equal(oplog_add(log, 0, 9, &u, STEP_DONE, 0, NULL), 0);
	expect_log(t,
		   "2026-11-25 14:33:11 +0130  #42  trash  /a/b c -> /t/files/x  done\n"
		   "2026-11-25 13:03:11 +0000  #42  trash  /a/b c -> /t/files/x  not done "
		   "(Permission denied)\n"
		   "@9223372036854775807  #7  trash  /a/b c -> /t/files/x  not known: it is "
		   "elsewhere\n"
		   "1970-01-01 00:00:00 +0000  #8  mode  /f  0644 -> 4755  partly done: half of it "
		   "(Input/output error)\n"
		   "1970-01-01 00:00:00 +0000  #8  owner  /f  0:0 -> 5:0  begun\n"
		   "1970-01-01 00:00:00 +0000  #9  swap a\\nand b  done\n");
	assert_int_equal(stat(tree_path(t, "state/operations.log"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(tree_path(t, "state"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	step_done(&s);
	step_done(&m);
	step_done(&u);
	oplog_close(log);
	oplog_close(NULL);
	tree_free(t);
}

/* A name cannot be a line, nor a control sequence, nor hide. */
static void names_are_made_safe(void **state)
{
	struct tree *t = tree_new("");
	struct oplog *log = open_log(tree_path(t, "state"));
	struct step s = trashing("a\nb\x1b[2J\xff\xe2\x80\xae");
	char *text;
	size_t len;

	(void)state;
	assert_int_equal(oplog_add(log, 0, 1, &s, STEP_DONE, 0, "because\nof \x1b"), 0);
	text = read_log(t, "state/operations.log", &len);
	for (size_t i = 0; i + 1 < len; i++)
		assert_true((unsigned char)text[i] >= ' ' && (unsigned char)text[i] < 0x7f);
	assert_int_equal(text[len - 1], '\n');
	assert_non_null(strstr(text, "/a/a\\nb^[[2J\\xff\\u{202e}"));
	free(text);
	step_done(&s);
	oplog_close(log);
	tree_free(t);
}

static void refuse(struct tree *t, const char *words)
{
	struct oplog *log;
	const char *why = NULL;

	assert_int_equal(oplog_open(tree_path(t, "state"), &log, &why), -EPERM);
	assert_non_null(why);
	assert_non_null(strstr(why, words));
}

static void what_is_not_ours(void **state)
{
	static const struct {
		const char *line, *words;
	} odd[] = {
		{"state/operations.log -> ../victim", "not a regular file"},
		{"state/operations.log|", "not a regular file"},
		{"state/operations.log => victim", "more than one name"},
	};
	struct oplog *log;
	const char *why;
	struct stat st;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		struct tree *t = tree_new("state/ :0700\nvictim\n");

		tree_add(t, odd[i].line);
		refuse(t, odd[i].words);
		assert_int_equal(stat(tree_path(t, "victim"), &st), 0);
		assert_int_equal(st.st_size, 0);
		tree_free(t);
	}
	struct tree *t = tree_new("state/operations.log\n");

	assert_int_equal(chmod(tree_path(t, "state/operations.log"), 0622), 0);
	refuse(t, "others may write");
	assert_int_equal(oplog_open("relative", &log, &why), -EINVAL);
	if (geteuid() == 0) {
		assert_int_equal(chmod(tree_path(t, "state/operations.log"), 0600), 0);
		assert_int_equal(chown(tree_path(t, "state/operations.log"), 65534, 65534), 0);
		refuse(t, "someone else");
		assert_int_equal(chown(tree_path(t, "state"), 65534, 65534), 0);
		refuse(t, "root leaves no files");
	}
	tree_free(t);
}

static void write_as_nobody(void *ctx)
{
	struct oplog *log = open_log(ctx);
	struct step s = trashing("b");

	assert_int_equal(oplog_add(log, 0, 1, &s, STEP_DONE, 0, NULL), 0);
	step_done(&s);
	oplog_close(log);
}

static void as_a_plain_user(void **state)
{
	struct tree *t = tree_new("home/ :0777\n");
	char *text;

	(void)state;
	set_zone("UTC");
	assert_int_equal(chmod(t->path, 0755), 0);
	as_user(write_as_nobody, (void *)(uintptr_t)tree_path(t, "home/state"));
	text = read_log(t, "home/state/operations.log", NULL);
	assert_non_null(strstr(text, "trash  /a/b"));
	free(text);
	tree_free(t);
}

/* ---- growing ---- */

static size_t count_lines(struct tree *t, const char *rel, unsigned *seen)
{
	size_t len, n = 0;
	char *text = read_log(t, rel, &len), *line = text;

	assert_true(len <= OPLOG_MAX);
	while (*line) {
		char *end = strchr(line, '\n');
		unsigned long id;

		assert_non_null(end);
		*end = '\0';
		/* Whole: from the year to what came of it. */
		assert_int_equal(strncmp(line, "1970-", 5), 0);
		assert_string_equal(end - 4, "done");
		id = strtoul(strchr(line, '#') + 1, NULL, 10);
		assert_in_range(id, 1, 9999);
		if (seen)
			seen[id]++;
		line = end + 1;
		n++;
	}
	free(text);
	return n;
}

static int write_lines(const char *dir, const char *name, int program, int lines)
{
	struct oplog *log = open_log(dir);
	struct step s = trashing(name);
	int r = 0;

	for (int k = 0; k < lines && r == 0; k++)
		r = oplog_add(log, 0, (uint64_t)(1000 * (program + 1) + k), &s, STEP_DONE, 0, NULL);
	step_done(&s);
	oplog_close(log);
	return r;
}

/* Several programs write while it becomes full: no line is lost, none is torn. */
static void it_begins_anew_when_full(void **state)
{
	enum { PROGRAMS = 3, LINES = 250 };
	struct tree *t = tree_new("");
	char name[2200];
	const char *dir = tree_path(t, "state");
	unsigned *seen = calloc(10000, sizeof(*seen));

	(void)state;
	assert_non_null(seen);
	set_zone("UTC");
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < PROGRAMS; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			_exit(write_lines(dir, name, i, LINES) == 0 ? 0 : 1);
	}
	for (int i = 0; i < PROGRAMS; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(count_lines(t, "state/operations.log", seen) +
				 count_lines(t, "state/operations.log.1", seen),
			 PROGRAMS * LINES);
	for (int i = 0; i < PROGRAMS; i++)
		for (int k = 0; k < LINES; k++)
			assert_int_equal(seen[1000 * (i + 1) + k], 1);
	free(seen);
	tree_free(t);
}

/* Removed, or renamed by another program: the next line goes where the name is. */
static void removed_meanwhile(void **state)
{
	struct tree *t = tree_new("");
	struct oplog *log = open_log(tree_path(t, "state"));
	struct step s = trashing("b");

	(void)state;
	set_zone("UTC");
	assert_int_equal(oplog_add(log, 0, 1, &s, STEP_DONE, 0, NULL), 0);
	tree_remove(t, "state/operations.log");
	assert_int_equal(oplog_add(log, 0, 2, &s, STEP_DONE, 0, NULL), 0);
	assert_int_equal(count_lines(t, "state/operations.log", NULL), 1);
	tree_remove(t, "state");
	assert_int_equal(oplog_add(log, 0, 3, &s, STEP_DONE, 0, NULL), -ENOENT);
	step_done(&s);
	oplog_close(log);
	tree_free(t);
}

/* ---- failures ---- */

static void any_call_may_fail(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_statx,    FAULT_write,
						FAULT_flock,  FAULT_renameat, FAULT_mkdirat};
	struct step s = trashing("b");

	(void)state;
	set_zone("UTC");
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		for (unsigned nth = 1; nth <= 8; nth++) {
			struct tree *t = tree_new("");
			struct oplog *log = NULL;
			const char *why;
			size_t told = 0;

			fault_reset();
			fault_fail(calls[i], nth, EIO, false);
			if (oplog_open(tree_path(t, "state"), &log, &why) == 0) {
				for (int k = 1; k <= 3; k++)
					told += oplog_add(log, 0, (uint64_t)k, &s, STEP_DONE, 0,
							  NULL) == 0;
				assert_in_range(told, 2, 3);
				assert_int_equal(count_lines(t, "state/operations.log", NULL),
						 told);
				oplog_close(log);
			}
			assert_int_equal(fault_open_fds(), 0);
			tree_free(t);
		}
	}
	fault_reset();
	step_done(&s);
}

/* Half a line is not left for the next one to go on. */
static void a_full_disk(void **state)
{
	struct tree *t = tree_new("");
	struct oplog *log = open_log(tree_path(t, "state"));
	struct step s = trashing("b");

	(void)state;
	set_zone("UTC");
	fault_reset();
	assert_int_equal(oplog_add(log, 0, 1, &s, STEP_DONE, 0, NULL), 0);
	fault_short(FAULT_write, 10);
	assert_int_equal(oplog_add(log, 0, 2, &s, STEP_DONE, 0, NULL), -ENOSPC);
	fault_reset();
	assert_int_equal(oplog_add(log, 0, 3, &s, STEP_DONE, 0, NULL), 0);
	assert_int_equal(count_lines(t, "state/operations.log", NULL), 2);
	step_done(&s);
	oplog_close(log);
	tree_free(t);
}

static void without_memory(void **state)
{
	struct tree *t = tree_new("state/ :0700\n");
	const char *dir = tree_path(t, "state");
	struct step s = trashing("b");
	bool failed = true;

	(void)state;
	set_zone("UTC");
	for (unsigned long n = 1; failed; n++) {
		struct oplog *log = NULL;
		const char *why;
		int r;

		nomem_arm(n);
		r = oplog_open(dir, &log, &why);
		if (r == 0)
			r = oplog_add(log, 0, 1, &s, STEP_DONE, 0, "why");
		failed = nomem_disarm();
		assert_int_equal(r, failed ? -ENOMEM : 0);
		if (log)
			oplog_close(log);
	}
	step_done(&s);
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_for_people),         cmocka_unit_test(names_are_made_safe),
		cmocka_unit_test(what_is_not_ours),         cmocka_unit_test(as_a_plain_user),
		cmocka_unit_test(it_begins_anew_when_full), cmocka_unit_test(removed_meanwhile),
		cmocka_unit_test(any_call_may_fail),        cmocka_unit_test(a_full_disk),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
