/* SPDX-License-Identifier: MIT
 *
 * What the views share: the drawing under way, and small things that several of them write.
 * scene_draw() calls the views below one after the other; each draws its own area and nothing else.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "base/fmt.h"
#include "model/state.h"
#include "ui/layout.h"
#include "ui/scene.h"

struct frame {
	const struct drawing *d;
	const struct model *model;
	const struct scene *scene;
	struct canvas *c;
	const struct canvas *before; /* what a held key continues; NULL: draw everything */
	struct screen screen;
	struct column_slots slots;
};

void view_header(struct frame *f);
void view_titles(struct frame *f);
void view_list(struct frame *f);
void view_footer(struct frame *f);
void view_viewer(struct frame *f);
void view_pane(struct frame *f); /* view_info.c: the info pane, with view_preview() in it */
void view_preview(struct frame *f);
void view_strip(struct frame *f);
void view_prompt(struct frame *f);
void view_palette(struct frame *f);
void view_help(struct frame *f);
void view_settings(struct frame *f);
void view_plan(struct frame *f);
/* Rows that the settings take of a screen of so many. */
int view_settings_rows(const struct scene *s, int rows);
/* The notice in one line, and a second one when it is long and there is one. */
void view_notice(struct frame *f, const struct rect *r, const struct rect *more);

/* ---- the linear mode: view_plain.c, view_plain_over.c ---- */
void view_plain(struct frame *f);
void view_plain_palette(struct frame *f);
void view_plain_help(struct frame *f);
/* Lines that what is to be told now takes. */
int view_plain_lines(const struct drawing *d, int cols);

/* ---- view_list.c ---- */
/* Icons are wanted, and can be shown. */
bool view_icons(const struct frame *f);
#define VIEW_WORDS_MAX 128
/* Why there is nothing to see; buf serves what is not constant. "" while it is on its way. */
const char *view_empty_words(const struct frame *f, char buf[VIEW_WORDS_MAX], uint16_t *ret_look);

/* ---- view_footer.c ---- */
/* Appends what one may do with the current row; nothing while that is not known. */
void view_sentence(const struct frame *f, struct str *out);
/* Appends which history it is, or of which action the steps are. */
void view_add_history(const struct model *m, struct str *out);
/* What a row of sizes means when it is not simply what it seems; NULL: it is. */
const char *view_sizes_words(enum sizes_sign sign);
/* The look of a notice of this kind. */
uint16_t view_notice_look(enum notice_kind kind);

/* ---- view_columns.c ---- */
/* The columns wanted, that of the order among the first: it must be seen what decides. */
void view_column_order(const struct frame *f, const enum column *wanted,
		       enum column ret_order[COL_KINDS + 1]);
/* What the rows on screen would like. */
void view_column_needs(const struct frame *f, struct column_needs *ret_needs);
/* The metadata of one row, in all columns but the name. */
void view_cells(struct frame *f, int line, const struct row *row, uint32_t id);
/* Name of a user or group for people: bytes from outside, or a number. "" while it is asked for.
 * buf serves the number. */
const char *view_owner(const struct model *m, bool group, uint32_t id, char buf[FMT_MAX]);

/* ---- view.c ---- */
/* The rows of the list that are on screen: [first, end). */
void view_range(const struct frame *f, size_t *ret_first, size_t *ret_end);
/* Appends a path of this machine with the home directory as "~". */
int view_add_path(const struct frame *f, struct str *out, const char *path);
/* As canvas_text(), cut at the beginning: of a path the end matters. */
int view_tail(struct canvas *c, int row, int col, int width, const char *bytes, size_t len,
	      uint16_t look);
/* Bytes of a text for one line of several: up to the last blank that fits, or up to the edge when
 * that would leave much of the line empty. */
size_t view_break(const struct frame *f, const char *bytes, size_t len, int width);
int view_width(const struct canvas *c, const char *bytes, size_t len);
/* The string for this terminal. */
const char *view_sign(const struct canvas *c, const char *utf8, const char *ascii);
/* One line of the table "keys  what": keys padded to `keys_width`. Returns the column after it. */
int view_item(struct frame *f, int row, int col, int width, int keys_width, const char *keys,
	      const char *text);
/* Columns that the keys of these items take. */
int view_keys_width(const struct frame *f, size_t max);
void view_line(struct canvas *c, int row, int col, int width); /* a horizontal line */

#endif
