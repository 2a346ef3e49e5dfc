/* SPDX-License-Identifier: MIT
 *
 * The settings as an overlay: what is shown of the options, and what its keys do. It stays while a
 * theme is chosen in the palette, and comes back after.
 *
 * Thread: UI. Owns: its texts.
 */
#ifndef APP_SETTINGS_VIEW_H
#define APP_SETTINGS_VIEW_H

#include "app/app.h"

struct settings_view;

int settings_open(struct app *app);
void settings_view_free(struct settings_view *v); /* NULL is fine */
int settings_key(struct app *app, struct key key);
/* What is typed has changed. */
int settings_typed(struct app *app);
void settings_mouse(struct app *app, const struct input_event *event, long wheel);
/* The palette was left: back to the settings, when it was opened from there. */
void settings_resume(struct app *app);
/* What is shown has to be made anew: the file says something else now. */
void settings_refresh(struct app *app);

#endif
