/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void path_in_tmp(char path[200])
{
	const char *dir = getenv("TMPDIR");

	snprintf(path, 200, "%s/log-%ld", dir ? dir : "/tmp", (long)getpid());
}

static void writes_lines_to_its_file(void **state)
{
	char path[200], text[300] = "";
	struct stat st;
	int fd;

	(void)state;
	path_in_tmp(path);
	assert_int_equal(log_open(path), 0);
	errno = EXDEV;
	log_line("opened %s", "a\nb\x1b");
	assert_int_equal(errno, EXDEV);
	log_line("second");
	log_close();
	log_line("after the end");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, " opened a\\nb^[\n"));
	assert_non_null(strstr(text, " second\n"));
	assert_null(strstr(text, "after"));
	close(fd);
	unlink(path);
}

static void is_off_without_a_path(void **state)
{
	(void)state;
	assert_int_equal(log_open(NULL), 0);
	assert_int_equal(log_open(""), 0);
	log_line("nowhere");
	assert_int_equal(log_open("/nonexistent/log"), -ENOENT);
	log_line("nowhere");
	log_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_lines_to_its_file),
		cmocka_unit_test(is_off_without_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
