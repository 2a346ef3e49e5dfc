/* SPDX-License-Identifier: MIT
 *
 * Thousands of rows: what is done in slices comes to its end without another key.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

static void test_slices(void **state)
{
	struct explorer e;

	(void)state;
	e = explorer_open(&(struct explorer_options){
		.tree = "many/ *6000\n", .start = "many", .ready = "6,000 items", .cols = 100});
	explorer_do(&e, "*a", "6,000 marked");
	explorer_do(&e, "*i", "~6,000 marked");
	explorer_do(&e, "/5999\r", "@f0005999");
	explorer_do(&e, "\033", "f0005990");
	explorer_do(&e, "gg", "@..");
	explorer_do(&e, "n", "@f0005999");
	explorer_do(&e, "gg", "@..");
	explorer_do(&e, "N", "@f0005999");
	pty_keys(e.pty, "Q");
	pty_expect_exit(e.pty, 0);
	explorer_close(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_slices)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
