/* SPDX-License-Identifier: MIT
 *
 * The helper processes: found, started, asked, killed, replaced; and programs that are none.
 */
#include "../../lib/test.h"

#include "../../lib/fault.h"
#include "../../lib/previews.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wire.h"
#include "fs/helper_path.h"
#include "fs/pool.h"

static struct previews *previews;
static struct tree *tree;

static int setup(void **state)
{
	(void)state;
	fault_reset();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fault_reset();
	previews_free(previews);
	tree_free(tree);
	previews = NULL;
	tree = NULL;
	return 0;
}

static void begin(const char *program)
{
	previews = previews_new(program);
	if (!tree)
		tree = tree_new("t \"text\"\n");
}

static void expect_text(void)
{
	struct preview *p = previews_of(previews, tree_path(tree, "t"));

	if (p->kind != PREVIEW_TEXT)
		fail_msg("no text: %s", p->reason.buf);
	previews_expect_line(p, 0, "text");
	preview_free(p);
}

static void expect(struct preview *p, const char *part)
{
	assert_int_equal(p->kind, PREVIEW_NONE);
	assert_int_equal(p->nlines, 0);
	if (!strstr(p->reason.buf, part))
		fail_msg("'%s' does not say '%s'", p->reason.buf, part);
	preview_free(p);
}

static void expect_reason(const char *part)
{
	expect(previews_of(previews, tree_path(tree, "t")), part);
}

static pid_t only_helper(void)
{
	pid_t pids[HELPER_MAX];

	assert_int_equal(helper_pids(previews->service.helper, pids), 1);
	return pids[0];
}

/* Waits for the nth call of sendmsg: the question is on its way. */
static void await_question(unsigned nth)
{
	uint64_t deadline = pool_now_ms() + ANSWERS_DEADLINE_MS;

	while (fault_count(FAULT_sendmsg) < nth) {
		assert_true(pool_now_ms() < deadline);
		sched_yield();
	}
}

static void await_rest(void)
{
	uint64_t deadline = pool_now_ms() + ANSWERS_DEADLINE_MS;

	while (pool_busy(previews->service.pool) > 0) {
		assert_true(pool_now_ms() < deadline);
		sched_yield();
	}
}

/* It was killed; the machine may be slow to end it, and then it is waited for with a later
 * question.
 */
static void is_gone(pid_t pid)
{
	uint64_t deadline = pool_now_ms() + ANSWERS_DEADLINE_MS;

	while (kill(pid, 0) == 0) {
		assert_true(pool_now_ms() < deadline);
		expect_text();
	}
}

static void is_used_again(void **state)
{
	pid_t pid;

	(void)state;
	begin(NULL);
	expect_text();
	pid = only_helper();
	expect_text();
	expect_text();
	assert_int_equal(only_helper(), pid);
	assert_int_equal(fault_count(FAULT_posix_spawn), 1);
}

static void at_most_two_are_alive(void **state)
{
	struct preview_ask ask = {PREVIEW_OF_CONTENT, 10, 10};
	pid_t pids[HELPER_MAX];

	(void)state;
	begin(NULL);
	for (uint64_t ticket = 1; ticket <= 12; ticket++)
		previewer_preview(&previews->service, ticket, tree_path(tree, "t"), &ask);
	for (uint64_t ticket = 1; ticket <= 12; ticket++) {
		struct fs_event *e = answers_get(&previews->answers, FS_PREVIEW, ticket);

		assert_int_equal(e->u.preview->kind, PREVIEW_TEXT);
		fs_event_free(e);
	}
	assert_in_range(helper_pids(previews->service.helper, pids), 1, 2);
	assert_in_range(fault_count(FAULT_posix_spawn), 1, 2);
}

static void killed_at_rest_costs_nothing(void **state)
{
	siginfo_t info;
	pid_t pid;

	(void)state;
	begin(NULL);
	expect_text();
	pid = only_helper();
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	expect_text();
	assert_int_not_equal(only_helper(), pid);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1); /* no zombie of it */
	assert_int_equal(errno, ECHILD);
}

static void killed_at_work_costs_one_preview(void **state)
{
	pid_t pid;

	(void)state;
	begin(NULL);
	expect_text();
	pid = only_helper();
	assert_int_equal(kill(pid, SIGSTOP), 0);
	previews_ask(previews, tree_path(tree, "t"), PREVIEW_OF_CONTENT, 10, 10);
	await_question(2);
	assert_int_equal(kill(pid, SIGKILL), 0);
	expect(previews_get(previews), "died looking at it (signal 9, Killed)");
	expect_text();
}

static void too_slow_is_ended(void **state)
{
	uint64_t start;
	pid_t pid;

	(void)state;
	begin(NULL);
	expect_text();
	pid = only_helper();
	assert_int_equal(kill(pid, SIGSTOP), 0);
	start = pool_now_ms();
	expect_reason("looking at it took longer than 2 s");
	assert_true(pool_now_ms() - start >= 2000);
	is_gone(pid);
	expect_text();
}

static void cancelled_is_ended_soon(void **state)
{
	pid_t pid;

	(void)state;
	begin(NULL);
	expect_text();
	pid = only_helper();
	assert_int_equal(kill(pid, SIGSTOP), 0);
	previews_ask(previews, tree_path(tree, "t"), PREVIEW_OF_CONTENT, 10, 10);
	await_question(2);
	pool_cancel(previews->service.pool, previews->ticket);
	await_rest();
	assert_null(answers_any(&previews->answers, previews->ticket));
	is_gone(pid);
	expect_text();
}

static void missing_is_said(void **state)
{
	(void)state;
	begin("/nowhere/trowel-helper");
	expect_reason("trowel-helper was found neither beside trowel nor in");
	tree_add(tree, "plain \"no program\"\n");
	previews_free(previews);
	begin(tree_path(tree, "plain"));
	expect_reason("the helper program could not be used: Permission denied");
}

/* A program in place of the helper: a script. The socket is its standard input. */
static void begin_fake(const char *script)
{
	struct str text = STR_INIT;

	tree = tree_new("t \"text\"\n");
	assert_int_equal(str_addf(&text, "fake \"#!/bin/sh\\n%s\\n\" :0755\n", script), 0);
	tree_add(tree, text.buf);
	str_done(&text);
	begin(tree_path(tree, "fake"));
}

static void nonsense_is_no_answer(void **state)
{
	static const struct {
		const char *script, *reason;
	} cases[] = {
		{"printf 'sixteen bytes!!! and more' >&0; cat >/dev/null",
		 "something that is no answer"},
		/* The head of an answer of 4 GiB. */
		{"printf 'TRAN\\\\001\\\\000\\\\000\\\\000\\\\001\\\\000\\\\000\\\\000"
		 "\\\\377\\\\377\\\\377\\\\377' >&0; cat >/dev/null",
		 "something that is no answer"},
		/* An answer to another question. */
		{"printf 'TRAN\\\\001\\\\000\\\\000\\\\000\\\\007\\\\000\\\\000\\\\000"
		 "\\\\000\\\\000\\\\000\\\\000' >&0; cat >/dev/null",
		 "something that is no answer"},
		/* An empty one. */
		{"printf 'TRAN\\\\001\\\\000\\\\000\\\\000\\\\001\\\\000\\\\000\\\\000"
		 "\\\\000\\\\000\\\\000\\\\000' >&0; cat >/dev/null",
		 "something that is no answer"},
		{"printf 'TRAN\\\\002\\\\000\\\\000\\\\000\\\\001\\\\000\\\\000\\\\000"
		 "\\\\000\\\\000\\\\000\\\\000' >&0; cat >/dev/null",
		 "of another version"},
		{"exit 3", "ended before it answered (status 3)"},
		{"kill -SEGV $$", "died looking at it (signal 11, Segmentation fault)"},
		/* Announces much, sends little. */
		{"printf 'TRAN\\\\001\\\\000\\\\000\\\\000\\\\001\\\\000\\\\000\\\\000"
		 "\\\\000\\\\001\\\\000\\\\000xyz' >&0; exit 0",
		 "ended before it answered (status 0)"},
		/* Reads all, says nothing. */
		{"exec cat >/dev/null", "took longer than 2 s"},
		/* Closes its socket and lives on: it is killed. */
		{"exec <&-; while :; do :; done", "hung up before it answered, and was ended"},
		/* Killed by somebody else. */
		{"kill -KILL $$", "died looking at it (signal 9, Killed)"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		begin_fake(cases[i].script);
		expect_reason(cases[i].reason);
		previews_free(previews);
		previews = NULL;
		tree_free(tree);
		tree = NULL;
	}
}

/* The answer to the first question, in a file beside the program. */
static void put_answer(enum preview_kind kind)
{
	struct preview *p = preview_new();
	struct str body = STR_INIT;
	uint8_t head[WIRE_HEADER_LEN];
	int fd = open(tree_path(tree, "answer"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_non_null(p);
	assert_true(fd >= 0);
	p->kind = kind;
	assert_int_equal(wire_put_preview(&body, p), 0);
	wire_put_header(head, &(struct wire_header){.seq = 1, .len = (uint32_t)body.len});
	assert_int_equal(write(fd, head, sizeof(head)), sizeof(head));
	assert_int_equal(write(fd, body.buf, body.len), body.len);
	close(fd);
	str_done(&body);
	preview_free(p);
}

/* Directories and links are looked at here: who answers with one is no helper of ours, and ended.
 */
static void kinds_of_ours_are_no_answer(void **state)
{
	static const enum preview_kind kinds[] = {PREVIEW_DIR, PREVIEW_LINK};
	pid_t pids[HELPER_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		begin_fake("cat ${0%/*}/answer >&0; exec cat >/dev/null");
		put_answer(kinds[i]);
		expect_reason("something that is no answer, and was ended");
		assert_int_equal(helper_pids(previews->service.helper, pids), 0);
		previews_free(previews);
		previews = NULL;
		tree_free(tree);
		tree = NULL;
	}
}

static void a_crashing_one_does_not_spin(void **state)
{
	(void)state;
	begin_fake("exit 1");
	for (int i = 0; i < 5; i++)
		expect_reason("ended before it answered");
	assert_int_equal(fault_count(FAULT_posix_spawn), 5);
	for (int i = 0; i < 20; i++)
		expect_reason("died several times in a row");
	assert_int_equal(fault_count(FAULT_posix_spawn), 5);
}

static void starting_may_fail(void **state)
{
	static const struct {
		enum fault_call call;
		int err;
		const char *reason;
	} cases[] = {
		{FAULT_posix_spawn, EAGAIN, "Resource temporarily unavailable"},
		{FAULT_posix_spawn, ENOMEM, NULL},
		{FAULT_socketpair, EMFILE, "Too many open files"},
		{FAULT_sendmsg, EPIPE, "ended before it answered"},
		{FAULT_sendmsg, ETOOMANYREFS, "Too many references"},
		{FAULT_recv, EIO, "Input/output error"},
		{FAULT_poll, EINVAL, "Invalid argument"},
	};

	(void)state;
	begin(NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int fds;
		pid_t pids[HELPER_MAX];

		if (helper_pids(previews->service.helper, pids) > 0) {
			kill(pids[0], SIGKILL);
			waitid(P_PID, (id_t)pids[0], &(siginfo_t){0}, WEXITED | WNOWAIT);
			fault_fail(FAULT_posix_spawn, 1, EAGAIN, false);
			expect_reason("Resource temporarily");
		}
		fds = fault_open_fds();
		fault_fail(cases[i].call, 1, cases[i].err, false);
		if (cases[i].reason && cases[i].err != EPIPE) {
			expect_reason(cases[i].reason);
		} else {
			struct preview_ask ask = {PREVIEW_OF_CONTENT, 10, 10};
			struct fs_event *e;

			previewer_preview(&previews->service, 1000 + i, tree_path(tree, "t"), &ask);
			e = answers_get(&previews->answers, FS_PREVIEW, 1000 + i);
			assert_true(e->err == -ENOMEM || e->u.preview->reason.len > 0);
			fs_event_free(e);
		}
		assert_int_equal(fault_open_fds(), fds);
		expect_text(); /* and the next one works */
	}
}

static void gets_nothing_but_its_socket(void **state)
{
	char text[4096];
	int fd;
	ssize_t n;

	(void)state;
	setenv("MAGIC", "/tmp/evil", 1);
	setenv("LD_LIBRARY_PATH", "/tmp/evil", 1);
	fd = open("/", O_RDONLY | O_DIRECTORY); /* inherited, were it not closed */
	assert_true(fd >= 0);
	begin_fake("env >$0.env; ls /proc/self/fd/ >$0.fds; exit 0");
	expect_reason("ended before it answered");
	close(fd);
	unsetenv("MAGIC");
	unsetenv("LD_LIBRARY_PATH");
	fd = open(tree_path(tree, "fake.env"), O_RDONLY | O_CLOEXEC);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	assert_null(strstr(text, "MAGIC"));
	assert_null(strstr(text, "LD_"));
	assert_null(strstr(text, "HOME"));
	assert_non_null(strstr(text, "TZ=UTC"));
	fd = open(tree_path(tree, "fake.fds"), O_RDONLY | O_CLOEXEC);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	/* The socket, what ls writes to, and what it reads. */
	assert_true(strncmp(text, "0\n1\n", 4) == 0);
	assert_true(n <= 8);
}

/* As /proc has it of the running one. */
static void is_in_its_sandbox(void **state)
{
	char path[64], text[8192];
	ssize_t n;
	int fd;

	(void)state;
	begin(NULL);
	expect_text();
	snprintf(path, sizeof(path), "/proc/%d/status", (int)only_helper());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "NoNewPrivs:\t1"));
	assert_non_null(strstr(text, "Seccomp:\t2"));
	if (geteuid() == 0)
		assert_non_null(strstr(text, "Uid:\t65534\t65534\t65534\t65534"));
}

static void trusts_what_could_replace_it_anyway(void **state)
{
	static const struct {
		struct meta helper, self;
		bool known, trusted;
	} cases[] = {
		{{.mode = S_IFREG | 0755}, {.mode = S_IFREG | 0755}, true, true},
		{{.mode = S_IFREG | 0755, .uid = 1},
		 {.mode = S_IFREG | 0755, .uid = 1},
		 true,
		 true},
		{{.mode = S_IFREG | 0755, .uid = 2},
		 {.mode = S_IFREG | 0755, .uid = 1},
		 true,
		 false},
		{{.mode = S_IFREG | 0755, .uid = 7}, {.mode = S_IFREG | 0755}, true, true},
		{{.mode = S_IFREG | 0755, .uid = 7}, {.mode = 0}, false, true},
		{{.mode = S_IFREG | 0755, .uid = 1}, {.mode = 0}, false, false},
		{{.mode = S_IFREG | 0757}, {.mode = S_IFREG | 0755}, true, false},
		{{.mode = S_IFREG | 0757}, {.mode = S_IFREG | 0757}, true, true},
		{{.mode = S_IFREG | 0775}, {.mode = S_IFREG | 0755}, true, false},
		{{.mode = S_IFREG | 0775, .gid = 3},
		 {.mode = S_IFREG | 0775, .gid = 3},
		 true,
		 true},
		{{.mode = S_IFREG | 0775, .gid = 4},
		 {.mode = S_IFREG | 0775, .gid = 3},
		 true,
		 false},
		{{.mode = S_IFREG | 0775}, {.mode = 0}, false, false},
		{{.mode = S_IFDIR | 0755}, {.mode = S_IFREG | 0755}, true, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (helper_path_trusted(&cases[i].helper, cases[i].known ? &cases[i].self : NULL,
					7) != cases[i].trusted)
			fail_msg("case %zu", i);
	}
}

/* Shrinks while it is looked at: what is there is shown, nothing dies. */
static void files_may_shrink(void **state)
{
	char *path;

	(void)state;
	begin(NULL);
	tree_add(tree, "big 300000\n");
	path = strdup(tree_path(tree, "big"));
	for (int i = 0; i < 200; i++) {
		struct preview *p;

		assert_int_equal(truncate(path, 300000), 0);
		previews_ask(previews, path, PREVIEW_OF_CONTENT, 100, 100);
		assert_int_equal(truncate(path, i % 2 ? 0 : 5000), 0);
		p = previews_get(previews);
		assert_true(p->kind == PREVIEW_HEX || p->kind == PREVIEW_TEXT ||
			    !strcmp(p->reason.buf, "the file is empty"));
		preview_free(p);
	}
	free(path);
	assert_true(fault_count(FAULT_posix_spawn) <=
		    2); /* one for its 200 questions, and the next */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_used_again, setup, teardown),
		cmocka_unit_test_setup_teardown(at_most_two_are_alive, setup, teardown),
		cmocka_unit_test_setup_teardown(killed_at_rest_costs_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(killed_at_work_costs_one_preview, setup, teardown),
		cmocka_unit_test_setup_teardown(too_slow_is_ended, setup, teardown),
		cmocka_unit_test_setup_teardown(cancelled_is_ended_soon, setup, teardown),
		cmocka_unit_test_setup_teardown(missing_is_said, setup, teardown),
		cmocka_unit_test_setup_teardown(nonsense_is_no_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(kinds_of_ours_are_no_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(a_crashing_one_does_not_spin, setup, teardown),
		cmocka_unit_test_setup_teardown(starting_may_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(gets_nothing_but_its_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(is_in_its_sandbox, setup, teardown),
		cmocka_unit_test_setup_teardown(trusts_what_could_replace_it_anyway, setup,
						teardown),
		cmocka_unit_test_setup_teardown(files_may_shrink, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
