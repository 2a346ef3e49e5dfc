/* SPDX-License-Identifier: MIT
 *
 * Does the harness find anything? It is let loose on a program that stands in for trowel: one that
 * makes no mistake, in which nothing may be found, and one mistake at a time, which must be.
 */
#include "layers.h"

#include "../lib/memdir.h"

#include <unistd.h>

struct planted {
	const char *bug;
	const struct layer *layer;
	const char *scenario, *cases; /* as in $FAULT, behind the name of the layer */
	unsigned breaks;              /* enum invariant */
};

static const struct planted planted[] = {
	{"overwrites", &layer_attacked, "rename-file", "*/target-taken", I3_NO_OVERWRITE},
	{"lies", &layer_fails, "rename-file", "renameat2*", I4_HONEST},
	{"silent", &layer_fails, "rename-file", "renameat2*", I4_HONEST},
	{"info-last", &layer_killed, "rm-file", "*", I5_RECOVERED},
	{"no-cleanup", &layer_killed, "rm-file", "*", I5_RECOVERED},
	{"no-journal", &layer_killed, "rename-file", "*", I6_UNDONE},
	{"copies", &layer_killed, "rename-file", "*", I1_KEPT},
	{"paths", &layer_attacked, "rm-file", "*/dir-for-link", I2_CANARY},
	{"follows", &layer_raced, "rm-file", "race:[1-9]*", I2_CANARY},
	{"mode", &layer_killed, "rm-file", "*", I6_UNDONE},
	{"restless", &layer_killed, "rename-file", "*", I5_RECOVERED},
	{"spins", &layer_fails, "rm-file", "openat:*+:EEXIST", I9_BOUNDED},
	{"no-fsync", &layer_power, "rm-file", "run", I7_DURABLE},
	{"lies", &layer_shutdown, "rename-file", "*", I7_DURABLE},
	{"no-excl", &layer_policy, "rm-file", "*", I8_POLICY},
	{"inherits", &layer_policy, "rm-file", "*", I8_POLICY},
	{"overwrites", &layer_policy, "rename-file", "*", I8_POLICY},
	{"paths", &layer_policy, "rename-file", "*", I8_POLICY},
	{"crash", &layer_fails, "rename-file", "renameat2*", I9_BOUNDED},
};

static struct subject subject;

static const struct scenario *find(const char *name)
{
	size_t n;
	const struct scenario *const *all = scenarios_all(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	fail_msg("no scenario %s", name);
	return NULL;
}

static void skip_impossible(const struct layer *layer)
{
	const char *why = layer->impossible ? layer->impossible() : NULL;

	if (!why)
		return;
	print_message("SKIP: %s: %s\n", layer->name, why);
	skip();
}

static struct tally let_loose(const struct layer *layer, const char *scenario, const char *cases,
			      struct str *report)
{
	struct tally tally = {0};
	struct str glob = STR_INIT;

	str_addf(&glob, "%s/%s/%s", layer->name, scenario, cases);
	setenv("FAULT", glob.buf, 1);
	campaign_run(layer, find(scenario), &subject, &tally, report);
	unsetenv("FAULT");
	str_done(&glob);
	return tally;
}

static void test_planted(void **state)
{
	const struct planted *p = *state;
	struct str report = STR_INIT;
	struct tally tally;

	skip_impossible(p->layer);
	subject.bug = p->bug;
	world_seconds(1);
	tally = let_loose(p->layer, p->scenario, p->cases, &report);
	world_seconds(0);
	if (!tally.cases || (tally.broken & p->breaks) != p->breaks)
		fail_msg("not found: %s (%u cases, broken %#x)\n%s", p->bug, tally.cases,
			 tally.broken, report.buf);
	str_done(&report);
}

static void none_found(const struct layer *layer, const char *scenario, const char *cases)
{
	struct str report = STR_INIT;
	struct tally tally;

	skip_impossible(layer);
	subject.bug = NULL;
	tally = let_loose(layer, scenario, cases, &report);
	if (!tally.cases || tally.failed)
		fail_msg("%s: %u of %u cases failed (%s):\n%s", scenario, tally.failed, tally.cases,
			 cases, report.buf);
	str_done(&report);
}

static void test_none(void **state)
{
	(void)state;
	none_found(&layer_killed, "rm-file", "*");
	none_found(&layer_killed, "rename-file", "*");
	none_found(&layer_fails, "rename-file", "renameat2*");
	none_found(&layer_fails, "rm-file", "openat:*:E[EA]*");
	none_found(&layer_power, "rm-file", "*sync*");
	none_found(&layer_power, "rm-file", "run");
	none_found(&layer_shutdown, "rename-file", "*sync*");
	none_found(&layer_policy, "rm-file", "run");
	none_found(&layer_policy, "rename-file", "run");
	none_found(&layer_attacked, "rename-file", "*");
	none_found(&layer_attacked, "rm-file", "openat*/dir-for-link");
	none_found(&layer_attacked, "rm-file", "*/thing-for-file");
}

/* Where two threads share the work, the cases are the same each time all the same. */
static void test_shared(void **state)
{
	const char *bin = getenv("TROWEL_BIN"), *why;
	struct reference a, b;
	struct str problems = STR_INIT;
	struct subject real = {.program = realpath(bin ? bin : "build/trowel", NULL)};

	(void)state;
	if (!trace_possible(&why)) {
		print_message("SKIP: %s\n", why);
		skip();
	}
	assert_non_null(real.program);
	reference_make(find("delete-600"), &real, &a, &problems);
	reference_make(find("delete-600"), &real, &b, &problems);
	if (problems.len)
		fail_msg("%s", problems.buf);
	assert_true(a.calls.n == b.calls.n && a.calls.n > 600);
	for (size_t i = 0; i < a.calls.n; i++) {
		const struct call *x = &a.calls.at[i], *y = &b.calls.at[i];

		assert_string_equal(x->name, y->name);
		assert_true(x->nth == y->nth && x->again == y->again);
		assert_true(strcmp(x->name, "unlinkat") != 0 || x->nth <= 302);
	}
	reference_done(&a);
	reference_done(&b);
	str_done(&problems);
	free((char *)(uintptr_t)real.program);
}

/* Beside this program. */
static const char *standin_path(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);
	char *slash;

	assert_true(n > 0);
	path[n] = '\0';
	slash = strrchr(path, '/');
	memcpy(slash + 1, "standin", 8);
	return path;
}

static int begin(void **state)
{
	subject.program = world_program(standin_path());
	return memdir_setup(state);
}

static int end(void **state)
{
	(void)state;
	memdir_end();
	return 0;
}

int main(void)
{
	struct CMUnitTest tests[sizeof(planted) / sizeof(planted[0]) + 2];
	size_t n = 0;
	const char *why;

	world_can_mount(&why);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_none);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_shared);
	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++)
		tests[n++] = (struct CMUnitTest){
			.name = planted[i].bug,
			.test_func = test_planted,
			.initial_state = (void *)(uintptr_t)&planted[i],
		};
	return _cmocka_run_group_tests("harness", tests, n, begin, end);
}
