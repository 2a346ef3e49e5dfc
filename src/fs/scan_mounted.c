/* SPDX-License-Identifier: MIT
 *
 * Files that are mounted on files: each is one that lies somewhere else, perhaps in what is scanned
 * too, on any of its file systems. Such a file counts like any other at first; at the end it is
 * looked for: what has the same length, blocks and mtime is asked for its inode. Where it lies it
 * counts, or else at the first of its mount points, and is TREE_ELSEWHERE at the others. One with
 * several links is a matter of fs/links alone.
 */
#include "fs/scan_inside.h"

#include "base/alloc.h"
#include "fs/stat.h"
#include "fs/sys.h"

#include <errno.h>
#include <stdlib.h>

struct mounted {
	struct file_id id;
	uint64_t look;
	uint32_t dir, entry;
	bool old; /* of the tree before this scan: what is shown of it stays */
	char *path;
};

struct search {
	struct scan *scan;
	struct mounted *at;
	size_t n, cap;
	bool new; /* some are not old */
};

/* ---- which there are ---- */

static int add(struct search *c, const struct links_sight *sight, bool old)
{
	const struct sizetree *t = c->scan->tree;
	CLEANUP(str_done) struct str path = STR_INIT;
	int r;

	if (sizetree_meta(t, sight->entry) & (TREE_ELSEWHERE | TREE_GONE))
		return 0;
	r = scan_path(t, sight->dir, &path);
	if (r == 0)
		r = array_grow(&c->at, &c->cap, c->n + 1, sizeof(*c->at));
	if (r < 0 || !c->at)
		return r;
	c->at[c->n++] = (struct mounted){.id = sight->id,
					 .look = scan_look_of(t, sight->dir, sight->entry),
					 .dir = sight->dir,
					 .entry = sight->entry,
					 .old = old,
					 .path = str_take(&path)};
	c->new |= !old;
	return 0;
}

static int collect(struct search *c, const struct links *from, const struct sizetree_live *old)
{
	struct links_at at = {0};
	struct links_sight sight;
	int r = 0;

	while (r == 0 && links_next(from, &at, &sight))
		if (!old || sizetree_is_live(old, sight.dir))
			r = add(c, &sight, old != NULL);
	return r;
}

static int by_inode(const void *va, const void *vb)
{
	const struct mounted *a = va, *b = vb;

	if (a->id.dev != b->id.dev)
		return a->id.dev < b->id.dev ? -1 : 1;
	if (a->id.ino != b->id.ino)
		return a->id.ino < b->id.ino ? -1 : 1;
	if (a->old != b->old)
		return a->old ? -1 : 1;
	return strcmp(a->path ? a->path : "", b->path ? b->path : "");
}

static bool same(struct file_id a, struct file_id b)
{
	return a.ino == b.ino && a.dev == b.dev;
}

/* Of several mount points of one file the first counts; those that are left are kept. */
static void keep_first(struct search *c)
{
	size_t n = 0;

	if (!c->at)
		return;
	qsort(c->at, c->n, sizeof(*c->at), by_inode);
	for (size_t i = 0; i < c->n; i++) {
		bool again = n && same(c->at[n - 1].id, c->at[i].id);

		if (again && !c->at[i].old)
			scan_uncount(c->scan, c->at[i].dir, c->at[i].entry, TREE_ELSEWHERE);
		if (again)
			free(c->at[i].path);
		else
			c->at[n++] = c->at[i];
	}
	c->n = n;
}

/* ---- where they lie ---- */

/* There are a handful of them. */
static bool looks_alike(const struct search *c, uint64_t look)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->at[i].look == look)
			return true;
	return false;
}

/* 0, or -errno: it cannot be looked at, so nothing is known. */
static int inode_of(struct scan *s, uint32_t dir, uint32_t entry, struct file_id *ret_id)
{
	CLEANUP(str_done) struct str name = STR_INIT;
	struct meta meta;
	size_t len;
	const char *at = sizetree_name(s->tree, dir, entry, &len);
	int fd, r = str_add(&name, at, len);

	if (r < 0)
		return r;
	fd = scan_open_again(s, dir);
	if (fd < 0)
		return fd;
	r = stat_at(fd, name.buf, &meta, NULL);
	sys_close(fd);
	if (r == 0)
		*ret_id = meta.id;
	return r;
}

static int look_at(struct search *c, uint32_t dir, uint32_t entry)
{
	struct scan *s = c->scan;
	struct file_id id;
	int r = inode_of(s, dir, entry, &id);

	for (size_t i = 0; r == 0 && i < c->n; i++) {
		if (!same(c->at[i].id, id))
			continue;
		if (!c->at[i].old)
			scan_uncount(s, c->at[i].dir, c->at[i].entry, TREE_ELSEWHERE);
		else if (dir >= s->top)
			scan_uncount(s, dir, entry, TREE_ELSEWHERE);
		/* It is found once. */
		free(c->at[i].path);
		c->at[i] = c->at[--c->n];
	}
	return r == -ENOMEM ? r : 0;
}

static int search_dir(struct search *c, uint32_t dir)
{
	const struct sizetree *t = c->scan->tree;
	const struct sizetree_dir *d = sizetree_dir(t, dir);
	int r = 0;

	if (scan_cancelled(c->scan))
		return -ECANCELED;
	if (sizetree_dir_state(t, dir) < TREE_READ)
		return 0;
	for (uint32_t e = d->first; r == 0 && c->n && e < d->first + d->count; e++)
		if (scan_counts(t, e) && !(sizetree_meta(t, e) & TREE_MOUNT) &&
		    looks_alike(c, scan_look_of(t, dir, e)))
			r = look_at(c, dir, e);
	return r;
}

/* Everywhere, if some are new; those that are old were looked for where nothing is new. */
static int search_all(struct search *c, const struct sizetree_live *live)
{
	uint32_t ndirs = atomic_load(&c->scan->tree->ndirs), top = c->scan->top;
	int r = 0;

	for (uint32_t dir = c->new ? 0 : top; r == 0 && c->n &&dir < ndirs; dir++)
		if (dir >= top || (live->depth && sizetree_is_live(live, dir)))
			r = search_dir(c, dir);
	return r;
}

int scan_settle_mounted(struct scan *s)
{
	const struct links *before = s->again ? scan_again_base(s)->mounted : NULL;
	struct sizetree_live live = {0};
	struct search c = {.scan = s};
	int r = 0;

	if (!links_count(s->mounted) && (!before || !links_count(before)))
		return 0;
	if (before)
		r = sizetree_live_init(&live, s->tree, atomic_load(&s->tree->ndirs),
				       scan_again_swap(s));
	if (r == 0)
		r = collect(&c, s->mounted, NULL);
	if (r == 0 && before)
		r = collect(&c, before, &live);
	if (r == 0) {
		keep_first(&c);
		r = search_all(&c, &live);
	}
	for (size_t i = 0; i < c.n; i++)
		free(c.at[i].path);
	free(c.at);
	sizetree_live_done(&live);
	return r;
}
