/* SPDX-License-Identifier: MIT */
#include "app/apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/loop.h"

/* ---- the theme ---- */

struct complaints {
	const char *what; /* a file, or "theme NAME" */
	struct str *out;
};

static void complain(void *ctx, unsigned line, const char *reason)
{
	struct complaints *to = ctx;

	(void)str_addf(to->out, "%s:%u: %s\n", to->what, line, reason);
}

/* Over what was there: the looks of the theme before are gone. Complaints go to out. */
static void parse_theme(struct app *app, const char *text, size_t len, const char *what,
			struct str *out)
{
	const char *ls_colors = getenv("LS_COLORS");
	struct complaints to = {.what = what, .out = out};

	theme_done(&app->theme);
	(void)theme_init(&app->theme);
	(void)theme_parse(&app->theme, text, len, complain, &to);
	if (app->model->settings.ls_colors && ls_colors && *ls_colors)
		(void)theme_ls_colors(&app->theme, ls_colors);
}

static const char *theme_name(const struct app *app)
{
	const char *name = app->model->settings.theme;

	return app->previewed ? app->previewed : name ? name : "default";
}

void apply_first_theme(struct app *app, struct str *warnings)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str what = STR_INIT;
	const char *name = theme_name(app);
	size_t before = warnings->len;
	bool found;

	if (config_theme(name, &text, warnings) < 0)
		return;
	found = warnings->len == before;
	if (warnings->len && warnings->buf[warnings->len - 1] != '\n')
		(void)str_addc(warnings, '\n');
	(void)str_addf(&what, "theme %s", name);
	parse_theme(app, text.buf, text.len, what.buf, warnings);
	/* Where there is none of this name, or none to be trusted, it is the text of another. */
	if (found)
		(void)themes_add(&app->themes, name, text.buf, text.len);
}

void apply_first_looks(struct app *app)
{
	theme_resolve(&app->theme, term_colors(app->term));
	term_set_theme(app->term, &app->theme);
	app->shown_valid = false;
	app->dirty = true;
}

/* A notice has one line: the first complaint, and how many more there are. */
static void say_complaints(struct app *app, const struct str *text)
{
	size_t first = strcspn(text->buf, "\n"), more = 0;

	for (size_t i = first + 1; i < text->len; i++)
		more += text->buf[i] == '\n';
	if (text->len && more)
		model_notice(app->model, NOTICE_WARNING, "%.*s   (%zu more)", (int)first, text->buf,
			     more);
	else if (text->len)
		model_notice(app->model, NOTICE_WARNING, "%.*s", (int)first, text->buf);
}

static void use_text(struct app *app, const struct theme_text *t, bool tell)
{
	CLEANUP(str_done) struct str complaints = STR_INIT;
	bool usable = t && t->text;

	if (!t)
		(void)str_addf(&complaints, "there is no theme '%s'; this is the default\n",
			       theme_name(app));
	else if (!usable)
		(void)str_addf(&complaints, "%s: %s; this is the default theme\n", t->path,
			       t->reason);
	parse_theme(app, usable ? t->text : theme_default_text,
		    usable ? t->len : strlen(theme_default_text),
		    usable && t->path ? t->path : theme_name(app), &complaints);
	apply_first_looks(app);
	if (tell)
		say_complaints(app, &complaints);
}

/* What is not known yet is shown when it has been read. */
static void show_theme(struct app *app, bool tell)
{
	const struct theme_text *t = themes_find(&app->themes, theme_name(app));

	if (!app->term)
		return; /* the screen starts with it */
	if (!t && !app->themes.loaded) {
		apply_ask_themes(app);
		app->theme_due = true;
		return;
	}
	app->theme_due = false;
	use_text(app, t, tell);
}

static int follow_theme(struct app *app)
{
	show_theme(app, true);
	return 0;
}

static int follow_looks(struct app *app)
{
	show_theme(app, false);
	return 0;
}

void apply_preview(struct app *app, const char *theme)
{
	char *name = theme ? strdup(theme) : NULL;

	if (!theme && !app->previewed)
		return;
	free(app->previewed);
	app->previewed = name;
	show_theme(app, false);
}

void apply_ask_themes(struct app *app)
{
	if (app->browse)
		themes_ask(&app->themes, app->browse);
}

void apply_take_themes(struct app *app, struct fs_event *event)
{
	int err = themes_take(&app->themes, event);
	bool due = app->theme_due;

	if (err)
		model_notice(app->model, NOTICE_ERROR, "themes: %s", strerror(-err));
	if (app->themes.loaded)
		show_theme(app, due && !app->previewed);
	overlay_themes_came(app);
	app->dirty = true;
}

/* ---- the terminal ---- */

struct term_options apply_term_options(const struct app *app)
{
	const struct settings *s = &app->model->settings;
	const char *no_color = getenv("NO_COLOR");
	int colors = s->colors;

	if (no_color && *no_color && colors < 0)
		colors = 0;
	return (struct term_options){
		.mouse = s->mouse && !s->plain, .colors = colors, .ascii = s->ascii};
}

static int follow_term(struct app *app)
{
	struct term_options options = apply_term_options(app);
	int colors;

	if (!app->term)
		return 0;
	colors = term_colors(app->term);
	term_change(app->term, &options);
	app->canvas.ascii = app->shown.ascii = term_ascii(app->term);
	app->shown_valid = false;
	/* Looks that were brought down to fewer colours do not come back: from the text again. */
	if (term_colors(app->term) != colors)
		show_theme(app, false);
	return 0;
}

static int follow_escape(struct app *app)
{
	if (app->input)
		decoder_escape_ms(input_decoder(app->input), loop_escape_ms(&app->model->settings));
	return 0;
}

/* ---- the lists ---- */

static int follow_sort(struct app *app)
{
	model_follow(app->model, FOLLOW_SORT);
	return 0;
}

static int follow_hidden(struct app *app)
{
	model_follow(app->model, FOLLOW_HIDDEN);
	return 0;
}

static int follow_parent(struct app *app)
{
	model_follow(app->model, FOLLOW_PARENT);
	return 0;
}

static int follow_filter(struct app *app)
{
	model_follow(app->model, FOLLOW_FILTER);
	app->match_kind_set = false;
	return 0;
}

static int follow_moves(struct app *app)
{
	model_follow(app->model, FOLLOW_MOVES);
	return 0;
}

static int follow_plain(struct app *app)
{
	model_follow(app->model, FOLLOW_MOVES);
	return follow_term(app);
}

/* ---- all of them ---- */

/* Read where it is used, with each frame or key: there is nothing to do. */
#define READ_WHEN_USED NULL

static const struct {
	const char *option;
	int (*follow)(struct app *app);
} ways[] = {
	{"show-hidden", follow_hidden},
	{"parent-row", follow_parent},
	{"sort", follow_sort},
	{"sort-reverse", follow_sort},
	{"dirs-first", follow_sort},
	{"filter", follow_filter},
	{"wrap", follow_moves},
	{"scroll-margin", follow_moves},
	{"size-exact", READ_WHEN_USED},
	{"time-relative", READ_WHEN_USED},
	{"theme", follow_theme},
	{"colors", follow_term},
	{"ls-colors", follow_looks},
	{"ascii", follow_term},
	{"icons", READ_WHEN_USED},
	{"plain", follow_plain},
	{"mouse", follow_term},
	{"hints", READ_WHEN_USED},
	{"confirm-quit", READ_WHEN_USED},
	{"which-key-ms", READ_WHEN_USED},
	{"osc7", READ_WHEN_USED},
	{"title", READ_WHEN_USED},
	{"remember-places", READ_WHEN_USED},
	{"remember-session", READ_WHEN_USED},
	{"escape-ms", follow_escape},
	{"info-pane", READ_WHEN_USED},
	{"preview", READ_WHEN_USED},
	{"pane-width", READ_WHEN_USED},
	{"pane-height", READ_WHEN_USED},
	{"line-numbers", READ_WHEN_USED},
	{"sizes-exclude", READ_WHEN_USED},
	{"sizes-exclude-caches", READ_WHEN_USED},
	{"sizes-one-file-system", READ_WHEN_USED},
	{"sizes-apparent", READ_WHEN_USED},
};

bool apply_knows(const char *option)
{
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (strcmp(ways[i].option, option) == 0)
			return true;
	return false;
}

int apply_option(struct app *app, const char *option)
{
	/* Columns and marks of a canvas that a held key continues may be others now. */
	app->shown_valid = false;
	app->dirty = true;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (strcmp(ways[i].option, option) == 0 && ways[i].follow)
			return ways[i].follow(app);
	return 0;
}

void apply_touched(struct app *app, const char *option)
{
	app->touched |= (uint64_t)1 << (option_find(option) - option_rows);
}

int apply_set(struct app *app, const char *option, const char *value, struct str *err)
{
	int r = option_set(&app->model->settings, option, value, err);

	if (r < 0)
		return r;
	if (strcmp(option, "theme") == 0) {
		free(app->previewed);
		app->previewed = NULL;
	}
	apply_touched(app, option);
	return apply_option(app, option);
}
