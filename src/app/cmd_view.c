/* SPDX-License-Identifier: MIT */
#include "app/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/overlay.h"
#include "app/programs.h"

int cmd_view(struct app *app, const struct command_args *args)
{
	(void)args;
	return viewer_open_row(app->model);
}

int cmd_view_close(struct app *app, const struct command_args *args)
{
	(void)args;
	viewer_close(app->model);
	return 0;
}

int cmd_view_escape(struct app *app, const struct command_args *args)
{
	(void)args;
	if (!viewer_stop(app->model))
		viewer_close(app->model);
	return 0;
}

/* Editors write a new file in the place of the old one, as a rule. */
int cmd_view_edit(struct app *app, const struct command_args *args)
{
	const char *path = app->model->viewer->path;
	struct args files = {0};
	int err = args_add(&files, path, strlen(path));

	(void)args;
	if (!err)
		err = programs_edit(app, &files);
	args_done(&files);
	if (!err && app->model->viewer)
		viewer_reload(app->model);
	return err;
}

int cmd_view_move(struct app *app, const struct command_args *args)
{
	viewer_scroll(app->model, args->arg * args->count);
	return 0;
}

int cmd_view_page(struct app *app, const struct command_args *args)
{
	viewer_page(app->model, args->arg * args->count);
	return 0;
}

int cmd_view_top(struct app *app, const struct command_args *args)
{
	if (args->counted)
		return viewer_go_line(app->model, (uint64_t)args->count);
	viewer_go_top(app->model);
	return 0;
}

int cmd_view_end(struct app *app, const struct command_args *args)
{
	if (args->counted)
		return viewer_go_line(app->model, (uint64_t)args->count);
	viewer_go_end(app->model);
	return 0;
}

int cmd_view_percent(struct app *app, const struct command_args *args)
{
	if (args->counted)
		viewer_go_percent(app->model, (uint64_t)args->count);
	else
		model_notice(app->model, NOTICE_INFO,
			     "type a number before it: 50%% goes to the middle");
	return 0;
}

int cmd_view_aside(struct app *app, const struct command_args *args)
{
	viewer_aside(app->model, args->arg * args->count * MAX(app->canvas.cols / 2, 1));
	return 0;
}

int cmd_view_show(struct app *app, const struct command_args *args)
{
	static void (*const shows[])(struct model *) = {
		[VIEW_HEX] = viewer_toggle_hex,
		[VIEW_WRAP] = viewer_toggle_wrap,
		[VIEW_NUMBERS] = viewer_toggle_numbers,
	};

	shows[args->arg](app->model);
	return 0;
}

int cmd_view_follow(struct app *app, const struct command_args *args)
{
	(void)args;
	viewer_follow(app->model);
	return 0;
}

int cmd_view_code(struct app *app, const struct command_args *args)
{
	(void)args;
	viewer_next_code(app->model);
	return 0;
}

/* ---- a line to go to ---- */

static int bad_place(struct app *app, const char *text)
{
	model_notice(app->model, NOTICE_ERROR,
		     "%s: neither a line (120), nor a percentage (50%%), nor an offset (0x1f00)",
		     text);
	return 0;
}

static int line_accept(struct app *app)
{
	const char *text = app->edit->text.buf;
	bool hex = strncmp(text, "0x", 2) == 0;
	unsigned long long n;
	char *end;

	if (!*text || !app->model->viewer)
		return 0;
	errno = 0;
	n = strtoull(text, &end, hex ? 16 : 10);
	if (end == text || errno || *text == '-' || (*end && (hex || strcmp(end, "%") != 0)))
		return bad_place(app, text);
	if (hex)
		viewer_go_offset(app->model, n);
	else if (*end)
		viewer_go_percent(app->model, n);
	else
		return viewer_go_line(app->model, n);
	return 0;
}

int cmd_view_line(struct app *app, const struct command_args *args)
{
	static const struct prompt_kind kind = {
		.question = "line: ",
		.edit = EDIT_LINE,
		.accept = line_accept,
	};
	int err;

	if (args->counted)
		return viewer_go_line(app->model, (uint64_t)args->count);
	err = prompt_open(app, &kind, "");
	if (!err)
		prompt_note(app, false, "or 50%, or 0x1f00");
	return err;
}

/* ---- search ---- */

static void search_note(struct app *app)
{
	prompt_note(app, false, app->view_regex ? "regex  (Tab: words)" : "words  (Tab: regex)");
}

static void search_tab(struct app *app)
{
	app->view_regex = !app->view_regex;
	search_note(app);
}

static int search_accept(struct app *app, bool backward)
{
	CLEANUP(str_done) struct str reason = STR_INIT;
	const char *text = app->edit->text.buf;
	int err;

	if (!app->model->viewer)
		return 0;
	/* Nothing typed: what was looked for before, as in other pagers. */
	if (!*text)
		return viewer_search_next(app->model,
					  app->model->viewer->backward == backward ? 1 : -1);
	err = viewer_search(app->model, app->view_regex ? MATCH_REGEX : MATCH_SUBSTRING, text,
			    backward, &reason);
	if (err == -EINVAL)
		model_notice(app->model, NOTICE_ERROR, "%s: %s", text, reason.buf);
	return err == -EINVAL ? 0 : err;
}

static int search_forward(struct app *app)
{
	return search_accept(app, false);
}

static int search_backward(struct app *app)
{
	return search_accept(app, true);
}

int cmd_view_search(struct app *app, const struct command_args *args)
{
	static const struct prompt_kind kinds[] = {
		{.question = "search: ",
		 .edit = EDIT_SEARCH,
		 .accept = search_forward,
		 .tab = search_tab},
		{.question = "search back: ",
		 .edit = EDIT_SEARCH,
		 .accept = search_backward,
		 .tab = search_tab},
	};
	int err = prompt_open(app, &kinds[args->arg], "");

	if (!err)
		search_note(app);
	return err;
}

int cmd_view_next(struct app *app, const struct command_args *args)
{
	return viewer_search_next(app->model, (int)args->arg);
}
