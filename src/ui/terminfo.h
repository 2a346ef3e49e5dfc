/* SPDX-License-Identifier: MIT
 *
 * What curses shall not use of a terminal's description.
 *
 * Scrolling several lines by one sequence (indn, rin: SU and SD) and repeating a character (rep:
 * REP): many programs call themselves xterm and lack one of them; a screen that did not scroll, or
 * a name that lost its letters, is worse than a few bytes. Setting all attributes at once (sgr):
 * setting the one that is meant is shorter.
 *
 * Curses has no way to be told, but takes a description from the environment, so it gets a copy
 * without them.
 *
 * Follows: term(5), terminfo(5) "TERMINFO". Thread: before any other exists (it sets an environment
 * variable). Owns: nothing.
 */
#ifndef UI_TERMINFO_H
#define UI_TERMINFO_H

#include <stddef.h>

#include "base/str.h"

#define TERMINFO_MAX 32768 /* bytes of a compiled description, extended format */

/* Takes the capabilities out of a compiled description in place. 0, or -EINVAL: not one; then
 * nothing changed. */
int terminfo_strip(unsigned char *entry, size_t len);
/* Sets TERMINFO for this process. The environment as it was, for programs started from here, is
 * *ret_environ (heap, strings borrowed; the caller frees it). 0 with *ret_environ NULL when there
 * is nothing to change: TERM unset, no description found, TERMINFO already holds one. -ENOMEM. */
int terminfo_prepare(char ***ret_environ);

#endif
