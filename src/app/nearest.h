/* SPDX-License-Identifier: MIT
 *
 * "Did you mean": which known name is closest to a mistyped one.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef APP_NEAREST_H
#define APP_NEAREST_H

#include <stddef.h>

/* The number of letters to add, remove, change or exchange with a neighbour to get from a to b
 * (optimal string alignment), or limit + 1 when it is more than limit or a name is longer than 64
 * bytes. */
unsigned nearest_distance(const char *a, const char *b, unsigned limit);

/* The first of the closest among the names that name_at(table, 0 .. n - 1) gives; NULL when none is
 * close: at most a third of the letters wrong, or one begins with the other (three letters or
 * more). */
typedef const char *nearest_name_fn(const void *table, size_t i);
const char *nearest_name(const char *typed, nearest_name_fn *name_at, const void *table, size_t n);

#endif
