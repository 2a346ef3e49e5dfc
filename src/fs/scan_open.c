/* SPDX-License-Identifier: MIT */
#include "fs/scan_inside.h"

#include "base/alloc.h"
#include "fs/stat.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>

#define OPEN_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* ---- descriptors of parents ---- */

static void close_fd(struct scan *s, struct scan_parent *p)
{
	int fd = atomic_exchange(&p->fd, -1);

	if (fd < 0)
		return;
	sys_close(fd);
	atomic_fetch_sub(&s->open_parents, 1);
}

void scan_parent_unref(struct scan *s, struct scan_parent *p)
{
	if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	close_fd(s, p);
	free(p);
}

/* Closed when the last call that uses it returns. */
static void evict(struct scan *s, struct scan_parent *p)
{
	if (atomic_fetch_or(&p->users, SCAN_EVICTED) == 0)
		close_fd(s, p);
}

/* The outermost of what a thread has waiting: the others are needed sooner. Each is passed once. */
static void make_room_in(struct scan *s, struct scan_stack *st)
{
	pthread_mutex_lock(&st->lock);
	for (; st->evicted < atomic_load(&st->n) &&
	       atomic_load(&s->open_parents) >= atomic_load(&s->max_parents);
	     st->evicted++) {
		struct scan_parent *p = st->at[(st->first + st->evicted) & (st->cap - 1)].parent;

		if (p && atomic_load(&p->fd) >= 0)
			evict(s, p);
	}
	pthread_mutex_unlock(&st->lock);
}

/* Its own first. */
static void make_room(struct scan_thread *t)
{
	struct scan *s = t->scan;
	unsigned n = atomic_load(&s->nthreads);

	for (unsigned i = 0; i < n; i++)
		make_room_in(s, &s->threads[(t->index + i) % n].stack);
}

struct scan_parent *scan_parent_new(struct scan_thread *t, int fd, uint32_t dir, uint64_t mnt_id)
{
	struct scan_parent *p = malloc(sizeof(*p));

	if (!p) {
		sys_close(fd);
		return NULL;
	}
	atomic_init(&p->refs, 1);
	atomic_init(&p->users, 0);
	atomic_init(&p->fd, fd);
	p->dir = dir;
	p->mnt_id = mnt_id;
	if (atomic_fetch_add(&t->scan->open_parents, 1) >= atomic_load(&t->scan->max_parents))
		make_room(t);
	return p;
}

/* Component by component: no link is followed, whoever put it there. */
int scan_open_path(const struct scan *s, const char *rel)
{
	CLEANUP(str_done) struct str name = STR_INIT;
	int fd = sys_openat(s->root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0), next;

	while (fd >= 0 && *rel) {
		size_t len = strcspn(rel, "/");

		str_clear(&name);
		next = str_add(&name, rel, len);
		if (next == 0)
			next = sys_openat(fd, name.buf,
					  O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
		sys_close(fd);
		fd = next;
		rel += len + (rel[len] == '/');
	}
	return fd;
}

/* From the root; mounts between were entered before. */
int scan_open_again(struct scan *s, uint32_t dir)
{
	CLEANUP(str_done) struct str rel = STR_INIT;
	int r = scan_path(s->tree, dir, &rel);

	return r < 0 ? r : scan_open_path(s, rel.len ? rel.buf : "");
}

/* A descriptor to open things in the task's parent from; give it back with leave(). */
static int enter(struct scan *s, const struct scan_task *task)
{
	struct scan_parent *p = task->parent;

	if (!p)
		return s->root_fd;
	if (!(atomic_fetch_add(&p->users, 1) & SCAN_EVICTED))
		return atomic_load(&p->fd);
	return scan_open_again(s, p->dir);
}

static void leave(struct scan *s, const struct scan_task *task, int fd)
{
	struct scan_parent *p = task->parent;

	if (!p)
		return;
	if (fd >= 0 && fd != atomic_load(&p->fd))
		sys_close(fd);
	if (atomic_fetch_sub(&p->users, 1) == (SCAN_EVICTED | 1))
		close_fd(s, p);
}

/* ---- opening ---- */

/* Without openat2 another mount is told by its id, once it is open; an automount is triggered then.
 */
static int open_plain(struct scan_thread *t, int dir, const char *name,
		      const struct scan_task *task, int flags)
{
	struct meta meta;
	uint64_t mnt;
	int fd = sys_openat(dir, name, flags, 0), r;

	if (fd < 0 || task->cross || !task->parent)
		return fd;
	r = stat_fd(fd, &meta, &mnt);
	/* Kernels that do not tell the mount still tell the device. */
	if (r == 0 && (mnt ? mnt != task->parent->mnt_id : meta.id.dev != task->parent->dev))
		r = -EXDEV;
	if (r == 0)
		return fd;
	sys_close(fd);
	(void)t;
	return r;
}

static int open_below(struct scan_thread *t, int dir, const char *name,
		      const struct scan_task *task, int flags)
{
	struct open_how how = {.flags = (unsigned)flags,
			       .resolve =
				       RESOLVE_NO_SYMLINKS | (task->cross ? 0 : RESOLVE_NO_XDEV)};
	struct scan *s = t->scan;
	int fd;

	if (!atomic_load_explicit(&s->no_openat2, memory_order_relaxed)) {
		fd = sys_openat2(dir, name, &how);
		if (fd != -ENOSYS && fd != -EPERM)
			return fd;
	}
	fd = open_plain(t, dir, name, task, flags);
	/* Only when this works was it openat2 that is not to be had, and not the flag. */
	if (fd >= 0)
		atomic_store(&s->no_openat2, true);
	return fd;
}

/* O_NOATIME is for owners only: whoever may not use it once is not asked again. */
static int open_quietly(struct scan_thread *t, int dir, const char *name,
			const struct scan_task *task)
{
	int fd;

	if (!t->atime) {
		fd = open_below(t, dir, name, task, OPEN_FLAGS | O_NOATIME);
		if (fd != -EPERM)
			return fd;
		t->atime = true;
	}
	return open_below(t, dir, name, task, OPEN_FLAGS);
}

/* The name with a NUL at its end, in the thread's buffer for paths. */
static const char *name_of(struct scan_thread *t, const struct scan_task *task)
{
	const struct sizetree_dir *d = sizetree_dir(t->scan->tree, task->dir);
	size_t len;
	const char *name = sizetree_name(t->scan->tree, d->parent, d->entry, &len);

	str_clear(&t->rel);
	return str_add(&t->rel, name, len) < 0 ? NULL : t->rel.buf;
}

static bool out_of_fds(int fd)
{
	return fd == -EMFILE || fd == -ENFILE;
}

/* Where there are automounts a directory is looked at before it is opened, which would set them off
 * (before Linux 6.17 also when the kernel is told not to cross). */
static bool is_mount(int dir, const char *name, const struct scan_task *task)
{
	struct meta meta;
	uint64_t mnt;

	return stat_at(dir, name, &meta, &mnt) == 0 && mnt && task->parent->mnt_id &&
	       mnt != task->parent->mnt_id;
}

static int open_once(struct scan_thread *t, const struct scan_task *task, const char *name)
{
	struct scan *s = t->scan;
	int dir = enter(s, task), fd = dir;

	if (dir >= 0 && s->automounts && task->parent && !task->cross && is_mount(dir, name, task))
		fd = -EXDEV;
	else if (dir >= 0)
		fd = open_quietly(t, dir, name, task);
	leave(s, task, dir);
	return fd;
}

int scan_open(struct scan_thread *t, const struct scan_task *task)
{
	struct scan *s = t->scan;
	const char *name = task->parent ? name_of(t, task) : ".";
	int fd;

	if (!name)
		return -ENOMEM;
	fd = open_once(t, task, name);
	if (out_of_fds(fd)) {
		atomic_store(&s->max_parents, MAX(8u, atomic_load(&s->open_parents) / 2));
		make_room(t);
		fd = open_once(t, task, name);
	}
	return fd == -ELOOP ? -ENOTDIR : fd;
}

int scan_stat(struct scan_thread *t, const struct scan_task *task, struct meta *ret_meta,
	      uint64_t *ret_mnt)
{
	const char *name = task->parent ? name_of(t, task) : ".";
	int dir, r;

	if (!name)
		return -ENOMEM;
	dir = enter(t->scan, task);
	r = dir < 0 ? dir : stat_at(dir, name, ret_meta, ret_mnt);
	leave(t->scan, task, dir);
	return r;
}
