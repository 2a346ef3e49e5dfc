/* SPDX-License-Identifier: MIT
 *
 * Words typed behind the name of a command in the palette: options and their values (set), themes.
 * The rows of the palette are then what may be typed there, and a theme is shown while it is
 * chosen.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_WORDS_H
#define APP_WORDS_H

#include "app/app.h"

/* What a command with CMD_WORDS takes: its row's arg. */
enum words_kind { WORDS_OPTION, WORDS_THEME };

/* Lists what may be typed, when the text begins with such a command; *ret_listed false: it does
 * not. Of a command's name that others begin with too a blank has to follow. 0 or -ENOMEM. */
int words_list(struct app *app, const char *typed, bool *ret_listed);
/* The cursor is on the row it began on, and that is what was typed, to the last letter. */
bool words_typed_out(const struct app *app);
/* Makes the chosen row part of the line. */
int words_complete(struct app *app);
/* Enter: appends the words for the command; *ret_done false: the line was completed, more has to
 * follow. */
int words_accept(struct app *app, struct str *words, bool *ret_done);
/* Shows the chosen theme. */
void words_preview(struct app *app);

#endif
