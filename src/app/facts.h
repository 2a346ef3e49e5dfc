/* SPDX-License-Identifier: MIT
 *
 * All that can be told about one path without reading a file's content. The path is opened once,
 * without following it (O_PATH), and everything is asked of that descriptor, so that the facts
 * belong to one thing even when somebody exchanges it meanwhile.
 *
 * Thread: any, but not UI (system calls, name services). Owns: its strings.
 */
#ifndef APP_FACTS_H
#define APP_FACTS_H

#include "base/json.h"
#include "base/perm.h"
#include "base/str.h"
#include "fs/entry.h"
#include "fs/owner.h"

struct facts {
	const char *path; /* as given; not owned */
	struct meta meta;
	uint64_t mnt_id;
	struct str target; /* of a link, as it is written there */
	int target_err;    /* what following it met, -errno; 0: it leads to something */
	enum entry_type target_type;
	char *owner, *group; /* NULL: the ids have no names */
	int64_t entries;     /* of a directory, without . and ..; or -errno: it cannot be listed */
	const struct mount *mount; /* in the list given; NULL: not known */
	bool mount_unlisted;       /* the list does not have it, as in a chroot(2) */
};

/* 0, or -errno of opening and asking: then there is nothing to free. */
int facts_get(struct facts *f, const char *path, struct owners *owners,
	      const struct mount_list *mounts) MUST_USE;
void facts_done(struct facts *f);

/* "regular file", "symbolic link", ... */
const char *facts_type(enum entry_type type);
/* The attributes set among those of statx(2) that a person may want to know: 0 .. ; NULL behind the
 * last. */
const char *facts_attr(const struct facts *f, unsigned nth);
/* A device has a number in place of a size: meta.size, makedev(3). */
bool facts_is_device(const struct facts *f);
/* Appends who may do what by the mode bits (base/perm.h); nothing for a link, whose bits mean
 * nothing. 0 or -ENOMEM. */
int facts_sentence(const struct facts *f, const struct subject *self, bool ascii, struct str *out);

/* Appends a line for each fact: its name, then what it is, made safe. 0 or -ENOMEM. */
int facts_text(const struct facts *f, const struct subject *self, bool ascii, struct str *out);
/* Writes them as one object. 0 or -ENOMEM. */
int facts_json(const struct facts *f, const struct subject *self, struct json *j);

#endif
