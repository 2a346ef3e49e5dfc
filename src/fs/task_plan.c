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

/* What of `path` is behind the item's own path: "" when it is that; NULL: it is not below. */
static const char *behind(const struct task *task, const struct task_item *item, const char *path)
{
	const char *dir = task->ask.dirs[item->dir].path;
	size_t dir_len = strlen(dir), len = strlen(item->name);

	if (strncmp(path, dir, dir_len) != 0 || path[dir_len] != '/')
		return NULL;
	path += dir_len + 1;
	if (strncmp(path, item->name, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	return path + len;
}

int task_trouble_of(struct task *task, const char *path, int err, const char *why)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	for (uint32_t i = 0; i < task->ask.nitems; i++) {
		const struct task_item *item = &task->ask.items[i];
		const char *rest = item->origin ? behind(task, item, path) : NULL;

		if (!rest)
			continue;
		if (str_adds(&text, item->origin) < 0 || str_adds(&text, rest) < 0)
			return -ENOMEM;
		return task_trouble(task->report, text.buf, err, why);
	}
	return task_trouble(task->report, path, err, why);
}

bool task_is_history(const struct task *task)
{
	return task->ask.kind == TASK_UNDO || task->ask.kind == TASK_REDO;
}

static struct identity identity_seen(const struct task_item *item)
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
	return task_trouble_of(task, path.buf, err,
			       err == -ESTALE   ? "its directory is another one now"
			       : err == -EINVAL ? "it is in the trash: wt is where it is restored "
						  "or erased"
						: NULL);
}

/* Items come directory by directory: one is open at a time. */
static int add_items(struct task *task, const struct task_values *values)
{
	const struct task_ask *ask = &task->ask;
	uint32_t open = UINT32_MAX;
	int fd = -ENOENT, rc = 0;
	bool trash = false;

	for (uint32_t i = 0; rc == 0 && i < ask->nitems; i++) {
		const struct task_item *item = &ask->items[i];
		struct identity seen = identity_seen(item);

		if (item->dir != open) {
			if (fd >= 0)
				sys_close(fd);
			open = item->dir;
			fd = open_seen(&ask->dirs[open]);
			trash = fd >= 0 && plan_is_trash(fd, ask->dirs[open].path);
		}
		if (atomic_load(&task->stop))
			rc = -ECANCELED;
		else if (fd < 0)
			rc = dir_trouble(task, item, fd);
		else if (trash)
			rc = dir_trouble(task, item, -EINVAL);
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

	if (task_is_history(task))
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

/* Those that can be decided about, or the others. */
static int take_some(struct task *task, bool clashes)
{
	uint32_t n = plan_nproblems(task->plan);
	struct task_report *r = task->report;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		struct plan_problem p = plan_problem(task->plan, i);

		if (p.clash != clashes)
			continue;
		rc = task_trouble_of(task, p.path, p.err, p.why);
		if (rc == 0 && !r->more && clashes)
			r->troubles[r->ntroubles - 1].clash = true;
	}
	return rc;
}

static int take_problems(struct task *task)
{
	struct task_report *r = task->report;
	uint32_t before = r->ntroubles + r->more;
	int rc = take_some(task, true);

	r->clash = task->clash;
	r->clashes = r->ntroubles + r->more > before || task->clash != TASK_CLASH_SKIP;
	return rc ? rc : take_some(task, false);
}

/* The name the cursor is to go to: of a path its first part, which is in the directory shown. */
static char *made_name(const struct task_ask *ask)
{
	return ask->text ? memdup0(ask->text, strcspn(ask->text, "/")) : NULL;
}

/* What is taken back from the history was done some time ago, and perhaps by another program: it is
 * shown before. Of what comes out of the trash, what that takes: directories that are made, things
 * that go there instead, other names. */
static int describe(struct task *task)
{
	uint32_t n = plan_nsteps(task->plan);
	struct task_report *r = task->report;
	bool all = task_is_history(task);

	r->does = calloc(MAX(MIN(n, TASK_TROUBLES_MAX), 1), sizeof(*r->does));
	if (!r->does)
		return -ENOMEM;
	for (uint32_t i = 0; i < n && r->ndoes < TASK_TROUBLES_MAX; i++) {
		CLEANUP(str_done) struct str text = STR_INIT;

		if (!all && plan_reason(task->plan, i) == PLAN_ASKED)
			continue;
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

/* It can be done all the same, when the person says so. */
static int no_journal(struct task *task, int err, const char *why)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (task->tasker->state)
		str_addf(&text, "%s: ", task->tasker->state);
	str_adds(&text, why && *why ? why : strerrordesc_np(-err));
	task->report->unjournaled = text.failed ? NULL : str_take(&text);
	return task->report->unjournaled ? 0 : -ENOMEM;
}

static const enum plan_clash clashes[] = {
	[TASK_CLASH_SKIP] = PLAN_CLASH_REFUSE, /* which names them */
	[TASK_CLASH_BOTH] = PLAN_CLASH_BOTH,
	[TASK_CLASH_REPLACE] = PLAN_CLASH_REPLACE,
};

int task_plan(struct task *task)
{
	const struct tasker *t = task->tasker;
	const struct plan_env env = {.home = t->home,
				     .data_home = t->data_home,
				     .state = t->state,
				     .flags = task->look ? ACT_LOOK : 0,
				     .cancel = &task->stop};
	const char *why = NULL;
	int rc = task->journal ? journal_refresh(task->journal)
			       : tasker_journal(task->tasker, &task->journal, &why);

	task->report->look = task->look;
	task->unsafe = false;
	if (rc && rc != -ENOMEM && task_is_history(task))
		return task_trouble(task->report, t->state ? t->state : "", rc, why);
	if (rc && rc != -ENOMEM)
		rc = no_journal(task, rc, why);
	if (rc == 0)
		rc = plan_new(&env, &task->plan);
	if (rc == 0)
		plan_on_clash(task->plan, clashes[task->clash]);
	if (rc == 0)
		rc = add_all(task);
	if (rc == 0)
		rc = plan_check(task->plan);
	if (rc == 0)
		rc = take_problems(task);
	if (rc == 0 && task->ask.kind == TASK_TRASH && plan_nsteps(task->plan) == 0)
		rc = look_deletable(task, &env, &(struct task_values){0});
	if (rc == 0 &&
	    (task->ask.kind == TASK_RESTORE || (!task->ask.at_once && task_is_history(task))))
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
