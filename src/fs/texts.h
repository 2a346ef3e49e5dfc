/* SPDX-License-Identifier: MIT
 *
 * Jobs: what the small files of one directory hold (the themes there are).
 *
 * Thread: any. Owns: copies of what it is given.
 */
#ifndef FS_TEXTS_H
#define FS_TEXTS_H

#include "fs/service.h"

/* browse_texts() */
void texts_read(struct service *s, const char *dir, const char *suffix);

#endif
