/* SPDX-License-Identifier: MIT */
#include "base/queue.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int queue_init(struct queue *q, bool with_fd)
{
	int r;

	*q = (struct queue){.fd = -1};
	q->tail = &q->head;
	r = pthread_mutex_init(&q->lock, NULL);
	if (r)
		return -r;
	r = pthread_cond_init(&q->ready, NULL);
	if (r)
		goto fail_lock;
	if (with_fd) {
		q->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (q->fd < 0) {
			r = errno;
			goto fail_cond;
		}
	}
	return 0;
fail_cond:
	pthread_cond_destroy(&q->ready);
fail_lock:
	pthread_mutex_destroy(&q->lock);
	/* Half built: queue_done() must find nothing to release. */
	q->tail = NULL;
	return -r;
}

void queue_done(struct queue *q)
{
	if (!q || !q->tail)
		return;
	if (q->fd >= 0)
		close(q->fd);
	pthread_cond_destroy(&q->ready);
	pthread_mutex_destroy(&q->lock);
	q->tail = NULL;
	q->fd = -1;
}

/* Both under the lock: the descriptor is readable exactly while the queue is not empty. The writes
 * cannot fail: the counter is 0 or 1. */
static void raise_fd(const struct queue *q)
{
	uint64_t one = 1;
	ssize_t r UNUSED = q->fd >= 0 ? write(q->fd, &one, sizeof(one)) : 0;
}

static void lower_fd(const struct queue *q)
{
	uint64_t n;
	ssize_t r UNUSED = q->fd >= 0 ? read(q->fd, &n, sizeof(n)) : 0;
}

void queue_push(struct queue *q, struct qnode *node)
{
	node->next = NULL;
	pthread_mutex_lock(&q->lock);
	if (!q->head)
		raise_fd(q);
	*q->tail = node;
	q->tail = &node->next;
	pthread_cond_signal(&q->ready);
	pthread_mutex_unlock(&q->lock);
}

struct qnode *queue_take_all(struct queue *q)
{
	struct qnode *all;

	pthread_mutex_lock(&q->lock);
	all = q->head;
	if (all)
		lower_fd(q);
	q->head = NULL;
	q->tail = &q->head;
	pthread_mutex_unlock(&q->lock);
	return all;
}

bool queue_empty(struct queue *q)
{
	bool empty;

	pthread_mutex_lock(&q->lock);
	empty = !q->head;
	pthread_mutex_unlock(&q->lock);
	return empty;
}

struct qnode *queue_pop(struct queue *q)
{
	struct qnode *node;

	pthread_mutex_lock(&q->lock);
	while (!q->head && !q->closed)
		pthread_cond_wait(&q->ready, &q->lock);
	node = q->head;
	if (node) {
		q->head = node->next;
		node->next = NULL;
		if (!q->head) {
			q->tail = &q->head;
			lower_fd(q);
		}
	}
	pthread_mutex_unlock(&q->lock);
	return node;
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->ready);
	pthread_mutex_unlock(&q->lock);
}
