/* SPDX-License-Identifier: MIT
 *
 * What arrives for a listing: names, metadata, changes.
 */
#include "model/listing.h"
#include "model/listing_inside.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHANGED_MAX 65536u /* names held while it loads; more: list again */

static int grow_bits(uint8_t **bits, size_t old, size_t size)
{
	uint8_t *grown = realloc(*bits, size);

	if (!grown)
		return -ENOMEM;
	memset(grown + old, 0, size - old);
	*bits = grown;
	return 0;
}

int listing_room(struct listing *l)
{
	size_t need = l->count / 8 + 1, chunks = l->count / CHUNK + 1;

	if (need > l->bits) {
		size_t size = MAX(need, l->bits + l->bits / 2);

		/* Each may succeed alone: what is beyond l->bits is cleared again the next time. */
		if (grow_bits(&l->dead, l->bits, size) < 0 ||
		    grow_bits(&l->urgent, l->bits, size) < 0 ||
		    grow_bits(&l->bulk, l->bits, size) < 0)
			return -ENOMEM;
		l->bits = size;
	}
	if (chunks > l->nchunks) {
		if (array_grow(&l->chunks, &l->chunks_cap, chunks, sizeof(*l->chunks)) < 0)
			return -ENOMEM;
		memset(l->chunks + l->nchunks, 0, (chunks - l->nchunks) * sizeof(*l->chunks));
		l->nchunks = chunks;
	}
	return 0;
}

void listing_log(struct listing *l, uint32_t id)
{
	l->rows.rev++;
	if (l->logged >= LOG_MAX)
		l->log_lost = l->log[l->logged % LOG_MAX].rev;
	l->log[l->logged % LOG_MAX].rev = l->rows.rev;
	l->log[l->logged % LOG_MAX].id = id;
	l->logged++;
}

static struct meta_chunk *make_chunk(struct listing *l, uint32_t id)
{
	if (listing_room(l) < 0)
		return NULL;
	if (!l->chunks[id / CHUNK])
		l->chunks[id / CHUNK] = calloc(1, sizeof(struct meta_chunk));
	return l->chunks[id / CHUNK];
}

static bool same(const struct meta_chunk *c, uint32_t i, const struct stat_item *item)
{
	enum meta_state state = item->err ? META_FAILED : META_KNOWN;

	if (c->state[i] != state || c->err[i] != item->err)
		return false;
	if (item->err)
		return true;
	return memcmp(&c->meta[i], &item->meta, sizeof(item->meta)) == 0 &&
	       !c->target[i] == !item->target &&
	       (!item->target || strcmp(c->target[i], item->target) == 0);
}

int listing_set_meta(struct listing *l, uint32_t id, struct stat_item *item)
{
	struct meta_chunk *c = make_chunk(l, id);
	uint32_t i = id % CHUNK;
	uint8_t group;
	bool first;

	if (!c)
		return -ENOMEM;
	if (same(c, i, item))
		return 0;
	first = c->state[i] == META_UNKNOWN;
	group = l->rows.ops->group(&l->rows, id);
	c->state[i] = item->err ? META_FAILED : META_KNOWN;
	c->err[i] = item->err;
	c->meta[i] = item->meta;
	free(c->target[i]);
	c->target[i] = item->target;
	item->target = NULL;
	l->rows.rev++;
	if (first && !listing_dead(l, id))
		l->settled++;
	/* Metadata that comes for the first time moves no row in the order of names, unless it says
	 * what is a directory; orders by rank are made when it is complete. */
	if (!first || group != l->rows.ops->group(&l->rows, id))
		listing_log(l, id);
	return 0;
}

void listing_kill(struct listing *l, uint32_t id)
{
	if (listing_dead(l, id) || listing_room(l) < 0)
		return;
	if (listing_settled(l, id))
		l->settled--;
	l->dead[id / 8] = (uint8_t)(l->dead[id / 8] | 1u << (id % 8));
	l->dead_n++;
	listing_log(l, id);
}

void listing_revive(struct listing *l, uint32_t id)
{
	if (!listing_dead(l, id))
		return;
	l->dead[id / 8] = (uint8_t)(l->dead[id / 8] & ~(1u << (id % 8)));
	l->dead_n--;
	if (listing_settled(l, id))
		l->settled++;
	listing_log(l, id);
}

static int apply_item(struct listing *l, struct stat_item *item)
{
	if (item->name)
		return listing_queue(l, item);
	if (item->id >= l->count)
		return 0;
	if (item->err == -ENOENT) {
		listing_kill(l, item->id);
		return 0;
	}
	return listing_dead(l, item->id) ? 0 : listing_set_meta(l, item->id, item);
}

static int apply_stat(struct listing *l, struct fs_event *event)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < event->u.stat.n; i++)
		r = apply_item(l, &event->u.stat.items[i]);
	if (r == 0)
		listing_work(l);
	return r;
}

static void apply_opened(struct listing *l, struct fs_event *event)
{
	if (l->opened || event->err || !event->u.opened.names)
		return;
	l->names = event->u.opened.names;
	event->u.opened.names = NULL;
	l->dir = event->u.opened.dir;
	l->opened = true;
	l->state = LISTING_LOADING;
	l->rows.rev++;
}

/* Once there is a hole, its bitmap covers all ids. */
static int apply_count(struct listing *l, uint32_t count)
{
	uint32_t old = l->count;

	if (!l->opened || l->state != LISTING_LOADING || count <= old)
		return 0;
	l->count = count;
	if (l->dead_n && listing_room(l) < 0) {
		l->count = old;
		return -ENOMEM;
	}
	l->rows.rev++;
	return 0;
}

static int apply_done(struct listing *l, struct fs_event *event)
{
	int r = 0;

	if (l->state != LISTING_OPENING && l->state != LISTING_LOADING)
		return 0;
	if (!event->err)
		r = apply_count(l, event->u.part.count);
	l->err = r < 0 ? r : event->err;
	if (!l->opened && !l->err)
		l->err = -EIO;
	/* What was read before an error is shown all the same; listing_err() says that it is not
	 * all. */
	l->state = l->opened ? LISTING_READY : LISTING_FAILED;
	l->rows.rev++;
	listing_work(l);
	return r;
}

static int apply_changed(struct listing *l, struct fs_event *event)
{
	if (event->u.changed.gone && l->state != LISTING_GONE) {
		l->state = LISTING_GONE;
		l->rows.rev++;
	}
	l->stale |= event->u.changed.all;
	for (uint32_t i = 0; i < event->u.changed.n && !l->stale; i++) {
		if (l->nchanged >= CHANGED_MAX) {
			l->stale = true;
			break;
		}
		if (array_grow(&l->changed, &l->changed_cap, l->nchanged + 1, sizeof(*l->changed)) <
		    0) {
			l->stale = true;
			return -ENOMEM;
		}
		l->changed[l->nchanged++] = event->u.changed.names[i];
		event->u.changed.names[i] = NULL;
	}
	return 0;
}

int listing_apply(struct listing *l, struct fs_event *event)
{
	switch (event->kind) {
	case FS_LIST_OPENED:
		apply_opened(l, event);
		break;
	case FS_LIST_PART:
		return apply_count(l, event->u.part.count);
	case FS_LIST_DONE:
		return apply_done(l, event);
	case FS_STAT:
		return apply_stat(l, event);
	case FS_SPACE:
		if (event->err)
			break;
		l->space = event->u.space;
		l->has_space = true;
		l->rows.rev++;
		break;
	case FS_CHANGED:
		return apply_changed(l, event);
	default:
		break;
	}
	return 0;
}
