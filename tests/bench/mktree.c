/* SPDX-License-Identifier: MIT
 *
 * mktree DIR FILES [SEED]: a new tree of so many small files in the shape that real trees have:
 * files and subdirectories for each directory follow power laws, at most 12 levels deep. The files
 * are holes. The same numbers give the same tree. Prints how many files and directories there are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEN(a)    (sizeof(a) / sizeof((a)[0]))
#define DEPTH_MAX 12

static uint64_t state;
static long left, files, dirs;

/* xorshift64. */
static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Pareto with exponent 1: at least `least`, seldom much more, never more than `most`. */
static long power_law(long least, long most)
{
	double u = (double)(next_random() >> 11) / 9007199254740992.0;
	double value = (double)least / (u < 1e-9 ? 1e-9 : u);

	return value > (double)most ? most : (long)value;
}

static void make_file(int dir)
{
	static const char *const exts[] = {".c",   ".h",   ".js",  ".json", ".md", ".png",
					   ".txt", ".log", ".tmp", ".py",   ".o",  ""};
	unsigned long long number = next_random() & 0xffffffffff;
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "file-%llx%s", number, exts[next_random() % LEN(exts)]);
	fd = openat(dir, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0 || ftruncate(fd, power_law(200, 1L << 28)) < 0) {
		if (errno == EEXIST)
			return;
		perror(name);
		exit(1);
	}
	close(fd);
	files++;
	left--;
}

/* A new subdirectory, open; or -1 when there is one of that name already. */
static int make_dir(int parent, const char *name)
{
	int fd;

	if (mkdirat(parent, name, 0755) < 0 && errno == EEXIST)
		return -1;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		perror(name);
		exit(1);
	}
	dirs++;
	return fd;
}

static void fill(int dir, int depth)
{
	long nfiles = power_law(3, 4000), ndirs;

	while (nfiles-- > 0 && left > 0)
		make_file(dir);
	if (depth == DEPTH_MAX)
		return;
	for (ndirs = 1 + power_law(1, 40); ndirs > 0 && left > 0; ndirs--) {
		char name[32];
		int fd;

		snprintf(name, sizeof(name), "dir-%llx",
			 (unsigned long long)(next_random() & 0xffffff));
		fd = make_dir(dir, name);
		if (fd < 0)
			continue;
		fill(fd, depth + 1);
		close(fd);
	}
}

int main(int argc, char **argv)
{
	uint64_t seed = argc == 4 ? strtoull(argv[3], NULL, 10) : 1;
	int root;

	if (argc < 3 || argc > 4 || (left = strtol(argv[2], NULL, 10)) < 0) {
		fprintf(stderr, "usage: mktree DIR FILES [SEED]\n");
		return 2;
	}
	state = seed * 2654435761u + 88172645463325252u;
	root = make_dir(AT_FDCWD, argv[1]);
	if (root < 0) {
		fprintf(stderr, "%s: exists already\n", argv[1]);
		return 1;
	}
	dirs = 0;
	for (int top = 0; left > 0; top++) {
		char name[32];
		int fd;

		snprintf(name, sizeof(name), "top-%d", top);
		fd = make_dir(root, name);
		fill(fd, 1);
		close(fd);
	}
	printf("files %ld dirs %ld\n", files, dirs);
	return 0;
}
