/* SPDX-License-Identifier: MIT
 *
 * The explorer itself ($TROWEL_BIN) in a pseudo-terminal, on a tree of its own, for the end-to-end
 * tests.
 *
 * Thread: one. Owns: the tree, the terminal.
 */
#ifndef TESTS_LIB_EXPLORER_H
#define TESTS_LIB_EXPLORER_H

#include "pty.h"
#include "tree.h"

struct explorer {
	struct tree *tree;
	struct pty *pty;
};

struct explorer_options {
	const char *tree;        /* text for tree_new(); NULL: a small one */
	const char *start;       /* directory below the tree; NULL: its root */
	const char *const *args; /* before the directory; NULL-terminated, may be NULL */
	const char *const *env;  /* as in struct pty_options */
	const char *ready;       /* what the first screen must show; NULL: a name below ".." */
	const char *term;
	int rows, cols;
	uid_t uid;
	bool shell; /* as a job of an interactive shell, so that it can be stopped */
	bool blind;
};

/* Starts and waits for the first rows (not when blind). */
struct explorer explorer_open(const struct explorer_options *options);
/* Starts and returns at once. */
struct explorer explorer_start(const struct explorer_options *options);
void explorer_close(struct explorer *e);

/* One thing to check on the screen, waiting for it:
 *	"regex"   is somewhere on the screen      "~regex"  is nowhere
 *	"@text"   is on the row of the cursor     "<a|b"    a stands before (above) b
 *	"=3"      the program ended with status 3 */
void explorer_expect(struct explorer *e, const char *check);
/* Types, then checks. */
void explorer_do(struct explorer *e, const char *keys, const char *check);

#endif
