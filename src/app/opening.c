/* SPDX-License-Identifier: MIT */
#include "app/opening.h"

#include <errno.h>
#include <string.h>

#include "app/chooser.h"
#include "app/open.h"
#include "app/programs.h"
#include "base/path.h"

/* The tickets of the model count from 1. */
#define TICKETS (UINT64_C(1) << 63)

/* A link is followed this often: the first answer says where it leads. */
enum { ASK_ROW, ASK_TARGET };

static void forget(struct opening *o)
{
	args_done(&o->files);
	str_done(&o->mime);
	o->asked = 0;
	o->text = o->link = o->choosing = o->sure = false;
	o->until_ms = INT64_MAX;
	o->keys_ms = 0;
}

void opening_cancel(struct app *app)
{
	if (app->opening.asked)
		browse_close(app->browse, app->opening.asked);
	forget(&app->opening);
}

/* Where links lead is content; of a file only the kind is wanted. */
static void ask(struct app *app, const char *path, bool is_file)
{
	const struct preview_ask kind = {.depth = is_file ? PREVIEW_OF_KIND : PREVIEW_OF_CONTENT,
					 .lines = 64,
					 .columns = 4096};
	struct opening *o = &app->opening;

	o->asked = TICKETS | ++o->last;
	o->until_ms = app->now_ms + OPENING_WAIT_MS;
	o->keys_ms = o->choosing ? 0 : app->now_ms + OPENING_KEYS_MS;
	browse_preview(app->browse, o->asked, path, &kind);
}

/* ---- with the kind ---- */

static const struct {
	char type; /* of the end of a link */
	const char *mime, *what;
} specials[] = {
	{'p', "inode/fifo", "a named pipe"},
	{'s', "inode/socket", "a socket"},
	{'c', "inode/chardevice", "a character device"},
	{'b', "inode/blockdevice", "a block device"},
};

static const char *special(char type)
{
	for (size_t i = 0; i < ARRAY_LEN(specials); i++)
		if (specials[i].type == type)
			return specials[i].what;
	return NULL;
}

/* What does not tell in time what it is may be a pipe or a device: the viewer looks before it opens
 * anything. */
static int view_only(struct app *app, const struct args *files)
{
	model_notice(app->model, NOTICE_INFO,
		     "what %s is was not to be found out: it is shown, not opened",
		     path_base(files->at[0]));
	return programs_view(app, files);
}

static int run_default(struct app *app, const struct args *files, const struct opener_kind *kind)
{
	struct opener_command command;
	int r = open_default(app, files->at[0], kind, &command);

	return r < 0 ? r : open_say(app, &command, open_run(app, &command, files));
}

/* What was waited for is taken out first: a program may run for hours, and what it opens meanwhile
 * is another matter. */
static void go_on(struct app *app)
{
	struct opening *o = &app->opening;
	struct args files = o->files;
	struct str mime = o->mime;
	const struct opener_kind kind = {.known = true, .text = o->text, .mime = mime.buf};
	bool choosing = o->choosing, sure = o->sure;
	int r;

	o->files = (struct args){0};
	str_init(&o->mime);
	forget(o);
	r = choosing ? chooser_fill(app, &files, &kind)
	    : sure   ? run_default(app, &files, &kind)
		     : view_only(app, &files);
	if (r)
		model_notice(app->model, NOTICE_ERROR, "open: %s", strerror(-r));
	args_done(&files);
	str_done(&mime);
}

/* Where the chain of links ends; by text, which is enough for telling a kind. */
static int target_of(const struct args *files, const struct preview *p, struct str *ret)
{
	int r = str_adds(ret, files->at[0]);

	for (size_t i = 0; r == 0 && i < p->nlines; i++) {
		CLEANUP(str_done) struct str dir = STR_INIT;
		CLEANUP(str_done) struct str target = STR_INIT;
		size_t len;
		const char *line = preview_line(p, i, &len);

		r = str_add(&dir, ret->buf, path_parent_len(ret->buf));
		if (r == 0)
			r = str_add(&target, line, len);
		if (r == 0 && target.buf[0] == '/')
			str_clear(ret);
		if (r == 0)
			r = target.buf[0] == '/' ? str_add(ret, target.buf, target.len)
						 : path_resolve(ret, dir.buf, target.buf, NULL);
	}
	return r;
}

/* True when it goes on with another question, or not at all. */
static bool follow(struct app *app, const struct preview *p)
{
	struct opening *o = &app->opening;
	char type = p->nlines && !p->more ? p->lines[p->nlines - 1].type : 0;
	CLEANUP(str_done) struct str path = STR_INIT;

	if (special(type) && !o->choosing) {
		model_notice(app->model, NOTICE_INFO, "%s leads to %s: it is not opened",
			     path_base(o->files.at[0]), special(type));
		forget(o);
		return true;
	}
	if (o->link || !p->nlines || p->more || target_of(&o->files, p, &path) < 0)
		return false;
	o->link = true;
	o->sure = type != 0;
	ask(app, path.buf, true);
	return true;
}

/* The name may have been given to something else since the list was read. */
static bool refuse_special(struct app *app, const struct preview *p)
{
	struct opening *o = &app->opening;

	for (size_t i = 0; i < ARRAY_LEN(specials) && !o->choosing; i++) {
		if (!str_eq(&p->mime, specials[i].mime))
			continue;
		model_notice(app->model, NOTICE_INFO, "%s is %s: it is not opened",
			     path_base(o->files.at[0]), specials[i].what);
		forget(o);
		return true;
	}
	return false;
}

/* An empty file can become anything in an editor, and is seen nowhere else. */
static bool is_text(const struct preview *p)
{
	return p->encoding.len || strncmp(p->mime.buf, "text/", 5) == 0 ||
	       str_eq(&p->mime, "inode/x-empty") || str_eq(&p->mime, "application/x-empty");
}

bool opening_take(struct app *app, const struct fs_event *event)
{
	struct opening *o = &app->opening;
	const struct preview *p = event->u.preview;

	if (!(event->ticket & TICKETS))
		return false;
	if (event->ticket != o->asked)
		return true;
	if (!event->err && p && p->kind == PREVIEW_LINK && follow(app, p))
		return true;
	if (!event->err && p && refuse_special(app, p))
		return true;
	if (!event->err && p) {
		o->sure |= p->kind != PREVIEW_LINK;
		(void)str_add(&o->mime, p->mime.buf, p->mime.len);
		o->text = is_text(p);
	}
	go_on(app);
	return true;
}

int64_t opening_deadline(const struct app *app)
{
	return app->opening.asked ? app->opening.until_ms : INT64_MAX;
}

int64_t opening_keys_until(const struct app *app)
{
	return app->opening.keys_ms;
}

void opening_tick(struct app *app)
{
	if (app->now_ms < opening_deadline(app))
		return;
	browse_close(app->browse, app->opening.asked);
	go_on(app);
}

/* ---- the wish ---- */

static int ask_first(struct app *app, const char *path, bool is_file)
{
	int r;

	opening_cancel(app);
	r = args_add(&app->opening.files, path, strlen(path));
	app->opening.sure = is_file;
	if (r == 0)
		ask(app, path, is_file);
	return r;
}

int opening_path(struct app *app, const char *path)
{
	return ask_first(app, path, false);
}

static bool on_file(struct app *app)
{
	struct list *list = model_list(app->model);
	struct row row;

	return list_row(list, list->cursor, &row) && row.type == ENTRY_FILE;
}

/* Asks only when the rules do not know without: a name that decides opens at once. */
int opening_row(struct app *app)
{
	static const struct opener_kind unknown = {0};
	CLEANUP(str_done) struct str path = STR_INIT;
	struct args files = {0};
	struct opener_command command;
	int r = model_cursor_path(app->model, &path);

	if (r < 0)
		return r;
	if (!on_file(app) || open_default(app, path.buf, &unknown, &command) == -EAGAIN)
		return ask_first(app, path.buf, on_file(app));
	opening_cancel(app);
	r = args_add(&files, path.buf, path.len);
	if (r == 0)
		r = run_default(app, &files, &unknown);
	args_done(&files);
	return r;
}

int opening_with(struct app *app)
{
	struct opening *o = &app->opening;
	int r;

	opening_cancel(app);
	r = open_targets(app, &o->files);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = chooser_open(app, o->files.n, app->model->marks.live > 0);
	if (r < 0)
		return r;
	o->choosing = true;
	/* Of many there is no one kind: all rules that may be meant are offered. */
	if (o->files.n == 1)
		ask(app, o->files.at[0], on_file(app) && !app->model->marks.live);
	else
		go_on(app);
	return 0;
}
