/* SPDX-License-Identifier: MIT
 *
 * Runs a program without a terminal, with a home of its own (home.h), and keeps what it says.
 *
 *	struct program p = {.argv = (const char *[]){"info", "/", NULL}};
 *	program_run(&p);
 *	assert_int_equal(p.status, 0);
 *	program_done(&p);
 *
 * Thread: any, one at a time. Owns: what it has read.
 */
#ifndef TESTS_LIB_PROGRAM_H
#define TESTS_LIB_PROGRAM_H

#include <stddef.h>

#include "base/str.h"

struct program {
	const char *path;        /* NULL: $TROWEL_BIN */
	const char *const *argv; /* without the program's name, NULL at the end; may be NULL */
	const char *dir;         /* where it runs; NULL: here */
	const char *const *env;  /* pairs name, value (NULL: unset); NULL at the end; may be NULL */
	const char *to;          /* standard output goes to this file instead; "-": it is closed */
	const char *input;       /* standard input; NULL: nothing */

	int status; /* exit status; 128 + signal when one ended it */
	struct str out, err;
};

/* Runs it to its end; fails the test when that is impossible. May be called again: what was read
 * before is dropped. */
void program_run(struct program *p);
void program_done(struct program *p);

#endif
