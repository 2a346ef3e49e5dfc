/* SPDX-License-Identifier: MIT
 *
 * Starting other programs: argument vectors only, never a shell string; signal mask and
 * dispositions reset, descriptors closed (close-on-exec everywhere), in `dir` when it is not NULL,
 * with the environment `env` (NULL: our own).
 *
 * A program's name without a slash is searched in our PATH, of which empty and relative entries are
 * left out: `dir` may be a directory that somebody else has filled. The program keeps away from
 * such entries too when it gets the environment of spawn_safe_env().
 *
 * Follows: posix_spawn(3). Thread: UI. Owns: nothing.
 */
#ifndef FS_SPAWN_H
#define FS_SPAWN_H

#include <sys/types.h>

#include "base/args.h"

/* Starts argv[0] in the foreground of the terminal `tty`: its own process group,
 * which gets the terminal. *ret_pid. 0 or -errno (-ENOENT: no such program; -ENOTDIR: dir is gone).
 */
int spawn_foreground(const char *const *argv, char *const *env, const char *dir, int tty,
		     pid_t *ret_pid);
/* Starts it in a session of its own, so that it outlives us and the terminal, with its standard
 * streams on /dev/null. The caller waits for it: see fs/children.h. Results as above. */
int spawn_detached(const char *const *argv, char *const *env, const char *dir, pid_t *ret_pid);
/* Appends a copy of env (NULL: our own) with only the absolute entries of PATH. 0, -ENOMEM, -E2BIG.
 */
int spawn_safe_env(char *const *env, struct args *ret);
/* Waits for it to end or stop; a stopped child is continued in the foreground. Takes the terminal
 * back. *ret_status is as from waitpid(2). */
int spawn_wait(pid_t pid, int tty, int *ret_status);

#endif
