/* SPDX-License-Identifier: MIT
 *
 * What a canvas shows is what a terminal emulator has on its screen, for random canvases that
 * follow each other on several kinds of terminal; and the terminal comes back on every way out.
 */
#include "../../lib/test.h"

#include "../../lib/pty.h"
#include "ui/input.h"
#include "ui/term.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS  24
#define COLS  80
#define STEPS 60

static unsigned next_random(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

static void draw_word(struct canvas *c, unsigned *seed)
{
	static const char *const words[] = {
		"report.txt", "caf\u00e9", "\u4e16\u754c", "e\u0301t\u00e9", "a b  c",
		"   ",        "\u25b8",    "x\x1b[31m",    "-rw-r--r--",     "~~~~~~~~"};
	static const uint16_t looks[] = {ROLE_TEXT,   ROLE_TEXT,    ROLE_DIR,   ROLE_CURSOR,
					 ROLE_HEADER, ROLE_COLUMNS, ROLE_ERROR, ROLE_HEADER_ROOT};
	const char *word = words[next_random(seed, 10)];
	int row = (int)next_random(seed, (unsigned)c->rows);
	int col = (int)next_random(seed, (unsigned)c->cols + 4) - 2;

	canvas_text(c, row, col, 30, word, strlen(word), looks[next_random(seed, 8)]);
}

static void scroll(struct canvas *c, int by)
{
	size_t line = (size_t)c->cols, n = (size_t)(c->rows - by) * line;

	if (by >= c->rows)
		return;
	memmove(c->cells, c->cells + (size_t)by * line, n * sizeof(*c->cells));
	canvas_fill(c, (struct rect){c->rows - by, 0, by, c->cols}, ROLE_TEXT);
}

/* The same steps in the child, which shows them, and in the test, which knows what to expect. */
static void random_step(struct canvas *c, unsigned *seed)
{
	unsigned kind = next_random(seed, 8), words;

	if (kind == 0)
		canvas_clear(c);
	if (kind == 1)
		scroll(c, (int)next_random(seed, 5) + 1);
	if (kind == 2)
		canvas_fill(c, (struct rect){(int)next_random(seed, ROWS), 3, 4, 30}, ROLE_CURSOR);
	words = kind < 2 ? 60 : kind == 7 ? 1 : next_random(seed, 12);
	for (unsigned i = 0; i < words; i++)
		draw_word(c, seed);
	c->cursor_row = (int)next_random(seed, (unsigned)c->rows);
	c->cursor_col = (int)next_random(seed, (unsigned)c->cols);
}

static void read_theme(struct theme *theme, int colors)
{
	static const char underlined[] = "columns = underline\n";

	theme_init(theme);
	theme_parse(theme, theme_default_text, strlen(theme_default_text), NULL, NULL);
	theme_parse(theme, underlined, strlen(underlined), NULL, NULL);
	theme_resolve(theme, colors);
}

static int start(struct term **t, struct theme *theme)
{
	struct term_options options = {.mouse = true, .colors = -1};
	int r;

	setlocale(LC_ALL, "C.UTF-8");
	r = term_start(&options, t);
	if (r < 0)
		return r;
	read_theme(theme, term_colors(*t));
	term_set_theme(*t, theme);
	return 0;
}

/* One key on the terminal; false when it is gone. */
static bool wait_key(struct term *t)
{
	char c;

	return read(term_fd(t), &c, 1) == 1 && c != 'q';
}

static int show_random(void *ctx)
{
	unsigned seed = *(const unsigned *)ctx;
	struct theme theme;
	struct canvas c;
	struct term *t;
	int rows, cols;

	if (start(&t, &theme) < 0)
		return 1;
	term_resize(t, &rows, &cols);
	if (canvas_init(&c, rows, cols, false) < 0)
		return 1;
	do {
		random_step(&c, &seed);
		if (next_random(&seed, 10) == 0)
			term_redraw(t);
		term_show(t, &c);
	} while (wait_key(t));
	canvas_done(&c);
	theme_done(&theme);
	term_stop(t);
	return 0;
}

struct expected {
	struct canvas canvas;
	struct theme theme;
};

static bool cell_matches(struct pty *p, const struct expected *e, int row, int col)
{
	const struct cell *cell = canvas_at(&e->canvas, row, col);
	struct pty_cell seen = pty_cell_at(p, row, col);
	unsigned attrs = e->theme.looks[cell->look].attrs;

	if (cell->width == 0)
		return true;
	if (strcmp(seen.text[0] ? seen.text : " ", cell->text) != 0)
		return false;
	if (seen.text[0] && cell->width != seen.width)
		return false;
	if (seen.reverse != !!(attrs & LOOK_REVERSE))
		return false;
	if (seen.underline != !!(attrs & LOOK_UNDERLINE))
		return false;
	return cell->text[0] == ' ' || seen.bold == !!(attrs & LOOK_BOLD);
}

static bool screen_matches(struct pty *p, void *ctx)
{
	const struct expected *e = ctx;
	const struct canvas *c = &e->canvas;
	int row, col;

	pty_cursor(p, &row, &col);
	if (row != c->cursor_row || col != c->cursor_col)
		return false;
	for (row = 0; row < c->rows; row++)
		for (col = 0; col < c->cols; col++)
			if (!cell_matches(p, e, row, col))
				return false;
	return true;
}

static void print_difference(struct pty *p, const struct expected *e)
{
	const struct canvas *c = &e->canvas;

	for (int row = 0; row < c->rows; row++)
		for (int col = 0; col < c->cols; col++)
			if (!cell_matches(p, e, row, col)) {
				const struct cell *cell = canvas_at(c, row, col);
				struct pty_cell seen = pty_cell_at(p, row, col);

				print_error("%d,%d: '%s' look %d, seen '%s' width %d%s%s%s\n", row,
					    col, cell->text, cell->look, seen.text, seen.width,
					    seen.bold ? " bold" : "",
					    seen.reverse ? " reverse" : "",
					    seen.underline ? " underline" : "");
				return;
			}
}

static void check_random(const char *term, int colors, unsigned seed)
{
	struct pty_options options = {
		.child = show_random, .ctx = &seed, .rows = ROWS, .cols = COLS, .term = term};
	struct pty *p = pty_open(&options);
	struct expected e;

	assert_int_equal(canvas_init(&e.canvas, ROWS, COLS, false), 0);
	read_theme(&e.theme, colors);
	for (int i = 0; i < STEPS; i++) {
		random_step(&e.canvas, &seed);
		(void)next_random(&seed, 10);
		if (!pty_until(p, screen_matches, &e, PTY_MS)) {
			print_difference(p, &e);
			fail_msg("%s, step %d: the screen is not the canvas", term, i);
		}
		pty_keys(p, i + 1 < STEPS ? "n" : "q");
	}
	pty_expect_exit(p, 0);
	pty_expect_restored(p);
	assert_false(pty_alternate_screen(p));
	assert_true(pty_cursor_visible(p));
	canvas_done(&e.canvas);
	theme_done(&e.theme);
	pty_close(p);
}

static void shows_on_xterm(void **state)
{
	(void)state;
	check_random("xterm-256color", 256, 1);
	check_random("xterm-256color", 256, 77);
}

static void shows_on_linux(void **state)
{
	(void)state;
	check_random("linux", 8, 2);
}

static void shows_on_vt100(void **state)
{
	(void)state;
	check_random("vt100", 0, 3);
}

static void shows_on_screen(void **state)
{
	(void)state;
	check_random("screen", 8, 4);
}

static int start_fails(void *ctx)
{
	struct term_options options = {.colors = -1};
	struct term *t;

	(void)ctx;
	return -term_start(&options, &t);
}

static void names_what_is_wrong(void **state)
{
	static const struct {
		const char *term;
		int err;
	} rows[] = {{"", ENODEV}, {"dumb", ENOTSUP}, {"no-such-terminal", ENOENT}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pty_options options = {.child = start_fails, .term = rows[i].term};
		struct pty *p = pty_open(&options);

		pty_expect_exit(p, rows[i].err);
		pty_expect_restored(p);
		assert_int_equal(pty_bytes(p), 0);
		pty_close(p);
	}
}

static int emergency_child(void *ctx)
{
	struct theme theme;
	struct canvas c;
	struct term *t;

	(void)ctx;
	if (start(&t, &theme) < 0 || canvas_init(&c, ROWS, COLS, false) < 0)
		return 1;
	canvas_print(&c, 0, 0, COLS, ROLE_ERROR, "ready");
	term_show(t, &c);
	wait_key(t);
	term_emergency();
	term_emergency();
	_exit(9);
}

static void emergency_restores(void **state)
{
	struct pty_options options = {.child = emergency_child};
	struct pty *p;

	(void)state;
	p = pty_open(&options);
	pty_expect(p, "ready");
	assert_true(pty_alternate_screen(p));
	pty_keys(p, "x");
	pty_expect_exit(p, 9);
	pty_expect_restored(p);
	assert_false(pty_alternate_screen(p));
	assert_true(pty_cursor_visible(p));
	pty_close(p);
}

static void on_signal(int sig)
{
	term_emergency();
	_exit(sig == SIGTERM ? 7 : 8);
}

static int flood_child(void *ctx)
{
	struct theme theme;
	struct canvas c;
	struct term *t;
	unsigned seed = 5;

	(void)ctx;
	signal(SIGTERM, on_signal);
	if (start(&t, &theme) < 0 || canvas_init(&c, ROWS, COLS, false) < 0)
		return 1;
	canvas_print(&c, 0, 0, COLS, ROLE_TEXT, "ready");
	term_show(t, &c);
	wait_key(t);
	for (;;) {
		random_step(&c, &seed);
		term_redraw(t);
		term_show(t, &c);
	}
}

/* Nobody reads any more, and the write is stuck: the settings come back all the same. */
static void emergency_when_stuck(void **state)
{
	struct pty_options options = {.child = flood_child};
	struct pty *p;
	int status;

	(void)state;
	p = pty_open(&options);
	pty_expect(p, "ready");
	pty_throttle(p, PTY_STOPPED);
	pty_keys(p, "x");
	pty_flow(p, false);
	pty_signal(p, SIGTERM);
	assert_true(pty_ended(p, PTY_MS, &status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	pty_throttle(p, PTY_UNTHROTTLED);
	while (pty_pump(p, 100) > 0)
		continue;
	pty_expect_restored(p);
	pty_close(p);
}

static int suspend_child(void *ctx)
{
	struct theme theme;
	struct canvas c;
	struct term *t;

	(void)ctx;
	if (start(&t, &theme) < 0 || canvas_init(&c, ROWS, COLS, false) < 0)
		return 1;
	canvas_print(&c, 3, 0, COLS, ROLE_TEXT, "mine");
	term_show(t, &c);
	wait_key(t);
	term_suspend(t);
	term_suspend(t);
	if (write(STDOUT_FILENO, "theirs", 6) != 6)
		return 1;
	/* The line discipline is the user's again: a line ends with Enter. */
	if (read(STDIN_FILENO, &(char[2]){0}, 2) != 2)
		return 1;
	term_resume(t);
	term_show(t, &c);
	wait_key(t);
	term_stop(t);
	return 0;
}

static void suspends_and_resumes(void **state)
{
	struct pty_options options = {.child = suspend_child};
	struct pty *p;

	(void)state;
	p = pty_open(&options);
	pty_expect(p, "mine");
	pty_keys(p, "x");
	pty_expect(p, "theirs");
	assert_false(pty_alternate_screen(p));
	pty_expect_restored(p);
	pty_keys(p, "y\n");
	pty_expect(p, "mine");
	assert_true(pty_alternate_screen(p));
	pty_keys(p, "q");
	pty_expect_exit(p, 0);
	pty_expect_restored(p);
	pty_close(p);
}

static int resize_child(void *ctx)
{
	struct theme theme;
	struct canvas c;
	struct term *t;

	(void)ctx;
	if (start(&t, &theme) < 0 || canvas_init(&c, 1, 1, false) < 0)
		return 1;
	do {
		int rows, cols;

		term_resize(t, &rows, &cols);
		if (canvas_resize(&c, rows, cols) < 0)
			return 1;
		canvas_fill(&c, (struct rect){0, 0, rows, cols}, ROLE_CURSOR);
		canvas_print(&c, rows - 1, 0, cols, ROLE_TEXT, "%dx%d", rows, cols);
		c.cursor_row = rows;
		c.cursor_col = cols;
		term_show(t, &c);
	} while (wait_key(t));
	term_stop(t);
	return 0;
}

static void resizes_to_anything(void **state)
{
	static const struct {
		int rows, cols;
		const char *seen;
	} sizes[] = {{10, 40, "10x40"},  {1, 1, "^1$"},  {50, 200, "50x200"},
		     {1, 200, "^1x200"}, {60, 1, "^6$"}, {24, 80, "24x80"}};
	struct pty_options options = {.child = resize_child};
	struct pty *p;

	(void)state;
	p = pty_open(&options);
	pty_expect(p, "24x80");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		pty_resize(p, sizes[i].rows, sizes[i].cols);
		pty_keys(p, "n");
		pty_expect(p, sizes[i].seen);
	}
	pty_keys(p, "q");
	pty_expect_exit(p, 0);
	pty_expect_restored(p);
	pty_close(p);
}

static int move_child(void *ctx)
{
	struct theme theme;
	struct canvas c;
	struct term *t;
	int row = 2;

	(void)ctx;
	if (start(&t, &theme) < 0 || canvas_init(&c, 40, 120, false) < 0)
		return 1;
	for (int i = 2; i < 38; i++)
		canvas_print(&c, i, 2, 110, ROLE_TEXT, "name-%d   -rw-r--r-- some text", i);
	do {
		canvas_fill(&c, (struct rect){2, 0, 36, 1}, ROLE_TEXT);
		canvas_word(&c, row, 0, 1, "\u25b8", ">", ROLE_CURSOR_MARK);
		c.cursor_row = row++;
		term_show(t, &c);
	} while (wait_key(t));
	term_stop(t);
	return 0;
}

/* speed.md's hard figure for a held key: two cells and a cursor address. */
static void moving_is_cheap(void **state)
{
	static const char *const terms[] = {"xterm-256color", "screen", "linux", "vt100"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		struct pty_options options = {
			.child = move_child, .rows = 40, .cols = 120, .term = terms[i]};
		struct pty *p = pty_open(&options);
		size_t before;

		pty_expect(p, "name-37");
		pty_expect(p, "^\u25b8 name-2 ");
		before = pty_bytes(p);
		pty_keys(p, "j");
		pty_expect(p, "^\u25b8 name-3 ");
		pty_rest(p, 20);
		assert_in_range(pty_bytes(p) - before, 1, 25);
		pty_keys(p, "q");
		pty_expect_exit(p, 0);
		pty_close(p);
	}
}

static void set_theme(struct term *t, struct theme *theme, int n)
{
	char text[200];

	snprintf(text, sizeof(text), "dir = fg=%d bg=%d\nlink = fg=%d\nexec = bg=%d\n",
		 n % 200 + 16, n % 7, n % 191 + 17, n % 173 + 18);
	theme_done(theme);
	theme_init(theme);
	theme_parse(theme, text, strlen(text), NULL, NULL);
	theme_resolve(theme, term_colors(t));
	term_set_theme(t, theme);
}

/* More pairs of colours in all than curses has; then fewer colours, none, and all again. */
static int themes_child(void *ctx)
{
	static const struct term_options steps[] = {
		{.colors = 8}, {.colors = 0, .mouse = true}, {.colors = -1, .ascii = true}};
	struct theme theme;
	struct canvas c;
	struct term *t;

	(void)ctx;
	if (start(&t, &theme) < 0 || canvas_init(&c, ROWS, COLS, false) < 0)
		return 1;
	for (int n = 0; n < 1500; n++) {
		set_theme(t, &theme, n);
		canvas_print(&c, 0, 0, COLS, ROLE_DIR, "theme %d", n);
		canvas_print(&c, 1, 0, COLS, ROLE_LINK, "link");
		canvas_print(&c, 2, 0, COLS, ROLE_EXEC, "exec");
		term_show(t, &c);
	}
	for (size_t i = 0; i <= ARRAY_LEN(steps); i++) {
		canvas_fill(&c, (struct rect){4, 0, 1, COLS}, ROLE_TEXT);
		canvas_print(&c, 4, 0, COLS, ROLE_TEXT, "step %zu %d%s", i, term_colors(t),
			     term_ascii(t) ? " ascii" : "");
		term_show(t, &c);
		if (!wait_key(t) || i == ARRAY_LEN(steps))
			break;
		term_change(t, &steps[i]);
		set_theme(t, &theme, 1499);
	}
	term_stop(t);
	return 0;
}

static bool logged(struct pty *p, const char *bytes)
{
	size_t len;
	const char *log = pty_log(p, &len);

	return memmem(log, len, bytes, strlen(bytes)) != NULL;
}

static void themes_and_options_change(void **state)
{
	const int fg = 1499 % 200 + 16, bg = 1499 % 7;
	struct pty_options options = {.child = themes_child, .rows = ROWS, .cols = COLS};
	struct pty *p = pty_open(&options);

	(void)state;
	pty_expect(p, "step 0 256$");
	assert_false(logged(p, "\033[?1000l"));
	assert_int_equal(pty_cell_at(p, 0, 0).fg, fg);
	assert_int_equal(pty_cell_at(p, 0, 0).bg, bg);
	assert_int_equal(pty_cell_at(p, 1, 0).fg, 1499 % 191 + 17);
	assert_int_equal(pty_cell_at(p, 2, 0).bg, 1499 % 173 + 18);
	pty_keys(p, "j");
	pty_expect(p, "step 1 8$");
	assert_in_range(pty_cell_at(p, 0, 0).fg, 0, 7);
	assert_true(logged(p, "\033[?1000l"));
	pty_keys(p, "j");
	pty_expect(p, "step 2 0$");
	assert_true(pty_cell_at(p, 0, 0).default_fg && pty_cell_at(p, 0, 0).default_bg);
	assert_true(pty_cell_at(p, 0, 0).reverse);
	pty_keys(p, "j");
	pty_expect(p, "step 3 256 ascii$");
	assert_int_equal(pty_cell_at(p, 0, 0).fg, fg);
	pty_keys(p, "q");
	pty_expect_exit(p, 0);
	pty_expect_restored(p);
	pty_close(p);
}

static int input_child(void *ctx)
{
	struct theme theme;
	struct canvas c;
	struct term *t;
	struct input *in;
	struct input_event e;
	struct str text = STR_INIT;

	(void)ctx;
	if (start(&t, &theme) < 0 || canvas_init(&c, ROWS, COLS, false) < 0 ||
	    input_new(term_fd(t), &in) < 0)
		return 1;
	for (;;) {
		struct pollfd p = {.fd = term_fd(t), .events = POLLIN};
		int r;

		canvas_print(&c, 1, 0, COLS, ROLE_TEXT, "ready");
		canvas_text(&c, 0, 0, COLS, text.buf, text.len, ROLE_TEXT);
		term_show(t, &c);
		poll(&p, 1, -1);
		r = input_read(in, 1000);
		while (decoder_next(input_decoder(in), 1000, &e)) {
			if (e.kind == INPUT_KEY)
				key_format(&text, e.key);
			str_done(&e.paste);
		}
		if (r < 0)
			return r == -EIO ? 5 : 6; /* the terminal is gone: no use restoring it */
	}
}

static void reads_keys_until_hangup(void **state)
{
	struct pty_options options = {.child = input_child, .term = "rxvt"};
	struct pty *p;
	int status;

	(void)state;
	p = pty_open(&options);
	pty_expect(p, "ready");
	pty_keys(p, "a\x03\x1a\x13\033[7~\033[d\033OA\r");
	pty_expect(p, "a<C-c><C-z><C-s><Home><S-Left><Up><Enter>");
	signal(SIGHUP, SIG_IGN);
	pty_hang_up(p);
	assert_true(pty_ended(p, PTY_MS, &status));
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 5);
	pty_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_on_xterm),
		cmocka_unit_test(shows_on_linux),
		cmocka_unit_test(shows_on_vt100),
		cmocka_unit_test(shows_on_screen),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(emergency_restores),
		cmocka_unit_test(emergency_when_stuck),
		cmocka_unit_test(suspends_and_resumes),
		cmocka_unit_test(resizes_to_anything),
		cmocka_unit_test(moving_is_cheap),
		cmocka_unit_test(reads_keys_until_hangup),
		cmocka_unit_test(themes_and_options_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
