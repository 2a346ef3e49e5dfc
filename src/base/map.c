/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define FIRST_CAP 16

struct map_slot {
	char *key; /* NULL: never used; &removed: a tombstone */
	size_t len;
	uint64_t hash;
	uintptr_t value;
};

static char removed;

static inline uint64_t rotl(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

/* SipHash-1-3 (Aumasson and Bernstein). The key is what the kernel gave this process to seed
 * with, AT_RANDOM of getauxval(3): no global state, nothing to initialise. */
uint64_t map_hash(const void *key, size_t len)
{
	static const uint64_t fallback[2];
	const unsigned char *p = key;
	const void *seed = (const void *)getauxval(AT_RANDOM);
	uint64_t k[2], v[4], word, last = (uint64_t)len << 56;

	memcpy(k, seed ? seed : fallback, sizeof(k));
	v[0] = k[0] ^ 0x736f6d6570736575;
	v[1] = k[1] ^ 0x646f72616e646f6d;
	v[2] = k[0] ^ 0x6c7967656e657261;
	v[3] = k[1] ^ 0x7465646279746573;
	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&word, p, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	for (size_t i = 0; i < len; i++)
		last |= (uint64_t)p[i] << (8 * i);
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static bool live(const struct map_slot *slot)
{
	return slot->key && slot->key != &removed;
}

void map_init(struct map *m)
{
	*m = (struct map){0};
}

void map_clear(struct map *m)
{
	for (size_t i = 0; i < m->cap; i++) {
		if (live(&m->slots[i]))
			free(m->slots[i].key);
		m->slots[i] = (struct map_slot){0};
	}
	m->count = m->used = 0;
}

void map_done(struct map *m)
{
	if (!m)
		return;
	map_clear(m);
	free(m->slots);
	map_init(m);
}

/* The slot of the key, or NULL. */
static struct map_slot *find(const struct map *m, const void *key, size_t len, uint64_t hash)
{
	if (!m->cap)
		return NULL;
	for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
		struct map_slot *slot = &m->slots[i];

		if (!slot->key)
			return NULL;
		if (slot->hash == hash && slot->len == len && live(slot) &&
		    (!len || memcmp(slot->key, key, len) == 0))
			return slot;
	}
}

static struct map_slot *free_slot(struct map_slot *slots, size_t cap, uint64_t hash)
{
	size_t i = hash & (cap - 1);

	while (slots[i].key)
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

/* Keeps at least a quarter of the slots unused, so that every search ends; tombstones go. */
static int rehash_if_full(struct map *m)
{
	size_t cap = m->cap ? m->cap : FIRST_CAP;
	struct map_slot *slots;

	if (m->cap && m->used + 1 <= m->cap - m->cap / 4)
		return 0;
	while (m->count + 1 > cap / 2) {
		if (cap > SIZE_MAX / 2)
			return -ENOMEM;
		cap *= 2;
	}
	slots = calloc(cap, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < m->cap; i++) {
		if (live(&m->slots[i]))
			*free_slot(slots, cap, m->slots[i].hash) = m->slots[i];
	}
	free(m->slots);
	m->slots = slots;
	m->cap = cap;
	m->used = m->count;
	return 0;
}

int map_put(struct map *m, const void *key, size_t len, uintptr_t value)
{
	uint64_t hash = map_hash(key, len);
	struct map_slot *slot = find(m, key, len, hash);
	char *copy;

	if (slot) {
		slot->value = value;
		return 0;
	}
	copy = memdup0(key, len);
	if (!copy)
		return -ENOMEM;
	if (rehash_if_full(m) < 0) {
		free(copy);
		return -ENOMEM;
	}
	slot = free_slot(m->slots, m->cap, hash);
	*slot = (struct map_slot){.key = copy, .len = len, .hash = hash, .value = value};
	m->count++;
	m->used++;
	return 0;
}

bool map_get(const struct map *m, const void *key, size_t len, uintptr_t *ret_value)
{
	const struct map_slot *slot = m->count ? find(m, key, len, map_hash(key, len)) : NULL;

	if (!slot)
		return false;
	if (ret_value)
		*ret_value = slot->value;
	return true;
}

bool map_remove(struct map *m, const void *key, size_t len, uintptr_t *ret_value)
{
	struct map_slot *slot = m->count ? find(m, key, len, map_hash(key, len)) : NULL;

	if (!slot)
		return false;
	if (ret_value)
		*ret_value = slot->value;
	free(slot->key);
	slot->key = &removed;
	m->count--;
	return true;
}

bool map_next(const struct map *m, size_t *pos, const void **ret_key, size_t *ret_len,
	      uintptr_t *ret_value)
{
	while (*pos < m->cap) {
		const struct map_slot *slot = &m->slots[(*pos)++];

		if (!live(slot))
			continue;
		if (ret_key)
			*ret_key = slot->key;
		if (ret_len)
			*ret_len = slot->len;
		if (ret_value)
			*ret_value = slot->value;
		return true;
	}
	return false;
}
