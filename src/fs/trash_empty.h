/* SPDX-License-Identifier: MIT
 *
 * Emptying a trash: for good what is old, or large, or all of it; and what that would free, without
 * doing it. What comes into the trash after the call began stays.
 *
 * Thread: worker. Owns: nothing after it returns.
 */
#ifndef FS_TRASH_EMPTY_H
#define FS_TRASH_EMPTY_H

#include "fs/delete_plan.h"
#include "fs/trash_list.h"

struct trash_filter {
	/* Trashed before this (local time; year 0: whenever). A thing whose date is not known is
	 * not taken for old. */
	struct trash_date before;
	uint64_t at_least; /* bytes on the disk; directories of unknown size are measured, and the
			      size kept in the trash for others */
	/* Information without a thing, when it was written before this (seconds since the epoch);
	 * 0: stays. A program that is just trashing something has made it a moment ago. */
	int64_t alone_before;
};

struct trash_emptied {
	uint64_t things, files, dirs;
	uint64_t freed;  /* with dry_run: bytes on the disk that would be free */
	uint64_t failed; /* things of which something stays */
	uint64_t alone;  /* information removed that had no thing */
};

struct trash_empty {
	const struct trash_dir *trash;
	struct trash_filter filter;
	bool dry_run;
	struct delete_options options; /* failed() false: ends it */
};

/* 0; -ECANCELED, -ENOMEM; or the first error there was, with something left. *ret is always
 * written.
 */
int trash_empty(const struct trash_empty *e, struct trash_emptied *ret) MUST_USE;

/* What one thing in the trash takes: bytes on the disk. *ret_whole: nothing was left out. 0 or
 * -errno. */
int trash_weigh(const struct trash_dir *trash, const char *name, const struct plan_options *options,
		uint64_t *ret_bytes, bool *ret_whole) MUST_USE;
/* What one thing in the trash takes: bytes on the disk. A directory's is kept in the trash. 0 or
 * -errno. */
int trash_measure(const struct trash_dir *trash, const char *name, int64_t info_mtime,
		  const _Atomic bool *cancel, uint64_t *ret_bytes) MUST_USE;

/* The order of two dates, as strcmp(3) tells it. */
int trash_date_cmp(const struct trash_date *a, const struct trash_date *b);

#endif
