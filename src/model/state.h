/* SPDX-License-Identifier: MIT
 *
 * The inside of the model: for its own files, and for the ui, which reads it through const.
 *
 * Thread: UI. Owns: see model.h.
 */
#ifndef MODEL_STATE_H
#define MODEL_STATE_H

#include "base/map.h"
#include "model/found_rows.h"
#include "model/info.h"
#include "model/list.h"
#include "model/listing.h"
#include "model/marks.h"
#include "model/model.h"
#include "model/past.h"
#include "model/sizes.h"
#include "model/trashed.h"
#include "model/viewer.h"

enum view_kind {
	VIEW_DIR,
	VIEW_MARKED,
	VIEW_MOUNTS,
	VIEW_SIZES,
	VIEW_FOUND,
	VIEW_TRASH,
	VIEW_HISTORY,
	VIEW_STEPS
};

/* One list on the stack of a tab; the lowest is always the directory. */
struct view {
	enum view_kind kind;
	struct list list;
	struct sizes *sizes;      /* of VIEW_SIZES; VIEW_FOUND borrows that of the view below it */
	struct found_rows *found; /* of VIEW_FOUND */
	struct trashed *trashed;  /* of VIEW_TRASH */
	struct past *past;       /* of VIEW_HISTORY; VIEW_STEPS borrows that of the view below it */
	struct past_rows *steps; /* of VIEW_STEPS */
};
#define VIEWS_MAX 8

/* A directory of the tab's past: where it was and what the cursor was on. */
struct place {
	char *path;
	char *select; /* may be NULL */
};

/* How a tab gets to a directory: what its history makes of it. */
enum go_kind {
	GO_PUSH,    /* a new place */
	GO_BACK,    /* steps back in the history */
	GO_FORWARD, /* steps forward */
	GO_NEAREST, /* the nearest that can be opened, from here upwards; leaves no trace in the
		       history */
	GO_RELOAD,  /* the same again */
};

/* The name the cursor is to be on, looked for as names come. */
struct aim {
	char *name;         /* heap; NULL: none */
	bool first;         /* until it is found: the first row */
	bool patient;       /* it may come a while after everything else has */
	uint32_t looked;    /* ids below this are not it */
	uint32_t id;        /* it; NAMES_NONE: not found yet */
	uint32_t cursor_id; /* where the cursor was left: when it is elsewhere, the user moved it */
};

struct tab {
	struct str path;         /* logical: as one came by links */
	struct listing *listing; /* shown; may still be loading */
	struct listing *coming;  /* being opened: the shown one stays until the first names (or 100
				    ms) have come */
	struct view views[VIEWS_MAX];
	size_t nviews;
	struct place *back, *forward;
	size_t nback, back_cap, nforward, forward_cap;
	struct map selects; /* directory path -> name the cursor was last on (heap) */
	struct list
		coming_list; /* on the one that is coming; becomes the list of the lowest view */
	struct aim aim, coming_aim;
	enum go_kind going; /* how `coming` is gone to; while unproven, how `listing` was */
	size_t steps;
	bool entered;  /* by Enter on what may be a link to a file */
	bool unproven; /* shown although it was not opened yet */
	int64_t coming_ms;
	char *from; /* path shown before, to return to; NULL: none */
	uint32_t
		asked_last; /* the last id of the urgent metadata asked for; NAMES_NONE: all came */
	int64_t check_ms;   /* when to poll a directory that is not watched */
	int64_t reload_ms;  /* not before this it is listed again, when it is stale */
};

struct mounts_rows;

/* What an FS_PLACE answers. */
struct placing {
	uint64_t ticket; /* 0: nothing asked */
	int64_t asked_ms;
	char *what; /* the path asked for */
	bool user;  /* "~name" was typed */
};

enum mark_how { MARK_ON, MARK_OFF, MARK_FLIP };

/* One command that marks. It holds the names of its rows, so that it also ends when their directory
 * is left. */
struct mark_job {
	enum mark_how how;
	struct names *names;     /* a reference */
	uint32_t *ids;           /* heap: the rows, as they were when it was asked for */
	size_t n, at;            /* ids before `at` are done */
	struct matcher *matcher; /* only rows it matches; a reference, or NULL: all */
	uint64_t ticket;         /* of their listing; 0: they are marks, of this epoch */
	uint64_t epoch;
	char *where; /* heap: their directory */
	struct file_id where_id;
	size_t changed;
	bool tell; /* it took slices: what came of it is said at the end */
};

/* Marking commands that go on in slices, in the order they were given. */
struct marking {
	struct mark_job *jobs;
	size_t n, cap, next;
};

/* A search for the next row that goes on in slices; any other move of the cursor ends it. */
struct search {
	bool on;
	struct matcher *matcher; /* a reference, or NULL: names that begin with this letter */
	uint32_t letter;
	int dir;
	size_t pos, left, again; /* rows still to look at; how often to go on when found */
	uint64_t ticket;         /* of the listing it is in */
	const struct rows *rows;
	uint32_t cursor_id;
};

struct completion {
	uint64_t ticket; /* of the question, 0: none asked */
	bool answered;
	char **names;
	uint32_t n;
	struct str dir, prefix; /* what was asked: dir as typed, prefix of the name */
};

struct model {
	struct settings settings;
	struct tab tabs[TABS_MAX];
	size_t ntabs, tab; /* tab: the current one */
	struct marks marks;
	struct info info;
	struct marking marking;
	struct search search;
	struct listing *graves; /* left, and freed in slices */
	struct mounts_rows *mounts;
	struct self self;
	struct map owners[2];        /* user, group ids -> heap name, "" asked or without name */
	struct map owners_failed[2]; /* ids whose look-up failed -> how often */
	int64_t owners_ms;           /* when they are asked for again; INT64_MAX: not */
	char *bookmarks[128];        /* by letter; heap path or NULL */
	struct notice notice;
	struct completion completion;
	struct matcher *last_find; /* what n and N look for */
	struct {
		uint64_t ticket, ms;
	} stall;
	struct placing placing;
	bool home_wanted;      /* to go to once it is known */
	int64_t home_ms;       /* when that was asked for */
	uint64_t marks_epoch;  /* of the marks that the lists know */
	char *open_file;       /* for model_take_open() */
	struct viewer *viewer; /* over the whole screen; NULL: the list is shown */
	struct request *requests;
	size_t nrequests, requests_cap, next_request;
	uint64_t next_ticket;
	uint64_t rev; /* rises with every change a view could show */
	int64_t now_ms;
	uint32_t inline_max; /* of new lists */
	uint32_t slice; /* LIST_SLICE: of new lists, and the measure of all other work in slices;
			   tests use tiny ones */
	uint64_t escape_rev; /* of the list then */
	bool escape_armed;   /* Esc was pressed once with nothing but marks to drop */
};

static inline const struct tab *model_tab(const struct model *m)
{
	return &m->tabs[m->tab];
}

static inline const struct view *model_view(const struct model *m)
{
	const struct tab *t = model_tab(m);
	return &t->views[t->nviews - 1];
}

#endif
