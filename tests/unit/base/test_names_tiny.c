/* SPDX-License-Identifier: MIT */
/* Every fourth name is at the edge of a chunk. The module is compiled in, with its own size. */
#define NAMES_CHUNK 4u

#include "../../../src/base/names.c"

#include "names_checks.h"

int main(void)
{
	return cmocka_run_group_tests(names_tests, NULL, NULL);
}
