/* SPDX-License-Identifier: MIT
 *
 * The programs that are there without configuration: the editor ($VISUAL, $EDITOR), the pager
 * ($PAGER), our viewer, and what the desktop opens things with (xdg-open).
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_PROGRAMS_H
#define APP_PROGRAMS_H

#include "app/app.h"

/* Each with all these files. 0 or -errno; what went wrong with the program itself is a notice. */
int programs_edit(struct app *app, const struct args *files);
int programs_page(struct app *app, const struct args *files);
int programs_desktop(struct app *app, const struct args *files);
/* The viewer takes one file: the first. */
int programs_view(struct app *app, const struct args *files);
/* There is a desktop that shows windows to whoever sits at this terminal: not at the other end of
 * an SSH connection, unless that forwards X11. */
bool programs_have_desktop(void);
/* The command line of the editor or pager, for people. */
const char *programs_editor_name(void);
const char *programs_pager_name(void);

#endif
