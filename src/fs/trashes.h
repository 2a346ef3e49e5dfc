/* SPDX-License-Identifier: MIT
 *
 * Everything that is in the trash of this user, under a browser's ticket: a job for each place
 * where a trash may be, in the lane of its mount. A trash that is reached through two mounts is
 * told once. What its directories take is weighed afterwards, one at a time (fs/trash_scales.h).
 *
 * Thread: UI for the calls. Owns: what its jobs have opened; the last that lets go closes it.
 */
#ifndef FS_TRASHES_H
#define FS_TRASHES_H

#include "fs/browse.h"
#include "fs/service.h"

struct trashes;

struct trashes *trashes_new(struct service *s, uint64_t ticket, const struct trash_ask *ask);
/* Once. 0 or -ENOMEM with nothing under way. */
int trashes_start(struct trashes *t) MUST_USE;
void trashes_look(struct trashes *t);
/* Ends it; nothing is sent any more. */
void trashes_let_go(struct trashes *t);
/* Of one that was never started. NULL is fine. */
void trashes_unref(struct trashes *t);

#endif
