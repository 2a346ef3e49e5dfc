/* SPDX-License-Identifier: MIT
 *
 * What the files of the listing share.
 *
 * Thread: UI. Owns: see listing.h.
 */
#ifndef MODEL_LISTING_INSIDE_H
#define MODEL_LISTING_INSIDE_H

#include "model/listing.h"

#define CHUNK   16u /* entries; rows on screen are scattered over the ids, so small */
#define LOG_MAX 512u

enum meta_state { META_UNKNOWN, META_KNOWN, META_FAILED };

struct meta_chunk {
	struct meta meta[CHUNK];
	char *target[CHUNK];
	int err[CHUNK];
	uint8_t state[CHUNK];
};

struct listing {
	struct rows rows;
	char *path;
	uint64_t ticket;
	enum listing_state state;
	int err;
	bool opened, has_space;
	struct dir_info dir;
	struct space space;
	struct names *names; /* after LISTING_READY this thread is its writer */
	uint32_t count;
	size_t dead_n, settled; /* holes; live entries whose metadata is known or failed */
	struct listing *next;   /* of those that are being freed */
	struct meta_chunk **chunks;
	size_t nchunks, chunks_cap;
	uint8_t *dead, *urgent, *bulk; /* bitmaps by id: holes; asked one by one; asked with all */
	size_t bits;                   /* bytes in each of them */
	struct {
		uint64_t rev;
		uint32_t id;
	} log[LOG_MAX];            /* a ring of what changed places */
	uint64_t logged, log_lost; /* entries ever; the newest revision that fell out */
	uint32_t *index;           /* hash of names: id + 1, 0 is empty */
	size_t index_cap;
	uint32_t indexed;          /* ids below this are in it */
	struct stat_item *pending; /* changes by name still to be applied, from pending_at on */
	size_t npending, pending_cap, pending_at;
	char **changed; /* names to look at again, still to be asked for */
	size_t nchanged, changed_cap;
	bool stale; /* must be listed again */
};

int listing_room(struct listing *l); /* room in the tables for l->count ids */
void listing_log(struct listing *l, uint32_t id);
/* Metadata of one live or dead id; takes the target. */
int listing_set_meta(struct listing *l, uint32_t id, struct stat_item *item);
void listing_kill(struct listing *l, uint32_t id);
void listing_revive(struct listing *l, uint32_t id);
bool listing_dead(const struct listing *l, uint32_t id);
int listing_queue(struct listing *l, struct stat_item *item); /* takes name and target */

#endif
