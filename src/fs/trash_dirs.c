/* SPDX-License-Identifier: MIT */
#include "fs/trash_dirs_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "fs/identity.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"

#define CLIMB_MAX 200000 /* a file server may tell of parents without end */

void trash_dir_init(struct trash_dir *t)
{
	*t = (struct trash_dir){.fd = -1,
				.files = -1,
				.info = -1,
				.top = -1,
				.path = STR_INIT,
				.top_path = STR_INIT};
}

static void close_if(int fd)
{
	if (fd >= 0)
		sys_close(fd);
}

void trash_dir_done(struct trash_dir *t)
{
	close_if(t->fd);
	close_if(t->files);
	close_if(t->info);
	close_if(t->top);
	str_done(&t->path);
	str_done(&t->top_path);
	trash_dir_init(t);
}

/* ---- one directory ---- */

/* A directory of ours; what its mode is does not matter, others' tools make them in all ways. */
static int check_ours(int fd, const char **ret_why)
{
	struct meta meta;
	int rc = stat_fd(fd, &meta, NULL);

	if (rc < 0)
		return rc;
	if (meta.uid != geteuid()) {
		*ret_why = "it belongs to somebody else";
		return -EPERM;
	}
	return 0;
}

int trash_dir_open_ours(int dirfd, const char *name, bool create, const char **ret_why)
{
	int fd = identity_open_dir(dirfd, name, NULL), rc;

	if (fd == -ENOENT && create) {
		rc = sys_mkdirat(dirfd, name, 0700);
		if (rc < 0 && rc != -EEXIST)
			return rc;
		fd = identity_open_dir(dirfd, name, NULL);
	}
	if (fd == -ENOTDIR)
		*ret_why = "it is a link, or no directory";
	if (fd == -EXDEV)
		*ret_why = "it is on another file system than what it is for";
	if (fd < 0)
		return fd == -ENOTDIR || fd == -EXDEV ? -EPERM : fd;
	rc = check_ours(fd, ret_why);
	if (rc < 0) {
		sys_close(fd);
		return rc;
	}
	return fd;
}

/* t->fd is open: what is in it. */
static int open_inside(struct trash_dir *t, bool create, const char **ret_why)
{
	struct meta meta;
	int rc = stat_fd(t->fd, &meta, &t->id.mnt_id);

	if (rc < 0)
		return rc;
	t->id.file = meta.id;
	t->files = trash_dir_open_ours(t->fd, "files", create, ret_why);
	if (t->files < 0)
		return t->files;
	t->info = trash_dir_open_ours(t->fd, "info", create, ret_why);
	return MIN(t->info, 0);
}

/* ---- the home ---- */

static int data_home(const struct trash_env *env, struct str *out)
{
	if (env->data_home && env->data_home[0] == '/')
		return str_adds(out, env->data_home);
	if (!env->home || env->home[0] != '/')
		return -ENOENT;
	return path_join(out, env->home, ".local/share", strlen(".local/share"));
}

/* Opens the directory, making what is missing of its path; links in it are the user's own. */
static int open_data_home(const char *path, bool create)
{
	int fd = openpath(path, O_PATH | O_DIRECTORY | O_CLOEXEC), rc = 0;
	struct str part = STR_INIT;

	for (size_t at = 1; fd == -ENOENT && create && rc == 0; at++) {
		if (path[at] && path[at] != '/')
			continue;
		str_clear(&part);
		rc = str_add(&part, path, at);
		if (rc == 0) {
			rc = sys_mkdirat(AT_FDCWD, part.buf, 0700);
			rc = rc == -EEXIST ? 0 : rc;
		}
		if (!path[at])
			break;
	}
	str_done(&part);
	if (fd == -ENOENT && create && rc == 0)
		fd = openpath(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* What cannot be made because it is there, unreadable say, the open has told. */
	return rc < 0 ? rc : fd;
}

/* The home, or the nearest directory above it that is there, is ours. */
int trash_dir_check_home(const char *path, const char **ret_why)
{
	struct meta meta;
	int rc = stat_follow(AT_FDCWD, path, &meta, NULL);

	if (rc < 0)
		return rc;
	if (meta.uid != geteuid()) {
		*ret_why = "the home directory belongs to somebody else";
		return -EPERM;
	}
	return 0;
}

int trash_dir_open_home(const struct trash_env *env, bool create, struct trash_dir *t,
			const char **ret_why)
{
	int rc = data_home(env, &t->top_path);

	if (rc == 0 && env->home && env->home[0] == '/')
		rc = trash_dir_check_home(env->home, ret_why);
	if (rc < 0)
		return rc;
	t->top = open_data_home(t->top_path.buf, create);
	if (t->top < 0)
		return t->top;
	rc = check_ours(t->top, ret_why);
	if (rc == 0)
		rc = path_join(&t->path, t->top_path.buf, "Trash", 5);
	if (rc < 0)
		return rc;
	t->fd = trash_dir_open_ours(t->top, "Trash", create, ret_why);
	return t->fd < 0 ? t->fd : open_inside(t, create, ret_why);
}

int trash_dir_home(const struct trash_env *env, bool create, struct trash_dir *ret_trash,
		   const char **ret_why)
{
	struct trash_dir t;
	int rc;

	*ret_why = NULL;
	trash_dir_init(&t);
	t.kind = TRASH_HOME;
	rc = trash_dir_open_home(env, create, &t, ret_why);
	if (rc < 0)
		trash_dir_done(&t);
	else
		*ret_trash = t;
	return rc;
}

/* ---- the root of a mount ---- */

/* T4. .Trash is for all: only as an administrator makes it can nobody take what is another's. */
static int check_shared(int top, int fd, const char **ret_why)
{
	struct meta meta = {0}, above = {0};
	int rc = stat_fd(fd, &meta, NULL);

	if (rc == 0)
		rc = stat_fd(top, &above, NULL);
	if (rc < 0)
		return rc;
	if (meta.id.dev != above.id.dev)
		*ret_why = "its .Trash is another file system";
	else if (!(meta.mode & S_ISVTX))
		*ret_why = "its .Trash has no sticky bit (chmod +t would help)";
	else if (meta.uid != 0 && meta.uid != geteuid())
		*ret_why = "its .Trash belongs to somebody else than root";
	return *ret_why ? -EPERM : 0;
}

static int open_shared(int top, bool create, const char **ret_why)
{
	char uid[16];
	int fd = identity_open_dir(top, ".Trash", NULL), rc;

	/* One that may not be listed is fine. */
	if (fd == -EACCES)
		fd = sys_openat(top, ".Trash", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd == -ENOTDIR || fd == -ELOOP)
		*ret_why = "its .Trash is a link, or no directory";
	if (fd == -EXDEV)
		*ret_why = "its .Trash is another file system";
	if (fd < 0)
		return *ret_why ? -EPERM : fd;
	snprintf(uid, sizeof(uid), "%u", (unsigned)geteuid());
	rc = check_shared(top, fd, ret_why);
	if (rc == 0)
		rc = trash_dir_open_ours(fd, uid, create, ret_why);
	sys_close(fd);
	return rc;
}

int trash_dir_open_top(int top, enum trash_kind kind, bool create, struct trash_dir *t,
		       const char **ret_why)
{
	char name[32];
	int rc;

	snprintf(name, sizeof(name), "%s%u", kind == TRASH_SHARED ? ".Trash/" : ".Trash-",
		 (unsigned)geteuid());
	rc = path_join(&t->path, t->top_path.buf, name, strlen(name));
	if (rc < 0)
		return rc;
	t->top = sys_openat(top, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	if (t->top < 0)
		return t->top;
	t->fd = kind == TRASH_SHARED ? open_shared(top, create, ret_why)
				     : trash_dir_open_ours(top, name, create, ret_why);
	return t->fd < 0 ? t->fd : open_inside(t, create, ret_why);
}

int trash_dir_top(int top, const char *top_path, enum trash_kind kind, bool create,
		  struct trash_dir *ret_trash, const char **ret_why)
{
	struct trash_dir t;
	int rc;

	*ret_why = NULL;
	trash_dir_init(&t);
	t.kind = kind;
	rc = str_adds(&t.top_path, top_path);
	if (rc == 0)
		rc = trash_dir_open_top(top, kind, create, &t, ret_why);
	if (rc < 0)
		trash_dir_done(&t);
	else
		*ret_trash = t;
	return rc;
}

/* ---- which one is for a directory ---- */

int trash_dir_identify(int fd, struct dir_id *ret_id)
{
	struct meta meta;
	uint64_t mnt_id;
	int rc = stat_fd(fd, &meta, &mnt_id);

	if (rc == 0)
		*ret_id = (struct dir_id){.file = meta.id, .mnt_id = mnt_id};
	return rc;
}

bool trash_dir_same_fs(const struct dir_id *a, const struct dir_id *b)
{
	return a->file.dev == b->file.dev && (a->mnt_id == b->mnt_id || !a->mnt_id || !b->mnt_id);
}

/* Up to the last directory that is on the same mount and device. */
int trash_dir_climb(int dirfd, struct trash_top *ret_top)
{
	struct dir_id here = {0}, up_id = {0};
	int fd = sys_openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0), rc;

	if (fd < 0)
		return fd;
	rc = trash_dir_identify(fd, &here);
	for (unsigned n = 0; rc == 0 && n < CLIMB_MAX; n++) {
		int up = sys_openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

		rc = up < 0 ? up : trash_dir_identify(up, &up_id);
		if (rc == 0 &&
		    (!trash_dir_same_fs(&here, &up_id) || file_id_eq(here.file, up_id.file))) {
			sys_close(up);
			*ret_top = (struct trash_top){fd, n};
			return 0;
		}
		sys_close(fd);
		fd = up;
		here = up_id;
	}
	close_if(fd);
	return rc < 0 ? rc : -ELOOP;
}

/* The last `n` components go to *ret_rest. */
static int split_path(struct str *path, unsigned n, struct str *ret_rest)
{
	size_t at = path->len;
	int rc;

	for (; n > 0 && at > 0; n--)
		while (at > 0 && path->buf[--at] != '/')
			continue;
	if (n > 0)
		return -ENOENT;
	rc = at < path->len ? str_adds(ret_rest, path->buf + at + (path->buf[at] == '/')) : 0;
	if (rc == 0)
		str_cut(path, MAX(at, 1));
	return rc;
}

/* Whether a name can be added in it, as far as can be asked (Linux 5.8). */
int trash_dir_may_add(int fd)
{
	int rc = sys_faccessat2(fd, "", W_OK | X_OK, AT_EACCESS | AT_EMPTY_PATH);

	return rc == -ENOSYS || rc == -EINVAL ? 0 : rc;
}

int trash_dir_may_use(const struct trash_dir *t)
{
	int rc = trash_dir_may_add(t->info);

	return rc == 0 ? trash_dir_may_add(t->files) : rc;
}

/* What comes first is said when nothing does: of the other way the person knows less. */
static int at_top(int top, const char *path, struct trash_dir *ret_trash, struct trash_why *why)
{
	int rc = trash_dir_top(top, path, TRASH_SHARED, true, ret_trash, &why->shared);

	if (rc == -ENOMEM || (rc == 0 && trash_dir_may_use(ret_trash) == 0))
		return rc;
	if (rc == 0) {
		why->shared = "it may not be written";
		trash_dir_done(ret_trash);
	}
	return trash_dir_top(top, path, TRASH_OWN, true, ret_trash, &why->own);
}

/* The directory, or the nearest above it that is there. */
int trash_dir_nearest(struct str *path)
{
	int fd = openpath(path->buf, O_PATH | O_DIRECTORY | O_CLOEXEC);

	while (fd == -ENOENT && path->len > 1) {
		str_cut(path, path_parent_len(path->buf));
		fd = openpath(path->buf, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return fd;
}

/* Whether the trash in the home is, or would be, on the file system of the directory: 1, 0. */
int trash_dir_is_near(const struct trash_env *env, int dirfd)
{
	struct str path = STR_INIT;
	struct dir_id here = {0}, home = {0};
	int rc = data_home(env, &path), fd = rc < 0 ? rc : trash_dir_nearest(&path);

	str_done(&path);
	if (fd < 0)
		return fd;
	rc = trash_dir_identify(fd, &home);
	if (rc == 0)
		rc = trash_dir_identify(dirfd, &here);
	sys_close(fd);
	return rc < 0 ? rc : trash_dir_same_fs(&here, &home);
}

/* 1: it is no home for this; then the root of the mount is asked. What only fails, fails. */
static int in_home(const struct trash_env *env, int dirfd, struct trash_dir *ret_trash,
		   const char **ret_why)
{
	struct dir_id here = {0};
	int rc = trash_dir_is_near(env, dirfd);

	if (rc == 1) {
		rc = trash_dir_home(env, true, ret_trash, ret_why);
		if (rc < 0)
			return *ret_why ? 1 : rc;
		rc = trash_dir_identify(dirfd, &here);
		if (rc < 0 || trash_dir_same_fs(&here, &ret_trash->id))
			return rc;
		trash_dir_done(ret_trash); /* Trash itself may be a mount */
	} else if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR && rc != -EACCES) {
		return rc;
	}
	*ret_why = rc < 0 ? "there is no home directory that can be entered"
			  : "it is on another file system";
	return 1;
}

static int find(const struct trash_env *env, int dirfd, struct str *path,
		struct trash_dir *ret_trash, struct str *ret_from, struct trash_why *why)
{
	struct trash_top top;
	int rc = env ? in_home(env, dirfd, ret_trash, &why->home) : 1;

	if (rc <= 0)
		return rc < 0 ? rc : str_add(ret_from, path->buf, path->len);
	rc = trash_dir_climb(dirfd, &top);
	if (rc < 0)
		return rc;
	rc = split_path(path, top.above, ret_from);
	if (rc == 0)
		rc = at_top(top.fd, path->buf, ret_trash, why);
	sys_close(top.fd);
	return rc;
}

int trash_dir_for(const struct trash_env *env, int dirfd, const char *shown,
		  struct trash_dir *ret_trash, struct str *ret_from, struct trash_why *ret_why)
{
	struct str path = STR_INIT;
	int rc = openpath_of(dirfd, shown, &path);

	*ret_why = (struct trash_why){0};
	str_clear(ret_from);
	trash_dir_init(ret_trash);
	if (rc == 0)
		rc = find(env, dirfd, &path, ret_trash, ret_from, ret_why);
	if (rc < 0)
		trash_dir_done(ret_trash);
	str_done(&path);
	return rc;
}

/* It is not there, or not to be used: what anybody may be told of anybody's. */
static bool none_there(int rc)
{
	return rc == -ENOENT || rc == -ENOTDIR || rc == -ELOOP || rc == -EPERM || rc == -EACCES ||
	       rc == -EXDEV;
}

/* 1: taken. One that cannot be looked at is in *bad, and the others are offered all the same. */
static int offer(int rc, struct trash_dir *t, const char *from, int *bad,
		 bool (*take)(void *ctx, struct trash_dir *trash, const char *from), void *ctx)
{
	if (rc < 0 && !none_there(rc) && *bad == 0)
		*bad = rc;
	if (rc < 0)
		return rc == -ENOMEM ? rc : 0;
	if (take(ctx, t, from))
		return 1;
	trash_dir_done(t);
	return 0;
}

int trash_dir_there(const struct trash_env *env, int dirfd, const char *shown,
		    bool (*take)(void *ctx, struct trash_dir *trash, const char *from), void *ctx)
{
	struct str path = STR_INIT, rest = STR_INIT;
	struct trash_top top = {.fd = -1};
	struct trash_dir t;
	const char *why;
	int real = openpath_of(dirfd, shown, &path);
	int rc = real == -ENOMEM ? real : trash_dir_home(env, false, &t, &why), bad = 0;

	/* That the own one may not be entered is not how it is to be. */
	if (rc == -EACCES)
		bad = rc;
	rc = offer(rc, &t, real == 0 ? path.buf : NULL, &bad, take, ctx);
	if (rc == 0)
		rc = real;
	if (rc == 0)
		rc = trash_dir_climb(dirfd, &top);
	if (rc == 0)
		rc = split_path(&path, top.above, &rest);
	for (enum trash_kind kind = TRASH_SHARED; rc == 0 && kind <= TRASH_OWN; kind++)
		rc = offer(trash_dir_top(top.fd, path.buf, kind, false, &t, &why), &t, rest.buf,
			   &bad, take, ctx);
	close_if(top.fd);
	str_done(&path);
	str_done(&rest);
	return rc ? MIN(rc, 0) : bad;
}
