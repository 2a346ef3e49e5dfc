/* SPDX-License-Identifier: MIT
 *
 * Bytes as a part of a line, for files of our own: a newline becomes \n, a backslash \\, all others
 * stay.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include "base/str.h"

/* Both append. 0 or -ENOMEM; escape_take() -EINVAL for what escape_add() would not have written
 * (also NUL bytes); out then holds some of it. */
int escape_add(struct str *out, const char *bytes, size_t len);
int escape_take(struct str *out, const char *text, size_t len);

#endif
