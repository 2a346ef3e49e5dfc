/* SPDX-License-Identifier: MIT
 *
 * From what is asked for to a plan.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/tasker_inside.h"

int task_trouble(struct task_report *r, const char *path, int err, const char *why)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	const char *reason = strerrordesc_np(-err);
	struct task_trouble *at;

	if (r->ntroubles >= TASK_TROUBLES_MAX) {
		r->more++;
		return 0;
	}
	at = reallocarray(r->troubles, r->ntroubles + 1, sizeof(*at));
	if (!at)
		return -ENOMEM;
	r->troubles = at;
	at += r->ntroubles;
	str_adds(&text, why && *why ? why : reason ? reason : "unknown error");
	*at = (struct task_trouble){
		.path = strdup(path), .why = text.failed ? NULL : str_take(&text), .err = err};
	if (!at->path || !at->why) {
		free(at->path);
		free(at->why);
		return -ENOMEM;
	}
	r->ntroubles++;
	return 0;
}

/* A report of its own for the event: the job goes on with this one. */ static struct identity
identity_seen(const struct task_item *item)
{
	return (struct identity){.file = item->id,
				 .type = item->type,
				 .btime = item->btime,
				 .btime_nsec = item->btime_nsec};
}

/* The directory that was on the screen, whatever its path leads to now. */
static int open_seen(const struct task_dir *dir)
{
	int fd = openpath(dir->path, O_PATH | O_DIRECTORY | O_CLOEXEC), rc;
	struct meta meta;

	if (fd < 0)
		return fd;
	rc = stat_fd(fd, &meta, NULL);
	if (rc == 0 && !file_id_eq(meta.id, dir->id))
		rc = -ESTALE;
	if (rc) {
		sys_close(fd);
		return rc;
	}
	return fd;
}

static int dir_trouble(struct task *task, const struct task_item *item, int err)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	int rc = path_join(&path, task->ask.dirs[item->dir].path, item->name, strlen(item->name));

	if (rc)
		return rc;
	return task_trouble(task->report, path.buf, err,
			    err == -ESTALE ? "its directory is another one now" : NULL);
}

/* Items come directory by directory: one is open at a time. */
static int add_items(struct task *task, const struct task_values *values)
{
	const struct task_ask *ask = &task->ask;
	uint32_t open = UINT32_MAX;
	int fd = -ENOENT, rc = 0;

	for (uint32_t i = 0; rc == 0 && i < ask->nitems; i++) {
		const struct task_item *item = &ask->items[i];
		struct identity seen = identity_seen(item);

		if (item->dir != open) {
			if (fd >= 0)
				sys_close(fd);
			open = item->dir;
			fd = open_seen(&ask->dirs[open]);
		}
		if (atomic_load(&task->stop))
			rc = -ECANCELED;
		else if (fd < 0)
			rc = dir_trouble(task, item, fd);
		else
			rc = task_add(task->plan, ask, values,
				      &(struct plan_at){.dirfd = fd,
							.dir = ask->dirs[item->dir].path,
							.name = item->name,
							.expect = item->known ? &seen : NULL});
	}
	if (fd >= 0)
		sys_close(fd);
	return rc;
}

/* ---- out of a trash ---- */

/* The one that was on the screen: whichever of its kinds at that place has these files/. */
static int open_trash(const struct task *task, const struct task_dir *dir,
		      struct trash_dir *ret_trash)
{
	const struct trash_env env = {.home = task->tasker->home,
				      .data_home = task->tasker->data_home};
	enum trash_kind kind = dir->top ? TRASH_SHARED : TRASH_HOME;
	int top = dir->top ? openpath(dir->top, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1, rc;
	const char *why;
	struct meta meta;

	if (dir->top && top < 0)
		return top;
	do {
		rc = kind == TRASH_HOME
			     ? trash_dir_home(&env, false, ret_trash, &why)
			     : trash_dir_top(top, dir->top, kind, false, ret_trash, &why);
		if (rc == 0)
			rc = stat_fd(ret_trash->files, &meta, NULL);
		if (rc == 0 && !file_id_eq(meta.id, dir->id))
			rc = -ESTALE;
		if (rc)
			trash_dir_done(ret_trash);
	} while (rc && kind++ == TRASH_SHARED);
	if (top >= 0)
		sys_close(top);
	return rc;
}

static int add_trashed(struct task *task)
{
	const struct task_ask *ask = &task->ask;
	struct trash_dir trash;
	uint32_t open = UINT32_MAX;
	int rc = 0, opened = 0;

	trash_dir_init(&trash);
	for (uint32_t i = 0; rc == 0 && i < ask->nitems; i++) {
		const struct task_item *item = &ask->items[i];
		struct identity seen = identity_seen(item);
		struct plan_trashed what = {
			.trash = &trash, .name = item->name, .expect = item->known ? &seen : NULL};

		if (item->dir != open) {
			trash_dir_done(&trash);
			open = item->dir;
			opened = open_trash(task, &ask->dirs[open], &trash);
		}
		if (atomic_load(&task->stop))
			rc = -ECANCELED;
		else if (opened < 0)
			rc = dir_trouble(task, item, opened);
		else if (ask->kind == TASK_RESTORE)
			rc = plan_restore(task->plan, &what, NULL);
		else
			rc = plan_erase(task->plan, &what);
	}
	trash_dir_done(&trash);
	return rc;
}

/* What is made in a directory, which alone was on the screen. */
static int add_made(struct task *task, const struct task_values *values)
{
	const struct task_dir *dir = &task->ask.dirs[0];
	const struct task_item item = {.name = task->ask.text};
	int fd = open_seen(dir), rc;

	if (fd < 0)
		return dir_trouble(task, &item, fd);
	rc = task_add(task->plan, &task->ask, values,
		      &(struct plan_at){.dirfd = fd, .dir = dir->path, .name = task->ask.text});
	sys_close(fd);
	return rc;
}

static const struct {
	int err;
	const char *why;
} undo_words[] = {
	{-ENOENT, "there is no such action"},
	{-EBUSY, "its program is still at it"},
	{-EUCLEAN, "it was interrupted: recover it first"},
	{-ENOTSUP, "nothing of it can be taken back"},
	{-EALREADY, "it was taken back already"},
};

static int undo_trouble(struct task *task, int err)
{
	for (size_t i = 0; i < ARRAY_LEN(undo_words); i++)
		if (undo_words[i].err == err)
			return task_trouble(task->report, "", err, undo_words[i].why);
	return err;
}

static int add_undo(struct task *task)
{
	bool redo = task->ask.kind == TASK_REDO;
	uint64_t id = task->ask.action;
	int rc;

	if (!id)
		id = redo ? journal_redoable(task->journal, true)
			  : journal_undoable(task->journal, true);
	if (!id)
		return task_trouble(task->report, "", -ENOENT,
				    redo ? "nothing to do again"
					 : "nothing to undo of this run (U lists older actions)");
	rc = plan_undo(task->plan, task->journal, id);
	return rc ? undo_trouble(task, rc) : 0;
}

static int add_all(struct task *task)
{
	CLEANUP(str_done) struct str why = STR_INIT;
	struct task_values values;
	int rc;

	if (task->ask.kind == TASK_UNDO || task->ask.kind == TASK_REDO)
		return add_undo(task);
	if (task->ask.kind == TASK_RESTORE || task->ask.kind == TASK_ERASE)
		return add_trashed(task);
	rc = task_values(&task->ask, &values, &why);
	if (rc && rc != -ENOMEM)
		rc = task_trouble(task->report, task->ask.text, rc, why.buf);
	else if (rc == 0)
		rc = task->ask.nitems ? add_items(task, &values) : add_made(task, &values);
	modespec_done(&values.mode);
	return rc;
}

static int take_problems(struct task *task)
{
	uint32_t n = plan_nproblems(task->plan);
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		struct plan_problem p = plan_problem(task->plan, i);

		rc = task_trouble(task->report, p.path, p.err, p.why);
	}
	return rc;
}

/* The name the cursor is to go to: of a path its first part, which is in the directory shown. */
static char *made_name(const struct task_ask *ask)
{
	return ask->text ? memdup0(ask->text, strcspn(ask->text, "/")) : NULL;
}

/* What is taken back from the history was done some time ago, and perhaps by another program: it is
 * shown before. */
static int describe(struct task *task)
{
	uint32_t n = MIN(plan_nsteps(task->plan), TASK_TROUBLES_MAX);
	struct task_report *r = task->report;

	r->does = calloc(MAX(n, 1), sizeof(*r->does));
	if (!r->does)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		CLEANUP(str_done) struct str text = STR_INIT;

		if (step_describe(plan_step(task->plan, i), &text) < 0)
			return -ENOMEM;
		r->does[r->ndoes] = str_take(&text);
		if (!r->does[r->ndoes++])
			return -ENOMEM;
	}
	return 0;
}

/* What cannot go to a trash may still go for good: whether to offer that. */
static int look_deletable(struct task *task, const struct plan_env *env,
			  const struct task_values *values)
{
	struct plan *trash = task->plan;
	struct task_report *report = task->report, unused = {0};
	int rc;

	task->ask.kind = TASK_DELETE;
	task->report = &unused;
	rc = plan_new(env, &task->plan);
	if (rc == 0)
		rc = add_items(task, values);
	if (rc == 0)
		rc = plan_check(task->plan);
	if (rc == 0)
		report->deletable = plan_nsteps(task->plan) > 0;
	plan_free(task->plan);
	task_troubles_drop(&unused);
	task->plan = trash;
	task->report = report;
	task->ask.kind = TASK_TRASH;
	return rc;
}

int task_plan(struct task *task)
{
	const struct tasker *t = task->tasker;
	const struct plan_env env = {.home = t->home,
				     .data_home = t->data_home,
				     .state = t->state,
				     .cancel = &task->stop};
	const char *why;
	int rc = tasker_journal(task->tasker, &task->journal, &why);

	if (rc && rc != -ENOMEM)
		return task_trouble(task->report, t->state ? t->state : "", rc, why);
	if (rc == 0)
		rc = plan_new(&env, &task->plan);
	if (rc == 0)
		rc = add_all(task);
	if (rc == 0)
		rc = plan_check(task->plan);
	if (rc == 0)
		rc = take_problems(task);
	if (rc == 0 && task->ask.kind == TASK_TRASH && plan_nsteps(task->plan) == 0)
		rc = look_deletable(task, &env, &(struct task_values){0});
	if (rc == 0 && !task->ask.at_once && !task->ask.nitems)
		rc = describe(task);
	if (rc)
		return rc;
	task->report->label = strdup(plan_label(task->plan));
	task->report->steps = plan_nsteps(task->plan);
	if (task->ask.kind == TASK_MAKE || task->ask.kind == TASK_RENAME ||
	    task->ask.kind == TASK_SYMLINK)
		task->report->made = made_name(&task->ask);
	return task->report->label ? 0 : -ENOMEM;
}
