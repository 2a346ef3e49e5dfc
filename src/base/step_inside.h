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
	/* The inverse needs to know where it came to lie, too: only known once it is done. */
	bool inverse_needs_to;
	/* Younger than the first version of the journal: its sentence is written with it, for
	 * programs that do not know it. */
	bool young;
};

extern const struct step_row step_rows[STEP_KINDS];

#endif
