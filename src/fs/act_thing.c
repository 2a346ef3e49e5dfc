/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "fs/stat.h"
#include "fs/sys.h"

struct step_attrs act_attrs(const struct meta *meta)
{
	return (struct step_attrs){.mode = meta->mode & 07777,
				   .uid = meta->uid,
				   .gid = meta->gid,
				   .mtime = meta->mtime,
				   .mtime_nsec = meta->mtime_nsec};
}

int act_atime(int dirfd, const char *name, struct step_attrs *attrs)
{
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name ? 0 : AT_EMPTY_PATH);
	struct statx x;
	int rc = sys_statx(dirfd, name, flags, STATX_ATIME, &x);

	if (rc < 0)
		return rc;
	attrs->atime = x.stx_atime.tv_sec;
	attrs->atime_nsec = x.stx_atime.tv_nsec;
	return 0;
}

int act_pin(struct act_job *j, const char *name)
{
	int rc = identity_pin(j->from, name, NULL, &j->pin, &j->meta);

	if (rc < 0) {
		j->pin = -1;
		return rc;
	}
	j->is = identity_of(&j->meta);
	return stat_fd(j->pin, &j->meta, &j->mnt);
}

void act_close_thing(struct act_job *j)
{
	if (j->pin >= 0)
		sys_close(j->pin);
	j->pin = -1;
}

int act_look_again(struct act_job *j)
{
	int rc = stat_fd(j->pin, &j->meta, &j->mnt);

	if (rc < 0)
		return rc;
	j->is = identity_of(&j->meta);
	j->step->what.ino = j->meta.id.ino;
	return 0;
}

/* What is pinned is what the step says. */
static int compare(struct act_job *j)
{
	const struct step_place *from = &j->step->from;
	struct step_id id;
	int rc;

	if (j->step->what.type == 0)
		return act_refuse(j, -ESTALE, "it is not known which thing it was");
	if (!from->name || !identity_component(from->name))
		return act_refuse(j, -EINVAL, "its name is not one component");
	rc = act_pin(j, from->name);
	if (rc == -ENOENT)
		return act_refuse(j, rc, "it is not there any more");
	if (rc == 0)
		rc = stat_fd(j->from, &j->dir, &j->dir_mnt);
	if (rc == 0)
		rc = act_identify(j->pin, &id, &j->meta, &j->mnt);
	if (rc < 0)
		return rc;
	if (!step_id_eq(&id, &j->step->what))
		return act_refuse(j, -ESTALE, "something else has its name now");
	return 0;
}

int act_open_thing(struct act_job *j)
{
	j->from = act_dir(j->a, &j->step->from);
	if (j->from == -ENOENT || j->from == -ENOTDIR)
		return act_refuse(j, -ENOENT, "the directory it was in is gone");
	if (j->from == -ESTALE)
		return act_refuse(j, -ESTALE, "the directory it was in is another one now");
	if (j->from < 0)
		return act_refuse(j, j->from, "the directory it is in cannot be entered");
	return compare(j);
}

int act_open_trashed(struct act_job *j)
{
	const char *why;
	int rc = act_trash_of(j->a, &j->step->from, &j->trash, &why);

	if (rc == -ENOENT || rc == -ENOTDIR)
		return act_refuse(j, -ENOENT, "the trash it was in is gone");
	if (rc == -ESTALE)
		return act_refuse(j, -ESTALE, "the trash it was in is another one now");
	if (rc < 0) {
		if (why)
			act_say(j, "its trash cannot be used: %s", why);
		return rc;
	}
	j->from = j->trash->files;
	rc = compare(j);
	if (rc == -ENOENT)
		return act_refuse(j, rc, "it is not in the trash any more");
	return rc;
}

/* What is in a trash can be had all the same: a restore goes by the path, and makes what is missing
 * of it. */
static int no_target(struct act_job *j, int err, const char *why)
{
	if (j->step->kind != STEP_RESTORE)
		return act_refuse(j, err, why);
	act_say(j, "%s; 'trowel restore' brings it back%s", why,
		err == -ENOENT ? " and makes that anew" : "");
	return err;
}

int act_open_target(struct act_job *j)
{
	const struct step_place *to = &j->step->to;

	j->to = act_dir(j->a, to);
	if (j->to == -ENOENT || j->to == -ENOTDIR)
		return no_target(j, -ENOENT, "the directory it is to be in is not there");
	if (j->to == -ESTALE)
		return no_target(j, -ESTALE, "the directory it is to be in is another one now");
	if (j->to < 0)
		return act_refuse(j, j->to, "the directory it is to be in cannot be entered");
	if (!to->name || !identity_component(to->name))
		return act_refuse(j, -EINVAL, "the new name is not one component");
	return 0;
}

int act_movable(struct act_job *j)
{
	const char *why = guards_why(j->a->o.guards, j->meta.id);

	if (why)
		return act_refuse(j, -EPERM, why);
	if (j->meta.attrs & META_MOUNT_ROOT || (j->mnt && j->dir_mnt && j->mnt != j->dir_mnt))
		return act_refuse(j, -EBUSY, "a file system is mounted there");
	return 0;
}
