/* SPDX-License-Identifier: MIT
 *
 * Worker threads with a queue per mount (a lane), so that a server that does not answer stalls only
 * what is on it. At most POOL_LANE_RUNNING jobs of one lane run at once; a job that has given no
 * sign of life for POOL_STUCK_MS counts as stuck: its thread no longer counts as a worker, and it
 * no longer keeps others of its lane waiting, up to POOL_LANE_MAX jobs of one lane and
 * POOL_THREADS_MAX threads in all. While nothing is stuck there are at most POOL_WORKERS threads,
 * and one that watches over them when all are busy. Threads are started when first needed, the
 * first with the pool. Jobs of one lane start in order of submission, urgent ones first.
 *
 * A thread inside a system call on a dead mount cannot be ended: quitting does not join such
 * threads (pool_stop() with a deadline), the process simply exits.
 *
 * Thread: any. Owns: its threads and the jobs in its queues.
 */
#ifndef FS_POOL_H
#define FS_POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/qnode.h"

#define POOL_WORKERS      4
#define POOL_LANE_RUNNING 2
#define POOL_LANE_MAX     8
#ifndef POOL_STUCK_MS
#define POOL_STUCK_MS 1000 /* tests take less */
#endif
#define POOL_THREADS_MAX 64

/* Lanes that are no mount. */
#define POOL_LANE_CPU   (UINT64_MAX)     /* sorting: never counts as stuck */
#define POOL_LANE_NAMES (UINT64_MAX - 1) /* user and group names: name services may be slow */
#define POOL_LANE_SAVE  (UINT64_MAX - 3) /* our own files: one job at a time */
#define POOL_LANE_TABLE (UINT64_MAX - 2) /* the mount table, and what waits for others */

struct pool;

struct job {
	struct qnode node;
	uint64_t lane;   /* mount id, 0 when unknown */
	uint64_t ticket; /* what pool_cancel() names */
	bool urgent;     /* before the others of its lane */
	bool must_run; /* neither pool_cancel() nor pool_stop() drops it: it gives something back */
	void (*run)(struct job *job);  /* in a worker; looks at cancel now and then */
	void (*free)(struct job *job); /* after run, or instead of it when cancelled before */
	_Atomic bool cancel;
	uint64_t started_ms;       /* set by the pool */
	_Atomic uint64_t alive_ms; /* set by the pool and by job_alive() */
};

/* A mount that keeps someone waiting. */
struct stall {
	uint64_t lane;
	uint64_t ticket; /* of its oldest running job */
	uint64_t ms;     /* for how long */
};

int pool_new(struct pool **ret_pool);
void pool_submit(struct pool *p, struct job *job); /* takes the job in all cases */
/* Called by a running job that gets on with its work, so that long is not taken for stuck. */
void job_alive(struct job *job);
/* Cancels every job with this ticket: waiting ones are freed, running ones see job->cancel. */
void pool_cancel(struct pool *p, uint64_t ticket);
/* What has been running for POOL_STUCK_MS or longer, oldest first; returns how many were written.
 */
uint32_t pool_stalls(struct pool *p, struct stall *ret_stalls, uint32_t max);
/* Jobs waiting or running: 0 means the pool is at rest and no stall can appear. */
uint32_t pool_busy(struct pool *p);
/* Cancels everything that need not run and waits up to ms for running jobs. True when all ended and
 * the pool was freed; false when some thread is stuck: the pool must then be left alone until the
 * process exits.
 */
bool pool_stop(struct pool *p, unsigned ms);
uint64_t pool_now_ms(void); /* CLOCK_MONOTONIC */

#endif
