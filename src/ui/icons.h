/* SPDX-License-Identifier: MIT
 *
 * A sign for the kind of a row, told by its type, its mode, then its name and extension; nothing is
 * read. The rows of the table are in ui/icons.def.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef UI_ICONS_H
#define UI_ICONS_H

#include "model/rows.h"

/* The values of the option `icons`. */
enum icon_set { ICONS_NONE, ICONS_PLAIN, ICONS_NERD, ICON_SETS };

/* Columns for a sign: one, and a blank behind it, into which fonts may draw it wider. */
#define ICON_WIDTH 2

/* UTF-8 of one column; NULL for ICONS_NONE. */
const char *icon_of(enum icon_set set, const struct row *row);

#endif
