/* SPDX-License-Identifier: MIT
 *
 * Open-addressing hash map from byte strings to pointers or integers. Keys are copied into the
 * map. Hashing is seeded per process, so that names in a hostile directory cannot be chosen to
 * collide.
 *
 * Thread: any, one at a time. Owns: its keys; not what the values point to.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/defs.h"

struct map_slot;
struct map {
	struct map_slot *slots;
	size_t count, cap, used; /* used counts tombstones too */
};

void map_init(struct map *m);
void map_done(struct map *m);
void map_clear(struct map *m);
/* Sets key to value, replacing an older value. 0 or -ENOMEM (map unchanged). */
int map_put(struct map *m, const void *key, size_t len, uintptr_t value) MUST_USE;
/* True and *ret_value when the key is there. ret_value may be NULL. */
bool map_get(const struct map *m, const void *key, size_t len, uintptr_t *ret_value);
/* True when the key was there; ret_value (may be NULL) gets the removed value. */
bool map_remove(struct map *m, const void *key, size_t len, uintptr_t *ret_value);
/* Iterates in no particular order: start with *pos = 0; false at the end. The key pointer is
 * valid until the map changes. Removing the entry just returned is allowed. */
bool map_next(const struct map *m, size_t *pos, const void **ret_key, size_t *ret_len,
	      uintptr_t *ret_value);
/* The seeded hash itself, for tables that keep their keys elsewhere. */
uint64_t map_hash(const void *key, size_t len);

#endif
