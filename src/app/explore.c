/* SPDX-License-Identifier: MIT
 *
 * Setting up and tearing down. The directory is asked for before the terminal is set up, so that
 * both happen at the same time.
 */
#include "app/explore.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "app/apply.h"
#include "app/choose.h"
#include "app/chooser.h"
#include "app/loop.h"
#include "app/settings_view.h"
#include "app/verb.h"
#include "base/log.h"
#include "base/path.h"
#include "fs/homes.h"
#include "fs/spawn.h"
#include "fs/sys.h"
#include "model/session.h"
#include "ui/terminfo.h"

#define START_WAIT_MS 300
#define QUIT_WAIT_MS  50 /* for workers on their way out; a hung one is left behind */

static const struct {
	int err;
	const char *reason;
} term_errors[] = {
	{-ENOTTY, "standard input and output must be a terminal; in a script use"
		  " `trowel list` or `trowel info`"},
	{-ENODEV,
	 "TERM is not set; set it to your terminal's name, for instance TERM=xterm-256color"},
	{-ENOTSUP,
	 "this terminal cannot address its cursor (TERM=dumb?); use `trowel list`, or set TERM"
	 " to what the terminal is"},
	{-ENOENT, "the terminal named by TERM is not in the terminfo database; try TERM=xterm"},
};

static int say_term_error(int err)
{
	const char *reason = strerror(-err);

	for (size_t i = 0; i < ARRAY_LEN(term_errors); i++)
		if (term_errors[i].err == err)
			reason = term_errors[i].reason;
	fprintf(stderr, "trowel: no usable terminal: %s\n", reason);
	return EXIT_USAGE;
}

/* Asks no file system: the kernel knows. */
static int physical_dir(struct str *out)
{
	char buf[4096];
	ssize_t n = sys_getcwd(buf, sizeof(buf));

	/* A directory that was removed, or one too deep for a name: begin where there is one. */
	return str_adds(out, n > 0 ? buf : "/");
}

/* The shell's idea of where we are, when it is true: it keeps the links one came by. */
static int current_dir(struct str *out)
{
	const char *pwd = getenv("PWD");
	struct stat logical, physical;

	if (pwd && *pwd == '/' && stat(pwd, &logical) == 0 && stat(".", &physical) == 0 &&
	    logical.st_dev == physical.st_dev && logical.st_ino == physical.st_ino)
		return path_resolve(out, "/", pwd, NULL);
	return physical_dir(out);
}

/* What was given, absolute. An absolute path is not looked at here: its mount may hang. */
static int start_path(const char *given, struct str *path)
{
	CLEANUP(str_done) struct str cwd = STR_INIT;
	int err = 0;

	if (!given || *given != '/')
		err = current_dir(&cwd);
	return err ? err : path_resolve(path, cwd.len ? cwd.buf : "/", given ? given : ".", NULL);
}

static int say_path_error(const char *path, int err)
{
	CLEANUP(str_done) struct str shown = STR_INIT;

	(void)display_shell(&shown, path, strlen(path));
	fprintf(stderr, "trowel: %s: %s\n", shown.buf, strerror(-err));
	return err;
}

/* A worker looks what is there. When it does not answer soon (a mount that hangs), the explorer
 * starts all the same and says so on its screen. */
static int find_start(struct app *app, const char *path, struct fs_event **ret_place)
{
	struct pollfd fd = {.fd = app->answers.fd, .events = POLLIN};
	struct qnode *node;

	*ret_place = NULL;
	browse_place(app->browse, 0, path);
	if (poll(&fd, 1, START_WAIT_MS) != 1)
		return 0;
	node = queue_take_all(&app->answers);
	if (!node)
		return 0;
	*ret_place = container_of(node, struct fs_event, node);
	return (*ret_place)->err ? say_path_error(path, (*ret_place)->err) : 0;
}

static int load_config(struct app *app, struct str *warnings)
{
	const struct config_file *f = &app->config;
	int err = homes_wrong() ? str_addf(warnings, "%s\n", homes_wrong()) : 0;

	if (!err)
		err = config_open(&app->config, warnings);
	if (err || !f->exists)
		return err;
	return config_parse(f->path.buf, f->text.buf, f->text.len, &app->model->settings,
			    &app->keymap, &app->openers, warnings);
}

static int set_options(struct app *app, struct str *warnings)
{
	int err = 0;

	for (size_t i = 0; !err && i < app->options.nset; i++)
		err = option_assign(&app->model->settings, app->options.set[i], warnings);
	return err;
}

static int setup_model(struct app *app, struct str *warnings)
{
	int err = model_new(&app->model);

	if (!err)
		err = keymap_init(&app->keymap);
	if (!err)
		err = load_config(app, warnings);
	if (!err)
		err = set_options(app, warnings);
	if (!err)
		err = theme_init(&app->theme);
	if (!err)
		err = themes_init(&app->themes);
	if (err)
		return err;
	apply_first_theme(app, warnings);
	keep_init(app, warnings);
	for (size_t i = 0; i < EDIT_KINDS; i++)
		lineedit_init(&app->edits[i]);
	app->edit = &app->edits[EDIT_COMMAND];
	str_init(&app->note);
	str_init(&app->saving_text);
	str_init(&app->opening.mime);
	str_init(&app->chooser.question);
	acting_init(app);
	str_init(&app->pending.text);
	str_init(&app->announced.cwd);
	str_init(&app->announced.title);
	str_init(&app->start_dir);
	if (app->model->settings.osc7)
		(void)physical_dir(&app->start_dir);
	app->scene.pending = "";
	app->scene.is_root = geteuid() == 0;
	app->scene.read_only = app->options.read_only;
	app->scene.choosing = choose_title(app);
	return items_hints(app);
}

static int setup_fs(struct app *app)
{
	int err = queue_init(&app->answers, true);

	if (err)
		return err;
	app->has_answers = true;
	err = browse_new(&app->answers, &app->browse);
	return err ? err : acting_start(app);
}

static int start_model(struct app *app, const char *path, const struct fs_event *place)
{
	int err;

	model_time(app->model, app_now_ms());
	err = model_start(app->model, place ? place->u.place.path : path,
			  place ? place->u.place.select : NULL);

	if (!err && app->options.sizes)
		err = model_view_sizes(app->model);
	if (!err && app->options.trash)
		err = model_view_trash(app->model);
	if (!err && app->options.history)
		err = model_view_history(app->model);
	if (!err)
		serve_requests(app);
	return err;
}

static int setup_screen(struct app *app)
{
	struct term_options options = apply_term_options(app);
	int rows, cols, err = term_start(&options, &app->term);

	if (err)
		return err;
	apply_first_looks(app);
	term_resize(app->term, &rows, &cols);
	err = canvas_init(&app->canvas, rows, cols, term_ascii(app->term));
	if (!err)
		err = canvas_init(&app->shown, rows, cols, term_ascii(app->term));
	if (!err)
		err = input_new(term_fd(app->term), &app->input);
	if (!err)
		decoder_escape_ms(input_decoder(app->input), loop_escape_ms(&app->model->settings));
	return err;
}

static void free_events(struct qnode *node)
{
	while (node) {
		struct fs_event *event = container_of(node, struct fs_event, node);

		node = node->next;
		fs_event_free(event);
	}
}

static void teardown(struct app *app)
{
	if (!app->lost)
		term_stop(app->term);
	input_free(app->input);
	canvas_done(&app->canvas);
	canvas_done(&app->shown);
	if (app->browse)
		browse_free(app->browse, QUIT_WAIT_MS);
	free_events(app->late);
	if (app->has_answers)
		free_events(queue_take_all(&app->answers));
	items_done(&app->items);
	items_done(&app->hints);
	for (size_t i = 0; i < EDIT_KINDS; i++)
		lineedit_done(&app->edits[i]);
	str_done(&app->note);
	str_done(&app->pending.text);
	str_done(&app->start_dir);
	announced_done(&app->announced);
	keep_done(app);
	jump_done(&app->jump);
	theme_done(&app->theme);
	themes_done(&app->themes);
	free(app->previewed);
	settings_view_free(app->settings_view);
	config_close(&app->config);
	str_done(&app->saving_text);
	keymap_done(&app->keymap);
	model_free(app->model);
	openers_done(&app->openers);
	args_done(&app->opening.files);
	str_done(&app->opening.mime);
	chooser_done(app);
	acting_done(app);
	children_free(app->children);
	args_done(&app->safe_env);
	free(app->child_env);
	log_close();
}

/* What is kept for the next time is written once the terminal is the shell's again. */
static void keep(struct app *app)
{
	char *reason;

	if (!app->lost)
		term_stop(app->term);
	app->term = NULL;
	keep_leave(app, &reason);
	if (reason)
		fprintf(stderr, "trowel: not saved: %s\n", reason);
	free(reason);
}

static int leave(struct app *app)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	int signal = guard_end_signal(app->guard), err = 0;
	bool follow = app->follow && !signal, chosen = app->handback.chosen.len > 0;

	if (!signal && !app->lost)
		handoff_settle(app);

	if (follow)
		err = str_adds(&path, model_path(app->model));
	if (follow && app->handback.cwd >= 0)
		announce_followed(app);
	keep(app);
	teardown(app);
	if (signal)
		guard_die(signal);
	if (follow && !err)
		err = handback_cwd(&app->handback, &app->options, path.buf);
	if (!err && chosen)
		err = handback_chosen(&app->handback, &app->options);
	if (err)
		return EXIT_SOME_FAILED;
	if (app->lost)
		return 128 + 1; /* as after SIGHUP */
	return choose_active(app) && !chosen ? EXIT_CANCELLED : EXIT_ALL_DONE;
}

static int fail(struct app *app, int err)
{
	teardown(app);
	fprintf(stderr, "trowel: cannot start: %s\n", strerror(-err));
	return EXIT_SOME_FAILED;
}

/* A notice has one line: the first complaint, and where the others are. */
static void warn(struct app *app, struct str *warnings)
{
	size_t first = strcspn(warnings->buf, "\n"), more = 0;

	for (size_t i = first + 1; i < warnings->len; i++)
		more += warnings->buf[i] == '\n';
	if (more)
		model_notice(app->model, NOTICE_WARNING,
			     "%.*s   (%zu more: see trowel --dump options)", (int)first,
			     warnings->buf, more);
	else if (warnings->len)
		model_notice(app->model, NOTICE_WARNING, "%.*s", (int)first, warnings->buf);
}

/* In a tab of its own. What has not answered yet is asked about again, as a path that is typed. */
static int add_tab(struct app *app, const char *path, const struct fs_event *place,
		   struct str *warnings)
{
	int err;

	if (app->model->ntabs == TABS_MAX)
		return str_addf(warnings, "%s: no tab is left for it beside the last session\n",
				path);
	err = model_tab_new(app->model);
	if (err)
		return err;
	return place ? model_go(app->model, place->u.place.path, place->u.place.select)
		     : model_go_place(app->model, path);
}

/* The tabs of the last session; the path that was given, if any, is one more. */
static int resume(struct app *app, const struct session *session, const char *path,
		  const struct fs_event *place, struct str *warnings)
{
	int err = model_resume(app->model, session);

	if (!err && app->options.path)
		err = add_tab(app, path, place, warnings);
	if (!err)
		serve_requests(app);
	return err;
}

/* Where there is no session the explorer starts as always, and says so. */
static int open_tabs(struct app *app, const char *path, const struct fs_event *place,
		     struct str *warnings)
{
	struct session session;
	int err = app->options.resume ? keep_session(&session, warnings) : -ENOENT;

	if (err) {
		if (err == -ENOENT && app->options.resume)
			(void)str_adds(warnings, "there is no session to go on with yet\n");
		return start_model(app, path, place);
	}
	err = resume(app, &session, path, place, warnings);
	session_done(&session);
	return err;
}

static int run(struct app *app, const char *path)
{
	CLEANUP(str_done) struct str warnings = STR_INIT;
	struct fs_event *place = NULL;
	/* It sets a variable of the environment: before there are threads. */
	int err = terminfo_prepare(&app->child_env);

	if (!err)
		err = spawn_safe_env(app->child_env, &app->safe_env);
	if (!err)
		err = children_new(&app->children);
	if (!err)
		err = guard_start(term_emergency, &app->guard);
	if (!err)
		err = setup_model(app, &warnings);
	if (!err)
		err = setup_fs(app);
	if (err)
		return fail(app, err);
	if (find_start(app, path, &place) < 0) {
		fs_event_free(place);
		teardown(app);
		return EXIT_USAGE;
	}
	err = open_tabs(app, path, place, &warnings);
	fs_event_free(place);
	if (err)
		return fail(app, err);
	err = setup_screen(app);
	if (err) {
		teardown(app);
		return say_term_error(err);
	}
	warn(app, &warnings);
	loop_run(app);
	return leave(app);
}

static int start(struct app *app)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	int status;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return say_term_error(-ENOTTY);
	if (start_path(app->options.path, &path) < 0) {
		fprintf(stderr, "trowel: out of memory\n");
		return EXIT_SOME_FAILED;
	}
	status = handback_open(&app->options, &app->handback);
	if (status != EXIT_ALL_DONE)
		return status;
	log_open(getenv("TROWEL_LOG"));
	return run(app, path.buf);
}

int explore(const struct explore_options *options)
{
	struct app *app = calloc(1, sizeof(*app));
	int status;

	if (!app) {
		fprintf(stderr, "trowel: out of memory\n");
		return EXIT_SOME_FAILED;
	}
	app->options = *options;
	handback_screen(options, &app->handback);
	status = start(app);
	handback_close(&app->handback);
	free(app);
	return status;
}
