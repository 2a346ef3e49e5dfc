/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/trash_sizes.h"

/* Why a directory cannot be looked at; 0: it can, or is not asked for. */
static int unopened(int dirfd)
{
	return dirfd < -1 ? dirfd : 0;
}

/* Nothing is finished that cannot be told: -EAGAIN when all that is needed for it is there. */
static int told(const struct act_job *j)
{
	int rc;

	if (j->state == STEP_DONE || j->state == STEP_NOT_DONE)
		return 0;
	rc = unopened(j->from) ? unopened(j->from) : unopened(j->to);
	return rc ? rc : -EAGAIN;
}

static int is_now(struct act_job *j, enum step_state state)
{
	j->state = state;
	str_clear(j->why);
	return 0;
}

int act_tidy_nothing(struct act_job *j)
{
	int rc = j->step->kind == STEP_LINK ? act_look_link(j) : act_look_attrs(j);

	return rc < 0 ? rc : told(j);
}

/* ---- names ---- */

/* Both names are the thing: the old one goes, and what has it now otherwise stays. */
static int drop_old(struct act_job *j)
{
	const struct step *s = j->step;
	struct meta old, new;
	int rc;

	if (act_find(j->to, s->to.name, &s->what, &new) != FOUND_IT ||
	    act_find(j->from, s->from.name, &s->what, &old) != FOUND_IT || S_ISDIR(old.mode) ||
	    old.nlink < 2)
		return -ESTALE;
	rc = sys_unlinkat(j->from, s->from.name, 0);
	if (rc < 0)
		return rc;
	act_dirs_changed(j->a, j->from, ACT_LOST);
	return is_now(j, STEP_DONE);
}

/* From the third name to the new one, or back. */
static int from_third(struct act_job *j)
{
	const struct step *s = j->step;
	unsigned flags = j->a->o.flags & ACT_LOOK ? RENAME_LOOK : 0;
	struct rename_place third = {.dirfd = j->to}, to = {j->to, s->to.name, NULL},
			    back = {j->from, s->from.name, NULL};
	char name[RENAME_THIRD_MAX];
	struct renamed how;
	int rc = act_third(j->to, &s->what, name);

	if (rc != 1)
		return rc < 0 ? rc : -ESTALE;
	third.name = name;
	rc = atomic_rename(&third, &to, flags, &how);
	act_dirs_changed(j->a, j->to, ACT_GAINED);
	if (how.state == RENAME_DONE)
		return is_now(j, STEP_DONE);
	if (j->from < 0 || how.state != RENAME_NOT_DONE)
		return rc;
	rc = atomic_rename(&third, &back, flags, &how);
	act_dirs_changed(j->a, j->from, ACT_GAINED);
	return how.state == RENAME_DONE ? is_now(j, STEP_NOT_DONE) : rc;
}

/* The empty directory that kept the place of one that did not come. rmdir(2) leaves it when
 * something is in it. */
static void drop_reserved(struct act_job *j, int dirfd, const char *name)
{
	struct meta meta;

	if (!S_ISDIR(j->step->what.type) || dirfd < 0 || !name)
		return;
	if (act_find(dirfd, name, &j->step->what, &meta) != FOUND_OTHER || !S_ISDIR(meta.mode) ||
	    meta.mode & 077 || !act_is_ours(j, &meta, j->a->self.uid) ||
	    meta.attrs & META_MOUNT_ROOT)
		return;
	if (sys_unlinkat(dirfd, name, AT_REMOVEDIR) == 0)
		act_dirs_changed(j->a, dirfd, ACT_LOST);
}

static int finish_move(struct act_job *j)
{
	const struct step *s = j->step;
	struct meta meta;

	if (j->state == STEP_NOT_DONE)
		drop_reserved(j, j->to, s->to.name);
	if (j->state != STEP_PARTLY)
		return told(j);
	return act_find(j->to, s->to.name, &s->what, &meta) == FOUND_IT ? drop_old(j)
									: from_third(j);
}

int act_tidy_rename(struct act_job *j)
{
	int rc = act_look_moved(j);

	return rc < 0 ? rc : finish_move(j);
}

/* ---- information without a thing ---- */

/* 1, 0, -errno. */
static int is_alone(const struct trash_dir *trash, const char *name)
{
	struct meta meta;
	int rc = stat_at(trash->files, name, &meta, NULL);

	return rc == -ENOENT ? 1 : rc;
}

static int drop_info(struct act_job *j, const struct trash_dir *trash, const char *file)
{
	int rc = sys_unlinkat(trash->info, file, 0);

	act_trash_changed(j->a, trash, ACT_LOST);
	return rc == -ENOENT ? 0 : rc;
}

/* The clock that tells seconds is late by a tick, of at most 10 ms; files are dated exactly. */
static bool is_older(const struct meta *meta, int64_t begun)
{
	return meta->mtime <= begun ||
	       (meta->mtime == begun + 1 && meta->mtime_nsec < 10 * 1000 * 1000);
}

/* What was taken out, or is gone: its information was there before the action began. One that is
 * newer is of something else. */
static int drop_old_info(struct act_job *j)
{
	const char *name = j->step->from.name;
	struct str file = STR_INIT;
	struct meta meta;
	int rc = j->trash ? is_alone(j->trash, name) : unopened(j->from);

	if (rc <= 0)
		return rc;
	rc = -ENOMEM;
	if (str_adds(&file, name) == 0 && str_adds(&file, TRASHINFO_SUFFIX) == 0) {
		rc = stat_at(j->trash->info, file.buf, &meta, NULL);
		if (rc == 0 && S_ISREG(meta.mode) && is_older(&meta, j->begun)) {
			rc = drop_info(j, j->trash, file.buf);
			(void)trash_sizes_set(j->trash, name, 0, NULL);
		}
	}
	str_done(&file);
	return rc == -ENOENT ? 0 : rc;
}

int act_tidy_restore(struct act_job *j)
{
	int rc = act_look_moved(j);

	if (rc == 0)
		rc = finish_move(j);
	return rc == 0 && j->state == STEP_DONE ? drop_old_info(j) : rc;
}

/* ---- information whose thing did not come ---- */

struct sweep {
	struct act_job *j;
	const struct trash_dir *trash;
	struct str text; /* what was written, or the beginning of it */
	size_t sure;     /* of that, what does not depend on the moment */
	int rc;
};

/* The name is one that trash_put() would give, as far as it does not number or shorten it. */
static bool is_named_so(const char *name, const char *from)
{
	size_t ext_len, len = strlen(from);
	const char *ext = path_ext(from, len, &ext_len);
	size_t stem = ext_len ? (size_t)(ext - from) - 1 : len;

	return strncmp(name, from, MIN(stem, 32)) == 0;
}

static bool is_our_text(const struct sweep *s, const struct str *text)
{
	return text->len <= s->text.len &&
	       memcmp(text->buf, s->text.buf, MIN(text->len, s->sure)) == 0;
}

/* Nothing is there by that name, or something that was there before the information: a thing that
 * is put there is changed by it (its ctime), so that it is not older. */
static int has_no_thing(const struct sweep *s, const char *name, const struct meta *info)
{
	struct meta thing;
	int rc = stat_at(s->trash->files, name, &thing, NULL);

	if (rc < 0)
		return rc == -ENOENT ? 1 : rc;
	return thing.ctime < info->mtime ||
	       (thing.ctime == info->mtime && thing.ctime_nsec < info->mtime_nsec);
}

static int sweep_info(struct sweep *s, const char *file)
{
	struct str name = STR_INIT, text = STR_INIT;
	size_t len = strlen(file), suffix = sizeof(TRASHINFO_SUFFIX) - 1;
	struct meta meta;
	int rc = 0;

	if (len <= suffix || strcmp(file + len - suffix, TRASHINFO_SUFFIX) != 0 ||
	    !is_named_so(file, s->j->step->from.name))
		return 0;
	if (str_add(&name, file, len - suffix) < 0)
		return -ENOMEM;
	rc = trash_read_file(s->trash->info, file, TRASHINFO_MAX, &text, &meta);
	if (rc == 0 && meta.uid == s->j->a->self.uid && meta.mtime >= s->j->begun &&
	    is_our_text(s, &text)) {
		if (s->j->state == STEP_NOT_DONE)
			drop_reserved(s->j, s->trash->files, name.buf);
		rc = has_no_thing(s, name.buf, &meta);
		if (rc > 0)
			rc = drop_info(s->j, s->trash, file);
	}
	str_done(&name);
	str_done(&text);
	/* Gone meanwhile, or none of ours: no file, or too long. */
	return rc == -ENOENT || rc == -EINVAL || rc == -EFBIG ? 0 : rc;
}

static int sweep_trash(struct sweep *s)
{
	struct scandir dir;
	struct scan_entry e;
	int rc = scandir_open(&dir, s->trash->info, ".", false), bad = 0, one = 0;

	if (rc < 0)
		return rc;
	while (one == 0 && (rc = scandir_next_usable(&dir, &e, &bad)) > 0)
		one = sweep_info(s, e.name);
	scandir_done(&dir);
	return one < 0 ? one : MIN(rc, 0);
}

/* The text of the information as trash_put() writes it. */
static int expect_text(struct sweep *s, const char *from)
{
	const struct trash_date date = {2000, 1, 1, 0, 0, 0};
	const struct step *step = s->j->step;
	const char *last;
	struct str path = STR_INIT;
	int rc = trash_put_path(s->trash, from, step->from.name, step->target, &path);

	str_clear(&s->text);
	if (rc == 0)
		rc = trashinfo_write(&s->text, path.buf, &date);
	str_done(&path);
	last = rc < 0 ? NULL : strrchr(s->text.buf, '=');
	s->sure = last ? (size_t)(last - s->text.buf) + 1 : 0;
	return rc;
}

static bool sweep_one(void *ctx, struct trash_dir *trash, const char *from)
{
	struct sweep *s = ctx;
	struct trash_dir *kept;
	int rc = from ? act_trash_keep(s->j->a, trash, &kept) : 0;

	if (!from)
		return false;
	if (rc == 0) {
		s->trash = kept;
		rc = expect_text(s, from);
	}
	if (rc == 0)
		rc = sweep_trash(s);
	if (s->rc == 0)
		s->rc = rc;
	return false;
}

int act_tidy_trash(struct act_job *j)
{
	struct sweep s = {.j = j, .text = STR_INIT};
	int rc = act_look_trash(j);

	if (rc < 0)
		return rc;
	if (j->state == STEP_PARTLY) {
		/* The name in the trash was found: step->to is where it is. */
		j->to = j->trash ? j->trash->files : -1;
		return drop_old(j);
	}
	/* Also of one that is there: the name before may have been given up without its information
	 * being removed. */
	rc = told(j);
	if (rc < 0 || j->from < 0)
		return rc;
	rc = trash_dir_there(&j->a->o.trash, j->from, j->step->from.dir, sweep_one, &s);
	str_done(&s.text);
	return s.rc < 0 ? s.rc : rc;
}

/* ---- what was made ---- */

static int dress(struct act_job *j)
{
	struct step *s = j->step;
	int rc = act_dress(j);

	if (rc == 0)
		rc = act_identify(j->pin, &s->what, &j->meta, NULL);
	if (rc < 0)
		return rc;
	s->now = act_attrs(&j->meta);
	rc = act_atime(j->pin, "", &s->now);
	return rc < 0 ? rc : is_now(j, STEP_DONE);
}

int act_tidy_made(struct act_job *j)
{
	int rc = act_look_made(j);

	if (rc < 0)
		return rc;
	return j->state == STEP_PARTLY ? dress(j) : told(j);
}

/* ---- what was removed ---- */

/* What is left of a tree stays: it is not what was confirmed any more. */
int act_tidy_removed(struct act_job *j)
{
	int rc = act_look_removed(j);

	if (rc < 0)
		return rc;
	if (j->state == STEP_PARTLY)
		return act_refuse(j, -ENOTSUP,
				  "some of what was in it may be gone; what is there stays");
	if (j->state == STEP_DONE && j->step->kind == STEP_ERASE)
		return drop_old_info(j);
	return told(j);
}
