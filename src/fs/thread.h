/* SPDX-License-Identifier: MIT
 *
 * Starting a thread that works beside the one that draws: signals do not reach it, faults do.
 *
 * Follows: pthread_create(3), pthread_sigmask(3). Thread: any. Owns: nothing.
 */
#ifndef FS_THREAD_H
#define FS_THREAD_H

#include "base/defs.h"

#include <pthread.h>

/* 0 or -errno. It is joinable. */
int thread_start(void *(*main)(void *), void *arg, size_t stack_bytes,
		 pthread_t *ret_thread) MUST_USE;

#endif
