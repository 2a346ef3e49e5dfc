/* SPDX-License-Identifier: MIT
 *
 * sizes CACHE [SCALE...]: measures `trowel sizes` on trees of so many files and prints a table:
 * ours, the limit program, peers. With BENCH_LARGE set also ten million files. Warm, and where the
 * caches may be dropped (as root) cold. Figures are medians of interleaved runs. Peers are whatever
 * of ncdu, gdu, dua, diskus and du is in PATH. doc/performance.md says what each row means.
 */
#include "../lib/figures.h"
#include "../lib/test.h"
#include "base/defs.h"

#include <fcntl.h>
#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPS       7
#define COLD_REPS  3
#define REACH      1.15
#define THREADS    "2"
#define COLD_LIMIT "32"
#define CANCEL_MS  50.0

/* ncdu keeps its tree when it is to show it; writing its export away it keeps none. */
static const char *const peer_argv[][6] = {
	{"ncdu", "-0", NULL}, {"ncdu", "-0", "-o", "/dev/null", NULL},
	{"dua", "a", NULL},   {"gdu", "-npc", NULL},
	{"diskus", NULL},     {"du", "-s", NULL},
};
#define PEERS    ARRAY_LEN(peer_argv)
#define SCREEN   0 /* of the peers: draws when it is done, and waits for a key */
#define EXPORTER 1

static const char *peer_names[PEERS];
static bool peer_there[PEERS];
static char tool_dir[4096];
static const char *cache, *ours;

struct scale {
	long files;
	char path[4096];
	long entries, dirs, names; /* names: bytes of all of them */
	double memory;             /* KB */
	double ms;
};

static void make_tree(struct scale *s)
{
	char tool[4200], count[24], out[256];
	struct stat st;

	snprintf(tool, sizeof(tool), "%s/mktree", tool_dir);
	snprintf(count, sizeof(count), "%ld", s->files);
	snprintf(s->path, sizeof(s->path), "%s/tree-%ld", cache, s->files);
	const char *argv[] = {tool, s->path, count, NULL};
	if (stat(s->path, &st) && figures_run(argv, out, sizeof(out), NULL) < 0) {
		fprintf(stderr, "cannot make %s\n", s->path);
		exit(1);
	}
}

/* Entries and the length of their names, as find(1) sees them. */
static void count_tree(struct scale *s)
{
	char out[256], command[4400];
	const char *argv[] = {"sh", "-c", command, NULL};

	snprintf(command, sizeof(command),
		 "find '%s' -printf '%%y %%f\\n' | awk '{n++; if ($1 == \"d\") d++; b += "
		 "length($2)} END {print n, d, b}'",
		 s->path);
	assert_true(figures_run(argv, out, sizeof(out), NULL) >= 0);
	assert_int_equal(sscanf(out, "%ld %ld %ld", &s->entries, &s->dirs, &s->names), 3);
}

static bool drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	bool done;

	sync();
	done = fd >= 0 && write(fd, "3", 1) == 1;
	if (fd >= 0)
		close(fd);
	return done;
}

static double run(const char *const *argv, const char *path, long *ret_kb)
{
	bool screen = argv == peer_argv[SCREEN];
	const char *full[10];
	static char out[65536];
	size_t n = 0;

	while (argv[n]) {
		full[n] = argv[n];
		n++;
	}
	full[n++] = path;
	full[n] = NULL;
	if (screen)
		return figures_run_screen(full, "q", ret_kb);
	return figures_run(full, out, sizeof(out), ret_kb);
}

static double run_limit(const struct scale *s, const char *threads)
{
	char tool[4200], out[256];

	snprintf(tool, sizeof(tool), "%s/limit_scan", tool_dir);
	const char *argv[] = {tool, s->path, threads, NULL};
	return figures_run(argv, out, sizeof(out), NULL);
}

static void measure(struct scale *s, bool cold)
{
	const char *argv[] = {ours, "sizes", "--print", "--depth=0", NULL};
	struct line time = {.unit = "ms", .reach = REACH, .times = true}, memory = {.unit = "MB"};
	int reps = cold || s->files > 1000000 ? COLD_REPS : s->files == 1000000 ? 5 : REPS;
	long kb = 0;

	snprintf(time.what, sizeof(time.what), "%ld files, %s: size tree", s->files,
		 cold ? "cold" : "warm");
	snprintf(memory.what, sizeof(memory.what), "%ld files: peak memory", s->files);
	if (!cold)
		(void)run(argv, s->path, NULL);
	for (int r = 0; r < reps; r++) {
		if (cold && !drop_caches())
			return;
		figures_add(&time.ours, run(argv, s->path, &kb));
		figures_add(&memory.ours, (double)kb / 1024);
		if (cold)
			drop_caches();
		figures_add(&time.limit, run_limit(s, cold ? COLD_LIMIT : THREADS));
		for (size_t i = 0; i < PEERS; i++) {
			if (!peer_there[i] || (cold && r > 0))
				continue;
			if (cold)
				drop_caches();
			figures_add(&time.peers[i], run(peer_argv[i], s->path, &kb));
			figures_add(&memory.peers[i], (double)kb / 1024);
		}
	}
	figures_print(&time, peer_names, PEERS);
	if (cold)
		return;
	s->memory = figures_quantile(&memory.ours, 500) * 1024;
	s->ms = figures_quantile(&time.ours, 500);
	figures_print(&memory, peer_names, PEERS);
}

/* From the smallest to the largest: 20 bytes an entry, 64 a directory, the names, and a tenth. */
static void print_growth(const struct scale *a, const struct scale *b)
{
	double grown = (b->memory - a->memory) * 1024;
	double formula = 20.0 * (double)(b->entries - a->entries) +
			 64.0 * (double)(b->dirs - a->dirs) + (double)(b->names - a->names);

	printf("%-44s %9.1f B an entry, %.2f of 20 an entry, 64 a directory and the names (reach "
	       "1.10)%s\n",
	       "memory growth, smallest to largest", grown / (double)(b->entries - a->entries),
	       grown / formula, grown > 1.1 * formula ? "!" : "");
}

/* One line for each step: time and memory for an entry, and how much more than the step before. */
static void print_curve(const struct scale *s, int n)
{
	for (int i = 0; i < n; i++) {
		double entries = (double)s[i].entries;

		printf("%9ld entries: %8.1f ms, %.2f us each; %7.1f MB", s[i].entries, s[i].ms,
		       s[i].ms * 1e3 / entries, s[i].memory / 1024);
		if (i > 0)
			printf("; %.1f times the entries take %.1f times as long, %.1f B for each "
			       "more",
			       entries / (double)s[i - 1].entries, s[i].ms / s[i - 1].ms,
			       (s[i].memory - s[i - 1].memory) * 1024 /
				       (entries - (double)s[i - 1].entries));
		printf("\n");
	}
}

/* Twenty scans, cancelled in twenty places. */
static void measure_cancel(const struct scale *s)
{
	struct line line = {.unit = "ms", .reach = CANCEL_MS};
	char tool[4200], out[256];
	double median, most;

	snprintf(tool, sizeof(tool), "%s/cancel", tool_dir);
	const char *argv[] = {tool, s->path, "20", NULL};
	if (figures_run(argv, out, sizeof(out), NULL) < 0 ||
	    sscanf(out, "%lf %lf", &median, &most) != 2 || median < 0)
		return;
	figures_add(&line.ours, median);
	snprintf(line.what, sizeof(line.what), "%ld files: cancel, median of 20", s->files);
	figures_print(&line, NULL, 0);
	line.ours = (struct samples){.at = {most}, .n = 1};
	snprintf(line.what, sizeof(line.what), "%ld files: cancel, longest", s->files);
	figures_print(&line, NULL, 0);
}

int main(int argc, char **argv)
{
	struct scale scales[8] = {
		{.files = 10000}, {.files = 100000}, {.files = 1000000}, {.files = 10000000}};
	char self[4096];
	int n = getenv("BENCH_LARGE") ? 4 : 3;

	ours = getenv("TROWEL_BIN");
	if (argc < 2 || !ours) {
		fprintf(stderr, "usage: TROWEL_BIN=... sizes CACHE [SCALE...]\n");
		return 2;
	}
	cache = argv[1];
	if (argc > 2)
		for (n = 0; n < argc - 2 && n < 8; n++)
			scales[n].files = strtol(argv[n + 2], NULL, 10);
	snprintf(self, sizeof(self), "%s", argv[0]);
	snprintf(tool_dir, sizeof(tool_dir), "%s", dirname(self));
	for (size_t i = 0; i < PEERS; i++) {
		peer_names[i] = i == EXPORTER ? "ncdu -o" : peer_argv[i][0];
		peer_there[i] = figures_in_path(peer_argv[i][0]);
	}
	figures_heading();
	for (int i = 0; i < n; i++) {
		make_tree(&scales[i]);
		count_tree(&scales[i]);
		measure(&scales[i], false);
	}
	if (n > 1)
		print_growth(&scales[0], &scales[n - 1]);
	print_curve(scales, n);
	measure_cancel(&scales[n - 1]);
	measure(&scales[n - 1], true);
	return 0;
}
