/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "fs/mounts.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"

/* ---- an empty directory ---- */

int act_rmdir_open(struct act_job *j)
{
	int rc = act_open_thing(j);

	if (rc == 0 && !S_ISDIR(j->meta.mode))
		rc = act_refuse(j, -ENOTDIR, "it is no directory");
	return rc < 0 ? rc : act_movable(j);
}

/* Whether something is in it; one that may not be read is for the kernel to know. */
static int check_empty(struct act_job *j)
{
	struct scandir s;
	struct scan_entry e;
	int bad = 0, fd = identity_open_dir(j->from, j->step->from.name, NULL), rc;

	if (fd < 0)
		return 0;
	scandir_init(&s, fd, true);
	rc = scandir_next_usable(&s, &e, &bad);
	scandir_done(&s);
	if (rc == 1 || bad)
		return act_refuse(j, -ENOTEMPTY, "something is in it");
	return rc == -ENOMEM ? rc : 0;
}

int act_rmdir_may(struct act_job *j)
{
	int rc = act_may_take(j);

	return rc < 0 ? rc : check_empty(j);
}

/* Where the kernel keeps count of a directory's names, one that was removed has none. Servers need
 * not tell. */
static bool is_still(struct act_job *j)
{
	struct statfs fs;
	struct meta now;

	return j->meta.nlink >= 2 && stat_fd(j->pin, &now, NULL) == 0 && now.nlink >= 2 &&
	       sys_fstatfs(j->pin, &fs) == 0 && !mounts_network_magic((uint32_t)fs.f_type);
}

/* The answer of a server need not be true. */
static bool is_gone(struct act_job *j, int err)
{
	struct meta meta;

	return err != -ENOENT && !is_still(j) &&
	       identity_at(j->from, j->step->from.name, j->pin, &meta) == -ENOENT;
}

int act_rmdir_run(struct act_job *j)
{
	struct meta meta;
	int rc = identity_at(j->from, j->step->from.name, j->pin, &meta), lost;

	if (rc == 0 || rc == -ENOENT)
		return act_refuse(j, -ESTALE, "something else has its name now");
	if (rc < 0)
		return rc;
	j->step->was = act_attrs(&j->meta);
	rc = act_atime(j->pin, "", &j->step->was);
	lost = rc < 0 ? rc : act_xattrs_take(j);
	if (lost < 0)
		return lost;
	rc = sys_unlinkat(j->from, j->step->from.name, AT_REMOVEDIR);
	if (rc < 0 && !is_gone(j, rc))
		return rc == -EEXIST ? -ENOTEMPTY : rc;
	act_dirs_changed(j->a, j->from, ACT_LOST);
	if (is_still(j)) {
		j->state = STEP_PARTLY;
		return act_refuse(j, -ESTALE,
				  "an empty directory that had its name in that moment went");
	}
	j->state = STEP_DONE;
	if (lost)
		act_say(j, "undo can give it not all the extended attributes it had");
	return 0;
}

/* ---- a tree, for good ---- */

int act_delete_open(struct act_job *j)
{
	int rc = act_open_thing(j);

	return rc < 0 ? rc : act_movable(j);
}

int act_erase_open(struct act_job *j)
{
	int rc = act_open_trashed(j);

	return rc < 0 ? rc : act_movable(j);
}

int act_delete_may(struct act_job *j)
{
	if (S_ISDIR(j->meta.mode) && j->meta.id.dev != j->dir.id.dev)
		return act_refuse(j, -EBUSY, "it is a file system or subvolume of its own");
	return act_may_take(j);
}

static void progress(void *ctx, const struct delete_counts *counts)
{
	const struct act_job *j = ctx;

	if (j->a->o.progress)
		j->a->o.progress(j->a->o.ctx, counts);
}

/* The first reason is kept for who asks for one. */
static bool failed(void *ctx, const struct delete_failure *f)
{
	struct act_job *j = ctx;

	if (f->why && j->why->len == 0)
		act_say(j, "%s", f->why);
	return j->a->o.failed ? j->a->o.failed(j->a->o.ctx, f) : false;
}

static struct delete_options options(struct act_job *j)
{
	return (struct delete_options){.guards = j->a->o.guards,
				       .cancel = j->a->o.cancel,
				       .progress = progress,
				       .failed = failed,
				       .ctx = j};
}

static int deleted(struct act_job *j, int rc, const struct delete_counts *n)
{
	if (rc == 0)
		j->state = STEP_DONE;
	else if (n->files + n->dirs > 0)
		j->state = STEP_PARTLY;
	if (rc == -ESTALE && j->why->len == 0)
		act_say(j, "something else has its name now");
	return rc;
}

int act_delete_run(struct act_job *j)
{
	const struct delete_options o = options(j);
	struct str shown = STR_INIT;
	struct delete_counts n;
	int rc = act_delete_may(j); /* what cannot go itself is not emptied */

	if (rc == 0)
		rc = step_path(&j->step->from, &shown);
	if (rc == 0) {
		rc = safe_delete(j->from, j->step->from.name, &j->is, shown.buf, &o, &n);
		act_dirs_changed(j->a, j->from, ACT_LOST);
		rc = deleted(j, rc, &n);
	}
	str_done(&shown);
	return rc;
}

int act_erase_run(struct act_job *j)
{
	const struct delete_options o = options(j);
	struct delete_counts n;
	struct meta meta;
	int rc = act_delete_may(j); /* what cannot go itself is not emptied */

	if (rc < 0)
		return rc;
	rc = trash_erase(j->trash, j->step->from.name, &j->is, &o, &n);
	act_trash_changed(j->a, j->trash, ACT_LOST);
	if (rc < 0 && n.files + n.dirs > 0 && n.failed == 0 &&
	    identity_at(j->from, j->step->from.name, j->pin, &meta) == -ENOENT) {
		j->state = STEP_DONE;
		return act_refuse(j, rc, "it is gone, but its information stays in the trash");
	}
	return deleted(j, rc, &n);
}
