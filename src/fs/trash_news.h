/* SPDX-License-Identifier: MIT
 *
 * What is told of the trash of this user, all of its directories on all mounts. Data only: the
 * model may include this.
 *
 * Where a trash may be is a place: the home (number 0) and each mount. A place has at most two
 * trash directories; each has a number of its own while the ticket lasts.
 *
 * Thread: any. Owns: its strings.
 */
#ifndef FS_TRASH_NEWS_H
#define FS_TRASH_NEWS_H

#include "fs/entry.h"

enum trash_state {
	TRASH_WHOLE,      /* may be restored */
	TRASH_UNKNOWN,    /* a thing, but not where it was: only to a place that is chosen */
	TRASH_INFO_ALONE, /* information without a thing: a program was interrupted */
};

struct trash_place {
	char *path;   /* of the mount */
	bool network; /* a server or a program answers: it may never */
};

/* Of the place with this number. */
#define TRASH_PLACE_OF(number) ((number) / 2)

/* One trash directory. */
struct trash_told {
	uint32_t number;
	bool home;
	char *path; /* absolute */
	char *top;  /* what it is for: the root of the mount */
	struct file_id id, files;
	const char *why; /* err: why it is not to be used, in words, static; may be NULL */
};

/* One thing in it. */
struct trash_found {
	char *name;      /* in files/ */
	char *origin;    /* absolute; NULL: not known */
	const char *why; /* why it is not known, in words; static */
	enum trash_state state;
	int64_t deleted; /* seconds since the epoch; INT64_MIN: not known */
	bool size_known;
	uint64_t size;    /* bytes on the disk, with all that is in it */
	struct meta meta; /* of the thing; all 0 with TRASH_INFO_ALONE */
};

/* What a directory in it takes. */
struct trash_weight {
	char *name; /* in files/ */
	uint64_t bytes;
	int err; /* -errno: it cannot be told */
};

void trash_found_free(struct trash_found *at, uint32_t n); /* all of them, and the array */
void trash_weight_free(struct trash_weight *at, uint32_t n);

#endif
