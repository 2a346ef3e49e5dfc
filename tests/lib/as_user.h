/* SPDX-License-Identifier: MIT
 *
 * Runs part of a test in a forked child with other rights. Assertions work in the child: a failed
 * one prints its message and fails the test in the parent too. What the child changes in memory
 * stays there.
 *
 * Thread: single-threaded tests only. Owns: nothing.
 */
#ifndef TESTS_LIB_AS_USER_H
#define TESTS_LIB_AS_USER_H

#include <stdbool.h>

/* As nobody (65534), without groups and capabilities. When the tests do not run as root, right
 * here, as the user they run as: a plain one. */
void as_user(void (*fn)(void *ctx), void *ctx);

/* Skips the test, with the reason, when a plain user cannot get to the program ($TROWEL_BIN): the
 * tree may lie where only root can go. */
void as_user_needs_program(void);

/* From now on this process has mounts of its own, which nobody else sees and which go away with it.
 * 0 or an errno. */
int own_mounts(void);

/* As root in a mount namespace of its own, whose mounts nobody else sees and which go away with it.
 * Skips the test, with the reason, where that is not permitted. */
void as_mounter(void (*fn)(void *ctx), void *ctx);

#endif
