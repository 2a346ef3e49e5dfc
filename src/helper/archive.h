/* SPDX-License-Identifier: MIT
 *
 * Archives: the names, types and sizes of their members, by libarchive (zip is helper/zip.h). Only
 * what a signature says is an archive is shown to libarchive, and to that format of it alone.
 * Members are listed, not unpacked, but where all is compressed together there is no other way to
 * the next name; helper/budget.h bounds that. A file that is only compressed has one member: its
 * content.
 *
 * Follows: libarchive(3). Thread: one. Owns: nothing.
 */
#ifndef HELPER_ARCHIVE_H
#define HELPER_ARCHIVE_H

#include "base/wire.h"
#include "helper/budget.h"
#include "helper/source.h"

/* The content of a file that is only compressed, as far as it was unpacked. */
struct archive_content {
	uint8_t *bytes; /* heap, or NULL: there is no such content */
	size_t len;
	bool whole;
};

/* Whether the first bytes of a file, or what libmagic says of it, are an archive's. */
bool archive_known(const uint8_t *head, size_t len, const char *mime);
/* Fills p from the archive. *ret_content (bytes NULL before) gets at most `most` bytes of a file
 * that is only compressed, instead of lines. 0, -ENOMEM, or -ENOTSUP: it is no archive after all,
 * p->reason says what is wrong with it. */
int archive_fill(const struct source *source, const uint8_t *head, size_t len, const char *mime,
		 const struct wire_ask *ask, struct budget *budget, size_t most, struct preview *p,
		 struct archive_content *ret_content) MUST_USE;

#endif
