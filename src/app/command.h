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

/* Where a key means this command: what has the keys now. A command may work in several. */
enum command_context {
	CTX_LIST = 1,     /* any list */
	CTX_VIEWER = 2,   /* the full-screen viewer */
	CTX_PANE = 4,     /* the info pane, when it has the keys */
	CTX_SIZES = 8,    /* a list of sizes: what works in lists, and more */
	CTX_TRASH = 16,   /* the list of what is in the trash: likewise */
	CTX_HISTORY = 32, /* the list of what was done, or of its steps: likewise */
	CTX_LISTS = CTX_LIST | CTX_SIZES | CTX_TRASH | CTX_HISTORY,
	CTX_ALL = CTX_LISTS | CTX_VIEWER | CTX_PANE,
};

/* One row per context: the only place that has their names. */
struct context_info {
	unsigned context;
	const char *name;  /* of the section: [keys.NAME] */
	const char *where; /* "in the viewer": for complaints */
	unsigned also;     /* contexts that its section of the configuration is for, too */
};

enum command_flag {
	CMD_REPEAT = 1,  /* a count in front repeats it (the function sees the count) */
	CMD_LETTER = 2,  /* takes the next character typed as its argument: mx 'x fx */
	CMD_MUTATES = 4, /* not offered with --read-only */
	CMD_CHOOSE = 64, /* only in the modes of the row's arg (enum choosing) */
	CMD_OPENS = 128, /* hands a file to another program: not while choosing */
	CMD_ACTS = 256,  /* whoever does this here has visited the place */
	CMD_HINT = 8,    /* shown in the footer, in the order of the table */
	CMD_WORDS = 16,  /* takes words typed behind its name in the palette (app/words.h) */
};

struct command_args {
	long count;        /* 1 when none was typed */
	bool counted;      /* a count was typed */
	unsigned letter;   /* with CMD_LETTER: a code point; else the last key typed, 0 from the
			      palette */
	long arg;          /* of the row: several rows may share a function */
	const char *words; /* with CMD_WORDS: what was typed behind its name; "" nothing */
};

struct command {
	const char *name;  /* stable: configuration, palette */
	const char *group; /* section of the help */
	const char *keys;  /* default keys, alternatives separated by spaces: "j <Down>"; "" none */
	unsigned contexts; /* enum command_context */
	unsigned flags;
	const char *help; /* at most 60 columns, imperative */
	const char *hint; /* one or two words for the footer; NULL: help is never shortened */
	int (*run)(struct app *app, const struct command_args *args);
	long arg;
};

extern const struct command commands[];
extern const size_t ncommands;
extern const struct context_info context_rows[];
extern const size_t ncontext_rows;

const struct command *command_find(const char *name);      /* NULL: none */
const struct context_info *context_find(const char *name); /* by its name; NULL: none */
const struct context_info *context_info(unsigned context); /* of exactly one context */

#endif
