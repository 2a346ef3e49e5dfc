/* SPDX-License-Identifier: MIT
 *
 * The way to a path, component by component as the kernel goes it, with what decides about each:
 * for fs/access.c.
 *
 * Follows: path_resolution(7). Thread: any. Owns: its descriptors and strings.
 */
#ifndef FS_ACCESS_WALK_H
#define FS_ACCESS_WALK_H

#include "base/defs.h"
#include "base/str.h"
#include "fs/entry.h"

#define ACCESS_WALK_LINKS_MAX 40
#define ACCESS_WALK_LINK      1

/* The rules that decide; their names and sentences are one table in access.c. */
enum access_rule {
	RULE_NONE,
	RULE_OWNER_ALLOW,
	RULE_GROUP_ALLOW,
	RULE_OTHER_ALLOW,
	RULE_OWNER_DENY,
	RULE_GROUP_DENY,
	RULE_OTHER_DENY,
	RULE_CAP_OVERRIDE,
	RULE_CAP_SEARCH,
	RULE_ACL,
	RULE_SERVER,
	RULE_MOUNT_UNKNOWN,
	RULE_HIDDEN,
	RULE_READ_ONLY,
	RULE_NOEXEC,
	RULE_NODEV,
	RULE_NOT_PROGRAM,
	RULE_NOT_DIR,
	RULE_EXISTS,
	RULE_IMMUTABLE,
	RULE_APPEND,
	RULE_STICKY,
	RULE_MOUNT_POINT,
	RULE_PROTECTED_LINK,
};

/* One inode and the mount it was reached on. */
struct access_node {
	struct meta meta;
	bool acl; /* it has a POSIX access control list, or that cannot be told */
	bool mount_known, network, read_only, fs_read_only, noexec, nodev;
};

struct access_walk {
	struct mount_list mounts;
	bool protected_symlinks;
	struct str rest; /* what is still to be walked, no leading slash */
	size_t rest_pos;
	unsigned links;
	int fd; /* O_PATH of node; -1 when it does not exist */
	int parent_fd;
	struct str path, parent_path;
	struct access_node node, parent;
	bool done;   /* node is the last component */
	bool last;   /* nothing follows node */
	bool exists; /* node does */
};

/* At "/". The path is absolute. 0 or -errno (-EINVAL: not absolute). Must be followed by _done() in
 * all cases. */
int access_walk_init(struct access_walk *w, const char *path) MUST_USE;
void access_walk_done(struct access_walk *w);
/* Goes on to the next component of the directory reached: 0, or ACCESS_WALK_LINK when it is a link
 * to be followed. The last is followed only when `follow`, and may be missing when `may_miss`.
 * -ENOENT, -EACCES (we may not look; the place is unchanged), -errno. */
int access_walk_step(struct access_walk *w, bool follow, bool may_miss) MUST_USE;
/* Puts the link's target in place of the link. 0, -ELOOP, -errno. */
int access_walk_follow(struct access_walk *w) MUST_USE;

#endif
