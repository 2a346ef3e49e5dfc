/* SPDX-License-Identifier: MIT */
#include "fs/viewfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"

/* One job on one file; what it does is its run function. */
struct view_job {
	struct job job;
	struct viewfile *file;
	uint64_t at;
	size_t len;
};

/* ---- the file ---- */

struct viewfile *viewfile_new(struct service *s, uint64_t ticket, const char *path)
{
	struct viewfile *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->path = memdup0(path, strlen(path));
	if (!v->path) {
		free(v);
		return NULL;
	}
	v->service = s;
	v->ticket = ticket;
	atomic_init(&v->refs, 1);
	atomic_init(&v->fd, -1);
	atomic_init(&v->lane, mounts_lane(s->mounts, path));
	pthread_mutex_init(&v->lock, NULL);
	return v;
}

struct viewfile *viewfile_ref(struct viewfile *v)
{
	atomic_fetch_add(&v->refs, 1);
	return v;
}

static void closing_run(struct job *job)
{
	struct viewfile *v = container_of(job, struct viewfile, closing);
	int fd = atomic_load(&v->fd);

	watch_remove(v->service->watch, v->ticket);
	if (fd >= 0)
		sys_close(fd);
}

static void closing_free(struct job *job)
{
	struct viewfile *v = container_of(job, struct viewfile, closing);

	pthread_mutex_destroy(&v->lock);
	free(v->kept);
	free(v->path);
	free(v);
}

void viewfile_unref(struct viewfile *v)
{
	if (!v || atomic_fetch_sub(&v->refs, 1) != 1)
		return;
	job_init(&v->closing, atomic_load(&v->lane), v->ticket, closing_run, closing_free);
	v->closing.must_run = true;
	pool_submit(v->service->pool, &v->closing);
}

void viewfile_let_go(struct viewfile *v)
{
	atomic_store(&v->closed, true);
	viewfile_unref(v);
}

/* ---- jobs ---- */

static struct viewfile *file_of(struct job *job)
{
	return container_of(job, struct view_job, job)->file;
}

static void job_free(struct job *job)
{
	struct view_job *j = container_of(job, struct view_job, job);

	viewfile_unref(j->file);
	free(j);
}

static int submit(struct viewfile *v, void (*run)(struct job *job), uint64_t at, size_t len)
{
	struct view_job *j = calloc(1, sizeof(*j));

	if (!j)
		return -ENOMEM;
	job_init(&j->job, atomic_load(&v->lane), v->ticket, run, job_free);
	j->job.urgent = true;
	j->file = viewfile_ref(v);
	j->at = at;
	j->len = len;
	pool_submit(v->service->pool, &j->job);
	return 0;
}

static void send(struct viewfile *v, struct fs_event *e)
{
	outbox_send(&v->service->out, e, &v->closed);
}

/* ---- opening ---- */

/* Opens again what an O_PATH descriptor is: nobody can put something else in its place meanwhile.
 * Without /proc the path is opened, and what that gives is compared. */
static int open_again(struct viewfile *v, int path_fd, const struct meta *was)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char proc[64];
	struct meta is;
	int fd, rc;

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", path_fd);
	fd = sys_openat(AT_FDCWD, proc, flags, 0);
	if (fd == -ENOENT || fd == -ENOTDIR)
		fd = openpath(v->path, flags);
	if (fd < 0)
		return fd;
	rc = stat_fd(fd, &is, NULL);
	if (!rc && (!file_id_eq(was->id, is.id) || stat_type(is.mode) != ENTRY_FILE))
		rc = -ESTALE;
	if (rc) {
		sys_close(fd);
		return rc;
	}
	return fd;
}

/* Reads what has no size, until it ends, would wait, or is much. */
static int keep(struct viewfile *v, int fd, struct job *job, bool *ret_partial)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	char buf[65536];
	ssize_t n = 1;
	int rc = 0;

	while (!rc && text.len < VIEWFILE_KEPT && !atomic_load(&job->cancel)) {
		n = sys_read(fd, buf, MIN(sizeof(buf), VIEWFILE_KEPT - text.len));
		if (n <= 0)
			break;
		rc = str_add(&text, buf, (size_t)n);
		job_alive(job);
	}
	if (!rc && n < 0 && !text.len)
		return (int)n;
	if (rc || !text.len)
		return rc;
	*ret_partial = n != 0;
	v->nkept = text.len;
	v->kept = str_take(&text);
	return v->kept ? 0 : -ENOMEM;
}

static int open_file(struct viewfile *v, struct job *job, struct fs_event *e)
{
	int path_fd = openpath(v->path, O_PATH | O_CLOEXEC), fd, rc;
	uint64_t mnt_id;

	if (path_fd < 0)
		return path_fd;
	rc = stat_fd(path_fd, &v->seen, &mnt_id);
	e->u.view_opened.type = rc ? ENTRY_UNKNOWN : stat_type(v->seen.mode);
	if (!rc && e->u.view_opened.type != ENTRY_FILE)
		rc = e->u.view_opened.type == ENTRY_DIR ? -EISDIR : -EINVAL;
	fd = rc ? rc : open_again(v, path_fd, &v->seen);
	sys_close(path_fd);
	if (fd < 0)
		return fd;
	atomic_store(&v->fd, fd); /* closed with the file */
	if (mnt_id)
		atomic_store(&v->lane, mnt_id);
	e->u.view_opened.network = mounts_is_network(v->service->mounts, mnt_id, fd);
	if (!v->seen.size)
		rc = keep(v, fd, job, &e->u.view_opened.partial);
	e->u.view_opened.kept = v->kept;
	e->u.view_opened.size = v->kept ? v->nkept : v->seen.size;
	if (!rc && !v->kept && !e->u.view_opened.network)
		e->u.view_opened.watched =
			watch_add_file(v->service->watch, v->ticket, fd, &v->closed) == 0;
	return rc;
}

static void open_run(struct job *job)
{
	struct viewfile *v = file_of(job);
	struct fs_event *e = outbox_event(&v->service->out, FS_VIEW_OPENED, v->ticket);

	if (!e)
		return;
	e->err = atomic_load(&v->closed) ? -ECANCELED : open_file(v, job, e);
	send(v, e);
}

int viewfile_open(struct viewfile *v)
{
	return submit(v, open_run, 0, 0);
}

/* ---- reading ---- */

/* A page that cannot be read: it joins the gap before it, and the last gap that there is room for
 * takes the rest of the window. Returns where reading goes on. */
static uint64_t add_gap(struct textwin *w, uint64_t at, uint64_t end, int err)
{
	uint64_t to = MIN((at / VIEWFILE_PAGE + 1) * VIEWFILE_PAGE, end);
	struct textgap *last = w->ngaps ? &w->gaps[w->ngaps - 1] : NULL;

	if (last && last->to == at && last->err == err) {
		last->to = to;
		return to;
	}
	if (w->ngaps == TEXTWIN_GAPS - 1)
		to = end;
	w->gaps[w->ngaps++] = (struct textgap){.from = at, .to = to, .err = err};
	return to;
}

static void read_kept(const struct viewfile *v, char *buf, size_t len, struct textwin *w)
{
	size_t start = (size_t)MIN(w->start, v->nkept);

	w->len = MIN(len, v->nkept - start);
	memcpy(buf, v->kept + start, w->len);
	w->at_end = start + w->len == v->nkept;
}

static void read_all(int fd, uint64_t size, char *buf, size_t len, struct textwin *w)
{
	uint64_t at = w->start, end, to;

	/* Beyond this the kernel refuses the whole of a read. */
	end = MAX(MIN(at + len, (uint64_t)INT64_MAX), at);
	while (at < end) {
		ssize_t n = sys_pread(fd, buf + (at - w->start), (size_t)(end - at), (off_t)at);

		if (n > 0) {
			at += (uint64_t)n;
		} else if (n == 0 || at >= size) {
			w->at_end = true;
			break;
		} else {
			to = add_gap(w, at, MIN(end, size), (int)n);
			memset(buf + (at - w->start), 0, (size_t)(to - at));
			at = to;
		}
	}
	w->len = (size_t)(at - w->start);
}

int viewfile_read(struct viewfile *v, uint64_t at, char *buf, size_t len, struct textwin *w,
		  uint64_t *ret_size)
{
	int fd = atomic_load(&v->fd), rc;
	struct meta meta;
	uint64_t size = v->nkept;

	*w = (struct textwin){.bytes = buf, .start = at, .code = w->code};
	if (v->kept) {
		read_kept(v, buf, len, w);
	} else {
		rc = stat_fd(fd, &meta, NULL);
		if (rc)
			return rc;
		size = meta.size;
		read_all(fd, size, buf, len, w);
		/* Some files of the kernel promise more than they have. */
		if (w->at_end && (w->len > 0 || textwin_end(w) < size))
			size = textwin_end(w);
	}
	w->at_end |= textwin_end(w) >= size;
	if (ret_size)
		*ret_size = size;
	return 0;
}

uint64_t viewfile_data(const struct viewfile *v, uint64_t at)
{
	off_t data = v->kept ? -EINVAL : sys_lseek(atomic_load(&v->fd), (off_t)at, SEEK_DATA);

	if (data == -ENXIO)
		return UINT64_MAX;
	return data < 0 ? at : (uint64_t)data;
}

static void window_run(struct job *job)
{
	struct view_job *j = container_of(job, struct view_job, job);
	struct viewfile *v = j->file;
	struct fs_event *e = outbox_event(&v->service->out, FS_VIEW_DATA, v->ticket);
	char *buf;

	if (!e)
		return;
	buf = malloc(j->len + 1);
	e->err = buf ? viewfile_read(v, j->at, buf, j->len, &e->u.view_data.window,
				     &e->u.view_data.size)
		     : -ENOMEM;
	if (e->err) {
		free(buf);
		e->u.view_data.window = (struct textwin){.start = j->at};
	}
	send(v, e);
}

void viewfile_window(struct viewfile *v, uint64_t at, size_t len)
{
	if (submit(v, window_run, at, len) < 0)
		outbox_fail(&v->service->out, FS_VIEW_DATA, v->ticket, -ENOMEM, &v->closed);
}

/* ---- looking again ---- */

static bool same_content(const struct meta *a, const struct meta *b)
{
	return a->size == b->size && a->mtime == b->mtime && a->mtime_nsec == b->mtime_nsec;
}

static void check_run(struct job *job)
{
	struct viewfile *v = file_of(job);
	struct fs_event *e = outbox_event(&v->service->out, FS_VIEW_STATE, v->ticket);
	struct meta open, there;
	int rc;

	if (!e)
		return;
	e->err = stat_fd(atomic_load(&v->fd), &open, NULL);
	rc = stat_follow(AT_FDCWD, v->path, &there, NULL);
	e->u.view_state.size = v->kept ? v->nkept : open.size;
	e->u.view_state.gone = rc == -ENOENT || rc == -ENOTDIR;
	if (!e->err) {
		e->u.view_state.replaced = !rc && !file_id_eq(open.id, there.id);
		pthread_mutex_lock(&v->lock);
		e->u.view_state.changed = !v->kept && !same_content(&v->seen, &open);
		v->seen = open;
		pthread_mutex_unlock(&v->lock);
	}
	send(v, e);
}

void viewfile_check(struct viewfile *v)
{
	if (submit(v, check_run, 0, 0) < 0)
		outbox_fail(&v->service->out, FS_VIEW_STATE, v->ticket, -ENOMEM, &v->closed);
}
