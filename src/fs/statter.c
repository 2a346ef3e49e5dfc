/* SPDX-License-Identifier: MIT */
#include "fs/statter.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "fs/stat.h"

struct stat_job {
	struct job job;
	struct dir *dir;
	struct names *pool; /* with ids */
	uint32_t *ids;
	char **names; /* or these; moved out one by one */
	uint32_t n, done, batch;
};

static void stat_one(int dirfd, const char *name, struct stat_item *item)
{
	struct str target = STR_INIT;

	item->err = stat_at(dirfd, name, &item->meta, NULL);
	if (item->err || stat_type(item->meta.mode) != ENTRY_LINK)
		return;
	/* Without its target a link is still a link. */
	if (stat_readlink(dirfd, name, &target) == 0)
		item->target = str_take(&target);
	str_done(&target);
}

static bool stopped(const struct stat_job *j)
{
	return atomic_load(&j->job.cancel) || atomic_load(&j->dir->closed);
}

/* As many as fit in the batch and its time. */
static uint32_t stat_batch(struct stat_job *j, struct stat_item *items, uint32_t n)
{
	int fd = atomic_load(&j->dir->fd);
	uint64_t start = pool_now_ms();
	uint32_t i;

	for (i = 0; i < n && !stopped(j); i++) {
		uint32_t at = j->done + i;
		const char *name;

		items[i].id = j->ids ? j->ids[at] : NAMES_NONE;
		if (j->names) {
			items[i].name = j->names[at];
			j->names[at] = NULL;
		}
		name = j->ids ? names_get(j->pool, j->ids[at], NULL) : items[i].name;
		if (fd < 0)
			items[i].err = -EBADF;
		else
			stat_one(fd, name, &items[i]);
		job_alive(&j->job);
		if (atomic_load(&j->job.alive_ms) - start >= STATTER_MS) {
			i++;
			break;
		}
	}
	return i;
}

static void stat_run(struct job *job)
{
	struct stat_job *j = container_of(job, struct stat_job, job);
	uint32_t n = MIN(j->batch, j->n - j->done);
	struct fs_event *e = outbox_event(&j->dir->service->out, FS_STAT, j->dir->ticket);
	struct stat_item *items = calloc(n, sizeof(*items));

	if (!e || !items) {
		/* The rest is not tried: it would end the same. */
		if (e)
			e->err = -ENOMEM;
		free(items);
		j->done = j->n;
	} else {
		e->u.stat.items = items;
		e->u.stat.n = stat_batch(j, items, n);
		j->done += e->u.stat.n;
	}
	j->batch = STATTER_BATCH;
	outbox_send(&j->dir->service->out, e, &j->dir->closed);
}

/* After a batch: back into the queue, or done. A stopping pool frees what it is given, so this
 * comes back here once more with nothing left to do. */
static void stat_free(struct job *job)
{
	struct stat_job *j = container_of(job, struct stat_job, job);
	bool ran = j->job.started_ms != 0;

	if (ran && j->done < j->n && !stopped(j)) {
		j->job.started_ms = 0;
		j->job.urgent = false;
		pool_submit(j->dir->service->pool, &j->job);
		return;
	}
	for (uint32_t i = 0; j->names && i < j->n; i++)
		free(j->names[i]);
	free(j->names);
	free(j->ids);
	names_unref(j->pool);
	dir_unref(j->dir);
	free(j);
}

static struct stat_job *job_new(struct dir *d, uint32_t n)
{
	struct stat_job *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	job_init(&j->job, atomic_load(&d->lane), d->ticket, stat_run, stat_free);
	j->dir = dir_ref(d);
	j->n = n;
	j->batch = STATTER_BATCH;
	return j;
}

static void fail(struct dir *d)
{
	outbox_fail(&d->service->out, FS_STAT, d->ticket, -ENOMEM, &d->closed);
}

static int submit_ids(struct dir *d, struct names *names, uint32_t *ids, uint32_t n, bool urgent)
{
	struct stat_job *j = job_new(d, n);

	if (!j)
		return -ENOMEM;
	j->pool = names_ref(names);
	j->ids = ids;
	j->job.urgent = urgent;
	if (urgent)
		j->batch = STATTER_URGENT;
	pool_submit(d->service->pool, &j->job);
	return 0;
}

/* The second half for another worker; returns how many are left for the first. */
static uint32_t split(struct dir *d, struct names *names, const uint32_t *ids, uint32_t n)
{
	uint32_t first = n - n / 2;
	uint32_t *half;

	if (n < STATTER_SPLIT)
		return n;
	half = malloc((size_t)(n - first) * sizeof(*half));
	if (!half)
		return n;
	memcpy(half, ids + first, (size_t)(n - first) * sizeof(*half));
	if (submit_ids(d, names, half, n - first, false) < 0) {
		free(half);
		return n;
	}
	return first;
}

void statter_ids(struct dir *d, struct names *names, uint32_t *ids, uint32_t n, bool urgent)
{
	uint32_t first = split(d, names, ids, n);

	if (submit_ids(d, names, ids, first, urgent) < 0) {
		free(ids);
		fail(d);
	}
}

void statter_names(struct dir *d, char **names, uint32_t n)
{
	struct stat_job *j = job_new(d, n);

	if (!j) {
		for (uint32_t i = 0; i < n; i++)
			free(names[i]);
		free(names);
		fail(d);
		return;
	}
	j->names = names;
	pool_submit(d->service->pool, &j->job);
}
