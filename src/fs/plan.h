/* SPDX-License-Identifier: MIT
 *
 * An action as it is confirmed and done: what is to happen to which things, what it would do, what
 * stands against it, and then doing it, as one action of the journal, which is one undo.
 *
 *	plan_new(&env, &plan);
 *	plan_trash(plan, &at) for each, or plan_undo(plan, journal, id)...
 *	plan_check(plan); plan_problem(plan, i)...
 *	plan_run(plan, journal, &run, &result);
 *
 * What cannot be done is a problem of the plan, with its reason, and not part of the action; the
 * rest can be. Things are bound to what they were when they were added.
 *
 * Thread: worker, one at a time. Owns: its steps, problems and open directories.
 */
#ifndef FS_PLAN_H
#define FS_PLAN_H

#include "fs/act.h"
#include "fs/delete_plan.h"
#include "fs/identity.h"
#include "fs/journal.h"

struct plan_env {
	const char *home;      /* $HOME; may be NULL */
	const char *data_home; /* $XDG_DATA_HOME; may be NULL */
	const char
		*state; /* trowel's state directory: guarded, the journal and the log are in it */
	unsigned flags; /* enum act_flags */
	const _Atomic bool *cancel;
};

/* A name in a directory. */
struct plan_at {
	int dirfd;       /* an open directory (not taken), or -1: dir is opened, links followed */
	const char *dir; /* its absolute path */
	const char *name;
	const struct identity *expect; /* NULL: what is there now */
};

struct plan;

int plan_new(const struct plan_env *env, struct plan **ret_plan) MUST_USE; /* 0 or -errno */
void plan_free(struct plan *p);

/* Whether an open directory is the files/ of a trash, as far as its path and what is beside it
 * tell: what lies there has information beside it, and is restored or erased. */
bool plan_is_trash(int dirfd, const char *dir);

/* Each adds what it says, or a problem: 0 either way but for -ENOMEM and -ECANCELED. */
int plan_trash(struct plan *p, const struct plan_at *at) MUST_USE;
int plan_delete(struct plan *p, const struct plan_at *at) MUST_USE; /* for good */
/* Within a file system; expect of `to` is not looked at. */
int plan_rename(struct plan *p, const struct plan_at *from, const struct plan_at *to) MUST_USE;
/* at->name may be "a", "a/", "a/b/c/": directories that are missing on the way are made, and behind
 * the last slash an empty file. 0666 and 0777 less umask, or what mode says (UINT32_MAX: that). A
 * directory that is there already is no problem unless `fresh`. */
int plan_make(struct plan *p, const struct plan_at *at, uint32_t mode, bool fresh) MUST_USE;
int plan_symlink(struct plan *p, const struct plan_at *at, const char *target) MUST_USE;
int plan_link(struct plan *p, const struct plan_at *file, const struct plan_at *to) MUST_USE;
/* An empty directory; below: and all that would be empty then, bottom-up. */
int plan_rmdir(struct plan *p, const struct plan_at *at, bool below) MUST_USE;

/* Attributes of the thing itself, never of what a link points to (links have no mode: a problem).
 * What is so already needs no step. */
struct plan_mode {
	uint32_t keep, set; /* new = (old & keep) | set */
	uint32_t set_x;     /* and these where it is a directory or some x is set already ("X") */
};
int plan_mode(struct plan *p, const struct plan_at *at, const struct plan_mode *mode) MUST_USE;
int plan_owner(struct plan *p, const struct plan_at *at, uint32_t uid,
	       uint32_t gid) MUST_USE; /* UINT32_MAX: as it is */
struct plan_times {
	bool set_atime, set_mtime;
	int64_t atime, mtime; /* seconds */
	uint32_t atime_nsec, mtime_nsec;
};
int plan_times(struct plan *p, const struct plan_at *at, const struct plan_times *times) MUST_USE;

/* Out of a trash: back to where it was (to NULL), or to a place; or for good. Missing directories
 * on the way are made by steps of their own. */
enum plan_clash {                     /* where something has its name already */
		  PLAN_CLASH_REFUSE,  /* it is a problem */
		  PLAN_CLASH_SKIP,    /* it stays in the trash, which is none */
		  PLAN_CLASH_BOTH,    /* it gets the next name that is free: "name.2.ext" */
		  PLAN_CLASH_REPLACE, /* what is there, as it is now, goes to the trash by a step
					 before */
		  PLAN_CLASHES
};
/* For what is restored from now on; refuse at first. */
void plan_on_clash(struct plan *p, enum plan_clash clash);
struct plan_trashed {
	const struct trash_dir *trash;
	const char *name; /* in files/ */
	const struct identity *expect;
};
int plan_restore(struct plan *p, const struct plan_trashed *what,
		 const struct plan_at *to) MUST_USE;
int plan_erase(struct plan *p, const struct plan_trashed *what) MUST_USE;

/* All finished steps of an action that nobody took back yet, taken back from the last to the first.
 * 0, -ENOENT: there is none of that number, -EBUSY: its program is still at it, -EUCLEAN:
 * interrupted, look first (fs/recover.h), -ENOTSUP: nothing of it can be taken back, -EALREADY: all
 * of it was; what cannot be taken back of it is a problem. */
int plan_undo(struct plan *p, const struct journal *j, uint64_t id) MUST_USE;

/* Looks at each step (fs/act.h) and at all together: what lies in another thing of the plan is left
 * out (said, no problem), the same name twice. Those that cannot be done become problems. */
int plan_check(struct plan *p) MUST_USE;

struct plan_problem {
	const char *path; /* bytes */
	int err;          /* -errno */
	const char *why;  /* words; NULL: the errno says it */
	bool clash;       /* something has its name: plan_on_clash() can help */
};
uint32_t plan_nsteps(const struct plan *p);
const struct step *plan_step(const struct plan *p, uint32_t i);
uint32_t plan_nproblems(const struct plan *p);
struct plan_problem plan_problem(const struct plan *p, uint32_t i);
/* How many were left out because they lie in other things of the plan, or were named twice. */
uint32_t plan_nwithin(const struct plan *p);
/* What was skipped because something has its name: the path it would have had. */
uint32_t plan_nskipped(const struct plan *p);
const char *plan_skipped(const struct plan *p, uint32_t i);
/* Why a step is in the plan. */
enum plan_reason {
	PLAN_ASKED,      /* it was asked for */
	PLAN_ON_WAY,     /* it is needed for another: a directory on the way */
	PLAN_MAKES_ROOM, /* what has the name of another goes to the trash */
	PLAN_RENAMED,    /* it was asked for, and gets another name since that one is taken */
};
enum plan_reason plan_reason(const struct plan *p, uint32_t i);
/* In words for the person and the journal: "trash 3 items", "make directory a/b". Valid until the
 * next step is added. */
const char *plan_label(struct plan *p);

/* What trash, delete and erase would do, counted: things in things, bytes freed with hard links
 * understood. May take long; told as it goes (may be NULL). 0, -ECANCELED, -ENOMEM. */
int plan_measure(struct plan *p, void (*progress)(void *ctx, const struct plan_counts *counts),
		 void *ctx, struct plan_counts *ret_counts) MUST_USE;

struct plan_run {
	bool no_journal; /* the person agreed to go without undo when the journal cannot be written
			  */
	/* Each step as it is over; err and why as of act_run(). May be NULL. */
	void (*over)(void *ctx, uint32_t i, const struct step *step, enum step_state state, int err,
		     const char *why);
	void (*progress)(void *ctx, uint32_t i, const struct delete_counts *counts);
	bool (*failed)(void *ctx, const struct delete_failure *failure);
	void *ctx;
};
struct plan_result {
	uint64_t id; /* in the journal; 0: nothing was begun */
	uint32_t done, failed;
	uint32_t left; /* not begun: cancelled, or the journal could not be written any more */
	struct delete_counts deleted;
	int journal_err; /* something was done but not written down: undo may not know it */
	int sync_err;    /* done, but not known to be on the disk */
};
/* Does what is left of it, once; checks it first when that was not done. 0 (look at the result);
 * -ECANCELED: not all of it was begun. Otherwise nothing was done: -EALREADY: another program has
 * taken it back meanwhile, -errno: the journal cannot be written. */
int plan_run(struct plan *p, struct journal *j, const struct plan_run *run,
	     struct plan_result *ret_result) MUST_USE;

#endif
