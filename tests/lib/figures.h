/* SPDX-License-Identifier: MIT
 *
 * The table that the benches print: for each thing measured the median (or another quantile) of
 * ours, of the limit program and of each peer. An exclamation mark: ours is not within reach.
 *
 * Thread: any, one at a time. Owns: nothing.
 */
#ifndef TESTS_LIB_FIGURES_H
#define TESTS_LIB_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#define FIGURES_SAMPLES 300
#define FIGURES_PEERS   8

struct samples {
	double at[FIGURES_SAMPLES];
	int n;
};

struct line {
	char what[64];
	const char *unit;
	struct samples ours, limit, peers[FIGURES_PEERS];
	double reach;  /* 0: none is named */
	int per_mille; /* 0: the median */
	bool times;    /* reach is how many times the limit */
};

void figures_add(struct samples *s, double value); /* beyond FIGURES_SAMPLES it is dropped */
/* Of 1000: 500 is the median. Negative: there is none. Sorts them. */
double figures_quantile(struct samples *s, int per_mille);
void figures_heading(void);
void figures_print(struct line *l, const char *const *peers, size_t npeers);

bool figures_in_path(const char *program);
/* Runs a program to its end with its output in `out`. Milliseconds; negative: it failed. *ret_kb
 * (may be NULL): its peak memory. */
double figures_run(const char *const *argv, char *out, size_t size, long *ret_kb);
/* The same of one that draws on a terminal when it is done with its work: until it does, is told
 * `quit`, and ends. */
double figures_run_screen(const char *const *argv, const char *quit, long *ret_kb);

#endif
