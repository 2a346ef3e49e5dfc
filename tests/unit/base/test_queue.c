/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "base/queue.h"

#include <poll.h>

struct message {
	struct qnode node;
	int producer, number;
};

static bool readable(const struct queue *q)
{
	struct pollfd p = {.fd = q->fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

static void hands_over_in_order(void **state)
{
	struct message messages[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
	struct qnode *node;
	struct queue q;
	int n = 0;

	(void)state;
	assert_int_equal(queue_init(&q, true), 0);
	assert_false(readable(&q));
	assert_null(queue_take_all(&q));
	for (int i = 0; i < 3; i++)
		queue_push(&q, &messages[i].node);
	assert_true(readable(&q));
	for (node = queue_take_all(&q); node; node = node->next)
		assert_int_equal(container_of(node, struct message, node)->number, n++);
	assert_int_equal(n, 3);
	assert_false(readable(&q));
	queue_push(&q, &messages[1].node);
	queue_push(&q, &messages[2].node);
	assert_ptr_equal(queue_pop(&q), &messages[1].node);
	assert_true(readable(&q));
	assert_ptr_equal(queue_pop(&q), &messages[2].node);
	assert_false(readable(&q));
	queue_close(&q);
	assert_null(queue_pop(&q));
	queue_done(&q);
	queue_done(&q);
	queue_done(NULL);
}

enum { PRODUCERS = 3, CONSUMERS = 2, EACH = 5000 };

static struct queue shared;
static struct message sent[PRODUCERS][EACH];

static void *produce(void *arg)
{
	struct message *mine = arg;

	for (int i = 0; i < EACH; i++)
		queue_push(&shared, &mine[i].node);
	return NULL;
}

/* Each producer's messages come in order to whoever takes them. */
static void *consume(void *arg)
{
	int last[PRODUCERS] = {-1, -1, -1};
	struct qnode *node;
	intptr_t n = 0;

	(void)arg;
	while ((node = queue_pop(&shared))) {
		struct message *m = container_of(node, struct message, node);

		if (m->number <= last[m->producer])
			return (void *)(intptr_t)-1;
		last[m->producer] = m->number;
		n++;
	}
	return (void *)n;
}

static void threads_lose_nothing(void **state)
{
	pthread_t producers[PRODUCERS], consumers[CONSUMERS];
	intptr_t total = 0;

	(void)state;
	assert_int_equal(queue_init(&shared, false), 0);
	for (int p = 0; p < PRODUCERS; p++) {
		for (int i = 0; i < EACH; i++)
			sent[p][i] = (struct message){.producer = p, .number = i};
	}
	for (int i = 0; i < CONSUMERS; i++)
		assert_int_equal(pthread_create(&consumers[i], NULL, consume, NULL), 0);
	for (int p = 0; p < PRODUCERS; p++)
		assert_int_equal(pthread_create(&producers[p], NULL, produce, sent[p]), 0);
	for (int p = 0; p < PRODUCERS; p++)
		pthread_join(producers[p], NULL);
	queue_close(&shared);
	for (int i = 0; i < CONSUMERS; i++) {
		void *n;

		pthread_join(consumers[i], &n);
		assert_true((intptr_t)n >= 0);
		total += (intptr_t)n;
	}
	assert_int_equal(total, PRODUCERS * EACH);
	queue_done(&shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_over_in_order),
		cmocka_unit_test(threads_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
