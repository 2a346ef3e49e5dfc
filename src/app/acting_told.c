/* SPDX-License-Identifier: MIT
 *
 * What came of things that were to be done: told on the screen.
 */
#include <errno.h>
#include <string.h>

#include "app/acting_inside.h"
#include "app/app.h"
#include "base/path.h"

static const char *const verbs[TASK_KINDS] = {
	[TASK_TRASH] = "trash",
	[TASK_DELETE] = "delete",
	[TASK_RENAME] = "rename",
	[TASK_MAKE] = "make",
	[TASK_SYMLINK] = "link",
	[TASK_MODE] = "change the mode",
	[TASK_OWNER] = "change the owner",
	[TASK_GROUP] = "change the group",
	[TASK_RMDIR] = "remove empty directories",
	[TASK_RESTORE] = "restore",
	[TASK_ERASE] = "erase",
	[TASK_UNDO] = "undo",
	[TASK_REDO] = "redo",
};

const char *acting_verb(enum task_kind kind)
{
	return verbs[kind];
}

static void drop_marks(struct app *app, const struct acting_task *task)
{
	const struct marks *marks = &app->model->marks;

	if (task->marked && marks->epoch == task->epoch && marks->live <= task->nmarked)
		model_mark_none(app->model);
}

#define LEFT_WORK 1000000u /* marks times troubles that are compared; of more all stay marked */

/* It, or something in it, was not done. */
static bool is_left(void *ctx, const char *path)
{
	const struct task_report *r = ctx;
	size_t len = strlen(path);

	for (uint32_t i = 0; i < r->ntroubles; i++)
		if (strncmp(r->troubles[i].path, path, len) == 0 &&
		    (!r->troubles[i].path[len] || r->troubles[i].path[len] == '/'))
			return true;
	return false;
}

/* What was done of the marks is no longer marked; where it is not known which, all stay. */
static int drop_done(struct app *app, const struct acting_task *task, struct task_report *r)
{
	const struct marks *marks = &app->model->marks;

	if (!task->marked || marks->epoch != task->epoch || marks->live > task->nmarked ||
	    r->left || r->more || model_marking(app->model) ||
	    marks->live > LEFT_WORK / MAX(r->ntroubles, 1U) || task->kind == TASK_RESTORE ||
	    task->kind == TASK_ERASE)
		return 0;
	return model_mark_left(app->model, is_left, r);
}

static bool is_undoable(enum task_kind kind)
{
	return kind != TASK_DELETE && kind != TASK_ERASE;
}

/* What was made, or has another name now, need not be in the list. */
static const char *unseen(struct app *app, const struct acting_task *task,
			  const struct task_report *r)
{
	const struct list *list = model_list(app->model);

	if (!r->made || !task->dir || !model_dir(app->model) ||
	    strcmp(task->dir, model_path(app->model)) != 0)
		return "";
	if (r->made[0] == '.' && !list->show_hidden)
		return "; it is hidden";
	if (list->matcher && !matcher_test(list->matcher, r->made, strlen(r->made), NULL))
		return "; the filter leaves it out";
	return "";
}

static void tell_done(struct app *app, const struct acting_task *task, const struct task_report *r)
{
	const char *how = r->unjournaled            ? "it cannot be undone"
			  : task->kind == TASK_UNDO ? "C-r does it again"
			  : is_undoable(task->kind) ? "u undoes it"
						    : "it cannot be undone";

	if (r->not_written && !r->unjournaled)
		model_notice(app->model, NOTICE_WARNING,
			     "%s: done, but it could not be written down: undo does not know it",
			     r->label);
	else if (r->left)
		model_notice(app->model, NOTICE_WARNING, "%s: stopped: %u done, %u left (%s)",
			     r->label, r->done, r->left, how);
	else
		model_notice(app->model, NOTICE_INFO, "%s: done (%s%s)", r->label, how,
			     unseen(app, task, r));
}

/* Directly in it: its name says enough. */
static bool path_in(const char *path, const char *dir)
{
	size_t len = path_parent_len(path);

	return strlen(dir) == len && memcmp(path, dir, len) == 0;
}

static void tell_trouble(struct app *app, const struct acting_task *task,
			 const struct task_report *r)
{
	const struct task_trouble *t = &r->troubles[0];
	/* Another name is no help where nothing may be made or renamed. */
	bool named = t->err != -EACCES && t->err != -EPERM && t->err != -EROFS;
	const char *help = r->deletable                         ? "   (X deletes for good)"
			   : named && task->kind == TASK_RENAME ? "   (r: correct it)"
			   : named && task->kind == TASK_MAKE   ? "   (a: correct it)"
								: "";
	const char *path = task->dir && path_in(t->path, task->dir) ? path_base(t->path) : t->path;

	model_notice(app->model, NOTICE_ERROR, "%s%s%s: %s%s", acting_verb(task->kind),
		     *path ? " " : "", path, t->why, help);
}

static void over(struct app *app, struct fs_event *event)
{
	struct acting *a = &app->acting;
	struct acting_task *task = acting_find(a, event->ticket);
	struct task_report *r = event->u.task;

	if (!task)
		return;
	task->planned = false;
	if (event->err || !r)
		model_notice(app->model, NOTICE_ERROR, "%s: %s", acting_verb(task->kind),
			     event->err == -ECANCELED ? "stopped, nothing was done"
						      : strerror(-event->err));
	else if (r->ntroubles > 1)
		acting_plan_show(app, task, r, true);
	else if (r->ntroubles)
		tell_trouble(app, task, r);
	else if (r->steps)
		tell_done(app, task, r);
	else
		model_notice(app->model, NOTICE_INFO, "%s: there is nothing to do",
			     acting_verb(task->kind));
	if (r && r->done) {
		acting_tried_drop(a);
		if (!r->ntroubles)
			drop_marks(app, task);
		else if (drop_done(app, task, r))
			model_notice(app->model, NOTICE_ERROR, "%s", strerror(ENOMEM));
		model_acted(app->model, task->dir, r->made);
	}
	acting_forget(app, event->ticket);
}

static void goes(struct app *app, const struct fs_event *event)
{
	const struct task_report *r = event->u.task;

	if (!r || app->scene.overlay != OVERLAY_NONE)
		return;
	if (r->removed && r->steps == 1)
		model_notice(app->model, NOTICE_INFO, "%s: %llu removed so far (Esc stops)",
			     r->label, (unsigned long long)r->removed);
	else
		model_notice(app->model, NOTICE_INFO, "%s: %u of %u (Esc stops)", r->label,
			     r->done + r->failed, r->steps);
}

static void planned(struct app *app, const struct fs_event *event)
{
	struct acting_task *task = acting_find(&app->acting, event->ticket);

	if (!task || !event->u.task)
		return;
	task->planned = true;
	acting_plan_show(app, task, event->u.task, false);
}

bool acting_take(struct app *app, struct fs_event *event)
{
	switch (event->kind) {
	case FS_TASK_PLANNED:
		planned(app, event);
		return true;
	case FS_TASK_COUNTS:
		acting_plan_counts(app, event->ticket, event->u.task);
		return true;
	case FS_TASK_GOES:
		goes(app, event);
		return true;
	case FS_TASK_OVER:
		over(app, event);
		return true;
	default:
		return false;
	}
}
