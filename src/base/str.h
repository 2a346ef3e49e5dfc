/* SPDX-License-Identifier: MIT
 *
 * A growable byte string. `buf` is never NULL and always ends in a NUL that `len` does not count;
 * the bytes may contain NULs themselves. Appending returns 0 or -ENOMEM; after -ENOMEM the
 * contents are unchanged, and `failed` stays set until str_clear(), so that a run of appends may
 * be checked once at its end.
 *
 * Thread: any, one at a time. Owns: its buffer.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/defs.h"

struct str {
	char *buf;
	size_t len, cap;
	bool failed; /* an append ran out of memory */
};

extern char str_empty[1];
#define STR_INIT                 \
	{                        \
		.buf = str_empty \
	}

void str_init(struct str *s);
void str_done(struct str *s);  /* frees; safe on NULL and on STR_INIT; leaves STR_INIT */
void str_clear(struct str *s); /* len = 0, keeps the buffer */
int str_add(struct str *s, const void *bytes, size_t len);
int str_adds(struct str *s, const char *cstr);
int str_addc(struct str *s, char c);
int str_addf(struct str *s, const char *fmt, ...) PRINTF(2, 3);
int str_vaddf(struct str *s, const char *fmt, va_list args) PRINTF(2, 0);
int str_insert(struct str *s, size_t at, const void *bytes, size_t len);
void str_remove(struct str *s, size_t at, size_t len); /* clamped to the string */
void str_cut(struct str *s, size_t len);               /* shortens to `len`; no-op when longer */
/* Moves the buffer to the caller, who frees it; NULL when out of memory. `s` becomes empty. */
char *str_take(struct str *s);
bool str_eq(const struct str *s, const char *cstr);

#endif
