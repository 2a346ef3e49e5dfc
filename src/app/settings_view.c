/* SPDX-License-Identifier: MIT */
#include "app/settings_view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/apply.h"
#include "app/overlay.h"
#include "base/match.h"

struct settings_view {
	struct scene_option shown[OPTIONS_MAX];
	uint8_t which[OPTIONS_MAX]; /* rows of the option table */
	size_t nshown;
	struct str opened[OPTIONS_MAX]; /* values when the view was opened; by row of the table */
	struct str values[OPTIONS_MAX], filed[OPTIONS_MAX], domains[OPTIONS_MAX]; /* likewise */
	struct str search;
	char question[80];
	const struct option_row *editing; /* its value is being typed */
	bool choosing;                    /* a theme, in the palette */
};

void settings_view_free(struct settings_view *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < OPTIONS_MAX; i++) {
		str_done(&v->opened[i]);
		str_done(&v->values[i]);
		str_done(&v->filed[i]);
		str_done(&v->domains[i]);
	}
	str_done(&v->search);
	free(v);
}

static struct settings_view *new_view(void)
{
	struct settings_view *v = calloc(1, sizeof(*v));

	for (size_t i = 0; v && i < OPTIONS_MAX; i++) {
		str_init(&v->opened[i]);
		str_init(&v->values[i]);
		str_init(&v->filed[i]);
		str_init(&v->domains[i]);
	}
	if (v)
		str_init(&v->search);
	return v;
}

/* ---- what is shown ---- */

static bool answers(const struct settings_view *v, const struct matcher *m, size_t i)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	(void)str_addf(&text, "%s  %s  %s  %s", option_rows[i].name, option_rows[i].help,
		       v->values[i].buf, v->domains[i].buf);
	return matcher_test(m, text.buf, text.len, NULL);
}

/* A value that neither the file has nor anybody set here is that of the start: an option of the
 * command line, or the file was edited since. It is not saved. */
static const char *origin(bool differs, bool touched, bool given)
{
	if (differs)
		return touched ? "changed" : "start";
	return given ? "file" : "default";
}

static void show_option(struct settings_view *v, size_t i, bool given, bool touched)
{
	const char *value = v->values[i].buf;
	const char *before = given ? v->filed[i].buf : option_rows[i].initial;
	bool differs = strcmp(value, before) != 0;

	v->which[v->nshown] = (uint8_t)i;
	v->shown[v->nshown++] = (struct scene_option){
		.name = option_rows[i].name,
		.value = value,
		.from = origin(differs, touched, given),
		.filed = given ? v->filed[i].buf : NULL,
		.domain = v->domains[i].buf,
		.initial = option_rows[i].initial,
		.help = option_rows[i].help,
		.changed = differs && touched,
	};
}

static bool is_theme(const struct option_row *row)
{
	return strcmp(row->name, "theme") == 0;
}

/* Of themes the names that are known. */
static void add_domain(const struct app *app, const struct option_row *row, struct str *out)
{
	const struct theme_text *t;

	if (!is_theme(row))
		(void)option_domain(row, out);
	for (size_t i = 0; is_theme(row) && (t = themes_next(&app->themes, &i));)
		(void)str_addf(out, "%s%s", out->len ? " " : "", t->name);
}

static int read_option(const struct app *app, const struct settings *file, size_t i)
{
	struct settings_view *v = app->settings_view;

	str_clear(&v->values[i]);
	str_clear(&v->filed[i]);
	str_clear(&v->domains[i]);
	(void)option_value(&app->model->settings, &option_rows[i], &v->values[i]);
	(void)option_value(file, &option_rows[i], &v->filed[i]);
	add_domain(app, &option_rows[i], &v->domains[i]);
	return v->values[i].failed || v->filed[i].failed || v->domains[i].failed ? -ENOMEM : 0;
}

/* The option the cursor is on; NULL: none. */
static const struct option_row *current(const struct app *app)
{
	const struct settings_view *v = app->settings_view;

	return app->scene.selected < v->nshown ? &option_rows[v->which[app->scene.selected]] : NULL;
}

static int show_all(struct app *app, const struct settings *file, uint64_t given)
{
	struct settings_view *v = app->settings_view;
	const struct option_row *was = current(app);
	struct matcher *m;
	int r = matcher_new(MATCH_SUBSTRING, v->search.buf, v->search.len, NULL, &m);

	if (r < 0)
		return r;
	v->nshown = 0;
	for (size_t i = 0; i < noption_rows && r == 0; i++) {
		r = read_option(app, file, i);
		if (r < 0 || !answers(v, m, i))
			continue;
		if (was == &option_rows[i])
			app->scene.selected = v->nshown;
		show_option(v, i, given >> i & 1, app->touched >> i & 1);
	}
	matcher_unref(m);
	app->scene.search = v->search.buf;
	app->scene.options = v->shown;
	app->scene.noptions = v->nshown;
	app->scene.selected = MIN(app->scene.selected, v->nshown ? v->nshown - 1 : 0);
	return r;
}

static int refresh(struct app *app)
{
	struct settings file;
	uint64_t given;
	int r = config_says(&app->config, &file, &given);

	if (r == 0)
		r = show_all(app, &file, given);
	settings_done(&file);
	app->dirty = true;
	return r;
}

void settings_refresh(struct app *app)
{
	if (app->scene.overlay == OVERLAY_SETTINGS && refresh(app) < 0)
		overlay_close(app);
}

/* ---- opening ---- */

static int show_view(struct app *app)
{
	app_pending_clear(app);
	app->edit = &app->edits[EDIT_COMMAND];
	app->scene.edit = NULL;
	app->scene.completes = false;
	app->scene.note = NULL;
	app->scene.overlay = OVERLAY_SETTINGS;
	return refresh(app);
}

int settings_open(struct app *app)
{
	struct settings_view *v = new_view();
	int r = v ? 0 : -ENOMEM;

	settings_view_free(app->settings_view);
	app->settings_view = v;
	for (size_t i = 0; i < noption_rows && r == 0; i++)
		r = option_value(&app->model->settings, &option_rows[i], &v->opened[i]);
	app->scene.selected = 0;
	apply_ask_themes(app);
	if (r == 0)
		r = show_view(app);
	if (r < 0)
		overlay_close(app);
	return r;
}

void settings_resume(struct app *app)
{
	struct settings_view *v = app->settings_view;

	bool choosing = v && v->choosing;

	if (v)
		v->choosing = false;
	/* Another command was run there instead, which has the screen or waits for its letter. */
	if (!choosing || app->scene.overlay != OVERLAY_NONE || app->pending.letter_for)
		return;
	for (size_t i = 0; i < v->nshown; i++)
		if (is_theme(&option_rows[v->which[i]]))
			app->scene.selected = i;
	if (show_view(app) < 0)
		overlay_close(app);
}

/* ---- changing ---- */

static int set(struct app *app, const struct option_row *row, const char *value, struct str *reason)
{
	int r = apply_set(app, row->name, value, reason), shown = refresh(app);

	return r < 0 ? r : shown;
}

/* For values that are always taken. */
static int set_plain(struct app *app, const struct option_row *row, const char *value)
{
	CLEANUP(str_done) struct str copy = STR_INIT;

	return str_adds(&copy, value) < 0 ? -ENOMEM : set(app, row, copy.buf, NULL);
}

static int cycle(struct app *app, const struct option_row *row, int dir)
{
	const char *value = app->settings_view->values[row - option_rows].buf;
	size_t n = 0, at = 0;

	for (; row->words[n]; n++)
		if (strcmp(row->words[n], value) == 0)
			at = n;
	return n == 0 ? 0 : set_plain(app, row, row->words[(at + (dir > 0 ? 1 : n - 1)) % n]);
}

static int type_value(struct app *app, const struct option_row *row)
{
	struct settings_view *v = app->settings_view;
	const struct str *value = &v->values[row - option_rows];
	int r = lineedit_set(app->edit, value->buf, value->len);

	if (r < 0)
		return r;
	v->editing = row;
	snprintf(v->question, sizeof(v->question), "%s: ", row->name);
	app->scene.question = v->question;
	app->scene.edit = app->edit;
	app->scene.narrows = false;
	app->scene.note = v->domains[row - option_rows].buf;
	app->scene.note_is_error = false;
	return 0;
}

static int choose_theme(struct app *app)
{
	app->settings_view->choosing = true;
	return overlay_palette_words(app, command_find("theme"));
}

static int change(struct app *app, int dir)
{
	const struct option_row *row = current(app);

	if (!row)
		return 0;
	switch (row->type) {
	case OPTION_BOOL:
		return set_plain(app, row,
				 strcmp(app->settings_view->values[row - option_rows].buf, "yes")
					 ? "yes"
					 : "no");
	case OPTION_ENUM:
		return cycle(app, row, dir);
	case OPTION_STRING:
		if (is_theme(row))
			return choose_theme(app);
		break;
	case OPTION_INT:
		break;
	}
	return type_value(app, row);
}

static int change_forward(struct app *app)
{
	return change(app, 1);
}

static int change_back(struct app *app)
{
	return change(app, -1);
}

static int set_default(struct app *app)
{
	const struct option_row *row = current(app);

	return row ? set_plain(app, row, row->initial) : 0;
}

static int set_opened(struct app *app)
{
	const struct option_row *row = current(app);

	return row ? set_plain(app, row, app->settings_view->opened[row - option_rows].buf) : 0;
}

static int write_file(struct app *app)
{
	app_run(app, command_find("save-settings"), &(struct command_args){.count = 1});
	return 0;
}

static int begin_search(struct app *app)
{
	const struct str *search = &app->settings_view->search;

	app->scene.narrows = true;
	app->scene.edit = app->edit;
	return lineedit_set(app->edit, search->buf, search->len);
}

static int close_view(struct app *app)
{
	overlay_close(app);
	return 0;
}

/* ---- keys ---- */

static int end_editing(struct app *app)
{
	app->settings_view->editing = NULL;
	app->scene.edit = NULL;
	app->scene.note = NULL;
	return 0;
}

static int accept_value(struct app *app)
{
	CLEANUP(str_done) struct str reason = STR_INIT;
	CLEANUP(str_done) struct str value = STR_INIT;
	int r = str_adds(&value, app->edit->text.buf);

	if (r == 0)
		r = set(app, app->settings_view->editing, value.buf, &reason);
	if (r != -EINVAL)
		return r < 0 ? r : end_editing(app);
	str_clear(&app->note);
	(void)str_adds(&app->note, reason.buf);
	app->scene.note = app->note.buf;
	app->scene.note_is_error = true;
	return 0;
}

static int editing_key(struct app *app, struct key key)
{
	if (overlay_is_cancel(key))
		return end_editing(app);
	if (key.sym == KEYSYM_ENTER && !key.mods)
		return accept_value(app);
	(void)lineedit_key(app->edit, key);
	return 0;
}

int settings_typed(struct app *app)
{
	struct settings_view *v = app->settings_view;

	if (!app->scene.narrows)
		return 0;
	str_clear(&v->search);
	if (str_add(&v->search, app->edit->text.buf, app->edit->text.len) < 0)
		return -ENOMEM;
	return refresh(app);
}

static int search_key(struct app *app, struct key key)
{
	if (overlay_is_cancel(key)) {
		(void)lineedit_set(app->edit, "", 0);
		app->scene.edit = NULL;
	} else if (key.sym == KEYSYM_ENTER && !key.mods) {
		app->scene.edit = NULL;
		return 0;
	} else if (lineedit_key(app->edit, key) != LINEEDIT_CHANGED) {
		return 0;
	}
	return settings_typed(app);
}

static const struct {
	struct key key;
	int (*run)(struct app *app);
} keys[] = {
	{{' ', 0}, change_forward}, {{KEYSYM_ENTER, 0}, change_forward},
	{{'l', 0}, change_forward}, {{KEYSYM_RIGHT, 0}, change_forward},
	{{'h', 0}, change_back},    {{KEYSYM_LEFT, 0}, change_back},
	{{'r', 0}, set_default},    {{'u', 0}, set_opened},
	{{'w', 0}, write_file},     {{'/', 0}, begin_search},
	{{'q', 0}, close_view},     {{',', 0}, close_view},
};

/* Esc drops the search first. */
static int cancel(struct app *app)
{
	if (!app->settings_view->search.len)
		return close_view(app);
	str_clear(&app->settings_view->search);
	return refresh(app);
}

int settings_key(struct app *app, struct key key)
{
	bool typing = app->scene.edit != NULL;
	long step;

	if (app->settings_view->editing)
		return editing_key(app, key);
	for (size_t i = 0; i < ARRAY_LEN(keys) && !typing; i++)
		if (key_eq(keys[i].key, key))
			return keys[i].run(app);
	step = overlay_step(key, !typing);
	if (step) {
		app->scene.selected =
			overlay_stepped(app->scene.selected, step, app->settings_view->nshown);
		return 0;
	}
	if (typing)
		return search_key(app, key);
	return overlay_is_cancel(key) ? cancel(app) : 0;
}

/* A press chooses, another one on the same row changes. */
void settings_mouse(struct app *app, const struct input_event *event, long wheel)
{
	size_t item;
	int r = 0;

	if (app->settings_view->editing)
		return;
	if (wheel) {
		app->scene.selected =
			overlay_stepped(app->scene.selected, wheel, app->settings_view->nshown);
	} else if (overlay_pressed(app, event, app->settings_view->nshown, &item)) {
		if (item == app->scene.selected)
			r = change_forward(app);
		else
			app->scene.selected = item;
	}
	if (r < 0)
		model_notice(app->model, NOTICE_ERROR, "%s", strerror(-r));
}
