/* SPDX-License-Identifier: MIT
 *
 * What brings the terminal back to how it was, prepared beforehand, so that a signal handler or
 * another thread can do it at any moment. One of the two mutable globals of the program (the other
 * is the log): a handler has no argument of ours.
 *
 * Follows: signal-safety(7), termios(3). Thread: UI, but restore_now(). Owns: its bytes.
 */
#ifndef UI_RESTORE_H
#define UI_RESTORE_H

#include <stdbool.h>

/* Reads the settings of the terminal `fd`, which are what will be restored. 0 or -errno. */
int restore_save(int fd);
/* Begins the bytes to be sent anew; restore_add() appends a sequence without its padding, NULL is
 * nothing; there is room for 1024 bytes, and what does not fit as a whole is left out. */
void restore_clear(void);
void restore_add(const char *sequence);
/* While armed, restore_now() does something. */
void restore_arm(bool on);
bool restore_armed(void);
/* Sets the settings as they were saved, after what was written has gone out. */
void restore_settings(void);
/* Sends the bytes and sets the settings, with async-signal-safe calls only. May be called from
 * anywhere, any number of times; blocks no longer than the kernel's lock of the terminal, also when
 * the terminal takes nothing. */
void restore_now(void);

#endif
