/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>

/* Stuck after a few milliseconds: the pool is compiled in here. */
#define POOL_STUCK_MS 30
#include "../../../src/fs/pool.c"

#define DEADLINE_SEC 20

struct probe {
	struct job job;
	sem_t *gate;    /* waited for in run, or NULL */
	sem_t *entered; /* posted at the beginning of run, or NULL */
	sem_t *freed;
	int *order, *norder; /* where the number of this job goes when it runs */
	int number;
	_Atomic int ran, *cancels;
	struct pool *pool;
};

static sem_t freed;

static void await(sem_t *s)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += DEADLINE_SEC;
	while (sem_timedwait(s, &at) < 0)
		assert_int_equal(errno, EINTR);
}

static void probe_run(struct job *job)
{
	struct probe *p = container_of(job, struct probe, job);

	if (p->order)
		p->order[(*p->norder)++] = p->number;
	if (p->entered)
		sem_post(p->entered);
	while (p->gate && sem_wait(p->gate) < 0)
		;
	atomic_fetch_add(&p->ran, 1);
	if (p->cancels && atomic_load(&job->cancel))
		atomic_fetch_add(p->cancels, 1);
}

static void probe_free(struct job *job)
{
	(void)job;
	sem_post(&freed);
}

static struct probe probe_of(uint64_t lane, uint64_t ticket, sem_t *gate, sem_t *entered)
{
	return (struct probe){
		.job = {.lane = lane, .ticket = ticket, .run = probe_run, .free = probe_free},
		.gate = gate,
		.entered = entered};
}

static void post_n(sem_t *s, int n)
{
	while (n-- > 0)
		sem_post(s);
}

static void *open_gate(void *arg)
{
	sem_post(arg);
	return NULL;
}

static int setup(void **state)
{
	struct pool *p = NULL;

	sem_init(&freed, 0, 0);
	assert_int_equal(pool_new(&p), 0);
	*state = p;
	return 0;
}

static int stop(void **state)
{
	bool ended = pool_stop(*state, DEADLINE_SEC * 1000);

	sem_destroy(&freed);
	return ended ? 0 : -1;
}

static void runs_and_frees_every_job(void **state)
{
	enum { N = 500 };
	struct probe *jobs = calloc(N, sizeof(*jobs));

	for (int i = 0; i < N; i++) {
		jobs[i] = probe_of((uint64_t)i % 7, 1, NULL, NULL);
		jobs[i].job.urgent = i % 3 == 0;
		pool_submit(*state, &jobs[i].job);
	}
	for (int i = 0; i < N; i++)
		await(&freed);
	for (int i = 0; i < N; i++)
		assert_int_equal(jobs[i].ran, 1);
	while (pool_busy(*state) > 0)
		sched_yield();
	free(jobs);
}

static void one_lane_never_takes_more_than_its_share(void **state)
{
	sem_t gate, entered;
	struct probe jobs[5], other;

	sem_init(&gate, 0, 0);
	sem_init(&entered, 0, 0);
	for (int i = 0; i < 5; i++) {
		jobs[i] = probe_of(POOL_LANE_CPU, 1, &gate, &entered); /* never stuck */
		pool_submit(*state, &jobs[i].job);
	}
	for (int i = 0; i < POOL_LANE_RUNNING; i++)
		await(&entered);
	other = probe_of(2, 2, NULL, NULL);
	pool_submit(*state, &other.job);
	await(&freed); /* the other lane is not held up */
	assert_int_equal(other.ran, 1);
	assert_int_equal(sem_trywait(&entered), -1);
	post_n(&gate, 5);
	for (int i = 0; i < 5; i++)
		await(&freed);
	sem_destroy(&gate);
	sem_destroy(&entered);
}

static void a_lane_keeps_its_order_but_urgent_goes_first(void **state)
{
	sem_t gate, entered;
	struct probe block[2], jobs[4];
	int order[4], norder = 0;

	sem_init(&gate, 0, 0);
	sem_init(&entered, 0, 0);
	for (int i = 0; i < 2; i++) {
		block[i] = probe_of(POOL_LANE_SAVE, 1, &gate, &entered);
		pool_submit(*state, &block[i].job);
	}
	await(&entered);
	for (int i = 0; i < 4; i++) {
		/* One job at a time in this lane: the order of starting is the order seen. */
		jobs[i] = probe_of(POOL_LANE_SAVE, 1, NULL, NULL);
		jobs[i].order = order;
		jobs[i].norder = &norder;
		jobs[i].number = i;
		jobs[i].job.urgent = i >= 2;
		pool_submit(*state, &jobs[i].job);
	}
	post_n(&gate, 2);
	for (int i = 0; i < 6; i++)
		await(&freed);
	assert_int_equal(norder, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(order[i], (i + 2) % 4);
	sem_destroy(&gate);
	sem_destroy(&entered);
}

static void cancel_frees_what_waits_and_tells_what_runs(void **state)
{
	sem_t gate, entered;
	_Atomic int cancels = 0;
	struct probe running, waiting, kept, must;

	sem_init(&gate, 0, 0);
	sem_init(&entered, 0, 0);
	running = probe_of(POOL_LANE_SAVE, 7, &gate, &entered);
	running.cancels = &cancels;
	waiting = probe_of(POOL_LANE_SAVE, 7, NULL, NULL);
	kept = probe_of(POOL_LANE_SAVE, 8, NULL, NULL);
	must = probe_of(POOL_LANE_SAVE, 7, NULL, NULL);
	must.job.must_run = true;
	pool_submit(*state, &running.job);
	await(&entered);
	pool_submit(*state, &waiting.job);
	pool_submit(*state, &must.job);
	pool_submit(*state, &kept.job);
	pool_cancel(*state, 7);
	await(&freed);
	assert_int_equal(waiting.ran, 0);
	assert_true(waiting.job.cancel);
	sem_post(&gate);
	for (int i = 0; i < 3; i++)
		await(&freed);
	assert_int_equal(cancels, 1);
	assert_int_equal(kept.ran, 1);
	assert_int_equal(must.ran, 1);
	sem_destroy(&gate);
	sem_destroy(&entered);
}

/* More lanes hang than there are workers: others still get on, and each stall is told with its
 * ticket. */
static void stuck_lanes_do_not_count_as_workers(void **state)
{
	enum { STUCK = 2 * POOL_WORKERS };
	struct stall stalls[STUCK + 1];
	struct probe stuck[STUCK], other;
	sem_t gate, entered;
	uint32_t n;

	sem_init(&gate, 0, 0);
	sem_init(&entered, 0, 0);
	for (int i = 0; i < STUCK; i++) {
		stuck[i] = probe_of(10 + (uint64_t)i, 100 + (uint64_t)i, &gate, &entered);
		pool_submit(*state, &stuck[i].job);
	}
	for (int i = 0; i < STUCK; i++)
		await(&entered);
	other = probe_of(2, 2, NULL, NULL);
	pool_submit(*state, &other.job);
	await(&freed);
	assert_int_equal(other.ran, 1);
	while ((n = pool_stalls(*state, stalls, STUCK + 1)) < STUCK)
		sched_yield();
	assert_int_equal(n, STUCK);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(stalls[i].ticket, stalls[i].lane + 90);
		assert_true(stalls[i].ms >= POOL_STUCK_MS);
		assert_true(i == 0 || stalls[i - 1].ms >= stalls[i].ms);
	}
	assert_int_equal(pool_stalls(*state, stalls, 1), 1);
	post_n(&gate, STUCK);
	for (int i = 0; i < STUCK; i++)
		await(&freed);
	assert_int_equal(pool_stalls(*state, stalls, STUCK), 0);
	sem_destroy(&gate);
	sem_destroy(&entered);
}

/* A link may lead from a healthy mount to a dead one: the lane of the link goes on. */
static void what_is_stuck_leaves_its_lane_to_others(void **state)
{
	struct probe stuck[POOL_LANE_MAX + 2], other;
	sem_t gate, entered;
	struct stall stall;

	sem_init(&gate, 0, 0);
	sem_init(&entered, 0, 0);
	for (int i = 0; i < POOL_LANE_RUNNING; i++) {
		stuck[i] = probe_of(1, 1, &gate, &entered);
		pool_submit(*state, &stuck[i].job);
	}
	other = probe_of(1, 2, NULL, NULL);
	pool_submit(*state, &other.job);
	await(&freed);
	assert_int_equal(other.ran, 1);
	/* But not without end. */
	for (int i = POOL_LANE_RUNNING; i < POOL_LANE_MAX + 2; i++) {
		stuck[i] = probe_of(1, 1, &gate, &entered);
		pool_submit(*state, &stuck[i].job);
	}
	for (int i = 0; i < POOL_LANE_MAX; i++)
		await(&entered);
	other = probe_of(2, 2, NULL, NULL);
	pool_submit(*state, &other.job);
	await(&freed);
	assert_int_equal(sem_trywait(&entered), -1);
	assert_int_equal(pool_stalls(*state, &stall, 1), 1);
	post_n(&gate, POOL_LANE_MAX + 2);
	for (int i = 0; i < POOL_LANE_MAX + 2; i++)
		await(&freed);
	sem_destroy(&gate);
	sem_destroy(&entered);
}

/* However many jobs come at once, before any thread had the time to look. */
static void a_burst_starts_no_more_threads_than_workers(void **state)
{
	enum { N = 300 };
	struct probe *jobs = calloc(N, sizeof(*jobs));
	struct pool *p = *state;
	uint32_t started;

	for (int i = 0; i < N; i++) {
		jobs[i] = probe_of(POOL_LANE_CPU, 1, NULL, NULL);
		pool_submit(p, &jobs[i].job);
	}
	for (int i = 0; i < N; i++)
		await(&freed);
	pthread_mutex_lock(&p->lock);
	started = p->started;
	pthread_mutex_unlock(&p->lock);
	assert_true(started <= POOL_LANE_RUNNING + 1);
	free(jobs);
}

static sem_t must_freed;

static void must_free(struct job *job)
{
	(void)job;
	sem_post(&must_freed);
}

struct bringer {
	struct probe probe, must;
	struct pool *pool;
};

/* As letting go of an open directory does. */
static void bring_must_run(struct job *job)
{
	struct bringer *b = container_of(job, struct bringer, probe.job);

	b->must = probe_of(5, 1, NULL, NULL);
	b->must.job.must_run = true;
	b->must.job.free = must_free;
	pool_submit(b->pool, &b->must.job);
	sem_post(&freed);
}

static void stop_runs_what_dropped_jobs_bring(void **state)
{
	struct bringer b = {0};
	struct probe block;
	sem_t gate, entered;
	pthread_t opener;

	(void)state;
	sem_init(&freed, 0, 0);
	sem_init(&must_freed, 0, 0);
	sem_init(&gate, 0, 0);
	sem_init(&entered, 0, 0);
	assert_int_equal(pool_new(&b.pool), 0);
	block = probe_of(POOL_LANE_SAVE, 1, &gate, &entered);
	pool_submit(b.pool, &block.job);
	await(&entered);
	b.probe = probe_of(POOL_LANE_SAVE, 1, NULL, NULL);
	b.probe.job.free = bring_must_run;
	pool_submit(b.pool, &b.probe.job);
	assert_false(pool_stop(b.pool, 0));
	await(&must_freed);
	assert_int_equal(b.probe.ran, 0);
	assert_int_equal(b.must.ran, 1);
	pthread_create(&opener, NULL, open_gate, &gate);
	pthread_join(opener, NULL);
	assert_true(pool_stop(b.pool, DEADLINE_SEC * 1000));
	sem_destroy(&gate);
	sem_destroy(&entered);
	sem_destroy(&must_freed);
	sem_destroy(&freed);
}

static void alive_run(struct job *job)
{
	struct probe *p = container_of(job, struct probe, job);
	uint64_t start = pool_now_ms();
	struct stall stall;

	while (pool_now_ms() < start + 3 * POOL_STUCK_MS) {
		uint64_t before = pool_now_ms();
		uint32_t n;

		job_alive(job);
		n = pool_stalls(p->pool, &stall, 1);
		/* Not when the machine left this thread out for so long. */
		if (pool_now_ms() - before < POOL_STUCK_MS)
			atomic_fetch_add(p->cancels, (int)n);
	}
}

static void who_gets_on_is_not_stuck(void **state)
{
	_Atomic int stalls = 0;
	struct probe p = probe_of(3, 3, NULL, NULL);

	p.job.run = alive_run;
	p.pool = *state;
	p.cancels = &stalls;
	pool_submit(*state, &p.job);
	await(&freed);
	assert_int_equal(stalls, 0);
}

static void mask_run(struct job *job)
{
	struct probe *p = container_of(job, struct probe, job);
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	p->ran = sigismember(&set, SIGTERM) && sigismember(&set, SIGWINCH) &&
		 sigismember(&set, SIGCHLD) && !sigismember(&set, SIGSEGV);
}

static void workers_take_no_signals(void **state)
{
	struct probe p = probe_of(1, 1, NULL, NULL);
	sigset_t set;

	p.job.run = mask_run;
	pool_submit(*state, &p.job);
	await(&freed);
	assert_int_equal(p.ran, 1);
	pthread_sigmask(SIG_SETMASK, NULL, &set);
	assert_false(sigismember(&set, SIGTERM));
}

static void stop_gives_up_on_a_stuck_thread(void **state)
{
	sem_t gate, entered;
	struct probe stuck, waiting, late;
	struct pool *p;
	pthread_t opener;
	uint64_t start;

	(void)state;
	sem_init(&freed, 0, 0);
	sem_init(&gate, 0, 0);
	sem_init(&entered, 0, 0);
	assert_int_equal(pool_new(&p), 0);
	stuck = probe_of(POOL_LANE_SAVE, 1, &gate, &entered);
	waiting = probe_of(POOL_LANE_SAVE, 1, NULL, NULL);
	pool_submit(p, &stuck.job);
	await(&entered);
	pool_submit(p, &waiting.job);
	start = pool_now_ms();
	assert_false(pool_stop(p, 50));
	assert_true(pool_now_ms() - start >= 50);
	assert_true(stuck.job.cancel);
	await(&freed);
	assert_int_equal(waiting.ran, 0);
	late = probe_of(1, 1, NULL, NULL);
	pool_submit(p, &late.job); /* taken, and freed at once */
	await(&freed);
	assert_int_equal(late.ran, 0);
	/* It comes back after all: nothing bad happens, and the pool ends. */
	pthread_create(&opener, NULL, open_gate, &gate);
	await(&freed);
	pthread_join(opener, NULL);
	assert_true(pool_stop(p, DEADLINE_SEC * 1000));
	sem_destroy(&gate);
	sem_destroy(&entered);
	sem_destroy(&freed);
}

static void stop_runs_what_must_run(void **state)
{
	struct probe jobs[40];
	struct pool *p;

	(void)state;
	sem_init(&freed, 0, 0);
	assert_int_equal(pool_new(&p), 0);
	for (int i = 0; i < 40; i++) {
		jobs[i] = probe_of((uint64_t)i % 3, 1, NULL, NULL);
		jobs[i].job.must_run = true;
		pool_submit(p, &jobs[i].job);
	}
	assert_true(pool_stop(p, DEADLINE_SEC * 1000));
	for (int i = 0; i < 40; i++)
		assert_int_equal(jobs[i].ran, 1);
	assert_true(pool_stop(NULL, 0));
	sem_destroy(&freed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(runs_and_frees_every_job, setup, stop),
		cmocka_unit_test_setup_teardown(one_lane_never_takes_more_than_its_share, setup,
						stop),
		cmocka_unit_test_setup_teardown(a_lane_keeps_its_order_but_urgent_goes_first, setup,
						stop),
		cmocka_unit_test_setup_teardown(cancel_frees_what_waits_and_tells_what_runs, setup,
						stop),
		cmocka_unit_test_setup_teardown(stuck_lanes_do_not_count_as_workers, setup, stop),
		cmocka_unit_test_setup_teardown(what_is_stuck_leaves_its_lane_to_others, setup,
						stop),
		cmocka_unit_test_setup_teardown(a_burst_starts_no_more_threads_than_workers, setup,
						stop),
		cmocka_unit_test_setup_teardown(who_gets_on_is_not_stuck, setup, stop),
		cmocka_unit_test_setup_teardown(workers_take_no_signals, setup, stop),
		cmocka_unit_test(stop_gives_up_on_a_stuck_thread),
		cmocka_unit_test(stop_runs_what_must_run),
		cmocka_unit_test(stop_runs_what_dropped_jobs_bring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
