/* SPDX-License-Identifier: MIT
 *
 * The orders of names. All are total: equal only when the bytes are equal.
 *
 * Natural: letters without regard to case (utf8_fold), runs of ASCII digits by value (any length;
 * fewer leading zeros first on a tie), a name before what it is a prefix of; ties by bytes. Locale
 * plays no part, so that two machines agree.
 *
 * A key is 8 bytes, big-endian in a uint64_t, that never contradicts the full comparison:
 * key(a) < key(b) implies a before b. Sort by key, compare in full on ties only.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_COLLATE_H
#define BASE_COLLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/names.h"

enum collation { COLLATE_NATURAL, COLLATE_BYTES };

int collate_natural(const char *a, size_t alen, const char *b, size_t blen);
int collate_bytes(const char *a, size_t alen, const char *b, size_t blen);
uint64_t collate_key(enum collation how, const char *s, size_t len);

struct collate_order {
	enum collation how;
	bool reverse;
	bool by_ext; /* extension first (natural; case and leading zeros do not count), then
		      * the whole name */
	const uint64_t
		*primary; /* indexed by id, or NULL: a number that is compared before the name
			   * (size, time...); ascending, or descending when primary_reverse */
	bool primary_reverse;
	const uint8_t *group; /* indexed by id, or NULL: compared before all else, ascending, never
			       * reversed (directories first) */
};

/* Sorts the `n` ids in place by `order` over the names of the pool. Stable does not matter: the
 * order is total. Checks *cancel (may be NULL) every few milliseconds and returns -ECANCELED
 * with ids in an unspecified permutation. 0, -ENOMEM. A million names take about 0.3 s and, while
 * it runs, 16 MB. */
int collate_sort(const struct names *pool, uint32_t *ids, size_t n,
		 const struct collate_order *order, const _Atomic bool *cancel) MUST_USE;
/* The same order for two ids, for inserting into a sorted array. */
int collate_compare(const struct names *pool, const struct collate_order *order, uint32_t a,
		    uint32_t b);

#endif
