/* SPDX-License-Identifier: MIT */
#include "app/programs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/open.h"

/* Of last resort: Debian's choice, then what POSIX has, then what newcomers know. */
static const char *const editors[] = {"editor", "vi", "nano", NULL};
static const char *const pagers[] = {"less", "more", NULL};

static const char *set_variable(const char *name)
{
	const char *value = getenv(name);

	return value && value[strspn(value, " \t")] ? value : NULL;
}

/* The command line of a variable with the files behind it. -ENOENT: there is no such program. */
static int run_variable(struct app *app, const char *variable, const struct args *files)
{
	CLEANUP(str_done) struct str reason = STR_INIT;
	struct opener_command c = {0};
	int r = opener_parse(set_variable(variable), &c, &reason);

	if (r == -EINVAL)
		model_notice(app->model, NOTICE_ERROR, "%s=%s: %s", variable, getenv(variable),
			     reason.buf);
	/* It would lead back to this variable. */
	if (r == 0 && c.own)
		model_notice(app->model, NOTICE_ERROR,
			     "%s=%s: this must be a program, not a command of trowel", variable,
			     getenv(variable));
	else if (r == 0)
		r = open_run(app, &c, files);
	opener_command_done(&c);
	return r == -EINVAL ? 0 : r;
}

static int run_name(struct app *app, const char *name, const struct args *files)
{
	struct args argv = {0};
	int r = args_add(&argv, name, strlen(name));

	for (size_t i = 0; r == 0 && i < files->n; i++)
		r = args_add(&argv, files->at[i], strlen(files->at[i]));
	if (r == 0)
		r = handoff_run(app, &argv, NULL, 0);
	args_done(&argv);
	return r;
}

/* The first that exists. */
static int run_first(struct app *app, const char *const *variables, const char *const *names,
		     const struct args *files)
{
	int r = -ENOENT;

	for (; *variables && r == -ENOENT; variables++)
		if (set_variable(*variables))
			r = run_variable(app, *variables, files);
	for (; *names && r == -ENOENT; names++)
		r = run_name(app, *names, files);
	return r;
}

static int none_found(struct app *app, int r, const char *what, const char *help)
{
	if (r == -ENOENT) {
		model_notice(app->model, NOTICE_ERROR, "no %s found: set %s to one", what, help);
		return 0;
	}
	return r;
}

int programs_edit(struct app *app, const struct args *files)
{
	static const char *const variables[] = {"VISUAL", "EDITOR", NULL};

	return none_found(app, run_first(app, variables, editors, files), "editor",
			  "VISUAL or EDITOR");
}

int programs_page(struct app *app, const struct args *files)
{
	static const char *const variables[] = {"PAGER", NULL};

	return none_found(app, run_first(app, variables, pagers, files), "pager", "PAGER");
}

int programs_view(struct app *app, const struct args *files)
{
	return viewer_open(app->model, files->at[0]);
}

int programs_desktop(struct app *app, const struct args *files)
{
	char line[] = "xdg-open %f";
	const struct opener_command c = {.how = OPENER_DETACH, .line = line, .uses = ARGS_FILE};

	return open_say(app, &c, open_run(app, &c, files));
}

/* "localhost:10.0": a display of another machine. ":0" is of this one, where nobody sits. */
static bool is_forwarded(const char *display)
{
	return display[0] != ':' && display[0] != '/' && strncmp(display, "unix:", 5) != 0;
}

bool programs_have_desktop(void)
{
	const char *display = set_variable("DISPLAY");
	bool remote = set_variable("SSH_CONNECTION") || set_variable("SSH_TTY");

	if (remote)
		return display && is_forwarded(display);
	return display || set_variable("WAYLAND_DISPLAY");
}

const char *programs_editor_name(void)
{
	const char *visual = set_variable("VISUAL"), *editor = set_variable("EDITOR");

	return visual ? visual : editor ? editor : editors[0];
}

const char *programs_pager_name(void)
{
	const char *pager = set_variable("PAGER");

	return pager ? pager : pagers[0];
}
