/* SPDX-License-Identifier: MIT
 *
 * An append-only pool of names: what a million directory entries are kept in. Names are bytes of
 * 0 to 65,535; each has an 8-bit tag (for a directory: enum entry_type). An id is the position in
 * order of adding. Nothing ever moves, so a reader in another thread may read every id below a
 * count that the writer has published to it through a lock (a queue message), while the writer
 * goes on adding.
 *
 * Memory: 6 bytes an entry plus the name and a NUL, in chunks of NAMES_CHUNK entries whose pages
 * are touched only as they fill.
 *
 * Thread: one writer at a time, any number of readers below the published count; the reference
 * count is atomic. Owns: the bytes.
 */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stdint.h>

#include "base/defs.h"

#ifndef NAMES_CHUNK
#define NAMES_CHUNK 16384u /* entries; a power of two; tests use tiny ones */
#endif
#define NAMES_MAX  67108864u /* entries in one pool */
#define NAMES_NONE UINT32_MAX

struct names;

struct names *names_new(void); /* one reference; NULL when out of memory */
struct names *names_ref(struct names *p);
void names_unref(struct names *p); /* NULL is fine */
/* Adds a name; *ret_id (may be NULL) is its id. 0, -ENOMEM, -EOVERFLOW (pool full),
 * -ENAMETOOLONG. Writer only. */
int names_add(struct names *p, const void *bytes, size_t len, uint8_t tag, uint32_t *ret_id);
uint32_t names_count(const struct names *p); /* writer only */
/* The name of `id`, NUL-terminated (the NUL is not counted); valid while a reference is held. */
const char *names_get(const struct names *p, uint32_t id, size_t *ret_len);
uint8_t names_tag(const struct names *p, uint32_t id);
void names_set_tag(struct names *p, uint32_t id, uint8_t tag); /* only with no other reader */
/* The first id below `count` with exactly these bytes, or NAMES_NONE. Linear, 2 to 3 ms for a
 * million names. */
uint32_t names_find(const struct names *p, uint32_t count, const void *bytes, size_t len);

#endif
