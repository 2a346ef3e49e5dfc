/* SPDX-License-Identifier: MIT
 *
 * The whole state of the explorer but its terminal. Deterministic: commands and events in, state
 * and requests out; it reads no clock (times are passed in), makes no system call, knows no thread.
 * What it wants from the file system it puts into a list of requests that the app hands to
 * fs/browse.h.
 *
 * Thread: UI. Owns: everything below it.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "fs/event.h"
#include "model/list.h"
#include "model/marks.h"
#include "model/rows.h"
#include "model/settings.h"

#define TABS_MAX 9

enum request_kind {
	REQ_START,         /* browse_start */
	REQ_LIST,          /* ticket, path */
	REQ_CLOSE,         /* ticket */
	REQ_STAT,          /* ticket, names, ids, n, urgent */
	REQ_STAT_NAMES,    /* ticket, strings, n */
	REQ_ORDER,         /* ticket, order */
	REQ_OWNER,         /* group, id */
	REQ_MOUNTS,        /* - */
	REQ_PLACE,         /* ticket, path */
	REQ_LINK_TARGET,   /* ticket, path */
	REQ_REPO_ROOT,     /* ticket, path */
	REQ_COMPLETE,      /* ticket, path, prefix */
	REQ_CHECK,         /* ticket */
	REQ_SAVE_BOOKMARK, /* id: its letter */
	REQ_VIEW,          /* ticket, path */
	REQ_VIEW_READ,     /* ticket, view.at, view.len */
	REQ_VIEW_CHECK,    /* ticket */
	REQ_VIEW_SEARCH,   /* ticket, view.file, .at, .code, .backward, matcher */
	REQ_VIEW_COUNT,    /* ticket, view.file, .at, .lines, .to_at, .to_lines, .step, .code */
	REQ_INFO,          /* ticket, path */
	REQ_PREVIEW,       /* ticket, path, depth, n lines */
	REQ_SCAN,          /* ticket, path */
	REQ_SCAN_LOOK,     /* ticket */
	REQ_SCAN_STOP,     /* ticket */
	REQ_SCAN_AGAIN,    /* ticket, id: the directory, urgent: deep */
	REQ_SCAN_TAKE,     /* ticket */
	REQ_SCAN_WATCH,    /* ticket, view.file: that of the scan, id: the directory */
	REQ_TRASH,         /* ticket */
	REQ_TRASH_LOOK,    /* ticket */
	REQ_PAST,          /* ticket */
	REQ_PAST_LOOK,     /* ticket */
	REQ_PAST_STEPS,    /* ticket, view.at: the number of the action */
};

struct request {
	enum request_kind kind;
	uint64_t ticket;
	char *path, *prefix;
	struct names *names; /* borrowed from the listing of the ticket */
	uint32_t *ids;
	char **strings;
	uint32_t n, id;
	bool urgent, group;
	unsigned depth; /* enum info_depth */
	struct order_spec order;
	struct matcher *matcher; /* a reference */
	struct {
		uint64_t file; /* ticket of the file; the request's own is that of the answer */
		uint64_t at, lines, to_at, to_lines, step;
		size_t len;
		enum textcode code;
		bool backward;
	} view;
};
void request_done(struct request *r); /* frees what was not taken (set to NULL) */

enum notice_kind { NOTICE_NONE, NOTICE_INFO, NOTICE_WARNING, NOTICE_ERROR };

struct notice {
	enum notice_kind kind;
	struct str text;  /* may hold bytes from outside: made safe when drawn */
	int64_t until_ms; /* INT64_MAX: until the next key, or not on the screen yet */
	bool shown;
};

struct self {
	char *user, *host, *home; /* NULL until known */
	struct subject subject;
	bool known;
};

struct model; /* model/state.h has the inside, for the ui (const) and the model's own files */

int model_new(struct model **ret_model);
void model_free(struct model *m);

/* Opens the first tab. path is absolute. */
int model_start(struct model *m, const char *path, const char *select);
/* Applies one event; takes members out of it as it likes, the caller frees the rest. */
void model_apply(struct model *m, struct fs_event *event, int64_t now_ms);
/* The next request, oldest first; false when there is none. */
bool model_next_request(struct model *m, struct request *ret_request);
/* What time it is, before commands: places are waited for from then on. */
void model_time(struct model *m, int64_t now_ms);
/* Time passing: expiry of notices, polling of unwatched directories, metadata of what is on screen.
 */
void model_tick(struct model *m, int64_t now_ms);
/* When model_tick() wants to be called next, INT64_MAX: never. */
int64_t model_deadline(const struct model *m);
/* Until when keys wait: the user has gone to a place that is not shown yet, and what was typed
 * after that is meant for it. At most 100 ms from then, so that a place that does not answer holds
 * nothing up. INT64_MIN: no need. */
int64_t model_going_until(const struct model *m);
/* Seconds each mount on screen has not answered; 0 entries: all well. */
void model_set_stall(struct model *m, uint64_t ticket, uint64_t ms);

/* ---- moving about ---- */
/* The list that has the keys, and the tab's directory. Never NULL after model_start(). */
struct list *model_list(struct model *m);
const char *model_path(const struct model *m);
/* Appends the absolute path of the row under the cursor (of the directory when there is none). */
int model_cursor_path(const struct model *m, struct str *out);
/* The directory whose names are listed; NULL: it is something else, or not open yet. Valid until
 * the next event. */
const struct dir_info *model_dir(const struct model *m);
/* Something was done in the directory `dir` (NULL: anywhere): when it is the one listed it is
 * looked at, and the cursor goes to `made` (may be NULL) when that is there, unless it is moved
 * first. */
void model_acted(struct model *m, const char *dir, const char *made);
/* Goes to a directory; select (may be NULL): name for the cursor. Pushes the history. The screen
 * shows the new place at once, filled as it comes; when it cannot be opened the tab returns to
 * where it was, with a notice. */
int model_go(struct model *m, const char *path, const char *select);
/* The same, from a view of something else: the views are left, also when it is the tab's. */
int model_browse(struct model *m, const char *path, const char *select);
int model_parent(struct model *m); /* logical: back through the link one came by */
enum enter_result { ENTER_NOTHING, ENTER_WENT, ENTER_FILE };
/* Enters a directory (or link; when that turns out not to be one, ENTER_FILE comes later through
 * model_take_open()), or says that it is a file. */
enum enter_result model_enter(struct model *m);
/* What has no inside and would hang or hurt a program that opened it, in words: "a named pipe".
 * NULL: it is none of these. */
const char *model_special(enum entry_type type);
/* The path of a file that the user asked to open and that is now known to be one; caller frees;
 * NULL: none. */
char *model_take_open(struct model *m);
int model_history(struct model *m, int steps); /* -1 back, 1 forward */
int model_last_dir(struct model *m);           /* g-: swaps with the previous directory */
int model_reload(struct model *m);
int model_go_home(struct model *m);
int model_go_place(struct model *m,
		   const char *text); /* what was typed: ~, relative, absolute, a file */
int model_go_link_target(struct model *m);
int model_go_repo_root(struct model *m);

/* ---- tabs, views ---- */
int model_tab_new(struct model *m);
void model_tab_close(struct model *m);            /* not the last */
void model_tab_select(struct model *m, size_t i); /* from 0; out of range: nothing */
void model_tab_next(struct model *m, int dir);
int model_view_marked(struct model *m);
int model_view_mounts(struct model *m);
int model_view_sizes(struct model *m); /* of the directory shown: scans it */
/* The largest files below the directory of the view of sizes (top; 0: its extensions); of one
 * extension only, unless that is NULL. */
int model_view_found(struct model *m, size_t top, const char *only, size_t only_len);
int model_view_trash(struct model *m);   /* what is in the trash, everywhere */
int model_view_history(struct model *m); /* what was done */
bool model_view_close(
	struct model *m); /* back to where the view was opened from; false: it is the directory */

/* ---- sizes: nothing in other views ---- */
int model_sizes_again(struct model *m);     /* scans the directory shown again */
void model_sizes_apparent(struct model *m); /* lengths, or what is taken on the disk */
void model_sizes_parts(struct model *m);    /* bars, percents, both */
void model_sizes_shared(struct model *m);   /* the columns of what is shared and freed */

/* ---- marks ----
 * Few rows are marked at once, very many in slices in model_tick(): the count grows, Esc stops it,
 * and commands that are given meanwhile wait for their turn. */
bool model_marking(const struct model *m);            /* going on: what is marked is not all yet */
int model_mark_toggle(struct model *m, size_t count); /* and down */
int model_mark_all(struct model *m);                  /* all visible rows */
int model_mark_invert(struct model *m);               /* visible rows */
void model_mark_none(struct model *m);
/* Unmarks what is not `left` of what was marked; paths are absolute. 0 or -ENOMEM. */
int model_mark_left(struct model *m, bool (*left)(void *ctx, const char *path), void *ctx);
void model_range(struct model *m); /* starts a range at the cursor, or marks it and ends */
/* *ret_count: rows that changed; when model_marking() afterwards it is told in a notice at the end.
 */
int model_mark_matching(struct model *m, enum match_kind kind, const char *pattern, bool on,
			size_t *ret_count, struct str *err);
/* Esc: stops marking or a search that goes on, else ends the range, else drops the filter, else
 * (pressed a second time) the marks. Returns true when it did something. */
bool model_escape(struct model *m);

/* ---- sort, filter, hidden ---- */
int model_sort(struct model *m, enum sort_by by);
int model_sort_reverse(struct model *m);
int model_sort_dirs_first(struct model *m);
int model_toggle_hidden(struct model *m);
int model_filter(struct model *m, enum match_kind kind, const char *text, struct str *err);
/* By the last filter or find pattern. Very many rows are looked at in slices in model_tick(): true
 * then, too, and a notice says when there is none. */
bool model_find_next(struct model *m, int dir);
/* The next row whose name begins with this character (case ignored), likewise. */
bool model_find_letter(struct model *m, uint32_t cp);

/* ---- settings ---- */
/* What lists take from the settings when they are made. After one of those was changed, the lists
 * that are open follow, in all tabs; sort and hidden files of directories only, as at their
 * beginning. */
enum follow { FOLLOW_SORT, FOLLOW_HIDDEN, FOLLOW_PARENT, FOLLOW_FILTER, FOLLOW_MOVES };
void model_follow(struct model *m, enum follow what);

/* ---- bookmarks ---- */
int model_bookmark_set(struct model *m, char letter); /* of the current directory; asks to save */
int model_bookmark_go(struct model *m, char letter);
int model_bookmarks_load(struct model *m, const char *text, size_t len);

/* ---- messages, completion ---- */
void model_notice(struct model *m, enum notice_kind kind, const char *fmt, ...) PRINTF(3, 4);
/* The screen shows what there is to say: its time begins, however long a slow line took. */
void model_notice_shown(struct model *m, int64_t now_ms);
void model_notice_clear(struct model *m);
/* Asks for completions of what was typed (text is up to the cursor); the answer is in state.h's
 * completion. */
int model_complete(struct model *m, const char *text);

/* Name of a user or group id, or NULL while not known; asks for it when `ask`. */
const char *model_owner(struct model *m, bool group, uint32_t id, bool ask);

/* Everything as text, for scenario tests. */
int model_dump(const struct model *m, struct str *out);
void model_check(const struct model *m); /* asserts every invariant */

#endif
