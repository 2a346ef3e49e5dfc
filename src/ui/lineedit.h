/* SPDX-License-Identifier: MIT
 *
 * Editing one line: what prompts are made of. Emacs keys as in readline (C-a C-e C-b C-f C-w C-u
 * C-k C-y A-b A-f A-d, C-d), arrows, Home, End, Delete, history by Up and Down. The text is bytes;
 * the cursor moves by what is shown as one character.
 *
 * Thread: UI. Owns: text, kill buffer, its history.
 */
#ifndef UI_LINEEDIT_H
#define UI_LINEEDIT_H

#include "ui/canvas.h"
#include "ui/key.h"

#define LINEEDIT_HISTORY 100

struct lineedit {
	struct str text, killed, draft;
	size_t cursor; /* byte offset */
	char *history[LINEEDIT_HISTORY];
	size_t nhistory, browsing; /* browsing == nhistory: the draft */
};

enum lineedit_result { LINEEDIT_IGNORED, LINEEDIT_MOVED, LINEEDIT_CHANGED };

void lineedit_init(struct lineedit *e);
void lineedit_done(struct lineedit *e);
int lineedit_set(struct lineedit *e, const char *text, size_t len); /* cursor at the end */
enum lineedit_result lineedit_key(struct lineedit *e, struct key key);
/* Pasted text: line ends become spaces, other controls stay what they are (shown safely). */
int lineedit_paste(struct lineedit *e, const char *bytes, size_t len);
int lineedit_remember(
	struct lineedit *e); /* the text into the history; no duplicates of the newest */
/* Draws within width columns so that the cursor is seen; *ret_col is where it is. */
void lineedit_draw(const struct lineedit *e, struct canvas *c, int row, int col, int width,
		   int *ret_col);

#endif
