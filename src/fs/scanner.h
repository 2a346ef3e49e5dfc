/* SPDX-License-Identifier: MIT
 *
 * A scan of sizes under a browser's ticket (fs/browse.h, browse_scan() and what follows it). What
 * may wait for a file server is a job of the pool; the scan itself has threads of its own, which
 * give way to others. Letting go of one never waits: its threads end by themselves, and what they
 * need lives as long as they do.
 *
 * Thread: UI for the calls. Owns: the scan, its tree and its patterns.
 */
#ifndef FS_SCANNER_H
#define FS_SCANNER_H

#include "fs/browse.h"
#include "fs/service.h"

struct scanner;

/* Takes the patterns in all cases. NULL: no memory. */
struct scanner *scanner_new(struct service *s, uint64_t ticket, const char *path,
			    const struct scan_ask *ask);
/* Opens the root and starts, in a job: FS_SCAN_BEGUN, FS_SCAN_OVER. Once. */
void scanner_start(struct scanner *sc);
void scanner_look(struct scanner *sc);
void scanner_stop(struct scanner *sc);
/* FS_SCAN_READY, FS_SCAN_TAKEN. */
void scanner_again(struct scanner *sc, uint32_t dir, bool deep);
void scanner_take(struct scanner *sc);
/* Watches a directory of its tree; see fs/scanwatch.h. */
struct dir *scanner_watch(struct scanner *sc, uint64_t op, uint32_t dir);
/* Ends it; nothing is sent any more. */
void scanner_let_go(struct scanner *sc);
/* Of one that was never started. NULL is fine. */
void scanner_unref(struct scanner *sc);

#endif
