/* SPDX-License-Identifier: MIT */
#include "campaign.h"

#include "../lib/memdir.h"
#include "attack.h"

#include <errno.h>
#include <fnmatch.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAME_SIZE     160
#define SCENARIOS_MAX 256
#define LARGE_SAMPLE  80 /* of each layer, of a slow scenario, in a whole run */
#define REPORTS_MAX   8  /* cases of a scenario that are told in full */

/* ---- which ---- */

void case_add(struct case_list *list, const struct fault_case *c)
{
	if (list->n == list->cap) {
		list->cap = list->cap ? 2 * list->cap : 256;
		list->at = realloc(list->at, list->cap * sizeof(*list->at));
		assert_non_null(list->at);
	}
	list->at[list->n++] = *c;
}

static void name_of(const struct layer *layer, const struct fault_case *c, char name[NAME_SIZE])
{
	int n = snprintf(name, NAME_SIZE, "%s/%s", layer->name, c->scenario->name);

	if (c->call)
		n += snprintf(name + n, NAME_SIZE - (size_t)n, "/%s:%u", c->call->name,
			      c->call->nth);
	else
		n += snprintf(name + n, NAME_SIZE - (size_t)n, "/run");
	if (c->error)
		n += snprintf(name + n, NAME_SIZE - (size_t)n, "%s:%s", c->forever ? "+" : "",
			      c->error);
	if (c->attack)
		snprintf(name + n, NAME_SIZE - (size_t)n, "/%s", attack_name(c->attack));
}

static bool whole(void)
{
	return getenv("FAULT_WHOLE") || getenv("FAULT");
}

static uint64_t seed(void)
{
	static uint64_t seed;
	const char *given = getenv("FAULT_SEED");

	if (!seed && given)
		seed = strtoull(given, NULL, 10);
	if (!seed && getrandom(&seed, sizeof(seed), 0) == sizeof(seed))
		seed %= 1000000;
	return seed ? seed : 1;
}

/* splitmix64, by Vigna; public domain */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Puts `keep` elements, drawn by lot, in front. How many there are. */
static size_t draw(void *at, size_t n, size_t size, size_t keep)
{
	uint64_t state = seed();
	char *bytes = at, held[128];

	assert_true(size <= sizeof(held));
	for (size_t i = 0; i < keep && i < n; i++) {
		size_t j = i + next_random(&state) % (n - i);

		memcpy(held, bytes + i * size, size);
		memmove(bytes + i * size, bytes + j * size, size);
		memcpy(bytes + j * size, held, size);
	}
	return MIN(n, keep);
}

static void choose(const struct layer *layer, const struct scenario *s, struct case_list *list)
{
	const char *glob = getenv("FAULT");
	size_t n = 0;

	if (!whole())
		n = s->flags & SCENARIO_LARGE && !s->shared ? 1 : layer->sample;
	else if ((s->flags & SCENARIO_LARGE) && !glob)
		n = LARGE_SAMPLE;
	if (n)
		list->n = draw(list->at, list->n, sizeof(*list->at), n);
	n = 0;
	for (size_t i = 0; glob && i < list->n; i++) {
		char name[NAME_SIZE];

		name_of(layer, &list->at[i], name);
		if (fnmatch(glob, name, 0) == 0)
			list->at[n++] = list->at[i];
	}
	if (glob)
		list->n = n;
}

/* ---- running them ---- */

struct shared {
	unsigned next, missed, failed, broken, reports;
};

static void report(int fd, const char *name, const struct verdict *v, const char *bug)
{
	struct str text = STR_INIT;

	str_addf(&text, "  %s\n%s    again: make check-fault FAULT='%s'\n", name, v->text.buf,
		 bug ? "(planted)" : name);
	(void)!write(fd, text.buf, text.len);
	str_done(&text);
}

static void work(const struct layer *layer, const struct case_list *list,
		 const struct subject *subject, struct shared *shared, int fd)
{
	for (;;) {
		size_t i = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED);
		struct verdict v = {.text = STR_INIT};
		char name[NAME_SIZE];

		if (i >= list->n)
			return;
		name_of(layer, &list->at[i], name);
		if (layer->run(&list->at[i], subject, &v) == CASE_MISSED)
			__atomic_fetch_add(&shared->missed, 1, __ATOMIC_RELAXED);
		if (v.broken) {
			__atomic_fetch_add(&shared->failed, 1, __ATOMIC_RELAXED);
			__atomic_fetch_or(&shared->broken, v.broken, __ATOMIC_RELAXED);
			if (__atomic_fetch_add(&shared->reports, 1, __ATOMIC_RELAXED) < REPORTS_MAX)
				report(fd, name, &v, subject->bug);
		}
		str_done(&v.text);
	}
}

static unsigned jobs(void)
{
	const char *given = getenv("FAULT_JOBS");
	int n = given ? atoi(given) : 1;

	return n > 0 ? (unsigned)n : 1;
}

static void take_report(int fd, struct str *out)
{
	char buf[4096];
	ssize_t n;

	for (off_t at = 0; (n = pread(fd, buf, sizeof(buf), at)) > 0; at += n)
		str_add(out, buf, (size_t)n);
	close(fd);
}

/* Each worker is a process: what ends it is a case that failed. */
static void run_all(const struct layer *layer, const struct case_list *list,
		    const struct subject *subject, struct shared *shared, struct str *out)
{
	int fd = memfd_create("report", MFD_CLOEXEC);
	unsigned n = jobs();
	int status;

	assert_true(fd >= 0);
	fflush(NULL);
	for (unsigned i = 0; i < n; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid > 0)
			continue;
		/* A failed assertion must not go back to the loop of tests. */
		setenv("CMOCKA_TEST_ABORT", "1", 1);
		work(layer, list, subject, shared, fd);
		fflush(NULL);
		_exit(0);
	}
	for (unsigned i = 0; i < n; i++) {
		assert_true(wait(&status) > 0);
		if (status == 0)
			continue;
		shared->failed++;
		str_addf(out, "  a worker of %s ended with %#x\n", layer->name, (unsigned)status);
	}
	take_report(fd, out);
}

void campaign_run(const struct layer *layer, const struct scenario *s,
		  const struct subject *subject, struct tally *tally, struct str *out)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct case_list list = {0};
	struct reference ref;
	size_t of;

	assert_true(shared != MAP_FAILED);
	reference_make(s, subject, &ref, out);
	/* When it does not work undisturbed, there is nothing to disturb. */
	if (out->len)
		tally->failed++;
	else
		layer->list(s, &ref, &list);
	of = list.n;
	choose(layer, s, &list);
	run_all(layer, &list, subject, shared, out);
	tally->scenarios++;
	tally->cases += (unsigned)list.n;
	tally->of += (unsigned)of;
	tally->missed += shared->missed;
	tally->failed += shared->failed;
	tally->broken |= shared->broken;
	if (shared->failed > REPORTS_MAX)
		str_addf(out, "  ... %u cases of %s/%s failed in all\n", shared->failed,
			 layer->name, s->name);
	munmap(shared, sizeof(*shared));
	free(list.at);
	reference_done(&ref);
}

/* ---- as a test program ---- */

static const struct layer *the_layer;
static struct tally total;
static struct subject the_subject;
static unsigned skipped;

static void test_scenario(void **state)
{
	const struct scenario *s = *state;
	struct str report = STR_INIT;
	struct tally tally = {0};
	time_t start = time(NULL);
	const char *why = scenario_impossible(s);

	if (!why && the_layer->impossible)
		why = the_layer->impossible();
	if (why) {
		print_message("SKIP: %s: %s\n", the_layer->name, why);
		skipped++;
		skip();
	}
	campaign_run(the_layer, s, &the_subject, &tally, &report);
	total.scenarios += tally.scenarios;
	total.cases += tally.cases;
	total.of += tally.of;
	total.missed += tally.missed;
	total.failed += tally.failed;
	if (whole() && tally.cases)
		print_message("TRIED %-9s %-22s %5u of %5u cases, %u missed, %u failed, %ld s\n",
			      the_layer->name, s->name, tally.cases, tally.of, tally.missed,
			      tally.failed, (long)(time(NULL) - start));
	if (report.len) {
		fputs(report.buf, stdout); /* cmocka cuts long ones */
		str_done(&report);
		fail();
	}
	str_done(&report);
}

static int begin(void **state)
{
	const char *bin = getenv("TROWEL_BIN");

	the_subject.program = world_program(bin ? bin : "build/trowel");
	return memdir_setup(state);
}

static int end(void **state)
{
	size_t n;

	(void)state;
	memdir_end();
	if (!total.cases)
		return 0;
	scenarios_all(&n);
	print_message("TRIED %-9s %u of %u cases of %u of %zu scenarios, %u missed, %u failed",
		      the_layer->name, total.cases, total.of, total.scenarios, n, total.missed,
		      total.failed);
	if (!whole())
		print_message("; FAULT_SEED=%lu", (unsigned long)seed());
	print_message("\n");
	return 0;
}

/* Whether FAULT can fit a case of it. */
static bool wanted(const struct scenario *s)
{
	const char *glob = getenv("FAULT");
	const char *slash = glob ? strchr(glob, '/') : NULL;
	char part[NAME_SIZE];

	if (!glob)
		return true;
	snprintf(part, sizeof(part), "%.*s", (int)(slash ? slash - glob : (long)strlen(glob)),
		 glob);
	if (fnmatch(part, the_layer->name, 0) != 0)
		return false;
	if (!slash)
		return true;
	snprintf(part, sizeof(part), "%.*s", (int)strcspn(slash + 1, "/"), slash + 1);
	return fnmatch(part, s->name, 0) == 0;
}

/* Those of two threads, and of the others some, drawn by lot. How many there are. */
static size_t choose_scenarios(const struct scenario **at, size_t n, size_t sample)
{
	size_t drawn = 0, held = 0;
	const struct scenario *always[SCENARIOS_MAX];

	for (size_t i = 0; i < n; i++) {
		if (at[i]->shared)
			always[held++] = at[i];
		else
			at[drawn++] = at[i];
	}
	drawn = draw(at, drawn, sizeof(at[0]), sample);
	memcpy(at + drawn, always, held * sizeof(at[0]));
	return drawn + held;
}

int campaign_main(const struct layer *layer)
{
	static struct CMUnitTest tests[SCENARIOS_MAX];
	static const struct scenario *chosen[SCENARIOS_MAX];
	const struct scenario *const *all;
	const char *why;
	size_t n, used = 0;

	the_layer = layer;
	world_can_mount(&why);
	all = scenarios_all(&n);
	assert_true(n <= SCENARIOS_MAX);
	memcpy(chosen, all, n * sizeof(chosen[0]));
	if (!whole())
		n = choose_scenarios(chosen, n, layer->sample_scenarios);
	for (size_t i = 0; i < n; i++)
		if (wanted(chosen[i]))
			tests[used++] =
				(struct CMUnitTest){.name = chosen[i]->name,
						    .test_func = test_scenario,
						    .initial_state = (void *)(uintptr_t)chosen[i]};
	return _cmocka_run_group_tests(layer->name, tests, used, begin, end);
}
