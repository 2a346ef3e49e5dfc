/* SPDX-License-Identifier: MIT
 *
 * Control sequences for the terminal itself rather than its screen: the clipboard of the machine
 * one sits at, the working directory, the title of the window. Nothing from outside can end one or
 * become another: contents are base64, percent-encoded, or made safe to show.
 *
 * Multiplexers stand between: tmux takes the plain sequence when its set-clipboard is on, and hands
 * on a wrapped one when its allow-passthrough is on, so it gets both; GNU screen hands on wrapped
 * ones, in pieces that fit its buffer of 256 bytes (its older versions), and prints the rest of a
 * plain one that is longer.
 *
 * Follows: xterm control sequences (OSC 2, 7, 52), tmux(1), screen(1) "DCS", RFC 4648, RFC 3986.
 * Thread: UI. Owns: what waits to be sent.
 */
#ifndef UI_OSC_H
#define UI_OSC_H

#include "base/str.h"

#define OSC_CLIPBOARD_MAX 74994 /* bytes: what xterm and hterm take, 100,000 when encoded */
#define OSC_SHORT_MAX     250   /* bytes of a sequence that everything can read */

enum osc_way {
	OSC_DIRECT, /* to the terminal */
	OSC_TMUX,   /* through tmux on this machine */
	OSC_SCREEN, /* through GNU screen on this machine */
	OSC_EITHER, /* TERM=screen, and nothing says which of both */
};

/* What stands between, by TERM and whether TMUX and STY are set. */
enum osc_way osc_way(const char *term, bool tmux, bool screen);

/* Each appends one sequence. 0, -ENOMEM, -EFBIG: too long for what is to read it; then nothing was
 * appended. */
int osc_clipboard(struct str *out, enum osc_way way, const char *bytes, size_t len);
/* file://host/path */
int osc_cwd(struct str *out, enum osc_way way, const char *host, const char *path);
int osc_title(struct str *out, enum osc_way way, const char *text, size_t len, bool ascii);

/* What a terminal is told: it waits in `queue` for the next frame, behind which it goes out. */
struct osc {
	bool on; /* false: a terminal that may show what it does not know (the console, vt100) */
	enum osc_way way;
	bool ascii;
	struct str queue;
	struct str title; /* as it was sent; empty: the terminal has its own */
	struct str after; /* the directory to tell on every way out */
	bool changed;     /* osc_leave() now appends something else */
};

void osc_init(struct osc *o, bool on, enum osc_way way, bool ascii);
void osc_done(struct osc *o);
/* 0, -ENOTSUP: not to this terminal, -EFBIG or -ENOMEM; then nothing is sent. */
int osc_copy(struct osc *o, const char *bytes, size_t len);
int osc_tell_cwd(struct osc *o, const char *host, const char *path);
int osc_tell_title(struct osc *o, const char *text); /* its own comes back with osc_leave() */
/* The directory the terminal is told on every way out; path NULL: none. */
void osc_tell_after(struct osc *o, const char *host, const char *path);
/* Appends what is sent when the terminal is taken again, and when it is given back. */
void osc_enter(const struct osc *o, struct str *out);
void osc_leave(const struct osc *o, struct str *out);

#endif
