/* SPDX-License-Identifier: MIT
 *
 * Changes by name: which id has this name? A hash table answers, made only when a directory
 * changes, in slices, since hashing a million names takes longer than a key may wait.
 */
#include "model/listing.h"
#include "model/listing_inside.h"

#include "base/alloc.h"
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INDEX_SLICE   10000u /* 4 ms: each is a cache miss or two */
#define PENDING_SLICE 4096u

int listing_queue(struct listing *l, struct stat_item *item)
{
	if (array_grow(&l->pending, &l->pending_cap, l->npending + 1, sizeof(*l->pending)) < 0)
		return -ENOMEM;
	l->pending[l->npending++] = *item;
	item->name = item->target = NULL;
	return 0;
}

bool listing_has_work(const struct listing *l)
{
	return l->pending_at < l->npending && l->state == LISTING_READY;
}

static uint32_t *slot_of(const struct listing *l, const char *name, size_t len)
{
	size_t mask = l->index_cap - 1;

	for (size_t i = map_hash(name, len) & mask;; i = (i + 1) & mask) {
		size_t have;
		const char *at;

		if (!l->index[i])
			return &l->index[i];
		at = names_get(l->names, l->index[i] - 1, &have);
		if (have == len && memcmp(at, name, len) == 0)
			return &l->index[i];
	}
}

/* A table at most half full for the ids there are; a larger one begins anew. */
static int make_table(struct listing *l)
{
	size_t cap = 64;
	uint32_t *index;

	if (l->index_cap / 2 > l->count)
		return 0;
	while (cap / 2 <= l->count)
		cap *= 2;
	index = calloc(cap, sizeof(*index));
	if (!index)
		return -ENOMEM;
	free(l->index);
	l->index = index;
	l->index_cap = cap;
	l->indexed = 0;
	return 0;
}

static void index_slice(struct listing *l, uint32_t max)
{
	for (; max && l->indexed < l->count; max--, l->indexed++) {
		size_t len;
		const char *name = names_get(l->names, l->indexed, &len);
		uint32_t *slot = slot_of(l, name, len);

		if (!*slot)
			*slot = l->indexed + 1;
	}
}

static int add_name(struct listing *l, struct stat_item *item)
{
	uint8_t tag = item->err ? ENTRY_UNKNOWN : (uint8_t)rows_type_of_mode(item->meta.mode);
	uint32_t id;
	int r;

	/* Room first: every id below the count has its bits. */
	l->count++;
	r = listing_room(l);
	l->count--;
	if (r == 0)
		r = names_add(l->names, item->name, strlen(item->name), tag, &id);
	if (r < 0)
		return r;
	l->count = id + 1;
	r = listing_set_meta(l, id, item);
	listing_log(l, id);
	return r;
}

static int apply_by_name(struct listing *l, struct stat_item *item)
{
	uint32_t *slot = slot_of(l, item->name, strlen(item->name));
	uint32_t id = *slot - 1;

	if (item->err == -ENOENT) {
		if (*slot)
			listing_kill(l, id);
		return 0;
	}
	if (!*slot)
		return add_name(l, item);
	listing_revive(l, id);
	return listing_set_meta(l, id, item);
}

static void drop_item(struct stat_item *item)
{
	free(item->name);
	free(item->target);
	item->name = item->target = NULL;
}

bool listing_work(struct listing *l)
{
	uint32_t left = PENDING_SLICE;

	if (!listing_has_work(l))
		return false;
	if (make_table(l) < 0)
		return true;
	index_slice(l, INDEX_SLICE);
	while (l->indexed == l->count && left-- && l->pending_at < l->npending) {
		struct stat_item *item = &l->pending[l->pending_at];

		/* Out of memory drops this change; the next one to the name, or a reload, mends it.
		 */
		(void)apply_by_name(l, item);
		drop_item(item);
		l->pending_at++;
		if (make_table(l) < 0)
			break;
		index_slice(l, 2);
	}
	if (l->pending_at == l->npending)
		l->pending_at = l->npending = 0;
	return listing_has_work(l);
}
