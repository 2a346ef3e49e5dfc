/* SPDX-License-Identifier: MIT */
#include "fs/saver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/sys.h"
#include "fs/tempfile.h"
#include "fs/trusted.h"

struct save_job {
	struct job job;
	struct service *service;
	char *path;
	void *bytes;
	size_t len;
};

/* The names of the innermost `made` directories, in those they are in. */
static void sync_made(int fd, unsigned made)
{
	int up = fd;

	while (made-- > 0 && up >= 0) {
		int next = sys_openat(up, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

		if (up != fd)
			sys_close(up);
		up = next;
		if (up >= 0)
			(void)sys_fsync(up);
	}
	if (up >= 0 && up != fd)
		sys_close(up);
}

int saver_open_parent(const char *path)
{
	size_t len = path_parent_len(path);
	char *dir = memdup0(path, len);
	unsigned made = 0;
	int fd;

	if (!dir)
		return -ENOMEM;
	fd = sys_openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	for (size_t i = 1; fd == -ENOENT && i <= len; i++) {
		if (dir[i] && dir[i] != '/')
			continue;
		dir[i] = '\0';
		/* Whatever is wrong with one of them, the open below tells. */
		made += sys_mkdirat(AT_FDCWD, dir, 0700) == 0;
		dir[i] = i < len ? '/' : '\0';
	}
	if (fd == -ENOENT)
		fd = sys_openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	free(dir);
	if (fd >= 0)
		sync_made(fd, made);
	return fd;
}

int saver_write(const char *path, const void *bytes, size_t len, const char **ret_reason)
{
	const char *name = path_base(path);
	int dirfd, rc;

	*ret_reason = NULL;
	if (path[0] != '/' || !name[0])
		return -EINVAL;
	rc = trusted_place(path, ret_reason);
	if (rc)
		return rc;
	dirfd = saver_open_parent(path);
	if (dirfd < 0)
		return dirfd;
	rc = tempfile_save(dirfd, name, bytes, len, RENAME_DURABLE);
	sys_close(dirfd);
	return rc;
}

static void save_run(struct job *job)
{
	struct save_job *j = container_of(job, struct save_job, job);
	const char *reason;
	int rc = saver_write(j->path, j->bytes, j->len, &reason);
	struct fs_event *e = outbox_event(&j->service->out, FS_SAVED, 0);

	if (!e)
		return;
	e->err = rc;
	e->u.saved.path = j->path;
	e->u.saved.reason = reason;
	j->path = NULL;
	outbox_send(&j->service->out, e, NULL);
}

static void save_free(struct job *job)
{
	struct save_job *j = container_of(job, struct save_job, job);

	free(j->path);
	free(j->bytes);
	free(j);
}

/* Two of them must not overtake each other: POOL_LANE_SAVE runs one at a time. */
void saver_save(struct service *s, const char *path, const void *bytes, size_t len)
{
	struct save_job *j = calloc(1, sizeof(*j));

	if (j) {
		j->path = memdup0(path, strlen(path));
		j->bytes = memdup0(bytes, len);
		j->len = len;
	}
	if (!j || !j->path || !j->bytes) {
		if (j)
			save_free(&j->job);
		outbox_fail(&s->out, FS_SAVED, 0, -ENOMEM, NULL);
		return;
	}
	job_init(&j->job, POOL_LANE_SAVE, 0, save_run, save_free);
	j->job.must_run = true;
	j->service = s;
	pool_submit(s->pool, &j->job);
}
