/* SPDX-License-Identifier: MIT
 *
 * Other programs that tests let loose on a trash of their own.
 *
 * Thread: one. Owns: nothing.
 */
#ifndef TESTS_LIB_PEERS_H
#define TESTS_LIB_PEERS_H

#include <stdbool.h>

bool peers_installed(const char *program);
/* trash-empty(1) empties the trash of every mount, not only the one that a test made. NULL, or a
 * trash of whoever runs the tests that it would empty too. */
const char *peers_endangered(void);

#endif
