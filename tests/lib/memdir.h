/* SPDX-License-Identifier: MIT
 *
 * Trees in memory, for tests that build thousands of them: on a disk that others use they take
 * minutes. Where there is no tmpfs at /dev/shm that may be written, nothing changes.
 *
 * Thread: one. Owns: TMPDIR in the environment, in between.
 */
#ifndef TESTS_LIB_MEMDIR_H
#define TESTS_LIB_MEMDIR_H

/* A setup function of cmocka: trees are made there from now on. Always 0. */
int memdir_setup(void **state);
/* As before again; fine when it was not begun. */
void memdir_end(void);

#endif
