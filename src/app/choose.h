/* SPDX-License-Identifier: MIT
 *
 * The explorer as a chooser for another program (--choose-file, --choose-files, --choose-dir): what
 * Enter or the command chooses is handed back, and the explorer ends. Nothing is opened meanwhile.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_CHOOSE_H
#define APP_CHOOSE_H

#include <stdbool.h>

struct app;
struct command;

bool choose_active(const struct app *app);
/* Enter on a file: chooses it, or what is marked when many may be. 0 or -errno. */
int choose_file(struct app *app, const char *path);
int choose_row(struct app *app); /* the same for the file under the cursor */
/* Why this command is not to be run in the mode that is on; NULL: it may be. */
const char *choose_refuses(const struct app *app, const struct command *command);
/* For the header, and for the hint of Enter; NULL: nothing is being chosen (by Enter). */
const char *choose_title(const struct app *app);
const char *choose_hint(const struct app *app);

#endif
