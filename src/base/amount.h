/* SPDX-License-Identifier: MIT
 *
 * Sizes and spans of time as a person writes them on the command line.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_AMOUNT_H
#define BASE_AMOUNT_H

#include "base/defs.h"

#include <stdint.h>

/* "4096", "10K", "1.5G", "20MiB" (of 1024), "20MB" (of 1000, as GNU programs have it); letters K to
 * E, upper case or lower. Rounded up to whole bytes. 0, -EINVAL, -ERANGE: more than 2^64 - 1. */
int amount_size(const char *text, uint64_t *ret_bytes) MUST_USE;
/* "30" and "30d": days; "12h", "2w". In seconds. The same. */
int amount_span(const char *text, int64_t *ret_seconds) MUST_USE;

#endif
