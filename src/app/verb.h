/* SPDX-License-Identifier: MIT
 *
 * The command line: a first word that is a verb picks a row here; anything else opens the explorer.
 *
 * Thread: main. Owns: nothing.
 */
#ifndef APP_VERB_H
#define APP_VERB_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum exit_status {
	EXIT_ALL_DONE = 0,
	EXIT_SOME_FAILED = 1, /* each was named on stderr with the reason */
	EXIT_USAGE = 2,
	EXIT_REFUSED = 3, /* a precondition failed, nothing changed */
	EXIT_CANCELLED = 130,
};

/* One option of the command line. --help and --version are everywhere and in no table. */
struct verb_option {
	const char *name;  /* "print": --print; NULL at the end of a table */
	char letter;       /* 'p': -p; 0: none */
	const char *value; /* "FORMAT", or "[FORMAT]" when it may be left out; NULL: takes none */
	const char *help;  /* one line */
};

struct verb {
	const char *name;
	const char *usage; /* after "trowel NAME" */
	const char *help;  /* one line */
	const struct verb_option *options;
	int (*run)(int argc, char **argv); /* argv[0] is the verb; returns enum exit_status */
};

extern const struct verb verbs[];
extern const size_t nverbs;

const struct verb *verb_find(const char *name);
/* The options of a command line, one after the other, as the GNU conventions have it
 * (getopt_long(3): beginnings of names that are clear, options behind operands, "--"). */
struct verb_args {
	const char *name; /* of the verb; "" for the explorer itself */
	const struct verb_option *options;
	int argc;
	char **argv;       /* argv[0] is the program or the verb */
	bool stop;         /* at the first operand, instead of looking for options behind it */
	bool operands;     /* set: "--" was seen */
	int at;            /* set: what follows from here are operands */
	const char *value; /* set: of the option just returned, NULL: none */
	int status;        /* set with VERB_ARGS_EXIT */
};
enum { VERB_ARGS_END = -1, VERB_ARGS_EXIT = -2 };
/* The index of the next option in `options`; VERB_ARGS_END: operands are argv[at] .. argv[argc -
 * 1]; VERB_ARGS_EXIT: help was printed or the error said: return status. */
int verb_args_next(struct verb_args *args);

enum print_format { PRINT_TEXT, PRINT_JSON, PRINT_NUL, PRINT_FORMATS };
/* The value of --print (NULL: text). False when it is none. */
bool print_parse(const char *value, enum print_format *ret_format);

int print_formats(struct str *out); /* appends them, a blank between two; 0 or -ENOMEM */

/* The values of --conflict of restore: likewise. */
int restore_conflicts(struct str *out);

/* "trowel NAME: reason" and where to look on stderr; returns EXIT_USAGE. */
int verb_usage(const char *name, const char *fmt, ...) PRINTF(2, 3);
/* "trowel NAME: 'path': reason" on stderr, the path made safe. */
void verb_error(const char *name, const char *path, int err);
/* The same with a reason of one's own, which is made safe too. */
void verb_say(const char *name, const char *path, const char *reason);
/* Writes everything to standard output. 0, or -errno, which was said. */
int verb_write(const char *name, const char *bytes, size_t len);
/* Appends how an option is written: "-p, --print[=FORMAT]". */
int verb_option_form(const struct verb_option *option, struct str *out);
/* What --help prints for a table of options; also for the explorer. */
int verb_options_help(const struct verb_option *options, struct str *out);
bool verb_ascii(void); /* the locale shows ASCII only: base/display.h */

/* Of the explorer itself, in the order of enum explorer_option. */
enum explorer_option {
	EXPLORER_CONFIG,
	EXPLORER_CWD_FILE,
	EXPLORER_READ_ONLY,
	EXPLORER_PLAIN,
	EXPLORER_OPTION,
	EXPLORER_DUMP,
	EXPLORER_CHOOSE_FILE,
	EXPLORER_CHOOSE_FILES,
	EXPLORER_CHOOSE_DIR,
	EXPLORER_NULL,
	EXPLORER_RESUME
};
extern const struct verb_option explorer_options[];

/* Those that change things: app/deed.h is what they share. */
int verb_rm(int argc, char **argv);
int verb_restore(int argc, char **argv);
int verb_empty(int argc, char **argv);
int verb_delete(int argc, char **argv);
int verb_rename(int argc, char **argv);
int verb_mkdir(int argc, char **argv);
int verb_touch(int argc, char **argv);
int verb_link(int argc, char **argv);
int verb_symlink(int argc, char **argv);
int verb_chmod(int argc, char **argv);
int verb_chown(int argc, char **argv);
int verb_rmdir(int argc, char **argv);
int verb_undo(int argc, char **argv);
int verb_redo(int argc, char **argv);
int verb_recover(int argc, char **argv);
extern const struct verb_option verb_rm_options[], verb_restore_options[], verb_empty_options[],
	verb_delete_options[], verb_rename_options[], verb_mkdir_options[], verb_touch_options[],
	verb_link_options[], verb_symlink_options[], verb_chmod_options[], verb_chown_options[],
	verb_rmdir_options[], verb_undo_options[], verb_redo_options[], verb_recover_options[];

int verb_trash(int argc, char **argv);
int verb_history(int argc, char **argv);
extern const struct verb_option verb_trash_options[], verb_history_options[];

int verb_list(int argc, char **argv);
int verb_info(int argc, char **argv);
int verb_sizes(int argc, char **argv);
extern const struct verb_option verb_list_options[], verb_info_options[], verb_sizes_options[];

#endif
