/* SPDX-License-Identifier: MIT
 *
 * What the files of a plan share: fs/plan (its life, what is asked of it), fs/plan_add (steps of
 * one thing), fs/plan_way (directories on the way to a place), fs/plan_make (what is made or
 * restored there), fs/plan_clash (names that are taken), fs/plan_rmdir (what is empty),
 * fs/plan_within (what lies in what), fs/plan_check, fs/plan_undo, fs/plan_run.
 *
 * Thread: worker. Owns: see fs/plan.h.
 */
#ifndef FS_PLAN_INSIDE_H
#define FS_PLAN_INSIDE_H

#include <errno.h>

#include "base/map.h"
#include "fs/oplog.h"
#include "fs/plan.h"

#define PLAN_NONE UINT32_MAX

/* What is known of a step beside it. */
struct plan_item {
	/* Which step makes (or brings) the directory of from and to, or one above it. What is made
	 * has no dir_id till then. */
	uint32_t from_maker, to_maker;
	uint32_t what_maker; /* which one makes the thing itself, whose times are then set */
	uint32_t room;       /* which one takes away what has its name */
	bool set_atime, set_mtime;
	bool on_way;    /* a directory on the way, or such: not what was asked for */
	bool renamed;   /* it gets another name than it had */
	bool out;       /* left out, or a problem by now */
	bool unwritten; /* what came of it is not in the journal */
	enum step_state state;
	int err;
	uint32_t deep; /* in how many things of the plan it lies; for the order of renames */
};

struct plan_trouble {
	char *path, *why; /* why may be NULL */
	int err;
	bool clash;
};

struct plan {
	struct plan_env env; /* its strings are below */
	struct str home, data_home, state;
	struct guards *guards;
	struct act *act;

	struct step *steps;
	struct plan_item *items;
	size_t cap_steps, cap_items;
	uint32_t n;
	struct plan_trouble *troubles;
	size_t cap_troubles;
	uint32_t ntroubles, nwithin;

	struct map made; /* plan_key() of what steps make to the step */
	enum plan_clash clash;
	struct map names; /* plan_key() of what is restored, to the step */
	char **skipped;   /* paths */
	size_t cap_skipped;
	uint32_t nskipped;
	struct map ways; /* of a directory in a trash's information to the way that was gone */
	struct plan_way **way_list;
	size_t cap_ways, nways;
	struct str key, why, label;
	bool checked;

	uint64_t undoes; /* the action that is taken back */
	char *undo_label;

	/* While it runs. */
	struct journal *journal;
	const struct plan_run *run;
	struct plan_result *result;
	struct oplog *log;
	struct delete_counts counts; /* of the step at hand */
	uint32_t at;
	uint32_t ready; /* it was tried to make the steps before this one ready */
};

/* ---- fs/plan ---- */

static inline bool plan_is_fatal(int rc)
{
	return rc == -ENOMEM || rc == -ECANCELED;
}
/* For the journal, before a step of the plan is done otherwise than it was written there; ctx is
 * the plan. 0,
 * or -errno: it is not to be done. */
int plan_intend(void *ctx, const struct step *step);
bool plan_cancelled(const struct plan *p);

/* A problem with dir/name (name may be NULL); `why` is copied. 1, so that who adds can pass it on;
 * -ENOMEM. */
int plan_trouble(struct plan *p, const char *dir, const char *name, int err, const char *why);
int plan_trouble_at(struct plan *p, const struct plan_at *at, int err, const char *why);
/* With what the step is about: where it is, or will be. */
int plan_trouble_step(struct plan *p, const struct step *step, int err, const char *why);
/* 0 when a problem was added, which is no error of the call. */
static inline int plan_added(int rc)
{
	return rc > 0 ? 0 : rc;
}

/* Takes the step, also when it fails. 0 or -ENOMEM. */
int plan_push(struct plan *p, struct step *step, const struct plan_item *item) MUST_USE;
/* Takes the steps from this one on away again. */
void plan_forget_from(struct plan *p, uint32_t from);
#define PLAN_ITEM                                                                        \
	(struct plan_item)                                                               \
	{                                                                                \
		.from_maker = PLAN_NONE, .to_maker = PLAN_NONE, .what_maker = PLAN_NONE, \
		.room = PLAN_NONE                                                        \
	}

/* Sets p->key to what tells a name in a directory from all others. -ENOMEM. */
int plan_key(struct plan *p, const struct step_place *place, uint32_t maker) MUST_USE;
/* The same of a thing. */
struct plan_thing {
	uint64_t fs, ino;
};
static inline struct plan_thing plan_thing(const struct step_id *id)
{
	return (struct plan_thing){id->fsid ? id->fsid : id->dev, id->ino};
}

/* ---- fs/plan_add: 1 when it became a problem ---- */

/* Where it is; that is all for something that will be there. */
int plan_place(struct plan *p, const struct plan_at *at, struct step_place *ret_place) MUST_USE;
/* What is there, and that it is what is expected. */
int plan_thing_at(struct plan *p, const struct step_place *place, const struct identity *expect,
		  struct step_id *ret_id, struct step_attrs *ret_attrs) MUST_USE;
/* A step about a thing that is there: place, thing and its attributes. */
int plan_begin(struct plan *p, enum step_kind kind, const struct plan_at *at,
	       struct step *ret_step) MUST_USE;
/* The same of a thing in a trash. */
int plan_begin_trashed(struct plan *p, enum step_kind kind, const struct plan_trashed *what,
		       struct step *ret_step) MUST_USE;

/* What a step is about, once `maker` has made it. */
void plan_meet(struct step *s, const struct plan_item *item, const struct step *maker);

/* ---- fs/plan_clash ---- */

/* A thing that comes back to s->to: what is to become of it when something has that name. 0: it can
 * be pushed, under whatever name; 1: it became a problem, or is skipped; -ENOMEM. */
int plan_clash_meet(struct plan *p, struct step *s, struct plan_item *item) MUST_USE;
/* The name is its own from now on: behind plan_push(). 0 or -ENOMEM. */
int plan_clash_note(struct plan *p, uint32_t step) MUST_USE;

/* ---- fs/plan_way ---- */

/* The way to a directory, of which the last part may be missing. */
struct plan_way {
	int fd; /* of the last that is there; -1: closed */
	struct str path;
	struct step_id id; /* of the directory; type 0: not asked yet, or made by a step */
	uint32_t maker;    /* that step; PLAN_NONE: it is there */
	bool secret;       /* what is made is for us alone; else what umask(2) leaves */
	bool follow;       /* links */
	int err;           /* it leads no further: why */
	const char *why;   /* static, or NULL */
};

/* From an open directory (taken). -ENOMEM; plan_way_done() is due in any case. */
int plan_way_init(struct plan_way *w, int fd, const char *path) MUST_USE;
void plan_way_done(struct plan_way *w);
/* Into `name`, which a step makes when it is missing. 0; 1: w->err, w->why; -ENOMEM. */
int plan_way_enter(struct plan *p, struct plan_way *w, const char *name, size_t len) MUST_USE;
/* A place in the directory it leads to. 0, 1, -ENOMEM as above. */
int plan_way_place(struct plan *p, struct plan_way *w, const char *name,
		   struct step_place *ret_place) MUST_USE;
/* The step that will have made what is at the place; PLAN_NONE. -ENOMEM. */
int plan_way_made(struct plan *p, const struct step_place *place, uint32_t maker,
		  uint32_t *ret_step) MUST_USE;

/* ---- fs/plan_within, fs/plan_check ---- */

/* Leaves out what lies in other things of the plan, and puts what lies in things that get another
 * name before them. */
int plan_within(struct plan *p) MUST_USE;
/* Directories that come back hold some that would have been made: those are gone to. */
int plan_adopt(struct plan *p) MUST_USE;
/* Notes anew what steps make, for those that are added later. */
int plan_note_made(struct plan *p) MUST_USE;
/* Takes away what is `out`. -ENOMEM. */
int plan_compact(struct plan *p) MUST_USE;

#endif
