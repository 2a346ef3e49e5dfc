/* SPDX-License-Identifier: MIT
 *
 * The values of the options. The rows that name, document and check them are in app/options.def; a
 * setting is plain data here so that model and ui may read it.
 *
 * Thread: UI. Owns: its strings.
 */
#ifndef MODEL_SETTINGS_H
#define MODEL_SETTINGS_H

#include "base/match.h"
#include "model/rows.h"

/* When there is an info pane. */
enum pane_when {
	PANE_AUTO, /* beside the list, where there is room for it */
	PANE_ON,   /* or else below it */
	PANE_OFF
};

struct settings {
	bool show_hidden;
	enum sort_by sort;
	bool sort_reverse;
	bool dirs_first;
	enum match_kind filter;
	bool parent_row; /* ".." as the first row */
	bool mouse;
	bool hints;        /* footer hints */
	bool confirm_quit; /* with more than one tab */
	bool ascii;        /* never draw beyond ASCII, whatever the locale */
	int colors;        /* 0 none, 8, 16, 256, 16777216; -1 as the terminal says */
	char *theme;       /* name; heap; NULL: the default */
	int icons;         /* enum icon_set of ui/icons.h */
	bool plain;        /* the linear mode: ui/view_plain.c */
	bool ls_colors;    /* names in the colours of LS_COLORS when it is set */
	int which_key_ms;  /* rest before the strip of a prefix opens */
	int escape_ms;     /* wait for the rest of a split escape sequence; -1: by link */
	bool wrap;         /* cursor wraps at the ends */
	int scroll_margin; /* rows kept visible above and below the cursor */
	bool size_exact;   /* bytes instead of 12K */
	bool time_relative;
	bool remember_places, remember_session; /* for the next time */
	bool osc7, title; /* tell the terminal the directory; as the title of its window */
	enum pane_when info_pane;
	bool preview;              /* of the content, in the pane */
	int pane_width;            /* columns, beside the list; 0: a share of the screen */
	int pane_height;           /* lines, below it; 0: likewise */
	bool line_numbers;         /* in previews of text */
	char *sizes_exclude;       /* patterns between blanks; heap */
	bool sizes_exclude_caches; /* directories with a CACHEDIR.TAG */
	bool sizes_one_fs;         /* scans do not enter other file systems */
	bool sizes_apparent;       /* lengths instead of what is taken on the disk */
};

void settings_init(struct settings *s); /* the defaults of options.def */
void settings_done(struct settings *s);
/* Rows kept in sight around the cursor: none in the linear mode, where the row that comes into
 * sight is the one to be read. */
size_t settings_margin(const struct settings *s);

#endif
