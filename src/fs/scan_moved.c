/* SPDX-License-Identifier: MIT
 *
 * Files that were moved while the scan ran, so that it saw them at two places. Inode numbers are
 * not kept, which would cost more than all else; but whatever is renamed gets a new ctime, also
 * where it keeps length, blocks and mtime. So each file that has changed since the scan began is
 * noted, and at the end everything that has the same length, blocks and mtime as one of these is
 * looked at again: what is not there any more has vanished.
 *
 * Not seen: one that was moved and also written to, and one on a server whose clock is behind ours.
 */
#include "fs/scan_inside.h"

#include "fs/stat.h"
#include "fs/sys.h"

#include <errno.h>
#include <stdlib.h>

/* What was noted, by what does not change when it is moved. 0 is free. */
struct looks {
	uint64_t *keys;
	uint32_t *seen; /* entries of the tree that look so */
	size_t cap;     /* a power of two */
};

struct recheck {
	struct scan *scan;
	struct looks looks;
	struct seen *there; /* inodes found at their places */
	struct links_page *page;
};

uint64_t scan_look_of(const struct sizetree *t, uint32_t dir, uint32_t entry)
{
	uint64_t x = sizetree_size(t, dir, entry) * 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 29 ^ sizetree_blocks(t, dir, entry)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 32 ^ sizetree_mtime(t, entry)) * 0x94d049bb133111ebu;
	return (x ^ x >> 31) | 1;
}

/* Where the look is, or would be. */
static size_t place(const struct looks *l, uint64_t key)
{
	size_t at = (size_t)(key >> 1) & (l->cap - 1);

	while (l->keys[at] && l->keys[at] != key)
		at = (at + 1) & (l->cap - 1);
	return at;
}

static int note_looks(struct recheck *c, const struct links *recent)
{
	struct looks *l = &c->looks;
	size_t n = links_count(recent);
	struct links_sight sight;
	struct links_at at = {0};

	for (l->cap = 16; l->cap < n * 2;)
		l->cap *= 2;
	l->keys = calloc(l->cap, sizeof(*l->keys));
	l->seen = calloc(l->cap, sizeof(*l->seen));
	if (!l->keys || !l->seen)
		return -ENOMEM;
	while (links_next(recent, &at, &sight)) {
		uint64_t key = scan_look_of(c->scan->tree, sight.dir, sight.entry);

		size_t at_key = place(l, key);

		l->keys[at_key] = key;
		/* It got a link meanwhile: the other one may have been counted as a file of its
		 * own. */
		if (sizetree_meta(c->scan->tree, sight.entry) & TREE_LINKED)
			l->seen[at_key] = 1;
	}
	return 0;
}

bool scan_counts(const struct sizetree *t, uint32_t entry)
{
	uint32_t meta = sizetree_meta(t, entry);

	return TREE_META_TYPE(meta) != ENTRY_DIR &&
	       !(meta & (TREE_LINKED | TREE_UNREAD | TREE_EXCLUDED | TREE_ELSEWHERE |
			 TREE_NOT_ENTERED | TREE_GONE));
}

/* Calls fn for every file that looks like one that has changed. */
static int each_alike(struct recheck *c,
		      int (*fn)(struct recheck *c, uint32_t dir, uint32_t entry, uint32_t *seen))
{
	struct sizetree *t = c->scan->tree;
	uint32_t ndirs = atomic_load(&t->ndirs);
	int r = 0;

	for (uint32_t dir = c->scan->top; r == 0 && dir < ndirs; dir++) {
		const struct sizetree_dir *d = sizetree_dir(t, dir);

		if (scan_cancelled(c->scan))
			return -ECANCELED;
		for (uint32_t e = d->first; r == 0 && e < d->first + d->count; e++) {
			size_t at;

			/* One that is mounted on another is there twice: fs/scan_mounted. */
			if (!scan_counts(t, e) || sizetree_meta(t, e) & TREE_MOUNT)
				continue;
			at = place(&c->looks, scan_look_of(t, dir, e));
			if (c->looks.keys[at])
				r = fn(c, dir, e, &c->looks.seen[at]);
		}
	}
	return r;
}

static int count_alike(struct recheck *c, uint32_t dir, uint32_t entry, uint32_t *seen)
{
	(void)c;
	(void)dir;
	(void)entry;
	(*seen)++;
	return 0;
}

static void take_away(struct scan *s, uint32_t dir, uint32_t entry)
{
	scan_uncount(s, dir, entry, TREE_GONE);
	atomic_fetch_add(&s->threads[0].vanished, 1);
	for (;; dir = sizetree_dir(s->tree, dir)->parent) {
		atomic_fetch_sub(&sizetree_dir_mut(s->tree, dir)->items, 1);
		if (dir == s->top)
			return;
	}
}

/* 1: it is there, and was not met at another place; 0: it is not; -errno. */
static int is_there(struct recheck *c, uint32_t dir, uint32_t entry, struct meta *ret_meta)
{
	CLEANUP(str_done) struct str name = STR_INIT;
	size_t len;
	const char *at = sizetree_name(c->scan->tree, dir, entry, &len);
	int fd, r = str_add(&name, at, len);

	if (r < 0)
		return r;
	*ret_meta = (struct meta){0};
	fd = scan_open_again(c->scan, dir);
	/* The whole directory was moved, and what is in it with it: it counts where it was met. */
	if (fd < 0)
		return 1;
	r = stat_at(fd, name.buf, ret_meta, NULL);
	sys_close(fd);
	/* What cannot be looked at now was looked at before: nothing says that it has gone. */
	if (r < 0)
		return r != -ENOENT && r != -ENOTDIR;
	return seen_add(c->there, ret_meta->id);
}

void scan_uncount(struct scan *s, uint32_t dir, uint32_t entry, uint32_t flag)
{
	uint64_t blocks = sizetree_blocks(s->tree, dir, entry),
		 size = sizetree_size(s->tree, dir, entry);

	sizetree_set_flags(s->tree, entry, flag);
	for (;; dir = sizetree_dir(s->tree, dir)->parent) {
		atomic_fetch_sub(&sizetree_dir_mut(s->tree, dir)->blocks, blocks);
		atomic_fetch_sub(&sizetree_dir_mut(s->tree, dir)->size, size);
		if (dir == s->top)
			break;
	}
}

/* Its other link came after it was counted: from now on it counts as what has several. */
static int make_linked(struct recheck *c, uint32_t dir, uint32_t entry, const struct meta *meta)
{
	scan_uncount(c->scan, dir, entry, TREE_LINKED);
	return links_note(c->scan->links, &c->page, meta, dir, entry);
}

static int look_again(struct recheck *c, uint32_t dir, uint32_t entry, uint32_t *seen)
{
	struct meta meta;
	int r;

	if (*seen < 2)
		return 0;
	r = is_there(c, dir, entry, &meta);
	if (r == 0)
		take_away(c->scan, dir, entry);
	else if (r > 0 && meta.nlink > 1)
		return make_linked(c, dir, entry, &meta);
	return r < 0 ? r : 0;
}

int scan_settle_moved(struct scan *s)
{
	struct recheck c = {.scan = s};
	int r;

	if (!links_count(s->recent))
		return 0;
	r = note_looks(&c, s->recent);
	if (r == 0)
		r = seen_new(&c.there);
	if (r == 0)
		r = each_alike(&c, count_alike);
	if (r == 0)
		r = each_alike(&c, look_again);
	seen_free(c.there);
	free(c.looks.keys);
	free(c.looks.seen);
	return r;
}
