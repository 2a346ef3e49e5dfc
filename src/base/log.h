/* SPDX-License-Identifier: MIT
 *
 * The debug log: lines to the file named by TROWEL_LOG, nothing otherwise, never the terminal. One
 * of the two mutable globals of the program.
 *
 * Thread: any (each line is one write(2)). Owns: its descriptor.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/defs.h"

/* Opens (append, 0600, close-on-exec) the log; path NULL or "" leaves it off. 0 or -errno. */
int log_open(const char *path);
void log_close(void);
void log_line(const char *fmt, ...) PRINTF(1, 2); /* keeps errno */

#endif
