/* SPDX-License-Identifier: MIT
 *
 * A set of things on the file system, by device and inode number, that many threads add to: which
 * directories a scan has counted, so that none is counted again behind a bind mount or after it was
 * moved. About 12 bytes for each.
 *
 * Thread: any. Owns: its table.
 */
#ifndef FS_SEEN_H
#define FS_SEEN_H

#include "base/defs.h"
#include "fs/entry.h"

struct seen;

int seen_new(struct seen **ret_seen) MUST_USE; /* 0 or -ENOMEM */
void seen_free(struct seen *s);
/* 1: it is new in the set; 0: it was there; -ENOMEM. */
int seen_add(struct seen *s, struct file_id id) MUST_USE;
void seen_remove(struct seen *s, struct file_id id);

#endif
