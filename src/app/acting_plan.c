/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/acting_inside.h"
#include "app/app.h"
#include "app/overlay.h"
#include "base/alloc.h"
#include "base/fmt.h"
#include "base/path.h"

#define MEMBERS_MAX 500u /* named; of more there is the number */

/* ---- what is not on the screen is named first ---- */

static bool row_is(const struct row *row, const struct task_dir *dir, const struct task_item *item)
{
	size_t len;
	const char *name = row_lies(row, &len);

	return !row->parent && row->where_id.ino == dir->id.ino &&
	       row->where_id.dev == dir->id.dev && strlen(item->name) == len &&
	       memcmp(item->name, name, len) == 0;
}

bool acting_seen(const struct app *app, const struct task_ask *ask, uint32_t i)
{
	const struct list *list = model_list(app->model);
	size_t end = MIN(list->top + list->height, list_len(list));
	struct row row;

	if (i >= ask->nitems)
		return true;
	for (size_t pos = list->top; pos < end; pos++)
		if (list_row(list, pos, &row) &&
		    row_is(&row, &ask->dirs[ask->items[i].dir], &ask->items[i]))
			return true;
	return false;
}

void acting_plan_drop(struct acting *a)
{
	for (size_t i = 0; i < a->nmembers; i++)
		free(a->members[i]);
	free(a->members);
	a->members = NULL;
	a->nmembers = a->nunseen = a->more = 0;
}

static char *member_path(const struct task_ask *ask, uint32_t i)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	const char *name = ask->items[i].name;

	/* What is in the trash is known by where it was. */
	if (ask->items[i].origin)
		return strdup(ask->items[i].origin);
	if (path_join(&path, ask->dirs[ask->items[i].dir].path, name, strlen(name)))
		return NULL;
	return str_take(&path);
}

/* Those that are seen, or those that are not. Without memory fewer are named. */
static void add_members(struct app *app, const struct task_ask *ask, bool seen)
{
	struct acting *a = &app->acting;

	for (uint32_t i = 0; i < ask->nitems; i++) {
		if (acting_seen(app, ask, i) != seen)
			continue;
		a->nunseen += !seen;
		if (a->nmembers < MEMBERS_MAX)
			a->members[a->nmembers] = member_path(ask, i);
		if (a->nmembers < MEMBERS_MAX && a->members[a->nmembers])
			a->nmembers++;
		else
			a->more++;
	}
}

void acting_plan_members(struct app *app, const struct task_ask *ask)
{
	struct acting *a = &app->acting;

	acting_plan_drop(a);
	if (!ask->nitems)
		return;
	a->members = calloc(MIN(ask->nitems, MEMBERS_MAX), sizeof(*a->members));
	if (!a->members)
		return;
	add_members(app, ask, false);
	add_members(app, ask, true);
}

/* ---- lines ---- */

static void add_line(struct acting *a, enum scene_plan_look look, const char *path,
		     const char *text)
{
	if (array_grow(&a->lines, &a->lines_cap, a->plan.nlines + 1, sizeof(*a->lines)))
		return;
	a->lines[a->plan.nlines++] =
		(struct scene_plan_line){.look = look, .path = path, .text = text};
	a->plan.lines = a->lines;
}

static void add_counted(struct acting *a, const char *heading, size_t count)
{
	size_t before = a->plan.nlines;

	add_line(a, PLAN_HEADING, NULL, heading);
	if (a->plan.nlines > before)
		a->lines[before].count = count;
}

static void add_some(struct acting *a, const struct task_report *r, const char *heading, bool clash)
{
	bool first = true;

	for (uint32_t i = 0; i < r->ntroubles; i++) {
		if (r->troubles[i].clash != clash)
			continue;
		if (first)
			add_line(a, PLAN_HEADING, NULL, heading);
		first = false;
		add_line(a, PLAN_TROUBLE, r->troubles[i].path, r->troubles[i].why);
	}
}

static void add_troubles(struct acting *a, const struct task_report *r, bool over)
{
	add_some(a, r, "something has the name, and it stays in the trash:", true);
	add_some(a, r, over ? "not done:" : "cannot be done, and is left out:", false);
	if (r->more)
		add_counted(a, "and not named here:", r->more);
}

/* Of `count` those from `from` to `to` are named. */
static void add_part(struct acting *a, const char *heading, size_t count, size_t from, size_t to)
{
	if (!count)
		return;
	add_counted(a, heading, count);
	to = MIN(to, a->nmembers);
	for (size_t i = from; i < to; i++)
		add_line(a, PLAN_MEMBER, a->members[i], NULL);
}

static void add_does(struct acting *a, bool undo)
{
	const struct task_report *r = a->report;

	add_line(a, PLAN_HEADING, NULL, undo ? "this would" : "what that takes:");
	for (uint32_t i = 0; i < r->ndoes; i++)
		if (r->does[i])
			add_line(a, PLAN_MEMBER, r->does[i], NULL);
	if (undo && r->ndoes < a->plan.number)
		add_counted(a, "and not named here:", a->plan.number - r->ndoes);
}

static void write_sums(struct acting *a, const struct task_report *r, bool trashed)
{
	char files[FMT_MAX], dirs[FMT_MAX], freed[FMT_MAX], held[FMT_MAX], kept[FMT_MAX];
	const char *least = r->counted ? "" : "at least ";

	str_clear(&a->sums);
	if (!r->files && !r->dirs && !r->kept)
		return;
	fmt_count(files, r->files);
	fmt_count(dirs, r->dirs);
	fmt_size(freed, r->freed);
	fmt_size(held, r->held);
	(void)str_addf(&a->sums, "%s%s %s", least, files, r->files == 1 ? "file" : "files");
	if (r->dirs)
		(void)str_addf(&a->sums, ", %s %s", dirs,
			       r->dirs == 1 ? "directory" : "directories");
	(void)str_addf(&a->sums, trashed ? "; %s in the trash" : "; %s would be free", freed);
	/* What goes to the trash goes as a whole. What cannot be read may be empty. */
	if (r->kept && !trashed)
		(void)str_addf(&a->sums, "; %s may stay", fmt_count(kept, r->kept));
	if (r->held)
		(void)str_addf(&a->sums, "; other links keep %s", held);
}

/* ---- the overlay ---- */

static bool for_good(enum task_kind kind)
{
	return kind == TASK_DELETE || kind == TASK_ERASE;
}

/* What is asked beside it: for what is to be agreed to by more than a key, or by another. */
static void add_asked(struct acting *a, const struct task_report *r)
{
	static const char *const choices[] = {
		[TASK_CLASH_SKIP] = "taken names:  [s: skip]  b: keep both  R: replace",
		[TASK_CLASH_BOTH] = "taken names:  s: skip  [b: keep both]  R: replace",
		[TASK_CLASH_REPLACE] = "taken names:  s: skip  b: keep both  [R: replace]",
	};

	if (r->unjournaled) {
		add_line(a, PLAN_HEADING, NULL,
			 "the journal cannot be written, so that this cannot be undone:");
		add_line(a, PLAN_TROUBLE, NULL, r->unjournaled);
	}
	if (r->look) {
		add_line(a, PLAN_HEADING, NULL,
			 "this file system cannot promise that nothing is "
			 "overwritten: it would be looked first, then done");
	}
	if (r->clashes)
		add_line(a, PLAN_CHOICE, NULL, choices[r->clash]);
}

static void write_title(struct acting *a, const struct acting_task *task,
			const struct task_report *r, bool over)
{
	const char *how = for_good(task->kind) ? " for good"
			  : r->unjournaled     ? " without undo"
					       : "";

	str_clear(&a->title);
	if (over && !r->steps)
		(void)str_addf(&a->title, "%s: nothing can be done", acting_verb(task->kind));
	else if (over && r->left)
		(void)str_addf(&a->title, "%s: stopped: %u done, %u not, %u not begun", r->label,
			       r->done, r->failed, r->left);
	else if (over)
		(void)str_addf(&a->title, "%s: %u done, %u not", r->label, r->done, r->failed);
	else if (!r->steps)
		(void)str_addf(&a->title, "%s: the name is taken", acting_verb(task->kind));
	else
		(void)str_addf(&a->title, "%s%s?", r->label, how);
}

/* The lines point into it: it is the plan's as long as it is shown. */
static int keep_report(struct acting *a, const struct task_report *r)
{
	struct task_report *copy = task_report_copy(r);

	if (!copy)
		return -ENOMEM;
	task_report_free(a->report);
	a->report = copy;
	return 0;
}

static void add_members_lines(struct acting *a)
{
	size_t n = a->nmembers + a->more;

	add_part(a, "not on the screen now:", a->nunseen, 0, a->nunseen);
	add_part(a, a->nunseen ? "on the screen:" : "this is about:", n - MIN(n, a->nunseen),
		 a->nunseen, a->nmembers);
	if (a->more)
		add_counted(a, "of these are not named here:", a->more);
	if (a->elsewhere)
		add_line(a, PLAN_HEADING, NULL,
			 "what is marked elsewhere is not in the trash, and stays as it is");
}

void acting_plan_show(struct app *app, const struct acting_task *task, const struct task_report *r,
		      bool over)
{
	struct acting *a = &app->acting;
	bool typed = !over && r->steps && (for_good(task->kind) || r->unjournaled || r->look);

	if (keep_report(a, r)) {
		model_notice(app->model, NOTICE_ERROR, "%s", strerror(ENOMEM));
		return;
	}
	write_title(a, task, r, over);
	a->plan = (struct scene_plan){.title = a->title.buf, .typed = typed, .over = over};
	/* What it would have been is no longer of interest, and need not have come about. */
	str_clear(&a->sums);
	if (!over)
		write_sums(a, r, task->kind == TASK_TRASH);
	a->plan.sums = a->sums.buf;
	a->plan.number = r->steps;
	if (!over)
		add_asked(a, a->report);
	add_troubles(a, a->report, over);
	if (!over && a->report->ndoes)
		add_does(a, task->kind == TASK_UNDO || task->kind == TASK_REDO);
	if (!over)
		add_members_lines(a);
	app_pending_clear(app);
	a->choosing = false;
	a->shown = over ? 0 : task->ticket;
	app->edit = &app->edits[EDIT_PLAN];
	(void)lineedit_set(app->edit, "", 0);
	app->scene.overlay = OVERLAY_PLAN;
	app->scene.edit = typed ? app->edit : NULL;
	app->scene.note = NULL;
	app->scene.scroll = 0;
	app->scene.plan = &a->plan;
	app->drawn = OVERLAY_NONE;
	app->dirty = true;
}

void acting_plan_counts(struct app *app, uint64_t ticket, const struct task_report *r)
{
	const struct acting_task *task = acting_find(&app->acting, ticket);

	if (!r || !task || app->acting.shown != ticket)
		return;
	write_sums(&app->acting, r, task->kind == TASK_TRASH);
	app->acting.plan.sums = app->acting.sums.buf;
	app->dirty = true;
}

static void leave(struct app *app)
{
	uint64_t ticket = app->acting.shown;

	app->acting.shown = 0;
	app->scene.plan = NULL;
	overlay_close(app);
	if (!ticket)
		return;
	acting_forget(app, ticket);
	model_notice(app->model, NOTICE_INFO, "nothing was done");
}

static void proceed(struct app *app)
{
	uint64_t ticket = app->acting.shown;
	struct acting_task *task = acting_find(&app->acting, ticket);

	app->acting.shown = 0;
	app->scene.plan = NULL;
	overlay_close(app);
	if (!task)
		return;
	task->planned = false;
	browse_task_go(app->browse, ticket);
}

/* The number, exactly: nothing that is on a key by chance. */
static void check_typed(struct app *app)
{
	char number[24];

	snprintf(number, sizeof(number), "%u", app->acting.plan.number);
	if (strcmp(app->edit->text.buf, number) == 0)
		proceed(app);
	else
		prompt_note(app, true, "that is not the number of things");
}

static bool is_leave(struct key key, bool over)
{
	if (overlay_is_cancel(key))
		return true;
	return !key.mods && (key.sym == 'n' || key.sym == 'q' || (over && key.sym == KEYSYM_ENTER));
}

/* True when the key decides what is to become of names that are taken. */
static bool choose(struct app *app, struct key key)
{
	static const struct {
		uint32_t sym;
		enum task_clash clash;
	} keys[] = {
		{'s', TASK_CLASH_SKIP},
		{'b', TASK_CLASH_BOTH},
		{'R', TASK_CLASH_REPLACE},
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (key.sym != keys[i].sym || key.mods)
			continue;
		if (app->acting.report->clash != keys[i].clash)
			browse_task_choose(app->browse, app->acting.shown, keys[i].clash);
		/* Till that is here nothing is agreed to. */
		app->acting.choosing |= app->acting.report->clash != keys[i].clash;
		return true;
	}
	return false;
}

/* No part of a number: a `y` meant for another question would spoil it. */
static bool is_letter(struct key key)
{
	return key.sym >= ' ' && key.sym != 0x7f && key.sym < KEYSYM_UP &&
	       (key.sym < '0' || key.sym > '9');
}

int acting_key(struct app *app, struct key key)
{
	const struct scene_plan *plan = &app->acting.plan;
	long step = overlay_step(key, !plan->typed);

	if (is_leave(key, plan->over)) {
		leave(app);
	} else if (step) {
		app->scene.scroll = overlay_stepped(app->scene.scroll, step,
						    app->layout.overlay_scroll_max + 1);
	} else if (plan->over || app->acting.choosing ||
		   (app->acting.report->clashes && choose(app, key))) {
		return 0;
	} else if (plan->typed && key.sym == KEYSYM_ENTER && !key.mods) {
		check_typed(app);
	} else if (plan->typed && !key.mods && is_letter(key)) {
		prompt_note(app, true, "only the number, or Esc");
	} else if (plan->typed) {
		app->scene.note = NULL;
		(void)lineedit_key(app->edit, key);
	} else if (key.sym == 'y' && !key.mods && plan->number) {
		proceed(app);
	}
	return 0;
}

void acting_mouse(struct app *app, const struct input_event *event, long wheel)
{
	(void)event;
	app->scene.scroll =
		overlay_stepped(app->scene.scroll, wheel, app->layout.overlay_scroll_max + 1);
}
