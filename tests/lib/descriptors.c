/* SPDX-License-Identifier: MIT */
#include "descriptors.h"

#include "test.h"

#include <fcntl.h>

struct rlimit descriptors_leave(unsigned n)
{
	struct rlimit before, few;
	rlim_t end = 0;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	/* The limit is a number none may reach, not a count. */
	for (; n > 0; end++)
		if (fcntl((int)end, F_GETFD) < 0)
			n--;
	few = before;
	few.rlim_cur = end;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	return before;
}

void descriptors_restore(struct rlimit before)
{
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}
