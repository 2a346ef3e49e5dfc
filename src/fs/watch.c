/* SPDX-License-Identifier: MIT */
#include "fs/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/map.h"
#include "base/path.h"
#include "fs/stat.h"
#include "fs/sys.h"

#define READ_BYTES 65536
#define READS_MAX  16 /* in one go: a busy directory must not keep the UI thread */

#define MASK_DIR                                                                       \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_MODIFY | \
	 IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)
/* Whoever replaces a file by renaming another over it takes a link from the one that is open. */
#define MASK_FILE   (IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF)
#define MASK_PARENT (IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR)
#define MASK_NAMES                                                                     \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_MODIFY | \
	 IN_CLOSE_WRITE)
#define MASK_GONE (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)

/* One ticket's interest in one watch descriptor, and what was gathered for it in this read. A
 * directory may be listed by one ticket and the parent of another: the kernel has one descriptor
 * for both. */
struct interest {
	uint64_t ticket;
	int wd;
	char *child; /* as a parent: the name that matters; NULL: the directory itself */
	struct map seen;
	char **names;
	size_t n, cap;
	bool file; /* any change is `all` */
	bool all, gone, told_gone;
	const _Atomic bool *closed;
};

/* Adding a watch on a large directory takes as long as many frames, and so must not be done under
 * the lock that reading takes. A second one, taken first, keeps adding and removing apart: the
 * descriptor the kernel gives for a directory that is watched already must not be removed before it
 * is entered in the table. What changes in a new directory before that is not told: who adds a
 * watch looks at the directory after it. */
struct watch {
	pthread_mutex_t change; /* of the kernel's watches */
	pthread_mutex_t lock;   /* of the table */
	bool refuse;            /* the next watch_room() */
	int fd;
	struct interest *at;
	size_t n, cap;
};

int watch_new(struct watch **ret_watch)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	pthread_mutex_init(&w->change, NULL);
	pthread_mutex_init(&w->lock, NULL);
	w->fd = sys_inotify_init(IN_NONBLOCK | IN_CLOEXEC);
	*ret_watch = w;
	return 0;
}

static void forget_names(struct interest *in)
{
	for (size_t i = 0; i < in->n; i++)
		free(in->names[i]);
	free(in->names);
	in->names = NULL;
	in->n = in->cap = 0;
	map_done(&in->seen);
	map_init(&in->seen);
}

static void interest_done(struct interest *in)
{
	forget_names(in);
	map_done(&in->seen);
	free(in->child);
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++)
		interest_done(&w->at[i]);
	free(w->at);
	if (w->fd >= 0)
		sys_close(w->fd);
	pthread_mutex_destroy(&w->lock);
	pthread_mutex_destroy(&w->change);
	free(w);
}

int watch_fd(const struct watch *w)
{
	return w->fd >= 0 ? w->fd : -1;
}

static bool wd_used(const struct watch *w, int wd)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->at[i].wd == wd)
			return true;
	}
	return false;
}

/* With `change` held; takes its strings. */
static int add_interest(struct watch *w, const char *path, uint32_t mask,
			const struct interest *interest)
{
	int rc, wd = -1;

	pthread_mutex_lock(&w->lock);
	rc = array_grow(&w->at, &w->cap, w->n + 1, sizeof(*w->at));
	pthread_mutex_unlock(&w->lock);
	/* IN_MASK_ADD: the same directory may be watched already, for more. */
	if (!rc)
		rc = wd = sys_inotify_add_watch(w->fd, path, mask | IN_MASK_ADD);
	if (rc < 0) {
		free(interest->child);
		return rc;
	}
	pthread_mutex_lock(&w->lock);
	w->at[w->n] = *interest;
	w->at[w->n].wd = wd;
	map_init(&w->at[w->n].seen);
	w->n++;
	pthread_mutex_unlock(&w->lock);
	return 0;
}

/* The name of the open directory in its parent; NULL when it has none (the root). A path too long
 * for the kernel to tell leaves the name it was opened by, which may have been that of a link. */
static char *name_in_parent(const char *proc_path, const char *name)
{
	struct str target = STR_INIT;
	char *copy;

	if (stat_readlink(AT_FDCWD, proc_path, &target) == 0)
		name = path_base(target.buf);
	copy = *name ? memdup0(name, strlen(name)) : NULL;
	str_done(&target);
	return copy;
}

/* A watch that costs nothing, made and removed: on the root, for nothing that happens to its
 * entries. */
int watch_room(struct watch *w)
{
	int wd;

	if (w->fd < 0)
		return -ENOSYS;
	pthread_mutex_lock(&w->change);
	wd = w->refuse ? -ENOSPC : sys_inotify_add_watch(w->fd, "/", IN_MOVE_SELF | IN_MASK_ADD);
	w->refuse = false;
	if (wd >= 0 && !wd_used(w, wd))
		(void)sys_inotify_rm_watch(w->fd, wd);
	pthread_mutex_unlock(&w->change);
	return wd < 0 ? wd : 0;
}

/* Only local file systems are watched, so nothing here waits for a server. */
static int add_open(struct watch *w, int fd, uint32_t mask, const struct interest *interest)
{
	char path[64];
	int rc;

	if (w->fd < 0)
		return -ENOSYS;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	pthread_mutex_lock(&w->change);
	rc = add_interest(w, path, mask, interest);
	pthread_mutex_unlock(&w->change);
	return rc;
}

int watch_add(struct watch *w, uint64_t ticket, int fd, const _Atomic bool *closed)
{
	return add_open(w, fd, MASK_DIR, &(struct interest){.ticket = ticket, .closed = closed});
}

int watch_add_file(struct watch *w, uint64_t ticket, int fd, const _Atomic bool *closed)
{
	return add_open(w, fd, MASK_FILE,
			&(struct interest){.ticket = ticket, .closed = closed, .file = true});
}

int watch_add_late(struct watch *w, uint64_t ticket, int fd, const _Atomic bool *closed)
{
	int rc = watch_add(w, ticket, fd, closed);

	if (rc < 0) {
		pthread_mutex_lock(&w->change);
		w->refuse = true;
		pthread_mutex_unlock(&w->change);
	}
	return rc;
}

void watch_add_end(struct watch *w, uint64_t ticket, int fd, const char *name)
{
	char path[64], parent[64];
	char *child;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	snprintf(parent, sizeof(parent), "/proc/self/fd/%d/..", fd);
	child = name_in_parent(path, name);
	if (w->fd < 0 || !child) {
		free(child);
		return;
	}
	pthread_mutex_lock(&w->change);
	if (add_interest(w, parent, MASK_PARENT,
			 &(struct interest){.ticket = ticket, .child = child}) < 0)
		log_line("watch: no word of the end of descriptor %d", fd);
	pthread_mutex_unlock(&w->change);
}

void watch_remove(struct watch *w, uint64_t ticket)
{
	pthread_mutex_lock(&w->change);
	pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < w->n;) {
		int wd = w->at[i].wd;

		if (w->at[i].ticket != ticket) {
			i++;
			continue;
		}
		interest_done(&w->at[i]);
		w->at[i] = w->at[--w->n];
		if (!wd_used(w, wd))
			(void)sys_inotify_rm_watch(w->fd, wd); /* -EINVAL: gone by itself */
	}
	pthread_mutex_unlock(&w->lock);
	pthread_mutex_unlock(&w->change);
}

static void want_all(struct interest *in)
{
	in->all = true;
	forget_names(in);
}

static void add_name(struct interest *in, const char *name)
{
	size_t len = strlen(name);
	char *copy;

	if (in->all || map_get(&in->seen, name, len, NULL))
		return;
	copy = memdup0(name, len);
	if (in->n == WATCH_NAMES_MAX || !copy ||
	    array_grow(&in->names, &in->cap, in->n + 1, sizeof(*in->names)) < 0 ||
	    map_put(&in->seen, name, len, 1) < 0) {
		free(copy);
		want_all(in);
		return;
	}
	in->names[in->n++] = copy;
}

static void take_event(struct watch *w, const struct inotify_event *ev, const char *name)
{
	for (size_t i = 0; i < w->n; i++) {
		struct interest *in = &w->at[i];

		if (ev->mask & IN_Q_OVERFLOW)
			want_all(in);
		else if (in->wd != ev->wd)
			continue;
		else if (in->file)
			in->all |= (ev->mask & MASK_FILE) != 0;
		else if (in->child)
			in->gone |= (ev->mask & MASK_PARENT) && !strcmp(name, in->child);
		else if (ev->mask & MASK_GONE)
			in->gone = true;
		else if ((ev->mask & MASK_NAMES) && name[0])
			add_name(in, name);
	}
}

static void take_buffer(struct watch *w, const char *buf, size_t len)
{
	size_t at = 0;

	while (len - at >= sizeof(struct inotify_event)) {
		struct inotify_event ev;

		memcpy(&ev, buf + at, sizeof(ev));
		if (ev.len > len - at - sizeof(ev))
			break;
		/* Padded with NULs: ev.len > 0 means a terminated name. */
		take_event(w, &ev, ev.len ? buf + at + sizeof(ev) : "");
		at += sizeof(ev) + ev.len;
	}
}

static void send_changes(struct interest *in, struct outbox *out)
{
	struct fs_event *e;

	if (in->child) /* what a parent says is told by the directory's own interest */
		return;
	if (in->n == 0 && !in->all && (!in->gone || in->told_gone))
		return;
	e = outbox_event(out, FS_CHANGED, in->ticket);
	if (!e)
		return; /* kept for the next read */
	e->u.changed.names = in->names;
	e->u.changed.n = (uint32_t)in->n;
	e->u.changed.all = in->all;
	e->u.changed.gone = in->gone;
	in->told_gone = in->gone;
	in->names = NULL;
	in->n = in->cap = 0;
	in->all = false;
	forget_names(in);
	outbox_send(out, e, in->closed);
}

static void pass_gone_down(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++) {
		if (!w->at[i].child || !w->at[i].gone)
			continue;
		for (size_t k = 0; k < w->n; k++) {
			if (w->at[k].ticket == w->at[i].ticket)
				w->at[k].gone = true;
		}
	}
}

void watch_read(struct watch *w, struct outbox *out)
{
	char buf[READ_BYTES];

	if (w->fd < 0)
		return;
	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < READS_MAX; i++) {
		ssize_t n = sys_read(w->fd, buf, sizeof(buf));

		if (n <= 0)
			break;
		take_buffer(w, buf, (size_t)n);
	}
	pass_gone_down(w);
	for (size_t i = 0; i < w->n; i++)
		send_changes(&w->at[i], out);
	pthread_mutex_unlock(&w->lock);
}
