/* SPDX-License-Identifier: MIT
 *
 * What kind of content bytes are, from libmagic: in words and as a MIME type. The database is the
 * system's own, read once; bytes are handed over in memory only, and libmagic neither unpacks nor
 * opens anything.
 *
 * Follows: libmagic(3). Thread: one. Owns: the open database.
 */
#ifndef HELPER_KIND_H
#define HELPER_KIND_H

#include "base/preview.h"

struct kind;

/* Opens the database: before the sandbox. 0, -ENOMEM, or -ENOENT when it cannot be read. */
int kind_new(struct kind **ret_kind) MUST_USE;
void kind_free(struct kind *k);
/* Fills what and mime of p from the first bytes of a file; what libmagic fails on stays empty,
 * and all does when k is NULL. 0 or -ENOMEM. */
int kind_tell(struct kind *k, const void *bytes, size_t len, struct preview *p) MUST_USE;

#endif
