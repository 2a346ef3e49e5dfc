/* SPDX-License-Identifier: MIT
 *
 * Between the wish to open something and the program that does: what kind the file is may have to
 * be asked for first, by which the rules then decide (app/openers.h) or are listed (app/chooser.c).
 * It is waited for OPENING_WAIT_MS at most; after that it goes on without.
 *
 * Thread: UI. Owns: what it waits for, in struct app.
 */
#ifndef APP_OPENING_H
#define APP_OPENING_H

#include "app/app.h"

#define OPENING_WAIT_MS 1000
#define OPENING_KEYS_MS 300 /* keys typed behind it are meant for what it opens */

/* The current row, by the first rule that matches. */
int opening_row(struct app *app);
/* The same for what is at an absolute path: a link that leads to something that is no directory. */
int opening_path(struct app *app, const char *path);
/* Asks which program is to open the marked rows, or the current one. */
int opening_with(struct app *app);
/* Takes the answer to its question: true. False: the event is for somebody else. */
bool opening_take(struct app *app, const struct fs_event *event);
/* When it goes on without an answer; INT64_MAX: it waits for none. */
int64_t opening_deadline(const struct app *app);
/* Until when keys wait for what is being opened; in the past: they do not. */
int64_t opening_keys_until(const struct app *app);
void opening_tick(struct app *app);
/* Forgets it. */
void opening_cancel(struct app *app);

#endif
