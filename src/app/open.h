/* SPDX-License-Identifier: MIT
 *
 * Opening: which program gets the current row or the marked ones (app/openers.h has the rules), and
 * starting it.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_OPEN_H
#define APP_OPEN_H

#include "app/app.h"

/* A command line typed for the marked rows, or the current one; "" is a shell. */
int open_typed(struct app *app, const char *text);

/* The absolute paths of the marked rows, or of the current one. 0 or -errno, of which only -ENOMEM
 * has not been told yet. */
int open_targets(struct app *app, struct args *ret);
/* What opens this file, borrowed from the rules: 0, or -EAGAIN when that depends on a kind that is
 * not known. */
int open_default(struct app *app, const char *path, const struct opener_kind *kind,
		 struct opener_command *ret);
/* Where no rule matches. */
enum opener_own open_default_own(const struct opener_kind *kind);
/* Runs the command for these files: once for all of them, or for each when it takes one only. 0 or
 * -errno (-ENOENT: no such program). */
int open_run(struct app *app, const struct opener_command *c, const struct args *files);
/* Tells what came of it; returns what is left to be told: 0 or -ENOMEM. */
int open_say(struct app *app, const struct opener_command *c, int r);
/* Programs beside us that have ended since. */
void open_take_ends(struct app *app);

#endif
