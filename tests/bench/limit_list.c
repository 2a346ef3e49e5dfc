/* SPDX-License-Identifier: MIT
 *
 * limit_list DIR: the least that any program must do to show one directory in order. Reads every
 * name with getdents64, keeps them, sorts them by bytes, and prints how long each part took. Shows
 * nothing.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FIRST_READ ((size_t)32 << 10)
#define READ       ((size_t)1 << 20)

struct record {
	uint64_t ino;
	int64_t off;
	uint16_t len;
	uint8_t type;
	char name[];
};

struct entry {
	uint64_t key; /* the first 8 bytes of the name, big-endian: most comparisons need no more */
	uint64_t at;  /* of the name in the pool */
};

static char *pool;
static size_t pool_len, pool_cap;
static struct entry *entries;
static size_t nentries, entries_cap;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void *grown(void *old, size_t *cap, size_t least, size_t size)
{
	void *p;

	*cap = *cap ? *cap * 2 : least;
	p = realloc(old, *cap * size);
	if (!p)
		exit(1);
	return p;
}

static void add(const char *name)
{
	size_t size = strlen(name) + 1;
	uint64_t key = 0;

	if (pool_len + size > pool_cap)
		pool = grown(pool, &pool_cap, (size_t)1 << 20, 1);
	if (nentries == entries_cap)
		entries = grown(entries, &entries_cap, (size_t)1 << 16, sizeof(*entries));
	memcpy(pool + pool_len, name, size);
	memcpy(&key, name, size < 8 ? size : 8);
	entries[nentries++] = (struct entry){.key = __builtin_bswap64(key), .at = pool_len};
	pool_len += size;
}

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return strcmp(pool + x->at, pool + y->at);
}

int main(int argc, char **argv)
{
	double start = now_ms(), first = 0, all, sorted;
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	char *buf = malloc(READ);
	long n;

	if (fd < 0 || !buf) {
		fprintf(stderr, "usage: limit_list DIR\n");
		return 2;
	}
	while ((n = syscall(SYS_getdents64, fd, buf, nentries ? READ : FIRST_READ)) > 0) {
		for (long at = 0; at < n;) {
			const struct record *r = (const void *)(buf + at);

			add(r->name);
			at += r->len;
		}
		if (first == 0)
			first = now_ms() - start;
	}
	all = now_ms();
	if (nentries > 0)
		qsort(entries, nentries, sizeof(*entries), compare);
	sorted = now_ms();
	printf("%zu names: first batch %.2f ms, read %.0f ms, sort %.0f ms\n", nentries, first,
	       all - start, sorted - all);
	return n < 0;
}
