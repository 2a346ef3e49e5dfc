/* SPDX-License-Identifier: MIT */
#include "ui/term.h"

#include "base/alloc.h"
#include "base/display.h"
#include "ui/colour.h"
#include "ui/restore.h"
#include "ui/wide.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

/* Its struct term is not ours. */
#define term term_of_terminfo
#include <term.h>
#undef term

#define PAIRS_MAX 1024
#define ROWS_MAX  1000 /* a hostile size must not cost more memory than a screen can show */
#define COLS_MAX  2000

#define ASK       "\033[5n"
#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON  "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

struct attr {
	attr_t attrs;
	short pair;
	bool marks_blanks; /* a blank shows it */
};

struct term {
	SCREEN *screen;
	int in, out;
	int colors;
	bool ascii, mouse, xterm;
	bool coloured;     /* curses was told to use colours */
	bool away;         /* suspended */
	bool said;         /* a line was written since */
	size_t sent;       /* about how many bytes the last frame had */
	bool valid, clear; /* shown is what curses was told; paint everything anew */
	struct canvas shown;
	struct attr looks[THEME_LOOKS_MAX];
	struct {
		int32_t fg, bg;
	} pairs[PAIRS_MAX]; /* pairs[0] is the terminal's own */
	int npairs, pairs_max;
	struct osc osc;
};

/* Capabilities by name; NULL when the terminal has not got it. */
static const char *cap(const char *name)
{
	/* tigetstr(3x) reads only; its parameter is older than const. */
	const char *s = tigetstr((char *)(uintptr_t)name);

	return s == (const char *)-1 ? NULL : s;
}

/* For modes of the terminal that curses does not know. Its own output is always flushed by then. A
 * terminal that is gone is noticed when it is read. */
static void send(const struct term *t, const char *s, size_t len)
{
	while (len > 0) {
		ssize_t n = write(t->out, s, len);

		if (n < 0 && errno != EINTR)
			return;
		s += MAX(n, 0);
		len -= (size_t)MAX(n, 0);
	}
}

/* While they are prepared anew a signal sends nothing. */
static void prepare_restore(const struct term *t)
{
	CLEANUP(str_done) struct str told = STR_INIT;
	bool armed = restore_armed();

	restore_arm(false);
	restore_clear();
	if (t->xterm)
		restore_add(PASTE_OFF);
	if (t->mouse)
		restore_add(MOUSE_OFF);
	restore_add(cap("sgr0"));
	restore_add(cap("op"));
	restore_add(cap("rmkx"));
	/* Without a second screen the shell goes on below. */
	restore_add(cap("rmcup") ? cap("rmcup") : "\r\n");
	restore_add(cap("cnorm"));
	osc_leave(&t->osc, &told);
	restore_add(told.buf);
	restore_arm(armed);
}

static void send_osc(const struct term *t, void (*add)(const struct osc *o, struct str *out))
{
	CLEANUP(str_done) struct str told = STR_INIT;

	add(&t->osc, &told);
	send(t, told.buf, told.len);
}

static void modes_on(const struct term *t)
{
	const char *keypad_on = cap("smkx");

	if (keypad_on)
		send(t, keypad_on, strlen(keypad_on));
	if (t->xterm)
		send(t, PASTE_ON, strlen(PASTE_ON));
	if (t->mouse)
		send(t, MOUSE_ON, strlen(MOUSE_ON));
	send_osc(t, osc_enter);
}

static void modes_off(const struct term *t)
{
	const char *keypad_off = cap("rmkx");

	if (t->mouse)
		send(t, MOUSE_OFF, strlen(MOUSE_OFF));
	if (t->xterm)
		send(t, PASTE_OFF, strlen(PASTE_OFF));
	if (keypad_off)
		send(t, keypad_off, strlen(keypad_off));
	send_osc(t, osc_leave);
}

/* Nothing of a frame is under way here. */
static void send_told(struct term *t)
{
	if (t->osc.changed)
		prepare_restore(t);
	t->osc.changed = false;
	send(t, t->osc.queue.buf, t->osc.queue.len);
	t->sent += t->osc.queue.len;
	str_clear(&t->osc.queue);
}

/* The Linux console has a kmous too, for gpm(8), but knows neither of these modes. */
static bool is_xterm_like(void)
{
	const char *name = getenv("TERM");

	return cap("kmous") && name && strncmp(name, "linux", 5) != 0;
}

static int count_colors(const struct term_options *options)
{
	static const int steps[] = {16777216, 256, 16, 8};
	int has = tigetnum((char *)(uintptr_t) "colors");
	bool direct = tigetflag((char *)(uintptr_t) "RGB") > 0 ||
		      tigetnum((char *)(uintptr_t) "RGB") > 0 || cap("RGB");

	if (has > 256 && !(direct && has >= 16777216))
		has = 256;
	if (options->colors >= 0)
		has = MIN(has, options->colors);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (has >= steps[i])
			return steps[i];
	return 0;
}

/* newterm(3x) ends the program's chance to say what is wrong: look first. */
static int check_terminal(void)
{
	const char *name = getenv("TERM");
	int err;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return -ENOTTY;
	if (!name || !*name)
		return -ENODEV;
	if (setupterm(NULL, STDOUT_FILENO, &err) == ERR)
		return err == 1 ? -ENOTSUP : -ENOENT; /* 1: a printing terminal */
	if (!cap("cup") || !cap("clear")) {
		del_curterm(cur_term);
		return -ENOTSUP;
	}
	return 0;
}

/* newterm(3x) installs handlers where it finds none. */
static const int curses_signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};

static SCREEN *open_screen(void)
{
	struct sigaction was[ARRAY_LEN(curses_signals)];
	SCREEN *screen;

	for (size_t i = 0; i < ARRAY_LEN(curses_signals); i++)
		sigaction(curses_signals[i], NULL, &was[i]);
	screen = newterm(NULL, stdout, stdin);
	for (size_t i = 0; i < ARRAY_LEN(curses_signals); i++)
		sigaction(curses_signals[i], &was[i], NULL);
	return screen;
}

static void start_colours(struct term *t)
{
	t->npairs = 1;
	if (t->colors == 0 || t->coloured)
		return;
	start_color();
	use_default_colors();
	t->pairs_max = MIN(COLOR_PAIRS, PAIRS_MAX);
	t->coloured = true;
}

static void setup_curses(struct term *t)
{
	raw();
	noecho();
	nonl();
	typeahead(-1); /* input is read elsewhere: curses must not peek */
	intrflush(stdscr, FALSE);
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	idlok(stdscr, TRUE);
	t->pairs[0].fg = t->pairs[0].bg = COLOUR_DEFAULT;
	start_colours(t);
}

static void take_options(struct term *t, const struct term_options *options)
{
	t->mouse = options->mouse && t->xterm;
	t->colors = count_colors(options);
	t->ascii = options->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

int term_start(const struct term_options *options, struct term **ret_term)
{
	struct term *t;
	int r = check_terminal();

	if (r < 0)
		return r;
	t = calloc(1, sizeof(*t));
	if (!t)
		goto fail;
	t->in = STDIN_FILENO;
	t->out = STDOUT_FILENO;
	t->xterm = is_xterm_like();
	take_options(t, options);
	osc_init(&t->osc, t->xterm, osc_way(getenv("TERM"), getenv("TMUX"), getenv("STY")),
		 t->ascii);
	if (restore_save(t->out) < 0)
		goto fail;
	prepare_restore(t);
	t->screen = open_screen();
	if (!t->screen)
		goto fail;
	restore_arm(true);
	setup_curses(t);
	modes_on(t);
	t->clear = true;
	*ret_term = t;
	return 0;
fail:
	del_curterm(cur_term);
	free(t);
	return -ENOMEM;
}

/* Not isendwin(): that stays true until the first frame after a resume is drawn, and a C-z may come
 * before. */
void term_suspend(struct term *t)
{
	if (!restore_armed())
		return;
	modes_off(t);
	endwin();
	restore_settings();
	restore_arm(false);
	t->away = true;
}

/* What another program may have switched on and left on: mouse reports, reports of focus, pasting;
 * a scroll region, insert mode, another character set. DECSTBM moves the cursor. */
#define LEFT_ON                                                                         \
	"\033[?1000l\033[?1002l\033[?1003l\033[?1004l\033[?1005l\033[?1006l\033[?1015l" \
	"\033[?2004l\0337\033[r\0338\033[4l\033(B\017\033[m\033[?25h"

/* The flags of a terminal belong to everyone who has it open: with O_NONBLOCK our writes would be
 * cut short. */
static void clean_up(const struct term *t)
{
	int flags = fcntl(t->out, F_GETFL);

	if (flags >= 0 && flags & O_NONBLOCK)
		(void)fcntl(t->out, F_SETFL, flags & ~O_NONBLOCK);
	if (t->xterm)
		send(t, LEFT_ON, strlen(LEFT_ON));
}

void term_say(struct term *t, const char *text)
{
	restore_arm(true);
	clean_up(t);
	reset_prog_mode();
	send(t, "\r\n", 2);
	send(t, text, strlen(text));
	t->said = true;
}

/* The settings are read again: the shell may have changed them meanwhile. */
void term_adopt(struct term *t)
{
	if (!restore_armed())
		(void)restore_save(t->out);
}

void term_resume(struct term *t)
{
	if (!t->away)
		return;
	t->away = false;
	/* The line of the screen that the terminal comes back to. */
	if (t->said)
		send(t, "\r\n", 2);
	t->said = false;
	restore_arm(true);
	clean_up(t);
	reset_prog_mode();
	modes_on(t);
	term_redraw(t);
}

void term_stop(struct term *t)
{
	if (!t)
		return;
	term_suspend(t);
	canvas_done(&t->shown);
	osc_done(&t->osc);
	delscreen(t->screen);
	free(t);
}

void term_resize(struct term *t, int *ret_rows, int *ret_cols)
{
	struct winsize size = {0};
	int rows, cols;

	(void)ioctl(t->out, TIOCGWINSZ, &size);
	/* A serial line does not know its size; terminfo may. */
	rows = size.ws_row ? size.ws_row : tigetnum((char *)(uintptr_t) "lines");
	cols = size.ws_col ? size.ws_col : tigetnum((char *)(uintptr_t) "cols");
	rows = MIN(rows > 0 ? rows : 24, ROWS_MAX);
	cols = MIN(cols > 0 ? cols : 80, COLS_MAX);
	if (rows != LINES || cols != COLS) {
		resize_term(rows, cols);
		term_redraw(t); /* terminals move the lines about in ways of their own */
	}
	*ret_rows = rows;
	*ret_cols = cols;
}

void term_change(struct term *t, const struct term_options *options)
{
	bool mouse = t->mouse;

	take_options(t, options);
	start_colours(t);
	/* At any moment a signal switches off what is on. */
	if (mouse && !t->mouse && restore_armed())
		send(t, MOUSE_OFF, strlen(MOUSE_OFF));
	prepare_restore(t);
	if (!mouse && t->mouse && restore_armed())
		send(t, MOUSE_ON, strlen(MOUSE_ON));
	t->valid = false;
}

int term_colors(const struct term *t)
{
	return t->colors;
}

bool term_ascii(const struct term *t)
{
	return t->ascii;
}

int term_fd(const struct term *t)
{
	return t->in;
}

static short own_pair(struct term *t, int32_t fg, int32_t bg)
{
	for (int i = 0; i < t->npairs; i++)
		if (t->pairs[i].fg == fg && t->pairs[i].bg == bg)
			return (short)i;
	return -1;
}

/* Pairs are few on some terminals (64 on the Linux console): what has none keeps its foreground, or
 * its attributes alone. */
static short pair_for(struct term *t, int32_t fg, int32_t bg)
{
	short pair;

	if (t->colors == 0)
		return 0;
	pair = own_pair(t, fg, bg);
	if (pair >= 0)
		return pair;
	if (t->npairs < t->pairs_max && init_extended_pair(t->npairs, colour_number(fg, t->colors),
							   colour_number(bg, t->colors)) != ERR) {
		t->pairs[t->npairs].fg = fg;
		t->pairs[t->npairs].bg = bg;
		return (short)t->npairs++;
	}
	pair = own_pair(t, fg, COLOUR_DEFAULT);
	return pair > 0 ? pair : 0;
}

void term_set_theme(struct term *t, const struct theme *theme)
{
	static const struct {
		uint8_t look;
		attr_t attr;
	} attrs[] = {{LOOK_BOLD, A_BOLD},
		     {LOOK_DIM, A_DIM},
		     {LOOK_ITALIC, A_ITALIC},
		     {LOOK_UNDERLINE, A_UNDERLINE},
		     {LOOK_REVERSE, A_REVERSE}};

	/* Those of the theme before are given away again: there may be only 64. Curses paints anew
	 * what showed a pair that changes. */
	t->npairs = 1;
	for (uint32_t i = 0; i < theme->nlooks; i++) {
		const struct look *look = &theme->looks[i];
		struct attr *a = &t->looks[i];

		*a = (struct attr){.pair = pair_for(t, look->fg, look->bg)};
		for (size_t k = 0; k < ARRAY_LEN(attrs); k++)
			if (look->attrs & attrs[k].look)
				a->attrs |= attrs[k].attr;
		a->marks_blanks =
			look->bg != COLOUR_DEFAULT || look->attrs & (LOOK_UNDERLINE | LOOK_REVERSE);
	}
	t->valid = false;
}

bool term_writable(const struct term *t)
{
	struct pollfd p = {.fd = t->out, .events = POLLOUT};

	return poll(&p, 1, 0) > 0 && (p.revents & POLLOUT);
}

static bool plain(const struct attr *a)
{
	return a->attrs == A_NORMAL && a->pair == 0;
}

/* A blank shows nothing of its look, so it may have any: within one word's look, that; otherwise
 * none, which is what erasing leaves. Fewer changes of looks are fewer bytes. */
static struct attr attr_of(const struct term *t, const struct cell *row, int col, int cols)
{
	static const struct attr none = {.attrs = A_NORMAL};
	const struct attr *own = &t->looks[MIN(row[col].look, THEME_LOOKS_MAX - 1)];
	int next = col;

	if (!wide_is_blank(&row[col]) || own->marks_blanks || plain(own))
		return *own;
	while (next < cols && next < col + 4 && wide_is_blank(&row[next]) &&
	       row[next].look == row[col].look)
		next++;
	if (next < cols && !wide_is_blank(&row[next]) && row[next].look == row[col].look)
		return *own;
	return none;
}

static void send_cell(const struct term *t, const struct cell *row, int line, int col, int cols)
{
	struct attr a = attr_of(t, row, col, cols);
	wchar_t text[WIDE_MAX + 1];
	cchar_t cell;
	int width;

	wide_of(&row[col], text);
	setcchar(&cell, text, a.attrs, a.pair, NULL);
	mvadd_wchnstr(line, col, &cell, 1);
	width = text[0] == L'?' ? 1 : row[col].width;
	if (width == 1 && row[col].width == 2) {
		setcchar(&cell, L"?", a.attrs, a.pair, NULL);
		mvadd_wchnstr(line, col + 1, &cell, 1);
	}
}

static void send_row(const struct term *t, const struct canvas *c, int line)
{
	const struct cell *row = &c->cells[(size_t)line * (size_t)c->cols];
	int cols = MIN(c->cols, COLS);

	for (int col = 0; col < cols; col++) {
		if (row[col].width == 2 && col + 1 == cols)
			continue;
		if (row[col].width > 0)
			send_cell(t, row, line, col, cols);
	}
}

static bool same_row(const struct term *t, const struct canvas *c, int line)
{
	size_t at = (size_t)line * (size_t)c->cols;

	return t->valid &&
	       memcmp(&t->shown.cells[at], &c->cells[at], (size_t)c->cols * sizeof(*c->cells)) == 0;
}

static void remember(struct term *t, const struct canvas *c)
{
	bool fits = t->shown.rows == c->rows && t->shown.cols == c->cols;

	if (!fits)
		fits = canvas_resize(&t->shown, c->rows, c->cols) == 0;
	if (fits)
		canvas_copy(&t->shown, c);
	t->valid = fits; /* when not, curses is told all of it again: it sends no more for that */
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t term_show(struct term *t, const struct canvas *c)
{
	int rows = MIN(c->rows, LINES);
	int64_t start;

	if (t->shown.rows != c->rows || t->shown.cols != c->cols)
		t->valid = false;
	t->sent = canvas_cost(t->valid ? &t->shown : NULL, c);
	for (int line = 0; line < rows; line++)
		if (!same_row(t, c, line))
			send_row(t, c, line);
	remember(t, c);
	if (t->clear)
		clearok(curscr, TRUE);
	t->clear = false;
	move(MAX(MIN(c->cursor_row, LINES - 1), 0), MAX(MIN(c->cursor_col, COLS - 1), 0));
	start = now_us();
	refresh();
	send_told(t);
	return now_us() - start;
}

size_t term_sent(const struct term *t)
{
	return t->sent;
}

bool term_can_ask(const struct term *t)
{
	return t->xterm;
}

void term_ask(struct term *t)
{
	send(t, ASK, strlen(ASK));
}

void term_redraw(struct term *t)
{
	t->clear = true;
	t->valid = false;
}

struct osc *term_osc(struct term *t)
{
	return &t->osc;
}

void term_emergency(void)
{
	restore_now();
}
