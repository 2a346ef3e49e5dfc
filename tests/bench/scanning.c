/* SPDX-License-Identifier: MIT
 *
 * scanning TREE: measures the view of sizes in a pseudo-terminal of 40x120 while it scans the tree:
 * how long keys take, and what showing the progress costs on the wire. doc/performance.md says what
 * each row means.
 */
#include "../lib/figures.h"
#include "../lib/pty.h"
#include "../lib/test.h"

#include <unistd.h>

#define REPS    3
#define KEYS    300
#define OVER_MS 120000

static struct pty *start(const char *tree)
{
	const char *argv[] = {getenv("TROWEL_BIN"), "sizes", tree, NULL};
	const char *env[] = {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "LC_ALL=C.UTF-8", NULL};

	return pty_open(&(struct pty_options){.argv = argv, .rows = 40, .cols = 120, .env = env});
}

/* A row may be moved by its size, too, but seldom. */
static bool has_moved(struct pty *p, void *ctx)
{
	int row, col;

	pty_cursor(p, &row, &col);
	return row != *(int *)ctx;
}

static bool is_over(struct pty *p, void *ctx)
{
	(void)ctx;
	return pty_matches(p, "scanned [0-9,]+ entries");
}

/* Down from the top, up from anywhere else, while it goes on. */
static void measure_keys(const char *tree, struct samples *s)
{
	struct pty *t = start(tree);
	int row, col;

	pty_expect(t, "scanning [0-9]");
	/* mktree has one directory at the top, and many in that. */
	pty_keys(t, "lgg");
	pty_rest(t, 100);
	for (int i = 0; i < KEYS && !is_over(t, NULL); i++) {
		pty_cursor(t, &row, &col);
		int64_t from = pty_now_ns();

		pty_keys(t, row > 3 ? "k" : "j");
		figures_add(s, pty_until(t, has_moved, &row, 1000)
				       ? (double)(pty_now_ns() - from) / 1e6
				       : 1000);
		/* Somebody who reads: at moments that have nothing to do with those of the scan. */
		for (int64_t until = pty_now_ns() + (i % 7) * 1000000, left;
		     (left = until - pty_now_ns()) > 0;)
			pty_pump(t, (long)(left / 1000000));
	}
	pty_close(t);
}

/* From when the first sums are shown until they are complete. */
static void measure_wire(const char *tree, struct samples *bytes, struct samples *seconds)
{
	struct pty *t = start(tree);
	size_t before;
	int64_t from;

	pty_expect(t, "scanning [0-9]");
	before = pty_bytes(t);
	from = pty_now_ns();
	if (pty_until(t, is_over, NULL, OVER_MS)) {
		double s = (double)(pty_now_ns() - from) / 1e9;

		figures_add(bytes, (double)(pty_bytes(t) - before) / (s > 0.5 ? s : 0.5));
		figures_add(seconds, (double)(pty_now_ns() - pty_started_ns(t)) / 1e6);
	}
	pty_close(t);
}

int main(int argc, char **argv)
{
	struct line keys = {.unit = "ms", .per_mille = 990, .reach = 16};
	struct line median = {.unit = "ms", .per_mille = 500};
	struct line wire = {.unit = "B", .reach = 2048}, over = {.unit = "ms"};

	if (argc != 2 || !getenv("TROWEL_BIN")) {
		fprintf(stderr, "usage: TROWEL_BIN=... scanning TREE\n");
		return 2;
	}
	for (int i = 0; i < REPS; i++) {
		measure_wire(argv[1], &wire.ours, &over.ours);
		measure_keys(argv[1], &keys.ours);
	}
	median.ours = keys.ours;
	snprintf(median.what, sizeof(median.what), "key to cursor during a scan: median");
	snprintf(keys.what, sizeof(keys.what), "key to cursor during a scan: 99 of 100");
	snprintf(wire.what, sizeof(wire.what), "progress of a scan, each second");
	snprintf(over.what, sizeof(over.what), "the view, scan complete");
	figures_heading();
	figures_print(&median, NULL, 0);
	figures_print(&keys, NULL, 0);
	figures_print(&wire, NULL, 0);
	figures_print(&over, NULL, 0);
	return 0;
}
