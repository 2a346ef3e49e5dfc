/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "fs/stat.h"
#include "fs/sys.h"

#define TAKEN_BITS (S_ISUID | S_ISGID) /* chown(2) takes these of files */

/* As root: somebody who may write the directory can make a link in it to any file of the file
 * system, and have us change that. */
static int check_links(struct act_job *j)
{
	if (!act_is_root(j->a) || S_ISDIR(j->meta.mode) || j->meta.nlink < 2)
		return 0;
	if (j->dir.uid == 0 && !(j->dir.mode & (S_IWGRP | S_IWOTH)))
		return 0;
	return act_refuse(j, -EPERM,
			  "it has several names, and others could have made this one: it may be "
			  "any file");
}

void act_proc_path(int pin, char path[ACT_PROC_LEN])
{
	snprintf(path, ACT_PROC_LEN, "/proc/self/fd/%d", pin);
}

/* ---- mode ---- */

static bool forbidden(void)
{
	return sys_fchmodat2(-1, "x", 0, 0) == -EPERM;
}

/* fchmodat2(2) is Linux 6.6. Before it, chmod(2) of the descriptor's entry in /proc is the only way
 * to the very thing; a link would be changed there by some file systems, so that none comes here.
 */
int act_set_mode(int pin, uint32_t mode)
{
	int rc = sys_fchmodat2(pin, "", mode, AT_EMPTY_PATH);
	char path[ACT_PROC_LEN];

	if (rc != -ENOSYS && rc != -EINVAL && !(rc == -EPERM && forbidden()))
		return rc;
	act_proc_path(pin, path);
	rc = sys_fchmodat(AT_FDCWD, path, mode);
	return rc == -ENOENT ? -EOPNOTSUPP : rc;
}

int act_mode_open(struct act_job *j)
{
	int rc = act_open_thing(j);

	if (rc == 0 && S_ISLNK(j->meta.mode))
		rc = act_refuse(j, -EOPNOTSUPP, "a link has no mode of its own");
	if (rc == 0 && (j->meta.mode & 07777) != j->step->was.mode)
		rc = act_refuse(j, -ESTALE, "its mode was changed since");
	return rc < 0 ? rc : check_links(j);
}

int act_mode_may(struct act_job *j)
{
	return act_may_alter(j, j->step->kind == STEP_TIMES ? "times" : "mode");
}

int act_mode_run(struct act_job *j)
{
	uint32_t was = j->meta.mode & 07777, want = j->step->now.mode & 07777, is;
	int rc = act_set_mode(j->pin, want), again = act_look_again(j);

	if (again < 0) {
		j->state = rc < 0 ? STEP_NOT_DONE : STEP_DONE;
		return rc < 0 ? rc : again;
	}
	is = j->meta.mode & 07777;
	/* The answer of a server need not be true. */
	if (is == was && was != want) {
		if (rc == 0)
			act_say(j, "its file system does not keep it");
		return rc < 0 ? rc : -EOPNOTSUPP;
	}
	j->step->now.mode = is;
	j->state = STEP_DONE;
	if (is != want)
		act_say(j, "it got the mode %04o, more was not given", (unsigned)is);
	return is == want ? 0 : rc;
}

/* ---- owner ---- */

/* The bits that the change took with it and that go back, when it is taken back. */
static uint32_t missing_bits(const struct act_job *j)
{
	const struct step *s = j->step;

	/* A mode that somebody has given it since is left alone. */
	if (S_ISLNK(j->meta.mode) || (j->meta.mode & 07777) != s->was.mode)
		return 0;
	return s->now.mode & ~s->was.mode & TAKEN_BITS;
}

/* Giving a file back the bits that made it run as its owner is right as long as it is the file that
 * had them: whoever owned it meanwhile could have written anything into it, and in the same moment,
 * which no time stamp tells. Where that was nobody else, the time of its last change does
 * (now.mtime of the step that is undone). */
static bool is_untouched(const struct act_job *j)
{
	const struct step *s = j->step;

	if (!S_ISREG(j->meta.mode))
		return true;
	return (s->was.uid == 0 || s->was.uid == s->now.uid) && j->meta.ctime == s->was.mtime &&
	       j->meta.ctime_nsec == s->was.mtime_nsec;
}

/* The bits, and the capabilities that went in the same way. */
static bool takes_rights_back(const struct act_job *j)
{
	return missing_bits(j) || j->step->now_xattrs.len;
}

int act_owner_open(struct act_job *j)
{
	const struct step_attrs *was = &j->step->was;
	int rc = act_open_thing(j);

	if (rc == 0 && (j->meta.uid != was->uid || j->meta.gid != was->gid))
		rc = act_refuse(j, -ESTALE, "its owner was changed since");
	if (rc == 0 && takes_rights_back(j) && !is_untouched(j) && !(j->a->o.flags & ACT_CHANGED))
		rc = act_refuse(j, -ESTALE,
				"it could have been changed meanwhile, and would run with the "
				"rights it had again");
	return rc < 0 ? rc : check_links(j);
}

int act_owner_may(struct act_job *j)
{
	const struct step_attrs *now = &j->step->now;
	bool chown = act_has_cap(j->a, PERM_CAP_CHOWN);
	int rc;

	if (!chown && now->uid != j->meta.uid)
		return act_refuse(j, -EPERM, "only root may give things away");
	if (!chown && now->gid != j->meta.gid && j->meta.uid == j->a->self.uid &&
	    !perm_in_group(&j->a->self, now->gid))
		return act_refuse(j, -EPERM, "you are not in that group");
	rc = act_may_alter(j, "group");
	/* Who may change owners needs to be none. */
	return rc == -EPERM && chown &&
			       !(j->meta.attrs & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND))
		       ? 0
		       : rc;
}

static int bring_back(struct act_job *j, uint32_t missing)
{
	int rc = missing ? act_set_mode(j->pin, j->step->now.mode & 07777) : 0;

	if (rc == 0)
		rc = act_xattrs_give(j) ? -EPERM : act_look_again(j);
	if (rc < 0) {
		j->state = STEP_PARTLY;
		act_say(j, "it has the owner, but not all the rights it had with it");
	}
	return rc;
}

static int change_owner(struct act_job *j)
{
	const struct step_attrs *now = &j->step->now;
	int rc = S_ISREG(j->meta.mode) ? act_caps_take(j) : 0;

	return rc < 0 ? rc
		      : sys_fchownat(j->pin, "", j->meta.uid == now->uid ? (uid_t)-1 : now->uid,
				     j->meta.gid == now->gid ? (gid_t)-1 : now->gid, AT_EMPTY_PATH);
}

int act_owner_run(struct act_job *j)
{
	struct step_attrs *now = &j->step->now;
	uint32_t uid = now->uid, gid = now->gid, missing = missing_bits(j);
	bool untouched = is_untouched(j), rights = takes_rights_back(j);
	int rc = change_owner(j), again = act_look_again(j);

	if (again < 0) {
		j->state = rc < 0 ? STEP_NOT_DONE : STEP_DONE;
		return rc < 0 ? rc : again;
	}
	if (j->meta.uid != uid || j->meta.gid != gid) {
		if (rc == 0)
			act_say(j, "its file system does not keep it");
		return rc < 0 ? rc : -EOPNOTSUPP;
	}
	j->state = STEP_DONE;
	rc = rights && untouched ? bring_back(j, missing) : 0;
	if (rc < 0)
		return rc;
	if (rights && !untouched)
		act_say(j, "what let it run with the rights of others stays away");
	now->mode = j->meta.mode & 07777;
	now->mtime = j->meta.ctime;
	now->mtime_nsec = j->meta.ctime_nsec;
	return 0;
}

/* ---- times ---- */

static bool mtime_changes(const struct step *s)
{
	return s->was.mtime != s->now.mtime || s->was.mtime_nsec != s->now.mtime_nsec;
}

static bool atime_changes(const struct step *s)
{
	return s->was.atime != s->now.atime || s->was.atime_nsec != s->now.atime_nsec;
}

int act_times_open(struct act_job *j)
{
	const struct step *s = j->step;
	int rc = act_open_thing(j);

	if (rc == 0 && mtime_changes(s) &&
	    (j->meta.mtime != s->was.mtime || j->meta.mtime_nsec != s->was.mtime_nsec))
		rc = act_refuse(j, -ESTALE, "its time was changed since");
	return rc;
}

/* utimensat(2) of a descriptor without access is Linux 5.8. */
static int set_times(struct act_job *j, const struct timespec times[2])
{
	int rc = sys_utimensat(j->pin, "", times, AT_EMPTY_PATH);
	char path[ACT_PROC_LEN];

	if (rc != -EINVAL && rc != -ENOSYS && rc != -EBADF)
		return rc;
	if (S_ISLNK(j->meta.mode))
		return act_refuse(j, -EOPNOTSUPP, "times of links need Linux 5.8");
	act_proc_path(j->pin, path);
	rc = sys_utimensat(AT_FDCWD, path, times, 0);
	return rc == -ENOENT ? -EOPNOTSUPP : rc;
}

int act_times_run(struct act_job *j)
{
	struct step *s = j->step;
	struct timespec times[2] = {{s->now.atime, s->now.atime_nsec},
				    {s->now.mtime, s->now.mtime_nsec}};
	struct step_attrs is;
	int rc, again;

	if (!atime_changes(s))
		times[0].tv_nsec = UTIME_OMIT;
	if (!mtime_changes(s))
		times[1].tv_nsec = UTIME_OMIT;
	rc = set_times(j, times);
	if (rc < 0)
		return rc;
	j->state = STEP_DONE;
	/* File systems keep times less exactly than we may say them. */
	again = act_look_again(j);
	is = act_attrs(&j->meta);
	if (again == 0)
		again = act_atime(j->pin, "", &is);
	if (again < 0)
		return again;
	s->now.mtime = is.mtime;
	s->now.mtime_nsec = is.mtime_nsec;
	if (atime_changes(s)) {
		s->now.atime = is.atime;
		s->now.atime_nsec = is.atime_nsec;
	}
	return 0;
}
