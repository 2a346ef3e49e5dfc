/* SPDX-License-Identifier: MIT
 *
 * cancel DIR TIMES: scans the directory, cancels that somewhere on the way, and waits until all
 * threads are gone, so many times. Prints the milliseconds that took: median and most.
 */
#include "../lib/figures.h"
#include "fs/scan.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* Negative: it cannot be scanned. */
static double scan_for(const char *path, double ms, bool *ret_over)
{
	const struct scan_options options = {.background = true, .keep = true};
	struct scan *s;
	double start;

	if (scan_start(path, &options, &s) < 0)
		return -1;
	*ret_over = scan_wait(s, (int)ms);
	start = now_ms();
	scan_cancel(s);
	(void)scan_wait(s, -1);
	ms = now_ms() - start;
	scan_free(s, 0);
	return ms;
}

int main(int argc, char **argv)
{
	struct samples times = {.n = 0};
	double whole, start;
	bool over = false;

	if (argc != 3) {
		fprintf(stderr, "usage: cancel DIR TIMES\n");
		return 2;
	}
	/* How long all of it takes: it is cancelled at as many places. */
	start = now_ms();
	if (scan_for(argv[1], 3600e3, &over) < 0)
		return 1;
	whole = now_ms() - start;
	for (long i = 0, n = strtol(argv[2], NULL, 10); i < n; i++) {
		double ms = scan_for(argv[1], whole * (double)(i + 1) / (double)(n + 2), &over);

		if (ms >= 0 && !over)
			figures_add(&times, ms);
	}
	printf("%.3f %.3f\n", figures_quantile(&times, 500), figures_quantile(&times, 999));
	return 0;
}
