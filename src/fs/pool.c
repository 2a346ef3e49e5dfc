/* SPDX-License-Identifier: MIT */
#include "fs/pool.h"

#include "fs/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/defs.h"

#define STACK_BYTES (1024u * 1024u)
#define NEVER       UINT64_MAX

struct job_list {
	struct qnode *head, **tail;
};

/* Jobs wait in two lists, not in one per lane: no memory is needed to submit, so submitting cannot
 * fail. There are dozens at most, a scan for one whose lane has room is cheap. */
struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work; /* a job may have become runnable, or stopping */
	pthread_cond_t idle; /* nthreads went down */
	struct job_list urgent, plain;
	uint32_t waiting;
	uint32_t running; /* from being taken until after being freed */
	uint32_t freeing; /* of these, already run: their threads are about to look for more */
	struct job *current[POOL_THREADS_MAX]; /* by thread; NULL while it waits */
	pthread_t threads[POOL_THREADS_MAX];
	bool ended[POOL_THREADS_MAX], let_go[POOL_THREADS_MAX];
	uint32_t started; /* threads that were ever created: threads[0..started) */
	uint32_t live;    /* of these, not yet ended */
	uint32_t sleeping;
	bool refusing; /* takes only what must run */
	bool stopping; /* threads with nothing left to do end */
};

struct worker_arg {
	struct pool *pool;
	uint32_t slot;
};

uint64_t pool_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void job_alive(struct job *job)
{
	atomic_store_explicit(&job->alive_ms, pool_now_ms(), memory_order_relaxed);
}

static struct timespec deadline_at(uint64_t ms)
{
	return (struct timespec){.tv_sec = (time_t)(ms / 1000),
				 .tv_nsec = (long)(ms % 1000) * 1000000};
}

static struct job *job_of(struct qnode *node)
{
	return container_of(node, struct job, node);
}

static void list_init(struct job_list *l)
{
	l->head = NULL;
	l->tail = &l->head;
}

static void list_push(struct job_list *l, struct job *job)
{
	job->node.next = NULL;
	*l->tail = &job->node;
	l->tail = &job->node.next;
}

static void list_unlink(struct job_list *l, struct qnode **at)
{
	struct qnode *node = *at;

	*at = node->next;
	if (l->tail == &node->next)
		l->tail = at;
}

static bool job_stuck(const struct job *job, uint64_t now)
{
	uint64_t alive = atomic_load_explicit(&job->alive_ms, memory_order_relaxed);

	return job->lane != POOL_LANE_CPU && now >= alive + POOL_STUCK_MS;
}

/* Room in a lane: stuck jobs leave it to others for a while, for a path may lead through a link to
 * where a dead server is, and its lane is that of the link. But saves never overlap. */
static bool lane_has_room(const struct pool *p, uint64_t lane, uint64_t now)
{
	uint32_t n = 0, stuck = 0;

	for (uint32_t i = 0; i < p->started; i++) {
		const struct job *job = p->current[i];

		if (!job || job->lane != lane)
			continue;
		n++;
		stuck += job_stuck(job, now);
	}
	if (lane == POOL_LANE_SAVE)
		return n == 0;
	return n - stuck < POOL_LANE_RUNNING && n < POOL_LANE_MAX;
}

/* Threads that run something and are not stuck. *ret_next: when the next of them will count as
 * stuck, should it not give a sign of life before. */
static uint32_t workers_busy(const struct pool *p, uint64_t now, uint64_t *ret_next)
{
	uint64_t next = NEVER;
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->started; i++) {
		const struct job *job = p->current[i];

		if (!job || job_stuck(job, now))
			continue;
		n++;
		if (job->lane != POOL_LANE_CPU)
			next = MIN(next,
				   atomic_load_explicit(&job->alive_ms, memory_order_relaxed) +
					   POOL_STUCK_MS);
	}
	*ret_next = MAX(next, now + 1);
	return n;
}

static struct job *take_runnable(struct pool *p, uint64_t now)
{
	struct job_list *lists[] = {&p->urgent, &p->plain};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		for (struct qnode **at = &lists[i]->head; *at; at = &(*at)->next) {
			struct job *job = job_of(*at);

			if (!lane_has_room(p, job->lane, now))
				continue;
			list_unlink(lists[i], at);
			p->waiting--;
			return job;
		}
	}
	return NULL;
}

static void *worker_main(void *arg);

static int start_thread(struct pool *p)
{
	struct worker_arg *arg;
	int rc;

	if (p->started == POOL_THREADS_MAX)
		return -EAGAIN;
	arg = malloc(sizeof(*arg));
	if (!arg)
		return -ENOMEM;
	*arg = (struct worker_arg){.pool = p, .slot = p->started};
	rc = thread_start(worker_main, arg, STACK_BYTES, &p->threads[p->started]);
	if (rc) {
		free(arg);
		return rc;
	}
	p->started++;
	p->live++;
	return 0;
}

/* While something waits one thread must be there to run it, or to see the moment when who is in its
 * way turns out to be stuck. A thread that neither runs nor sleeps is on its way to look, and wakes
 * the next one itself when it finds more than it takes. When no thread can be had, those that exist
 * will come to it. */
static void need_thread(struct pool *p)
{
	if (p->live > p->running - p->freeing + p->sleeping)
		return;
	if (p->sleeping > 0)
		pthread_cond_signal(&p->work);
	else
		(void)start_thread(p);
}

static void run_one(struct pool *p, uint32_t slot, struct job *job)
{
	job->started_ms = pool_now_ms();
	atomic_store_explicit(&job->alive_ms, job->started_ms, memory_order_relaxed);
	p->current[slot] = job;
	p->running++;
	if (p->waiting > 0)
		need_thread(p);
	pthread_mutex_unlock(&p->lock);
	job->run(job);
	pthread_mutex_lock(&p->lock);
	/* From here on nobody else sees the job: cancel and stalls look at current[] under the
	 * lock. */
	p->current[slot] = NULL;
	p->freeing++;
	pthread_mutex_unlock(&p->lock);
	job->free(job);
	pthread_mutex_lock(&p->lock);
	p->freeing--;
	p->running--;
	if (p->stopping)
		pthread_cond_broadcast(&p->work);
}

/* Sleeps until there may be something to do: when nothing waits, for ever, otherwise until `next`,
 * when another job may count as stuck. */
static void wait_for_work(struct pool *p, uint64_t next)
{
	struct timespec at = deadline_at(next);

	p->sleeping++;
	if (p->waiting > 0 && next != NEVER)
		pthread_cond_clockwait(&p->work, &p->lock, CLOCK_MONOTONIC, &at);
	else
		pthread_cond_wait(&p->work, &p->lock);
	p->sleeping--;
}

static void *worker_main(void *arg)
{
	struct worker_arg a = *(struct worker_arg *)arg;
	struct pool *p = a.pool;

	free(arg);
	pthread_mutex_lock(&p->lock);
	for (;;) {
		uint64_t next, now = pool_now_ms();
		bool room = workers_busy(p, now, &next) < POOL_WORKERS;
		struct job *job = room ? take_runnable(p, now) : NULL;

		if (job)
			run_one(p, a.slot, job);
		else if (p->stopping && p->waiting == 0)
			break;
		else
			wait_for_work(p, next);
	}
	p->live--;
	p->ended[a.slot] = true;
	pthread_cond_broadcast(&p->idle);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

int pool_new(struct pool **ret_pool)
{
	struct pool *p = calloc(1, sizeof(*p));
	int rc;

	if (!p)
		return -ENOMEM;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->idle, NULL);
	list_init(&p->urgent);
	list_init(&p->plain);
	/* The first thread is started now: with one, every job submitted will be run or freed. */
	pthread_mutex_lock(&p->lock);
	rc = start_thread(p);
	pthread_mutex_unlock(&p->lock);
	if (rc) {
		free(p);
		return rc;
	}
	*ret_pool = p;
	return 0;
}

void pool_submit(struct pool *p, struct job *job)
{
	pthread_mutex_lock(&p->lock);
	if (p->refusing && !job->must_run) {
		pthread_mutex_unlock(&p->lock);
		job->free(job);
		return;
	}
	list_push(job->urgent ? &p->urgent : &p->plain, job);
	p->waiting++;
	need_thread(p);
	pthread_mutex_unlock(&p->lock);
}

/* Moves the jobs of this ticket (or of all) that wait and may be dropped to `out`. */
static void drop_waiting(struct pool *p, struct job_list *from, bool all, uint64_t ticket,
			 struct job_list *out)
{
	struct qnode **at = &from->head;

	while (*at) {
		struct job *job = job_of(*at);

		if (job->must_run || (!all && job->ticket != ticket)) {
			at = &job->node.next;
			continue;
		}
		list_unlink(from, at);
		list_push(out, job);
		p->waiting--;
	}
}

static void cancel_locked(struct pool *p, bool all, uint64_t ticket, struct job_list *out)
{
	list_init(out);
	drop_waiting(p, &p->urgent, all, ticket, out);
	drop_waiting(p, &p->plain, all, ticket, out);
	for (uint32_t i = 0; i < p->started; i++) {
		struct job *job = p->current[i];

		if (job && !job->must_run && (all || job->ticket == ticket))
			atomic_store(&job->cancel, true);
	}
}

/* Outside the lock: freeing a job may submit another (a directory to be closed). */
static void free_all(struct job_list *l)
{
	struct qnode *node = l->head;

	while (node) {
		struct job *job = job_of(node);

		node = node->next;
		atomic_store(&job->cancel, true);
		job->free(job);
	}
}

void pool_cancel(struct pool *p, uint64_t ticket)
{
	struct job_list dropped;

	pthread_mutex_lock(&p->lock);
	cancel_locked(p, false, ticket, &dropped);
	pthread_mutex_unlock(&p->lock);
	free_all(&dropped);
}

uint32_t pool_stalls(struct pool *p, struct stall *ret_stalls, uint32_t max)
{
	uint64_t now = pool_now_ms();
	uint32_t n = 0;

	pthread_mutex_lock(&p->lock);
	for (uint32_t i = 0; i < p->started; i++) {
		const struct job *job = p->current[i];
		struct stall s;
		uint32_t at;

		if (!job || !job_stuck(job, now))
			continue;
		s = (struct stall){job->lane, job->ticket, now - atomic_load(&job->alive_ms)};
		/* One line per lane: its oldest job. */
		for (at = 0; at < n && ret_stalls[at].lane != s.lane; at++)
			;
		if (at == n && n < max)
			ret_stalls[n++] = s;
		else if (at < n && ret_stalls[at].ms < s.ms)
			ret_stalls[at] = s;
	}
	pthread_mutex_unlock(&p->lock);
	for (uint32_t i = 1; i < n; i++) {
		struct stall s = ret_stalls[i];
		uint32_t at = i;

		for (; at > 0 && ret_stalls[at - 1].ms < s.ms; at--)
			ret_stalls[at] = ret_stalls[at - 1];
		ret_stalls[at] = s;
	}
	return n;
}

uint32_t pool_busy(struct pool *p)
{
	uint32_t n;

	pthread_mutex_lock(&p->lock);
	n = p->waiting + p->running;
	pthread_mutex_unlock(&p->lock);
	return n;
}

static bool wait_ended(struct pool *p, unsigned ms)
{
	struct timespec at = deadline_at(pool_now_ms() + ms);

	while (p->live > 0) {
		if (pthread_cond_clockwait(&p->idle, &p->lock, CLOCK_MONOTONIC, &at) == ETIMEDOUT)
			return p->live == 0;
	}
	return true;
}

/* With the lock held: who has ended needs it no more, and nobody waits for the others any longer.
 */
static void let_go_of_threads(struct pool *p)
{
	for (uint32_t i = 0; i < p->started; i++) {
		if (p->let_go[i])
			continue;
		p->let_go[i] = true;
		if (p->ended[i])
			pthread_join(p->threads[i], NULL);
		else
			pthread_detach(p->threads[i]);
	}
}

bool pool_stop(struct pool *p, unsigned ms)
{
	struct job_list dropped;
	bool ended;

	if (!p)
		return true;
	pthread_mutex_lock(&p->lock);
	p->refusing = true;
	cancel_locked(p, true, 0, &dropped);
	pthread_mutex_unlock(&p->lock);
	/* While the threads are still there: this may bring jobs that must run. */
	free_all(&dropped);
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->work);
	ended = wait_ended(p, ms);
	let_go_of_threads(p);
	pthread_mutex_unlock(&p->lock);
	if (!ended)
		return false;
	pthread_cond_destroy(&p->idle);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
	return true;
}
