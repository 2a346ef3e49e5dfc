/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <sys/stat.h>

#include "fs/stat.h"

int act_rename_open(struct act_job *j)
{
	int rc = act_open_thing(j);

	if (rc == 0)
		rc = act_movable(j);
	return rc < 0 ? rc : act_open_target(j);
}

static int same_mount(struct act_job *j)
{
	struct meta to;
	uint64_t mnt_id;
	int rc = stat_fd(j->to, &to, &mnt_id);

	if (rc < 0)
		return rc;
	if (to.id.dev != j->dir.id.dev || (mnt_id && j->dir_mnt && mnt_id != j->dir_mnt))
		return act_refuse(j, -EXDEV, "that is another file system");
	return 0;
}

int act_rename_may(struct act_job *j)
{
	int rc = same_mount(j);

	if (rc == 0 && S_ISDIR(j->meta.mode) && identity_below(j->to, j->pin))
		rc = act_refuse(j, -ELOOP, "a directory cannot go into itself");
	if (rc == 0)
		rc = act_may_take(j);
	if (rc == 0)
		rc = act_may_add(j, j->to, "the directory it is to be in");
	if (rc == 0)
		rc = act_may_leave(j, j->to);
	return rc < 0 ? rc : act_name_free(j);
}

static const enum step_state states[] = {
	[RENAME_NOT_DONE] = STEP_NOT_DONE, [RENAME_DONE] = STEP_DONE,
	[RENAME_BOTH] = STEP_PARTLY,       [RENAME_BETWEEN] = STEP_PARTLY,
	[RENAME_ASTRAY] = STEP_PARTLY,
};

static int in_words(struct act_job *j, int rc, const struct renamed *how)
{
	if (how->state == RENAME_BOTH)
		return act_refuse(j, rc, "it has both names now");
	if (how->state == RENAME_ASTRAY)
		return act_refuse(j, rc,
				  "somebody moved things about in the same moment: look at both "
				  "names");
	if (how->state == RENAME_BETWEEN) {
		act_say(j, "it is called %s there now", how->third);
		return rc;
	}
	if (rc == -EEXIST && how->same_file)
		return act_refuse(j, rc, "both names are the same file");
	if (rc == -ESTALE)
		return act_refuse(j, rc, "something else has its name now");
	if (rc == -EOPNOTSUPP)
		return act_refuse(j, rc,
				  "its file system cannot promise that nothing is overwritten");
	if (rc == -EILSEQ)
		return act_refuse(j, rc, "its file system cannot hold such a name");
	if (rc == -ELOOP)
		return act_refuse(j, rc, "a directory cannot go into itself");
	return rc;
}

/* Where it is after all, when that could not be told at once: 0 when it has its new name. */
static int look_again(struct act_job *j, int to, int rc)
{
	const struct step *s = j->step;
	struct meta meta;
	int old = identity_at(j->from, s->from.name, j->pin, &meta);
	int new = identity_at(to, s->to.name, j->pin, &meta);

	if (new == 1 && (old == 0 || old == -ENOENT)) {
		j->state = STEP_DONE;
		return 0;
	}
	if (old == 1 && (new == 0 || new == -ENOENT))
		j->state = STEP_NOT_DONE;
	return rc;
}

int act_renamed(struct act_job *j, int to, int rc, const struct renamed *how)
{
	j->state = states[how->state];
	if (how->state == RENAME_ASTRAY) {
		rc = look_again(j, to, rc);
		if (j->state != STEP_PARTLY)
			return rc;
	}
	return rc < 0 ? in_words(j, rc, how) : rc;
}

int act_rename_run(struct act_job *j)
{
	const struct rename_place from = {j->from, j->step->from.name, &j->is},
				  to = {j->to, j->step->to.name, NULL};
	unsigned flags = j->a->o.flags & ACT_LOOK ? RENAME_LOOK : 0;
	struct renamed how;
	int rc = atomic_rename(&from, &to, flags, &how);

	if (how.state != RENAME_NOT_DONE) {
		act_dirs_changed(j->a, j->from, ACT_LOST);
		act_dirs_changed(j->a, j->to, ACT_GAINED);
	}
	rc = act_renamed(j, j->to, rc, &how);
	if (j->state == STEP_DONE && act_look_again(j) < 0)
		return rc; /* its number is as it was, as far as is known */
	return rc;
}
