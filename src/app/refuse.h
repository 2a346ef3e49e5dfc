/* SPDX-License-Identifier: MIT
 *
 * The reason why something a person wrote is not taken.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef APP_REFUSE_H
#define APP_REFUSE_H

#include "base/str.h"

/* Appends the reason to err (may be NULL). Returns -EINVAL, or -ENOMEM when there was no room for
 * it. */
int refuse(struct str *err, const char *fmt, ...) PRINTF(2, 3);

#endif
