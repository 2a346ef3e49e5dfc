/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "fs/access.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"

static int may_write_in(struct act_job *j, int dirfd, const struct meta *dir, const char *which)
{
	int rc = access_may(dirfd, W_OK | X_OK);

	if (dir->nlink == 0) {
		act_say(j, "%s is gone", which);
		return -ENOENT;
	}
	if (rc == -EACCES)
		act_say(j, "you may not change %s", which);
	else if (rc == -EROFS)
		act_say(j, "its file system is read-only");
	else if (rc == -EPERM && dir->attrs & STATX_ATTR_IMMUTABLE)
		act_say(j, "%s is immutable (chattr -i would help)", which);
	return rc;
}

int act_may_add(struct act_job *j, int dirfd, const char *which)
{
	struct meta dir;
	int rc = stat_fd(dirfd, &dir, NULL);

	return rc < 0 ? rc : may_write_in(j, dirfd, &dir, which);
}

static int may_alter_at_all(struct act_job *j)
{
	if (j->meta.attrs & STATX_ATTR_IMMUTABLE)
		return act_refuse(j, -EPERM, "it is immutable (chattr -i would help)");
	if (j->meta.attrs & STATX_ATTR_APPEND)
		return act_refuse(j, -EPERM, "it may only grow (chattr -a would help)");
	return 0;
}

int act_may_take(struct act_job *j)
{
	int rc = may_write_in(j, j->from, &j->dir, "the directory it is in");

	if (rc < 0)
		return rc;
	if (j->dir.attrs & STATX_ATTR_APPEND)
		return act_refuse(j, -EPERM,
				  "the directory it is in may only grow (chattr -a would help)");
	if (access_stuck(&j->a->self, &j->dir, &j->meta))
		return act_refuse(j, -EPERM,
				  "the directory it is in is sticky, and neither is yours");
	return may_alter_at_all(j);
}

int act_may_leave(struct act_job *j, int to)
{
	struct meta dir = {0};
	int rc = to < 0 ? 0 : stat_fd(to, &dir, NULL);

	if (rc < 0 || !S_ISDIR(j->meta.mode) || file_id_eq(dir.id, j->dir.id))
		return rc;
	if (access_may(j->pin, W_OK) == -EACCES)
		return act_refuse(j, -EACCES,
				  "you may not change it itself, which moving a directory to "
				  "another one needs");
	return 0;
}

int act_may_alter(struct act_job *j, const char *what)
{
	struct statvfs fs;

	if (sys_fstatvfs(j->pin, &fs) == 0 && fs.f_flag & ST_RDONLY)
		return act_refuse(j, -EROFS, "its file system is read-only");
	if (j->meta.uid != j->a->self.uid && !act_has_cap(j->a, PERM_CAP_FOWNER)) {
		act_say(j, "only its owner may change its %s", what);
		return -EPERM;
	}
	return may_alter_at_all(j);
}

/* In a directory that does not tell A from a, a thing is in the way of its own new name. */
static bool is_own_name(const struct act_job *j, const struct meta *there)
{
	return j->pin >= 0 && identity_is(&j->is, there) &&
	       scandir_has(j->to, j->step->to.name) == 0;
}

int act_name_free(struct act_job *j)
{
	struct meta there;
	int rc = stat_at(j->to, j->step->to.name, &there, NULL);

	if (rc == -ENOENT)
		return 0;
	if (rc == -ENAMETOOLONG)
		return act_refuse(j, rc, "the name is too long for its file system");
	if (rc < 0)
		return rc;
	if (is_own_name(j, &there))
		return 0;
	if (j->pin >= 0 && identity_is(&j->is, &there))
		return act_refuse(j, -EEXIST, "both names are the same file");
	return act_refuse(j, -EEXIST, "something has that name already");
}
