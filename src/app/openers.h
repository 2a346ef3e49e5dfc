/* SPDX-License-Identifier: MIT
 *
 * Which program opens what: the rules of the section [openers], in the order they stand there. The
 * first that matches is the default, so what is special comes first.
 *
 *	image/png *.jpg  = detach: feh %F
 *	*.pdf *.ps       = detach: zathura %f
 *	Makefile *.c     = :edit
 *
 * On the left, separated by blanks: kinds (MIME types, with a slash) and patterns of names, as
 * base/glob.h has them; case is ignored where a pattern has no capital. `text/` with a star also is
 * what is text under another name (application/json). On the right how to start it (see below; at
 *first `term:`), and a command line as in base/args.h; without a placeholder for files they are
 *appended as with %F. Or one of our own: `:edit`, `:view`, `:pager`, `:desktop`.
 *
 * A line with %n runs in the directory of the file, any other in the home directory: not in the one
 * shown, which somebody else may have filled.
 *
 * The program is a name that is searched in PATH, or an absolute path: never a file that is opened,
 * never one beside it.
 *
 * Thread: UI. Owns: its rules.
 */
#ifndef APP_OPENERS_H
#define APP_OPENERS_H

#include "base/args.h"

enum opener_how {
	OPENER_TERM,   /* term:   in the terminal */
	OPENER_WAIT,   /* wait:   and its output stays until Enter is pressed */
	OPENER_PAGER,  /* pager:  what it prints goes to the pager */
	OPENER_DETACH, /* detach: beside us, without a terminal */
	OPENER_HOWS
};

/* What is known to us without a command line. */
enum opener_own { OWN_NONE, OWN_EDIT, OWN_VIEW, OWN_PAGER, OWN_DESKTOP, OWN_KINDS };

struct opener_command {
	enum opener_how how;
	enum opener_own own;
	char *line; /* heap; of an own one its name: ":edit" */
	unsigned uses;
	bool typed; /* just now, by the person who looks at the directory on screen */
};

struct opener_pattern;
struct opener_rule {
	char *text; /* the left side, as written */
	struct opener_pattern *patterns;
	size_t npatterns, patterns_cap;
	struct opener_command command;
};

struct openers { /* all zero: none */
	struct opener_rule *at;
	size_t n, cap;
};

/* What a file is, as far as it is known. */
struct opener_kind {
	bool known;       /* false: nobody was asked yet */
	bool text;        /* it is text in some encoding */
	const char *mime; /* "" or NULL: not known */
};

void openers_done(struct openers *o);
/* Appends a rule. 0, -ENOMEM, or -EINVAL with the reason in err. */
int openers_add(struct openers *o, const char *patterns, const char *command, struct str *err);
/* Looks for the first rule from *at on that matches; *at is then its position. 1: found; 0: none;
 * -EAGAIN: that depends on the kind, which is not known. */
int openers_find(const struct openers *o, const char *name, const struct opener_kind *kind,
		 size_t *at);
/* Whether one rule matches, likewise. */
int opener_matches(const struct opener_rule *rule, const char *name,
		   const struct opener_kind *kind);

/* Takes "detach:" and the like off the front of a line. 0 or -EINVAL with the reason: no such one.
 */
int opener_parse_how(const char **line, enum opener_how *how, struct str *err);
const char *opener_how_name(enum opener_how how); /* "detach:" */
const char *opener_own_name(enum opener_own own); /* ":edit" */
/* The right side of a rule. 0, -ENOMEM, -EINVAL. */
int opener_parse(const char *text, struct opener_command *ret, struct str *err);
void opener_command_done(struct opener_command *c);

#endif
