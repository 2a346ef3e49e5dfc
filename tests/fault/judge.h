/* SPDX-License-Identifier: MIT
 *
 * What must hold after every run, whatever happened in it.
 *
 * Thread: one. Owns: the text of a verdict.
 */
#ifndef TESTS_FAULT_JUDGE_H
#define TESTS_FAULT_JUDGE_H

#include "scenario.h"

enum invariant {
	I1_KEPT = 1 << 1,         /* contents are conserved, unless they were to be destroyed */
	I2_CANARY = 1 << 2,       /* nothing outside is touched */
	I3_NO_OVERWRITE = 1 << 3, /* what others made is kept too */
	I4_HONEST = 1 << 4,       /* status and report are true */
	I5_RECOVERED = 1 << 5,    /* recovery leaves nothing behind and is done once */
	I6_UNDONE = 1 << 6,       /* undo brings all of it back, or changes nothing */
	I7_DURABLE = 1 << 7,      /* what was said to be done survives a power cut */
	I8_POLICY = 1 << 8,       /* how the kernel may be called */
	I9_BOUNDED = 1 << 9,      /* time, memory, descriptors; no crash */
};

struct verdict {
	struct str text;
	unsigned broken; /* enum invariant */
};

void problem(struct verdict *v, enum invariant i, const char *fmt, ...) PRINTF(3, 4);

/* All that is known of one case. */
struct trial {
	const struct scenario *scenario;
	const struct reference *ref;
	struct world *world;
	const struct manifest *before;
	/* Attacked: there is no telling what the tree must look like. What others made must be kept
	 * (`theirs`), `stray`: trash entries may be torn by what they did. */
	bool attacked, stray;
	const struct manifest *theirs;
	bool undoable;  /* ... and what they made is in the journal, and may be undone too */
	bool misled;    /* it was told that what it looks for is not there */
	bool replaced;  /* by what is theirs: that is not what is to be destroyed */
	bool partly;    /* it said that it does not know itself what was done */
	bool untold;    /* its output could not be written */
	bool cancelled; /* it was told to end */
};

/* It ended in a way that it may, and what it says of it is true. */
void judge_run(const struct trial *t, const struct ran *ran, struct verdict *v);
/* As it is now; `between`: each thing must be as before or as after. */
void judge_state(const struct trial *t, const struct manifest *now, bool between,
		 struct verdict *v);
/* Recovery, recovery again, undo. */
void judge_after(const struct trial *t, struct verdict *v);

#endif
