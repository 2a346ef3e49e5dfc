/* SPDX-License-Identifier: MIT
 *
 * What becomes of actions whose program ended in the middle. First it is looked, step by step, what
 * of them was done: that changes nothing but our own journal, where it is written down, and makes
 * what was done undoable. Then, when the person agrees, what is half done is finished and what the
 * interruption left behind is removed. Both may be interrupted and done again.
 *
 * What was found by looking has the error -EINTR in the journal until it is finished or tidied up;
 * a delete that the person cancelled, or that failed, has another, and is never gone on with.
 *
 * One program at a time does this, under a lock of the state directory.
 *
 * Thread: worker, one at a time. Owns: nothing after it returns.
 */
#ifndef FS_RECOVER_H
#define FS_RECOVER_H

#include "fs/plan.h"

struct recovered {
	uint64_t id;
	const char *label;
	uint32_t step;
	const struct step *what;
	enum step_state state; /* STEP_PARTLY: can be finished; STEP_LOST: could not be told */
	int err;
	const char *why; /* words or NULL */
};

struct recover {
	const struct plan_env *env;
	bool finish;  /* agreed: finish and tidy up */
	bool dry_run; /* write nothing, not even the journal */
	/* Each step of which nothing was known, with what was found. May be NULL. */
	void (*each)(void *ctx, const struct recovered *r);
	void *ctx;
};

struct recover_result {
	uint32_t actions, done, not_done, partly, lost;
	uint32_t untidy; /* of these, what they left on the way could not be removed yet */
};

/* Looks at every interrupted action of the journal, and with `finish` also at those that were only
 * looked at. 0, -ECANCELED, -EBUSY: another program is at it, -ENOMEM, or -errno of the journal. */
int recover(struct journal *j, const struct recover *r, struct recover_result *ret) MUST_USE;

#endif
