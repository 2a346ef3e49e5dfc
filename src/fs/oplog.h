/* SPDX-License-Identifier: MIT
 *
 * The log of operations, for people: a text file in which each line says when, what, from where to
 * where, and what came of it. Names are made safe to show, so that a line is a line. It is ours
 * alone (0600); at OPLOG_MAX bytes it becomes NAME.1 and a new one begins, under a lock, so that
 * several programs may write.
 *
 *	2026-11-26 14:03:11 +0100  #42  trash  /home/a/x -> /home/a/.local/share/Trash/files/x  done
 *
 * Thread: worker. Owns: its descriptors.
 */
#ifndef FS_OPLOG_H
#define FS_OPLOG_H

#include "base/step.h"
#include "fs/journal.h"

#define OPLOG_NAME "operations.log"
#define OPLOG_MAX  (1u << 20)

struct oplog;

/* In trowel's state directory (absolute; made when it is missing, 0700). 0, -EPERM: not to be
 * trusted (*ret_why in words), -errno. */
int oplog_open(const char *state_dir, struct oplog **ret_log, const char **ret_why) MUST_USE;
void oplog_close(struct oplog *log); /* NULL is fine */
/* Appends what came of a step of the action `id`; now in seconds since the epoch. `why` in words,
 * may be NULL. 0 or -errno; a log that cannot be written stops nothing. */
int oplog_add(struct oplog *log, int64_t now, uint64_t id, const struct step *step,
	      enum step_state state, int err, const char *why);

#endif
