/* SPDX-License-Identifier: MIT
 *
 * A small world for one case: home/ (of who runs the program), work/ (where it runs and what it
 * acts on), canary/ (what nothing may touch), away/ (where attackers put things), and second/,
 * which can be a file system of its own. As root all of it is one of its own too, so that a trash
 * at the top of it is not one of the machine. The program is run in it with nothing else around: no
 * terminal, few descriptors, little memory, a deadline.
 *
 * Thread: one. Owns: the tree, the mounts in it, the captured output.
 */
#ifndef TESTS_FAULT_WORLD_H
#define TESTS_FAULT_WORLD_H

#include "../lib/test.h"

#include <sys/types.h>

#include "../lib/tree.h"
#include "base/str.h"

#define WORLD_FDS     128u          /* RLIMIT_NOFILE of what runs in it */
#define WORLD_MEMORY  (512ul << 20) /* RLIMIT_AS, without sanitizers */
#define WORLD_SECONDS 20            /* times $TEST_SLOW */
#define WORLD_OLD     1000000000    /* mtime of everything that was there before */
#define WORLD_TRASH   "home/.local/share/Trash"
#define WORLD_STATE   "home/.local/state/trowel"

enum world_flags {
	WORLD_SECOND = 1, /* second/ is a tmpfs; needs root */
	WORLD_BARE = 4,   /* no file system of its own: whoever makes it has seen to that */
	WORLD_NOBODY = 2, /* it all belongs to nobody, who runs the program; needs root */
};

struct world {
	struct tree *tree;
	const char *program; /* absolute; static */
	const char *bug;     /* $STANDIN_BUG; NULL: unset */
	unsigned flags;
	char side[64]; /* a directory for what the harness itself needs */
};

struct ran {
	int status; /* exit status, or 128 + signal */
	bool late;  /* it was killed at the deadline */
	struct str out, err;
};

struct running {
	pid_t pid;
	int out, err;
};

/* The program under test, copied to where everybody can run it; the copy lives as long as the test
 * program. `from` relative to here or absolute. */
const char *world_program(const char *from);
/* Once, in main: mounts made by the harness are nobody else's. False, with the reason in words:
 * there can be none. */
bool world_can_mount(const char **ret_why);

void world_make(struct world *w, const char *program, const char *bug, const char *fixture,
		unsigned flags);
void world_free(struct world *w);
const char *world_path(struct world *w, const char *rel);

/* Starts `prefix` (may be NULL), then the program with the words of `line`; a word with * in it
 * stands for the names in work/ it fits. */
void world_start(struct world *w, const char *const *prefix, const char *line, struct running *r);
/* To its end. False: not within ms, and it still runs. */
bool world_wait(struct running *r, long ms, struct ran *ret);
void world_run(struct world *w, const char *const *prefix, const char *line, struct ran *ret);
void ran_done(struct ran *r);
long world_ms(void);             /* the deadline */
void world_seconds(int seconds); /* another one; 0: the usual */

#endif
