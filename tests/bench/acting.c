/* SPDX-License-Identifier: MIT
 *
 * Trashing and deleting by the program's verbs, against mv(1), trash-put (trash-cli, where it is
 * installed) and rm(1): medians of five, by turns, each in a place of its own that is made and
 *synced before and goes at the end: file systems make new files more slowly where some were just
 *removed.
 *
 *	acting DIR [ENTRIES...]
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/defs.h"

#define TURNS 5

static char root[4096];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static char place[4200]; /* of the turn: home, d with the entries, to */
static unsigned places;

/* There; names are of our making. */
static int shell(const char *command)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		if (chdir(place) < 0)
			_exit(127);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("sh");
	return status;
}

static void make(unsigned long n)
{
	int dir;

	snprintf(place, sizeof(place), "%s/%u", root, places++);
	if (mkdir(place, 0700) < 0 || shell("mkdir home d to") != 0 || chdir(place) < 0)
		die(place);
	dir = open("d", O_RDONLY | O_DIRECTORY);
	for (unsigned long i = 0; i < n; i++) {
		char name[32];
		int fd;

		snprintf(name, sizeof(name), "f%07lu", i);
		fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0)
			die(name);
		close(fd);
	}
	close(dir);
	sync();
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double timed(const char *command)
{
	double start = now();

	if (shell(command) != 0) {
		fprintf(stderr, "failed: %s\n", command);
		exit(1);
	}
	return now() - start;
}

static double median(double *took)
{
	qsort(took, TURNS, sizeof(*took), ascending);
	return took[TURNS / 2];
}

static void versus(const char *what, unsigned long n, const char *ours, const char *theirs)
{
	double a[TURNS], b[TURNS];

	for (int i = 0; i < TURNS; i++) {
		make(n);
		a[i] = timed(ours);
		make(n);
		b[i] = timed(theirs);
	}
	printf("%-34s %8lu %9.3f s %9.3f s %6.2f\n", what, n, median(a), median(b),
	       median(a) / median(b));
	fflush(stdout);
}

/* As a whole, and back. */
static void directory(unsigned long n)
{
	double a[TURNS], b[TURNS];

	make(n);
	for (int i = 0; i < TURNS; i++) {
		a[i] = timed("HOME=$PWD/home \"$TROWEL_BIN\" rm --yes d >/dev/null");
		b[i] = timed("HOME=$PWD/home \"$TROWEL_BIN\" undo --yes >/dev/null");
	}
	printf("%-34s %8lu %9.3f s %9.3f s\n", "trash a directory (undo)", n, median(a), median(b));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const char *const sizes[] = {"10000", "100000", "1000000"};
	int n = argc > 2 ? argc - 2 : (int)ARRAY_LEN(sizes);

	if (argc < 2 || !getenv("TROWEL_BIN"))
		return 2;
	snprintf(root, sizeof(root), "%s/acting", argv[1]);
	if (mkdir(root, 0700) < 0 && errno != EEXIST)
		die(root);
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_STATE_HOME");
	printf("%-34s %8s %11s %11s %6s\n", "", "entries", "trowel", "other", "ratio");
	snprintf(place, sizeof(place), "%s", root);
	versus("trash many (mv)", 10000,
	       "export HOME=$PWD/home; cd d && \"$TROWEL_BIN\" rm --yes f* >/dev/null",
	       "cd d && mv f* ../to");
	if (shell("command -v trash-put >/dev/null") == 0)
		versus("trash many (trash-put)", 10000,
		       "export HOME=$PWD/home; cd d && \"$TROWEL_BIN\" rm --yes f* >/dev/null",
		       "export HOME=$PWD/home; cd d && trash-put f*");
	versus("delete (rm -rf)", 100000,
	       "HOME=$PWD/home \"$TROWEL_BIN\" delete --yes d >/dev/null", "rm -rf d");
	for (int i = 0; i < n; i++)
		directory(strtoul(argc > 2 ? argv[i + 2] : sizes[i], NULL, 10));
	snprintf(place, sizeof(place), "%s", root);
	return shell("rm -rf [0-9]*");
}
