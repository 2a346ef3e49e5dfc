/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "fs/plan_inside.h"
#include "fs/stat.h"
#include "fs/sys.h"

static int act_place_at(struct plan *p, const struct plan_at *at, struct step_place *ret_place)
{
	return at->dirfd < 0 ? act_place_path(p->act, at->dir, at->name, ret_place)
			     : act_place(p->act, at->dirfd, at->dir, at->name, ret_place);
}

int plan_place(struct plan *p, const struct plan_at *at, struct step_place *ret_place)
{
	int rc;

	if (at->dir[0] != '/')
		return plan_trouble_at(p, at, -EINVAL, "its directory is not an absolute path");
	if (!identity_component(at->name))
		return plan_trouble_at(p, at, -EINVAL, "that is no name of a thing in a directory");
	rc = act_place_at(p, at, ret_place);
	if (plan_is_fatal(rc))
		return rc;
	return rc < 0 ? plan_trouble_at(p, at, rc, NULL) : 0;
}

static bool is_expected(const struct identity *want, const struct step_id *is)
{
	const struct identity now = {.file = {is->dev, is->ino},
				     .type = is->type,
				     .btime = is->btime,
				     .btime_nsec = is->btime_nsec};

	return identity_eq(want, &now);
}

int plan_thing_at(struct plan *p, const struct step_place *place, const struct identity *expect,
		  struct step_id *ret_id, struct step_attrs *ret_attrs)
{
	int rc = act_thing(p->act, place, ret_id, ret_attrs);
	const char *why = NULL;

	if (rc == 0 && expect && !is_expected(expect, ret_id)) {
		rc = -ESTALE;
		why = "something else has that name now";
	}
	if (plan_is_fatal(rc))
		return rc;
	return rc < 0 ? plan_trouble(p, place->dir, place->name, rc, why) : 0;
}

int plan_begin(struct plan *p, enum step_kind kind, const struct plan_at *at, struct step *ret_step)
{
	int rc = plan_cancelled(p) ? -ECANCELED : 0;

	*ret_step = (struct step)STEP_INIT;
	ret_step->kind = kind;
	if (rc == 0)
		rc = plan_place(p, at, &ret_step->from);
	if (rc == 0)
		rc = plan_thing_at(p, &ret_step->from, at->expect, &ret_step->what, &ret_step->was);
	if (rc == 0)
		ret_step->now = ret_step->was;
	return rc;
}

/* The end of each that adds one step. */
static int finish(struct plan *p, struct step *s, int rc)
{
	if (rc == 0)
		rc = plan_push(p, s, &PLAN_ITEM);
	step_done(s);
	return plan_added(rc);
}

static bool is_named(const char *path, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len > n && path[len - n - 1] == '/' && memcmp(path + len - n, name, n) == 0;
}

bool plan_is_trash(int dirfd, const char *dir)
{
	size_t len = strlen(dir);
	struct meta meta;
	const char *top;

	if (!is_named(dir, len, "files"))
		return false;
	len -= strlen("/files");
	while (top = dir + len, len > 0 && top[-1] != '/')
		len--;
	/* "Trash", ".Trash-1000", ".Trash/1000". */
	if (strncmp(top, "Trash/", 6) != 0 && strncmp(top, ".Trash-", 7) != 0 &&
	    !(len > 0 && is_named(dir, len - 1, ".Trash")))
		return false;
	return stat_at(dirfd, "../info", &meta, NULL) == 0 && S_ISDIR(meta.mode);
}

int plan_trash(struct plan *p, const struct plan_at *at)
{
	struct step s;
	int rc = plan_begin(p, STEP_TRASH, at, &s), fd = rc == 0 ? act_dir(p->act, &s.from) : -1;

	if (fd >= 0 && plan_is_trash(fd, s.from.dir))
		rc = plan_trouble_at(p, at, -EINVAL,
				     "it is in the trash already: it can be restored or erased");
	return finish(p, &s, rc);
}

int plan_delete(struct plan *p, const struct plan_at *at)
{
	struct step s;

	return finish(p, &s, plan_begin(p, STEP_DELETE, at, &s));
}

static bool other_fs(const struct step_id *a, const struct step_id *b)
{
	return a->dev != b->dev;
}

int plan_rename(struct plan *p, const struct plan_at *from, const struct plan_at *to)
{
	struct step s;
	int rc = plan_begin(p, STEP_RENAME, from, &s);

	if (rc == 0)
		rc = plan_place(p, to, &s.to);
	if (rc == 0 && other_fs(&s.from.dir_id, &s.to.dir_id))
		rc = plan_trouble_at(p, from, -EXDEV,
				     "the new place is on another file system: it would have to be "
				     "copied, which trowel cannot do yet");
	/* It has that name already. */
	if (rc == 0 && step_id_eq(&s.from.dir_id, &s.to.dir_id) && s.from.name && s.to.name &&
	    strcmp(s.from.name, s.to.name) == 0)
		rc = 1;
	return finish(p, &s, rc);
}

int plan_symlink(struct plan *p, const struct plan_at *at, const char *target)
{
	struct step s = STEP_INIT;
	int rc = plan_place(p, at, &s.to);

	s.kind = STEP_SYMLINK;
	if (rc == 0 && !*target)
		rc = plan_trouble_at(p, at, -EINVAL, "a link has to lead somewhere");
	if (rc == 0) {
		s.target = strdup(target);
		rc = s.target ? 0 : -ENOMEM;
	}
	return finish(p, &s, rc);
}

int plan_link(struct plan *p, const struct plan_at *file, const struct plan_at *to)
{
	struct step s;
	int rc = plan_begin(p, STEP_LINK, file, &s);

	if (rc == 0 && s.what.type == S_IFDIR)
		rc = plan_trouble_at(p, file, -EPERM, "a directory cannot have a second name");
	if (rc == 0)
		rc = plan_place(p, to, &s.to);
	if (rc == 0 && other_fs(&s.from.dir_id, &s.to.dir_id))
		rc = plan_trouble_at(p, file, -EXDEV,
				     "a hard link cannot be on another file system");
	return finish(p, &s, rc);
}

static int place_in_trash(struct plan *p, const struct plan_trashed *what,
			  struct step_place *ret_place)
{
	struct str path = STR_INIT;
	struct plan_at at = {.dirfd = what->trash->files, .name = what->name};
	int rc = path_join(&path, what->trash->path.buf, "files", 5);

	at.dir = path.buf;
	if (rc == 0)
		rc = plan_place(p, &at, ret_place);
	str_done(&path);
	return rc;
}

int plan_begin_trashed(struct plan *p, enum step_kind kind, const struct plan_trashed *what,
		       struct step *ret_step)
{
	int rc = plan_cancelled(p) ? -ECANCELED : 0;

	*ret_step = (struct step)STEP_INIT;
	ret_step->kind = kind;
	if (rc == 0)
		rc = place_in_trash(p, what, &ret_step->from);
	if (rc == 0)
		rc = plan_thing_at(p, &ret_step->from, what->expect, &ret_step->what,
				   &ret_step->was);
	if (rc == 0)
		ret_step->now = ret_step->was;
	return rc;
}

int plan_erase(struct plan *p, const struct plan_trashed *what)
{
	struct step s;

	return finish(p, &s, plan_begin_trashed(p, STEP_ERASE, what, &s));
}

/* ---- attributes ---- */

int plan_mode(struct plan *p, const struct plan_at *at, const struct plan_mode *mode)
{
	struct step s;
	int rc = plan_begin(p, STEP_MODE, at, &s);

	if (rc == 0 && s.what.type == S_IFLNK)
		rc = plan_trouble_at(p, at, -EOPNOTSUPP, "a link has no mode of its own");
	if (rc == 0) {
		s.now.mode = ((s.was.mode & mode->keep) | mode->set) & 07777;
		if (s.what.type == S_IFDIR || s.was.mode & 0111)
			s.now.mode |= mode->set_x;
		rc = s.now.mode == s.was.mode;
	}
	return finish(p, &s, rc);
}

/* What chown(2) takes, of root too: no file is to lend the rights of another owner than it did. */
static uint32_t mode_after_chown(const struct step *s)
{
	uint32_t mode = s->was.mode;

	if (s->what.type == S_IFDIR)
		return mode;
	if (mode & S_IXGRP)
		mode &= ~(uint32_t)S_ISGID;
	return mode & ~(uint32_t)S_ISUID;
}

int plan_owner(struct plan *p, const struct plan_at *at, uint32_t uid, uint32_t gid)
{
	struct step s;
	int rc = plan_begin(p, STEP_OWNER, at, &s);

	if (rc == 0) {
		s.now.uid = uid == UINT32_MAX ? s.was.uid : uid;
		s.now.gid = gid == UINT32_MAX ? s.was.gid : gid;
		rc = s.now.uid == s.was.uid && s.now.gid == s.was.gid;
		s.now.mode = mode_after_chown(&s);
	}
	return finish(p, &s, rc);
}

static void set_times(struct step_attrs *now, const struct plan_times *times)
{
	if (times->set_atime) {
		now->atime = times->atime;
		now->atime_nsec = times->atime_nsec;
	}
	if (times->set_mtime) {
		now->mtime = times->mtime;
		now->mtime_nsec = times->mtime_nsec;
	}
}

/* Of a file that an earlier step makes: which one it is and what it has will be known then. 1:
 * there is no such step. */
static int times_of_new(struct plan *p, const struct plan_at *at, const struct plan_times *times)
{
	struct step s = STEP_INIT;
	struct plan_item item = PLAN_ITEM;
	int rc = p->made.count > 0 && identity_component(at->name) ? act_place_at(p, at, &s.from)
								   : 1;

	if (rc == 0)
		rc = plan_way_made(p, &s.from, PLAN_NONE, &item.what_maker);
	if (rc == 0 && item.what_maker == PLAN_NONE)
		rc = 1;
	if (rc == 0) {
		s.kind = STEP_TIMES;
		set_times(&s.now, times);
		item.set_atime = times->set_atime;
		item.set_mtime = times->set_mtime;
		item.on_way = true;
		rc = plan_push(p, &s, &item);
	}
	step_done(&s);
	return rc < 0 && !plan_is_fatal(rc) ? 1 : rc;
}

int plan_times(struct plan *p, const struct plan_at *at, const struct plan_times *times)
{
	struct step s;
	int rc = times_of_new(p, at, times);

	if (rc <= 0)
		return rc;
	rc = plan_begin(p, STEP_TIMES, at, &s);
	if (rc == 0) {
		set_times(&s.now, times);
		rc = s.now.atime == s.was.atime && s.now.atime_nsec == s.was.atime_nsec &&
		     s.now.mtime == s.was.mtime && s.now.mtime_nsec == s.was.mtime_nsec;
	}
	return finish(p, &s, rc);
}

/* Of something that a step has made by now. */
void plan_meet(struct step *s, const struct plan_item *item, const struct step *maker)
{
	const struct plan_times times = {
		.set_atime = item->set_atime,
		.set_mtime = item->set_mtime,
		.atime = s->now.atime,
		.mtime = s->now.mtime,
		.atime_nsec = s->now.atime_nsec,
		.mtime_nsec = s->now.mtime_nsec,
	};

	s->what = maker->what;
	s->was = s->now = maker->now;
	set_times(&s->now, &times);
}
