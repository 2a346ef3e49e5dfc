/* SPDX-License-Identifier: MIT */
#include "fs/walk.h"

#include "base/alloc.h"
#include "fs/dirstack.h"
#include "fs/scandir.h"
#include "fs/stat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Larger buffers gain nothing measurable here and there is one for each open level. */
#define WALK_BUFFER 131072u

/* A directory being read. */
struct frame {
	struct scandir scan;
	struct str rest; /* after eviction: type, name, NUL for each entry not yet given */
	size_t rest_pos;
	int rest_err; /* what ended the reading of the rest */
	int bad;      /* a record was of no use: told when the others have been given */
	bool evicted;
};

/* What follows for the entry at hand. */
enum step {
	STEP_ROOT,  /* the root is to be given */
	STEP_READ,  /* the next entry of the innermost directory */
	STEP_ENTER, /* the directory in `name` is to be entered */
	STEP_NOTE,  /* it cannot be: tell so (note, err) */
	STEP_END,   /* tell its end */
	STEP_LEAVE, /* the innermost directory is finished */
	STEP_DONE,
};

struct walk {
	struct dirstack dirs;
	struct frame
		*frames; /* one for each level on the stack; spare ones behind keep their buffers */
	size_t nframes, cap;
	enum step step;
	enum walk_kind note;
	int note_err;
	int err; /* what ended the walk */
	int root_dirfd;
	unsigned flags;
	const _Atomic bool *cancel;
	struct str path; /* of the item last given; its name is at name_at */
	size_t name_at, root_len;
	struct walk_item item; /* of the entry at hand */
};

static bool cancelled(const struct walk *w)
{
	return w->cancel && atomic_load_explicit(w->cancel, memory_order_relaxed);
}

static struct frame *top(struct walk *w)
{
	return &w->frames[w->dirs.depth - 1];
}

/* Before a directory loses its descriptor: what is left of it goes to memory. */
static int read_rest(void *ctx, uint32_t level)
{
	struct walk *w = ctx;
	struct frame *f = &w->frames[level];
	struct scan_entry e;
	int r;

	while ((r = scandir_next_usable(&f->scan, &e, &f->bad)) > 0) {
		if (cancelled(w))
			return -ECANCELED;
		if (str_addc(&f->rest, (char)e.type) < 0 ||
		    str_add(&f->rest, e.name, e.len + 1) < 0)
			return -ENOMEM;
	}
	f->rest_err = r < 0 ? r : f->bad;
	f->evicted = true;
	scandir_done(&f->scan);
	return 0;
}

static void frame_done(struct frame *f)
{
	scandir_done(&f->scan);
	str_done(&f->rest);
}

static int reserve_frame(struct walk *w)
{
	int r = array_grow(&w->frames, &w->cap, (size_t)w->dirs.depth + 1, sizeof(*w->frames));

	if (r < 0)
		return r;
	while (w->nframes < (size_t)w->dirs.depth + 1) {
		struct frame *f = &w->frames[w->nframes++];

		*f = (struct frame){.rest = STR_INIT};
		scandir_init(&f->scan, -1, false);
	}
	return 0;
}

static void begin_frame(struct walk *w)
{
	struct frame *f = top(w);

	scandir_reuse(&f->scan, dirstack_fd(&w->dirs), false);
	f->scan.max = WALK_BUFFER;
	str_clear(&f->rest);
	f->rest_pos = 0;
	f->rest_err = f->bad = 0;
	f->evicted = false;
}

static int next_entry(struct walk *w, struct scan_entry *ret_entry)
{
	struct frame *f = top(w);
	const char *at = f->rest.buf + f->rest_pos;

	if (!f->evicted) {
		int r = scandir_next_usable(&f->scan, ret_entry, &f->bad);

		return r == 0 ? f->bad : r;
	}
	if (f->rest_pos == f->rest.len) {
		int err = f->rest_err;

		f->rest_err = 0;
		str_done(&f->rest);
		f->rest_pos = 0;
		return err;
	}
	ret_entry->type = (enum entry_type)at[0];
	ret_entry->name = at + 1;
	ret_entry->len = strlen(at + 1);
	f->rest_pos += ret_entry->len + 2;
	return 1;
}

/* The path of an entry of the innermost directory. Whatever was at hand before was in that
 * directory or below it, or is it: w->path begins with its path already. */
static int set_name(struct walk *w, const char *name, size_t len)
{
	size_t dir_len;
	const char *dir = dirstack_path(&w->dirs, &dir_len);

	str_cut(&w->path, dir_len);
	if (dir[dir_len - 1] != '/')
		str_addc(&w->path, '/');
	w->name_at = w->path.len;
	str_add(&w->path, name, len);
	return w->path.failed ? -ENOMEM : 0;
}

static int give(struct walk *w, enum walk_kind kind, int err, struct walk_item *ret_item)
{
	struct walk_item *i = &w->item;

	i->kind = kind;
	i->err = err;
	i->path = w->path.buf;
	i->path_len = w->path.len;
	i->name = w->path.buf + w->name_at;
	i->rel = w->path.buf + (i->depth ? w->root_len : w->path.len);
	if (*i->rel == '/')
		i->rel++;
	*ret_item = *i;
	return 1;
}

static enum step after_dir(const struct walk *w)
{
	if (w->flags & WALK_POST)
		return STEP_END;
	return w->dirs.depth ? STEP_READ : STEP_DONE;
}

/* Which directory was seen; an automount trigger becomes another one by being entered. */
static bool expected(const struct walk *w, struct dir_id *ret_id)
{
	const struct walk_item *i = &w->item;

	*ret_id = (struct dir_id){.file = i->meta.id, .mnt_id = i->mnt_id};
	return i->has_meta && !(i->meta.attrs & STATX_ATTR_AUTOMOUNT);
}

/* What was looked at is what is entered. */
static int push_root(struct walk *w, const struct dir_id *expect)
{
	struct dir_id id;
	int r = dirstack_root(&w->dirs, w->root_dirfd, w->path.buf);

	if (r < 0 || !expect)
		return r;
	id = dirstack_id(&w->dirs, 0);
	if (file_id_eq(id.file, expect->file))
		return 0;
	dirstack_done(&w->dirs);
	w->dirs.evict = read_rest;
	w->dirs.ctx = w;
	return -ESTALE;
}

static int push(struct walk *w)
{
	unsigned flags = w->flags & WALK_XDEV ? DIRSTACK_XDEV : 0;
	struct dir_id id;
	bool known = expected(w, &id);
	int r = reserve_frame(w);

	if (r < 0)
		return r;
	if (w->dirs.depth == 0)
		r = push_root(w, known ? &id : NULL);
	else
		r = dirstack_push(&w->dirs, w->path.buf + w->name_at, flags, known ? &id : NULL);
	if (r == 0)
		begin_frame(w);
	return r;
}

static int end_walk(struct walk *w, int err)
{
	w->step = STEP_DONE;
	w->err = err;
	return err;
}

/* Enters the directory at hand, or finds out why not. */
static int enter(struct walk *w)
{
	int r = push(w);

	w->step = STEP_READ;
	if (r == 0)
		return 0;
	if (r == -ECANCELED || r == -ENOMEM)
		return r;
	w->step = STEP_NOTE;
	w->note_err = r;
	w->note = r == -EXDEV ? WALK_MOUNT : r == -ELOOP ? WALK_LOOP : WALK_ERROR;
	if (w->note != WALK_ERROR)
		w->note_err = 0;
	/* Gone: nothing to tell, but who was told of its beginning is told of its end. */
	if (r == -ENOENT && w->item.depth > 0)
		w->step = w->flags & WALK_PRE ? after_dir(w) : STEP_READ;
	/* The reason was given with WALK_DIR already. */
	if (r == w->item.err && (w->flags & WALK_PRE))
		w->step = after_dir(w);
	return 0;
}

/* Tells the innermost directory to be at hand again, when something is to be said about it. */
static void recall_dir(struct walk *w)
{
	size_t len;
	const char *path = dirstack_path(&w->dirs, &len);

	str_cut(&w->path, len);
	w->item = (struct walk_item){.type = ENTRY_DIR, .depth = w->dirs.depth - 1};
	w->name_at = 0;
	if (w->item.depth > 0)
		w->name_at = (size_t)((const char *)memrchr(path, '/', len) - path) + 1;
}

/* The innermost directory is finished: back to its parent. */
static int leave(struct walk *w)
{
	struct walk_item *i = &w->item;
	int r;

	if (w->flags & WALK_POST) {
		recall_dir(w);
		if (w->flags & WALK_STAT)
			i->has_meta = stat_fd(dirstack_fd(&w->dirs), &i->meta, &i->mnt_id) == 0;
	}
	r = dirstack_pop(&w->dirs);
	if (r < 0)
		return r;
	i->dirfd = w->dirs.depth ? dirstack_fd(&w->dirs) : w->root_dirfd;
	w->step = after_dir(w);
	return 0;
}

/* Metadata, when asked for or when the type is not known without. 0: the entry is gone. */
static int look_at(struct walk *w)
{
	struct walk_item *i = &w->item;
	int r;

	if (!(w->flags & WALK_STAT) && i->type != ENTRY_UNKNOWN)
		return 1;
	r = stat_at(i->dirfd, w->path.buf + w->name_at, &i->meta, &i->mnt_id);
	if (r == -ENOENT)
		return 0;
	i->err = r;
	i->has_meta = r == 0;
	if (r == 0)
		i->type = stat_type(i->meta.mode);
	return 1;
}

/* Gives the entry at hand, or goes on into it. */
static int present(struct walk *w, struct walk_item *ret_item)
{
	if (w->item.type != ENTRY_DIR) {
		w->step = w->dirs.depth ? STEP_READ : STEP_DONE;
		return give(w, WALK_LEAF, w->item.err, ret_item);
	}
	w->step = STEP_ENTER;
	return w->flags & WALK_PRE ? give(w, WALK_DIR, w->item.err, ret_item) : 0;
}

/* One entry of the innermost directory: 1 given, 0 go on, -errno. */
static int read_one(struct walk *w, struct walk_item *ret_item)
{
	struct scan_entry e;
	int r = next_entry(w, &e);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		/* What could not be read is told once, and the directory is finished. */
		w->step = STEP_LEAVE;
		recall_dir(w);
		w->item.dirfd = -1;
		return give(w, WALK_ERROR, r, ret_item);
	}
	if (r == 0) {
		w->step = STEP_LEAVE;
		return 0;
	}
	r = set_name(w, e.name, e.len);
	if (r < 0)
		return r;
	w->item = (struct walk_item){
		.type = e.type, .depth = w->dirs.depth, .dirfd = dirstack_fd(&w->dirs)};
	return look_at(w) ? present(w, ret_item) : 0;
}

static int step(struct walk *w, struct walk_item *ret_item)
{
	switch (w->step) {
	case STEP_ROOT:
		return present(w, ret_item);
	case STEP_READ:
		return read_one(w, ret_item);
	case STEP_ENTER:
		return enter(w);
	case STEP_NOTE:
		w->step = after_dir(w);
		return give(w, w->note, w->note_err, ret_item);
	case STEP_END:
		w->step = w->dirs.depth ? STEP_READ : STEP_DONE;
		return give(w, WALK_DIR_END, 0, ret_item);
	case STEP_LEAVE:
		return leave(w);
	case STEP_DONE:
		break;
	}
	return 0;
}

int walk_next(struct walk *w, struct walk_item *ret_item)
{
	int r = 0;

	if (w->step == STEP_DONE)
		return w->err;
	while (r == 0 && w->step != STEP_DONE) {
		if (cancelled(w))
			return end_walk(w, -ECANCELED);
		r = step(w, ret_item);
	}
	return r < 0 ? end_walk(w, r) : r;
}

void walk_skip(struct walk *w)
{
	if (w->step == STEP_ENTER)
		w->step = w->dirs.depth ? STEP_READ : STEP_DONE;
}

const char *walk_where(const struct walk *w, size_t *ret_len)
{
	return dirstack_path(&w->dirs, ret_len);
}

/* What the root is decides whether it is a walk at all. A link to something else than a directory
 * is that link. */
static int look_at_root(struct walk *w)
{
	struct walk_item *i = &w->item;
	int r = stat_follow(w->root_dirfd, w->path.buf, &i->meta, &i->mnt_id);

	if (r < 0 || !S_ISDIR(i->meta.mode))
		r = stat_at(w->root_dirfd, w->path.buf, &i->meta, &i->mnt_id);
	if (r < 0)
		return r;
	i->has_meta = true;
	i->type = stat_type(i->meta.mode);
	return 0;
}

int walk_new(int dirfd, const char *path, const struct walk_options *options,
	     struct walk **ret_walk)
{
	struct walk *w = calloc(1, sizeof(*w));
	int r = -ENOMEM;

	if (!w)
		return r;
	dirstack_init(&w->dirs);
	w->dirs.evict = read_rest;
	w->dirs.ctx = w;
	w->path = (struct str)STR_INIT;
	w->flags = options->flags;
	w->cancel = options->cancel;
	w->root_dirfd = w->item.dirfd = dirfd;
	if (str_adds(&w->path, path) == 0)
		r = look_at_root(w);
	if (r < 0) {
		walk_free(w);
		return r;
	}
	w->root_len = w->path.len;
	*ret_walk = w;
	return 0;
}

void walk_free(struct walk *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->nframes; i++)
		frame_done(&w->frames[i]);
	free(w->frames);
	dirstack_done(&w->dirs);
	str_done(&w->path);
	free(w);
}
