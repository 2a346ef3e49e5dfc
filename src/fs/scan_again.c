/* SPDX-License-Identifier: MIT
 *
 * A directory of a finished tree once more, into the same tree: behind its end, so that whoever
 * reads it sees nothing of that. The new directory has an entry of its own with the name of the
 * old one, the stand-in, which nothing leads to; scan_take() makes the old entry lead to the new
 * directory, and puts the sums right.
 */
#include "fs/scan_inside.h"

#include "base/alloc.h"
#include "base/map.h"
#include "fs/stat.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

/* Directories that are in the tree beside the one that is scanned, by their ids: what is met again
 * may have been moved. Made when it is needed first. */
struct live_ids {
	pthread_mutex_t lock;
	uint32_t *slots; /* numbers of directories; TREE_NONE is free */
	size_t cap;      /* a power of two */
};

struct scan_again {
	struct scan *base; /* counted */
	struct sizetree_swap swap;
	bool deep, taken;
	uint32_t stand_in;
	uint32_t first_entry; /* of what was added */
	struct sizetree_kept *kept;
	size_t kept_cap;
	struct live_ids ids;
	struct links_result *links;
};

/* ---- life ---- */

void scan_again_free(struct scan *s)
{
	struct scan_again *a = s->again;
	struct sizetree *t = s->tree;

	if (!a)
		return;
	if (!a->taken && a->base)
		atomic_fetch_add(&t->ndead, atomic_load(&t->nentries) - a->first_entry);
	links_result_free(a->links);
	pthread_mutex_destroy(&a->ids.lock);
	free(a->ids.slots);
	free(a->kept);
	scan_unref(a->base);
	free(a);
	s->again = NULL;
}

/* It is gone: there is nothing to be read. */
static void mark_gone(struct scan *s)
{
	struct sizetree_dir *d = sizetree_dir_mut(s->tree, s->top);

	sizetree_set_flags(s->tree, s->again->stand_in, TREE_GONE);
	atomic_store(&d->pending, 0);
	atomic_store(&d->state, TREE_DONE);
}

/* The task to read it, from the directory it lies in. */
static int push_top(struct scan *s)
{
	struct scan_task task = {.dir = s->top};
	uint32_t parent = sizetree_dir(s->tree, s->top)->parent;
	struct meta meta;
	uint64_t mnt;
	int fd, r;

	if (parent == TREE_NONE)
		return scan_push(&s->threads[0], &task);
	fd = scan_open_again(s, parent);
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP) {
		mark_gone(s);
		return 0;
	}
	if (fd < 0)
		return fd;
	r = stat_fd(fd, &meta, &mnt);
	if (r < 0) {
		sys_close(fd);
		return r;
	}
	task.parent = scan_parent_new(&s->threads[0], fd, parent, mnt);
	if (!task.parent)
		return -ENOMEM;
	task.parent->dev = meta.id.dev;
	r = scan_push(&s->threads[0], &task);
	if (r < 0)
		scan_parent_unref(s, task.parent);
	return r;
}

static int plant(struct scan *s)
{
	struct scan_again *a = s->again;
	const struct sizetree_dir *old = sizetree_dir(s->tree, a->swap.dir);
	struct sizetree_dir *d;
	int r = sizetree_take_entries(s->tree, 1, &a->stand_in);

	if (r == 0)
		r = sizetree_take_dirs(s->tree, 1, &s->top);
	if (r < 0)
		return r;
	sizetree_copy_name(s->tree, a->stand_in, old->entry);
	d = sizetree_dir_mut(s->tree, s->top);
	d->parent = old->parent;
	d->entry = a->stand_in;
	atomic_store(&d->pending, 1);
	a->swap.now = s->top;
	return push_top(s);
}

/* The root that was opened, if it is anywhere still. */
static int open_root(struct scan *s)
{
	struct meta meta;
	int r;

	s->root_fd = sys_openat(s->again->base->root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	if (s->root_fd < 0)
		return s->root_fd;
	r = stat_fd(s->root_fd, &meta, &s->root_mnt);
	return r == 0 && meta.nlink == 0 ? -ENOENT : r;
}

static bool is_in_tree(const struct sizetree *t, uint32_t dir)
{
	while (dir != TREE_NONE && dir < atomic_load(&t->ndirs)) {
		const struct sizetree_dir *d = sizetree_dir(t, dir);

		if (sizetree_subdir(t, d->entry) != dir)
			return false;
		if (d->parent == TREE_NONE)
			return true;
		dir = d->parent;
	}
	return false;
}

static int adopt(struct scan *s, struct scan *base, uint32_t dir, bool deep)
{
	struct scan_again *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	pthread_mutex_init(&a->ids.lock, NULL);
	a->base = scan_ref(base);
	a->swap = (struct sizetree_swap){.dir = dir, .now = TREE_NONE};
	a->deep = deep;
	a->first_entry = atomic_load(&base->tree->nentries);
	s->tree = sizetree_ref(base->tree);
	s->tree_began = base->tree_began;
	s->again = a;
	return 0;
}

int scan_again(struct scan *base, uint32_t dir, bool deep, const struct scan_options *options,
	       struct scan **ret_scan)
{
	struct scan *s;
	int r;

	*ret_scan = NULL;
	if (!is_in_tree(base->tree, dir))
		return -EINVAL;
	s = scan_new(options);
	if (!s)
		return -ENOMEM;
	r = adopt(s, base, dir, deep);
	if (r == 0)
		r = open_root(s);
	if (r == 0)
		r = scan_prepare(s);
	if (r == 0)
		r = plant(s);
	return scan_launch(s, r, ret_scan);
}

struct scan *scan_again_base(const struct scan *s)
{
	return s->again->base;
}

const struct sizetree_swap *scan_again_swap(const struct scan *s)
{
	return &s->again->swap;
}

/* ---- subdirectories that stay ---- */

static int names_of_old(struct scan *s, struct map *ret_names)
{
	uint32_t dir = s->again->swap.dir;
	const struct sizetree_dir *old = sizetree_dir(s->tree, dir);

	if (sizetree_dir_state(s->tree, dir) < TREE_READ)
		return 0;
	for (uint32_t e = old->first; e < old->first + old->count; e++) {
		size_t len;
		const char *name;
		int r;

		if (sizetree_subdir(s->tree, e) == TREE_NONE)
			continue;
		name = sizetree_name(s->tree, dir, e, &len);
		r = map_put(ret_names, name, len, sizetree_subdir(s->tree, e));
		if (r < 0)
			return r;
	}
	return 0;
}

/* It is the directory that was read there, or one that nobody has looked at yet. */
static bool is_same(const struct scan_reading *r, uint32_t dir, const char *name)
{
	const struct sizetree *t = r->t->scan->tree;
	struct file_id id = sizetree_dir(t, dir)->id;
	struct meta meta;

	if (sizetree_dir_state(t, dir) < TREE_READ && !id.ino)
		return true;
	return id.ino && stat_at(r->fd, name, &meta, NULL) == 0 && meta.id.ino == id.ino &&
	       meta.id.dev == id.dev;
}

static int keep_one(struct scan_again *a, struct sizetree *t, uint32_t dir, uint32_t entry)
{
	size_t n = a->swap.nkept;
	int r = array_grow(&a->kept, &a->kept_cap, n + 1, sizeof(*a->kept));

	if (r < 0)
		return r;
	a->kept[n] = (struct sizetree_kept){.dir = dir, .entry = entry};
	a->swap.kept = a->kept;
	a->swap.nkept++;
	sizetree_copy_own(t, entry, sizetree_dir(t, dir)->entry);
	sizetree_set_subdir(t, entry, dir);
	return 0;
}

int scan_keep_subdirs(struct scan_reading *r)
{
	struct scan_thread *t = r->t;
	struct scan_again *a = t->scan->again;
	struct map names;
	uint32_t at = 0;
	uintptr_t old;
	int err;

	if (!a || a->deep || r->task->dir != t->scan->top || !r->subdirs)
		return 0;
	map_init(&names);
	err = names_of_old(t->scan, &names);
	for (size_t i = 0; err == 0 && i < t->n; i++) {
		const struct scan_name *n = &t->at[i];
		const char *name = t->names.buf + n->off;

		if (n->flags & SCAN_LOST)
			continue;
		if (scan_cancelled(t->scan))
			err = -ECANCELED;
		else if (scan_is_subdir(n) && map_get(&names, name, n->len, &old) &&
			 is_same(r, (uint32_t)old, name))
			err = keep_one(a, t->scan->tree, (uint32_t)old, r->first + at);
		at++;
	}
	map_done(&names);
	r->kept = (uint32_t)a->swap.nkept;
	return err;
}

/* Those that are not done are waited for, as it was before. */
uint32_t scan_kept_undone(const struct scan_reading *r)
{
	const struct scan_again *a = r->t->scan->again;
	uint32_t n = 0;

	for (size_t i = 0; i < r->kept; i++)
		n += sizetree_dir_state(r->t->scan->tree, a->kept[i].dir) != TREE_DONE;
	return n;
}

void scan_add_kept(struct scan_reading *r)
{
	struct sizetree *t = r->t->scan->tree;
	const struct scan_again *a = r->t->scan->again;

	for (size_t i = 0; i < r->kept; i++)
		if (sizetree_dir_state(t, a->kept[i].dir) == TREE_DONE)
			scan_add_up(sizetree_dir_mut(t, r->task->dir),
				    sizetree_dir_mut(t, a->kept[i].dir));
}

/* ---- what is met at another place ---- */

static size_t slot_of(const struct live_ids *ids, struct file_id id)
{
	uint64_t x = (id.ino ^ id.dev << 40 ^ id.dev >> 24) * 0x9e3779b97f4a7c15u;

	return (size_t)(x ^ x >> 29) & (ids->cap - 1);
}

static int fill_ids(struct scan *s)
{
	struct live_ids *ids = &s->again->ids;
	const struct sizetree_swap *swap = &s->again->swap;
	struct sizetree_live live;
	/* Those of this scan have higher numbers, are known by scan.seen, and may be half written.
	 */
	int r = sizetree_live_init(&live, s->tree, swap->now + 1, swap);

	for (ids->cap = 64; ids->cap < (size_t)live.n * 2;)
		ids->cap *= 2;
	ids->slots = r < 0 ? NULL : malloc(ids->cap * sizeof(*ids->slots));
	if (!ids->slots) {
		sizetree_live_done(&live);
		return -ENOMEM;
	}
	memset(ids->slots, 0xff, ids->cap * sizeof(*ids->slots));
	for (uint32_t d = 0; d < swap->now; d++) {
		const struct sizetree_dir *dir = sizetree_dir(s->tree, d);
		size_t at;

		if (!sizetree_is_live(&live, d) || !dir->id.ino)
			continue;
		at = slot_of(ids, dir->id);
		while (ids->slots[at] != TREE_NONE)
			at = (at + 1) & (ids->cap - 1);
		ids->slots[at] = d;
	}
	sizetree_live_done(&live);
	return 0;
}

/* 1: that directory is still where the tree has it. */
static int is_still(struct scan *s, uint32_t dir, struct file_id id)
{
	struct meta meta;
	int fd = scan_open_again(s, dir), r;

	if (fd < 0)
		return 0;
	r = stat_fd(fd, &meta, NULL);
	sys_close(fd);
	return r == 0 && meta.id.ino == id.ino && meta.id.dev == id.dev;
}

int scan_counted_elsewhere(struct scan *s, uint32_t dir, struct file_id id)
{
	struct live_ids *ids = &s->again->ids;
	int r;

	pthread_mutex_lock(&ids->lock);
	r = ids->slots ? 0 : fill_ids(s);
	for (size_t at = ids->slots ? slot_of(ids, id) : 0;
	     r == 0 && ids->slots && ids->slots[at] != TREE_NONE; at = (at + 1) & (ids->cap - 1)) {
		struct file_id other = sizetree_dir(s->tree, ids->slots[at])->id;

		if (other.ino == id.ino && other.dev == id.dev)
			r = is_still(s, ids->slots[at], id);
	}
	/* What of it stays is known only once it was read. */
	if (dir == s->top) {
		free(ids->slots);
		ids->slots = NULL;
	}
	pthread_mutex_unlock(&ids->lock);
	return r;
}

/* ---- putting it in place ---- */

int scan_settle_again(struct scan *s)
{
	struct scan_again *a = s->again;
	struct sizetree_swap *swap = &a->swap;

	free(a->ids.slots);
	a->ids.slots = NULL;
	if (sizetree_meta(s->tree, a->stand_in) & TREE_GONE)
		swap->now = TREE_NONE;
	return links_again(a->base->links, s->links, s->tree, swap, &s->cancel, &a->links);
}

/* What a directory adds to the one it lies in. */
struct share {
	uint64_t blocks, size;
	uint32_t items, unread;
	bool done; /* false: nothing yet */
};

static struct share share_of(const struct sizetree *t, uint32_t dir)
{
	const struct sizetree_dir *d = sizetree_dir(t, dir);
	uint32_t meta = sizetree_meta(t, d->entry);
	/* See end_uncounted() in fs/scan_dir.c. */
	bool uncounted = (meta & TREE_GONE) ||
			 (meta & (TREE_ELSEWHERE | TREE_MOUNT)) == (uint32_t)TREE_ELSEWHERE;
	struct share s = {.items = !uncounted, .done = sizetree_dir_state(t, dir) == TREE_DONE};

	if (!s.done)
		return s;
	s.blocks = atomic_load_explicit(&d->blocks, memory_order_relaxed);
	s.size = atomic_load_explicit(&d->size, memory_order_relaxed);
	s.items += atomic_load_explicit(&d->items, memory_order_relaxed);
	s.unread = atomic_load_explicit(&d->unread, memory_order_relaxed);
	return s;
}

/* What has reached the end of what can be counted stays there. */
static void replace(_Atomic uint64_t *sum, uint64_t was, uint64_t now)
{
	uint64_t old = atomic_load_explicit(sum, memory_order_relaxed);

	if (old != UINT64_MAX)
		atomic_store_explicit(sum, sizetree_add(old - was, now), memory_order_relaxed);
}

/* Upwards as long as something changes. One above is done when all in it is. */
static void replace_shares(struct sizetree *t, uint32_t dir, struct share was, struct share now)
{
	while (dir != TREE_NONE) {
		struct sizetree_dir *d = sizetree_dir_mut(t, dir);
		struct share above = share_of(t, dir);
		uint32_t pending = atomic_load(&d->pending);

		replace(&d->blocks, was.blocks, now.blocks);
		replace(&d->size, was.size, now.size);
		atomic_fetch_add(&d->items, now.items - was.items);
		atomic_fetch_add(&d->unread, now.unread - was.unread);
		if (now.done && !was.done)
			atomic_store(&d->pending, --pending);
		if (pending == 0)
			atomic_store(&d->state, TREE_DONE);
		was = above;
		now = share_of(t, dir);
		if (!now.done && !was.done)
			return;
		dir = d->parent;
	}
}

static void swap_dirs(struct scan *s)
{
	const struct scan_again *a = s->again;
	const struct sizetree_swap *swap = &a->swap;
	struct sizetree *t = s->tree;
	uint32_t entry = sizetree_dir(t, swap->dir)->entry;

	sizetree_copy_own(t, entry, a->stand_in);
	sizetree_set_subdir(t, entry, swap->now);
	sizetree_dir_mut(t, s->top)->entry = entry;
	for (size_t i = 0; i < swap->nkept; i++) {
		struct sizetree_dir *d = sizetree_dir_mut(t, swap->kept[i].dir);

		d->parent = swap->now;
		d->entry = swap->kept[i].entry;
	}
}

/* Entries that nothing leads to from now on. */
static void count_dead(struct scan *s)
{
	const struct sizetree_swap *swap = &s->again->swap;
	struct sizetree *t = s->tree;
	uint32_t dead = atomic_load(&sizetree_dir(t, swap->dir)->items) + 1;

	for (size_t i = 0; i < swap->nkept; i++)
		dead -= MIN(dead, atomic_load(&sizetree_dir(t, swap->kept[i].dir)->items));
	atomic_fetch_add(&t->ndead, dead);
}

void scan_take(struct scan *s, uint32_t *ret_dir, uint32_t *ret_now)
{
	struct scan_again *a = s->again;
	struct sizetree *t = s->tree;
	struct share was = share_of(t, a->swap.dir), now;

	*ret_dir = a->swap.dir;
	*ret_now = a->swap.now;
	if (a->taken)
		return;
	a->taken = true;
	now = share_of(t, s->top);
	count_dead(s);
	swap_dirs(s);
	replace_shares(t, sizetree_dir(t, s->top)->parent, was, now);
	links_take(a->base->links, t, a->links);
	links_move(a->base->mounted, s->mounted);
}
