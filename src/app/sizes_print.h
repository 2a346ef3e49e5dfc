/* SPDX-License-Identifier: MIT
 *
 * What the two files that print sizes share: app/sizes_out (the tree), app/sizes_kinds (the largest
 * files, and by extension).
 *
 * Thread: any, one at a time. Owns: see app/sizes_out.h.
 */
#ifndef APP_SIZES_PRINT_H
#define APP_SIZES_PRINT_H

#include "app/sizes_out.h"
#include "base/json.h"

struct ranked {
	uint64_t bytes;
	uint32_t entry;
};

/* One directory on the way down: its entries in their order, and the next of them. */
struct level {
	struct ranked *at;
	uint32_t n, next, dir;
	size_t path_len;
};

struct sizes_print {
	const struct sizetree *t;
	const struct sizes_out *o;
	bool terminal, ascii;
	uint64_t whole; /* bytes of the root, by which shares are told */
	struct str text, path;
	struct json json;
	struct level *levels;
	size_t depth, cap;
};

#define SIZES_FLUSH 65536u /* bytes that are written at once */

uint64_t sizes_bytes(const struct sizes_print *p,
		     const struct sizetree_total *total); /* as asked: on disk or apparent */
uint64_t sizes_disk(uint64_t blocks);                     /* in bytes; stops at UINT64_MAX */
/* Writes what is there once it is `from` bytes. 0 or -errno. */
int sizes_flush(struct sizes_print *p, size_t from) MUST_USE;
void sizes_number(struct sizes_print *p, const char *key,
		  uint64_t n); /* a member of a JSON object */
/* One entry, its path in p->path; in JSON its object stays open until sizes_close(). */
void sizes_put(struct sizes_print *p, uint32_t dir, uint32_t entry,
	       const struct sizetree_total *total);
void sizes_close(struct sizes_print *p);

/* In place of the tree. 0 or -errno. */
int sizes_largest(struct sizes_print *p) MUST_USE;
int sizes_kinds(struct sizes_print *p) MUST_USE;

#endif
