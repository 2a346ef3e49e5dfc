/* SPDX-License-Identifier: MIT
 *
 * What changes in the directories that are open, from inotify(7). Two tickets may watch one
 * directory. An open descriptor keeps a removed directory alive, and the kernel tells of its end
 * only then; so the parent is watched too, for this one name.
 *
 * The descriptor becomes readable with every change; who wants fewer wake-ups leaves it alone for a
 * while: the kernel joins equal changes, and watch_read() the rest.
 *
 * Thread: watch_read() UI, the others any. Owns: the inotify descriptor.
 */
#ifndef FS_WATCH_H
#define FS_WATCH_H

#include "base/defs.h"
#include "fs/outbox.h"

#define WATCH_NAMES_MAX 512 /* in one read; more is "all" */

struct watch;

int watch_new(struct watch **ret_watch) MUST_USE; /* without inotify it is made all the same */
void watch_free(struct watch *w);
int watch_fd(const struct watch *w); /* -1 without inotify */
/* Watches the open directory fd for the ticket. 0, or -errno: it must be polled (-ENOSPC: too many
 * watches, -ENOSYS: no inotify, -ENOMEM). */
int watch_add(struct watch *w, uint64_t ticket, int fd) MUST_USE;
void watch_remove(struct watch *w, uint64_t ticket);
/* Reads what there is and sends FS_CHANGED events, one per ticket. Never blocks. */
void watch_read(struct watch *w, struct outbox *out);

#endif
