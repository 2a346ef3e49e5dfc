/* SPDX-License-Identifier: MIT
 *
 * Numbers, sizes, times and modes as text, without locale. Everything appends to a buffer the
 * caller brings and NUL-terminates it; FMT_MAX is enough for each.
 *
 * Thread: any (times use localtime_r). Owns: nothing.
 */
#ifndef BASE_FMT_H
#define BASE_FMT_H

#include <stdint.h>
#include <time.h>

#include "base/defs.h"

#define FMT_MAX 40

/* At most 5 columns, 1024-based as in ls -h and df -h: "0" "999" "1.0K" "212M" "31G" "1023P";
 * rounded up below 10 so that a file is never shown smaller than it is. */
const char *fmt_size(char buf[FMT_MAX], uint64_t bytes);
/* The exact number with thousands separated: "1,041,744". */
const char *fmt_count(char buf[FMT_MAX], uint64_t n);
/* "2026-11-02 14:02" in the local time zone; years outside 0 to 9999 as "@seconds". */
const char *fmt_time(char buf[FMT_MAX], int64_t sec);
/* With seconds, nanoseconds and zone: "2026-11-02 14:02:11.123456789 +0100". */
const char *fmt_time_exact(char buf[FMT_MAX], int64_t sec, uint32_t nsec);
/* The distance to `now` in two or three words: "3 min ago", "in 2 days", "just now". */
const char *fmt_age(char buf[FMT_MAX], int64_t sec, int64_t now);
/* "drwxr-sr-t" as ls(1) writes st_mode, 10 columns. */
const char *fmt_mode(char buf[FMT_MAX], uint32_t mode);
/* A duration: "0.4 s", "12 s", "3 min", "2 h". */
const char *fmt_duration(char buf[FMT_MAX], uint64_t ms);

#endif
