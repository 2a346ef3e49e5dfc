/* SPDX-License-Identifier: MIT */
#include "ui/scene.h"

#include "ui/view.h"

#include <string.h>

/* The list in what the settings leave of a high screen; otherwise they cover it as it is. */
static void above_settings(const struct drawing *d, int rows, int cols,
			   const struct pane_wish *pane, struct screen *ret_screen)
{
	int left = rows - view_settings_rows(d->scene, rows);

	if (left > 0)
		layout_screen(left, cols, false, false, cols >= PANE_BESIDE_FROM ? pane : NULL,
			      ret_screen);
	ret_screen->list.rows += ret_screen->sentence.rows;
	ret_screen->sentence.rows = 0;
	ret_screen->last.row = rows - 1;
}

static bool wants_pane(const struct settings *s, int cols)
{
	return s->info_pane == PANE_ON || (s->info_pane == PANE_AUTO && cols >= PANE_BESIDE_FROM);
}

void scene_screen(const struct drawing *d, int rows, int cols, struct screen *ret_screen)
{
	const struct settings *set = &d->model->settings;
	const struct pane_wish pane = {.on = wants_pane(set, cols),
				       .preview = set->preview,
				       .width = set->pane_width,
				       .height = set->pane_height};
	bool last_line = d->scene->overlay == OVERLAY_PROMPT ||
			 d->scene->overlay == OVERLAY_STRIP || d->model->notice.kind != NOTICE_NONE;

	if (set->plain) {
		layout_plain(rows, cols, view_plain_lines(d, cols), ret_screen);
		return;
	}
	layout_screen(rows, cols, set->hints, last_line, &pane, ret_screen);
	if (d->scene->overlay == OVERLAY_SETTINGS)
		above_settings(d, rows, cols, &pane, ret_screen);
}

/* A prompt takes the line of the hints; a notice, the line above them. */
static void viewer_screen_of(const struct drawing *d, int rows, int cols, struct screen *ret_screen)
{
	bool hints = d->model->settings.hints;
	bool last_line = d->model->notice.kind != NOTICE_NONE;

	if (!hints || rows < SCREEN_HINTS_FROM)
		last_line |=
			d->scene->overlay == OVERLAY_PROMPT || d->scene->overlay == OVERLAY_STRIP;
	layout_viewer(rows, cols, hints, last_line, ret_screen);
}

struct rect scene_viewer_room(const struct drawing *d, int rows, int cols)
{
	struct screen s;

	viewer_screen_of(d, rows, cols, &s);
	return s.list;
}

int scene_list_height(const struct drawing *d, int rows, int cols)
{
	struct screen s;

	scene_screen(d, rows, cols, &s);
	return s.list.rows;
}

/* While a key is held the columns stay as they are shown, whatever scrolls into view. */
static void choose_columns(struct frame *f)
{
	const enum column *wanted = model_view(f->model)->list.rows->columns;
	const struct column_slots *shown = &f->d->layout->slots;
	enum column order[COL_KINDS + 1];
	struct column_needs needs;

	if (f->before && shown->wanted == wanted && shown->cols == f->screen.list.cols &&
	    !shown->icon == !view_icons(f)) {
		f->slots = *shown;
		return;
	}
	view_column_needs(f, &needs);
	view_column_order(f, wanted, order);
	layout_columns(order, f->screen.list.cols, &needs, &f->slots);
	f->slots.wanted = wanted;
}

static void publish_layout(struct frame *f)
{
	struct scene_layout *l = f->d->layout;
	const struct screen *s = &f->screen;
	int top = MAX(s->list.row + s->list.rows, s->info.row + s->info.rows);

	memset(l, 0, sizeof(*l));
	l->header = f->screen.header;
	l->columns = f->screen.titles;
	l->list = f->screen.list;
	l->bar = f->screen.bar;
	l->info = f->screen.info;
	l->preview_title = f->screen.preview_title;
	l->preview = f->screen.preview;
	l->footer = (struct rect){.row = top, .rows = f->c->rows - top, .cols = f->c->cols};
	l->slots = f->slots;
}

static void draw_list(struct frame *f)
{
	scene_screen(f->d, f->c->rows, f->c->cols, &f->screen);
	choose_columns(f);
	publish_layout(f);
	view_header(f);
	view_titles(f);
	view_list(f);
	view_pane(f);
}

static void draw_viewer(struct frame *f)
{
	f->before = NULL;
	viewer_screen_of(f->d, f->c->rows, f->c->cols, &f->screen);
	publish_layout(f);
	view_viewer(f);
}

/* All of it, also while a key is held: a row is read when the cursor comes to it. */
static void draw_linear(struct frame *f)
{
	f->before = NULL;
	scene_screen(f->d, f->c->rows, f->c->cols, &f->screen);
	publish_layout(f);
	view_plain(f);
}

static void draw_overlay(struct frame *f)
{
	static void (*const overlays[][2])(struct frame * f) = {
		[OVERLAY_PROMPT] = {view_prompt, view_prompt},
		[OVERLAY_PALETTE] = {view_palette, view_plain_palette},
		[OVERLAY_HELP] = {view_help, view_plain_help},
		[OVERLAY_STRIP] = {view_strip, view_strip},
		[OVERLAY_SETTINGS] = {view_settings, view_settings},
		[OVERLAY_CHOOSER] = {view_palette, view_plain_palette},
		[OVERLAY_PLAN] = {view_plan, view_plan},
	};

	if (f->scene->overlay != OVERLAY_NONE)
		overlays[f->scene->overlay][f->model->settings.plain](f);
}

void scene_draw(const struct drawing *d, struct canvas *c, const struct canvas *before)
{
	struct frame f = {.d = d, .model = d->model, .scene = d->scene, .c = c};
	bool plain = d->model->settings.plain;

	if (!d->scene->resting && before && before->rows == c->rows && before->cols == c->cols)
		f.before = before;
	canvas_clear(c);
	c->ascii_signs = plain;
	if (viewer_shown(d->model))
		draw_viewer(&f);
	else if (plain)
		draw_linear(&f);
	else
		draw_list(&f);
	if (!plain || viewer_shown(d->model))
		view_footer(&f);
	draw_overlay(&f);
	c->cursor_row = MAX(0, MIN(c->cursor_row, c->rows - 1));
	c->cursor_col = MAX(0, MIN(c->cursor_col, c->cols - 1));
}
