/* SPDX-License-Identifier: MIT */
#include "fs/lister.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/path.h"
#include "fs/openpath.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"

#ifndef LISTER_LATE_BYTES
#define LISTER_LATE_BYTES (256 * 1024) /* of the directory itself: some thousand entries */
#endif
#define JUST_MS 20

/* One job on one directory; what it does is its run function. */
struct dir_job {
	struct job job;
	struct dir *dir;
};

struct listing_run {
	struct dir_job *job;
	struct dir *dir;
	struct names *names;
	struct dir_info info;
	bool opened_sent;
	bool watch_late; /* after all names were sent */
	int err;         /* the first that does not end the reading */
};

static struct dir *dir_of(struct job *job)
{
	return container_of(job, struct dir_job, job)->dir;
}

static void dir_job_free(struct job *job)
{
	struct dir_job *j = container_of(job, struct dir_job, job);

	dir_unref(j->dir);
	free(j);
}

static int submit(struct dir *d, void (*run)(struct job *job), bool urgent)
{
	struct dir_job *j = calloc(1, sizeof(*j));

	if (!j)
		return -ENOMEM;
	job_init(&j->job, atomic_load(&d->lane), d->ticket, run, dir_job_free);
	j->job.urgent = urgent;
	j->dir = dir_ref(d);
	pool_submit(d->service->pool, &j->job);
	return 0;
}

static bool stopped(const struct listing_run *r)
{
	return atomic_load(&r->job->job.cancel) || atomic_load(&r->dir->closed);
}

/* Nothing is sent once the ticket is closed. */
static void send(struct dir *d, struct fs_event *e)
{
	outbox_send(&d->service->out, e, &d->closed);
}

static void send_opened(struct listing_run *r)
{
	struct fs_event *e = outbox_event(&r->dir->service->out, FS_LIST_OPENED, r->dir->ticket);

	r->opened_sent = true;
	if (!e)
		return;
	e->u.opened.names = names_ref(r->names);
	e->u.opened.dir = r->info;
	send(r->dir, e);
}

/* Not from the reserve: the next one says as much, and the reserve is for the last. */
static void send_part(struct listing_run *r)
{
	struct fs_event *e = fs_event_new(FS_LIST_PART, r->dir->ticket);

	if (!e)
		return;
	e->u.part.count = names_count(r->names);
	send(r->dir, e);
}

static void send_done(struct listing_run *r, int err)
{
	struct fs_event *e = outbox_event(&r->dir->service->out, FS_LIST_DONE, r->dir->ticket);

	if (!e)
		return;
	e->err = err;
	e->u.part.count = r->names ? names_count(r->names) : 0;
	send(r->dir, e);
}

/* Its times may not move with a change made now: the clock of a file system ticks every 10 ms at
 * worst. */
static bool just_changed(const struct meta *m)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	/* A broken file system may hold any number: no difference before this. */
	if (m->ctime > now.tv_sec || m->ctime < now.tv_sec - 1)
		return m->ctime > now.tv_sec;
	return (now.tv_sec - m->ctime) * 1000 +
		       ((int64_t)now.tv_nsec - (int64_t)m->ctime_nsec) / 1000000 <
	       JUST_MS;
}

/* Before the first name is read: what changes from then on is either read or told. But in a large
 * directory adding the watch takes a third of the time that reading takes; there it comes last, and
 * the times tell whether something was missed. A server's other clients do not show through
 * inotify. */
static void watch_early(struct listing_run *r, int fd)
{
	struct watch *w = r->dir->service->watch;

	if (r->info.network)
		return;
	r->watch_late = r->info.meta.size >= LISTER_LATE_BYTES && !just_changed(&r->info.meta);
	r->info.watched = (r->watch_late ? watch_room(w)
					 : watch_add(w, r->dir->ticket, fd, &r->dir->closed)) == 0;
}

static void send_list_again(struct listing_run *r)
{
	struct fs_event *e = outbox_event(&r->dir->service->out, FS_CHANGED, r->dir->ticket);

	if (e)
		e->u.changed.all = true;
	send(r->dir, e);
}

/* What was left for later. */
static void watch_rest(struct listing_run *r)
{
	struct watch *w = r->dir->service->watch;
	int fd = atomic_load(&r->dir->fd);
	struct meta now;

	if (!r->info.watched || stopped(r))
		return;
	/* It was promised: listed again, the directory is one that is polled. */
	if (r->watch_late && watch_add_late(w, r->dir->ticket, fd, &r->dir->closed) < 0) {
		send_list_again(r);
		return;
	}
	watch_add_end(w, r->dir->ticket, fd, path_base(r->dir->path));
	if (!r->watch_late || stat_fd(fd, &now, NULL) < 0)
		return;
	if (now.ctime != r->info.meta.ctime || now.ctime_nsec != r->info.meta.ctime_nsec)
		send_list_again(r);
}

static int open_dir(struct listing_run *r)
{
	struct service *s = r->dir->service;
	int fd = openpath(r->dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int rc;

	if (fd < 0)
		return fd;
	atomic_store(&r->dir->fd, fd); /* closed with the directory */
	rc = stat_fd(fd, &r->info.meta, &r->info.mnt_id);
	if (rc)
		return rc;
	r->info.network = mounts_is_network(s->mounts, r->info.mnt_id, fd);
	if (r->info.mnt_id != 0)
		atomic_store(&r->dir->lane, r->info.mnt_id);
	pthread_mutex_lock(&r->dir->lock);
	r->dir->seen = r->info.meta;
	pthread_mutex_unlock(&r->dir->lock);
	watch_early(r, fd);
	return 0;
}

static int add_buffer(struct listing_run *r, struct scandir *scan)
{
	struct scan_entry entry;
	int rc;

	while ((rc = scandir_entry(scan, &entry)) != 0) {
		/* One bad record: the others are shown, and the error with them. */
		if (rc < 0) {
			r->err = rc;
			continue;
		}
		rc = names_add(r->names, entry.name, entry.len, (uint8_t)entry.type, NULL);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_names(struct listing_run *r, struct scandir *scan)
{
	int rc = 0;

	while (!stopped(r) && (rc = scandir_read(scan)) > 0) {
		job_alive(&r->job->job);
		rc = add_buffer(r, scan);
		if (!r->opened_sent)
			send_opened(r);
		if (rc < 0)
			return rc;
		send_part(r);
	}
	return rc;
}

static int list(struct listing_run *r)
{
	struct scandir scan;
	int rc;

	if (stopped(r))
		return -ECANCELED;
	rc = open_dir(r);
	if (rc < 0)
		return rc;
	r->names = names_new();
	if (!r->names)
		return -ENOMEM;
	scandir_init(&scan, atomic_load(&r->dir->fd), false);
	rc = read_names(r, &scan);
	scandir_done(&scan);
	if (!r->opened_sent)
		send_opened(r);
	return rc < 0 ? rc : r->err;
}

static void list_run(struct job *job)
{
	struct listing_run r = {.job = container_of(job, struct dir_job, job)};
	int rc;

	r.dir = r.job->dir;
	rc = list(&r);
	send_done(&r, rc);
	if (r.names && !stopped(&r) && lister_space(r.dir) < 0)
		outbox_fail(&r.dir->service->out, FS_SPACE, r.dir->ticket, -ENOMEM, &r.dir->closed);
	names_unref(r.names);
	if (r.opened_sent)
		watch_rest(&r);
	mounts_learn(r.dir->service->mounts, r.info.mnt_id);
}

int lister_start(struct dir *d)
{
	return submit(d, list_run, true);
}

static void space_run(struct job *job)
{
	struct dir *d = dir_of(job);
	struct fs_event *e = outbox_event(&d->service->out, FS_SPACE, d->ticket);
	struct statvfs v;

	if (!e)
		return;
	e->err = sys_fstatvfs(atomic_load(&d->fd), &v);
	if (!e->err)
		service_space(&v, &e->u.space);
	send(d, e);
}

int lister_space(struct dir *d)
{
	return submit(d, space_run, false);
}

static bool same_times(const struct meta *m, const struct statx *st)
{
	return m->mtime == st->stx_mtime.tv_sec && m->mtime_nsec == st->stx_mtime.tv_nsec &&
	       m->ctime == st->stx_ctime.tv_sec && m->ctime_nsec == st->stx_ctime.tv_nsec;
}

/* Not stat_fd(): that is content with what a network file system remembers; here the server must be
 * asked. */
static void check_run(struct job *job)
{
	struct dir *d = dir_of(job);
	int fd = atomic_load(&d->fd);
	bool moved = false, gone;
	struct fs_event *e;
	struct statx st;
	int rc;

	if (fd < 0)
		return;
	rc = sys_statx(fd, "", AT_EMPTY_PATH | AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &st);
	if (rc == -EINVAL) /* emulations of statx refuse the flag */
		rc = sys_statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st);
	gone = rc == -ENOENT || rc == -ESTALE || (!rc && st.stx_nlink == 0);
	pthread_mutex_lock(&d->lock);
	if (!rc && !same_times(&d->seen, &st)) {
		moved = true;
		d->seen.mtime = st.stx_mtime.tv_sec;
		d->seen.mtime_nsec = st.stx_mtime.tv_nsec;
		d->seen.ctime = st.stx_ctime.tv_sec;
		d->seen.ctime_nsec = st.stx_ctime.tv_nsec;
	}
	pthread_mutex_unlock(&d->lock);
	if (!moved && !gone)
		return;
	e = outbox_event(&d->service->out, FS_CHANGED, d->ticket);
	if (!e)
		return;
	e->u.changed.all = !gone;
	e->u.changed.gone = gone;
	send(d, e);
}

void lister_check(struct dir *d)
{
	(void)submit(d, check_run, false);
}
