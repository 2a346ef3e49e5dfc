/* SPDX-License-Identifier: MIT
 *
 * All that is in the trash, of all mounts, as a list, for the verbs about it.
 *
 * Thread: main. Owns: the open trashes and the list.
 */
#ifndef APP_TRASHED_H
#define APP_TRASHED_H

#include "base/map.h"
#include "fs/trash_all.h"
#include "fs/trash_list.h"

struct trashed_item {
	const struct trash_dir *trash;
	char *name;      /* in files/ */
	char *origin;    /* absolute; NULL: not known */
	const char *why; /* why it is not; static */
	enum trash_state state;
	struct trash_date date; /* year 0: not known */
	uint32_t mode;
	struct identity identity;
	bool size_known;
	uint64_t size; /* bytes on the disk */
	bool chosen;
};

struct trashed {
	const char *verb; /* for what is said */
	const char *home; /* of the environment; may be NULL */
	struct trash_all all;
	struct trashed_item *at; /* oldest first */
	size_t n, cap;
	struct map paths, origins; /* of the thing in its trash, and where it was, to the item: the
				      newest */
	bool failed;               /* something could not be read: it was said */
};

/* Reads them. 0 or -ENOMEM; trashed_done() in both cases. */
int trashed_read(struct trashed *t, const char *verb, const struct trash_env *env) MUST_USE;
void trashed_done(struct trashed *t);
/* Makes the size of an item known, if it can be; writes nothing. 0 or -ENOMEM. */
int trashed_weigh(struct trashed_item *item) MUST_USE;
/* Appends where it lies: .../files/NAME. 0 or -ENOMEM. */
int trashed_path(const struct trashed_item *item, struct str *out);
/* By the path in its trash or that where it was, both absolute; NULL: there is none. */
struct trashed_item *trashed_find(struct trashed *t, const char *path);

#endif
