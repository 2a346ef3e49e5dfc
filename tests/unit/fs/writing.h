/* SPDX-License-Identifier: MIT
 *
 * A place to write files in, and what is in them. For the tests of what writes files as a whole.
 */
#ifndef TESTS_WRITING_H
#define TESTS_WRITING_H

#include "../../lib/test.h"

#include "../../lib/fault.h"
#include "../../lib/tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tree *tree; /* of the test at hand */

static int setup(void **state)
{
	(void)state;
	umask(022);
	fault_reset();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_free(tree);
	tree = NULL;
	return fault_open_fds() == 0 ? 0 : -1;
}

static void holds(const char *rel, const char *text)
{
	int fd = open(tree_path(tree, rel), O_RDONLY | O_NOFOLLOW);
	char buf[256];
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, buf, sizeof(buf) - 1);
	assert_true(n >= 0);
	buf[n] = '\0';
	close(fd);
	assert_string_equal(buf, text);
}

#endif
