/* SPDX-License-Identifier: MIT
 *
 * What the user did, and the notation of keys: "j", "<C-d>", "<Enter>", "<A-1>", "<F5>", "<S-Tab>",
 * "<Space>", "gg" (a chord: keys in sequence).
 *
 * Thread: any. Owns: nothing.
 */
#ifndef UI_KEY_H
#define UI_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Above Unicode: keys that are not characters. */
enum {
	KEYSYM_NONE = 0,
	KEYSYM_UP = 0x200000,
	KEYSYM_DOWN,
	KEYSYM_LEFT,
	KEYSYM_RIGHT,
	KEYSYM_HOME,
	KEYSYM_END,
	KEYSYM_PGUP,
	KEYSYM_PGDN,
	KEYSYM_INSERT,
	KEYSYM_DELETE,
	KEYSYM_BACKSPACE, /* ^H and ^? alike */
	KEYSYM_TAB,
	KEYSYM_ENTER,
	KEYSYM_ESC,
	KEYSYM_F1, /* .. F12 */
	KEYSYM_F12 = KEYSYM_F1 + 11,
};

enum key_mod { KEYMOD_CTRL = 1, KEYMOD_ALT = 2, KEYMOD_SHIFT = 4 };

/* One key: a code point or KEYSYM_*, with modifiers. Shift is given only where it is not in the
 * character itself ("G" is 'G', no modifier); Ctrl with a letter is the lower-case letter and
 * KEYMOD_CTRL. */
struct key {
	uint32_t sym;
	uint8_t mods;
};

enum input_kind {
	INPUT_KEY,
	INPUT_MOUSE,
	INPUT_PASTE,
	INPUT_ALIVE, /* the terminal's answer to term_ask(): it has taken all that was sent before
		      */
};
enum mouse_kind { MOUSE_PRESS, MOUSE_DOUBLE, MOUSE_RELEASE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct input_event {
	enum input_kind kind;
	struct key key;
	struct {
		enum mouse_kind kind;
		uint8_t button; /* 1 left, 2 middle, 3 right; 0: the wheel */
		uint8_t mods;
		int row, col; /* from 0 */
	} mouse;
	struct str paste; /* INPUT_PASTE: the bytes; the receiver frees */
};

bool key_eq(struct key a, struct key b);
/* True for a key that a terminal can report: a graphic code point or KEYSYM_*, known modifiers. */
bool key_valid(struct key key);
/* The one form of a key: Shift folded into letters, and what terminals send the same code for made
 * the same key (C-i is Tab, C-m and C-j Enter, C-h Backspace, C-[ Esc, C-@ C-Space, C-/ C-_). */
struct key key_make(uint32_t sym, unsigned mods);
/* Parses one key at text; returns bytes used, 0 when it is no key. Names are matched without regard
 * to case; blanks are no keys (<Space> is); a < that opens no <...> is itself. */
size_t key_parse(const char *text, size_t len, struct key *ret_key);
/* Parses a chord of at most `max` keys; returns how many, or -EINVAL / -E2BIG. */
int key_parse_chord(const char *text, struct key *ret_keys, unsigned max);
int key_format(struct str *out, struct key key); /* canonical: parse(format(k)) == k */
int key_format_human(struct str *out,
		     struct key key); /* for people: "C-d", "Enter", "Space", "F5", "j" */

#endif
