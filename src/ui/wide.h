/* SPDX-License-Identifier: MIT
 *
 * A cell of the canvas as curses takes it.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef UI_WIDE_H
#define UI_WIDE_H

#include <stdbool.h>
#include <wchar.h>

#include "ui/canvas.h"

#define WIDE_MAX 5 /* CCHARW_MAX of curses */

/* The characters of the cell, and L'\0' behind them; a stand-in of its width where libc has another
 * one for them. Returns how many. */
int wide_of(const struct cell *cell, wchar_t out[WIDE_MAX + 1]);
bool wide_is_blank(const struct cell *cell);

#endif
