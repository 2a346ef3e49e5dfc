/* SPDX-License-Identifier: MIT
 *
 * The tables of the program as text: for people who configure it, and for README and man page,
 * which tools/tables fills from here.
 *
 * Thread: main, without a screen (reads the configuration). Owns: nothing.
 */
#ifndef APP_DUMP_H
#define APP_DUMP_H

#include "app/keymap.h"
#include "base/str.h"
#include "model/settings.h"

/* What --dump takes, separated by blanks. */
int dump_names(struct str *out);
/* Appends the table `what`: "keys" (a line a row, cells separated by tabs, of what s and k hold),
 * "keys-markdown" or "keys-man". 0, -ENOENT (no such table), -ENOMEM. */
int dump_table(const char *what, const struct settings *s, const struct keymap *k, struct str *out);
/* trowel --dump=WHAT: prints it; "keys" and "options" show what the configuration makes of them,
 * the forms for documents show the defaults. Returns enum exit_status. */
int dump_main(const char *what);

#endif
