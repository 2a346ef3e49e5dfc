/* SPDX-License-Identifier: MIT
 *
 * Gathers the facts of one path (fs/facts.h). It is opened once, without following it (O_PATH), and
 * everything is asked of that descriptor, so that the facts belong to one thing even when somebody
 * exchanges it meanwhile. Nothing is opened for reading but directories and, for their flags,
 * regular files of local file systems; neither waits for anybody.
 *
 * Follows: open(2) O_PATH, xattr(7), acl(5), ioctl_iflags(2). Thread: worker. Owns: nothing.
 */
#ifndef FS_GATHER_H
#define FS_GATHER_H

#include <stdatomic.h>

#include "fs/facts.h"
#include "fs/service.h"

/* How far to go. Zeroed: all the way, by whatever mount table is there. */
struct gather {
	unsigned count_ms; /* for counting a directory; 0: until it is counted */
	const _Atomic bool *cancel;
	struct mounts *mounts;         /* snapshot to know slow file systems by, or NULL */
	const struct mount_list *list; /* the same for a program without workers, or NULL */
};

/* 0 with *ret_facts, or -errno of opening and asking. */
int gather_facts(const struct gather *g, const char *path, struct facts **ret_facts) MUST_USE;
/* FS_INFO: see browse_info(). */
void gather_ask(struct service *s, uint64_t ticket, const char *path);

#endif
