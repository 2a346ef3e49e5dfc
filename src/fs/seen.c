/* SPDX-License-Identifier: MIT */
#include "fs/seen.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* Parts with a lock each, so that threads hardly meet. */
#define PARTS     16u
#define FIRST_CAP 64u

/* Open addressing, at most three quarters full. A key is the inode number mixed with the device by
 * steps that can be undone, so two things on one device never have the same; on two devices they
 * have it once in 2^64. 0 is free. */
struct part {
	pthread_mutex_t lock;
	uint64_t *keys;
	size_t cap, n;
	bool has_zero;
};

struct seen {
	struct part parts[PARTS];
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}

static uint64_t key_of(struct file_id id)
{
	return mix(id.ino ^ mix(id.dev));
}

int seen_new(struct seen **ret_seen)
{
	struct seen *s = calloc(1, sizeof(*s));

	*ret_seen = s;
	if (!s)
		return -ENOMEM;
	for (size_t i = 0; i < PARTS; i++)
		pthread_mutex_init(&s->parts[i].lock, NULL);
	return 0;
}

void seen_free(struct seen *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < PARTS; i++) {
		pthread_mutex_destroy(&s->parts[i].lock);
		free(s->parts[i].keys);
	}
	free(s);
}

/* Where the key is, or would be. */
static size_t place(const struct part *p, uint64_t key)
{
	size_t at = (size_t)(key / PARTS) & (p->cap - 1);

	while (p->keys[at] && p->keys[at] != key)
		at = (at + 1) & (p->cap - 1);
	return at;
}

static int grow(struct part *p)
{
	struct part bigger = {.cap = p->cap ? p->cap * 2 : FIRST_CAP};

	if (p->cap && p->n < p->cap / 4 * 3)
		return 0;
	bigger.keys = calloc(bigger.cap, sizeof(*bigger.keys));
	if (!bigger.keys)
		return -ENOMEM;
	for (size_t i = 0; i < p->cap; i++) {
		if (p->keys[i])
			bigger.keys[place(&bigger, p->keys[i])] = p->keys[i];
	}
	free(p->keys);
	p->keys = bigger.keys;
	p->cap = bigger.cap;
	return 0;
}

static int add(struct part *p, uint64_t key)
{
	size_t at;
	int r = grow(p);

	if (r < 0)
		return r;
	if (!key) {
		r = !p->has_zero;
		p->has_zero = true;
		return r;
	}
	at = place(p, key);
	if (p->keys[at])
		return 0;
	p->keys[at] = key;
	p->n++;
	return 1;
}

int seen_add(struct seen *s, struct file_id id)
{
	uint64_t key = key_of(id);
	struct part *p = &s->parts[key % PARTS];
	int r;

	pthread_mutex_lock(&p->lock);
	r = add(p, key);
	pthread_mutex_unlock(&p->lock);
	return r;
}

/* What lies behind it may have been put there because its own place was taken: it moves up. */
static void close_gap(struct part *p, size_t gap)
{
	for (size_t at = (gap + 1) & (p->cap - 1); p->keys[at]; at = (at + 1) & (p->cap - 1)) {
		size_t home = (size_t)(p->keys[at] / PARTS) & (p->cap - 1);

		if (((at - home) & (p->cap - 1)) < ((at - gap) & (p->cap - 1)))
			continue;
		p->keys[gap] = p->keys[at];
		gap = at;
	}
	p->keys[gap] = 0;
}

void seen_remove(struct seen *s, struct file_id id)
{
	uint64_t key = key_of(id);
	struct part *p = &s->parts[key % PARTS];

	pthread_mutex_lock(&p->lock);
	if (!key) {
		p->has_zero = false;
	} else if (p->cap) {
		size_t at = place(p, key);

		p->n -= p->keys[at] != 0;
		if (p->keys[at])
			close_gap(p, at);
	}
	pthread_mutex_unlock(&p->lock);
}
