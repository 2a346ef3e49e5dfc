/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "fs/stat.h"
#include "fs/sys.h"

/* ---- into a trash ---- */

int act_trash_open(struct act_job *j)
{
	const struct step *s = j->step;
	int rc = act_open_thing(j);

	if (rc == 0)
		rc = act_movable(j);
	if (rc < 0 || !(s->flags & STEP_WAS_MADE) || j->a->o.flags & ACT_CHANGED)
		return rc;
	if (j->meta.size > 0 || j->meta.mtime != s->was.mtime ||
	    j->meta.mtime_nsec != s->was.mtime_nsec)
		return act_refuse(j, -ESTALE, "it was changed since it was made");
	return 0;
}

/* Why there is no trash for it: each that was looked at. */
static int no_trash(struct act_job *j, int err, const struct trash_why *why)
{
	const char *between = "";

	if (!why->home && !why->shared && !why->own)
		return act_refuse(j, err, "there can be no trash for it");
	str_clear(j->why);
	str_adds(j->why, "there can be no trash for it: ");
	if (why->home) {
		str_addf(j->why, "the one in the home directory: %s", why->home);
		between = "; ";
	}
	if (why->shared) {
		str_addf(j->why, "%sthe common one of its file system: %s", between, why->shared);
		between = "; ";
	}
	if (why->own)
		str_addf(j->why, "%syour own of its file system: %s", between, why->own);
	return err;
}

void act_could_forget(struct act *a)
{
	if (a->could.known && a->could.fd >= 0)
		sys_close(a->could.fd);
	a->could = (struct act_could){.fd = -1};
}

/* Looked for once for all that is in one directory. */
static const struct act_could *could(struct act_job *j)
{
	struct act_could *c = &j->a->could;

	if (c->known && c->mnt_id == j->dir_mnt && file_id_eq(c->dir, j->dir.id))
		return c;
	act_could_forget(j->a);
	c->rc = trash_dir_could(&j->a->o.trash, j->from, j->step->from.dir, &c->fd, &c->why);
	c->dir = j->dir.id;
	c->mnt_id = j->dir_mnt;
	c->known = true;
	return c;
}

int act_trash_may(struct act_job *j)
{
	const struct act_could *c;
	int rc = act_may_take(j);

	if (rc == 0)
		rc = act_may_leave(j, -1);
	if (rc < 0)
		return rc;
	c = could(j);
	rc = c->rc;
	if (rc < 0) {
		rc = no_trash(j, rc, &c->why);
		/* It may be memory or descriptors that were wanted. */
		if (rc != -EPERM && rc != -EACCES && rc != -EROFS)
			act_could_forget(j->a);
		return rc;
	}
	if (S_ISDIR(j->meta.mode) && identity_below(c->fd, j->pin))
		return act_refuse(j, -ELOOP, "the trash is in it");
	return 0;
}

/* The step says where it goes before it goes there. */
static int intend(void *ctx, const char *name)
{
	struct act_putting *p = ctx;
	struct act *a = p->j->a;
	struct str dir = STR_INIT;
	int rc = -ENOMEM;

	if (str_adds(&dir, p->trash->path.buf) == 0 && str_adds(&dir, "/files") == 0)
		rc = step_place_set(&p->j->step->to, dir.buf, act_trash_files(a, p->trash), name);
	str_done(&dir);
	if (rc == 0 && a->o.intend)
		rc = a->o.intend(a->o.ctx, p->j->step);
	return rc;
}

static struct trash_date now(void)
{
	time_t t = time(NULL);
	struct tm tm = {0};

	localtime_r(&t, &tm);
	return (struct trash_date){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
				   tm.tm_hour,        tm.tm_min,     tm.tm_sec};
}

struct trash_put act_put(struct act_putting *putting, const char *from)
{
	const struct act_job *j = putting->j;

	return (struct trash_put){.trash = putting->trash,
				  .from = from,
				  .dirfd = j->from,
				  .name = j->step->from.name,
				  .expect = &j->is,
				  .origin = j->step->target,
				  .when = now(),
				  .flags = j->a->o.flags & ACT_LOOK ? RENAME_LOOK : 0,
				  .intent = intend,
				  .ctx = putting};
}

int act_was_put(struct act_job *j, const struct trash_dir *trash, int rc, const struct renamed *how)
{
	/* Its information has come, or has come and gone. */
	act_trash_changed(j->a, trash, how->state == RENAME_NOT_DONE ? ACT_LOST : ACT_GAINED);
	if (how->state != RENAME_NOT_DONE)
		act_dirs_changed(j->a, j->from, ACT_LOST);
	if (rc == -ELOOP)
		return act_refuse(j, rc, "the trash is in it");
	return act_renamed(j, trash->files, rc, how);
}

static int put_in(struct act_job *j, const struct trash_dir *trash, const char *from)
{
	struct act_putting putting = {j, trash};
	const struct trash_put put = act_put(&putting, from);
	struct str name = STR_INIT;
	struct renamed how;
	int rc = trash_put(&put, &name, &how);

	str_done(&name);
	return act_was_put(j, trash, rc, &how);
}

/* In the trash that is for its directory; env NULL: not that of the home. */
static int put(struct act_job *j, const struct trash_env *env)
{
	struct trash_dir found, *trash;
	struct str from = STR_INIT;
	struct trash_why why;
	int rc = trash_dir_for(env, j->from, j->step->from.dir, &found, &from, &why);

	if (rc < 0) {
		str_done(&from);
		/* It could not leave its directory either: that is said. */
		return act_may_take(j) == rc ? rc : no_trash(j, rc, &why);
	}
	rc = act_trash_keep(j->a, &found, &trash);
	trash_dir_done(&found);
	if (rc == 0)
		rc = put_in(j, trash, from.buf);
	str_done(&from);
	return rc;
}

void act_forget_place(struct step_place *place)
{
	struct step gone = {.to = *place};

	*place = (struct step_place){0};
	step_done(&gone);
}

int act_trash_run(struct act_job *j)
{
	int rc = act_ready_run(j);

	if (rc == 0)
		rc = put(j, &j->a->o.trash);
	rc = MIN(rc, 0);
	/* A bind mount, a project's quota: near as it looks, the home is another file system. */
	if (rc == -EXDEV && j->state == STEP_NOT_DONE)
		rc = put(j, NULL);
	if (rc == -EXDEV && j->state == STEP_NOT_DONE)
		rc = act_refuse(j, rc, "no trash is on its file system");
	if (j->state == STEP_NOT_DONE)
		act_forget_place(&j->step->to);
	else if (j->state == STEP_DONE && act_look_again(j) < 0)
		return rc;
	return rc;
}

/* ---- out of it ---- */

int act_restore_open(struct act_job *j)
{
	int rc = act_open_trashed(j);

	if (rc == 0)
		rc = act_movable(j);
	return rc < 0 ? rc : act_open_target(j);
}

int act_restore_run(struct act_job *j)
{
	const struct trash_restore r = {.trash = j->trash,
					.name = j->step->from.name,
					.expect = &j->is,
					.to = {j->to, j->step->to.name, NULL},
					.flags = j->a->o.flags & ACT_LOOK ? RENAME_LOOK : 0};
	struct renamed how;
	const char *why;
	int rc = trash_restore(&r, &how, &why);

	if (how.state != RENAME_NOT_DONE) {
		act_trash_changed(j->a, j->trash, ACT_LOST);
		act_dirs_changed(j->a, j->to, ACT_GAINED);
	}
	if (why)
		rc = act_refuse(j, rc, why);
	rc = act_renamed(j, j->to, rc, &how);
	/* It was not seen at once that it is out. */
	if (rc == 0 && j->state == STEP_DONE && how.state == RENAME_ASTRAY) {
		rc = trash_forget(j->trash, j->step->from.name, 0);
		if (rc < 0)
			act_say(j, "it is out, but its information stays in the trash");
	}
	if (j->state == STEP_DONE && act_look_again(j) < 0)
		return rc;
	return rc;
}
