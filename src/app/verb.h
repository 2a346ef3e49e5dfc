/* SPDX-License-Identifier: MIT
 *
 * The command line: a first word that is a verb picks a row here; anything else opens the explorer.
 *
 * Thread: main. Owns: nothing.
 */
#ifndef APP_VERB_H
#define APP_VERB_H

#include <stddef.h>

#include "base/defs.h"

enum exit_status {
	EXIT_ALL_DONE = 0,
	EXIT_SOME_FAILED = 1, /* each was named on stderr with the reason */
	EXIT_USAGE = 2,
	EXIT_REFUSED = 3, /* a precondition failed, nothing changed */
	EXIT_CANCELLED = 130,
};

struct verb {
	const char *name;
	const char *usage;                 /* after "trowel NAME" */
	const char *help;                  /* one line */
	int (*run)(int argc, char **argv); /* argv[0] is the verb; returns enum exit_status */
};

extern const struct verb verbs[];
extern const size_t nverbs;

const struct verb *verb_find(const char *name);
/* "trowel NAME: reason" and where to look on stderr; returns EXIT_USAGE. */
int verb_usage(const char *name, const char *fmt, ...) PRINTF(2, 3);
/* "trowel NAME: 'path': reason" on stderr, the path made safe. */
void verb_error(const char *name, const char *path, int err);

int verb_list(int argc, char **argv);
int verb_info(int argc, char **argv);

#endif
