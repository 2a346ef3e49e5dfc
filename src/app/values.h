/* SPDX-License-Identifier: MIT
 *
 * What may be given to the options of the command line, for completion in shells: words from the
 * tables that the program itself checks by, and the themes that there are.
 *
 * Thread: main (reads directories). Owns: nothing.
 */
#ifndef APP_VALUES_H
#define APP_VALUES_H

#include "base/str.h"

struct value_row {
	const char *of;                /* "trowel", or "trowel VERB" */
	const char *option;            /* its long name */
	int (*words)(struct str *out); /* appends them, a blank between two; 0 or -ENOMEM */
};
extern const struct value_row value_rows[];
extern const size_t nvalue_rows;

/* Appends the names of all themes, a blank between two, each once, in order of the alphabet; of
 * directories that cannot be read, none. Names that need quoting are left out. 0 or -ENOMEM. */
int values_themes(struct str *out);

#endif
