/* SPDX-License-Identifier: MIT */
#include "fs/previewer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/alloc.h"
#include "fs/far.h"
#include "fs/helper.h"
#include "fs/openpath.h"
#include "fs/preview_dir.h"
#include "fs/preview_link.h"
#include "fs/stat.h"
#include "fs/sys.h"

struct preview_job {
	struct job job;
	struct service *service;
	char *path;
	struct preview_ask ask;
};

/* What is at the path: an O_PATH descriptor, which reads nothing and waits for nobody, and stays
 * the same thing whatever the name is given to meanwhile. */
struct thing {
	int fd;
	struct meta meta;
	uint64_t mnt_id;
	bool kernel, autofs;
};

#define AUTOFS_MAGIC 0x0187

static const struct {
	enum entry_type type;
	const char *what, *mime, *reason;
} kinds[] = {
	{ENTRY_FILE, "", "", NULL},
	{ENTRY_DIR, "directory", "inode/directory", NULL},
	{ENTRY_LINK, "symbolic link", "inode/symlink", NULL},
	{ENTRY_FIFO, "FIFO", "inode/fifo",
	 "a FIFO is not read: that would take what another program waits for"},
	{ENTRY_SOCKET, "socket", "inode/socket", "a socket has no content"},
	{ENTRY_CHAR, "character device", "inode/chardevice",
	 "a device is not read: reading may have effects"},
	{ENTRY_BLOCK, "block device", "inode/blockdevice",
	 "a device is not read: reading may have effects"},
};

static int look_at(const char *path, struct thing *ret_thing)
{
	struct thing t = {.fd = openpath(path, O_PATH | O_NOFOLLOW)};
	struct statfs v;
	int rc = t.fd;

	if (rc < 0)
		return rc;
	rc = stat_fd(t.fd, &t.meta, &t.mnt_id);
	if (!rc)
		rc = sys_fstatfs(t.fd, &v);
	if (rc) {
		sys_close(t.fd);
		return rc;
	}
	t.kernel = mounts_kernel_magic((uint32_t)v.f_type);
	t.autofs = (uint32_t)v.f_type == AUTOFS_MAGIC;
	*ret_thing = t;
	return 0;
}

/* For reading what was looked at, and nothing else that has got its name since. Without /proc the
 * name is opened again, and must be the same file. */
static int open_for_reading(const char *path, const struct thing *t)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
	struct str link = STR_INIT;
	struct meta meta;
	int fd = str_addf(&link, "/proc/self/fd/%d", t->fd), rc;

	if (!fd)
		fd = sys_openat(AT_FDCWD, link.buf, flags, 0);
	str_done(&link);
	if (fd != -ENOENT && fd != -ENOTDIR)
		return fd;
	fd = openpath(path, flags | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	rc = stat_fd(fd, &meta, NULL);
	if (!rc && !file_id_eq(meta.id, t->meta.id))
		rc = -ESTALE;
	if (!rc)
		return fd;
	sys_close(fd);
	return rc;
}

static int cannot_read(int err, struct preview **p)
{
	if (err == -ENOMEM)
		return err;
	return str_addf(&(*p)->reason, "it cannot be opened for reading: %s",
			strerrordesc_np(-err));
}

static int preview_file(struct preview_job *j, const struct thing *t, struct preview **p)
{
	struct preview *answer;
	int fd, rc;

	if (t->kernel)
		return str_adds(&(*p)->reason,
				"a file of the kernel: reading it may have effects (F3 reads it)");
	fd = open_for_reading(j->path, t);
	if (fd < 0)
		return cannot_read(fd, p);
	rc = helper_preview(j->service->helper, fd, t->meta.size, &j->ask, &j->job, &answer);
	sys_close(fd);
	if (rc)
		return rc;
	preview_free(*p);
	*p = answer;
	return 0;
}

static int preview_directory(struct preview_job *j, const struct thing *t, struct preview **p)
{
	if (j->ask.depth == PREVIEW_OF_KIND)
		return 0;
	if (t->autofs)
		return str_adds(&(*p)->reason, "looking into it would mount it");
	return preview_dir(t->fd, j->ask.lines, &j->job, *p);
}

/* Where a link leads is looked at step by step, but not where that may never answer. */
static int preview_chain(struct preview_job *j, const struct thing *t, struct preview *p)
{
	if (j->service->mounts && far_link(j->service->mounts, j->path, t->mnt_id))
		return preview_link_far(t->fd, p);
	return preview_link(j->path, t->fd, j->ask.lines, &j->job, p);
}

static int preview_kind(struct preview_job *j, const struct thing *t, struct preview **p)
{
	enum entry_type type = stat_type(t->meta.mode);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i].type != type)
			continue;
		if (str_adds(&(*p)->what, kinds[i].what) || str_adds(&(*p)->mime, kinds[i].mime))
			return -ENOMEM;
		if (kinds[i].reason)
			return str_adds(&(*p)->reason, kinds[i].reason);
	}
	switch (type) {
	case ENTRY_FILE:
		return preview_file(j, t, p);
	case ENTRY_DIR:
		return preview_directory(j, t, p);
	case ENTRY_LINK:
		return j->ask.depth == PREVIEW_OF_KIND ? 0 : preview_chain(j, t, *p);
	default:
		return 0;
	}
}

static int make(struct preview_job *j, struct preview **p)
{
	struct thing thing;
	int rc = look_at(j->path, &thing);

	if (rc)
		return rc == -ENOMEM ? rc
				     : str_addf(&(*p)->reason, "it cannot be looked at: %s",
						strerrordesc_np(-rc));
	rc = preview_kind(j, &thing, p);
	sys_close(thing.fd);
	return rc;
}

static void preview_run(struct job *job)
{
	struct preview_job *j = container_of(job, struct preview_job, job);
	struct fs_event *e = outbox_event(&j->service->out, FS_PREVIEW, job->ticket);
	struct preview *p;

	if (!e)
		return;
	p = preview_new();
	e->err = p ? make(j, &p) : -ENOMEM;
	if (e->err)
		preview_free(p);
	else
		e->u.preview = p;
	outbox_send(&j->service->out, e, &job->cancel);
}

static void preview_free_job(struct job *job)
{
	struct preview_job *j = container_of(job, struct preview_job, job);

	free(j->path);
	free(j);
}

void previewer_preview(struct service *s, uint64_t ticket, const char *path,
		       const struct preview_ask *ask)
{
	struct preview_job *j = calloc(1, sizeof(*j));

	if (j)
		j->path = memdup0(path, strlen(path));
	if (!j || !j->path) {
		free(j);
		outbox_fail(&s->out, FS_PREVIEW, ticket, -ENOMEM, NULL);
		return;
	}
	job_init(&j->job, mounts_lane(s->mounts, path), ticket, preview_run, preview_free_job);
	j->service = s;
	j->ask = *ask;
	pool_submit(s->pool, &j->job);
}
