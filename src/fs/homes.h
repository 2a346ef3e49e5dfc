/* SPDX-License-Identifier: MIT
 *
 * The directories that the environment names: $HOME, $XDG_DATA_HOME, $XDG_STATE_HOME,
 * $XDG_CONFIG_HOME. Their values come from outside, and what we make of them goes into the journal
 * and into messages: so they are brought into one form once, at the very start, before there are
 * threads, and are asked for here only.
 *
 * The form: absolute, without "..", "." and doubled slashes. Links stay as they are written. What
 * ".." means behind a link only the kernel knows: the path up to the last one is opened, and the
 * kernel says which directory that is (root's way goes through nobody else's directories and links:
 * fs/trusted). A value whose part before a ".." does not exist leads
 * nowhere, and is no value: nothing is made on such a way.
 *
 * Follows: xdg-basedir specification (relative paths in XDG_* are to be ignored).
 * Thread: homes_settle() when there is only one; the others any. Owns: nothing.
 */
#ifndef FS_HOMES_H
#define FS_HOMES_H

#include "base/defs.h"
#include "base/str.h"

/* Sets out to the path in that form. 0; -EINVAL: it is not absolute; -errno of going it. */
int homes_path(const char *path, struct str *out) MUST_USE;
/* Gives the variables of the environment that form, for us and for what is started from here.
 * Those that lead nowhere stay as they are. 0 or -ENOMEM. */
int homes_settle(void) MUST_USE;
/* The value of one of them; NULL: it is not set, relative, or leads nowhere. */
const char *homes_get(const char *variable);
/* What is wrong with one that is set and needed to act, and what would help; static. NULL: nothing,
 * or none is set. */
const char *homes_wrong(void);
/* The same, or that none is set: for who finds no place for what is to be kept. */
const char *homes_missing(void);

#endif
