/* SPDX-License-Identifier: MIT
 *
 * One directory: what becomes of it. It is opened and read (fs/scan_read), or told why it is not.
 */
#include "fs/scan_inside.h"

#include "fs/mounts.h"
#include "fs/stat.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

#define SLOW_NS   60000 /* a directory takes this long, */
#define SLOW_CALL 4000  /* and this for each call: storage does not answer at once */
#define TIMED     16    /* directories between two looks at that */

/* ---- what is not read ---- */

/* Nothing of it is read: it is counted by itself, if it was looked at (r->meta). */
static void end_empty(struct scan_reading *r, uint32_t flags)
{
	scan_add_flags(r, flags);
	scan_publish(r, NULL);
	scan_dir_done(r->t->scan, r->task->dir);
}

/* It was there when its parent was read: it has gone, or is counted where it was seen before. */
static void end_uncounted(struct scan_reading *r, uint32_t flag)
{
	struct scan *s = r->t->scan;
	struct sizetree_dir *d = sizetree_dir_mut(s->tree, r->task->dir);

	scan_add_flags(r, flag);
	if (r->task->dir != s->top)
		atomic_fetch_sub_explicit(&sizetree_dir_mut(s->tree, d->parent)->items, 1,
					  memory_order_relaxed);
	if (flag == TREE_GONE || scan_is_since(&s->began, &r->meta))
		scan_count(&r->t->vanished, 1);
	atomic_store_explicit(&d->state, TREE_READ, memory_order_release);
	scan_dir_done(s, r->task->dir);
}

static void end_unread(struct scan_reading *r, int err)
{
	uint64_t mnt;

	if (scan_stat(r->t, r->task, &r->meta, &mnt) < 0)
		r->meta = (struct meta){0};
	else
		sizetree_set_own(r->t->scan->tree, r->entry, r->meta.size, r->meta.mtime);
	r->err = err;
	end_empty(r, 0);
}

/* What is mounted there: from the table, which cannot hang; without it nothing is known. */
static const struct mount *mount_at(struct scan_reading *r, uint64_t *ret_mnt)
{
	const struct mount_list *list = r->t->scan->mounts;
	struct meta meta;

	*ret_mnt = 0;
	if (!list || scan_stat(r->t, r->task, &meta, ret_mnt) < 0)
		return NULL;
	return mounts_by_id(list, *ret_mnt);
}

static void end_at_mount(struct scan_reading *r)
{
	struct scan *s = r->t->scan;
	uint64_t mnt;
	const struct mount *m = mount_at(r, &mnt);
	int err;

	if (m && m->kernel) {
		end_empty(r, TREE_MOUNT | TREE_KERNEL);
		return;
	}
	/* On the mount of its parent and yet not to be opened without crossing: nothing is mounted
	 * there before it is asked for. */
	if (s->options.one_file_system ||
	    (mnt && r->task->parent && mnt == r->task->parent->mnt_id)) {
		end_empty(r, TREE_MOUNT | TREE_NOT_ENTERED);
		return;
	}
	scan_add_flags(r, TREE_MOUNT);
	if (r->task->parent)
		atomic_fetch_add_explicit(&r->task->parent->refs, 1, memory_order_relaxed);
	err = scan_push_later(s, r->task, m && m->network);
	if (err < 0) {
		scan_parent_unref(s, r->task->parent);
		scan_fail(s, err);
	}
}

/* 1: it was not counted before; 0: it was; -ENOMEM. Some file systems give one inode number to
 * several directories (snapshots, FUSE). Where the root lies a directory can only be met again when
 * it was moved, which its ctime shows. */
static int first_sight(const struct scan_reading *r)
{
	struct scan *s = r->t->scan;
	int err = seen_add(s->seen, r->meta.id);

	if (r->mnt_id && r->mnt_id == s->root_mnt && !scan_is_since(&s->tree_began, &r->meta))
		return err < 0 ? err : 1;
	if (err == 1 && s->again) {
		err = scan_counted_elsewhere(s, r->task->dir, r->meta.id);
		return err < 0 ? err : !err;
	}
	return err;
}

/* Looks at the open directory; false: it was dealt with. */
static bool begin(struct scan_reading *r)
{
	struct scan *s = r->t->scan;
	int err = stat_fd(r->fd, &r->meta, &r->mnt_id);

	/* It may have taken long, and who wanted it be gone with what patterns there were. */
	if (scan_cancelled(s))
		return false;
	if (err == 0 && r->task->cross && mounts_is_kernel(r->fd)) {
		r->meta = (struct meta){0};
		end_empty(r, TREE_MOUNT | TREE_KERNEL);
		return false;
	}
	if (err == 0)
		err = first_sight(r);
	if (err == 0 && !r->task->cross) {
		end_uncounted(r, TREE_ELSEWHERE);
		return false;
	}
	if (err == 0) {
		r->meta = (struct meta){0};
		end_empty(r, TREE_ELSEWHERE);
		return false;
	}
	if (err == -ENOMEM) {
		scan_fail(s, err);
		return false;
	}
	if (err < 0) {
		end_unread(r, err);
		return false;
	}
	sizetree_set_own(s->tree, r->entry, r->meta.size, r->meta.mtime);
	sizetree_dir_mut(s->tree, r->task->dir)->id = r->meta.id;
	atomic_store_explicit(&sizetree_dir_mut(s->tree, r->task->dir)->state, TREE_READING,
			      memory_order_relaxed);
	str_clear(&r->t->rel);
	if (s->options.exclude && s->options.exclude->npaths &&
	    scan_path(s->tree, r->task->dir, &r->t->rel) < 0) {
		scan_fail(s, -ENOMEM);
		return false;
	}
	return true;
}

/* ---- how fast storage answers ---- */

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void note_time(struct scan_thread *t, int64_t ns)
{
	t->dirs_timed++;
	t->dirs_slow += ns > SLOW_NS && ns / ((int64_t)t->n + 5) > SLOW_CALL;
	if (t->dirs_timed < TIMED)
		return;
	if (t->dirs_slow >= TIMED / 2)
		scan_more_threads(t->scan);
	t->dirs_timed = t->dirs_slow = 0;
}

void scan_dir(struct scan_thread *t, const struct scan_task *task)
{
	struct scan_reading r = {
		.t = t, .task = task, .entry = sizetree_dir(t->scan->tree, task->dir)->entry};
	int64_t start = now_ns();
	int err = 0;

	t->n = 0;
	r.fd = scan_open(t, task);
	if (r.fd == -EXDEV && !task->cross)
		end_at_mount(&r);
	else if (r.fd == -ENOENT || r.fd == -ENOTDIR)
		end_uncounted(&r, TREE_GONE);
	else if (r.fd < 0)
		end_unread(&r, r.fd);
	else if (begin(&r))
		err = scan_read(&r);
	if (r.fd >= 0)
		sys_close(r.fd);
	if (err < 0 && err != -ECANCELED)
		scan_fail(t->scan, err);
	note_time(t, now_ns() - start);
}
