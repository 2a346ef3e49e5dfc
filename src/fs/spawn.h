/* SPDX-License-Identifier: MIT
 *
 * Starting other programs: argument vectors only, never a shell string; signal mask and
 * dispositions reset, descriptors closed (close-on-exec everywhere), in `dir` when it is not NULL,
 * with the environment `env` (NULL: our own).
 *
 * Follows: posix_spawn(3). Thread: UI. Owns: nothing.
 */
#ifndef FS_SPAWN_H
#define FS_SPAWN_H

#include <sys/types.h>

/* Starts argv[0] (searched in PATH) in the foreground of the terminal `tty`: its own process group,
 * which gets the terminal. *ret_pid. 0 or -errno (-ENOENT: no such program). */
int spawn_foreground(const char *const *argv, char *const *env, const char *dir, int tty,
		     pid_t *ret_pid);
/* Waits for it to end or stop; a stopped child is continued in the foreground. Takes the terminal
 * back. *ret_status is as from waitpid(2). */
int spawn_wait(pid_t pid, int tty, int *ret_status);

#endif
