/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/answers.h"

#include <errno.h>
#include <sched.h>
#include <semaphore.h>

#include "fs/browse.h"
#include "fs/service.h"
#include "fs/sorter.h"

struct fixture {
	struct answers a;
	struct service s;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	answers_init(&f->a);
	assert_int_equal(outbox_init(&f->s.out, &f->a.queue), 0);
	assert_int_equal(sorter_new(&f->s.sorter), 0);
	assert_int_equal(pool_new(&f->s.pool), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	assert_true(pool_stop(f->s.pool, 20000));
	sorter_free(f->s.sorter);
	outbox_done(&f->s.out);
	answers_done(&f->a);
	free(f);
	return 0;
}

static struct order_spec spec_of(uint32_t n)
{
	struct order_spec spec = {.names = names_new(), .count = n};
	char name[16];

	for (uint32_t i = 0; i < n; i++) {
		int len = snprintf(name, sizeof(name), "%u", (unsigned)(n - i));

		assert_int_equal(names_add(spec.names, name, (size_t)len, 0, NULL), 0);
	}
	return spec;
}

static void sorts_in_a_worker(void **state)
{
	struct fixture *f = *state;
	struct order_spec spec = spec_of(1000);
	struct fs_event *e;

	sorter_order(&f->s, 4, &spec);
	assert_null(spec.names); /* taken */
	e = answers_get(&f->a, FS_ORDER, 4);
	assert_int_equal(e->err, 0);
	assert_int_equal(e->u.order.n, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(e->u.order.ids[i], 999 - i);
	fs_event_free(e);
}

struct blocker {
	struct job job;
	sem_t entered, gate;
};

static void block_run(struct job *job)
{
	struct blocker *b = container_of(job, struct blocker, job);

	sem_post(&b->entered);
	while (sem_wait(&b->gate) < 0)
		;
}

static void block_free(struct job *job)
{
	(void)job;
}

/* With the lane held, both requests wait: the earlier one must then not be answered. */
static void a_later_request_supersedes_the_earlier(void **state)
{
	struct fixture *f = *state;
	struct order_spec first = spec_of(10), second = spec_of(20), other = spec_of(30);
	struct blocker b[POOL_LANE_RUNNING];
	struct fs_event *e;

	for (int i = 0; i < POOL_LANE_RUNNING; i++) {
		sem_init(&b[i].entered, 0, 0);
		sem_init(&b[i].gate, 0, 0);
		job_init(&b[i].job, POOL_LANE_CPU, 99, block_run, block_free);
		pool_submit(f->s.pool, &b[i].job);
	}
	for (int i = 0; i < POOL_LANE_RUNNING; i++)
		while (sem_wait(&b[i].entered) < 0)
			;
	sorter_order(&f->s, 4, &first);
	sorter_order(&f->s, 5, &other);
	sorter_order(&f->s, 4, &second);
	for (int i = 0; i < POOL_LANE_RUNNING; i++)
		sem_post(&b[i].gate);
	e = answers_get(&f->a, FS_ORDER, 4);
	assert_int_equal(e->u.order.n, 20);
	fs_event_free(e);
	e = answers_get(&f->a, FS_ORDER, 5);
	assert_int_equal(e->u.order.n, 30);
	fs_event_free(e);
	while (pool_busy(f->s.pool) > 0)
		sched_yield();
	assert_null(answers_any(&f->a, 4));
}

static void a_cancelled_order_is_not_answered(void **state)
{
	struct fixture *f = *state;
	struct order_spec spec = spec_of(200000);

	sorter_order(&f->s, 4, &spec);
	pool_cancel(f->s.pool, 4);
	outbox_barrier(&f->s.out);
	fs_event_free(answers_any(&f->a, 4)); /* it may have been faster */
	while (pool_busy(f->s.pool) > 0)
		sched_yield();
	assert_null(answers_any(&f->a, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sorts_in_a_worker, setup, teardown),
		cmocka_unit_test_setup_teardown(a_later_request_supersedes_the_earlier, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_cancelled_order_is_not_answered, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
