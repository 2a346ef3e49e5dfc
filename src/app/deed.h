/* SPDX-License-Identifier: MIT
 *
 * What the verbs that change things share: their common options, operands as places in open
 * directories, the plan and its running, what is printed of it, the exit status.
 *
 *	if (!deed_begin(&d, "rm", options, own, ctx, argc, argv))
 *		return deed_end(&d);
 *	for each operand: deed_place(&d, operand, &at) == 0 and plan_trash(d.plan, &at)
 *	deed_do(&d);
 *	return deed_end(&d);
 *
 * Nothing is made, not even a directory of our own, before something of the plan can be done and
 * was agreed to; with --dry-run nothing at all.
 *
 * Thread: main. Owns: its plan, journal, open directories and what it has to say.
 */
#ifndef APP_DEED_H
#define APP_DEED_H

#include "app/verb.h"
#include "base/json.h"
#include "fs/plan.h"

/* The first options of every such verb, in this order. */
enum deed_option { DEED_DRY_RUN, DEED_PRINT, DEED_YES, DEED_LOOK, DEED_NO_JOURNAL, DEED_OWN };

/* letter: of --print. */
#define DEED_OPTIONS_WITH(letter)                                                                \
	[DEED_DRY_RUN] = {"dry-run", 'n', NULL, "print what would be done, and change nothing"}, \
	[DEED_PRINT] = {"print", letter, "[FORMAT]",                                             \
			"what was done as text (the default), json, or nul: paths ended by NUL " \
			"bytes"},                                                                \
	[DEED_YES] = {"yes", 'y', NULL, "do not ask"},                                           \
	[DEED_LOOK] = {"look", 0, NULL,                                                          \
		       "where the file system cannot promise to overwrite nothing: look, then "  \
		       "act"},                                                                   \
	[DEED_NO_JOURNAL] = {"no-journal", 0, NULL,                                              \
			     "act although the journal cannot be written: without undo"}
#define DEED_OPTIONS DEED_OPTIONS_WITH('p')

struct deed_place; /* an open directory */

struct deed_trouble {
	char *path, *why; /* why may be NULL */
	int err;
};

/* What became of a step. */
struct deed_step {
	enum step_state state;
	int err;
	char *why; /* may be NULL */
};

struct deed {
	const char *name;
	struct verb_args args;
	bool dry_run, yes, print, no_journal;
	enum print_format format;
	bool measured; /* set by the verb: what the plan takes is counted, and counts holds it */
	bool asks;     /* likewise: it is for good, and a number is to be typed on a terminal */
	const char *no_dir; /* likewise: what to say when the directory of an operand is missing */

	struct plan_env env;
	struct str state, journal_dir, cwd; /* empty: there is none */
	struct plan *plan;
	struct journal *journal; /* of undo and redo; NULL: opened when it is needed */

	struct deed_place *places; /* the last used first */
	size_t nplaces;
	struct deed_trouble *troubles; /* of operands */
	size_t ntroubles, troubles_cap;
	struct str dir, base; /* of the operand last asked for */

	struct plan_counts counts;
	struct plan_result result;
	struct deed_step *steps; /* as many as the plan has; NULL: nothing was run */
	bool ran;
	size_t failures;     /* that were said while it ran */
	int64_t shown_ms;    /* when progress was shown last, on a clock; 0: there is no terminal */
	bool cancelled;      /* in the middle of a step */
	bool progress_shown; /* a line of it is on the terminal */
	struct str failed_json; /* what of a tree could not be deleted, as elements of an array */
	int status;             /* enum exit_status */
};

/* Options and environment. False: end it, the status is set. Options that have the name of a common
 * one are that; own (may be NULL) takes the others: 0, -EINVAL (it was said), -ENOMEM. The operands
 * are args.argv[args.at...]. */
bool deed_begin(struct deed *d, const char *name, const struct verb_option *options,
		int (*own)(void *ctx, int option, const char *value), void *ctx, int argc,
		char **argv);
/* Makes the plan, once. 0 or -errno, which was said. */
int deed_plan(struct deed *d) MUST_USE;
/* Frees everything and returns the status. */
int deed_end(struct deed *d);

/* The number of operands, which is to be from min to max (-1: any); otherwise false, said. `what`:
 * "a FILE is needed". */
bool deed_operands(struct deed *d, int min, int max, const char *what);

/* Whether an operand names something that may be acted on, from its text alone: 0; 1: it does not,
 * which is noted; -ENOMEM. */
int deed_name(struct deed *d, const char *operand) MUST_USE;
/* Where an operand is: its directory is opened, links followed; itself it is not. Valid until the
 * next call. 0; 1: it cannot be, which is noted; -ENOMEM. `fresh`: it need not be there, and a
 * slash behind it says nothing of what is. */
int deed_place(struct deed *d, const char *operand, bool fresh, struct plan_at *ret_at) MUST_USE;
/* The absolute path of an operand, its directory as the kernel has it; nothing is noted. 0,
 * -ENOMEM, -errno: the directory is not there. */
int deed_path(struct deed *d, const char *operand, struct str *out) MUST_USE;
/* The same from the text alone. 0 or -ENOMEM. */
int deed_resolve(struct deed *d, const char *path, struct str *out) MUST_USE;
/* Notes why something cannot be done. 1 or -ENOMEM. */
int deed_trouble(struct deed *d, const char *path, int err, const char *why);
/* The absolute path of an open directory, as the kernel has it, or from the text. 0 or -ENOMEM. */
int deed_dir_path(struct deed *d, int fd, const char *text, struct str *out) MUST_USE;

/* Why it ends before anything was done, "trowel NAME: reason"; sets the status. */
void deed_refuse(struct deed *d, const char *fmt, ...) PRINTF(2, 3);
/* The same of something that failed. */
void deed_fail(struct deed *d, const char *what, int err);

/* ---- app/deed_run ---- */

/* Checks the plan, says what is wrong with it, and does it, as the options say: prints it
 * (--dry-run), asks, runs. `r`: of the calls that made the plan; negative: nothing is done. Sets
 * the status. */
void deed_do(struct deed *d, int r);
/* Shows `text` and waits for a line on the terminal that is exactly `answer`. False: no, or there
 * is no terminal (said, and the status set). */
bool deed_ask(struct deed *d, const char *text, const char *answer);
/* SIGINT came while the plan was done. */
const _Atomic bool *deed_cancelled(void);
/* Opens the journal: to read (nothing is made), or to write. 0 or -errno, said. */
int deed_journal(struct deed *d, bool write) MUST_USE;
/* What of it cannot be read, a line each; said when it is opened to read. */
void deed_say_warnings(struct deed *d);

/* ---- app/deed_out ---- */

void deed_say_troubles(struct deed *d);
/* The plan, or what became of it, on standard output. 0 or -errno, said. */
int deed_print_plan(struct deed *d) MUST_USE;
int deed_print_result(struct deed *d) MUST_USE;
/* Appends what the plan does, counted: "delete 2 items: 12 files, 3 directories, 1.2M freed". */
void deed_summary(struct deed *d, struct str *out);
/* "trowel NAME: text", made safe, on stderr. */
void deed_say(struct deed *d, const char *text);
/* What would help, with "; " before it, or "". clash: of plan_problem. */
const char *deed_help(const char *why, bool clash);
const char *deed_state_word(enum step_state state);
/* Appends where the thing of a step is now, or was when it is gone, and a NUL. 0 or -ENOMEM. */
int deed_add_path(const struct step *s, struct str *out);
/* One step as members of an object: kind, from, to. */
void deed_step_json(struct json *j, const struct step *s);

#endif
