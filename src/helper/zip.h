/* SPDX-License-Identifier: MIT
 *
 * ZIP archives, from their table of contents at the end alone: nothing is unpacked, so that an
 * archive that is a bomb is as quick as any, and an encrypted one shows its names. Sizes are what
 * the table says.
 *
 * Follows: APPNOTE.TXT 6.3.10 (PKWARE), ZIP64 included. Thread: one. Owns: nothing.
 */
#ifndef HELPER_ZIP_H
#define HELPER_ZIP_H

#include "base/wire.h"
#include "helper/budget.h"
#include "helper/source.h"

bool zip_known(const uint8_t *head, size_t len);
/* Fills p. 0, -ENOMEM, or -ENOTSUP: there is no table, p->reason says so. */
int zip_fill(const struct source *source, const struct wire_ask *ask, struct budget *budget,
	     struct preview *p) MUST_USE;

#endif
