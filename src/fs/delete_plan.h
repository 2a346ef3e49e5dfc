/* SPDX-License-Identifier: MIT
 *
 * What removing some things would do, without doing it: how many they are, what would be free after
 * it, what would stay. A file with several links gives its space back when the last of them is
 * among the things of the plan, in whichever of them.
 *
 *	delete_plan_new(&options, &plan);
 *	delete_plan_add(plan, dirfd, name, &identity, shown); for each
 *	delete_plan_counts(plan)
 *
 * The figures only grow while a thing is added, so that they can be shown meanwhile.
 *
 * Thread: worker, one at a time. Owns: its table of links, some 50 bytes for each file that has
 * several.
 */
#ifndef FS_DELETE_PLAN_H
#define FS_DELETE_PLAN_H

#include "fs/safe_delete.h"

struct plan_counts {
	uint64_t files, dirs; /* that would go */
	uint64_t freed;       /* bytes on the disk that would be free */
	uint64_t apparent;    /* bytes of the files as they read, each once */
	uint64_t held;        /* bytes on the disk that other links, not in the plan, would keep */
	uint64_t held_files;  /* files with such links */
	uint64_t kept;        /* named to failed(): what would stay, as far as can be seen */
};

struct plan_options {
	const struct guards *guards; /* may be NULL */
	const _Atomic bool *cancel;
	/* Also what stays for want of rights below what is added: not counted as going. False: what
	 * is added goes as a whole, as into the trash. */
	bool rights;
	/* Now and then; may be NULL. */
	void (*progress)(void *ctx, const struct plan_counts *counts);
	/* What safe_delete() would keep: mounts, guarded things, what cannot be read, what there
	 * are no rights for. May be NULL. */
	void (*failed)(void *ctx, const struct delete_failure *failure);
	void *ctx;
};

struct delete_plan;

int delete_plan_new(const struct plan_options *options, struct delete_plan **ret_plan) MUST_USE;
void delete_plan_free(struct delete_plan *plan);
/* Adds `name` of the open directory and all below it. 0; -ESTALE: not what is expected;
 * -EPERM, -EBUSY: guarded or a mount (failed() says which), nothing added; -ECANCELED, -ENOMEM,
 * -ENOENT... Things that lie in others of the plan are counted twice: the caller leaves them out.
 */
int delete_plan_add(struct delete_plan *plan, int dirfd, const char *name,
		    const struct identity *expect, const char *shown) MUST_USE;
const struct plan_counts *delete_plan_counts(const struct delete_plan *plan);

#endif
