/* SPDX-License-Identifier: MIT */
#include "ui/csi.h"

#include <string.h>

#define PARAM_MAX 0x1fffff

/* Final letters of cursor and function keys, in CSI and SS3 alike. */
static const struct {
	char letter;
	uint32_t sym;
	unsigned mods;
} letters[] = {
	{'A', KEYSYM_UP, 0},     {'B', KEYSYM_DOWN, 0},   {'C', KEYSYM_RIGHT, 0},
	{'D', KEYSYM_LEFT, 0},   {'H', KEYSYM_HOME, 0},   {'F', KEYSYM_END, 0},
	{'P', KEYSYM_F1, 0},     {'Q', KEYSYM_F1 + 1, 0}, {'R', KEYSYM_F1 + 2, 0},
	{'S', KEYSYM_F1 + 3, 0},
};

/* rxvt: Shift in CSI, Ctrl in SS3. */
static const uint32_t rxvt_arrows[] = {KEYSYM_UP, KEYSYM_DOWN, KEYSYM_RIGHT, KEYSYM_LEFT};

static const uint32_t tilde[] = {
	[1] = KEYSYM_HOME,    [2] = KEYSYM_INSERT,  [3] = KEYSYM_DELETE,   [4] = KEYSYM_END,
	[5] = KEYSYM_PGUP,    [6] = KEYSYM_PGDN,    [7] = KEYSYM_HOME,     [8] = KEYSYM_END,
	[11] = KEYSYM_F1,     [12] = KEYSYM_F1 + 1, [13] = KEYSYM_F1 + 2,  [14] = KEYSYM_F1 + 3,
	[15] = KEYSYM_F1 + 4, [17] = KEYSYM_F1 + 5, [18] = KEYSYM_F1 + 6,  [19] = KEYSYM_F1 + 7,
	[20] = KEYSYM_F1 + 8, [21] = KEYSYM_F1 + 9, [23] = KEYSYM_F1 + 10, [24] = KEYSYM_F1 + 11,
};

/* F13 to F20 are the shifted ones of a PC keyboard. */
static const uint32_t tilde_shifted[] = {
	[25] = KEYSYM_F1,     [26] = KEYSYM_F1 + 1, [28] = KEYSYM_F1 + 2, [29] = KEYSYM_F1 + 3,
	[31] = KEYSYM_F1 + 4, [32] = KEYSYM_F1 + 5, [33] = KEYSYM_F1 + 6, [34] = KEYSYM_F1 + 7,
};

static void scan_params(const char *s, size_t n, struct csi *csi)
{
	unsigned sub = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned *p = csi->nparams < CSI_PARAMS ? &csi->params[csi->nparams] : NULL;

		if (s[i] == ';') {
			csi->nparams++;
			sub = 0;
		} else if (s[i] == ':') {
			sub++;
		} else if (s[i] >= '0' && s[i] <= '9') {
			unsigned d = (unsigned)(s[i] - '0');

			if (sub == 0 && p)
				*p = *p < PARAM_MAX / 10 ? *p * 10 + d : PARAM_MAX;
			else if (sub == 1 && csi->nparams == 1)
				csi->event = csi->event < 100 ? csi->event * 10 + d : 100;
		}
	}
	csi->nparams++;
}

/* rxvt ends shifted keys with a dollar sign, which in the standard is only on the way to the end.
 */
static bool is_rxvt_shift(const char *s, size_t i)
{
	return s[i] == '$' && i > 2 && s[i - 1] >= '0' && s[i - 1] <= '9' && s[2] >= '0' &&
	       s[2] <= '9';
}

size_t csi_scan(const char *s, size_t n, struct csi *ret_csi)
{
	struct csi csi = {0};
	size_t i = 2, params;

	if (i < n && s[i] >= '<' && s[i] <= '?')
		csi.prefix = s[i++];
	params = i;
	while (i < n && s[i] >= '0' && s[i] <= '?')
		i++;
	scan_params(s + params, i - params, &csi);
	if (i < n && is_rxvt_shift(s, i)) {
		csi.final = '$';
		*ret_csi = csi;
		return i + 1;
	}
	for (; i < n && s[i] >= ' ' && s[i] <= '/'; i++)
		csi.intermediate = true;
	/* Parameters after intermediates are not to the standard, and skipped. */
	while (i < n && s[i] >= ' ' && s[i] <= '?')
		i++;
	if (i >= n)
		return 0;
	csi.final = s[i] >= '@' && s[i] <= '~' ? s[i] : 0;
	*ret_csi = csi;
	return csi.final ? i + 1 : i;
}

bool csi_is(const struct csi *csi, char final, unsigned param)
{
	return csi->final == final && !csi->prefix && !csi->intermediate && csi->nparams == 1 &&
	       csi->params[0] == param;
}

unsigned csi_mods(unsigned param)
{
	unsigned bits = param > 1 ? param - 1 : 0, mods = 0;

	if (bits & 1)
		mods |= KEYMOD_SHIFT;
	if (bits & 2)
		mods |= KEYMOD_ALT;
	if (bits & 4)
		mods |= KEYMOD_CTRL;
	return mods;
}

/* Super, Hyper and Meta: keys of the window manager, not without them. */
static bool foreign_mods(unsigned param)
{
	return param > 1 && ((param - 1) & (8 | 16 | 32));
}

static bool code_key(unsigned code, unsigned mods, struct key *ret_key)
{
	static const struct {
		unsigned code;
		uint32_t sym;
	} codes[] = {{9, KEYSYM_TAB},  {13, KEYSYM_ENTER},      {10, KEYSYM_ENTER},
		     {27, KEYSYM_ESC}, {127, KEYSYM_BACKSPACE}, {8, KEYSYM_BACKSPACE}};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].code == code)
			code = codes[i].sym;
	if (code > 0x10ffff && code < KEYSYM_UP)
		return false;
	/* The private area stands for keys that we have no name for: media keys, lone modifiers. */
	if (code >= 0xe000 && code <= 0xf8ff)
		return false;
	*ret_key = key_make(code, mods);
	return true;
}

static bool tilde_key(const struct csi *csi, unsigned mods, struct key *ret_key)
{
	unsigned n = csi->params[0];

	if (n == 27 && csi->final == '~' && csi->nparams == 3)
		return code_key(csi->params[2] < KEYSYM_UP ? csi->params[2] : 0, mods, ret_key);
	if (csi->final == '$')
		mods |= KEYMOD_SHIFT;
	else if (csi->final == '^')
		mods |= KEYMOD_CTRL;
	else if (csi->final == '@')
		mods |= KEYMOD_CTRL | KEYMOD_SHIFT;
	if (n < ARRAY_LEN(tilde) && tilde[n])
		*ret_key = key_make(tilde[n], mods);
	else if (n < ARRAY_LEN(tilde_shifted) && tilde_shifted[n])
		*ret_key = key_make(tilde_shifted[n], mods | KEYMOD_SHIFT);
	else
		return false;
	return true;
}

static bool letter_key(char letter, unsigned mods, struct key *ret_key)
{
	for (size_t i = 0; i < ARRAY_LEN(letters); i++)
		if (letters[i].letter == letter) {
			*ret_key = key_make(letters[i].sym, mods | letters[i].mods);
			return true;
		}
	return false;
}

bool csi_key(const struct csi *csi, struct key *ret_key)
{
	unsigned mods = csi_mods(csi->params[1]);

	if (!csi->final || csi->prefix || csi->intermediate || csi->event == 3 ||
	    foreign_mods(csi->params[1]))
		return false;
	if (strchr("~$^@", csi->final))
		return tilde_key(csi, mods, ret_key);
	if (csi->final == 'u')
		return csi->params[0] < KEYSYM_UP && csi->params[0] > 0 &&
		       code_key(csi->params[0], mods, ret_key);
	if (csi->final == 'Z') {
		*ret_key = key_make(KEYSYM_TAB, mods | KEYMOD_SHIFT);
		return true;
	}
	if (csi->final >= 'a' && csi->final <= 'd') {
		*ret_key = key_make(rxvt_arrows[csi->final - 'a'], mods | KEYMOD_SHIFT);
		return true;
	}
	/* Two numbers and R may also say where the cursor is; a key has 1 there. */
	return csi->params[0] <= 1 && letter_key(csi->final, mods, ret_key);
}

bool csi_ss3_key(char letter, unsigned mods, struct key *ret_key)
{
	/* The keypad in application mode. */
	static const char keypad[] = "j*k+l,m-n.o/p0q1r2s3t4u5v6w7x8y9X=  ";
	const char *at = NULL;

	if (letter_key(letter, mods, ret_key))
		return true;
	if (letter == 'M' || letter == 'I') {
		*ret_key = key_make(letter == 'M' ? KEYSYM_ENTER : KEYSYM_TAB, mods);
		return true;
	}
	if (letter >= 'a' && letter <= 'd') {
		*ret_key = key_make(rxvt_arrows[letter - 'a'], mods | KEYMOD_CTRL);
		return true;
	}
	for (size_t i = 0; i + 1 < sizeof(keypad) - 1; i += 2)
		if (keypad[i] == letter)
			at = &keypad[i + 1];
	if (at)
		*ret_key = key_make((unsigned char)*at, mods);
	return at != NULL;
}

/* xterm's button byte: 0-2 buttons, 3 release (X10), 4 Shift, 8 Alt, 16 Ctrl, 32 motion, 64 wheel.
 */
static bool mouse(unsigned b, bool release, unsigned x, unsigned y, struct csi_mouse *ret_mouse)
{
	struct csi_mouse m = {0};

	if ((b & ~0x5fu) || x < 1 || y < 1)
		return false;
	if (b & 4)
		m.mods |= KEYMOD_SHIFT;
	if (b & 8)
		m.mods |= KEYMOD_ALT;
	if (b & 16)
		m.mods |= KEYMOD_CTRL;
	if (b & 64) {
		if (release || (b & 3) > 1)
			return false;
		m.kind = b & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
	} else {
		m.kind = release || (b & 3) == 3 ? MOUSE_RELEASE : MOUSE_PRESS;
		m.button = (b & 3) == 3 ? 0 : (uint8_t)((b & 3) + 1);
	}
	m.row = (int)(y - 1);
	m.col = (int)(x - 1);
	*ret_mouse = m;
	return true;
}

bool csi_mouse(const struct csi *csi, struct csi_mouse *ret_mouse)
{
	if (csi->prefix != '<' || csi->intermediate || csi->nparams != 3 ||
	    (csi->final != 'M' && csi->final != 'm'))
		return false;
	return mouse(csi->params[0], csi->final == 'm', csi->params[1], csi->params[2], ret_mouse);
}

bool csi_x10_mouse(const char *s, struct csi_mouse *ret_mouse)
{
	const unsigned char *u = (const unsigned char *)s;

	if (u[0] < 32 || u[1] < 33 || u[2] < 33)
		return false;
	return mouse(u[0] - 32u, false, u[1] - 32u, u[2] - 32u, ret_mouse);
}
