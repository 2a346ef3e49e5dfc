/* SPDX-License-Identifier: MIT
 *
 * Removing many names of one directory with a second thread: while one is in the directory, which
 * the kernel lets nobody else change meanwhile, the other gives back the space of what it has just
 * removed, which needs no directory. More than two only wait for each other, so there are not more.
 * Few names, or one processor, do without.
 *
 *	unlinks_begin(u, dirfd, items, n, cancel);
 *	while (unlinks_some(u))
 *		...unlinks_removed(u)...
 *	unlinks_end(u);
 *
 * The first failure and the wish to cancel end it early: what was not tried stays UNLINKS_LEFT.
 *
 * Follows: unlinkat(2). Thread: one; `items` are the threads' between begin and end. Owns: the
 * second thread, which lives until unlinks_done().
 */
#ifndef FS_UNLINKS_H
#define FS_UNLINKS_H

#include "base/defs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define UNLINKS_LEAST 512u /* names for which a second thread is worth it */
#define UNLINKS_LEFT  1    /* as rc: not tried */

struct unlinks_item {
	const char *name;
	int rc; /* of unlinkat(2): 0, -errno */
};

struct unlinks {
	struct unlinks_item *items;
	size_t n;
	int dirfd;
	const _Atomic bool *cancel; /* may be NULL */
	_Atomic size_t next;        /* of the items, not taken by any thread yet */
	_Atomic uint64_t removed;   /* and not asked for yet */
	_Atomic bool failed;
	bool alone;                         /* there is no second thread, and will be none */
	bool started, given, working, over; /* the last three under the lock */
	pthread_t second;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

void unlinks_init(struct unlinks *u); /* no thread yet */
void unlinks_done(struct unlinks *u);

void unlinks_begin(struct unlinks *u, int dirfd, struct unlinks_item *items, size_t n,
		   const _Atomic bool *cancel);
/* Removes some of them in this thread. False: nothing is left to be begun. */
bool unlinks_some(struct unlinks *u);
/* How many went since the last time, in both threads. */
uint64_t unlinks_removed(struct unlinks *u);
/* Waits for the second thread; after it every item is as it is. */
void unlinks_end(struct unlinks *u);

#endif
