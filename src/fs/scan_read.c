/* SPDX-License-Identifier: MIT
 *
 * Reading one directory: its names first, so that it is known how many numbers it needs; then the
 * metadata of each entry, straight into the columns; then the names behind each other, and those of
 * its entries that are directories into the stack.
 */
#include "fs/scan_inside.h"

#include "base/alloc.h"
#include "fs/cachedir.h"
#include "fs/stat.h"

#include <errno.h>

#define BATCH 512u /* entries a visitor gets at once */

/* ---- names ---- */

static const char *name_at(const struct scan_thread *t, size_t i)
{
	return t->names.buf + t->at[i].off;
}

static bool left_out(struct scan_thread *t, const char *name, size_t len)
{
	const struct exclude *x = t->scan->options.exclude;
	size_t rel_len = t->rel.len;
	bool out;

	if (!x || !exclude_any(x))
		return false;
	if (exclude_name(x, name, len))
		return true;
	if (!x->npaths)
		return false;
	out = (!rel_len || str_addc(&t->rel, '/') == 0) && str_add(&t->rel, name, len) == 0 &&
	      exclude_path(x, t->rel.buf, t->rel.len);
	str_cut(&t->rel, rel_len);
	return out;
}

static int add_name(struct scan_thread *t, const struct scan_entry *e)
{
	uint8_t flags = left_out(t, e->name, e->len) ? SCAN_LEFT_OUT : 0;
	int r = array_grow(&t->at, &t->cap, t->n + 1, sizeof(*t->at));

	if (r == 0 && t->names.len > UINT32_MAX - UINT16_MAX)
		r = -EOVERFLOW;
	if (r < 0)
		return r;
	t->at[t->n++] = (struct scan_name){.off = (uint32_t)t->names.len,
					   .len = (uint16_t)e->len,
					   .type = (uint8_t)e->type,
					   .flags = flags};
	return str_add(&t->names, e->name, e->len + 1);
}

/* What cannot be read of it is r->err; an error returned is the end of the scan. */
static int read_names(struct scan_reading *r)
{
	struct scan_thread *t = r->t;
	struct scan_entry e;
	int got, bad = 0, err = 0;

	t->n = 0;
	str_clear(&t->names);
	scandir_reuse(&t->reader, r->fd, false);
	while (err == 0 && (got = scandir_next_usable(&t->reader, &e, &bad)) > 0 &&
	       !scan_cancelled(t->scan))
		err = add_name(t, &e);
	r->err = got < 0 ? got : bad;
	return err;
}

/* ---- metadata ---- */

static void flush_items(struct scan_reading *r, bool last)
{
	struct scan_thread *t = r->t;
	const struct scan_visitor *v = &t->scan->options.visitor;
	const struct scan_batch batch = {.dirfd = r->fd,
					 .dir = r->task->dir,
					 .meta = r->meta,
					 .items = t->items,
					 .n = r->nitems,
					 .last = last};

	if (v->batch && !scan_cancelled(t->scan))
		v->batch(v->ctx, t->index, &batch);
	r->nitems = 0;
}

static void show_item(struct scan_reading *r, const char *name, size_t len, const struct meta *meta)
{
	struct scan_thread *t = r->t;

	if (!t->scan->options.visitor.batch)
		return;
	t->items[r->nitems++] = (struct scan_item){.name = name, .len = len, .meta = *meta};
	if (r->nitems == BATCH)
		flush_items(r, false);
}

static int keep_big(struct scan_thread *t, uint32_t at, const struct sizetree_values *v)
{
	int r = array_grow(&t->big, &t->big_cap, t->nbig + 1, sizeof(*t->big));

	if (r == 0)
		t->big[t->nbig++] = (struct scan_values){.at = at, .v = *v};
	return r;
}

/* Columns of the next entry; v as it is to be counted. */
static int put(struct scan_reading *r, struct scan_name *n, const struct sizetree_values *v)
{
	size_t need = sizetree_set_values(r->t->scan->tree, r->first + r->count, v, n->len);
	int err = 0;

	if (need > (size_t)n->len + 2)
		err = keep_big(r->t, r->count, v);
	r->names_len += need;
	r->count++;
	return err;
}

/* It may have been moved here from a place that was read before, or away after: fs/scan_moved. */
static int note_recent(struct scan_reading *r, const struct meta *meta)
{
	struct scan_thread *t = r->t;
	const struct scan *s = t->scan;

	if (!scan_is_since(&s->began, meta) || !(meta->size | meta->blocks))
		return 0;
	return links_note(s->recent, &t->recent_page, meta, r->task->dir, r->first + r->count);
}

static int put_file(struct scan_reading *r, struct scan_name *n, const struct meta *meta)
{
	struct scan_thread *t = r->t;
	struct sizetree_values v = {
		.blocks = meta->blocks, .mtime = meta->mtime, .type = stat_type(meta->mode)};
	bool device = v.type == ENTRY_CHAR || v.type == ENTRY_BLOCK;
	int err;

	/* The number of a device is no size. */
	v.size = device ? 0 : meta->size;
	r->items++;
	scan_count(&t->entries, 1);
	scan_count(&t->files, 1);
	if (meta->attrs & META_MOUNT_ROOT)
		v.flags |= TREE_MOUNT;
	if (v.flags && t->scan->options.one_file_system) {
		v.flags |= TREE_NOT_ENTERED;
		return put(r, n, &v);
	}
	err = note_recent(r, meta);
	if (err == 0 && meta->nlink > 1) {
		v.flags |= TREE_LINKED;
		err = links_note(t->scan->links, &t->page, meta, r->task->dir, r->first + r->count);
	} else if (err == 0) {
		/* A file mounted on a file is one that lies somewhere else: fs/scan_mounted. */
		if (v.flags && (meta->size | meta->blocks))
			err = links_note(t->scan->mounted, &t->mounted_page, meta, r->task->dir,
					 r->first + r->count);
		r->blocks = sizetree_add(r->blocks, v.blocks);
		r->size = sizetree_add(r->size, v.size);
	}
	return err < 0 ? err : put(r, n, &v);
}

static int put_unread(struct scan_reading *r, struct scan_name *n, uint32_t flags)
{
	const struct sizetree_values v = {.type = (enum entry_type)n->type, .flags = flags};

	return put(r, n, &v);
}

static int put_one(struct scan_reading *r, struct scan_name *n)
{
	struct scan_thread *t = r->t;
	const char *name = t->names.buf + n->off;
	struct meta meta;
	int err;

	if (n->flags & SCAN_LEFT_OUT) {
		scan_count(&t->excluded, 1);
		return put_unread(r, n, TREE_EXCLUDED);
	}
	if (n->type != ENTRY_DIR) {
		err = stat_at(r->fd, name, &meta, NULL);
		if (err == -ENOENT) {
			scan_count(&t->vanished, 1);
			n->flags |= SCAN_LOST;
			return 0;
		}
		if (err < 0) {
			r->unread++;
			r->items++;
			scan_count(&t->entries, 1);
			scan_count(&t->unread, 1);
			return put_unread(r, n, TREE_UNREAD);
		}
		n->type = (uint8_t)stat_type(meta.mode);
		if (n->type != ENTRY_DIR) {
			show_item(r, name, n->len, &meta);
			return put_file(r, n, &meta);
		}
	}
	r->subdirs++;
	r->items++;
	return put_unread(r, n, 0);
}

static int put_all(struct scan_reading *r)
{
	struct scan_thread *t = r->t;
	int err;

	t->nbig = 0;
	err = t->n >= TREE_NONE ? -EOVERFLOW
				: sizetree_take_entries(t->scan->tree, (uint32_t)t->n, &r->first);
	for (size_t i = 0; err == 0 && i < t->n; i++) {
		if (scan_cancelled(t->scan))
			return -ECANCELED;
		err = put_one(r, &t->at[i]);
	}
	return err;
}

/* ---- names into the tree ---- */

static void put_names(struct scan_reading *r, char *to)
{
	static const struct sizetree_values small;
	struct scan_thread *t = r->t;
	struct sizetree *tree = t->scan->tree;
	size_t offset = 0, big = 0;
	uint32_t at = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct sizetree_values *v = &small;
		size_t len = t->at[i].len;

		if (t->at[i].flags & SCAN_LOST)
			continue;
		if (big < t->nbig && t->big[big].at == at)
			v = &t->big[big++].v;
		sizetree_set_name(tree, r->first + at, v, name_at(t, i), len, to + offset, offset);
		offset += len + (len > 255 || len == 0 ? 2 : 0) + (v == &small ? 0 : 16);
		at++;
	}
}

/* Its directories get their numbers, but nobody knows of them yet; those that are kept have one. */
static int number_subdirs(struct scan_reading *r, uint32_t *ret_first)
{
	struct scan_thread *t = r->t;
	struct sizetree *tree = t->scan->tree;
	uint32_t at = 0, dir;
	int err = scan_keep_subdirs(r);

	if (err == 0)
		err = sizetree_take_dirs(tree, r->subdirs - r->kept, ret_first);
	if (err < 0)
		return err;
	dir = *ret_first;
	for (size_t i = 0; i < t->n; i++) {
		if (t->at[i].flags & SCAN_LOST)
			continue;
		if (scan_is_subdir(&t->at[i]) &&
		    sizetree_subdir(tree, r->first + at) == TREE_NONE) {
			struct sizetree_dir *d = sizetree_dir_mut(tree, dir);

			d->parent = r->task->dir;
			d->entry = r->first + at;
			atomic_init(&d->pending, 1);
			sizetree_set_subdir(tree, r->first + at, dir++);
		}
		at++;
	}
	return 0;
}

/* What it is by itself; from now on its entries may be read. */
void scan_publish(struct scan_reading *r, char *names)
{
	struct sizetree_dir *d = sizetree_dir_mut(r->t->scan->tree, r->task->dir);

	d->names = names;
	d->first = r->first;
	d->count = r->count;
	d->own_blocks = (uint32_t)MIN(r->meta.blocks, UINT32_MAX);
	d->err = (uint8_t)-r->err;
	atomic_store_explicit(&d->blocks, sizetree_add(r->blocks, r->meta.blocks),
			      memory_order_relaxed);
	atomic_store_explicit(&d->size, sizetree_add(r->size, r->meta.size), memory_order_relaxed);
	atomic_store_explicit(&d->items, r->items, memory_order_relaxed);
	atomic_store_explicit(&d->unread, r->unread + (r->err != 0), memory_order_relaxed);
	atomic_store_explicit(&d->pending, r->subdirs - r->kept + scan_kept_undone(r) + 1,
			      memory_order_relaxed);
	atomic_store_explicit(&d->state, TREE_READ, memory_order_release);
	scan_count(&r->t->entries, 1);
	scan_count(&r->t->dirs, 1);
	scan_count(&r->t->blocks, sizetree_add(r->blocks, r->meta.blocks));
	if (r->err) {
		scan_add_flags(r, TREE_UNREAD);
		scan_count(&r->t->unread, 1);
	}
}

/* Those in it wait for whoever comes first; the last one is taken first. Takes the descriptor. */
static int queue_subdirs(struct scan_reading *r, uint32_t first)
{
	struct scan *s = r->t->scan;
	struct scan_parent *parent = scan_parent_new(r->t, r->fd, r->task->dir, r->mnt_id);
	int err = 0;

	r->fd = -1;
	if (!parent)
		return -ENOMEM;
	parent->dev = r->meta.id.dev;
	for (uint32_t i = 0; err == 0 && i < r->subdirs - r->kept; i++) {
		const struct scan_task task = {.parent = parent, .dir = first + i};

		atomic_fetch_add_explicit(&parent->refs, 1, memory_order_relaxed);
		err = scan_push(r->t, &task);
		if (err < 0)
			scan_parent_unref(s, parent);
	}
	scan_parent_unref(s, parent);
	return err;
}

/* ---- all of it ---- */

static bool is_cache(const struct scan_reading *r)
{
	const struct scan_thread *t = r->t;

	for (size_t i = 0; i < t->n; i++)
		if (strcmp(name_at(t, i), CACHEDIR_TAG) == 0)
			return cachedir_tagged(r->fd);
	return false;
}

int scan_read(struct scan_reading *r)
{
	struct scan *s = r->t->scan;
	uint32_t first = 0;
	char *names = NULL;
	int err = read_names(r);

	/* What has been read of it by then says nothing. */
	if (err == 0 && scan_cancelled(s))
		return -ECANCELED;
	if (err == 0 && s->options.exclude_caches && is_cache(r)) {
		r->t->n = 0;
		scan_count(&r->t->excluded, 1);
		scan_add_flags(r, TREE_EXCLUDED);
	}
	if (err == 0)
		err = put_all(r);
	if (err == 0 && r->names_len) {
		names = sizetree_take_names(s->tree, &r->t->pool, r->names_len);
		err = names ? 0 : -ENOMEM;
	}
	if (err < 0)
		return err;
	if (names)
		put_names(r, names);
	flush_items(r, true);
	if (r->subdirs)
		err = number_subdirs(r, &first);
	if (err < 0)
		return err;
	scan_publish(r, names);
	scan_add_kept(r);
	if (r->subdirs > r->kept)
		err = queue_subdirs(r, first);
	scan_dir_done(s, r->task->dir);
	return err;
}
