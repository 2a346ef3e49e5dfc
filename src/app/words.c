/* SPDX-License-Identifier: MIT */
#include "app/words.h"

#include <errno.h>
#include <string.h>

#include "app/apply.h"
#include "base/match.h"

#define BLANKS " \t"

/* The line of the palette, taken apart. */
struct typed {
	const struct command *command;
	const struct option_row *row; /* of which a value is typed; NULL: its name is, or a theme */
	const char *last;             /* the part that is being typed */
	bool themes;                  /* that part is the name of a theme */
};

static bool is_prefix(const char *s, size_t len, const char *name)
{
	return strncmp(name, s, len) == 0;
}

/* Others that begin so can be meant as well. */
static bool is_ambiguous(const struct command *command, size_t len)
{
	for (size_t i = 0; i < ncommands; i++)
		if (&commands[i] != command && is_prefix(command->name, len, commands[i].name))
			return true;
	return false;
}

static const struct command *command_of(const char *s, size_t len)
{
	for (size_t i = 0; i < ncommands; i++)
		if (commands[i].flags & CMD_WORDS && strlen(commands[i].name) == len &&
		    is_prefix(s, len, commands[i].name))
			return s[len] || !is_ambiguous(&commands[i], len) ? &commands[i] : NULL;
	return NULL;
}

static const struct option_row *option_of(const char *s, size_t len)
{
	for (size_t i = 0; i < noption_rows; i++)
		if (strlen(option_rows[i].name) == len && is_prefix(s, len, option_rows[i].name))
			return &option_rows[i];
	return NULL;
}

static bool take_apart(const char *line, struct typed *ret)
{
	const char *s = line + strspn(line, BLANKS);
	size_t len = strcspn(s, BLANKS);

	*ret = (struct typed){.command = command_of(s, len)};
	if (!ret->command)
		return false;
	s += len;
	s += strspn(s, BLANKS);
	ret->last = s;
	ret->themes = ret->command->arg == WORDS_THEME;
	len = strcspn(s, BLANKS);
	if (ret->themes || !s[len])
		return true;
	ret->row = option_of(s, len);
	if (ret->row)
		ret->last = s + len + strspn(s + len, BLANKS);
	ret->themes = ret->row && strcmp(ret->row->name, "theme") == 0;
	return true;
}

/* ---- the rows ---- */

struct rows_to_be {
	struct app *app;
	const struct typed *typed;
	const struct matcher *matcher; /* of what is being typed */
	const char *now;               /* the present value; NULL: there is none */
	const char *begin;             /* the row to begin on; NULL: the first */
	int err;
};

static void add(struct rows_to_be *r, const char *name, const char *keys, const char *help)
{
	if (r->err || !matcher_test(r->matcher, name, strlen(name), NULL))
		return;
	if (r->begin && strcmp(name, r->begin) == 0)
		r->app->scene.selected = r->app->items.n;
	r->err = items_add_words(r->app, r->typed->command, name, keys, help);
}

static void add_themes(struct rows_to_be *r)
{
	const struct theme_text *t;

	for (size_t i = 0; (t = themes_next(&r->app->themes, &i));) {
		CLEANUP(str_done) struct str about = STR_INIT;
		const char *at = NULL;
		size_t len = themes_about(t, &at);

		if (len)
			(void)str_add(&about, at, len);
		else if (!t->text)
			(void)str_adds(&about, t->reason);
		add(r, t->name, r->now && strcmp(t->name, r->now) == 0 ? "now" : "", about.buf);
	}
}

static void add_options(struct rows_to_be *r)
{
	for (size_t i = 0; i < noption_rows; i++) {
		CLEANUP(str_done) struct str value = STR_INIT;

		(void)option_value(&r->app->model->settings, &option_rows[i], &value);
		add(r, option_rows[i].name, value.buf, option_rows[i].help);
	}
}

static void add_value(struct rows_to_be *r, const char *value)
{
	bool is_now = r->now && strcmp(value, r->now) == 0;

	add(r, value, is_now ? "now" : "",
	    strcmp(value, r->typed->row->initial) == 0 ? "the default" : "");
}

/* What is typed freely stands in a row of its own, with what is allowed. */
static void add_free(struct rows_to_be *r)
{
	CLEANUP(str_done) struct str domain = STR_INIT;
	const char *last = r->typed->last;

	(void)option_domain(r->typed->row, &domain);
	if (*last)
		add(r, last, "", domain.buf);
	else if (r->now)
		add(r, r->now, "now", domain.buf);
}

static void add_values(struct rows_to_be *r)
{
	const struct option_row *row = r->typed->row;
	size_t before = r->app->items.n;

	if (row->type == OPTION_BOOL) {
		add_value(r, "yes");
		add_value(r, "no");
	}
	for (size_t i = 0; row->words && row->words[i]; i++)
		add_value(r, row->words[i]);
	if (row->type == OPTION_STRING || (row->type == OPTION_INT && r->app->items.n == before))
		add_free(r);
}

static void list_rows(struct rows_to_be *r)
{
	struct scene *scene = &r->app->scene;

	scene->selected = 0;
	items_begin(r->app);
	if (r->typed->themes) {
		scene->note = "no theme with these words";
		add_themes(r);
	} else if (r->typed->row) {
		scene->note = "no such value; Enter says what is allowed";
		add_values(r);
	} else {
		scene->note = "no option with these words";
		add_options(r);
	}
	items_publish(r->app);
	r->app->words_at = scene->selected;
}

int words_list(struct app *app, const char *typed, bool *ret_listed)
{
	CLEANUP(str_done) struct str now = STR_INIT;
	struct matcher *matcher = NULL;
	struct rows_to_be r = {.app = app};
	struct typed t;

	*ret_listed = take_apart(typed, &t);
	if (*ret_listed && t.themes && app->words_of != t.command)
		apply_ask_themes(app);
	app->words_of = t.command;
	if (!*ret_listed)
		return 0;
	r.typed = &t;
	if (t.themes || t.row)
		r.err = option_value(&app->model->settings, t.themes ? option_find("theme") : t.row,
				     &now);
	r.now = now.len ? now.buf : NULL;
	/* What is typed out is meant, whatever else has it in its name. */
	r.begin = *t.last ? t.last : r.now;
	if (!r.err)
		r.err = matcher_new(MATCH_SUBSTRING, t.last, strlen(t.last), NULL, &matcher);
	r.matcher = matcher;
	if (!r.err)
		list_rows(&r);
	matcher_unref(matcher);
	return r.err;
}

/* ---- the line ---- */

static const char *chosen(const struct app *app)
{
	return app->scene.selected < app->items.n ? app->items.rows[app->scene.selected].name
						  : NULL;
}

bool words_typed_out(const struct app *app)
{
	const char *name = chosen(app);
	struct typed t;

	return name && app->scene.selected == app->words_at &&
	       take_apart(app->edit->text.buf, &t) && strcmp(t.last, name) == 0;
}

int words_complete(struct app *app)
{
	CLEANUP(str_done) struct str line = STR_INIT;
	const char *name = chosen(app);
	struct typed t;
	bool listed;
	int err;

	if (!name || !take_apart(app->edit->text.buf, &t))
		return 0;
	err = str_addf(&line, "%s %s%s%s%s", t.command->name, t.row ? t.row->name : "",
		       t.row ? " " : "", name, t.themes || t.row ? "" : " ");
	if (!err)
		err = lineedit_set(app->edit, line.buf, line.len);
	return err ? err : words_list(app, app->edit->text.buf, &listed);
}

/* Not all themes are known yet: what is typed may be one of them rather than a part of the name of
 * the one the cursor is on. */
static bool may_be_another(const struct app *app, const struct typed *t, const char *name)
{
	return t->themes && !app->themes.loaded && *t->last &&
	       app->scene.selected == app->words_at && !is_prefix(t->last, strlen(t->last), name);
}

int words_accept(struct app *app, struct str *words, bool *ret_done)
{
	const char *name = chosen(app);
	struct typed t;

	*ret_done = true;
	if (!take_apart(app->edit->text.buf, &t))
		return 0;
	/* The name of an option: its value has to follow. */
	if (name && !t.row && !t.themes) {
		*ret_done = false;
		return words_complete(app);
	}
	if (name && may_be_another(app, &t, name))
		name = NULL;
	return str_addf(words, "%s%s%s", t.row ? t.row->name : "", t.row ? " " : "",
			name ? name : t.last);
}

void words_preview(struct app *app)
{
	struct typed t;

	if (app->words_of && take_apart(app->edit->text.buf, &t) && t.themes && chosen(app))
		apply_preview(app, chosen(app));
	else
		apply_preview(app, NULL);
}
