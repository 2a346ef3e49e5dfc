/* SPDX-License-Identifier: MIT
 *
 * Doing one step (base/step.h), checking it beforehand, and finding out after a crash whether it
 * was done: the table with a row for each kind of step.
 *
 * Every change is a call with an open directory and one component. Directories are opened once, by
 * the path and recognised by identity, and kept open for the steps that follow (ACT_DIRS at a
 * time); one that is at hand, the listing's, is handed in. What is acted on is what the step says
 * (step->what), or nothing is done.
 *
 * Undoing is doing the inverse step: what the world must be like for it is what its check says.
 *
 * Thread: worker, one at a time. Owns: the descriptors of its directories and trashes.
 */
#ifndef FS_ACT_H
#define FS_ACT_H

#include "base/step.h"
#include "fs/atomic_rename.h"
#include "fs/guards.h"
#include "fs/journal.h"
#include "fs/safe_delete.h"
#include "fs/trash_dirs.h"

#define ACT_DIRS 64u

enum act_flags {
	ACT_LOOK = 1,   /* the person agreed: where nothing better can be had, look, then rename */
	ACT_FOLLOW = 2, /* restoring: links on the way are followed */
	/* Undoing although it was changed since: what was made goes to the trash all the same, and
	 * what had another owner meanwhile gets the old one, without its set-id bits. */
	ACT_CHANGED = 4,
};

struct act_options {
	struct trash_env trash;
	const struct guards *guards; /* may be NULL */
	unsigned flags;
	const _Atomic bool *cancel; /* may be NULL */
	/* Before a step is done otherwise than it said (the name in the trash), for the journal.
	 * Not 0: it is not done, and that is the answer. May be NULL. */
	int (*intend)(void *ctx, const struct step *step);
	/* Of what takes long (deleting); may be NULL. */
	void (*progress)(void *ctx, const struct delete_counts *counts);
	/* What of a tree could not be deleted; true: go on. NULL: stops at the first. */
	bool (*failed)(void *ctx, const struct delete_failure *failure);
	void *ctx;
};

struct act;

int act_new(const struct act_options *options, struct act **ret_act) MUST_USE;
void act_free(struct act *a);

/* Hands in an open directory (duplicated) and appends what a step has to say of a place in it; dir
 * is its absolute path. ret_place's dir_id is filled. 0 or -errno. */
int act_place(struct act *a, int dirfd, const char *dir, const char *name,
	      struct step_place *ret_place) MUST_USE;
/* The same by path, links in it followed: it is the person's own. */
int act_place_path(struct act *a, const char *dir, const char *name,
		   struct step_place *ret_place) MUST_USE;
/* The descriptor of the directory of a place (O_PATH at least; valid until the next call): -ESTALE
 * when the path leads to another directory now, -ENOENT... */
int act_dir(struct act *a, const struct step_place *place) MUST_USE;
/* What is at a place now, as a step has it; *ret_attrs may be NULL. 0 or -errno (-ENOENT). */
int act_thing(struct act *a, const struct step_place *place, struct step_id *ret_id,
	      struct step_attrs *ret_attrs) MUST_USE;

/* Whether the step can be done now, as far as can be seen without doing it: the thing is there and
 * is the one, the new name is free, rights (the directory may be written, sticky, immutable),
 * guards, mounts. 0, or the errno it would be, with words in *ret_why (cleared; it names neither
 * the thing nor the errno): "it was changed since", "something else has that name now". */
int act_check(struct act *a, const struct step *step, struct str *ret_why) MUST_USE;
/* Does it. *ret_state: STEP_DONE (0, or -errno of what came after: done but not known to be on the
 * disk), STEP_NOT_DONE or STEP_PARTLY with -errno. `step` is completed: identity of what was made,
 * name in the trash. *ret_why as above. */
int act_run(struct act *a, struct step *step, enum step_state *ret_state,
	    struct str *ret_why) MUST_USE;
/* Many things for the trash: makes the information of those of the steps (all STEP_TRASH, in the
 * order they will be run in) that can be had, and brings it to the disk by one call for each trash.
 * act_run() of each then has only to move the thing. What is not made ready, where a file system
 * does not allow it or anything fails, act_run() does from the beginning. The steps stay where they
 * are till each is run or act_unready(). A step is told to intend() here. */
void act_ready(struct act *a, struct step *steps, uint32_t n);
/* Takes the information of those that were not run away again. 0; -errno: some of it stays. */
int act_unready(struct act *a) MUST_USE;
/* Brings the directories that were changed to the disk: once, behind all steps. 0 or -errno. */
int act_sync(struct act *a) MUST_USE;

/* After a crash: whether a step of which nothing is known was done. `begun`: when its action began,
 * in seconds. The step is completed as by act_run(). Changes nothing. 0 with *ret_state STEP_DONE,
 * STEP_NOT_DONE, STEP_PARTLY (act_finish() can finish it) or STEP_LOST; -ENOMEM. */
int act_look(struct act *a, struct step *step, int64_t begun, enum step_state *ret_state,
	     struct str *ret_why) MUST_USE;
/* Finishes a half-done step, and removes what an interrupted one left (information without a thing
 * in a trash, an empty directory that held a place, a second name), only what is certainly its own;
 * for any step, also one that was done. `begun` as above. 0 with *ret_state STEP_DONE or
 * STEP_NOT_DONE, or -errno (-ENOTSUP: a tree of which a part is gone for good is not removed
 * further). Twice is once. */
int act_finish(struct act *a, struct step *step, int64_t begun, enum step_state *ret_state,
	       struct str *ret_why) MUST_USE;

#endif
