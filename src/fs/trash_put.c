/* SPDX-License-Identifier: MIT */
#include "fs/trash_put.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/path.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/whole.h"

/* Names are numbered, then by chance: a trash may hold very many of one. When those are taken too,
 * something is wrong; each is written into the journal. */
#define IN_ORDER 100u
#define TRIES    (IN_ORDER + 20u)

#define NAME_LEAST 80u /* less is no file system's, and leaves no room */

static const size_t suffix_len = sizeof(TRASHINFO_SUFFIX) - 1;

/* T14: relative to what the trash is for, in the home absolute. NULL: it is not for that. */
static const char *fit(const struct trash_dir *trash, const char *origin)
{
	const char *top = trash->top_path.buf;

	if (origin[0] != '/' || trash->kind == TRASH_HOME)
		return origin[0] == '/' ? origin : NULL;
	if (!path_is_below(origin, top) || strlen(origin) <= strlen(top) + 1)
		return NULL;
	origin += strlen(top);
	return origin + (*origin == '/');
}

int trash_put_path(const struct trash_dir *trash, const char *from, const char *name,
		   const char *origin, struct str *out)
{
	const char *told = origin ? fit(trash, origin) : NULL;

	if (told)
		return str_adds(out, told);
	return *from ? path_join(out, from, name, strlen(name)) : str_adds(out, name);
}

static int write_text(const struct trash_put *p, struct str *out)
{
	struct str path = STR_INIT;
	int rc = trash_put_path(p->trash, p->from, p->name, p->origin, &path);

	if (rc == 0)
		rc = trashinfo_write(out, path.buf, &p->when);
	str_done(&path);
	return rc;
}

/* T16: made by us, or not at all; whole before anything is moved. ret_id NULL: it is on the disk
 * then, else it is told which file it is. -EEXIST: the name is taken. */
static int make_info(const struct trash_dir *t, const char *file, const struct str *text,
		     struct file_id *ret_id)
{
	int fd = sys_openat(t->info, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    0600);
	struct meta meta;
	int rc, closed;

	if (fd < 0)
		return fd;
	rc = whole_write(fd, text->buf, text->len);
	if (rc == 0)
		rc = ret_id ? stat_fd(fd, &meta, NULL) : whole_synced(sys_fsync(fd));
	if (rc == 0 && ret_id)
		*ret_id = meta.id;
	/* Servers tell here that the disk is full. */
	closed = sys_close(fd);
	if (rc == 0)
		rc = closed;
	if (rc < 0)
		(void)sys_unlinkat(t->info, file, 0);
	return rc;
}

/* The name in r->name: 0, -EEXIST (another is to be tried), -errno. */
static int ready_as(const struct trash_put *p, const struct str *text, bool sync,
		    struct trash_ready *r)
{
	int rc;

	str_clear(&r->file);
	str_adds(&r->file, r->name.buf);
	str_adds(&r->file, TRASHINFO_SUFFIX);
	if (r->file.failed)
		return -ENOMEM;
	rc = make_info(p->trash, r->file.buf, text, sync ? NULL : &r->info);
	if (rc < 0)
		return rc;
	rc = p->intent ? p->intent(p->ctx, r->name.buf) : 0;
	if (rc != 0)
		(void)sys_unlinkat(p->trash->info, r->file.buf, 0);
	return rc;
}

static int number(unsigned n, unsigned *ret_number)
{
	uint32_t chance;
	int rc;

	*ret_number = n;
	if (n <= IN_ORDER)
		return 0;
	rc = whole_random(&chance, sizeof(chance));
	if (rc == 0)
		*ret_number = IN_ORDER + 1 + chance % 1000000000u;
	return rc;
}

/* Some file systems (that encrypt names) take less than NAME_MAX. */
static size_t longest_name(const struct trash_dir *t)
{
	struct statvfs fs;

	if (sys_fstatvfs(t->info, &fs) < 0 || fs.f_namemax < NAME_LEAST || fs.f_namemax > NAME_MAX)
		return NAME_MAX;
	return fs.f_namemax;
}

/* Tries names, from the n-th on. */
static int ready_from(const struct trash_put *p, unsigned *n, bool sync, struct trash_ready *r)
{
	struct str text = STR_INIT;
	int rc = identity_component(p->name) ? write_text(p, &text) : -EINVAL, taken = -EEXIST;
	size_t longest = longest_name(p->trash);

	for (; rc == 0 && taken == -EEXIST && *n < TRIES; ++*n) {
		unsigned tail;

		rc = number(*n, &tail);
		if (rc == 0)
			/* T9: short enough that the information file has room for its suffix. */
			rc = path_numbered(&r->name, p->name, tail, longest - suffix_len);
		if (rc == 0)
			taken = ready_as(p, &text, sync, r);
	}
	str_done(&text);
	return rc == 0 ? taken : rc;
}

static int move(const struct trash_put *p, const struct trash_ready *r, struct renamed *ret)
{
	struct rename_place from = {p->dirfd, p->name, p->expect},
			    to = {p->trash->files, r->name.buf, NULL};
	/* T9: -EEXIST is something without information, which is not to be lost. */
	int rc = atomic_rename(&from, &to, p->flags, ret);

	if (rc != 0 && ret->state == RENAME_NOT_DONE)
		(void)sys_unlinkat(p->trash->info, r->file.buf, 0);
	/* The information is on the disk before the thing is: its directory too. */
	if (rc == 0 && p->flags & RENAME_DURABLE)
		rc = atomic_rename_durable(p->trash->info);
	return rc;
}

int trash_put(const struct trash_put *put, struct str *ret_name, struct renamed *ret_how)
{
	struct trash_ready r;
	unsigned n = 1;
	int rc;

	trash_ready_init(&r);
	do {
		*ret_how = (struct renamed){0};
		rc = ready_from(put, &n, true, &r);
		if (rc == 0)
			rc = move(put, &r, ret_how);
	} while (rc == -EEXIST && n < TRIES);
	str_done(ret_name);
	*ret_name = r.name;
	str_init(&r.name);
	trash_ready_done(&r);
	return rc;
}

/* ---- many ---- */

/* FUSE does not tell its server; FAT leaves it in the cache of the disk; of others it is not known
 * here. These write all there is, wait, and have the disk write its cache, as fsync(2) does. */
static const unsigned long syncable[] = {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
					 F2FS_SUPER_MAGIC, TMPFS_MAGIC};

bool trash_can_sync(const struct trash_dir *trash)
{
	struct statfs fs;

	/* Kernels that do not number mounts say of syncfs(2) that all went well. */
	if (trash->id.mnt_id == 0 || sys_fstatfs(trash->info, &fs) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(syncable); i++)
		if ((unsigned long)fs.f_type == syncable[i])
			return true;
	return false;
}

int trash_ready(const struct trash_put *put, struct trash_ready *ret_ready)
{
	unsigned n = 1;

	trash_ready_init(ret_ready);
	return ready_from(put, &n, false, ret_ready);
}

int trash_sync(const struct trash_dir *trash)
{
	return sys_syncfs(trash->info);
}

/* Somebody may have emptied the trash meanwhile, and something else have that name: it is not
 * touched. */
static bool is_other(const struct trash_dir *t, const struct trash_ready *r, int *ret_err)
{
	struct meta meta;

	*ret_err = stat_at(t->info, r->file.buf, &meta, NULL);
	return *ret_err == 0 && !file_id_eq(meta.id, r->info);
}

int trash_unready(const struct trash_dir *trash, const struct trash_ready *ready)
{
	int err, rc = is_other(trash, ready, &err) ? 0
						   : sys_unlinkat(trash->info, ready->file.buf, 0);

	return rc == -ENOENT ? 0 : rc;
}

int trash_move(const struct trash_put *put, const struct trash_ready *ready,
	       struct renamed *ret_how)
{
	int err;

	*ret_how = (struct renamed){0};
	if (is_other(put->trash, ready, &err))
		return -EEXIST;
	if (err != -ENOENT)
		return move(put, ready, ret_how);
	(void)sys_unlinkat(put->trash->info, ready->file.buf, 0);
	return -EEXIST;
}

void trash_ready_init(struct trash_ready *ready)
{
	*ready = (struct trash_ready){.name = STR_INIT, .file = STR_INIT};
}

void trash_ready_done(struct trash_ready *ready)
{
	str_done(&ready->name);
	str_done(&ready->file);
	trash_ready_init(ready);
}
