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

struct explore_options {
	const char *path;     /* where to start, as given; NULL: the current directory */
	const char *cwd_file; /* write the last directory here on q, NULL: no */
	bool read_only;
	const char *const *set; /* "name=value" of options, checked; after the configuration */
	size_t nset;
};

/* Returns an exit status (app/verb.h): 0, 2 when there is no usable terminal (said on stderr). */
int explore(const struct explore_options *options);

#endif
