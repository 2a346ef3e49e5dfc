/* SPDX-License-Identifier: MIT */
#include "app/open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "app/programs.h"
#include "base/path.h"
#include "fs/children.h"
#include "fs/homes.h"

/* Programs that take one file are started for so many at once, not for a thousand. */
#define RUNS_MAX 20
/* A program that fails sooner has not shown why to anybody. */
#define FAILS_SOON_MS 5000

/* ---- one run ---- */

/* What a placeholder stands for when this is the file. */
static int with_file(struct args_with *with, struct str *dir, const char *file,
		     const struct args *files, unsigned *uses)
{
	const char *name = path_base(file);

	str_clear(dir);
	*with = (struct args_with){.file = file,
				   .name = name[0] ? name : ".", /* of the root */
				   .files = files,
				   .home = homes_get("HOME"),
				   .uses = uses};
	if (str_add(dir, file, path_parent_len(file)) < 0)
		return -ENOMEM;
	with->dir = dir->buf;
	return 0;
}

static int too_many(struct app *app, size_t n)
{
	model_notice(app->model, NOTICE_ERROR,
		     "%zu files are too much for one command line: nothing was started", n);
	return 0;
}

/* Of errors of a line; others are passed on. */
static int say_bad_line(struct app *app, int r, const char *line, const struct str *reason,
			size_t n)
{
	if (r == -E2BIG)
		return too_many(app, n);
	if (r != -EINVAL)
		return r;
	model_notice(app->model, NOTICE_ERROR, "%s: %s", line, reason->buf);
	return 0;
}

/* Where it runs: NULL is the home directory. A name belongs to the directory it is in, whichever is
 * on screen: anywhere else it may name another file. What a rule or a variable starts does not run
 * in the directory on screen: programs read files of the directory they are in, and anybody may
 * have filled it. Who types a line means where he is. */
static const char *where(struct app *app, const struct opener_command *c, unsigned uses,
			 const struct str *dir_of_file)
{
	if (uses & ARGS_NAME)
		return dir_of_file->buf;
	return c->typed && c->how != OPENER_DETACH ? model_path(app->model) : NULL;
}

/* Appends the vector of one run; `file` is what %f is, `dir` its directory. */
static int expand(const struct opener_command *c, const char *file, const struct args *files,
		  struct str *dir, struct args *argv, struct str *reason)
{
	struct args_with with;
	int r = with_file(&with, dir, file, files, NULL);

	if (r == 0)
		r = args_expand(c->line, &with, argv, reason);
	for (size_t i = 0; r == 0 && !c->uses && i < files->n; i++)
		r = args_add(argv, files->at[i], strlen(files->at[i]));
	return r;
}

/* How the output of a program gets to the pager: the names are its parameters. */
#define PAGED                                                        \
	"\"$@\" 2>&1 | if [ -n \"$PAGER\" ]; then eval \"$PAGER\"; " \
	"elif command -v less >/dev/null; then less; else more; fi"

static int through_pager(const struct args *argv, struct args *ret)
{
	static const char *const shell[] = {"/bin/sh", "-c", PAGED, "sh"};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(shell); i++)
		r = args_add(ret, shell[i], strlen(shell[i]));
	for (size_t i = 0; r == 0 && i < argv->n; i++)
		r = args_add(ret, argv->at[i], strlen(argv->at[i]));
	return r;
}

static int run_here(struct app *app, enum opener_how how, const char *dir, const struct args *argv)
{
	struct args paged = {0};
	int r = how == OPENER_PAGER ? through_pager(argv, &paged) : 0;

	if (r == 0)
		r = handoff_run(app, paged.n ? &paged : argv, dir,
				how == OPENER_WAIT ? HANDOFF_WAIT : 0);
	args_done(&paged);
	return r;
}

static int run_beside(struct app *app, const char *dir, const struct args *argv)
{
	const char *const *words = (const char *const *)argv->at;
	char *const *env = (char *const *)app->safe_env.at;
	int r;

	if (!argv->n)
		return -EINVAL;
	r = children_start(app->children, words, env, dir ? dir : handoff_home(), app->now_ms);
	if (!dir && (r == -ENOTDIR || r == -EACCES))
		r = children_start(app->children, words, env, "/", app->now_ms);
	if (r == 0)
		model_notice(app->model, NOTICE_INFO, "%s was started", path_base(argv->at[0]));
	return r;
}

static int run_vector(struct app *app, enum opener_how how, const char *dir,
		      const struct args *argv)
{
	/* Beside us it would keep a mount busy: only a %n brings it to the directory on screen. */
	return how == OPENER_DETACH ? run_beside(app, dir, argv) : run_here(app, how, dir, argv);
}

static int run_once(struct app *app, const struct opener_command *c, const char *file,
		    const struct args *files)
{
	CLEANUP(str_done) struct str reason = STR_INIT;
	CLEANUP(str_done) struct str dir = STR_INIT;
	struct args argv = {0};
	int r = expand(c, file, files, &dir, &argv, &reason);

	if (r < 0)
		r = say_bad_line(app, r, c->line, &reason, files->n);
	else
		r = run_vector(app, c->how, where(app, c, c->uses, &dir), &argv);
	args_done(&argv);
	return r == -E2BIG ? too_many(app, files->n) : r;
}

/* ---- all files ---- */

static int run_line(struct app *app, const struct opener_command *c, const struct args *files)
{
	bool each = c->uses && !(c->uses & ARGS_FILES);
	int r = 0;

	if (!each || files->n == 1)
		return run_once(app, c, files->at[0], files);
	if (files->n > RUNS_MAX) {
		model_notice(app->model, NOTICE_WARNING,
			     "%s takes one file at a time: not for %zu at once, at most %d "
			     "(%%F gives it all of them)",
			     c->line, files->n, RUNS_MAX);
		return 0;
	}
	for (size_t i = 0; r == 0 && i < files->n; i++)
		r = run_once(app, c, files->at[i], files);
	return r;
}

int open_run(struct app *app, const struct opener_command *c, const struct args *files)
{
	static int (*const owns[OWN_KINDS])(struct app * app, const struct args *files) = {
		[OWN_NONE] = NULL,
		[OWN_EDIT] = programs_edit,
		[OWN_VIEW] = programs_view,
		[OWN_PAGER] = programs_page,
		[OWN_DESKTOP] = programs_desktop,
	};

	return c->own ? owns[c->own](app, files) : run_line(app, c, files);
}

int open_say(struct app *app, const struct opener_command *c, int r)
{
	if (r == -ENOMEM || r == 0)
		return r;
	model_notice(app->model, NOTICE_ERROR, "%s: %s",
		     c->line ? c->line : opener_own_name(c->own),
		     r == -ENOENT    ? "there is no such program (searched in PATH)"
		     : r == -ENOTDIR ? "this directory is gone"
				     : strerror(-r));
	return 0;
}

/* ---- which files ---- */

static int add_path(struct args *files, const struct row *row)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	size_t len;
	const char *name = row_lies(row, &len);
	int r = path_join(&path, row->where ? row->where : "", name, len);

	return r < 0 ? r : args_add(files, path.buf, path.len);
}

/* -ESTALE when one is gone: a program would be given the rest as if it were all. */
static int add_marked(const struct marks *marks, struct args *files)
{
	int r = 0;

	for (uint32_t id = 0; r == 0 && id < marks->n; id++) {
		struct row row;

		if (!marks->at[id].live)
			continue;
		if (marks->at[id].gone)
			return -ESTALE;
		if (marks->rows.ops->row(&marks->rows, id, &row))
			r = add_path(files, &row);
	}
	return r;
}

int open_targets(struct app *app, struct args *ret)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	struct args files = {0};
	int r;

	if (model_marking(app->model)) {
		model_notice(app->model, NOTICE_INFO, "rows are still being marked (Esc stops it)");
		return -EBUSY;
	}
	if (app->model->marks.live) {
		r = add_marked(&app->model->marks, &files);
	} else {
		r = model_cursor_path(app->model, &path);
		if (r == 0)
			r = args_add(&files, path.buf, path.len);
	}
	if (r < 0)
		args_done(&files);
	else
		*ret = files;
	if (r == -ESTALE)
		model_notice(app->model, NOTICE_WARNING,
			     "some of what is marked is gone: *l lists it, *n unmarks everything");
	if (r == -E2BIG)
		(void)too_many(app, app->model->marks.live);
	return r;
}

/* ---- the default ---- */

/* Text in the editor, anything else where it can be seen. */
enum opener_own open_default_own(const struct opener_kind *kind)
{
	if (kind->text)
		return OWN_EDIT;
	return programs_have_desktop() ? OWN_DESKTOP : OWN_VIEW;
}

int open_default(struct app *app, const char *path, const struct opener_kind *kind,
		 struct opener_command *ret)
{
	size_t at = 0;
	int r = openers_find(&app->openers, path_base(path), kind, &at);

	if (r == 1)
		*ret = app->openers.at[at].command;
	else if (r == 0 && kind->known)
		*ret = (struct opener_command){.own = open_default_own(kind)};
	return r == 1 ? 0 : r == 0 && !kind->known ? -EAGAIN : r;
}

/* ---- a command line typed ---- */

/* A leading ! asks for a shell where nothing else in the line does. */
static int typed_vector(const char *line, const char *current, const struct args *files,
			struct str *dir, unsigned *uses, struct args *argv, struct str *reason)
{
	struct args_with with;
	int r = with_file(&with, dir, current, files, uses);

	if (r < 0)
		return r;
	if (line[0] == '!')
		return args_shell(line + 1, &with, argv, reason);
	return args_wants_shell(line) ? args_shell(line, &with, argv, reason)
				      : args_expand(line, &with, argv, reason);
}

/* As much as ours, or the kernel's. */
static int say_ran(struct app *app, const struct opener_command *c, int r, size_t n)
{
	return r == -E2BIG ? too_many(app, n) : open_say(app, c, r);
}

static int run_typed(struct app *app, const char *line, enum opener_how how,
		     const struct args *files)
{
	CLEANUP(str_done) struct str reason = STR_INIT;
	CLEANUP(str_done) struct str current = STR_INIT;
	CLEANUP(str_done) struct str dir = STR_INIT;
	const struct opener_command c = {
		.how = how, .line = (char *)(uintptr_t)line, .typed = true};
	struct args argv = {0};
	unsigned uses = 0;
	int r = model_cursor_path(app->model, &current);

	if (r == 0)
		r = typed_vector(line, current.buf, files, &dir, &uses, &argv, &reason);
	if (r < 0)
		r = say_bad_line(app, r, line, &reason, files->n);
	else
		r = say_ran(app, &c, run_vector(app, how, where(app, &c, uses, &dir), &argv),
			    files->n);
	args_done(&argv);
	return r;
}

int open_typed(struct app *app, const char *text)
{
	CLEANUP(str_done) struct str reason = STR_INIT;
	enum opener_how how = OPENER_WAIT;
	const char *line = text;
	struct args files = {0};
	int r = opener_parse_how(&line, &how, &reason);

	line += strspn(line, " \t");
	if (r < 0)
		return say_bad_line(app, r, text, &reason, 0);
	if (!*line)
		return handoff_shell(app);
	r = open_targets(app, &files);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = run_typed(app, line, how, &files);
	args_done(&files);
	return r < 0 ? r : model_reload(app->model);
}

/* ---- programs beside us ---- */

static void tell_end(struct app *app, const struct child_end *end)
{
	const char *name = path_base(end->name);

	if (end->ran_ms > FAILS_SOON_MS || end->status == 0)
		return;
	if (WIFSIGNALED(end->status))
		model_notice(app->model, NOTICE_WARNING, "%s was ended by signal %d (%s)", name,
			     WTERMSIG(end->status), strsignal(WTERMSIG(end->status)));
	else
		model_notice(app->model, NOTICE_WARNING, "%s ended at once with status %d", name,
			     WEXITSTATUS(end->status));
	app->stirred = true;
}

void open_take_ends(struct app *app)
{
	struct child_end end;

	while (children_take(app->children, app->now_ms, &end)) {
		tell_end(app, &end);
		free(end.name);
	}
}
