/* SPDX-License-Identifier: MIT
 *
 * Keys of names eight bytes at a time, for base/collate_sort.c; see collate.c for what they hold.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_COLLATE_KEY_H
#define BASE_COLLATE_KEY_H

#include <stddef.h>
#include <stdint.h>

/* Eight bytes of weights, and where the next eight begin. */
struct key_cursor {
	uint64_t key;
	unsigned n;      /* bytes written */
	uint16_t at;     /* the token in the name */
	uint16_t within; /* and the bytes of its weights that are done */
};

/* Adds to a cursor whose key and n are 0 the next eight bytes, fewer at the end of the name; zeros
 * stand for what is missing. Names have at most 65,535 bytes. */
void collate_key_natural(struct key_cursor *k, const char *s, size_t len);
void collate_key_bytes(struct key_cursor *k, const char *s, size_t len);

#endif
