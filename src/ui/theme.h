/* SPDX-License-Identifier: MIT
 *
 * Colour roles and the themes that give them looks. A theme is a file of lines `role = look`
 * (base/conf.h), a look is words: `fg=COLOUR bg=COLOUR bold dim italic underline reverse strike`;
 * COLOUR is default, one of 16 names (black red green yellow blue magenta cyan white, bright-…),
 * 0–255, #rrggbb, or an alias `palette.x = COLOUR`. Roles are the rows of ui/roles.def. The line
 * `terminal = fg=COLOUR bg=COLOUR` says what the terminal's own colours are thought to be; nothing
 * is drawn by it, the contrast is judged by it (tests/unit/ui/test_theme_contrast.c).
 *
 * A look is brought down to what the terminal has (24-bit → 256 → 16 → 8 → none) when the theme is
 * resolved. `role = look | look`: the second is for terminals of 16 colours or fewer, where the
 * nearest colour may be none that can be read. A colour that a look leaves out is that of `text`.
 * Without colours bold, underline and reverse remain, so that the cursor row, marks and errors can
 * always be told.
 *
 * Thread: UI. Owns: itself.
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/str.h"

enum role {
#define ROLE(id, name, fallback, letter, doc) ROLE_##id,
#include "ui/roles.def"
#undef ROLE
	ROLE_KINDS
};

struct role_info {
	const char *name;
	enum role fallback; /* itself: none */
	char letter;        /* in the drawings of view tests */
	const char *doc;
};
extern const struct role_info role_info[ROLE_KINDS];

enum look_attr {
	LOOK_BOLD = 1,
	LOOK_DIM = 2,
	LOOK_ITALIC = 4,
	LOOK_UNDERLINE = 8,
	LOOK_REVERSE = 16,
	LOOK_STRIKE = 32,
};
#define COLOUR_DEFAULT (-1)
#define COLOUR_RGB     0x1000000 /* | rrggbb; below 256: a palette index */

struct look {
	int32_t fg, bg; /* COLOUR_DEFAULT, 0..255, or COLOUR_RGB | rrggbb */
	uint8_t attrs;
};

#define THEME_LOOKS_MAX 1024 /* roles plus the looks LS_COLORS adds */

/* A cell's look is an index into theme.looks: a role, or one of LS_COLORS' looks behind the roles.
 */
struct theme {
	struct look looks[THEME_LOOKS_MAX];
	uint32_t nlooks;
	bool set[ROLE_KINDS];
	struct look few[ROLE_KINDS]; /* for 16 colours or fewer; the same unless the theme says */
	struct look terminal;        /* what the theme takes the terminal's own colours for */
	struct map by_ext;    /* LS_COLORS *.ext: the suffix, dot included, lower case -> look */
	uint16_t by_type[16]; /* enum ls_type of theme_ls.c; 0: not given */
	bool has_ls_colors;
};

/* themes/default.theme, built in, so that the program runs without installed files. */
extern const char theme_default_text[];

int theme_init(struct theme *t); /* every role default */
void theme_done(struct theme *t);
/* Reads a theme text over what is there; bad lines are reported and skipped (see conf_parse()). An
 * alias must be defined above its use. Returns the number of bad lines, or -ENOMEM. */
int theme_parse(struct theme *t, const char *text, size_t len,
		void (*bad)(void *ctx, unsigned line, const char *reason), void *ctx);
/* Takes LS_COLORS (dircolors(5) syntax of the variable) for names. Bad parts are ignored; so are
 * blinking, concealing, and what a row does not say (orphaned links, capabilities, link counts). 0
 * or -ENOMEM. */
int theme_ls_colors(struct theme *t, const char *value);
/* Fills roles that were not set from their fallbacks and reduces every look to `colors` colours
 * (0, 8, 16, 256, 16777216). Once for a theme: what was reduced does not come back. */
void theme_resolve(struct theme *t, int colors);
/* The look for a name by its type, mode and extension. */
struct row;
uint16_t theme_name_look(const struct theme *t, const struct row *row);

#endif
