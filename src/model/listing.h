/* SPDX-License-Identifier: MIT
 *
 * The directory source: names as fs publishes them, metadata as it arrives, changes applied in
 * place. Metadata is kept in chunks that exist only where some was asked for, so that a million
 * names shown in name order cost no more than their names.
 *
 * Thread: UI. Owns: a reference to the names, its metadata.
 */
#ifndef MODEL_LISTING_H
#define MODEL_LISTING_H

#include "base/map.h"
#include "fs/event.h"
#include "model/rows.h"

enum listing_state {
	LISTING_OPENING,
	LISTING_LOADING,
	LISTING_READY,
	LISTING_FAILED,
	LISTING_GONE
};

struct listing;

struct listing *listing_new(const char *path, uint64_t ticket); /* NULL when out of memory */
void listing_free(struct listing *l);
/* The same in slices of this many chunks of metadata, since a million rows' take longer than a key
 * may wait. True when it is freed; till then nothing else may be done with it. */
bool listing_free_some(struct listing *l, size_t chunks);
/* A list of those that are being freed. */
struct listing *listing_next(const struct listing *l);
void listing_set_next(struct listing *l, struct listing *next);
struct rows *listing_rows(struct listing *l);
const char *listing_path(const struct listing *l);
uint64_t listing_ticket(const struct listing *l);
enum listing_state listing_state(const struct listing *l);
int listing_err(const struct listing *l); /* why it failed, -errno */
/* Facts of the directory; NULL until it was opened. */
const struct dir_info *listing_dir(const struct listing *l);
const struct space *listing_space(const struct listing *l); /* NULL until known */
size_t listing_alive(const struct listing *l);              /* entries that are not holes */

/* FS_LIST_*, FS_STAT, FS_SPACE, FS_CHANGED of its ticket. 0 or -ENOMEM. */
int listing_apply(struct listing *l, struct fs_event *event);
/* Ids among these whose metadata is neither known nor asked for; notes them as asked. */
size_t listing_want(struct listing *l, const uint32_t *ids, size_t n, uint32_t *ret_ids);
/* The same over all ids (for an order that needs it); *ret_ids on the heap. 0 or -ENOMEM. */
int listing_want_all(struct listing *l, uint32_t **ret_ids, size_t *ret_n);
/* Work that is done in slices, so that no key waits for it: the index of names that changes by name
 * need, then those changes. Does one slice (a few ms); true while there is more. */
bool listing_work(struct listing *l);
bool listing_has_work(const struct listing *l);
/* True when metadata of this id was learnt, or could not be. */
bool listing_settled(const struct listing *l, uint32_t id);
/* True when it must be listed again: changes were lost, or too many names came and went. */
bool listing_stale(const struct listing *l);
/* The names that changed since they were last taken, to ask for by name; heap, each heap. 0 while
 * it loads. */
size_t listing_take_changed(struct listing *l, char ***ret_names);
/* The pool, borrowed; NULL until the directory was opened. */
struct names *listing_names(const struct listing *l);

/* True when every live entry's metadata is known (or failed). */
bool listing_complete(const struct listing *l);

#endif
