/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/stat.h"
#include "fs/sys.h"

bool act_mode_given(const struct step *s)
{
	return s->flags & (STEP_HAS_MODE | STEP_HAS_OWNER);
}

int act_make_open(struct act_job *j)
{
	return act_open_target(j);
}

/* The owner that a removed directory had, which it is to have again. */
static int may_own(struct act_job *j)
{
	const struct step *s = j->step;
	const struct subject *self = &j->a->self;

	if (!(s->flags & STEP_HAS_OWNER) || act_has_cap(j->a, PERM_CAP_CHOWN))
		return 0;
	if (s->now.uid != self->uid)
		return act_refuse(j, -EPERM, "only root may give things away");
	if (!perm_in_group(self, s->now.gid))
		return act_refuse(j, -EPERM, "you are not in that group");
	return 0;
}

int act_make_may(struct act_job *j)
{
	int rc = act_may_add(j, j->to, "the directory it is to be in");

	if (rc == 0)
		rc = may_own(j);
	return rc < 0 ? rc : act_name_free(j);
}

/* It is there: what the step says of it from now on. */
static int made(struct act_job *j, int fd)
{
	struct step *s = j->step;
	int rc = act_identify(fd, &s->what, &j->meta, &j->mnt);

	j->state = STEP_DONE;
	act_dirs_changed(j->a, j->to, ACT_GAINED);
	if (rc < 0)
		return rc;
	j->is = identity_of(&j->meta);
	s->now = act_attrs(&j->meta);
	return act_atime(fd, "", &s->now);
}

/* What cannot be made as it should be is not made: err. */
static int unmake(struct act_job *j, int fd, int flags, int err)
{
	struct meta meta;
	int rc = identity_at(j->to, j->step->to.name, fd, &meta);

	if (rc == 1)
		rc = sys_unlinkat(j->to, j->step->to.name, flags) == 0 ? 0 : 1;
	j->state = rc == 0 || rc == -ENOENT ? STEP_NOT_DONE : STEP_PARTLY;
	if (j->state == STEP_PARTLY)
		return act_refuse(j, err, "it was made, but not as it should be, and stays");
	j->step->what = (struct step_id){0};
	return err;
}

static int not_seen(struct act_job *j, enum step_state state, int err)
{
	j->state = err == -ENOENT ? STEP_PARTLY : state;
	return act_refuse(j, err, "it was made, but then it could not be looked at");
}

static int replaced(struct act_job *j)
{
	j->state = STEP_PARTLY;
	return act_refuse(j, -ESTALE, "it was made, and is something else now");
}

/* ---- a file ---- */

static int dress_file(struct act_job *j, int fd, uint32_t mode)
{
	struct meta meta;
	int rc = stat_fd(fd, &meta, NULL);

	/* What umask(2) and the directory's defaults took, never more than that. */
	if (rc == 0 && act_mode_given(j->step) && (meta.mode & 07777) != mode)
		rc = sys_fchmod(fd, mode);
	return rc;
}

int act_create_run(struct act_job *j)
{
	const struct step *s = j->step;
	uint32_t mode = act_mode_given(s) ? s->now.mode & 07777 : 0666;
	int fd = sys_openat(j->to, s->to.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    mode & 0777);
	int rc, closed;

	if (fd < 0)
		return fd;
	rc = dress_file(j, fd, mode);
	rc = rc < 0 ? unmake(j, fd, 0, rc) : made(j, fd);
	closed = sys_close(fd);
	return rc < 0 ? rc : closed;
}

/* ---- a directory ---- */

int act_dress(struct act_job *j)
{
	const struct step *s = j->step;
	uint32_t mode = s->now.mode & 07777, uid = s->now.uid, gid = s->now.gid;
	bool owner = s->flags & STEP_HAS_OWNER;
	int rc = 0;

	if (!act_mode_given(s))
		return 0;
	/* A directory that hands on its group does so to this one too. */
	if (!owner)
		mode |= j->meta.mode & S_ISGID;
	if (owner && (j->meta.uid != uid || j->meta.gid != gid))
		rc = sys_fchownat(j->pin, "", j->meta.uid == uid ? (uid_t)-1 : uid,
				  j->meta.gid == gid ? (gid_t)-1 : gid, AT_EMPTY_PATH);
	/* Nobody is let in by a list that it was only born with. */
	if (rc == 0 && owner)
		rc = act_acls_drop(j);
	if (rc == 0 && ((j->meta.mode & 07777) != mode || owner))
		rc = act_set_mode(j->pin, mode);
	if (rc == 0 && act_xattrs_give(j))
		act_say(j, "it got not all the extended attributes it had");
	return rc;
}

/* Ours, as it was just made. What somebody put in its place in the meantime is not given a mode. */
static bool is_new(const struct act_job *j, const struct meta *meta, uint32_t asked)
{
	return S_ISDIR(meta->mode) && meta->uid == j->a->self.uid && meta->nlink <= 2 &&
	       (meta->mode & 0777 & ~asked) == 0;
}

/* It cannot get what it is to have: an empty directory goes again. */
static int not_dressed(struct act_job *j, uint32_t asked, int err)
{
	struct meta meta;

	if (stat_at(j->to, j->step->to.name, &meta, NULL) < 0 || !is_new(j, &meta, asked) ||
	    sys_unlinkat(j->to, j->step->to.name, AT_REMOVEDIR) < 0)
		return not_seen(j, STEP_PARTLY, err);
	return err;
}

/* What is not known could not be taken back later. Nothing but an empty directory can go here. */
static int take_away(struct act_job *j, int err)
{
	if (err == -ENOENT || sys_unlinkat(j->to, j->step->to.name, AT_REMOVEDIR) < 0)
		return not_seen(j, STEP_DONE, err);
	return err;
}

int act_mkdir_run(struct act_job *j)
{
	const struct step *s = j->step;
	/* For us alone until it is what it is to be. */
	uint32_t asked = act_mode_given(s) ? s->now.mode & 0700 : 0777;
	int rc = sys_mkdirat(j->to, s->to.name, asked);

	if (rc < 0)
		return rc;
	act_dirs_changed(j->a, j->to, ACT_GAINED);
	j->from = j->to;
	rc = act_pin(j, s->to.name);
	if (rc < 0)
		return act_mode_given(s) ? not_dressed(j, asked, rc) : take_away(j, rc);
	if (!S_ISDIR(j->meta.mode) || (act_mode_given(s) && !is_new(j, &j->meta, asked)))
		return replaced(j);
	rc = act_dress(j);
	return rc < 0 ? unmake(j, j->pin, AT_REMOVEDIR, rc) : made(j, j->pin);
}

/* ---- a link ---- */

int act_symlink_run(struct act_job *j)
{
	const struct step *s = j->step;
	struct str target = STR_INIT;
	bool same;
	int rc;

	if (!s->target || !*s->target)
		return act_refuse(j, -EINVAL, "a link needs something to point to");
	rc = sys_symlinkat(s->target, j->to, s->to.name);
	if (rc < 0)
		return rc;
	act_dirs_changed(j->a, j->to, ACT_GAINED);
	j->from = j->to;
	rc = act_pin(j, s->to.name);
	if (rc == 0)
		rc = stat_readlink(j->pin, "", &target);
	same = rc == 0 && str_eq(&target, s->target);
	str_done(&target);
	if (rc < 0 && rc != -EINVAL)
		return not_seen(j, STEP_DONE, rc);
	return same ? made(j, j->pin) : replaced(j);
}

/* ---- another name ---- */

int act_link_open(struct act_job *j)
{
	int rc = act_open_thing(j);

	if (rc == 0 && S_ISDIR(j->meta.mode))
		rc = act_refuse(j, -EPERM, "a directory cannot have a second name");
	return rc < 0 ? rc : act_open_target(j);
}

/* proc(5), protected_hardlinks: what is somebody else's and could not be written either. */
static bool is_protected(const struct act_job *j)
{
	uint32_t mode = j->meta.mode;
	char on = '0';
	int fd;

	if (j->meta.uid == j->a->self.uid || act_has_cap(j->a, PERM_CAP_FOWNER))
		return false;
	if (S_ISREG(mode) && !(mode & S_ISUID) &&
	    (mode & (S_ISGID | S_IXGRP)) != (S_ISGID | S_IXGRP) &&
	    sys_faccessat2(j->pin, "", R_OK | W_OK, AT_EACCESS | AT_EMPTY_PATH) == 0)
		return false;
	fd = sys_openat(AT_FDCWD, "/proc/sys/fs/protected_hardlinks", O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	if (sys_read(fd, &on, 1) != 1)
		on = '0';
	sys_close(fd);
	return on == '1';
}

int act_link_may(struct act_job *j)
{
	struct meta to;
	uint64_t mnt_id;
	int rc = stat_fd(j->to, &to, &mnt_id);

	if (rc == 0 && (to.id.dev != j->dir.id.dev || (mnt_id && j->mnt && mnt_id != j->mnt)))
		rc = act_refuse(j, -EXDEV, "that is another file system");
	if (rc == 0)
		rc = act_may_add(j, j->to, "the directory it is to be in");
	if (rc == 0 && j->meta.attrs & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND))
		rc = act_refuse(j, -EPERM, "it is immutable, or may only grow");
	if (rc == 0 && is_protected(j))
		rc = act_refuse(j, -EPERM, "it is not yours, and you may not write it either");
	return rc < 0 ? rc : act_name_free(j);
}

/* What was linked in its place loses that name again, as long as it has another. */
static bool unlinked(struct act_job *j)
{
	struct meta old, new;

	return stat_at(j->from, j->step->from.name, &old, NULL) == 0 &&
	       stat_at(j->to, j->step->to.name, &new, NULL) == 0 && file_id_eq(old.id, new.id) &&
	       sys_unlinkat(j->to, j->step->to.name, 0) == 0;
}

int act_link_run(struct act_job *j)
{
	const struct step *s = j->step;
	struct meta meta;
	int rc = sys_linkat(j->from, s->from.name, j->to, s->to.name, 0), is;

	is = rc == 0 || rc != -EEXIST ? identity_at(j->to, s->to.name, j->pin, &meta) : 0;
	/* The answer of a server need not be true. */
	if (is == 1) {
		act_dirs_changed(j->a, j->to, ACT_GAINED);
		j->state = STEP_DONE;
		return act_look_again(j);
	}
	if (rc < 0)
		return rc == -EPERM && S_ISLNK(j->meta.mode) ? -EOPNOTSUPP : rc;
	act_dirs_changed(j->a, j->to, ACT_GAINED);
	if (!unlinked(j))
		j->state = STEP_PARTLY;
	return act_refuse(j, -ESTALE, "something else has its name now");
}
