/* SPDX-License-Identifier: MIT
 *
 * The inside of the model: for its own files, and for the ui, which reads it through const.
 *
 * Thread: UI. Owns: see model.h.
 */
#ifndef MODEL_STATE_H
#define MODEL_STATE_H

#include "base/map.h"
#include "model/list.h"
#include "model/listing.h"
#include "model/marks.h"
#include "model/model.h"

enum view_kind { VIEW_DIR, VIEW_MARKED, VIEW_MOUNTS };

/* One list on the stack of a tab; the lowest is always the directory. */
struct view {
	enum view_kind kind;
	struct list list;
};
#define VIEWS_MAX 8

/* A directory of the tab's past: where it was and what the cursor was on. */
struct place {
	char *path;
	char *select; /* may be NULL */
};

struct tab {
	struct str path;         /* logical: as one came by links */
	struct listing *listing; /* shown; may still be loading */
	struct listing *coming;  /* being opened: the shown one stays until the first names (or 100 ms) have come */
	struct view views[VIEWS_MAX];
	size_t nviews;
	struct place *back, *forward;
	size_t nback, back_cap, nforward, forward_cap;
	struct map selects; /* directory path -> name the cursor was last on (heap) */
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
	struct mounts_rows *mounts;
	struct self self;
	struct map owners[2]; /* user, group ids -> heap name, "" asked or without name */
	char *bookmarks[128]; /* by letter; heap path or NULL */
	struct notice notice;
	struct completion completion;
	struct matcher *last_find; /* what n and N look for */
	struct {
		uint64_t ticket, ms;
	} stall;
	char *open_file; /* for model_take_open() */
	struct request *requests;
	size_t nrequests, requests_cap, next_request;
	uint64_t next_ticket;
	uint64_t rev; /* rises with every change a view could show */
	int64_t now_ms;
	bool escape_armed; /* Esc was pressed once with nothing but marks to drop */
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
