/* SPDX-License-Identifier: MIT
 *
 * The terminal, through ncurses: start, stop, suspend, size, showing a canvas. The terminal is
 * restored on every way out: see term_emergency().
 *
 * The keyboard is raw: C-c, C-z, C-\, C-s and C-q are keys, not signals or flow control; what the
 * terminal was set to comes back on every way out. Handlers of signals stay the caller's: curses'
 * own are taken back. The caller has called setlocale(3). Colours are what terminfo says: 24-bit
 * with the RGB capability only (xterm-direct); COLORTERM is not looked at, since curses could not
 * send them. The palette is never changed. Striking out is not shown.
 *
 * Follows: curs_initscr(3x), curs_variables(3x), xterm control sequences (bracketed paste, SGR
 * mouse). Thread: UI, but term_emergency(). Owns: the curses screen.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include "ui/canvas.h"
#include "ui/osc.h"
#include "ui/theme.h"

struct term_options {
	bool mouse;
	int colors; /* -1: what the terminal says */
	bool ascii; /* force ASCII */
};

struct term;

/* Starts on standard input and output. 0; -ENOTTY (no terminal), -ENODEV (TERM unset), -ENOTSUP
 * (TERM dumb or too poor: no cursor addressing), -ENOENT (TERM unknown), -ENOMEM; the terminal is
 * then as it was. */
int term_start(const struct term_options *options, struct term **ret_term);
void term_stop(struct term *t);    /* restores the terminal; NULL is fine */
void term_suspend(struct term *t); /* restores it for another program or a stopped job */
void term_resume(struct term *t);  /* takes it again; the next term_show() paints everything */
/* While suspended: what the last program may have left on is switched off, a line of our own words
 * is written below its output, and keys are read raw until term_resume(). */
void term_say(struct term *t, const char *text);
/* While suspended: the settings the terminal has now are those to leave behind at the end. After
 * the shell had it; not after a child, whose leftovers nobody wants. */
void term_adopt(struct term *t);
/* Current size from the kernel (ioctl TIOCGWINSZ), told to curses; at least 1x1. */
void term_resize(struct term *t, int *ret_rows, int *ret_cols);
int term_colors(const struct term *t); /* 0, 8, 16, 256, 16777216 */
bool term_ascii(const struct term *t); /* the locale is not UTF-8, or forced */
/* Other options while it runs: the mouse is asked for or let go, colours and ASCII are counted
 * anew. The theme has to be resolved and set again, and the canvas follows term_ascii(). Also while
 * suspended. */
void term_change(struct term *t, const struct term_options *options);
int term_fd(const struct term *t); /* to poll for keys */
/* Looks for the cells of every later canvas. */
void term_set_theme(struct term *t, const struct theme *theme);
/* True when the terminal takes bytes now (poll(2) POLLOUT): when not, showing would block. */
bool term_writable(const struct term *t);
/* Sends the difference to what is shown. Returns how long the terminal took to take it, in
 * microseconds. */
int64_t term_show(struct term *t, const struct canvas *c);
/* About how many bytes the last term_show() sent. */
size_t term_sent(const struct term *t);
/* True for a terminal that can be expected to answer term_ask(). */
bool term_can_ask(const struct term *t);
/* Asks the terminal to report (DSR, 4 bytes): INPUT_ALIVE comes when it has taken all that was sent
 * before. */
void term_ask(struct term *t);
void term_redraw(struct term *t); /* the next term_show() clears and paints everything */
/* What the terminal itself is told: goes out behind the next frame, and counts as part of it. */
struct osc *term_osc(struct term *t);

/* Restores the terminal with write(2) and tcsetattr(3) only: for signal handlers and the signal
 * thread. May be called from anywhere, any number of times; never blocks longer than the kernel's
 * tty lock. */
void term_emergency(void);

#endif
