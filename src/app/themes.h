/* SPDX-License-Identifier: MIT
 *
 * The themes there are, with their texts: those of the user, those that were installed, and the one
 * built in. Files are read by workers, each directory for itself, so that one on a server that does
 * not answer keeps nobody from the others.
 *
 * Thread: UI. Owns: its texts.
 */
#ifndef APP_THEMES_H
#define APP_THEMES_H

#include "app/config.h"
#include "fs/browse.h"

struct theme_text {
	char *name;
	char *path; /* NULL: built in, or as it was read at the start */
	char *text; /* NULL: it cannot be used, and why */
	size_t len;
	char *reason;
	unsigned rank; /* of several with one name the lowest counts */
};

struct themes {
	struct theme_text *at; /* by name, then rank */
	size_t n, cap;
	char *dirs[THEME_DIRS]; /* NULL: none */
	unsigned waiting;       /* directories that have not answered yet, as bits */
	bool loaded;            /* all have answered at least once */
};

/* Finds the directories, which reads links: before the screen starts. 0 or -ENOMEM. */
int themes_init(struct themes *t);
void themes_done(struct themes *t);
/* Remembers a text as the theme of this name, until a file of that name is read. 0 or -ENOMEM. */
int themes_add(struct themes *t, const char *name, const char *text, size_t len);
/* Reads the directories again. */
void themes_ask(struct themes *t, struct browse *b);
/* Takes the texts of one of them (FS_TEXTS). 0 or -ENOMEM. */
int themes_take(struct themes *t, struct fs_event *event);
/* The one that counts; NULL: none of that name, or not known yet. */
const struct theme_text *themes_find(const struct themes *t, const char *name);
/* The first of each name, in order of names: from i on, which is moved behind it; NULL: no more. */
const struct theme_text *themes_next(const struct themes *t, size_t *i);
/* What its first line says of itself, when that is a comment. Returns its length, 0: nothing. */
size_t themes_about(const struct theme_text *text, const char **ret_about);

#endif
