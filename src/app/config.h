/* SPDX-License-Identifier: MIT
 *
 * The configuration file, `$TROWEL_CONFIG` or `$XDG_CONFIG_HOME/trowel/config`: sections [options]
 * (rows of app/options.def), [keys] (`command = keys`) and, for the keys of one context,
 * [keys.list], [keys.viewer], [keys.pane], and [openers] (`patterns = command`, see
 * app/openers.h). Everything has a default. A bad line is reported with
 * file and line, the rest is used. A file that belongs to someone else (neither us nor root) or
 * that others may write is ignored with a warning.
 *
 * Thread: UI, before the screen starts (reads files). Owns: see functions.
 */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "app/keymap.h"
#include "app/openers.h"
#include "base/str.h"
#include "model/settings.h"

enum option_type { OPTION_BOOL, OPTION_INT, OPTION_ENUM, OPTION_STRING };

struct option_row {
	const char *name;
	enum option_type type;
	size_t offset; /* in struct settings */
	long min, max; /* OPTION_INT */
	const char *const
		*words;      /* OPTION_ENUM: NULL at the end. OPTION_INT: a word for min, or NULL */
	const long *values;  /* what the words stand for; NULL: 0, 1, 2... */
	const char *initial; /* the default, as text */
	const char *help;
};

#define OPTIONS_MAX 64 /* so that a set of them is one number */
extern const struct option_row option_rows[];
extern const size_t noption_rows;

/* Sets one option. 0, -ENOENT (no such option), -EINVAL; the reason goes to err. */
int option_set(struct settings *s, const char *name, const char *value, struct str *err);
/* The same from "name=value". -EINVAL also without "=". */
int option_assign(struct settings *s, const char *text, struct str *err);
/* A row by name; NULL: none. */
const struct option_row *option_find(const char *name);
/* Appends what may be written: "yes no", "0..100", "auto 0..10000", "name size ..."; a free text is
 * "text". */
int option_domain(const struct option_row *row, struct str *out);
/* Appends its present value as option_set() takes it, and */
int option_value(const struct settings *s, const struct option_row *row, struct str *out);
/* as the configuration writes it: in quotes where it needs them. */
int option_get(const struct settings *s, const struct option_row *row, struct str *out);

/* Directory of our configuration (absolute) or of our state (bookmarks), from XDG_* or HOME; 0 or
 * -ENOENT when neither is set. xdg-basedir specification. */
int config_dir(struct str *out);
int config_state_dir(struct str *out);
/* The configuration file as it was read: what its settings came from, and what is written back. */
struct config_file {
	struct str path; /* absolute; empty: there is no place for one (-ENOENT of config_dir()) */
	struct str text;
	bool exists;
	struct str refused; /* why it was not read, though it is there; empty: it was */
};
/* Reads it; complaints are appended to warnings as by config_load(). 0 or -ENOMEM. */
int config_open(struct config_file *f, struct str *warnings);
void config_close(struct config_file *f);
/* What its [options] say, over the defaults: in the set *ret_given are the options that it names
 * (bit i: row i). 0 or -ENOMEM; settings_done() in both cases. */
int config_says(const struct config_file *f, struct settings *ret_settings, uint64_t *ret_given);

/* Reads a whole file that must be a regular one of ours (see above), at most max bytes. 0, -ENOENT,
 * -EPERM (not to be trusted; reason in err), -EFBIG, ... */
int config_read_file(const char *path, size_t max, struct str *out, struct str *err);
/* Reads the configuration. Complaints, one per line ("file:3: reason"), are appended to warnings.
 * Returns 0 also when there is no file; -ENOMEM. */
int config_load(struct settings *s, struct keymap *k, struct openers *o, struct str *warnings);
/* The same from a text; path is what complaints are about. 0 or -ENOMEM. */
int config_parse(const char *path, const char *text, size_t len, struct settings *s,
		 struct keymap *k, struct openers *o, struct str *warnings);
/* The directories that themes are looked for in, first the user's, then the installed one, then
 * that of the tree the program was built in, two folders above it, or three as a flavour. 0,
 * -ENOENT (there is no such one), -ENOMEM. */
#define THEME_DIRS 4
int config_theme_dir(unsigned i, struct str *out);
/* Appends the text of a theme by name: the user's themes directory, then the installed one, then
 * the one of the tree the program was built in, then the one built in ("default"). When there is
 * none of that name, or none to be trusted, the built-in one is used and the reason goes to err,
 * one per line. 0 or -ENOMEM. */
int config_theme(const char *name, struct str *out, struct str *err);

#endif
