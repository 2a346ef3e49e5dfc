/* SPDX-License-Identifier: MIT
 *
 * The full-screen viewer: a file of any size, of which only a window is in memory. It knows where
 * the rows of the screen begin, and asks for another window when they leave this one. All places
 * are bytes from the beginning of the file; lines are numbered only as far as they are counted.
 *
 * One window, one search or count is asked for at a time, each with its ticket; what comes under
 * another is dropped.
 *
 * Thread: UI. Owns: the window, the rows, the pattern.
 */
#ifndef MODEL_VIEWER_H
#define MODEL_VIEWER_H

#include "model/model.h"

enum viewer_phase {
	VIEWER_OPENING, /* not open yet: there is nothing to show */
	VIEWER_OPEN,
};

/* A row of the screen: bytes [start, end) of the file, newline and all. */
struct viewer_row {
	uint64_t start, end;
	bool begins; /* a line, and not its continuation */
};

/* What is going through the file. */
enum viewer_scan {
	SCAN_NONE,
	SCAN_SEARCH,
	SCAN_TO_TOP,  /* counts lines up to the top of the screen */
	SCAN_TO_LINE, /* counts lines up to one to go to */
};

/* Where the screen is going, for as long as it takes to read what lies there. */
struct viewer_move {
	enum { MOVE_NONE, MOVE_BY, MOVE_TO, MOVE_END } kind;
	int64_t rows;  /* MOVE_BY */
	uint64_t at;   /* MOVE_TO: its row comes to the top */
	int64_t above; /* but for so many rows */
};

#define VIEWER_MARKS_MAX 16384

struct viewer {
	uint64_t ticket;
	char *path;
	enum viewer_phase phase;
	int64_t asked_ms; /* when it was opened */
	uint64_t size,
		told_size; /* the latter when it was last looked at, and lines judged by it */
	bool network, watched, kept, partial;
	bool replaced, gone; /* its path leads elsewhere by now */
	bool reopening;      /* its ticket is new: nothing is asked under it before it is open */
	struct textwin window;
	bool reading;      /* a window is on its way */
	bool read_again;   /* what is shown is stale */
	bool fresh;        /* the window on its way is to replace it in any case */
	uint64_t asked_at; /* the window asked for last, */
	size_t asked_len;  /* 0: none since the last command */
	bool checking;     /* its state is */
	bool check_again;  /* it changed meanwhile */
	int64_t check_ms;  /* when to look at a file that is not watched */
	int err;           /* the last window could not be read */
	enum textcode code;
	bool code_known, code_chosen; /* judged by its first bytes; by the user */
	int height, width;            /* of the screen for it, with the line numbers */
	bool ascii;
	bool hex, wrap, numbers, follow;
	uint64_t left; /* columns scrolled aside */
	uint64_t top;  /* where the first row begins */
	struct viewer_row *rows;
	size_t nrows, rows_cap;
	bool filled; /* the rows are all that fit, or up to the end of the file */
	struct viewer_move move;
	uint64_t need_from, need_to; /* bytes that were missing; equal: none */
	struct view_mark line;       /* newlines before a place on or near the screen */
	bool line_known, line_inexact;
	bool count_off; /* the user stopped it */
	struct view_mark *marks;
	size_t nmarks, marks_cap;
	struct {
		enum viewer_scan kind;
		uint64_t op, from, to, pos; /* to: UINT64_MAX when nobody knows */
		uint64_t line;              /* SCAN_TO_LINE: from 0 */
		bool backward;
	} scan;
	struct request held;     /* the scan's, asked for while it is opened again */
	struct matcher *matcher; /* NULL: nothing was looked for */
	enum match_kind match_kind;
	bool backward;
	struct {
		uint64_t at;
		uint32_t len;
		bool on, reveal; /* reveal: scroll aside to it */
	} match;
};

/* Opens a file. The list stays as it is below. 0 or -ENOMEM. */
int viewer_open(struct model *m, const char *path);
/* The file of the current row, or a notice why not. */
int viewer_open_row(struct model *m);
void viewer_close(struct model *m);
void viewer_free(struct viewer *v); /* NULL is fine */
/* True when it is to be shown: it is open, or takes its time. */
bool viewer_shown(const struct model *m);
/* The room there is. */
void viewer_fit(struct model *m, int height, int width, bool ascii);
/* Applies an event of its tickets; false: it is not for it. */
bool viewer_apply(struct model *m, struct fs_event *event);
void viewer_tick(struct model *m);
int64_t viewer_deadline(const struct model *m);

/* ---- moving ---- */
void viewer_scroll(struct model *m, int64_t rows);
void viewer_page(struct model *m, int64_t halves);
void viewer_go_top(struct model *m);
void viewer_go_end(struct model *m);
int viewer_go_line(struct model *m, uint64_t line); /* from 1 */
void viewer_go_percent(struct model *m, uint64_t percent);
void viewer_go_offset(struct model *m, uint64_t at);
void viewer_aside(struct model *m, int64_t columns);
void viewer_follow(struct model *m);

/* ---- how it is shown ---- */
void viewer_toggle_hex(struct model *m);
void viewer_toggle_wrap(struct model *m);
void viewer_toggle_numbers(struct model *m);
void viewer_next_code(struct model *m);
void viewer_reload(struct model *m); /* opens the path anew, at the same place */

/* ---- search ---- */
/* -EINVAL with the reason in err for a bad pattern. */
int viewer_search(struct model *m, enum match_kind kind, const char *pattern, bool backward,
		  struct str *err);
/* The next match in the direction of the search, or (dir < 0) against it. */
int viewer_search_next(struct model *m, int dir);
/* Esc: stops what is going on; false: there was nothing. */
bool viewer_stop(struct model *m);

/* ---- for drawing ---- */
int viewer_gutter(const struct viewer *v);     /* columns for the line numbers */
int viewer_hex_bytes(const struct viewer *v);  /* bytes in a row of hex */
int viewer_hex_digits(const struct viewer *v); /* of its offset */
/* The line number (from 1) of a place on the screen; false: not known. */
bool viewer_line_at(const struct viewer *v, uint64_t at, uint64_t *ret_line);
/* A guess, when some lines were counted. */
bool viewer_line_guess(const struct viewer *v, uint64_t at, uint64_t *ret_line);
/* Of what goes on, 0 to 100; -1: nothing does, or nobody knows. */
int viewer_progress(const struct viewer *v);
/* The bytes at the beginning of a row that are no text: the byte order mark of the file. */
size_t viewer_bom(const struct viewer *v, uint64_t row);
/* The text of a row of the screen in UTF-8, without its newline; appended. */
int viewer_text(const struct viewer *v, const struct viewer_row *row, struct str *out);
void viewer_dump(const struct viewer *v, struct str *out);

#endif
