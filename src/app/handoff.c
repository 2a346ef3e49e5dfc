/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "app/app.h"
#include "fs/spawn.h"

#define WORDS_MAX 16

/* Editors of last resort: Debian's choice, then what POSIX has, then what newcomers know. */
static const char *const fallback_editors[] = {"editor", "vi", "nano"};

static void after_child(struct app *app, const char *what, int status)
{
	if (WIFSIGNALED(status))
		model_notice(app->model, NOTICE_WARNING, app->now_ms,
			     "%s was ended by signal %d (%s)", what, WTERMSIG(status),
			     strsignal(WTERMSIG(status)));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		model_notice(app->model, NOTICE_ERROR, app->now_ms, "%s could not be run", what);
}

void handoff_settle(struct app *app)
{
	int64_t now = app_now_ms(), until = link_deadline_to_leave(&app->link, now);
	struct input_event event;

	while (app->link.asked && now < until) {
		struct pollfd fd = {.fd = term_fd(app->term), .events = POLLIN};

		if (poll(&fd, 1, (int)(until - now)) <= 0 ||
		    input_read(app->input, app_now_ms()) < 0)
			return;
		now = app_now_ms();
		while (decoder_next(input_decoder(app->input), now, &event)) {
			if (event.kind == INPUT_ALIVE)
				link_answered(&app->link, now);
			str_done(&event.paste);
		}
	}
}

int handoff_run(struct app *app, const char *const *argv, const char *dir)
{
	int tty = term_fd(app->term), status = 0, err;
	pid_t pid;

	handoff_settle(app);
	term_suspend(app->term);
	err = spawn_foreground(argv, app->child_env, dir, tty, &pid);
	if (!err)
		err = spawn_wait(pid, tty, &status);
	term_resume(app->term);
	app->now_ms = app_now_ms();
	app->shown_valid = false;
	app->dirty = true;
	input_drop(app->input);
	if (!err)
		after_child(app, argv[0], status);
	return err;
}

/* Splits "emacs -nw" at blanks; quotes are not known here: who needs them writes a script. Points
 * into text. */
static size_t split_words(char *text, const char **words, size_t max)
{
	size_t n = 0;

	for (char *save, *w = strtok_r(text, " \t", &save); w && n < max;
	     w = strtok_r(NULL, " \t", &save))
		words[n++] = w;
	return n;
}

/* Runs the command line of the variable with `path` as its last argument; -ENOENT when it is unset.
 */
static int run_variable(struct app *app, const char *variable, const char *path)
{
	const char *value = getenv(variable), *argv[WORDS_MAX + 2] = {0};
	CLEANUP(str_done) struct str text = STR_INIT;
	size_t n;

	if (!value || str_adds(&text, value) < 0)
		return -ENOENT;
	n = split_words(text.buf, argv, WORDS_MAX);
	if (!n)
		return -ENOENT;
	argv[n] = path;
	return handoff_run(app, argv, model_path(app->model));
}

int handoff_edit(struct app *app, const char *path)
{
	int err = run_variable(app, "VISUAL", path);

	if (err == -ENOENT)
		err = run_variable(app, "EDITOR", path);
	for (size_t i = 0; err == -ENOENT && i < ARRAY_LEN(fallback_editors); i++) {
		const char *argv[] = {fallback_editors[i], path, NULL};

		err = handoff_run(app, argv, model_path(app->model));
	}
	if (err == -ENOENT)
		model_notice(app->model, NOTICE_ERROR, app->now_ms,
			     "no editor found: set VISUAL or EDITOR to one");
	return err == -ENOENT ? 0 : err;
}

int handoff_shell(struct app *app)
{
	const char *shell = getenv("SHELL");
	const char *argv[] = {shell && *shell ? shell : "/bin/sh", NULL};
	int err = handoff_run(app, argv, model_path(app->model));

	if (err)
		model_notice(app->model, NOTICE_ERROR, app->now_ms, "shell %s in %s: %s", argv[0],
			     model_path(app->model), strerror(-err));
	return 0;
}

int handoff_suspend(struct app *app)
{
	handoff_settle(app);
	term_suspend(app->term);
	guard_stop_self();
	term_adopt(app->term);
	term_resume(app->term);
	app->shown_valid = false;
	app->dirty = true;
	return 0;
}
