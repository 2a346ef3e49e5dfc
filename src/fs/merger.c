/* SPDX-License-Identifier: MIT */
#include "fs/merger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/saver.h"
#include "fs/sys.h"
#include "fs/trusted.h"

struct merge_job {
	struct job job;
	struct service *service;
	char *path;
	merge_fn *merge;
	void (*done)(void *ctx);
	void *ctx;
};

/* What is there, but only when it would be believed, too. */
static int read_old(int dirfd, const char *name, struct str *out, const char **ret_reason)
{
	int err = trusted_read(dirfd, name, MERGER_MAX, out, ret_reason);

	return err == -ENOENT ? 0 : err;
}

static int merge_locked(int dirfd, const char *path, merge_fn *merge, void *ctx,
			const char **ret_reason)
{
	CLEANUP(str_done) struct str old = STR_INIT;
	CLEANUP(str_done) struct str new = STR_INIT;
	int err = read_old(dirfd, path_base(path), &old, ret_reason);

	if (!err)
		err = merge(ctx, old.buf, old.len, &new);
	if (!err && (new.len != old.len || memcmp(new.buf, old.buf, new.len) != 0))
		err = saver_write(path, new.buf, new.len, ret_reason);
	return err == -ECANCELED ? 0 : err;
}

int merger_write(const char *path, merge_fn *merge, void *ctx, const char **ret_reason)
{
	int dirfd, err;

	*ret_reason = NULL;
	if (path[0] != '/' || !path_base(path)[0])
		return -EINVAL;
	err = trusted_place(path, ret_reason);
	if (err)
		return err;
	dirfd = saver_open_parent(path);
	if (dirfd < 0)
		return dirfd;
	/* Not every file system can, and closing unlocks. */
	(void)sys_flock(dirfd, LOCK_EX);
	err = merge_locked(dirfd, path, merge, ctx, ret_reason);
	sys_close(dirfd);
	return err;
}

static void merge_run(struct job *job)
{
	struct merge_job *j = container_of(job, struct merge_job, job);
	const char *reason;
	int err = merger_write(j->path, j->merge, j->ctx, &reason);
	struct fs_event *e = outbox_event(&j->service->out, FS_SAVED, 0);

	if (!e)
		return;
	e->err = err;
	e->u.saved.path = j->path;
	e->u.saved.reason = reason;
	j->path = NULL;
	outbox_send(&j->service->out, e, NULL);
}

static void merge_free(struct job *job)
{
	struct merge_job *j = container_of(job, struct merge_job, job);

	j->done(j->ctx);
	free(j->path);
	free(j);
}

void merger_save(struct service *s, const char *path, merge_fn *merge, void (*done)(void *ctx),
		 void *ctx)
{
	struct merge_job *j = calloc(1, sizeof(*j));
	char *copy = memdup0(path, strlen(path));

	if (!j || !copy) {
		free(j);
		free(copy);
		done(ctx);
		outbox_fail(&s->out, FS_SAVED, 0, -ENOMEM, NULL);
		return;
	}
	j->path = copy;
	j->merge = merge;
	j->done = done;
	j->ctx = ctx;
	job_init(&j->job, POOL_LANE_SAVE, 0, merge_run, merge_free);
	j->job.must_run = true;
	j->service = s;
	pool_submit(s->pool, &j->job);
}
