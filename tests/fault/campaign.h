/* SPDX-License-Identifier: MIT
 *
 * All cases of a layer and a scenario, or a sample of them, each in a world of its own, several at
 * a time; and what came of it. From the environment:
 *
 *	FAULT=GLOB    only cases whose name it fits: "killed/rm-file/renameat2:1"
 *	FAULT_WHOLE   all of them (make check-fault)
 *	FAULT_SEED=N  which sample; else a new one each time, which is printed
 *	FAULT_JOBS=N  so many at a time (1)
 *
 * Thread: one; forks. Owns: nothing after it returns.
 */
#ifndef TESTS_FAULT_CAMPAIGN_H
#define TESTS_FAULT_CAMPAIGN_H

#include "judge.h"

struct attack;

struct fault_case {
	const struct scenario *scenario;
	const struct reference *ref;
	const struct call *call; /* NULL: the layer has no use for one */
	const char *error;
	bool forever;
	const struct attack *attack;
};

struct case_list {
	struct fault_case *at;
	size_t n, cap;
};
void case_add(struct case_list *list, const struct fault_case *c);

/* What a case found, beside problems. */
enum case_result {
	CASE_TRIED,
	CASE_MISSED, /* the call was not made this time, or there was nothing to attack */
};

struct layer {
	const char *name;
	/* In an ordinary test run so many scenarios, and so many cases of each. */
	unsigned sample_scenarios, sample;
	const char *(*impossible)(void); /* NULL, or why it cannot be tried here; may be NULL */
	void (*list)(const struct scenario *s, const struct reference *ref, struct case_list *list);
	enum case_result (*run)(const struct fault_case *c, const struct subject *subject,
				struct verdict *v);
};

struct tally {
	unsigned scenarios, cases, of, missed, failed;
	unsigned broken; /* enum invariant */
};

/* Adds to *tally; appends a report of each case that failed. */
void campaign_run(const struct layer *layer, const struct scenario *s,
		  const struct subject *subject, struct tally *tally, struct str *report);

/* The test program of one layer: a test for each scenario. */
int campaign_main(const struct layer *layer);

#endif
