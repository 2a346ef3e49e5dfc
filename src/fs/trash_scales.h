/* SPDX-License-Identifier: MIT
 *
 * What directories in the trash take, weighed one after the other in the background: those on
 * local mounts first, so that a server that does not answer holds up nobody else's. Weights are
 * told some at a time (FS_TRASH_SIZES), and kept in the trash they belong to.
 *
 * Thread: worker; scales_init(), scales_done() any. Owns: the trash directories that it was given.
 */
#ifndef FS_TRASH_SCALES_H
#define FS_TRASH_SCALES_H

#include <pthread.h>

#include "fs/service.h"
#include "fs/trash_dirs.h"
#include "fs/trash_sizes.h"

/* What is to be weighed in one trash. */
struct load {
	struct trash_dir dir;
	uint32_t number;
	bool network;
	uint64_t lane;
	struct trash_measured *at; /* heap, names heap */
	size_t n, cap;
	size_t next, told, kept; /* before these it is weighed, told, written into the trash */
	int *err;                /* of each that is weighed */
	bool *whole;             /* likewise: nothing was left out */
	struct load *below;
};

void load_free(struct load *l); /* NULL is fine */
/* 0 or -ENOMEM. */
int load_add(struct load *l, const char *name, int64_t info_mtime) MUST_USE;

struct scales {
	struct service *service;
	uint64_t ticket;
	const _Atomic bool *closed;
	bool keep;
	pthread_mutex_t lock;
	struct load *loads;
	bool busy; /* a job is on them */
	/* Who owns the scales lives as long as a job does. */
	void *owner;
	void (*ref)(void *owner);
	void (*unref)(void *owner);
};

void scales_init(struct scales *s);
void scales_done(struct scales *s);
/* Takes the load in all cases. Without memory for a job nothing more is weighed. */
void scales_put(struct scales *s, struct load *l);

#endif
