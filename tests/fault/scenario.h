/* SPDX-License-Identifier: MIT
 *
 * The table of what is tried: what is there, which command is run, what it is to change. For each
 * one that can be taken back there are two more, made from it: its undo, and its redo.
 *
 * Thread: one. Owns: a scenario that was made owns its strings.
 */
#ifndef TESTS_FAULT_SCENARIO_H
#define TESTS_FAULT_SCENARIO_H

#include "manifest.h"
#include "trace.h"
#include "world.h"

#define BEFORE_MAX 6

enum scenario_flags {
	SCENARIO_ROOT = 1,   /* only root can do it */
	SCENARIO_SECOND = 2, /* with a second file system */
	SCENARIO_LARGE = 4,  /* slow: of each layer a sample, also in a whole run */
};

struct scenario {
	const char *name;
	const char *fixture; /* as for tree_new(), below work/ and second/ */
	/* Run first: a command of the program; "!..." for the shell; "forget": the journal begins
	 * anew; "kill CALL:N COMMAND", "kill-behind CALL:N COMMAND": killed there, and what was
	 * before it is what counts. */
	const char *before[BEFORE_MAX];
	const char *command;
	const char *changes; /* as manifest_diff() says it; NULL: not checked */
	const char *back;    /* what takes it back; NULL: nothing does */
	/* Taking back what was made puts it in the trash: what undo changes, and what is different
	 * from the beginning then. NULL: the reverse of `changes`, and nothing. */
	const char *undo_changes, *left;
	/* One thing takes the place of another here: one step takes it away, the next brings the
	 * other, so that between them there is nothing, and both are in the trash. NULL: nowhere.
	 */
	const char *swapped;
	const char *shared;   /* a call that two threads make; never left out by lot; NULL: none */
	const char *destroys; /* all below this may be lost; NULL: nothing */
	unsigned flags;
	/* Where attacks go: the directory, the thing in it, the name that will be made. */
	const char *dir, *thing, *target;
	/* The thing it acts on, or the directory it makes things in; attacks are fair from when it
	 * has looked at that. NULL: always. */
	const char *operand;
	bool seeks;        /* it acts on what it finds, whatever that is */
	const char *other; /* what another program does meanwhile; NULL: nothing */
};

extern const struct scenario scenarios[];
extern const size_t nscenarios;

/* Those, and the undo and redo of each; all live as long as the program. */
const struct scenario *const *scenarios_all(size_t *ret_n);

/* What is tested, and with which of its faults. */
struct subject {
	const char *program, *bug;
};

/* NULL, or why it cannot be run here. */
const char *scenario_impossible(const struct scenario *s);
void scenario_make(const struct scenario *s, const struct subject *subject, unsigned flags,
		   struct world *ret_world);
/* Runs what comes first, and takes the manifest that counts. Fails the test when something of it
 * does not work. */
void scenario_prepare(const struct scenario *s, struct world *w, struct manifest *ret_before);

/* One whose command comes after another was killed. */
bool scenario_recovers(const struct scenario *s);

/* A clean run, with all that it calls. */
struct reference {
	char home[256]; /* where it was, absolute */
	struct manifest after;
	struct calls calls;
};
/* Appends what is wrong already with that. */
void reference_make(const struct scenario *s, const struct subject *subject,
		    struct reference *ret_ref, struct str *problems);
void reference_done(struct reference *ref);

#endif
