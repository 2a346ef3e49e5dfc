/* SPDX-License-Identifier: MIT
 *
 * mkflat DIR N: one new directory of N empty files with mixed names: numbers, upper and lower case,
 * accents, extensions. The same N gives the same names.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static uint64_t state = 88172645463325252u;

/* xorshift64. */
static uint64_t next_random(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

static void make_name(char *buf, size_t size)
{
	static const char *const stems[] = {"img", "IMG",  "doc", "R\u00e9sum\u00e9",
					    "log", "data", "file"};
	static const char *const exts[] = {"jpg", "txt", "c", "log", "tar.gz"};

	snprintf(buf, size, "%s-%llu.%s", stems[next_random(LEN(stems))],
		 (unsigned long long)next_random(1000000000), exts[next_random(LEN(exts))]);
}

int main(int argc, char **argv)
{
	long n = argc == 3 ? strtol(argv[2], NULL, 10) : -1;
	int dir;

	if (n < 0) {
		fprintf(stderr, "usage: mkflat DIR N\n");
		return 2;
	}
	if (mkdir(argv[1], 0755) < 0 ||
	    (dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		perror(argv[1]);
		return 1;
	}
	while (n > 0) {
		char name[64];
		int fd;

		make_name(name, sizeof(name));
		fd = openat(dir, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
		if (fd < 0 && errno == EEXIST)
			continue;
		if (fd < 0) {
			perror(name);
			return 1;
		}
		close(fd);
		n--;
	}
	return 0;
}
