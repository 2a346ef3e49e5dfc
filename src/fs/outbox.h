/* SPDX-License-Identifier: MIT
 *
 * Where the jobs of a browser put their answers. It can be shut: what arrives later is freed, so
 * that a thread that comes back from a dead mount after the program gave up on it does no harm. It
 * keeps a few events in reserve, so that "out of memory" itself can be reported.
 *
 * Thread: any. Owns: its reserve; not the queue.
 */
#ifndef FS_OUTBOX_H
#define FS_OUTBOX_H

#include <pthread.h>

#include "base/queue.h"
#include "fs/event.h"

#define OUTBOX_RESERVE 8

struct outbox {
	pthread_mutex_t lock;
	struct queue *answers; /* NULL once shut */
	struct fs_event *reserve[OUTBOX_RESERVE];
	uint32_t nreserve;
};

int outbox_init(struct outbox *o, struct queue *answers) MUST_USE; /* 0 or -ENOMEM */
void outbox_done(struct outbox *o);
void outbox_shut(struct outbox *o);
/* A new event; from the reserve when there is no memory; NULL when that is used up too. */
struct fs_event *outbox_event(struct outbox *o, enum fs_event_kind kind, uint64_t ticket);
/* Takes the event (NULL is fine). It is freed instead when the box is shut or *cancel (may be NULL)
 * is set. */
void outbox_send(struct outbox *o, struct fs_event *event, const _Atomic bool *cancel);
/* An event that is nothing but an error. */
void outbox_fail(struct outbox *o, enum fs_event_kind kind, uint64_t ticket, int err,
		 const _Atomic bool *cancel);
/* After it, nothing is sent under a cancel flag that was set before it. */
void outbox_barrier(struct outbox *o);

#endif
