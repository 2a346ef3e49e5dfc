/* SPDX-License-Identifier: MIT
 *
 * The mount table: what is mounted where, of which kind. The snapshot kept here serves to choose
 * the lane of a path and to know a slow file system before touching it; fs/capacity.h asks for
 * capacities.
 *
 * Follows: proc(5) mountinfo, libmount. Thread: any (mounts_lane() never waits for a system call).
 * Owns: its snapshot.
 */
#ifndef FS_MOUNTS_H
#define FS_MOUNTS_H

#include "base/defs.h"
#include "fs/entry.h"

struct mounts;

#define MOUNTS_FILE "/proc/self/mountinfo"

/* Reads a mount table (mountinfo format), in its order; capacities are not asked. 0 or -errno. */
int mounts_read(const char *file, struct mount_list *ret_list) MUST_USE;
bool mounts_network_type(const char *fstype); /* a server or a program answers: it may never */
bool mounts_network_magic(uint32_t magic);    /* the same by f_type of statfs(2) */
bool mounts_kernel_type(const char *fstype);  /* nothing is stored there */
bool mounts_is_kernel(int fd);                /* of an open file; may wait for a server */
bool mounts_kernel_magic(uint32_t magic);     /* the same by f_type of statfs(2) */
/* The mount a normalised absolute path lies on, judged by the text; NULL when there is none. */
const struct mount *mounts_find(const struct mount_list *list, const char *path);
/* The one with this id; NULL when there is none. */
const struct mount *mounts_by_id(const struct mount_list *list, uint64_t id);

int mounts_new(struct mounts **ret_mounts) MUST_USE;
void mounts_free(struct mounts *m);
/* Reads the table anew. 0 or -errno with the older snapshot kept. Not the UI thread. */
int mounts_refresh(struct mounts *m) MUST_USE;
/* The mount id of what the path lies on, 0 while nothing is known. */
uint64_t mounts_lane(struct mounts *m, const char *path);
/* Whether the open file, on the mount with this id, is on a network or FUSE file system: from the
 * snapshot; what is not in it yet is asked itself, which is faster than reading the table. Not the
 * UI thread. */
bool mounts_is_network(struct mounts *m, uint64_t id, int fd);
struct facts;
/* Copies what is said of the mount with this id (facts->mnt_id) into the facts; reads the table
 * anew when it is not in the snapshot. 0 or -ENOMEM. Not the UI thread. */
int mounts_tell(struct mounts *m, struct facts *f) MUST_USE;
/* The same from a list. */
int mounts_tell_from(const struct mount_list *list, struct facts *f) MUST_USE;
/* Whether a path, judged by the text, lies on a network or FUSE file system, or on an automount,
 * other than the mount with the id `own`. */
bool mounts_path_is_far(struct mounts *m, const char *path, uint64_t own);
/* Reads the table anew when this id is not in the snapshot, so that the lanes of its paths are
 * known from now on. Not the UI thread. */
void mounts_learn(struct mounts *m, uint64_t id);
/* Takes a copy of a list just read as the snapshot; without memory the older one stays. */
void mounts_keep(struct mounts *m, const struct mount_list *list);

#endif
