/* SPDX-License-Identifier: MIT
 *
 * The same way as trash_dir_for(), without making anything.
 */
#include "fs/trash_dirs_inside.h"

#include <errno.h>
#include <fcntl.h>

#include "fs/identity.h"
#include "fs/openpath.h"
#include "fs/sys.h"

/* Its descriptor goes to the caller. */
static int hand_out(int rc, int *fd, int *ret_fd)
{
	if (rc == 0) {
		*ret_fd = *fd;
		*fd = -1;
	}
	return rc;
}

/* A trash that is there; what is missing in it (rc is -ENOENT) can be made. */
static int could_use(struct trash_dir *t, int rc, int *ret_fd, const char **ret_why)
{
	if (rc == -ENOENT) {
		rc = trash_dir_may_add(t->fd);
		if (rc == 0 && t->files >= 0)
			rc = trash_dir_may_add(t->files);
		if (rc == 0 && t->files < 0)
			t->info = trash_dir_open_ours(t->fd, "info", false, ret_why);
		if (rc == 0 && t->info >= 0)
			rc = trash_dir_may_add(t->info);
		else if (rc == 0 && t->files < 0 && t->info != -ENOENT)
			rc = t->info;
	} else if (rc == 0) {
		rc = trash_dir_may_use(t);
	}
	return hand_out(rc, &t->fd, ret_fd);
}

static int could_make(int fd, int *ret_fd)
{
	int rc = fd < 0 ? fd : hand_out(trash_dir_may_add(fd), &fd, ret_fd);

	if (fd >= 0)
		sys_close(fd);
	return rc;
}

/* 1: it is on another file system after all. */
static int could_home(const struct trash_env *env, int dirfd, int *ret_fd, const char **ret_why)
{
	struct dir_id here = {0};
	struct trash_dir t;
	int rc;

	trash_dir_init(&t);
	t.kind = TRASH_HOME;
	rc = trash_dir_open_home(env, false, &t, ret_why);
	if (t.fd >= 0 && (rc == 0 || rc == -ENOENT)) {
		int own = trash_dir_identify(dirfd, &here);

		/* Trash itself may be a mount */
		if (own == 0 && !trash_dir_same_fs(&here, &t.id))
			rc = 1;
		else
			rc = own < 0 ? own : could_use(&t, rc, ret_fd, ret_why);
	} else if (rc == -ENOENT && t.top >= 0) {
		rc = hand_out(trash_dir_may_add(t.top), &t.top, ret_fd);
	} else if (rc == -ENOENT && t.top_path.len > 0 &&
		   (!env->home || env->home[0] != '/' ||
		    trash_dir_check_home(env->home, ret_why) == 0)) {
		rc = could_make(trash_dir_nearest(&t.top_path), ret_fd);
	}
	trash_dir_done(&t);
	return rc;
}

static int could_top(int top, enum trash_kind kind, int *ret_fd, const char **ret_why)
{
	bool shared = kind == TRASH_SHARED;
	struct trash_dir t;
	int rc;

	trash_dir_init(&t);
	t.kind = kind;
	rc = str_adds(&t.top_path, "/");
	if (rc == 0)
		rc = trash_dir_open_top(top, kind, false, &t, ret_why);
	if (t.fd >= 0 && (rc == 0 || rc == -ENOENT))
		rc = could_use(&t, rc, ret_fd, ret_why);
	else if (rc == -ENOENT)
		rc = could_make(sys_openat(top, shared ? ".Trash" : ".",
					   O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0),
				ret_fd);
	trash_dir_done(&t);
	return rc;
}

static int has_path(int dirfd, const char *shown)
{
	struct str path = STR_INIT;
	int rc = openpath_of(dirfd, shown, &path);

	str_done(&path);
	return rc;
}

int trash_dir_could(const struct trash_env *env, int dirfd, const char *shown, int *ret_fd,
		    struct trash_why *ret_why)
{
	int rc = has_path(dirfd, shown);
	struct trash_top top;

	*ret_why = (struct trash_why){0};
	if (rc < 0)
		return rc;
	rc = env ? trash_dir_is_near(env, dirfd) : 0;
	if (rc == 1) {
		rc = could_home(env, dirfd, ret_fd, &ret_why->home);
		if (rc == 0 || (rc < 0 && !ret_why->home))
			return rc;
		if (rc == 1)
			ret_why->home = "it is on another file system";
	} else if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR && rc != -EACCES) {
		return rc;
	} else if (env) {
		ret_why->home = rc < 0 ? "there is no home directory that can be entered"
				       : "it is on another file system";
	}
	rc = trash_dir_climb(dirfd, &top);
	if (rc < 0)
		return rc;
	rc = could_top(top.fd, TRASH_SHARED, ret_fd, &ret_why->shared);
	if (rc < 0)
		rc = could_top(top.fd, TRASH_OWN, ret_fd, &ret_why->own);
	sys_close(top.fd);
	return rc;
}
