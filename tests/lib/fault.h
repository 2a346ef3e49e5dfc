/* SPDX-License-Identifier: MIT
 *
 * Stands in front of every system call of src/fs (the rows of fs/sys.h, by the linker's --wrap):
 *counts them, makes one fail, answers short or with given bytes, or runs something just before it
 *(a race that always happens). Calls are named as in the table: FAULT_openat.
 *
 *	fault_reset();
 *	fault_fail(FAULT_statx, 2, EACCES, false);   the second statx from now on fails, once
 *
 * A test of every call of an operation: fault_fail(call, n, ...) for n = 1, 2, ... until the
 *operation made fewer than n calls (fault_count()).
 *
 * Thread: one sets up, and may do so while others make calls; these may come from any, and are not
 * ordered by it. Owns: nothing.
 */
#ifndef TESTS_LIB_FAULT_H
#define TESTS_LIB_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "fs/sys.h"

#define FAULT_NAME(type, name, params, args) FAULT_##name,
enum fault_call { SYS_CALLS(FAULT_NAME, FAULT_NAME) FAULT_CALLS };
#undef FAULT_NAME

void fault_reset(void);   /* no faults, counts at 0 */
void fault_recount(void); /* the same, but for the descriptors that are open */
unsigned fault_count(enum fault_call call);
const char *fault_name(enum fault_call call); /* "openat" */
/* Descriptors open now that were opened through openat, openat2, inotify_init or socketpair
 * since fault_reset(). */
int fault_open_fds(void);

/* The nth call from now (1 is the next) returns -err; forever: and all after it. */
void fault_fail(enum fault_call call, unsigned nth, int err, bool forever);
/* From now on at most `size` bytes at a time. Only calls with a buffer. */
void fault_short(enum fault_call call, size_t size);
/* The next call answers with these bytes (not copied), as if the kernel had. Only calls with a
 * buffer. */
void fault_answer(enum fault_call call, const void *bytes, size_t len);
/* Runs fn just before the nth call from now. */
void fault_before(enum fault_call call, unsigned nth, void (*fn)(void *ctx), void *ctx);
/* For it: the program is killed just before that call. */
void fault_die(void *ctx);

#endif
