/* SPDX-License-Identifier: MIT
 *
 * One helper process: started with nothing but a socket and the time zone, asked one question at a
 * time, killed when it does not answer. It is not trusted: what it sends is checked
 * (base/wire.h), and anything that is not the answer ends it.
 *
 * Follows: posix_spawn(3), unix(7), waitpid(2). Thread: one at a time. Owns: the process and its
 * socket.
 */
#ifndef FS_HELPER_CHILD_H
#define FS_HELPER_CHILD_H

#include <sys/types.h>

#include "base/wire.h"

#define HELPER_DEADLINE_MS 2000 /* from the question to the last byte of the answer */

struct helper_child {
	pid_t pid; /* 0: no process */
	int fd;
	uint32_t asked;   /* questions so far; the number of the last one */
	uint64_t busy_ms; /* how long all of them took */
};

#define HELPER_CHILD_NONE \
	{                 \
		.fd = -1  \
	}

struct job;

/* Starts the program. 0 or -errno; then there is no process. */
int helper_child_start(struct helper_child *c, const char *program) MUST_USE;
/* Asks about the open file and waits for the answer, at most HELPER_DEADLINE_MS, less when the job
 * is cancelled; tells the pool meanwhile that the job is alive. 0 with the answer; -EPIPE: it was
 * dead before; -ECONNRESET: it died; -ETIMEDOUT; -ECANCELED; -EPROTO: what it sent is no answer;
 * -EPROTONOSUPPORT: of another version; -ENOMEM or -errno. After any of these but 0 it must be
 * ended. */
int helper_child_ask(struct helper_child *c, int file, const struct wire_ask *ask, struct job *job,
		     struct preview **ret_preview) MUST_USE;
enum helper_end {
	HELPER_END_UNKNOWN, /* nobody can tell any more, or it hangs in a file system */
	HELPER_ENDED,       /* by itself, as the status says (waitpid(2)) */
	HELPER_KILLED,      /* it lived on, and was killed */
};
/* Ends the process for good and leaves *c without one. It may end by itself for so long, then it is
 * killed. *ret_lost: the process when it could not be waited for in a short time, or 0. */
enum helper_end helper_child_end(struct helper_child *c, int patience_ms, int *ret_status,
				 pid_t *ret_lost);

#endif
