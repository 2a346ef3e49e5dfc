/* SPDX-License-Identifier: MIT */
#include "fs/saver.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/acl.h"
#include "base/alloc.h"
#include "base/path.h"
#include "fs/sys.h"
#include "fs/trusted.h"
#include "fs/whole.h"

#define TEMP_TRIES 8

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

int saver_read_acl(int fd, struct str *out)
{
	char *buf = malloc(XATTR_SIZE_MAX);
	ssize_t n;
	int rc = 0;

	if (!buf)
		return -ENOMEM;
	n = sys_fgetxattr(fd, ACL_XATTR_ACCESS, buf, XATTR_SIZE_MAX);
	if (n > 0)
		rc = str_add(out, buf, (size_t)n);
	else if (n < 0 && n != -ENODATA && n != -EOPNOTSUPP && n != -ENOSYS)
		rc = (int)n;
	free(buf);
	return rc;
}

/* Not that which the directory may give to new files: its mode alone says what the old file
 * allowed. */
static int drop_acl(int fd)
{
	int rc = sys_fremovexattr(fd, ACL_XATTR_ACCESS);

	/* File systems that have none say so in different ways. */
	return rc < 0 && sys_fgetxattr(fd, ACL_XATTR_ACCESS, NULL, 0) > 0 ? rc : 0;
}

static int keep_acl(int fd, const struct str *acl)
{
	int rc = sys_fsetxattr(fd, ACL_XATTR_ACCESS, acl->buf, acl->len);

	return rc == -EPERM || rc == -EINVAL ? -EOPNOTSUPP : rc;
}

static int look_like(int fd, const struct saver_file *f)
{
	uint32_t mode = f->like->mode & 07777;
	bool has_acl = f->acl && f->acl->len;
	int rc;

	if (sys_fchown(fd, (uid_t)-1, f->like->gid) < 0) {
		/* The list speaks of that group. */
		if (has_acl)
			return -EOPNOTSUPP;
		/* A group we are not in cannot be given the file: then its rights are nobody's. */
		mode &= ~070u;
	}
	rc = has_acl ? keep_acl(fd, f->acl) : drop_acl(fd);
	return rc < 0 ? rc : sys_fchmod(fd, mode);
}

/* Two programs may write the same file at once, also from two machines or containers that share a
 * home, where process ids are the same: only chance tells their files apart. */
static int open_temp(int dirfd, const char *name, uint32_t mode, struct str *ret_temp)
{
	int fd = -EEXIST;

	for (unsigned i = 0; fd == -EEXIST && i < TEMP_TRIES; i++) {
		uint64_t chance;
		int rc = whole_random(&chance, sizeof(chance));

		if (rc < 0)
			return rc;
		str_clear(ret_temp);
		if (str_addf(ret_temp, ".%s.%016" PRIx64 ".tmp", name, chance) < 0)
			return -ENOMEM;
		fd = sys_openat(dirfd, ret_temp->buf,
				O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	}
	return fd;
}

int saver_prepare(int dirfd, const char *name, const struct saver_file *f, struct str *ret_temp)
{
	int fd = open_temp(dirfd, name, f->like ? 0600 : f->mode, ret_temp);
	int rc, closed;

	if (fd < 0)
		return fd;
	rc = f->like ? look_like(fd, f) : 0;
	if (!rc)
		rc = whole_write(fd, f->bytes, f->len);
	if (!rc)
		rc = whole_synced(sys_fsync(fd));
	closed = sys_close(fd);
	if (!rc)
		rc = closed;
	if (rc)
		(void)sys_unlinkat(dirfd, ret_temp->buf, 0);
	return rc;
}

static int replace(int dirfd, const char *name, const struct saver_file *f)
{
	struct str temp = STR_INIT;
	int rc = saver_prepare(dirfd, name, f, &temp);

	if (!rc) {
		rc = sys_renameat(dirfd, temp.buf, dirfd, name);
		if (rc)
			(void)sys_unlinkat(dirfd, temp.buf, 0);
	}
	str_done(&temp);
	if (!rc)
		(void)sys_fsync(dirfd); /* some file systems cannot: the content is safe */
	return rc;
}

int saver_write(const char *path, const void *bytes, size_t len, const char **ret_reason)
{
	const struct saver_file f = {.bytes = bytes, .len = len, .mode = 0600};
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
	rc = replace(dirfd, name, &f);
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
