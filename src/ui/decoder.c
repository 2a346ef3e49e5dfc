/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/utf8.h"
#include "ui/csi.h"
#include "ui/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ESC           '\033'
#define REST_MS       1000 /* how late the rest of a sequence may come */
#define DOUBLE_MS     400
#define PASTE_MAX     (1024 * 1024)
#define SEQUENCE_MAX  128 /* bytes; what is longer is no key */
#define PASTE_END     "\033[201~"
#define PASTE_END_LEN 6

enum state {
	STATE_KEYS,
	STATE_PASTE,
	STATE_STRING, /* in an OSC, DCS or APC: a terminal's answer to somebody else's question */
	STATE_SKIP,   /* in a control sequence that is too long */
};

struct sequence {
	char bytes[16];
	uint8_t len;
	struct key key;
};

struct decoder {
	struct str in;
	size_t pos; /* bytes of in already taken */
	enum state state;
	int64_t fed_at, esc_at; /* esc_at: when a lone ESC became a key; its rest may follow */
	bool esc_open, late;    /* late: what is pending lacks the ESC it began with */
	bool string_esc;        /* the last byte of the string was an ESC */
	int escape_ms;
	struct str paste;
	struct sequence *keys;
	size_t nkeys, keys_cap;
	int64_t press_at;
	int press_row;
	uint8_t press_button, held_button;
};

/* What the pending bytes begin with. */
enum token_kind {
	TOKEN_MORE,
	TOKEN_NOTHING,
	TOKEN_KEY,
	TOKEN_MOUSE,
	TOKEN_ALIVE,
	TOKEN_PASTE,
	TOKEN_STRING,
	TOKEN_SKIP
};
struct token {
	enum token_kind kind;
	size_t len;
	struct key key;
	struct csi_mouse mouse;
};

int decoder_new(struct decoder **ret_decoder)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	str_init(&d->in);
	str_init(&d->paste);
	d->escape_ms = 100;
	d->press_at = INT64_MIN / 2;
	*ret_decoder = d;
	return 0;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	str_done(&d->in);
	str_done(&d->paste);
	free(d->keys);
	free(d);
}

void decoder_escape_ms(struct decoder *d, int ms)
{
	d->escape_ms = MAX(ms, 0);
}

/* One byte is known without terminfo, and a sequence that does not begin with ESC would make a key
 * of its own wait. */
int decoder_add_key(struct decoder *d, const char *sequence, struct key key)
{
	size_t len = strlen(sequence);
	int r;

	if (len < 2 || len > sizeof(d->keys->bytes) || sequence[0] != ESC || !key_valid(key))
		return -EINVAL;
	r = array_grow(&d->keys, &d->keys_cap, d->nkeys + 1, sizeof(*d->keys));
	if (r < 0)
		return r;
	d->keys[d->nkeys] = (struct sequence){.len = (uint8_t)len, .key = key};
	memcpy(d->keys[d->nkeys++].bytes, sequence, len);
	return 0;
}

/* "[" or "O" and something: the shape of the rest of a key. One byte may be just that key; with the
 * first byte of a real rest the others come, or follow within escape_ms. */
static bool is_rest(const char *bytes, size_t len)
{
	return len > 0 && (bytes[0] == '[' || bytes[0] == 'O');
}

int decoder_feed(struct decoder *d, const char *bytes, size_t len, int64_t now_ms)
{
	int r;

	if (len == 0)
		return 0;
	/* The end of a string may have been lost; keys must work again some time. */
	if ((d->state == STATE_STRING || d->state == STATE_SKIP) && now_ms - d->fed_at > REST_MS)
		d->state = STATE_KEYS;
	if (d->pos) {
		str_remove(&d->in, 0, d->pos);
		d->pos = 0;
	}
	if (d->esc_open && d->state == STATE_KEYS && d->in.len == 0 && is_rest(bytes, len) &&
	    now_ms - d->esc_at <= REST_MS) {
		r = str_add(&d->in, "\033", 1);
		if (r < 0)
			return r;
		d->late = true;
	}
	d->esc_open = false;
	r = str_add(&d->in, bytes, len);
	if (r < 0) {
		d->in.failed = false; /* these bytes are lost as a whole: nothing is appended after
					 a hole */
		return r;
	}
	d->fed_at = now_ms;
	return 0;
}

static struct token token_key(size_t len, struct key key)
{
	/* An impossible key (a sequence that was never sent by a keyboard) is swallowed. */
	return (struct token){key_valid(key) ? TOKEN_KEY : TOKEN_NOTHING, len, key, {0}};
}

static struct token token(enum token_kind kind, size_t len)
{
	return (struct token){.kind = kind, .len = len};
}

/* One character or control code, not ESC. */
static struct token parse_char(const char *s, size_t n, unsigned mods)
{
	static const char after_esc[] = "\\]^_";
	unsigned char c = (unsigned char)s[0];
	uint32_t cp;
	size_t len;

	if (c == '\r' || c == '\n')
		return token_key(1, key_make(KEYSYM_ENTER, mods));
	if (c == '\t')
		return token_key(1, key_make(KEYSYM_TAB, mods));
	if (c == '\b' || c == 0x7f)
		return token_key(1, key_make(KEYSYM_BACKSPACE, mods));
	if (c == 0)
		return token_key(1, key_make(' ', mods | KEYMOD_CTRL));
	if (c < ESC)
		return token_key(1, key_make('a' + c - 1u, mods | KEYMOD_CTRL));
	if (c < ' ')
		return token_key(1,
				 key_make((unsigned char)after_esc[c - 0x1c], mods | KEYMOD_CTRL));
	if (c < 0x80)
		return token_key(1, key_make(c, mods));
	len = utf8_decode(s, n, &cp);
	if (cp != UTF8_INVALID)
		return token_key(len, key_make(cp, mods));
	/* The beginning of a character whose rest has not come? */
	len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || n >= len)
		return token(TOKEN_NOTHING, 1);
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return token(TOKEN_NOTHING, 1);
	return token(TOKEN_MORE, n);
}

static bool match_terminfo(const struct decoder *d, const char *s, size_t n, struct token *ret)
{
	const struct sequence *best = NULL;

	for (size_t i = 0; i < d->nkeys; i++) {
		const struct sequence *k = &d->keys[i];

		if (n < k->len && memcmp(k->bytes, s, n) == 0 && n > 2) {
			*ret = token(TOKEN_MORE, n);
			return true;
		}
		if (n >= k->len && memcmp(k->bytes, s, k->len) == 0 &&
		    (!best || best->len < k->len))
			best = k;
	}
	if (best)
		*ret = token_key(best->len, best->key);
	return best != NULL;
}

/* ESC [ ... */
static struct token parse_csi(const char *s, size_t n)
{
	struct csi csi;
	struct token t = {0};

	if (n >= 3 && s[2] == 'M') {
		if (n < 6)
			return token(TOKEN_MORE, n);
		t.len = 6;
		t.kind = csi_x10_mouse(s + 3, &t.mouse) ? TOKEN_MOUSE : TOKEN_NOTHING;
		return t;
	}
	if (n >= 3 && s[2] == '[') { /* the function keys of the Linux console */
		if (n < 4)
			return token(TOKEN_MORE, n);
		if (s[3] >= 'A' && s[3] <= 'E')
			return token_key(4, key_make(KEYSYM_F1 + (uint32_t)(s[3] - 'A'), 0));
		return token(TOKEN_NOTHING, s[3] == ESC ? 3 : 4);
	}
	t.len = csi_scan(s, n, &csi);
	if (t.len > SEQUENCE_MAX || (t.len == 0 && n > SEQUENCE_MAX))
		return token(TOKEN_SKIP, SEQUENCE_MAX);
	if (t.len == 0)
		return token(TOKEN_MORE, n);
	if (csi_is(&csi, '~', 200))
		t.kind = TOKEN_PASTE;
	else if (csi_is(&csi, 'n', 0))
		t.kind = TOKEN_ALIVE;
	else if (csi_mouse(&csi, &t.mouse))
		t.kind = TOKEN_MOUSE;
	else if (csi_key(&csi, &t.key) && key_valid(t.key))
		t.kind = TOKEN_KEY;
	else
		t.kind = TOKEN_NOTHING;
	return t;
}

/* ESC O, a digit with modifiers perhaps, a letter. */
static struct token parse_ss3(const char *s, size_t n)
{
	size_t at = 2;
	struct key key;
	unsigned mods = 0;

	if (n > at && s[at] >= '1' && s[at] <= '8')
		mods = csi_mods((unsigned)(s[at++] - '0'));
	if (n <= at)
		return token(TOKEN_MORE, n);
	if (csi_ss3_key(s[at], mods, &key))
		return token_key(at + 1, key);
	return token(TOKEN_NOTHING, s[at] == ESC ? at : at + 1);
}

/* The start of an answer, which no one can type: what follows tells it from Alt and the same
 * character. */
static bool starts_string(char kind, char next)
{
	return (kind == ']' && next >= '0' && next <= '9') ||
	       (kind == 'P' && next && strchr("0123456789>!+$|", next)) ||
	       (kind == '_' && next == 'G');
}

static struct token parse(const struct decoder *d, const char *s, size_t n);

/* ESC ESC [ A is Alt-Up of rxvt and PuTTY; any other double ESC is the Esc key, and then what
 * follows. */
static struct token parse_double_esc(const struct decoder *d, const char *s, size_t n)
{
	const struct key esc = {KEYSYM_ESC, 0};
	struct token t;

	if (n > 2 && s[2] == ESC)
		return token_key(1, esc);
	if (n > 2 && s[2] != '[' && s[2] != 'O')
		return token_key(1, esc);
	t = n > 2 ? parse(d, s + 1, n - 1) : token(TOKEN_MORE, n);
	if (t.kind == TOKEN_KEY && t.key.sym >= KEYSYM_UP) {
		t.key.mods |= KEYMOD_ALT;
		t.len++;
	} else if (t.kind != TOKEN_MORE) {
		return token_key(1, esc);
	}
	return t;
}

/* Recursive once: what follows a double ESC does not begin with another. */
static struct token parse(const struct decoder *d, const char *s, size_t n)
{
	struct token t;

	if (s[0] != ESC)
		return parse_char(s, n, 0);
	if (n == 1)
		return token(TOKEN_MORE, 1);
	if (match_terminfo(d, s, n, &t))
		return t;
	if (s[1] == ESC)
		return parse_double_esc(d, s, n);
	if (s[1] == '[')
		return n > 2 ? parse_csi(s, n) : token(TOKEN_MORE, n);
	if (s[1] == 'O')
		return parse_ss3(s, n);
	if (strchr("]P_", s[1]) && s[1]) {
		if (n == 2)
			return token(TOKEN_MORE, n);
		if (starts_string(s[1], s[2]))
			return token(TOKEN_STRING, 2);
	}
	t = parse_char(s + 1, n - 1, KEYMOD_ALT);
	if (t.kind == TOKEN_NOTHING)
		return token_key(1, (struct key){KEYSYM_ESC, 0});
	t.len++;
	return t;
}

/* A lone ESC may be the key; the beginning of a sequence is almost certainly not the two keys it
 * looks like, and gets longer. */
static int wait_ms(const struct decoder *d, const char *s, size_t n)
{
	bool sequence = n >= 2 && s[0] == ESC && (s[1] == '[' || s[1] == 'O' || s[1] == ESC);

	return sequence && !(d->late && n == 2) && !(n == 2 && s[1] == ESC)
		       ? MAX(d->escape_ms, REST_MS)
		       : d->escape_ms;
}

/* What came in pieces whose last did not come. */
static struct token give_up(struct decoder *d, const char *s, size_t n)
{
	if (s[0] != ESC)
		return token(TOKEN_NOTHING, n); /* the beginning of a character */
	if (d->late && n == 2) {                /* Esc, and later the key itself */
		struct token t = parse_char(s + 1, 1, 0);

		t.len++;
		return t;
	}
	if (n == 1 || s[1] == ESC) {
		if (n == 1) {
			d->esc_open = true;
			d->esc_at = d->fed_at + d->escape_ms;
		}
		return token_key(1, (struct key){KEYSYM_ESC, 0});
	}
	if (n == 2 && (unsigned char)s[1] < 0x80)
		return token_key(2, key_make((unsigned char)s[1], KEYMOD_ALT));
	return token(TOKEN_NOTHING, n);
}

static bool take_mouse(struct decoder *d, struct csi_mouse m, int64_t now_ms,
		       struct input_event *ret_event)
{
	struct input_event e = {.kind = INPUT_MOUSE, .paste = STR_INIT};

	e.mouse.kind = m.kind;
	e.mouse.button = m.button;
	e.mouse.mods = m.mods;
	e.mouse.row = m.row;
	e.mouse.col = m.col;
	if (m.kind == MOUSE_RELEASE && m.button == 0) /* X10 does not say which */
		e.mouse.button = d->held_button;
	if (m.kind == MOUSE_RELEASE && e.mouse.button == 0)
		return false;
	if (m.kind == MOUSE_PRESS) {
		bool again = m.button == d->press_button && m.row == d->press_row &&
			     now_ms - d->press_at <= DOUBLE_MS;

		e.mouse.kind = again ? MOUSE_DOUBLE : MOUSE_PRESS;
		d->press_at = again ? INT64_MIN / 2 : now_ms;
		d->press_row = m.row;
		d->press_button = d->held_button = m.button;
	}
	*ret_event = e;
	return true;
}

/* Collects up to the end marker, of which a part may still be to come. True when it is complete. */
static bool take_paste(struct decoder *d, struct input_event *ret_event)
{
	const char *s = d->in.buf + d->pos;
	size_t n = d->in.len - d->pos;
	const char *end = memmem(s, n, PASTE_END, PASTE_END_LEN);
	size_t len = end ? (size_t)(end - s) : n, keep = 0;

	for (size_t k = 1; !end && k < PASTE_END_LEN && k <= n; k++)
		if (memcmp(s + n - k, PASTE_END, k) == 0)
			keep = k;
	len -= keep;
	/* Out of memory cuts the paste short, as its limit does. */
	(void)str_add(&d->paste, s, MIN(len, PASTE_MAX - d->paste.len));
	d->pos += len + (end ? PASTE_END_LEN : 0);
	if (!end)
		return false;
	d->state = STATE_KEYS;
	d->paste.failed = false;
	*ret_event = (struct input_event){.kind = INPUT_PASTE, .paste = d->paste};
	str_init(&d->paste);
	return true;
}

/* Ends at BEL or ESC \; CAN and SUB break it off. */
static void skip_string(struct decoder *d)
{
	while (d->pos < d->in.len && d->state == STATE_STRING) {
		char c = d->in.buf[d->pos++];

		if (c == '\a' || c == 0x18 || c == 0x1a || (d->string_esc && c == '\\'))
			d->state = STATE_KEYS;
		d->string_esc = c == ESC;
	}
}

static void skip_sequence(struct decoder *d)
{
	while (d->pos < d->in.len && d->state == STATE_SKIP) {
		unsigned char c = (unsigned char)d->in.buf[d->pos];

		if (c < 0x20 || c >= 0x40)
			d->state = STATE_KEYS;
		if (c >= 0x20 && c < 0x7f)
			d->pos++;
	}
}

/* Takes the token; true when it is an event. */
static bool take_token(struct decoder *d, const struct token *t, int64_t now_ms,
		       struct input_event *ret_event)
{
	d->pos += t->len;
	d->late = false;
	switch (t->kind) {
	case TOKEN_KEY:
		*ret_event =
			(struct input_event){.kind = INPUT_KEY, .key = t->key, .paste = STR_INIT};
		return true;
	case TOKEN_MOUSE:
		return take_mouse(d, t->mouse, now_ms, ret_event);
	case TOKEN_ALIVE:
		*ret_event = (struct input_event){.kind = INPUT_ALIVE, .paste = STR_INIT};
		return true;
	case TOKEN_PASTE:
		d->state = STATE_PASTE;
		return false;
	case TOKEN_STRING:
		d->state = STATE_STRING;
		d->string_esc = false;
		return false;
	case TOKEN_SKIP:
		d->state = STATE_SKIP;
		return false;
	case TOKEN_MORE:
	case TOKEN_NOTHING:
		break;
	}
	return false;
}

bool decoder_next(struct decoder *d, int64_t now_ms, struct input_event *ret_event)
{
	while (d->pos < d->in.len) {
		const char *s = d->in.buf + d->pos;
		size_t n = d->in.len - d->pos;
		struct token t;

		if (d->state == STATE_PASTE) {
			if (take_paste(d, ret_event))
				return true;
			break;
		}
		if (d->state == STATE_STRING || d->state == STATE_SKIP) {
			skip_string(d);
			skip_sequence(d);
			continue;
		}
		t = parse(d, s, n);
		if (t.kind == TOKEN_MORE) {
			if (now_ms < d->fed_at + wait_ms(d, s, n))
				break;
			t = give_up(d, s, n);
		}
		if (take_token(d, &t, now_ms, ret_event))
			return true;
	}
	return false;
}

int64_t decoder_deadline(const struct decoder *d)
{
	const char *s = d->in.buf + d->pos;
	size_t n = d->in.len - d->pos;

	if (n == 0 || d->state != STATE_KEYS)
		return INT64_MAX;
	return parse(d, s, n).kind == TOKEN_MORE ? d->fed_at + wait_ms(d, s, n) : d->fed_at;
}
