/* SPDX-License-Identifier: MIT
 *
 * What the jobs of one browser share, and the directory that stays open under a ticket.
 *
 * Thread: any. Owns: see fs/browse.c, which makes it.
 */
#ifndef FS_SERVICE_H
#define FS_SERVICE_H

#include "fs/mounts.h"
#include "fs/outbox.h"
#include "fs/pool.h"
#include "fs/watch.h"

struct helper;
struct owners;
struct sorter;
struct tasker;

struct service {
	struct pool *pool;
	struct outbox out;
	struct watch *watch;
	struct mounts *mounts;
	struct owners *owners;
	struct sorter *sorter;
	struct helper *helper;
	struct tasker *tasker;
};

/* An open directory. Whoever works in it holds a reference; when the last one goes, a job of its
 * lane stops the watch and closes the descriptor, for close(2) may wait for a server too. */
struct dir {
	struct job closing; /* part of it, so that letting go never needs memory */
	_Atomic uint32_t refs;
	struct service *service;
	uint64_t ticket;
	char *path;
	_Atomic bool closed;   /* the ticket is: send nothing more */
	_Atomic int fd;        /* -1 until it is open */
	_Atomic uint64_t lane; /* by its path, then its mount id */
	_Atomic bool watched;
	pthread_mutex_t lock; /* for seen */
	struct meta seen;     /* when last listed or checked */
};

struct dir *dir_new(struct service *s, uint64_t ticket, const char *path); /* NULL: no memory */
struct dir *dir_ref(struct dir *d);
void dir_unref(struct dir *d); /* NULL is fine */

/* Lets a waiting or running job be named by what it works on. */
void job_init(struct job *job, uint64_t lane, uint64_t ticket, void (*run)(struct job *job),
	      void (*free)(struct job *job));
struct statvfs;
void service_space(const struct statvfs *v,
		   struct space *ret_space); /* in bytes, as df(1) counts */

#endif
