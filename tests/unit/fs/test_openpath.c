/* SPDX-License-Identifier: MIT
 *
 * With pieces of 16 bytes every path of the tests is a long one.
 */
#include "../../lib/test.h"

#define OPENPATH_PIECE 16
#include "fs/openpath.c"

#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(root, sizeof(root), "%s/openpath.XXXXXX", tmp && strlen(tmp) < 30 ? tmp : "/tmp");
	return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(root);
}

static void a_path_of_many_pieces_opens(void **state)
{
	char path[256];
	struct stat by_path, by_fd;
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/./././././././././././.", root);
	fd = openpath(path, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &by_fd), 0);
	assert_int_equal(stat(root, &by_path), 0);
	assert_int_equal(by_fd.st_ino, by_path.st_ino);
	close(fd);
}

static void slashes_at_a_cut_do_not_start_over(void **state)
{
	char path[256];
	int fd;

	(void)state;
	for (int slashes = 1; slashes < 40; slashes++) {
		struct stat by_path, by_fd;

		snprintf(path, sizeof(path), "%s/.%.*s.", root, slashes,
			 "////////////////////////////////////////");
		fd = openpath(path, O_RDONLY);
		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &by_fd), 0);
		assert_int_equal(stat(root, &by_path), 0);
		assert_int_equal(by_fd.st_ino, by_path.st_ino);
		close(fd);
	}
}

static void a_component_longer_than_a_piece_is_refused(void **state)
{
	(void)state;
	assert_int_equal(openpath("/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/b", O_RDONLY),
			 -ENAMETOOLONG);
}

static void what_is_missing_is_said(void **state)
{
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/nothing/./././././.", root);
	assert_int_equal(openpath(path, O_RDONLY), -ENOENT);
}

static void a_short_path_needs_no_descriptor(void **state)
{
	const char *rest;
	int dir;

	(void)state;
	assert_int_equal(openpath_split(AT_FDCWD, "/tmp", &dir, &rest), 0);
	assert_int_equal(dir, AT_FDCWD);
	assert_string_equal(rest, "/tmp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_of_many_pieces_opens),
		cmocka_unit_test(slashes_at_a_cut_do_not_start_over),
		cmocka_unit_test(a_component_longer_than_a_piece_is_refused),
		cmocka_unit_test(what_is_missing_is_said),
		cmocka_unit_test(a_short_path_needs_no_descriptor),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
