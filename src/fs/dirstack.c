/* SPDX-License-Identifier: MIT */
#include "fs/dirstack.h"

#include "base/alloc.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
#define NO_LEVEL   UINT32_MAX

struct dirstack_level {
	struct dir_id id;
	size_t path_len; /* of the path of this level */
	uint32_t outer;  /* the next level outwards in the same hash chain, or NO_LEVEL */
	int fd;          /* -1 when evicted */
};

void dirstack_init(struct dirstack *ds)
{
	*ds = (struct dirstack){.max_fds = DIRSTACK_FDS, .path = STR_INIT};
}

void dirstack_done(struct dirstack *ds)
{
	if (!ds)
		return;
	for (uint32_t i = ds->first; i < ds->depth; i++)
		sys_close(ds->levels[i].fd);
	free(ds->levels);
	free(ds->heads);
	str_done(&ds->path);
	dirstack_init(ds);
}

/* A chain holds its levels innermost first, so that pushing and popping are at its head. */
static uint32_t *head_of(const struct dirstack *ds, struct file_id id)
{
	uint64_t h = (id.ino ^ (id.dev << 32 | id.dev >> 32)) * 0x9e3779b97f4a7c15u;

	return &ds->heads[(h >> 32) & (ds->nheads - 1)];
}

static void chain(struct dirstack *ds, uint32_t level)
{
	uint32_t *head = head_of(ds, ds->levels[level].id.file);

	ds->levels[level].outer = *head;
	*head = level;
}

static int grow_heads(struct dirstack *ds)
{
	uint32_t n = ds->nheads ? ds->nheads * 2 : 64;
	uint32_t *heads;

	if (ds->depth < ds->nheads)
		return 0;
	heads = malloc(n * sizeof(*heads));
	if (!heads)
		return -ENOMEM;
	memset(heads, 0xff, n * sizeof(*heads));
	free(ds->heads);
	ds->heads = heads;
	ds->nheads = n;
	for (uint32_t i = 0; i < ds->depth; i++)
		chain(ds, i);
	return 0;
}

static bool on_stack(const struct dirstack *ds, struct file_id id)
{
	uint32_t at = *head_of(ds, id);

	while (at != NO_LEVEL && !file_id_eq(ds->levels[at].id.file, id))
		at = ds->levels[at].outer;
	return at != NO_LEVEL;
}

static bool same_mount(const struct dir_id *a, const struct dir_id *b)
{
	return a->file.dev == b->file.dev && (a->mnt_id == b->mnt_id || !a->mnt_id || !b->mnt_id);
}

static bool same_dir(const struct dir_id *a, const struct dir_id *b)
{
	return a->file.ino == b->file.ino && same_mount(a, b);
}

static int identify(int fd, struct dir_id *ret_id)
{
	struct meta meta;
	uint64_t mnt_id;
	int r = stat_fd(fd, &meta, &mnt_id);

	if (r < 0)
		return r;
	*ret_id = (struct dir_id){.file = meta.id, .mnt_id = mnt_id};
	return 0;
}

/* Makes room for one more level before anything is opened, so that nothing can fail after. */
static int reserve(struct dirstack *ds)
{
	int r = array_grow(&ds->levels, &ds->cap, (size_t)ds->depth + 1, sizeof(*ds->levels));

	return r < 0 ? r : grow_heads(ds);
}

static void add_level(struct dirstack *ds, int fd, const struct dir_id *id)
{
	ds->levels[ds->depth] =
		(struct dirstack_level){.id = *id, .path_len = ds->path.len, .fd = fd};
	chain(ds, ds->depth);
	ds->depth++;
	ds->nfds++;
}

int dirstack_root_fd(struct dirstack *ds, int fd, const char *path)
{
	struct dir_id id;
	int r = reserve(ds);

	if (r == 0)
		r = identify(fd, &id);
	str_clear(&ds->path);
	if (r == 0)
		r = str_adds(&ds->path, path);
	if (r < 0) {
		sys_close(fd);
		return r;
	}
	ds->root_len = ds->path.len;
	ds->first = 0;
	add_level(ds, fd, &id);
	return 0;
}

int dirstack_root(struct dirstack *ds, int dirfd, const char *path)
{
	int fd = openpath_at(dirfd, path, OPEN_FLAGS & ~O_NOFOLLOW);

	return fd < 0 ? fd : dirstack_root_fd(ds, fd, path);
}

static int evict_outermost(struct dirstack *ds)
{
	int r = ds->evict ? ds->evict(ds->ctx, ds->first) : 0;

	if (r)
		return r;
	sys_close(ds->levels[ds->first].fd);
	ds->levels[ds->first].fd = -1;
	ds->first++;
	ds->nfds--;
	return 0;
}

/* openat2 says ELOOP for a link and EXDEV also for what is not a mount crossing but an escape; the
 * name is one component and not "..", so that only links and mounts can cause them. */
static int open_strict(struct dirstack *ds, const char *name, unsigned flags)
{
	struct open_how how = {
		.flags = OPEN_FLAGS,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
			   (flags & DIRSTACK_XDEV ? RESOLVE_NO_XDEV : 0),
	};
	int top = dirstack_fd(ds), fd;

	if (!ds->no_openat2) {
		fd = sys_openat2(top, name, &how);
		if (fd != -ENOSYS && fd != -EPERM)
			return fd == -ELOOP ? -ENOTDIR : fd;
	}
	fd = sys_openat(top, name, OPEN_FLAGS, 0);
	/* Only when this works was it openat2 that is not allowed, and not this directory. */
	if (fd >= 0)
		ds->no_openat2 = true;
	return fd == -ELOOP ? -ENOTDIR : fd;
}

/* Gives descriptors back one by one while there are none to be had. */
static int open_below(struct dirstack *ds, const char *name, unsigned flags)
{
	int fd, r;

	while (ds->nfds >= ds->max_fds) {
		r = evict_outermost(ds);
		if (r)
			return r;
	}
	fd = open_strict(ds, name, flags);
	while ((fd == -EMFILE || fd == -ENFILE) && ds->nfds > 1) {
		r = evict_outermost(ds);
		if (r)
			return r;
		fd = open_strict(ds, name, flags);
	}
	return fd;
}

static int admit(const struct dirstack *ds, const struct dir_id *id, unsigned flags,
		 const struct dir_id *expect)
{
	const struct dir_id *top = &ds->levels[ds->depth - 1].id;

	if ((flags & DIRSTACK_XDEV) && !same_mount(top, id))
		return -EXDEV;
	if (on_stack(ds, id->file))
		return -ELOOP;
	return expect && !same_dir(expect, id) ? -ESTALE : 0;
}

static bool is_component(const char *name)
{
	return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strchr(name, '/');
}

int dirstack_push(struct dirstack *ds, const char *name, unsigned flags,
		  const struct dir_id *expect)
{
	size_t len = ds->path.len;
	struct dir_id id;
	int fd, r;

	if (ds->lost)
		return -ESTALE;
	if (ds->depth == 0 || ds->depth == NO_LEVEL - 1 || !is_component(name))
		return -EINVAL;
	r = reserve(ds);
	if (r < 0)
		return r;
	if ((len > 0 && ds->path.buf[len - 1] != '/' && str_addc(&ds->path, '/') < 0) ||
	    str_adds(&ds->path, name) < 0) {
		r = -ENOMEM;
		goto undo;
	}
	fd = r = open_below(ds, name, flags);
	if (fd < 0)
		goto undo;
	r = identify(fd, &id);
	if (r == 0)
		r = admit(ds, &id, flags, expect);
	if (r == 0) {
		add_level(ds, fd, &id);
		return 0;
	}
	sys_close(fd);
undo:
	str_cut(&ds->path, len);
	ds->path.failed = false;
	return r;
}

/* The evicted parent of the top, opened again and proved to be the one that was there. */
static int reopen_parent(struct dirstack *ds)
{
	struct dirstack_level *parent = &ds->levels[ds->depth - 2];
	struct dir_id id;
	int fd = sys_openat(dirstack_fd(ds), "..", OPEN_FLAGS, 0), r;

	if (fd < 0)
		return fd;
	r = identify(fd, &id);
	if (r == 0 && !same_dir(&parent->id, &id))
		r = -ESTALE;
	if (r < 0) {
		sys_close(fd);
		return r;
	}
	parent->fd = fd;
	ds->first--;
	ds->nfds++;
	return 0;
}

int dirstack_pop(struct dirstack *ds)
{
	struct dirstack_level *top;
	int r;

	if (ds->lost)
		return -ESTALE;
	if (ds->depth == 0)
		return -EINVAL;
	if (ds->depth > 1 && ds->levels[ds->depth - 2].fd < 0) {
		r = reopen_parent(ds);
		if (r < 0) {
			ds->lost = true;
			return r;
		}
	}
	top = &ds->levels[--ds->depth];
	*head_of(ds, top->id.file) = top->outer;
	sys_close(top->fd);
	ds->nfds--;
	str_cut(&ds->path, ds->depth ? ds->levels[ds->depth - 1].path_len : 0);
	return 0;
}

int dirstack_fd(const struct dirstack *ds)
{
	return ds->depth ? ds->levels[ds->depth - 1].fd : -1;
}

struct dir_id dirstack_id(const struct dirstack *ds, uint32_t level)
{
	return ds->levels[level].id;
}

bool dirstack_crossed(const struct dirstack *ds)
{
	return ds->depth > 1 &&
	       !same_mount(&ds->levels[ds->depth - 1].id, &ds->levels[ds->depth - 2].id);
}

const char *dirstack_path(const struct dirstack *ds, size_t *ret_len)
{
	*ret_len = ds->path.len;
	return ds->path.buf;
}

const char *dirstack_rel(const struct dirstack *ds, size_t *ret_len)
{
	size_t at = MIN(ds->root_len, ds->path.len);

	if (ds->path.buf[at] == '/')
		at++;
	*ret_len = ds->path.len - at;
	return ds->path.buf + at;
}
