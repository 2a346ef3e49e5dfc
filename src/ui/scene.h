/* SPDX-License-Identifier: MIT
 *
 * What is on the screen besides the model: which overlay is open and what is in it. The app fills
 * it from its tables, the views draw it; plain data, so that the ui needs to know nothing of
 * commands.
 *
 * Thread: UI. Owns: nothing but what it says.
 */
#ifndef UI_SCENE_H
#define UI_SCENE_H

#include "model/model.h"
#include "ui/canvas.h"
#include "ui/layout.h"
#include "ui/lineedit.h"
#include "ui/theme.h"

enum overlay {
	OVERLAY_NONE,
	OVERLAY_PROMPT,
	OVERLAY_PALETTE,
	OVERLAY_HELP,
	OVERLAY_STRIP,
	OVERLAY_SETTINGS,
	OVERLAY_CHOOSER,
	OVERLAY_PLAN
};

/* One line of help, palette, or which-key strip. */
struct scene_item {
	const char *group; /* help section: "Move" */
	const char *keys;  /* human notation, alternatives separated by two spaces */
	const char *name;  /* command name */
	const char *help;  /* what it does */
};

/* One option in the settings. Values may come from outside. */
struct scene_option {
	const char *name, *value, *help;
	const char *from;    /* where the value comes from: one word of at most 7 letters */
	const char *filed;   /* what the configuration file says; NULL: nothing */
	const char *domain;  /* what may be written */
	const char *initial; /* the default */
	bool changed;        /* in this run, and not saved */
};

/* A plan that is to be agreed to, or (over) what came of it. Paths come from outside. */
enum scene_plan_look { PLAN_HEADING, PLAN_CHOICE, PLAN_MEMBER, PLAN_TROUBLE };
struct scene_plan_line {
	enum scene_plan_look look;
	const char *path; /* NULL: only text */
	const char *text; /* NULL: only a path */
	size_t count;     /* behind a heading; 0: none */
};
struct scene_plan {
	const char *title;
	const char *sums; /* what is in it and would be free; "" not known */
	bool typed;       /* it goes ahead when `number` is typed; else with y */
	bool over;        /* nothing to agree to */
	uint32_t number;
	const struct scene_plan_line *lines;
	size_t nlines;
};

/* What a press at a place on the screen means; views fill it while they draw. Keep it from one
 * drawing to the next (zero at first): together with `before` it is what a drawing with a held key
 * continues. */
struct scene_layout {
	struct rect header, columns, list, footer, overlay;
	struct rect bar, info, preview_title, preview;
	struct {
		int col, width;
		enum sort_by sort;
		bool sorts;
	} titles[COL_KINDS];
	int ntitles;
	int overlay_first;         /* index of the item on the overlay's first row */
	size_t overlay_scroll_max; /* help: what scene.scroll is clamped to */
	struct column_slots slots;
};

struct scene {
	enum overlay overlay;
	struct lineedit *edit; /* prompt, palette and help search: what is typed */
	const char *question;  /* of the prompt: "go to:", "filter (glob):" */
	const char *note; /* right of the prompt: "Tab: fuzzy" or an error; palette: what is said
			     when nothing answers to what is typed; may be NULL */
	bool note_is_error;
	bool completes; /* the prompt asks for a path: completions are listed above it */
	const char *const
		*choices; /* above the prompt, one a line, best first: bytes from outside */
	size_t nchoices;
	const struct scene_item *items; /* of help, palette or strip */
	size_t nitems;
	const struct scene_option *options; /* of the settings */
	size_t noptions;
	const char
		*search; /* settings: the words they are narrowed to; NULL or "": all are listed */
	bool narrows;    /* settings: what is typed is a search and stands in the title */
	const struct scene_plan *plan;
	size_t selected;                /* palette, completions, settings */
	size_t scroll;                  /* help, plan */
	const struct scene_item *hints; /* footer; in order of importance, but the last one has its
					   room first; help is a word or two */
	size_t nhints;
	const char *pending; /* keys of an unfinished chord and count: "5g", or "" */
	bool resting; /* keys rest: draw all. false: a key is held, only what must follow it */
	bool is_root;
	bool read_only;
	const char
		*choosing; /* what is to be chosen for another program: "choose a file"; or NULL */
};

struct drawing {
	const struct model *model;
	const struct scene *scene;
	const struct theme *theme;
	int64_t now_sec; /* wall clock, for relative times */
	struct scene_layout *layout;
};

/* Height of the list at this size of the screen: what model's list_fit() is to be told. */
int scene_list_height(const struct drawing *d, int rows, int cols);
/* The room that the viewer has: what viewer_fit() is to be told. */
struct rect scene_viewer_room(const struct drawing *d, int rows, int cols);
/* Appends in words what is known of the current row, or of the place: what the linear mode has no
 * room for, and tells on request. 0 or -ENOMEM. */
int scene_tell_row(const struct drawing *d, struct str *out);
int scene_tell_place(const struct drawing *d, struct str *out);
/* Where everything is at this size. */
void scene_screen(const struct drawing *d, int rows, int cols, struct screen *ret_screen);
/* Draws everything on the canvas, at any size from 1x1. While !resting, `before` (the canvas last
 * shown, or NULL) supplies what does not need to follow a held key: see view_list.c. */
void scene_draw(const struct drawing *d, struct canvas *c, const struct canvas *before);

#endif
