/* SPDX-License-Identifier: MIT
 *
 * scanning CACHE: measures the view of sizes in a pseudo-terminal of 40x120 while it scans a tree:
 * how long keys take, and what showing the progress costs on the wire. The tree has many
 * directories side by side, so that all rows on the screen change all the time. doc/performance.md
 * says what each row means.
 */
#include "../lib/figures.h"
#include "../lib/pty.h"
#include "../lib/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPS    3
#define KEYS    300
#define OVER_MS 120000

#define BESIDE 400 /* directories, each with */
#define BELOW  40  /* in it, each with */
#define FILES  80

static void check(bool ok, const char *path)
{
	if (ok)
		return;
	perror(path);
	exit(1);
}

/* Makes it once. */
static void make_tree(const char *root)
{
	char path[4300];

	if (mkdir(root, 0755) < 0)
		return;
	for (int i = 0; i < BESIDE * BELOW * FILES; i++) {
		int beside = i / FILES / BELOW, below = i / FILES % BELOW, fd;

		snprintf(path, sizeof(path), "%s/dir-%03d", root, beside);
		check(i % (FILES * BELOW) || mkdir(path, 0755) == 0, path);
		snprintf(path, sizeof(path), "%s/dir-%03d/sub-%02d", root, beside, below);
		check(i % FILES || mkdir(path, 0755) == 0, path);
		snprintf(path, sizeof(path), "%s/dir-%03d/sub-%02d/file-%02d", root, beside, below,
			 i % FILES);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		check(fd >= 0, path);
		/* Holes: lengths that differ, and take nothing. */
		check(ftruncate(fd, (i % 97) * 1000 + beside) == 0, path);
		close(fd);
	}
}

static struct pty *start(const char *tree)
{
	const char *argv[] = {getenv("TROWEL_BIN"), "sizes", "--apparent", tree, NULL};
	const char *env[] = {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "LC_ALL=C.UTF-8", NULL};

	return pty_open(&(struct pty_options){.argv = argv, .rows = 40, .cols = 120, .env = env});
}

/* The name under the cursor: a key changes it, and no order does. */
static void cursor_name(struct pty *p, char name[32])
{
	int row, col;

	pty_cursor(p, &row, &col);
	const char *at = strstr(pty_row(p, row), "dir-");

	snprintf(name, 32, "%.7s", at ? at : "");
}

static bool has_moved(struct pty *p, void *ctx)
{
	char name[32];

	cursor_name(p, name);
	return name[0] && strcmp(name, ctx) != 0;
}

/* *ctx (may be NULL): the bytes of everything before its end is shown. */
static bool is_over(struct pty *p, void *ctx)
{
	if (pty_matches(p, "scanned [0-9,]+ entries"))
		return true;
	if (ctx)
		*(size_t *)ctx = pty_bytes(p);
	return false;
}

/* Down, and up again, while it goes on. */
static void measure_keys(const char *tree, struct samples *s)
{
	struct pty *t = start(tree);
	char name[32];

	pty_expect(t, "scanning [0-9]");
	pty_keys(t, "ggjjjj");
	pty_rest(t, 100);
	for (int i = 0; i < KEYS && !is_over(t, NULL); i++) {
		cursor_name(t, name);
		int64_t from = pty_now_ns();

		pty_keys(t, i / 10 % 2 ? "k" : "j");
		figures_add(s, pty_until(t, has_moved, name, 1000)
				       ? (double)(pty_now_ns() - from) / 1e6
				       : 1000);
		/* Somebody who reads: at moments that have nothing to do with those of the scan. */
		for (int64_t until = pty_now_ns() + (i % 7) * 1000000, left;
		     (left = until - pty_now_ns()) > 0;)
			pty_pump(t, (long)(left / 1000000));
	}
	pty_close(t);
}

/* From when the first sums are shown until the complete ones are. */
static void measure_wire(const char *tree, struct samples *bytes, struct samples *seconds)
{
	struct pty *t = start(tree);
	size_t before, last;
	int64_t from;

	/* The rows are there, all of them: from now on they change. */
	pty_expect(t, "dir-[0-9]");
	pty_rest(t, 50);
	before = last = pty_bytes(t);
	from = pty_now_ns();
	if (pty_until(t, is_over, &last, OVER_MS)) {
		double s = (double)(pty_now_ns() - from) / 1e9;

		figures_add(bytes, (double)(last - before) / (s > 0.5 ? s : 0.5));
		figures_add(seconds, (double)(pty_now_ns() - pty_started_ns(t)) / 1e6);
	}
	pty_close(t);
}

int main(int argc, char **argv)
{
	static char tree[4096];
	struct line keys = {.unit = "ms", .per_mille = 990, .reach = 16};
	struct line median = {.unit = "ms", .per_mille = 500};
	struct line wire = {.unit = "B", .reach = 2048}, over = {.unit = "ms"};

	if (argc != 2 || !getenv("TROWEL_BIN")) {
		fprintf(stderr, "usage: TROWEL_BIN=... scanning CACHE\n");
		return 2;
	}
	snprintf(tree, sizeof(tree), "%s/wide", argv[1]);
	make_tree(tree);
	for (int i = 0; i < REPS; i++) {
		measure_wire(tree, &wire.ours, &over.ours);
		measure_keys(tree, &keys.ours);
	}
	median.ours = keys.ours;
	snprintf(median.what, sizeof(median.what), "%d keys during a scan: median", keys.ours.n);
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
