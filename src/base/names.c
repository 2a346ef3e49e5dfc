/* SPDX-License-Identifier: MIT */
#include "base/names.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Chunks hold what is known about NAMES_CHUNK entries, blocks hold the bytes. Both are found
 * through a table that grows by doubling levels: level k has 2^k pointers, and what was written
 * to it stays where it is. So the table needs no lock: a reader only touches pointers that were
 * written before its count was published. */
#define LEVELS      26
#define LEN_LONG    255 /* the true length stands in two bytes before the name */
#define NAME_MAXLEN 65535u

/* Where a name starts: the block, counted from the one that was current when its chunk began,
 * and the byte in it. A chunk of the longest names fills about 1,100 blocks of 4,096. */
#define POS_BITS    20
#define BLOCK_SIZE  (1u << POS_BITS)
#define FIRST_BLOCK 2048u

struct chunk {
	uint32_t first_block;
	uint32_t where[NAMES_CHUNK];
	uint8_t len[NAMES_CHUNK];
	uint8_t tag[NAMES_CHUNK];
};

struct ptr_table {
	void **level[LEVELS];
	uint32_t n;
};

struct names {
	atomic_uint refs;
	uint32_t count;
	struct ptr_table chunks, blocks;
	uint32_t block_used, block_size; /* of the last block */
};

static void **table_slot(const struct ptr_table *t, uint32_t i)
{
	unsigned level = 31 - (unsigned)__builtin_clz(i + 1);

	return t->level[level] + (i + 1 - (1u << level));
}

static int table_add(struct ptr_table *t, void *ptr)
{
	unsigned level = 31 - (unsigned)__builtin_clz(t->n + 1);

	if (level >= LEVELS)
		return -EOVERFLOW;
	if (!t->level[level]) {
		t->level[level] = malloc(sizeof(void *) << level);
		if (!t->level[level])
			return -ENOMEM;
	}
	*table_slot(t, t->n) = ptr;
	t->n++;
	return 0;
}

static void table_done(struct ptr_table *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		free(*table_slot(t, i));
	for (unsigned level = 0; level < LEVELS; level++)
		free(t->level[level]);
}

struct names *names_new(void)
{
	struct names *p = calloc(1, sizeof(*p));

	if (p)
		atomic_init(&p->refs, 1);
	return p;
}

struct names *names_ref(struct names *p)
{
	if (p)
		atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void names_unref(struct names *p)
{
	if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	table_done(&p->chunks);
	table_done(&p->blocks);
	free(p);
}

static int add_block(struct names *p, uint32_t need)
{
	uint32_t size = p->block_size ? MIN(p->block_size * 4, BLOCK_SIZE) : FIRST_BLOCK;
	void *block;
	int r;

	size = MAX(size, need);
	block = malloc(size);
	if (!block)
		return -ENOMEM;
	r = table_add(&p->blocks, block);
	if (r < 0) {
		free(block);
		return r;
	}
	p->block_size = size;
	p->block_used = 0;
	return 0;
}

static int add_chunk(struct names *p)
{
	struct chunk *chunk = malloc(sizeof(*chunk));
	int r;

	if (!chunk)
		return -ENOMEM;
	/* Names of this chunk go to the last block on; it exists by now. */
	chunk->first_block = p->blocks.n - 1;
	r = table_add(&p->chunks, chunk);
	if (r < 0)
		free(chunk);
	return r;
}

static int make_room(struct names *p, uint32_t need)
{
	int r = 0;

	if (p->block_size - p->block_used < need)
		r = add_block(p, need);
	if (r == 0 && p->count / NAMES_CHUNK >= p->chunks.n)
		r = add_chunk(p);
	return r;
}

int names_add(struct names *p, const void *bytes, size_t len, uint8_t tag, uint32_t *ret_id)
{
	uint32_t prefix = len >= LEN_LONG ? 2 : 0;
	uint32_t i = p->count % NAMES_CHUNK;
	struct chunk *chunk;
	char *at;
	int r;

	if (len > NAME_MAXLEN)
		return -ENAMETOOLONG;
	if (p->count >= NAMES_MAX)
		return -EOVERFLOW;
	r = make_room(p, prefix + (uint32_t)len + 1);
	if (r < 0)
		return r;
	chunk = *table_slot(&p->chunks, p->count / NAMES_CHUNK);
	at = *table_slot(&p->blocks, p->blocks.n - 1);
	at += p->block_used;
	if (prefix)
		memcpy(at, &(uint16_t){(uint16_t)len}, 2);
	if (len)
		memcpy(at + prefix, bytes, len);
	at[prefix + len] = '\0';
	chunk->where[i] =
		(p->blocks.n - 1 - chunk->first_block) << POS_BITS | (p->block_used + prefix);
	chunk->len[i] = (uint8_t)MIN(len, LEN_LONG);
	chunk->tag[i] = tag;
	p->block_used += prefix + (uint32_t)len + 1;
	if (ret_id)
		*ret_id = p->count;
	p->count++;
	return 0;
}

uint32_t names_count(const struct names *p)
{
	return p->count;
}

static struct chunk *chunk_of(const struct names *p, uint32_t id)
{
	return *table_slot(&p->chunks, id / NAMES_CHUNK);
}

static const char *chunk_name(const struct names *p, const struct chunk *chunk, uint32_t i,
			      size_t *ret_len)
{
	uint32_t where = chunk->where[i];
	const char *block = *table_slot(&p->blocks, chunk->first_block + (where >> POS_BITS));
	const char *name = block + (where & (BLOCK_SIZE - 1));
	uint16_t len = chunk->len[i];

	if (len == LEN_LONG)
		memcpy(&len, name - 2, 2);
	*ret_len = len;
	return name;
}

const char *names_get(const struct names *p, uint32_t id, size_t *ret_len)
{
	size_t len;
	const char *name = chunk_name(p, chunk_of(p, id), id % NAMES_CHUNK, &len);

	if (ret_len)
		*ret_len = len;
	return name;
}

uint8_t names_tag(const struct names *p, uint32_t id)
{
	return chunk_of(p, id)->tag[id % NAMES_CHUNK];
}

void names_set_tag(struct names *p, uint32_t id, uint8_t tag)
{
	chunk_of(p, id)->tag[id % NAMES_CHUNK] = tag;
}

/* The first match among the first `n` entries of the chunk, or n. */
static uint32_t chunk_find(const struct names *p, const struct chunk *chunk, uint32_t n,
			   const void *bytes, size_t len)
{
	const char *wanted = bytes;
	int short_len = (int)MIN(len, LEN_LONG);

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *hit = memchr(chunk->len + i, short_len, n - i);
		const char *name;
		size_t name_len;

		if (!hit)
			return n;
		i = (uint32_t)(hit - chunk->len);
		name = chunk_name(p, chunk, i, &name_len);
		/* Names of a folder often begin alike, and end in one of a few ways. */
		if (name_len != len || (len && name[len / 2] != wanted[len / 2]))
			continue;
		if (!len || memcmp(name, bytes, len) == 0)
			return i;
	}
	return n;
}

uint32_t names_find(const struct names *p, uint32_t count, const void *bytes, size_t len)
{
	for (uint32_t first = 0; first < count; first += NAMES_CHUNK) {
		uint32_t n = MIN(count - first, NAMES_CHUNK);
		uint32_t i = chunk_find(p, chunk_of(p, first), n, bytes, len);

		if (i < n)
			return first + i;
	}
	return NAMES_NONE;
}
