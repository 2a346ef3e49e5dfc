/* SPDX-License-Identifier: MIT
 *
 * The info pane: what it is about and what is known of that. It follows the cursor of the list that
 * has the keys, but asks only when keys rest: for facts first, a little later for a preview; one
 * question at a time, and the question for a row that was left is closed. What was known of the row
 * before stays until the answer for the new one has come, so that nothing flickers and moving on
 * costs nothing on the wire; when no answer comes it is dropped.
 *
 * The lines of the preview are looked at from here too: the current line, and a search.
 *
 * Thread: UI. Owns: the facts and the preview it was given.
 */
#ifndef MODEL_INFO_H
#define MODEL_INFO_H

#include "base/match.h"
#include "fs/event.h"

#define INFO_REST_MS    150  /* after the last key: the facts are asked for */
#define INFO_PREVIEW_MS 300  /* the preview is */
#define INFO_LATE_MS    500  /* without an answer: what is shown of another row is dropped */
#define INFO_REFRESH_MS 1000 /* a file that is being written to is looked at this often */
#define INFO_LINES      1000 /* of a preview */
#define INFO_COLUMNS    1000 /* bytes of a line of it */

struct model;

/* How much of a file's content is asked for; the order of enum preview_depth in fs/browse.h. */
enum info_depth { INFO_KIND, INFO_CONTENT, INFO_BYTES };

struct info {
	bool shown;    /* there is a pane on the screen */
	bool focus;    /* it has the keys */
	size_t height; /* lines of the preview on the screen; 0: there is none */
	bool hex;      /* of this file the bytes are wanted */

	struct str path;  /* what the cursor is on; "": nothing yet */
	struct meta seen; /* of its row; a change of it is a reason to look again */
	bool has_seen;
	bool want_facts, want_preview;
	uint64_t facts_ticket, preview_ticket; /* of the questions under way, or 0 */
	int64_t key_ms, since_ms;              /* of the last key; of the last change of path */
	int64_t asked_ms;
	int64_t facts_after, preview_after; /* not before, when a file changes again and again */
	int64_t stretch_ms;                 /* on a slow link keys rest later */

	struct str about; /* the path that facts and facts_err belong to; "": none */
	struct facts *facts;
	int facts_err; /* why there are none */
	struct str preview_of;
	struct preview *preview; /* NULL: none, see preview_err */
	int preview_err;
	enum info_depth depth; /* it was asked for with */

	size_t line;          /* the current one: the window begins with it where it can */
	struct matcher *find; /* what is searched in the preview, or NULL */
	struct str find_text; /* as typed */
};

void info_init(struct info *i);
void info_done(struct info *i);
/* True when the preview (the facts) on hand are of what the cursor is on. */
bool info_has_facts(const struct info *i);
bool info_has_preview(const struct info *i);
/* The preview belongs to the thing the facts are about: its kind may stand among them. */
bool info_same(const struct info *i);

/* What the screen has room for: a pane at all, and lines of a preview in it. Without lines the keys
 * go back to the list. */
void model_info_room(struct model *m, bool shown, size_t height);
/* A key was typed: nothing is asked until keys have rested, on a slow link by so much longer. */
void model_info_key(struct model *m, int64_t now_ms, int64_t stretch_ms);
/* Gives the pane the keys, or takes them; false: there is none. */
bool model_info_focus(struct model *m, bool on);
void model_info_move(struct model *m, long lines);
void model_info_move_to(struct model *m, size_t line); /* clamped */
/* From text to bytes and back. */
void model_info_hex(struct model *m);
/* What n and N look for; an empty text ends the search. Goes to the first match from the current
 * line on. 0, -ENOMEM. */
int model_info_find(struct model *m, const char *text);
/* The next line with a match (dir 1), or the one before (-1), going round; a notice when there is
 * none. */
void model_info_find_next(struct model *m, int dir);

/* How many previews are on their way: 0 or 1. */
uint32_t model_info_previewing(const struct model *m);

/* ---- for the model's own files ---- */
void info_event(struct model *m, struct fs_event *event);
void info_tick(struct model *m); /* follows the cursor, asks when it is time */
int64_t info_deadline(const struct model *m);

#endif
