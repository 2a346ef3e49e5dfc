/* SPDX-License-Identifier: MIT
 *
 * What the helper gives up before it looks at the first file, so that a fault in a parser leads
 * nowhere: it keeps one socket (descriptor 0), memory, and reading of descriptors it is handed.
 * Opening, connecting, starting, signalling, tracing, terminals and memory that can be executed are
 * refused by the kernel for the rest of its life.
 *
 * A call that libraries try harmlessly (opening a table, asking for a size) fails with EPERM; any
 * other that is not listed ends the process.
 *
 * Follows: seccomp(2), libseccomp, prctl(2), setrlimit(2). Thread: the only one there is. Owns:
 * nothing.
 */
#ifndef HELPER_SANDBOX_H
#define HELPER_SANDBOX_H

#include <stdbool.h>

#include "base/defs.h"

#define SANDBOX_CPU_S   8u  /* of its whole life: fs/helper.c ends it long before */
#define SANDBOX_GROW_MB 80u /* address space beyond what it has when it enters */
#define SANDBOX_FILES   16u

/* Sanitizers need more of the system than the sandbox gives: in such a build calls are allowed that
 * would be refused, and no limit on memory is set. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_FULL 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANDBOX_FULL 0
#endif
#endif
#ifndef SANDBOX_FULL
#define SANDBOX_FULL 1
#endif

/* All of it. 0, or -errno of what could not be done: then nothing may be parsed. */
int sandbox_enter(void) MUST_USE;

#endif
