/* SPDX-License-Identifier: MIT
 *
 * Overflow-checked growth of arrays. Out of memory is an error like any other: -ENOMEM.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include "base/defs.h"

/* Makes room for at least `need` elements of `size` bytes in the array at `*(void **)array_ptr`,
 * whose capacity (in elements) is `*cap`; grows geometrically. Returns 0, or -ENOMEM with the
 * array unchanged. New elements are not initialised. */
int array_grow(void *array_ptr, size_t *cap, size_t need, size_t size) MUST_USE;

/* A heap copy of `len` bytes followed by a NUL that is not counted; NULL when out of memory.
 * The caller frees it. */
void *memdup0(const void *bytes, size_t len);

#endif
