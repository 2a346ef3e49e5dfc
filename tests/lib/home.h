/* SPDX-License-Identifier: MIT
 *
 * A home for a program that a test starts: empty, and gone with it. Nothing that is started reads
 * the configuration of whoever runs the tests, or leaves something behind in their directories;
 * pty.h and program.h give each program one. tests/run fails a test program that has written into
 * its own.
 *
 * Thread: one. Owns: the directory.
 */
#ifndef TESTS_LIB_HOME_H
#define TESTS_LIB_HOME_H

#include <sys/types.h>

struct tree;

/* Makes it, for this user (0: who runs the test); tree_free() removes it. */
struct tree *home_new(uid_t uid);
/* In the child: HOME is there, and no variable leads to other directories of the user, or to a
 * configuration. What the test sets comes after it. */
void home_enter(const struct tree *home);

#endif
