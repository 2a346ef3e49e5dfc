/* SPDX-License-Identifier: MIT
 *
 * What is kept for the next time, in the state directory: bookmarks, the places one visits
 * (model/places.h), and on leaving where one was (model/session.h).
 *
 * A bookmark is one line of its file, changed in a worker: what other programs have put there
 * since stays, and a file that cannot be read, or is not to be trusted, is left as it is.
 *
 * A place counts once for each stay of KEEP_STAY_MS or longer, or as soon as something is done
 * there (a file opened or chosen, a shell, a path copied). Places are added to the file in a
 * worker, at most once a minute, and on leaving. The session of the program that leaves last is the
 * one kept; one that chooses for another program (--choose-file) leaves it alone.
 *
 * Thread: UI. Owns: see struct keep.
 */
#ifndef APP_KEEP_H
#define APP_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "model/places.h"

#define KEEP_STAY_MS 2000

struct app;
struct fs_event;
struct session;

struct keep {
	struct places all;  /* what the file held, and what was visited since */
	struct places news; /* not in the file yet */
	struct str dir;     /* where one is */
	int64_t since_ms;
	bool counted;     /* this stay is */
	bool foreign;     /* the file is of a later version: it is left alone */
	int64_t saved_ms; /* when places were saved; 0: not yet */
	unsigned due;     /* saves that are not answered yet */
};

/* Reads bookmarks and places; what is odd is added to `warnings`. */
void keep_init(struct app *app, struct str *warnings);
void keep_done(struct app *app);
/* The session that was kept. 0, -ENOENT: none, or -errno: the reason is added to `warnings`. */
int keep_session(struct session *ret_session, struct str *warnings);
/* Saves one bookmark. */
void keep_bookmark(struct app *app, char letter, const char *path);
/* An answer to a save (FS_SAVED): appends what is to be told of it. True: a person asked for it. */
bool keep_take(struct app *app, const struct fs_event *event, struct str *ret_text);
/* In each turn of the loop: where is one? */
void keep_follow(struct app *app);
/* Something was done here: it counts. */
void keep_acted(struct app *app);
/* A directory was seen to be gone. */
void keep_gone(struct app *app, const char *path);
/* On leaving: saves what there is to save, and waits a moment for it, and for the configuration
 * when that is just being written. What could not be saved is told in *ret_reason (heap), NULL:
 * nothing. */
void keep_leave(struct app *app, char **ret_reason);

#endif
