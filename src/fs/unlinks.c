/* SPDX-License-Identifier: MIT */
#include "fs/unlinks.h"

#include <errno.h>
#include <unistd.h>

#include "fs/sys.h"
#include "fs/thread.h"

#define AT_A_TIME   64u /* so that threads seldom meet, and it is soon known what went */
#define STACK_BYTES (256u * 1024u)

void unlinks_init(struct unlinks *u)
{
	*u = (struct unlinks){.dirfd = -1};
	pthread_mutex_init(&u->lock, NULL);
	pthread_cond_init(&u->changed, NULL);
}

void unlinks_done(struct unlinks *u)
{
	if (u->started) {
		pthread_mutex_lock(&u->lock);
		u->over = true;
		pthread_cond_signal(&u->changed);
		pthread_mutex_unlock(&u->lock);
		pthread_join(u->second, NULL);
	}
	pthread_cond_destroy(&u->changed);
	pthread_mutex_destroy(&u->lock);
}

/* ---- the names ---- */

static bool is_ended(const struct unlinks *u)
{
	return atomic_load_explicit(&u->failed, memory_order_relaxed) ||
	       (u->cancel && atomic_load_explicit(u->cancel, memory_order_relaxed));
}

static void remove_one(struct unlinks *u, struct unlinks_item *item)
{
	item->rc = sys_unlinkat(u->dirfd, item->name, 0);
	if (item->rc == 0)
		atomic_fetch_add_explicit(&u->removed, 1, memory_order_relaxed);
	else if (item->rc != -ENOENT)
		atomic_store_explicit(&u->failed, true, memory_order_relaxed);
}

bool unlinks_some(struct unlinks *u)
{
	size_t at = atomic_fetch_add_explicit(&u->next, AT_A_TIME, memory_order_relaxed);

	for (size_t i = at; i < u->n && i < at + AT_A_TIME; i++) {
		if (is_ended(u))
			return false;
		remove_one(u, &u->items[i]);
	}
	return at + AT_A_TIME < u->n;
}

uint64_t unlinks_removed(struct unlinks *u)
{
	return atomic_exchange_explicit(&u->removed, 0, memory_order_relaxed);
}

/* ---- the second thread ---- */

static void *second_main(void *arg)
{
	struct unlinks *u = arg;

	pthread_mutex_lock(&u->lock);
	while (!u->over) {
		if (!u->given) {
			pthread_cond_wait(&u->changed, &u->lock);
			continue;
		}
		u->given = false;
		u->working = true;
		pthread_mutex_unlock(&u->lock);
		while (unlinks_some(u))
			;
		pthread_mutex_lock(&u->lock);
		u->working = false;
		pthread_cond_signal(&u->changed);
	}
	pthread_mutex_unlock(&u->lock);
	return NULL;
}

/* Without it one does all. */
static bool has_second(struct unlinks *u)
{
	if (u->started || u->alone)
		return u->started;
	u->started = sysconf(_SC_NPROCESSORS_ONLN) > 1 &&
		     thread_start(second_main, u, STACK_BYTES, &u->second) == 0;
	u->alone = !u->started;
	return u->started;
}

void unlinks_begin(struct unlinks *u, int dirfd, struct unlinks_item *items, size_t n,
		   const _Atomic bool *cancel)
{
	for (size_t i = 0; i < n; i++)
		items[i].rc = UNLINKS_LEFT;
	u->items = items;
	u->n = n;
	u->dirfd = dirfd;
	u->cancel = cancel;
	atomic_store_explicit(&u->next, 0, memory_order_relaxed);
	atomic_store_explicit(&u->failed, false, memory_order_relaxed);
	if (n < UNLINKS_LEAST || !has_second(u))
		return;
	pthread_mutex_lock(&u->lock);
	u->given = true;
	pthread_cond_signal(&u->changed);
	pthread_mutex_unlock(&u->lock);
}

void unlinks_end(struct unlinks *u)
{
	pthread_mutex_lock(&u->lock);
	/* It may not even have begun: then there is nothing left for it to do. */
	u->given = false;
	while (u->working)
		pthread_cond_wait(&u->changed, &u->lock);
	pthread_mutex_unlock(&u->lock);
}
