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

struct merge_job {
	struct job job;
	struct service *service;
	char *path;
	merge_fn *merge;
	void (*done)(void *ctx);
	void *ctx;
};

static int read_all(int fd, struct str *out)
{
	char buf[4096];
	ssize_t n;

	while ((n = sys_read(fd, buf, sizeof(buf))) > 0) {
		int err = out->len + (size_t)n > MERGER_MAX ? -EFBIG : str_add(out, buf, (size_t)n);

		if (err)
			return err;
	}
	return (int)n;
}

/* O_NONBLOCK: a FIFO would wait for its writer, and what is no file has nothing for us. */
static int read_old(int dirfd, const char *name, struct str *out)
{
	struct statx st;
	int fd = sys_openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
	int err;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	err = sys_statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &st);
	if (!err)
		err = S_ISREG(st.stx_mode) ? read_all(fd, out) : -EINVAL;
	sys_close(fd);
	return err;
}

static int merge_locked(int dirfd, const char *path, merge_fn *merge, void *ctx)
{
	CLEANUP(str_done) struct str old = STR_INIT;
	CLEANUP(str_done) struct str new = STR_INIT;
	int err = read_old(dirfd, path_base(path), &old);

	if (!err)
		err = merge(ctx, old.buf, old.len, &new);
	if (!err && (new.len != old.len || memcmp(new.buf, old.buf, new.len) != 0))
		err = saver_write(path, new.buf, new.len);
	return err == -ECANCELED ? 0 : err;
}

int merger_write(const char *path, merge_fn *merge, void *ctx)
{
	int dirfd, err;

	if (path[0] != '/' || !path_base(path)[0])
		return -EINVAL;
	dirfd = saver_open_parent(path);
	if (dirfd < 0)
		return dirfd;
	/* Not every file system can, and closing unlocks. */
	(void)sys_flock(dirfd, LOCK_EX);
	err = merge_locked(dirfd, path, merge, ctx);
	sys_close(dirfd);
	return err;
}

static void merge_run(struct job *job)
{
	struct merge_job *j = container_of(job, struct merge_job, job);
	int err = merger_write(j->path, j->merge, j->ctx);
	struct fs_event *e = outbox_event(&j->service->out, FS_SAVED, 0);

	if (!e)
		return;
	e->err = err;
	e->u.saved.path = j->path;
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
