/* SPDX-License-Identifier: MIT */
#include "figures.h"

#include "test.h"

#include <fcntl.h>
#include <pty.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void figures_add(struct samples *s, double value)
{
	if (s->n < FIGURES_SAMPLES)
		s->at[s->n++] = value;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double figures_quantile(struct samples *s, int per_mille)
{
	int i;

	if (s->n == 0)
		return -1;
	qsort(s->at, (size_t)s->n, sizeof(s->at[0]), by_value);
	i = s->n * per_mille / 1000;
	return s->at[i < s->n ? i : s->n - 1];
}

void figures_heading(void)
{
	printf("%-44s %9s %9s %6s %9s  %s\n", "", "ours", "limit", "ratio", "reach",
	       "peers (how many times ours)");
}

static void print_number(double v, const char *unit, int width)
{
	if (v < 0)
		printf("%*s ", width, "-");
	else
		printf("%*.*f ", width, v < 100 && strcmp(unit, "B") != 0 ? 1 : 0, v);
}

void figures_print(struct line *l, const char *const *peers, size_t npeers)
{
	int q = l->per_mille ? l->per_mille : 500;
	double ours = figures_quantile(&l->ours, q), limit = figures_quantile(&l->limit, q);
	double reach = l->times ? l->reach * limit : l->reach;

	printf("%-41s %-2s ", l->what, l->unit);
	print_number(ours, l->unit, 9);
	print_number(limit, l->unit, 9);
	if (ours >= 0 && limit > 0)
		printf("%6.2f ", ours / limit);
	else
		printf("%6s ", "");
	if (reach > 0)
		printf("%9.0f%s", reach, ours > reach ? "!" : " ");
	else
		printf("%9s ", "");
	for (size_t i = 0; i < npeers; i++) {
		double v = figures_quantile(&l->peers[i], q);

		if (v >= 0)
			printf(" %s %.*f (%.1f)", peers[i], v < 100 ? 1 : 0, v,
			       ours > 0 ? v / ours : 0);
	}
	printf("\n");
	fflush(stdout);
}

bool figures_in_path(const char *program)
{
	char path[4096];
	const char *at = getenv("PATH");

	while (at && *at) {
		size_t len = strcspn(at, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)len, at, program);
		if (faccessat(AT_FDCWD, path, X_OK, 0) == 0)
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

double figures_run(const char *const *argv, char *out, size_t size, long *ret_kb)
{
	double from = now_ms();
	struct rusage usage;
	int ends[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(ends[1]);
	while ((n = read(ends[0], out + len, size - 1 - len)) > 0)
		if (len + (size_t)n < size - 1)
			len += (size_t)n;
	out[len] = '\0';
	close(ends[0]);
	if (wait4(pid, &status, 0, &usage) != pid || status != 0)
		return -1;
	if (ret_kb)
		*ret_kb = usage.ru_maxrss;
	return now_ms() - from;
}

double figures_run_screen(const char *const *argv, const char *quit, long *ret_kb)
{
	const struct winsize size = {.ws_row = 40, .ws_col = 120};
	double from = now_ms();
	struct rusage usage;
	char out[4096];
	int fd, status;
	pid_t pid = forkpty(&fd, NULL, NULL, &size);

	assert_true(pid >= 0);
	if (pid == 0) {
		setenv("TERM", "xterm", 1);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	/* A key that comes while it prepares the terminal may be lost: one for all that it draws.
	 */
	while (read(fd, out, sizeof(out)) > 0)
		if (write(fd, quit, strlen(quit)) < 0)
			break;
	close(fd);
	if (wait4(pid, &status, 0, &usage) != pid || status != 0)
		return -1;
	if (ret_kb)
		*ret_kb = usage.ru_maxrss;
	return now_ms() - from;
}
