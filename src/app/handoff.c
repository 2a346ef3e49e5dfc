/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "app/app.h"
#include "app/loop.h"
#include "fs/homes.h"
#include "fs/spawn.h"

static void after_child(struct app *app, const char *what, int status)
{
	if (WIFSIGNALED(status))
		model_notice(app->model, NOTICE_WARNING, "%s was ended by signal %d (%s)", what,
			     WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		model_notice(app->model, NOTICE_ERROR, "%s could not be run", what);
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

/* What the child may have left behind is not to be typed into by keys meant for it. */
static bool is_return(const struct input_event *event)
{
	uint32_t sym = event->key.sym;

	return event->kind == INPUT_KEY && !event->key.mods &&
	       (sym == KEYSYM_ENTER || sym == KEYSYM_ESC || sym == ' ' || sym == 'q');
}

/* Takes what has been typed; true when it says to go back, or nobody is there any more. */
static bool returns(struct app *app)
{
	struct input_event event;
	bool back = input_read(app->input, app_now_ms()) < 0;

	while (decoder_next(input_decoder(app->input), app_now_ms(), &event)) {
		back |= is_return(&event);
		str_done(&event.paste);
	}
	return back;
}

/* True when the program is to end. A stop is answered like one while the list is shown. */
static bool signalled(struct app *app, const char *text)
{
	unsigned bits = guard_take(app->guard);

	app->quit |= (bits & GUARD_END) != 0;
	if (bits & GUARD_STOP) {
		term_suspend(app->term);
		guard_stop_self();
	}
	if (bits & (GUARD_STOP | GUARD_CONT))
		term_say(app->term, text);
	return app->quit;
}

/* The output of the program stays until somebody has read it. */
static void wait_for_enter(struct app *app, const char *text)
{
	struct pollfd fds[] = {
		{.fd = term_fd(app->term), .events = POLLIN},
		{.fd = guard_fd(app->guard), .events = POLLIN},
	};
	bool back = false;

	input_drop(app->input);
	term_say(app->term, text);
	while (!back) {
		int64_t until = decoder_deadline(input_decoder(app->input)), now = app_now_ms();
		int wait = until == INT64_MAX ? -1 : (int)MAX(until - now, 0);

		if (poll(fds, ARRAY_LEN(fds), wait) < 0 && errno != EINTR)
			return;
		back = (fds[1].revents && signalled(app, text)) || returns(app);
	}
}

static void ask_for_enter(struct app *app, int status)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (WIFSIGNALED(status))
		(void)str_addf(&text, "[ended by signal %d (%s): Enter goes back]",
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		(void)str_addf(&text, "[ended with status %d: Enter goes back]",
			       WEXITSTATUS(status));
	wait_for_enter(app, text.buf);
}

/* While the terminal was away nobody told us of its size. */
static void take_back(struct app *app)
{
	term_resume(app->term);
	announce_anew(app);
	app->now_ms = app_now_ms();
	loop_resize(app);
	input_drop(app->input);
}

const char *handoff_home(void)
{
	const char *home = homes_get("HOME");

	return home ? home : "/";
}

static int start(struct app *app, const struct args *argv, const char *dir, unsigned flags,
		 pid_t *ret_pid)
{
	const char *const *words = (const char *const *)argv->at;
	char *const *env = flags & HANDOFF_SHELL ? app->child_env : app->safe_env.at;
	int tty = term_fd(app->term);
	int err = spawn_foreground(words, env, dir ? dir : handoff_home(), tty, ret_pid);

	if (!dir && (err == -ENOTDIR || err == -EACCES))
		err = spawn_foreground(words, env, "/", tty, ret_pid);
	return err;
}

int handoff_run(struct app *app, const struct args *argv, const char *dir, unsigned flags)
{
	int tty = term_fd(app->term), status = 0, err;
	pid_t pid;

	handoff_settle(app);
	term_suspend(app->term);
	err = start(app, argv, dir, flags, &pid);
	if (!err)
		err = spawn_wait(pid, tty, &status);
	if (!err && flags & HANDOFF_WAIT)
		ask_for_enter(app, status);
	take_back(app);
	if (!err && !(flags & HANDOFF_WAIT))
		after_child(app, argv->at[0], status);
	return err;
}

int handoff_shell(struct app *app)
{
	const char *shell = getenv("SHELL");
	struct args argv = {0};
	int err;

	if (!shell || !*shell)
		shell = "/bin/sh";
	err = args_add(&argv, shell, strlen(shell));
	if (!err)
		err = handoff_run(app, &argv, model_path(app->model), HANDOFF_SHELL);
	args_done(&argv);
	if (err)
		model_notice(app->model, NOTICE_ERROR, "shell %s in %s: %s", shell,
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
	announce_anew(app);
	loop_resize(app);
	return 0;
}
