/* SPDX-License-Identifier: MIT */
#include "fs/scanwatch.h"

#include <errno.h>
#include <stdlib.h>

#include "base/path.h"
#include "base/str.h"
#include "fs/stat.h"
#include "fs/sys.h"

/* All of the tree that is needed, for that may change while the job waits. */
struct watch_job {
	struct job job;
	struct dir *dir;
	struct scan *scan;
	struct str rel; /* its path below the root */
	struct file_id id;
	uint32_t mtime; /* as the tree has it */
};

static void tell(struct dir *d, bool gone)
{
	struct fs_event *e = outbox_event(&d->service->out, FS_CHANGED, d->ticket);

	if (e) {
		e->u.changed.all = !gone;
		e->u.changed.gone = gone;
	}
	outbox_send(&d->service->out, e, &d->closed);
}

static void watch_open(struct watch_job *j, int fd)
{
	struct dir *d = j->dir;
	struct meta meta;
	uint64_t mnt;

	if (stat_fd(fd, &meta, &mnt) < 0 || mounts_is_network(d->service->mounts, mnt, fd))
		return;
	if (meta.id.ino != j->id.ino || meta.id.dev != j->id.dev) {
		tell(d, true);
		return;
	}
	if (watch_add(d->service->watch, d->ticket, fd, &d->closed) < 0)
		return;
	watch_add_end(d->service->watch, d->ticket, fd, path_base(d->path));
	/* Once more, now that nothing is missed. */
	if (stat_fd(fd, &meta, NULL) < 0 || meta.nlink == 0)
		tell(d, true);
	else if (sizetree_time(meta.mtime) != j->mtime)
		tell(d, false);
}

static void watch_run(struct job *job)
{
	struct watch_job *j = container_of(job, struct watch_job, job);
	int fd;

	if (atomic_load(&job->cancel) || atomic_load(&j->dir->closed))
		return;
	fd = scan_open_path(j->scan, j->rel.len ? j->rel.buf : "");
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		tell(j->dir, true);
	if (fd < 0)
		return;
	/* Not kept open: that would keep a directory alive that was removed. */
	watch_open(j, fd);
	sys_close(fd);
}

static void watch_free_job(struct job *job)
{
	struct watch_job *j = container_of(job, struct watch_job, job);

	dir_unref(j->dir);
	scan_unref(j->scan);
	str_done(&j->rel);
	free(j);
}

static struct dir *new_dir(struct service *service, uint64_t op, const struct sizetree *t,
			   const struct str *rel)
{
	CLEANUP(str_done) struct str path = STR_INIT;

	if (str_adds(&path, t->root) < 0 ||
	    (rel->len && (str_addc(&path, '/') < 0 || str_add(&path, rel->buf, rel->len) < 0)))
		return NULL;
	return dir_new(service, op, path.buf);
}

struct dir *scanwatch_start(struct service *service, uint64_t op, struct scan *s, uint32_t dir)
{
	const struct sizetree *t = scan_tree(s);
	struct watch_job *j;

	if (dir >= atomic_load(&t->ndirs) || sizetree_dir_state(t, dir) < TREE_READ ||
	    !sizetree_dir(t, dir)->id.ino)
		return NULL;
	j = calloc(1, sizeof(*j));
	if (!j)
		return NULL;
	str_init(&j->rel);
	if (scan_path(t, dir, &j->rel) == 0)
		j->dir = new_dir(service, op, t, &j->rel);
	if (!j->dir) {
		str_done(&j->rel);
		free(j);
		return NULL;
	}
	j->scan = scan_ref(s);
	j->id = sizetree_dir(t, dir)->id;
	j->mtime = sizetree_mtime(t, sizetree_dir(t, dir)->entry);
	job_init(&j->job, atomic_load(&j->dir->lane), op, watch_run, watch_free_job);
	struct dir *d = dir_ref(j->dir); /* the caller's */

	pool_submit(service->pool, &j->job);
	return d;
}
