/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/fault.h"
#include "../../lib/previews.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/preview_dir.h"

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

static struct preview *of(const char *rel)
{
	return previews_of(previews, tree_path(tree, rel));
}

static void expect_reason(const char *rel, const char *part)
{
	struct preview *p = of(rel);

	assert_int_equal(p->kind, PREVIEW_NONE);
	assert_int_equal(p->nlines, 0);
	if (!strstr(p->reason.buf, part))
		fail_msg("%s: '%s' does not say '%s'", rel, p->reason.buf, part);
	preview_free(p);
}

static void shows_text(void **state)
{
	struct preview *p;

	(void)state;
	previews = previews_new(NULL);
	tree = tree_new("t \"one\\ntwo\\x0d\\n\\e[31mred\\xff\\nlast\"\n");
	p = of("t");
	assert_int_equal(p->kind, PREVIEW_TEXT);
	assert_int_equal(p->nlines, 4);
	previews_expect_line(p, 0, "one");
	previews_expect_line(p, 1, "two");
	previews_expect_line(p, 2, "\x1b[31mred\xc3\xbf"); /* ISO 8859-1 */
	previews_expect_line(p, 3, "last");
	assert_false(p->more);
	assert_string_equal(p->encoding.buf, "iso-8859-1");
	assert_true(p->what.len > 0);
	assert_string_equal(p->mime.buf, "text/plain");
	preview_free(p);
}

static void shows_bytes(void **state)
{
	struct preview *p;
	size_t len;

	(void)state;
	previews = previews_new(NULL);
	tree = tree_new("b \"\\x7fELF\\x00\\x01\\x02 and more than sixteen\"\nt \"text\"\n");
	p = of("b");
	assert_int_equal(p->kind, PREVIEW_HEX);
	assert_int_equal(p->nlines, 2);
	assert_memory_equal(preview_line(p, 0, &len),
			    "\x7f"
			    "ELF\0\1\2 and more",
			    16);
	assert_int_equal(len, 16);
	preview_line(p, 1, &len);
	assert_int_equal(len, 29 - 16);
	assert_string_equal(p->encoding.buf, "");
	preview_free(p);
	previews_ask(previews, tree_path(tree, "t"), PREVIEW_OF_BYTES, 10, 10);
	p = previews_get(previews);
	assert_int_equal(p->kind, PREVIEW_HEX);
	previews_expect_line(p, 0, "text");
	preview_free(p);
}

static void tells_only_the_kind(void **state)
{
	struct preview *p;

	(void)state;
	previews = previews_new(NULL);
	tree = tree_new("t \"#!/bin/sh\\necho\\n\"\nd/\nl -> t\n");
	previews_ask(previews, tree_path(tree, "t"), PREVIEW_OF_KIND, 100, 100);
	p = previews_get(previews);
	assert_int_equal(p->kind, PREVIEW_NONE);
	assert_int_equal(p->nlines, 0);
	assert_string_equal(p->mime.buf, "text/x-shellscript");
	assert_string_equal(p->encoding.buf, "us-ascii");
	assert_string_equal(p->reason.buf, "");
	preview_free(p);
	previews_ask(previews, tree_path(tree, "d"), PREVIEW_OF_KIND, 100, 100);
	p = previews_get(previews);
	assert_string_equal(p->mime.buf, "inode/directory");
	preview_free(p);
	previews_ask(previews, tree_path(tree, "l"), PREVIEW_OF_KIND, 100, 100);
	p = previews_get(previews);
	assert_string_equal(p->mime.buf, "inode/symlink");
	preview_free(p);
}

static void says_why_there_is_nothing(void **state)
{
	(void)state;
	previews = previews_new(NULL);
	tree = tree_new("empty\nfifo|\nsocket=\nclosed \"x\" :0\n");
	expect_reason("empty", "the file is empty");
	expect_reason("fifo", "a FIFO is not read");
	expect_reason("socket", "a socket has no content");
	expect_reason("gone", "it cannot be looked at: No such file or directory");
	if (geteuid() != 0)
		expect_reason("closed", "it cannot be opened for reading: Permission denied");
}

static void reads_no_device_and_no_file_of_the_kernel(void **state)
{
	static const struct {
		const char *path, *part;
	} cases[] = {
		{"/dev/zero", "a device is not read"},
		{"/proc/self/status", "a file of the kernel"},
		{"/proc/kmsg", "a file of the kernel"},
		{"/sys/kernel/uevent_seqnum", "a file of the kernel"},
	};

	(void)state;
	previews = previews_new(NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct preview *p;

		if (faccessat(AT_FDCWD, cases[i].path, F_OK, 0) < 0) {
			print_message("SKIP part: %s is not there\n", cases[i].path);
			continue;
		}
		p = previews_of(previews, cases[i].path);
		assert_int_equal(p->kind, PREVIEW_NONE);
		if (!strstr(p->reason.buf, cases[i].part))
			fail_msg("%s: %s", cases[i].path, p->reason.buf);
		preview_free(p);
	}
}

static void lists_a_directory(void **state)
{
	struct preview *p;

	(void)state;
	previews = previews_new(NULL);
	tree = tree_new("d/n10\nd/n9\nd/b/\nd/l -> n9\nd/f|\nmany/ *300\nnone/\nclosed/ :0\n");
	p = of("d");
	assert_int_equal(p->kind, PREVIEW_DIR);
	assert_int_equal(p->nlines, 5);
	previews_expect_line(p, 0, "b");
	previews_expect_line(p, 1, "f");
	previews_expect_line(p, 2, "l");
	previews_expect_line(p, 3, "n9");
	previews_expect_line(p, 4, "n10");
	assert_int_equal(p->lines[0].type, 'd');
	assert_int_equal(p->lines[1].type, 'p');
	assert_int_equal(p->lines[2].type, 'l');
	assert_int_equal(p->lines[3].type, '-');
	assert_int_equal(p->members, 5);
	assert_false(p->more || p->partial);
	preview_free(p);
	p = of("many");
	assert_int_equal(p->nlines, 100);
	assert_int_equal(p->members, 300);
	assert_true(p->more && !p->partial);
	previews_expect_line(p, 99, "f0000099");
	preview_free(p);
	p = of("none");
	assert_string_equal(p->reason.buf, "the directory is empty");
	preview_free(p);
	if (geteuid() != 0)
		expect_reason("closed", "it cannot be read: Permission denied");
}

static void counts_a_huge_directory_to_a_limit(void **state)
{
	struct preview *p;

	(void)state;
	previews = previews_new(NULL);
	tree = tree_new("huge/ *20001\n");
	p = of("huge");
	assert_int_equal(p->members, PREVIEW_DIR_MAX);
	assert_true(p->partial && p->more);
	preview_free(p);
}

static void follows_a_chain_of_links(void **state)
{
	struct preview *p;

	(void)state;
	previews = previews_new(NULL);
	tree = tree_new(
		"dir/a -> ../b\nb -> dir/c\ndir/c -> file\ndir/file \"x\"\nbad -> ./no/where\n"
		"loop -> loop2\nloop2 -> loop\nself -> .\n");
	p = of("dir/a");
	assert_int_equal(p->kind, PREVIEW_LINK);
	assert_int_equal(p->nlines, 3);
	previews_expect_line(p, 0, "../b");
	previews_expect_line(p, 1, "dir/c");
	previews_expect_line(p, 2, "file");
	assert_int_equal(p->lines[0].type, 'l');
	assert_int_equal(p->lines[2].type, '-');
	assert_string_equal(p->reason.buf, "");
	preview_free(p);
	p = of("bad");
	previews_expect_line(p, 0, "./no/where");
	assert_int_equal(p->lines[0].type, 0);
	assert_string_equal(p->reason.buf, "leads nowhere: there is no ./no/where");
	preview_free(p);
	p = of("loop");
	assert_string_equal(p->reason.buf, "leads in a circle");
	assert_int_equal(p->nlines, 40);
	preview_free(p);
	p = of("self");
	assert_int_equal(p->nlines, 1);
	assert_int_equal(p->lines[0].type, 'd');
	preview_free(p);
}

/* A line of ten thousand million bytes, all of them in a hole. */
static void reads_a_bounded_part(void **state)
{
	struct preview *p;
	int fd;

	(void)state;
	previews = previews_new(NULL);
	tree = tree_new("hole ~10G\nline \"a\\R200;\\nb\"\n");
	fd = open(tree_path(tree, "hole"), O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	for (int i = 0; i < 1024; i++) {
		char block[1024];

		memset(block, 'x', sizeof(block));
		assert_int_equal(write(fd, block, sizeof(block)), sizeof(block));
	}
	close(fd);
	p = of("hole");
	assert_int_equal(p->kind, PREVIEW_TEXT);
	assert_int_equal(p->nlines, 1);
	assert_int_equal(p->lines[0].len, 200);
	assert_true(p->lines[0].cut && p->more);
	preview_free(p);
	previews_ask(previews, tree_path(tree, "line"), PREVIEW_OF_CONTENT, 10, 7);
	p = previews_get(previews);
	previews_expect_line(p, 0, "aaaaaaa");
	previews_expect_line(p, 1, "b");
	assert_true(p->lines[0].cut && !p->lines[1].cut && !p->more);
	preview_free(p);
}

static void swap_in_fifo(void *ctx)
{
	tree_remove(ctx, "file");
	tree_add(ctx, "file|\n");
}

/* What was looked at is read, not what has its name since. */
static void reads_the_file_it_looked_at(void **state)
{
	struct preview *p;

	(void)state;
	previews = previews_new(NULL);
	tree = tree_new("file \"the first\"\n");
	fault_before(FAULT_fstatfs, 1, swap_in_fifo, tree);
	p = of("file");
	previews_expect_line(p, 0, "the first");
	preview_free(p);
	/* Without /proc: the name again, which is now a FIFO without a writer. */
	tree_remove(tree, "file");
	tree_add(tree, "file \"the second\"\n");
	fault_before(FAULT_fstatfs, 1, swap_in_fifo, tree);
	fault_fail(FAULT_openat, 2, ENOENT, false);
	expect_reason("file", "it cannot be opened for reading: Stale file handle");
	tree_remove(tree, "file");
	tree_add(tree, "file \"the third\"\n");
	fault_fail(FAULT_openat, 2, ENOENT, false);
	p = of("file");
	previews_expect_line(p, 0, "the third");
	preview_free(p);
}

static void every_call_may_fail(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_statx, FAULT_fstatfs,
						FAULT_getdents, FAULT_readlinkat};
	static const char *const things[] = {"t", "d", "l"};

	(void)state;
	previews = previews_new(NULL);
	tree = tree_new("t \"text\"\nd/x\nl -> t\n");
	preview_free(of("t")); /* the helper runs from here on */
	for (size_t c = 0; c < ARRAY_LEN(calls); c++) {
		for (size_t i = 0; i < ARRAY_LEN(things); i++) {
			for (unsigned n = 1; n < 4; n++) {
				struct preview *p;
				int fds = fault_open_fds();

				fault_fail(calls[c], n, EIO, false);
				p = of(things[i]);
				assert_true(p->nlines > 0 || p->reason.len > 0);
				preview_free(p);
				fault_fail(calls[c], 0, 0, false);
				assert_int_equal(fault_open_fds(), fds);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shows_text, setup, teardown),
		cmocka_unit_test_setup_teardown(shows_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_only_the_kind, setup, teardown),
		cmocka_unit_test_setup_teardown(says_why_there_is_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_no_device_and_no_file_of_the_kernel, setup,
						teardown),
		cmocka_unit_test_setup_teardown(lists_a_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(counts_a_huge_directory_to_a_limit, setup,
						teardown),
		cmocka_unit_test_setup_teardown(follows_a_chain_of_links, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_a_bounded_part, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_the_file_it_looked_at, setup, teardown),
		cmocka_unit_test_setup_teardown(every_call_may_fail, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
