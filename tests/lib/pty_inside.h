/* SPDX-License-Identifier: MIT
 *
 * The inside of a pseudo-terminal under test, for pty.c (the program, reading, waiting) and
 * pty_screen.c (the emulator).
 */
#ifndef TESTS_LIB_PTY_INSIDE_H
#define TESTS_LIB_PTY_INSIDE_H

#include "pty.h"

#include <vterm.h>

struct tree;

struct pty {
	int master, slave; /* slave: kept open, so that the settings outlive the child */
	int pidfd;
	pid_t pid;
	struct tree *home; /* the child's */
	bool reaped, gone;
	int status;
	int rows, cols;
	VTerm *vt; /* NULL: blind */
	VTermScreen *screen;
	bool cursor_visible, alternate;
	struct termios before;
	char *log;
	size_t log_len, log_cap;
	int64_t started, first, last;
	long rate;          /* bytes a second, see pty_throttle() */
	int64_t rate_since; /* when it was set */
	size_t rate_read;   /* bytes read since */
	char *text;         /* what pty_screen() returned */
};

void pty_start_emulator(struct pty *p);

#endif
