/* SPDX-License-Identifier: MIT
 *
 * The command table: every action of the explorer is one row (app/commands.def). Help, hints,
 * palette, which-key strip, the key tables of README and man page, and the configuration's names
 * come from it.
 *
 * Command functions change the model or open an overlay; they never draw, block, or read keys. They
 * return 0 or -errno, which the dispatcher reports.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct app;

/* Where a key means this command. */
enum command_context {
	CTX_LIST = 1
}; /* any list; later issues add sizes, duplicates, permissions */

enum command_flag {
	CMD_REPEAT = 1,  /* a count in front repeats it (the function sees the count) */
	CMD_LETTER = 2,  /* takes the next character typed as its argument: mx 'x fx */
	CMD_MUTATES = 4, /* not offered with --read-only */
	CMD_HINT = 8,    /* shown in the footer, in the order of the table */
};

struct command_args {
	long count;      /* 1 when none was typed */
	bool counted;    /* a count was typed */
	unsigned letter; /* with CMD_LETTER: a code point; else the last key typed, 0 from the
			    palette */
	long arg;        /* of the row: several rows may share a function */
};

struct command {
	const char *name;  /* stable: configuration, palette */
	const char *group; /* section of the help */
	const char *keys;  /* default keys, alternatives separated by spaces: "j <Down>"; "" none */
	unsigned contexts, flags;
	const char *help; /* at most 60 columns, imperative */
	const char *hint; /* one or two words for the footer; NULL: help is never shortened */
	int (*run)(struct app *app, const struct command_args *args);
	long arg;
};

extern const struct command commands[];
extern const size_t ncommands;

const struct command *command_find(const char *name); /* NULL: none */

#endif
