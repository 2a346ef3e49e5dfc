/* SPDX-License-Identifier: MIT
 *
 * The programs that run beside us: each is waited for when it ends, so that none stays a zombie,
 * and how it ended is told. A descriptor is readable then; nobody looks without need. Ending us
 * does not end them.
 *
 * Follows: pidfd_open(2), epoll(7). Thread: UI. Owns: its descriptors, the list.
 */
#ifndef FS_CHILDREN_H
#define FS_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct children;

struct child_end {
	char *name;     /* as it was started; heap, the caller's */
	int status;     /* as from waitpid(2) */
	int64_t ran_ms; /* from its start to when it was noticed */
};

int children_new(struct children **ret_children);
void children_free(struct children *c); /* NULL is fine */
/* Starts a program detached (fs/spawn.h). 0 or -errno. */
int children_start(struct children *c, const char *const *argv, char *const *env, const char *dir,
		   int64_t now_ms);
/* For poll(2): readable when children_take() has something. Where the kernel has no descriptors for
 * processes (before Linux 5.3) it stays silent. */
int children_fd(const struct children *c);
/* The next that has ended; false: none. */
bool children_take(struct children *c, int64_t now_ms, struct child_end *ret_end);
/* Some have no descriptor: they are to be looked for now and then. */
bool children_unwatched(const struct children *c);
size_t children_count(const struct children *c); /* still running, or not yet taken */

#endif
