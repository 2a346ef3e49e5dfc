/* SPDX-License-Identifier: MIT
 *
 * The built program itself, in its sandbox, spoken to over its socket: every kind of archive works
 * in there, and none takes more memory than it may.
 */
#include "../../lib/test.h"

#include "base/wire.h"
#include "helper/sandbox.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_KB 30720

static pid_t pid;
static int sock;

static void program(char *path, size_t size)
{
	const char *bin = getenv("TROWEL_BIN");

	snprintf(path, size, "%s-helper", bin ? bin : "build/trowel");
}

static int start(void **state)
{
	char path[4096];
	int fds[2];

	(void)state;
	program(path, sizeof(path));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], STDIN_FILENO);
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	sock = fds[0];
	return 0;
}

/* Ends by itself when nobody is there any more. */
static int stop(void **state)
{
	int status;

	(void)state;
	close(sock);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return 0;
}

static void receive(void *buf, size_t len)
{
	char *at = buf;

	while (len > 0) {
		ssize_t n = read(sock, at, len);

		if (n <= 0)
			fail_msg("the helper has gone");
		at += n;
		len -= (size_t)n;
	}
}

static struct preview *ask(int fd)
{
	static uint32_t seq;
	struct wire_ask ask = {.depth = WIRE_CONTENT, .lines = 100, .columns = 100, .seq = ++seq};
	uint8_t bytes[WIRE_ASK_LEN], head[WIRE_HEADER_LEN];
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec io = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct msghdr msg = {.msg_iov = &io,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	struct wire_header header;
	struct preview *p;
	void *body;

	ask.size = (uint64_t)lseek(fd, 0, SEEK_END);
	wire_put_ask(bytes, &ask);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	assert_int_equal(sendmsg(sock, &msg, MSG_NOSIGNAL), sizeof(bytes));
	receive(head, sizeof(head));
	assert_int_equal(wire_get_header(head, &header), 0);
	assert_int_equal(header.seq, seq);
	body = malloc(header.len);
	receive(body, header.len);
	assert_int_equal(wire_get_preview(body, header.len, &ask, &p), 0);
	free(body);
	return p;
}

/* The most memory it has ever had, in KiB. */
static unsigned long high_water(void)
{
	char path[64], line[256];
	unsigned long kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		(void)sscanf(line, "VmHWM: %lu", &kb);
	fclose(f);
	assert_true(kb > 0);
	return kb;
}

/* One member of `mib` megabytes that cannot be compressed, or of zeros. */
static int write_archive(const char *format, const char *filter, const char *options, int mib,
			 bool zeros)
{
	static char block[1 << 20];
	int fd = memfd_create("archive", MFD_CLOEXEC);
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	uint64_t seed = 88172645463325252ull;

	assert_int_equal(archive_write_set_format_by_name(a, format), ARCHIVE_OK);
	if (filter)
		assert_int_equal(archive_write_add_filter_by_name(a, filter), ARCHIVE_OK);
	if (options)
		assert_int_equal(archive_write_set_options(a, options), ARCHIVE_OK);
	assert_int_equal(archive_write_open_fd(a, fd), ARCHIVE_OK);
	archive_entry_set_pathname(e, "member");
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_size(e, (la_int64_t)mib << 20);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	for (int i = 0; i < mib; i++) {
		for (size_t k = 0; k + 8 <= sizeof(block); k += 8) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			memcpy(block + k, zeros ? (const void *)"\0\0\0\0\0\0\0" : &seed, 8);
		}
		assert_int_equal(archive_write_data(a, block, sizeof(block)), sizeof(block));
	}
	archive_entry_free(e);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	return fd;
}

static void every_kind_works_within_its_memory(void **state)
{
	static const struct {
		const char *format, *filter, *options;
		int mib;
		bool zeros, partial;
	} cases[] = {
		{"gnutar", NULL, NULL, 2, false, false},
		{"gnutar", "gzip", NULL, 40, true, false},
		{"gnutar", "bzip2", NULL, 20, true, false},
		{"gnutar", "xz", "compression-level=6", 20, true, false},
		{"gnutar", "xz", "compression-level=9", 100, true,
		 true}, /* a dictionary of 64 MiB */
		{"gnutar", "lzma", "compression-level=9", 30, true, true},
		{"gnutar", "zstd", "compression-level=19", 20, true, false},
		{"gnutar", "zstd", "compression-level=3", 10, false, false},
		{"gnutar", "lz4", NULL, 10, true, false},
		{"raw", "gzip", NULL, 500, true, true},
		{"raw", "xz", "compression-level=9", 100, true, true},
		{"zip", NULL, NULL, 30, true, false},
		{"7zip", NULL, NULL, 10, true, false},
		{"iso9660", NULL, NULL, 2, true, false},
		{"newc", NULL, NULL, 2, true, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int fd = write_archive(cases[i].format, cases[i].filter, cases[i].options,
				       cases[i].mib, cases[i].zeros);
		struct preview *p = ask(fd);

		if (SANDBOX_FULL && p->partial != cases[i].partial)
			fail_msg("%s %s: partial %d, '%s'", cases[i].format, cases[i].filter,
				 p->partial, p->reason.buf);
		if (p->kind != PREVIEW_ARCHIVE || p->members < 1 || p->nlines < 1)
			fail_msg("%s %s: %s", cases[i].format,
				 cases[i].filter ? cases[i].filter : "", p->reason.buf);
		if (SANDBOX_FULL && high_water() > MOST_KB)
			fail_msg("%s %s %s: %lu KiB", cases[i].format,
				 cases[i].filter ? cases[i].filter : "",
				 cases[i].options ? cases[i].options : "", high_water());
		preview_free(p);
		close(fd);
	}
	if (!SANDBOX_FULL)
		print_message("SKIP part: memory means nothing with sanitizers\n");
}

/* What is on every system: programs, libraries, the database of libmagic itself. */
static void files_of_the_system(void **state)
{
	static const char *const files[] = {"/proc/self/exe", "/usr/lib/file/magic.mgc",
					    "/etc/passwd",    "/usr/share/misc/magic.mgc",
					    "/bin/sh",        "/etc/ld.so.cache"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		int fd = open(files[i], O_RDONLY | O_CLOEXEC);
		struct preview *p;

		if (fd < 0)
			continue;
		p = ask(fd);
		assert_true(p->nlines > 0);
		assert_true(p->what.len > 0 && p->mime.len > 0);
		preview_free(p);
		close(fd);
	}
	if (SANDBOX_FULL)
		assert_true(high_water() < MOST_KB);
}

static void does_nothing_by_itself(void **state)
{
	char path[4096];
	int status;
	pid_t child;

	(void)state;
	program(path, sizeof(path));
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

		dup2(fd, STDIN_FILENO);
		dup2(fd, STDERR_FILENO);
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_kind_works_within_its_memory, start, stop),
		cmocka_unit_test_setup_teardown(files_of_the_system, start, stop),
		cmocka_unit_test(does_nothing_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
