/* SPDX-License-Identifier: MIT */
#include "fs/safe_delete.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/alloc.h"
#include "base/str.h"
#include "fs/atomic_rename.h"
#include "fs/dirstack.h"
#include "fs/mounts.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/unlinks.h"

#define PROGRESS_EVERY 1024u

/* A directory on the way down. */
struct level {
	struct str dirs; /* names of directories in it, each with its NUL, still to be removed */
	size_t at;       /* of the one we are in, or are about to enter */
	unsigned passes; /* how often it was read */
	bool kept;       /* something in it stays */
};

struct deletion {
	const struct delete_options *o;
	struct delete_counts *counts;
	struct dirstack dirs;
	struct level *levels;
	size_t nlevels, cap; /* those behind the stack's depth keep their buffers */
	struct scandir scan;
	struct unlinks unlinks;
	struct unlinks_item *items; /* of one buffer of `scan` */
	size_t nitems, items_cap;
	uint64_t since_progress;
	int first_err; /* of what could not be removed */
};

static bool cancelled(const struct deletion *d)
{
	return d->o->cancel && atomic_load_explicit(d->o->cancel, memory_order_relaxed);
}

static void count(struct deletion *d, uint64_t *counter, uint64_t n)
{
	*counter += n;
	d->since_progress += n;
	if (d->since_progress < PROGRESS_EVERY || !d->o->progress)
		return;
	d->since_progress = 0;
	d->o->progress(d->o->ctx, d->counts);
}

static struct level *top(struct deletion *d)
{
	return &d->levels[d->dirs.depth - 1];
}

/* ---- what could not be removed ---- */

/* What EPERM is about, when it is not about rights. */
static const char *explain(int err, int dirfd, const char *name)
{
	struct meta meta;

	if (err != -EPERM)
		return NULL;
	if (stat_at(dirfd, name, &meta, NULL) == 0) {
		if (meta.attrs & STATX_ATTR_IMMUTABLE)
			return "it is immutable (chattr -i would help)";
		if (meta.attrs & STATX_ATTR_APPEND)
			return "it may only grow (chattr -a would help)";
	}
	if (stat_fd(dirfd, &meta, NULL) < 0)
		return NULL;
	if (meta.attrs & STATX_ATTR_IMMUTABLE)
		return "its directory is immutable (chattr -i would help)";
	if (meta.attrs & STATX_ATTR_APPEND)
		return "its directory may only grow (chattr -a would help)";
	return NULL;
}

/* 0: go on. -errno: stop. */
static int tell(struct deletion *d, const char *path, size_t len, int err, const char *why)
{
	struct delete_failure f = {path, len, err, why};

	d->counts->failed++;
	if (!d->first_err)
		d->first_err = err;
	return d->o->failed && d->o->failed(d->o->ctx, &f) ? 0 : err;
}

/* `name` in the innermost directory stays; NULL: that directory itself. */
static int failed(struct deletion *d, const char *name, int err, const char *why)
{
	struct str path = STR_INIT;
	size_t len;
	const char *dir = dirstack_path(&d->dirs, &len);
	int rc = str_add(&path, dir, len);

	top(d)->kept = true;
	if (name && rc == 0 && (len == 0 || dir[len - 1] != '/'))
		rc = str_addc(&path, '/');
	if (name && rc == 0)
		rc = str_adds(&path, name);
	if (rc == 0)
		rc = tell(d, path.buf, path.len, err, why);
	str_done(&path);
	return rc;
}

/* ---- one directory ---- */

static int later(struct deletion *d, const char *name)
{
	return str_add(&top(d)->dirs, name, strlen(name) + 1);
}

/* What unlinkat(2) said of what is no directory; a directory that only now shows as one waits for
 * its turn, once. */
static int removed(struct deletion *d, const char *name, int rc, bool may_wait)
{
	int dirfd = dirstack_fd(&d->dirs);
	struct meta meta;

	if (rc == 0 || rc == -ENOENT)
		return 0;
	/* unlink(2): Linux says EISDIR, POSIX EPERM. */
	if (rc == -EISDIR ||
	    (rc == -EPERM && stat_at(dirfd, name, &meta, NULL) == 0 && S_ISDIR(meta.mode))) {
		if (may_wait)
			return later(d, name);
		rc = -ESTALE;
	}
	return failed(d, name, rc, explain(rc, dirfd, name));
}

static int remove_file(struct deletion *d, const char *name, bool may_wait)
{
	int rc = sys_unlinkat(dirstack_fd(&d->dirs), name, 0);

	if (rc == 0)
		count(d, &d->counts->files, 1);
	return removed(d, name, rc, may_wait);
}

/* What was found in one buffer. */
static int remove_items(struct deletion *d)
{
	struct unlinks *u = &d->unlinks;
	int rc = 0;

	unlinks_begin(u, dirstack_fd(&d->dirs), d->items, d->nitems, d->o->cancel);
	while (unlinks_some(u))
		count(d, &d->counts->files, unlinks_removed(u));
	unlinks_end(u);
	count(d, &d->counts->files, unlinks_removed(u));
	for (size_t i = 0; rc == 0 && i < d->nitems; i++) {
		const struct unlinks_item *item = &d->items[i];

		if (item->rc != UNLINKS_LEFT)
			rc = removed(d, item->name, item->rc, true);
		else
			rc = cancelled(d) ? -ECANCELED : remove_file(d, item->name, true);
	}
	return rc;
}

static int read_again(struct deletion *d)
{
	off_t at = top(d)->passes ? sys_lseek(dirstack_fd(&d->dirs), 0, SEEK_SET) : 0;

	top(d)->passes++;
	scandir_reuse(&d->scan, dirstack_fd(&d->dirs), false);
	return at < 0 ? (int)at : 0;
}

static int add_item(struct deletion *d, const char *name)
{
	int rc = array_grow(&d->items, &d->items_cap, d->nitems + 1, sizeof(*d->items));

	if (rc == 0)
		d->items[d->nitems++] = (struct unlinks_item){.name = name};
	return rc;
}

/* What the last read of the directory brought. */
static int sweep_buffer(struct deletion *d, int *bad)
{
	struct scan_entry e;
	int rc = 0, got;

	d->nitems = 0;
	while (rc == 0 && (got = scandir_entry(&d->scan, &e)) != 0) {
		if (got < 0)
			*bad = got;
		else
			rc = e.type == ENTRY_DIR ? later(d, e.name) : add_item(d, e.name);
	}
	return rc < 0 ? rc : remove_items(d);
}

/* The innermost directory, but for what is in its directories. */
static int sweep(struct deletion *d)
{
	struct level *l = top(d);
	int bad = 0, rc = read_again(d);

	str_clear(&l->dirs);
	l->at = 0;
	while (rc == 0 && (rc = scandir_read(&d->scan)) > 0) {
		rc = cancelled(d) ? -ECANCELED : sweep_buffer(d, &bad);
		if (rc < 0)
			return rc;
	}
	if (rc == 0 && bad)
		rc = bad;
	return rc == -ENOMEM || rc == 0 ? rc : failed(d, NULL, rc, NULL);
}

static int begin_level(struct deletion *d)
{
	struct level *l = top(d);

	str_clear(&l->dirs);
	l->at = 0;
	l->passes = 0;
	l->kept = false;
	return sweep(d);
}

static int reserve_level(struct deletion *d)
{
	size_t need = (size_t)d->dirs.depth + 1;
	int rc = array_grow(&d->levels, &d->cap, need, sizeof(*d->levels));

	for (; rc == 0 && d->nlevels < need; d->nlevels++)
		d->levels[d->nlevels] = (struct level){.dirs = STR_INIT};
	return rc;
}

/* The directory at hand, which we are above of, empty as far as we know. */
static int remove_dir(struct deletion *d, int dirfd, const char *name)
{
	int rc = sys_unlinkat(dirfd, name, AT_REMOVEDIR);

	if (rc == 0)
		count(d, &d->counts->dirs, 1);
	return rc;
}

static void next_dir(struct deletion *d)
{
	struct level *l = top(d);

	l->at += strlen(l->dirs.buf + l->at) + 1;
}

/* It cannot be entered: but an empty one may go, and what is none any more. */
static int not_entered(struct deletion *d, const char *name, int err)
{
	const char *why = err == -EXDEV ? "it is another file system" : NULL;
	int rc = err;

	if (err == -EXDEV)
		rc = -EXDEV;
	else if (err == -ENOTDIR)
		rc = remove_file(d, name, false); /* should it change once more, it stays */
	else if (err == -EACCES || err == -EPERM)
		rc = remove_dir(d, dirstack_fd(&d->dirs), name);
	if (rc == 0 || rc == -ENOENT || err == -ENOENT)
		rc = 0;
	else if (err != -ENOTDIR)
		rc = failed(d, name, err, why);
	next_dir(d);
	return rc;
}

/* Into the next directory of the innermost one. */
static int descend(struct deletion *d)
{
	int rc = reserve_level(d);
	const char *name = top(d)->dirs.buf + top(d)->at, *why;

	if (rc == 0)
		rc = dirstack_push(&d->dirs, name, DIRSTACK_XDEV, NULL);
	if (rc == -ENOMEM || rc == -EMFILE || rc == -ENFILE)
		return rc;
	if (rc < 0)
		return not_entered(d, name, rc);
	why = guards_why(d->o->guards, dirstack_id(&d->dirs, d->dirs.depth - 1).file);
	if (!why)
		return begin_level(d);
	/* Not one entry of it is touched. */
	str_clear(&top(d)->dirs);
	top(d)->at = 0;
	return failed(d, NULL, -EPERM, why);
}

/* Filled while it was emptied: into it once more. */
static int enter_again(struct deletion *d, const char *name, const struct dir_id *id)
{
	int rc;

	if (d->levels[d->dirs.depth].passes >= DELETE_PASSES) {
		rc = failed(d, name, -ENOTEMPTY, "somebody keeps putting things into it");
		next_dir(d);
		return rc;
	}
	rc = dirstack_push(&d->dirs, name, DIRSTACK_XDEV, id);
	if (rc == -ENOMEM || rc == -EMFILE || rc == -ENFILE)
		return rc;
	return rc < 0 ? not_entered(d, name, rc) : sweep(d);
}

/* Back to the directory above, and out of it goes the one we were in. */
static int ascend(struct deletion *d)
{
	struct dir_id id = dirstack_id(&d->dirs, d->dirs.depth - 1);
	bool kept = top(d)->kept;
	int rc = dirstack_pop(&d->dirs);
	const char *name;

	if (rc < 0)
		return rc;
	name = top(d)->dirs.buf + top(d)->at;
	if (kept) {
		d->counts->kept++;
		top(d)->kept = true;
		next_dir(d);
		return 0;
	}
	rc = remove_dir(d, dirstack_fd(&d->dirs), name);
	if (rc == -ENOTEMPTY || rc == -EEXIST)
		return enter_again(d, name, &id);
	if (rc < 0 && rc != -ENOENT)
		rc = failed(d, name, rc, explain(rc, dirstack_fd(&d->dirs), name));
	else
		rc = 0;
	next_dir(d);
	return rc;
}

/* What is below the root of the stack and has been found there. */
static int empty_tree(struct deletion *d)
{
	int rc = 0;

	while (rc == 0) {
		const struct level *l = top(d);

		if (cancelled(d))
			return -ECANCELED;
		if (l->at < l->dirs.len)
			rc = descend(d);
		else if (d->dirs.depth == 1)
			break;
		else
			rc = ascend(d);
	}
	return rc;
}

/* ---- what was confirmed ---- */

struct target {
	int dirfd, pin;
	const char *name, *shown;
	struct meta meta; /* of the pin */
	uint64_t mnt_id;
};

static int refuse(struct deletion *d, const struct target *t, int err, const char *why)
{
	(void)tell(d, t->shown, strlen(t->shown), err, why);
	return err;
}

/* Whether it is the root of a mount, also of one of the same file system, or a subvolume. */
static int check_mount(struct deletion *d, const struct target *t)
{
	struct meta dir;
	uint64_t mnt_id;
	int rc = stat_fd(t->dirfd, &dir, &mnt_id);

	if (rc < 0)
		return rc;
	if (t->meta.attrs & META_MOUNT_ROOT || (mnt_id && t->mnt_id && mnt_id != t->mnt_id))
		return refuse(d, t, -EBUSY, "a file system is mounted there");
	if (S_ISDIR(t->meta.mode) && dir.id.dev != t->meta.id.dev)
		return refuse(d, t, -EBUSY, "it is a file system or subvolume of its own");
	return 0;
}

static int delete_file(struct deletion *d, const struct target *t)
{
	int rc = sys_unlinkat(t->dirfd, t->name, 0);
	struct statfs fs;
	struct meta now;

	if (rc < 0) {
		/* A directory has its name now. */
		if (rc == -EISDIR)
			return -ESTALE;
		return refuse(d, t, rc, explain(rc, t->dirfd, t->name));
	}
	count(d, &d->counts->files, 1);
	/* A link less, or it was something else that went in that moment. Servers need not tell. */
	if (stat_fd(t->pin, &now, NULL) == 0 && now.nlink >= t->meta.nlink &&
	    sys_fstatfs(t->pin, &fs) == 0 && !mounts_network_magic((uint32_t)fs.f_type))
		return refuse(d, t, -ESTALE,
			      "something else had its name in that moment, and went");
	return 0;
}

/* The root of the stack has been through all checks of a push. */
static int open_tree(struct deletion *d, const struct target *t)
{
	const struct dir_id expect = {.file = t->meta.id, .mnt_id = t->mnt_id};
	int fd = identity_open_dir(t->dirfd, t->name, &expect);

	if (fd < 0)
		return fd == -ENOTDIR ? -ESTALE : fd;
	return dirstack_root_fd(&d->dirs, fd, t->shown);
}

/* An empty directory goes without being read. */
static int delete_unread(struct deletion *d, const struct target *t, int err)
{
	int rc = remove_dir(d, t->dirfd, t->name);

	return rc == 0 ? 0 : refuse(d, t, err, explain(err, t->dirfd, t->name));
}

static int delete_tree(struct deletion *d, const struct target *t)
{
	struct meta meta;
	int rc = reserve_level(d);

	if (rc == 0)
		rc = open_tree(d, t);
	if (rc == -EACCES || rc == -EPERM)
		return delete_unread(d, t, rc);
	if (rc == 0)
		rc = begin_level(d);
	for (;;) {
		if (rc == 0)
			rc = empty_tree(d);
		if (rc < 0)
			return rc;
		if (top(d)->kept) {
			d->counts->kept++;
			return 0;
		}
		/* Moved away, or something else put in its place, while it was emptied. */
		rc = identity_at(t->dirfd, t->name, t->pin, &meta);
		if (rc != 1)
			return rc == 0 || rc == -ENOENT ? -ESTALE : rc;
		rc = remove_dir(d, t->dirfd, t->name);
		if (rc != -ENOTEMPTY && rc != -EEXIST)
			break;
		if (top(d)->passes >= DELETE_PASSES)
			return refuse(d, t, -ENOTEMPTY, "somebody keeps putting things into it");
		rc = sweep(d);
	}
	return rc < 0 ? refuse(d, t, rc, explain(rc, t->dirfd, t->name)) : 0;
}

static int delete_target(struct deletion *d, const struct target *t)
{
	const char *why = guards_why(d->o->guards, t->meta.id);
	int rc;

	if (why)
		return refuse(d, t, -EPERM, why);
	rc = check_mount(d, t);
	if (rc < 0)
		return rc;
	return S_ISDIR(t->meta.mode) ? delete_tree(d, t) : delete_file(d, t);
}

static void deletion_done(struct deletion *d)
{
	for (size_t i = 0; i < d->nlevels; i++)
		str_done(&d->levels[i].dirs);
	free(d->levels);
	free(d->items);
	unlinks_done(&d->unlinks);
	scandir_done(&d->scan);
	dirstack_done(&d->dirs);
}

int safe_delete(int dirfd, const char *name, const struct identity *expect, const char *shown,
		const struct delete_options *options, struct delete_counts *ret_counts)
{
	struct deletion d = {.o = options, .counts = ret_counts};
	struct target t = {.dirfd = dirfd, .name = name, .shown = shown};
	int rc, synced = 0;

	*ret_counts = (struct delete_counts){0};
	rc = identity_pin(dirfd, name, expect, &t.pin, &t.meta);
	if (rc < 0)
		return rc;
	dirstack_init(&d.dirs);
	scandir_init(&d.scan, -1, false);
	unlinks_init(&d.unlinks);
	rc = stat_fd(t.pin, &t.meta, &t.mnt_id);
	if (rc == 0)
		rc = delete_target(&d, &t);
	deletion_done(&d);
	sys_close(t.pin);
	if (options->flags & DELETE_DURABLE)
		synced = atomic_rename_sync(dirfd);
	if (options->progress)
		options->progress(options->ctx, ret_counts);
	if (rc == 0)
		rc = d.first_err;
	return rc == 0 ? MIN(synced, 0) : rc;
}
