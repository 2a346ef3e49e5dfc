/* SPDX-License-Identifier: MIT
 *
 * What the files of the overlays share.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_OVERLAY_H
#define APP_OVERLAY_H

#include "app/app.h"

bool overlay_is_cancel(struct key key); /* Esc, C-c, C-g */
/* A key for the open prompt. 0 or -errno. */
int prompt_key(struct app *app, struct key key);
/* The text of the open prompt has changed. */
int prompt_changed(struct app *app);

#endif
