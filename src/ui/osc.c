/* SPDX-License-Identifier: MIT */
#include "ui/osc.h"

#include "base/display.h"

#include <errno.h>
#include <string.h>

#define SCREEN_CHUNK  250 /* and 4 bytes around it */
#define TITLE_COLUMNS 100
/* xterm's stack of titles. */
#define TITLE_PUSH "\033[22;2t"
#define TITLE_POP  "\033[23;2t"

enum osc_way osc_way(const char *term, bool tmux, bool screen)
{
	bool either = term && strncmp(term, "screen", 6) == 0;

	if (tmux)
		return OSC_TMUX;
	return screen ? OSC_SCREEN : either ? OSC_EITHER : OSC_DIRECT;
}

static int add_base64(struct str *out, const char *bytes, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		const unsigned char *p = (const unsigned char *)bytes + i;
		size_t n = MIN(len - i, 3);
		uint32_t v = (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0) |
			     (n > 2 ? p[2] : 0);
		char quad[] = {digits[v >> 18], digits[v >> 12 & 63], digits[v >> 6 & 63],
			       digits[v & 63]};

		for (size_t k = n + 1; k < sizeof(quad); k++)
			quad[k] = '=';
		str_add(out, quad, sizeof(quad));
	}
	return out->failed ? -ENOMEM : 0;
}

/* Its escape characters doubled. */
static void add_for_tmux(struct str *out, const struct str *sequence)
{
	str_adds(out, "\033Ptmux;");
	for (size_t i = 0; i < sequence->len; i++) {
		if (sequence->buf[i] == '\033')
			str_addc(out, '\033');
		str_addc(out, sequence->buf[i]);
	}
	str_adds(out, "\033\\");
}

static void add_for_screen(struct str *out, const struct str *sequence)
{
	for (size_t i = 0; i < sequence->len; i += SCREEN_CHUNK) {
		str_adds(out, "\033P");
		str_add(out, sequence->buf + i, MIN(sequence->len - i, SCREEN_CHUNK));
		str_adds(out, "\033\\");
	}
}

static void add_plain(struct str *out, const struct str *sequence)
{
	str_add(out, sequence->buf, sequence->len);
}

static int finish(struct str *out, size_t start)
{
	if (!out->failed)
		return 0;
	str_cut(out, start);
	return -ENOMEM;
}

/* Ends in BEL: the other terminator would end what screen and tmux wrap it in. */
int osc_clipboard(struct str *out, enum osc_way way, const char *bytes, size_t len)
{
	CLEANUP(str_done) struct str sequence = STR_INIT;
	size_t start = out->len;

	if (len > OSC_CLIPBOARD_MAX)
		return -EFBIG;
	str_adds(&sequence, "\033]52;c;");
	add_base64(&sequence, bytes, len);
	if (str_addc(&sequence, '\a') < 0 || sequence.failed)
		return -ENOMEM;
	if (way == OSC_DIRECT || way == OSC_TMUX ||
	    (way == OSC_EITHER && sequence.len <= OSC_SHORT_MAX))
		add_plain(out, &sequence);
	if (way == OSC_TMUX)
		add_for_tmux(out, &sequence);
	if (way == OSC_SCREEN || way == OSC_EITHER)
		add_for_screen(out, &sequence);
	return finish(out, start);
}

static bool unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~", c));
}

static void add_percent(struct str *out, const char *s, bool slashes)
{
	for (; *s; s++) {
		if (unreserved(*s) || (*s == '/' && slashes))
			str_addc(out, *s);
		else
			str_addf(out, "%%%02X", (unsigned char)*s);
	}
}

/* Takes back what was appended when GNU screen could not read it as a whole. */
static int check_length(struct str *out, enum osc_way way, size_t start)
{
	bool screen = way == OSC_SCREEN || way == OSC_EITHER;

	if (!out->failed && screen && out->len - start > OSC_SHORT_MAX) {
		str_cut(out, start);
		return -EFBIG;
	}
	return finish(out, start);
}

int osc_cwd(struct str *out, enum osc_way way, const char *host, const char *path)
{
	size_t start = out->len;

	str_adds(out, "\033]7;file://");
	add_percent(out, host, false);
	add_percent(out, path, true);
	str_adds(out, "\033\\");
	return check_length(out, way, start);
}

int osc_title(struct str *out, enum osc_way way, const char *text, size_t len, bool ascii)
{
	size_t start = out->len;

	str_adds(out, "\033]2;");
	if (display_fit(out, text, len, TITLE_COLUMNS, ascii) < 0)
		out->failed = true;
	str_adds(out, "\033\\");
	return check_length(out, way, start);
}

void osc_init(struct osc *o, bool on, enum osc_way way, bool ascii)
{
	*o = (struct osc){.on = on,
			  .way = way,
			  .ascii = ascii,
			  .queue = STR_INIT,
			  .title = STR_INIT,
			  .after = STR_INIT};
}

void osc_done(struct osc *o)
{
	str_done(&o->queue);
	str_done(&o->title);
	str_done(&o->after);
}

int osc_copy(struct osc *o, const char *bytes, size_t len)
{
	return o->on ? osc_clipboard(&o->queue, o->way, bytes, len) : -ENOTSUP;
}

int osc_tell_cwd(struct osc *o, const char *host, const char *path)
{
	return o->on ? osc_cwd(&o->queue, o->way, host, path) : -ENOTSUP;
}

int osc_tell_title(struct osc *o, const char *text)
{
	CLEANUP(str_done) struct str title = STR_INIT;
	bool first = o->title.len == 0;
	size_t start = o->queue.len;
	struct str old = o->title;
	int err;

	if (!o->on)
		return -ENOTSUP;
	err = osc_title(&title, o->way, text, strlen(text), o->ascii);
	if (!err && first)
		err = str_adds(&o->queue, TITLE_PUSH);
	if (!err)
		err = str_add(&o->queue, title.buf, title.len);
	if (err) {
		str_cut(&o->queue, start);
		return err; /* the one before stands, and is taken back in the end */
	}
	o->title = title;
	title = old;
	o->changed |= first;
	return 0;
}

void osc_tell_after(struct osc *o, const char *host, const char *path)
{
	str_clear(&o->after);
	if (path && o->on)
		(void)osc_cwd(&o->after, o->way, host, path);
	o->changed = true;
}

void osc_enter(const struct osc *o, struct str *out)
{
	if (!o->title.len)
		return;
	str_adds(out, TITLE_PUSH);
	str_add(out, o->title.buf, o->title.len);
}

void osc_leave(const struct osc *o, struct str *out)
{
	if (o->title.len)
		str_adds(out, TITLE_POP);
	str_add(out, o->after.buf, o->after.len);
}
