/* SPDX-License-Identifier: MIT
 *
 * What was done and how to take it back, kept on disk: so that undo works in a later session, after
 * a crash, and with several programs at once.
 *
 * Each program writes a file of its own in one directory of ours (0700), under an flock(2) that
 * ends with it, however it ends; nobody ever writes another's file. A file is records, one write(2)
 * each, with a checksum over a salt of that file, only ever appended. An action is one BEGIN with
 * all its steps, on the disk before the first change; then, as it goes, what came of each step; and
 * an END. An action without END whose program is gone was interrupted: recovery (fs/recover.h)
 * looks at the file system and writes what it found into its own file.
 *
 * Reading trusts nothing. A file that ends in the middle of a record ends before it; behind a
 * damaged record nothing of that file is read, and no action of it that could have gone on there is
 * undone. Files that belong to somebody else, or that others may write, are not read.
 *
 * Actions have small numbers, 1, 2, 3..., one sequence for all programs, for people to type.
 *
 * Follows: flock(2), fdatasync(2), open(2) O_APPEND. Thread: worker, one at a time. Owns: its
 * descriptors and everything it has read, until journal_close().
 */
#ifndef FS_JOURNAL_H
#define FS_JOURNAL_H

#include "base/step.h"

/* What came of a step. */
enum step_state {
	STEP_OPEN, /* nothing written about it: it may or may not have happened */
	STEP_DONE,
	STEP_NOT_DONE, /* failed or never begun, everything as before: err says why (0: not begun)
			*/
	STEP_PARTLY,   /* a delete that left something, a change that is half done: err */
	STEP_LOST,     /* recovery could not tell */
};

enum action_state {
	ACTION_RUNNING, /* its program is alive */
	ACTION_ENDED,
	ACTION_INTERRUPTED, /* its program is gone, and nobody has looked yet */
	ACTION_DAMAGED, /* what was written about it cannot be read to its end: shown, never undone
			 */
};

struct action_step {
	struct step step; /* with what is known since it was done: identity, name in the trash */
	enum step_state state;
	int err;     /* -errno */
	bool undone; /* a finished step of another action took it back */
};

struct action {
	uint64_t id;
	uint64_t undoes; /* the action it takes back; 0: none */
	bool redo;       /* it takes back an undo */
	enum action_state state;
	bool own;      /* of this program */
	int64_t begun; /* seconds since the epoch */
	uint32_t pid;
	char *label; /* what the person did: "trash 3 items" */
	struct action_step *steps;
	uint32_t nsteps;
};

struct journal;

/* Opens the journal in the directory `dir` (absolute; made when it is missing, 0700, also those
 * above it) and reads all of it. The own file is made with the first action. Old files are removed:
 * those whose actions have all ended, beyond JOURNAL_KEEP actions or JOURNAL_DAYS days. 0; -EPERM:
 * not to be trusted, or not ours to make (*ret_why in words, static); -errno. Damaged files are no
 * error: journal_warning(). */
#define JOURNAL_KEEP 1000
#define JOURNAL_DAYS 30
int journal_open(const char *dir, struct journal **ret_journal, const char **ret_why) MUST_USE;
/* The same, but nothing is made nor removed; what is not there is empty. For dry runs and looking.
 */
int journal_look(const char *dir, struct journal **ret_journal, const char **ret_why) MUST_USE;
void journal_close(struct journal *j); /* NULL is fine */
/* Reads what other programs wrote since. 0 or -errno. */
int journal_refresh(struct journal *j) MUST_USE;
/* What is wrong with files of it, in words, a line each; NULL: nothing. */
const char *journal_warning(const struct journal *j);
/* Descriptor of the directory, for fs/guards; valid until journal_close(). */
int journal_fd(const struct journal *j);

/* All actions, oldest first. Valid until the next call that writes or refreshes. */
const struct action *journal_actions(const struct journal *j, size_t *ret_n);
const struct action *journal_find(const struct journal *j, uint64_t id); /* NULL: none */

/* Writes an action and its steps to the disk before any of them is done. 0 with its number, or
 * -errno and nothing may be done: the journal is what makes it undoable. Copies the steps. */
int journal_begin(struct journal *j, const char *label, uint64_t undoes, const struct step *steps,
		  uint32_t n, uint64_t *ret_id) MUST_USE;
/* A step is about to be done in another way than was written: the name it will have in the trash.
 * Not forced to the disk: after a power cut it can be found by looking. 0 or -errno. */
int journal_intend(struct journal *j, uint64_t id, uint32_t n, const struct step *step) MUST_USE;
/* What came of a step; `step` (may be NULL: as it was) with what is known now. Of any action: also,
 * for recovery, of another program's that is gone. 0 or -errno. */
int journal_result(struct journal *j, uint64_t id, uint32_t n, enum step_state state, int err,
		   const struct step *step) MUST_USE;
/* Nothing more will be written about it. `sync`: on the disk before it returns. 0 or -errno. */
int journal_end(struct journal *j, uint64_t id, bool sync) MUST_USE;

/* The newest action that can be taken back, and the newest undo that can (redo); 0: none. own: only
 * of this program. A new action makes the undos before it no longer redoable. */
uint64_t journal_undoable(const struct journal *j, bool own);
uint64_t journal_redoable(const struct journal *j, bool own);

#endif
