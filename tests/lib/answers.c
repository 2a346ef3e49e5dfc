/* SPDX-License-Identifier: MIT */
#include "answers.h"

#include "test.h"

#include <poll.h>

void answers_init(struct answers *a)
{
	*a = (struct answers){0};
	assert_int_equal(queue_init(&a->queue, true), 0);
}

static void take(struct answers *a)
{
	struct qnode **end = &a->pending;

	while (*end)
		end = &(*end)->next;
	*end = queue_take_all(&a->queue);
}

void answers_done(struct answers *a)
{
	take(a);
	while (a->pending) {
		struct fs_event *e = container_of(a->pending, struct fs_event, node);

		a->pending = a->pending->next;
		fs_event_free(e);
	}
	queue_done(&a->queue);
}

static struct fs_event *find(struct answers *a, int kind, uint64_t ticket)
{
	take(a);
	for (struct qnode **at = &a->pending; *at; at = &(*at)->next) {
		struct fs_event *e = container_of(*at, struct fs_event, node);

		if ((kind >= 0 && (int)e->kind != kind) || e->ticket != ticket)
			continue;
		*at = e->node.next;
		return e;
	}
	return NULL;
}

struct fs_event *answers_peek(struct answers *a, enum fs_event_kind kind, uint64_t ticket)
{
	return find(a, (int)kind, ticket);
}

struct fs_event *answers_any(struct answers *a, uint64_t ticket)
{
	return find(a, -1, ticket);
}

/* Times $TEST_SLOW, as the deadlines of tests/lib/pty.h. */
static int deadline_ms(void)
{
	const char *slow = getenv("TEST_SLOW");
	int times = slow ? atoi(slow) : 1;

	return ANSWERS_DEADLINE_MS * MAX(times, 1);
}

struct fs_event *answers_get(struct answers *a, enum fs_event_kind kind, uint64_t ticket)
{
	struct pollfd fd = {.fd = a->queue.fd, .events = POLLIN};
	struct fs_event *e;

	while (!(e = find(a, (int)kind, ticket))) {
		if (poll(&fd, 1, deadline_ms()) == 0)
			fail_msg("no event of kind %d for ticket %llu", (int)kind,
				 (unsigned long long)ticket);
	}
	return e;
}
