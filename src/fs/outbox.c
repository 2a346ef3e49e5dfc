/* SPDX-License-Identifier: MIT */
#include "fs/outbox.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

int outbox_init(struct outbox *o, struct queue *answers)
{
	*o = (struct outbox){.answers = answers};
	pthread_mutex_init(&o->lock, NULL);
	for (; o->nreserve < OUTBOX_RESERVE; o->nreserve++) {
		o->reserve[o->nreserve] = fs_event_new(FS_LIST_DONE, 0);
		if (!o->reserve[o->nreserve]) {
			outbox_done(o);
			return -ENOMEM;
		}
	}
	return 0;
}

void outbox_done(struct outbox *o)
{
	while (o->nreserve > 0)
		fs_event_free(o->reserve[--o->nreserve]);
	pthread_mutex_destroy(&o->lock);
}

void outbox_shut(struct outbox *o)
{
	pthread_mutex_lock(&o->lock);
	o->answers = NULL;
	pthread_mutex_unlock(&o->lock);
}

struct fs_event *outbox_event(struct outbox *o, enum fs_event_kind kind, uint64_t ticket)
{
	struct fs_event *e = fs_event_new(kind, ticket);

	if (e)
		return e;
	pthread_mutex_lock(&o->lock);
	if (o->nreserve > 0)
		e = o->reserve[--o->nreserve];
	pthread_mutex_unlock(&o->lock);
	if (e) {
		e->kind = kind;
		e->ticket = ticket;
	}
	return e;
}

/* Cancellation is looked at under the lock: who sets the flag and then passes the barrier knows
 * that no send is between its look and its push. */
void outbox_send(struct outbox *o, struct fs_event *event, const _Atomic bool *cancel)
{
	if (!event)
		return;
	pthread_mutex_lock(&o->lock);
	if (o->answers && !(cancel && atomic_load(cancel))) {
		queue_push(o->answers, &event->node);
		event = NULL;
	}
	pthread_mutex_unlock(&o->lock);
	fs_event_free(event);
}

void outbox_fail(struct outbox *o, enum fs_event_kind kind, uint64_t ticket, int err,
		 const _Atomic bool *cancel)
{
	struct fs_event *e = outbox_event(o, kind, ticket);

	if (e)
		e->err = err;
	outbox_send(o, e, cancel);
}

void outbox_barrier(struct outbox *o)
{
	pthread_mutex_lock(&o->lock);
	pthread_mutex_unlock(&o->lock);
}
