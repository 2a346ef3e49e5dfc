/* SPDX-License-Identifier: MIT
 *
 * Running short of descriptors, the same way however many the test program was started with:
 * make, and what runs make, may leave some of theirs open.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef TESTS_LIB_DESCRIPTORS_H
#define TESTS_LIB_DESCRIPTORS_H

#include <sys/resource.h>

/* No more than n further ones can be opened from now on (RLIMIT_NOFILE, getrlimit(2)); what is open
 * stays usable. Gives the limit of before, for descriptors_restore(). */
struct rlimit descriptors_leave(unsigned n);

void descriptors_restore(struct rlimit before);

#endif
