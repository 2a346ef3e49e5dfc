/* SPDX-License-Identifier: MIT */
#include "app/clipboard.h"

#include "app/commands.h"
#include "base/display.h"
#include "base/path.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const whats[] = {
	[COPY_PATH] = "path",          [COPY_NAME] = "name",    [COPY_DIR] = "directory",
	[COPY_QUOTED] = "quoted path", [COPY_SCP] = "scp line",
};

/* ---- one line ---- */

static bool is_plain(const char *s, size_t len)
{
	uint32_t cp;

	for (size_t i = 0; i < len;) {
		i += utf8_decode(s + i, len - i, &cp);
		if (cp == UTF8_INVALID || utf8_hidden(cp))
			return false;
	}
	return true;
}

static int add_text(struct str *out, const char *s, size_t len, bool several, bool *ret_quoted)
{
	bool plain = is_plain(s, len);

	if (plain && !several)
		return str_add(out, s, len);
	*ret_quoted |= !plain;
	return display_shell(out, s, len);
}

/* The far side takes the path for a pattern (scp over sftp), or gives it to a shell (scp before
 * OpenSSH 9.0); for both a backslash takes the meaning of a character away. */
static void add_remote(struct str *out, const char *path)
{
	for (const char *p = path; *p; p++) {
		bool harmless = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
				(*p >= '0' && *p <= '9') || strchr("/._-+,:@%=", *p) ||
				(unsigned char)*p >= 128;

		if (!harmless)
			str_addc(out, '\\');
		str_addc(out, *p);
	}
}

static int add_scp(struct str *out, const struct copy_row *row)
{
	CLEANUP(str_done) struct str from = STR_INIT;

	if (!row->user || !row->host)
		return -EAGAIN;
	str_adds(out, "scp ");
	if (row->port)
		str_addf(out, "-P %s ", row->port);
	if (row->is_dir)
		str_adds(out, "-r ");
	str_addf(&from, "%s@%s:", row->user, row->host);
	add_remote(&from, row->path);
	if (from.failed || display_shell(out, from.buf, from.len) < 0)
		return -ENOMEM;
	return str_adds(out, " .");
}

int clipboard_line(struct str *out, enum copy_what what, const struct copy_row *row,
		   bool *ret_quoted)
{
	const char *name = path_base(row->path);

	switch (what) {
	case COPY_PATH:
		return add_text(out, row->path, strlen(row->path), row->several, ret_quoted);
	case COPY_NAME:
		return add_text(out, *name ? name : "/", *name ? strlen(name) : 1, row->several,
				ret_quoted);
	case COPY_DIR:
		return add_text(out, row->path, path_parent_len(row->path), row->several,
				ret_quoted);
	case COPY_QUOTED:
		return display_shell(out, row->path, strlen(row->path));
	case COPY_SCP:
		return add_scp(out, row);
	}
	return -EINVAL;
}

/* ---- what is copied ---- */

struct copying {
	struct app *app;
	enum copy_what what;
	struct str text, first; /* all of it, and its first line */
	size_t lines;
	bool several, quoted;
	const char *port;
};

static int add_line(struct copying *c, const char *path, bool is_dir)
{
	const struct self *self = &c->app->model->self;
	const struct copy_row row = {.path = path,
				     .is_dir = is_dir,
				     .several = c->several,
				     .user = self->user,
				     .host = self->host,
				     .port = c->port};
	int err = c->lines ? str_addc(&c->text, '\n') : 0;

	if (!err)
		err = clipboard_line(&c->text, c->what, &row, &c->quoted);
	if (!err && !c->lines++)
		err = str_add(&c->first, c->text.buf, c->text.len);
	return err;
}

static int add_marked(struct copying *c)
{
	const struct marks *marks = &c->app->model->marks;
	int err = 0;

	c->several = marks->live > 1;
	for (size_t i = 0; i < marks->n && !err && c->text.len <= OSC_CLIPBOARD_MAX; i++) {
		CLEANUP(str_done) struct str path = STR_INIT;
		size_t len;
		const char *name = names_get(marks->names, (uint32_t)i, &len);

		if (!marks->at[i].live)
			continue;
		err = path_join(&path, marks->dirs[marks->at[i].dir].path, name, len);
		if (!err)
			err = add_line(c, path.buf, marks->at[i].type == ENTRY_DIR);
	}
	return err;
}

static size_t marked_dirs(const struct marks *marks)
{
	size_t n = 0;

	for (size_t i = 0; i < marks->ndirs; i++)
		n += marks->dirs[i].live > 0;
	return n;
}

/* Each directory that has marks, once. */
static int add_marked_dirs(struct copying *c)
{
	const struct marks *marks = &c->app->model->marks;
	int err = 0;

	c->several = marked_dirs(marks) > 1;
	for (size_t i = 0; i < marks->ndirs && !err; i++) {
		CLEANUP(str_done) struct str path = STR_INIT;

		if (!marks->dirs[i].live)
			continue;
		err = path_join(&path, marks->dirs[i].path, "x", 1); /* its parent is copied */
		if (!err)
			err = add_line(c, path.buf, true);
	}
	return err;
}

static int add_current(struct copying *c)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	const struct list *list = model_list(c->app->model);
	struct row row;
	bool is_row = list_row(list, list->cursor, &row);
	int err = model_cursor_path(c->app->model, &path);

	if (err)
		return err;
	/* On ".." the directory is the one that is shown, whose row it is. */
	if (c->what == COPY_DIR && (!is_row || row.parent)) {
		str_clear(&path);
		err = path_join(&path, model_path(c->app->model), "x", 1);
	}
	return err ? err : add_line(c, path.buf, !is_row || row.parent || row.type == ENTRY_DIR);
}

/* The port of the server one came in by, when it is not the usual one. */
static const char *ssh_port(char *buf, size_t size)
{
	const char *connection = getenv("SSH_CONNECTION"), *last;
	size_t len;

	last = connection ? strrchr(connection, ' ') : NULL;
	len = last ? strspn(last + 1, "0123456789") : 0;
	if (!len || last[1 + len] || len >= size || strcmp(last + 1, "22") == 0)
		return NULL;
	memcpy(buf, last + 1, len + 1);
	return buf;
}

static const char *may_be_refused(enum osc_way way)
{
	return way == OSC_DIRECT ? "nothing arrives? xterm: allowWindowOps, iTerm2: allow clipboard"
	       : way == OSC_TMUX ? "nothing arrives? tmux: set -s set-clipboard on"
				 : "nothing arrives? the terminal around it must allow it";
}

static void say_copied(const struct copying *c)
{
	struct app *app = c->app;
	const char *quoted = c->quoted ? ", quoted since it is not plain text" : "";
	const char *help = may_be_refused(term_osc(app->term)->way);

	if (c->lines == 1)
		model_notice(app->model, NOTICE_INFO, "%s sent to the clipboard%s: %s   (%s)",
			     whats[c->what], quoted, c->first.buf, help);
	else
		model_notice(app->model, NOTICE_INFO,
			     "%zu lines sent to the clipboard%s: %s and so on   (%s)", c->lines,
			     quoted, c->first.buf, help);
}

static int send(struct copying *c)
{
	struct app *app = c->app;
	int err = osc_copy(term_osc(app->term), c->text.buf, c->text.len);

	switch (err) {
	case 0:
		say_copied(c);
		return 0;
	case -ENOTSUP:
		model_notice(app->model, NOTICE_WARNING,
			     "nothing copied: this terminal (TERM=%s) has no clipboard that a "
			     "program could set",
			     getenv("TERM"));
		return 0;
	case -EFBIG:
		model_notice(app->model, NOTICE_WARNING,
			     "nothing copied: more than the %d bytes that terminals take; mark "
			     "fewer",
			     OSC_CLIPBOARD_MAX);
		return 0;
	default:
		return err;
	}
}

int cmd_copy(struct app *app, const struct command_args *args)
{
	char port[8];
	struct copying c = {.app = app,
			    .what = (enum copy_what)args->arg,
			    .text = STR_INIT,
			    .first = STR_INIT,
			    .port = ssh_port(port, sizeof(port))};
	int err;

	if (!app->model->marks.live)
		err = add_current(&c);
	else
		err = c.what == COPY_DIR ? add_marked_dirs(&c) : add_marked(&c);
	if (err == -EAGAIN)
		model_notice(app->model, NOTICE_INFO,
			     "nothing copied: the names of user and host are not known yet");
	else if (!err)
		err = send(&c);
	str_done(&c.text);
	str_done(&c.first);
	return err == -EAGAIN ? 0 : err;
}
