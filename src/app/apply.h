/* SPDX-License-Identifier: MIT
 *
 * Options changed while the program runs: whatever depends on one follows at once. Most are read
 * where they are used, so that nothing has to be done; the table in apply.c says which need more. A
 * new option needs a row there (a test finds those that have none).
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_APPLY_H
#define APP_APPLY_H

#include "app/app.h"

/* Reads the theme of the settings, before the screen starts; complaints go to warnings, one per
 * line. */
void apply_first_theme(struct app *app, struct str *warnings);
/* Brings it down to what the terminal has, and hands it over. */
void apply_first_looks(struct app *app);
/* What the terminal is to be started with. */
struct term_options apply_term_options(const struct app *app);

/* True when the table says how this option takes effect. */
bool apply_knows(const char *option);
/* Everything that depends on the option follows its present value. 0 or -errno. */
int apply_option(struct app *app, const char *option);
/* Notes that the option was changed in this run, so that it is saved when that is asked for: for
 * what sets a field of the settings by itself. The option exists. */
void apply_touched(struct app *app, const char *option);
/* Sets the option, notes that it was changed in this run, and applies it. 0; -EINVAL, -ENOENT with
 * the reason in err, and nothing is changed; -errno of applying it. */
int apply_set(struct app *app, const char *option, const char *value, struct str *err);

/* Shows a theme for a while, by name; NULL: that of the settings again. */
void apply_preview(struct app *app, const char *theme);
/* Reads the themes there are; the one that is shown follows when its file was changed. */
void apply_ask_themes(struct app *app);
void apply_take_themes(struct app *app, struct fs_event *event);

#endif
