/* SPDX-License-Identifier: MIT
 *
 * What somebody else does while the program is stopped between two calls.
 *
 * Thread: one. Owns: nothing.
 */
#ifndef TESTS_FAULT_ATTACK_H
#define TESTS_FAULT_ATTACK_H

#include "scenario.h"

struct attack {
	const char *name;
	bool stray;    /* entries of a trash can be torn by it */
	bool nobody;   /* only against a plain user: root is above it */
	bool mounts;   /* needs the right to mount */
	bool undoable; /* what it did is in the journal: undo, asked for the last action, takes it
			  back */
	/* False: there is nothing to do it to, now. */
	bool (*act)(const struct scenario *s, struct world *w);
	void (*end)(const struct scenario *s, struct world *w); /* may be NULL */
};

extern const struct attack attacks[];
extern const size_t nattacks;

const char *attack_name(const struct attack *a);

#endif
