/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"

struct row {
	int (*open)(struct act_job *j); /* what must hold for a check as for the deed */
	int (*may)(struct act_job *j);  /* what the kernel would refuse */
	int (*run)(struct act_job *j);
	int (*look)(struct act_job *j);
	int (*finish)(struct act_job *j);
};

static const struct row rows[STEP_KINDS] = {
	[STEP_TRASH] = {act_trash_open, act_trash_may, act_trash_run, act_look_trash,
			act_tidy_trash},
	[STEP_RESTORE] = {act_restore_open, act_rename_may, act_restore_run, act_look_moved,
			  act_tidy_restore},
	[STEP_RENAME] = {act_rename_open, act_rename_may, act_rename_run, act_look_moved,
			 act_tidy_rename},
	[STEP_CREATE] = {act_make_open, act_make_may, act_create_run, act_look_made, act_tidy_made},
	[STEP_MKDIR] = {act_make_open, act_make_may, act_mkdir_run, act_look_made, act_tidy_made},
	[STEP_RMDIR] = {act_rmdir_open, act_rmdir_may, act_rmdir_run, act_look_removed,
			act_tidy_removed},
	[STEP_SYMLINK] = {act_make_open, act_make_may, act_symlink_run, act_look_made,
			  act_tidy_made},
	[STEP_LINK] = {act_link_open, act_link_may, act_link_run, act_look_link, act_tidy_nothing},
	[STEP_MODE] = {act_mode_open, act_mode_may, act_mode_run, act_look_attrs, act_tidy_nothing},
	[STEP_OWNER] = {act_owner_open, act_owner_may, act_owner_run, act_look_attrs,
			act_tidy_nothing},
	[STEP_TIMES] = {act_times_open, act_mode_may, act_times_run, act_look_attrs,
			act_tidy_nothing},
	[STEP_DELETE] = {act_delete_open, act_delete_may, act_delete_run, act_look_removed,
			 act_tidy_removed},
	[STEP_ERASE] = {act_erase_open, act_delete_may, act_erase_run, act_look_removed,
			act_tidy_removed},
};

/* What a file system may not have. */
static const char *const lacks[STEP_KINDS] = {
	[STEP_SYMLINK] = "its file system has no symbolic links",
	[STEP_LINK] = "its file system has no hard links",
	[STEP_MODE] = "its file system keeps no such mode",
	[STEP_OWNER] = "its file system keeps no such owner",
};

/* ---- words ---- */

int act_refuse(struct act_job *j, int err, const char *why)
{
	if (why) {
		str_clear(j->why);
		str_adds(j->why, why);
	}
	return err;
}

void act_say(struct act_job *j, const char *fmt, ...)
{
	va_list args;

	str_clear(j->why);
	va_start(args, fmt);
	str_vaddf(j->why, fmt, args);
	va_end(args);
}

bool act_is_root(const struct act *a)
{
	return a->self.uid == 0;
}

bool act_has_cap(const struct act *a, unsigned cap)
{
	return a->self.caps & cap;
}

bool act_cancelled(const struct act *a)
{
	return a->o.cancel && atomic_load_explicit(a->o.cancel, memory_order_relaxed);
}

int act_intend(struct act_job *j)
{
	return j->a->o.intend ? j->a->o.intend(j->a->o.ctx, j->step) : 0;
}

/* ---- life ---- */

static int copy_env(struct act *a, const struct trash_env *env)
{
	a->home = env->home ? strdup(env->home) : NULL;
	a->data_home = env->data_home ? strdup(env->data_home) : NULL;
	a->o.trash = (struct trash_env){.home = a->home, .data_home = a->data_home};
	return (env->home && !a->home) || (env->data_home && !a->data_home) ? -ENOMEM : 0;
}

int act_new(const struct act_options *options, struct act **ret_act)
{
	struct act *a = calloc(1, sizeof(*a));
	int rc = a ? 0 : -ENOMEM;

	if (rc == 0) {
		a->o = *options;
		act_dirs_begin(a);
		rc = copy_env(a, &options->trash);
	}
	if (rc == 0)
		rc = access_self(&a->self);
	if (rc < 0) {
		act_free(a);
		return rc;
	}
	*ret_act = a;
	return 0;
}

void act_free(struct act *a)
{
	if (!a)
		return;
	act_could_forget(a);
	act_ready_done(a);
	act_dirs_done(a);
	free(a->home);
	free(a->data_home);
	free(a);
}

/* ---- one step ---- */

static struct act_job job(struct act *a, struct step *step, struct str *why)
{
	str_clear(why);
	return (struct act_job){.a = a,
				.step = step,
				.why = why,
				.state = STEP_NOT_DONE,
				.from = -1,
				.to = -1,
				.pin = -1};
}

static const struct row *row_of(const struct step *step)
{
	unsigned kind = step->kind;

	return kind < STEP_KINDS && rows[kind].run ? &rows[kind] : NULL;
}

/* Out of descriptors, of which the open directories are most: then once more without them. */
static bool again_without(struct act *a, int rc)
{
	return (rc == -EMFILE || rc == -ENFILE) && act_dirs_forget(a);
}

static int check_one(struct act *a, const struct step *step, struct str *ret_why)
{
	const struct row *row = row_of(step);
	struct step copy = STEP_INIT;
	struct act_job j = job(a, &copy, ret_why);
	int rc;

	if (!row)
		return act_refuse(&j, -ENOTSUP, "this version does not know how");
	rc = step_copy(step, &copy);
	if (rc == 0)
		rc = row->open(&j);
	if (rc == 0)
		rc = row->may(&j);
	if (rc == 0)
		str_clear(ret_why);
	act_close_thing(&j);
	step_done(&copy);
	return rc;
}

int act_check(struct act *a, const struct step *step, struct str *ret_why)
{
	int rc = check_one(a, step, ret_why);

	return again_without(a, rc) ? check_one(a, step, ret_why) : rc;
}

/* Why the kernel refused what the check allows: it is up to the file system then. */
static const char *by_the_file_system(const struct act_job *j, int err)
{
	if (err == -EPERM || err == -ENOSYS || err == -EOPNOTSUPP)
		return lacks[j->step->kind];
	if (j->to >= 0 && (err == -EINVAL || err == -EILSEQ))
		return "its file system does not take that name";
	return NULL;
}

/* Why the kernel refused: what the check would have said, when it says the same. */
static void explain(struct act_job *j, const struct row *row, int err)
{
	int may;

	if (j->why->len > 0 || j->state != STEP_NOT_DONE)
		return;
	may = row->may(j);
	if (may != err)
		str_clear(j->why);
	if (may == 0)
		act_refuse(j, err, by_the_file_system(j, err));
}

static int run_one(struct act *a, struct step *step, enum step_state *ret_state,
		   struct str *ret_why)
{
	const struct row *row = row_of(step);
	struct act_job j = job(a, step, ret_why);
	int rc;

	*ret_state = STEP_NOT_DONE;
	if (!row)
		return act_refuse(&j, -ENOTSUP, "this version does not know how");
	if (act_cancelled(a))
		return -ECANCELED;
	rc = row->open(&j);
	if (rc == 0) {
		rc = row->run(&j);
		if (rc < 0)
			explain(&j, row, rc);
	}
	act_close_thing(&j);
	*ret_state = j.state;
	return rc;
}

int act_run(struct act *a, struct step *step, enum step_state *ret_state, struct str *ret_why)
{
	int rc;

	act_could_forget(a);
	rc = run_one(a, step, ret_state, ret_why);
	if (*ret_state == STEP_NOT_DONE && again_without(a, rc))
		rc = run_one(a, step, ret_state, ret_why);
	act_ready_over(a, step);
	return rc;
}

static int look_one(struct act *a, struct step *step, int64_t begun, enum step_state *ret_state,
		    struct str *ret_why)
{
	const struct row *row = row_of(step);
	struct act_job j = job(a, step, ret_why);
	int rc;

	*ret_state = STEP_LOST;
	if (!row) {
		act_say(&j, "this version does not know how");
		return 0;
	}
	j.begun = begun;
	j.state = STEP_LOST;
	rc = row->look(&j);
	act_close_thing(&j);
	*ret_state = j.state;
	return rc == -ENOMEM ? rc : 0;
}

int act_look(struct act *a, struct step *step, int64_t begun, enum step_state *ret_state,
	     struct str *ret_why)
{
	int rc = look_one(a, step, begun, ret_state, ret_why);

	/* It may have been descriptors that were wanted. */
	if (rc == 0 && *ret_state == STEP_LOST && act_dirs_forget(a))
		rc = look_one(a, step, begun, ret_state, ret_why);
	return rc;
}

int act_finish(struct act *a, struct step *step, int64_t begun, enum step_state *ret_state,
	       struct str *ret_why)
{
	const struct row *row = row_of(step);
	struct act_job j = job(a, step, ret_why);
	int rc;

	*ret_state = STEP_LOST;
	if (!row)
		return act_refuse(&j, -ENOTSUP, "this version does not know how");
	j.begun = begun;
	j.state = STEP_LOST;
	rc = row->finish(&j);
	act_close_thing(&j);
	*ret_state = j.state;
	return rc;
}
