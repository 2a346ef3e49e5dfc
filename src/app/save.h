/* SPDX-License-Identifier: MIT
 *
 * Options that were changed in this run and not saved since, written back into the configuration
 * file: only their lines are touched (base/conf_edit.h), by a worker, and only when the file is
 * still what was read (fs/rewriter.h).
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_SAVE_H
#define APP_SAVE_H

#include "app/app.h"

/* Writes them, or says in a notice why not. 0 or -errno. */
int save_settings(struct app *app);
/* The answer (FS_REWRITTEN). */
void save_answered(struct app *app, struct fs_event *event);
/* The same when the screen is gone already: what there is to say is added to `out`, with the path
 * first. NULL: none came in time. */
void save_left(struct app *app, const struct fs_event *event, struct str *out);

#endif
