/* SPDX-License-Identifier: MIT
 *
 * Jobs: the journal read for a browser. Each reads it anew, so that nothing is kept open; nothing
 * is written. Its directory is watched under the ticket.
 *
 * Thread: UI for the calls. Owns: nothing.
 */
#ifndef FS_CHRONICLE_H
#define FS_CHRONICLE_H

#include "fs/service.h"

/* FS_PAST; d: the directory of the journal under its ticket. */
void chronicle_read(struct dir *d);
/* FS_PAST_STEPS of one action. */
void chronicle_steps(struct dir *d, uint64_t id);

#endif
