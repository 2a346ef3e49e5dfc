/* SPDX-License-Identifier: MIT
 *
 * What is handed back to whoever started the explorer: the directory for the shell to follow to
 * (--cwd-file), and what was chosen (--choose-file and its kin).
 *
 * The file for the directory is opened before anything else happens: what cannot be written is said
 * while nothing is lost yet, and a file that was removed meanwhile is not made again. The file for
 * what is chosen is touched only when something was: it holds all of it, or nothing.
 *
 * Whoever chooses may have the output (or the input) of the program for itself: the screen is then
 * drawn on the terminal behind it, /dev/tty.
 *
 * Thread: main. Owns: its descriptors, what was chosen.
 */
#ifndef APP_HANDBACK_H
#define APP_HANDBACK_H

#include "app/explore.h"
#include "base/str.h"

struct handback {
	int cwd; /* -1: not asked for */
	int out; /* standard output as it was, when the screen is elsewhere; -1: it is it */
	struct str chosen; /* paths, each with its end; empty: nothing was chosen */
};

/* Sees to a terminal for the screen, as far as there is one. handback_close() takes back what is
 * open. */
void handback_screen(const struct explore_options *options, struct handback *ret_handback);
/* Then: 0, or an exit status: what is wrong was said. */
int handback_open(const struct explore_options *options, struct handback *h);
/* The directory for the shell: its bytes and nothing else, since a name may end in a newline. 0, or
 * -errno, which was said. */
int handback_cwd(struct handback *h, const struct explore_options *options, const char *path);
/* One path that was chosen. 0, -ENOMEM, or -EILSEQ: it has a newline in it, and lines were asked
 * for. */
int handback_add(struct handback *h, const struct explore_options *options, const char *path);
/* Writes what was chosen to where it was asked for. 0, or -errno, which was said. */
int handback_chosen(struct handback *h, const struct explore_options *options);
void handback_close(struct handback *h);

#endif
