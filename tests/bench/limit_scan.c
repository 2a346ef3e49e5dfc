/* SPDX-License-Identifier: MIT
 *
 * limit_scan DIR THREADS: the least that any correct program must do to add up the size of a tree.
 * Reads every directory, asks for the metadata of every entry, in so many threads that take
 * directories from one stack. Keeps no tree. Prints the number of entries and of 512-byte blocks.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ        65536
#define THREADS_MAX 64

struct record {
	uint64_t ino;
	int64_t off;
	uint16_t len;
	uint8_t type;
	char name[];
};

struct dir {
	struct dir *next;
	size_t len;
	char path[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static struct dir *stack;
static unsigned nthreads, waiting;
static uint64_t entries, blocks;

/* The path of `name` in `parent` (NULL: name is the path). */
static struct dir *dir_new(const struct dir *parent, const char *name)
{
	size_t len = strlen(name), at = parent ? parent->len + 1 : 0;
	struct dir *d = malloc(sizeof(*d) + at + len + 1);

	if (!d)
		exit(1);
	if (parent) {
		memcpy(d->path, parent->path, parent->len);
		d->path[parent->len] = '/';
	}
	memcpy(d->path + at, name, len + 1);
	d->len = at + len;
	return d;
}

/* Puts a finished list of directories on the stack, and takes one; NULL when all is done. */
static struct dir *exchange(struct dir *first, struct dir *last)
{
	struct dir *d;

	pthread_mutex_lock(&lock);
	if (first) {
		last->next = stack;
		stack = first;
		if (waiting > 0)
			pthread_cond_broadcast(&ready);
	}
	waiting++;
	while (!stack && waiting < nthreads)
		pthread_cond_wait(&ready, &lock);
	d = stack;
	if (d) {
		stack = d->next;
		waiting--;
	} else {
		pthread_cond_broadcast(&ready);
	}
	pthread_mutex_unlock(&lock);
	return d;
}

struct worker {
	char buf[READ] __attribute__((aligned(8)));
	uint64_t entries, blocks;
	struct dir *first, *last; /* directories found in the one being read */
};

static int is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static void look_at(struct worker *w, const struct dir *parent, int fd, const char *name)
{
	const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
	struct statx x;

	if (is_dots(name) || statx(fd, name, flags, STATX_BASIC_STATS, &x) < 0)
		return;
	w->entries++;
	w->blocks += x.stx_blocks;
	if (S_ISDIR(x.stx_mode)) {
		struct dir *d = dir_new(parent, name);

		d->next = w->first;
		if (!w->first)
			w->last = d;
		w->first = d;
	}
}

static void read_dir(struct worker *w, const struct dir *d)
{
	int fd = open(d->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	long n;

	if (fd < 0)
		return;
	while ((n = syscall(SYS_getdents64, fd, w->buf, READ)) > 0) {
		for (long at = 0; at < n;) {
			const struct record *r = (const void *)(w->buf + at);

			look_at(w, d, fd, r->name);
			at += r->len;
		}
	}
	close(fd);
}

static void *work(void *arg)
{
	struct worker *w = calloc(1, sizeof(*w));
	struct dir *d;

	(void)arg;
	if (!w)
		exit(1);
	while ((d = exchange(w->first, w->last))) {
		w->first = w->last = NULL;
		read_dir(w, d);
		free(d);
	}
	pthread_mutex_lock(&lock);
	entries += w->entries;
	blocks += w->blocks;
	pthread_mutex_unlock(&lock);
	free(w);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS_MAX];

	nthreads = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	if (nthreads < 1 || nthreads > THREADS_MAX) {
		fprintf(stderr, "usage: limit_scan DIR THREADS (1 to %d)\n", THREADS_MAX);
		return 2;
	}
	stack = dir_new(NULL, argv[1]);
	stack->next = NULL;
	for (unsigned i = 0; i < nthreads; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			return 1;
	for (unsigned i = 0; i < nthreads; i++)
		pthread_join(threads[i], NULL);
	printf("%llu entries %llu blocks\n", (unsigned long long)entries,
	       (unsigned long long)blocks);
	return 0;
}
