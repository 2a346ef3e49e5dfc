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
	bool again; /* has the number of one before it: trace_all() */
	enum call_sort sort;
	bool told; /* a write to standard output or error */
	char *args;
	char *result; /* what stands behind " = " */
};

/* Of the first thread, from main() on: what the loader calls is left out, though counted. */
struct calls {
	struct call *at;
	size_t n, cap;
	unsigned shared;    /* of them by a second thread */
	unsigned elsewhere; /* not among them: other threads' that change something */
};

/* False with the reason: there is no strace, or it may not trace. */
bool trace_possible(const char **ret_why);
/* `shared` (may be NULL) is a call that a second thread makes too: that is in its place among the
 * others. How two share them out is another way each time, but one of them comes to half of them.
 * So the kth of both has the number (k + 1) / 2: there is one of that number for certain, and no
 * later than as the kth. Which calls there are, and their numbers, are the same in each run. */
void trace_all(struct world *w, const char *line, const char *shared, struct calls *ret_calls,
	       struct ran *ret);
void calls_done(struct calls *c);
unsigned calls_count(const struct calls *c, enum call_sort sort);
/* The errors that this call can have, as words; NULL at the end. */
const char *const *call_errors(const struct call *c);

/* Runs it with strace's "inject=CALL:WHAT:when=WHEN". *ret_hit: it happened, in one thread or each.
 */
struct injection {
	const char *call, *what, *when;
};
void trace_inject(struct world *w, const char *line, const struct injection *i, struct ran *ret,
		  bool *ret_hit);
/* Runs it, stopped behind the nth of these calls (of several: "a,b"), or behind each (nth 0), and
 * calls at() meanwhile, with the process that is stopped. How many stops there were. With two
 * threads, the other may still end the call it is in, and each has a stop of its own. */
unsigned trace_stop(struct world *w, const char *line, const char *calls, unsigned nth,
		    void (*at)(void *ctx, pid_t pid), void *ctx, struct ran *ret);

#endif
