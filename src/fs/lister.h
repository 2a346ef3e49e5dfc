/* SPDX-License-Identifier: MIT
 *
 * The jobs of an open directory: reading it (FS_LIST_*), its file system (FS_SPACE), and whether it
 * changed where nothing tells (FS_CHANGED).
 *
 * Thread: any. Owns: nothing; each job holds a reference to its directory.
 */
#ifndef FS_LISTER_H
#define FS_LISTER_H

#include "fs/service.h"

/* Opens the directory (links in its path followed), watches it unless it is on a server, reads it,
 * then asks for its space. The first names are sent after the first buffer. 0 or -ENOMEM. */
int lister_start(struct dir *d) MUST_USE;
int lister_space(struct dir *d) MUST_USE;
/* Sends FS_CHANGED when the mtime, ctime or link count moved, or the directory is gone. No memory:
 * nothing, the next poll asks again. */
void lister_check(struct dir *d);

#endif
