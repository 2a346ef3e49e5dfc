/* SPDX-License-Identifier: MIT
 *
 * What the files of the viewer share.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef MODEL_VIEWER_INSIDE_H
#define MODEL_VIEWER_INSIDE_H

#include "model/inside.h"
#include "model/viewer.h"

/* viewer_rows.c: rows of the screen. Each returns false when bytes are missing, which are then in
 * need_from and need_to. */
bool viewer_move_now(struct viewer *v); /* goes on with the move */
bool viewer_layout(struct viewer *v);
/* The row of text, newline and all, that holds this place. */
bool viewer_line_row(struct viewer *v, uint64_t at, uint64_t *ret_start, uint64_t *ret_end);

/* viewer_find.c */
void viewer_scan_stop(struct model *m);
void viewer_scan_go(struct model *m); /* the file is open: what was held is asked for */
bool viewer_apply_found(struct model *m, struct fs_event *event);
bool viewer_apply_lines(struct model *m, struct fs_event *event);
/* Keeps the known line number near the top, before the window is exchanged and after a move. */
void viewer_line_follow(struct viewer *v);
/* Begins to count to the top when its line is not known. */
void viewer_line_want(struct model *m);
/* The content is another: a count under way ends, or begins anew. */
void viewer_line_forget(struct model *m);
void viewer_reveal(struct viewer *v); /* scrolls aside to the match */

/* viewer.c: whatever was done: moves, lays out, asks for what is missing. */
void viewer_settle(struct model *m);
/* A command: what it does not want to go on ends. */
void viewer_go(struct model *m, const struct viewer_move *move);

#endif
