/* SPDX-License-Identifier: MIT
 *
 * Watching a directory of a size tree for changes, from the moment it was read on: what has changed
 * since then is told at once.
 *
 * Thread: UI for the call. Owns: nothing; the job holds what it needs.
 */
#ifndef FS_SCANWATCH_H
#define FS_SCANWATCH_H

#include "fs/scan.h"
#include "fs/service.h"

/* Watches a directory of the scan's tree under the ticket `op`: FS_CHANGED until it is closed.
 * Opened below the scan's root, through no link, and only if it is what was read. Nothing comes of
 * one on a network file system, or where there is no room for a watch. The caller lets go of what
 * is returned (dir_unref()); NULL: there is nothing to watch, or no memory. */
struct dir *scanwatch_start(struct service *service, uint64_t op, struct scan *s, uint32_t dir);

#endif
