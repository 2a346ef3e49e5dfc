/* SPDX-License-Identifier: MIT
 *
 * A moment as a person writes it on the command line, strictly: nothing is guessed, and there are
 * no words ("yesterday" and "2 days ago" are GNU date's).
 *
 *	2026-11-02                         midnight in the local time zone
 *	2026-11-02 14:02   2026-11-02T14:02:11.5   2026-11-02 14:02:11,123456789
 *	2026-11-02T14:02:11Z   2026-11-02 14:02:11 +0100   ...+01:00   ...+01
 *	@1793628131   @-1.25               seconds since 1970
 *
 * Follows: ISO 8601-1 (extended calendar dates and times), mktime(3). Thread: any. Owns: nothing.
 */
#ifndef BASE_DATESPEC_H
#define BASE_DATESPEC_H

#include "base/defs.h"

#include <stdint.h>

/* 0 with seconds since 1970 and nanoseconds (0 .. 999,999,999, counted upwards also before 1970);
 * -EINVAL: *ret_why says what is wrong (static), among others that the local time zone has no such
 * moment, because clocks were put forward. Of a moment there twice, the first. */
int datespec_parse(const char *text, int64_t *ret_sec, uint32_t *ret_nsec,
		   const char **ret_why) MUST_USE;

#endif
