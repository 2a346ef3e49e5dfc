/* SPDX-License-Identifier: MIT */
#include "fs/trash_restore.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/trash_sizes.h"

/* The way to where it was. */
struct way {
	int fd;          /* of the directory we are in; O_PATH */
	struct str name; /* the component at hand */
	unsigned made;   /* how many directories were made, all at the end of it */
	const char **why;
	unsigned flags;
};

static int not_entered(struct way *w, int err)
{
	struct meta meta;

	if (err == -ENOENT)
		*w->why = "the directory it was in is gone";
	if (err != -ENOTDIR && err != -ELOOP)
		return err;
	if (stat_at(w->fd, w->name.buf, &meta, NULL) == 0 && S_ISLNK(meta.mode)) {
		*w->why = "there is a link on the way to where it was";
		return -ELOOP;
	}
	*w->why = "something that is no directory is on the way to where it was";
	return -ENOTDIR;
}

/* Into the directory w->name. */
static int step(struct way *w)
{
	int flags = O_PATH | O_DIRECTORY | O_CLOEXEC | (w->flags & TRASH_FOLLOW ? 0 : O_NOFOLLOW);
	int fd = sys_openat(w->fd, w->name.buf, flags, 0);

	if (fd == -ENOENT && w->flags & TRASH_MAKE_PARENTS) {
		int rc = sys_mkdirat(w->fd, w->name.buf, 0700);

		if (rc < 0 && rc != -EEXIST)
			return rc;
		w->made += rc == 0;
		fd = sys_openat(w->fd, w->name.buf, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
				0);
	}
	if (fd < 0)
		return not_entered(w, fd);
	sys_close(w->fd);
	w->fd = fd;
	return 0;
}

/* To the directory of the last component, which stays in w->name. */
static int walk(struct way *w, const char *path)
{
	int rc = 0;

	for (;;) {
		const char *slash = strchr(path, '/');

		str_clear(&w->name);
		if (str_add(&w->name, path, slash ? (size_t)(slash - path) : strlen(path)) < 0)
			return -ENOMEM;
		if (!slash)
			return 0;
		rc = step(w);
		if (rc < 0)
			return rc;
		path = slash + 1;
	}
}

/* What was made on the way goes again; they are empty, or somebody's by now. */
static void walk_back(struct way *w, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	for (; w->made > 0 && len > 0; w->made--) {
		int up = sys_openat(w->fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
		size_t end = len;

		while (len > 0 && path[len - 1] != '/')
			len--;
		str_clear(&w->name);
		if (up < 0 || str_add(&w->name, path + len, end - len) < 0) {
			if (up >= 0)
				sys_close(up);
			return;
		}
		sys_close(w->fd);
		w->fd = up;
		(void)sys_unlinkat(w->fd, w->name.buf, AT_REMOVEDIR);
		len -= len > 0;
	}
}

static int remove_info(const struct trash_dir *trash, const char *name)
{
	struct str file = STR_INIT;
	int rc = -ENOMEM;

	if (str_adds(&file, name) == 0 && str_adds(&file, TRASHINFO_SUFFIX) == 0)
		rc = sys_unlinkat(trash->info, file.buf, 0);
	str_done(&file);
	return rc;
}

/* That its size could not be removed harms nobody. */
int trash_forget(const struct trash_dir *trash, const char *name, unsigned flags)
{
	int rc = remove_info(trash, name), synced = 0;

	(void)trash_sizes_set(trash, name, 0, NULL);
	if (flags & RENAME_DURABLE)
		synced = atomic_rename_durable(trash->info);
	return rc < 0 && rc != -ENOENT ? rc : synced;
}

static int move_out(const struct trash_restore *r, const struct rename_place *to,
		    struct renamed *ret_how, const char **ret_why)
{
	struct rename_place from = {r->trash->files, r->name, r->expect};
	unsigned flags = r->flags & (RENAME_DURABLE | RENAME_LOOK);
	int rc = atomic_rename(&from, to, flags, ret_how);

	if (ret_how->state == RENAME_DONE) {
		int forgot = trash_forget(r->trash, r->name, flags);

		if (rc == 0 && forgot < 0)
			*ret_why = "it is out, but its information stays in the trash";
		rc = rc < 0 ? rc : forgot;
	}
	return rc;
}

static int move_back(const struct trash_restore *r, const struct trashinfo *info,
		     struct renamed *ret_how, const char **ret_why)
{
	bool absolute = info->kind == TRASHINFO_ABSOLUTE;
	const char *path = info->path.buf + absolute;
	struct way w = {.name = STR_INIT, .why = ret_why, .flags = r->flags};
	int rc;

	w.fd = sys_openat(absolute ? AT_FDCWD : r->trash->top, absolute ? "/" : ".",
			  O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	if (w.fd < 0)
		return w.fd;
	rc = walk(&w, path);
	if (rc == 0)
		rc = move_out(r, &(struct rename_place){.dirfd = w.fd, .name = w.name.buf}, ret_how,
			      ret_why);
	if (rc < 0 && ret_how->state == RENAME_NOT_DONE)
		walk_back(&w, path);
	sys_close(w.fd);
	str_done(&w.name);
	return rc;
}

int trash_restore(const struct trash_restore *r, struct renamed *ret_how, const char **ret_why)
{
	struct trashinfo info;
	struct meta meta;
	int rc = identity_component(r->name) ? 0 : -EINVAL;

	*ret_how = (struct renamed){0};
	*ret_why = NULL;
	if (rc < 0)
		return rc;
	rc = stat_at(r->trash->files, r->name, &meta, NULL);
	if (rc == -ENOENT)
		*ret_why = "it is not in the trash any more";
	if (rc == 0 && r->expect && !identity_is(r->expect, &meta))
		rc = -ESTALE;
	if (rc < 0)
		return rc;
	if (r->to.name)
		return move_out(r, &r->to, ret_how, ret_why);
	rc = trash_info(r->trash, r->name, &info, NULL);
	if (rc == -ENOENT)
		rc = -EINVAL;
	if (rc == 0 && info.kind == TRASHINFO_NO_PATH)
		rc = -EINVAL;
	if (rc < 0)
		*ret_why = info.why;
	else
		rc = move_back(r, &info, ret_how, ret_why);
	trashinfo_done(&info);
	return rc;
}

int trash_erase(const struct trash_dir *trash, const char *name, const struct identity *expect,
		const struct delete_options *options, struct delete_counts *ret_counts)
{
	struct str shown = STR_INIT;
	int rc = path_join(&shown, trash->path.buf, "files/", 6);

	*ret_counts = (struct delete_counts){0};
	if (rc == 0)
		rc = str_adds(&shown, name);
	if (rc == 0)
		rc = safe_delete(trash->files, name, expect, shown.buf, options, ret_counts);
	str_done(&shown);
	if (rc == -ENOENT && !expect)
		return remove_info(trash, name);
	if (rc == 0)
		rc = trash_forget(trash, name,
				  options->flags & DELETE_DURABLE ? RENAME_DURABLE : 0);
	return rc;
}
