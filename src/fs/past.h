/* SPDX-License-Identifier: MIT
 *
 * What was done, as the journal has it, for people to look at. Data only: the model may include
 * this.
 *
 * Thread: any. Owns: its strings.
 */
#ifndef FS_PAST_H
#define FS_PAST_H

#include <stdbool.h>
#include <stdint.h>

/* What came of an action. */
enum past_state {
	PAST_DONE,
	PAST_FOR_GOOD, /* done, and nothing of it can be taken back */
	PAST_PARTLY,
	PAST_NOT_DONE,
	PAST_UNDONE,
	PAST_PARTLY_UNDONE,
	PAST_REDONE,
	PAST_RUNNING,
	PAST_INTERRUPTED, /* its program is gone, and nobody has looked what came of it */
	PAST_DAMAGED,     /* it cannot be read to its end */
	PAST_STATES
};

struct past_action {
	uint64_t id;
	uint64_t undoes; /* the action it takes back; 0: none */
	bool redo, own;  /* it takes back an undo; it is of this program */
	enum past_state state;
	int64_t begun; /* seconds since the epoch */
	char *label;
	uint32_t steps, done, undone; /* undone: of those that are done */
};

/* What came of a step. */
enum past_outcome {
	PAST_STEP_DONE,
	PAST_STEP_PARTLY,
	PAST_STEP_NOT_DONE,
	PAST_STEP_OPEN, /* nothing was noted about it: see the action */
	PAST_STEP_LOST, /* nobody can tell */
	PAST_STEP_UNDONE,
	PAST_OUTCOMES
};

struct past_step {
	char *what; /* in a few words, with names as they are */
	char *undo; /* what taking it back would do, likewise; NULL: it cannot be */
	enum past_outcome outcome;
	int err; /* -errno; 0: no reason is known */
};

void past_actions_free(struct past_action *at, uint32_t n); /* all of them, and the array */
void past_steps_free(struct past_step *at, uint32_t n);

#endif
