/* SPDX-License-Identifier: MIT
 *
 * "Open with": a list of what could open the rows, the default first, and a line for any other
 * command, with its history. While the line is empty Up and Down choose from the list and Enter
 * takes what is chosen; when something is typed, that is what Enter runs. It opens at once and is
 * filled when it is known what kind the file is; keys that come before its list was drawn are
 * dropped, so that none of them chooses what nobody has seen.
 *
 * Thread: UI. Owns: what is listed, in struct app.
 */
#ifndef APP_CHOOSER_H
#define APP_CHOOSER_H

#include "app/app.h"

/* Opens it, empty. marked: the rows are the marked ones. 0 or -ENOMEM. */
int chooser_open(struct app *app, size_t nfiles, bool marked);
/* Fills it for these files (taken), unless it was left meanwhile. 0 or -ENOMEM. */
int chooser_fill(struct app *app, struct args *files, const struct opener_kind *kind);
int chooser_key(struct app *app, struct key key);
int chooser_changed(struct app *app); /* what is typed */
void chooser_mouse(struct app *app, const struct input_event *event, long wheel);
void chooser_done(struct app *app);

#endif
