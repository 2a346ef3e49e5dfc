/* SPDX-License-Identifier: MIT
 *
 * Small macros used everywhere. Cleanup attributes are a gcc and clang extension; both compilers
 * this project supports have them.
 */
#ifndef BASE_DEFS_H
#define BASE_DEFS_H

#include <stddef.h>

#define ARRAY_LEN(a)     (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)        ((a) < (b) ? (a) : (b))
#define MAX(a, b)        ((a) > (b) ? (a) : (b))
#define PRINTF(fmt, arg) __attribute__((format(printf, fmt, arg)))
#define CLEANUP(fn)      __attribute__((cleanup(fn)))
#define MUST_USE         __attribute__((warn_unused_result))
#define UNUSED           __attribute__((unused))

/* The structure of type `type` whose member `member` is at `ptr`. */
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#endif
