/* SPDX-License-Identifier: MIT
 *
 * What the files of the overlays share.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_OVERLAY_H
#define APP_OVERLAY_H

#include "app/app.h"

/* What the keys of a prompt mean. */
struct prompt_kind {
	const char *question;
	const char *hint;    /* right of the text; may be NULL */
	enum edit_kind edit; /* its line, with a history of its own */
	bool matches;        /* takes a pattern: Tab changes its kind */
	bool live;           /* narrows the list as one types; up and down move in the list */
	bool completes;
	int (*changed)(struct app *app); /* after each change of the text; may be NULL */
	int (*accept)(struct app *app);
	void (*cancel)(struct app *app); /* may be NULL */
	void (*tab)(struct app *app);    /* may be NULL */
	/* Up and down, in a list of its own; false: not such a key. May be NULL. */
	bool (*move)(struct app *app, struct key key);
};

bool overlay_is_cancel(struct key key); /* Esc, C-c, C-g */
/* Opens a prompt with a text to begin with. */
int prompt_open(struct app *app, const struct prompt_kind *kind, const char *text);
/* What stands beside the text. */
void prompt_note(struct app *app, bool is_error, const char *text);
/* How far the keys that move in a list of items go; 0: not such a key. letters: they move too,
 * since none are typed. */
long overlay_step(struct key key, bool letters);
/* at, moved within n items. */
size_t overlay_stepped(size_t at, long step, size_t n);
/* The item of n that was pressed on with the mouse. */
bool overlay_pressed(const struct app *app, const struct input_event *event, size_t n,
		     size_t *ret_item);

/* palette.c */
int palette_key(struct app *app, struct key key);
int palette_changed(struct app *app); /* what is typed has changed */
void palette_mouse(struct app *app, const struct input_event *event, long wheel);

/* prompt.c */
/* A key for the open prompt. 0 or -errno. */
int prompt_key(struct app *app, struct key key);
/* The text of the open prompt has changed. */
int prompt_changed(struct app *app);

#endif
