/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 8

int array_grow(void *array_ptr, size_t *cap, size_t need, size_t size)
{
	void *old, *grown;
	size_t want, bytes;

	if (need <= *cap)
		return 0;
	want = *cap > SIZE_MAX / 2 ? need : MAX(*cap + *cap / 2, need);
	want = MAX(want, FIRST_CAP);
	if (__builtin_mul_overflow(want, size, &bytes) &&
	    (want = need, __builtin_mul_overflow(want, size, &bytes)))
		return -ENOMEM;
	/* The array's element type is not known here, so the pointer is read as bytes. */
	memcpy(&old, array_ptr, sizeof(old));
	grown = realloc(old, MAX(bytes, 1));
	if (!grown)
		return -ENOMEM;
	memcpy(array_ptr, &grown, sizeof(grown));
	*cap = want;
	return 0;
}

void *memdup0(const void *bytes, size_t len)
{
	char *copy;

	if (len == SIZE_MAX)
		return NULL;
	copy = malloc(len + 1);
	if (!copy)
		return NULL;
	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}
