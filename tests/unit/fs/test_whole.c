/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/fault.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fs/whole.h"

static int setup(void **state)
{
	(void)state;
	fault_reset();
	return 0;
}

static void all_bytes_are_written(void **state)
{
	struct tree *t = tree_new("");
	int fd = open(tree_path(t, "f"), O_RDWR | O_CREAT, 0600);
	char buf[16] = "";

	(void)state;
	fault_short(FAULT_write, 3);
	assert_int_equal(whole_write(fd, "whole bytes", 11), 0);
	assert_int_equal(fault_count(FAULT_write), 4);
	assert_int_equal(pread(fd, buf, sizeof(buf), 0), 11);
	assert_string_equal(buf, "whole bytes");
	assert_int_equal(whole_write(fd, "", 0), 0);
	fault_fail(FAULT_write, 2, ENOSPC, false);
	assert_int_equal(whole_write(fd, "whole bytes", 11), -ENOSPC);
	close(fd);
	tree_free(t);
}

/* A write of nothing that is no error must not be tried for ever. */
static void nothing_written_is_an_error(void **state)
{
	(void)state;
	fault_answer(FAULT_write, "", 0);
	assert_int_equal(whole_write(-1, "x", 1), -EIO);
}

static void chance_is_whole_or_an_error(void **state)
{
	unsigned char buf[16];

	(void)state;
	assert_int_equal(whole_random(buf, sizeof(buf)), 0);
	fault_short(FAULT_getrandom, 7);
	assert_int_equal(whole_random(buf, sizeof(buf)), -EIO);
	fault_reset();
	fault_fail(FAULT_getrandom, 1, ENOSYS, false);
	assert_int_equal(whole_random(buf, sizeof(buf)), -ENOSYS);
}

static void a_file_system_without_sync_is_none_that_failed(void **state)
{
	(void)state;
	assert_int_equal(whole_synced(0), 0);
	assert_int_equal(whole_synced(-EINVAL), 0);
	assert_int_equal(whole_synced(-ENOSYS), 0);
	assert_int_equal(whole_synced(-EOPNOTSUPP), 0);
	assert_int_equal(whole_synced(-EIO), -EIO);
	assert_int_equal(whole_synced(-ENOSPC), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_bytes_are_written, setup),
		cmocka_unit_test_setup(nothing_written_is_an_error, setup),
		cmocka_unit_test_setup(chance_is_whole_or_an_error, setup),
		cmocka_unit_test_setup(a_file_system_without_sync_is_none_that_failed, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
