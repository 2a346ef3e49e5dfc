/* SPDX-License-Identifier: MIT
 *
 * Where things go on a screen of a given size: pure functions from numbers to numbers. What does
 * not fit is left out in a fixed order, so that every size from 1x1 has a usable list.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include "model/rows.h"
#include "ui/canvas.h"

/* Rows of the screen. An area that is left out has rows == 0. */
struct screen {
	struct rect header, titles, list, sentence, hints;
	struct rect last; /* the last line: prompts, chords; it may be one of the above */
	/* The info pane: facts and a preview, beside or below the list; bar: the line between it
	 * and the list. */
	struct rect bar, info, preview_title, preview;
};

/* What is wanted of it. */
struct pane_wish {
	bool on, preview;
	int width, height; /* beside, below the list; 0: as fits */
};

/* From how many rows a screen has each part: the list gets at least its share before anything else
 * is shown. */
#define SCREEN_HINTS_FROM    12
#define SCREEN_TITLES_FROM   8
#define SCREEN_SENTENCE_FROM 6
#define SCREEN_HEADER_FROM   3

/* From how many columns on the pane is beside the list, and what the list keeps there; when the
 * width was chosen by hand, less. */
#define PANE_BESIDE_FROM 100
#define PANE_LIST_COLS   70
#define PANE_LIST_LEAST  40
#define PANE_LIST_ROWS   5 /* that the list keeps above a pane */
#define PANE_ROWS        8 /* of the pane below the list */

/* hints: the user wants the hints line. last_line: something is to be shown in the last line, which
 * is then kept free of the list when there are two rows at all. pane (may be NULL): it is left out
 * where there is no room. */
void layout_screen(int rows, int cols, bool hints, bool last_line, const struct pane_wish *pane,
		   struct screen *ret_screen);

/* The same for the viewer, which has no titles and no sentence: when there is something to be told
 * it is told in the line above the hints, over what is shown there. */
void layout_viewer(int rows, int cols, bool hints, bool last_line, struct screen *ret_screen);

/* Of the linear mode: where we are, the list, and the last `lines` lines for what is told or asked.
 */
void layout_plain(int rows, int cols, int lines, struct screen *ret_screen);

/* Columns before the names: cursor sign, mark sign, blank; 1 or 0 when there is no room. */
int layout_gutter(int cols);
/* Columns that stay blank at the right edge, as in the header. */
int layout_margin(int cols);

struct column_slot {
	enum column column;
	int col, width; /* within the list */
	bool right;     /* aligned to the right */
};

/* The columns of a list; at[0] is the name, the others follow as they stand on the screen: before
 * it and behind it. */
struct column_slots {
	int n;
	struct column_slot at[COL_KINDS];
	const enum column *wanted; /* what they were chosen from, */
	int cols;                  /* and for which width */
	int icon;                  /* columns before the names for their icons */
};

/* What the rows on screen would like, in columns. */
struct column_needs {
	int names; /* the longest name */
	int owner; /* the longest "owner group" */
	int size;  /* width of a size */
	int time;  /* width of a time */
	int icon;  /* width of the icons before the names; left out where names are short of room */
};

#define COLUMN_NAME_LEAST 6  /* beside the one column that matters most */
#define COLUMN_NAME_MIN   20 /* before any other column shows */
#define COLUMN_NAME_MAX   60 /* while no name on screen is longer */
#define COLUMN_GAP        2

/* wanted: in order of importance, ends with COL_KINDS. Columns are dropped from the least important
 * until the names have COLUMN_NAME_MIN. Widths that follow the rows on screen move in steps, so
 * that scrolling seldom moves a column. */
void layout_columns(const enum column *wanted, int cols, const struct column_needs *needs,
		    struct column_slots *ret_slots);

/* Entries of at most `widest` columns laid out in columns: how many side by side, and how many
 * lines, so that at most max_lines are needed if the width allows. n > 0; both results are at
 * least 1. */
void layout_grid(size_t n, int widest, int cols, int max_lines, int *ret_across, int *ret_lines);

/* The first of n items shown in a window of `height`, so that `selected` is in it; 0 while
 * everything before it fits. */
size_t layout_window(size_t n, size_t selected, int height);

#endif
