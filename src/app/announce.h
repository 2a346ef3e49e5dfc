/* SPDX-License-Identifier: MIT
 *
 * The directory for the terminal itself, when the options ask for it: as its working directory (OSC
 * 7) and in the title of its window. Told when it has changed and keys rest.
 *
 * Thread: UI. Owns: what was told last.
 */
#ifndef APP_ANNOUNCE_H
#define APP_ANNOUNCE_H

#include "base/str.h"

struct app;

struct announced {
	struct str cwd, title; /* paths */
	bool after;            /* the terminal is told on every way out where the shell is */
};

/* What there is to tell goes out behind the next frame. */
void announce(struct app *app);
/* The shell goes where the explorer was: that is what the terminal is to believe. */
void announce_followed(struct app *app);
/* The terminal was away: it may believe something else by now. */
void announce_anew(struct app *app);
void announced_done(struct announced *a);

#endif
