/* SPDX-License-Identifier: MIT
 *
 * Signals. A thread of its own takes SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGWINCH, SIGTSTP and
 * SIGCONT and tells the poll loop; nothing runs in a handler but after a crash. When the loop has
 * not answered a request to end within GUARD_DEADLINE_MS (its terminal blocks writing, say), the
 * thread restores the terminal itself and ends the program.
 *
 * A crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) restores the terminal on a stack of its own
 * and then takes its default course. Not with a sanitizer, which wants these signals itself.
 *
 * Follows: signal-safety(7), signal(7), sigaltstack(2).
 * Thread: guard_start() before any other thread exists; the rest UI. Owns: its thread and
 * descriptor.
 */
#ifndef FS_GUARD_H
#define FS_GUARD_H

#include <stdbool.h>

#define GUARD_DEADLINE_MS 1000

enum guard_signal {
	GUARD_END = 1,    /* TERM, HUP, INT, QUIT: leave now */
	GUARD_RESIZE = 2, /* WINCH */
	GUARD_STOP = 4,   /* TSTP: give the terminal back, then guard_stop_self() */
	GUARD_CONT = 8,   /* CONT: take it again */
};

struct guard;

/* `emergency` restores the terminal with async-signal-safe calls only. 0 or -errno. */
int guard_start(void (*emergency)(void), struct guard **ret_guard);
/* The descriptor that becomes readable when there is something to take. */
int guard_fd(const struct guard *g);
/* What has come since the last call, as bits of enum guard_signal. */
unsigned guard_take(struct guard *g);
/* The number of the signal that asked to end, 0: none. */
int guard_end_signal(const struct guard *g);
/* Stops the process as SIGTSTP would by default; returns when it is continued (at once in an
 * orphaned process group, where the kernel ignores it). */
void guard_stop_self(void);
/* Ends with the signal's default action, so that the parent sees why; with status 128 + signal when
 * that fails. */
void guard_die(int signal) __attribute__((noreturn));

#endif
