/* SPDX-License-Identifier: MIT
 *
 * What changes in the directories that are open, from inotify(7). Two tickets may watch one
 * directory. An open descriptor keeps a removed directory alive, and the kernel tells of its end
 * only then; so the parent is watched too, for this one name.
 *
 * The descriptor becomes readable with every change; who wants fewer wake-ups leaves it alone for a
 * while: the kernel joins equal changes, and watch_read() the rest.
 *
 * Thread: watch_read() UI, where it never waits for the kernel to add a watch;
 * the others any. Owns: the inotify descriptor.
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
/* Whether one more directory can be watched now: 0, or -errno (-ENOSPC: too many watches, -ENOSYS:
 * no inotify): it must be polled. */
int watch_room(struct watch *w) MUST_USE;
/* Watches the names in the open directory fd for the ticket, until watch_remove(); nothing is sent
 * while *closed (may be NULL). 0 or -errno as above, -ENOMEM. Adding a watch visits every entry of
 * the directory that the kernel has in its cache: 60 ms for a million. */
int watch_add(struct watch *w, uint64_t ticket, int fd, const _Atomic bool *closed) MUST_USE;
/* The same, when watch_room() had said there was room. If it fails, the next watch_room() fails
 * too, so that a directory listed again because of this is known to be polled. */
int watch_add_late(struct watch *w, uint64_t ticket, int fd, const _Atomic bool *closed) MUST_USE;
/* The same for an open file: FS_CHANGED (all) when it is written to, renamed, removed or replaced.
 */
int watch_add_file(struct watch *w, uint64_t ticket, int fd, const _Atomic bool *closed) MUST_USE;
/* After watch_add(): watches its parent for the end of this directory, which is called `name` there
 * unless the kernel knows better. Where that cannot be (an unreadable parent), the end shows when
 * something asks for the directory. */
void watch_add_end(struct watch *w, uint64_t ticket, int fd, const char *name);
void watch_remove(struct watch *w, uint64_t ticket); /* not the UI thread: waits for an add */
/* Reads what there is and sends FS_CHANGED events, one per ticket. Never blocks. */
void watch_read(struct watch *w, struct outbox *out);

#endif
