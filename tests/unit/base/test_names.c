/* SPDX-License-Identifier: MIT */
#include "names_checks.h"

int main(void)
{
	return cmocka_run_group_tests(names_tests, NULL, NULL);
}
