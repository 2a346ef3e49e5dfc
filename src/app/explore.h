/* SPDX-License-Identifier: MIT
 *
 * The explorer itself: sets up model, terminal and file system, runs the loop, and restores
 * everything.
 *
 * Thread: main, which becomes the UI thread.
 */
#ifndef APP_EXPLORE_H
#define APP_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>

/* What is chosen for another program; one bit each. */
enum choosing { CHOOSE_NOTHING, CHOOSE_FILE = 1, CHOOSE_FILES = 2, CHOOSE_DIR = 4 };

struct explore_options {
	const char *path;     /* where to start, as given; NULL: the current directory */
	const char *cwd_file; /* write the last directory here on q, NULL: no */
	bool read_only;
	const char *const *set; /* "name=value" of options, checked; after the configuration */
	size_t nset;
	enum choosing choose;
	const char *choose_to;      /* file for what was chosen; NULL or "-": standard output */
	bool resume;                /* the last session; a path is a further tab */
	bool sizes;                 /* opens with the sizes below it */
	bool trash;                 /* opens with what is in the trash */
	bool history;               /* opens with what was done */
	const char *const *exclude; /* what their scan leaves out, beside the option's */
	size_t nexclude;
	bool null; /* each path there ends in a NUL instead of a newline */
};

/* Returns an exit status (app/verb.h): 0, 2 when there is no usable terminal (said on stderr),
 * 130 when something was to be chosen and nothing was. */
int explore(const struct explore_options *options);

#endif
