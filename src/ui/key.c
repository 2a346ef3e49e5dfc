/* SPDX-License-Identifier: MIT */
#include "ui/key.h"

#include "base/utf8.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* The first name of a key is the one it is written with. */
static const struct {
	const char *name;
	uint32_t sym;
} names[] = {
	{"Up", KEYSYM_UP},
	{"Down", KEYSYM_DOWN},
	{"Left", KEYSYM_LEFT},
	{"Right", KEYSYM_RIGHT},
	{"Home", KEYSYM_HOME},
	{"End", KEYSYM_END},
	{"PgUp", KEYSYM_PGUP},
	{"PageUp", KEYSYM_PGUP},
	{"PgDn", KEYSYM_PGDN},
	{"PageDown", KEYSYM_PGDN},
	{"Insert", KEYSYM_INSERT},
	{"Ins", KEYSYM_INSERT},
	{"Delete", KEYSYM_DELETE},
	{"Del", KEYSYM_DELETE},
	{"Backspace", KEYSYM_BACKSPACE},
	{"BS", KEYSYM_BACKSPACE},
	{"Tab", KEYSYM_TAB},
	{"Enter", KEYSYM_ENTER},
	{"Return", KEYSYM_ENTER},
	{"CR", KEYSYM_ENTER},
	{"Esc", KEYSYM_ESC},
	{"Escape", KEYSYM_ESC},
	{"F1", KEYSYM_F1},
	{"F2", KEYSYM_F1 + 1},
	{"F3", KEYSYM_F1 + 2},
	{"F4", KEYSYM_F1 + 3},
	{"F5", KEYSYM_F1 + 4},
	{"F6", KEYSYM_F1 + 5},
	{"F7", KEYSYM_F1 + 6},
	{"F8", KEYSYM_F1 + 7},
	{"F9", KEYSYM_F1 + 8},
	{"F10", KEYSYM_F1 + 9},
	{"F11", KEYSYM_F1 + 10},
	{"F12", KEYSYM_F1 + 11},
	{"Space", ' '},
	{"lt", '<'},
	{"gt", '>'},
};

/* What a terminal sends for these is the code of another key. */
static const struct {
	char letter;
	uint32_t sym;
	uint8_t mods;
} same_code[] = {
	{'i', KEYSYM_TAB, 0},       {'m', KEYSYM_ENTER, 0},   {'j', KEYSYM_ENTER, 0},
	{'h', KEYSYM_BACKSPACE, 0}, {'[', KEYSYM_ESC, 0},     {'?', KEYSYM_BACKSPACE, 0},
	{'@', ' ', KEYMOD_CTRL},    {'/', '_', KEYMOD_CTRL},  {'2', ' ', KEYMOD_CTRL},
	{'3', KEYSYM_ESC, 0},       {'4', '\\', KEYMOD_CTRL}, {'5', ']', KEYMOD_CTRL},
	{'6', '^', KEYMOD_CTRL},    {'7', '_', KEYMOD_CTRL},  {'8', KEYSYM_BACKSPACE, 0},
};

static const struct {
	char letter;
	uint8_t mod;
} mod_letters[] = {{'C', KEYMOD_CTRL}, {'A', KEYMOD_ALT}, {'S', KEYMOD_SHIFT}};

bool key_eq(struct key a, struct key b)
{
	return a.sym == b.sym && a.mods == b.mods;
}

bool key_valid(struct key key)
{
	char buf[4];

	if (key.mods & ~(KEYMOD_CTRL | KEYMOD_ALT | KEYMOD_SHIFT))
		return false;
	if (key.sym >= KEYSYM_UP)
		return key.sym <= KEYSYM_F12;
	return key.sym >= ' ' && !(key.sym >= 0x7f && key.sym < 0xa0) &&
	       utf8_encode(key.sym, buf) > 0;
}

struct key key_make(uint32_t sym, unsigned mods)
{
	if (sym >= KEYSYM_UP)
		return (struct key){sym, (uint8_t)mods};
	if (mods & KEYMOD_CTRL) {
		if (sym >= 'A' && sym <= 'Z')
			sym += 'a' - 'A';
		for (size_t i = 0; i < ARRAY_LEN(same_code); i++)
			if (sym == (unsigned char)same_code[i].letter)
				return (struct key){same_code[i].sym,
						    (uint8_t)(same_code[i].mods |
							      (mods & ~(unsigned)KEYMOD_CTRL &
							       ~(unsigned)KEYMOD_SHIFT))};
		if (sym >= 'a' && sym <= 'z')
			return (struct key){sym, (uint8_t)mods};
	} else if ((mods & KEYMOD_SHIFT) && sym >= 'a' && sym <= 'z') {
		sym -= 'a' - 'A';
	}
	return (struct key){sym, (uint8_t)(mods & ~(unsigned)KEYMOD_SHIFT)};
}

/* U+XXXX, for what cannot be seen. */
static bool parse_code_point(const char *s, size_t len, uint32_t *ret_sym)
{
	uint32_t cp = 0;

	if (len < 3 || len > 8 || s[0] != 'U' || s[1] != '+')
		return false;
	for (size_t i = 2; i < len; i++) {
		static const char hex[] = "0123456789abcdef0123456789ABCDEF";
		const char *at = s[i] ? strchr(hex, s[i]) : NULL;

		if (!at)
			return false;
		cp = cp * 16 + (uint32_t)((at - hex) % 16);
	}
	*ret_sym = cp;
	return true;
}

static bool parse_name(const char *s, size_t len, uint32_t *ret_sym)
{
	uint32_t cp;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i].name) == len && strncasecmp(names[i].name, s, len) == 0) {
			*ret_sym = names[i].sym;
			return true;
		}
	if (parse_code_point(s, len, ret_sym))
		return true;
	if (len == 0 || utf8_decode(s, len, &cp) != len || cp == UTF8_INVALID)
		return false;
	*ret_sym = cp;
	return true;
}

/* The inside of <...>. */
static bool parse_bracketed(const char *s, size_t len, struct key *ret_key)
{
	unsigned mods = 0;
	uint32_t sym;
	struct key key;

	while (len > 2 && s[1] == '-') {
		unsigned mod = 0;

		for (size_t i = 0; i < ARRAY_LEN(mod_letters); i++)
			if ((s[0] & ~0x20) == mod_letters[i].letter)
				mod = mod_letters[i].mod;
		if (!mod)
			return false;
		mods |= mod;
		s += 2;
		len -= 2;
	}
	/* A bare character needs no brackets: <a> is more likely a mistyped name. */
	if (!parse_name(s, len, &sym) || (!mods && len == 1))
		return false;
	key = key_make(sym, mods);
	if (!key_valid(key))
		return false;
	*ret_key = key;
	return true;
}

size_t key_parse(const char *text, size_t len, struct key *ret_key)
{
	const char *end;
	uint32_t cp;
	size_t n;

	if (len == 0)
		return 0;
	end = text[0] == '<' ? memchr(text, '>', len) : NULL;
	if (end) {
		if (end + 1 < text + len && end[1] == '>' && end[-1] == '-')
			end++; /* <A->>: the key is the bracket itself */
		return parse_bracketed(text + 1, (size_t)(end - text) - 1, ret_key)
			       ? (size_t)(end - text) + 1
			       : 0;
	}
	n = utf8_decode(text, len, &cp);
	/* Blanks separate keys where they are listed; the key is <Space>. */
	if (cp == UTF8_INVALID || cp == ' ' || !key_valid((struct key){cp, 0}))
		return 0;
	*ret_key = (struct key){cp, 0};
	return n;
}

int key_parse_chord(const char *text, struct key *ret_keys, unsigned max)
{
	size_t len = strlen(text), at = 0;
	unsigned n = 0;

	while (at < len) {
		struct key key;
		size_t used = key_parse(text + at, len - at, &key);

		if (used == 0)
			return -EINVAL;
		if (n == max)
			return -E2BIG;
		ret_keys[n++] = key;
		at += used;
	}
	return n ? (int)n : -EINVAL;
}

static int add_sym(struct str *out, uint32_t sym, bool bracketed)
{
	char buf[4];

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].sym == sym && (sym != '>' || bracketed))
			return str_adds(out, names[i].name);
	if (utf8_hidden(sym) || utf8_width(sym) == 0)
		return str_addf(out, "U+%04X", (unsigned)sym);
	return str_add(out, buf, utf8_encode(sym, buf));
}

static void add_mods(struct str *out, unsigned mods)
{
	for (size_t i = 0; i < ARRAY_LEN(mod_letters); i++)
		if (mods & mod_letters[i].mod)
			str_addf(out, "%c-", mod_letters[i].letter);
}

int key_format(struct str *out, struct key key)
{
	bool bracketed = key.mods || key.sym >= KEYSYM_UP || key.sym == ' ' || key.sym == '<' ||
			 utf8_hidden(key.sym) || utf8_width(key.sym) == 0;

	if (bracketed)
		str_addc(out, '<');
	add_mods(out, key.mods);
	add_sym(out, key.sym, bracketed);
	if (bracketed)
		str_addc(out, '>');
	return out->failed ? -ENOMEM : 0;
}

int key_format_human(struct str *out, struct key key)
{
	add_mods(out, key.mods);
	if (key.sym == '<' || key.sym == '>')
		str_addc(out, (char)key.sym);
	else
		add_sym(out, key.sym, true);
	return out->failed ? -ENOMEM : 0;
}
