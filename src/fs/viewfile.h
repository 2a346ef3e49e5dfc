/* SPDX-License-Identifier: MIT
 *
 * A file that stays open for viewing under a ticket, and the jobs that open it, read windows of it
 * and look whether it is still the same. Only a regular file is opened for reading, judged on the
 * descriptor that is then opened again; O_NONBLOCK, so that a driver that knows it does not keep
 * the thread.
 *
 * Files that the kernel makes as they are read (/proc, /sys) have no size and may not be read at a
 * position: of such a file the first VIEWFILE_KEPT bytes are read once and kept.
 *
 * Thread: any. Owns: its descriptor, closed by a job of its lane: close(2) may wait for a server.
 */
#ifndef FS_VIEWFILE_H
#define FS_VIEWFILE_H

#include "base/textrow.h"
#include "fs/service.h"

#define VIEWFILE_KEPT (1u << 20)
#ifndef VIEWFILE_PAGE
#define VIEWFILE_PAGE 4096u /* of what cannot be read so much is left out; tests take less */
#endif

struct viewfile {
	struct job closing; /* part of it, so that letting go never needs memory */
	_Atomic uint32_t refs;
	struct service *service;
	uint64_t ticket;
	char *path;
	_Atomic bool closed; /* the ticket is: send nothing more */
	_Atomic int fd;      /* -1 until it is open */
	_Atomic uint64_t lane;
	char *kept; /* set before FS_VIEW_OPENED is sent, then only read */
	size_t nkept;
	pthread_mutex_t lock; /* for seen */
	struct meta seen;     /* when last looked at */
};

struct viewfile *viewfile_new(struct service *s, uint64_t ticket, const char *path);
struct viewfile *viewfile_ref(struct viewfile *v);
void viewfile_unref(struct viewfile *v);  /* NULL is fine */
void viewfile_let_go(struct viewfile *v); /* the ticket is closed */

int viewfile_open(struct viewfile *v) MUST_USE; /* 0 or -ENOMEM */
void viewfile_window(struct viewfile *v, uint64_t at, size_t len);
void viewfile_check(struct viewfile *v);

/* Reads at most len bytes at `at` (a multiple of 4) into buf and describes them: w->len, at_end and
 * gaps; what cannot be read is zeros. *ret_size (may be NULL): of the file. 0, -ENOMEM or another
 * error that leaves nothing to show. For the jobs of fs/viewscan.h, too. */
int viewfile_read(struct viewfile *v, uint64_t at, char *buf, size_t len, struct textwin *w,
		  uint64_t *ret_size) MUST_USE;
/* Where the next bytes at or after `at` are that are not part of a hole; UINT64_MAX: none are.
 * Where nobody knows of holes: `at`. */
uint64_t viewfile_data(const struct viewfile *v, uint64_t at);

#endif
