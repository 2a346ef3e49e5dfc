/* SPDX-License-Identifier: MIT
 *
 * A queue of messages between threads: a mutex and an intrusive list, FIFO. A message has one owner
 * at any time: the producer, the queue, then who takes it. A queue with a descriptor wakes a poll
 * loop: the eventfd becomes readable when the queue goes from empty to non-empty, and
 * queue_take_all() makes it unreadable again.
 *
 * Thread: any. Owns: the messages in it.
 */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/defs.h"
#include "base/qnode.h"

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t ready;
	struct qnode *head, **tail;
	int fd; /* eventfd (nonblocking, close-on-exec), or -1 */
	bool closed;
};

int queue_init(struct queue *q, bool with_fd); /* 0 or -errno */
void queue_done(struct queue *q);              /* the queue must be empty */
void queue_push(struct queue *q, struct qnode *node);
/* Everything in it, oldest first, linked by next; NULL when empty. Never blocks. */
struct qnode *queue_take_all(struct queue *q);
/* The oldest; waits for one. NULL once the queue is closed and empty. */
struct qnode *queue_pop(struct queue *q);
bool queue_empty(struct queue *q);
void queue_close(struct queue *q); /* wakes every waiter */

#endif
