/* SPDX-License-Identifier: MIT
 *
 * A field of a line of CSV (RFC 4180): quoted when it must be.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/str.h"

int csv_field(struct str *out, const char *bytes, size_t len); /* appends; 0 or -ENOMEM */

#endif
