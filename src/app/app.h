/* SPDX-License-Identifier: MIT
 *
 * The explorer's parts together: what command functions work on.
 *
 * Thread: UI. Owns: everything in it.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include "app/acting.h"
#include "app/announce.h"
#include "app/command.h"
#include "app/config.h"
#include "app/explore.h"
#include "app/handback.h"
#include "app/jump.h"
#include "app/keep.h"
#include "app/keymap.h"
#include "app/link.h"
#include "app/openers.h"
#include "app/pace.h"
#include "app/themes.h"
#include "base/queue.h"
#include "fs/browse.h"
#include "fs/children.h"
#include "fs/guard.h"
#include "model/model.h"
#include "model/state.h"
#include "ui/canvas.h"
#include "ui/input.h"
#include "ui/scene.h"
#include "ui/term.h"
#include "ui/theme.h"

/* Items of help, palette or strip: rows for the scene, and the commands behind them. */
struct items {
	struct scene_item *rows;
	const struct command **commands;
	size_t n, cap;
	char **keys; /* the texts rows point to; heap */
};

/* What is waited for before something is opened: app/opening.h. */
struct opening {
	struct args files;
	uint64_t asked, last;      /* tickets; asked is 0 when nothing is waited for */
	int64_t until_ms, keys_ms; /* keys wait for what it leads to so long */
	struct str mime;           /* what is known of it so far */
	bool text, link, choosing;
	bool sure; /* it is nothing that would hang or hurt who opens it */
};

struct choice;
struct chooser {           /* app/chooser.h */
	struct args files; /* empty until it is known what they are */
	struct choice *at;
	struct scene_item *rows;
	size_t n, cap;
	struct str question;
};

struct prompt_kind;
enum edit_kind {
	EDIT_GOTO,
	EDIT_FILTER,
	EDIT_MARK,
	EDIT_COMMAND,
	EDIT_SEARCH,
	EDIT_LINE,
	EDIT_SHELL,
	EDIT_OPEN,
	EDIT_JUMP,
	EDIT_NAME,
	EDIT_MODE,
	EDIT_OWNER,
	EDIT_PLAN,
	EDIT_KINDS
};

struct app {
	struct model *model;
	struct browse *browse;
	struct queue answers;
	bool has_answers;
	struct guard *guard;
	struct term *term;
	char **child_env;     /* for programs started from here; NULL: our own */
	struct args safe_env; /* the same, with only absolute entries in PATH */
	struct openers openers;
	struct children *children;
	struct opening opening;
	struct acting acting;
	struct chooser chooser;
	enum overlay drawn; /* on the screen: keys for another one are dropped */
	struct input *input;
	struct theme theme;
	struct keymap keymap;
	struct canvas canvas, shown;
	bool shown_valid; /* `shown` is what the terminal shows */
	size_t shown_top; /* position of the first row of the list in it */
	struct scene scene;
	struct scene_layout layout;
	struct lineedit edits[EDIT_KINDS], *edit; /* edit: the one in use */
	struct items items, hints;
	enum command_context hints_of; /* the context that the hints are for */
	struct str note;
	const struct prompt_kind *prompt;
	bool completion_due;        /* its text has changed since completions were asked for */
	enum match_kind match_kind; /* of filter and mark prompts */
	bool match_kind_set;
	bool view_regex; /* the viewer looks for a regular expression */
	struct {
		struct key keys[CHORD_MAX];
		unsigned nkeys;
		long count;
		bool counted;
		const struct command *letter_for; /* waits for its letter */
		int64_t since_ms;
		struct str text; /* for the screen */
	} pending;
	struct config_file config; /* as it was read */
	uint64_t touched;          /* options changed in this run, as bits */
	bool saving;               /* saving_text is on its way into the configuration file */
	size_t saving_count;
	struct str saving_text;
	struct themes themes;
	char *previewed; /* a theme shown for a while; NULL: that of the settings */
	bool theme_due;  /* it is shown when it has been read */
	struct settings_view *settings_view; /* NULL: never opened */
	const struct command *words_of;      /* the palette lists words for it; NULL: commands */
	size_t words_at;                     /* the row of them that the cursor began on */
	struct pace pace;
	struct link link;
	struct explore_options options;
	struct handback handback;
	struct announced announced;
	struct keep keep;
	struct jump jump;
	struct str start_dir; /* where the shell is; empty: not needed */
	int64_t now_ms;
	struct qnode *late; /* answers left for the next turn: keys go first */
	int64_t watch_at; /* when to look at inotify again, INT64_MAX: whenever it has something */
	bool dirty;       /* a frame is wanted */
	bool stirred;     /* one is wanted for what came by itself: keys go before it */
	bool blocked;     /* but the terminal takes no bytes now */
	uint64_t keys_seen, quit_asked; /* q again right after a question means yes */
	bool quit;
	bool follow; /* on leaving, the shell follows to this directory */
	bool lost;   /* the terminal is gone: do not write to it */
};

int64_t app_now_ms(void);

/* ---- dispatch.c: events of the terminal to commands ---- */
/* What has the keys now: the one place that decides it. */
enum command_context app_context(const struct app *app);
void app_input(struct app *app, struct input_event *event);
/* Runs a command and reports its error. */
void app_run(struct app *app, const struct command *command, const struct command_args *args);
/* Opens the which-key strip when a prefix has waited long enough. */
void app_pending_tick(struct app *app);
int64_t app_pending_deadline(const struct app *app);
void app_pending_clear(struct app *app);

/* ---- overlay.c: prompts, palette, help ---- */
void overlay_close(struct app *app);
bool overlay_input(struct app *app, struct input_event *event); /* false: not for an overlay */
int overlay_prompt_shell(struct app *app);
int overlay_prompt_goto(struct app *app);
void prompt_tick(struct app *app); /* before the screen is drawn: asks for completions */
int overlay_prompt_filter(struct app *app);
int overlay_prompt_mark(struct app *app, bool on);
int overlay_prompt_search(struct app *app); /* in the preview */
int overlay_prompt_add(struct app *app, bool directory);
int overlay_prompt_rename(struct app *app);
int overlay_prompt_attribute(struct app *app, enum task_kind kind); /* mode, owner, group */
int overlay_palette(struct app *app);
int overlay_help(struct app *app);
void overlay_strip(struct app *app); /* for the pending keys */

/* The palette with the name of a command that takes words typed already. */
int overlay_palette_words(struct app *app, const struct command *command);
void overlay_themes_came(struct app *app); /* the themes that are known have changed */

/* ---- items.c: rows of the command table for the screen ---- */
void items_done(struct items *items);
int items_hints(struct app *app);       /* of the current context; nothing when it has them */
void items_hints_drop(struct app *app); /* keys have changed: they are to be made again */
/* The commands of the current context whose name, help or keys contain the words typed, the one
 * whose name begins with them first: for the palette. */
int items_palette(struct app *app, const char *typed);
/* The same in order of the table, and behind them the commands of all other contexts. */
int items_help(struct app *app, const char *typed);
int items_strip(struct app *app);
/* Other rows for the palette: begin, add, publish. Texts are copied and may come from outside. */
void items_begin(struct app *app);
int items_add_words(struct app *app, const struct command *command, const char *name,
		    const char *keys, const char *help);
void items_publish(struct app *app);

/* ---- handoff.c: the terminal to another program and back ---- */
enum handoff_flag {
	HANDOFF_WAIT = 1,  /* afterwards says how it ended, and waits for Enter */
	HANDOFF_SHELL = 2, /* with the environment as it came, relative entries of PATH too */
};
/* The home directory; where it is not known, the root. */
const char *handoff_home(void);
/* Runs a program in a directory; NULL: in the home directory, or in the root where that cannot be
 * entered. 0 or -errno (spawn_foreground()). */
int handoff_run(struct app *app, const struct args *argv, const char *dir, unsigned flags);
int handoff_shell(struct app *app);
int handoff_suspend(struct app *app);
/* Waits for the terminal's answer when one is due: it must not reach the program that has the
 * terminal next. */
void handoff_settle(struct app *app);

/* ---- serve.c: the model's requests to the file system ---- */
void serve_requests(struct app *app);

#endif
