/* SPDX-License-Identifier: MIT */
#include "fs/sorter.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct order_job {
	struct job job;
	struct service *service;
	struct order_spec spec;
	struct order_job *next, **prev; /* in the sorter, from its making to its end */
};

struct sorter {
	pthread_mutex_t lock;
	struct order_job *jobs;
};

int sorter_new(struct sorter **ret_sorter)
{
	struct sorter *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	pthread_mutex_init(&s->lock, NULL);
	*ret_sorter = s;
	return 0;
}

void sorter_free(struct sorter *s)
{
	if (!s)
		return;
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Registers the job and supersedes the others of its ticket. Their flag is the pool's own, so that
 * what waits and what runs end the same way as when the ticket is closed. */
static void enter(struct sorter *s, struct order_job *j)
{
	pthread_mutex_lock(&s->lock);
	for (struct order_job *o = s->jobs; o; o = o->next) {
		if (o->job.ticket == j->job.ticket)
			atomic_store(&o->job.cancel, true);
	}
	j->next = s->jobs;
	j->prev = &s->jobs;
	if (j->next)
		j->next->prev = &j->next;
	s->jobs = j;
	pthread_mutex_unlock(&s->lock);
}

static void leave(struct sorter *s, struct order_job *j)
{
	pthread_mutex_lock(&s->lock);
	*j->prev = j->next;
	if (j->next)
		j->next->prev = j->prev;
	pthread_mutex_unlock(&s->lock);
}

static void order_job_run(struct job *job)
{
	struct order_job *j = container_of(job, struct order_job, job);
	struct fs_event *e;

	if (atomic_load(&job->cancel))
		return;
	e = outbox_event(&j->service->out, FS_ORDER, job->ticket);
	if (!e)
		return;
	e->err = order_run(&j->spec, &job->cancel, &e->u.order);
	outbox_send(&j->service->out, e, &job->cancel);
}

static void order_job_free(struct job *job)
{
	struct order_job *j = container_of(job, struct order_job, job);

	leave(j->service->sorter, j);
	order_spec_done(&j->spec);
	free(j);
}

void sorter_order(struct service *s, uint64_t ticket, struct order_spec *spec)
{
	struct order_job *j = calloc(1, sizeof(*j));

	if (!j) {
		order_spec_done(spec);
		outbox_fail(&s->out, FS_ORDER, ticket, -ENOMEM, NULL);
		return;
	}
	job_init(&j->job, POOL_LANE_CPU, ticket, order_job_run, order_job_free);
	j->service = s;
	j->spec = *spec;
	*spec = (struct order_spec){0};
	enter(s->sorter, j);
	/* A sent answer cannot be called back; but none of the superseded follows the new one. */
	outbox_barrier(&s->out);
	pool_submit(s->pool, &j->job);
}
