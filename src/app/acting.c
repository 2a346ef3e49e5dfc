/* SPDX-License-Identifier: MIT */
#include "app/acting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/acting_inside.h"
#include "app/app.h"
#include "base/alloc.h"
#include "base/path.h"
#include "model/trashed.h"
#include "fs/homes.h"
#include "fs/tasker.h"

/* The tickets of the model count from 1, those of app/opening.c from 1 << 63. */
#define TICKETS (UINT64_C(3) << 62)

void acting_init(struct app *app)
{
	struct acting *a = &app->acting;

	str_init(&a->title);
	str_init(&a->sums);
	str_init(&a->question);
	a->trashed_ms = INT64_MIN / 2;
}

int acting_start(struct app *app)
{
	CLEANUP(str_done) struct str state = STR_INIT;
	int rc = config_state_dir(&state);

	if (rc && rc != -ENOENT)
		return rc;
	return browse_tasks(app->browse,
			    &(struct tasker_env){.home = homes_get("HOME"),
						 .data_home = homes_get("XDG_DATA_HOME"),
						 .state = rc ? NULL : state.buf});
}

static void unbind(struct acting *a)
{
	task_ask_done(&a->bound);
	a->bound_marked = false;
}

void acting_tried_drop(struct acting *a)
{
	free(a->tried.dir);
	free(a->tried.name);
	free(a->tried.text);
	a->tried = (struct acting_tried){0};
}

void acting_done(struct app *app)
{
	struct acting *a = &app->acting;

	acting_plan_drop(a);
	unbind(a);
	acting_tried_drop(a);
	for (size_t i = 0; i < a->n; i++)
		free(a->tasks[i].dir);
	free(a->tasks);
	free(a->lines);
	task_report_free(a->report);
	str_done(&a->title);
	str_done(&a->sums);
	str_done(&a->question);
	*a = (struct acting){.title = STR_INIT, .sums = STR_INIT, .question = STR_INIT};
}

struct acting_task *acting_find(struct acting *a, uint64_t ticket)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->tasks[i].ticket == ticket)
			return &a->tasks[i];
	return NULL;
}

void acting_forget(struct app *app, uint64_t ticket)
{
	struct acting *a = &app->acting;
	struct acting_task *task = acting_find(a, ticket);

	browse_close(app->browse, ticket);
	if (!task)
		return;
	free(task->dir);
	*task = a->tasks[--a->n];
	a->tasks[a->n] = (struct acting_task){0};
}

size_t acting_running(const struct app *app)
{
	size_t n = 0;

	for (size_t i = 0; i < app->acting.n; i++)
		n += !app->acting.tasks[i].planned;
	return n;
}

bool acting_stop(struct app *app)
{
	size_t n = acting_running(app);

	for (size_t i = 0; i < app->acting.n; i++)
		if (!app->acting.tasks[i].planned)
			browse_task_stop(app->browse, app->acting.tasks[i].ticket);
	return n > 0;
}

/* ---- what is asked for ---- */

static int say(struct app *app, const char *text)
{
	model_notice(app->model, NOTICE_INFO, "%s", text);
	return -EINVAL;
}

static void item_seen(struct task_item *item, const struct meta *meta)
{
	if (!meta)
		return;
	item->known = true;
	item->id = meta->id;
	item->type = meta->mode & S_IFMT;
	item->btime = meta->btime;
	item->btime_nsec = meta->btime_nsec;
}

static int ask_room(struct task_ask *ask, size_t ndirs, size_t nitems)
{
	ask->dirs = calloc(MAX(ndirs, 1), sizeof(*ask->dirs));
	ask->items = calloc(MAX(nitems, 1), sizeof(*ask->items));
	return ask->dirs && ask->items ? 0 : -ENOMEM;
}

static int add_mark(struct task_ask *ask, const struct marks *marks, size_t i, uint32_t dir)
{
	struct task_item *item = &ask->items[ask->nitems];
	size_t len;
	const char *name = names_get(marks->names, (uint32_t)i, &len);

	*item = (struct task_item){.dir = dir, .name = memdup0(name, len)};
	if (!item->name)
		return -ENOMEM;
	if (marks->at[i].has_meta)
		item_seen(item, &marks->at[i].meta);
	ask->nitems++;
	return 0;
}

/* Directory by directory: positions in marks->dirs become positions in ask->dirs, and then the
 * marks of each are put behind those of the ones before. */
static int ask_marked(const struct marks *marks, struct task_ask *ask)
{
	size_t *at = calloc(marks->ndirs + 1, sizeof(*at)), *order;
	int rc = ask_room(ask, marks->ndirs, marks->live);
	size_t live = 0;

	order = calloc(marks->live + 1, sizeof(*order));
	if (!at || !order || rc) {
		free(at);
		free(order);
		return -ENOMEM;
	}
	for (size_t i = 0; i < marks->n; i++)
		if (marks->at[i].live)
			at[marks->at[i].dir + 1]++;
	for (size_t d = 0; d < marks->ndirs; d++)
		at[d + 1] += at[d];
	for (size_t i = 0; i < marks->n; i++)
		if (marks->at[i].live && live++ < marks->live)
			order[at[marks->at[i].dir]++] = i;
	for (size_t k = 0; rc == 0 && k < live; k++) {
		const struct mark_dir *dir = &marks->dirs[marks->at[order[k]].dir];

		if (k == 0 || marks->at[order[k]].dir != marks->at[order[k - 1]].dir) {
			ask->dirs[ask->ndirs].id = dir->id;
			ask->dirs[ask->ndirs].path = strdup(dir->path);
			rc = ask->dirs[ask->ndirs++].path ? 0 : -ENOMEM;
		}
		if (rc == 0)
			rc = add_mark(ask, marks, order[k], ask->ndirs - 1);
	}
	free(at);
	free(order);
	return rc;
}

/* The row under the cursor; -EINVAL, which was said. */
static int ask_row(struct app *app, struct task_dir *ret_dir, struct task_item *ret_item)
{
	const struct list *list = model_list(app->model);
	const char *name;
	struct row row;
	size_t len;

	if (!list_row(list, list->cursor, &row))
		return say(app, "there is nothing here");
	if (row.parent)
		return say(app,
			   "this is the directory above: go there first, or mark what is meant");
	if (row.nowhere || !row.where)
		return say(app, "this row is no file");
	*ret_dir = (struct task_dir){.path = strdup(row.where), .id = row.where_id};
	name = row_lies(&row, &len);
	*ret_item = (struct task_item){.name = memdup0(name, len)};
	if (!ret_dir->path || !ret_item->name) {
		free(ret_dir->path);
		free(ret_item->name);
		return -ENOMEM;
	}
	item_seen(ret_item, row.meta);
	return 0;
}

static int ask_cursor(struct app *app, struct task_ask *ask)
{
	int rc = ask_room(ask, 1, 1);

	if (rc == 0)
		rc = ask_row(app, &ask->dirs[0], &ask->items[0]);
	if (rc == 0)
		ask->ndirs = ask->nitems = 1;
	return rc;
}

/* Without memory it has to be typed again. */
static void keep_tried(struct acting *a, const struct task_ask *ask)
{
	acting_tried_drop(a);
	if ((ask->kind != TASK_RENAME && ask->kind != TASK_MAKE) || ask->ndirs == 0)
		return;
	a->tried = (struct acting_tried){
		.kind = ask->kind,
		.dir = strdup(ask->dirs[0].path),
		.name = ask->nitems ? strdup(ask->items[0].name) : NULL,
		.text = ask->text ? strdup(ask->text) : NULL,
	};
}

const char *acting_tried(const struct app *app, enum task_kind kind)
{
	const struct acting *a = &app->acting;
	const struct acting_tried *tried = &a->tried;
	const char *name = a->bound.nitems ? a->bound.items[0].name : NULL;

	if (!tried->dir || !tried->text || tried->kind != kind || !a->bound.ndirs ||
	    strcmp(tried->dir, a->bound.dirs[0].path) != 0)
		return NULL;
	if (kind == TASK_RENAME && (!tried->name || !name || strcmp(tried->name, name) != 0))
		return NULL;
	return tried->text;
}

/* Takes the ask. */
static int begin(struct app *app, struct task_ask *ask, bool marked)
{
	struct acting *a = &app->acting;
	struct acting_task *task;
	int rc = array_grow(&a->tasks, &a->cap, a->n + 1, sizeof(*a->tasks));

	if (rc) {
		task_ask_done(ask);
		return rc;
	}
	task = &a->tasks[a->n++];
	*task = (struct acting_task){.ticket = TICKETS | ++a->last,
				     .kind = ask->kind,
				     .marked = marked,
				     .epoch = app->model->marks.epoch,
				     .nmarked = app->model->marks.live};
	/* Without memory for it the cursor does not go to what is made. */
	task->dir = ask->ndirs ? strdup(ask->dirs[0].path) : NULL;
	keep_tried(a, ask);
	acting_plan_members(app, ask);
	keep_acted(app);
	browse_task(app->browse, task->ticket, ask);
	return 0;
}

static int ask_text(struct task_ask *ask, const char *text)
{
	ask->text = text ? strdup(text) : NULL;
	return text && !ask->text ? -ENOMEM : 0;
}

/* What can be undone is done at once when it is one thing that is seen. */
static bool may_at_once(const struct app *app, const struct task_ask *ask)
{
	return ask->kind != TASK_DELETE && ask->kind != TASK_ERASE && ask->nitems <= 1 &&
	       acting_seen(app, ask, 0);
}

/* One plan at a time is asked about: whoever asks for the next has left the last. */
static void drop_planned(struct app *app)
{
	for (size_t i = app->acting.n; i-- > 0;)
		if (app->acting.tasks[i].planned)
			acting_forget(app, app->acting.tasks[i].ticket);
	app->acting.shown = 0;
	app->acting.elsewhere = 0;
}

/* Of the marked rows, else of the row under the cursor. -EINVAL, which was said: there is none. */
static int ask_rows(struct app *app, struct task_ask *ask, bool *ret_marked)
{
	if (model_marking(app->model))
		return say(app, "rows are still being marked: wait for it, or Esc to stop");
	*ret_marked = app->model->marks.live > 0;
	return *ret_marked ? ask_marked(&app->model->marks, ask) : ask_cursor(app, ask);
}

int acting_rows(struct app *app, enum task_kind kind)
{
	struct task_ask ask = {.kind = kind};
	bool marked = false;
	int rc = ask_rows(app, &ask, &marked);

	if (rc) {
		task_ask_done(&ask);
		return rc == -EINVAL ? 0 : rc;
	}
	drop_planned(app);
	ask.at_once = may_at_once(app, &ask);
	return begin(app, &ask, marked);
}

/* What came of a thing in the trash is told by where it was. */
static int add_trashed(struct task_ask *ask, const struct trashed_thing *thing, char *origin)
{
	const struct trashed_dir *dir = thing->dir;
	struct task_item *item = &ask->items[ask->nitems];
	struct task_dir *last = ask->ndirs ? &ask->dirs[ask->ndirs - 1] : NULL;

	if (!last || strcmp(last->path, dir->files_path) != 0) {
		last = &ask->dirs[ask->ndirs++];
		*last = (struct task_dir){.path = strdup(dir->files_path),
					  .id = dir->files,
					  .top = dir->home ? NULL : strdup(dir->top)};
		if (!last->path || (!dir->home && !last->top))
			return -ENOMEM;
	}
	*item = (struct task_item){
		.dir = ask->ndirs - 1, .name = strdup(thing->name), .origin = origin};
	if (!item->name) {
		item->origin = NULL;
		return -ENOMEM;
	}
	item_seen(item, thing->meta);
	ask->nitems++;
	return 0;
}

static int ask_trashed(struct app *app, struct task_ask *ask)
{
	const struct trashed *t = model_trashed(app->model);
	struct trashed_thing thing;
	uint32_t *ids = NULL;
	size_t n = 0;
	int rc = t ? model_trash_chosen(app->model, &ids, &n) : -EINVAL;

	if (rc == 0)
		rc = ask_room(ask, n, n);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		CLEANUP(str_done) struct str origin = STR_INIT;
		char *known;

		if (!trashed_rows_thing(t->rows, ids[i], &thing))
			continue;
		rc = trashed_rows_origin(t->rows, ids[i], &origin);
		known = rc == 0 ? str_take(&origin) : NULL;
		if (rc == -ENOENT || known)
			rc = add_trashed(ask, &thing, known);
		if (rc)
			free(known);
	}
	free(ids);
	if (rc == 0 && !ask->nitems)
		rc = say(app, "there is nothing here");
	return rc;
}

int acting_trashed(struct app *app, enum task_kind kind)
{
	struct task_ask ask = {.kind = kind};
	int rc = model_marking(app->model) ? say(app, "rows are still being marked: wait for it, "
						      "or Esc to stop")
					   : ask_trashed(app, &ask);

	if (rc) {
		task_ask_done(&ask);
		return rc == -EINVAL ? 0 : rc;
	}
	drop_planned(app);
	/* Marks of files are none of the trash: they stay, and that is said. */
	app->acting.elsewhere = app->model->marks.live - MIN(app->model->marks.live, ask.nitems);
	ask.at_once = may_at_once(app, &ask) && !app->acting.elsewhere;
	return begin(app, &ask, app->model->marks.live > 0 && !app->acting.elsewhere);
}

int acting_action(struct app *app, enum task_kind kind, uint64_t action)
{
	/* The newest is what one has just seen being done; others are shown before. */
	struct task_ask ask = {.kind = kind, .at_once = action == 0, .action = action};

	drop_planned(app);
	return begin(app, &ask, false);
}

/* ---- for a prompt ---- */

int acting_bind_row(struct app *app, const char **ret_name)
{
	struct acting *a = &app->acting;
	int rc;

	unbind(a);
	rc = ask_cursor(app, &a->bound);
	if (rc)
		unbind(a);
	else
		*ret_name = a->bound.items[0].name;
	return rc;
}

int acting_bind_rows(struct app *app, size_t *ret_nmarked)
{
	struct acting *a = &app->acting;
	int rc;

	unbind(a);
	rc = ask_rows(app, &a->bound, &a->bound_marked);
	*ret_nmarked = rc == 0 && a->bound_marked ? a->bound.nitems : 0;
	if (rc)
		unbind(a);
	return rc;
}

int acting_bind_here(struct app *app)
{
	struct task_ask *ask = &app->acting.bound;
	const struct dir_info *dir = model_dir(app->model);
	int rc;

	unbind(&app->acting);
	if (!dir)
		return say(app, "this is no directory in which something could be made");
	rc = ask_room(ask, 1, 0);
	if (rc == 0)
		rc = (ask->dirs[0].path = strdup(model_path(app->model))) ? 0 : -ENOMEM;
	if (rc) {
		unbind(&app->acting);
		return rc;
	}
	ask->dirs[0].id = dir->meta.id;
	ask->ndirs = 1;
	return 0;
}

int acting_bound(struct app *app, enum task_kind kind, const char *text)
{
	struct acting *a = &app->acting;
	struct task_ask ask = a->bound;
	bool marked = a->bound_marked;
	int rc;

	a->bound = (struct task_ask){0};
	ask.kind = kind;
	rc = ask_text(&ask, text);
	if (rc || !ask.ndirs) {
		task_ask_done(&ask);
		return rc;
	}
	drop_planned(app);
	/* What is named by hand is known; marks that are not seen are not. */
	ask.at_once = !marked || may_at_once(app, &ask);
	return begin(app, &ask, marked);
}
