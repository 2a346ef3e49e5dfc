/* SPDX-License-Identifier: MIT
 *
 * The one poll loop: terminal, answers of the workers, inotify, signals. It sleeps without a timer
 * when nothing is going on.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_LOOP_H
#define APP_LOOP_H

#include "app/app.h"

/* Until app->quit, a signal to end, or the loss of the terminal. */
void loop_run(struct app *app);
/* The terminal may have another size: everything is drawn anew. */
void loop_resize(struct app *app);
/* How long to wait for the rest of a split escape sequence: shorter where the terminal is on this
 * machine. */
int loop_escape_ms(const struct settings *settings);

#endif
