/* SPDX-License-Identifier: MIT
 *
 * The program below strace(1): what it calls, and the same run again with one call that fails, at
 * which it is killed, or at which it stops so that somebody can do something. Calls are numbered as
 * strace does: the nth openat of the thread, from the start of the process.
 *
 * Thread: one. Owns: the calls.
 */
#ifndef TESTS_FAULT_TRACE_H
#define TESTS_FAULT_TRACE_H

#include "world.h"

enum call_sort {
	CALL_OTHER, /* of no interest */
	CALL_READS,
	CALL_CHANGES,
};

struct call {
	char name[24];
	unsigned nth;
	enum call_sort sort;
	bool told; /* a write to standard output or error */
	char *args;
	char *result; /* what stands behind " = " */
};

struct calls {
	/* Of the first thread, from main() on: what the loader calls is left out, though counted.
	 */
	struct call *at;
	size_t n, cap;
	unsigned elsewhere; /* calls that change something, made by other threads */
};

/* False with the reason: there is no strace, or it may not trace. */
bool trace_possible(const char **ret_why);
void trace_all(struct world *w, const char *line, struct calls *ret_calls, struct ran *ret);
void calls_done(struct calls *c);
unsigned calls_count(const struct calls *c, enum call_sort sort);
/* The errors that this call can have, as words; NULL at the end. */
const char *const *call_errors(const struct call *c);

/* Runs it with strace's "inject=CALL:WHAT:when=WHEN". *ret_hit: it happened. */
struct injection {
	const char *call, *what, *when;
};
void trace_inject(struct world *w, const char *line, const struct injection *i, struct ran *ret,
		  bool *ret_hit);
/* Runs it, stopped behind the nth of these calls (of several: "a,b"), or behind each (nth 0), and
 * calls at() meanwhile, with the process that is stopped. How many stops there were. */
unsigned trace_stop(struct world *w, const char *line, const char *calls, unsigned nth,
		    void (*at)(void *ctx, pid_t pid), void *ctx, struct ran *ret);

#endif
