/* SPDX-License-Identifier: MIT */
#include "fs/scandir.h"

#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct fixture {
	struct tree *tree;
	struct scandir scan;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fault_reset();
	scandir_init(&f->scan, -1, false);
	f->tree = tree_new("");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fault_reset();
	scandir_done(&f->scan);
	tree_free(f->tree);
	free(f);
	return 0;
}

static void open_it(struct fixture *f, const char *rel)
{
	assert_int_equal(scandir_open(&f->scan, AT_FDCWD, tree_path(f->tree, rel), false), 0);
}

/* Reads to the end; returns the number of entries or the first error. */
static int count(struct scandir *s)
{
	struct scan_entry e;
	int n = 0, r;

	while ((r = scandir_next(s, &e)) > 0)
		n++;
	return r < 0 ? r : n;
}

static enum entry_type type_of(struct fixture *f, const char *name)
{
	struct scan_entry e;
	int r;

	open_it(f, "");
	while ((r = scandir_next(&f->scan, &e)) > 0) {
		assert_int_equal(e.len, strlen(e.name));
		if (!strcmp(e.name, name))
			break;
	}
	assert_int_equal(r, 1);
	scandir_done(&f->scan);
	return e.type;
}

static void test_empty(void **state)
{
	struct fixture *f = *state;

	open_it(f, "");
	assert_int_equal(count(&f->scan), 0);
	assert_int_equal(count(&f->scan), 0);
}

static void test_types(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "file\ndir/\nlink -> file\nfifo|\nsock=\n");
	assert_int_equal(type_of(f, "file"), ENTRY_FILE);
	assert_int_equal(type_of(f, "dir"), ENTRY_DIR);
	assert_int_equal(type_of(f, "link"), ENTRY_LINK);
	assert_int_equal(type_of(f, "fifo"), ENTRY_FIFO);
	assert_int_equal(type_of(f, "sock"), ENTRY_SOCKET);
}

/* The same names as readdir(3) gives, byte for byte. */
static void test_every_name_once(void **state)
{
	struct fixture *f = *state;
	struct scan_entry e;
	DIR *d;
	int n = 0;

	tree_add(f->tree, tree_zoo);
	d = opendir(f->tree->path);
	assert_non_null(d);
	open_it(f, "");
	for (struct dirent *want; (want = readdir(d));) {
		if (!strcmp(want->d_name, ".") || !strcmp(want->d_name, ".."))
			continue;
		assert_int_equal(scandir_next(&f->scan, &e), 1);
		assert_string_equal(e.name, want->d_name);
		assert_int_equal(e.ino, want->d_ino);
		n++;
	}
	assert_int_equal(scandir_next(&f->scan, &e), 0);
	assert_true(n > 50);
	closedir(d);
}

static void test_buffer_grows_only_when_full(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "wide/ *20000\nnarrow/ *100\n");
	open_it(f, "narrow");
	assert_int_equal(count(&f->scan), 100);
	assert_int_equal(f->scan.cap, SCANDIR_FIRST);
	scandir_done(&f->scan);
	open_it(f, "wide");
	assert_int_equal(count(&f->scan), 20000);
	assert_true(f->scan.cap > SCANDIR_FIRST && f->scan.cap <= SCANDIR_MAX);
	/* A server that answers in small pieces is read to the end, with the small buffer. */
	scandir_done(&f->scan);
	fault_short(FAULT_getdents, 400);
	open_it(f, "wide");
	assert_int_equal(count(&f->scan), 20000);
	assert_int_equal(f->scan.cap, SCANDIR_FIRST);
}

static void test_first_batch_is_small(void **state)
{
	struct fixture *f = *state;
	struct scan_entry e;
	int first = 0, all = 0, r;

	tree_add(f->tree, "wide/ *20000\n");
	open_it(f, "wide");
	assert_int_equal(scandir_read(&f->scan), 1);
	assert_int_equal(fault_count(FAULT_getdents), 1);
	while ((r = scandir_entry(&f->scan, &e)) > 0)
		first++;
	assert_int_equal(r, 0);
	assert_true(first > 100 && first < 2000);
	all = first;
	while ((r = scandir_read(&f->scan)) > 0)
		while ((r = scandir_entry(&f->scan, &e)) > 0)
			all++;
	assert_int_equal(all, 20000);
}

static void test_reuse_keeps_the_buffer(void **state)
{
	struct fixture *f = *state;
	int fd;
	char *buf;

	tree_add(f->tree, "a/1\nb/1\nb/2\n");
	open_it(f, "a");
	assert_int_equal(count(&f->scan), 1);
	buf = f->scan.buf;
	fd = open(tree_path(f->tree, "b"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scandir_reuse(&f->scan, fd, false);
	assert_int_equal(fault_open_fds(), 0);
	assert_int_equal(count(&f->scan), 2);
	assert_ptr_equal(f->scan.buf, buf);
	scandir_done(&f->scan);
	assert_int_equal(close(fd), 0); /* borrowed: still ours */
}

static void test_open_errors(void **state)
{
	struct fixture *f = *state;
	struct scandir *s = &f->scan;

	tree_add(f->tree, "file\nlink -> dir\ndir/\nfifo|\n");
	assert_int_equal(scandir_open(s, f->tree->fd, "none", false), -ENOENT);
	assert_int_equal(scandir_open(s, f->tree->fd, "file", false), -ENOTDIR);
	assert_int_equal(scandir_open(s, f->tree->fd, "fifo", false), -ENOTDIR);
	assert_int_equal(scandir_open(s, f->tree->fd, "link", false), -ENOTDIR);
	assert_int_equal(scandir_open(s, f->tree->fd, "link", true), 0);
}

static void test_removed_while_reading_is_the_end(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "dir/\n");
	open_it(f, "dir");
	tree_remove(f->tree, "dir");
	assert_int_equal(count(&f->scan), 0);
}

static void test_read_error_is_told(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "wide/ *20000\n");
	open_it(f, "wide");
	fault_fail(FAULT_getdents, 3, ESTALE, false);
	assert_int_equal(count(&f->scan), -ESTALE);
	assert_true(count(&f->scan) > 0); /* and it can go on */
}

/* One record as the kernel would write it; returns the next position. */
static char *put(char *p, const void *name, size_t len, unsigned reclen)
{
	memset(p, 0, reclen > 19 + len ? reclen : 19 + len);
	*(uint64_t *)(void *)p = 7;
	*(uint16_t *)(void *)(p + 16) = (uint16_t)reclen;
	p[18] = DT_REG;
	memcpy(p + 19, name, len);
	return p + reclen;
}

static void test_hostile_names(void **state)
{
	static const char *const bad[] = {"", "a/b", "/", "../x", "/etc/passwd"};
	struct fixture *f = *state;
	char buf[512] __attribute__((aligned(8)));
	struct scan_entry e;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char *p = put(buf, bad[i], strlen(bad[i]), 40);

		p = put(p, "good", 4, 24);
		fault_answer(FAULT_getdents, buf, (size_t)(p - buf));
		open_it(f, "");
		assert_int_equal(scandir_next(&f->scan, &e), -EIO);
		assert_int_equal(scandir_next(&f->scan, &e), 1);
		assert_string_equal(e.name, "good");
		assert_int_equal(scandir_next(&f->scan, &e), 0);
		scandir_done(&f->scan);
	}
}

static void test_hostile_lengths(void **state)
{
	static const unsigned bad[] = {0, 1, 8, 16, 19, 21, 4096, 65535};
	struct fixture *f = *state;
	char buf[8192] __attribute__((aligned(8)));
	struct scan_entry e;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		put(buf, "name", 4, 24);
		*(uint16_t *)(void *)(buf + 16) = (uint16_t)bad[i];
		put(buf + 24, "after", 5, 32);
		fault_answer(FAULT_getdents, buf, 56);
		open_it(f, "");
		assert_int_equal(scandir_next(&f->scan, &e), -EIO);
		assert_int_equal(scandir_next(&f->scan, &e), 0);
		scandir_done(&f->scan);
	}
	/* No NUL before the end of the record; a buffer cut inside a record's head; an unknown
	 * type. */
	put(buf, "12345", 5, 24);
	fault_answer(FAULT_getdents, buf, 24);
	open_it(f, "");
	assert_int_equal(scandir_next(&f->scan, &e), -EIO);
	scandir_done(&f->scan);
	fault_answer(FAULT_getdents, buf, 10);
	open_it(f, "");
	assert_int_equal(scandir_next(&f->scan, &e), -EIO);
	scandir_done(&f->scan);
	put(buf, "wh", 2, 24);
	buf[18] = DT_WHT;
	fault_answer(FAULT_getdents, buf, 24);
	open_it(f, "");
	assert_int_equal(scandir_next(&f->scan, &e), 1);
	assert_int_equal(e.type, ENTRY_UNKNOWN);
}

static void unreadable(void *ctx)
{
	struct fixture *f = ctx;
	struct scandir *s = &f->scan;

	assert_int_equal(scandir_open(s, AT_FDCWD, tree_path(f->tree, "closed"), false), -EACCES);
	assert_int_equal(scandir_open(s, AT_FDCWD, tree_path(f->tree, "enter"), false), -EACCES);
	open_it(f, "list");
	assert_int_equal(count(s), 1);
}

static void test_as_a_plain_user(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "closed/x\nclosed/ :0\nenter/x\nenter/ :0111\nlist/x\nlist/ :0444\n");
	as_user(unreadable, f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_types, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_name_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffer_grows_only_when_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_first_batch_is_small, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reuse_keeps_the_buffer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_removed_while_reading_is_the_end, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_read_error_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_lengths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_as_a_plain_user, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
