/* SPDX-License-Identifier: MIT
 *
 * The prompt that goes to a visited directory: what is typed narrows the list above it, the best
 * first (model/places.h).
 *
 * Thread: UI. Owns: see struct jump.
 */
#ifndef APP_JUMP_H
#define APP_JUMP_H

#include <stddef.h>
#include <stdint.h>

#define JUMP_MAX 50 /* places listed */

struct app;
struct fs_event;

struct jump {
	char *texts[JUMP_MAX]; /* heap: for the screen, home as ~ */
	size_t at[JUMP_MAX];   /* positions in the places */
	size_t n;
	uint64_t ticket; /* of the place last gone to */
	char *path;      /* heap: it */
};

void jump_done(struct jump *j);
/* An answer to whoever it may concern: one that says that the place is gone is noted. */
void jump_answered(struct app *app, const struct fs_event *event);

#endif
