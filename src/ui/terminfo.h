/* SPDX-License-Identifier: MIT
 *
 * Capabilities that terminfo promises and not every terminal of that name keeps: scrolling several
 * lines by one sequence (indn, rin: SU and SD) and repeating a character (rep: REP). Many programs
 * call themselves xterm and lack one of them; a screen that did not scroll, or a name that lost its
 * letters, is worse than a few bytes. Curses has no way to be told, but takes a description from
 * the environment, so it gets a copy of the terminal's without them.
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
