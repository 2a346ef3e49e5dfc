/* SPDX-License-Identifier: MIT
 *
 * What the files of base/step share: its table of kinds (base/step), which its encoding
 * (base/step_code) checks by.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_STEP_INSIDE_H
#define BASE_STEP_INSIDE_H

#include "base/step.h"

/* What a step of a kind cannot be without. */
enum step_needs {
	NEEDS_FROM = 1,   /* directory and name */
	NEEDS_TO = 2,     /* the same */
	NEEDS_TARGET = 4, /* not empty */
	NEEDS_TO_BACK =
		8, /* what takes it back does: where it came to lie is known once it is done */
	/* Its sentence is written with it, for programs that do not know it: of a kind younger than
	 * the first version of the journal. */
	NEEDS_WORDS = 16
};

#define STEP_FLAGS_KNOWN \
	((uint32_t)STEP_HAS_OWNER | (uint32_t)STEP_HAS_MODE | (uint32_t)STEP_WAS_MADE)

struct step_row {
	const char *name;
	unsigned needs;
	/* In words: %f and %t are the places, %s the target, %m and %M the modes before and after,
	 * %o and %O the owners. */
	const char *words;
	/* Makes of s (all fields empty, what is known of the thing set) what takes it back; NULL:
	 * nothing does. 0 or -ENOMEM. */
	int (*inverse)(const struct step *s, struct step *inverse);
};

extern const struct step_row step_rows[STEP_KINDS];

/* ret_copy is empty; 0 or -ENOMEM. */
int step_xattrs_copy(struct step_xattrs *ret_copy, const char *bytes, size_t len) MUST_USE;
/* Whether it is as step_xattrs_add() makes it, to the end. */
bool step_xattrs_can_be(const struct step_xattrs *x);

#endif
