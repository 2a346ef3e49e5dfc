/* SPDX-License-Identifier: MIT */
#include "fs/service.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/sys.h"

void job_init(struct job *job, uint64_t lane, uint64_t ticket, void (*run)(struct job *job),
	      void (*free)(struct job *job))
{
	*job = (struct job){.lane = lane, .ticket = ticket, .run = run, .free = free};
}

void service_space(const struct statvfs *v, struct space *ret_space)
{
	*ret_space = (struct space){
		.total = (uint64_t)v->f_blocks * v->f_frsize,
		.free = (uint64_t)v->f_bfree * v->f_frsize,
		.avail = (uint64_t)v->f_bavail * v->f_frsize,
		.read_only = v->f_flag & ST_RDONLY,
	};
}

static void closing_run(struct job *job)
{
	struct dir *d = container_of(job, struct dir, closing);
	int fd = atomic_load(&d->fd);

	watch_remove(d->service->watch, d->ticket);
	if (fd >= 0)
		sys_close(fd);
}

static void closing_free(struct job *job)
{
	struct dir *d = container_of(job, struct dir, closing);

	pthread_mutex_destroy(&d->lock);
	free(d->path);
	free(d);
}

struct dir *dir_new(struct service *s, uint64_t ticket, const char *path)
{
	struct dir *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->path = memdup0(path, strlen(path));
	if (!d->path) {
		free(d);
		return NULL;
	}
	d->service = s;
	d->ticket = ticket;
	atomic_init(&d->refs, 1);
	atomic_init(&d->fd, -1);
	atomic_init(&d->lane, mounts_lane(s->mounts, path));
	pthread_mutex_init(&d->lock, NULL);
	return d;
}

struct dir *dir_ref(struct dir *d)
{
	atomic_fetch_add(&d->refs, 1);
	return d;
}

void dir_unref(struct dir *d)
{
	if (!d || atomic_fetch_sub(&d->refs, 1) != 1)
		return;
	job_init(&d->closing, atomic_load(&d->lane), d->ticket, closing_run, closing_free);
	d->closing.must_run = true;
	pool_submit(d->service->pool, &d->closing);
}
