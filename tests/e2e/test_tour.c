/* SPDX-License-Identifier: MIT
 *
 * Walking with the preview on over everything that could freeze, flood or blow up a file explorer:
 * no key waits, the pane says why there is nothing to see, memory stays bounded, and nothing is
 * left behind.
 */
#include "../lib/explorer.h"
#include "../lib/hang.h"
#include "../lib/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY_MS     1000 /* far more than a key takes, far less than what any of these would */
#define WHOLE_MB   64
#define HELPER_MAX 2

static struct explorer open_wide(const char *tree)
{
	return explorer_open(&(struct explorer_options){.tree = tree, .rows = 45, .cols = 200});
}

static void leave(struct explorer *e)
{
	pty_keys(e->pty, "Q");
	pty_expect_exit(e->pty, 0);
	pty_expect_restored(e->pty);
	explorer_close(e);
}

static void press(struct explorer *e, const char *key)
{
	int64_t from = pty_now_ns();
	struct pty *p = e->pty;
	int row, col, was;

	pty_cursor(p, &was, &col);
	pty_keys(p, key);
	do {
		pty_pump(p, 5);
		pty_cursor(p, &row, &col);
		if (pty_now_ns() - from > (int64_t)pty_ms(KEY_MS) * 1000000)
			pty_fail(p, "the cursor has not moved after %s", key);
	} while (row == was);
}

/* ---- processes ---- */

static long status_kb(pid_t pid, const char *field)
{
	char path[64], line[256];
	long kb = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, field, strlen(field)) == 0)
			kb = strtol(line + strlen(field), NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

static int children_of(pid_t parent, pid_t *pids, int max)
{
	struct dirent *d;
	DIR *proc = opendir("/proc");
	int n = 0;

	assert_non_null(proc);
	while ((d = readdir(proc)) && n < max) {
		pid_t pid = (pid_t)strtol(d->d_name, NULL, 10);
		if (pid > 0 && status_kb(pid, "PPid:") == parent)
			pids[n++] = pid;
	}
	closedir(proc);
	return n;
}

/* Peaks added up, what is shared counted for each: an upper bound of what the whole ever had. */
static void check_whole(struct explorer *e)
{
	pid_t pids[16];
	int n = children_of(pty_pid(e->pty), pids, 16);
	long kb = status_kb(pty_pid(e->pty), "VmHWM:");

	if (n > HELPER_MAX)
		pty_fail(e->pty, "%d children are alive", n);
	for (int i = 0; i < n; i++)
		kb += status_kb(pids[i], "VmHWM:");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("memory is not measured: a sanitizer has most of it\n");
	return;
#endif
	if (strstr(getenv("TROWEL_BIN"), ".valgrind"))
		return;
	if (kb > WHOLE_MB * 1024L)
		pty_fail(e->pty, "%ld KB in %d processes", kb, n + 1);
}

/* ---- what files hold ---- */

static int create(struct explorer *e, const char *name)
{
	int fd = openat(e->tree->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	return fd;
}

static void put(int fd, const void *bytes, size_t len)
{
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
}

struct bits {
	FILE *f;
	uint32_t held;
	int n;
};

static void put_bits(struct bits *b, uint32_t value, int n)
{
	b->held |= value << b->n;
	for (b->n += n; b->n >= 8; b->n -= 8) {
		putc((int)(b->held & 0xff), b->f);
		b->held >>= 8;
	}
}

/* A gzip file (RFC 1952) of so many times 258 zero bytes in 13 bits each: one zero, then copies of
 * the 258 bytes before (RFC 1951, fixed codes: length 285 is 0xc5, distance 1 is 0). */
static void write_bomb(struct explorer *e, const char *name, long times)
{
	static const unsigned char head[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
	struct bits b = {.f = fdopen(create(e, name), "w")};

	assert_non_null(b.f);
	fwrite(head, 1, sizeof(head), b.f);
	put_bits(&b, 3, 3);    /* last block, fixed codes */
	put_bits(&b, 0x0c, 8); /* the byte 0: 00110000, highest bit first */
	for (long i = 0; i < times; i++)
		put_bits(&b, 0xa3, 13); /* 11000101 00000, highest bit first */
	put_bits(&b, 0, 7);
	put_bits(&b, 0, 7);
	for (int i = 0; i < 8; i++)
		putc(0, b.f);
	assert_int_equal(fclose(b.f), 0);
}

/* A text that never ends its line: 8 MiB of it, then a hole up to 10 GB. */
static void write_line(struct explorer *e, const char *name)
{
	static char a[1 << 20];
	int fd = create(e, name);

	memset(a, 'a', sizeof(a));
	for (int i = 0; i < 8; i++)
		put(fd, a, sizeof(a));
	assert_int_equal(ftruncate(fd, 10000000000), 0);
	close(fd);
}

/* What sends regular expressions of the magic database back and forth. */
static void write_nested(struct explorer *e, const char *name)
{
	int fd = create(e, name);

	for (int i = 0; i < 20000; i++)
		put(fd, "((((<!--<html<?xml {\"a\": [[[[\n", 30);
	close(fd);
}

static const char dangers[] = "10-fifo|\n"
			      "11-socket=\n"
			      "12-sparse ~10G\n"
			      "13-empty\n"
			      "14-escapes \"\\e]52;c;aGk=\\x07\\e[2J\\x9b31m\\xff\\xfe\\x0d\\n\"\n"
			      "15-dangling -> nowhere/at/all\n"
			      "16-loop -> 16-loop\n"
			      "17-closed/f\n"
			      "99-last \"the end is here\"\n";

static void add_dangers(struct explorer *e)
{
	if (geteuid() == 0)
		(void)mknodat(e->tree->fd, "18-device", S_IFCHR | 0600, makedev(1, 5));
	write_bomb(e, "20-bomb.gz", 8000000); /* 2 GB in 13 MB */
	write_line(e, "21-line");
	write_nested(e, "22-nested");
}

/* Every row is stayed on until its pane says something of its own. */
static void test_every_danger(void **state)
{
	static const struct {
		const char *name, *shows;
	} stops[] = {
		{"10-fifo", "FIFO is not read"},
		{"11-socket", "socket has no content"},
		{"12-sparse", "10\\.0G|10G"},
		{"13-empty", "empty"},
		{"14-escapes", "5d 35 32 3b|\\^\\[]52;c;aGk="},
		{"15-dangling", "dangl|no such|does not exist|No such"},
		{"16-loop", "loop|[Tt]oo many"},
		{"99-last", "the end is here"},
	};
	(void)state;
	struct explorer e = open_wide(dangers);

	add_dangers(&e);
	explorer_expect(&e, "22-nested");
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		char keys[64];

		snprintf(keys, sizeof(keys), "/%s\r", stops[i].name);
		pty_keys(e.pty, keys);
		snprintf(keys, sizeof(keys), "@%s", stops[i].name);
		explorer_expect(&e, keys);
		explorer_expect(&e, stops[i].shows);
		explorer_do(&e, "\033", "~filtered");
	}
	/* What they hold was shown, and nothing of it was sent as it is. */
	size_t len;
	const char *log = pty_log(e.pty, &len);
	assert_null(memmem(log, len, "\033]52", 4));
	assert_null(memchr(log, '\a', len));
	check_whole(&e);
	leave(&e);
}

/* Up and down over all of them, faster than previews come, and with rests in between. */
static void test_keys_never_wait(void **state)
{
	(void)state;
	struct explorer e = open_wide(dangers);

	add_dangers(&e);
	explorer_expect(&e, "22-nested");
	for (int round = 0; round < 3; round++) {
		explorer_do(&e, "gg", "@..");
		for (int i = 0; i < 12; i++) {
			press(&e, "j");
			if (round == 1)
				pty_rest(e.pty, 350); /* time enough to be asked for */
		}
	}
	check_whole(&e);
	explorer_do(&e, "G", "@99-last");
	explorer_expect(&e, "the end is here");
	leave(&e);
}

struct changer {
	int fd;
	_Atomic bool stop;
};

static void *change(void *ctx)
{
	struct changer *c = ctx;
	static char text[1 << 16];

	memset(text, '\n', sizeof(text));
	while (!atomic_load(&c->stop)) {
		if (pwrite(c->fd, text, sizeof(text), 0) < 0 || ftruncate(c->fd, 3) < 0)
			break;
	}
	return NULL;
}

/* A file that grows and shrinks all the time is shown as it happened to be. */
static void test_shrinks_while_read(void **state)
{
	(void)state;
	struct explorer e = open_wide("a-first\nb-shrinks \"xyz\"\nc-last \"the end is here\"\n");
	struct changer c = {.fd = openat(e.tree->fd, "b-shrinks", O_RDWR | O_CLOEXEC)};
	pthread_t thread;

	assert_true(c.fd >= 0);
	assert_int_equal(pthread_create(&thread, NULL, change, &c), 0);
	explorer_do(&e, "gg", "@..");
	for (int i = 0; i < 6; i++) {
		press(&e, "j");
		press(&e, "j");
		pty_pump(e.pty, 400);
		press(&e, "k");
		press(&e, "k");
	}
	atomic_store(&c.stop, true);
	pthread_join(thread, NULL);
	close(c.fd);
	explorer_do(&e, "G", "@c-last");
	explorer_expect(&e, "the end is here");
	check_whole(&e);
	leave(&e);
}

/* Files of the kernel are named, not read. */
static void test_kernel_files(void **state)
{
	static const char *const places[] = {"/proc/self", "/proc/sys/kernel", "/sys/kernel"};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (access(places[i], R_OK) < 0) {
			print_message("SKIPPED in part: no %s\n", places[i]);
			continue;
		}
		struct explorer e = open_wide("one\ntwo\n");
		pty_keys(e.pty, "gp");
		explorer_do(&e, "", "go to");
		pty_keys(e.pty, places[i]);
		explorer_do(&e, "\r", "~go to");
		explorer_do(&e, "gg", "@..");
		for (int k = 0; k < 20; k++)
			press(&e, "j");
		explorer_do(&e, "}", "file of the kernel");
		check_whole(&e);
		leave(&e);
	}
}

/* The server of the mount one is in stops answering: the pane waits, the keys do not. */
static void test_stopped_mount(void **state)
{
	/* LeakSanitizer would wait at the end for the thread that sleeps in the kernel. */
	static const char *const env[] = {"ASAN_OPTIONS=detect_leaks=0", NULL};
	(void)state;
	struct hang *h = hang_new();
	struct explorer e = explorer_open(&(struct explorer_options){
		.tree = "one\nzz-last \"the end is here\"\n", .env = env, .rows = 45, .cols = 200});

	pty_keys(e.pty, "gp");
	explorer_expect(&e, "go to");
	pty_keys(e.pty, hang_path(h));
	explorer_do(&e, "\r", "three");
	explorer_do(&e, "gg", "@..");
	hang_stop(h);
	for (int i = 0; i < 3; i++) {
		press(&e, "j");
		pty_pump(e.pty, 400);
	}
	explorer_expect(&e, "not answering");
	explorer_do(&e, "g-", "@one");
	explorer_do(&e, "G", "@zz-last");
	explorer_expect(&e, "the end is here");
	check_whole(&e);
	pty_keys(e.pty, "Q");
	pty_expect_exit(e.pty, 0);
	hang_free(h);
	explorer_close(&e);
}

/* A helper that is killed costs one preview. */
static void test_helper_killed(void **state)
{
	(void)state;
	struct explorer e = open_wide("a.txt \"first words\"\nb.txt \"second words\"\n");
	pid_t pids[16];

	explorer_do(&e, "ggj", "first words");
	int n = children_of(pty_pid(e.pty), pids, 16);
	assert_true(n >= 1 && n <= HELPER_MAX);
	for (int i = 0; i < n; i++)
		assert_int_equal(kill(pids[i], SIGKILL), 0);
	explorer_do(&e, "j", "second words");
	explorer_do(&e, "k", "first words");
	leave(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_danger),       cmocka_unit_test(test_keys_never_wait),
		cmocka_unit_test(test_shrinks_while_read), cmocka_unit_test(test_kernel_files),
		cmocka_unit_test(test_stopped_mount),      cmocka_unit_test(test_helper_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
