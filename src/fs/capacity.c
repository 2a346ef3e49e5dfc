/* SPDX-License-Identifier: MIT */
#include "fs/capacity.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"

#define WAIT_SEC 1

/* One job reads the table and waits, one job for each mount in the mount's own lane asks for its
 * capacity. Who comes too late finds the list gone. */
struct round {
	pthread_mutex_t lock;
	pthread_cond_t finished;
	uint32_t refs, pending;
	bool closed;
	struct mount_list list;
};

struct space_job {
	struct job job;
	struct round *round;
	uint32_t index;
	uint64_t id;
	char *path;
};

struct report_job {
	struct job job;
	struct service *service;
	bool spaces;
};

static void round_unref(struct round *r)
{
	bool last;

	pthread_mutex_lock(&r->lock);
	last = --r->refs == 0;
	pthread_mutex_unlock(&r->lock);
	if (!last)
		return;
	fs_mounts_free(&r->list);
	pthread_cond_destroy(&r->finished);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static struct round *round_new(void)
{
	struct round *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->finished, NULL);
	r->refs = 1;
	return r;
}

static int ask_space(const char *path, uint64_t id, struct space *ret_space)
{
	int fd = openpath(path, O_PATH);
	struct statvfs v;
	struct meta meta;
	uint64_t mnt_id;
	int rc;

	if (fd < 0)
		return fd;
	/* What is mounted over it answers for itself only. An old kernel does not tell. */
	rc = stat_fd(fd, &meta, &mnt_id);
	if (!rc && mnt_id != 0 && mnt_id != id)
		rc = -ENOENT;
	if (!rc)
		rc = sys_fstatvfs(fd, &v);
	sys_close(fd);
	if (rc < 0)
		return rc;
	service_space(&v, ret_space);
	return 0;
}

static void space_run(struct job *job)
{
	struct space_job *j = container_of(job, struct space_job, job);
	struct space space;

	if (ask_space(j->path, j->id, &space) < 0)
		return;
	pthread_mutex_lock(&j->round->lock);
	if (!j->round->closed) {
		j->round->list.at[j->index].space = space;
		j->round->list.at[j->index].has_space = true;
	}
	pthread_mutex_unlock(&j->round->lock);
}

static void space_free(struct job *job)
{
	struct space_job *j = container_of(job, struct space_job, job);

	pthread_mutex_lock(&j->round->lock);
	if (--j->round->pending == 0)
		pthread_cond_signal(&j->round->finished);
	pthread_mutex_unlock(&j->round->lock);
	round_unref(j->round);
	free(j->path);
	free(j);
}

/* No memory for one: that mount is shown without its capacity. */
static struct space_job *space_job_new(struct round *r, uint32_t index)
{
	const struct mount *m = &r->list.at[index];
	struct space_job *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->path = memdup0(m->path, strlen(m->path));
	if (!j->path) {
		free(j);
		return NULL;
	}
	job_init(&j->job, m->id, 0, space_run, space_free);
	j->round = r;
	j->index = index;
	j->id = m->id;
	return j;
}

static void ask_all(struct service *s, struct round *r)
{
	for (uint32_t i = 0; i < r->list.n; i++) {
		const struct mount *m = &r->list.at[i];
		struct space_job *j;

		if (m->network || m->kernel)
			continue;
		j = space_job_new(r, i);
		if (!j)
			continue;
		pthread_mutex_lock(&r->lock);
		r->refs++;
		r->pending++;
		pthread_mutex_unlock(&r->lock);
		pool_submit(s->pool, &j->job);
	}
}

static void await_all(struct round *r, struct mount_list *ret_list)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_SEC;
	pthread_mutex_lock(&r->lock);
	while (r->pending > 0) {
		if (pthread_cond_clockwait(&r->finished, &r->lock, CLOCK_MONOTONIC, &until))
			break;
	}
	r->closed = true;
	*ret_list = r->list;
	r->list = (struct mount_list){0};
	pthread_mutex_unlock(&r->lock);
}

static int report(struct service *s, bool spaces, struct mount_list *ret_list)
{
	struct round *r = round_new();
	int rc = r ? mounts_read(MOUNTS_FILE, &r->list) : -ENOMEM;

	if (!rc)
		mounts_keep(s->mounts, &r->list);
	if (!rc) {
		if (spaces)
			ask_all(s, r);
		await_all(r, ret_list);
	}
	if (r)
		round_unref(r);
	return rc;
}

static void report_run(struct job *job)
{
	struct report_job *j = container_of(job, struct report_job, job);
	struct fs_event *e = outbox_event(&j->service->out, FS_MOUNTS, 0);

	if (!e)
		return;
	e->err = report(j->service, j->spaces, &e->u.mounts);
	outbox_send(&j->service->out, e, &job->cancel);
}

static void report_free(struct job *job)
{
	free(container_of(job, struct report_job, job));
}

void capacity_report(struct service *s, bool spaces)
{
	struct report_job *j = calloc(1, sizeof(*j));

	if (!j) {
		outbox_fail(&s->out, FS_MOUNTS, 0, -ENOMEM, NULL);
		return;
	}
	job_init(&j->job, POOL_LANE_TABLE, 0, report_run, report_free);
	j->service = s;
	j->spaces = spaces;
	pool_submit(s->pool, &j->job);
}
