/* SPDX-License-Identifier: MIT
 *
 * A program (or a C function) in a pseudo-terminal, with a terminal emulator (libvterm) on the
 * other side. Everything waits for something to be on the screen, with a deadline, and nothing ever
 * sleeps. The log keeps every byte the program wrote. It has a home of its own (home.h), which
 * pty_close() removes.
 *
 * Deadlines are in milliseconds and are multiplied by $TEST_SLOW (for Valgrind and sanitizers).
 *
 * Follows: pty(7), forkpty(3), termios(3). Thread: one. Owns: the child, killed when it is closed.
 */
#ifndef TESTS_LIB_PTY_H
#define TESTS_LIB_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

#define PTY_MS 10000 /* the usual deadline: generous, it is only reached by a failure */

struct pty;

struct pty_options {
	const char *const *argv; /* NULL-terminated; NULL: $TROWEL_BIN without arguments */
	int (*child)(void *ctx); /* instead of argv: runs in the child, which exits with what it
				    returns. It must not use cmocka's assertions. */
	void *ctx;
	int rows, cols;         /* 0: 24x80 */
	const char *term;       /* TERM; NULL: xterm-256color; "": unset */
	const char *const *env; /* "NAME=value" sets, "NAME" unsets; NULL at the end; may be NULL */
	const char *dir;        /* where it starts; NULL: here */
	uid_t uid;              /* drop to this user and group; 0: stay */
	bool blind;             /* no emulator: only counts and logs (for measuring) */
};

/* What pty_pump() and the waits read of the terminal's output. */
#define PTY_UNTHROTTLED 0
#define PTY_STOPPED     (-1) /* reads nothing: the kernel's buffer fills up and writes block */

struct pty_cell {
	char text[32]; /* UTF-8; "" for a blank that was never written */
	int width;
	bool bold, underline, reverse, italic;
	bool default_fg, default_bg;
	int fg, bg; /* palette index, or 0x1000000 | rrggbb; -1: default */
};

/* Starts it. Fails the running test when that is impossible. */
struct pty *pty_open(const struct pty_options *options);
/* Kills the child when it still runs, and reaps it. NULL is fine. */
void pty_close(struct pty *p);
/* Closes only the master side, as a lost connection does: the child gets SIGHUP. */
void pty_hang_up(struct pty *p);

pid_t pty_pid(const struct pty *p);

/* Reads what there is within ms; returns bytes read, 0 (nothing), or -1: the other end is gone. */
long pty_pump(struct pty *p, long ms);
/* Bytes a second that are read from now on, PTY_UNTHROTTLED or PTY_STOPPED. */
void pty_throttle(struct pty *p, long bytes_per_second);
/* Stops or starts the terminal's output as XOFF and XON do (tcflow(3)). */
void pty_flow(struct pty *p, bool on);

void pty_send(struct pty *p, const char *bytes, size_t len);
void pty_keys(struct pty *p, const char *keys);     /* NUL-terminated */
void pty_resize(struct pty *p, int rows, int cols); /* the kernel sends SIGWINCH */
void pty_signal(struct pty *p, int sig);

/* Waits until cond holds, looking again after each read. False: not before the deadline. */
bool pty_until(struct pty *p, bool (*cond)(struct pty *p, void *ctx), void *ctx, long ms);
/* The same for what is on the screen: it holds when the terminal rests, too. Pieces of a frame do
 * not count. */
bool pty_steady(struct pty *p, bool (*cond)(struct pty *p, void *ctx), void *ctx, long ms);
/* Until an extended regular expression matches the screen and rests (lines joined by '\n', blanks
 * at their ends cut; ^ and $ match at line ends). */
bool pty_sees(struct pty *p, const char *regex, long ms);
bool pty_loses(struct pty *p, const char *regex, long ms); /* until it does not match */
/* As pty_sees(), for measuring: pieces of a frame count. */
bool pty_glimpses(struct pty *p, const char *regex, long ms);
/* Fails the test, and shows the screen. */
void pty_fail(struct pty *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same within PTY_MS; when not, fails the test and shows the screen. */
void pty_expect(struct pty *p, const char *regex);
void pty_expect_not(struct pty *p, const char *regex);
/* Until the terminal has been quiet for so long: for measuring what one key cost. */
void pty_rest(struct pty *p, long quiet_ms);
/* Until the child ended. *ret_status as from waitpid(2). False: still running. */
bool pty_ended(struct pty *p, long ms, int *ret_status);
/* The same; fails the test unless it exited with this status. */
void pty_expect_exit(struct pty *p, int exit_status);

/* The screen as text; the row (from 0) as text; valid until the next call of either. */
const char *pty_screen(struct pty *p);
const char *pty_row(struct pty *p, int row);
bool pty_matches(struct pty *p, const char *regex); /* now */
struct pty_cell pty_cell_at(struct pty *p, int row, int col);
void pty_cursor(struct pty *p, int *ret_row, int *ret_col);
bool pty_cursor_visible(const struct pty *p);
bool pty_alternate_screen(const struct pty *p);

/* Everything that was written so far, and a NUL behind it. */
const char *pty_log(const struct pty *p, size_t *ret_len);
size_t pty_bytes(const struct pty *p);
/* Times (CLOCK_MONOTONIC, nanoseconds) of the start, and of the first and the last byte; 0: none.
 */
int64_t pty_started_ns(const struct pty *p);
int64_t pty_first_ns(const struct pty *p);
int64_t pty_last_ns(const struct pty *p);

/* The terminal's settings, whoever set them. */
void pty_termios(const struct pty *p, struct termios *ret_settings);
/* Fails the test unless the settings are as when the terminal was made. */
void pty_expect_restored(struct pty *p);

int64_t pty_now_ns(void);
long pty_ms(long ms); /* times $TEST_SLOW */

#endif
